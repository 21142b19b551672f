"""``signrules diff OLD NEW --on DATA``: every picture whose answer an edit changes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from recognizer.answering import ReadyCatalogue
from recognizer.cli.exit_codes import FINDINGS, FINE, UNREADABLE
from recognizer.cli.json_text import as_json
from recognizer.cli.options import add_format_option
from recognizer.cli.validation_options import add_data_options, tell_unreadable, workbench_from
from recognizer.option_error import OptionError
from recognizer.plurals import counted
from recognizer.validation.baseline import (
    load_baseline,
    not_accepted,
    of_other_pictures,
    write_baseline,
)
from recognizer.validation.datasets import open_dataset
from recognizer.validation.diff import Change, Effect, compare, count_effects
from recognizer.validation.frame_diff import compare_frames
from recognizer.validation.frame_ingestion import ReadFrames
from recognizer.validation.frame_outcomes import judge_frames
from recognizer.validation.ingestion import ReadPictures
from recognizer.validation.labels import load_labels, resolve_labels
from recognizer.validation.outcomes import judge_pictures
from recognizer.validation.validation import Workbench, resolve_checked, searches
from rules import CountryError


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("old", metavar="OLD", help="rule file before the edit")
    parser.add_argument("new", metavar="NEW", help="rule file after the edit")
    parser.add_argument("--on", metavar="DATA", required=True, help="labelled pictures")
    add_data_options(parser)
    parser.add_argument("--baseline", metavar="FILE", help="changes for the worse to accept")
    parser.add_argument(
        "--accept",
        action="store_true",
        help="write all changes for the worse to --baseline; what it has of other pictures stays",
    )
    add_format_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the changes; exit code 1 if something that is not accepted got worse, or may have."""
    if arguments.accept and not arguments.baseline:
        raise OptionError("--accept needs --baseline FILE")
    if arguments.accept and arguments.format == "json":
        raise OptionError("--accept has no --format json")
    baseline = Path(arguments.baseline) if arguments.baseline else None
    accepted = _accepted(baseline, may_be_new=arguments.accept)
    workbench = workbench_from(arguments)
    country = arguments.country
    old, new = _prepare(workbench, arguments.old, arguments.new, country)
    labels = load_labels(arguments.labels) if arguments.labels else None
    dataset = open_dataset(arguments.on, arguments.split)
    is_searched = searches(dataset, arguments.boxes)
    old_labels = resolve_labels(dataset.classes, labels, old.catalogue)
    # Where the edit removes a country's last sign, only the old rules have what the labels name.
    is_gone = _has_signs_of(country, old) and not _has_signs_of(country, new)
    if is_gone and any(label.is_sign for label in old_labels.values()):
        new_labels = resolve_labels(dataset.classes, labels, new.catalogue)
    else:
        new_labels = resolve_checked(dataset, labels, new)
    pictures: ReadPictures | ReadFrames
    if is_searched:
        pictures = workbench.read_frames(dataset)
        changes = compare_frames(
            judge_frames(pictures, old_labels, old),
            old_labels,
            judge_frames(pictures, new_labels, new),
            new_labels,
        )
    else:
        pictures = workbench.read(dataset)
        changes = compare(
            pictures,
            judge_pictures(pictures, old_labels, old),
            old_labels,
            judge_pictures(pictures, new_labels, new),
            new_labels,
        )
    tell_unreadable(pictures)
    unusable = [c for c, label in new_labels.items() if label.problem and old_labels[c].problem]
    for name in unusable:
        print(
            f"signrules: class {name}: {new_labels[name].problem}; nobody knows what its answers "
            "are worth. null in the label map says that it is meant",
            file=sys.stderr,
        )
    elsewhere = of_other_pictures(accepted, pictures)
    if baseline and arguments.accept:
        count = write_baseline(baseline, changes, elsewhere)
        print(f"{baseline}: {_accepted_words(count, len(elsewhere))}")
        return _exit_code(unusable, pictures)
    worse = not_accepted(changes, accepted)
    if arguments.format == "json":
        print(_as_json(changes, worse))
    else:
        print("\n".join(_summary(changes, worse, accepted, len(elsewhere))))
    return _exit_code([*worse, *unusable], pictures)


def _accepted(baseline: Path | None, may_be_new: bool) -> dict[str, str]:
    """What was accepted before: picture -> answer.

    Raises:
        BaselineError: the baseline is damaged, or there is none and it may not be new.
    """
    if baseline is None or (may_be_new and not os.path.exists(baseline)):
        return {}
    return load_baseline(baseline)


def _accepted_words(count: int, kept: int) -> str:
    """How many changes were accepted just now, and how many stay so from before."""
    accepted = f"{counted(count, 'change')} for the worse accepted"
    if not kept:
        return accepted
    return f"{accepted}; {kept} kept of pictures that are not here or could not be read"


def _exit_code(findings: Sequence[object], pictures: ReadPictures | ReadFrames) -> int:
    if findings:
        return FINDINGS
    return UNREADABLE if pictures.unreadable else FINE


def _prepare(
    workbench: Workbench, old: str, new: str, country: str | None
) -> tuple[ReadyCatalogue, ReadyCatalogue]:
    """Both rule files, made ready; a country may be one that only one of them has signs of.

    Of the other file the signs of no country are left.

    Raises:
        CountryError: neither has a sign of the country.
    """
    ready: list[ReadyCatalogue] = []
    refused: list[CountryError] = []
    for file in (old, new):
        try:
            ready.append(workbench.prepare(file, country))
        except CountryError as error:
            refused.append(error)
            whole = workbench.prepare(file)
            assert country is not None, "no country is refused that was not asked for"
            rest = whole.catalogue.without_other_countries(country)
            ready.append(ReadyCatalogue.prepare(rest, whole.gallery, whole.judge.thresholds))
    # Rules without any country are not refused, though they have no sign of it either.
    if refused and not any(_has_signs_of(country, rules) for rules in ready):
        raise refused[0]
    return ready[0], ready[1]


def _has_signs_of(country: str | None, ready: ReadyCatalogue) -> bool:
    return country is not None and any(s.country == country for s in ready.catalogue.signs)


def _summary(
    changes: Sequence[Change], worse: Sequence[Change], accepted: dict[str, str], elsewhere: int
) -> Iterator[str]:
    still_to_accept = set(worse)
    for change in changes:
        mark = change.effect.value
        if change.effect is Effect.WORSE and change not in still_to_accept:
            mark = "accepted"
        yield (f"{mark:<9}{change.picture}: {change.old} -> {change.new}  (is {change.expected})")
    counts = count_effects(changes)
    yield (
        f"{counted(len(changes), 'answer')} changed: {counts[Effect.BETTER]} better, "
        f"{counts[Effect.WORSE]} worse, {counts[Effect.SIDEWAYS]} sideways"
    )
    known = counts[Effect.WORSE] - len(worse)
    if accepted:
        stale = len(accepted) - known - elsewhere
        yield (
            f"baseline: {known} accepted"
            + (f", {stale} no longer occur" if stale else "")
            + (f", {elsewhere} of pictures that are not here or not readable" if elsewhere else "")
        )


def _as_json(changes: Sequence[Change], worse: Sequence[Change]) -> str:
    still_to_accept = set(worse)
    data = {
        "counts": {effect.value: count for effect, count in count_effects(changes).items()},
        "changes": [
            {
                **asdict(c),
                "effect": c.effect.value,
                "accepted": c.effect is Effect.WORSE and c not in still_to_accept,
            }
            for c in changes
        ],
    }
    return as_json(data, indent=1)
