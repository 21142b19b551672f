"""How far away, and how far out of focus, signs are still answered rightly.

    python benchmarks/distant_signs.py --data ../shared/data

Crops of labelled signs of GTSDB's frames 0-499 that are at least 48 pixels high, margins included,
are made smaller, as if the signs stood farther away, and then blurred by a Gaussian whose deviation
is given in pixels of what is left: a lens is as sharp for a distant sign as for a near one, and a
distant sign loses most of its strokes to it. The share answered rightly with ``signs.yaml`` is told
for all of them, and for speed limits alone, which nothing but their strokes tells apart.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from gtsrb_crops import ROOT
from kept_weights import RELEASE, add_weights_option, answered_ids, chosen_predictor, make_ready
from plain_errors import run_plainly
from side_views import labelled_signs

from attributes.foreshortening import Crop
from rules import load_catalogue

NEAR = 48
"""Height in pixels from which on a crop of the data set counts as seen from near by."""
_HEIGHTS = (32, 24, 20, 16)
_DEVIATIONS = (0.0, 0.5, 0.8, 1.1)


def as_if_distant(crop: Crop, height: int, deviation: float) -> Crop:
    """A crop made ``height`` pixels high, each the mean of what it covers, then out of focus."""
    size = (max(1, round(crop.shape[1] * height / crop.shape[0])), height)
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
    if deviation > 0:
        small = cv2.GaussianBlur(small, (0, 0), deviation, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(small, np.uint8)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsdb/")
    add_weights_option(parser, RELEASE)
    arguments = parser.parse_args()
    predictor = chosen_predictor(arguments, RELEASE)
    ready = make_ready(load_catalogue(ROOT / "signs.yaml"), predictor)
    signs = zip(*labelled_signs(arguments.data), strict=True)
    near = [(crop, answer) for crop, answer in signs if crop.shape[0] >= NEAR]
    expected = np.array([answer for _, answer in near])
    is_limit = np.array([answer.startswith("de.274[") for answer in expected])
    print(f"{len(near)} signs, {is_limit.sum()} of them limits (in brackets); blurred by")
    print("height" + "".join(f"{deviation:14.1f} px" for deviation in _DEVIATIONS))
    for height in _HEIGHTS:
        cells = []
        for deviation in _DEVIATIONS:
            pictures = [as_if_distant(crop, height, deviation) for crop, _ in near]
            right = np.array(answered_ids(ready, predictor.predict(pictures))) == expected
            cells.append(f"{right.mean():8.1%} ({right[is_limit].mean():6.1%})")
        print(f"{height:4d} px" + "".join(cells))


if __name__ == "__main__":
    run_plainly(main)
