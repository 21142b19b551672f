"""Where a photographed plate is, more closely than a data set's box tells.

GTSRB's boxes leave room around a sign, the more of it the smaller the sign is: on the smallest, the
plate fills three quarters of its box. What is erased by such a box takes half of the rim with it,
and what is drawn in its place is a third too large.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_SCALES = np.linspace(0.7, 1.04, 18, dtype=np.float32)
_SHIFTS = np.linspace(-0.08, 0.08, 9, dtype=np.float32)
"""Of the box's sides."""
_REACH = 0.045
"""How far inside and outside an outline its sides are compared, of the box's sides."""


def register(rgb: Pixels, box: Floats, face: Floats, is_blue: bool) -> Floats:
    """Scale and shift a box until a face's outline parts the face from its rim.

    The outline along which what is inside differs most from what is outside, as in Daugman's search
    for the iris (High confidence visual recognition of persons, 1993).

    Args:
        rgb: uint8 (S, S, 3), the photograph.
        box: float32 (4,), x1, y1, x2, y2 around the plate, pixels.
        face: outline (K, 2) of the face in the unit box of its plate, clockwise.
        is_blue: whether the face is blue; else it is pale, in a red rim.

    Returns:
        float32 (4,), the plate's own box, pixels.
    """
    scales, x, y = (v.ravel()[:, None] for v in np.meshgrid(_SCALES, _SHIFTS, _SHIFTS))
    side = box[2:] - box[:2]
    points, normals = _outline(face)
    middle = np.array([0.5, 0.5], np.float32)
    shifts = np.stack([x, y], axis=-1)
    differences = []
    signal = _paleness(rgb, is_blue)
    outlines = middle + (points - middle) * scales[..., None] + shifts
    for sign in (-1, 1):
        at = box[:2] + (outlines + sign * _REACH * normals) * side - 0.5
        seen = cv2.remap(
            signal, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        differences.append(seen.mean(axis=1))
    best = int(np.argmax(differences[0] - differences[1]))
    centre = middle + shifts[best, 0]
    half = scales[best, 0] / 2
    return np.concatenate([box[:2] + (centre - half) * side, box[:2] + (centre + half) * side])


def _outline(face: Floats) -> tuple[Floats, Floats]:
    """Points (64, 2) along a clockwise outline (y downwards), and the normals outwards of each."""
    ahead = np.roll(face, -1, axis=0) - face
    lengths = np.linalg.norm(ahead, axis=1)
    starts = np.concatenate([[0], lengths.cumsum()])
    along = (np.arange(64) + 0.5) / 64 * starts[-1]
    which = np.searchsorted(starts, along, side="right") - 1
    share = (along - starts[which]) / lengths[which]
    direction = ahead / lengths[:, None]
    normals = np.stack([direction[:, 1], -direction[:, 0]], axis=1)
    return np.float32(face[which] + share[:, None] * ahead[which]), np.float32(normals[which])


def _paleness(rgb: Pixels, is_blue: bool) -> Floats:
    """High on the face, low on its rim and legend; float32 (S, S)."""
    red, green, blue = np.float32(rgb).transpose(2, 0, 1)
    return np.ascontiguousarray(blue - red if is_blue else green + blue - red)
