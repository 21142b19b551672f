"""SR108: values that are not what a value should be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, product

from attributes.vocabulary import TEXT
from rules.catalogue import Sign
from rules.checks.base import Finding, SignCheck, Subject
from rules.diagnostics import Severity
from rules.value_sets import TextSet

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_LETTERS = [c for c in TEXT.alphabet if c.isalpha()]


class ValueNotANumber(SignCheck):
    """The value of a sign can be something that makes no sense as a value.

    ## What it does
    Looks for signs that take their value from the text although their rule also allows no text
    at all, and for values with a unit whose text need not be a number. (With `from: digits` the
    loader makes sure of both.)

    ## Why is this bad
    The answer reads `de.274[]` or `de.274[STOP]`, and whoever calculates with the value fails.

    ## Example
    ```yaml
    signs:
      - id: de.264
        name: {en: "Width limit {text} m"}
        when: {shape: circle, border: red, text: any}
        value: {from: text, unit: m}
    ```

    ## Use instead
    ```yaml
    signs:
      - id: de.264
        name: {en: "Width limit {digits} m"}
        when: {shape: circle, border: red, digits: {min: 1.5, max: 4, multiple_of: 0.1}}
        value: {from: digits, unit: m}
    ```
    """

    code = "SR108"
    name = "value-not-a-number"
    severity = Severity.WARNING

    def check_sign(self, sign: Sign, subject: Subject) -> Iterator[Finding]:
        """What the value can be and should not."""
        if sign.value is None:
            return
        texts = [
            condition.values
            for a in sign.alternatives
            if not a.is_empty and (condition := a.conditions.get(TEXT.name))
        ]
        if any("" in allowed for allowed in texts):
            yield self.finding(
                f"the value of `{sign.id}` can be empty: its rule also allows no text",
                sign.position,
                suggestion="`text: any` is any text but none",
                signs=[sign],
            )
        if sign.value.unit is None:
            return
        words = (word for allowed in texts if (word := _a_word_of(allowed)) is not None)
        for word in list(words)[:1]:
            yield self.finding(
                f"the value of `{sign.id}` has the unit `{sign.value.unit}`, but its text need "
                f"not be a number; for example text: {word}",
                sign.position,
                suggestion="use a `digits` condition",
                signs=[sign],
            )


def _a_word_of(allowed: object) -> str | None:
    """A text of the set that is no number; None if all are numbers."""
    assert isinstance(allowed, TextSet)
    candidates: Iterable[str] = sorted(allowed.strings)
    if allowed.complement:
        lengths = range(1, TEXT.max_length + 1)
        candidates = chain.from_iterable(
            map("".join, product(_LETTERS, repeat=length)) for length in lengths
        )
    return next((t for t in candidates if t in allowed and t and not _NUMBER.fullmatch(t)), None)
