"""How often a sign that the catalogue lacks is answered *unknown*, and what that costs the others.

``python benchmarks/open_set.py --data DIR`` (DIR holds ``gtsrb/``; extra ``train``). The signs of
GTSRB are taken out of ``signs.yaml`` a fifth at a time, so that each is once a sign of which the
catalogue knows nothing while pictures of it come in. The network has seen them all: what is
measured is rules, matcher and thresholds.

``--split training`` measures on every eighth crop of the training tracks. The ``match_cosine`` of
weights is chosen there, from this table; validation tracks take no part.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from gtsrb_crops import ROOT, crops_of, read_crops, true_answers
from kept_weights import RELEASE, add_weights_option, chosen_predictor, make_ready
from plain_errors import run_plainly

from attributes.predictor import AttributePredictor
from attributes.readings import Readings
from recognizer.answering import ReadyCatalogue
from recognizer.decision import Judge, Thresholds
from rules import load_catalogue
from rules.answer_ids import UNKNOWN, split_id

FOLDS = 5
EVERY = 8
"""Of the training crops, one in so many: neighbours in a track are alike."""
COSINES = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65)


@dataclass(frozen=True)
class Rates:
    """Of the crops of all folds.

    Attributes:
        right: share of the crops of signs in the catalogue that are answered rightly.
        unknown: share of them that are answered *unknown*.
        rejected: share of the crops of signs that it lacks that are answered *unknown*.
    """

    right: float
    unknown: float
    rejected: float


def catalogues_without_a_fifth(
    predictor: AttributePredictor, truth: Sequence[str]
) -> list[tuple[set[str], ReadyCatalogue]]:
    """For each fold, the signs that are left out, and the catalogue without them."""
    catalogue = load_catalogue(ROOT / "signs.yaml")
    ids = sorted({split_id(answer)[0] for answer in truth})
    folds = []
    for fold in range(FOLDS):
        hidden = set(ids[fold::FOLDS])
        kept = tuple(sign for sign in catalogue.signs if sign.id not in hidden)
        folds.append((hidden, make_ready(replace(catalogue, signs=kept), predictor)))
    return folds


def measure(
    folds: Sequence[tuple[set[str], ReadyCatalogue]],
    readings: Readings,
    truth: Sequence[str],
    thresholds: Thresholds,
) -> Rates:
    """Answer all crops once per fold."""
    right, unknown, rejected = [], [], []
    for hidden, ready in folds:
        similarity = ready.gallery.similarity(readings.embedding)
        judge = Judge(ready.engine, ready.gallery, thresholds)
        verdicts = replace(ready, judge=judge).verdicts(readings, similarity)
        is_unknown = np.array([verdicts.why_unknown(row) is not None for row in range(len(truth))])
        answers = np.where(is_unknown, UNKNOWN, np.array(verdicts.candidates, object))
        is_hidden = np.array([split_id(answer)[0] in hidden for answer in truth])
        right.append((answers == np.array(truth, object))[~is_hidden])
        unknown.append(is_unknown[~is_hidden])
        rejected.append(is_unknown[is_hidden])
    return Rates(*(float(np.concatenate(x).mean()) for x in (right, unknown, rejected)))


def main() -> None:
    """Print the rates at several thresholds of the matcher."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsrb/")
    parser.add_argument("--split", choices=("validation", "training"), default="validation")
    add_weights_option(parser, RELEASE)
    arguments = parser.parse_args()
    predictor = chosen_predictor(arguments, RELEASE)
    crops = crops_of(arguments.data / "gtsrb", validation_only=True)
    if arguments.split == "training":
        held_out = {crop.path for crop in crops}
        everything = crops_of(arguments.data / "gtsrb")
        crops = [crop for crop in everything if crop.path not in held_out][::EVERY]
    truth = true_answers(crops)
    readings = read_crops(predictor, crops)
    folds = catalogues_without_a_fifth(predictor, truth)
    print(f"{len(crops):,} crops of {arguments.split} tracks, {FOLDS} folds of signs left out")
    print("match_cosine  in the catalogue: right  unknown  not in it: unknown")
    for cosine in COSINES:
        rates = measure(folds, readings, truth, Thresholds(match_cosine=cosine))
        own = " (of these weights)" if cosine == predictor.match_cosine else ""
        print(
            f"{cosine:12.2f}  {rates.right:23.2%}  {rates.unknown:7.2%}  {rates.rejected:18.2%}"
            f"{own}"
        )


if __name__ == "__main__":
    run_plainly(main)
