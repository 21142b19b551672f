"""``signrules validate DATA``: run a rule file against labelled pictures."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from recognizer.cli.exit_codes import FINDINGS, FINE, UNREADABLE
from recognizer.cli.json_text import printable
from recognizer.cli.options import add_format_option
from recognizer.cli.validation_options import add_data_options, tell_unreadable, workbench_from
from recognizer.option_error import OptionError
from recognizer.plurals import counted
from recognizer.validation.datasets import Dataset, open_dataset
from recognizer.validation.frame_figures import FrameFigures
from recognizer.validation.frame_outcomes import NOT_FOUND
from recognizer.validation.label_suggestions import render_labels, suggest_labels, unlabelled
from recognizer.validation.outcomes import judge_pictures
from recognizer.validation.rates import Rate
from recognizer.validation.report.tables import render_json
from recognizer.validation.requirements import Requirements, failures
from recognizer.validation.validation import Validation, searches, validate
from recognizer.validation.words import labelled_words
from rules.diagnostics import quote

_SIGNS_SHOWN = 12
_BLAMES_SHOWN = 12
_CLASSES_SHOWN = 5


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "data", metavar="DATA", help="folder per class, GTSRB, csv; frames: GTSDB, COCO json, YOLO"
    )
    parser.add_argument("--catalogue", metavar="FILE", help="rule file (the embedded one)")
    add_data_options(parser)
    parser.add_argument(
        "--report", metavar="DIR", help="write report.html, JSON, CSV and JUnit into this folder"
    )
    parser.add_argument(
        "--min-accuracy", type=_share, default=0.0, metavar="SHARE", help="else exit code 1"
    )
    parser.add_argument(
        "--min-recall", type=_share, default=0.0, metavar="SHARE", help="of each sign, else 1"
    )
    parser.add_argument(
        "--min-found", type=_share, default=0.0, metavar="SHARE", help="of signs in frames, else 1"
    )
    parser.add_argument(
        "--max-false-signs",
        type=_rate,
        default=math.inf,
        metavar="PER_FRAME",
        help="answers where no labelled sign is, else exit code 1",
    )
    parser.add_argument(
        "--suggest-labels", action="store_true", help="print a proposed label map instead"
    )
    add_format_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the figures; write the reports if asked."""
    if arguments.suggest_labels:
        idle = _options_without_use(arguments)
        if idle:
            raise OptionError(
                "--suggest-labels prints YAML and nothing else; "
                f"{', '.join(idle)} would have no effect"
            )
        return _suggest(arguments)
    problem = _report_problem(arguments.report) if arguments.report else None
    if problem is not None:
        raise OptionError(f"--report {arguments.report}: {problem}")
    required = Requirements(
        arguments.min_accuracy,
        arguments.min_recall,
        arguments.min_found,
        arguments.max_false_signs,
    )
    if required.of_search:  # asked before anything is read
        dataset = open_dataset(arguments.data, arguments.split)
        if not searches(dataset, arguments.boxes):
            raise OptionError(_not_searched(dataset))
    validation = validate(
        arguments.data,
        arguments.catalogue,
        arguments.labels,
        split=arguments.split,
        weights=arguments.weights,
        country=arguments.country,
        cache=arguments.cache,
        precision=arguments.precision,
        boxes=arguments.boxes,
        localizer=arguments.localizer,
    )
    if arguments.format == "json":
        print(printable(render_json(validation)), end="")
    else:
        print("\n".join(_summary(validation)))
    if arguments.report:
        from recognizer.validation.report import write_report

        paths = write_report(validation, Path(arguments.report), required)
        print(f"signrules: report in {paths[0]}", file=sys.stderr)
    tell_unreadable(validation.pictures)
    failed = failures(validation, required)
    for case in failed:
        name = f"class {case.name}" if case.suite == "labels" else case.name
        print(f"signrules: {name}: {case.failure}", file=sys.stderr)
    if failed:
        return FINDINGS
    return UNREADABLE if validation.pictures.unreadable else FINE


