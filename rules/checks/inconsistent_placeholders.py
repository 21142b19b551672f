"""SR111: names that show the value in some languages only."""

from __future__ import annotations

from collections.abc import Iterator

from rules.catalogue import PLACEHOLDER, Sign
from rules.checks.base import Finding, SignCheck, Subject
from rules.checks.phrases import enumerated
from rules.diagnostics import Severity


class InconsistentPlaceholders(SignCheck):
    """The name of a sign shows its value in some languages but not in others.

    ## What it does
    Looks for signs with a placeholder in some of their names and none in others.

    ## Why is this bad
    Whoever reads the answer in the other language misses the number.

    ## Example
    ```yaml
    signs:
      - id: de.274
        name: {en: "Speed limit {digits}", de: Höchstgeschwindigkeit}
        when: {shape: circle, border: red, digits: {min: 5, max: 130}}
        value: {from: digits, unit: km/h}
    ```

    ## Use instead
    ```yaml
    signs:
      - id: de.274
        name: {en: "Speed limit {digits}", de: "Höchstgeschwindigkeit {digits}"}
        when: {shape: circle, border: red, digits: {min: 5, max: 130}}
        value: {from: digits, unit: km/h}
    ```
    """

    code = "SR111"
    name = "inconsistent-placeholders"
    severity = Severity.WARNING

    def check_sign(self, sign: Sign, subject: Subject) -> Iterator[Finding]:
        """The languages in which the sign lacks the placeholder that it has in another."""
        lacking = [lang for lang, name in sign.names.items() if not PLACEHOLDER.search(name)]
        if lacking and len(lacking) < len(sign.names):
            languages = enumerated([f"`{language}`" for language in lacking], "and")
            yield self.finding(
                f"the name of `{sign.id}` has a placeholder, but not in {languages}",
                sign.position,
                signs=[sign],
            )
