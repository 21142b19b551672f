"""Answers of many crops as parallel arrays, without the reasons that only people ask for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attributes.readings import Readings
from recognizer.decision import REASONS, Decisions, Reason
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
        sign_confidence: float32 (N,), probability of the candidate without its value: what is
            held against the thresholds.
        confidence: float32 (N,), probability of the candidate with its value.
        reason: int8 (N,), index into :data:`recognizer.decision.REASONS` of why the candidate is
            not good enough; -1 if it is.
    """

    decisions: Decisions
    candidates: tuple[str, ...]
    texts: tuple[str | None, ...]
    sign_confidence: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]
    reason: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.candidates)

    def why_unknown(self, row: int) -> Reason | None:
        """Why crop ``row`` is unknown; None if it is not."""
        code = int(self.reason[row])
        return None if code < 0 else REASONS[code]


def verdicts_of(
    engine: Engine, readings: Readings, decisions: Decisions, reason: npt.NDArray[np.int8]
) -> Verdicts:
    """Fill in the values of what was decided.

    Args:
        engine: the rules.
        readings: of N crops.
        decisions: about them.
        reason: why each is unknown, see :attr:`Verdicts.reason`.
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
        if values is None:
            continue
        confidence[rows] *= values.probabilities
        for row, text in zip(rows.tolist(), values.texts, strict=True):
            texts[row] = text
            if sign.value is not None:
                candidates[row] = f"{sign.id}[{text}]"
    return Verdicts(
        decisions,
        tuple(candidates),
        tuple(texts),
        sign_confidence,
        confidence.astype(np.float32),
        reason,
    )
