"""What must not be seen is not seen: the configurations that leave signs out."""

import numpy as np
import pytest
import torch

from attributes.training import artwork
from attributes.training.artwork import german_rows, load_drawings, usable_rows
from attributes.training.batches import make_batch
from attributes.training.configuration import Configuration, load
from attributes.training.labels import BLANK, UNKNOWN, Labels
from attributes.training.materials import gather_materials
from attributes.training.mirroring import pictogram_classes
from attributes.training.packages import MissingPackageError
from attributes.training.pictograms import pictogram_masks
from attributes.training.run import prepare
from attributes.training.unseen_signs import shows_one_of, unseen_signs
from attributes.training.written_texts import load_fonts, text_masks
from attributes.vocabulary import CATEGORICAL, SHAPE

PLAIN = {
    "shape": "circle", "border": "none", "background": "white", "legend": "none", "bar": "none",
    "text": "", "pictogram": "none",
}  # fmt: skip
WORDS_OF_UNSEEN_SIGNS = (
    "bicycl", "cyclist", "pedestrian", "children", "snowflake", "roundabout--", "curve-",
    "winding-road", "uneven", "bump", "slippery", "road-narrows", "heavy-goods-vehicles--",
    "end-of-no-overtaking", "end-of-prohibition", "turn-left-ahead", "keep-left", "icy-road",
    "lanes-turn", "lanes-left-turn", "lanes-right-turn", "lanes-go", "lanes-all-directions",
    "lanes-with-directions",
)  # fmt: skip


PARTS_OF_UNSEEN_SIGNS = {
    16: "truck-on-slope-up truck-on-slope-down truck-entering-from-left truck-entering-from-right "
        "cars-on-slope-up cars-on-slope-down truck-on-hump tow-truck construction-vehicle "
        "car-hits-truck-with-exclamation-mark trees-over-road motorhome",
    21: "overtaking-arrows lane-change-to-left lane-change-to-right divided-highway-arrows",
    24: "lanes-merge-at-signal lanes-join lane-control-merge divided-highway-ends road-perspective",
    27: "bus-with-passengers truck-loading hawkers hand-rickshaw litter-container flagger",
    28: "school-bus school-bus-ahead",
    29: "motorcycle-without-rider tricycle-and-hand-cart",
    34: "left-or-right-arrow skewed-t-roads-left-square traffic-lights-and-no-right-turn",
    40: "circular-intersection-1 circular-intersection-2 circular-intersection-3 "
        "circular-intersection-4 loop-pretzel",
}  # fmt: skip
"""Class -> pictograms whose names do not tell that something like a part of it is in them."""


def unseen_rows(configuration: Configuration) -> list[dict[str, str]]:
    assert configuration.classes is not None
    return [r for r in german_rows() if int(r["class"]) not in configuration.classes]


def drawn_somehow(reference: str) -> np.ndarray:
    """A stand-in for any artwork: a white disc with something black on it, left of the middle."""
    pixels = np.zeros((96, 96, 4), np.uint8)
    y, x = np.mgrid[:96, :96]
    pixels[(x - 48) ** 2 + (y - 48) ** 2 < 46**2] = 255
    pixels[34:62, 30:52, :3] = 0
    return pixels


@pytest.fixture
def fonts():
    """Text is drawn with fonts of a package that is fetched when first needed."""
    try:
        load_fonts()
    except MissingPackageError as error:
        pytest.skip(str(error))


@pytest.fixture(autouse=True)
def few_texts(monkeypatch):
    monkeypatch.setattr("attributes.training.materials._TEXTS", 40)
    monkeypatch.setattr("attributes.training.materials._DRAWN_SCENES", 4)


def test_held_out_is_the_split_of_vpe():
    configuration = load("held-out")
    assert [int(r["class"]) for r in unseen_rows(configuration)] == [
        0, 6, 16, 19, 20, 21, 22, 23, 24, 27, 28, 29, 30, 32, 34, 36, 37, 39, 40, 41, 42,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["held-out", "numbers-out"])
