"""Numbers and words as training draws them: every character stands where its slot says."""

import itertools
import re

import numpy as np
import pytest

from attributes.training.packages import MissingPackageError
from attributes.training.road_digits import random_road_digits
from attributes.training.written_texts import draw_string, is_like, load_fonts, text_masks


@pytest.fixture(scope="module")
def fonts():
    """Text is drawn with fonts of a package that is fetched when first needed."""
    try:
        return load_fonts()
    except MissingPackageError as error:
        pytest.skip(str(error))


def widths_of_gaps(mask: np.ndarray) -> list[int]:
    """Widths of the empty columns between the first and the last ink."""
    inked = (mask > 127).any(axis=0)
    columns = np.flatnonzero(inked)
    gaps = np.diff(columns) - 1
    return gaps[gaps > 0].tolist()


@pytest.mark.parametrize("string", ["50", "3.5", "115", "STOP", "1631"])
def test_each_character_has_ink_in_its_place(fonts, string):
    rng = np.random.default_rng(0)
    for _ in range(60):
        mask, places = draw_string(rng, string, fonts)
        assert sorted(set(np.unique(places)) - {0}) == list(range(1, len(string) + 1))
        lefts = [np.flatnonzero((places == k).any(axis=0)).min() for k in range(1, len(string) + 1)]
        assert lefts == sorted(lefts)
        for index, character in enumerate(string):
            if character != ".":  # a point is too small to be sure of after scaling
                assert mask[places == index + 1].max() > 127


def test_decimals_end_in_any_digit(fonts):
    strings = text_masks(np.random.default_rng(0), 1500).names
    assert {s[-1] for s in strings if "." in s} >= set("0123456789")


def test_long_numbers_are_written_in_two_parts_now_and_then(fonts):
    rng = np.random.default_rng(0)
    uneven = 0
    for _ in range(80):
        mask, _ = draw_string(rng, "888", fonts)
        gaps = [*widths_of_gaps(mask), 0, 0]
        uneven += abs(gaps[0] - gaps[1]) > 3  # the digits themselves stand evenly
    assert 2 <= uneven <= 25


def test_the_halves_of_a_month_come_often_and_mostly_in_their_two_parts(fonts):
    strings = text_masks(np.random.default_rng(0), 1500).names
    assert 8 <= strings.count("1631") <= 40
    rng = np.random.default_rng(0)
    apart = []
    for _ in range(60):
        _, places = draw_string(rng, "1631", fonts)
        spans = [np.flatnonzero((places == k).any(axis=0)) for k in range(1, 5)]
        between = [after.min() - before.max() for before, after in itertools.pairwise(spans)]
        apart.append(between.index(max(between)) if max(between) > 2 else None)
    assert set(apart) == {None, 1}  # in one piece, or after the second digit
    assert apart.count(1) > 40


def test_the_limits_of_most_countries_come_oftener_than_other_numbers(fonts):
    strings = text_masks(np.random.default_rng(0), 1500).names
    tens = sum(strings.count(str(ten)) for ten in range(10, 150, 10)) / 14
    fives = sum(strings.count(str(five)) for five in range(25, 150, 10)) / 13
    assert tens > 2 * fives > 0


def test_some_limits_can_be_made_likelier(fonts):
    strings = text_masks(np.random.default_rng(0), 1500, likelier={"80": 8.0, "STOP": 8.0}).names
    assert strings.count("80") > 3 * strings.count("90") > 0


def test_numbers_with_one_other_digit_stand_in_for_those_left_out(fonts):
    with_all = text_masks(np.random.default_rng(0), 1500).names
    strings = text_masks(np.random.default_rng(0), 1500, without=("120", "4.5")).names
    assert not {"120", "4.5"} & set(strings)
    for shape in (r"12\d", r"1\d0", r"\d20"):  # each digit changes as often
        more = [sum(bool(re.fullmatch(shape, s)) for s in names) for names in (strings, with_all)]
        stand_ins = more[0] - (more[1] - with_all.count("120"))
        assert stand_ins > 0.15 * with_all.count("120") > 4


@pytest.mark.parametrize(
    ("other", "is_so"),
    [("320", True), ("126", True), ("120", False), ("136", False), ("12", False), ("1200", False),
     ("12O", False), ("12.", False)],
)  # fmt: skip
def test_numbers_that_differ_in_one_digit_are_like_each_other(other, is_so):
    assert is_like("120", other) is is_like(other, "120") is is_so


def test_a_plain_number_is_in_one_piece(fonts):
    rng = np.random.default_rng(0)
    for _ in range(80):
        mask, _ = draw_string(rng, "888", fonts, plain=True)
        gaps = [*widths_of_gaps(mask), 0, 0]
        assert abs(gaps[0] - gaps[1]) <= 3


def test_three_digits_are_about_as_narrow_in_fonts_as_in_road_digits(fonts):
    rng = np.random.default_rng(0)

    def width(mask):
        rows, columns = np.nonzero(mask > 127)
        return np.ptp(columns) / np.ptp(rows)

    drawn = [width(draw_string(rng, "888", fonts, plain=True)[0]) for _ in range(120)]
    by_hand = [width(random_road_digits(rng, 3).ink("888")[0]) for _ in range(60)]
    assert np.median(drawn) == pytest.approx(np.median(by_hand), abs=0.12)


def test_no_part_is_a_number_that_must_not_be_seen(fonts):
    rng = np.random.default_rng(0)
    for _ in range(120):
        mask, places = draw_string(rng, "888", fonts, without=("8", "88"))
        gaps = [*widths_of_gaps(np.where(places > 0, mask, 0)), 0, 0]  # not of captions and units
        assert abs(gaps[0] - gaps[1]) <= 3


def test_a_unit_stands_beside_many_decimals(fonts):
    rng = np.random.default_rng(0)
    beside = 0
    for _ in range(100):
        mask, places = draw_string(rng, "3.2", fonts)
        line = (places > 0).any(axis=1)  # captions stand above or below it
        last = np.flatnonzero((places > 0).any(axis=0)).max()
        beside += (mask[line, last + 4 :] > 127).any()
    assert 20 <= beside <= 55


def test_a_unit_can_be_put_behind_a_plain_number(fonts):
    for seed in range(10):
        mask, places = draw_string(np.random.default_rng(seed), "3.2", fonts, plain=True, unit=" m")
        last = np.flatnonzero((places > 0).any(axis=0)).max()
        assert (mask[:, last + 4 :] > 127).any()
        assert set(np.unique(places)) == {0, 1, 2, 3}
