"""Running checks: findings, less what is excluded, in the order of the files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from rules.catalogue import Catalogue
from rules.checks.base import Check, Finding, Subject, Unavailable
from rules.checks.exclusions import Exclusion
from rules.checks.registry import BY_CODE, CHECKS
from rules.checks.unused_exclusion import UnusedExclusion
from rules.diagnostics import CatalogueError, Severity


@dataclass(frozen=True)
class Report:
    """What checks found.

    Attributes:
        findings: the findings that no exclusion kept back, in the order of files and lines.
        excluded: the findings that an exclusion kept back.
        skipped: checks that could not run, and why.
    """

    findings: tuple[Finding, ...]
    excluded: tuple[Finding, ...]
    skipped: tuple[tuple[Check, Unavailable], ...]

    @classmethod
    def of_errors(cls, errors: Sequence[CatalogueError]) -> Report:
        """The mistakes for which files were refused, before any check could run."""
        return cls(tuple(Finding(d) for error in errors for d in error.diagnostics), (), ())

    def count(self, severity: Severity) -> int:
        """How many findings are of this severity."""
        return sum(finding.diagnostic.severity is severity for finding in self.findings)


def run_checks(
    subject: Subject,
    checks: Sequence[Check] = CHECKS,
    exclusions: Sequence[Exclusion] = (),
) -> Report:
    """Run checks on a catalogue.

    Args:
        subject: the catalogue, and what else the checks look at.
        checks: the checks to run.
        exclusions: findings to keep back beside those that the signs themselves allow.

    Raises:
        CatalogueError: a file that a check must look into cannot be read.
    """
    available = {check.code: check.unavailable(subject) for check in checks}
    skipped = [(c, reason) for c in checks if (reason := available[c.code]) is not None]
    ran = [check for check in checks if available[check.code] is None]
    # A condition of a face that many signs use is found once for each of them.
    found = list(dict.fromkeys(finding for check in ran for finding in check.check(subject)))
    found = [_with_causes(finding, subject.catalogue) for finding in found]
    entries = [*_inline(subject.catalogue), *exclusions]
    kept, excluded, used = _sift(found, entries)
    for check in ran:
        if isinstance(check, UnusedExclusion):
            codes = {c.code for c in ran}
            kept += _unused(check, [e for e in entries if e not in used], codes)
    files = {file: order for order, file in enumerate(subject.catalogue.sources)}

    def order(finding: Finding) -> tuple[object, ...]:
        d = finding.diagnostic
        return files.get(d.position.file, len(files)), d.position, d.code, d.message

    kept.sort(key=order)
    return Report(tuple(kept), tuple(excluded), tuple(skipped))


def _with_causes(finding: Finding, catalogue: Catalogue) -> Finding:
    """The finding; in an extended file with the faces that another file redefines under it."""
    diagnostic = finding.diagnostic
    causes = [
        new.as_cause
        for new in catalogue.replacements
        if new.kind == "face"
        and new.position.file != diagnostic.position.file
        and not set(new.signs).isdisjoint(finding.signs)
    ]
    related = (*diagnostic.related, *causes)
    return replace(finding, diagnostic=replace(diagnostic, related=related)) if causes else finding


def _inline(catalogue: Catalogue) -> Iterator[Exclusion]:
    """What the signs themselves allow."""
    for sign in catalogue.signs:
        for code, position in sign.allow.items():
            yield Exclusion(code, position, sign=sign.id)


def _sift(
    findings: Sequence[Finding], exclusions: Sequence[Exclusion]
) -> tuple[list[Finding], list[Finding], set[Exclusion]]:
    """Findings that stay, findings that are excluded, and the exclusions that did it."""
    kept: list[Finding] = []
    excluded: list[Finding] = []
    used: set[Exclusion] = set()
    by_subject: dict[tuple[str, str | None, str | None], list[Exclusion]] = {}
    for exclusion in exclusions:
        key = (exclusion.code, exclusion.sign, exclusion.pictogram)
        by_subject.setdefault(key, []).append(exclusion)
    for finding in findings:
        code = finding.diagnostic.code
        keys: list[tuple[str, str | None, str | None]] = [
            *((code, sign, None) for sign in finding.signs),
            *((code, None, pictogram) for pictogram in finding.pictograms),
        ]
        matching = [e for key in keys for e in by_subject.get(key, ())]
        used.update(matching)
        (excluded if matching else kept).append(finding)
    return kept, excluded, used


def _unused(
    check: UnusedExclusion, exclusions: Sequence[Exclusion], ran: Collection[str]
) -> Iterator[Finding]:
    for exclusion in exclusions:
        if exclusion.code not in BY_CODE:
            yield check.unknown(exclusion.code, exclusion.position)
        elif exclusion.code in ran:
            yield check.unused(str(exclusion), exclusion.position)
