"""SR105: one picture under two names."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.base import Check, Finding, Subject, place_of
from rules.checks.confusion import confusion
from rules.diagnostics import Related, Severity


class DuplicateExemplar(Check):
    """The same picture is an exemplar of two pictograms.

    ## What it does
    Compares the exemplars of all pictograms, files by their content and artwork by its reference.
    It is an error if two signs depend on the difference; if other conditions separate them, or
    no two signs use the two names, it is only a remark that one name would do.

    ## Why is this bad
    Pictograms are told apart by their exemplars. With the same exemplar both fit equally well, so
    the crop is answered *unknown*, because it is ambiguous.

    ## Example
    ```yaml
    pictograms:
      deer: {artwork: [commonroad:142-10]}
      cattle: {artwork: [commonroad:142-10]}
    signs:
      - id: de.142-10
        name: {en: Wild animals crossing}
        when: {shape: triangle, border: red, pictogram: deer}
      - id: de.140-10
        name: {en: Cattle crossing}
        when: {shape: triangle, border: red, pictogram: cattle}
    ```

    ## Use instead
    ```yaml
    pictograms:
      deer: {artwork: [commonroad:142-10]}
      cattle: {artwork: [commonroad:140-10]}
    signs:
      - id: de.142-10
        name: {en: Wild animals crossing}
        when: {shape: triangle, border: red, pictogram: deer}
      - id: de.140-10
        name: {en: Cattle crossing}
        when: {shape: triangle, border: red, pictogram: cattle}
    ```
    """

    code = "SR105"
    name = "duplicate-exemplar"
    severity = Severity.ERROR

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Every pair of pictograms with a common exemplar."""
        pictograms = subject.catalogue.pictograms
        for (first, second), picture in subject.shared_exemplars.items():
            confused = confusion(subject, first, second)
            signs = confused.signs if confused else ()
            ids = " and ".join(f"`{sign.id}`" for sign in signs)
            consequence = f"so {ids} cannot be told apart" if signs else "one name would do"
            yield self.finding(
                f"the pictograms `{first}` and `{second}` have the same exemplar, `{picture}`; "
                f"{consequence}",
                pictograms[second].position,
                related=[
                    Related(f"`{first}` is defined", pictograms[first].position),
                    *map(place_of, signs),
                ],
                signs=signs,
                pictograms=(first, second),
                witness=confused.witness if confused else None,
                severity=Severity.ERROR if confused else Severity.INFO,
            )
