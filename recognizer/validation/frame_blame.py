"""Blame for labelled boxes that no find matches."""

from __future__ import annotations

import numpy as np

from recognizer.frames.matching import intersection_over_union
from recognizer.validation.blame import TAKEN_FOR_NO_SIGN, Blame, Stage
from recognizer.validation.frame_outcomes import MIN_OVERLAP, FrameOutcomes
from recognizer.validation.rates import size_bins, size_words


def blame_not_found(outcomes: FrameOutcomes) -> list[Blame]:
    """One blame for each labelled box that is not found, grouped by the size of the sign.

    Also for what the catalogue does not have and the network takes for no sign: unknown would be
    right there, so that no other stage blames it.
    """
    frames, first = outcomes.frames, len(outcomes.finds)
    bins = size_bins(outcomes.sides).tolist()
    found = []
    for number in range(first, len(outcomes.labelled)):
        label = int(outcomes.labelled[number])
        start, stop = np.searchsorted(
            frames.find_frame, (frames.label_frame[label], frames.label_frame[label] + 1)
        ).tolist()
        overlap = intersection_over_union(
            frames.label_box[label : label + 1], frames.find_box[start:stop]
        )
        detail = f"sign of {size_words(bins[number])}"
        reason = _reason(float(overlap.max(initial=0.0)))
        found.append(Blame(number, Stage.NOT_FOUND, detail, reason))
    unreported = ~outcomes.is_found[:first] & outcomes.outcomes.correct
    found += [Blame(number, *TAKEN_FOR_NO_SIGN) for number in np.flatnonzero(unreported).tolist()]
    return found


def _reason(overlap: float) -> str:
    if overlap >= MIN_OVERLAP:
        return "the find that overlaps it fits another labelled box"
    if overlap >= MIN_OVERLAP / 2:
        return f"a find overlaps it, but by less than {MIN_OVERLAP:g} (IoU)"
    return "no find is near"
