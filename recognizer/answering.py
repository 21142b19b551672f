"""From readings to answers: everything behind the network, in numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from attributes.readings import Readings
from recognizer.decision import Decisions, Judge, Thresholds
from recognizer.gallery import Gallery
from recognizer.result import Exemplar, Explanation, Recognition, RunnerUp
from recognizer.verdicts import UNKNOWN, Verdicts, verdicts_of
from rules import Catalogue, ConditionOutcome, Engine, describe_certain, explain

_RUNNERS_UP = 2
_EXEMPLARS = 3
_CONSIDERED = 1e-4
"""Confidence below which a sign is no runner-up."""


@dataclass(frozen=True)
class ReadyCatalogue:
    """A catalogue made ready to answer; replaced as a whole, never changed."""

    catalogue: Catalogue
    engine: Engine
    gallery: Gallery
    judge: Judge

    @classmethod
    def prepare(
        cls, catalogue: Catalogue, gallery: Gallery, thresholds: Thresholds
    ) -> ReadyCatalogue:
        """Compile ``catalogue``; ``gallery`` has every pictogram that it names."""
        engine = Engine(catalogue)
        return cls(catalogue, engine, gallery, Judge(engine, gallery, thresholds))

    def answers(
        self, readings: Readings, similarity: npt.NDArray[np.float32], language: str = "en"
    ) -> list[Recognition]:
        """What N crops show.

        Args:
            readings: of the crops.
            similarity: float32 (N, P), cosine to each pictogram of the gallery.
            language: of the names.
        """
        verdicts = self.verdicts(readings, similarity)
        return [self._answer(readings, verdicts, row, language) for row in range(len(readings))]

    def verdicts(self, readings: Readings, similarity: npt.NDArray[np.float32]) -> Verdicts:
        """The same as arrays, for many crops that nobody asks the reasons of."""
        decisions = self.judge.decide(self.engine.score(readings), similarity)
        reason = self.judge.reasons(decisions, readings.presence)
        return verdicts_of(self.engine, readings, decisions, reason)

    def _answer(
        self, readings: Readings, verdicts: Verdicts, row: int, language: str
    ) -> Recognition:
        why = partial(_explain, self, readings[row : row + 1], verdicts.decisions, row)
        certain = describe_certain(readings, row)
        reason = verdicts.why_unknown(row)
        if reason is not None:
            return Recognition(
                UNKNOWN, None, certain or UNKNOWN, float(verdicts.sign_confidence[row]),
                reason=reason, certain=certain, _explain=why,
            )  # fmt: skip
        sign = self.engine.signs[int(verdicts.decisions.best[row])]
        text = verdicts.texts[row]
        return Recognition(
            verdicts.candidates[row],
            sign.id,
            sign.name(language, text or ""),
            float(verdicts.confidence[row]),
            value=_number(text) if sign.value is not None and text is not None else None,
            unit=sign.value.unit if sign.value is not None and text is not None else None,
            certain=certain,
            _explain=why,
        )


def _number(text: str) -> int | float | str:
    """``60`` -> 60, ``5.5`` -> 5.5; other strings stay."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _explain(
    ready: ReadyCatalogue, reading: Readings, decisions: Decisions, row: int
) -> Explanation:
    """Why crop ``row`` of the decisions, whose reading is the only one in ``reading``, won."""
    engine = ready.engine
    if not engine.signs:
        return Explanation(None, None)
    confidence = decisions.confidence[row]
    ranked = np.argsort(-confidence, kind="stable")
    best = int(decisions.best[row])
    alternative = int(decisions.alternative[row])
    sign = engine.signs[best]
    rule = engine.alternatives[alternative] if alternative >= 0 else None
    runners_up = [int(s) for s in ranked if s != best][:_RUNNERS_UP]
    similarity = decisions.similarity[row]
    nearest = np.argsort(-similarity)[:_EXEMPLARS]
    return Explanation(
        sign.id,
        sign.position,
        explain(engine, reading, 0, alternative) if rule else (),
        rule.pictograms if rule else sign.exemplar_pictograms,
        tuple(Exemplar(ready.gallery.names[i], float(similarity[i])) for i in nearest),
        tuple(
            RunnerUp(
                engine.signs[s].id,
                float(confidence[s]),
                _failed_conditions(engine, reading, decisions, row, s),
            )
            for s in runners_up
            if confidence[s] >= _CONSIDERED
        ),
    )


def _failed_conditions(
    engine: Engine, reading: Readings, decisions: Decisions, row: int, sign: int
) -> tuple[ConditionOutcome, ...]:
    """Conditions of the sign's best fitting alternative that do not hold, the worst first."""
    own = np.flatnonzero(engine.alternative_sign == sign)
    if not len(own):
        return ()
    best = int(own[decisions.fit[row, own].argmax()])
    outcomes = explain(engine, reading, 0, best)
    return tuple(sorted((c for c in outcomes if not c.passed), key=lambda c: c.probability))
