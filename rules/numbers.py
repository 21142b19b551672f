"""Numbers as signs spell them, and ranges of them. Exact: no float is ever added up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from attributes.vocabulary import TEXT


def spell(number: float | Decimal) -> str:
    """How a sign spells ``number``: ``50``, ``3.5``; no leading and no trailing zeros.

    Raises:
        ValueError: it is negative, or longer than the network can read.
    """
    # By way of the shortest decimal, because 0.1 has no exact float.
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    text = format(exact.normalize(), "f")
    if exact < 0 or len(text) > TEXT.max_length:
        raise ValueError(f"no sign can show the number {number}")
    return text


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
        """Every number as a sign spells it, ascending."""
        return tuple(spell(self.step * n) for n in range(self.first, self.last + 1))
