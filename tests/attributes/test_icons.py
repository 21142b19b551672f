"""Icons beside the pictograms of road signs: what the table lists, and what becomes of it."""

from collections import Counter

import numpy as np
import pytest

from attributes.training.artwork import SPRITE_SIZE, german_rows, read_table
from attributes.training.icons import TABLE, icon_masks
from attributes.training.packages import MissingPackageError


def test_no_icon_is_listed_twice_and_many_are_drawn_by_several_hands():
    drawings = [row["drawing"] for row in read_table(TABLE)]
    assert len(drawings) == len(set(drawings))
    hands = Counter(row["pictogram"] for row in read_table(TABLE))
    assert sum(count > 1 for count in hands.values()) > 150


def test_no_icon_is_named_like_a_pictogram_of_signs_or_what_looks_like_one():
    names = {row["pictogram"] for row in read_table(TABLE)}
    names |= {row["drawing"].partition(":")[2] for row in read_table(TABLE)}
    assert names.isdisjoint(row["pictogram"] for row in [*read_table(), *german_rows()])
    words = (
        "arrow", "refresh", "bike", "bicycle", "walk", "people", "child", "snow", "road", "curve",
        "turn", "truck", "car-", "airplane", "drone", "train", "tram", "sign", "traffic",
    )  # fmt: skip
    assert not [name for name in names if any(word in name for word in words)]


def test_icons_become_masks_of_classes_of_their_own():
    try:
        bank = icon_masks()
    except MissingPackageError as error:
        pytest.skip(str(error))
    assert len(bank.masks) == len(bank.names) == len(read_table(TABLE))
    assert all(name.startswith("icon ") for name in bank.names)
    inked = (bank.masks > 127).mean((1, 2))
    assert (inked > 0.05).all()
    assert (inked < 0.9).all()
    for mask in bank.masks:  # each fills the sprite in one direction
        rows, columns = np.nonzero(mask > 60)
        assert max(np.ptp(rows), np.ptp(columns)) >= SPRITE_SIZE - 8
