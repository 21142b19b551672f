"""Training: labels, operators, split and resuming, on small materials without any data set."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from attributes.network import Architecture
from attributes.training import configuration as configurations
from attributes.training import loop, operators
from attributes.training.artwork import (
    FURTHER_GERMAN_TABLE,
    SPRITE_SIZE,
    TABLE,
    Drawing,
    german_rows,
    read_table,
    to_sprite,
)
from attributes.training.batches import Materials, make_batch
from attributes.training.configuration import ConfigurationError
from attributes.training.labels import BLANK, UNKNOWN, Labels
from attributes.training.loop import train
from attributes.training.losses import attention_loss
from attributes.training.mirroring import pictogram_classes
from attributes.training.optimization import half_cosine, scheduled_share
from attributes.training.photographs import (
    STORED_SIZE,
    Crop,
    DatasetError,
    PhotographBank,
    gtsrb_crops,
    validation_tracks,
)
from attributes.training.pictograms import MaskBank
from attributes.training.plates import compose_plates, draw_plate_bank
from attributes.training.run import start_of
from attributes.vocabulary import BACKGROUND, BAR, BORDER, CATEGORICAL, LEGEND, PALETTE, SHAPE, TEXT

ROW = {
    "shape": "circle", "border": "red", "background": "white", "legend": "black", "bar": "none",
    "text": "50", "pictogram": "none",
}  # fmt: skip
TINY = Architecture(widths=(8, 8, 8), blocks=(1, 1, 1), text_width=8)


def masks(names: tuple[str, ...]) -> MaskBank:
    rng = np.random.default_rng(0)
    shape = (len(names), SPRITE_SIZE, SPRITE_SIZE)
    slots = np.zeros(shape, np.uint8)
    slots[:, :, : SPRITE_SIZE // 2] = 1  # the first character fills the left half
    return MaskBank(rng.integers(0, 256, shape, np.uint8), names, slots)


def tiny_materials() -> Materials:
    rows = [ROW, {**ROW, "text": "", "pictogram": "deer", "border": "?"}]
    return Materials(
        sprites=torch.randint(0, 256, (2, 4, SPRITE_SIZE, SPRITE_SIZE), dtype=torch.uint8),
        aspects=torch.ones(2),
        weights=torch.ones(2),
        sprite_labels=Labels.from_rows(rows, ["deer", "mirrored deer"]),
        mirror=torch.tensor([1, 0]),
        blanks=draw_plate_bank(np.random.default_rng(0), per_shape=2),
        pictograms=masks(("deer",)),
        pictogram_ids=torch.tensor([0]),
        texts=masks(("50", "5.5")),
        photographs=None,
        scenes=None,
    )


def tiny_configuration(**changes: object) -> configurations.Configuration:
    release = configurations.load("release").model_dump()
    batch = {"photographs": 0, "artwork": 4, "composed": 4, "scenes": 2}
    return configurations.Configuration.model_validate(
        {**release, "photographs": "none", "batch": batch, "steps": 3, **changes}
    )


def test_every_row_of_the_artwork_table_speaks_the_vocabulary():
    rows = read_table(TABLE)
    assert len(rows) == 1543
    assert len(Labels.from_rows(rows, sorted({r["pictogram"] for r in rows}))) == 1543


def test_the_further_german_drawings_are_labelled_and_none_of_gtsrb():
    rows = read_table(FURTHER_GERMAN_TABLE)
    assert len({row["name"] for row in rows}) == len(rows) == 216
    assert len(Labels.from_rows(rows, [])) == 216
    assert not {row["name"] for row in rows} & {row["commonroad"] for row in german_rows()}


def test_an_unknown_pictogram_is_no_class():
    plate = np.full((SPRITE_SIZE, SPRITE_SIZE, 4), 255, np.uint8)
    names, _ = pictogram_classes([Drawing("x", {**ROW, "pictogram": "?"}, plate, 1.0)])
    assert names == [BLANK]


def test_the_german_signs_are_labelled_and_have_their_artwork():
    rows = german_rows()
    assert [int(r["class"]) for r in rows] == list(range(43))
    assert len(Labels.from_rows(rows, [])) == 43


def test_a_question_mark_is_left_out_of_the_loss():
    labels = Labels.from_rows([{**ROW, "border": "?", "legend": "?", "text": "?"}], [])
    assert labels.categorical[0, 1] == UNKNOWN
    assert (labels.legend == UNKNOWN).all()
    assert (labels.text == UNKNOWN).all()


@pytest.mark.parametrize(
    "operator",
    [
        operators.fade, operators.dirt, operators.stickers, operators.occlude,
        operators.illuminate, operators.glare, operators.expose, operators.desaturate,
        operators.blur, operators.lower_resolution, operators.mosaic, operators.sharpen,
        operators.sensor_noise, operators.jpeg,
    ],
)  # fmt: skip
def test_operators_keep_shape_and_are_reproduced_by_their_seed(operator):
    images = torch.rand(64, 3, 48, 48)
    first = operator(torch.Generator().manual_seed(3), images.clone())
    second = operator(torch.Generator().manual_seed(3), images.clone())
    assert first.shape == images.shape
    assert torch.equal(first, second)
    assert torch.isfinite(first).all()
    assert not torch.equal(first, images)


def test_the_colour_filter_leaves_a_plain_colour_and_puts_false_ones_at_edges():
    plain = torch.tensor([0.8, 0.3, 0.1])[None, :, None, None].expand(1, 3, 12, 12)
    seen = operators.mosaic(torch.Generator().manual_seed(0), plain)
    assert torch.allclose(seen, plain, atol=1e-6)
    edge = torch.zeros(1, 3, 12, 12)
    edge[..., 6:] = 1
    seen = operators.mosaic(torch.Generator().manual_seed(0), edge)
    assert (seen.amax(1) - seen.amin(1)).max() >= 0.5
    assert (seen[..., :4] == 0).all()
    assert (seen[..., 8:] == 1).all()


def test_a_quarter_of_the_pictures_is_distant_and_seen_through_the_filter():
    edge = torch.zeros(64, 3, 48, 48)
    edge[..., 23:] = 1
    seen = operators.lower_resolution(torch.Generator().manual_seed(0), edge)
    is_coloured = (seen.amax(1) - seen.amin(1)).amax((1, 2)) > 0.1
    assert is_coloured.sum() == 16
    has_halo = seen.amax((1, 2, 3)) > 1.02
    assert 0 < has_halo.sum() <= 16
    assert not (has_halo & ~is_coloured).any()


def test_sharpening_leaves_plain_colours_and_strengthens_lines():
    plain = torch.full((4, 3, 12, 12), 0.6)
    assert torch.allclose(operators.sharpen(torch.Generator().manual_seed(0), plain), plain)
    line = plain.clone()
    line[..., 6] = 0.4
    assert (operators.sharpen(torch.Generator().manual_seed(0), line).amin((1, 2, 3)) < 0.4).all()


def test_the_identity_homography_changes_nothing():
    images = torch.rand(2, 3, 32, 32)
    assert torch.allclose(
        operators.warp(images, torch.eye(3).expand(2, 3, 3), 32), images, atol=1e-5
    )


def test_transplanted_tones_span_the_donors():
    images = torch.rand(4, 3, 32, 32)
    donors = 0.2 + 0.1 * torch.rand(4, 3, 56, 56)
    given = operators.transplant_tones(images, donors)
    assert given.min() > 0.19
    assert given.max() < 0.31


def test_composed_plates_are_labelled_as_they_are_drawn():
    g = torch.Generator().manual_seed(0)
    blanks = draw_plate_bank(np.random.default_rng(0), per_shape=2)
    sprites, slots, aspects, labels = compose_plates(
        g, 256, blanks, masks(("deer",)), torch.tensor([7]), masks(("50",))
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


def test_attention_is_pulled_to_where_the_character_stands():
    places = torch.zeros(1, 6, 12, 12)
    places[0, 0, 3:5, 3:5] = 1.0
    there, elsewhere = torch.full((2, 1, 6, 12, 12), 1e-6).unbind()
    there[0, 0, 3:5, 3:5] = 0.25
    elsewhere[0, 0, 8:10, 8:10] = 0.25
    assert attention_loss(there, places) < attention_loss(elsewhere, places)
    assert attention_loss(there, torch.zeros_like(places)) == 0


def test_noise_is_stronger_in_bright_pixels_than_in_dark_ones():
    halves = torch.zeros(64, 3, 32, 32)
    halves[..., 16:] = 1
    noise = operators.sensor_noise(torch.Generator().manual_seed(0), halves) - halves
    assert noise[..., 16:].std() > 3 * noise[..., :16].std() > 0


def test_a_sprite_keeps_the_plate_aspect():
    drawing = np.zeros((100, 200, 4), np.uint8)
    drawing[20:60, 40:160] = 255
    sprite, aspect = to_sprite(drawing)
    assert aspect == pytest.approx(3.0)
    assert sprite.shape == (SPRITE_SIZE, SPRITE_SIZE, 4)


def test_mirroring_swaps_sides_and_invents_classes_for_the_rest():
    def drawing(name: str, pixels: np.ndarray) -> Drawing:
        return Drawing(name, {**ROW, "pictogram": name}, pixels, 1.0)

    plate = np.full((SPRITE_SIZE, SPRITE_SIZE, 4), 255, np.uint8)
    lopsided = plate.copy()
    lopsided[:, :20, :3] = 0
    names, mirror = pictogram_classes(
        [
            drawing("turn-left", lopsided), drawing("turn-right", lopsided[:, ::-1]),
            drawing("snowflake", plate), drawing("elk", lopsided), drawing("deer", lopsided),
        ]
    )  # fmt: skip
    other = {name: names[mirror[i]] for i, name in enumerate(names)}
    assert other["turn-left"] == "turn-right"
    assert other["snowflake"] == "snowflake"
    assert other["elk"] == "mirrored elk"
    assert other["deer"] == "deer"  # drawn to face either way
    assert other["mirrored elk"] == "elk"


def test_a_batch_is_reproduced_by_its_seed_and_has_the_configured_size():
    materials, configuration = tiny_materials(), tiny_configuration()
    batch = make_batch(torch.Generator().manual_seed(1), materials, configuration, 48)
    again = make_batch(torch.Generator().manual_seed(1), materials, configuration, 48)
    assert batch.images.shape == (10, 3, 48, 48)
    assert batch.places.shape == (8, 6, 12, 12)
    assert len(batch.labels) == 10
    assert torch.equal(batch.images, again.images)
    assert 0 <= batch.images.min() <= batch.images.max() <= 1


@pytest.mark.parametrize(("told", "expected"), [(0.0, UNKNOWN), (1.0, TEXT.encode("5")[0])])
def test_photographed_numbers_are_told_as_often_as_configured(told, expected):
    bank = PhotographBank(
        torch.zeros(2, 3, STORED_SIZE, STORED_SIZE, dtype=torch.uint8),
        Labels.from_rows([ROW, {**ROW, "text": "STOP"}], []),
        torch.tensor([0, 1]),
    )
    configuration = tiny_configuration(
        photographed_numbers=told,
        batch={"photographs": 16, "artwork": 1, "composed": 1, "scenes": 0},
    )
    materials = replace(tiny_materials(), photographs=bank)
    labels = make_batch(torch.Generator().manual_seed(0), materials, configuration, 48).labels
    first = labels.text[-16:, 0].unique().tolist()
    assert sorted(first) == sorted([expected, TEXT.encode("S")[0]])


def test_validation_tracks_are_a_tenth_of_each_class_and_at_least_one():
    crops = [
        Crop(Path(f"{c}/{t:05d}_{f:05d}.jpg"), c, f"{t:05d}")
        for c, tracks in [(0, 7), (1, 50)]
        for t in range(tracks)
        for f in range(3)
    ]
    held_out = validation_tracks(crops)
    assert sum(c == 0 for c, _ in held_out) == 1
    assert sum(c == 1 for c, _ in held_out) == 5
    assert held_out == validation_tracks(list(reversed(crops)))


def test_a_turned_photograph_is_a_class_of_its_own_and_keeps_its_colours():
    upright = torch.zeros(8, 3, STORED_SIZE, STORED_SIZE, dtype=torch.uint8)
    upright[:, :, : STORED_SIZE // 4] = 255  # bright at the top
    bank = PhotographBank(
        upright, Labels.from_rows([ROW] * 8, ["deer"]), torch.zeros(8, dtype=torch.int64)
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


def test_a_plate_with_nothing_on_it_is_blank_whatever_its_bar():
    rows = [
        {**ROW, "pictogram": "none", "legend": "none", "text": "", "bar": bar}
        for bar in ("none", "stripes")
    ]
    written = {**ROW, "pictogram": "none", "text": "50"}
    labels = Labels.from_rows([*rows, written], ["deer", BLANK])
    assert labels.pictogram.tolist() == [1, 1, UNKNOWN]


def test_a_folder_without_the_data_set_is_named(tmp_path):
    with pytest.raises(DatasetError, match=str(tmp_path)):
        list(gtsrb_crops(tmp_path))


def test_an_interrupted_run_goes_on_to_the_same_weights(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "_CHECKPOINT_EVERY", 2)
    configuration, materials = tiny_configuration(steps=4), tiny_materials()
    whole = train(configuration, materials, 2, tmp_path / "whole", TINY)

    calls = []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return make_batch(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "make_batch", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(configuration, materials, 2, tmp_path / "resumed", TINY)
    resumed = train(configuration, materials, 2, tmp_path / "resumed", TINY)
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_a_checkpoint_of_another_configuration_is_refused(tmp_path):
    train(tiny_configuration(), tiny_materials(), 2, tmp_path, TINY)
    with pytest.raises(ConfigurationError, match="another configuration"):
        train(tiny_configuration(seed=9), tiny_materials(), 2, tmp_path, TINY)


def test_a_run_goes_on_from_the_average_of_a_finished_one(tmp_path):
    earlier = train(tiny_configuration(), tiny_materials(), 2, tmp_path / "earlier", TINY)
    start = tmp_path / "earlier" / "checkpoint.pt"
    configuration = tiny_configuration(steps=1, learning_rate=1e-9, matrix_rate=1e-9)
    # One more class than the earlier run had: those of turned pictures come last.
    later = train(configuration, tiny_materials(), 3, tmp_path / "later", TINY, start)
    for one, other in zip(earlier.parameters(), later.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_a_run_that_knows_more_pictograms_is_no_start(tmp_path):
    train(tiny_configuration(), tiny_materials(), 3, tmp_path / "earlier", TINY)
    with pytest.raises(ConfigurationError, match="another artwork table"):
        train(
            tiny_configuration(), tiny_materials(), 2, tmp_path / "later", TINY,
            tmp_path / "earlier" / "checkpoint.pt",
        )  # fmt: skip


def test_a_start_that_is_not_finished_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="signrules train templates-only"):
        start_of(configurations.load("release"), tmp_path / "release")


def test_release_leaves_out_what_its_start_does():
    release = configurations.load("release")
    assert configurations.load(str(release.start)).without == release.without


def test_a_run_that_has_begun_needs_its_start_no_more(tmp_path):
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "checkpoint.pt").write_bytes(b"")
    assert start_of(configurations.load("release"), tmp_path / "release") is None


def test_a_start_that_leaves_out_other_pictograms_is_refused(tmp_path):
    configuration = configurations.load("release").model_copy(update={"without": ()})
    with pytest.raises(ConfigurationError, match="other pictograms"):
        start_of(configuration, tmp_path / "release")


def test_faces_are_composed_as_often_as_on_roads():
    blanks = draw_plate_bank(np.random.default_rng(0), per_shape=2)
    g = torch.Generator().manual_seed(0)
    _, _, _, labels = compose_plates(
        g, 3000, blanks, masks(("deer",)), torch.tensor([0]), masks(("50",)), blank_class=3
    )
    faces = labels.categorical[:, CATEGORICAL.index(BACKGROUND)]
    share = {name: float((faces == i).float().mean()) for i, name in enumerate(PALETTE)}
    assert 0.33 < share["white"] < 0.45
    assert all(share["white"] > share[name] for name in PALETTE if name != "white")
    assert min(share.values()) > 0
    blank = labels.pictogram == 3
    assert 0.05 < blank.float().mean() < 0.2
    assert (labels.legend[blank] == 0).all()
    assert (labels.text[blank, 0] == 0).all()


def test_the_learning_rate_rises_then_falls_to_nothing():
    rates = [half_cosine(step, 1000, 2e-3, warm_up=400) for step in range(1000)]
    assert rates.index(max(rates)) in (399, 400)
    assert max(rates) == 2e-3
    assert rates[-1] < 0.01 * max(rates)


def test_the_learning_rate_begins_anew_at_a_restart():
    configuration = tiny_configuration(steps=900, restarts=(400,))
    shares = [scheduled_share(configuration, step, warm_up=200) for step in range(900)]
    assert shares[199] == shares[599] == 1
    assert shares[399] < 0.01
    assert shares[400] < 0.01
    assert shares[899] < 0.01


def test_an_oblong_crop_shows_its_rim_repeated_and_the_plate_whole():
    g = torch.Generator().manual_seed(1)
    grid = operators.margin_grid(g, torch.tensor([0.5, 2.0]), torch.ones(2), 48)
    x, y = grid[..., 0], grid[..., 1]
    assert x[0].abs().max() < 0.6  # a tall plate's crop ends where the plate does
    assert y[0].abs().max() > 0.8
    assert x[1].abs().max() > 0.8
    assert y[1].abs().max() < 0.6


def test_a_roomy_crop_is_oblong_whatever_the_plate():
    g = torch.Generator().manual_seed(2)
    grid = operators.margin_grid(g, torch.ones(200), torch.full((200,), 1.4), 48)
    reach_x, reach_y = grid[..., 0].flatten(1).amax(1), grid[..., 1].flatten(1).amax(1)
    for first, second in ((reach_x, reach_y), (reach_y, reach_x)):
        assert ((first > 0.95) & (second < 0.85)).any()
    assert ((reach_x > 0.95) & (reach_y > 0.95)).any()


def test_a_plate_seen_from_the_side_is_narrower():
    homographies = torch.eye(3).repeat(100, 1, 1)
    width = operators.foreshorten(torch.Generator().manual_seed(3), homographies, 0.5)
    narrowed = width < 1
    assert 20 < int(narrowed.sum()) < 80
    # Output to input: to show a plate narrower, more of the input's width is looked up.
    assert torch.allclose(homographies[:, 0, 0], 1 / width)
    assert torch.equal(homographies[:, 1, 1], torch.ones(100))


def test_confetti_changes_few_pixels_of_some_images():
    images = torch.full((60, 3, 48, 48), 0.5)
    strewn = operators.confetti(torch.Generator().manual_seed(4), images)
    changed = (strewn != images).any(dim=1).float().mean((1, 2))
    assert 0 < int((changed > 0).sum()) < 60
    assert changed.max() < 0.2


@pytest.mark.parametrize(
    ("content", "message"),
    [("name =", "broken.toml"), ('name = "x"\n', "Field required")],
)
def test_a_broken_configuration_is_named(tmp_path, content, message):
    path = tmp_path / "broken.toml"
    path.write_text(content)
    with pytest.raises(ConfigurationError, match=message):
        configurations.load(str(path))


def test_an_unknown_configuration_lists_those_there_are():
    with pytest.raises(ConfigurationError, match="release"):
        configurations.load("relaese")


def test_the_curve_has_a_header_and_a_line_a_time(tmp_path):
    train(tiny_configuration(steps=50), tiny_materials(), 2, tmp_path, TINY)
    with (tmp_path / "curve.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["50"]