def _not_searched(dataset: Dataset) -> str:
    """Why the requirements of what is searched for cannot be checked."""
    why = "these are crops" if not dataset.has_frames else "--boxes labelled searches for none"
    return (
        f"{dataset.root}: --min-found and --max-false-signs are for signs that are searched for; "
        f"{why} ({dataset.layout})"
    )


def _report_problem(folder: str) -> str | None:
    """Why no report can be written into a folder; None if nothing speaks against it."""
    if os.path.lexists(folder) and not os.path.isdir(folder):
        return "is no folder; name one, which is made if it is not there"
    path = Path(os.path.abspath(folder))
    nearest = next(p for p in (path, *path.parents) if os.path.lexists(p))
    if not nearest.is_dir():
        return f"{nearest} is no folder, so none can be made in it"
    return None if os.access(nearest, os.W_OK | os.X_OK) else f"{nearest} may not be written into"


def _options_without_use(arguments: argparse.Namespace) -> list[str]:
    """Options beside ``--suggest-labels`` that it would pass over."""
    given = {
        "--labels": arguments.labels is not None,
        "--boxes found": arguments.boxes == "found",
        "--localizer": arguments.localizer is not None,
        "--report": arguments.report is not None,
        "--format": arguments.format != "text",
        "--min-accuracy": arguments.min_accuracy > 0,
        "--min-recall": arguments.min_recall > 0,
        "--min-found": arguments.min_found > 0,
        "--max-false-signs": arguments.max_false_signs < math.inf,
    }
    return [option for option, is_given in given.items() if is_given]


def _suggest(arguments: argparse.Namespace) -> int:
    workbench = workbench_from(arguments)
    ready = workbench.prepare(arguments.catalogue, arguments.country)
    dataset = open_dataset(arguments.data, arguments.split)
    pictures = workbench.read(dataset)
    outcomes = judge_pictures(pictures, unlabelled(dataset), ready)
    print(render_labels(dataset, suggest_labels(dataset, outcomes, ready)))
    tell_unreadable(pictures)
    return UNREADABLE if pictures.unreadable else FINE


def _summary(validation: Validation) -> Iterator[str]:
    figures, dataset = validation.figures, validation.pictures.dataset
    yield f"{validation.catalogue_file} on {dataset.root}"
    yield f"{labelled_words(figures.pictures, dataset)}, {dataset.layout}, {dataset.split}"
    if dataset.caution:
        yield f"mind: {dataset.caution}"
    if dataset.has_frames and figures.frames is None:
        yield "mind: the labelled boxes were cut out; nothing was searched for in the frames"
    absent = validation.without_pictures
    if absent:
        more = ", …" if len(absent) > _CLASSES_SHOWN else ""
        names = ", ".join(map(quote, absent[:_CLASSES_SHOWN])) + more
        yield f"mind: {len(absent)} of the label map's classes have no picture here: {names}"
    lost = [o for o in figures.outside if validation.labels[o.name].is_lost]
    if lost:
        yield (
            "mind: these classes have no sign of the catalogue, so they are in no figure of signs, "
            "and fail every requirement; null in the label map says that it is meant"
        )
        for outside in lost:
            words = labelled_words(outside.pictures, dataset)
            yield f"  class {outside.name}: {outside.problem} ({words})"
    yield ""
    if figures.frames is not None:
        yield from _of_frames(figures.frames)
    else:
        yield f"accuracy             {_shown(figures.accuracy)}"
    yield f"macro accuracy       {_percent(figures.macro_accuracy)}"
    yield f"answered             {_shown(figures.answered)}"
    yield f"right of answered    {_shown(figures.accuracy_of_answered)}"
    if figures.values.count:
        yield f"values right         {_shown(figures.values)}"
    if figures.strangers.count:
        yield f"rightly unknown      {_shown(figures.strangers, ' outside the catalogue')}"
    yield f"calibration error    {_percent(figures.reliability.error)}"
    yield from _worst(validation)
    if figures.blame:
        yield "\nblame"
        for blame in figures.blame[:_BLAMES_SHOWN]:
            yield f"{len(blame.pictures):7}  {blame.stage.value}: {blame.detail}"
            others = len(blame.reasons) - 1
            more = f" (and {counted(others, 'other reason')})" if others else ""
            yield f"         {blame.reasons[0]}{more}"
        rest = figures.blame[_BLAMES_SHOWN:]
        if rest:
            count = sum(len(blame.pictures) for blame in rest)
            yield f"{count:7}  in {counted(len(rest), 'smaller group')} (--report lists all)"
    for outside in (o for o in figures.outside if o not in lost):
        why = outside.problem or "not in the catalogue, on purpose"
        yield f"class {outside.name}: {why} ({labelled_words(outside.pictures, dataset)})"
    if figures.never_answered:
        yield f"never answered: {', '.join(figures.never_answered)}"
    timing = validation.pictures.timing
    crops = counted(timing.network_crops, "crop")
    frames = f", {counted(timing.located_frames, 'frame')} searched" if figures.frames else ""
    yield f"\n{timing.total:.2f} s, {crops} read by the network{frames}"


