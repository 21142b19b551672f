"""Digits drawn from their centre lines."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from attributes.training.road_digits import RoadDigits, random_road_digits

USUAL = RoadDigits(stroke=0.14, width=0.56, gap=0.12, is_slanted=False)
SLANTED = replace(USUAL, is_slanted=True)
HOLES = [1, 0, 0, 0, 0, 0, 1, 0, 2, 1]


@pytest.mark.parametrize("digits", [USUAL, SLANTED])
@pytest.mark.parametrize("digit", "0123456789")
def test_a_digit_is_one_piece_as_high_as_the_others(digits, digit):
    ink, places = digits.ink(digit)
    assert places == [(0.0, 1.0)]
    assert cv2.connectedComponents(np.uint8(ink > 127))[0] - 1 == 1
    rows = np.flatnonzero((ink > 127).any(axis=1))
    assert (rows.min(), rows.max()) == (0, ink.shape[0] - 1)


@pytest.mark.parametrize("digits", [USUAL, SLANTED])
@pytest.mark.parametrize(("digit", "holes"), [*zip("0123456789", HOLES, strict=True)])
def test_a_digit_has_its_holes(digits, digit, holes):
    ink, _ = digits.ink(digit)
    paper = np.uint8(np.pad(ink, 1) <= 127)
    assert cv2.connectedComponents(paper, connectivity=4)[0] - 2 == holes


@pytest.mark.parametrize("digits", [USUAL, SLANTED])
def test_a_nine_is_a_six_upside_down(digits):
    six, nine = (digits.ink(digit)[0].astype(int) for digit in "69")
    assert np.abs(six[::-1, ::-1] - nine).mean() < 8


def test_the_stem_of_a_slanted_six_leaves_the_corner_free_that_a_curled_one_fills():
    curled, slanted = (digits.ink("6")[0][8:20, :8].mean() for digits in (USUAL, SLANTED))
    assert curled > 150
    assert slanted < 20


def test_most_sixes_are_slanted():
    rng = np.random.default_rng(0)
    share = np.mean([random_road_digits(rng, 2).is_slanted for _ in range(200)])
    assert 0.6 < share < 0.8


@pytest.mark.parametrize("number", ["7", "20", "111", "1234567890"])
def test_digits_stand_apart_each_in_its_place(number):
    for seed in range(10):
        digits = random_road_digits(np.random.default_rng(seed), len(number))
        ink, places = digits.ink(number)
        assert (places[0][0], places[-1][1]) == (0.0, 1.0)
        count, _, boxes, _ = cv2.connectedComponentsWithStats(np.uint8(ink > 127))
        assert count - 1 == len(number)
        lefts = sorted(boxes[1:].tolist())
        for (start, end), (left, _, width, *_) in zip(places, lefts, strict=True):
            assert start * ink.shape[1] - 1 <= left
            assert left + width <= end * ink.shape[1] + 1


def test_three_digits_are_narrower_than_two():
    rng = np.random.default_rng(0)
    two = [random_road_digits(rng, 2).width for _ in range(20)]
    three = [random_road_digits(rng, 3).width for _ in range(20)]
    assert max(three) <= min(two)


def test_a_broader_stroke_leaves_more_ink():
    thin, broad = (replace(USUAL, stroke=stroke).ink("80")[0] for stroke in (0.11, 0.17))
    assert broad.mean() > 1.3 * thin.mean()
