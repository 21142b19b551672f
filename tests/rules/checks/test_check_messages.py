"""What people and machines read when a check finds something, compared literally.

``UPDATE_GOLDEN=1 pytest tests/rules/checks/test_check_messages.py`` writes the files anew; look at
the diff before you commit it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rule_fixture_types import LoadText

from rules import CatalogueError, load_catalogue
from rules.checks import BY_CODE, Report, Subject, run_checks
from rules.checks.report_formats import FORMATS, Printable

GOLDEN = Path(__file__).parent / "golden"

# What SARIF 2.1.0 requires of the objects that are written, and no other properties.
_MESSAGE = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_COUNT = {"type": "integer", "minimum": 1}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


_LOCATION_PROPERTIES: dict[str, Any] = {
    "id": {"type": "integer", "minimum": -1},
    "message": _MESSAGE,
    "physicalLocation": _object(
        ["artifactLocation"],
        artifactLocation=_object([], uri={"type": "string", "format": "uri-reference"}),
        region=_object([], startLine=_COUNT, startColumn=_COUNT, endColumn=_COUNT),
    ),
}
_LOCATIONS = {"type": "array", "items": _object([], **_LOCATION_PROPERTIES)}
SARIF = _object(
    ["version", "runs"],
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs={
        "type": "array",
        "items": _object(
            ["tool"],
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            tool=_object(
                ["driver"],
                driver=_object(
                    ["name"],
                    name={"type": "string"},
                    rules={
                        "type": "array",
                        "uniqueItems": True,
                        "items": _object(
                            ["id"],
                            id={"type": "string"},
                            name={"type": "string"},
                            shortDescription=_MESSAGE,
                            help=_MESSAGE,
                            defaultConfiguration=_object([], level=_LEVEL),
                        ),
                    },
                ),
            ),
            invocations={
                "type": "array",
                "items": _object(
                    ["executionSuccessful"],
                    executionSuccessful={"type": "boolean"},
                    toolExecutionNotifications={
                        "type": "array",
                        "items": _object(
                            ["message"],
                            level=_LEVEL,
                            message=_MESSAGE,
                            associatedRule=_object([], id={"type": "string"}),
                        ),
                    },
                ),
            },
            results={
                "type": "array",
                "items": _object(
                    ["message"],
                    ruleId={"type": "string"},
                    ruleIndex={"type": "integer", "minimum": -1},
                    level=_LEVEL,
                    message=_MESSAGE,
                    locations=_LOCATIONS,
                    relatedLocations=_LOCATIONS,
                ),
            },
        ),
    },
)


@pytest.fixture
def mixed(monkeypatch: pytest.MonkeyPatch) -> Printable:
    """A catalogue with something for most checks."""
    monkeypatch.chdir(GOLDEN)
    catalogue = load_catalogue("mixed.yaml")
    return Printable(run_checks(Subject(catalogue)), "mixed.yaml", [catalogue.sources])


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Printable:
    """A catalogue that does not load."""
    monkeypatch.chdir(GOLDEN.parents[1] / "golden")
    with pytest.raises(CatalogueError) as raised:
        load_catalogue("duplicate_id.yaml")
    error = raised.value
    return Printable(Report.of_errors([error]), "duplicate_id.yaml", [error.sources])


@pytest.mark.parametrize("form", ["text", "github"])
def test_findings_are_told_with_place_witness_and_advice(mixed: Printable, form: str) -> None:
    expected = GOLDEN / f"mixed.{form}"
    told = FORMATS[form](mixed) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["mixed", "refused"])
def test_sarif_is_valid_and_says_what_the_text_says(
    kind: str, request: pytest.FixtureRequest
) -> None:
    printable: Printable = request.getfixturevalue(kind)
    log = json.loads(FORMATS["sarif"](printable))
    jsonschema.validate(log, SARIF)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result, diagnostic in zip(run["results"], printable.diagnostics, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == diagnostic.code
        assert result["message"]["text"].startswith(diagnostic.message)
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert region["startLine"] == diagnostic.position.line
        assert region["endColumn"] - region["startColumn"] == diagnostic.position.length
        assert len(result.get("relatedLocations", [])) == len(diagnostic.related)


def test_sarif_has_the_severity_and_the_column_of_each_finding(load: LoadText) -> None:
    catalogue = load(
        """\
        version: 1
        country: DE
        pictograms: {deer: {artwork: [made:deer]}}
        signs:
          - {id: de.1, name: {en: One}, when: {shape: circle}}
          - {id: de.2, name: {en: Two}, when: {shape: circle}}
          - {id: de.3-, name: {en: Three}, when: {shape: square}}
        """
    )
    printable = Printable(run_checks(Subject(catalogue)), "x", [catalogue.sources])
    (run,) = json.loads(FORMATS["sarif"](printable))["runs"]
    levels = {result["ruleId"]: result["level"] for result in run["results"]}
    assert levels == {"SR107": "note", "SR103": "error", "SR117": "warning"}
    for result, diagnostic in zip(run["results"], printable.diagnostics, strict=True):
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startColumn"] == diagnostic.position.column


def test_json_has_places_signs_and_a_witness_to_compute_with(mixed: Printable) -> None:
    data = json.loads(FORMATS["json"](mixed))
    overlap = next(f for f in data["findings"] if f["code"] == "SR103")
    assert overlap["signs"] == ["de.101", "de.142-10"]
    assert overlap["witness"] == {
        "shape": "triangle",
        "border": "red",
        "background": "white",
        "pictogram": "deer",
    }
    assert [(f["code"], f["signs"][-1]) for f in data["excluded"]] == [
        ("SR103", "de.140-10"),
        ("SR114", "de.140-10"),
    ]
    assert {entry["code"] for entry in data["skipped"]} == {"SR106", "SR109", "SR121"}


def test_mistakes_that_make_a_file_unusable_are_told_in_every_format(refused: Printable) -> None:
    for render in FORMATS.values():
        assert "SR012" in render(refused)


def test_github_commands_are_not_ended_by_what_a_message_holds(load: LoadText) -> None:
    text = 'version: 1\nsigns:\n  - {id: xx.1, name: {en: "100 %, {text}"}, when: {text: any}}\n'
    catalogue = load(text)
    report = run_checks(Subject(catalogue), [BY_CODE["SR110"]])
    (line,) = FORMATS["github"](Printable(report, "x", [catalogue.sources])).splitlines()
    head, _, message = line.removeprefix("::").partition("::")
    assert "%2C" not in head.rpartition("title=")[2]
    assert "`100 %25, {text}`" in message
    assert message.endswith("%0Ahelp: add `value: {from: text}`")


def test_a_file_outside_the_working_folder_has_an_absolute_uri(load: LoadText) -> None:
    catalogue = load("version: 1\nsigns:\n  - {id: xx.1-, name: {en: x}, when: {text: any}}\n")
    report = run_checks(Subject(catalogue), [BY_CODE["SR117"]])
    log = json.loads(FORMATS["sarif"](Printable(report, "x", [])))
    (result,) = log["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith("file:///")
