"""Turned pictograms: classes that no sign shows."""

import numpy as np
import pytest

from attributes.training.artwork import SPRITE_SIZE
from attributes.training.pictograms import MaskBank
from attributes.training.turning import turned_masks, turned_photograph_classes


def strip(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    mask = np.zeros((SPRITE_SIZE, SPRITE_SIZE), np.uint8)
    mask[top:bottom, left:right] = 255
    return mask


def test_all_drawings_of_one_pictogram_are_turned_alike():
    lying = strip(0, 8, 0, SPRITE_SIZE)
    turned = turned_masks(MaskBank(np.stack([lying, lying]), ("deer", "deer")))
    assert turned.names == ("turned deer", "turned deer")
    assert np.array_equal(turned.masks[0], turned.masks[1])
    assert not np.array_equal(turned.masks[0], lying)
    assert (turned.masks > 0).sum() == 2 * (lying > 0).sum()


def test_what_looks_the_same_turned_or_is_another_sign_stays_out():
    middle = strip(8, SPRITE_SIZE - 8, 8, SPRITE_SIZE - 8)
    lying = strip(0, 8, 0, SPRITE_SIZE)
    bank = MaskBank(np.stack([middle, lying, lying]), ("block", "turn-left-arrow", "deer"))
    assert turned_masks(bank).names == ("turned deer",)
    assert turned_masks(MaskBank(middle[None], ("block",))).names == ()


@pytest.mark.parametrize(
    ("pictogram", "text", "turned"),
    [("deer", "", True), ("none", "50", True), ("turn-left-arrow", "", False), ("none", "", False)],
)
def test_photographs_are_turned_if_that_makes_no_other_sign(pictogram, text, turned):
    rows = [{"pictogram": pictogram, "text": text}]
    names = turned_photograph_classes(rows, {0})
    assert names == ({0: [f"turned {k} photograph 0" for k in (1, 2, 3)]} if turned else {})
