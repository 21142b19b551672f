"""The figures of a validation that only frames have: what was found, and what else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from recognizer.validation.frame_outcomes import MIN_OVERLAP, FrameOutcomes
from recognizer.validation.rates import Rate, SizedRates, rates_by_size
from rules.answer_ids import UNKNOWN


@dataclass(frozen=True)
class FrameFigures:
    """How well signs are found, and found and named.

    Attributes:
        frames: how many could be read.
        min_overlap: intersection over union from which a find matches a labelled box.
        found: labelled boxes that a find matches (recall).
        precision: finds that match a labelled box, of those that are right or wrong.
        end_to_end: labelled boxes whose sign the catalogue has that are found and rightly named.
        named: of those found, the rightly named ones.
        taken_for_no_sign: boxes that the localizer found and the network took for no sign; they
            count as not found.
        ignored_finds: finds on signs without a label, where the data set knows of them; they are
            neither right nor wrong.
        false_finds: finds that match no labelled box.
        false_signs: of these, those that were answered with a sign.
        false_finds_per_frame: their mean; NaN without frames.
        false_signs_per_frame: their mean; NaN without frames.
        false_answers: what the false finds were answered as, the most frequent first.
        found_by_size: by the shorter side of the labelled box.
        precision_by_size: by the shorter side of the find.
        end_to_end_by_size: by the shorter side of the labelled box.
    """

    frames: int
    min_overlap: float
    found: Rate
    precision: Rate
    end_to_end: Rate
    named: Rate
    taken_for_no_sign: int
    ignored_finds: int
    false_finds: int
    false_signs: int
    false_finds_per_frame: float
    false_signs_per_frame: float
    false_answers: tuple[tuple[str, int], ...]
    found_by_size: SizedRates
    precision_by_size: SizedRates
    end_to_end_by_size: SizedRates


def work_out_frames(outcomes: FrameOutcomes) -> FrameFigures:
    """All figures that only frames have."""
    is_sign, is_found, is_right = outcomes.is_sign, outcomes.is_found, outcomes.is_right
    sides = outcomes.sides
    matching = outcomes.finds[outcomes.reported[outcomes.finds]]
    counted = np.concatenate([matching, outcomes.false])
    is_match = np.arange(len(counted)) < len(matching)
    boxes = outcomes.frames.find_box[counted]
    frames = len(outcomes.frames.paths)
    answers = Counter(outcomes.false_answers)
    signs = sum(count for answer, count in answers.items() if answer != UNKNOWN)
    return FrameFigures(
        frames=frames,
        min_overlap=MIN_OVERLAP,
        found=Rate.of(is_found),
        precision=Rate.of(is_match),
        end_to_end=Rate.of(is_right[is_sign]),
        named=Rate.of(is_right[is_sign & is_found]),
        taken_for_no_sign=len(outcomes.finds) - int(is_found.sum()),
        ignored_finds=outcomes.ignored,
        false_finds=len(outcomes.false),
        false_signs=signs,
        false_finds_per_frame=len(outcomes.false) / frames if frames else float("nan"),
        false_signs_per_frame=signs / frames if frames else float("nan"),
        false_answers=tuple(answers.most_common()),
        found_by_size=rates_by_size(sides, is_found),
        precision_by_size=rates_by_size(boxes[:, 2:] - boxes[:, :2], is_match),
        end_to_end_by_size=rates_by_size(sides[is_sign], is_right[is_sign]),
    )
