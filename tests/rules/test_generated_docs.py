"""What is generated into docs/ is up to date, and true of the files that come with signrules."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rules import load_catalogue
from rules.yaml_positions import compose, plain

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
GENERATED: dict[Path, str] = dict(runpy.run_path(str(DOCS / "generate.py"))["generated"]())
TEST_FILES = sorted([*ROOT.glob("*.tests.yaml"), *ROOT.glob("catalogues/*.tests.yaml")])
CATALOGUES = sorted({ROOT / "signs.yaml", *ROOT.glob("catalogues/*.yaml")} - {*TEST_FILES})


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_generated_files_are_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == GENERATED[path], "run `python docs/generate.py`"


def content(path: Path) -> Any:
    def refuse(*problem: object, **_: object) -> None:
        raise AssertionError(problem)

    # Not yaml.safe_load: that is YAML 1.1, where `NO` is a truth value.
    return plain(compose(path.read_text(encoding="utf-8"), refuse))


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((DOCS / "schema" / f"{name}.v1.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_shipped_catalogues_fit_the_schema(path: Path) -> None:
    validator("catalogue").validate(content(path))


@pytest.mark.parametrize("path", TEST_FILES, ids=lambda path: path.name)
def test_shipped_tests_fit_the_schema(path: Path) -> None:
    validator("tests").validate(content(path))


@pytest.mark.parametrize(
    "test",
    [
        {"attributes": {"shape": "circel"}, "expect": "de.206"},
        {"attributes": {"legend": ["none", "red"]}, "expect": "de.206"},
        {"attributes": {"shape": "circle"}},
        {"attributes": {"shape": "circle"}, "expect": "de.206", "not": "de.274"},
        {"attributes": {}, "picture": "a.png", "expect": "de.206"},
        {"picture": "/a.png", "expect": "de.206"},
        {"picture": "a.png", "expect": "206"},
    ],
)
def test_the_schema_of_tests_refuses_what_the_loader_refuses(test: object) -> None:
    assert not validator("tests").is_valid({"version": 1, "tests": [test]})


@pytest.mark.parametrize("sign", [{}, {"when": {"bar": "none"}, "pictogram": "deer"}])
def test_the_schema_wants_either_conditions_or_pictures(sign: dict[str, object]) -> None:
    named = {"id": "de.1", "name": {"en": "x"}, **sign}
    assert not validator("catalogue").is_valid({"version": 1, "signs": [named]})


def test_every_condition_of_the_page_is_one() -> None:
    """Each example of a condition stands on a line of its own."""
    page = (DOCS / "rule-language.md").read_text(encoding="utf-8")
    section = page[page.index("**Conditions.**") : page.index("**Alternatives.**")]
    lines = [line.strip().removeprefix("# ").split("  #")[0] for line in section.splitlines()]
    conditions = [
        line
        for line in lines
        if re.match(r"(shape|border|background|legend|bar|digits|text): ", line)
    ]
    assert len(conditions) > 15
    for condition in conditions:
        sign = f"  - {{id: de.1, name: {{en: x}}, when: {{{condition}}}}}\n"
        load_catalogue("x.yaml", overlay={Path("x.yaml"): f"version: 1\nsigns:\n{sign}"})


def test_ten_mistakes_are_told_each_with_its_place() -> None:
    told = sorted((DOCS / "ten-mistakes").glob("*.txt"))
    assert len(told) == 10
    for path in told:
        assert re.match(rf"{path.stem}\.yaml:\d+:\d+: error SR\d{{3}} ", path.read_text())
