"""Pairs of pictograms: what is drawn, and what is said of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from training_world import ROW, masks, tiny_configuration, tiny_materials

from attributes.training.artwork import SPRITE_SIZE, Drawing
from attributes.training.batches import make_batch
from attributes.training.labels import UNKNOWN
from attributes.training.materials import gather_materials
from attributes.training.mirroring import pictogram_classes
from attributes.training.packages import MissingPackageError
from attributes.training.pairs import has_letter, pair_name, paired_masks
from attributes.training.pictograms import MaskBank, pictogram_masks

NAMES = tuple(f"pictogram {i}" for i in range(12))


def drawing(pictogram: str, text: str = "") -> Drawing:
    """A white plate with a black square."""
    sprite = np.full((SPRITE_SIZE, SPRITE_SIZE, 4), 255, np.uint8)
    sprite[20:44, 20:44, :3] = 0
    return Drawing(pictogram, {**ROW, "text": text, "pictogram": pictogram}, sprite, 1.0)


def squares() -> MaskBank:
    drawn = np.zeros((len(NAMES), SPRITE_SIZE, SPRITE_SIZE), np.uint8)
    drawn[:, 10:50, 10:50] = 255
    return MaskBank(drawn, NAMES)


def pairs_of(drawings: list[Drawing]) -> MaskBank:
    try:
        return paired_masks(np.random.default_rng(0), drawings, squares(), 80)
    except MissingPackageError as error:
        pytest.skip(str(error))


def test_half_of_the_pairs_are_a_letter_over_or_beside_a_pictogram():
    pairs = pairs_of([])
    assert len(pairs.names) == len(pairs.masks) == 3 * 80
    assert sum(map(has_letter, pairs.names)) == 3 * 40
    for first in ("P", "pictogram"):
        for standing in ("over", "beside"):
            assert any(name.startswith(first) and f" {standing} " in name for name in pairs.names)


def test_both_pictograms_are_there_apart_from_each_other():
    pairs = pairs_of([])
    for mask, name in zip(pairs.masks, pairs.names, strict=True):
        inked = (mask > 127).any(axis=0 if " beside " in name else 1)
        strokes = np.flatnonzero(np.diff(np.r_[0, inked.astype(int), 0]) == 1)
        assert len(strokes) == 2, name
        assert max(np.ptp(axis) for axis in np.nonzero(mask > 60)) >= SPRITE_SIZE - 8


def test_the_second_is_often_small_and_stands_to_the_right_or_left():
    pairs = pairs_of([])
    shares, shifts = [], []
    for mask, name in zip(pairs.masks, pairs.names, strict=True):
        ink = mask.T > 127 if " beside " in name else mask > 127
        rows = np.flatnonzero(ink.any(axis=1))
        break_at = int(np.argmax(np.diff(rows) > 1))
        first, second = ink[: rows[break_at] + 1], ink[rows[break_at] + 1 :]
        shares.append(second.any(axis=1).sum() / ink.any(axis=1).sum())
        shifts.append(np.nonzero(second)[1].mean() - np.nonzero(first)[1].mean())
    assert min(shares) < 0.3
    assert max(shares) > 0.5
    assert min(shifts) < -3
    assert max(shifts) > 3


def test_a_pair_that_a_drawing_shows_is_no_further_class():
    drawn = [drawing(NAMES[0], text="P"), drawing(f"{NAMES[1]}-over-{NAMES[2]}")]
    names = set(pairs_of(drawn).names)
    of_first = {pair_name("P", NAMES[0], beside) for beside in (False, True)}
    of_others = {pair_name("P", n, beside) for n in NAMES[1:] for beside in (False, True)}
    assert not of_first & names
    assert of_others & names
    assert pair_name(NAMES[1], NAMES[2], beside=False) not in names


def test_pairs_are_classes_behind_all_others_without_a_mirror_image(monkeypatch):
    monkeypatch.setattr("attributes.training.materials._TEXTS", 20)
    drawings = [drawing(name) for name in ("deer", "cow")]
    names, mirror = pictogram_classes(drawings, ())
    assert pictogram_masks(drawings).names == ("deer", "cow")
    configuration = tiny_configuration(
        pictogram_pairs=6, icons=False, turned_pictograms=False, turned_photographs=0.0
    )
    try:
        materials = gather_materials(drawings, names, mirror, None, None, configuration)
    except MissingPackageError as error:
        pytest.skip(str(error))
    behind = materials.pictogram_ids >= len(names)
    assert behind.tolist() == [" " in name for name in materials.pictograms.names]
    assert (materials.mirror[len(names) :] == UNKNOWN).all()
    assert materials.lettered is not None
    assert len(materials.lettered) == len(materials.mirror)
    said = materials.lettered[materials.pictogram_ids].tolist()
    assert said == [has_letter(name) for name in materials.pictograms.names]
    assert any(said)


def test_only_beside_a_letter_that_is_part_of_a_pictogram_what_is_written_is_left_open():
    materials = replace(
        tiny_materials(),
        pictograms=masks(("P beside deer", "deer")),
        pictogram_ids=torch.tensor([0, 1]),
        lettered=torch.tensor([True, False]),
        mirror=torch.tensor([UNKNOWN, UNKNOWN]),
    )
    configuration = tiny_configuration(
        batch={"photographs": 0, "artwork": 1, "composed": 200, "scenes": 0}
    )
    g = torch.Generator().manual_seed(0)
    labels = make_batch(g, materials, configuration, 48).labels
    pictogram, first_character = labels.pictogram[1:], labels.text[1:, 0]
    assert set(pictogram.tolist()) == {0, 1, UNKNOWN}
    assert torch.equal(first_character == UNKNOWN, pictogram == 0)
