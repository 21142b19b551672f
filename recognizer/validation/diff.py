"""What an edit of a rule file changes: every picture whose answer differs, better or worse."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from recognizer.validation.datasets import Dataset, Sample
from recognizer.validation.frame_outcomes import NOT_FOUND
from recognizer.validation.ingestion import ReadPictures
from recognizer.validation.labels import ClassLabel
from recognizer.validation.outcomes import Outcomes
from rules.answer_ids import UNKNOWN, split_id

NOT_KNOWN: Final = "not known"
"""What is expected of a class whose label is nothing that either rule file can answer."""


class Effect(str, Enum):
    """What a changed answer is worth: a right one more than ``unknown``, that more than wrong.

    Where nobody knows what is right, a change is ``sideways``.
    """

    WORSE = "worse"
    BETTER = "better"
    SIDEWAYS = "sideways"


@dataclass(frozen=True)
class Change:
    """One picture whose answer changed.

    Attributes:
        picture: path relative to the data set, with the box in brackets if it has one.
        expected: what its class is; ``not in catalogue`` if the label map says so, ``not known`` if
            it names what neither rule file can answer.
        old: answer of the old rules.
        new: answer of the new rules.
        effect: what the change is worth.
    """

    picture: str
    expected: str
    old: str
    new: str
    effect: Effect


def compare(
    pictures: ReadPictures,
    old: Outcomes,
    old_labels: Mapping[str, ClassLabel],
    new: Outcomes,
    new_labels: Mapping[str, ClassLabel],
) -> list[Change]:
    """Every picture that two rule files answer differently, the worse first.

    Args:
        pictures: what both were tried on.
        old: outcomes with the old rules.
        old_labels: class -> what it is by the old rules.
        new: outcomes with the new rules.
        new_labels: class -> what it is by the new rules.
    """
    expected = [true_sign(old_labels[c], new_labels[c]) for c in old.classes]
    codes: dict[str, int] = {}
    old_answer, new_answer = _answers(old, codes), _answers(new, codes)
    names = tuple(codes)
    changes = []
    for number in np.flatnonzero(old_answer != new_answer).tolist():
        truth = expected[old.label[number]]
        before, after = names[old_answer[number]], names[new_answer[number]]
        name = name_of(pictures.dataset, pictures.sample(number))
        changes.append(Change(name, truth, before, after, effect_of(truth, before, after)))
    return in_order(changes)


def true_sign(old: ClassLabel, new: ClassLabel) -> str:
    """What a class is: what only one of two rule files can answer is the truth for both."""
    if old.problem and new.problem:
        return NOT_KNOWN
    if old.problem or new.problem:
        return old.expected if new.problem else new.expected
    return new.expected if new.is_sign else old.expected


def in_order(changes: Iterable[Change]) -> list[Change]:
    """The worse first, then by sign and picture."""
    order = list(Effect)
    return sorted(changes, key=lambda c: (order.index(c.effect), c.expected, c.picture))


def count_effects(changes: Sequence[Change]) -> dict[Effect, int]:
    """Effect -> how many changes have it."""
    return {effect: sum(c.effect is effect for c in changes) for effect in Effect}


def _answers(outcomes: Outcomes, codes: dict[str, int]) -> npt.NDArray[np.intp]:
    """Answers with codes that two outcomes share."""
    table = np.array([codes.setdefault(n, len(codes)) for n in outcomes.names], np.intp)
    return np.asarray(table[outcomes.answered], np.intp)


def effect_of(expected: str, old: str, new: str) -> Effect:
    """What it is worth that the answer for a sign was ``old`` and is ``new``."""
    if expected == NOT_KNOWN:
        return Effect.SIDEWAYS
    before, after = _worth(expected, old), _worth(expected, new)
    if before == after:
        return Effect.SIDEWAYS
    return Effect.BETTER if after > before else Effect.WORSE


def _worth(expected: str, answer: str) -> int:
    sign, value = split_id(expected)
    is_sign = "." in sign
    if answer in (UNKNOWN, NOT_FOUND):
        return 1 if is_sign else 2
    if not is_sign:
        return 0
    return 2 if answer == expected or (value is None and split_id(answer)[0] == sign) else 0


def name_of(dataset: Dataset, sample: Sample, kind: str = "") -> str:
    """What reviewers call a picture: its path in the data set, with its box if it has one.

    Args:
        dataset: the data set.
        sample: the picture.
        kind: of the box, in front of its sides.
    """
    path = path_within(dataset, sample.path)
    if sample.box is None:
        return path
    return f"{path}[{kind}{', '.join(f'{side:g}' for side in sample.box[:4])}]"


def path_within(dataset: Dataset, path: str) -> str:
    """The path of a picture in its data set, as reviewers read it."""
    root = dataset.root
    folder = root if root.is_dir() else root.parent
    return os.path.relpath(path, folder).replace(os.sep, "/")
