"""What the recognizer answers: a sign or *unknown*, always with its reasons."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from recognizer.decision import Reason
from rules import ConditionOutcome, Position
from rules.answer_ids import UNKNOWN, split_id

__all__ = [
    "Exemplar",
    "Explanation",
    "Recognition",
    "RunnerUp",
    "too_small",
    "unreadable",
]

_SURELY_A_SIGN = 0.99
"""Presence from which it need not be mentioned."""


_GUESS = 0.1
"""How much less likely than its condition a value must be for its own probability to be told."""
_NOT_COMPARED = -1.0
"""Cosine to all pictograms where a test of a rule file gives none."""


@dataclass(frozen=True)
class Exemplar:
    """A pictogram of the gallery and how near the crop comes to it.

    Attributes:
        pictogram: its name.
        cosine: similarity in [-1, 1].
    """

    pictogram: str
    cosine: float


@dataclass(frozen=True)
class RunnerUp:
    """A sign that was considered and did not win.

    Attributes:
        id: the sign.
        confidence: its probability.
        separated_by: its conditions that do not hold, the worst first; empty if they all do, and
            something else told it from the winner.
        why: why it did not win, in words.
    """

    id: str
    confidence: float
    separated_by: tuple[ConditionOutcome, ...]
    why: str


@dataclass(frozen=True)
class Explanation:
    """Why an answer is what it is.

    Attributes:
        sign_id: the sign that fits best, recognized or not; where only pictograms did not match,
            the one of those that lack nothing else whose pictogram is nearest, and where no rule
            holds, of those that lack as little the one of which most holds. None if the
            catalogue is empty.
        position: where its rule stands.
        conditions: each condition of the rule against what was read.
        pictograms: what the rule asks for; empty if it does not ask.
        exemplars: the nearest pictograms of the gallery, the nearest first; behind them the nearest
            of those asked for, if it is none of them.
        runners_up: the next best signs.
        presence: probability that the crop shows a sign at all; None if it was not read.
        match_cosine: cosine from which on a pictogram is likelier than an unseen one.
        pictogram_position: where the rule asks for a pictogram; None if it does not, or if the sign
            has no rule.
    """

    sign_id: str | None
    position: Position | None
    conditions: tuple[ConditionOutcome, ...] = ()
    pictograms: tuple[str, ...] = ()
    exemplars: tuple[Exemplar, ...] = ()
    runners_up: tuple[RunnerUp, ...] = ()
    presence: float | None = None
    match_cosine: float = -1.0
    pictogram_position: Position | None = None

    def to_dict(self) -> dict[str, object]:
        """The explanation as plain JSON data."""
        return {
            "sign_id": self.sign_id,
            "rule": str(self.position) if self.position else None,
            "presence": None if self.presence is None else round(self.presence, 4),
            "conditions": [_condition_dict(c) for c in self.conditions],
            "pictograms": list(self.pictograms),
            "pictogram_passed": self.pictogram_passed,
            "match_cosine": round(self.match_cosine, 4),
            "exemplars": [
                {"pictogram": e.pictogram, "cosine": round(e.cosine, 4)} for e in self.exemplars
            ],
            "runners_up": [
                {
                    "id": r.id,
                    "confidence": round(r.confidence, 4),
                    "separated_by": [_condition_dict(c) for c in r.separated_by],
                    "why": r.why,
                }
                for r in self.runners_up
            ],
        }

    @property
    def pictogram_passed(self) -> bool | None:
        """Whether one that is asked for is near enough; None if none is asked for.

        Another may be nearer, of a sign that differs in more than its pictogram.
        """
        if not self.pictograms:
            return None
        asked = (e.cosine for e in self.exemplars if e.pictogram in self.pictograms)
        return max(asked, default=-math.inf) >= self.match_cosine

    def render(self, title: str = "rule") -> str:
        """The explanation as lines of text; ``title`` stands before the sign."""
        lines = []
        if self.sign_id is not None:
            lines.append(f"{title} {self.sign_id} at {self.position}")
        if self.presence is not None and self.presence < _SURELY_A_SIGN:
            lines.append(f"  may be no sign at all  p={self.presence:.3f} that it is one")
        for c in self.conditions:
            mark = "yes" if c.passed else "NO "
            lines.append(
                f"  {mark} {c.attribute:<11}expected {c.expected}; read {_read(c)}"
                f"  p={c.probability:.3f}  ({c.position})"
            )
        if self.pictograms:
            lines.append(self._pictogram_line())
        lines += [f"  not {r.id} ({r.confidence:.3f}): {r.why}" for r in self.runners_up]
        return "\n".join(lines)

    def _pictogram_line(self) -> str:
        wanted = " or ".join(self.pictograms)
        if self.exemplars and self.exemplars[0].cosine == _NOT_COMPARED:
            return f"  NO  pictogram  expected {wanted}; none is given"
        nearest = ", ".join(f"{e.pictogram} {e.cosine:.2f}" for e in self.exemplars)
        is_nearest = bool(self.exemplars) and self.exemplars[0].pictogram in self.pictograms
        is_far = is_nearest and not self.pictogram_passed
        mark = "yes" if self.pictogram_passed else "NO "
        unseen = f" (below {self.match_cosine:.2f}: likelier another)" if is_far else ""
        place = f"  ({self.pictogram_position})" if self.pictogram_position else ""
        return f"  {mark} pictogram  expected {wanted}; nearest {nearest}{unseen}{place}"


@dataclass(frozen=True)
class _Kept:
    """An explanation that was worked out before, or of a picture that was never looked at."""

    explanation: Explanation = Explanation(None, None)

    def __call__(self, also: str | None) -> Explanation:
        return self.explanation


@dataclass(frozen=True)
class Recognition:
    """The answer for one crop.

    Attributes:
        id: the sign with its value, such as ``de.274[60]``, or ``unknown``.
        sign_id: the sign as the catalogue has it, such as ``de.274``; None if unknown.
        name: in the recognizer's language; for an unknown sign, what is certain about it.
        value: read from the sign, a number of its digits or a string of its text; None if the sign
            has none.
        unit: of the value.
        confidence: probability of ``id`` in [0, 1]; of an unknown sign, of the best candidate.
        reason: why it is unknown; None if it is not.
        certain: what was read with certainty, whatever the rules say.
        detail: more about the reason, such as why a picture could not be read.
    """

    id: str
    sign_id: str | None
    name: str
    confidence: float
    value: int | float | str | None = None
    unit: str | None = None
    reason: Reason | None = None
    certain: str = ""
    detail: str = ""
    _explain: Callable[[str | None], Explanation] = field(
        default=_Kept(), repr=False, compare=False
    )

    @property
    def is_known(self) -> bool:
        """Whether a sign of the catalogue was recognized."""
        return self.sign_id is not None

    @cached_property
    def explanation(self) -> Explanation:
        """Why, as an object; worked out when first asked for."""
        return self._explain(None)

    def explanation_with(self, sign_id: str) -> Explanation:
        """The same, with a sign among the runners-up however unlikely it is: why it is not that.

        A value behind the id (``de.274[60]``) is left aside: what is told is about the sign.

        An answer that was pickled knows the signs that were likely, and no other; one that was
        given without looking (``unreadable``, ``too_small``) knows none, and says nothing.

        Raises:
            ValueError: the catalogue has no such sign.
        """
        return self._explain(split_id(sign_id)[0])

    def __getstate__(self) -> dict[str, object]:
        """What is pickled: the explanation itself, not the catalogue that it is worked out from."""
        return {**vars(self), "_explain": _Kept(self.explanation)}

    def explain(self, sign_id: str | None = None) -> str:
        """Why, as text; also why it is not the sign ``sign_id``, see :meth:`explanation_with`."""
        explanation = self.explanation if sign_id is None else self.explanation_with(sign_id)
        title = "rule" if self.is_known else "nearest rule"
        return "\n".join(filter(None, [str(self), explanation.render(title)]))

    def __str__(self) -> str:
        """One line: what it is, and how sure."""
        if self.is_known:
            return f"{self.id}  {self.name}  ({self.confidence:.1%})"
        assert self.reason is not None
        more = "; ".join(filter(None, (self.certain, self.detail)))
        return f"{UNKNOWN}: {self.reason.value}" + (f" ({more})" if more else "")

    def to_dict(self, explain: bool = False) -> dict[str, object]:
        """The answer as plain JSON data, with its explanation if asked."""
        data: dict[str, object] = {
            "id": self.id,
            "sign_id": self.sign_id,
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "confidence": round(self.confidence, 4),
            "reason": self.reason.value if self.reason else None,
            "certain": self.certain,
            "detail": self.detail or None,
        }
        if explain:
            data["explanation"] = self.explanation.to_dict()
        return data


def too_small(width: int, height: int, smallest: int) -> Recognition:
    """The answer for a sign of fewer pixels than attributes can be read from."""
    detail = f"{width}×{height} pixels, at least {smallest} are needed"
    return Recognition(UNKNOWN, None, UNKNOWN, 0.0, reason=Reason.TOO_SMALL, detail=detail)


def unreadable(why: str) -> Recognition:
    """The answer for a picture that cannot be read; ``why`` says which, and the reason."""
    return Recognition(UNKNOWN, None, UNKNOWN, 0.0, reason=Reason.UNREADABLE, detail=why)


def _read(c: ConditionOutcome) -> str:
    """What was read; of many values that are allowed the likeliest may be a guess."""
    is_guess = c.observed_is_expected and c.observed_probability < c.probability - _GUESS
    return f"{c.read} ({c.observed_probability:.3f})" if c.passed and is_guess else c.read


def _condition_dict(c: ConditionOutcome) -> dict[str, object]:
    return {
        "attribute": c.attribute,
        "expected": c.expected,
        "observed": c.observed,
        "observed_probability": round(c.observed_probability, 4),
        "probability": round(c.probability, 4),
        "passed": c.passed,
        "position": str(c.position),
    }
