"""Small catalogues, and what one check finds in them."""

from __future__ import annotations

from typing import Any

from rules import Catalogue
from rules.checks import BY_CODE, Finding, Subject, run_checks

HEAD = """\
version: 1
country: DE
pictograms:
  deer: {artwork: [made:deer]}
  cow: {artwork: [made:cow]}
"""


def sign(name: str, when: str, *more: str) -> str:
    entries = [f"name: {{en: {name}}}", f"when: {when}", *more]
    return f"  - id: de.{name}\n" + "".join(f"    {entry}\n" for entry in entries)


def found(code: str, catalogue: Catalogue, **what_else: Any) -> list[Finding]:
    report = run_checks(Subject(catalogue, **what_else), [BY_CODE[code]])
    return list(report.findings)


def messages(code: str, catalogue: Catalogue, **what_else: Any) -> list[str]:
    return [finding.diagnostic.message for finding in found(code, catalogue, **what_else)]


def signs(*texts: str) -> str:
    return HEAD + "signs:\n" + "".join(texts)
