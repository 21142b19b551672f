"""Every figure about recognition, from the weights at hand.

``python benchmarks/recognition.py --data DIR`` (DIR holds ``gtsrb/`` and ``btsc/``; extra
``train``). The path is attributes, rules and matcher; *unknown* counts as an error. Whatever was
fitted (weights, temperatures) was fitted on other pictures. Thresholds are the built-in ones; the
matcher's, which is that of the weights, was chosen on training tracks of GTSRB. These are no scored
pictures of ``release``, but some of those of ``templates-only`` and ``held-out`` (docs/not-blind.md
has the rest). A figure that cannot be measured says why, and the script ends with 3.

``--errors`` prints instead what the shipped weights get wrong on the validation tracks.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import held_out
import numbers_out
import numpy as np
import torch
from gtsrb_crops import ROOT, crops_of, read_crops, read_labels, read_pictures, true_answers
from heads import judge_heads
from kept_weights import RELEASE, answered_ids, find_weights, make_ready
from plain_errors import run_plainly

from attributes.errors import UserError
from attributes.network import count_parameters
from attributes.predictor import AttributePredictor
from attributes.training.artwork import german_rows
from attributes.training.labels import Labels
from attributes.weights_file import load_weights
from recognizer.cli.exit_codes import UNREADABLE
from recognizer.pictures import SUFFIXES, is_hidden
from rules import load_catalogue
from rules.answer_ids import UNKNOWN, split_id

Row = tuple[str, str]
"""What was measured, and the figure."""


def share_right(answers: Sequence[str], truth: Sequence[str]) -> float:
    """Share of the answers that are the true id; a true id without value stands for all values."""
    return float(
        np.mean(
            [t in (answer, split_id(answer)[0]) for answer, t in zip(answers, truth, strict=True)]
        )
    )


def _kept_predictor(name: str) -> AttributePredictor:
    """Weights that left something out, by whose card a figure says that they did.

    Raises:
        UserError: they are not here, or those of another configuration.
    """
    path = find_weights(name)
    predictor = AttributePredictor(path)
    if predictor.card.name != name:
        raise UserError(f"{path}: weights of `{predictor.card.name}`, this figure is of `{name}`")
    return predictor


def release_on_validation(data: Path) -> list[Row]:
    """The shipped weights on GTSRB tracks that they were not trained on."""
    predictor = AttributePredictor(find_weights(RELEASE))
    crops = crops_of(data / "gtsrb", validation_only=True)
    ready = make_ready(load_catalogue(ROOT / "signs.yaml"), predictor)
    right = share_right(answered_ids(ready, read_crops(predictor, crops)), true_answers(crops))
    return [(f"release, whole path, {len(crops):,} crops of validation tracks", f"{right:.2%}")]


def templates_only(data: Path) -> list[Row]:
    """Weights that saw no photograph, on every crop of GTSRB's training half."""
    predictor = _kept_predictor("templates-only")
    crops = crops_of(data / "gtsrb")
    ready = make_ready(load_catalogue(ROOT / "signs.yaml"), predictor)
    right = share_right(answered_ids(ready, read_crops(predictor, crops)), true_answers(crops))
    return [(f"templates-only, whole path, all {len(crops):,} training crops", f"{right:.2%}")]


def unseen_signs(data: Path) -> list[Row]:
    """Signs added by YAML and one drawing each, and what they change for the others."""
    predictor = _kept_predictor(held_out.CONFIGURATION)
    outcome = held_out.measure(predictor, data)
    count = len(outcome.right_before)
    return [
        ("held-out, 43-way, mean of the 21 unseen signs", f"{outcome.macro:.2%}"),
        ("held-out, the same where unknown is no answer", f"{outcome.macro_of_likeliest:.2%}"),
        (
            "held-out, of those with untouched rules and drawings",
            f"{outcome.macro_of_untouched:.2%}",
        ),
        (
            f"held-out, the 22 seen signs, {count:,} crops of validation tracks, before and after",
            f"{outcome.right_before.mean():.2%}, {outcome.right_after.mean():.2%}",
        ),
        (
            "held-out, right answers that became wrong",
            f"{outcome.broken} ({outcome.broken / count:.2%})",
        ),
    ]


