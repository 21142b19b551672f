"""Turned pictograms: classes that no sign shows."""

import numpy as np
import pytest

from attributes.training.artwork import SPRITE_SIZE
from attributes.training.pictograms import MaskBank
from attributes.training.turning import turned_masks, turned_name, turned_photograph_classes


def strip(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    mask = np.zeros((SPRITE_SIZE, SPRITE_SIZE), np.uint8)
    mask[top:bottom, left:right] = 255
    return mask


def test_all_drawings_of_one_pictogram_are_turned_alike():
    lying = strip(0, 8, 0, SPRITE_SIZE)
    turned = turned_masks(MaskBank(np.stack([lying, lying]), ("deer", "deer")))
    assert turned.names == (turned.names[0],) * 2
    assert turned.names[0] in {turned_name("deer", k) for k in (1, 2, 3)}
    assert np.array_equal(turned.masks[0], turned.masks[1])
    assert not np.array_equal(turned.masks[0], lying)
    assert (turned.masks > 0).sum() == 2 * (lying > 0).sum()


def test_what_looks_the_same_turned_or_is_another_sign_stays_out():
    middle = strip(8, SPRITE_SIZE - 8, 8, SPRITE_SIZE - 8)
    lying = strip(0, 8, 0, SPRITE_SIZE)
    bank = MaskBank(np.stack([middle, lying, lying]), ("block", "turn-left-arrow", "deer"))
    assert [name.split()[-1] for name in turned_masks(bank).names] == ["deer"]
    assert turned_masks(MaskBank(middle[None], ("block",))).names == ()


@pytest.mark.parametrize(
    ("pictogram", "text", "named"),
    [
        ("deer", "", "deer"), ("none", "50", "50"), ("turn-left-arrow", "", None),
        ("none", "", None), ("block", "", None), ("two-lorries", "", "two-lorries"),
    ],
)  # fmt: skip
def test_photographs_are_turned_if_that_makes_no_other_sign(pictogram, text, named):
    middle, lying = strip(8, SPRITE_SIZE - 8, 8, SPRITE_SIZE - 8), strip(0, 8, 0, SPRITE_SIZE)
    bank = MaskBank(np.stack([middle, lying]), ("block", "deer"))
    names = turned_photograph_classes([{"pictogram": pictogram, "text": text}], {0}, bank)
    assert names == ({0: [turned_name(named, k) for k in (1, 2, 3)]} if named else {})


def test_a_turned_photograph_is_of_the_class_of_the_drawing_turned_alike():
    lying = strip(0, 8, 0, SPRITE_SIZE)
    bank = MaskBank(lying[None], ("deer",))
    turned = turned_masks(bank)
    names = turned_photograph_classes([{"pictogram": "deer", "text": ""}], {0}, bank)[0]
    quarters = 1 + names.index(turned.names[0])
    assert np.array_equal(turned.masks[0], np.rot90(lying, quarters))
