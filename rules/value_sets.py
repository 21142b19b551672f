"""Sets of attribute values: what a condition allows, exactly.

Every attribute has finitely many states, so every condition is a subset of them. Of the
categorical attributes and the colour sets the states can be numbered, and a subset is a bit mask
(:class:`StateSet`). The strings of ``text`` are too many for that, but every condition names
either finitely many strings or all but finitely many (:class:`TextSet`). Both kinds are closed
under intersection and complement, which is all that the rule language needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from attributes.vocabulary import CATEGORICAL, LEGEND, TEXT

STATE_COUNT: Final = {
    **{a.name: len(a.values) for a in CATEGORICAL},
    LEGEND.name: 2 ** len(LEGEND.values),
}
"""Attribute -> number of its states. State ``i`` of a categorical attribute is its value ``i``;
state ``i`` of a colour set holds colour ``j`` if bit ``j`` of ``i`` is set."""

_CATEGORICAL: Final = {a.name: a for a in CATEGORICAL}


@dataclass(frozen=True)
class StateSet:
    """Some of the states of a categorical attribute or a colour set.

    Attributes:
        attribute: name of the attribute.
        mask: bit ``i`` is set if state ``i`` belongs to the set.
    """

    attribute: str
    mask: int

    @classmethod
    def everything(cls, attribute: str) -> StateSet:
        """All states of ``attribute``."""
        return cls(attribute, (1 << STATE_COUNT[attribute]) - 1)

    @classmethod
    def of_values(cls, attribute: str, values: Iterable[str]) -> StateSet:
        """The states of a categorical attribute that are among ``values``."""
        domain = _CATEGORICAL[attribute]
        return cls(attribute, sum(1 << i for i in {domain.index(v) for v in values}))

    def __and__(self, other: StateSet) -> StateSet:
        """The states of both sets."""
        return StateSet(self.attribute, self.mask & other.mask)

    def __or__(self, other: StateSet) -> StateSet:
        """The states of either set."""
        return StateSet(self.attribute, self.mask | other.mask)

    def __invert__(self) -> StateSet:
        """All other states."""
        return StateSet(self.attribute, self.everything(self.attribute).mask & ~self.mask)

    def __contains__(self, value: object) -> bool:
        """Whether a value (a name, or for a colour set an iterable of colours) belongs to it."""
        return bool(self.mask >> state_of(self.attribute, value) & 1)

    @property
    def is_empty(self) -> bool:
        """Whether no state belongs to the set."""
        return self.mask == 0

    def states(self) -> npt.NDArray[np.bool_]:
        """Membership of every state, bool (states,)."""
        count = STATE_COUNT[self.attribute]
        packed = np.frombuffer(self.mask.to_bytes((count + 7) // 8, "little"), np.uint8)
        return np.unpackbits(packed, count=count, bitorder="little").astype(bool)

    def example(self) -> str | frozenset[str]:
        """The member with the lowest number; ValueError if the set is empty."""
        if self.is_empty:
            raise ValueError(f"no {self.attribute} belongs to an empty set")
        state = (self.mask & -self.mask).bit_length() - 1
        if self.attribute in _CATEGORICAL:
            return _CATEGORICAL[self.attribute].values[state]
        return frozenset(c for j, c in enumerate(LEGEND.values) if state >> j & 1)


@dataclass(frozen=True)
class TextSet:
    """Finitely many strings, or all but finitely many.

    Attributes:
        strings: the strings that are named.
        complement: False if exactly ``strings`` belong to the set, True if all others do.
    """

    strings: frozenset[str]
    complement: bool = False

    @property
    def attribute(self) -> str:
        """Name of the attribute, as :attr:`StateSet.attribute`."""
        return TEXT.name

    @classmethod
    def everything(cls) -> TextSet:
        """All strings."""
        return cls(frozenset(), complement=True)

    def __and__(self, other: TextSet) -> TextSet:
        """The strings of both sets."""
        if self.complement and other.complement:
            return TextSet(self.strings | other.strings, complement=True)
        if self.complement:
            return TextSet(other.strings - self.strings)
        if other.complement:
            return TextSet(self.strings - other.strings)
        return TextSet(self.strings & other.strings)

    def __or__(self, other: TextSet) -> TextSet:
        """The strings of either set."""
        return ~(~self & ~other)

    def __invert__(self) -> TextSet:
        """All other strings."""
        return TextSet(self.strings, not self.complement)

    def __contains__(self, value: object) -> bool:
        """Whether a string belongs to the set."""
        return (value in self.strings) != self.complement

    @property
    def is_empty(self) -> bool:
        """Whether no string belongs to the set."""
        return not self.strings and not self.complement

    def example(self) -> str:
        """A member, as short as can be; ValueError if the set is empty."""
        if not self.complement:
            if not self.strings:
                raise ValueError("no text belongs to an empty set")
            return min(self.strings, key=_by_length)
        if "" in self:
            return ""
        # More candidates than excluded strings: one of them must be a member.
        numbers = map(str, range(len(self.strings) + 1))
        return next(number for number in numbers if number in self)


ValueSet = StateSet | TextSet


def _by_length(string: str) -> tuple[int, str]:
    return len(string), string


def state_of(attribute: str, value: object) -> int:
    """Number of the state that a value is.

    Args:
        attribute: a categorical attribute or the colour set.
        value: one of its values; for the colour set an iterable of colours.

    Raises:
        ValueError: the vocabulary has no such value.
    """
    if attribute in _CATEGORICAL:
        return _CATEGORICAL[attribute].index(str(value))
    assert isinstance(value, Iterable)
    return sum(1 << LEGEND.index(colour) for colour in set(value))
