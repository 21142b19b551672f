"""From readings to answers: everything behind the network, in numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from attributes.readings import Readings
from attributes.vocabulary import TEXT
from recognizer.decision import Decisions, Judge, Reason, Thresholds
from recognizer.digits_apart import told_apart
from recognizer.gallery import Gallery
from recognizer.result import Exemplar, Explanation, Recognition, RunnerUp
from recognizer.verdicts import Verdicts, verdicts_of
from rules import Catalogue, Engine, Position, ValueSource, describe_certain, explain
from rules.answer_ids import UNKNOWN

_RUNNERS_UP = 2
_EXEMPLARS = 3
_CONSIDERED = 1e-4
"""Confidence below which a sign is no runner-up."""
_ALIKE = 0.5
"""Rules that fit this share as well as the best, or better, are as far from holding."""


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
        return [
            self._answer(readings, verdicts, row, certain, language)
            for row, certain in enumerate(describe_certain(readings))
        ]

    def verdicts(self, readings: Readings, similarity: npt.NDArray[np.float32]) -> Verdicts:
        """The same as arrays, for many crops that nobody asks the reasons of."""
        decisions = self.judge.decide(self.engine.score(readings), similarity, readings.presence)
        reason = self.judge.reasons(decisions)
        return verdicts_of(self.engine, readings, decisions, reason, self.judge.min_confidence)

    def _answer(
        self, readings: Readings, verdicts: Verdicts, row: int, certain: str, language: str
    ) -> Recognition:
        reason = verdicts.why_unknown(row)
        why = partial(_explain, self, readings, verdicts.decisions, row, reason)
        if reason is not None:
            return Recognition(
                UNKNOWN, None, certain or UNKNOWN, float(verdicts.decisive_confidence[row]),
                reason=reason, certain=certain, detail=self._detail(reason, verdicts, row),
                _explain=why,
            )  # fmt: skip
        sign = self.engine.signs[int(verdicts.decisions.best[row])]
        text = verdicts.texts[row]
        return Recognition(
            verdicts.candidates[row],
            sign.id,
            sign.name(language, text or ""),
            float(verdicts.confidence[row]),
            value=_value(sign.value, text) if sign.value is not None and text is not None else None,
            unit=sign.value.unit if sign.value is not None and text is not None else None,
            certain=certain,
            _explain=why,
        )

    def _detail(self, reason: Reason, verdicts: Verdicts, row: int) -> str:
        if reason not in (Reason.AMBIGUOUS, Reason.BELOW_THRESHOLD):
            return ""
        of_all = verdicts.decisions.confidence[row]
        best = int(verdicts.decisions.best[row])
        least = float(self.judge.min_confidence[best])
        others = [int(s) for s in np.argsort(-of_all, kind="stable")[:2] if s != best]
        if reason is Reason.AMBIGUOUS and others and of_all[others[0]] >= _CONSIDERED:
            one, other = self.engine.signs[best], self.engine.signs[others[0]]
            if one.country and other.country and one.country != other.country:
                return f"{one.id} in {one.country}, {other.id} in {other.country}: name the country"
            if of_all[best] == of_all[others[0]]:
                return f"{verdicts.candidates[row]} and {other.id} fit exactly as well"
            return (
                f"{verdicts.candidates[row]} at {of_all[best]:.3f}, {other.id} at "
                f"{of_all[others[0]]:.3f}; {least:g} is needed"
            )
        shown = min(float(of_all[best]), float(verdicts.decisive_confidence[row]))
        return f"{verdicts.candidates[row]} at {just_below(shown, least)}"


def just_below(confidence: float, least: float) -> str:
    """A confidence and the threshold above it, with as many digits as tell them apart."""
    low, needed = told_apart(confidence, least)
    return f"{low}, below its threshold {needed}"


def _value(source: ValueSource, text: str) -> int | float | str:
    """Digits as a number, ``60`` -> 60 and ``5.5`` -> 5.5; text as it is, be it ``012``."""
    if source.reading == TEXT.name:
        return text
    return int(text) if text.isdecimal() else float(text)


def _explain(
    ready: ReadyCatalogue,
    readings: Readings,
    decisions: Decisions,
    row: int,
    reason: Reason | None,
    also: str | None,
) -> Explanation:
    """Why crop ``row`` is what was decided about it.

    Args:
        reason: why it is unknown; None if it is not.
        also: sign that is told of even if it was never likely.

    Raises:
        ValueError: there is no such sign.
    """
    engine = ready.engine
    presence = float(decisions.presence[row])
    if not engine.signs:
        return Explanation(None, None, presence=presence)
    confidence = decisions.confidence[row]
    ranked = np.argsort(-confidence, kind="stable")
    best = int(decisions.best[row])
    alternative = int(decisions.alternative[row])
    if reason is Reason.PICTOGRAM_UNMATCHED:
        # Unlike pictograms make their signs so unlikely that one of another look may be ahead.
        alternative = ready.judge.nearest_unmatched(decisions, row)
        best = int(engine.alternative_sign[alternative])
    elif reason is Reason.NO_RULE and engine.alternatives:
        alternative = _nearest_rule(ready, readings, decisions, row)
        best = int(engine.alternative_sign[alternative])
    sign = engine.signs[best]
    runners_up = [int(s) for s in ranked if s != best and confidence[s] >= _CONSIDERED]
    told = runners_up[:_RUNNERS_UP]
    if also is not None:
        ready.catalogue.require_sign(also)
        asked = [sign.id for sign in engine.signs].index(also)
        told += [] if asked in (best, *told) else [asked]
    asked_for = _asked_pictograms(engine, best, alternative)
    return Explanation(
        sign.id,
        sign.position,
        explain(engine, readings, row, alternative) if alternative >= 0 else (),
        asked_for,
        _exemplars(ready.gallery, decisions.similarity[row], asked_for),
        tuple(_runner_up(ready, readings, decisions, row, s, best) for s in told),
        presence,
        ready.judge.match_cosine(alternative),
        _where_asked(engine, alternative),
    )


def _nearest_rule(ready: ReadyCatalogue, readings: Readings, decisions: Decisions, row: int) -> int:
    """The alternative that crop ``row`` comes nearest to, where none holds.

    What surely does not hold costs every rule the same (``MIN_PROBABILITY``), so of rules that lack
    as much the one that asks least would be nearest. It is the one of which most holds.
    """
    fit = decisions.fit[row]
    cosine = dict(zip(ready.gallery.names, decisions.similarity[row].tolist(), strict=True))

    def nearness(alternative: int) -> tuple[int, int, float]:
        passed = [c.passed for c in explain(ready.engine, readings, row, alternative)]
        asked = ready.engine.alternatives[alternative].pictograms
        if asked:
            nearest = max(cosine[name] for name in asked)
            passed.append(nearest >= ready.judge.match_cosine(alternative))
        return -passed.count(False), passed.count(True), float(fit[alternative])

    alike: list[int] = np.flatnonzero(fit >= _ALIKE * fit.max()).tolist()
    return max(alike, key=nearness)


def _exemplars(
    gallery: Gallery, similarity: npt.NDArray[np.float32], asked_for: tuple[str, ...]
) -> tuple[Exemplar, ...]:
    """The nearest pictograms, and the nearest of those that are asked for."""
    ranked = [gallery.names[i] for i in np.argsort(-similarity)]
    nearest = ranked[:_EXEMPLARS]
    nearest += [name for name in ranked if name in asked_for][:1]
    cosine = dict(zip(gallery.names, similarity.tolist(), strict=True))
    return tuple(Exemplar(name, cosine[name]) for name in dict.fromkeys(nearest))


def _asked_pictograms(engine: Engine, sign: int, alternative: int) -> tuple[str, ...]:
    """What a sign asks for in one of its alternatives; -1 for a sign without rule."""
    if alternative < 0:
        return engine.signs[sign].exemplar_pictograms
    return engine.alternatives[alternative].pictograms


def _where_asked(engine: Engine, alternative: int) -> Position | None:
    """Where an alternative asks for a pictogram; -1 for a sign without rule."""
    asked = engine.alternatives[alternative].pictogram if alternative >= 0 else None
    return asked.positions[0] if asked is not None else None


def _runner_up(
    ready: ReadyCatalogue, readings: Readings, decisions: Decisions, row: int, sign: int, best: int
) -> RunnerUp:
    """A sign that did not win crop ``row``, and why ``best`` is before it."""
    alternative = int(decisions.alternatives[row, sign])
    outcomes = explain(ready.engine, readings, row, alternative) if alternative >= 0 else ()
    failed = tuple(sorted((c for c in outcomes if not c.passed), key=lambda c: c.probability))
    return RunnerUp(
        ready.engine.signs[sign].id,
        float(decisions.confidence[row, sign]),
        failed,
        "; ".join(f"{c.attribute} {c.read}, expected {c.expected}" for c in failed[:2])
        or _why_behind(ready, decisions, row, sign, best),
    )


def _why_behind(ready: ReadyCatalogue, decisions: Decisions, row: int, sign: int, best: int) -> str:
    """Why a sign of which every condition holds is behind ``best`` for crop ``row``."""
    signs = ready.engine.signs
    alternative = int(decisions.alternatives[row, sign])
    if decisions.confidence[row, sign] == decisions.confidence[row, best]:
        return "it fits exactly as well"
    if _is_less_alike(ready, decisions, row, sign, best):
        return "the pictogram is less alike"
    if alternative < 0:
        own = _nearest_asked(ready, decisions, row, sign)
        if own is not None and own < ready.judge.match_cosine(alternative):
            return "no exemplar of it is alike enough"
        return "it has no rule, and the rule of another holds"
    if signs[sign].priority < signs[best].priority:
        return "its priority is lower"
    return "it fits less well"


def _nearest_asked(
    ready: ReadyCatalogue, decisions: Decisions, row: int, sign: int
) -> float | None:
    """Cosine of crop ``row`` to the nearest pictogram that a sign asks for; None without one."""
    asked = _asked_pictograms(ready.engine, sign, int(decisions.alternatives[row, sign]))
    similarity = decisions.similarity[row]
    return max((float(similarity[ready.gallery.names.index(n)]) for n in asked), default=None)


def _is_less_alike(
    ready: ReadyCatalogue, decisions: Decisions, row: int, sign: int, best: int
) -> bool:
    """Whether crop ``row`` is less like a sign's pictogram than like that of ``best``.

    Where ``best`` asks for none, whether it is less like it than like one of no sign at all.
    """

    own = _nearest_asked(ready, decisions, row, sign)
    other = _nearest_asked(ready, decisions, row, best)
    if own is None:
        return False
    least = ready.judge.match_cosine(int(decisions.alternatives[row, sign]))
    return own < (least if other is None else other)
