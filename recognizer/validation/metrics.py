"""Figures of classification as pure functions of arrays; tested to equal scikit-learn's.

Classes are numbers from 0; ``expected`` and ``answered`` are intp (N,) arrays of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]

_Z: Final = 1.959963984540054
"""Standard normal deviate of the two-sided intervals of 95 %."""


def confusion_matrix(expected: IntArray, answered: IntArray, classes: int) -> IntArray:
    """intp (classes, classes): how often class ``row`` was answered as class ``column``.

    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 1, 0]), 2).tolist()
    [[1, 0], [1, 1]]
    """
    cells = np.bincount(expected * classes + answered, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.intp)


def macro_accuracy(confusion: IntArray) -> float:
    """Mean of the recalls of all classes that occur (balanced accuracy); NaN of nothing.

    >>> macro_accuracy(np.array([[8, 2], [0, 1]]))
    0.9
    """
    occurring = confusion.sum(axis=1) > 0
    if not occurring.any():
        return float("nan")
    recall = confusion.diagonal()[occurring] / confusion.sum(axis=1)[occurring]
    return float(recall.mean())


@dataclass(frozen=True)
class ClassScores:
    """Precision, recall and F1 of C classes.

    Attributes:
        support: intp (C,), pictures of the class.
        answered: intp (C,), pictures answered as the class.
        right: intp (C,), both.
        precision: float64 (C,), right / answered; 0 if nothing was answered so.
        recall: float64 (C,), right / support; 0 if there is none.
        f1: float64 (C,), harmonic mean of both; 0 if both are.
        f1_interval: float64 (C, 2), 95 %, see :func:`f1_interval`.
    """

    support: IntArray
    answered: IntArray
    right: IntArray
    precision: FloatArray
    recall: FloatArray
    f1: FloatArray
    f1_interval: FloatArray


def class_scores(confusion: IntArray, answered: IntArray | None = None) -> ClassScores:
    """Scores of each class of a confusion matrix.

    Args:
        confusion: intp (C, C), expected classes down.
        answered: intp (C,), pictures answered as each class, where that is not a column's sum.

    >>> class_scores(np.array([[8, 2], [0, 10]])).recall.tolist()
    [0.8, 1.0]
    """
    right = confusion.diagonal().astype(np.intp)
    support = confusion.sum(axis=1)
    answered = confusion.sum(axis=0) if answered is None else answered
    return ClassScores(
        support,
        answered,
        right,
        _ratio(right, answered),
        _ratio(right, support),
        _ratio(2 * right, support + answered),
        f1_interval(right, support, answered),
    )


def wilson_interval(successes: npt.ArrayLike, trials: npt.ArrayLike) -> FloatArray:
    """Wilson's score interval of a proportion, 95 %, float64 (..., 2); (0, 1) without trials.

    Centre (p + z²/2n) / (1 + z²/n), half width z √(p(1-p)/n + z²/4n²) / (1 + z²/n), from
    E. B. Wilson, Journal of the American Statistical Association 22 (1927). Unlike p ± 1.96 σ it
    stays inside [0, 1] and says something where all trials succeeded.

    >>> wilson_interval(10, 10).round(3).tolist()
    [0.722, 1.0]
    """
    n = np.asarray(trials, np.float64)
    p = _ratio(successes, trials)
    some = np.maximum(n, 1)
    stretch = 1 + _Z * _Z / some
    centre = (p + _Z * _Z / (2 * some)) / stretch
    half = _Z * np.sqrt(p * (1 - p) / some + _Z * _Z / (4 * some * some)) / stretch
    interval = np.stack([np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)], axis=-1)
    interval[n == 0] = 0, 1
    return interval


def f1_interval(
    right: npt.ArrayLike, support: npt.ArrayLike, answered: npt.ArrayLike
) -> FloatArray:
    """Interval of F1, 95 %, float64 (..., 2).

    F1 is no proportion, but F* = TP / (TP + FP + FN) is one, and F1 = 2 F* / (1 + F*) grows with
    it (Hand, Christen, Kirielle: F*, Machine Learning 110, 2021). So Wilson's interval of F* is
    carried over.
    """
    trials = np.asarray(support) + np.asarray(answered) - np.asarray(right)
    star = wilson_interval(right, trials)
    return np.asarray(2 * star / (1 + star))


@dataclass(frozen=True)
class CoverageCurve:
    """What a threshold on the confidence would accept, and how right that is.

    Attributes:
        threshold: float64 (K,), distinct confidences, falling.
        coverage: float64 (K,), share of pictures at least that confident.
        accuracy: float64 (K,), share of right answers among those.
    """

    threshold: FloatArray
    coverage: FloatArray
    accuracy: FloatArray

    def thinned(self, points: int) -> CoverageCurve:
        """At most ``points`` of the thresholds, evenly spaced, both ends included."""
        last = max(len(self.threshold) - 1, 0)
        count = min(points, len(self.threshold))
        chosen = np.linspace(0, last, count).round().astype(int)
        return CoverageCurve(self.threshold[chosen], self.coverage[chosen], self.accuracy[chosen])


def coverage_curve(confidence: npt.ArrayLike, correct: npt.ArrayLike) -> CoverageCurve:
    """Coverage and accuracy at every threshold that makes a difference.

    Args:
        confidence: (N,), of the best candidate of each picture; -inf where no threshold would
            accept it.
        correct: bool (N,), whether that candidate is right.
    """
    scores = np.asarray(confidence, np.float64)
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    hits = np.cumsum(np.asarray(correct, bool)[order])
    last = np.flatnonzero(np.r_[falling[1:] != falling[:-1], np.ones(min(1, len(falling)), bool)])
    last = last[falling[last] > -np.inf]
    accepted = last + 1
    return CoverageCurve(falling[last], accepted / max(len(scores), 1), hits[last] / accepted)


@dataclass(frozen=True)
class Reliability:
    """How often answers of a confidence are right, in bins of equal width.

    Attributes:
        edges: float64 (B + 1,).
        count: intp (B,), answers in each bin.
        confidence: float64 (B,), mean confidence; NaN in an empty bin.
        accuracy: float64 (B,), share of right answers; NaN in an empty bin.
        error: expected calibration error, the mean over answers of |confidence - accuracy| of
            their bin (Guo et al., ICML 2017); NaN of nothing.
    """

    edges: FloatArray
    count: IntArray
    confidence: FloatArray
    accuracy: FloatArray
    error: float


def reliability(confidence: npt.ArrayLike, correct: npt.ArrayLike, bins: int = 15) -> Reliability:
    """The reliability diagram; a bin holds its upper edge, the first one also 0.

    Args:
        confidence: (N,) in [0, 1].
        correct: bool (N,).
        bins: how many.
    """
    scores = np.asarray(confidence, np.float64)
    hits = np.asarray(correct, np.float64)
    edges = np.linspace(0.0, 1.0, bins + 1)
    owner = np.searchsorted(edges[1:-1], scores)
    count = np.bincount(owner, minlength=bins).astype(np.intp)
    filled = np.where(count > 0, count, np.nan)
    mean = np.bincount(owner, scores, bins) / filled
    right = np.bincount(owner, hits, bins) / filled
    total = count.sum()
    error = float(np.nansum(count * np.abs(mean - right)) / total) if total else float("nan")
    return Reliability(edges, count, mean, right, error)


def _ratio(part: npt.ArrayLike, whole: npt.ArrayLike) -> FloatArray:
    numerator, denominator = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    return np.divide(numerator, denominator, out=np.zeros_like(denominator), where=denominator > 0)
