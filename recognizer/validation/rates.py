"""Proportions with their uncertainty, alone and by size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from recognizer.validation.metrics import wilson_interval

SIZE_EDGES: Final = (0, 16, 24, 32, 48, 64, 96)
"""Lower edges, in pixels of the shorter side, of the bins that figures are split by."""


@dataclass(frozen=True)
class Rate:
    """A proportion with its 95 % Wilson interval.

    Attributes:
        right: successes.
        count: trials.
    """

    right: int
    count: int

    @classmethod
    def of(cls, right: npt.NDArray[np.bool_]) -> Rate:
        """The rate of true values among N, bool (N,)."""
        return cls(int(right.sum()), len(right))

    @property
    def value(self) -> float:
        """The proportion; NaN of nothing."""
        return self.right / self.count if self.count else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end."""
        low, high = wilson_interval(self.right, self.count).tolist()
        return low, high


SizedRates = tuple[tuple[str, Rate], ...]
"""(size in words, rate), from small to large; sizes that do not occur are left out."""


def rates_by_size(sides: npt.NDArray[np.number], right: npt.NDArray[np.bool_]) -> SizedRates:
    """Rates of what is of one size.

    Args:
        sides: (N, 2), heights and widths, pixels; the shorter one counts.
        right: bool (N,).
    """
    bins = size_bins(sides)
    return tuple(
        (size_words(number), Rate.of(right[bins == number])) for number in np.unique(bins).tolist()
    )


def size_bins(sides: npt.NDArray[np.number]) -> npt.NDArray[np.intp]:
    """intp (N,), index into :data:`SIZE_EDGES` of what has sides (N, 2)."""
    shorter = sides.min(axis=1)
    return np.asarray(np.searchsorted(SIZE_EDGES, shorter, side="right") - 1, np.intp)


def size_words(number: int) -> str:
    """A bin in words, such as ``16 to 23 px``."""
    low = SIZE_EDGES[number]
    is_last = number + 1 == len(SIZE_EDGES)
    return f"from {low} px" if is_last else f"{low} to {SIZE_EDGES[number + 1] - 1} px"
