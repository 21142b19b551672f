"""Reports as text, JSON, SARIF 2.1.0 and annotations of GitHub."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from rules.checks.documentation import page, summary
from rules.checks.registry import BY_CODE
from rules.checks.runner import Report
from rules.diagnostics import Diagnostic, Position, Severity, Sources

SARIF_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_PLURALS = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.INFO: "remarks"}
_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


@dataclass(frozen=True)
class Printable:
    """A report, and what is needed to show it.

    Attributes:
        report: the report.
        catalogue: path of the rule file, as the user wrote it.
        sources: the lines of all files that findings may point into.
    """

    report: Report
    catalogue: str
    sources: Sequence[Sources]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """The findings that are shown."""
        return [finding.diagnostic for finding in self.report.findings]


def as_text(printable: Printable) -> str:
    """Each finding with its source line, and a summary."""
    blocks = [d.render(_sources_of(d, printable.sources)) for d in printable.diagnostics]
    return "\n\n".join([*blocks, f"{printable.catalogue}: {_summary(printable.report)}"])


def as_json(printable: Printable) -> str:
    """All that the report holds."""
    report = printable.report
    data = {
        "catalogue": printable.catalogue,
        "findings": [finding.to_dict() for finding in report.findings],
        "excluded": [finding.to_dict() for finding in report.excluded],
        "skipped": [
            {"code": check.code, "name": check.name, "reason": missing.reason}
            for check, missing in report.skipped
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2)


def as_sarif(printable: Printable) -> str:
    """A SARIF 2.1.0 log with one run, for code scanning and editors."""
    diagnostics = printable.diagnostics
    names = {d.code: d.name for d in diagnostics}
    index = {code: i for i, code in enumerate(sorted(names))}
    run = {
        "tool": {
            "driver": {"name": "signrules", "rules": [_sarif_rule(c, names[c]) for c in index]}
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {
                        "level": "note",
                        "message": {"text": f"{check.name} skipped: {missing.reason}"},
                        "associatedRule": {"id": check.code},
                    }
                    for check, missing in printable.report.skipped
                ],
            }
        ],
        "results": [_sarif_result(d, index[d.code]) for d in diagnostics],
    }
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2)


def as_github(printable: Printable) -> str:
    """Workflow commands, which GitHub shows as annotations of the lines."""
    return "\n".join(map(_github_command, printable.diagnostics))


FORMATS: Final[dict[str, Callable[[Printable], str]]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
"""Name of a format -> what renders it."""


def _sources_of(diagnostic: Diagnostic, sources: Sequence[Sources]) -> Sources | None:
    return next((s for s in sources if s.line(diagnostic.position) is not None), None)


def _summary(report: Report) -> str:
    parts = []
    for severity, plural in _PLURALS.items():
        count = report.count(severity)
        if count:
            parts.append(f"{count} {plural.removesuffix('s') if count == 1 else plural}")
    if report.excluded:
        parts.append(f"{len(report.excluded)} excluded")
    return ", ".join(parts) or "nothing found"


def _sarif_rule(code: str, name: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code, "name": _pascal_case(name)}
    check = BY_CODE.get(code)
    if check is None:
        return {**rule, "shortDescription": {"text": f"The rule file cannot be used: {name}."}}
    return {
        **rule,
        "shortDescription": {"text": summary(check)},
        "help": {"text": page(check), "markdown": page(check)},
        "defaultConfiguration": {"level": _SARIF_LEVELS[check.severity]},
    }


def _sarif_result(diagnostic: Diagnostic, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": _SARIF_LEVELS[diagnostic.severity],
        "message": {"text": _with_advice(diagnostic)},
        "locations": [_sarif_location(diagnostic.position)],
    }
    if diagnostic.related:
        result["relatedLocations"] = [
            {"id": i, **_sarif_location(r.position), "message": {"text": r.message}}
            for i, r in enumerate(diagnostic.related)
        ]
    return result


def _sarif_location(position: Position) -> dict[str, Any]:
    path = PurePath(position.file)
    uri = path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri},
            "region": {
                "startLine": position.line,
                "startColumn": position.column,
                "endColumn": position.column + position.length,
            },
        }
    }


def _github_command(diagnostic: Diagnostic) -> str:
    position = diagnostic.position
    properties = {
        "file": position.file,
        "line": position.line,
        "col": position.column,
        "endColumn": position.column + position.length,
        "title": f"{diagnostic.code} {diagnostic.name}",
    }
    notes = [f"note: {r.message} at {r.position}" for r in diagnostic.related]
    message = "\n".join([_with_advice(diagnostic), *notes])
    settings = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    return f"::{_GITHUB_LEVELS[diagnostic.severity]} {settings}::{_escaped(message)}"


def _escaped(value: object, special: str = "") -> str:
    """Text as GitHub's workflow commands want it: what would end it is percent-encoded."""
    return "".join(f"%{ord(c):02X}" if c in "%\r\n" + special else c for c in str(value))


def _with_advice(diagnostic: Diagnostic) -> str:
    parts = [diagnostic.message]
    if diagnostic.expected:
        parts.append(f"expected: {diagnostic.expected}")
    if diagnostic.suggestion:
        parts.append(f"help: {diagnostic.suggestion}")
    return "\n".join(parts)


def _pascal_case(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))
