"""SR101: conditions that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator

from rules.catalogue import Alternative, Sign
from rules.checks.base import Check, Finding, Subject
from rules.diagnostics import Position, Related, Severity


class Contradiction(Check):
    """Conditions of a rule exclude each other, so that nothing can fulfil them.

    ## What it does
    Looks for conditions on one attribute, in a sign and in the faces it is made of, that leave
    no value. It reports a sign that can never hold as an error, and as a warning an alternative
    that never holds in a sign that otherwise can.

    An alternative of a face that one sign excludes is no mistake as long as another sign uses it.

    ## Why is this bad
    The sign is never recognized. Nothing else says so: a crop of it is simply *unknown*.

    ## Example
    ```yaml
    faces:
      red_ring: {shape: circle, border: red}
    signs:
      - id: de.206
        name: {en: Stop}
        when: {face: red_ring, shape: octagon, text: STOP}
    ```

    ## Use instead
    ```yaml
    signs:
      - id: de.206
        name: {en: Stop}
        when: {shape: octagon, background: red, text: STOP}
    ```
    """

    code = "SR101"
    name = "contradiction"
    severity = Severity.ERROR

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Signs that never hold, and alternatives that hold in no sign."""
        signs = subject.catalogue.signs
        alive = {
            place
            for sign in signs
            for alternative in sign.alternatives
            if not alternative.is_empty
            for place in _places(alternative)
        }
        for sign in signs:
            empty = [a for a in sign.alternatives if a.is_empty]
            if len(empty) == len(sign.alternatives):
                for alternative in empty:
                    yield self._found(sign, alternative, "can never hold", Severity.ERROR)
            else:
                for alternative in empty:
                    if not _places(alternative) <= alive:
                        problem = "has an alternative that can never hold"
                        yield self._found(sign, alternative, problem, Severity.WARNING)

    def _found(
        self, sign: Sign, alternative: Alternative, problem: str, severity: Severity
    ) -> Finding:
        (first, *others), reason = _culprit(alternative)
        return self.finding(
            f"`{sign.id}` {problem}: {reason}",
            first,
            related=[Related("the other condition stands", place) for place in others],
            signs=[sign],
            severity=severity,
        )


def _places(alternative: Alternative) -> set[Position]:
    """Where an alternative and its conditions stand."""
    places = {place for c in alternative.conditions.values() for place in c.positions}
    places.update(alternative.choices)
    return places | set(alternative.pictogram.positions if alternative.pictogram else ())


def _culprit(alternative: Alternative) -> tuple[tuple[Position, ...], str]:
    """The places of the conditions that leave nothing, and in words why they do not."""
    for attribute, condition in alternative.conditions.items():
        if condition.values.is_empty:
            if len(condition.positions) == 1:
                return condition.positions, f"this leaves no {attribute} at all"
            return condition.positions, f"no {attribute} is {condition.phrase}"
    assert alternative.pictogram is not None
    return alternative.pictogram.positions, "no pictogram is in both lists"
