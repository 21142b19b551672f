"""What an edit of a rule file changes in frames: labelled boxes and all other finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from recognizer.validation.diff import Change, Effect, effect_of, in_order, name_of, true_sign
from recognizer.validation.frame_outcomes import NOT_FOUND, FrameOutcomes
from recognizer.validation.labels import ClassLabel

NOT_LABELLED: Final = "not labelled"
"""What is expected of a find that matches no labelled box: nobody knows."""
_NOT_REPORTED = "not reported"


def compare_frames(
    old: FrameOutcomes,
    old_labels: Mapping[str, ClassLabel],
    new: FrameOutcomes,
    new_labels: Mapping[str, ClassLabel],
) -> list[Change]:
    """Every labelled box and every other find that two rule files answer differently.

    What a find without a labelled box should be answered as is not known, so such a change is
    ``sideways``.

    Args:
        old: outcomes with the old rules.
        old_labels: class -> what it is by the old rules.
        new: outcomes with the new rules, of the same frames.
        new_labels: class -> what it is by the new rules.
    """
    frames = new.frames
    changes = []
    before, after = _of_boxes(old), _of_boxes(new)
    for label in sorted(before.keys() & after.keys()):
        if before[label] == after[label]:
            continue
        sample = frames.dataset.samples[int(frames.label_sample[label])]
        truth = true_sign(old_labels[sample.label], new_labels[sample.label])
        name = name_of(frames.dataset, sample)
        effect = effect_of(truth, before[label], after[label])
        changes.append(Change(name, truth, before[label], after[label], effect))
    false_before, false_after = _of_false_finds(old), _of_false_finds(new)
    for name in sorted(false_before.keys() | false_after.keys()):
        was, is_now = (found.get(name, _NOT_REPORTED) for found in (false_before, false_after))
        if was != is_now:
            changes.append(Change(name, NOT_LABELLED, was, is_now, Effect.SIDEWAYS))
    return in_order(changes)


def _of_boxes(outcomes: FrameOutcomes) -> dict[int, str]:
    """Labelled box -> answer."""
    found = outcomes.outcomes
    answers = [found.names[code] for code in found.answered.tolist()]
    answers += [NOT_FOUND] * outcomes.missed
    is_found = outcomes.is_found.tolist()
    return {
        label: answer if is_seen else NOT_FOUND
        for label, answer, is_seen in zip(
            outcomes.labelled.tolist(), answers, is_found, strict=True
        )
    }


def _of_false_finds(outcomes: FrameOutcomes) -> dict[str, str]:
    """Find without a labelled box -> answer."""
    dataset = outcomes.frames.dataset
    return {
        name_of(dataset, outcomes.false_sample(number), "find "): answer
        for number, answer in enumerate(outcomes.false_answers)
    }
