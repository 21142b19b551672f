"""Every layout is read, each picture with its class."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from dataset_files import gtsrb_class, labels_of, picture
from validation_world import LOOKS, World

from recognizer.validation.datasets import (
    Box,
    DatasetError,
    DatasetOptionError,
    Sample,
    open_dataset,
)

GTSRB = Path(__file__).resolve().parents[3] / "shared" / "data" / "gtsrb"


def test_folder_per_class(tmp_path: Path) -> None:
    picture(tmp_path / "stop" / "b.png")
    picture(tmp_path / "stop" / "a.JPG")
    picture(tmp_path / "give way" / "c.ppm")
    (tmp_path / "stop" / "notes.txt").write_text("no picture")
    dataset = open_dataset(tmp_path)
    assert labels_of(dataset) == [("c.ppm", "give way"), ("a.JPG", "stop"), ("b.png", "stop")]


def test_folders_within_a_class_folder_are_of_its_class(tmp_path: Path) -> None:
    picture(tmp_path / "stop" / "a.png")
    picture(tmp_path / "stop" / "night" / "rain" / "c.png")
    picture(tmp_path / "stop" / "night" / "b.png")
    picture(tmp_path / "elsewhere" / "d.png").parent.rename(tmp_path.parent / "elsewhere")
    (tmp_path / "stop" / "linked").symlink_to(tmp_path.parent / "elsewhere")
    dataset = open_dataset(tmp_path)
    assert labels_of(dataset) == [(f"{name}.png", "stop") for name in "adbc"]


@pytest.mark.parametrize("inner", ["", "Final_Training/Images", "GTSRB/Final_Training/Images"])
@pytest.mark.parametrize("suffix", [".ppm", ".png", ".jpg"])
def test_gtsrb_training(tmp_path: Path, inner: str, suffix: str) -> None:
    gtsrb_class(tmp_path / inner / "00000", suffix=suffix)
    gtsrb_class(tmp_path / inner / "00042", suffix=suffix)
    dataset = open_dataset(tmp_path)
    assert dataset.classes == ("00000", "00042")
    assert len(dataset.samples) == 4
    assert all(Path(s.path).is_file() for s in dataset.samples)
    assert "--split validation" in dataset.caution


def test_pictures_that_no_table_lists_are_told(tmp_path: Path) -> None:
    gtsrb_class(tmp_path / "00014", tracks=4)
    assert "no table lists" not in open_dataset(tmp_path).caution
    table = tmp_path / "00014" / "GT-00014.csv"
    table.write_text("\n".join(table.read_text().splitlines()[:3]) + "\n")
    told = open_dataset(tmp_path).caution
    assert "2 pictures that no table lists count nowhere, such as" in told
    assert "00002_00000.ppm" in told


def test_the_parts_of_gtsrb_are_tracks(tmp_path: Path) -> None:
    gtsrb_class(tmp_path / "00014", tracks=26)
    parts = {split: open_dataset(tmp_path, split) for split in ("training", "validation")}
    assert [len(part.samples) for part in parts.values()] == [23, 3]
    assert not set(parts["training"].samples) & set(parts["validation"].samples)
    assert not parts["validation"].caution


def test_pictures_that_no_table_lists_are_told_of_each_part_of_gtsrb(tmp_path: Path) -> None:
    gtsrb_class(tmp_path / "00014", tracks=26)
    picture(tmp_path / "00014" / "copy.ppm")  # whose track its name does not tell
    table = tmp_path / "00014" / "GT-00014.csv"
    header, *rows = table.read_text().splitlines()
    table.write_text("\n".join([header, *rows[:20]]))
    for split, count in (("all", 7), ("training", 6), ("validation", 2)):
        told = f"{count} pictures that no table lists count nowhere, such as"
        assert told in open_dataset(tmp_path, split).caution, split
    (tmp_path / "00014" / "copy.ppm").unlink()
    table.write_text("\n".join([header, *rows[:24]]))  # of validation, none is missing
    assert "2 pictures that no table" in open_dataset(tmp_path, "training").caution
    assert not open_dataset(tmp_path, "validation").caution


def test_what_training_never_saw_does_not_depend_on_which_tracks_are_there(tmp_path: Path) -> None:
    gtsrb_class(tmp_path / "00014", tracks=26)
    held_out = open_dataset(tmp_path, "validation").samples
    assert [Path(s.path).stem for s in held_out] == ["00005_00000", "00018_00000", "00021_00000"]
    table = tmp_path / "00014" / "GT-00014.csv"
    header, *rows = table.read_text().splitlines()
    table.write_text("\n".join([header, *rows[4:10]]))
    assert open_dataset(tmp_path, "validation").samples == held_out[:1]
    table.write_text("\n".join([header, *rows[6:10]]))
    with pytest.raises(DatasetOptionError, match=r"no pictures .*\(GTSRB .*, validation tracks"):
        open_dataset(tmp_path, "validation")


def test_a_split_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    gtsrb_class(tmp_path / "00014")
    with pytest.raises(DatasetError, match="no split `test`; known are all, training, validation"):
        open_dataset(tmp_path, "test")


def test_tracks_that_gtsrb_does_not_have_are_of_another_set(tmp_path: Path) -> None:
    gtsrb_class(tmp_path / "00000", tracks=8)  # GTSRB has 7
    table = tmp_path / "00000" / "GT-00000.csv"
    header, *rows = table.read_text().splitlines()
    table.write_text("\n".join([header, *rows[7:]]))
    assert "trained on" not in open_dataset(tmp_path).caution
    with pytest.raises(DatasetError, match="training half of GTSRB only"):
        open_dataset(tmp_path, "validation")


@pytest.mark.parametrize(
    ("name", "label", "is_trained_on"),
    [
        ("00014_00006_00029", "14", True),
        ("00014_00005_00029", "14", False),  # a track that training never saw
        ("00014_00006_00029", "15", False),  # a name that does not say the class
        ("00014_00026_00029", "14", False),  # a track that GTSRB does not have
        ("00006", "14", False),  # GTSRB's test half
    ],
)
def test_gtsrbs_training_half_is_known_by_its_pictures_names_too(
    tmp_path: Path, name: str, label: str, is_trained_on: bool
) -> None:
    picture(tmp_path / "Train" / label / f"{name}.png")
    (tmp_path / "Train.csv").write_text(f"ClassId,Path\n{label},Train/{label}/{name}.png\n")
    for path in (tmp_path / "Train.csv", tmp_path / "Train"):
        assert ("shipped weights were trained" in open_dataset(path).caution) == is_trained_on


@pytest.mark.parametrize(("number", "is_trained_on"), [(14, True), (61, False)])
def test_one_class_of_gtsrbs_training_half_was_trained_on_as_well(
    tmp_path: Path, number: int, is_trained_on: bool
) -> None:
    folder = tmp_path / f"{number:05}"
    gtsrb_class(folder)
    for path in (folder, folder / f"GT-{folder.name}.csv"):
        assert ("shipped weights were trained" in open_dataset(path).caution) == is_trained_on


def test_other_sets_have_no_parts(tmp_path: Path) -> None:
    gtsrb_class(tmp_path / "00061")
    with pytest.raises(DatasetError, match="training half of GTSRB only"):
        open_dataset(tmp_path, "validation")


def test_gtsrb_test(tmp_path: Path) -> None:
    folder = tmp_path / "Final_Test" / "Images"
    picture(folder / "00000.ppm")
    (folder / "GT-final_test.csv").write_text(
        "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\n00000.ppm;20;20;1;1;9;9;16\n"
    )
    assert labels_of(open_dataset(tmp_path)) == [("00000.ppm", "16")]


def test_csv_with_path_and_class_id(tmp_path: Path) -> None:
    picture(tmp_path / "Test" / "0.png")
    table = tmp_path / "Test.csv"
    table.write_text("Width,Height,Roi.X1,ClassId,Path\n20,20,5,16,Test/0.png\n")
    for path in (table, tmp_path):
        dataset = open_dataset(path)
        assert dataset.samples == (Sample(str(tmp_path / "Test" / "0.png"), "16"),)


def test_a_table_may_be_separated_by_tabs(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    (tmp_path / "t.csv").write_text("Path\tClassId\na.png\t16\n")
    assert open_dataset(tmp_path / "t.csv").samples == (Sample(str(tmp_path / "a.png"), "16"),)


def test_frames_without_a_labelled_box_are_frames(tmp_path: Path) -> None:
    for name in "ab":
        picture(tmp_path / "coco" / f"{name}.png")
        picture(tmp_path / "yolo" / "images" / f"{name}.png")
    content = {
        "images": [{"id": n, "file_name": f"{name}.png"} for n, name in enumerate("ab")],
        "categories": [{"id": 3, "name": "stop"}],
        "annotations": [{"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]}],
    }
    (tmp_path / "coco" / "c.json").write_text(json.dumps(content))
    (tmp_path / "yolo" / "labels").mkdir()
    (tmp_path / "yolo" / "labels" / "b.txt").write_text("3 0.5 0.5 0.1 0.1")
    for layout in ("coco", "yolo"):
        dataset = open_dataset(tmp_path / layout)
        assert [Path(frame).name for frame in dataset.frames] == ["a.png", "b.png"]
        assert labels_of(dataset) == [("b.png", "stop" if layout == "coco" else "3")]


def test_pictures_beside_those_of_a_csv_that_it_does_not_list_are_told(tmp_path: Path) -> None:
    for number in range(6):
        picture(tmp_path / "Train" / str(number // 2) / f"{number}.png")
    picture(tmp_path / "Meta" / "0.png")  # none of its pictures is listed
    picture(tmp_path / "overview.png")
    table = tmp_path / "Train.csv"
    rows = [f"Train/{number // 2}/{number}.png,{number // 2}" for number in range(6)]
    table.write_text("\n".join(["Path,ClassId", *rows]))
    assert not open_dataset(table).caution
    table.write_text("\n".join(["Path,ClassId", *rows[:2]]))
    told = f"4 pictures that no table lists count nowhere, such as {tmp_path}/Train/1/2.png"
    assert open_dataset(table).caution == told
    (tmp_path / "Test.csv").write_text("\n".join(["Path,ClassId", *rows[3:]]))
    told = f"1 picture that no table lists counts nowhere, such as {tmp_path}/Train/1/2.png"
    assert open_dataset(table).caution == told
    (tmp_path / "Test.csv").write_text("Path,ClassId\nTrain/1/2.png\n")  # damaged
    assert open_dataset(table).caution.startswith("4 pictures")


@pytest.mark.parametrize("root", ["", "../", "{}/"])
def test_pictures_beside_those_of_a_csv_are_told_however_it_names_them(
    tmp_path: Path, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        picture(tmp_path / f"{name}.png")
        picture(tmp_path / "lists" / f"{name}.png")
        picture(tmp_path / "lists" / "further" / f"{name}.png")
    picture(tmp_path / "a.jpg")  # the same, converted
    monkeypatch.chdir(tmp_path / "lists")
    table = Path("t.csv")
    listed = f"Path;ClassId\n{root.format(Path.cwd())}a.png;7\n"
    table.write_text(listed)
    for path in (table, table.absolute()):
        assert "1 picture that no table lists counts nowhere" in open_dataset(path).caution
    table.write_text(listed.replace("a.png", "further/a.png") if root != "../" else listed)
    for path in (table, table.absolute()):
        assert "1 picture that no table lists counts nowhere" in open_dataset(path).caution


def test_a_picture_that_a_csv_lists_twice_counts_once_and_is_of_one_class(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    table = tmp_path / "Test.csv"
    table.write_text("Path,ClassId\na.png,3\na.png,3\n")
    assert len(open_dataset(table).samples) == 1
    for name in ("a.png", "./a.png", "a.ppm"):  # which of them is there is looked up
        table.write_text(f"Path,ClassId\na.png,3\n\n{name},4\n")
        told = rf"Test.csv:4: `{name}` is of class 4, in line 2 of 3"
        with pytest.raises(DatasetError, match=told):
            open_dataset(table)


def test_hidden_files_and_folders_are_no_pictures(tmp_path: Path) -> None:
    for name in ("00/a.png", "00/.b.png", "00/.checkpoints/c.png", ".trash/d.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert [s.path for s in open_dataset(tmp_path).samples] == [str(tmp_path / "00" / "a.png")]


def test_hidden_files_are_no_lists_and_no_frames(tmp_path: Path) -> None:
    picture(tmp_path / "classes" / "00" / "a.png")
    for name in ("._x.csv", "._x.json", "annotations/._x.json"):
        path = tmp_path / "classes" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\x00\x05\x16\x07")  # what macOS leaves beside files
    assert len(open_dataset(tmp_path / "classes").samples) == 1
    picture(tmp_path / "frames" / "00001.jpg")
    (tmp_path / "frames" / "._00001.jpg").touch()
    (tmp_path / "frames" / "gt.txt").write_text("00001.ppm;1;2;3;4;7\n")
    assert [Path(f).name for f in open_dataset(tmp_path / "frames").frames] == ["00001.jpg"]


def test_a_box_that_is_only_finite_in_shares_is_cut_at_the_frame() -> None:
    assert Box(-1e308, 0.5, 1e308, 1e308, relative=True).cut(100, 50) == (0, 0, 100, 50)


def test_a_box_outside_of_the_frame_is_nothing() -> None:
    assert Box(110, 10, 120, 20).cut(100, 50) is None
    assert Box(10, 10, 10, 20).cut(100, 50) is None
    assert Box(float("nan"), 0, 1, 1).cut(100, 50) is None


def test_a_labelled_box_is_cut_with_its_margin_at_the_nearest_pixels() -> None:
    assert Box(10.8, 11.8, 30.8, 31.8).cut(100, 100) == (9, 10, 33, 34)


def test_boxes_of_frames_are_cut_out(world: World) -> None:
    frame = np.zeros((60, 200, 3), np.uint8)
    for number, x in enumerate((10, 60, 110, 160)):
        # The stand-in reads the first pixel of a crop, which lies in the margin of its box.
        frame[8, x - 2, 0] = 6 if number % 2 == 0 else 8  # keep-left, stop
    world.data.mkdir()
    cv2.imwrite(str(world.data / "f.png"), frame)
    content = {
        "images": [{"id": 1, "file_name": "f.png"}],
        "categories": [{"id": 1, "name": "left"}, {"id": 2, "name": "stop"}],
        "annotations": [
            {"image_id": 1, "category_id": 1 + n % 2, "bbox": [x, 10, 20, 20]}
            for n, x in enumerate((10, 60, 110, 160))
        ],
    }
    (world.data / "coco.json").write_text(json.dumps(content))
    validation = world.validate(boxes="labelled")
    assert validation.figures.accuracy.right == validation.figures.accuracy.count == 4
    assert world.predictor.calls == [4]
    assert validation.outcomes.sizes.tolist() == [[20, 20]] * 4


def draw_turned(path: Path, look: str, row: int) -> None:
    """A picture whose file says that viewers must turn it clockwise.

    ``look`` is in the first pixel of this row of the pixels as they are stored.
    """
    image = pytest.importorskip("PIL.Image")
    orientation = image.Exif()
    orientation[274] = 6
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[row, 0] = list(LOOKS).index(look)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.fromarray(pixels).save(path, exif=orientation)


def test_photographs_of_signs_are_read_upright(world: World) -> None:
    world.draw_all(1)
    # Turned clockwise, the lower left corner becomes the upper left one.
    draw_turned(world.data / "c50" / "000.png", "limit-50", row=-1)
    validation = world.validate()
    assert validation.figures.accuracy.value == 1
    assert [40, 20] in validation.outcomes.sizes.tolist()


def test_labelled_boxes_are_cut_out_of_the_pixels_as_they_are_stored(world: World) -> None:
    draw_turned(world.data / "f.png", "limit-50", row=0)
    content = {
        "images": [{"id": 1, "file_name": "f.png"}],
        "categories": [{"id": 1, "name": "c50"}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 40, 20]}],
    }
    (world.data / "coco.json").write_text(json.dumps(content))
    validation = world.validate(boxes="labelled")
    assert validation.outcomes.sizes.tolist() == [[20, 40]]
    assert validation.figures.accuracy.value == 1


def test_a_csv_within_a_class_is_no_data_set(tmp_path: Path) -> None:
    picture(tmp_path / "stop" / "a.png")
    (tmp_path / "stop" / "list.csv").write_text("Filename,ClassId\na.png,stop\n")
    (tmp_path / "sizes.csv").write_text("name,width\nstop,20\n")
    assert labels_of(open_dataset(tmp_path)) == [("a.png", "stop")]


@pytest.mark.skipif(not GTSRB.is_dir(), reason="shared/data/gtsrb is not here")
def test_the_real_set() -> None:
    everything = open_dataset(GTSRB)
    assert (len(everything.samples), len(everything.classes)) == (39209, 43)
    held_out = open_dataset(GTSRB, "validation")
    assert len(held_out.classes) == 43
    assert len(held_out.samples) == 3990
    assert "no table lists" not in everything.caution + held_out.caution
