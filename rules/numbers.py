"""Numbers as signs spell them, and ranges of them. Exact: no float is ever added up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Final

from attributes.vocabulary import TEXT

_NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def spell(number: float | Decimal) -> str:
    """The plain spelling of ``number``: ``50``, ``3.5``; no leading and no trailing zeros.

    Raises:
        ValueError: it is negative or not finite, or longer than the network can read.
    """
    # By way of the shortest decimal, because 0.1 has no exact float.
    is_exact = isinstance(number, int | Decimal)
    exact = Decimal(number) if is_exact else Decimal(repr(float(number)))
    if exact.is_finite() and exact >= 0:
        text = format(abs(exact).normalize(), "f")  # there is a -0.0
        if len(text) <= TEXT.max_length:
            return text
    raise ValueError(f"no sign can show the number {number}")


@lru_cache(maxsize=1 << 16)  # shared by all ranges, for each number is in many of them
def spellings(plain: str) -> tuple[str, ...]:
    """Every way in which a sign can write a number: ``4``, ``4.0``, ``4.00``, …

    Args:
        plain: its plain spelling, which comes first.
    """
    decimal = plain if "." in plain else f"{plain}."
    zeros = range(1, TEXT.max_length - len(decimal) + 1)
    return (plain, *(decimal + "0" * count for count in zeros))


@lru_cache(maxsize=1 << 16)
def plain_spelling(text: str) -> str | None:
    """The plain spelling of the number that ``text`` writes; None if it writes none.

    ``007``, ``.5`` and ``4.`` are texts, no numbers.
    """
    if not _NUMBER.fullmatch(text):
        return None
    return text.rstrip("0").removesuffix(".") if "." in text else text


def split_numbers(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """The numbers of which every spelling is there, in plain spelling, and all other texts."""
    given = frozenset(texts)
    numbers = [
        text for text in given if plain_spelling(text) == text and given.issuperset(spellings(text))
    ]
    whole = {spelling for number in numbers for spelling in spellings(number)}
    return sorted(numbers), sorted(given - whole)


@dataclass(frozen=True)
class Multiples:
    """The multiples ``first * step``, ``(first + 1) * step``, …, ``last * step``."""

    first: int
    last: int
    step: Decimal

    @classmethod
    def between(cls, smallest: float, largest: float, multiple_of: float) -> Multiples:
        """The multiples of ``multiple_of`` (above 0) in a range, both ends included."""
        low, high, step = (Decimal(repr(x)) for x in (smallest, largest, multiple_of))
        return cls(
            int((low / step).to_integral_value(ROUND_CEILING)),
            int((high / step).to_integral_value(ROUND_FLOOR)),
            step,
        )

    @property
    def count(self) -> int:
        """How many numbers there are; 0 if none lies in the range."""
        return max(0, self.last - self.first + 1)

    @property
    def max_length(self) -> int:
        """Characters that suffice for each of the numbers, found without spelling them all."""
        whole = len(str(int(self.last * self.step)))
        _, _, exponent = self.step.normalize().as_tuple()
        assert isinstance(exponent, int)
        return whole if exponent >= 0 else whole + 1 - exponent

    def spelled(self) -> tuple[str, ...]:
        """The plain spelling of every number, ascending."""
        return tuple(spell(self.step * n) for n in range(self.first, self.last + 1))
