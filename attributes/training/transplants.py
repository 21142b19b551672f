"""Photographed plates whose legend gives way to another: *transplants*.

Photographs show few signs, and a network that is told what each shows learns that whatever looks
like a photograph is one of those. A photographed plate with its legend erased and any number or
pictogram drawn in its place has the rim, the light, the noise and the sharpness of a photograph,
and says nothing about which sign it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from attributes.training.labels import UNKNOWN, Labels, encode_text
from attributes.training.operators import chosen, mosaic, sharpen, uniform, warp
from attributes.training.pictograms import MaskBank
from attributes.training.plates import place_legends
from attributes.vocabulary import BAR, CATEGORICAL

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_SMALLEST_CONTRAST = 16.0
"""Between face and legend, grey levels; what shows less is too dark or too bright to be erased."""
_TRACE = 0.15
"""Share of the legend's contrast from which a pixel of the face counts as blurred into it."""
_REDDEST = 40.0
"""Red above blue, grey levels, in what shall be black ink; more is a rim that was taken for it."""
_BARRED = 0.2
"""Share of the transplants that a bar crosses: few photographed signs have one, and a network that
never sees a photographed pictogram under a bar learns that photographs have none."""
_OPTICAL_BLUR = 0.55
"""Standard deviation of the blur of GTSRB's camera and its mosaic, in its own pixels."""


@dataclass(frozen=True)
class Plate:
    """Where the legend stands on one kind of plate, in the plate's own unit box.

    Attributes:
        face: polygon (K, 2) that holds the legend and nothing of the rim.
        centre: of the legend, x and y.
        side: of the square that a legend fills.
        written: share of the transplants that are text.
        ink: colour of the legend.
    """

    face: Floats
    centre: tuple[float, float]
    side: float
    written: float
    ink: str = "black"

    @property
    def is_dark(self) -> bool:
        """Whether the face is darker than the legend."""
        return self.ink == "white"


def _disc(radius: float) -> Floats:
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return np.asarray(0.5 + radius * circle, np.float32)


_PLATES: dict[tuple[str, str], Plate] = {
    ("circle", "white"): Plate(_disc(0.37), (0.5, 0.5), 0.64, 0.85),
    ("circle", "blue"): Plate(_disc(0.45), (0.5, 0.5), 0.72, 0.3, "white"),
    ("triangle", "white"): Plate(
        np.array([(0.5, 0.24), (0.83, 0.86), (0.17, 0.86)], np.float32), (0.5, 0.64), 0.42, 0.15
    ),
}
"""By shape and face colour; other plates have no legend, or none that is set apart."""


