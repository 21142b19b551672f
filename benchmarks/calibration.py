"""How far the heads' probabilities are from how often they are right, before and after temperature.

``python benchmarks/calibration.py --data DIR`` (DIR holds ``gtsrb/``). Expected calibration error
over 15 bins, on the GTSRB tracks that training never sees. The temperatures are those of the
weights' card; they were fitted on fresh renderings and newly augmented training photographs, so
nothing was fitted on what is reported. A legend is one decision per colour, a text one per
character. Presence is left out: every crop of GTSRB shows a sign.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import torch
from gtsrb_crops import crops_of, read_crops
from heads import Judged, judge_heads
from kept_weights import RELEASE, add_weights_option, chosen_predictor
from plain_errors import run_plainly

from attributes.predictor import AttributePredictor
from attributes.training.artwork import german_rows
from attributes.training.labels import Labels
from attributes.weights_file import Calibration


def measure(
    predictor: AttributePredictor, data: Path
) -> tuple[Mapping[str, Judged], Mapping[str, Judged]]:
    """How each head does on the validation tracks, before and after temperature.

    Raises:
        DatasetError: GTSRB is not there.
    """
    crops = crops_of(data / "gtsrb", validation_only=True)
    labels = Labels.from_rows(german_rows(), ())[torch.tensor([c.class_id for c in crops])]
    card = predictor.card
    after = judge_heads(read_crops(predictor, crops), labels)
    predictor.card = card.model_copy(update={"calibration": Calibration()})
    before = judge_heads(read_crops(predictor, crops), labels)
    predictor.card = card
    return before, after


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsrb/")
    add_weights_option(parser, RELEASE)
    arguments = parser.parse_args()
    predictor = chosen_predictor(arguments, RELEASE)
    temperatures = predictor.card.calibration.temperatures
    before, after = measure(predictor, arguments.data)
    print("GTSRB validation tracks, expected calibration error, 15 bins")
    print(f"{'':12}{'decisions':>10}{'right':>9}{'temperature':>13}{'before':>9}{'after':>9}")
    for name, head in after.items():
        print(
            f"{name:12}{len(head.sure):10}{head.held.mean():9.2%}"
            f"{temperatures.get(name, 1.0):13.2f}"
            f"{before[name].calibration_error():9.2%}{head.calibration_error():9.2%}"
        )


if __name__ == "__main__":
    run_plainly(main)
