"""Digits as German roads write them, drawn from their centre lines.

The letters of DIN 1451-2, by eye: one stroke of constant width, straight sides between round ends,
a 6 and a 9 that curl or, as on most roads, have a straight, slanted stem, a 1 whose flag reaches
far down. No font of the packages at hand has all of it, and where ten pixels are left of a digit, a
1 with a short flag is not a 1 with a long one.
Numbers of three digits are written narrower (*Engschrift*) than those of two (*Mittelschrift*).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]
_Line = npt.NDArray[np.float64]
"""Points (N, 2) of a centre line: x and y, of a digit's height, y downwards."""

_DRAWN_HEIGHT = 256
_HEIGHT = 64
"""Pixels; drawn larger, and averaged, so that edges are smooth."""
_WIDTHS = {"1": 0.62, "4": 1.06, "7": 0.95}
"""Of digits that are not as wide as a 0."""
_SLANTED_SHARE = 0.7


@dataclass(frozen=True)
class RoadDigits:
    """How the digits of one number are written. All in heights of a digit.

    Attributes:
        stroke: width of the line.
        width: of a 0.
        gap: between digits.
        is_slanted: whether the stems of 6 and 9 are straight, and do not curl.
    """

    stroke: float
    width: float
    gap: float
    is_slanted: bool

    def ink(self, number: str) -> tuple[Mask, list[tuple[float, float]]]:
        """A number's ink, and where each digit's place begins and ends, as shares of its width.

        Args:
            number: digits alone.

        Returns:
            uint8 (64, W), 255 where ink is; one pair of shares in [0, 1] for each digit.
        """
        widths = [self.width * _WIDTHS.get(digit, 1.0) for digit in number]
        whole = sum(widths) + self.gap * (len(widths) - 1)
        canvas = np.zeros((_DRAWN_HEIGHT, round(whole * _DRAWN_HEIGHT)), np.uint8)
        lines = _LINES | _SLANTED if self.is_slanted else _LINES
        edges, left = [], 0.0
        for digit, width in zip(number, widths, strict=True):
            for line in lines[digit](_Cell(width, self.stroke)):
                _draw(canvas, line + np.array([left, 0.0]), self.stroke)
            start, end = left - self.gap / 2, left + width + self.gap / 2
            edges.append((max(0.0, start / whole), min(1.0, end / whole)))
            left += width + self.gap
        size = (max(1, round(canvas.shape[1] * _HEIGHT / _DRAWN_HEIGHT)), _HEIGHT)
        return np.asarray(cv2.resize(canvas, size, interpolation=cv2.INTER_AREA), np.uint8), edges


def random_road_digits(rng: np.random.Generator, count: int) -> RoadDigits:
    """As bold, wide and far apart as on one road or another, for a number of ``count`` digits."""
    wide = (0.5, 0.62) if count < 3 else (0.38, 0.5)
    stroke, width, gap = rng.uniform(0.11, 0.17), rng.uniform(*wide), rng.uniform(0.07, 0.15)
    return RoadDigits(stroke, width, gap, is_slanted=bool(rng.random() < _SLANTED_SHARE))


