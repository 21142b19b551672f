"""Pictograms and photographs turned: pictures that mean nothing, and classes of their own.

An embedding is to tell pictograms apart that it never saw, so it is given more of them to tell
apart. A deer on its back is as new as a pictogram can be, and costs no drawing. The plate that
it is drawn on stays upright, composed or photographed, so that all else about it stays true.

A turned photograph keeps a photograph from betraying the sign: it looks like one and is none of the
signs that photographs show.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from attributes.training.labels import NO_PICTOGRAM
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

    All masks of one pictogram are turned alike, so that they remain one class.
    """
    kept = []
    for mask, name in zip(bank.masks, bank.names, strict=True):
        quarters = 1 + zlib.crc32(name.encode()) % 3
        turned = np.rot90(mask, quarters)
        if not _DIRECTION.search(name) and _overlap(mask, turned) < _ALIKE:
            kept.append((turned, turned_name(name, quarters)))
    if not kept:
        return MaskBank(bank.masks[:0], ())
    return MaskBank(np.stack([mask for mask, _ in kept]), tuple(name for _, name in kept))


TURNS = 3
"""By a quarter, a half and three quarters."""


def turned_name(name: str, quarters: int) -> str:
    """Name of the class of a pictogram, or a number, turned counterclockwise by quarters."""
    return f"turned {quarters} {name}"


def turned_photograph_classes(
    rows: Sequence[Mapping[str, str]], classes: Collection[int], bank: MaskBank
) -> dict[int, list[str]]:
    """Names of the classes of GTSRB's turned photographs, :data:`TURNS` for each class.

    They are those of turned masks where there are such. Signs are left out that may look like
    themselves or like another sign when they are turned: arrows and the like, snowflakes, and
    plates with nothing on them.

    Args:
        rows: the signs of GTSRB in the order of their classes.
        classes: those that are trained on.
        bank: masks of pictograms, upright.
    """
    names = {}
    for class_id in sorted(classes):
        row = rows[class_id]
        name = row["text"] if row["pictogram"] == NO_PICTOGRAM else row["pictogram"]
        if name and not _DIRECTION.search(name) and not _turns_into_itself(bank, name):
            names[class_id] = [turned_name(name, k) for k in range(1, TURNS + 1)]
    return names


def _turns_into_itself(bank: MaskBank, name: str) -> bool:
    """Whether a drawing of a pictogram looks the same after any turn."""
    return any(
        _overlap(mask, np.rot90(mask, quarters)) >= _ALIKE
        for mask, own in zip(bank.masks, bank.names, strict=True)
        if own == name
        for quarters in range(1, TURNS + 1)
    )


def _overlap(one: Mask, other: Mask) -> float:
    both = (one > 127) & (other > 127)
    either = (one > 127) | (other > 127)
    return float(both.sum() / max(1, either.sum()))
