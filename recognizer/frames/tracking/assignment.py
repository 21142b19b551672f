"""Which detection is which track: the cheapest one-to-one assignment, exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def assign(cost: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pairs of row and column with the least total cost.

    A row or column may stay alone; a pair that stays apart costs 1, so no pair that costs 1 or
    more is made. Exact, by shortest augmenting paths (Jonker and Volgenant, Computing 38, 1987).
    Greedy choice is not enough: of two like signs on one pole that both moved by half their
    distance, the nearest pair is a wrong one, and it leaves the others without a partner.

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
    if len(rows) <= len(columns):
        partner = _solve(reduced)
    else:
        partner = np.full(len(rows), -1, np.intp)
        partner[_solve(reduced.T)] = np.arange(len(columns))
    return [
        (int(rows[r]), int(columns[c]))
        for r, c in enumerate(partner)
        if c >= 0 and reduced[r, c] < 1
    ]


def _solve(cost: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Column of each row, intp (R,), for R <= C; every row gets one."""
    row_count, column_count = cost.shape
    row_price = np.zeros(row_count)
    column_price = np.zeros(column_count)
    owner = np.full(column_count, -1, np.intp)
    for start in range(row_count):
        shortest = np.full(column_count, np.inf)
        previous = np.full(column_count, -1, np.intp)
        is_done = np.zeros(column_count, bool)
        row, distance, column = start, 0.0, -1
        visited = [start]
        while True:
            through = distance + cost[row] - row_price[row] - column_price
            nearer = ~is_done & (through < shortest)
            shortest[nearer] = through[nearer]
            previous[nearer] = row
            column = int(np.argmin(np.where(is_done, np.inf, shortest)))
            distance = float(shortest[column])
            is_done[column] = True
            if owner[column] < 0:
                break
            row = int(owner[column])
            visited.append(row)
        row_price[start] += distance
        for other in visited[1:]:
            row_price[other] += distance - shortest[owner == other][0]
        # The last column was reached at `distance`, so its own price does not change.
        column_price[is_done] -= distance - shortest[is_done]
        while True:
            row = int(previous[column])
            taken = np.flatnonzero(owner == row)
            owner[column] = row
            if row == start:
                break
            column = int(taken[0])
    result = np.empty(row_count, np.intp)
    for column, row in enumerate(owner.tolist()):
        if row >= 0:
            result[row] = column
    return result
