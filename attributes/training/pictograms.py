"""Pictograms cut out of artwork, as masks.

A mask is free of its plate: it can be drawn on any plate in any colour. That teaches the
embedding to compare pictograms across plates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from attributes.training.artwork import SPRITE_SIZE, Drawing
from attributes.training.colours import usual_shade
from attributes.training.labels import NO_PICTOGRAM, UNKNOWN_PICTOGRAM

Mask = npt.NDArray[np.uint8]

_CUT_SHORT = {"truck-rear-height", "truck-rear-width"}
"""Pictograms whose arrows, all that tells them apart, reach too near the rim to be cut out."""


@dataclass(frozen=True)
class MaskBank:
    """Masks with what they say.

    Attributes:
        masks: uint8 (K, SPRITE_SIZE, SPRITE_SIZE), 255 where the legend is.
        names: pictogram class of each, or the string.
        slots: uint8 (K, SPRITE_SIZE, SPRITE_SIZE), of strings: k + 1 where character k stands.
    """

    masks: Mask
    names: tuple[str, ...]
    slots: Mask | None = None

    def joined_with(self, other: MaskBank) -> MaskBank:
        """The masks of both banks, which are of pictograms: neither has slots."""
        assert self.slots is None
        assert other.slots is None
        return MaskBank(np.concatenate([self.masks, other.masks]), self.names + other.names)


def pictogram_masks(drawings: Sequence[Drawing]) -> MaskBank:
    """Masks of all pictograms that are crossed by no bar and drawn in one colour, or red and black.

    Red and black count as one legend: the ban on overtaking prints one of two vehicles in red, and
    the sign that ends it prints both in grey.
    """
    masks, names = [], []
    for drawing in drawings:
        row = drawing.row
        if row["bar"] != "none" or row["text"]:
            continue
        if row["pictogram"] in {NO_PICTOGRAM, UNKNOWN_PICTOGRAM} | _CUT_SHORT:
            continue
        several = "+" in row["legend"] and row["legend"] != "red+black"
        if several or row["legend"] in {"none", "?", row["background"]}:
            continue
        mask = _legend_mask(drawing)
        if mask is not None:
            masks.append(mask)
            names.append(row["pictogram"])
    empty = np.zeros((0, SPRITE_SIZE, SPRITE_SIZE), np.uint8)
    return MaskBank(np.stack(masks) if masks else empty, tuple(names))


def _legend_mask(drawing: Drawing) -> Mask | None:
    """Pixels inside the rim that differ from the face, scaled to fill a sprite; None if unclear.

    The cluster centres of the interior are the face, which the table names, and the legend's.
    """
    alpha = drawing.sprite[:, :, 3]
    plate = np.uint8(alpha > 128) * 255
    rim = max(2, round(0.13 * SPRITE_SIZE * min(1.0, drawing.aspect, 1 / drawing.aspect)))
    interior = cv2.erode(plate, np.ones((2 * rim + 1, 2 * rim + 1), np.uint8), borderValue=0) > 0
    if interior.sum() < 80:
        return None
    pixels = drawing.sprite[:, :, :3].astype(np.float32)
    clusters = 2 + drawing.row["legend"].count("+")
    _, _, centres = cv2.kmeans(
        pixels[interior], clusters, None, (cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0), 3,
        cv2.KMEANS_PP_CENTERS,
    )  # fmt: skip
    shade = np.array(usual_shade(drawing.row["background"])) * 255
    face = int(np.argmin(np.square(centres - shade).sum(axis=1)))
    axes = np.delete(centres, face, axis=0) - centres[face]
    lengths = np.square(axes).sum(axis=1)
    if lengths.min() < 60**2:
        return None
    share = ((pixels - centres[face]) @ axes.T / lengths).clip(0, 1).max(axis=2)
    # Beyond the interior only what hangs together with the legend inside belongs to it.
    wide = cv2.erode(plate, np.ones((2 * (rim // 2) + 1,) * 2, np.uint8), borderValue=0) > 0
    candidates = np.uint8((share > 0.5) & wide)
    _, components = cv2.connectedComponents(candidates)
    outside = set(np.unique(components[wide & ~interior & (candidates > 0)])) - {0}
    inside = set(np.unique(components[interior & (candidates > 0)])) - {0}
    rims = {c for c in outside if _surrounds(components == c, wide)}
    if any(_touches_pictogram(components == c, wide) for c in rims):
        return None
    kept = np.isin(components, list(inside - rims))
    if not 0.03 < kept.sum() / wide.sum() < 0.8:
        return None
    near = cv2.dilate(np.uint8(kept), np.ones((3, 3), np.uint8)) > 0
    return fill_square(np.uint8(share * near * wide * 255))


def _surrounds(component: npt.NDArray[np.bool_], plate: npt.NDArray[np.bool_]) -> bool:
    """Whether a component encloses most of the plate and leaves much of it free, as a rim does."""
    enclosed = _fill(_outer_outlines(component), component.shape)
    free = enclosed & ~component
    return bool(enclosed.sum() > 0.7 * plate.sum() and free.sum() > 0.3 * plate.sum())


def _touches_pictogram(rim: npt.NDArray[np.bool_], plate: npt.NDArray[np.bool_]) -> bool:
    """Whether something of the pictogram hangs together with the rim, and would go with it.

    What a rim alone leaves free is one convex area.
    """
    free = _fill(_outer_outlines(rim), rim.shape) & ~rim
    _, areas = cv2.connectedComponents(np.uint8(free), connectivity=4)
    largest = areas == 1 + int(np.argmax(np.bincount(areas[free])[1:]))
    hull = cv2.convexHull(np.concatenate(_outer_outlines(largest)))
    reaching_in = rim & _fill([hull], rim.shape)
    # Corners of the hull are drawn upon the rim itself: three hundredths of the plate.
    return bool(reaching_in.sum() > 0.04 * plate.sum() or largest.sum() < 0.9 * free.sum())


def _outer_outlines(area: npt.NDArray[np.bool_]) -> Sequence[npt.NDArray[np.int32]]:
    outlines, _ = cv2.findContours(np.uint8(area), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [np.asarray(outline, np.int32) for outline in outlines]


def _fill(
    outlines: Sequence[npt.NDArray[np.int32]], shape: tuple[int, ...]
) -> npt.NDArray[np.bool_]:
    filled = cv2.drawContours(np.zeros(shape, np.uint8), outlines, -1, 1, cv2.FILLED)
    return np.asarray(filled > 0)


def contents_of(mask: Mask) -> Mask:
    """The part of a mask that its ink spans."""
    rows, columns = np.nonzero(mask > 60)
    return mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def fill_square(mask: Mask) -> Mask:
    """Scale a mask's contents to fill the square sprite, keeping its aspect."""
    cut = contents_of(mask)
    scale = (SPRITE_SIZE - 4) / max(cut.shape)
    size = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
    resized = cv2.resize(cut, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    filled = np.zeros((SPRITE_SIZE, SPRITE_SIZE), np.uint8)
    top, left = (SPRITE_SIZE - size[1]) // 2, (SPRITE_SIZE - size[0]) // 2
    filled[top : top + size[1], left : left + size[0]] = resized
    return filled
