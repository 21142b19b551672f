"""Our figures against scikit-learn's, exactly."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizer.validation import metrics

sklearn_metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
calibration_curve = pytest.importorskip("sklearn.calibration").calibration_curve


@st.composite
def answers(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    classes = draw(st.integers(1, 8))
    count = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    expected = rng.integers(classes, size=count)
    answered = np.where(rng.random(count) < 0.6, expected, rng.integers(classes, size=count))
    return expected, answered, classes


@pytest.mark.filterwarnings("ignore:A single label was found")
@settings(max_examples=200, deadline=None)
@given(answers())
def test_classification_equals_scikit_learn(data: tuple[np.ndarray, np.ndarray, int]) -> None:
    expected, answered, classes = data
    labels = range(classes)
    confusion = metrics.confusion_matrix(expected, answered, classes)
    assert (confusion == sklearn_metrics.confusion_matrix(expected, answered, labels=labels)).all()
    theirs = sklearn_metrics.precision_recall_fscore_support(
        expected, answered, labels=labels, zero_division=0
    )
    scores = metrics.class_scores(confusion)
    for ours, other in zip(
        (scores.precision, scores.recall, scores.f1, scores.support), theirs, strict=True
    ):
        np.testing.assert_array_equal(ours, other)
    balanced = sklearn_metrics.recall_score(
        expected, answered, labels=np.unique(expected), average="macro", zero_division=0
    )
    assert metrics.macro_accuracy(confusion) == balanced


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 300), st.integers(1, 20))
def test_reliability_equals_scikit_learn(seed: int, count: int, bins: int) -> None:
    rng = np.random.default_rng(seed)
    confidence = rng.random(count).round(int(rng.integers(1, 4)))  # edges of bins occur
    correct = rng.random(count) < confidence
    ours = metrics.reliability(confidence, correct, bins)
    filled = ours.count > 0
    share, mean = calibration_curve(correct, confidence, n_bins=bins, strategy="uniform")
    np.testing.assert_array_equal(ours.accuracy[filled], share)
    np.testing.assert_array_equal(ours.confidence[filled], mean)
    error = np.average(np.abs(share - mean), weights=ours.count[filled])
    assert ours.error == pytest.approx(error, abs=1e-15)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 80))
def test_coverage_is_what_each_threshold_accepts(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    confidence, correct = rng.random(count).round(1), rng.random(count) < 0.7
    curve = metrics.coverage_curve(confidence, correct)
    assert curve.threshold.tolist() == sorted(set(confidence), reverse=True)
    for threshold, coverage, accuracy in zip(
        curve.threshold, curve.coverage, curve.accuracy, strict=True
    ):
        accepted = confidence >= threshold
        assert coverage == accepted.mean()
        assert accuracy == sklearn_metrics.accuracy_score(
            np.ones(accepted.sum(), bool), correct[accepted]
        )


def test_what_no_threshold_accepts_is_never_covered() -> None:
    curve = metrics.coverage_curve([0.9, -np.inf, 0.5, -np.inf], [True, True, False, True])
    assert curve.threshold.tolist() == [0.9, 0.5]
    assert curve.coverage.tolist() == [0.25, 0.5]
    assert curve.accuracy.tolist() == [1.0, 0.5]


def test_a_curve_that_is_thinned_keeps_both_its_ends() -> None:
    curve = metrics.coverage_curve(np.linspace(0, 1, 1000), np.ones(1000, bool))
    thin = curve.thinned(400)
    assert len(thin.threshold) == 400
    assert (thin.coverage[0], thin.coverage[-1]) == (curve.coverage[0], 1.0)
    assert np.diff(thin.coverage).max() < 0.004


def test_wilson_equals_published_values() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    for right, trials, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert metrics.wilson_interval(right, trials) == pytest.approx((low, high), abs=5e-5)
    assert metrics.wilson_interval(0, 0).tolist() == [0, 1]


def test_the_interval_of_f1_holds_f1() -> None:
    confusion = metrics.confusion_matrix(np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1]), 3)
    scores = metrics.class_scores(confusion)
    assert (scores.f1_interval[:, 0] <= scores.f1).all()
    assert (scores.f1 <= scores.f1_interval[:, 1]).all()


def test_nothing_gives_no_figure_rather_than_a_wrong_one() -> None:
    nothing = np.zeros(0, np.intp)
    assert np.isnan(metrics.macro_accuracy(metrics.confusion_matrix(nothing, nothing, 2)))
    assert np.isnan(metrics.reliability(nothing, nothing).error)
    assert len(metrics.coverage_curve(nothing, nothing).threshold) == 0


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(metrics, extraglobs={"np": np}).failed == 0
