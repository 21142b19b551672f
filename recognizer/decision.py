"""From fits and similarities to one answer per crop, or to *unknown* with a reason.

Probabilities all the way: a rule's fit is the probability that its attributes hold, a pictogram
counts by how much likelier its cosine makes it than an unseen pictogram would be, and what no
sign of the catalogue explains competes as *unknown*. Nothing is decided before the last line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from recognizer.plain_number import plain_number
from rules import Engine, Scores

if TYPE_CHECKING:  # so that thresholds are read without OpenCV, as `signrules check` does
    from recognizer.gallery import Gallery

FloatArray = npt.NDArray[np.float32]

_HOLDS = 0.2
"""Fit from which a rule explains a crop well enough for its pictogram to be what is missing."""


class Reason(str, Enum):
    """Why a crop was not given a sign."""

    NO_RULE = "no_rule"
    AMBIGUOUS = "ambiguous"
    PICTOGRAM_UNMATCHED = "pictogram_unmatched"
    BELOW_THRESHOLD = "below_threshold"
    TOO_SMALL = "too_small"
    NOT_A_SIGN = "not_a_sign"
    UNREADABLE = "unreadable"


REASONS: Final = tuple(Reason)
"""The reasons by number, for arrays of them."""


_MOST: Final = 1e6
"""Odds and scales above which float32 has no room for what is calculated with them."""


@dataclass(frozen=True)
class Thresholds:
    """What an answer must reach.

    Attributes:
        min_confidence: least probability of the best sign; one above the built-in 0.5 is asked of
            the sign with its number, up to there a number need only be likelier than any other.
        unknown_odds: odds, before looking, of a sign outside the catalogue against one of it.
        min_presence: least probability that the crop shows a sign at all.
        min_side: shorter side of a crop, in whole pixels, below which attributes cannot be read.
        match_cosine: cosine at which an exemplar and an unseen pictogram are equally likely; None
            for what the weights were calibrated to.
        match_scale: how fast a higher cosine makes the exemplar likelier, nats per unit cosine.
        exemplar_cosine: the same for signs that have no rule to restrain them.
        per_sign: sign id -> its own ``min_confidence``, where it needs one.

    Raises:
        TypeError: a value is no number.
        ValueError: a value lies outside its range, or counts pixels and is not whole.
    """

    min_confidence: float = 0.5
    unknown_odds: float = 0.1
    min_presence: float = 0.5
    min_side: int = 10
    match_cosine: float | None = None
    match_scale: float = 20.0
    exemplar_cosine: float = 0.6
    per_sign: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            is_left_open = each.name == "match_cosine" and value is None
            if each.name != "per_sign" and not is_left_open:
                number = plain_number(each.name, value, is_whole=each.name == "min_side")
                object.__setattr__(self, each.name, number)
        for name, is_valid, expected in (
            ("min_confidence", 0 <= self.min_confidence <= 1, "in [0, 1]"),
            ("unknown_odds", 0 <= self.unknown_odds <= _MOST, f"in [0, {_MOST:g}]"),
            ("min_presence", 0 <= self.min_presence <= 1, "in [0, 1]"),
            ("min_side", self.min_side >= 1, "at least 1"),
            ("match_cosine", -1 <= (self.match_cosine or 0) <= 1, "in [-1, 1]"),
            ("match_scale", 0 < self.match_scale <= _MOST, f"in (0, {_MOST:g}]"),
            ("exemplar_cosine", -1 <= self.exemplar_cosine <= 1, "in [-1, 1]"),
        ):
            if not is_valid:
                raise ValueError(f"{name}: expected {expected}, got {getattr(self, name)}")
        if not isinstance(self.per_sign, Mapping):
            raise TypeError(f"per_sign: expected sign ids and numbers, got {self.per_sign!r}")
        for sign in self.per_sign:
            if not isinstance(sign, str):
                raise TypeError(f"per_sign: expected sign ids, got {sign!r}")
        own = {s: plain_number(f"per_sign: {s}", value) for s, value in self.per_sign.items()}
        for sign, least in own.items():
            if not 0 <= least <= 1:
                raise ValueError(f"per_sign: {sign}: expected in [0, 1], got {least}")
        object.__setattr__(self, "per_sign", own)  # which nobody else can change afterwards


@dataclass(frozen=True)
class Decisions:
    """What N crops are, before values are filled in.

    Attributes:
        confidence: float32 (N, S), probability of each sign of the catalogue, and that there is a
            sign at all.
        presence: float32 (N,), probability of the latter alone.
        best: intp (N,), the likeliest sign.
        alternative: intp (N,), the alternative of it that fits best; -1 for a sign without rule.
        alternatives: intp (N, S), the same of every sign.
        fit: float32 (N, A), probability that the attributes of each alternative hold.
        similarity: float32 (N, P), cosine to each pictogram of the gallery.
    """

    confidence: FloatArray
    presence: FloatArray
    best: npt.NDArray[np.intp]
    alternative: npt.NDArray[np.intp]
    alternatives: npt.NDArray[np.intp]
    fit: FloatArray
    similarity: FloatArray


class Judge:
    """Weighs fits and similarities for one catalogue.

    Args:
        engine: the compiled rules.
        gallery: has every pictogram that they name.
        thresholds: see :class:`Thresholds`.

    Attributes:
        thresholds: the same.
        min_confidence: float32 (S,), what each sign of the catalogue must reach.
    """

    def __init__(self, engine: Engine, gallery: Gallery, thresholds: Thresholds) -> None:
        self.thresholds = thresholds
        given = thresholds.match_cosine
        self._match_cosine = gallery.match_cosine if given is None else given
        self._engine = engine
        self._sign_count = len(engine.signs)
        position = {name: i for i, name in enumerate(gallery.names)}
        self._with_pictogram = np.array([bool(a.pictograms) for a in engine.alternatives], bool)
        self._pictograms = _padded(
            [[position[n] for n in a.pictograms] for a in engine.alternatives]
        )
        self._exemplars = _padded(
            [
                [position[n] for n in engine.signs[i].exemplar_pictograms]
                for i in engine.exemplar_signs
            ]
        )
        self.min_confidence = np.array(
            [thresholds.per_sign.get(s.id, thresholds.min_confidence) for s in engine.signs],
            np.float32,
        )
        self._priorities = np.array([sign.priority for sign in engine.signs], np.intp)
        self._alternative_priorities = self._priorities[engine.alternative_sign]

    def decide(self, scores: Scores, similarity: FloatArray, presence: FloatArray) -> Decisions:
        """Confidence of every sign for every crop, and the best.

        Args:
            scores: of N crops against the A alternatives.
            similarity: float32 (N, P), see :meth:`recognizer.gallery.Gallery.similarity`.
            presence: float32 (N,), probability that each crop shows a sign at all.
        """
        fit = np.exp(scores.log_fit)
        evidence = self._evidence(fit, similarity)
        quality = _quality(fit, evidence)
        explained = self._explained(fit, evidence, quality)
        # As quality does, but where priority asks more of a pictogram.
        best_alternative = self._best_alternatives(
            np.where(self._alternative_priorities > 0, explained, quality)
        )
        of_sign = _picked(explained, best_alternative)
        confidence = self._weigh_rules(fit, evidence, quality, of_sign, best_alternative)
        self._try_exemplars(confidence, of_sign, similarity)
        best = confidence.argmax(axis=1) if self._sign_count else np.zeros(len(fit), np.intp)
        rows = np.arange(len(fit))
        alternative = (
            best_alternative[rows, best] if self._sign_count else np.full(len(fit), -1, np.intp)
        )
        # What has a sign's attributes is that sign only if it is a sign.
        confidence *= presence[:, None]
        return Decisions(confidence, presence, best, alternative, best_alternative, fit, similarity)

    def reasons(self, decisions: Decisions) -> npt.NDArray[np.int8]:
        """Why the best sign of each crop is not good enough.

        It must be likely enough, and likelier than every other.

        Args:
            decisions: about N crops.

        Returns:
            int8 (N,), indices into :data:`REASONS`; -1 where the best sign is good enough.
        """
        fit = decisions.fit
        rows = np.arange(len(fit))
        reason = np.full(len(fit), REASONS.index(Reason.NO_RULE), np.int8)
        if fit.shape[1]:
            unmatched = self._with_pictogram[fit.argmax(axis=1)] & (fit.max(axis=1) >= _HOLDS)
            reason[unmatched] = REASONS.index(Reason.PICTOGRAM_UNMATCHED)
        if self._sign_count:
            # Between signs, or between them and none at all.
            certain = self.thresholds.min_confidence * decisions.presence
            ambiguous = decisions.confidence.sum(axis=1) >= certain
            reason[ambiguous] = REASONS.index(Reason.AMBIGUOUS)
            best = decisions.best
            confidence = decisions.confidence[rows, best]
            enough = confidence >= self.min_confidence[best]
            # It explains the crop better than all else together, and more was asked for.
            reason[~enough & (confidence >= 0.5)] = REASONS.index(Reason.BELOW_THRESHOLD)
            # The order of the file shall not choose between two that are exactly as likely.
            tied = (decisions.confidence == confidence[:, None]).sum(axis=1) > 1
            reason[enough] = -1
            reason[enough & tied] = REASONS.index(Reason.AMBIGUOUS)
        reason[decisions.presence < self.thresholds.min_presence] = REASONS.index(Reason.NOT_A_SIGN)
        return reason

    def nearest_unmatched(self, decisions: Decisions, row: int) -> int:
        """What crop ``row``, which is :attr:`Reason.PICTOGRAM_UNMATCHED`, comes nearest to.

        Of the alternatives whose attributes hold, the one whose pictogram is least unlike.
        """
        fit = decisions.fit[row : row + 1]
        quality = _quality(fit, self._evidence(fit, decisions.similarity[row : row + 1]))
        asking = self._with_pictogram & (fit[0] >= _HOLDS)
        return int(np.where(asking, quality[0], -1).argmax())

    def match_cosine(self, alternative: int) -> float:
        """The cosine from which on a pictogram is likelier than an unseen one.

        Args:
            alternative: that asks for it; -1 of a sign without rule.
        """
        return self._match_cosine if alternative >= 0 else self.thresholds.exemplar_cosine

    def _evidence(self, fit: FloatArray, similarity: FloatArray) -> FloatArray:
        """How much likelier an alternative's pictogram makes the crop than an unseen one would.

        float32 (N, A): exp(scale * (cosine - threshold)), infinite where no pictogram is asked for.
        """
        evidence = np.full_like(fit, np.inf)
        asking = self._with_pictogram
        if asking.any():
            best = _best_of(similarity, self._pictograms[asking])
            scale = self.thresholds.match_scale
            evidence[:, asking] = _exp(scale * (best - self._match_cosine))
        return evidence

    def _explained(self, fit: FloatArray, evidence: FloatArray, quality: FloatArray) -> FloatArray:
        """How well each alternative explains a crop by itself, float32 (N, A).

        Against a sign outside the catalogue, whose odds are ``unknown_odds``. An alternative of a
        sign with priority that asks for a pictogram competes with signs of the catalogue that ask
        for less, and the odds of its pictogram are even.
        """
        odds = self.thresholds.unknown_odds
        picture = _against_unknown(fit, odds) * _quality(1.0, evidence)
        even = self._with_pictogram & (self._alternative_priorities > 0)
        return np.where(even, picture, _against_unknown(quality, odds))

    def _best_alternatives(self, per_alternative: FloatArray) -> npt.NDArray[np.intp]:
        """The alternative of each sign that scores highest, intp (N, S), -1 for none."""
        owner = self._engine.alternative_sign
        count = len(owner)
        index = np.full((len(per_alternative), self._sign_count), -1, np.intp)
        if count:
            # Those of a sign lie beside each other, and of equal ones the first counts.
            starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
            highest = np.maximum.reduceat(per_alternative, starts, axis=1)
            lengths = np.diff(starts, append=count)
            is_highest = per_alternative == np.repeat(highest, lengths, axis=1)
            numbers = np.where(is_highest, np.arange(count), count)
            index[:, owner[starts]] = np.minimum.reduceat(numbers, starts, axis=1)
        return index

    def _weigh_rules(
        self,
        fit: FloatArray,
        evidence: FloatArray,
        quality: FloatArray,
        explained: FloatArray,
        alternative: npt.NDArray[np.intp],
    ) -> FloatArray:
        """Confidence of every sign that has a rule, float32 (N, S).

        A sign's confidence is the product of how well it explains the crop by itself, of its
        share against the signs of its own priority, and of what higher priorities leave. The
        first does not know of other signs, and the others only fall when there are more of them:
        a new sign never makes an old one likelier. At each priority the confidences sum to at
        most the best explanation, so they never exceed 1 together.

        Signs told by a pictogram share by fit times evidence among themselves. Against signs
        that need none, evidence counts only up to certainty.

        Args:
            fit, evidence, quality: float32 (N, A), of each alternative.
            explained: float32 (N, S), how well each sign's best alternative explains the crop.
            alternative: intp (N, S), those alternatives.
        """
        rows = np.arange(len(fit))[:, None]
        told = np.zeros(explained.shape, bool)
        weight = np.zeros_like(explained)
        if fit.shape[1]:
            told = self._with_pictogram[alternative] & (alternative >= 0)
            weight = fit[rows, alternative] * np.where(told, evidence[rows, alternative], 0)
        own_quality = _picked(quality, alternative)
        confidence = np.zeros_like(explained)
        left = np.ones((len(fit), 1), np.float32)
        for priority in sorted(set(self._priorities.tolist()), reverse=True):
            members = self._priorities == priority
            q, by_picture = own_quality[:, members], told[:, members]
            plain = np.where(by_picture, 0, q)
            plain_total = plain.sum(axis=1, keepdims=True)
            best_told = np.where(by_picture, q, 0).max(axis=1, keepdims=True)
            w = weight[:, members]
            share_told = _ratio(w, w.sum(axis=1, keepdims=True)) * _ratio(q, q + plain_total)
            share_plain = _ratio(plain, plain_total + best_told)
            share = np.where(by_picture, share_told, share_plain)
            confidence[:, members] = left * share * explained[:, members]
            left = left * np.prod(1 - explained[:, members], axis=1, keepdims=True)
        return confidence

    def _try_exemplars(
        self, confidence: FloatArray, explained: FloatArray, similarity: FloatArray
    ) -> None:
        """Fill in signs without a rule: they share what no rule explains, by their evidence."""
        t = self.thresholds
        owners = self._engine.exemplar_signs
        if not len(owners):
            return
        left = np.prod(1 - explained, axis=1, keepdims=True)
        best = _best_of(similarity, self._exemplars)
        evidence = _exp(t.match_scale * (best - t.exemplar_cosine))
        total = evidence.sum(axis=1, keepdims=True)
        confidence[:, owners] = left * evidence / (1 + evidence) * evidence / total


def _exp(exponent: FloatArray) -> FloatArray:
    """The exponential, far from where products and sums of it leave the range of float32."""
    return np.asarray(np.exp(np.clip(exponent, -40, 40)), np.float32)


def _quality(fit: FloatArray | float, evidence: FloatArray) -> FloatArray:
    """Probability that attributes and pictogram hold, the latter against an unseen one."""
    return np.asarray(fit / (1 + 1 / evidence), np.float32)


def _picked(per_alternative: FloatArray, alternative: npt.NDArray[np.intp]) -> FloatArray:
    """What (N, A) holds of each sign's alternative (N, S), 0 for a sign without rule."""
    if not per_alternative.shape[1]:
        return np.zeros(alternative.shape, np.float32)
    rows = np.arange(len(per_alternative))[:, None]
    return np.where(alternative >= 0, per_alternative[rows, alternative], np.float32(0))


def _against_unknown(quality: FloatArray, odds: float) -> FloatArray:
    """Probability that a sign is there, and not one outside the catalogue (Bayes, prior odds)."""
    return np.asarray(quality / np.maximum(quality + odds * (1 - quality), 1e-12), np.float32)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """``part / whole``, 0 where there is nothing."""
    return np.asarray(part / np.maximum(whole, 1e-30), np.float32)


def _padded(lists: list[list[int]]) -> npt.NDArray[np.intp]:
    """Lists of indices as one array; short ones repeat their first index."""
    width = max([1, *map(len, lists)])
    return np.array(
        [[*items, *([items[0] if items else 0] * (width - len(items)))] for items in lists],
        np.intp,
    ).reshape(len(lists), width)


def _best_of(similarity: FloatArray, choices: npt.NDArray[np.intp]) -> FloatArray:
    """float32 (N, rows of choices): the highest cosine among each row's pictograms."""
    return np.asarray(similarity[:, choices].max(axis=2), np.float32)
