"""Photographed plates whose legend gives way to another: *transplants*.

Photographs show few signs, and a network that is told what each shows learns that whatever looks
like a photograph is one of those. On a photographed plate whose legend was erased
(:mod:`attributes.training.erasing`) any number or pictogram can stand, and a photograph no longer
betrays the sign.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from attributes.training.camera import lower_resolution, mosaic, sharpen
from attributes.training.chance import chosen, uniform
from attributes.training.erasing import OPTICAL_BLUR, sharpness_of
from attributes.training.geometry import warp
from attributes.training.labels import UNKNOWN, Labels, encode_text
from attributes.training.legends import (
    is_ring,
    pick_masks,
    pick_texts,
    place_legends,
    place_slots,
    strings_on,
)
from attributes.training.pictograms import MaskBank
from attributes.training.redrawing import redraw
from attributes.vocabulary import BAR, BORDER, CATEGORICAL, SHAPE

_BARRED = 0.3
"""Share of the transplants that a bar crosses: few photographed signs have one, and a network that
never sees a photographed pictogram under a bar learns that photographs have none."""
_BLANK = 0.08
"""Share of the transplants on which nothing is drawn, but for the bar."""
_SHARPNESS = (0.85, 1.15)
"""Of a legend as a multiple of the old one's, least and largest."""
_VARIANCES = (0.01, 9.0)
"""Of a legend's blur, least and largest, in square pixels."""
_PIXELS = 1 / 3
"""Variance that the camera's pixels add, as a share of that of the photograph's blur."""
_STEP = 1.5
"""Of the correction of a legend's blur: strokes that merge sharpen by less than lone edges do."""
_BLUR_REACH = 6
"""Of the largest blur, pixels."""


