"""Which pictogram a mirrored pictogram is.

A mirrored *keep right* is *keep left*; a mirrored snowflake is a snowflake; a mirrored anything
else is a picture that means nothing yet, and becomes a class of its own. Such pseudo-classes make
the embedding look at directions and give it more to tell apart.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence, Set

import numpy as np

from attributes.training.artwork import Drawing
from attributes.training.labels import BLANK, NO_PICTOGRAM, UNKNOWN, UNKNOWN_PICTOGRAM
from attributes.training.pictograms import Mask, pictogram_masks

_FACING_EITHER_WAY = frozenset(
    {
        "adult-with-child", "camel", "cow-and-sheep", "deer", "elderly-couple", "emu",
        "equestrian", "flagger", "horse-cart-sulky", "kiwi", "tractor", "traffic-queue",
        "wheelchair",
        "stripes-chevron-up", "lanes-up-up", "lanes-up-up-up", "lanes-up-up-up-up",
        "lanes-up-up-up-up-up", "tent-and-caravan",
    }
)  # fmt: skip
"""Pictograms of which some drawings face left and others right, and symmetric ones that are drawn
off the middle (seen on contact sheets)."""

_MIRROR_IMAGES = {
    "bicycle-beside-pedestrian": "pedestrian-beside-bicycle",
    "pedestrian-beside-bicycle": "bicycle-beside-pedestrian",
    "dual-lanes-left-straight-right": "dual-lanes-left-straight-or-right",
    "dual-lanes-left-straight-or-right": "dual-lanes-left-straight-right",
}
"""Pictograms that are each other's mirror image, which their names do not say."""

_SIDES = re.compile(r"left|right|(?:falling|rising)$")
_OTHER_SIDE = {"left": "right", "right": "left", "falling": "rising", "rising": "falling"}

_SYMMETRIC_OVERLAP = 0.9
"""Least overlap (intersection over union) of a symmetric pictogram with its mirror image."""
_SYMMETRIC_SHARE = 0.03
"""Largest share of a plate's pixels that may change when a symmetric drawing is mirrored."""
_OFF_THE_MIDDLE = 3
"""Pixels by which the middle of a pictogram may miss its axis."""


def pictogram_classes(
    drawings: Sequence[Drawing], without: Collection[str] = ()
) -> tuple[list[str], list[int]]:
    """Names of all pictogram classes, pseudo-classes included, and the mirror image of each.

    Args:
        drawings: what is trained on.
        without: pictograms that training must not see, not even as the mirror image of another.

    Returns:
        names in index order, and for each the index of its mirror image: its own if symmetric,
        UNKNOWN if it must not be mirrored.
    """
    names = sorted({d.row["pictogram"] for d in drawings} - {NO_PICTOGRAM, UNKNOWN_PICTOGRAM})
    known = set(names)
    symmetric = _FACING_EITHER_WAY | _symmetric(drawings)
    mirrored: dict[str, str | None] = {}
    for name in list(names):
        swapped = _MIRROR_IMAGES.get(name) or _SIDES.sub(lambda m: _OTHER_SIDE[m[0]], name)
        if swapped in without:
            mirrored[name] = None
        elif swapped != name and swapped in known:
            mirrored[name] = swapped
        elif name in symmetric:
            mirrored[name] = name
        else:
            pseudo = f"mirrored {name}"
            names.append(pseudo)
            mirrored[name], mirrored[pseudo] = pseudo, name
    names.append(BLANK)
    mirrored[BLANK] = BLANK
    index: dict[str | None, int] = {name: i for i, name in enumerate(names)}
    index[None] = UNKNOWN
    return names, [index[mirrored[name]] for name in names]


def _symmetric(drawings: Sequence[Drawing]) -> Set[str]:
    """Pictograms of which at least one drawing is its own mirror image.

    It is the pictogram that is looked at, apart from its plate: bars, words and a rim that is a
    pixel off say nothing of it. Where it cannot be cut out, the plates are compared.
    """
    masks = pictogram_masks(drawings)
    symmetric = {
        name
        for mask, name in zip(masks.masks, masks.names, strict=True)
        if _overlap_with_mirror_image(mask) >= _SYMMETRIC_OVERLAP
    }
    apart = set(masks.names)
    return symmetric | {
        drawing.row["pictogram"]
        for drawing in drawings
        if drawing.row["pictogram"] not in apart and _changed_share(drawing) <= _SYMMETRIC_SHARE
    }


def _overlap_with_mirror_image(mask: Mask) -> float:
    """Intersection over union of a mask and its mirror image where they overlap most, 0 to 1."""
    ink = mask.astype(np.float32)
    shifted = [
        np.roll(ink[:, ::-1], shift, axis=1)
        for shift in range(-_OFF_THE_MIDDLE, _OFF_THE_MIDDLE + 1)
    ]
    return max(float(np.minimum(ink, x).sum() / np.maximum(ink, x).sum()) for x in shifted)


def _changed_share(drawing: Drawing) -> float:
    """Share of the plate's pixels that differ clearly from their mirror image."""
    pixels = drawing.sprite.astype(np.float32)
    pixels[:, :, :3] *= pixels[:, :, 3:] / 255
    changed = np.abs(pixels - pixels[:, ::-1]).max(axis=2) > 90
    return float(changed.sum() / max(1, (pixels[:, :, 3] > 128).sum()))
