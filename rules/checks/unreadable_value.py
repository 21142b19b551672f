"""SR109: values that the weights in use cannot read."""

from __future__ import annotations

from collections.abc import Iterator

from rules.catalogue import Sign
from rules.checks.base import Finding, SignCheck, Subject, Unavailable
from rules.checks.boxes import meet
from rules.checks.phrases import enumerated
from rules.checks.readable_vocabulary import ReadableVocabulary
from rules.conditions import Condition
from rules.diagnostics import Severity
from rules.numbers import spellings, split_numbers
from rules.value_sets import StateSet, TextSet


class UnreadableValue(SignCheck):
    """A condition asks for what the weights in use cannot read.

    ## What it does
    Compares every condition with the vocabulary in the card of the weights. It is an error if
    every alternative of a sign has a condition none of whose values can be read, and a warning if
    only some alternatives have one, or if some of the texts that a condition lists cannot be
    read. It needs the card, but neither the weights nor torch.

    ## Why is this bad
    The condition never holds, so the sign, or what looks as that alternative says, is never
    recognized with these weights.

    ## Example
    ```yaml
    signs:
      - id: us.W1-1
        name: {en: Left turn}
        when: {shape: pentagon, background: yellow}
    ```

    with weights that were trained before the vocabulary had pentagons.

    ## Use instead
    Weights of the current vocabulary, or what these weights make of the sign:
    ```yaml
    signs:
      - id: us.W1-1
        name: {en: Left turn}
        when: {shape: other, background: yellow}
    ```
    """

    code = "SR109"
    name = "unreadable-value"
    severity = Severity.ERROR

    def unavailable(self, subject: Subject) -> Unavailable | None:
        """Why there is no card to compare with; None if there is one."""
        return subject.readable if isinstance(subject.readable, Unavailable) else None

    def check_sign(self, sign: Sign, subject: Subject) -> Iterator[Finding]:
        """The conditions of the sign that cannot be read."""
        readable = subject.readable
        assert not isinstance(readable, Unavailable)
        possible = [a for a in sign.alternatives if not a.is_empty]  # of the others SR101 tells
        is_lost = not any(
            all(_can_hold(c, readable) for c in a.conditions.values()) for a in possible
        )
        for alternative in possible:
            for attribute, condition in alternative.conditions.items():
                unread = _unreadable_texts(condition, readable)
                if not _can_hold(condition, readable):
                    what = f"`{sign.id}`" if is_lost else f"an alternative of `{sign.id}`"
                    yield self.finding(
                        f"{what} is never recognized: the weights in use cannot read the "
                        f"{attribute} {condition.phrase}",
                        condition.positions[0],
                        signs=[sign],
                        severity=None if is_lost else Severity.WARNING,
                    )
                elif unread:
                    words = enumerated([f"`{text}`" for text in unread])
                    yield self.finding(
                        f"`{sign.id}` is not recognized with the text {words}: the weights in use "
                        "cannot read it",
                        condition.positions[0],
                        signs=[sign],
                        severity=Severity.WARNING,
                    )


def _can_hold(condition: Condition, readable: ReadableVocabulary) -> bool:
    values = condition.values
    if isinstance(values, StateSet):
        return meet(values, readable.states[values.attribute])
    named = sum(map(readable.can_read, values.strings))
    if not values.complement:
        return named > 0
    # Of all texts that can be read, more than those that the condition excludes.
    lengths = range(readable.max_length + 1)
    readable_texts: int = sum(len(readable.alphabet) ** length for length in lengths)
    return readable_texts > named


def _unreadable_texts(condition: Condition, readable: ReadableVocabulary) -> list[str]:
    values = condition.values
    if not isinstance(values, TextSet) or values.complement:
        return []
    numbers, others = split_numbers(values.strings)
    # Of a number one spelling suffices: weights may know no decimal point, or fewer characters.
    unread = [n for n in numbers if not any(map(readable.can_read, spellings(n)))]
    return sorted(unread + [text for text in others if not readable.can_read(text)])
