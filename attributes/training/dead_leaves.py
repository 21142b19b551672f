"""Backgrounds that are drawn where a run may see no photograph.

Dead leaves (Lee, Mumford and Huang, IJCV 2001): opaque patches of all sizes that lie on each other
have the statistics of natural images, edges above all. Before smooth noise alone, any edge belongs
to a plate.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

_SIZE = 96
_LEAVES = 150
# Sky, cloud, asphalt, stone, foliage, earth: RGB in [0, 1].
_HUES = np.array(
    [
        (0.55, 0.70, 0.90), (0.90, 0.92, 0.95), (0.35, 0.35, 0.37), (0.62, 0.60, 0.56),
        (0.25, 0.35, 0.16), (0.40, 0.30, 0.22),
    ]
)  # fmt: skip


def dead_leaves(rng: np.random.Generator, count: int) -> Tensor:
    """Draw some backgrounds, uint8 (count, 3, 96, 96), RGB."""
    drawn = [_leaves(rng) for _ in range(count)]
    return torch.from_numpy(np.stack(drawn)).permute(0, 3, 1, 2).contiguous()


def _leaves(rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """One picture; up to three hues prevail in each, as in a scene."""
    canvas = np.full((_SIZE, _SIZE, 3), _colour(rng, _HUES), np.uint8)
    hues = _HUES[rng.integers(len(_HUES), size=3)]
    # Numbers that fall with the cube of the radius look alike at every distance.
    smallest, largest = 5.0, 60.0
    share = rng.random(_LEAVES) * (1 - (smallest / largest) ** 2)
    for radius in smallest / np.sqrt(1 - share):
        corners = int(rng.integers(3, 9))
        angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
        reach = radius * rng.uniform(0.5, 1.3, corners)
        outline = np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, None]
        outline = outline * rng.uniform(0.3, 1.0, 2) + rng.uniform(0, _SIZE, 2)
        colour = [int(c) for c in _colour(rng, hues)]
        cv2.fillPoly(canvas, [np.int32(outline.round())], colour, cv2.LINE_AA)
    return np.asarray(canvas, np.uint8)


def _colour(rng: np.random.Generator, hues: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    hue = hues[rng.integers(len(hues))] * rng.uniform(0.3, 1.2) + rng.normal(0, 0.03, 3)
    return np.asarray((hue.clip(0, 1) * 255).round(), np.uint8)
