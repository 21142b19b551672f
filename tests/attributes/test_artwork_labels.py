"""What drawings, German signs and plates are labelled as, and what they are mirrored into."""

import numpy as np
import pytest
from training_world import ROW

from attributes.training.artwork import (
    FURTHER_GERMAN_TABLE,
    SPRITE_SIZE,
    TABLE,
    Drawing,
    german_rows,
    load_artwork,
    read_table,
    to_sprite,
)
from attributes.training.artwork_files import OWN_DRAWINGS
from attributes.training.labels import BLANK, UNKNOWN, Labels
from attributes.training.mirroring import pictogram_classes


def test_every_row_of_the_artwork_table_speaks_the_vocabulary():
    rows = read_table(TABLE)
    assert len(rows) == 1543
    assert len(Labels.from_rows(rows, sorted({r["pictogram"] for r in rows}))) == 1543


def test_the_further_german_drawings_are_labelled_and_none_of_gtsrb():
    rows = read_table(FURTHER_GERMAN_TABLE)
    assert len({row["name"] for row in rows}) == len(rows) == 217
    assert len(Labels.from_rows(rows, [])) == 217
    references = {f"commonroad:{row['name']}" for row in rows}
    assert not references & {row["german"] for row in german_rows()}


def test_an_unknown_pictogram_is_no_class():
    plate = np.full((SPRITE_SIZE, SPRITE_SIZE, 4), 255, np.uint8)
    names, _ = pictogram_classes([Drawing("x", {**ROW, "pictogram": "?"}, plate, 1.0)])
    assert names == [BLANK]


def test_the_german_signs_are_labelled_and_have_their_artwork():
    rows = german_rows()
    assert [int(r["class"]) for r in rows] == list(range(43))
    assert len(Labels.from_rows(rows, [])) == 43


def test_our_own_drawings_are_of_german_signs_that_no_package_has():
    drawn = {f"signrules:{path.stem}" for path in OWN_DRAWINGS.glob("*.svg")}
    rows = {row["german"]: row for row in german_rows() if row["german"].startswith("signrules:")}
    assert drawn == set(rows)
    assert {row["pictogram"] for row in rows.values()} == {"children", "bicycle"}
    for reference in drawn:
        sprite, aspect = to_sprite(load_artwork(reference))
        assert aspect == pytest.approx(1.14, abs=0.05)
        rim, face = sprite[30, 18, :3].astype(int), sprite[24, 32, :3]
        assert rim[0] > 150 > 60 > rim[1:].max()
        assert (face > 240).all()
    with pytest.raises(FileNotFoundError, match=r"signrules:136-11: no such artwork"):
        load_artwork("signrules:136-11")


def test_a_question_mark_is_left_out_of_the_loss():
    labels = Labels.from_rows([{**ROW, "border": "?", "legend": "?", "text": "?"}], [])
    assert labels.categorical[0, 1] == UNKNOWN
    assert (labels.legend == UNKNOWN).all()
    assert (labels.text == UNKNOWN).all()


def test_a_plate_with_nothing_on_it_is_blank_whatever_its_bar():
    rows = [
        {**ROW, "pictogram": "none", "legend": "none", "text": "", "bar": bar}
        for bar in ("none", "stripes")
    ]
    written = {**ROW, "pictogram": "none", "text": "50"}
    labels = Labels.from_rows([*rows, written], ["deer", BLANK])
    assert labels.pictogram.tolist() == [1, 1, UNKNOWN]


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


def test_a_pictogram_is_symmetric_whatever_bar_crosses_its_plate_and_wherever_it_stands():
    def drawing(name: str, ink: np.ndarray, bar: str = "none") -> Drawing:
        pixels = np.full((SPRITE_SIZE, SPRITE_SIZE, 4), 255, np.uint8)
        pixels[ink, :3] = 0
        if bar != "none":
            pixels[np.eye(SPRITE_SIZE, dtype=bool), :3] = 0
        row = {**ROW, "text": "", "pictogram": name, "bar": bar}
        return Drawing(name, row, pixels, 1.0)

    rows, columns = np.mgrid[:SPRITE_SIZE, :SPRITE_SIZE]
    arrow = (rows > 18) & (rows < 46) & (abs(columns - 33) < (rows - 16) / 3)
    flag = (rows > 18) & (rows < 46) & (columns > 20) & (columns < 20 + rows / 2)
    names, mirror = pictogram_classes(
        [drawing("arrow", arrow), drawing("arrow", arrow, "slash"), drawing("flag", flag)]
    )
    other = {name: names[mirror[i]] for i, name in enumerate(names)}
    assert other["arrow"] == "arrow"
    assert other["flag"] == "mirrored flag"


def test_what_falls_rises_in_the_mirror_and_some_mirror_images_have_names_of_their_own():
    pairs = {
        "slope-falling": "slope-rising",
        "bicycle-beside-pedestrian": "pedestrian-beside-bicycle",
        "falling-rocks-left": "falling-rocks-right",
    }
    pixels = np.full((SPRITE_SIZE, SPRITE_SIZE, 4), 255, np.uint8)
    pixels[:, :20, :3] = 0
    names, mirror = pictogram_classes(
        [Drawing(n, {**ROW, "pictogram": n}, pixels, 1.0) for pair in pairs.items() for n in pair]
    )
    other = {name: names[mirror[i]] for i, name in enumerate(names)}
    assert {**pairs, **{b: a for a, b in pairs.items()}}.items() <= other.items()
