"""Which detection is which track: the cheapest one-to-one assignment, exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment


def assign(cost: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pairs of row and column with the least total cost.

    A row or column may stay alone; a pair that stays apart costs 1, so no pair that costs 1 or
    more is made. Greedy choice is not enough: of two like signs on one pole that both moved by half
    their distance, the nearest pair is a wrong one, and it leaves the others without a partner.

    Args:
        cost: float64 (R, C), not negative.

    Returns:
        the pairs, rows ascending.
    """
    below = cost < 1
    rows, columns = np.flatnonzero(below.any(axis=1)), np.flatnonzero(below.any(axis=0))
    if not len(rows):
        return []
    # Only what can be paired at all takes part: usually a handful, whatever else is in the frame.
    reduced = np.minimum(cost[np.ix_(rows, columns)], 1.0)
    chosen = zip(*linear_sum_assignment(reduced), strict=True)
    return [(int(rows[r]), int(columns[c])) for r, c in chosen if reduced[r, c] < 1]