def test_no_artwork_of_an_unseen_sign_is_left(name):
    configuration = load(name)
    left = usable_rows(configuration.without)
    references = {reference for reference, _ in left}
    rows = [row for _, row in left]
    seen = {r["pictogram"] for r in german_rows() if int(r["class"]) in configuration.classes}
    for sign in unseen_rows(configuration):
        meaning = f"mapillary:{sign['mapillary'].rpartition('--')[0]}"
        assert meaning not in {reference.rpartition("--")[0] for reference in references}
        assert sign["german"] not in references
        if sign["pictogram"] not in seen:
            assert sign["pictogram"] not in {row["pictogram"] for row in rows}
        same = ("shape", "background", "text", "pictogram")
        assert not [
            row for row in rows
            if all(row[c] == sign[c] for c in same)
            and (row["bar"] == "none") == (sign["bar"] == "none")
            and row["border"] != "red"  # a closed road's cross is no end of limits
        ]  # fmt: skip


def test_no_look_alike_of_an_unseen_sign_is_left_under_another_name():
    references = [reference for reference, _ in usable_rows(load("held-out").without)]
    words = WORDS_OF_UNSEEN_SIGNS
    found = [r for r in references if any(word in r for word in words)]
    # Names that tell of an unseen sign, drawings that do not show it.
    assert sorted(found) == [
        "mapillary:complementary--slippery-for-caravan-trailers--g1",  # a car with a caravan
        "mapillary:regulatory--no-overtaking-by-heavy-goods-vehicles--g1",  # class 10, seen
        "mapillary:regulatory--no-pedestrians--g6",  # a black cross
    ]


@pytest.mark.parametrize("class_id", PARTS_OF_UNSEEN_SIGNS)
def test_nothing_that_is_like_a_part_of_an_unseen_sign_is_left(class_id):
    parts = set(PARTS_OF_UNSEEN_SIGNS[class_id].split())
    assert parts <= {row["pictogram"] for _, row in usable_rows(())}
    assert not parts & {row["pictogram"] for _, row in usable_rows(load("held-out").without)}


@pytest.mark.usefixtures("fonts")
@pytest.mark.parametrize("number", ["70", "120"])
def test_numbers_that_are_left_out_stand_nowhere(number):
    configuration = load("numbers-out")
    assert number not in {row["text"] for _, row in usable_rows(configuration.without)}
    texts = text_masks(np.random.default_rng(0), 400, without=configuration.without)
    assert number not in texts.names
    seen = [r for r in german_rows() if int(r["class"]) in configuration.classes]
    assert number not in {r["text"] for r in seen}


def test_no_drawing_of_a_cyclist_is_left_however_its_table_names_it():
    left = {source for source, _ in usable_rows(load("held-out").without)}
    assert not left & {"commonroad:138", "mapillary:warning--bicycles-crossing--g1"}


def test_every_name_that_is_left_out_exists():
    rows = [*artwork.read_table(), *german_rows()]
    known = {
        row[column] for row in rows for column in ("pictogram", "text", "name") if column in row
    }
    known |= {name.rpartition("--")[0] for name in known}
    for row in artwork.read_table(artwork.FURTHER_GERMAN_TABLE):
        known |= {row["pictogram"], f"commonroad:{row['name']}"}
    for name in ("held-out", "numbers-out"):
        assert not set(load(name).without) - known


def test_masks_and_mirror_images_show_no_unseen_sign(monkeypatch):
    monkeypatch.setattr(artwork, "load_artwork", drawn_somehow)
    configuration = load("held-out")
    drawings = load_drawings(configuration.without)
    names, mirror = pictogram_classes(drawings, configuration.without)
    hidden = set(configuration.without)
    assert not set(names) & hidden
    assert not set(pictogram_masks(drawings).names) & hidden
    assert "turn-right-arrow" in names
    assert mirror[names.index("turn-right-arrow")] == UNKNOWN
    assert mirror[names.index("keep-right-arrow")] == UNKNOWN
    assert mirror[names.index("arrow-right")] == names.index("arrow-left")


@pytest.mark.usefixtures("fonts")
def test_what_must_not_be_mirrored_stays_as_it_is(monkeypatch):
    monkeypatch.setattr(artwork, "load_artwork", drawn_somehow)
    configuration = load("held-out").model_copy(
        update={"photographs": "none", "icons": False, "without": ("turn-left-arrow",)}
    )
    rows = [(s, r) for s, r in usable_rows() if r["pictogram"] == "turn-right-arrow"]
    monkeypatch.setattr(artwork, "usable_rows", lambda _: rows)
    drawings = load_drawings()
    names, mirror = pictogram_classes(drawings, configuration.without)
    materials = gather_materials(drawings, names, mirror, None, None, configuration)
    batch = make_batch(torch.Generator().manual_seed(0), materials, configuration, 48)
    shown = set(batch.labels.pictogram.tolist()) - {UNKNOWN, names.index(BLANK)}
    assert shown == {names.index("turn-right-arrow")}


