"""Plates seen from the side: crops that are oblong though the plate is not.

The predictor keeps an oblong crop's proportions, so that a tall rectangle is read as one. A round
plate seen from the side becomes an ellipse then, and what is drawn on it is half as wide as it was
taught. So an oblong crop is also looked at stretched to a square, as if from the front. Only plates
that are as wide as they are high can look better so: stretched, a rectangle is no circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from attributes.readings import Readings
from attributes.vocabulary import SHAPE

Crop = npt.NDArray[np.uint8]
"""One crop: (H, W, 3), BGR."""

AS_WIDE_AS_HIGH: Final = ("circle", "triangle", "inverted_triangle", "diamond", "octagon")
"""Shapes of the vocabulary that from the front fill a square. Squares are not among them: from the
side, they look as tall rectangles do."""
_COLUMNS = [SHAPE.values.index(shape) for shape in AS_WIDE_AS_HIGH]


def is_oblong(crop: Crop, limit: float) -> bool:
    """Whether the shorter side of a crop is at most ``limit`` times the longer one."""
    height, width = crop.shape[:2]
    return bool(min(height, width) <= limit * max(height, width))


def stretch(crop: Crop) -> Crop:
    """A crop made square by enlarging its shorter side."""
    side = max(crop.shape[:2])
    return np.asarray(cv2.resize(crop, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)


def facing(readings: Readings, oblong: Sequence[int], stretched: Readings) -> Readings:
    """Readings in which a stretched look replaces the first where it shows a plate more surely.

    Args:
        readings: of N crops, their proportions kept.
        oblong: numbers of the M crops that were looked at stretched, too.
        stretched: what was read of those, in the same order.

    Returns:
        readings of the N crops: of an oblong one those of its stretched look, if that is surer of
        one of :data:`AS_WIDE_AS_HIGH` than the first look is of any shape.
    """
    first = readings.categorical[SHAPE.name][list(oblong)]
    surer = stretched.categorical[SHAPE.name][:, _COLUMNS].max(1) > first.max(1)
    rows = np.arange(len(readings))
    rows[np.asarray(oblong)[surer]] = len(readings) + np.flatnonzero(surer)
    return Readings.concatenate([readings, stretched])[rows]
