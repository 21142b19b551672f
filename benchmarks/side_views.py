"""What a second, stretched look at oblong crops gives, and whether it mistakes rectangles.

    python benchmarks/side_views.py --data ../shared/data

Labelled signs of GTSDB's frames 0-499 are narrowed as if seen from the side; all are as wide as
they are high. The share answered rightly with ``signs.yaml`` is told for crops whose proportions
are kept, and for those that are looked at stretched, too (:mod:`attributes.foreshortening`). Of
drawings of tall and wide rectangles (extra ``train``), as seen from the front, it is told how many
are narrow enough for a second look, and how many of these are read from it: none should be.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from gtsrb_crops import ROOT, read_labels
from kept_weights import RELEASE, add_weights_option, answered_ids, chosen_predictor, make_ready
from localizer import picture_of
from plain_errors import run_plainly
from rendering import SEED, fresh_materials, lay_flat
from torch import Generator

from attributes.foreshortening import Crop, is_oblong
from attributes.predictor import AttributePredictor
from attributes.progress import track
from attributes.training.artwork import SPRITE_FILL
from attributes.training.gtsdb import read_frames
from attributes.training.photographing import Sprites
from attributes.training.splits import LAST_TRAINING_FRAME
from attributes.vocabulary import CATEGORICAL, SHAPE
from recognizer.frames.crops import cut_crops
from rules import load_catalogue

_WIDTHS = (1.0, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.25)
_MARGIN = 1.1
"""Room that a crop of a drawing has: its side, times that of the plate."""


def labelled_signs(data: Path) -> tuple[list[Crop], list[str]]:
    """Crops of the signs of GTSDB's frames 0-499, and their ids with values."""
    names = read_labels(ROOT / "labels" / "gtsrb.yaml")
    crops: list[Crop] = []
    answers = []
    for frame in track(read_frames(data / "gtsdb", range(LAST_TRAINING_FRAME + 1)), "cutting"):
        crops += cut_crops(picture_of(frame), frame.boxes.astype(np.float32))
        answers += [names[f"{class_id:05d}"] for class_id in frame.class_ids]
    return crops, answers


def narrowed(crop: Crop, width: float) -> Crop:
    """A crop as if its plate were seen from the side."""
    height, full = crop.shape[:2]
    size = (max(1, round(full * width)), height)
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)


def rectangles() -> list[Crop]:
    """Drawings of oblong rectangles on a smooth ground, each cut out with a little room."""
    _, materials = fresh_materials()
    column = CATEGORICAL.index(SHAPE)
    oblong = [SHAPE.values.index(s) for s in ("tall_rectangle", "wide_rectangle")]
    shapes = materials.sprite_labels.categorical[:, column]
    rows = torch.nonzero(torch.isin(shapes, torch.tensor(oblong))).flatten()
    pixels = materials.sprites[rows].float() / 255
    sprites = Sprites(pixels, pixels[:, :1], materials.aspects[rows], materials.sprite_labels[rows])
    pictures = lay_flat(Generator().manual_seed(SEED), materials, sprites)
    return [
        _cut_out(picture, float(aspect))
        for picture, aspect in zip(pictures, sprites.aspects, strict=True)
    ]


def _cut_out(picture: Crop, aspect: float) -> Crop:
    side = len(picture)
    longer = side * SPRITE_FILL * _MARGIN
    width = min(side, round(longer * min(1.0, aspect)))
    height = min(side, round(longer / max(1.0, aspect)))
    x, y = (side - width) // 2, (side - height) // 2
    return np.ascontiguousarray(picture[y : y + height, x : x + width])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsdb/")
    add_weights_option(parser, RELEASE)
    arguments = parser.parse_args()
    twice = chosen_predictor(arguments, RELEASE)
    once = chosen_predictor(arguments, RELEASE)
    preprocessing = once.card.preprocessing.model_copy(update={"stretched": 0.0})
    once.card = once.card.model_copy(update={"preprocessing": preprocessing})
    ready = make_ready(load_catalogue(ROOT / "signs.yaml"), once)
    crops, expected = labelled_signs(arguments.data)

    def right(predictor: AttributePredictor, pictures: list[Crop]) -> float:
        answers = answered_ids(ready, predictor.predict(pictures))
        return float(np.mean([a == e for a, e in zip(answers, expected, strict=True)]))

    print(f"{len(crops)} signs; width     kept    stretched, too")
    for width in _WIDTHS:
        pictures = [narrowed(crop, width) for crop in crops]
        print(f"{width:18.2f}  {right(once, pictures):9.2%}{right(twice, pictures):12.2%}")
    drawn = rectangles()
    plates = [crop for crop in drawn if is_oblong(crop, twice.card.preprocessing.stretched)]
    first, both = once.predict(plates), twice.predict(plates)
    changed = (first.embedding != both.embedding).any(axis=1).sum()
    print(
        f"{len(drawn)} drawings of rectangles, {len(plates)} of them oblong enough for a stretched "
        f"look: {changed} read from it"
    )


if __name__ == "__main__":
    run_plainly(main)