def unseen_numbers(data: Path) -> list[Row]:
    """70 and 120 by weights that saw neither."""
    predictor = _kept_predictor(numbers_out.CONFIGURATION)
    numbers = numbers_out.measure(predictor, data)
    return [
        (
            f"numbers-out, 70 and 120 read, all {len(numbers.read):,} crops",
            f"{numbers.read.mean():.2%}",
        ),
        ("numbers-out, 70 and 120 answered by the whole path", f"{numbers.answered.mean():.2%}"),
    ]


def belgium(data: Path) -> list[Row]:
    """The shipped weights with a Belgian catalogue that is YAML alone."""
    predictor = AttributePredictor(find_weights(RELEASE))
    labels = read_labels(ROOT / "labels" / "btsc.yaml")
    folders = [f for f in sorted((data / "btsc" / "Training").glob("[0-9]*")) if f.name in labels]
    if not folders:
        raise UserError(f"{data / 'btsc'}: no Training/000CC folders; is this BTSC?")
    paths = [
        (path, labels[folder.name])
        for folder in folders
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in SUFFIXES and not is_hidden(path.name)
    ]
    if not paths:
        raise UserError(f"{data / 'btsc'}: no picture in its folders; is this BTSC?")
    ready = make_ready(load_catalogue(ROOT / "catalogues" / "be.yaml"), predictor)
    readings = read_pictures(predictor, [path for path, _ in paths], "BTSC")
    right = share_right(answered_ids(ready, readings), [truth for _, truth in paths])
    return [(f"release with the Belgian catalogue, {len(paths):,} crops of BTSC", f"{right:.2%}")]


def parameters(_: Path) -> list[Row]:
    """How many numbers the network has, batch norms folded."""
    count = count_parameters(load_weights(find_weights(RELEASE)).network)
    return [("parameters", f"{count:,}"), ("crops/s on 2 cores", "see benchmarks/speed.py")]


FIGURES: dict[str, Callable[[Path], list[Row]]] = {
    "release, whole path, validation tracks": release_on_validation,
    "templates-only, whole path": templates_only,
    "held-out": unseen_signs,
    "numbers-out": unseen_numbers,
    "release with the Belgian catalogue": belgium,
    "parameters": parameters,
}


def print_table(data: Path) -> bool:
    """Measure what can be measured, and print it as it comes; whether everything could be."""
    is_whole = True
    for name, measure in FIGURES.items():
        try:
            rows = measure(data)
        except UserError as missing:
            rows, is_whole = [(name, str(missing))], False
        for what, figure in rows:
            print(f"{what:80}{figure}", flush=True)
    return is_whole


def print_errors(data: Path) -> None:
    """What the shipped weights get wrong on the validation tracks, and how each head does."""
    predictor = AttributePredictor(find_weights(RELEASE))
    crops = crops_of(data / "gtsrb", validation_only=True)
    readings = read_crops(predictor, crops)
    ready = make_ready(load_catalogue(ROOT / "signs.yaml"), predictor)
    answers, truth = answered_ids(ready, readings), true_answers(crops)
    right = np.array([a == t for a, t in zip(answers, truth, strict=True)])
    classes = np.array([crop.class_id for crop in crops])
    macro = np.mean([right[classes == c].mean() for c in sorted(set(classes.tolist()))])
    tracks = {(crop.class_id, crop.track) for crop in crops}
    print(f"GTSRB validation: {len(crops)} crops of {len(tracks)} tracks, never trained on")
    print(f"top-1, whole path      {right.mean():8.2%}   ({(~right).sum()} errors)")
    print(f"top-1, mean of classes {macro:8.2%}")
    print(f"answered unknown       {np.mean([a == UNKNOWN for a in answers]):8.2%}")
    labels = Labels.from_rows(german_rows(), ())[torch.from_numpy(classes)]
    for name, head in judge_heads(readings, labels).items():
        print(f"attribute {name:<13}{head.accuracy:8.2%}")
    wrong = Counter((t, a) for a, t in zip(answers, truth, strict=True) if a != t)
    for (expected, answered), count in wrong.most_common(12):
        print(f"  {count:4d} x {expected} answered {answered}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsrb/ and btsc/")
    parser.add_argument("--errors", action="store_true", help="errors on the validation tracks")
    arguments = parser.parse_args()
    if arguments.errors:
        print_errors(arguments.data)
    elif not print_table(arguments.data):
        sys.exit(UNREADABLE)


if __name__ == "__main__":
    run_plainly(main)
