"""Whether 70 and 120 are read by a network that never saw either.

``python benchmarks/numbers_out.py --data DIR`` (DIR holds ``gtsrb/``; extra ``train``): all crops
of GTSRB's classes 4 and 8, all training tracks of them included, since these weights were trained
on none. *Read* is the text head alone, *answered* the whole path with ``signs.yaml``, where
*unknown* counts as an error. By size, the shorter side of the picture counts.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from gtsrb_crops import ROOT, crops_of, read_crops, true_answers
from kept_weights import add_weights_option, answered_ids, chosen_predictor, make_ready
from plain_errors import run_plainly

from attributes.predictor import AttributePredictor
from attributes.training.configuration import available, load
from attributes.vocabulary import TEXT
from recognizer.pictures import to_crop
from recognizer.validation.rates import rates_by_size
from rules import load_catalogue

CONFIGURATION = "numbers-out"
NUMBERS = {4: "70", 8: "120"}


@dataclass(frozen=True)
class Numbers:
    """Crops of unseen numbers.

    Attributes:
        numbers: what stands on each.
        read: bool, whether the text head reads it.
        answered: bool, whether the whole path answers it.
        sides: float32 (N, 2), width and height of each picture, pixels.
    """

    numbers: npt.NDArray[np.str_]
    read: npt.NDArray[np.bool_]
    answered: npt.NDArray[np.bool_]
    sides: npt.NDArray[np.float32]


def measure(predictor: AttributePredictor, data: Path) -> Numbers:
    """Read and answer every crop of both classes.

    Raises:
        DatasetError: GTSRB is not there.
        MissingPackageError: an artwork package cannot be had.
    """
    crops = crops_of(data / "gtsrb", NUMBERS)
    readings = read_crops(predictor, crops)
    numbers = np.array([NUMBERS[crop.class_id] for crop in crops])
    texts = np.array([TEXT.decode(codes) for codes in readings.text.argmax(axis=2).tolist()])
    ready = make_ready(load_catalogue(ROOT / "signs.yaml"), predictor)
    answers = np.array(answered_ids(ready, readings))
    sides = np.array([to_crop(crop.path).shape[1::-1] for crop in crops], np.float32)
    return Numbers(numbers, texts == numbers, answers == np.array(true_answers(crops)), sides)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsrb/")
    add_weights_option(parser, CONFIGURATION)
    arguments = parser.parse_args()
    predictor = chosen_predictor(arguments, CONFIGURATION)
    name = predictor.card.name
    measured = measure(predictor, arguments.data)
    print(f"weights {name}, all GTSRB crops of classes 4 and 8")
    left_out = load(name).without if name in available() else ()
    if not set(NUMBERS.values()) <= set(left_out):
        print("These weights have seen the numbers: this is no figure for unseen numbers.")
    print(f"{'':8}{'crops':>7}{'read':>9}{'answered':>10}")
    for number in (*NUMBERS.values(), "both"):
        rows = (measured.numbers == number) | (number == "both")
        read, answered = measured.read[rows].mean(), measured.answered[rows].mean()
        print(f"{number:8}{rows.sum():7}{read:9.2%}{answered:10.2%}")
    for number in NUMBERS.values():
        rows = measured.numbers == number
        for size, rate in rates_by_size(measured.sides[rows], measured.read[rows]):
            print(f"{number:4}{size:14}{rate.count:5}{rate.value:9.2%}")


if __name__ == "__main__":
    run_plainly(main)
