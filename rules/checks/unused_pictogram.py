"""SR107: a pictogram that no sign asks for."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.base import Check, Finding, Subject
from rules.diagnostics import Severity


class UnusedPictogram(Check):
    """No sign uses a pictogram.

    ## What it does
    Looks for pictograms that no sign can show: no sign names them, in its rule or in a face that
    it uses, or those that do exclude them by another condition. A file that defines pictograms
    but no signs is taken for a library that several catalogues share, and is left alone.

    ## Why is this bad
    A slip of the pen may have named another pictogram. And every pictogram costs a comparison
    for every crop.

    ## Example
    ```yaml
    pictograms:
      deer: {artwork: [commonroad:142-10]}
      cattle: {artwork: [commonroad:140-10]}
    signs:
      - id: de.140-10
        name: {en: Cattle crossing}
        when: {shape: triangle, border: red, pictogram: deer}
    ```

    ## Use instead
    ```yaml
    pictograms:
      cattle: {artwork: [commonroad:140-10]}
    signs:
      - id: de.140-10
        name: {en: Cattle crossing}
        when: {shape: triangle, border: red, pictogram: cattle}
    ```
    """

    code = "SR107"
    name = "unused-pictogram"
    severity = Severity.INFO

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Every pictogram without a sign."""
        signs = subject.catalogue.signs
        used = {n for s in signs for a in s.alternatives for n in a.pictograms}
        used.update(n for s in signs for n in s.exemplar_pictograms)
        files = {sign.position.file for sign in signs}
        for name, pictogram in subject.catalogue.pictograms.items():
            if name not in used and pictogram.position.file in files:
                yield self.finding(
                    f"no sign uses the pictogram `{name}`", pictogram.position, pictograms=[name]
                )
