"""``signrules calibrate DATA``: propose thresholds; write them only when told."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from recognizer.cli.exit_codes import FINDINGS, FINE, UNREADABLE
from recognizer.cli.options import how_to_own_a_catalogue
from recognizer.cli.validation_options import add_data_options, tell_unreadable, workbench_from
from recognizer.option_error import OptionError
from recognizer.plurals import counted
from recognizer.thresholds_file import write_thresholds
from recognizer.validation.calibration import (
    MIN_ERRORS,
    MIN_PICTURES,
    Operating,
    Proposal,
    propose,
)
from recognizer.validation.datasets import Dataset, open_dataset
from recognizer.validation.frame_ingestion import ReadFrames
from recognizer.validation.frame_outcomes import judge_frames
from recognizer.validation.ingestion import ReadPictures
from recognizer.validation.labels import ClassLabel, load_labels
from recognizer.validation.outcomes import judge_pictures
from recognizer.validation.validation import resolve_checked, searches
from recognizer.validation.words import threshold_words


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("data", metavar="DATA", help="labelled pictures, as for validate")
    parser.add_argument(
        "--catalogue", metavar="FILE", help="rule file (the embedded one, never written beside)"
    )
    add_data_options(parser)
    parser.add_argument(
        "--accuracy",
        type=_target,
        default=0.99,
        metavar="SHARE",
        help="of the answers that shall be right (%(default)s)",
    )
    parser.add_argument(
        "--write", action="store_true", help="write them beside the rule file, where they are used"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the proposal; exit code 1 if no threshold reaches the accuracy, or that of a sign."""
    if arguments.write and not arguments.catalogue:
        advice = how_to_own_a_catalogue()
        raise OptionError(f"--write writes beside no file but your own: {advice}")
    workbench = workbench_from(arguments)
    ready = workbench.prepare(arguments.catalogue, arguments.country)
    labels = load_labels(arguments.labels) if arguments.labels else None
    dataset = open_dataset(arguments.data, arguments.split)
    is_searched = searches(dataset, arguments.boxes)
    resolved = resolve_checked(dataset, labels, ready)
    pictures: ReadPictures | ReadFrames
    if is_searched:
        pictures = workbench.read_frames(dataset)
        outcomes = judge_frames(pictures, resolved, ready).outcomes
    else:
        pictures = workbench.read(dataset)
        outcomes = judge_pictures(pictures, resolved, ready)
    proposal = propose(outcomes, ready, arguments.accuracy)
    print("\n".join(_summary(proposal, dataset, is_searched, resolved)))
    tell_unreadable(pictures)
    if not proposal.reaches_target:
        return FINDINGS
    if arguments.write:
        file = Path(arguments.catalogue)
        comment = (
            f"Proposed by `signrules calibrate` on {date.today().isoformat()} for "
            f"{proposal.target:.2%} right answers.\n"
            f"Data: {dataset.root}, {dataset.split}."
        )
        print(f"written: {write_thresholds(file, proposal.thresholds, comment)}")
    if proposal.hopeless or proposal.silenced:
        return FINDINGS
    return UNREADABLE if pictures.unreadable else FINE


def _summary(
    proposal: Proposal, dataset: Dataset, is_searched: bool, labels: Mapping[str, ClassLabel]
) -> Iterator[str]:
    yield f"{dataset.root}, {dataset.split}"
    if dataset.caution:
        yield f"mind: {dataset.caution}"
    if is_searched:
        yield "mind: chosen on the labelled signs that were found; other finds are left out"
    for name, label in labels.items():
        if label.problem:
            yield f"mind: class {name}: {label.problem}; every answer for it counts as wrong"
    decided = proposal.now.accepted.count
    yield f"\n{counted(decided, 'picture')}, without those too small or taken for no sign:"
    yield f"{'':<22}threshold  answered     right of answered"
    yield f"{'in use':<22}{_shown(proposal.now)}"
    if not proposal.reaches_target:
        yield (
            f"no threshold that leaves {MIN_PICTURES} answers makes {proposal.target:.2%} of them "
            "right"
        )
        if proposal.errors < MIN_ERRORS:
            yield f"mind: {_how_few(proposal)}"
        return
    yield f"{'overall':<22}{_shown(proposal.overall)}"
    if not proposal.raises_overall:
        yield "the overall one in use is enough, and is kept"
    if proposal.signs:
        yield "\nsigns that would stay below the target, and thresholds of their own"
        for sign in proposal.signs:
            yield f"{sign.id:<22}{_shown(sign.before)}"
            yield f"{'':<22}{_shown(sign.after)}"
    for told, points in (
        (f"no threshold brings to the target with {MIN_PICTURES} answers left", proposal.hopeless),
        (f"the overall threshold leaves with fewer than {MIN_PICTURES} answers", proposal.silenced),
    ):
        if points:
            yield f"\nsigns that {told}; look at their rules and labels"
            yield from (f"{sign_id:<22}{_shown(point)}" for sign_id, point in points.items())
    for told, thresholds in (
        ("kept, they reach the target", proposal.kept),
        (f"kept, too few answers to judge by (below {MIN_PICTURES})", proposal.unjudged),
    ):
        if thresholds:
            yield f"\nthresholds of their own in use that are {told}"
            yield from (
                f"{sign:<22}{threshold_words(value):>9}" for sign, value in thresholds.items()
            )
    if proposal.thresholds.per_sign:
        yield f"\n{'with all of these':<22}{_shown(proposal.reached)}"
    if proposal.errors < MIN_ERRORS:
        yield f"mind: {_how_few(proposal)}"
    yield "chosen on these pictures; measure them on others"


def _how_few(proposal: Proposal) -> str:
    """What may not be concluded from so few wrong answers."""
    answers = proposal.now.right.count
    if not proposal.errors:
        return f"none of {answers} answers is wrong, so they say nothing about thresholds"
    return f"only {proposal.errors} of {answers} answers are wrong, which is little to choose by"


def _shown(point: Operating) -> str:
    low, high = point.right.interval
    right = "–" if math.isnan(point.right.value) else f"{point.right.value:.2%}"
    return (
        f"{threshold_words(point.threshold):>9}  {point.accepted.value:8.2%}     {right:>8}  "
        f"({low:.2%} to {high:.2%})"
    )


def _target(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share above 0 and up to 1")
    return value