def test_a_composed_plate_is_told_from_the_signs_it_must_not_be():
    pictograms = ["deer", "two-cars", "truck-beside-car", "car-beside-truck"]
    signs = unseen_signs(load("held-out").classes, pictograms)
    assert signs is not None
    plates = [
        {**PLAIN, "bar": "stripes"},  # the end of all limits
        {**PLAIN, "border": "black", "bar": "stripes"},
        {**PLAIN, "bar": "slash"},
        {**PLAIN, "bar": "stripes", "text": "80"},  # the end of a limit of 80
        {**PLAIN, "border": "red", "text": "20"},
        {**PLAIN, "bar": "stripes", "pictogram": "two-cars"},  # the end of no overtaking
        {**PLAIN, "bar": "stripes", "pictogram": "car-beside-truck"},  # the other end, mirrored
        {**PLAIN, "bar": "stripes", "text": "60"},
        {**PLAIN, "text": "80"},
        PLAIN,
        {**PLAIN, "shape": "square", "bar": "stripes"},
        {**PLAIN, "bar": "stripes", "pictogram": "deer"},
        {**PLAIN, "border": "red", "pictogram": "two-cars"},
    ]
    shown = shows_one_of(Labels.from_rows(plates, pictograms), signs)
    assert shown.tolist() == [True] * 7 + [False] * 6
    assert unseen_signs(None, ["deer"]) is None


@pytest.mark.usefixtures("fonts")
def test_a_composed_plate_that_is_an_unseen_sign_gives_way(monkeypatch):
    monkeypatch.setattr(artwork, "load_artwork", drawn_somehow)
    configuration = load("held-out").model_copy(update={"photographs": "none", "icons": False})
    rows = [row for row in usable_rows(configuration.without) if row[1]["shape"] == "square"]
    monkeypatch.setattr(artwork, "usable_rows", lambda _: rows[:60])
    drawings = load_drawings(configuration.without)
    names, mirror = pictogram_classes(drawings, configuration.without)
    materials = gather_materials(drawings, names, mirror, None, None, configuration)
    assert materials.unseen is not None
    circle = SHAPE.index("circle")

    def shapes() -> list[int]:
        batch = make_batch(torch.Generator().manual_seed(0), materials, configuration, 48)
        return batch.labels.categorical[:, CATEGORICAL.index(SHAPE)].tolist()

    assert circle in shapes()
    monkeypatch.setattr(
        "attributes.training.batches.shows_one_of",
        lambda labels, _: labels.categorical[:, CATEGORICAL.index(SHAPE)] == circle,
    )
    assert circle not in shapes()


@pytest.mark.usefixtures("fonts")
def test_templates_only_opens_no_data_set_and_takes_nothing_from_one(monkeypatch):
    def refuse(*_: object) -> None:
        raise AssertionError("a data set was opened")

    for loader in ("load_gtsrb", "load_scenes", "load_erased", "load_not_signs"):
        monkeypatch.setattr(f"attributes.training.run.{loader}", refuse)
    monkeypatch.setattr("attributes.training.operators.transplant_tones", refuse)
    monkeypatch.setattr(artwork, "load_artwork", drawn_somehow)
    stop = next(row for row in usable_rows() if row[0] == "commonroad:206")
    rows = [*usable_rows()[:60], stop]
    monkeypatch.setattr(artwork, "usable_rows", lambda _: rows)
    configuration = load("templates-only")
    prepared = prepare(configuration, None)
    materials = prepared.materials
    assert materials.photographs is materials.erased is materials.not_signs is None
    assert materials.scenes.shape == (4, 3, 96, 96)  # drawn ones
    assert not [line for line in prepared.data if "GTS" in line]
    usual = float(materials.weights[:60].max())
    assert float(materials.weights[60]) == pytest.approx(3 * configuration.gtsrb_signs * usual)
    batch = make_batch(torch.Generator().manual_seed(0), prepared.materials, configuration, 48)
    shares = configuration.batch
    assert len(batch.images) == shares.artwork + shares.composed + shares.scenes