@dataclass(frozen=True)
class ErasedBank:
    """Photographs of K plates without their legend.

    Attributes:
        pixels: uint8 (K, 3, S, S), RGB.
        ink: float32 (K, 3), colour to draw another legend in, in [0, 1].
        boxes: float32 (K, 3), centre x, centre y and half the side of the legend, in [-1, 1].
        sigma: float32 (K,), blur of the photograph, standard deviation in its stored pixels.
        written: float32 (K,), share of the transplants that are text.
        labels: of the plates; text and pictogram are not known.
    """

    pixels: Tensor
    ink: Tensor
    boxes: Tensor
    sigma: Tensor
    written: Tensor
    labels: Labels

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, rows: Tensor) -> ErasedBank:
        """Some of the plates."""
        return ErasedBank(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def plate_of(row: Mapping[str, str]) -> Plate | None:
    """How the legend of a sign can be erased, or None if it has none or shares it with a bar."""
    if row["bar"] != "none" or row["legend"] in {"none", "?"}:
        return None
    return _PLATES.get((row["shape"], row["background"]))


def erase(rgb: Pixels, box: Floats, plate: Plate) -> tuple[Pixels, Floats] | None:
    """Erase a legend.

    Grey levels fall into two groups (Otsu, 1979): face and legend. The light on the face is fitted
    by a plane; what is no face, or blurred into the legend, gives way to that plane, the rest
    keeps its texture.

    Args:
        rgb: uint8 (S, S, 3), the photograph.
        box: float32 (4,), the plate's x1, y1, x2, y2 in pixels.
        plate: kind of plate.

    Returns:
        the photograph without legend and the colour to draw another one in, float32 (3,) in
        [0, 1]; None if face and legend are not told apart.
    """
    size = rgb.shape[0]
    corners = box[:2] + plate.face * (box[2:] - box[:2])
    inside = np.zeros((size, size), np.uint8)
    cv2.fillPoly(inside, [np.int32(corners.round())], 1)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    levels = grey[inside > 0]
    if levels.size < 40:
        return None
    threshold, _ = cv2.threshold(levels.reshape(-1, 1), 0, 255, cv2.THRESH_OTSU)
    bright = grey > threshold
    face = ~bright if plate.is_dark else bright
    on_face, on_legend = (inside > 0) & face, (inside > 0) & ~face
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
    ink = _ink(light[inside > 0].mean(axis=0), strongest, plate)
    if ink is None:
        return None
    # Where a stroke is blurred into the face, the pixel is face to Otsu and yet not as lit.
    blurred = (inside > 0) & (towards_legend > _TRACE * contrast)
    legend = cv2.dilate(np.uint8(on_legend | blurred), np.ones((3, 3), np.uint8))
    soft = cv2.GaussianBlur(np.float32(legend * inside), (0, 0), 0.8)[:, :, None]
    erased = rgb + (light - rgb) * np.minimum(1.0, 1.3 * soft)
    return np.uint8(erased.clip(0, 255)), ink


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
    return float(np.clip(_OPTICAL_BLUR * size / shown, 0.4, 1.6))


def plate_labels(row: Mapping[str, str], plate: Plate) -> dict[str, str]:
    """Attributes of an erased plate: what is known when the legend is gone, and its ink."""
    return {**row, "legend": plate.ink, "text": "?", "pictogram": "?"}


def transplant(
    g: Generator,
    count: int,
    erased: ErasedBank,
    pictograms: MaskBank,
    pictogram_classes: Tensor,
    texts: MaskBank,
    bars: Mapping[int, Tensor],
) -> tuple[Tensor, Tensor, Labels]:
    """Draw numbers and pictograms on photographed plates, some of them under a bar.

    Args:
        g: source of randomness.
        count: number of transplants.
        erased: the plates.
        pictograms: masks of pictograms, ``pictogram_classes`` (K,) the class of each.
        pictogram_classes: int64 (K,).
        texts: masks of strings.
        bars: see :class:`attributes.training.plates.PlateBank`; none is drawn if empty.

    Returns:
        float32 (count, 3, S, S) in [0, 1]; slots, float32 (count, 1, S, S), k + 1 where character
        k stands, else 0; labels.
    """
    plates = erased[torch.randint(len(erased), (count,), generator=g)]
    size = plates.pixels.shape[-1]
    written = torch.rand(count, generator=g) < plates.written
    which_text = torch.randint(len(texts.names), (count,), generator=g)
    which_pictogram = torch.randint(len(pictograms.names), (count,), generator=g)
    masks = torch.where(
        written[:, None, None],
        torch.from_numpy(texts.masks)[which_text],
        torch.from_numpy(pictograms.masks)[which_pictogram],
    )[:, None].float() / 255  # fmt: skip
    placement = place_legends(g, plates.boxes, (0.9, 1.2), 0.06)
    bar, strokes = _bars(g, bars, plates.boxes, size)
    # On roads the legend under a bar is often paler than the bar.
    is_barred = bar != BAR.index("none")
    paler = torch.where(is_barred, uniform(g, count, 0.45, 1.0), torch.ones(count))
    legends = torch.maximum(warp(masks, placement, size) * paler[:, None, None, None], strokes)
    assert texts.slots is not None, "the texts' bank must say where characters stand"
    slots = torch.from_numpy(texts.slots)[which_text][:, None].float()
    slots = warp(slots, placement, size, mode="nearest") * written[:, None, None, None]
    strings = [
        texts.names[i] if w else ""
        for i, w in zip(which_text.tolist(), written.tolist(), strict=True)
    ]
    pictogram = torch.where(written, UNKNOWN, pictogram_classes[which_pictogram])
    labels = _relabelled(plates.labels, bar, strings, pictogram)
    return _painted(g, plates, legends), slots, labels


def _relabelled(plates: Labels, bar: Tensor, strings: list[str], pictogram: Tensor) -> Labels:
    """Labels of plates with what was drawn on them."""
    categorical = plates.categorical.clone()
    categorical[:, CATEGORICAL.index(BAR)] = bar
    text = torch.stack([encode_text(string) for string in strings])
    return replace(plates, categorical=categorical, text=text, pictogram=pictogram)


def _painted(g: Generator, plates: ErasedBank, legends: Tensor) -> Tensor:
    """Plates with legends (N, 1, S, S) in their ink, as the camera would have seen them.

    Returns:
        float32 (N, 3, S, S) in [0, 1].
    """
    count = len(legends)
    blurred = _blurred(legends, plates.sigma * uniform(g, count, 0.5, 1.2))
    seen = _through_colour_filter(g, blurred, plates.sigma)
    # The ink was measured where the old legend was strongest: the new one is as strong somewhere.
    seen = seen / seen.amax((1, 2, 3), keepdim=True).clamp(min=0.4)
    ink = plates.ink * uniform(g, count, 0.85, 1.1)[:, None]
    faded = uniform(g, count, 0.85, 1.0)[:, None, None, None]
    photographs = plates.pixels.float() / 255
    images = photographs + (ink[:, :, None, None] - photographs) * seen * faded
    grainy = chosen(g, count, 0.5)[:, None, None, None]
    images = images + 0.012 * grainy * torch.randn(images.shape, generator=g)
    return images.clamp(0, 1)


def _bars(
    g: Generator, bars: Mapping[int, Tensor], boxes: Tensor, size: int
) -> tuple[Tensor, Tensor]:
    """A bar for some of N legends: index of its kind, int64 (N,), and its mask (N, 1, S, S).

    It is drawn in the legend's ink, on blue discs in white: what has to be learnt is the stroke.
    """
    count = len(boxes)
    strokes = torch.zeros(count, 1, size, size)
    # Behind a bar that lies across the whole face there is no legend.
    kinds = [kind for kind in bars if kind != BAR.index("horizontal")]
    if not kinds:
        return torch.full((count,), BAR.index("none")), strokes
    drawn = torch.tensor(kinds)[torch.randint(len(kinds), (count,), generator=g)]
    kind = torch.where(chosen(g, count, _BARRED), drawn, BAR.index("none"))
    placement = place_legends(g, boxes, (1.05, 1.2), 0.04)
    for index in kinds:
        rows = torch.nonzero(kind == index).flatten()
        picked = torch.randint(len(bars[index]), (len(rows),), generator=g)
        masks = bars[index][picked].float() / 255
        strokes[rows] = warp(masks * _inscribed(masks.shape[-1]), placement[rows], size)
    return kind, strokes


def _inscribed(size: int) -> Tensor:
    """1 inside the circle that touches the sides of a square, 0 outside; float32 (S, S)."""
    axis = torch.linspace(-1, 1, size)
    return (axis[:, None] ** 2 + axis**2 <= 1).float()


def _blurred(masks: Tensor, sigma: Tensor) -> Tensor:
    """Blur each mask (N, 1, S, S) by a Gaussian of its own, cut off at three pixels."""
    axis = torch.arange(-3.0, 4.0)
    line = torch.exp(-(axis**2) / (2 * sigma[:, None] ** 2))
    line = line / line.sum(dim=1, keepdim=True)
    flat = F.pad(masks, (3, 3, 3, 3)).transpose(0, 1)
    flat = F.conv2d(flat, line[:, None, None, :], groups=len(masks))
    return F.conv2d(flat, line[:, None, :, None], groups=len(masks)).transpose(0, 1)


def _through_colour_filter(g: Generator, masks: Tensor, sigma: Tensor) -> Tensor:
    """Give most of the masks (N, 1, S, S) the false colours of the camera; float32 (N, 3, S, S).

    They are as large as the camera's pixels, of which the photograph's blur ``sigma`` (N,) tells
    the size.
    """
    size = masks.shape[-1]
    result = masks.repeat(1, 3, 1, 1)
    order = sigma.argsort()
    for rows in order[chosen(g, len(order), 0.75)].chunk(6):
        if not len(rows):
            continue
        side = min(size, round(_OPTICAL_BLUR * size / float(sigma[rows].mean())))
        small = F.interpolate(result[rows], size=(side, side), mode="area")
        small = sharpen(g, mosaic(g, small))
        result[rows] = F.interpolate(small, size=(size, size), mode="bilinear", align_corners=False)
    return result
