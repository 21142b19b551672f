"""Blank plates: outlines, faces and bars of many proportions, to compose signs from."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from attributes.training.artwork import SPRITE_FILL, SPRITE_SIZE
from attributes.vocabulary import BAR, SHAPE

Mask = npt.NDArray[np.uint8]
_SUPERSAMPLING = 4
_BARS = 40
"""Masks of each kind of bar."""

# Outlines in a unit box, x right, y down; a circle is drawn as such.
_OUTLINES: dict[str, list[tuple[float, float]]] = {
    "triangle": [(0.0, 0.94), (0.5, 0.06), (1.0, 0.94)],
    "inverted_triangle": [(0.0, 0.06), (1.0, 0.06), (0.5, 0.94)],
    "diamond": [(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)],
    "octagon": [
        (0.29, 0.0), (0.71, 0.0), (1.0, 0.29), (1.0, 0.71),
        (0.71, 1.0), (0.29, 1.0), (0.0, 0.71), (0.0, 0.29),
    ],
    "square": [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)],
    "pentagon": [(0.5, 0.0), (1.0, 0.42), (1.0, 1.0), (0.0, 1.0), (0.0, 0.42)],
}  # fmt: skip
# Where the legend fits: centre x, centre y, side, as fractions of the plate's box.
_LEGEND_BOX = {
    "circle": (0.5, 0.5, 0.62),
    "triangle": (0.5, 0.64, 0.46),
    "inverted_triangle": (0.5, 0.36, 0.46),
    "diamond": (0.5, 0.5, 0.56),
    "octagon": (0.5, 0.5, 0.78),
    "square": (0.5, 0.5, 0.84),
    "wide_rectangle": (0.5, 0.5, 0.84),
    "tall_rectangle": (0.5, 0.5, 0.84),
    "pentagon": (0.5, 0.62, 0.66),
}


@dataclass(frozen=True)
class PlateBank:
    """Blank plates to compose from, K of them.

    Attributes:
        outlines: uint8 (K, 1, S, S), 255 on the plate.
        faces: uint8 (K, 1, S, S), 255 on the face inside the rim.
        shapes: int64 (K,), index into SHAPE.values.
        legend_boxes: float32 (K, 3), centre x, centre y and half the side in [-1, 1] sprite
            coordinates.
        aspects: float32 (K,), width / height.
        bars: bar index -> uint8 (B, 1, S, S) masks.
    """

    outlines: Tensor
    faces: Tensor
    shapes: Tensor
    legend_boxes: Tensor
    aspects: Tensor
    bars: dict[int, Tensor]


def draw_plate_bank(rng: np.random.Generator, per_shape: int = 40) -> PlateBank:
    """Draw plates of every shape with rims and corners of many widths."""
    outlines, faces, shapes, boxes, aspects = [], [], [], [], []
    for shape in _LEGEND_BOX:
        for _ in range(per_shape):
            aspect = {
                "wide_rectangle": rng.uniform(1.2, 2.4),
                "tall_rectangle": rng.uniform(1 / 2.2, 1 / 1.2),
            }.get(shape, 1.0)
            rim = rng.uniform(0.035, 0.16)
            outline, face = _draw_outline(shape, aspect, rim, rng.uniform(0.0, 0.12))
            outlines.append(outline)
            faces.append(face)
            shapes.append(SHAPE.index(shape))
            x, y, side = _LEGEND_BOX[shape]
            side *= min(aspect, 1 / aspect) * (1 - 0.9 * rim)
            boxes.append(((2 * x - 1) * SPRITE_FILL, (2 * y - 1) * SPRITE_FILL, side * SPRITE_FILL))
            aspects.append(aspect)
    return PlateBank(
        torch.from_numpy(np.stack(outlines))[:, None],
        torch.from_numpy(np.stack(faces))[:, None],
        torch.tensor(shapes),
        torch.tensor(boxes, dtype=torch.float32),
        torch.tensor(aspects, dtype=torch.float32),
        {BAR.index(bar): _draw_bars(rng, bar) for bar in BAR.values if bar != "none"},
    )


def _draw_outline(shape: str, aspect: float, rim: float, corner: float) -> tuple[Mask, Mask]:
    """Antialiased outline and face of one plate, both uint8 (S, S)."""
    size = SPRITE_SIZE * _SUPERSAMPLING
    long_side = SPRITE_FILL * size
    width, height = long_side * min(1.0, aspect), long_side * min(1.0, 1 / aspect)
    plate = np.zeros((size, size), np.uint8)
    if shape == "circle":
        cv2.circle(plate, (size // 2, size // 2), round(width / 2), 255, -1)
    else:
        corners = _OUTLINES.get(shape, _OUTLINES["square"])  # rectangles
        points = np.array(
            [[size / 2 + (x - 0.5) * width, size / 2 + (y - 0.5) * height] for x, y in corners]
        )
        cv2.fillPoly(plate, [np.int32(points.round())], 255)
        plate = _rounded(plate, round(corner * min(width, height)))
    distance = cv2.distanceTransform(plate, cv2.DIST_L2, 5)
    face = np.uint8(distance > rim * min(width, height)) * 255
    small = (SPRITE_SIZE, SPRITE_SIZE)
    return (
        np.asarray(cv2.resize(plate, small, interpolation=cv2.INTER_AREA), np.uint8),
        np.asarray(cv2.resize(face, small, interpolation=cv2.INTER_AREA), np.uint8),
    )


def _rounded(mask: Mask, radius: int) -> Mask:
    """Round convex corners: a morphological opening with a disc."""
    if radius < 1:
        return mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    padded = np.pad(mask, radius)
    opened = cv2.morphologyEx(padded, cv2.MORPH_OPEN, disc)
    return np.asarray(opened[radius:-radius, radius:-radius], np.uint8)


def _draw_bars(rng: np.random.Generator, bar: str) -> Tensor:
    """Masks of one kind of bar at many widths and angles, uint8 (B, 1, S, S)."""
    size = SPRITE_SIZE * _SUPERSAMPLING
    centre = np.array([size / 2, size / 2])
    drawn = []
    for _ in range(_BARS):
        mask = np.zeros((size, size), np.uint8)
        tilt = np.radians(rng.normal(45, 4))
        direction = np.array([np.cos(tilt), np.sin(tilt) * rng.choice([-1, 1])])
        across = np.array([-direction[1], direction[0]])

        def line(
            offset: float, along: npt.NDArray[np.float64], normal: npt.NDArray[np.float64],
            reach: float, width: float, mask: Mask = mask,
        ) -> None:  # fmt: skip
            start, end = (centre + normal * offset + s * along * reach for s in (-1, 1))
            ends = [tuple(int(v) for v in p.round()) for p in (start, end)]
            cv2.line(mask, ends[0], ends[1], 255, max(1, round(width)))

        if bar == "slash":
            line(0, direction, across, size, size * rng.uniform(0.05, 0.11))
        elif bar == "cross":
            width = size * rng.uniform(0.05, 0.1)
            line(0, direction, across, size, width)
            line(0, across, direction, size, width)
        elif bar == "stripes":
            number, pitch = int(rng.integers(3, 7)), size * rng.uniform(0.03, 0.055)
            for k in range(number):
                line((k - (number - 1) / 2) * pitch, direction, across, size, pitch * 0.45)
        else:
            x, y = np.array([1.0, 0.0]), np.array([0.0, 1.0])
            line(0, x, y, size * rng.uniform(0.27, 0.38), size * rng.uniform(0.12, 0.2))
        small = cv2.resize(mask, (SPRITE_SIZE, SPRITE_SIZE), interpolation=cv2.INTER_AREA)
        drawn.append(np.asarray(small, np.uint8))
    return torch.from_numpy(np.stack(drawn))[:, None]
