"""What every picture was expected to be and what was answered: rules and matcher, no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from recognizer.answering import ReadyCatalogue
from recognizer.decision import REASONS, Reason
from recognizer.validation.ingestion import ReadPictures, batches
from recognizer.validation.labels import NOT_IN_CATALOGUE, ClassLabel
from recognizer.validation.observations import Observations, Observer
from recognizer.validation.readings_cache import ReadingsCache
from rules.answer_ids import UNKNOWN, split_id

CHUNK: Final = 512
"""Pictures that are judged at once; what they need fits a processor's cache."""

UNKNOWN_CODE: Final = 0
NOT_IN_CATALOGUE_CODE: Final = 1
FIRST_SIGN_CODE: Final = 2

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Outcomes:
    """N pictures as parallel arrays; some 100 bytes a picture.

    Attributes:
        names: what the codes mean: ``unknown``, ``not in catalogue``, then signs with values.
        classes: the data set's classes.
        label: intp (N,), index into ``classes``.
        expected: intp (N,), code of what the class is.
        candidate: intp (N,), code of the likeliest sign, good enough or not. Where the picture's
            class means every value of that sign, the value is left out, here and in ``answered``.
        answered: intp (N,), code of the answer: the candidate or ``unknown``.
        reason: int8 (N,), why it is unknown, index into REASONS; -1 if it is not.
        sign: intp (N,), index of the candidate's sign in the catalogue.
        alternative: intp (N,), its alternative that fits best; -1 for a sign without rule.
        confidence: float32 (N,), of the candidate with its value.
        decisive_confidence: float32 (N,), what is held against the thresholds, see
            :class:`recognizer.verdicts.Verdicts`.
        sizes: int32 (N, 2), height and width of the crop.
        observations: what was read.
    """

    names: tuple[str, ...]
    classes: tuple[str, ...]
    label: IntArray
    expected: IntArray
    candidate: IntArray
    answered: IntArray
    reason: npt.NDArray[np.int8]
    sign: IntArray
    alternative: IntArray
    confidence: npt.NDArray[np.float32]
    decisive_confidence: npt.NDArray[np.float32]
    sizes: npt.NDArray[np.int32]
    observations: Observations

    def __len__(self) -> int:
        return len(self.expected)

    @property
    def is_sign(self) -> npt.NDArray[np.bool_]:
        """Whether a sign of the catalogue is expected, bool (N,)."""
        return self.expected >= FIRST_SIGN_CODE

    @property
    def is_usable(self) -> npt.NDArray[np.bool_]:
        """Whether confidence decides, bool (N,): what is too small or no sign is unknown anyway."""
        barred = [REASONS.index(r) for r in (Reason.NOT_A_SIGN, Reason.TOO_SMALL)]
        return ~np.isin(self.reason, barred)

    @property
    def correct(self) -> npt.NDArray[np.bool_]:
        """Whether the answer is right, bool (N,): of what is no sign of the catalogue, unknown."""
        wanted = np.where(self.is_sign, self.expected, UNKNOWN_CODE)
        return np.asarray(self.answered == wanted)

    @property
    def candidate_correct(self) -> npt.NDArray[np.bool_]:
        """Whether the candidate is right, good enough or not, bool (N,)."""
        return np.asarray(self.candidate == self.expected)


def judge_pictures(
    pictures: ReadPictures, labels: Mapping[str, ClassLabel], ready: ReadyCatalogue
) -> Outcomes:
    """Answer every picture with the rules in ``ready``.

    Args:
        pictures: read before; their readings come from the cache.
        labels: class -> what it is, see :func:`recognizer.validation.labels.resolve_labels`.
        ready: the rules.
    """
    classes = pictures.dataset.classes
    names = AnswerNames()
    expected_of_class = np.array([names.code(labels[c].expected) for c in classes], np.intp)
    class_index = {name: i for i, name in enumerate(classes)}
    samples = pictures.dataset.samples
    label = np.fromiter(
        (class_index[samples[i].label] for i in pictures.samples.tolist()), np.intp, len(pictures)
    )
    observer = Observer(ready.gallery.names)
    answers = judge_rows(pictures.cache, pictures.rows, ready, names, observer)
    expected = expected_of_class[label]
    answers = _without_free_values(answers, expected, names)
    return Outcomes(
        names.names,
        classes,
        label,
        expected,
        answers.candidate,
        answers.answered,
        answers.reason,
        answers.sign,
        answers.alternative,
        answers.confidence,
        answers.decisive_confidence,
        pictures.cache.sizes(pictures.rows),
        observer.observations(),
    )


@dataclass(frozen=True)
class Answers:
    """What N crops are answered as, whatever they show; see :class:`Outcomes` for the arrays."""

    candidate: IntArray
    reason: npt.NDArray[np.int8]
    sign: IntArray
    alternative: IntArray
    confidence: npt.NDArray[np.float32]
    decisive_confidence: npt.NDArray[np.float32]

    @property
    def answered(self) -> IntArray:
        """intp (N,), code of the answer: the candidate or ``unknown``."""
        return np.where(self.reason < 0, self.candidate, UNKNOWN_CODE)


def judge_rows(
    cache: ReadingsCache,
    rows: IntArray,
    ready: ReadyCatalogue,
    names: AnswerNames,
    observer: Observer | None = None,
) -> Answers:
    """Answer crops whose readings are in a cache.

    Args:
        cache: the readings.
        rows: intp (N,), which of them.
        ready: the rules.
        names: gives answers their codes.
        observer: is shown what was read.
    """
    count = len(rows)
    candidate, sign = np.empty(count, np.intp), np.empty(count, np.intp)
    alternative, reason = np.empty(count, np.intp), np.empty(count, np.int8)
    confidence, decisive_confidence = np.empty(count, np.float32), np.empty(count, np.float32)
    for part in batches(count, CHUNK):
        readings = cache.readings(rows[part])
        similarity = cache.similarity(rows[part], ready.gallery)
        verdicts = ready.verdicts(readings, similarity)
        if observer is not None:
            observer.add(readings, similarity)
        candidate[part] = [names.code(name) for name in verdicts.candidates]
        reason[part] = verdicts.reason
        sign[part], alternative[part] = verdicts.decisions.best, verdicts.decisions.alternative
        confidence[part], decisive_confidence[part] = (
            verdicts.confidence,
            verdicts.decisive_confidence,
        )
    shorter = cache.sizes(rows).min(axis=1)
    reason[shorter < ready.judge.thresholds.min_side] = REASONS.index(Reason.TOO_SMALL)
    return Answers(candidate, reason, sign, alternative, confidence, decisive_confidence)


def _without_free_values(answers: Answers, expected: IntArray, names: AnswerNames) -> Answers:
    """The answers, without their value for pictures of which every value of that sign is right."""
    code_of = {name: code for code, name in enumerate(names.names)}
    # Of a picture that is expected to have a value, or to be another sign, the value tells.
    sign = np.array([code_of.get(split_id(name)[0], -1) for name in names.names], np.intp)
    candidate = np.where(sign[answers.candidate] == expected, expected, answers.candidate)
    return replace(answers, candidate=candidate)


class AnswerNames:
    """Codes of answers and of what is expected, given as they occur."""

    def __init__(self) -> None:
        self._codes = {UNKNOWN: UNKNOWN_CODE, NOT_IN_CATALOGUE: NOT_IN_CATALOGUE_CODE}

    def code(self, name: str) -> int:
        """The code of an answer, or of what is expected."""
        return self._codes.setdefault(name, len(self._codes))

    @property
    def names(self) -> tuple[str, ...]:
        """What each code means."""
        return tuple(self._codes)
