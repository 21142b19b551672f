"""SR113: a replacement that is none."""

from __future__ import annotations

from collections.abc import Iterator

from rules.catalogue import Catalogue, Sign
from rules.checks.base import Finding, SignCheck, Subject, place_of
from rules.diagnostics import Severity


class UnsuitableReplacement(SignCheck):
    """The sign that replaces another one is itself deprecated, or the other one is not.

    ## What it does
    Looks for `replaced_by` that names a deprecated sign or the sign itself, and for `replaced_by`
    of signs that are not deprecated. (The loader makes sure that the sign exists.)

    ## Why is this bad
    Programs that move from a deprecated id to its successor go on in a circle, or stop half-way.

    ## Example
    ```yaml
    signs:
      - id: de.150
        name: {en: Level crossing with barriers}
        when: {shape: triangle, border: red, bar: none}
        status: deprecated
        replaced_by: de.151
      - id: de.151
        name: {en: Level crossing}
        when: {shape: triangle, border: red, bar: stripes}
        status: deprecated
        replaced_by: de.150
    ```

    ## Use instead
    ```yaml
    signs:
      - id: de.150
        name: {en: Level crossing with barriers}
        when: {shape: triangle, border: red, bar: none}
        status: deprecated
        replaced_by: de.151
      - id: de.151
        name: {en: Level crossing}
        when: {shape: triangle, border: red, bar: stripes}
    ```
    """

    code = "SR113"
    name = "unsuitable-replacement"
    severity = Severity.WARNING

    def check_sign(self, sign: Sign, subject: Subject) -> Iterator[Finding]:
        """What is wrong with the successor of this sign, or with having one."""
        if sign.replaced_by is None:
            return
        successor = subject.catalogue.by_id.get(sign.replaced_by)
        if successor is None:
            return  # It belongs to a country that was left out.
        if successor is sign:
            problem, suggestion, others = "is replaced by itself", None, []
        elif sign.status != "deprecated":
            problem = f"is replaced by `{successor.id}`, but not deprecated"
            suggestion, others = "add `status: deprecated`, or drop `replaced_by`", [successor]
        elif successor.status == "deprecated":
            problem = f"is replaced by `{successor.id}`, which is deprecated itself"
            is_circle = _goes_in_a_circle(sign, subject.catalogue)
            suggestion = (
                "drop `status` and `replaced_by` of the sign that stays"
                if is_circle
                else "name the last of the chain"
            )
            others = [successor]
        else:
            return
        yield self.finding(
            f"`{sign.id}` {problem}",
            sign.position,
            suggestion=suggestion,
            related=map(place_of, others),
            signs=[sign],
        )


def _goes_in_a_circle(sign: Sign, catalogue: Catalogue) -> bool:
    """Whether the successors of a sign have no last one."""
    seen = set[str]()
    at: Sign | None = sign
    while at is not None and at.replaced_by is not None:
        if at.id in seen:
            return True
        seen.add(at.id)
        at = catalogue.by_id.get(at.replaced_by)
    return False
