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
"""Fewer pictures answered as a sign are no basis for a threshold of its own."""


@dataclass(frozen=True)
class Operating:
    """What a threshold does.

    Attributes:
        threshold: least confidence of an answer.
        accepted: of all pictures, those that are answered.
        right: of these, the right answers.
    """

    threshold: float
    accepted: Rate
    right: Rate


@dataclass(frozen=True)
class SignProposal:
    """A sign that needs a threshold of its own.

    Attributes:
        id: the sign.
        before: with the overall threshold.
        after: with its own.
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
        overall: with the proposed overall threshold alone.
        signs: those that with it would stay below the target, the worst first.
        kept: further signs that have a threshold of their own already, which too few of these
            pictures say anything about; it stays.
        dropped: those that have one and no longer need it.
        thresholds: the proposal as a whole.
        reached: with all of it.
        reaches_target: whether the overall threshold reaches the target at all.
    """

    target: float
    now: Operating
    overall: Operating
    signs: tuple[SignProposal, ...]
    kept: Mapping[str, float]
    dropped: Mapping[str, float]
    thresholds: Thresholds
    reached: Operating
    reaches_target: bool


def propose(outcomes: Outcomes, ready: ReadyCatalogue, target: float) -> Proposal:
    """The lowest thresholds at which answers are right as often as ``target``.

    Pictures of what the catalogue does not have count as well: an answer for them is wrong. What
    is unknown for another reason than its confidence (no sign, too small) is left out.

    Args:
        outcomes: with any thresholds; only confidences are used.
        ready: the rules, with the thresholds in use.
        target: share of answers that shall be right, in (0, 1].
    """
    in_use = ready.judge.thresholds
    usable = outcomes.is_usable
    confidence, right = outcomes.sign_confidence[usable], outcomes.candidate_correct[usable]
    sign = outcomes.sign[usable]
    overall = _lowest(confidence, right, target)
    threshold = 1.0 if overall is None else overall
    proposals = []
    kept, dropped = dict(in_use.per_sign), {}
    for index in np.unique(sign).tolist():
        mine = sign == index
        before = _operate(confidence[mine], right[mine], threshold)
        if before.accepted.right < MIN_PICTURES:
            continue
        sign_id = ready.engine.signs[index].id
        had = kept.pop(sign_id, None)
        if before.right.value >= target:
            if had is not None:
                dropped[sign_id] = had
            continue
        own = _lowest(confidence[mine], right[mine], target)
        after = _operate(confidence[mine], right[mine], 1.0 if own is None else own)
        proposals.append(SignProposal(sign_id, before, after))
    proposals.sort(key=lambda p: p.before.right.value)
    per_sign = {**kept, **{p.id: p.after.threshold for p in proposals}}
    thresholds = replace(in_use, min_confidence=threshold, per_sign=per_sign)
    return Proposal(
        target,
        _operate_all(confidence, right, sign, ready, in_use),
        _operate(confidence, right, threshold),
        tuple(proposals),
        kept,
        dropped,
        thresholds,
        _operate_all(confidence, right, sign, ready, thresholds),
        overall is not None,
    )


def _lowest(
    confidence: npt.NDArray[np.float32], right: npt.NDArray[np.bool_], target: float
) -> float | None:
    """The lowest threshold at which the target is reached, between two confidences that occur."""
    curve = coverage_curve(confidence, right)
    reaching = np.flatnonzero(curve.accuracy >= target)
    if not len(reaching):
        return None
    last = int(reaching[-1])
    accepted = np.float32(curve.threshold[last])
    if last + 1 == len(curve.threshold):
        return float(accepted)
    middle = np.float32((curve.threshold[last] + curve.threshold[last + 1]) / 2)
    return float(middle if middle > curve.threshold[last + 1] else accepted)


def _operate(
    confidence: npt.NDArray[np.float32],
    right: npt.NDArray[np.bool_],
    threshold: float | npt.NDArray[np.float32],
) -> Operating:
    accepted = confidence >= np.asarray(threshold, np.float32)
    overall = float(threshold) if isinstance(threshold, float) else float("nan")
    return Operating(
        overall,
        Rate(int(accepted.sum()), len(accepted)),
        Rate(int(right[accepted].sum()), int(accepted.sum())),
    )


def _operate_all(
    confidence: npt.NDArray[np.float32],
    right: npt.NDArray[np.bool_],
    sign: npt.NDArray[np.intp],
    ready: ReadyCatalogue,
    thresholds: Thresholds,
) -> Operating:
    """With the overall threshold and those of single signs."""
    of_sign = [thresholds.per_sign.get(s.id, thresholds.min_confidence) for s in ready.engine.signs]
    found = _operate(confidence, right, np.array(of_sign, np.float32)[sign])
    return replace(found, threshold=thresholds.min_confidence)