def _of_frames(figures: FrameFigures) -> Iterator[str]:
    yield f"found (recall)       {_shown(figures.found)}"
    yield f"precision            {_shown(figures.precision)}"
    yield f"found and named      {_shown(figures.end_to_end)}"
    yield f"named, of found      {_shown(figures.named)}"
    yield (
        f"false finds          {figures.false_finds_per_frame:8.3f}  per frame "
        f"({figures.false_finds} in {figures.frames}; {figures.false_signs} answered as a sign)"
    )
    if figures.ignored_finds:
        yield f"ignored finds        {figures.ignored_finds:8}  on signs without a label"
    if figures.taken_for_no_sign:
        yield f"taken for no sign    {figures.taken_for_no_sign:8}  boxes that were located"
    yield f"\n{'shorter side':<21}{'found':<42}found and named"
    named = dict(figures.end_to_end_by_size)
    for words, found in figures.found_by_size:
        end_to_end = _shown(named[words]) if words in named else ""
        yield f"  {words:<18} {_shown(found):<42}{end_to_end}"
    yield ""


def _worst(validation: Validation) -> Iterator[str]:
    wrong = [s for s in validation.figures.signs if s.recall.right < s.recall.count]
    if not wrong:
        return
    wrong.sort(key=lambda s: s.recall.value)
    yield "\nsigns with errors, the worst first"
    for sign in wrong[:_SIGNS_SHOWN]:
        others = (("unknown", sign.unknown), (NOT_FOUND, sign.not_found))
        taken = [*sign.taken_for[:3], *(other for other in others if other[1])]
        words = ", ".join(
            f"{count} {name}" if name == NOT_FOUND else f"{count} as {name}"
            for name, count in taken
        )
        yield f"  {sign.id:<16} {_shown(sign.recall)}  {words}"
    if len(wrong) > _SIGNS_SHOWN:
        yield f"  and {len(wrong) - _SIGNS_SHOWN} more"


def _shown(rate: Rate, of: str = "") -> str:
    """A rate with its interval; ``of`` says what it is one of where its name does not."""
    if not rate.count:
        return f"{_percent(rate.value)}  (of none)"
    low, high = rate.interval
    return f"{_percent(rate.value)}  ({rate.right} of {rate.count}{of}, {low:.2%} to {high:.2%})"


def _percent(value: float) -> str:
    """A share in eight columns; a dash if it is one of nothing."""
    return f"{'–':>8}" if math.isnan(value) else f"{value:8.2%}"


def _share(text: str) -> float:
    value = _number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share between 0 and 1")
    return value


def _rate(text: str) -> float:
    value = _number(text)
    if not value >= 0:  # NaN neither, which no figure would ever exceed
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 up")
    return value


def _number(text: str) -> float:
    """What is typed as a number; NaN, which lies in no range, of what is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
