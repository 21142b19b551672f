"""Which pictogram a mirrored pictogram is.

A mirrored *keep right* is *keep left*; a mirrored snowflake is a snowflake; a mirrored anything
else is a picture that means nothing yet, and becomes a class of its own. Such pseudo-classes make
the embedding look at directions and give it more to tell apart.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np

from attributes.training.artwork import Drawing
from attributes.training.labels import BLANK, NO_PICTOGRAM, UNKNOWN, UNKNOWN_PICTOGRAM

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

_SYMMETRIC_SHARE = 0.03
"""Largest share of a plate's pixels that may change when a symmetric drawing is mirrored."""


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
    shares: dict[str, list[float]] = {}
    for drawing in drawings:
        name = drawing.row["pictogram"]
        if name not in {NO_PICTOGRAM, UNKNOWN_PICTOGRAM}:
            shares.setdefault(name, []).append(_changed_share(drawing))
    names = sorted(shares)
    mirrored: dict[str, str | None] = {}
    for name in list(names):
        swapped = re.sub(r"left|right", lambda m: _OTHER_SIDE[m[0]], name)
        if swapped in without:
            mirrored[name] = None
        elif swapped != name and swapped in shares:
            mirrored[name] = swapped
        elif name in _FACING_EITHER_WAY or float(np.mean(shares[name])) <= _SYMMETRIC_SHARE:
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


_OTHER_SIDE = {"left": "right", "right": "left"}


def _changed_share(drawing: Drawing) -> float:
    """Share of the plate's pixels that differ clearly from their mirror image."""
    pixels = drawing.sprite.astype(np.float32)
    pixels[:, :, :3] *= pixels[:, :, 3:] / 255
    changed = np.abs(pixels - pixels[:, ::-1]).max(axis=2) > 90
    return float(changed.sum() / max(1, (pixels[:, :, 3] > 128).sum()))
