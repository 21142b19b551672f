"""What of GTSRB and GTSDB training never sees. Needs no torch, so that validation can ask."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

LAST_TRAINING_FRAME: Final = 499
"""GTSDB's frames up to this one are trained on; later ones are kept for validation."""
_VALIDATION_SHARE = 0.1


def held_out_tracks(tracks: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """The fixed tenth of each class's tracks (at least one) that training never sees.

    A track shows one physical sign thirty times, so the split is by track. Which tracks is
    decided by a hash of class and track, the same on every machine.

    Args:
        tracks: (class id, track name) of every crop; repetitions do no harm.
    """
    of_class: dict[int, set[str]] = {}
    for class_id, name in tracks:
        of_class.setdefault(class_id, set()).add(name)
    held_out = set()
    for class_id, names in of_class.items():
        ranked = sorted(names, key=lambda n: hashlib.sha256(f"{class_id}/{n}".encode()).digest())
        count = max(1, round(_VALIDATION_SHARE * len(names)))
        held_out |= {(class_id, name) for name in ranked[:count]}
    return held_out
