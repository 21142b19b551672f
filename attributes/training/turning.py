"""Pictograms turned by a quarter or a half: pictures that mean nothing, and classes of their own.

An embedding is to tell pictograms apart that it never saw, so it is given more of them to tell
apart. A deer on its back is as new as a pictogram can be, and costs no drawing. The plate that
it is drawn on stays upright, composed or photographed, so that all else about it stays true.
"""

from __future__ import annotations

import re
import zlib

import numpy as np

from attributes.training.pictograms import Mask, MaskBank

_DIRECTION = re.compile(
    r"arrow|left|right|up|down|straight|turn|curve|bend|lane|ahead|fork|junction|crossroads|merge"
    r"|priority|road|route|dead-end|stripes|chevron|roundabout|oncoming|overtaking"
)
"""Parts of names whose pictograms, turned, are those of other signs or nearly so.

A few harmless names match as well, such as airplane.
"""
_ALIKE = 0.6
"""Overlap, intersection over union, from which a pictogram looks the same when it is turned."""


def turned_masks(bank: MaskBank) -> MaskBank:
    """The masks that turning makes new pictograms of, each turned once.

    All masks of one pictogram are turned alike, so that they remain one class, ``turned NAME``.
    """
    kept = []
    for mask, name in zip(bank.masks, bank.names, strict=True):
        quarters = 1 + zlib.crc32(name.encode()) % 3
        turned = np.rot90(mask, quarters)
        if not _DIRECTION.search(name) and _overlap(mask, turned) < _ALIKE:
            kept.append((turned, f"turned {name}"))
    if not kept:
        return MaskBank(bank.masks[:0], ())
    return MaskBank(np.stack([mask for mask, _ in kept]), tuple(name for _, name in kept))


def _overlap(one: Mask, other: Mask) -> float:
    both = (one > 127) & (other > 127)
    either = (one > 127) | (other > 127)
    return float(both.sum() / max(1, either.sum()))
