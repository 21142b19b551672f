"""Signs that training must not see, and how a freely composed plate is kept from being one.

Leaving a sign's photographs and drawings out is not enough: a plate that is composed at random
may turn out to be that sign. A white disc with stripes and nothing else is the end of all limits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
from torch import Tensor

from attributes.training.artwork import german_rows
from attributes.training.labels import NO_PICTOGRAM, Labels
from attributes.vocabulary import BACKGROUND, BAR, CATEGORICAL, SHAPE

_MIRRORED_LOOK_ALIKES = {"truck-beside-car": "car-beside-truck"}
"""Pictogram -> one that looks like it when it is mirrored, whatever its name says."""
_COLUMN = {attribute: index for index, attribute in enumerate(CATEGORICAL)}


def unseen_signs(seen_classes: Collection[int] | None, pictograms: Sequence[str]) -> Labels | None:
    """Labels of the GTSRB signs outside ``seen_classes`` that training could put together.

    Signs whose pictogram is left out need no such care.

    Args:
        seen_classes: the classes that are trained on; None for all.
        pictograms: names of those that are trained on, in index order.

    Returns:
        the labels, or None if there is no such sign.
    """
    if seen_classes is None:
        return None
    rows = [
        row for row in german_rows()
        if int(row["class"]) not in seen_classes
        and row["pictogram"] in {NO_PICTOGRAM, *pictograms}
    ]  # fmt: skip
    rows += [
        {**row, "pictogram": alike}
        for row in rows
        for name, alike in _MIRRORED_LOOK_ALIKES.items()
        if row["pictogram"] == name and alike in pictograms
    ]
    return Labels.from_rows(rows, pictograms) if rows else None


def shows_one_of(labels: Labels, signs: Labels) -> Tensor:
    """Which of N plates look like one of M signs, boolean (N,).

    A plate looks like a sign if shape, face, text and pictogram are the same, and both have a bar
    or neither has: a slash is too near to stripes, and colours of rims to each other.
    """
    same = labels.pictogram[:, None] == signs.pictogram[None]
    for attribute in (SHAPE, BACKGROUND):
        column = _COLUMN[attribute]
        same = same & (labels.categorical[:, None, column] == signs.categorical[None, :, column])
    barred, bar = (
        part.categorical[:, _COLUMN[BAR]] != BAR.index("none") for part in (labels, signs)
    )
    same &= barred[:, None] == bar[None]
    # Slots after the end of a string are unknown in both.
    same &= (labels.text[:, None] == signs.text[None]).all(dim=2)
    return torch.as_tensor(same.any(dim=1))
