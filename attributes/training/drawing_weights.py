"""How often each drawing is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

from attributes.training.artwork import Drawing, german_references
from attributes.training.labels import NO_PICTOGRAM, UNKNOWN_PICTOGRAM

_GERMAN_WEIGHT = 3.0
"""How much likelier a drawing of the road's own style is drawn than a generic one."""


def drawing_weights(drawings: Sequence[Drawing], gtsrb_signs: float) -> Tensor:
    """Relative frequency of each of K drawings, float32 (K,).

    It falls with the root of how many drawings are alike: all twenty-seven bicycles together come
    five times as often as one sign that has no double. Alike are those of one pictogram, and those
    without a known pictogram that share shape, face, bar and text.

    Args:
        drawings: what is drawn.
        gtsrb_signs: how much likelier than others the signs of GTSRB are drawn.
    """
    alike = Counter(_alike(drawing) for drawing in drawings)
    of_gtsrb = german_references()
    weights = [
        alike[_alike(drawing)] ** -0.5
        * (_GERMAN_WEIGHT if not drawing.source.startswith("mapillary:") else 1.0)
        * (gtsrb_signs if drawing.source in of_gtsrb else 1.0)
        for drawing in drawings
    ]
    return torch.tensor(weights, dtype=torch.float32)


def _alike(drawing: Drawing) -> tuple[str, ...]:
    row = drawing.row
    if row["pictogram"] not in (NO_PICTOGRAM, UNKNOWN_PICTOGRAM):
        return (row["pictogram"],)
    return tuple(row[key] for key in ("shape", "background", "bar", "text"))
