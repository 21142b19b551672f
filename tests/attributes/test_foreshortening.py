"""Plates seen from the side: a second, stretched look at oblong crops."""

import cv2
import numpy as np
import pytest

from attributes.foreshortening import AS_WIDE_AS_HIGH, facing, is_oblong, stretch
from attributes.predictor import AttributePredictor
from attributes.readings import Readings
from attributes.vocabulary import BACKGROUND, CATEGORICAL, EMBEDDING_DIMENSIONS, LEGEND, SHAPE, TEXT


def readings_of(*looks: tuple[str, float]) -> Readings:
    """Readings of crops whose shape is read so surely; their presence is their number."""
    count = len(looks)
    categorical = {
        a.name: np.full((count, len(a.values)), 1 / len(a.values), np.float32) for a in CATEGORICAL
    }
    for row, (shape, probability) in enumerate(looks):
        rest = (1 - probability) / (len(SHAPE.values) - 1)
        categorical[SHAPE.name][row] = rest
        categorical[SHAPE.name][row, SHAPE.values.index(shape)] = probability
    text = np.full((count, TEXT.max_length, TEXT.classes), 1 / TEXT.classes, np.float32)
    embedding = np.zeros((count, EMBEDDING_DIMENSIONS), np.float32)
    legend = np.zeros((count, len(LEGEND.values)), np.float32)
    return Readings(categorical, legend, text, embedding, np.arange(count, dtype=np.float32))


@pytest.mark.parametrize(
    ("height", "width", "oblong"),
    [(100, 80, True), (100, 81, False), (80, 100, True), (50, 50, False), (1, 9, True)],
)
def test_a_crop_is_oblong_when_a_side_is_a_fifth_shorter(height, width, oblong):
    assert is_oblong(np.zeros((height, width, 3), np.uint8), 0.8) is oblong


def test_stretching_makes_a_circle_of_an_ellipse():
    crop = np.zeros((80, 40, 3), np.uint8)
    cv2.ellipse(crop, (20, 40), (18, 36), 0, 0, 360, (255, 255, 255), -1)
    rows, columns = np.nonzero(stretch(crop)[:, :, 0] > 127)
    assert stretch(crop).shape == (80, 80, 3)
    assert abs(np.ptp(rows) - np.ptp(columns)) <= 2


@pytest.mark.parametrize("shape", AS_WIDE_AS_HIGH)
def test_the_stretched_look_wins_where_it_is_surer_of_a_plate_as_wide_as_high(shape):
    first = readings_of(("circle", 0.9), ("tall_rectangle", 0.6), ("circle", 0.8))
    both = facing(first, [1], readings_of((shape, 0.7)))
    assert len(both) == 3
    assert both.categorical[SHAPE.name][1].argmax() == SHAPE.values.index(shape)
    assert both.presence.tolist() == [0, 0, 2]  # the stretched look's own number is 0


def test_each_crop_gets_its_own_stretched_look():
    first = readings_of(*[("tall_rectangle", 0.6)] * 4)
    looks = readings_of(("circle", 0.3), ("circle", 0.9), ("square", 0.9), ("circle", 0.7))
    both = facing(first, [0, 1, 2, 3], looks)
    assert both.categorical[SHAPE.name].max(1) == pytest.approx([0.6, 0.9, 0.6, 0.7])


def test_the_first_look_stays_where_it_is_surer():
    first = readings_of(("circle", 0.9), ("triangle", 0.8))
    both = facing(first, [0, 1], readings_of(("circle", 0.7), ("diamond", 0.7)))
    assert both.presence.tolist() == [0, 1]
    assert np.array_equal(both.categorical[SHAPE.name], first.categorical[SHAPE.name])


@pytest.mark.parametrize("shape", sorted(set(SHAPE.values) - set(AS_WIDE_AS_HIGH)))
def test_no_oblong_plate_is_read_from_its_stretched_look(shape):
    first = readings_of(("tall_rectangle", 0.5))
    both = facing(first, [0], readings_of((shape, 0.99)))
    assert np.array_equal(both.categorical[SHAPE.name], first.categorical[SHAPE.name])


def test_a_round_plate_seen_far_from_the_side_is_read_like_one_seen_from_the_front():
    plate = np.full((90, 90, 3), 120, np.uint8)
    cv2.circle(plate, (45, 45), 42, (40, 30, 190), -1, cv2.LINE_AA)
    cv2.rectangle(plate, (15, 37), (75, 53), (235, 235, 235), -1)
    side = cv2.resize(plate, (16, 90), interpolation=cv2.INTER_AREA)
    readings = AttributePredictor().predict([plate, side])
    for attribute, value in ((SHAPE, "circle"), (BACKGROUND, "red")):
        read = readings.categorical[attribute.name].argmax(1)
        assert [attribute.values[i] for i in read] == [value, value]


def test_a_wide_plate_keeps_its_proportions():
    plate = np.full((40, 90, 3), 120, np.uint8)
    cv2.rectangle(plate, (4, 4), (85, 35), (60, 140, 20), -1)
    cv2.rectangle(plate, (6, 6), (83, 33), (235, 235, 235), 1)
    readings = AttributePredictor().predict([plate])
    assert SHAPE.values[readings.categorical[SHAPE.name][0].argmax()] == "wide_rectangle"


def test_what_was_read_does_not_depend_on_the_other_crops():
    rng = np.random.default_rng(0)
    crops = [
        rng.integers(0, 256, size, np.uint8) for size in ((40, 20, 3), (30, 30, 3), (9, 60, 3))
    ]
    predictor = AttributePredictor(batch_size=2)
    together = predictor.predict(crops)
    for number, crop in enumerate(crops):
        alone = predictor.predict([crop])
        assert np.allclose(alone.embedding[0], together.embedding[number], atol=1e-4)
