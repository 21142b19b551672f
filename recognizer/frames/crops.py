"""Boxes in a frame -> crops for the network, and how much each crop is worth."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from recognizer.frames.frame import Image
from recognizer.pictures import Crop

MARGIN: Final = 0.1
"""Rim that is cut around a box, in sides of the box: boxes are tight around the plate, crops that
the network knows are not."""

_HALF_SHARP: Final = 0.2
"""Relative sharpness at which a crop counts half: what a GTSDB sign of 40 px and more has after a
Gaussian blur of one pixel (unblurred, it has 0.55 in the median)."""
_AT_EDGE: Final = 0.1
"""What a sign counts that is cut by the frame's edge, as every sign is when it is passed."""


def visible_sides(xyxy: npt.NDArray[np.float32], image: Image) -> npt.NDArray[np.float32]:
    """Width and height of what lies inside the image, in pixels, 0 if nothing; float32 (N, 2)."""
    inside = _clipped(xyxy, image)
    return np.asarray(np.maximum(inside[:, 2:] - inside[:, :2], 0), np.float32)


def cut_crops(image: Image, xyxy: npt.NDArray[np.float32]) -> list[Crop]:
    """One crop per box, with :data:`MARGIN` around it and nothing beyond the frame's edge.

    Args:
        image: uint8 (H, W, 3), BGR.
        xyxy: float32 (N, 4), boxes of which at least a pixel lies inside the image.

    Returns:
        N views of the image; they are not copied.
    """
    margin = MARGIN * (xyxy[:, 2:] - xyxy[:, :2])
    wide = _clipped(np.concatenate([xyxy[:, :2] - margin, xyxy[:, 2:] + margin], axis=1), image)
    corners = np.rint(wide).astype(np.intp)
    return [image[top:bottom, left:right] for left, top, right, bottom in corners.tolist()]


def crop_weight(crop: Crop, box: npt.NDArray[np.float32], image: Image, input_side: int) -> float:
    """How much a crop's reading counts among those of its track, in (0, 1].

    The share of the network's input that is filled with real pixels, ``min(1, area / side²)``,
    times sharpness ``s / (s + 0.2)``. The sharpness s is the variance of the Laplacian (Pech-
    Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000) divided by the
    variance of the grey values, so that pale light is not taken for blur; both at the resolution
    that reaches the network.

    Args:
        crop: uint8 (H, W, 3), BGR.
        box: float32 (4,), where it was cut, without margin; one that touches the edge of
            ``image`` shows a part of the sign and counts a tenth.
        image: the frame.
        input_side: of the network, pixels.
    """
    height, width = crop.shape[:2]
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    shrink = input_side / max(height, width)
    if shrink < 1:
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    contrast = float(np.var(grey))
    sharpness = float(cv2.Laplacian(grey, cv2.CV_32F).var()) / max(contrast, 1.0)
    left, top, right, bottom = (float(side) for side in box)
    is_whole = left > 0 and top > 0 and right < image.shape[1] and bottom < image.shape[0]
    filled = min(1.0, height * width / input_side**2)
    weight = filled * sharpness / (sharpness + _HALF_SHARP) * (1 if is_whole else _AT_EDGE)
    return max(float(weight), 1e-4)  # a blank crop too says something, if nothing better is there


def _clipped(xyxy: npt.NDArray[np.float32], image: Image) -> npt.NDArray[np.float32]:
    height, width = image.shape[:2]
    return np.clip(xyxy, 0, np.array([width, height, width, height], np.float32))
