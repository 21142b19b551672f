"""Working out the figures of a validation from what was expected and answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from recognizer.answering import ReadyCatalogue
from recognizer.validation import metrics
from recognizer.validation.agreement import NAMES, Agreement
from recognizer.validation.blame import Blame
from recognizer.validation.error_groups import attracting_pictograms, confusions_of, count_blame
from recognizer.validation.figures import ClassFigures, Figures
from recognizer.validation.frame_figures import work_out_frames
from recognizer.validation.frame_outcomes import NOT_FOUND, FrameOutcomes
from recognizer.validation.labels import NOT_IN_CATALOGUE, ClassLabel
from recognizer.validation.metrics import CoverageCurve
from recognizer.validation.outcomes import (
    FIRST_SIGN_CODE,
    NOT_IN_CATALOGUE_CODE,
    UNKNOWN_CODE,
    Outcomes,
)
from recognizer.validation.rates import Rate, rates_by_size
from recognizer.validation.sign_scores import score_signs
from rules.answer_ids import split_id

_ANSWERS = 12
_CURVE_POINTS = 400


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
    everything = _without_unused_codes(everything)
    known = outcomes.is_sign
    correct = outcomes.correct
    answered = outcomes.reason < 0
    of_signs = everything.expected >= FIRST_SIGN_CODE
    found_strangers = ~of_signs & (everything.answered != everything.not_found)
    confusion = metrics.confusion_matrix(
        everything.expected, everything.answered, len(everything.names)
    )
    answered_ids = {ready.engine.signs[i].id for i in np.unique(outcomes.sign[answered]).tolist()}
    expected_ids = {
        split_id(everything.names[c])[0] for c in np.unique(everything.expected).tolist()
    }
    return Figures(
        pictures=len(everything.expected),
        accuracy=Rate.of(everything.correct[of_signs]),
        macro_accuracy=metrics.macro_accuracy(_of_signs(confusion)),
        answered=Rate.of(everything.answered_with_sign[of_signs]),
        accuracy_of_answered=Rate.of(correct[known & answered]),
        strangers=Rate.of(everything.correct[found_strangers]),
        values=_values(outcomes, ready),
        signs=tuple(score_signs(confusion, everything.names, everything.not_found, labels, ready)),
        confusions=tuple(confusions_of(outcomes)),
        sizes=rates_by_size(everything.sides[of_signs], everything.correct[of_signs]),
        coverage=_coverage(outcomes),
        covered=Rate.of(answered[known]),
        reliability=metrics.reliability(
            outcomes.confidence[known], outcomes.candidate_correct[known]
        ),
        attributes={name: Rate(*agreement.accuracy(name)[::-1]) for name in NAMES},
        blame=tuple(count_blame(blames)),
        never_answered=tuple(
            s.id for s in ready.engine.signs if s.id in expected_ids - answered_ids
        ),
        not_in_data=tuple(s.id for s in ready.engine.signs if s.id not in expected_ids),
        outside=tuple(_outside(everything, labels)),
        attracting=tuple(attracting_pictograms(outcomes, ready)),
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


def _without_unused_codes(everything: _Everything) -> _Everything:
    """The same, without codes that nothing was expected or answered to be.

    What was merely likeliest has a code, too: of a rule that takes any text, one for each picture.
    """
    codes = [UNKNOWN_CODE, NOT_IN_CATALOGUE_CODE, everything.not_found]
    used = np.unique(np.concatenate([everything.expected, everything.answered, codes]))
    new = np.zeros(len(everything.names), np.intp)
    new[used] = np.arange(len(used))
    return replace(
        everything,
        names=tuple(everything.names[code] for code in used.tolist()),
        not_found=int(new[everything.not_found]),
        expected=new[everything.expected],
        answered=new[everything.answered],
    )


def _of_signs(confusion: metrics.IntArray) -> metrics.IntArray:
    """The confusion matrix without the rows of what is no sign of the catalogue."""
    signs: metrics.IntArray = confusion.copy()
    signs[[UNKNOWN_CODE, NOT_IN_CATALOGUE_CODE]] = 0
    return signs


def _coverage(outcomes: Outcomes) -> CoverageCurve:
    known = outcomes.is_sign
    confidence = np.where(outcomes.is_usable, outcomes.decisive_confidence, -np.inf)
    curve = metrics.coverage_curve(confidence[known], outcomes.candidate_correct[known])
    return curve.thinned(_CURVE_POINTS)


def _values(outcomes: Outcomes, ready: ReadyCatalogue) -> Rate:
    expected = [split_id(name) for name in outcomes.names]
    index = {sign.id: i for i, sign in enumerate(ready.engine.signs) if sign.value is not None}
    wanted = np.array([index.get(i, -1) if value is not None else -1 for i, value in expected])
    found = (outcomes.sign == wanted[outcomes.expected]) & (outcomes.reason < 0)
    return Rate.of(outcomes.correct[found & (wanted[outcomes.expected] >= 0)])


def _outside(everything: _Everything, labels: Mapping[str, ClassLabel]) -> Iterable[ClassFigures]:
    for index, name in enumerate(everything.classes):
        label = labels[name]
        if label.expected == NOT_IN_CATALOGUE or label.problem:
            rows = everything.label == index
            counts = Counter(everything.answered[rows].tolist())
            answers = tuple((everything.names[c], n) for c, n in counts.most_common(_ANSWERS))
            yield ClassFigures(name, label.problem, int(rows.sum()), answers)
