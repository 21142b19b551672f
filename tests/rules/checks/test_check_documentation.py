"""Every check is documented by its docstring, and what the documentation shows is true."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from rule_fixture_types import LoadText, WriteFile

from attributes import vocabulary
from rules import Severity
from rules.checks import (
    BY_CODE,
    CHECKS,
    Check,
    GalleryGap,
    LookAlike,
    ReadableVocabulary,
    Report,
    Subject,
    run_checks,
)
from rules.checks.documentation import main, pages

DOCS = Path(__file__).resolve().parents[3] / "docs" / "checks"
SECTIONS = ["What it does", "Why is this bad", "Example", "Use instead"]

EXTENDED = """\
version: 1
pictograms:
  deer: {artwork: [made:deer]}
signs:
  - {id: de.206, name: {en: Stop}, when: {shape: octagon}}
  - {id: de.142-10, name: {en: Deer}, when: {shape: diamond, pictogram: deer}}
"""

each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)


def section(check: Check, title: str) -> str:
    """The rule file in a section of a check's documentation."""
    text = inspect.getdoc(type(check)) or ""
    (code,) = re.findall(rf"## {title}\n.*?```yaml\n(.*?)```", text, re.DOTALL)
    return f"version: 1\n{code}"


def without_pentagons() -> ReadableVocabulary:
    card: Any = vocabulary.describe()
    shape = next(a for a in card["attributes"] if a["name"] == "shape")
    shape["values"] = [v for v in shape["values"] if v != "pentagon"]
    return ReadableVocabulary.from_card(card)


def check_text(load: LoadText, text: str) -> Report:
    """All checks, with weights that know no pentagon, take bicycles for cyclists, met no elk."""
    catalogue = load(text)
    pairs = [("cyclist", "bicycle")] if "cyclist" in catalogue.pictograms else []
    alike = tuple(LookAlike(pair, 0.97) for pair in pairs)
    lacking = [name for name in catalogue.pictograms if name == "elk"]
    gaps = tuple(GalleryGap("is not there", (name,), catalogue.file) for name in lacking)
    return run_checks(Subject(catalogue, without_pentagons(), alike, gaps))


@pytest.fixture
def extended(write: WriteFile) -> None:
    """The file that examples extend."""
    write("signs.yaml", EXTENDED)


@each_check
@pytest.mark.usefixtures("extended")
def test_a_check_finds_what_its_example_shows(load: LoadText, check: Check) -> None:
    report = check_text(load, section(check, "Example"))
    found = {finding.diagnostic.code for finding in report.findings}
    assert check.code in found


@each_check
@pytest.mark.usefixtures("extended")
def test_what_to_use_instead_has_no_error_and_is_not_reported(load: LoadText, check: Check) -> None:
    report = check_text(load, section(check, "Use instead"))
    assert check.code not in {finding.diagnostic.code for finding in report.findings}
    assert report.count(Severity.ERROR) == 0


@each_check
def test_a_page_has_the_same_sections_as_every_other(check: Check) -> None:
    text = inspect.getdoc(type(check)) or ""
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS


def test_codes_count_up_and_names_are_unique() -> None:
    codes = [check.code for check in CHECKS]
    assert codes == [f"SR{number}" for number in range(101, 101 + len(CHECKS))]
    assert len({check.name for check in CHECKS}) == len(BY_CODE) == len(CHECKS)


def test_the_pages_in_docs_are_those_of_the_docstrings() -> None:
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in DOCS.iterdir()}
    assert on_disk == pages(), "run `python -m rules.checks.documentation docs/checks`"


def test_pages_of_checks_that_are_gone_are_deleted(tmp_path: Path) -> None:
    (tmp_path / "SR100-gone.md").touch()
    assert main([str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(pages())
