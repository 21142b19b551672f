"""Training batches: composed plates and photographs with their labels, on small materials."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from training_world import ROW, masks, tiny_configuration, tiny_materials

from attributes.training import geometry, operators, plates
from attributes.training.artwork import SPRITE_SIZE
from attributes.training.batches import make_batch
from attributes.training.blank_plates import draw_plate_bank
from attributes.training.labels import SOME_DIGIT, UNKNOWN, Labels
from attributes.training.photographing import (
    Sprites,
    photograph,
    photograph_again,
    photograph_nothing,
)
from attributes.training.photographs import (
    STORED_SIZE,
    DatasetError,
    PhotographBank,
    PhotographCrop,
    gtsrb_crops,
    validation_tracks,
)
from attributes.training.plates import compose_plates, frame_some
from attributes.training.splits import gtsrb_tracks, held_out_tracks
from attributes.training.transplants import ErasedBank
from attributes.training.written_texts import LIMITS
from attributes.vocabulary import BACKGROUND, BAR, BORDER, CATEGORICAL, LEGEND, PALETTE, SHAPE, TEXT

HIDDEN = (SOME_DIGIT, SOME_DIGIT)
FIFTY = TEXT.encode("50")


def test_composed_plates_are_labelled_as_they_are_drawn():
    g = torch.Generator().manual_seed(0)
    blanks = draw_plate_bank(np.random.default_rng(0), per_shape=2)
    sprites, slots, aspects, labels = compose_plates(
        g, 256, blanks, masks(("deer",)), torch.tensor([7]), masks(("50",)), road_looks=0.0
    )
    assert sprites.shape == (256, 4, SPRITE_SIZE, SPRITE_SIZE)
    column = {a.name: labels.categorical[:, i] for i, a in enumerate(CATEGORICAL)}
    wide = column["shape"] == SHAPE.index("wide_rectangle")
    assert (aspects[wide] > 1).all()
    # Every combination of two independent attributes occurs, also those of no country.
    assert len({*zip(column["shape"].tolist(), column["bar"].tolist(), strict=True)}) > 30
    written = labels.text[:, 0] > 0
    assert (labels.legend[written].sum(1) == 1).all()
    assert (labels.pictogram[written] == UNKNOWN).all()
    assert (slots.flatten(1).sum(1) > 0).equal(written)
    lying = column["bar"] == BAR.index("horizontal")
    assert (labels.legend[lying] == 0).all()
    assert labels.legend.shape[1] == len(LEGEND.values)


def test_faces_are_composed_as_often_as_on_roads():
    blanks = draw_plate_bank(np.random.default_rng(0), per_shape=2)
    g = torch.Generator().manual_seed(0)
    _, _, _, labels = compose_plates(
        g, 3000, blanks, masks(("deer",)), torch.tensor([0]), masks(("50",)), blank_class=3,
        road_looks=0.0,
    )  # fmt: skip
    faces = labels.categorical[:, CATEGORICAL.index(BACKGROUND)]
    share = {name: float((faces == i).float().mean()) for i, name in enumerate(PALETTE)}
    assert 0.33 < share["white"] < 0.45
    assert all(share["white"] > share[name] for name in PALETTE if name != "white")
    assert min(share.values()) > 0
    blank = labels.pictogram == 3
    assert 0.05 < blank.float().mean() < 0.2
    assert (labels.legend[blank] == 0).all()
    assert (labels.text[blank, 0] == 0).all()


def test_in_red_rings_numbers_with_one_other_digit_stand_for_a_limit_left_out():
    blanks = draw_plate_bank(np.random.default_rng(0), per_shape=2)
    names = (*(limit for limit in LIMITS if limit != "120"), "125", "320", "135")
    *_, labels = compose_plates(
        torch.Generator().manual_seed(0), 4000, blanks, masks(("deer",)), torch.tensor([0]),
        masks(names), road_looks=1.0,
    )  # fmt: skip
    red = labels.categorical[:, CATEGORICAL.index(BORDER)] == BORDER.index("red")
    disc = labels.categorical[:, CATEGORICAL.index(SHAPE)] == SHAPE.index("circle")
    read = [TEXT.decode(row) for row in labels.text[red & disc].tolist()]
    for like in ("125", "320"):
        assert read.count(like) > 1.5 * read.count("135") > 0


def test_a_line_of_letters_finds_more_room_on_a_disc_than_a_square_does():
    blanks = draw_plate_bank(np.random.default_rng(0), per_shape=2)

    def width_on(shape: str, height: int) -> float:
        """Mean width of a text, as a share of the sprite, whose ink is ``height`` rows high."""
        text = masks(("50",))
        text.masks[:] = 0
        text.masks[:, 32 - height // 2 : 32 + height // 2, 2:-2] = 255
        _, slots, _, labels = compose_plates(
            torch.Generator().manual_seed(0), 1500, blanks, masks(("deer",)), torch.tensor([0]),
            text, road_looks=0.4,
        )  # fmt: skip
        own = labels.categorical[:, CATEGORICAL.index(SHAPE)] == SHAPE.index(shape)
        written = slots[own & (labels.text[:, 0] > 0)]
        return float((written > 0).any(2).float().sum(2).mean()) / SPRITE_SIZE

    assert width_on("circle", 20) > 1.2 * width_on("circle", 60)
    assert width_on("square", 20) == pytest.approx(width_on("square", 60), rel=0.1)


def test_some_plates_look_as_on_roads():
    blanks = draw_plate_bank(np.random.default_rng(0), per_shape=2)

    def share_of_red_rings(road_looks: float) -> float:
        """Black on white in a ring without a bar: the look of a limit in most countries."""
        *_, labels = compose_plates(
            torch.Generator().manual_seed(0), 2000, blanks, masks(("deer",)), torch.tensor([0]),
            masks(("50",)), road_looks=road_looks,
        )  # fmt: skip
        look = {SHAPE: "circle", BORDER: "red", BACKGROUND: "white", BAR: "none"}
        columns = torch.tensor([CATEGORICAL.index(attribute) for attribute in look])
        values = torch.tensor([attribute.index(value) for attribute, value in look.items()])
        return float((labels.categorical[:, columns] == values).all(1).float().mean())

    assert share_of_red_rings(0.0) < 0.03
    assert 0.35 < share_of_red_rings(1.0) < 0.5


def test_red_rings_mostly_carry_limits():
    blanks = draw_plate_bank(np.random.default_rng(0), per_shape=2)
    *_, labels = compose_plates(
        torch.Generator().manual_seed(0), 2000, blanks, masks(("deer",)), torch.tensor([0]),
        masks(("60", "63", "STOP", "5.5")), road_looks=0.7,
    )  # fmt: skip
    look = {SHAPE: "circle", BORDER: "red", BAR: "none"}
    columns = torch.tensor([CATEGORICAL.index(attribute) for attribute in look])
    values = torch.tensor([attribute.index(value) for attribute, value in look.items()])
    ringed = (labels.categorical[:, columns] == values).all(1)
    written = labels.text[:, 0] > 0
    sixty = (labels.text[:, :2] == torch.tensor(TEXT.encode("60")[:2])).all(1).float()
    assert 0.6 < sixty[written & ringed].mean() < 0.8
    assert 0.2 < sixty[written & ~ringed].mean() < 0.3


def test_some_pictograms_on_rectangular_plates_are_cut_out_of_a_triangle():
    g = torch.Generator().manual_seed(0)
    square = torch.zeros(400, 1, SPRITE_SIZE, SPRITE_SIZE)
    square[:, :, 20:44, 20:44] = 1
    allowed = torch.arange(400) < 200
    framed = frame_some(g, square, allowed)
    changed = (framed != square).flatten(1).any(dim=1)
    assert not changed[200:].any()
    assert 0.15 < changed[:200].float().mean() < 0.35
    triangle = framed[changed][:, 0] > 0.5
    last = SPRITE_SIZE - 1
    assert triangle[:, last, 2:-2].all()  # its base
    assert not triangle[:, :20, :8].any()  # nothing beside its tip
    hole = ~triangle[:, :, SPRITE_SIZE // 2]
    assert (hole[:, 30:].sum(1) > 6).all()  # and the pictogram in its lower half


def test_only_pictograms_on_rectangular_plates_may_stand_in_a_triangle(monkeypatch):
    may_be_framed = []

    def remember(g, masks, allowed):
        may_be_framed.append(allowed)
        return masks

    monkeypatch.setattr(plates, "frame_some", remember)
    *_, labels = compose_plates(
        torch.Generator().manual_seed(0), 2000,
        draw_plate_bank(np.random.default_rng(0), per_shape=2),
        masks(("deer",)), torch.tensor([7]), masks(("50",)), road_looks=0.4,
    )  # fmt: skip
    (allowed,) = may_be_framed
    shapes = labels.categorical[allowed, CATEGORICAL.index(SHAPE)].tolist()
    assert {SHAPE.values[s] for s in shapes} == {"square", "wide_rectangle", "tall_rectangle"}
    assert (labels.text[allowed, 0] == 0).all()


def test_a_batch_is_reproduced_by_its_seed_and_has_the_configured_size():
    materials, configuration = tiny_materials(), tiny_configuration()
    batch = make_batch(torch.Generator().manual_seed(1), materials, configuration, 48)
    again = make_batch(torch.Generator().manual_seed(1), materials, configuration, 48)
    assert batch.images.shape == (10, 3, 48, 48)
    assert batch.places.shape == (8, 6, 12, 12)
    assert len(batch.labels) == 10
    assert torch.equal(batch.images, again.images)
    assert 0 <= batch.images.min() <= batch.images.max() <= 1


def test_drawings_keep_their_own_labels():
    red, blue = torch.zeros(2, 4, SPRITE_SIZE, SPRITE_SIZE, dtype=torch.uint8).unbind()
    red[[0, 3]] = 255
    blue[[2, 3]] = 255
    materials = replace(tiny_materials(), sprites=torch.stack([red, blue]))
    configuration = tiny_configuration(
        batch={"photographs": 0, "artwork": 64, "composed": 1, "scenes": 0}
    )
    batch = make_batch(torch.Generator().manual_seed(0), materials, configuration, 48)
    middle = batch.images[:64, :, 16:32, 16:32].mean((2, 3))
    is_red = batch.labels.text[:64, 0] > 0  # the first drawing alone says 50
    assert 16 < is_red.sum() < 48
    assert ((middle[:, 0] > middle[:, 2]) == is_red).float().mean() > 0.9


def squares(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """White plates with a small black square off their middle, and where it is."""
    slots = torch.zeros(count, 1, SPRITE_SIZE, SPRITE_SIZE)
    slots[:, :, 8:20, 8:20] = 1
    return (1 - slots).repeat(1, 3, 1, 1), slots


def likeness(images: torch.Tensor, slots: torch.Tensor) -> float:
    """Median correlation of darkness with where the characters are said to stand."""
    dark, there = -images.mean(1).flatten(1), (slots > 0).float().flatten(1)
    pairs = torch.stack([dark, there], dim=1)
    return float(torch.stack([torch.corrcoef(pair)[0, 1] for pair in pairs]).nanmedian())


def test_characters_of_plates_are_looked_for_where_they_are_seen():
    colours, slots = squares(200)
    sprites = Sprites(
        torch.cat([colours, torch.ones_like(slots)], dim=1), slots, torch.ones(200),
        Labels.from_rows([{**ROW, "shape": "square"}] * 200, ()),
    )  # fmt: skip
    images, seen = photograph(torch.Generator().manual_seed(0), tiny_materials(), sprites, 48)
    assert likeness(images, seen) > 0.5


def test_characters_of_photographs_are_looked_for_where_they_are_seen():
    images, seen = photograph_again(torch.Generator().manual_seed(0), *squares(200), 48)
    assert likeness(images, seen) > 0.8


def test_rare_classes_are_photographed_more_often_than_they_come():
    bank = black_photographs([ROW] * 63 + [{**ROW, "text": "30"}], [0] * 63 + [1])
    configuration = tiny_configuration(
        photographed_numbers=1.0,
        batch={"photographs": 400, "artwork": 1, "composed": 1, "scenes": 0},
    )
    materials = replace(tiny_materials(), photographs=bank)
    labels = make_batch(torch.Generator().manual_seed(0), materials, configuration, 48).labels
    is_rare = labels.text[-400:, 0] == TEXT.encode("30")[0]
    assert 0.1 < is_rare.float().mean() < 0.25  # one picture of 64


def black_photographs(rows, class_ids):
    return PhotographBank(
        torch.zeros(len(rows), 3, STORED_SIZE, STORED_SIZE, dtype=torch.uint8),
        Labels.from_rows(rows, []),
        torch.tensor(class_ids),
    )


@pytest.mark.parametrize(
    ("told", "expected"), [(0.0, [HIDDEN]), (1.0, [FIFTY]), (0.5, [HIDDEN, FIFTY])]
)
def test_photographed_numbers_are_told_as_often_as_configured(told, expected):
    bank = black_photographs([ROW, {**ROW, "text": "STOP"}], [0, 1])
    configuration = tiny_configuration(
        photographed_numbers=told,
        batch={"photographs": 64, "artwork": 1, "composed": 1, "scenes": 0},
    )
    materials = replace(tiny_materials(), photographs=bank)
    labels = make_batch(torch.Generator().manual_seed(0), materials, configuration, 48).labels
    texts = {tuple(text) for text in labels.text[-64:].tolist()}
    word = (*TEXT.encode("STOP"), UNKNOWN)
    assert texts == {word, *((*digits[:2], 0, UNKNOWN, UNKNOWN, UNKNOWN) for digits in expected)}


def test_only_black_on_white_plates_lend_their_light_to_drawings():
    blue = {**ROW, "background": "blue", "legend": "white", "text": ""}
    rows = [blue, ROW, {**ROW, "legend": "none", "text": ""}]
    bank = black_photographs(rows, [38, 1, 13])
    assert bank.black_on_white().tolist() == [1]
    # Without one, drawings are exposed as in a run without photographs.
    none = PhotographBank(bank.pixels[:1], bank.labels[:1], bank.class_ids[:1])
    materials = tiny_materials()
    with_none, without = (
        make_batch(torch.Generator().manual_seed(0), m, tiny_configuration(), 48).images
        for m in (replace(materials, photographs=none), materials)
    )
    assert torch.equal(with_none, without)


def test_two_of_five_plates_are_clean_whole_evenly_lit_and_seen_from_before_them(monkeypatch):
    touched = []

    def touch(_, images):
        touched.append(len(images))
        return images

    def look_at(_, homographies, __):
        touched.append(len(homographies))
        return torch.ones(len(homographies))

    for name in ("dirt", "stickers", "confetti", "illuminate", "occlude", "glare"):
        monkeypatch.setattr(operators, name, touch)
    for name in ("foreshorten", "step_back"):
        monkeypatch.setattr(geometry, name, look_at)
    sprites = Sprites(
        torch.ones(500, 4, 48, 48), torch.zeros(500, 1, 48, 48), torch.ones(500),
        Labels.from_rows([ROW] * 500, ("none",)),
    )  # fmt: skip
    photograph(torch.Generator().manual_seed(0), tiny_materials(), sprites, 48)
    assert len(touched) == 8
    assert len(set(touched)) == 1
    assert 0.55 < touched[0] / 500 < 0.65


def test_what_is_no_sign_comes_in_crops_of_all_sides_too():
    g = torch.Generator().manual_seed(0)
    crops = photograph_nothing(g, tiny_materials(), 64, 48)
    assert crops.shape == (64, 3, 48, 48)
    rows_repeat = (crops[:, :, :3] - crops[:, :, :1]).abs().amax((1, 2, 3)) < 1e-6
    columns_repeat = (crops[..., :3] - crops[..., :1]).abs().amax((1, 2, 3)) < 1e-6
    assert 8 < rows_repeat.sum() < 32
    assert 8 < columns_repeat.sum() < 32
    burnt_out = (crops[:, :, 0, 0] == 1).all(1)
    assert not (rows_repeat & columns_repeat & ~burnt_out).any()


def test_a_turned_photograph_is_a_class_of_its_own_and_keeps_its_colours():
    upright = torch.zeros(8, 3, STORED_SIZE, STORED_SIZE, dtype=torch.uint8)
    upright[:, :, : STORED_SIZE // 4] = 255  # bright at the top
    bank = PhotographBank(
        upright,
        Labels.from_rows([ROW] * 8, ["deer"]),
        torch.zeros(8, dtype=torch.int64),
    )
    materials = replace(
        tiny_materials(), photographs=bank, turned_classes=torch.tensor([[5, 6, 7]]),
        mirror=torch.tensor([0, 1]),
    )  # fmt: skip
    configuration = tiny_configuration(
        turned_photographs=1.0, batch={"photographs": 24, "artwork": 1, "composed": 1, "scenes": 0}
    )
    batch = make_batch(torch.Generator().manual_seed(0), materials, configuration, 48)
    images, labels = batch.images[-24:], batch.labels[-24:]
    assert set(labels.pictogram.tolist()) == {5, 6, 7}
    colours = [CATEGORICAL.index(a) for a in (BORDER, BACKGROUND)]
    others = [CATEGORICAL.index(a) for a in (SHAPE, BAR)]
    assert (labels.categorical[:, others] == UNKNOWN).all()
    assert (labels.categorical[:, colours] != UNKNOWN).all()
    assert labels.legend[:, LEGEND.index("black")].all()
    halved = images[labels.pictogram == 6].mean((0, 1))  # turned by a half: bright at the bottom
    assert halved[40:].mean() > halved[:8].mean() + 0.2


def test_validation_tracks_are_a_tenth_of_each_class_and_at_least_one():
    tracks = [(c, f"{t:05d}") for c, count in [(0, 7), (1, 50)] for t in range(count)]
    held_out = held_out_tracks(tracks)
    assert sum(c == 0 for c, _ in held_out) == 1
    assert sum(c == 1 for c, _ in held_out) == 5
    assert held_out == held_out_tracks(reversed(tracks * 3))


def test_a_part_of_gtsrb_holds_out_no_other_tracks_than_the_whole():
    tracks = [(c, t) for c, t in gtsrb_tracks() if int(t) % 3]
    part = [PhotographCrop(Path(f"{c}/{t}_00000.jpg"), c, t) for c, t in tracks]
    assert validation_tracks(part) == held_out_tracks(gtsrb_tracks())


def test_a_folder_without_the_data_set_is_named(tmp_path):
    with pytest.raises(DatasetError, match=str(tmp_path)):
        list(gtsrb_crops(tmp_path))


@pytest.mark.parametrize("name", ["00043", "00042 copy"])
def test_a_folder_of_no_class_is_named(tmp_path, name):
    (tmp_path / "Final_Training" / "Images" / name).mkdir(parents=True)
    with pytest.raises(DatasetError, match=rf"{name}: expected class folders 00000 to 00042"):
        list(gtsrb_crops(tmp_path))


@pytest.mark.parametrize(
    "table",
    [
        "Filename,Roi.X1,Roi.Y1,Roi.X2,Roi.Y2\n00000_00000.jpg,1,2,3,4\n",
        "Filename;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2\n00000_00000.jpg;1;2;3;\n",
        "Filename;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2\n00000_00000.jpg;1;2\n",
    ],
    ids=["commas", "an empty number", "a short line"],
)
def test_a_damaged_table_of_boxes_is_told_with_its_line(tmp_path, table):
    folder = tmp_path / "Final_Training" / "Images" / "00001"
    folder.mkdir(parents=True)
    (folder / "GT-00001.csv").write_text(table)
    with pytest.raises(DatasetError, match=r"GT-00001\.csv:2: expected columns Filename, Roi\.X1"):
        list(gtsrb_crops(tmp_path))


def erased_plates(count: int) -> ErasedBank:
    """Grey plates in red rims whose legend is gone."""
    return ErasedBank(
        pixels=torch.full((count, 3, STORED_SIZE, STORED_SIZE), 180, dtype=torch.uint8),
        ink=torch.full((count, 3), 0.1),
        boxes=torch.tensor([[0.0, 0.0, 0.5]]).expand(count, -1),
        sigma=torch.full((count,), 0.6),
        sharpness=torch.full((count,), 0.35),
        written=torch.ones(count),
        labels=Labels.from_rows([{**ROW, "text": "?", "pictogram": "?"}] * count, ()),
    )


def test_transplants_follow_what_is_drawn_and_say_where_their_characters_stand():
    materials = replace(tiny_materials(), erased=erased_plates(3))
    configuration = tiny_configuration(
        batch={"photographs": 0, "artwork": 2, "composed": 3, "scenes": 1, "transplants": 40}
    )
    batch = make_batch(torch.Generator().manual_seed(0), materials, configuration, 48)
    assert len(batch.images) == len(batch.labels) == 46
    assert len(batch.places) == 45
    transplants = slice(5, 45)
    written = batch.labels.text[transplants, 0] > 0
    assert 25 <= written.sum() <= 40
    stands = batch.places[transplants, 0].sum((1, 2)) > 0
    assert (stands == written).all()


def test_a_batch_whose_transplants_all_show_unseen_signs_goes_without(monkeypatch):
    materials = replace(tiny_materials(), erased=erased_plates(2), unseen=object())
    configuration = tiny_configuration(
        batch={"photographs": 0, "artwork": 2, "composed": 3, "scenes": 1, "transplants": 2}
    )
    monkeypatch.setattr(
        "attributes.training.batches.shows_one_of",
        lambda labels, _: torch.full((len(labels),), len(labels) == 2),
    )
    batch = make_batch(torch.Generator().manual_seed(0), materials, configuration, 48)
    assert len(batch.images) == len(batch.labels) == 6
    assert len(batch.places) == 5
