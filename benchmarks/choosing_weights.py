"""What weights are chosen by: how many signs that training did not see they name rightly.

    python benchmarks/choosing_weights.py --data ../shared/data runs/NAME/NAME.safetensors ...

Signs of GTSDB's frames 0-499 that GTSRB lacks, as far as ``shared_photographs.csv`` tells, as they
are and, where they are near, as if they were distant (``distant_signs.py``), with ``signs.yaml``.
They are among those that ``distant_signs.py`` and ``side_views.py`` measure on, and the last line
of ``shared_photographs.py`` counts them again, all of which is therefore kind; no other figure is.
``--limits 70 120`` counts only signs that limit to these speeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from distant_signs import NEAR, as_if_distant
from gtsrb_crops import ROOT
from kept_weights import answered_ids, make_ready
from plain_errors import run_plainly
from shared_photographs import read_matches, shared_boxes, unshared_signs

from attributes.foreshortening import Crop
from attributes.predictor import AttributePredictor
from rules import load_catalogue

_AS_THEY_ARE = "as they are"
_DISTANT = tuple((height, deviation) for height in (24, 20) for deviation in (0.8, 1.1))


def pictures_of(crops: Sequence[Crop]) -> dict[str, list[tuple[int, Crop]]]:
    """What is answered: by what was done to them, pictures and the number of each one's crop."""
    numbered = list(enumerate(crops))
    near = [(number, crop) for number, crop in numbered if crop.shape[0] >= NEAR]
    return {_AS_THEY_ARE: numbered} | {
        f"{height} px, blurred by {deviation}": [
            (number, as_if_distant(crop, height, deviation)) for number, crop in near
        ]
        for height, deviation in _DISTANT
    }


def main() -> None:
    """Print a line for each weights file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("weights", type=Path, nargs="+", help="weights files to choose among")
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsdb/")
    parser.add_argument("--limits", nargs="+", metavar="SPEED", help="count only these limits")
    arguments = parser.parse_args()
    crops, expected = unshared_signs(arguments.data, shared_boxes(read_matches()))
    if arguments.limits:
        wanted = {f"de.274[{speed}]" for speed in arguments.limits}
        chosen = [number for number, answer in enumerate(expected) if answer in wanted]
        crops, expected = [crops[i] for i in chosen], [expected[i] for i in chosen]
    pictures = pictures_of(crops)
    catalogue = load_catalogue(ROOT / "signs.yaml")
    print("; ".join(f"{kind}: {len(shown)}" for kind, shown in pictures.items()))
    for path in arguments.weights:
        predictor = AttributePredictor(path)
        ready = make_ready(catalogue, predictor)
        right = []
        for shown in pictures.values():
            answers = answered_ids(ready, predictor.predict([picture for _, picture in shown]))
            right.append(sum(a == expected[n] for a, (n, _) in zip(answers, shown, strict=True)))
        print(f"{path}: {' + '.join(map(str, right))} = {sum(right)}")


if __name__ == "__main__":
    run_plainly(main)
