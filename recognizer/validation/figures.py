"""The figures of a validation, as plain data that every report is made of."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recognizer.answering import ReadyCatalogue
from recognizer.validation import metrics
from recognizer.validation.agreement import NAMES, Agreement, ways_of
from recognizer.validation.blame import Blame, Stage
from recognizer.validation.frame_figures import FrameFigures, work_out_frames
from recognizer.validation.frame_outcomes import NOT_FOUND, FrameOutcomes
from recognizer.validation.labels import NOT_IN_CATALOGUE, ClassLabel, split_id
from recognizer.validation.metrics import CoverageCurve, Reliability
from recognizer.validation.observations import PICTOGRAM
from recognizer.validation.outcomes import (
    FIRST_SIGN_CODE,
    NOT_IN_CATALOGUE_CODE,
    UNKNOWN_CODE,
    Outcomes,
)
from recognizer.validation.rates import Rate, SizedRates, rates_by_size
from recognizer.verdicts import UNKNOWN

_EXAMPLES = 12
_CURVE_POINTS = 400


@dataclass(frozen=True)
class SignFigures:
    """One sign of the data set, with its value where it has one.

    Attributes:
        id: as expected, such as ``de.274[60]``; also ``unknown`` and ``not in catalogue``.
        name: of the sign.
        classes: of the data set that are this sign.
        recall: of its pictures, those answered right.
        precision: of the answers with it, the right ones. Without a value, any value of the sign
            is such an answer, unless the picture's class says which of them is right. NaN for
            ``not in catalogue``, which is no answer.
        f1: harmonic mean of both; NaN for ``not in catalogue``.
        f1_interval: 95 %.
        unknown: pictures of it that were answered ``unknown``.
        not_found: of frames, labelled boxes of it that were not found; they count in the recall.
        taken_for: what else it was answered as, with counts, the most frequent first.
    """

    id: str
    name: str
    classes: tuple[str, ...]
    recall: Rate
    precision: Rate
    f1: float
    f1_interval: tuple[float, float]
    unknown: int
    not_found: int
    taken_for: tuple[tuple[str, int], ...]

    @property
    def is_sign(self) -> bool:
        """Whether this is a sign of the catalogue."""
        return self.id not in (UNKNOWN, NOT_IN_CATALOGUE)


@dataclass(frozen=True)
class Confusion:
    """Pictures of one sign that were answered as another.

    Attributes:
        expected: the sign.
        answered: the answer.
        pictures: all of their numbers, the most confident first.
    """

    expected: str
    answered: str
    pictures: tuple[int, ...]


@dataclass(frozen=True)
class BlameCount:
    """How many errors are put down to one thing.

    Attributes:
        stage: the stage.
        detail: what of it.
        pictures: their numbers.
        reasons: the different reasons, the most frequent first.
    """

    stage: Stage
    detail: str
    pictures: tuple[int, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class ClassFigures:
    """A class of the data set that the catalogue does not have.

    Attributes:
        name: the class.
        problem: why; empty if the label map says so on purpose.
        pictures: how many.
        answers: what they were answered as, the most frequent first.
    """

    name: str
    problem: str
    pictures: int
    answers: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PictogramFigures:
    """A pictogram whose exemplars are near to pictures of signs that do not have it.

    Attributes:
        name: the pictogram.
        owners: signs of the catalogue that ask for it.
        own: pictures of its owners that are nearest to it.
        strangers: sign -> its pictures that are nearest to it, the most frequent first.
        wrong_answers: of the strangers, those that were answered as one of the owners.
    """

    name: str
    owners: tuple[str, ...]
    own: int
    strangers: tuple[tuple[str, int], ...]
    wrong_answers: int


@dataclass(frozen=True)
class Figures:
    """All figures of one validation.

    Where signs were searched for in frames, *pictures* are the labelled boxes, and one that is not
    found is a wrong answer. Only the figures that stand on what was read from a picture
    (``accuracy_of_answered``, ``strangers``, ``values``, ``coverage``, ``covered``,
    ``reliability``, ``attributes``, ``attracting``) are of the boxes that were found.

    Attributes:
        pictures: how many could be read.
        accuracy: right answers, of pictures whose sign the catalogue has; unknown is wrong.
        macro_accuracy: the mean over these signs.
        answered: of the same pictures, those answered with any sign.
        accuracy_of_answered: of these, the right ones.
        strangers: right answers (unknown) of pictures without a sign of the catalogue.
        values: right values, of pictures whose parametrized sign was recognized.
        signs: what is expected, sign by sign.
        confusions: wrong answers other than unknown, the most frequent first.
        sizes: (bin, right of those in the catalogue).
        coverage: what a threshold would accept, of the pictures whose sign the catalogue has; a
            few hundred points of the curve. What is too small or taken for no sign is never
            accepted.
        covered: of the same pictures, those answered with the thresholds in use.
        reliability: of the same pictures' confidences.
        attributes: attribute -> how often it was read as the rules imply.
        blame: what the errors are put down to, the most frequent first.
        never_answered: signs that are on pictures but were never answered.
        not_in_data: signs of the catalogue of which there is no picture.
        outside: classes that the catalogue does not have.
        attracting: pictograms that attract strangers.
        frames: what was found; None if nothing was searched for.
    """

    pictures: int
    accuracy: Rate
    macro_accuracy: float
    answered: Rate
    accuracy_of_answered: Rate
    strangers: Rate
    values: Rate
    signs: tuple[SignFigures, ...]
    confusions: tuple[Confusion, ...]
    sizes: SizedRates
    coverage: CoverageCurve
    covered: Rate
    reliability: Reliability
    attributes: Mapping[str, Rate]
    blame: tuple[BlameCount, ...]
    never_answered: tuple[str, ...]
    not_in_data: tuple[str, ...]
    outside: tuple[ClassFigures, ...]
    attracting: tuple[PictogramFigures, ...]
    frames: FrameFigures | None

    def sign(self, sign_id: str) -> SignFigures:
        """The figures of one sign; KeyError if no picture shows it."""
        for sign in self.signs:
            if sign.id == sign_id:
                return sign
        raise KeyError(sign_id)


def work_out(
    outcomes: Outcomes,
    labels: Mapping[str, ClassLabel],
    ready: ReadyCatalogue,
    agreement: Agreement,
    blames: Sequence[Blame],
    frames: FrameOutcomes | None = None,
) -> Figures:
    """All figures of one validation.

    Args:
        outcomes: what was expected of the pictures, and answered.
        labels: class -> what it is.
        ready: the rules.
        agreement: what was read against what the rules imply.
        blames: of all errors.
        frames: where signs were searched for, all labelled boxes; ``outcomes`` are then those
            that a find matches.
    """
    everything = _all_pictures(outcomes) if frames is None else _all_boxes(frames)
    known = outcomes.is_sign
    correct = outcomes.correct
    answered = outcomes.reason < 0
    of_signs = everything.expected >= FIRST_SIGN_CODE
    found_strangers = ~of_signs & (everything.answered != everything.not_found)
    confusion = metrics.confusion_matrix(
        everything.expected, everything.answered, len(everything.names)
    )
    answered_ids = {ready.engine.signs[i].id for i in np.unique(outcomes.sign[answered]).tolist()}
    expected_ids = {split_id(outcomes.names[c])[0] for c in np.unique(everything.expected).tolist()}
    return Figures(
        pictures=len(everything.expected),
        accuracy=Rate.of(everything.correct[of_signs]),
        macro_accuracy=metrics.macro_accuracy(_of_signs(confusion)),
        answered=Rate.of(everything.answered_with_sign[of_signs]),
        accuracy_of_answered=Rate.of(correct[known & answered]),
        strangers=Rate.of(everything.correct[found_strangers]),
        values=_values(outcomes, ready),
        signs=tuple(_signs(everything, labels, ready, confusion)),
        confusions=tuple(_confusions(outcomes)),
        sizes=rates_by_size(everything.sides[of_signs], everything.correct[of_signs]),
        coverage=_coverage(outcomes),
        covered=Rate.of(answered[known]),
        reliability=metrics.reliability(
            outcomes.confidence[known], outcomes.candidate_correct[known]
        ),
        attributes={name: Rate(*agreement.accuracy(name)[::-1]) for name in NAMES},
        blame=tuple(_count_blame(blames)),
        never_answered=tuple(
            s.id for s in ready.engine.signs if s.id in expected_ids - answered_ids
        ),
        not_in_data=tuple(s.id for s in ready.engine.signs if s.id not in expected_ids),
        outside=tuple(_outside(everything, labels)),
        attracting=tuple(_attracting(outcomes, ready)),
        frames=None if frames is None else work_out_frames(frames),
    )


@dataclass(frozen=True)
class _Everything:
    """All P pictures, also labelled boxes that were not found and of which nothing was read.

    Attributes:
        names: what the codes mean.
        not_found: the code of "not found", one that does not occur if nothing was searched for.
        classes: of the data set.
        label: intp (P,), index into ``classes``.
        expected: intp (P,), code.
        answered: intp (P,), code.
        correct: bool (P,).
        sides: (P, 2), height and width, pixels.
    """

    names: tuple[str, ...]
    not_found: int
    classes: tuple[str, ...]
    label: metrics.IntArray
    expected: metrics.IntArray
    answered: metrics.IntArray
    correct: npt.NDArray[np.bool_]
    sides: npt.NDArray[np.number]

    @property
    def answered_with_sign(self) -> npt.NDArray[np.bool_]:
        """bool (P,), whether the answer is any sign."""
        return np.asarray((self.answered != UNKNOWN_CODE) & (self.answered != self.not_found))


def _all_pictures(outcomes: Outcomes) -> _Everything:
    return _Everything(
        (*outcomes.names, NOT_FOUND),
        len(outcomes.names),
        outcomes.classes,
        outcomes.label,
        outcomes.expected,
        outcomes.answered,
        outcomes.correct,
        outcomes.sizes,
    )


def _all_boxes(frames: FrameOutcomes) -> _Everything:
    found = frames.outcomes
    not_found = len(found.names)
    answered = np.concatenate([found.answered, np.full(frames.missed, not_found)])
    return _Everything(
        (*found.names, NOT_FOUND),
        not_found,
        found.classes,
        frames.label,
        frames.expected,
        np.where(frames.is_found, answered, not_found).astype(np.intp),
        frames.is_right,
        frames.sides,
    )


def _of_signs(confusion: metrics.IntArray) -> metrics.IntArray:
    """The confusion matrix without the rows of what is no sign of the catalogue."""
    signs: metrics.IntArray = confusion.copy()
    signs[[UNKNOWN_CODE, NOT_IN_CATALOGUE_CODE]] = 0
    return signs


def _coverage(outcomes: Outcomes) -> CoverageCurve:
    known = outcomes.is_sign
    confidence = np.where(outcomes.is_usable, outcomes.sign_confidence, -np.inf)
    curve = metrics.coverage_curve(confidence[known], outcomes.candidate_correct[known])
    return curve.thinned(_CURVE_POINTS)


def _values(outcomes: Outcomes, ready: ReadyCatalogue) -> Rate:
    expected = [split_id(name) for name in outcomes.names]
    index = {sign.id: i for i, sign in enumerate(ready.engine.signs)}
    wanted = np.array([index.get(i, -1) if value is not None else -1 for i, value in expected])
    found = (outcomes.sign == wanted[outcomes.expected]) & (outcomes.reason < 0)
    return Rate.of(outcomes.correct[found & (wanted[outcomes.expected] >= 0)])


def _signs(
    everything: _Everything,
    labels: Mapping[str, ClassLabel],
    ready: ReadyCatalogue,
    confusion: metrics.IntArray,
) -> Iterable[SignFigures]:
    # Of what the catalogue does not have, unknown is the right answer.
    folded = confusion.copy()
    folded[NOT_IN_CATALOGUE_CODE, NOT_IN_CATALOGUE_CODE] = confusion[
        NOT_IN_CATALOGUE_CODE, UNKNOWN_CODE
    ]
    folded[NOT_IN_CATALOGUE_CODE, UNKNOWN_CODE] = 0
    scores = metrics.class_scores(folded, _answers_with(folded, everything.names))
    classes: dict[str, list[str]] = {}
    for name, label in labels.items():
        classes.setdefault(label.expected, []).append(name)
    for code in np.flatnonzero(folded.sum(axis=1)).tolist():
        name = everything.names[code]
        sign_id, value = split_id(name)
        sign = ready.catalogue.by_id.get(sign_id)
        others = folded[code].copy()
        others[[code, UNKNOWN_CODE, everything.not_found]] = 0
        ranked = np.argsort(-others, kind="stable")[: np.count_nonzero(others)]
        low, high = scores.f1_interval[code].tolist()
        precision, f1 = Rate(int(scores.right[code]), int(scores.answered[code])), scores.f1[code]
        if code == NOT_IN_CATALOGUE_CODE:
            # Nothing is answered so: what was folded above is right by construction.
            precision, f1, low, high = Rate(0, 0), math.nan, math.nan, math.nan
        yield SignFigures(
            name,
            sign.name("en", value or "") if sign else "",
            tuple(classes.get(name, ())),
            Rate(int(scores.right[code]), int(scores.support[code])),
            precision,
            float(f1),
            (low, high),
            int(folded[code, UNKNOWN_CODE]) if code != UNKNOWN_CODE else 0,
            int(folded[code, everything.not_found]),
            tuple((everything.names[i], int(others[i])) for i in ranked.tolist()),
        )


def _answers_with(confusion: metrics.IntArray, names: Sequence[str]) -> metrics.IntArray:
    """How many pictures were answered as each code: as a sign without value, with any of them.

    A picture whose class names a value of that sign is left out there: it says nothing of the sign
    as such, and counts where its value does.
    """
    sign = np.array([split_id(name)[0] for name in names])
    answers: metrics.IntArray = confusion.sum(axis=0)
    for code, name in enumerate(names):
        if sign[code] == name:
            same = sign == name
            answers[code] = confusion[code, code] + confusion[np.ix_(~same, same)].sum()
    return answers


def _confusions(outcomes: Outcomes) -> list[Confusion]:
    wrong = np.flatnonzero(~outcomes.correct & (outcomes.reason < 0))
    by_confidence = wrong[np.argsort(-outcomes.confidence[wrong], kind="stable")]
    pairs: dict[tuple[int, int], list[int]] = {}
    for number in by_confidence.tolist():
        pair = int(outcomes.expected[number]), int(outcomes.answered[number])
        pairs.setdefault(pair, []).append(number)
    ranked = sorted(pairs.items(), key=lambda item: -len(item[1]))
    return [
        Confusion(outcomes.names[expected], outcomes.names[answered], tuple(numbers))
        for (expected, answered), numbers in ranked
    ]


def _count_blame(blames: Iterable[Blame]) -> list[BlameCount]:
    groups: dict[tuple[Stage, str], list[Blame]] = {}
    for blame in blames:
        groups.setdefault((blame.stage, blame.detail), []).append(blame)
    ranked = sorted(groups.items(), key=lambda item: -len(item[1]))
    return [
        BlameCount(
            stage,
            detail,
            tuple(b.picture for b in found),
            tuple(reason for reason, _ in Counter(b.reason for b in found).most_common(_EXAMPLES)),
        )
        for (stage, detail), found in ranked
    ]


def _outside(everything: _Everything, labels: Mapping[str, ClassLabel]) -> Iterable[ClassFigures]:
    for index, name in enumerate(everything.classes):
        label = labels[name]
        if label.expected == NOT_IN_CATALOGUE or label.problem:
            rows = everything.label == index
            counts = Counter(everything.answered[rows].tolist())
            answers = tuple((everything.names[c], n) for c, n in counts.most_common(_EXAMPLES))
            yield ClassFigures(name, label.problem, int(rows.sum()), answers)


def _attracting(outcomes: Outcomes, ready: ReadyCatalogue) -> list[PictogramFigures]:
    """Pictograms with strangers nearest to them, those with most wrong answers first."""
    owners: dict[str, list[str]] = {}
    for sign in ready.engine.signs:
        asked = {p for way in ways_of(sign, None) for p in way.pictograms or ()}
        for pictogram in asked:
            owners.setdefault(pictogram, []).append(sign.id)
    asking = np.array([_asks(name, ready) for name in outcomes.names], bool)
    # A sign whose rule asks for no pictogram is near to some, which harms nobody.
    relevant = asking[outcomes.expected] | ~outcomes.is_sign
    nearest = outcomes.observations.states[PICTOGRAM]
    answered_id = np.array([s.id for s in ready.engine.signs] or [UNKNOWN])[outcomes.sign]
    found = []
    for index, pictogram in enumerate(outcomes.observations.pictograms):
        rows = np.flatnonzero((nearest == index) & relevant)
        mine = owners.get(pictogram, [])
        counts = Counter(outcomes.expected[rows].tolist())
        own = sum(n for c, n in counts.items() if split_id(outcomes.names[c])[0] in mine)
        strangers = tuple(
            (outcomes.names[c], n)
            for c, n in counts.most_common()
            if split_id(outcomes.names[c])[0] not in mine
        )
        if not strangers:
            continue
        wrong = ~outcomes.correct[rows] & (outcomes.reason[rows] < 0)
        wrong &= np.isin(answered_id[rows], mine)
        found.append(PictogramFigures(pictogram, tuple(mine), own, strangers, int(wrong.sum())))
    return sorted(found, key=lambda p: (-p.wrong_answers, -sum(n for _, n in p.strangers)))


def _asks(name: str, ready: ReadyCatalogue) -> bool:
    sign = ready.catalogue.by_id.get(split_id(name)[0])
    return sign is not None and any(way.pictograms is not None for way in ways_of(sign, None))
