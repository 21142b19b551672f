"""Figures for programs: one JSON, and CSV tables of the signs and of the errors."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

import numpy as np

from recognizer.decision import REASONS
from recognizer.validation.blame import Blame
from recognizer.validation.frame_outcomes import NOT_FOUND, FrameOutcomes
from recognizer.validation.rates import Rate
from recognizer.validation.validation import Validation


def render_json(validation: Validation) -> str:
    """All figures and what they are of; a figure of nothing is null."""
    pictures, dataset = validation.pictures, validation.pictures.dataset
    data = {
        "version": 1,
        "data": str(dataset.root),
        "layout": dataset.layout,
        "split": dataset.split,
        "caution": dataset.caution,
        "searched": validation.figures.frames is not None,
        "classes_without_pictures": list(validation.without_pictures),
        "catalogue": str(validation.catalogue_file),
        "thresholds": dataclasses.asdict(validation.ready.judge.thresholds),
        "timing": {**dataclasses.asdict(pictures.timing), "overhead": pictures.timing.overhead},
        "unreadable": [dataclasses.asdict(u) for u in pictures.unreadable],
        "figures": _plain(validation.figures),
    }
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def render_signs(validation: Validation) -> str:
    """One line per sign."""
    header = [
        "sign", "name", "classes", "pictures", "right", "recall", "recall_low", "recall_high",
        "precision", "precision_low", "precision_high", "f1", "f1_low", "f1_high", "unknown",
        "not_found", "taken_for",
    ]  # fmt: skip
    return _csv(
        header,
        (
            [
                s.id, s.name, " ".join(s.classes), s.recall.count, s.recall.right,
                *_numbers(s.recall.value, *s.recall.interval),
                *_numbers(s.precision.value, *s.precision.interval),
                *_numbers(s.f1, *s.f1_interval),
                s.unknown, s.not_found,
                " ".join(f"{name}:{count}" for name, count in s.taken_for),
            ]
            for s in validation.figures.signs
        ),
    )  # fmt: skip


def render_errors(validation: Validation) -> str:
    """One line per wrong answer, with the blame; also for signs that were not found."""
    header = [
        "picture", "class", "expected", "answered", "candidate", "confidence", "why_unknown",
        "height", "width", "stage", "detail", "reason", "box",
    ]  # fmt: skip
    return _csv(header, (_error(validation, blame) for blame in validation.blames))


def render_false_finds(frames: FrameOutcomes) -> str:
    """One line per find that matches no labelled box, those answered with a sign first."""
    return _csv(
        ["picture", "x1", "y1", "x2", "y2", "answered", "confidence", "score"],
        (
            [
                sample.path, *(f"{side:.1f}" for side in (sample.box or ())[:4]), sample.label,
                *_numbers(
                    float(frames.false_confidence[n]),
                    float(frames.frames.find_score[frames.false[n]]),
                ),
            ]
            for n, sample in enumerate(map(frames.false_sample, range(len(frames.false))))
        ),
    )  # fmt: skip


def _error(validation: Validation, blame: Blame) -> list[object]:
    o, n = validation.outcomes, blame.picture
    sample = validation.sample(n)
    why = [blame.stage.value, blame.detail, blame.reason]
    if n >= len(o):  # a labelled box of which nothing was read
        assert validation.frames is not None
        found = validation.frames
        expected = o.names[found.expected[n]]
        width, height = np.rint(found.sides[n]).astype(int).tolist()
        # In pixels, as finds are, also where the label file has fractions.
        box = _sides(found.frames.label_box[found.labelled[n]].tolist())
        return [
            sample.path, sample.label, expected, NOT_FOUND, "", "", "", height, width, *why, box
        ]  # fmt: skip
    box = "" if sample.box is None else _sides(sample.box[:4])
    reason = REASONS[o.reason[n]].value if o.reason[n] >= 0 else ""
    return [
        sample.path, o.classes[o.label[n]], o.names[o.expected[n]],
        o.names[o.answered[n]], o.names[o.candidate[n]], *_numbers(float(o.confidence[n])),
        reason, *o.sizes[n].tolist(), *why, box,
    ]  # fmt: skip


def _sides(box: Iterable[float]) -> str:
    return " ".join(f"{side:g}" for side in box)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _numbers(*values: float) -> list[str]:
    return ["" if math.isnan(v) else f"{v:.6f}" for v in values]


def _plain(value: Any) -> Any:
    """Figures as JSON data; rates with value and interval."""
    if isinstance(value, Rate):
        return {
            "right": value.right,
            "count": value.count,
            "value": _plain(value.value),
            "interval": list(value.interval),
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
