"""The HTML report: one file without any external address."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import jinja2

from recognizer.plurals import counted
from recognizer.validation.figures import BlameCount, Confusion
from recognizer.validation.frame_outcomes import FrameOutcomes
from recognizer.validation.rates import Rate
from recognizer.validation.report.charts import coverage_chart, reliability_chart
from recognizer.validation.report.examples import Example, example, thumbnail
from recognizer.validation.systematic import MIN_PICTURES
from recognizer.validation.validation import Validation
from recognizer.validation.words import (
    labelled_words,
    threshold_words,
    unreadable_words,
)

_CONFUSIONS: Final = 30
_EXAMPLES_PER_CONFUSION: Final = 3
_BLAMES: Final = 40
_THUMBNAILS_PER_BLAME: Final = 10
_UNREADABLE: Final = 200
_FALSE_FINDS: Final = 120


@dataclass(frozen=True)
class _ShownConfusion:
    """A confusion with some of its pictures."""

    anchor: str
    figures: Confusion
    examples: Sequence[Example]


@dataclass(frozen=True)
class _ShownBlame:
    """A group of errors with some of its pictures: (thumbnail, path)."""

    figures: BlameCount
    thumbnails: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class _ShownFind:
    """A find that matches no labelled box."""

    thumbnail: str
    path: str
    box: str
    answer: str
    confidence: float


def render_page(validation: Validation) -> str:
    """The report as one HTML document."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("recognizer.validation.report", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(percent=_percent, interval=_interval)
    environment.globals.update(
        counted=counted,
        labelled_words=labelled_words,
        threshold_words=threshold_words,
        unreadable_words=unreadable_words,
    )
    environment.tests.update(nan=math.isnan)
    figures = validation.figures
    confusions = [
        _ShownConfusion(
            f"confusion-{number}",
            confusion,
            [example(validation, n) for n in _spread(confusion.pictures, _EXAMPLES_PER_CONFUSION)],
        )
        for number, confusion in enumerate(figures.confusions[:_CONFUSIONS])
    ]
    return environment.get_template("report.html.j2").render(
        validation=validation,
        dataset=validation.pictures.dataset,
        figures=figures,
        frames=figures.frames,
        thresholds=validation.ready.judge.thresholds,
        confusions=confusions,
        anchors={(c.figures.expected, c.figures.answered): c.anchor for c in confusions},
        blames=[_shown(validation, b) for b in figures.blame[:_BLAMES]],
        stages=_stages(figures.blame),
        lost=[c for c in figures.outside if validation.labels[c.name].is_lost],
        unreadable=validation.pictures.unreadable[:_UNREADABLE],
        false_finds=_false_finds(validation.frames),
        coverage=coverage_chart(figures.coverage, figures.covered, figures.accuracy_of_answered),
        reliability=reliability_chart(figures.reliability),
    )


def _shown(validation: Validation, blame: BlameCount) -> _ShownBlame:
    chosen = _spread(blame.pictures, _THUMBNAILS_PER_BLAME)
    samples = [validation.sample(n) for n in chosen]
    return _ShownBlame(blame, [(thumbnail(sample), sample.path) for sample in samples])


def _false_finds(frames: FrameOutcomes | None) -> list[_ShownFind]:
    """The first of them: those answered with a sign, the surest first."""
    if frames is None:
        return []
    found = []
    for number in range(min(len(frames.false), _FALSE_FINDS)):
        sample = frames.false_sample(number)
        assert sample.box is not None
        box = ", ".join(f"{side:.0f}" for side in sample.box[:4])
        confidence = float(frames.false_confidence[number])
        found.append(_ShownFind(thumbnail(sample), sample.path, box, sample.label, confidence))
    return found


def _spread(pictures: Sequence[int], count: int) -> Sequence[int]:
    """Some of the pictures, from all of them: neighbours are often frames of one physical sign."""
    step = max(1, len(pictures) // count)
    return pictures[::step][:count]


def _stages(blames: Sequence[BlameCount]) -> list[tuple[str, str, int]]:
    """(stage, what it means, errors), the most frequent first."""
    counts: dict[str, int] = {}
    for blame in blames:
        counts[blame.stage.value] = counts.get(blame.stage.value, 0) + len(blame.pictures)
    return [
        (stage, _MEANING[stage], count)
        for stage, count in sorted(counts.items(), key=lambda item: -item[1])
    ]


_MEANING: Final = {
    "not found": "The localizer has no box where a sign is labelled; what it shows was never read.",
    "label map": "The label names a sign or value that does not exist; or most pictures of the "
    f"class, of {MIN_PICTURES} at least, are, all alike, another sign than its label says.",
    "no fitting rule": f"Most pictures of the class, of {MIN_PICTURES} at least, are read, all "
    "alike and surely, otherwise than the rule asks, or the rule does not allow the value of the "
    "label: the rule is wrong or too narrow.",
    "rule too wide": "A rule takes what is no sign of the catalogue.",
    "rules overlap": "What was read fulfils the right rule, and that of the wrong answer as well.",
    "attribute misread": "The picture was read otherwise than its rule asks, most of its class "
    "were not.",
    "matcher chose wrong": "The right pictogram is not the nearest, or a stranger is near to one.",
    "threshold": "The right sign was the best one, but not good enough.",
}


def _percent(value: float | Rate, digits: int = 2) -> str:
    number = value.value if isinstance(value, Rate) else value
    return "–" if math.isnan(number) else f"{number * 100:.{digits}f} %"


def _interval(rate: Rate) -> str:
    if not rate.count:
        return ""
    low, high = rate.interval
    return f"{low * 100:.2f}–{high * 100:.2f} %"
