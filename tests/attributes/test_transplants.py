"""Transplants: a photographed plate loses its legend and is given another."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
import torch

from attributes.training.artwork import SPRITE_SIZE
from attributes.training.erasing import (
    erase,
    legend_box,
    plate_labels,
    read_plate,
    sharpness_of,
)
from attributes.training.labels import UNKNOWN, Labels
from attributes.training.pictograms import MaskBank
from attributes.training.transplants import ErasedBank, transplant
from attributes.vocabulary import BAR, CATEGORICAL, LEGEND, TEXT

LIMIT = {
    "shape": "circle", "border": "red", "background": "white", "legend": "black", "bar": "none",
    "text": "50", "pictogram": "none",
}  # fmt: skip
DISC = {**LIMIT, "border": "none", "background": "blue", "legend": "white"}
WARNING = {**LIMIT, "shape": "triangle", "text": ""}
SIZE = 56
BOX = np.float32([6.5, 6.5, 50.5, 50.5])
"""Of the pixels that OpenCV fills around the middle of the pixel at 28, 28."""
SIGMA = 0.6


def photograph(face=(200, 190, 180), ink=(30, 30, 35)) -> np.ndarray:
    """A speed limit in uneven light, uint8 (SIZE, SIZE, 3) RGB."""
    picture = np.full((SIZE, SIZE, 3), 90, np.uint8)
    cv2.circle(picture, (28, 28), 22, (150, 20, 25), -1)
    cv2.circle(picture, (28, 28), 17, face, -1)
    cv2.putText(picture, "50", (14, 35), cv2.FONT_HERSHEY_SIMPLEX, 0.7, ink, 2)
    light = np.linspace(0.7, 1.0, SIZE, dtype=np.float32)[None, :, None]
    return np.uint8(picture * light)


def erased_bank(count: int, written: float) -> ErasedBank:
    plate = read_plate(LIMIT)
    assert plate is not None
    pixels, ink, sharpness = erase(photograph(), BOX, plate, SIGMA)
    return ErasedBank(
        torch.from_numpy(pixels).permute(2, 0, 1).expand(count, -1, -1, -1),
        torch.from_numpy(ink).expand(count, -1),
        torch.from_numpy(legend_box(BOX, plate, SIZE)).expand(count, -1),
        torch.full((count,), 0.6),
        torch.full((count,), sharpness),
        torch.full((count,), written),
        Labels.from_rows([plate_labels(LIMIT, plate)] * count, ()),
    )


def masks(names: tuple[str, ...]) -> MaskBank:
    """Every mask is a filled left half, which is where its first character stands."""
    drawn = np.zeros((len(names), SPRITE_SIZE, SPRITE_SIZE), np.uint8)
    drawn[:, :, : SPRITE_SIZE // 2] = 1
    return MaskBank(drawn * 255, names, drawn)


def test_an_erased_plate_is_smooth_within_and_untouched_without():
    before = photograph()
    pixels, ink, _ = erase(before, BOX, read_plate(LIMIT), SIGMA)
    within = np.s_[20:36, 18:38]
    assert before[within].std() > 3 * pixels[within].std()
    assert np.array_equal(pixels[:10], before[:10])
    assert (ink < 0.25).all()


def test_what_is_blurred_into_the_rim_stays():
    far = cv2.GaussianBlur(photograph(), (0, 0), 1.4)
    pixels, _, _ = erase(far, BOX, read_plate(LIMIT), 1.4)
    y, x = np.mgrid[:SIZE, :SIZE]
    rim = np.hypot(x - 28, y - 28) > 16.3
    assert np.abs(pixels[rim].astype(int) - far[rim]).max() < 20


@pytest.mark.parametrize(
    ("row", "axis"),
    [(LIMIT, 0), (LIMIT, 1), (DISC, 0), (DISC, 1), (WARNING, 1)],
    ids=["limit, down", "limit, right", "disc, down", "disc, right", "warning, right"],
)
def test_no_side_of_a_plate_loses_more_than_the_other(row, axis):
    plate = read_plate(row)
    seen = np.random.default_rng(0).integers(0, 255, (SIZE, SIZE, 3), np.uint8)
    box = np.float32([5.3, 6.1, 49.8, 50.4])
    turned = box.copy()
    turned[[1 - axis, 3 - axis]] = SIZE - box[[3 - axis, 1 - axis]]
    pixels, _, _ = erase(seen, box, plate, SIGMA)
    mirrored, _, _ = erase(np.ascontiguousarray(np.flip(seen, axis)), turned, plate, SIGMA)
    assert np.abs(np.flip(mirrored, axis).astype(int) - pixels).max() <= 1


def test_the_light_on_the_face_stays():
    pixels, _, _ = erase(photograph(), BOX, read_plate(LIMIT), SIGMA)
    assert pixels[28, 40].mean() > pixels[28, 16].mean() + 5


def test_a_distant_face_is_as_bright_without_its_legend_as_between_the_strokes():
    near = photograph()
    far = cv2.GaussianBlur(near, (0, 0), 2.0)
    pixels, _, _ = erase(far, BOX, read_plate(LIMIT), SIGMA)
    without = cv2.GaussianBlur(photograph(ink=(200, 190, 180)), (0, 0), 2.0)
    face = np.s_[22:34, 22:34]
    assert abs(pixels[face].mean() - without[face].mean()) < 12
    assert abs(far[face].mean() - without[face].mean()) > 25


def test_black_ink_has_the_colour_of_the_light():
    _, ink, _ = erase(
        photograph(face=(150, 150, 210), ink=(40, 20, 25)), BOX, read_plate(LIMIT), SIGMA
    )
    assert ink[0] == pytest.approx(ink[1], rel=0.05)
    assert ink[2] == pytest.approx(1.4 * ink[0], rel=0.1)


@pytest.mark.parametrize("ink", [(192, 182, 172), (120, 20, 20)])
def test_a_legend_that_is_faint_or_red_is_left_alone(ink):
    assert erase(photograph(ink=ink), BOX, read_plate(LIMIT), SIGMA) is None


@pytest.mark.parametrize(
    "change", [{"bar": "stripes"}, {"legend": "none"}, {"legend": "?"}, {"shape": "octagon"}]
)
def test_plates_whose_legend_is_not_set_apart_are_not_used(change):
    assert read_plate({**LIMIT, **change}) is None


def test_a_blue_disc_has_a_white_legend():
    row = {**LIMIT, "background": "blue", "legend": "white", "border": "none"}
    labels = Labels.from_rows([plate_labels(row, read_plate(row))], ())
    assert labels.legend[0, LEGEND.index("white")] == 1
    assert labels.legend.sum() == 1


def test_a_number_is_written_where_its_slots_say_and_labelled():
    bank = erased_bank(4, written=1.0)
    images, slots, labels = transplant(
        torch.Generator().manual_seed(0), 4, bank, masks(("deer",)), torch.tensor([7]),
        masks(("70",)), {},
    )  # fmt: skip
    assert images.shape == (4, 3, SIZE, SIZE)
    assert 0 <= images.min() <= images.max() <= 1
    standing = slots[:, 0] == 1
    darker = (images < bank.pixels / 255 - 0.2).all(1)
    assert darker[standing].float().mean() > 0.8
    assert TEXT.decode(labels.text[0, :2].tolist()) == "70"
    assert (labels.pictogram == UNKNOWN).all()
    assert labels.legend[:, LEGEND.index("black")].all()


def grey_plates(count: int, sigma: float, sharpness: float) -> ErasedBank:
    """Smooth plates, of one blur as their width has it and one sharpness of their old legend."""
    bank = erased_bank(count, written=1.0)
    return replace(
        bank,
        pixels=torch.full_like(bank.pixels, 200),
        ink=torch.full((count, 3), 30 / 255),
        sigma=torch.full((count,), sigma),
        sharpness=torch.full((count,), sharpness),
    )


def drawn_on(bank: ErasedBank, written: MaskBank, pictograms: MaskBank) -> torch.Tensor:
    images, _, _ = transplant(
        torch.Generator().manual_seed(0), len(bank), bank, pictograms, torch.tensor([7]), written,
        {}, blank_share=0,
    )  # fmt: skip
    return images


def sharpness_on_grey(images: torch.Tensor) -> np.ndarray:
    """Of legends on :func:`grey_plates`, float32 (N,)."""
    strengths = 200 / 255 - images.mean(1)
    strongest = strengths.flatten(1).quantile(0.98, dim=1)
    return sharpness_of((strengths / strongest[:, None, None]).numpy())


@pytest.mark.parametrize(
    ("sigma", "sharpness"),
    [(0.4, 0.15), (0.4, 0.25), (0.4, 0.4), (1.0, 0.15), (1.0, 0.33), (1.6, 0.15), (1.6, 0.25)],
)
@pytest.mark.parametrize("written", [0.0, 1.0], ids=["pictogram", "number"])
def test_a_legend_is_about_as_sharp_as_the_old_one_whatever_the_photograph_s_size(
    sigma, sharpness, written
):
    bank = grey_plates(40, sigma, sharpness)
    bank = replace(bank, written=torch.full((40,), written))
    images = drawn_on(bank, masks(("70",)), masks(("deer",)))
    assert np.median(sharpness_on_grey(images)) == pytest.approx(sharpness, rel=0.1)


def test_the_sharpness_of_legends_varies_but_little():
    images = drawn_on(grey_plates(60, 0.8, 0.3), masks(("70",)), masks(("deer",)))
    sharpness = sharpness_on_grey(images)
    assert np.std(sharpness) > 0.015
    softest, sharpest = np.quantile(sharpness, [0.05, 0.95])
    assert 0.2 < softest < sharpest < 0.42


@pytest.mark.parametrize("sharpness", [0.01, 5.0])
def test_no_sharpness_however_odd_spoils_a_picture(sharpness):
    images = drawn_on(grey_plates(8, 1.0, sharpness), masks(("70",)), masks(("deer",)))
    assert images.isfinite().all()
    assert images.amin((1, 2, 3)).max() < 0.35


@pytest.mark.parametrize(("sigma", "sharpness"), [(0.4, 0.6), (1.4, 0.35)], ids=["near", "far"])
def test_sharp_legends_have_the_false_colours_of_the_camera(sigma, sharpness):
    images = drawn_on(grey_plates(60, sigma, sharpness), masks(("70",)), masks(("deer",)))
    false_colour = (images[:, 0] - images[:, 2]).abs().amax((1, 2))
    assert (false_colour > 0.08).float().mean() > 0.6


@pytest.mark.parametrize("row", [LIMIT, DISC, WARNING], ids=["limit", "disc", "warning"])
def test_a_sharp_photograph_has_a_sharper_legend_than_a_blurred_one_of_the_same_size(row):
    plate = read_plate(row)
    before = photograph() if not plate.is_dark else photograph((20, 50, 140), (220, 220, 220))
    found = [
        erase(cv2.GaussianBlur(before, (0, 0), blur), BOX, plate, SIGMA).sharpness
        for blur in (0.3, 0.8, 1.2, 1.6)
    ]
    assert all(sharper > 1.1 * softer for sharper, softer in pairwise(found))


def test_sharpness_stays_within_bounds_whatever_a_photograph_shows():
    plate = read_plate(LIMIT)
    noise = np.random.default_rng(0).integers(0, 255, (SIZE, SIZE, 3), np.uint8)
    for picture in (noise, photograph()):
        done = erase(picture, BOX, plate, SIGMA)
        assert done is not None
        assert 0.1 <= done.sharpness <= 0.8
    # Of a legend that can hardly be seen nothing is measured.
    assert erase(cv2.GaussianBlur(photograph(), (0, 0), 5), BOX, plate, SIGMA) is None


@pytest.mark.parametrize("variance", [1.0, 2.0, 4.0])
def test_sharpness_is_that_of_a_straight_edge_in_any_direction(variance):
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE / 2
    edges = [
        np.float32(np.cos(turn) * x + np.sin(turn) * y > 0.3) for turn in np.linspace(0, np.pi, 7)
    ]
    seen = [cv2.GaussianBlur(edge, (0, 0), variance**0.5) for edge in edges]
    expected = 1 / np.sqrt(2 * np.pi * (variance + 1 / 6))
    assert sharpness_of(np.stack(seen)) == pytest.approx(expected, rel=0.1)


def test_what_has_no_edge_is_not_sharp():
    flat = np.stack([np.zeros((SIZE, SIZE), np.float32), np.ones((SIZE, SIZE), np.float32)])
    assert (sharpness_of(flat) == 0).all()


def test_red_rings_mostly_carry_limits():
    _, _, labels = transplant(
        torch.Generator().manual_seed(0), 400, erased_bank(400, written=1.0), masks(("deer",)),
        torch.tensor([7]), masks(("60", "63", "STOP", "5.5")), {}, blank_share=0,
    )  # fmt: skip
    sixty = (labels.text[:, :2] == torch.tensor(TEXT.encode("60")[:2])).all(1)
    assert 0.6 < sixty.float().mean() < 0.8


def test_what_is_barred_is_no_limit_oftener_than_anything_else():
    filled = torch.full((1, 1, SPRITE_SIZE, SPRITE_SIZE), 255, dtype=torch.uint8)
    _, _, labels = transplant(
        torch.Generator().manual_seed(0), 600, erased_bank(600, written=1.0), masks(("deer",)),
        torch.tensor([7]), masks(("60", "63", "STOP", "5.5")), {BAR.index("slash"): filled},
        blank_share=0,
    )  # fmt: skip
    sixty = (labels.text[:, :2] == torch.tensor(TEXT.encode("60")[:2])).all(1)
    barred = labels.categorical[:, CATEGORICAL.index(BAR)] == BAR.index("slash")
    assert sixty[barred].float().mean() < 0.4
    assert sixty[~barred].float().mean() > 0.6


def test_a_pictogram_is_drawn_in_place_of_the_number():
    _, slots, labels = transplant(
        torch.Generator().manual_seed(0), 4, erased_bank(4, written=0.0), masks(("deer",)),
        torch.tensor([7]), masks(("70",)), {},
    )  # fmt: skip
    assert (labels.pictogram == 7).all()
    assert (labels.text[:, 0] == 0).all()
    assert (slots == 0).all()


def test_a_bar_crosses_some_and_is_labelled():
    bank = erased_bank(200, written=1.0)
    filled = torch.full((1, 1, SPRITE_SIZE, SPRITE_SIZE), 255, dtype=torch.uint8)
    images, _, labels = transplant(
        torch.Generator().manual_seed(0), 200, bank, masks(("deer",)), torch.tensor([7]),
        masks(("70",)), {BAR.index("slash"): filled},
    )  # fmt: skip
    barred = labels.categorical[:, CATEGORICAL.index(BAR)] == BAR.index("slash")
    assert 40 <= barred.sum() <= 80
    darkened = ((bank.pixels / 255 - images) > 0.2).float().mean((1, 2, 3))
    assert darkened[barred].min() > darkened[~barred].max()


def test_some_plates_stay_blank():
    bank = erased_bank(200, written=1.0)
    images, slots, labels = transplant(
        torch.Generator().manual_seed(0), 200, bank, masks(("deer",)), torch.tensor([7]),
        masks(("70",)), {}, blank_class=9,
    )  # fmt: skip
    blank = labels.pictogram == 9
    assert 5 <= blank.sum() <= 35
    assert (labels.text[blank, 0] == 0).all()
    assert (labels.legend[blank] == 0).all()
    assert (slots[blank] == 0).all()
    assert (images[blank] - bank.pixels[blank] / 255).abs().max() < 0.1


def test_no_bar_is_drawn_that_lies_across_the_whole_face():
    filled = torch.full((1, 1, SPRITE_SIZE, SPRITE_SIZE), 255, dtype=torch.uint8)
    _, _, labels = transplant(
        torch.Generator().manual_seed(0), 50, erased_bank(50, written=1.0), masks(("deer",)),
        torch.tensor([7]), masks(("70",)), {BAR.index("horizontal"): filled},
    )  # fmt: skip
    assert (labels.categorical[:, CATEGORICAL.index(BAR)] == BAR.index("none")).all()


def test_a_faint_legend_is_drawn_as_strongly_as_the_old_one_was():
    bank = erased_bank(30, written=1.0)
    faint = masks(("70",))
    faint = replace(faint, masks=faint.masks // 2)
    images, _, _ = transplant(
        torch.Generator().manual_seed(0), 30, bank, masks(("deer",)), torch.tensor([7]), faint, {},
    )  # fmt: skip
    darkest = images.amin((1, 2, 3))
    assert (darkest < 0.3).all()


def test_texture_that_is_brighter_than_the_face_stays():
    before = photograph()
    before[40:42, 26:30] = 255
    pixels, _, _ = erase(before, BOX, read_plate(LIMIT), SIGMA)
    assert pixels[40:42, 26:30].min() > 220
