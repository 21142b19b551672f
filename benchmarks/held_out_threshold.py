"""Whether the matcher's built-in threshold suits the held-out weights, asked of none of the 21.

``python benchmarks/held_out_threshold.py --data DIR`` (DIR holds ``gtsrb/``; extra ``train``). The
configuration leaves further pictograms out of training, of no class of GTSRB. Drawn on the erased
triangles of photographs of the seen classes' training tracks they are signs as new to the network
as the 21 are. Each is defined by one drawing and shown by another. Half of them are in the
catalogue beside the 22 seen signs and should be answered, the other half are not and should be
*unknown*; then the halves change places. No picture of the 21 takes part, nor any rendering.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import held_out
import numpy as np
import torch
import yaml
from kept_weights import add_weights_option, answered_ids, chosen_predictor, make_ready
from plain_errors import run_plainly
from torch import Generator

from attributes.predictor import AttributePredictor
from attributes.readings import Readings
from attributes.training.artwork import load_drawings
from attributes.training.configuration import load
from attributes.training.erased_plates import load_erased
from attributes.training.pictograms import pictogram_masks
from attributes.training.transplants import ErasedBank, transplant
from attributes.training.written_texts import text_masks
from attributes.vocabulary import CATEGORICAL, SHAPE
from recognizer.answering import ReadyCatalogue
from recognizer.decision import Judge, Thresholds
from rules import load_catalogue
from rules.answer_ids import UNKNOWN

FIRST = "airplane"
"""First of the configuration's pictograms that are left out for this question; the rest follow."""
CROPS = 3000
_PREFIX = "new."
COSINES = (0.3, 0.4, 0.5, 0.6, 0.7)


@dataclass(frozen=True)
class NewSigns:
    """Pictures of signs that are new to the network.

    Attributes:
        readings: of N pictures.
        truth: pictogram of each.
        exemplars: pictogram -> the drawing that defines it, which none of its pictures shows.
    """

    readings: Readings
    truth: list[str]
    exemplars: dict[str, str]


def left_out_for_threshold() -> tuple[str, ...]:
    """The pictograms that training leaves out for this benchmark."""
    without = load(held_out.CONFIGURATION).without
    return without[without.index(FIRST) :]


def photograph_new_signs(predictor: AttributePredictor, data: Path) -> NewSigns:
    """Draw the left-out pictograms on photographed triangles and read them.

    Raises:
        DatasetError: GTSRB is not there.
        MissingPackageError: an artwork package cannot be had.
    """
    names = left_out_for_threshold()
    exemplars: dict[str, str] = {}
    others = []
    for drawing in load_drawings():
        name = drawing.row["pictogram"]
        if name not in names or drawing.row["bar"] != "none" or drawing.row["text"]:
            continue
        if exemplars.setdefault(name, drawing.source) != drawing.source:
            others.append(drawing)
    masks = pictogram_masks(others)
    shown = sorted(set(masks.names))
    plates = triangles(load_erased(data / "gtsrb", held_out.SEEN))
    images, _, labels = transplant(
        Generator().manual_seed(0), CROPS, replace(plates, written=torch.zeros(len(plates))),
        masks, torch.tensor([shown.index(n) for n in masks.names]),
        text_masks(np.random.default_rng(0), 1), {}, blank_share=0.0,
    )  # fmt: skip
    pixels = (images * 255).byte().permute(0, 2, 3, 1).flip(3).numpy()
    readings = predictor.predict([np.ascontiguousarray(crop) for crop in pixels])
    truth = [shown[i] for i in labels.pictogram.tolist()]
    return NewSigns(readings, truth, {name: exemplars[name] for name in shown})


def triangles(plates: ErasedBank) -> ErasedBank:
    """Those of the plates that are triangles."""
    rows = plates.labels.categorical[:, CATEGORICAL.index(SHAPE)] == SHAPE.index("triangle")
    return plates[rows]


def catalogue_with(
    names: Collection[str], exemplars: dict[str, str], predictor: AttributePredictor
) -> ReadyCatalogue:
    """The 22 seen signs and a red triangle for each of some new pictograms."""
    rules = {
        "version": 1,
        "pictograms": {name: {"artwork": [exemplars[name]]} for name in names},
        "signs": [
            {
                "id": f"{_PREFIX}{name}", "name": {"en": name},
                "when": {
                    "shape": "triangle", "border": "red", "background": "white", "pictogram": name
                },
            }
            for name in names
        ],
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "new.yaml"
        file.write_text(yaml.safe_dump(rules), encoding="utf-8")
        new = load_catalogue(file)
    seen = held_out.catalogue_of(held_out.SEEN)
    return make_ready(
        replace(
            seen, signs=(*seen.signs, *new.signs), pictograms={**seen.pictograms, **new.pictograms}
        ),
        predictor,
    )


def answers_at(ready: ReadyCatalogue, readings: Readings, cosine: float) -> list[str]:
    """Answers of a catalogue with another ``match_cosine``."""
    judge = Judge(ready.engine, ready.gallery, Thresholds(match_cosine=cosine))
    return answered_ids(replace(ready, judge=judge), readings)


def shares(
    halves: Sequence[tuple[set[str], ReadyCatalogue]], signs: NewSigns, cosine: float
) -> tuple[float, float]:
    """Share answered rightly of what the catalogue has, and *unknown* of what it lacks."""
    right, rejected = [], []
    for names, ready in halves:
        for answer, truth in zip(
            answers_at(ready, signs.readings, cosine), signs.truth, strict=True
        ):
            if truth in names:
                right.append(answer == f"{_PREFIX}{truth}")
            else:
                rejected.append(answer == UNKNOWN)
    return float(np.mean(right)), float(np.mean(rejected))


def main() -> None:
    """Print both shares at several thresholds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsrb/")
    add_weights_option(parser, held_out.CONFIGURATION)
    arguments = parser.parse_args()
    predictor = chosen_predictor(arguments, held_out.CONFIGURATION)
    signs = photograph_new_signs(predictor, arguments.data)
    names = sorted(signs.exemplars)
    halves = [
        (set(half), catalogue_with(half, signs.exemplars, predictor))
        for half in (names[::2], names[1::2])
    ]
    print(f"{len(names)} new signs on {CROPS:,} photographed plates; weights {predictor.card.name}")
    print("match_cosine  in the catalogue: right  not in it: unknown     mean")
    for cosine in COSINES:
        right, rejected = shares(halves, signs, cosine)
        print(f"{cosine:12.2f}  {right:23.2%}  {rejected:18.2%}  {(right + rejected) / 2:7.2%}")


if __name__ == "__main__":
    run_plainly(main)
