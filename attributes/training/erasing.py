"""Photographed plates lose their legend: the light on the face is fitted and put in its place.

What is left has the rim, the light, the noise and the sharpness of a photograph, and says nothing
about which sign it was; see :mod:`attributes.training.transplants` for what is drawn on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_SMALLEST_CONTRAST = 16.0
"""Between face and legend, grey levels; what shows less is too dark or too bright to be erased."""
_TRACE = 0.15
"""Share of the legend's contrast from which a pixel of the face counts as blurred into it."""
_REDDEST = 40.0
"""Red above blue, grey levels, in what shall be black ink; more is a rim that was taken for it."""
OPTICAL_BLUR = 0.55
"""Standard deviation of the blur of GTSRB's camera and its mosaic, in its own pixels."""
_SHARPNESS = (0.1, 0.8)
"""Least and greatest sharpness that is believed: beyond them it is that of a shadow or of noise."""
_STEEP = 0.75
"""Quantile of the gradients along a legend's edges that counts as its sharpness: where strokes
meet, or in the direction of motion, edges are flatter than the lens makes them."""


@dataclass(frozen=True)
class Plate:
    """Where the legend stands on one kind of plate, in the plate's own unit box.

    Attributes:
        face: convex polygon (K, 2) that holds the legend and nothing of the rim; clockwise, y
            being downwards.
        centre: of the legend, x and y.
        side: of the square that a legend fills.
        written: share of the transplants that are text.
        ink: colour of the legend.
        is_blue: whether the face is blue; else it is pale, in a red rim.
    """

    face: Floats
    centre: tuple[float, float]
    side: float
    written: float
    ink: str = "black"
    is_blue: bool = False

    @property
    def is_dark(self) -> bool:
        """Whether the face is darker than the legend."""
        return self.ink == "white"


class Erased(NamedTuple):
    """A photograph that lost its legend, and how another one is to be drawn on it.

    Attributes:
        pixels: uint8 (S, S, 3), the photograph without legend.
        ink: float32 (3,), colour of the legend, in [0, 1].
        sharpness: of the old legend, see :func:`sharpness_of`.
    """

    pixels: Pixels
    ink: Floats
    sharpness: float


def _disc(radius: float) -> Floats:
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return np.asarray(0.5 + radius * circle, np.float32)


_PLATES: dict[tuple[str, str], Plate] = {
    ("circle", "white"): Plate(_disc(0.37), (0.5, 0.5), 0.56, 0.85),
    ("circle", "blue"): Plate(_disc(0.45), (0.5, 0.5), 0.72, 0.3, "white", is_blue=True),
    ("triangle", "white"): Plate(
        np.array([(0.5, 0.24), (0.83, 0.86), (0.17, 0.86)], np.float32), (0.5, 0.64), 0.42, 0.15
    ),
}
"""By shape and face colour; other plates have no legend, or none that is set apart."""


def read_plate(row: Mapping[str, str]) -> Plate | None:
    """How the legend of a sign can be erased, or None if it has none or shares it with a bar."""
    if row["bar"] != "none" or row["legend"] in {"none", "?"}:
        return None
    return _PLATES.get((row["shape"], row["background"]))


def erase(rgb: Pixels, box: Floats, plate: Plate, sigma: float) -> Erased | None:
    """Erase a legend.

    Grey levels fall into two groups (Otsu, 1979): face and legend. The light on the face is fitted
    by a plane; what is no face, or blurred into the legend, gives way to that plane, the rest
    keeps its texture.

    Args:
        rgb: uint8 (S, S, 3), the photograph.
        box: float32 (4,), the plate's x1, y1, x2, y2 in pixels.
        plate: kind of plate.
        sigma: blur of the photograph, standard deviation in pixels; so much of the face's edge,
            into which the rim is blurred, stays as it is.

    Returns:
        the photograph without legend, the colour to draw another one in, and how sharp that is to
        be; None if face and legend are not told apart.
    """
    size = rgb.shape[0]
    inside = _inside(box[:2] + plate.face * (box[2:] - box[:2]), size, sigma)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    levels = grey[inside]
    if levels.size < 40:
        return None
    threshold, _ = cv2.threshold(levels.reshape(-1, 1), 0, 255, cv2.THRESH_OTSU)
    bright = grey > threshold
    face = ~bright if plate.is_dark else bright
    on_face, on_legend = inside & face, inside & ~face
    if on_face.sum() < 20 or on_legend.sum() < 5:
        return None
    light = _light_on(rgb, on_face, plate.is_dark)
    difference = rgb - light
    towards_legend = difference.mean(axis=2) * (1 if plate.is_dark else -1)
    inkiest = on_legend & (towards_legend >= np.quantile(towards_legend[on_legend], 0.9))
    strongest = difference[inkiest].mean(axis=0)
    contrast = float(towards_legend[inkiest].mean())
    if contrast < _SMALLEST_CONTRAST:
        return None
    ink = _ink(light[inside].mean(axis=0), strongest, plate)
    if ink is None:
        return None
    sharpness = sharpness_of((towards_legend / contrast)[None], inside[None])[0]
    # Where a stroke is blurred into the face, the pixel is face to Otsu and yet not as lit.
    blurred = inside & (towards_legend > _TRACE * contrast)
    legend = cv2.dilate(np.uint8(on_legend | blurred), np.ones((3, 3), np.uint8))
    soft = cv2.GaussianBlur(np.float32(legend * inside), (0, 0), 0.8)[:, :, None]
    erased = rgb + (light - rgb) * np.minimum(1.0, 1.3 * soft)
    return Erased(np.uint8(erased.clip(0, 255)), ink, float(np.clip(sharpness, *_SHARPNESS)))


