"""YOLO txt files are read as that format has them, and what is damaged is told by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_files import picture

from recognizer.validation.datasets import DatasetError, open_dataset


def test_yolo(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "val" / "f.png", 100, 50)
    label = tmp_path / "labels" / "val" / "f.txt"
    label.parent.mkdir(parents=True)
    label.write_text("1 0.5 0.5 0.2 0.4\n\n")
    (tmp_path / "data.yaml").write_text("names: [give way, stop]\n")
    sample = open_dataset(tmp_path).samples[0]
    assert sample.label == "stop"
    assert sample.box is not None
    # A tenth of the side is kept around the box.
    assert sample.box.cut(100, 50) == (38, 13, 62, 37)


@pytest.mark.parametrize(
    "line", ["1 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9", "1 0.5 0.5 0.2", "1 0.5 0.5 0.2 0.4 0.9",
             "1 nan 0.5 0.2 0.4", "1 0.5 0.5 inf 0.4", "stop 0.5 0.5 0.2 0.4"],
)  # fmt: skip
def test_a_damaged_line_of_yolo_is_named(tmp_path: Path, line: str) -> None:
    picture(tmp_path / "images" / "f.png", 100, 50)
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "f.txt").write_text(f"1 0.5 0.5 0.2 0.4\n{line}\n")
    with pytest.raises(DatasetError, match=rf"f\.txt:2: expected .*not read\), got `{line}`"):
        open_dataset(tmp_path)


def test_a_box_of_yolo_that_comes_twice_counts_once(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "f.png", 100, 50)
    (tmp_path / "labels").mkdir()
    lines = ["1 0.5 0.5 0.2 0.4", "0 0.5 0.5 0.2 0.5", "1 0.50 0.5 0.2 0.4"]
    (tmp_path / "labels" / "f.txt").write_text("\n".join(lines))
    assert [sample.label for sample in open_dataset(tmp_path).samples] == ["1", "0"]


@pytest.mark.parametrize(("names", "told"), [("", ("0", "1")), ("yield\nstop", ("yield", "stop"))])
def test_a_box_of_yolo_that_is_of_two_classes_is_named(
    tmp_path: Path, names: str, told: tuple[str, str]
) -> None:
    picture(tmp_path / "images" / "f.png", 100, 50)
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "f.txt").write_text("1 0.5 0.5 0.2 0.4\n\n0 0.50 0.5 0.2 0.4\n")
    if names:
        (tmp_path / "classes.txt").write_text(names)
    with pytest.raises(DatasetError) as refused:
        open_dataset(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path}/labels/f.txt:3: the box `0.50 0.5 0.2 0.4` is of class {told[0]}, in line 1 "
        f"of {told[1]}; keep the line that is right"
    )


def test_two_numbers_of_yolo_may_have_one_name(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "f.png", 100, 50)
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "f.txt").write_text("1 0.5 0.5 0.2 0.4\n0 0.5 0.5 0.2 0.4\n")
    (tmp_path / "classes.txt").write_text("stop\nstop\n")
    assert [sample.label for sample in open_dataset(tmp_path).samples] == ["stop"]


def test_a_byte_order_mark_is_no_part_of_a_name_or_number(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "f.png", 100, 50)
    (tmp_path / "labels").mkdir()
    for name, text in (("labels/f.txt", "0 0.5 0.5 0.2 0.4\n"), ("classes.txt", "stop\nyield\n")):
        (tmp_path / name).write_text(text, encoding="utf-8-sig")
    assert [sample.label for sample in open_dataset(tmp_path).samples] == ["stop"]


@pytest.mark.parametrize(
    ("line", "got"),
    [("0 500 500 30 30", "500"), ("1 0.5 0.5 0.2 1.02", "1.02"), ("1 0.5 0.5 -0.2 0.4", "-0.2")],
)
def test_a_box_of_yolo_that_is_not_in_fractions_is_named(
    tmp_path: Path, line: str, got: str
) -> None:
    picture(tmp_path / "images" / "00500.png", 100, 50)
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "00500.txt").write_text(f"1 0.5 0.5 0.2 0.4\n{line}\n")
    told = rf"labels/00500\.txt:2: expected fractions of the picture, 0 to 1 \(got {got}\); divide"
    with pytest.raises(DatasetError, match=told):
        open_dataset(tmp_path)


def test_a_box_of_yolo_may_touch_the_edge_as_tools_round_it(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "f.png", 100, 50)
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "f.txt").write_text("0 0.5 0.5 1.000001 1\n")
    (sample,) = open_dataset(tmp_path).samples
    assert sample.box is not None
    assert sample.box.visible(100, 50) == (0, 0, 100, 50)


@pytest.mark.parametrize(
    ("labelled", "told"),
    [
        ("abc", ""),
        ("ab", "1 of 3 pictures has no label file: taken as a frame without signs"),
        ("a", "2 of 3 pictures have no label file: taken as frames without signs"),
    ],
)
def test_pictures_of_yolo_without_a_label_file_are_counted(
    tmp_path: Path, labelled: str, told: str
) -> None:
    (tmp_path / "labels").mkdir()
    for name in "abc":
        picture(tmp_path / "images" / f"{name}.png")
    for name in labelled:  # an empty file says that there is no sign
        (tmp_path / "labels" / f"{name}.txt").write_text("0 .5 .5 .2 .4" if name == "a" else "")
    dataset = open_dataset(tmp_path)
    assert len(dataset.frames) == 3
    assert dataset.caution == told


def test_frames_without_any_labelled_box_are_refused_with_these_words(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "f.png")
    (tmp_path / "labels").mkdir()
    with pytest.raises(DatasetError, match=r"no labelled boxes in it \(YOLO txt, all pictures\)"):
        open_dataset(tmp_path)


@pytest.mark.parametrize("names", ["[no, 1.10]", "{0: no, 1: 1.10}", "\n- 'no'\n- 1.10"])
def test_names_of_yolo_are_taken_as_they_are_written(tmp_path: Path, names: str) -> None:
    picture(tmp_path / "images" / "f.png")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "f.txt").write_text("0 0.5 0.5 0.2 0.4\n1 0.5 0.5 0.4 0.2\n")
    # The date is none, which is no concern of the names.
    (tmp_path / "data.yaml").write_text(f"date: 2024-02-30\nnames: {names}\n")
    assert open_dataset(tmp_path).classes == ("no", "1.10")


def test_the_pictures_of_yolo_may_be_linked(tmp_path: Path) -> None:
    picture(tmp_path / "elsewhere" / "f.png")
    set_of_links = tmp_path / "set"
    for folder in ("images", "labels"):
        (set_of_links / folder).mkdir(parents=True)
    (set_of_links / "images" / "val").symlink_to(tmp_path / "elsewhere")
    (set_of_links / "labels" / "val").mkdir()
    (set_of_links / "labels" / "val" / "f.txt").write_text("0 0.5 0.5 0.2 0.4\n")
    (sample,) = open_dataset(set_of_links).samples
    assert (Path(sample.path).name, sample.label) == ("f.png", "0")


def test_a_mistake_in_data_yaml_is_told_with_its_place(tmp_path: Path) -> None:
    for folder in ("images", "labels"):
        (tmp_path / folder).mkdir()
    picture(tmp_path / "images" / "a.png")
    (tmp_path / "labels" / "a.txt").write_text("0 0.5 0.5 0.2 0.4\n")
    (tmp_path / "data.yaml").write_text("nc: 2\nnames: [a, b\n")
    with pytest.raises(DatasetError, match=r"data\.yaml:3:1: not valid YAML: [^\n]*$"):
        open_dataset(tmp_path)


def test_a_set_that_has_lost_its_labels_is_no_folder_of_classes(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "a.png")
    (tmp_path / "data.yaml").write_text("names: [stop]\n")
    with pytest.raises(DatasetError, match=r"as of a YOLO set, but no labels/"):
        open_dataset(tmp_path)