@dataclass(frozen=True)
class ErasedBank:
    """Photographs of K plates without their legend.

    Attributes:
        pixels: uint8 (K, 3, S, S), RGB.
        ink: float32 (K, 3), colour to draw another legend in, in [0, 1].
        boxes: float32 (K, 3), centre x, centre y and half the side of the legend, in [-1, 1].
        sigma: float32 (K,), blur of the photograph, standard deviation in its stored pixels, as the
            size of the camera's pixels has it.
        sharpness: float32 (K,), of the old legend, see
            :func:`attributes.training.erasing.sharpness_of`.
        written: float32 (K,), share of the transplants that are text.
        labels: of the plates; text and pictogram are not known.
    """

    pixels: Tensor
    ink: Tensor
    boxes: Tensor
    sigma: Tensor
    sharpness: Tensor
    written: Tensor
    labels: Labels

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, rows: Tensor) -> ErasedBank:
        """Some of the plates."""
        return ErasedBank(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def transplant(
    g: Generator,
    count: int,
    erased: ErasedBank,
    pictograms: MaskBank,
    pictogram_classes: Tensor,
    texts: MaskBank,
    bars: Mapping[int, Tensor],
    blank_class: int = UNKNOWN,
    blank_share: float = _BLANK,
) -> tuple[Tensor, Tensor, Labels]:
    """Draw numbers and pictograms on photographed plates, some of them under a bar.

    Args:
        g: source of randomness.
        count: number of transplants.
        erased: the plates.
        pictograms: masks of pictograms, ``pictogram_classes`` (K,) the class of each.
        pictogram_classes: int64 (K,).
        texts: masks of strings.
        bars: see :class:`attributes.training.blank_plates.PlateBank`; none is drawn if empty.
        blank_class: class of plates without a legend.
        blank_share: share of them that is left without one.

    Returns:
        float32 (count, 3, S, S) in [0, 1]; slots, float32 (count, 1, S, S), k + 1 where character
        k stands, else 0; labels.
    """
    plates = erased[torch.randint(len(erased), (count,), generator=g)]
    size = plates.pixels.shape[-1]
    blank = chosen(g, count, blank_share)
    written = (torch.rand(count, generator=g) < plates.written) & ~blank
    bar, strokes = _bars(g, bars, plates.boxes, size)
    is_barred = bar != BAR.index("none")
    categorical = plates.labels.categorical
    ringed = is_ring(*(categorical[:, CATEGORICAL.index(a)] for a in (SHAPE, BORDER)))
    which_text = pick_texts(g, texts.names, ringed & ~is_barred)
    which_pictogram = torch.randint(len(pictograms.names), (count,), generator=g)
    masks = pick_masks(texts, pictograms, which_text, which_pictogram, written)
    masks = redraw(g, masks[:, None].float() / 255, ~written)
    placement = place_legends(g, plates.boxes, (0.9, 1.2), 0.06)
    # On roads the legend under a bar is often paler than the bar.
    paler = torch.where(is_barred, uniform(g, count, 0.45, 1.0), torch.ones(count))
    strength = paler.masked_fill(blank, 0)[:, None, None, None]
    legends = torch.maximum(warp(masks, placement, size) * strength, strokes)
    slots = place_slots(texts, which_text, written, placement, size)
    strings = strings_on(texts, which_text, written)
    pictogram = torch.where(written, UNKNOWN, pictogram_classes[which_pictogram])
    pictogram = pictogram.masked_fill(blank, blank_class)
    labels = _relabelled(plates.labels, bar, strings, pictogram)
    labels = replace(labels, legend=labels.legend.masked_fill(blank[:, None], 0))
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
    seen = _as_sharp(g, legends, plates)
    ink = plates.ink * uniform(g, count, 0.85, 1.1)[:, None]
    faded = uniform(g, count, 0.85, 1.0)[:, None, None, None]
    photographs = plates.pixels.float() / 255
    images = photographs + (ink[:, :, None, None] - photographs) * seen * faded
    grainy = chosen(g, count, 0.5)[:, None, None, None]
    images = images + 0.012 * grainy * torch.randn(images.shape, generator=g)
    return images.clamp(0, 1)


def _as_sharp(g: Generator, legends: Tensor, plates: ErasedBank) -> Tensor:
    """Legends (N, 1, S, S) as sharp, seen by the camera, as the old ones of their plates.

    What the camera does to a legend depends on its strokes. So it is drawn with some blur, measured
    behind the same colour filter, and drawn again with as much more or less as it lacked.

    Returns:
        float32 (N, 3, S, S), 1 where a legend is strongest.
    """
    wanted = _variance_at(plates.sharpness * uniform(g, len(legends), *_SHARPNESS))
    variance = (wanted - _PIXELS * plates.sigma**2).clamp(*_VARIANCES)
    start = g.get_state()
    trial = _seen(g, legends, variance, plates.sigma)
    measured = torch.from_numpy(sharpness_of(trial.mean(1).numpy()))
    variance = variance + _STEP * (wanted - _variance_at(measured))
    g.set_state(start)
    return _seen(g, legends, variance.clamp(*_VARIANCES), plates.sigma)


def _variance_at(sharpness: Tensor) -> Tensor:
    """Variance of the blur behind which a straight edge is so sharp, square pixels; (N,)."""
    return 1 / (2 * math.pi * sharpness.clamp(min=0.05) ** 2)


def _seen(g: Generator, legends: Tensor, variance: Tensor, sigma: Tensor) -> Tensor:
    """Legends (N, 1, S, S) blurred by a variance (N,), behind the colour filter (N, 3, S, S).

    The ink was measured where the old legend was strongest: there the new one is 1.
    """
    seen = _through_colour_filter(g, _blurred(legends, variance.sqrt()), sigma)
    return seen / _strongest(seen.mean(1))[:, None, None, None].clamp(min=0.3)


def _strongest(legends: Tensor) -> Tensor:
    """Mean of the strongest tenth of what is inked of legends (N, S, S); float32 (N,)."""
    flat = legends.flatten(1)
    inks = flat.topk(math.ceil(0.1 * flat.shape[1])).values
    tenth = (0.1 * (flat > 0.3 * inks[:, :1]).sum(dim=1, keepdim=True)).ceil().clamp(min=1)
    within = torch.arange(inks.shape[1]) < tenth
    return (inks * within).sum(dim=1) / tenth[:, 0]


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
    """Blur each mask (N, 1, S, S) by a Gaussian of its own."""
    axis = torch.arange(-_BLUR_REACH, _BLUR_REACH + 1.0)
    line = torch.exp(-(axis**2) / (2 * sigma[:, None] ** 2))
    line = line / line.sum(dim=1, keepdim=True)
    flat = F.pad(masks, [_BLUR_REACH] * 4).transpose(0, 1)
    flat = F.conv2d(flat, line[:, None, None, :], groups=len(masks))
    return F.conv2d(flat, line[:, None, :, None], groups=len(masks)).transpose(0, 1)


def _through_colour_filter(g: Generator, masks: Tensor, sigma: Tensor) -> Tensor:
    """Give masks (N, 1, S, S) the false colours of the camera; float32 (N, 3, S, S).

    They are as large as the camera's pixels, of which the photograph's blur ``sigma`` (N,) tells
    the size.
    """
    size = masks.shape[-1]
    result = masks.new_empty(len(masks), 3, size, size)
    for rows in sigma.argsort().chunk(6):
        side = min(size, round(OPTICAL_BLUR * size / float(sigma[rows].mean())))
        small = lower_resolution(masks[rows], side).expand(-1, 3, -1, -1)
        small = sharpen(g, mosaic(g, small))
        result[rows] = F.interpolate(small, size=(size, size), mode="bilinear", align_corners=False)
    return result
