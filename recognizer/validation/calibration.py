"""Proposing thresholds from what labelled pictures say about confidences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from recognizer.answering import ReadyCatalogue
from recognizer.decision import Thresholds
from recognizer.validation.metrics import coverage_curve
from recognizer.validation.outcomes import Outcomes
from recognizer.validation.rates import Rate

MIN_PICTURES: Final = 30
"""Fewer answers are no basis for a threshold: neither before it is raised, nor those left after."""
MIN_ERRORS: Final = 10
"""Fewer wrong answers are little to choose thresholds by: chance moves their number by a third."""
_ABOVE: Final = 0.001
"""How far above a confidence a threshold lies that shall refuse it: it varies by less than this
between one machine or batch and another."""


@dataclass(frozen=True)
class Operating:
    """What a threshold does.

    Attributes:
        threshold: least confidence of an answer.
        accepted: of the pictures that a threshold decides on, those that are answered. What is too
            small or taken for no sign is none of them, what the catalogue lacks is.
        right: of these, the right answers.
    """

    threshold: float
    accepted: Rate
    right: Rate


@dataclass(frozen=True)
class SignProposal:
    """A sign that needs a threshold of its own, or a higher one than it has.

    Attributes:
        id: the sign.
        before: with the threshold that it has, or the overall one.
        after: with its new one.
    """

    id: str
    before: Operating
    after: Operating


@dataclass(frozen=True)
class Proposal:
    """Thresholds that reach an accuracy on the pictures they were chosen on.

    Attributes:
        target: the accuracy.
        now: with the thresholds in use; ``threshold`` is the overall one.
        overall: with the proposed overall threshold, of the signs that have none of their own yet.
        signs: those that would stay below the target, the worst first.
        hopeless: those that no threshold brings there with :data:`MIN_PICTURES` answers left, as
            they are; theirs stays what it is.
        silenced: those that are below the target now and that the proposed overall threshold leaves
            with fewer answers than that, as they are now.
        kept: further signs that have a threshold of their own already, which reaches the target.
        unjudged: those that have one which too few of these pictures say anything about.
        thresholds: the proposal as a whole.
        reached: with all of it.
        reaches_target: whether the overall threshold reaches the target at all, with
            :data:`MIN_PICTURES` answers left if it must be raised.
    """

    target: float
    now: Operating
    overall: Operating
    signs: tuple[SignProposal, ...]
    hopeless: Mapping[str, Operating]
    silenced: Mapping[str, Operating]
    kept: Mapping[str, float]
    unjudged: Mapping[str, float]
    thresholds: Thresholds
    reached: Operating
    reaches_target: bool

    @property
    def raises_overall(self) -> bool:
        """Whether the overall threshold in use is not enough."""
        return self.overall.threshold != self.now.threshold

    @property
    def errors(self) -> int:
        """Wrong answers with the thresholds in use: all that there is to choose by."""
        return self.now.right.count - self.now.right.right


def propose(outcomes: Outcomes, ready: ReadyCatalogue, target: float) -> Proposal:
    """The thresholds in use, raised where answers are right less often than ``target``.

    Each is judged by the answers that it decides on. One that is enough stays, and one that is not
    is raised no further than needed: only wrong answers say where a threshold belongs, so pictures
    without any speak neither for a higher nor for a lower one. It is not raised so far that fewer
    than :data:`MIN_PICTURES` answers are left: the surest answer may be right by chance.

    Pictures of what the catalogue does not have count as well: an answer for them is wrong. What
    is unknown for another reason than its confidence (no sign, too small) is left out.

    Args:
        outcomes: with any thresholds; only confidences are used.
        ready: the rules, with the thresholds in use.
        target: share of answers that shall be right, in (0, 1].
    """
    in_use = ready.judge.thresholds
    usable = outcomes.is_usable
    confidence, right = outcomes.decisive_confidence[usable], outcomes.candidate_correct[usable]
    sign = outcomes.sign[usable]
    has_own = np.array([s.id in in_use.per_sign for s in ready.engine.signs], bool)
    others = ~has_own[sign]
    overall = _raised(confidence[others], right[others], in_use.min_confidence, target)
    threshold = 1.0 if overall is None else overall
    proposals = []
    hopeless, silenced, kept, unjudged = {}, {}, {}, dict(in_use.per_sign)
    for index in np.unique(sign).tolist():
        mine = sign == index
        sign_id = ready.engine.signs[index].id
        least = in_use.per_sign.get(sign_id, threshold)
        before = _operate(confidence[mine], right[mine], least)
        if before.accepted.right < MIN_PICTURES:
            now = _operate(confidence[mine], right[mine], in_use.min_confidence)
            if sign_id not in in_use.per_sign and _is_judged_below(now, target):
                silenced[sign_id] = now
            continue
        had = unjudged.pop(sign_id, None)
        if before.right.value >= target:
            if had is not None:
                kept[sign_id] = had
            continue
        own = _raised(confidence[mine], right[mine], least, target)
        if own is None:
            hopeless[sign_id] = before
            continue
        after = _operate(confidence[mine], right[mine], own)
        proposals.append(SignProposal(sign_id, before, after))
    proposals.sort(key=lambda p: p.before.right.value)
    stay = {**kept, **unjudged, **{i: in_use.per_sign[i] for i in hopeless if i in in_use.per_sign}}
    per_sign = {**stay, **{p.id: p.after.threshold for p in proposals}}
    thresholds = replace(in_use, min_confidence=threshold, per_sign=per_sign)
    return Proposal(
        target,
        _operate_all(confidence, right, sign, ready, in_use),
        _operate(confidence[others], right[others], threshold),
        tuple(proposals),
        hopeless,
        silenced,
        kept,
        unjudged,
        thresholds,
        _operate_all(confidence, right, sign, ready, thresholds),
        overall is not None,
    )


def _is_judged_below(point: Operating, target: float) -> bool:
    """Whether there are answers enough to tell that too few of them are right."""
    return point.accepted.right >= MIN_PICTURES and point.right.value < target


def _raised(
    confidence: npt.NDArray[np.float32],
    right: npt.NDArray[np.bool_],
    least: float,
    target: float,
    fewest: int = MIN_PICTURES,
) -> float | None:
    """The lowest threshold from ``least`` up at which the target is reached; None if none does.

    One that would have to be raised until fewer than ``fewest`` answers are left reaches nothing.
    """
    accepted = confidence >= np.float32(least)
    curve = coverage_curve(confidence[accepted], right[accepted])
    answers = np.rint(curve.coverage * np.count_nonzero(accepted))
    reaching = np.flatnonzero((curve.accuracy >= target) & (answers >= fewest))
    if not len(curve.accuracy) or curve.accuracy[-1] >= target:
        return least
    if not len(reaching):
        return None
    last = int(reaching[-1])
    stays, goes = float(curve.threshold[last]), float(curve.threshold[last + 1])
    between = np.float32(min(goes + _ABOVE, (goes + stays) / 2))
    return float(between) if between > goes else stays


def _operate(
    confidence: npt.NDArray[np.float32], right: npt.NDArray[np.bool_], threshold: float
) -> Operating:
    """With one threshold for all."""
    return _operating(threshold, confidence >= np.float32(threshold), right)


def _operate_all(
    confidence: npt.NDArray[np.float32],
    right: npt.NDArray[np.bool_],
    sign: npt.NDArray[np.intp],
    ready: ReadyCatalogue,
    thresholds: Thresholds,
) -> Operating:
    """With the overall threshold and those of single signs."""
    of_sign = [thresholds.per_sign.get(s.id, thresholds.min_confidence) for s in ready.engine.signs]
    accepted = confidence >= np.array(of_sign, np.float32)[sign]
    return _operating(thresholds.min_confidence, accepted, right)


def _operating(
    threshold: float, accepted: npt.NDArray[np.bool_], right: npt.NDArray[np.bool_]
) -> Operating:
    answered = int(accepted.sum())
    return Operating(
        threshold, Rate(answered, len(accepted)), Rate(int(right[accepted].sum()), answered)
    )
