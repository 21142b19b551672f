"""What many frames say about one sign."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attributes.readings import Readings
from attributes.vocabulary import BORDER, CATEGORICAL, EMBEDDING_DIMENSIONS, LEGEND, SHAPE, TEXT
from recognizer.frames.tracking.fusion import Evidence, fuse, log_rows


def random_readings(count: int, seed: int = 0) -> Readings:
    """Readings of no sign in particular."""
    draw = np.random.default_rng(seed)

    def rows(*shape: int) -> np.ndarray:
        p = draw.random((count, *shape), np.float32) ** 4 + 1e-3
        return np.asarray(p / p.sum(axis=-1, keepdims=True), np.float32)

    embedding = draw.normal(size=(count, EMBEDDING_DIMENSIONS)).astype(np.float32)
    return Readings(
        {a.name: rows(len(a.values)) for a in CATEGORICAL},
        draw.random((count, len(LEGEND.values)), np.float32),
        rows(TEXT.max_length, TEXT.classes),
        embedding / np.linalg.norm(embedding, axis=1, keepdims=True),
        draw.random(count, np.float32),
    )


def evidence_of(readings: Readings, weights: list[float] | None = None) -> Evidence:
    evidence = Evidence()
    for row, weight in zip(log_rows(readings), weights or [1.0] * len(readings), strict=True):
        evidence.add(row, weight)
    return evidence


def repeated(reading: Readings, times: int) -> Readings:
    return Readings.concatenate([reading] * times)


def shape_reading(probability_of_circle: float) -> Readings:
    """A reading in which only the shape is told, and with this probability."""
    others = (1 - probability_of_circle) / (len(SHAPE.values) - 1)
    shape = np.full((1, len(SHAPE.values)), others, np.float32)
    shape[0, SHAPE.index("circle")] = probability_of_circle
    reading = random_readings(1)
    return replace(reading, categorical={**reading.categorical, "shape": shape})


def circle(readings: Readings) -> float:
    return float(readings.categorical["shape"][0, SHAPE.index("circle")])


def assert_alike(actual: Readings, expected: Readings) -> None:
    for name, array in expected.categorical.items():
        np.testing.assert_allclose(actual.categorical[name], array, atol=2e-3)
    for name in ("legend", "text", "embedding", "presence"):
        np.testing.assert_allclose(getattr(actual, name), getattr(expected, name), atol=2e-3)


@pytest.mark.parametrize("weight", [1e-4, 0.1, 1.0])
def test_one_frame_is_its_own_reading_whatever_its_weight(weight):
    reading = random_readings(1)
    assert_alike(fuse([evidence_of(reading, [weight])], 0.5), reading)


def test_frames_that_agree_make_an_answer_surer():
    reading = shape_reading(0.6)
    fused = [circle(fuse([evidence_of(repeated(reading, n))], 0.5)) for n in (1, 2, 5, 30)]
    assert fused == sorted(fused)
    assert fused[0] < fused[1] < fused[3]


def test_however_many_frames_there_are_they_count_no_more_than_the_correlation_allows():
    once = shape_reading(0.6)
    ratio = 0.6 / (0.4 / (len(SHAPE.values) - 1))
    many = fuse([evidence_of(repeated(once, 1000))], correlation=0.5)
    p = many.categorical["shape"][0]
    assert p[SHAPE.index("circle")] / p[SHAPE.index("other")] == pytest.approx(ratio**2, rel=0.01)


def test_fully_correlated_frames_add_nothing():
    reading = random_readings(1)
    assert_alike(fuse([evidence_of(repeated(reading, 40))], correlation=1.0), reading)


def test_a_sharp_near_frame_outvotes_many_poor_ones():
    poor, good = shape_reading(0.1), shape_reading(0.95)
    frames = Readings.concatenate([repeated(poor, 10), good])
    assert circle(fuse([evidence_of(frames, [0.02] * 10 + [1.0])], 0.5)) > 0.9
    assert circle(fuse([evidence_of(frames)], 0.5)) < 0.3


def test_one_frame_cannot_veto_the_others():
    frames = Readings.concatenate([repeated(shape_reading(0.9), 9), shape_reading(0.0)])
    assert circle(fuse([evidence_of(frames)], 0.5)) > 0.9


def test_what_was_read_long_ago_is_forgotten():
    keep = 0.5 ** (1 / 30)
    evidence = Evidence()
    for probability, frames in ((0.01, 1000), (0.9, 60)):
        for row in log_rows(repeated(shape_reading(probability), frames)):
            evidence.add(row, 1.0, keep)
    assert circle(fuse([evidence], 0.5)) > 0.9
    assert evidence.frames == pytest.approx((1 + keep) / (1 - keep), rel=0.01)


def test_effective_frames_count_equal_frames_and_little_of_poor_ones():
    assert evidence_of(random_readings(7)).frames == pytest.approx(7)
    assert evidence_of(random_readings(2), [1.0, 0.01]).frames == pytest.approx(1.02, abs=0.01)
    assert Evidence().is_empty
    assert Evidence().frames == 0


def test_embeddings_that_cancel_each_other_resemble_nothing():
    one = random_readings(1)
    fused = fuse(
        [evidence_of(Readings.concatenate([one, replace(one, embedding=-one.embedding)]))], 1
    )
    assert np.abs(fused.embedding).max() < 1e-3


def test_a_weight_must_be_positive():
    with pytest.raises(ValueError, match="weight: expected a number above 0, got 0"):
        Evidence().add(log_rows(random_readings(1))[0], 0.0)


def test_no_tracks_give_no_readings():
    assert len(fuse([], 0.5)) == 0


@given(
    count=st.integers(1, 6),
    seed=st.integers(0, 99),
    weights=st.lists(st.floats(1e-4, 1.0), min_size=6, max_size=6),
    correlation=st.floats(0.05, 1.0),
)
def test_fused_readings_are_readings_and_the_order_of_frames_does_not_matter(
    count, seed, weights, correlation
):
    readings = random_readings(count, seed)
    forth = evidence_of(readings, weights[:count])
    back = evidence_of(readings[::-1], weights[:count][::-1])
    fused = fuse([forth, back], correlation)
    for array in (*fused.categorical.values(), fused.text):
        np.testing.assert_allclose(array.sum(axis=-1), 1, atol=1e-5)
        np.testing.assert_allclose(array[0], array[1], atol=1e-4)
    for array in (fused.legend, fused.presence):
        assert ((array >= 0) & (array <= 1)).all()
    np.testing.assert_allclose(np.linalg.norm(fused.embedding, axis=1), 1, atol=1e-4)
    assert fused.categorical[BORDER.name].dtype == np.float32