def _draw(canvas: Mask, line: _Line, stroke: float) -> None:
    """A line with flat ends and mitred corners."""
    steps = np.diff(line, axis=0)
    normals = np.stack([-steps[:, 1], steps[:, 0]], axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    before, after = np.vstack([normals[:1], normals]), np.vstack([normals, normals[-1:]])
    # Where two pieces meet, their sides do: on the bisector, farther out the sharper the corner.
    across = (before + after) / (1 + (before * after).sum(axis=1, keepdims=True))
    sides = np.stack([line + across * stroke / 2, line - across * stroke / 2], axis=1)
    pixels = np.round(sides * canvas.shape[0]).astype(np.int32)
    for (a, b), (c, d) in itertools.pairwise(pixels):
        cv2.fillConvexPoly(canvas, np.array([a, c, d, b]), 255)


class _Cell:
    """Where the centre lines of a digit run: left, right, top, bottom, and the middle of a row."""

    def __init__(self, width: float, stroke: float) -> None:
        self.left, self.right = stroke / 2, width - stroke / 2
        self.top, self.bottom = stroke / 2, 1 - stroke / 2
        self.middle = width / 2
        self.stroke = stroke

    def arc(self, top: float, bottom: float, begin: float, end: float) -> _Line:
        """Part of an ellipse as wide as the digit; degrees clockwise, from 0 on the right."""
        angles = np.radians(np.linspace(begin, end, 49))
        wide, tall = (self.right - self.left) / 2, (bottom - top) / 2
        return np.stack(
            [self.middle + wide * np.cos(angles), top + tall + tall * np.sin(angles)], axis=1
        )

    @property
    def round_end(self) -> float:
        """Height of a half circle over the whole width."""
        return (self.right - self.left) / 2


def _points(*pairs: tuple[float, float]) -> _Line:
    return np.array(pairs, np.float64)


def _zero(c: _Cell) -> list[_Line]:
    above, below = 2 * c.round_end + c.top, c.bottom - 2 * c.round_end
    upper, lower = c.arc(c.top, above, 180, 360), c.arc(below, c.bottom, 0, 180)
    return [np.concatenate([upper, lower, upper[:1]])]


def _one(c: _Cell) -> list[_Line]:
    stem = c.right
    return [
        _points((stem, 0), (stem, 1)),
        _points((stem, 0.45 * c.stroke), (0.3 * c.stroke, 0.45 * c.stroke + 0.23)),
    ]


def _two(c: _Cell) -> list[_Line]:
    above = 2 * c.round_end + c.top
    curve = c.arc(c.top, above, 188, 390)
    return [
        np.concatenate([curve, _points((c.left, c.bottom), (c.right + c.stroke / 2, c.bottom))])
    ]


def _three(c: _Cell) -> list[_Line]:
    waist = 0.47
    upper, lower = c.arc(c.top, waist, 200, 450), c.arc(waist, c.bottom, -90, 160)
    bar = _points((c.middle - 0.12, waist))
    return [np.concatenate([bar, lower]), upper]


def _four(c: _Cell) -> list[_Line]:
    bar, stem = 0.76, c.right - 0.3 * (c.right - c.left)
    peak = c.left + 0.5 * (c.right - c.left)
    return [
        _points((peak, 0), (c.left, bar), (c.right + c.stroke / 2, bar)),
        _points((stem, 0.47), (stem, 1)),
    ]


def _five(c: _Cell) -> list[_Line]:
    bowl = c.arc(0.37, c.bottom, 222, 520)
    return [np.concatenate([_points((c.right, c.top), (c.left, c.top), (c.left, 0.47)), bowl])]


def _six(c: _Cell) -> list[_Line]:
    waist = 0.4
    head = c.arc(c.top, c.top + 2 * c.round_end, 335, 180)
    side = _points((c.left, (waist + c.bottom) / 2))
    return [np.concatenate([head, side]), c.arc(waist, c.bottom, 0, 380)]


def _slanted_six(c: _Cell) -> list[_Line]:
    waist = 0.38
    centre = np.array([c.middle, (waist + c.bottom) / 2])
    radii = np.array([(c.right - c.left) / 2, (c.bottom - waist) / 2])
    peak = np.array([c.middle + 0.2 * (c.right - c.left), 0.0])
    # Where a line from the peak touches the bowl: on a unit circle, this far from their direction.
    x, y = (peak - centre) / radii
    angle = np.arctan2(y, x) - np.arccos(1 / np.hypot(x, y))
    touching = centre + radii * np.array([np.cos(angle), np.sin(angle)])
    return [np.stack([peak, touching]), c.arc(waist, c.bottom, 0, 380)]


def _slanted_nine(c: _Cell) -> list[_Line]:
    return _upside_down(c, _slanted_six(c))


def _seven(c: _Cell) -> list[_Line]:
    foot = c.left + 0.28 * (c.right - c.left)
    return [_points((0, c.top), (c.right, c.top), (foot, 1))]


def _eight(c: _Cell) -> list[_Line]:
    waist = 0.46
    return [c.arc(c.top, waist, 0, 380), c.arc(waist, c.bottom, 0, 380)]


def _nine(c: _Cell) -> list[_Line]:
    return _upside_down(c, _six(c))


def _upside_down(c: _Cell, lines: list[_Line]) -> list[_Line]:
    return [(c.left + c.right, 1.0) - line for line in lines]


_LINES: dict[str, Callable[[_Cell], list[_Line]]] = {
    "0": _zero, "1": _one, "2": _two, "3": _three, "4": _four,
    "5": _five, "6": _six, "7": _seven, "8": _eight, "9": _nine,
}  # fmt: skip
_SLANTED = {"6": _slanted_six, "9": _slanted_nine}
