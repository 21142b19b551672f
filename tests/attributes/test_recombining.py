"""Photographed limits exchange digits: numbers that none shows, in the light of photographs."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from training_world import ROW, tiny_configuration, tiny_materials

from attributes.training.batches import make_batch
from attributes.training.erasing import erase, plate_of
from attributes.training.recombining import (
    NumberPhotograph,
    has_digits_to_exchange,
    recombine,
)
from attributes.vocabulary import TEXT

SIZE = 64
BOX = np.float32([4, 4, 60, 60])


def limit(number: str, width: int = 64, face: int = 200) -> NumberPhotograph:
    """A photographed limit; its digits are upright strokes where German ones stand, a 1 narrow."""
    rgb = np.full((SIZE, SIZE, 3), 90, np.uint8)
    cv2.circle(rgb, (32, 32), 28, (150, 20, 25), -1)
    cv2.circle(rgb, (32, 32), 19, (face, face - 6, face - 10), -1)
    centres = (0.37, 0.66) if len(number) == 2 else (0.27, 0.46, 0.68)
    for digit, centre in zip(number, centres, strict=True):
        x, half = 4 + 56 * centre, 1 if digit == "1" else 3
        # What a digit is is told by how high it reaches.
        top = 40 - 2 * int(digit)
        cv2.rectangle(rgb, (round(x) - half, top), (round(x) + half, 41), (30, 30, 34), -1)
    done = erase(rgb, BOX, plate_of(ROW))
    assert done is not None
    return NumberPhotograph(rgb, *done, BOX, {**ROW, "text": number}, width)


def texts(bank) -> list[str]:
    return [
        "".join(TEXT.alphabet[c - 1] for c in row if c > 0) for row in bank.labels.text.tolist()
    ]


def recombined(photographs, **more):
    return recombine(np.random.default_rng(0), photographs, ["none"], **more)


def test_the_first_digit_stays_and_first_digits_of_others_follow():
    numbers = texts(recombined([limit("50"), limit("80")]))
    assert {n[0] for n in numbers} == {"5", "8"}
    assert {n[1] for n in numbers} <= {"5", "8"}


def test_a_number_of_three_digits_gets_a_second_a_third_and_both():
    numbers = texts(recombined([limit("100"), limit("50")]))
    assert sorted(numbers) == ["105", "150", "155", "55"]


def test_numbers_that_must_not_occur_do_not():
    photographs = [limit("100"), limit("50"), limit("80")] * 10
    unhindered = set(texts(recombined(photographs)))
    assert {"150", "58"} < unhindered
    assert set(texts(recombined(photographs, without=("150", "58")))) == unhindered - {"150", "58"}


def test_without_a_number_of_two_digits_there_is_nothing_to_exchange():
    assert recombined([limit("100")]) is None


def test_the_given_digit_is_painted_in_the_light_of_the_plate_it_comes_to():
    dark, bright = limit("50", face=110), limit("80", face=230)
    bank = recombine(np.random.default_rng(0), [dark] + [bright] * 60, ["none"])
    picture = bank.pixels[0].permute(1, 2, 0).numpy()  # of the dark plate
    second = picture[24:42, 34:46]
    assert second.max() <= 125
    assert second.min() <= 60


def test_nothing_but_the_face_changes():
    photograph = limit("50")
    picture = recombined([photograph, limit("80")]).pixels[0].permute(1, 2, 0).numpy()
    changed = (picture != photograph.rgb).any(axis=2)
    y, x = np.nonzero(changed)
    assert changed.any()
    assert np.hypot(x - 31.5, y - 31.5).max() < 20
    assert x.min() > 30  # the first digit stays


def test_slots_tell_where_each_digit_stands():
    bank = recombined([limit("100"), limit("50")])
    for slots, number in zip(bank.slots, texts(bank), strict=True):
        columns = [np.nonzero((slots[0] == k + 1).numpy())[1].mean() for k in range(len(number))]
        assert columns == sorted(columns)
        assert set(slots.unique().tolist()) == set(range(len(number) + 1))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"text": "120"}, True),
        ({"text": "5"}, False),
        ({"text": "200"}, False),
        ({"text": "STOP"}, False),
        ({"bar": "stripes"}, False),
        ({"shape": "triangle"}, False),
        ({"border": "?"}, False),
    ],
)
def test_only_limits_as_in_germany_exchange_digits(changes, expected):
    assert has_digits_to_exchange({**ROW, **changes}) is expected


def test_a_batch_shows_as_many_as_configured_and_where_their_digits_stand():
    bank = recombined([limit("50"), limit("80")])
    materials = replace(tiny_materials(), recombined=bank)
    shares = {"photographs": 0, "artwork": 1, "composed": 1, "scenes": 1, "recombined": 5}
    batch = make_batch(
        torch.Generator().manual_seed(0), materials, tiny_configuration(batch=shares), 56
    )
    assert len(batch.images) == 8
    assert len(batch.places) == 7
    assert (batch.places[2:].sum((2, 3))[:, :2] > 0).all()
    assert (batch.labels.text[2:7, :2] > 0).all()
