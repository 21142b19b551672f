"""How often the whole path is right on GTSRB tracks that training never saw.

``python benchmarks/recognition.py --data DIR`` (DIR holds ``gtsrb/``). The path is attributes,
rules and matcher with the shipped weights, ``signs.yaml`` and its gallery; an *unknown* counts as
an error. Whatever was fitted (weights, temperatures) was fitted on other pictures; thresholds are
the defaults, which were fixed beforehand.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
import yaml

from attributes.progress import track
from attributes.readings import Readings
from attributes.training.artwork import german_rows
from attributes.training.photographs import (
    Crop,
    gtsrb_crops,
    is_validation_track,
    validation_tracks,
)
from attributes.vocabulary import CATEGORICAL, LEGEND, TEXT
from recognizer import Recognizer
from recognizer.pictures import to_crop

_CHUNK = 512
_LABELS = Path(__file__).parent.parent / "labels" / "gtsrb.yaml"


def held_out_crops(root: Path) -> list[Crop]:
    """Every crop of the fixed validation tracks."""
    crops = list(gtsrb_crops(root))
    held_out = validation_tracks(crops)
    return [crop for crop in crops if is_validation_track(crop, held_out)]


def read_all(recognizer: Recognizer, crops: list[Crop]) -> Readings:
    """Attribute readings of all crops."""
    chunks = [crops[i : i + _CHUNK] for i in range(0, len(crops), _CHUNK)]
    return Readings.concatenate(
        [recognizer.read([to_crop(c.path) for c in chunk]) for chunk in track(chunks, "GTSRB")]
    )


def attribute_accuracy(readings: Readings, rows: list[dict[str, str]]) -> dict[str, float]:
    """Share of crops whose most probable value is the labelled one, by attribute.

    ``rows`` are the labels crop by crop; ``?`` is left out. A legend is right if all its colours
    are, a text if all its characters are.
    """
    accuracy = {}
    for attribute in CATEGORICAL:
        read = readings.categorical[attribute.name].argmax(axis=1)
        right = [
            attribute.values[value] == row[attribute.name]
            for value, row in zip(read, rows, strict=True)
            if row[attribute.name] != "?"
        ]
        accuracy[attribute.name] = float(np.mean(right))
    colours = [
        {c for c, there in zip(LEGEND.values, present, strict=True) if there}
        for present in readings.legend >= 0.5
    ]
    accuracy[LEGEND.name] = float(
        np.mean(
            [
                read == set(row["legend"].split("+")) - {"none"}
                for read, row in zip(colours, rows, strict=True)
                if row["legend"] != "?"
            ]
        )
    )
    texts = [TEXT.decode(codes) for codes in readings.text.argmax(axis=2).tolist()]
    accuracy[TEXT.name] = float(
        np.mean([read == row["text"] for read, row in zip(texts, rows, strict=True)])
    )
    return accuracy


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsrb/")
    arguments = parser.parse_args()
    recognizer = Recognizer()
    crops = held_out_crops(arguments.data / "gtsrb")
    labels = yaml.safe_load(_LABELS.read_text(encoding="utf-8"))["classes"]
    readings = read_all(recognizer, crops)
    answers = recognizer.judge(readings)
    truth = [labels[f"{crop.class_id:05d}"] for crop in crops]
    right = np.array([a.id == t for a, t in zip(answers, truth, strict=True)])
    classes = np.array([crop.class_id for crop in crops])
    macro = np.mean([right[classes == c].mean() for c in sorted(set(classes.tolist()))])
    unknown = np.mean([not a.is_known for a in answers])
    tracks = {(crop.class_id, crop.track) for crop in crops}
    print(f"GTSRB validation: {len(crops)} crops of {len(tracks)} tracks, never trained on")
    print(f"top-1, whole path      {right.mean():8.2%}   ({(~right).sum()} errors)")
    print(f"top-1, mean of classes {macro:8.2%}")
    print(f"answered unknown       {unknown:8.2%}")
    rows = german_rows()
    for name, value in attribute_accuracy(readings, [rows[c] for c in classes]).items():
        print(f"attribute {name:<13}{value:8.2%}")
    wrong = Counter(
        (t, a.id if a.is_known else f"unknown: {a.reason.value}")
        for a, t, ok in zip(answers, truth, right, strict=True)
        if not ok and (a.is_known or a.reason)
    )
    for (expected, answered), count in wrong.most_common(12):
        print(f"  {count:4d} x {expected} answered {answered}")


if __name__ == "__main__":
    main()
