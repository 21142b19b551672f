"""Which rules of a catalogue can hold at once, and which win over which: sets of rules as bits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import TypeVar

from rules.catalogue import Alternative, Catalogue, Sign
from rules.checks.atoms import Atoms
from rules.checks.boxes import DIMENSIONS, Box

Key = TypeVar("Key")


@dataclass(frozen=True)
class Entry:
    """One way in which a sign can look, and its box."""

    sign: Sign
    alternative: Alternative
    box: Box


class RuleIndex:
    """All alternatives that can hold, by number, and which of them meet.

    Signs of different countries never compete, because ``country`` chooses one; those of no
    country compete with all. A set of alternatives is one integer with a bit for each, so that
    the intersection over all dimensions is a handful of integer operations per alternative.

    Attributes:
        entries: the alternatives that can hold, in the order of the catalogue.
        atoms: dimension -> its values, as far as these alternatives tell them apart.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.entries = tuple(
            Entry(sign, alternative, Box.of(alternative))
            for sign in catalogue.signs
            for alternative in sign.alternatives
            if not alternative.is_empty
        )
        self.atoms = {d: Atoms([entry.box[d] for entry in self.entries]) for d in DIMENSIONS}
        self._of_sign = self._grouped(lambda sign: sign.id)
        self._of_priority = self._grouped(lambda sign: sign.priority)
        self._of_country = self._grouped(lambda sign: sign.country)
        countries = dict.fromkeys(sign.country for sign in catalogue.signs)
        self._countries = tuple(c for c in countries if c is not None) or (None,)
        self._above: dict[int, int] = {}
        above = 0
        for priority in sorted(self._of_priority, reverse=True):
            self._above[priority] = above
            above |= self._of_priority[priority]

    def overlapping(self, number: int) -> int:
        """The alternatives that can hold together with this one, itself among them."""
        return reduce(and_, (atoms.meeting(number) for atoms in self.atoms.values()))

    def rivals(self, number: int) -> Iterator[int]:
        """Numbers of later alternatives that can hold with this one, and neither sign wins."""
        sign = self.entries[number].sign
        found = self.overlapping(number) & self._of_priority[sign.priority]
        found &= ~self._of_sign[sign.id] & self._competing(sign.country)
        return (number + 1 + bit for bit in bits(found >> (number + 1)))

    def stronger(self, number: int) -> tuple[int, ...]:
        """The alternatives that win over this one where both hold.

        They may differ by country: one set for each country that this one's sign is used in.
        """
        sign = self.entries[number].sign
        found = self.overlapping(number) & self._above[sign.priority]
        countries = (sign.country,) if sign.country else self._countries
        return tuple(sorted({found & self._scope(country) for country in countries}))

    def numbers_of(self, sign: Sign) -> tuple[int, ...]:
        """Numbers of the alternatives of a sign that can hold."""
        return tuple(bits(self._of_sign.get(sign.id, 0)))

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


def bits(numbers: int) -> Iterator[int]:
    """Positions of the bits that are set, ascending."""
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest
