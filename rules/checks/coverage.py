"""Whether several boxes together cover another one, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.checks.boxes import DIMENSIONS, Box, contains, meet
from rules.value_sets import ValueSet


@dataclass(frozen=True)
class Coverage:
    """Whether boxes cover another box.

    Attributes:
        uncovered: a part of the box that lies in none of them; None if there is none.
        used: of boxes that do cover, the indices of enough of them.
    """

    uncovered: Box | None
    used: frozenset[int]


def cover(box: Box, covers: Sequence[Box]) -> Coverage:
    """Whether every assignment of ``box``, which is not empty, lies in one of ``covers``.

    One dimension after the other is cut into the pieces that the covers tell apart, so the work
    is bounded by the number of states, however many covers there are. Remainders that come
    again are looked at once.
    """
    search = _Search(box, covers)
    found = search.uncovered(0, tuple(i for i, c in enumerate(covers) if c.meets(box)))
    if found is None:
        return Coverage(None, frozenset(search.used))
    return Coverage(Box({**box.sets, **found}), frozenset())


def pieces(values: ValueSet, cuts: Iterable[ValueSet]) -> list[ValueSet]:
    """``values`` cut along the edges of ``cuts``: each piece lies in or outside of each cut."""
    parts = [values]
    for cut in dict.fromkeys(cuts):
        halves: list[ValueSet] = []
        for part in parts:
            if meet(part, cut):
                halves.append(part & cut)  # type: ignore[operator]
            if not contains(cut, part):
                halves.append(part & ~cut)  # type: ignore[operator]
        parts = halves
    return parts


class _Search:
    """Depth-first through the dimensions for a piece that no cover holds."""

    def __init__(self, box: Box, covers: Sequence[Box]) -> None:
        self.used: set[int] = set()
        self._box = box
        self._covers = covers
        self._enough_from = [_enough_from(box, c) for c in covers]
        self._covered: set[tuple[int, tuple[int, ...]]] = set()

    def uncovered(self, depth: int, left: tuple[int, ...]) -> dict[str, ValueSet] | None:
        """The pieces, from the dimension ``depth`` on, of a part that none of ``left`` holds."""
        if not left:
            return {}
        if (depth, left) in self._covered:
            return None
        whole = [i for i in left if self._enough_from[i] <= depth]
        if whole:
            self.used.add(next((i for i in whole if i in self.used), whole[0]))
        else:
            dimension = DIMENSIONS[depth]
            of_cover = {i: self._covers[i][dimension] for i in left}
            for piece in pieces(self._box[dimension], of_cover.values()):
                still = tuple(i for i in left if meet(of_cover[i], piece))
                found = self.uncovered(depth + 1, still)
                if found is not None:
                    return {dimension: piece, **found}
        self._covered.add((depth, left))
        return None


def _enough_from(box: Box, cover_box: Box) -> int:
    """The dimension from which on ``cover_box`` allows all that ``box`` does."""
    depth = len(DIMENSIONS)
    while depth and contains(cover_box[DIMENSIONS[depth - 1]], box[DIMENSIONS[depth - 1]]):
        depth -= 1
    return depth
