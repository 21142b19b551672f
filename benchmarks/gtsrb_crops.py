"""GTSRB's training half as benchmarks see it: crops, true answers, readings."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import yaml

from attributes.predictor import AttributePredictor
from attributes.progress import track
from attributes.readings import Readings
from attributes.training.photographs import (
    PhotographCrop,
    gtsrb_crops,
    is_validation_track,
    validation_tracks,
)
from attributes.training.splits import gtsrb_tracks
from recognizer.pictures import to_crop

ROOT = Path(__file__).parent.parent
_CHUNK = 512


def crops_of(
    root: Path, classes: Collection[int] | None = None, validation_only: bool = False
) -> list[PhotographCrop]:
    """Crops of GTSRB.

    Args:
        root: folder that holds ``Final_Training``.
        classes: only these; None for all.
        validation_only: only the fixed tenth of the tracks that training never sees.

    Raises:
        DatasetError: it is not there.
    """
    crops = list(gtsrb_crops(root))
    _tell_absent(crops)
    held_out = validation_tracks(crops)
    return [
        crop for crop in crops
        if (classes is None or crop.class_id in classes)
        and (not validation_only or is_validation_track(crop, held_out))
    ]  # fmt: skip


def _tell_absent(crops: Sequence[PhotographCrop]) -> None:
    """Say on stderr that figures are of a part of GTSRB, if they are."""
    tracks = gtsrb_tracks()
    here = tracks & {(crop.class_id, crop.track) for crop in crops}
    if len(here) < len(tracks):
        print(
            f"mind: of the {len(tracks):,} tracks of GTSRB's training half {len(here):,} are here; "
            "figures are of these",
            file=sys.stderr,
        )


def true_answers(crops: Sequence[PhotographCrop]) -> list[str]:
    """Id with value of the sign on each crop."""
    labels = read_labels(ROOT / "labels" / "gtsrb.yaml")
    return [labels[f"{crop.class_id:05d}"] for crop in crops]


def read_labels(path: Path) -> dict[str, str]:
    """Class name -> id of a labels file."""
    classes: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))["classes"]
    return classes


def read_pictures(predictor: AttributePredictor, paths: Sequence[Path], name: str) -> Readings:
    """Attribute readings of pictures on disk; ``name`` is shown while it goes on."""
    chunks = [paths[i : i + _CHUNK] for i in range(0, len(paths), _CHUNK)]
    return Readings.concatenate(
        [predictor.predict([to_crop(p) for p in chunk]) for chunk in track(chunks, name)]
    )


def read_crops(predictor: AttributePredictor, crops: Sequence[PhotographCrop]) -> Readings:
    """Attribute readings of crops."""
    return read_pictures(predictor, [crop.path for crop in crops], "GTSRB")