def sharpness_of(strengths: Floats, inside: npt.NDArray[np.bool_] | None = None) -> Floats:
    """How steep the edges of legends are, in shares of their contrast a pixel.

    It is a high quantile of the gradient where a legend falls below half its strength, so that
    neither the length of its strokes nor their slant matters: numbers and pictograms compare. A
    straight edge behind a Gaussian of variance v has about 1 / sqrt(2 pi (v + 1/6)), the sixth
    being that of the pixels.

    Args:
        strengths: float32 (N, S, S), 0 on the face and about 1 where a legend is strongest.
        inside: boolean (N, S, S), what is looked at; None for all.

    Returns:
        float32 (N,), 0 for what has no edge, else mostly below 1.
    """
    edges = _mixed(strengths > 0.5)
    if inside is not None:
        edges &= _whole(inside)
    picture, row, column = edges.nonzero()
    here, right, below, across = (
        strengths[picture, row + down, column + aside] for down in (0, 1) for aside in (0, 1)
    )
    gradients = np.hypot(right + across - here - below, below + across - here - right) / 2
    found = np.bincount(picture, minlength=len(strengths))
    ascending = np.append(gradients[np.lexsort((gradients, picture))], 0)
    ranked = found.cumsum() - found + np.int64(_STEEP * found)
    return np.where(found > 0, ascending[ranked], 0).astype(np.float32)


def _whole(pixels: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which squares of 2 x 2 pixels (N, S, S) are all set, boolean (N, S - 1, S - 1)."""
    rows = pixels[:, :-1] & pixels[:, 1:]
    return np.asarray(rows[:, :, :-1] & rows[:, :, 1:])


def _mixed(pixels: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which squares of 2 x 2 pixels (N, S, S) are set in part only, boolean (N, S - 1, S - 1)."""
    return ~_whole(pixels) & ~_whole(~pixels)


def _inside(corners: Floats, size: int, margin: float) -> npt.NDArray[np.bool_]:
    """Which pixels' centres lie more than a margin inside a convex, clockwise polygon.

    Args:
        corners: float32 (K, 2), x and y in pixels; the first pixel reaches from 0 to 1.
        size: side S of the picture, pixels.
        margin: in pixels.

    Returns:
        boolean (S, S).
    """
    edges = np.roll(corners, -1, axis=0) - corners
    inwards = np.stack([-edges[:, 1], edges[:, 0]], axis=1)
    inwards /= np.linalg.norm(edges, axis=1, keepdims=True)
    x_terms, y_terms = (np.arange(size)[:, None] + 0.5) * inwards.T[:, None]
    depths = y_terms[:, None] + x_terms - (corners * inwards).sum(axis=1)
    return np.asarray(depths.min(axis=-1) > margin)


def _ink(face: Floats, strongest: Floats, plate: Plate) -> Floats | None:
    """Colour to draw in on a face of this colour, float32 (3,) in [0, 1]; None if it is a rim's.

    Args:
        face: float32 (3,), grey levels.
        strongest: float32 (3,), what the strongest pixels of the old legend differ from it by.
        plate: kind of plate.
    """
    # The strokes are thin and blurred, so even their strongest pixels hold something of the face.
    ink = face + 1.1 * strongest
    if plate.ink == "black":
        if ink[0] - ink[2] > _REDDEST:
            return None
        # Black paint has the colour of the light; what else was measured is the rim's red.
        ink = face * max(0.0, float(ink.mean() / face.mean()))
    return np.asarray(ink.clip(0, 255) / 255, np.float32)


def _light_on(rgb: Pixels, on_face: npt.NDArray[np.bool_], is_dark: bool) -> Floats:
    """A plane through the colours of a face, float32 (S, S, 3).

    On a distant sign most of the face is blurred into the legend. The second fit is through the
    half that the first leaves on the side away from it.
    """
    size = rgb.shape[0]
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    terms = np.stack([np.ones_like(x), x, y], axis=-1)
    # Where the face is seen in part only, a plane would rise beyond what is lit there.
    dimmest, brightest = np.percentile(rgb[on_face], (2, 98), axis=0)

    def plane_through(fitted: npt.NDArray[np.bool_]) -> Floats:
        coefficients, *_ = np.linalg.lstsq(terms[fitted], np.float32(rgb[fitted]), rcond=None)
        return np.asarray((terms @ coefficients).clip(dimmest, brightest), np.float32)

    first = plane_through(on_face)
    is_brighter = (rgb - first).mean(axis=2) > 0
    away = on_face & (~is_brighter if is_dark else is_brighter)
    return plane_through(away) if away.sum() >= 20 else first


def legend_box(box: Floats, plate: Plate, size: int) -> Floats:
    """Centre x, centre y and half side of the legend in [-1, 1], float32 (3,)."""
    width, height = box[2:] - box[:2]
    x, y = box[0] + plate.centre[0] * width, box[1] + plate.centre[1] * height
    side = plate.side * min(width, height)
    return np.array([2 * x / size - 1, 2 * y / size - 1, side / size], np.float32)


def blur_of(shown: float, size: int) -> float:
    """Blur of a photograph ``shown`` pixels wide that is stored ``size`` pixels wide."""
    return float(np.clip(OPTICAL_BLUR * size / shown, 0.4, 1.6))


def plate_labels(row: Mapping[str, str], plate: Plate) -> dict[str, str]:
    """Attributes of an erased plate: what is known when the legend is gone, and its ink."""
    return {**row, "legend": plate.ink, "text": "?", "pictogram": "?"}
