"""Which rules of a catalogue can hold at once: bit sets over all their alternatives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TypeVar

from rules.catalogue import Alternative, Catalogue, Sign
from rules.checks.boxes import DIMENSIONS, Box, meet
from rules.value_sets import TextSet, ValueSet

Key = TypeVar("Key")


@dataclass(frozen=True)
class Entry:
    """One way in which a sign can look, and its box."""

    sign: Sign
    alternative: Alternative
    box: Box


class RuleIndex:
    """All alternatives that can hold, and which of them meet.

    Signs of different countries never compete, because ``country`` chooses one; those of no
    country compete with all. A set of alternatives is one integer with a bit for each, so that
    the intersection over all dimensions is a handful of integer operations per alternative.

    Attributes:
        entries: the alternatives that can hold, in the order of the catalogue.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.entries = tuple(
            Entry(sign, alternative, Box.of(alternative))
            for sign in catalogue.signs
            for alternative in sign.alternatives
            if not alternative.is_empty
        )
        self._meeting = [_meeting(dimension, self.entries) for dimension in DIMENSIONS]
        self._of_sign = self._grouped(lambda sign: sign.id)
        self._of_priority = self._grouped(lambda sign: sign.priority)
        self._of_country = self._grouped(lambda sign: sign.country)
        self._countries = tuple(c for c in self._of_country if c is not None) or (None,)
        self._above: dict[int, int] = {}
        above = 0
        for priority in sorted(self._of_priority, reverse=True):
            self._above[priority] = above
            above |= self._of_priority[priority]

    def overlapping(self, number: int) -> int:
        """The alternatives that can hold together with this one, itself among them."""
        found = -1
        for (of_values, free), dimension in zip(self._meeting, DIMENSIONS, strict=True):
            values = self.entries[number].box.sets.get(dimension)
            found &= free if values is None else of_values[values]
        return found

    def rivals(self, number: int) -> Iterator[int]:
        """Numbers of later alternatives that can hold with this one, and neither sign wins."""
        sign = self.entries[number].sign
        found = self.overlapping(number) & self._of_priority[sign.priority]
        found &= ~self._of_sign[sign.id] & self._competing(sign.country)
        return (number + 1 + bit for bit in _bits(found >> (number + 1)))

    def stronger(self, number: int) -> tuple[tuple[int, ...], ...]:
        """Numbers of the alternatives that win over this one where both hold.

        They may differ by country: one tuple for each country that this one's sign is used in.
        """
        sign = self.entries[number].sign
        found = self.overlapping(number) & self._above[sign.priority]
        countries = (sign.country,) if sign.country else self._countries
        scopes = {found & self._scope(country) for country in countries}
        return tuple(tuple(_bits(scope)) for scope in sorted(scopes))

    def numbers_of(self, sign: Sign) -> tuple[int, ...]:
        """Numbers of the alternatives of a sign that can hold."""
        return tuple(_bits(self._of_sign.get(sign.id, 0)))

    def _grouped(self, key: Callable[[Sign], Key]) -> dict[Key, int]:
        groups: dict[Key, int] = defaultdict(int)
        for number, entry in enumerate(self.entries):
            groups[key(entry.sign)] |= 1 << number
        return dict(groups)

    def _scope(self, country: str | None) -> int:
        """What is in use if ``country`` is chosen."""
        return self._of_country.get(country, 0) | self._of_country.get(None, 0)

    def _competing(self, country: str | None) -> int:
        return -1 if country is None else self._scope(country)


def compete(one: Sign, other: Sign) -> bool:
    """Whether there is a country in which both signs are in use."""
    return one.country == other.country or None in (one.country, other.country)


def _meeting(dimension: str, entries: tuple[Entry, ...]) -> tuple[dict[ValueSet, int], int]:
    """For each set of values, the alternatives whose own set meets it; and all of them."""
    members: dict[ValueSet, int] = defaultdict(int)
    free = 0
    for number, entry in enumerate(entries):
        values = entry.box.sets.get(dimension)
        if values is None:
            free |= 1 << number
        else:
            members[values] |= 1 << number
    everyone = (1 << len(entries)) - 1
    by_string: dict[str, int] = defaultdict(int)
    # Compared one by one: all sets but the finite sets of strings, which are found by string.
    others = [v for v in members if not isinstance(v, TextSet) or v.complement]
    for values, numbers in members.items():
        if isinstance(values, TextSet) and not values.complement:
            for string in values.strings:
                by_string[string] |= numbers

    def meeting(values: ValueSet) -> int:
        if isinstance(values, TextSet) and not values.complement:
            by_value = reduce(or_, (by_string[string] for string in values.strings), free)
            return reduce(or_, (members[o] for o in others if meet(values, o)), by_value)
        return reduce(or_, (m for o, m in members.items() if meet(values, o)), free)

    return {values: meeting(values) for values in members}, everyone


def _bits(numbers: int) -> Iterator[int]:
    """Positions of the bits that are set, ascending."""
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest
