"""Answers of many crops as parallel arrays, without the reasons that only people ask for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attributes.readings import Readings
from recognizer.decision import REASONS, Decisions, Reason, Thresholds
from rules import Engine
from rules.answer_ids import UNKNOWN


@dataclass(frozen=True)
class Verdicts:
    """What N crops show.

    Attributes:
        decisions: what the verdicts were made of.
        candidates: id with value of the likeliest sign, good enough or not, such as
            ``de.274[60]``; ``unknown`` for all if the catalogue is empty.
        texts: the text that the value or the name of the candidate takes; None if it takes none.
        decisive_confidence: float32 (N,), what is held against the thresholds: the probability of
            the candidate with its value where that is above the built-in threshold; else that of
            the sign alone, but no more than that threshold.
        confidence: float32 (N,), probability of the candidate with its value.
        reason: int8 (N,), index into :data:`recognizer.decision.REASONS` of why the candidate is
            not good enough; -1 if it is.
    """

    decisions: Decisions
    candidates: tuple[str, ...]
    texts: tuple[str | None, ...]
    decisive_confidence: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]
    reason: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.candidates)

    def why_unknown(self, row: int) -> Reason | None:
        """Why crop ``row`` is unknown; None if it is not."""
        code = int(self.reason[row])
        return None if code < 0 else REASONS[code]


def verdicts_of(
    engine: Engine,
    readings: Readings,
    decisions: Decisions,
    reason: npt.NDArray[np.int8],
    min_confidence: npt.NDArray[np.float32],
) -> Verdicts:
    """Fill in the values of what was decided.

    A number is spread over many that are possible, so that the likeliest is mostly right at a
    probability that would not do for a sign: the built-in threshold asks nothing of it. Whoever
    sets a higher one asks it of the whole answer.

    Args:
        engine: the rules.
        readings: of N crops.
        decisions: about them.
        reason: why the sign of each is not good enough, see :attr:`Verdicts.reason`.
        min_confidence: float32 (S,), the threshold of each sign.
    """
    count = len(readings)
    if not engine.signs:
        nothing = np.zeros(count, np.float32)
        return Verdicts(decisions, (UNKNOWN,) * count, (None,) * count, nothing, nothing, reason)
    sign_confidence = decisions.confidence[np.arange(count), decisions.best]
    confidence = sign_confidence.astype(np.float64)
    candidates = [engine.signs[i].id for i in decisions.best]
    texts: list[str | None] = [None] * count
    for alternative in np.unique(decisions.alternative).tolist():
        sign = engine.signs[engine.alternative_sign[alternative]] if alternative >= 0 else None
        if sign is None or not sign.takes_value:
            continue
        rows = np.flatnonzero(decisions.alternative == alternative)
        values = engine.values(readings[rows], alternative)
        confidence[rows] *= values.probabilities
        for row, text in zip(rows.tolist(), values.texts, strict=True):
            texts[row] = text
            if sign.value is not None:
                candidates[row] = f"{sign.id}[{text}]"
    whole = confidence.astype(np.float32)
    built_in = np.float32(Thresholds.min_confidence)
    decisive = np.where(whole > built_in, whole, np.minimum(sign_confidence, built_in))
    below = (reason < 0) & (decisive < min_confidence[decisions.best])
    reason = np.where(below, np.int8(REASONS.index(Reason.BELOW_THRESHOLD)), reason)
    return Verdicts(decisions, tuple(candidates), tuple(texts), decisive, whole, reason)
