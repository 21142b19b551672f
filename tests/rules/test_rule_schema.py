"""The JSON Schema, for editors, says what the loader says of the form of a rule file."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from synthetic_catalogue import catalogue_text

import rules
from attributes.vocabulary import ATTRIBUTES
from rules import json_schema


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_accepts_what_the_loader_accepts(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(yaml.safe_load(catalogue_text(40)))


@pytest.mark.parametrize(
    "when",
    [
        {"shape": "circel"},
        {"shpe": "circle"},
        {"legend": {"only": ["red"], "all": ["red"]}},
        {"text": "stop"},
        {"digits": {"min": 5}},
        {"any": []},
        {"any": [{}]},
        {},
    ],
)
def test_refuses_what_the_loader_refuses(
    validator: jsonschema.Draft202012Validator, when: object
) -> None:
    sign = {"id": "de.1", "name": {"en": "x"}, "when": when}
    assert not validator.is_valid({"version": 1, "signs": [sign]})


def test_only_a_rule_has_a_priority(validator: jsonschema.Draft202012Validator) -> None:
    sign = {"id": "de.1", "name": {"en": "x"}, "priority": 1}
    assert validator.is_valid({"version": 1, "signs": [{**sign, "when": {"shape": "circle"}}]})
    assert not validator.is_valid({"version": 1, "signs": [{**sign, "pictogram": "deer"}]})


@pytest.mark.parametrize("country", ["XX", "UK", "de"])
def test_refuses_what_is_no_country(
    validator: jsonschema.Draft202012Validator, country: str
) -> None:
    assert validator.is_valid({"version": 1, "country": "GB"})
    assert not validator.is_valid({"version": 1, "country": country})


@pytest.mark.parametrize(
    ("section", "entry"),
    [("faces", {"shape": "circle"}), ("pictograms", {"exemplars": ["deer.png"]})],
)
def test_refuses_names_of_another_format(
    validator: jsonschema.Draft202012Validator, section: str, entry: object
) -> None:
    assert validator.is_valid({"version": 1, section: {"wet_deer": entry}})
    assert not validator.is_valid({"version": 1, section: {"wet deer": entry}})


@pytest.mark.parametrize("language", ["english", "xx", "EN"])
def test_refuses_what_is_no_language(
    validator: jsonschema.Draft202012Validator, language: str
) -> None:
    sign = {"id": "de.1", "when": {"shape": "circle"}}
    assert validator.is_valid({"version": 1, "signs": [{**sign, "name": {"en": "x"}}]})
    assert not validator.is_valid({"version": 1, "signs": [{**sign, "name": {language: "x"}}]})


def test_every_attribute_of_the_vocabulary_has_hover_text() -> None:
    conditions = json_schema()["$defs"]["Conditions"]["properties"]
    for attribute in ATTRIBUTES:
        assert conditions[attribute.name]["description"] == attribute.description


def test_rules_need_neither_torch_nor_opencv() -> None:
    code = "import rules, sys; sys.exit(bool({'torch', 'cv2', 'PIL'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_rules_import_nothing_of_attributes_but_the_contract() -> None:
    folder = Path(rules.__file__).parent
    contract = {f"attributes.{name}" for name in ("vocabulary", "readings", "errors")}
    for path in folder.rglob("*.py"):
        imported = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
            elif isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
        assert {name for name in imported if name.startswith("attributes")} <= contract, path
