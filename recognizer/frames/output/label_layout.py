"""Where labels go, so that they stay inside the frame and out of each other's way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_ROWS_AWAY: Final = 4
"""Label heights that a label may be moved away from its box."""

_COVERED_LABEL: Final = 10.0
_COVERED_BOX: Final = 1.0
_ROW_AWAY: Final = 0.05
"""Costs: per share of the label that lies on another label, on a box, and per row moved away."""


class Rectangle(NamedTuple):
    """Whole pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    def overlap(self, other: Rectangle) -> int:
        """Pixels that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, width) * max(0, height)


def place_labels(
    boxes: Sequence[Rectangle], sizes: Sequence[tuple[int, int]], frame: tuple[int, int]
) -> list[Rectangle]:
    """A place for the label of each box, the most important box first.

    Args:
        boxes: what is labelled.
        sizes: width and height of each label; the width at most that of the frame.
        frame: its width and height.

    Returns:
        one rectangle for each, inside the frame; free of those before it wherever there is room
        near its box, and off the boxes if possible.
    """
    placed: list[Rectangle] = []
    for box, size in zip(boxes, sizes, strict=True):
        placed.append(_best_place(_candidates(box, size, frame), placed, boxes))
    return placed


def _best_place(
    candidates: Iterator[tuple[Rectangle, int]],
    placed: Sequence[Rectangle],
    boxes: Sequence[Rectangle],
) -> Rectangle:
    best, lowest = None, float("inf")
    for place, rows in candidates:
        if best is not None and lowest <= rows * _ROW_AWAY:
            break  # those that follow are at least as far away
        cost = _cost(place, placed, boxes) + rows * _ROW_AWAY
        if cost < lowest:
            best, lowest = place, cost
    assert best is not None
    return best


def _candidates(
    box: Rectangle, size: tuple[int, int], frame: tuple[int, int]
) -> Iterator[tuple[Rectangle, int]]:
    """Places near the box, the usual ones first, with the rows that each is away."""
    width, height = size
    lefts = (box.left, box.right - width, (box.left + box.right - width) // 2)
    for row in range(_ROWS_AWAY + 1):
        for top in (box.top - height * (row + 1), box.bottom + height * row):
            for left in lefts:
                yield _inside(left, top, size, frame), row
        if row == 0:
            for left in (box.right, box.left - width):
                for top in (box.top, box.bottom - height):
                    yield _inside(left, top, size, frame), row


def _inside(left: int, top: int, size: tuple[int, int], frame: tuple[int, int]) -> Rectangle:
    left = max(0, min(left, frame[0] - size[0]))
    top = max(0, min(top, frame[1] - size[1]))
    return Rectangle(left, top, left + size[0], top + size[1])


def _cost(place: Rectangle, placed: Sequence[Rectangle], boxes: Sequence[Rectangle]) -> float:
    area = (place.right - place.left) * (place.bottom - place.top)
    on_labels = sum(place.overlap(other) for other in placed)
    on_boxes = sum(place.overlap(box) for box in boxes)
    return (_COVERED_LABEL * on_labels + _COVERED_BOX * on_boxes) / area
