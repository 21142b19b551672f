"""SR116: ids that people take for each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.catalogue import Sign
from rules.checks.base import Check, Finding, Subject, place_of
from rules.diagnostics import Severity

_PUNCTUATION = re.compile(r"[._-]+")


class ConfusableIds(Check):
    """Two ids differ in nothing but capitals or punctuation.

    ## What it does
    Compares all ids without regard to case, and with `.`, `-` and `_` taken for the same.

    ## Why is this bad
    People take them for one sign, and file systems and spreadsheets may do so too.

    ## Example
    ```yaml
    signs:
      - id: de.250a
        name: {en: No vehicles}
        when: {shape: circle, border: red, legend: none}
      - id: de.250A
        name: {en: No animals}
        when: {shape: circle, border: red, legend: black}
    ```

    ## Use instead
    ```yaml
    signs:
      - id: de.250
        name: {en: No vehicles}
        when: {shape: circle, border: red, legend: none}
      - id: de.257-51
        name: {en: No animals}
        when: {shape: circle, border: red, legend: {only: black}}
    ```
    """

    code = "SR116"
    name = "confusable-ids"
    severity = Severity.WARNING

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Every id that is like an earlier one."""
        first_with: dict[str, Sign] = {}
        for sign in subject.catalogue.signs:
            first = first_with.setdefault(_PUNCTUATION.sub("-", sign.id.casefold()), sign)
            if first is not sign:
                yield self.finding(
                    f"the ids `{first.id}` and `{sign.id}` differ in nothing but capitals or "
                    "punctuation",
                    sign.position,
                    related=[place_of(first)],
                    signs=[first, sign],
                )
