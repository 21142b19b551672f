"""Pairs of pictograms: what is drawn, and what is said of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from training_world import tiny_configuration, tiny_materials

from attributes.training.artwork import SPRITE_SIZE
from attributes.training.batches import make_batch
from attributes.training.labels import UNKNOWN
from attributes.training.packages import MissingPackageError
from attributes.training.pictograms import MaskBank
from attributes.training.stacking import LETTER, stacked_masks, stacked_name


def bank_of(*names: str) -> MaskBank:
    """A square for each pictogram."""
    masks = np.zeros((len(names), SPRITE_SIZE, SPRITE_SIZE), np.uint8)
    masks[:, 10:50, 10:50] = 255
    return MaskBank(masks, names)


@pytest.fixture(scope="module")
def stacked() -> MaskBank:
    names = [f"pictogram {i}" for i in range(30)]
    try:
        return stacked_masks(np.random.default_rng(0), bank_of(*names), 40)
    except MissingPackageError as error:
        pytest.skip(str(error))


def test_half_of_the_pairs_are_a_letter_over_a_pictogram(stacked):
    assert len(stacked.names) == len(stacked.masks) == 3 * 40
    assert sum(name.startswith(f"{LETTER} over ") for name in stacked.names) == 60
    assert any(" beside " in name for name in stacked.names)


def test_both_pictograms_are_there_apart_from_each_other(stacked):
    for mask, name in zip(stacked.masks, stacked.names, strict=True):
        inked = (mask > 127).any(axis=0 if " beside " in name else 1)
        strokes = np.flatnonzero(np.diff(np.r_[0, inked.astype(int), 0]) == 1)
        assert len(strokes) == 2, name
        assert max(np.ptp(axis) for axis in np.nonzero(mask > 60)) >= SPRITE_SIZE - 8


def test_what_is_written_beside_a_letter_that_is_part_of_a_pictogram_is_left_open():
    deer_and_its_mirror_image = torch.tensor([True, True])
    materials = replace(tiny_materials(), lettered=deer_and_its_mirror_image)
    configuration = tiny_configuration(
        batch={"photographs": 0, "artwork": 1, "composed": 200, "scenes": 0}
    )
    labels = make_batch(torch.Generator().manual_seed(0), materials, configuration, 48).labels
    pictogram, first_character = labels.pictogram[1:], labels.text[1:, 0]
    is_deer = pictogram != UNKNOWN
    assert is_deer.any()
    assert (first_character[is_deer] == UNKNOWN).all()
    assert (first_character[~is_deer] != UNKNOWN).all()


def test_pairs_are_named_by_what_stands_first():
    assert stacked_name("P", "car", beside=False) == "P over car"
    assert stacked_name("deer", "car", beside=True) == "deer beside car"
