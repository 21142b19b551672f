"""What of GTSRB and GTSDB training never sees. Needs no torch, so that validation can ask."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

LAST_TRAINING_FRAME: Final = 499
"""GTSDB's frames up to this one are trained on; later ones are kept for validation."""
_VALIDATION_SHARE = 0.1
_GTSRB_TRACKS = (
    7, 74, 75, 47, 66, 62, 14, 48, 47, 49, 67, 44, 70, 72, 26, 21, 14, 37, 40, 7, 12, 11,
    13, 17, 9, 50, 20, 8, 18, 9, 15, 26, 8, 23, 14, 40, 13, 7, 69, 10, 12, 8, 8,
)  # fmt: skip
"""How many tracks each class has; they are numbered from 0."""


def gtsrb_tracks() -> set[tuple[int, str]]:
    """(class id, track name) of GTSRB's whole training half.

    Which tracks are held out depends on all of them, so whoever has a part of the set must ask
    :func:`held_out_tracks` about these.
    """
    return {
        (class_id, f"{number:05}")
        for class_id, count in enumerate(_GTSRB_TRACKS)
        for number in range(count)
    }


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
