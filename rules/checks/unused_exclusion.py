"""SR118: an exclusion that excludes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.base import Check, Finding, Subject
from rules.diagnostics import Position, Severity


class UnusedExclusion(Check):
    """An exclusion excludes nothing.

    ## What it does
    Looks for codes under `allow:` of a sign, and for entries of the file of exclusions, that
    kept no finding back. Codes of checks that did not run are left alone; codes of checks that
    do not exist are reported.

    ## Why is this bad
    What was wrong has been mended, and the exclusion would hide it if it came back.

    ## Example
    ```yaml
    signs:
      - id: de.206
        name: {en: Stop}
        when: {shape: octagon, background: red}
        allow: [SR103]
    ```

    ## Use instead
    ```yaml
    signs:
      - id: de.206
        name: {en: Stop}
        when: {shape: octagon, background: red}
    ```
    """

    code = "SR118"
    name = "unused-exclusion"
    severity = Severity.INFO

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Nothing: which exclusions were used is known when all other checks have run."""
        return iter(())

    def unused(self, excluded: str, position: Position) -> Finding:
        """The finding for an exclusion that kept nothing back."""
        return self.finding(f"{excluded} excludes nothing", position)

    def unknown(self, code: str, position: Position) -> Finding:
        """The finding for an exclusion of a check that does not exist."""
        return self.finding(f"there is no check `{code}` that could be excluded", position)
