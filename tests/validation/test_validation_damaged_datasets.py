"""What is ambiguous or damaged is refused with words that help."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from dataset_files import coco, gtsrb_class, picture

from recognizer.validation.datasets import DatasetError, open_dataset


def damage_missing(root: Path) -> Path:
    return root / "nothing"


def damage_empty(root: Path) -> Path:
    (root / "empty").mkdir()
    return root / "empty"


def damage_no_pictures(root: Path) -> Path:
    (root / "a").mkdir()
    (root / "a" / "notes.txt").write_text("x")
    return root


def damage_one_level_up(root: Path) -> Path:
    picture(root / "train" / "stop" / "a.png")
    return root


def damage_one_class_is_deeper(root: Path) -> Path:
    picture(root / "stop" / "a.png")
    picture(root / "yield" / "train" / "b.png")
    return root


def damage_one_class_of_gtsrb_is_deeper(root: Path) -> Path:
    gtsrb_class(root / "00000")
    picture(root / "00001" / "ppm" / "00000_00000.ppm")
    return root


def damage_no_class(root: Path) -> Path:
    picture(root / "stop" / "a.png")
    picture(root / "b.png")
    return root


def damage_loop(root: Path) -> Path:
    picture(root / "stop" / "a.png")
    (root / "stop" / "up").symlink_to(root)
    return root


def damage_columns(root: Path) -> Path:
    (root / "t.csv").write_text("Path,Width\na.png,3\n")
    return root / "t.csv"


def damage_short_line(root: Path) -> Path:
    (root / "t.csv").write_text("Path,ClassId\na.png\n")
    return root / "t.csv"


def damage_no_path(root: Path) -> Path:
    (root / "t.csv").write_text("Path,ClassId\na.png,stop\n,stop\n")
    return root / "t.csv"


def damage_no_label(root: Path) -> Path:
    (root / "t.csv").write_text("Path,ClassId\na.png,\n")
    return root / "t.csv"


def damage_mixed(root: Path) -> Path:
    picture(root / "stop" / "a.png")
    (root / "other.csv").write_text("Path,ClassId\nelsewhere/a.png,3\n")
    return root


def damage_half_gtsrb(root: Path) -> Path:
    gtsrb_class(root / "00000")
    picture(root / "00001" / "00000_00000.ppm")
    return root


def damage_wrong_class(root: Path) -> Path:
    gtsrb_class(root / "00000")
    (root / "00000").rename(root / "00005")
    return root


def damage_coco_images(root: Path) -> Path:
    content = {"images": [], "annotations": [{"image_id": 1}], "categories": []}
    (root / "c.json").write_text(json.dumps(content))
    return root / "c.json"


def damage_coco_no_list(root: Path) -> Path:
    (root / "c.json").write_text('{"images": {"1": "f.png"}, "annotations": [], "categories": []}')
    return root / "c.json"


def damage_coco_elsewhere(root: Path) -> Path:
    path = coco(root, "[0, 0, 1, 1]")
    (root / "f.png").unlink()
    return path


def damage_coco_depth(root: Path) -> Path:
    return coco(root, "[" * 10_000)


def damage_yolo(root: Path) -> Path:
    picture(root / "images" / "f.png")
    (root / "labels").mkdir()
    (root / "labels" / "f.txt").write_text("1 0.5 half 0.2 0.4\n")
    return root


def damage_yolo_twice(root: Path) -> Path:
    picture(root / "images" / "f.png")
    picture(root / "images" / "f.jpg")
    (root / "labels").mkdir()
    return root


def damage_yolo_names(root: Path) -> Path:
    picture(root / "images" / "f.png")
    (root / "labels").mkdir()
    (root / "data.yaml").write_text("names: stop")
    return root


def damage_yolo_depth(root: Path) -> Path:
    damage_yolo_names(root)
    (root / "data.yaml").write_text("[" * 10_000)
    return root


def damage_yolo_list(root: Path) -> Path:
    damage_yolo(root)
    (root / "labels" / "classes.txt").write_bytes(b"\xff")
    return root


def damage_coco_text(root: Path) -> Path:
    path = coco(root, "[0, 0, 1, 1]")
    path.write_text(path.read_text()[:30])
    return root


def damage_coco_image_folder(root: Path) -> Path:
    picture(root / "val2017" / "f.png")
    (root / "annotations").mkdir()
    (root / "annotations" / "instances_val2017.json").write_text('{"images": [{"id": 1,')
    return root


def damage_table_empty(root: Path) -> Path:
    (root / "Test.csv").write_text("")
    return root


def damage_table_utf16(root: Path) -> Path:
    (root / "Test.csv").write_text("Path,ClassId\nTest/0.png,16\n", encoding="utf-16")
    return root


def damage_table_utf16_beside_pictures(root: Path) -> Path:
    picture(root / "Test" / "0.png")
    return damage_table_utf16(root)


def damage_table_itself(root: Path) -> Path:
    return damage_table_utf16(root) / "Test.csv"


def damage_table_columns(root: Path) -> Path:
    (root / "Test.csv").write_text("file,label\n0.png,16\n")
    return root


def damage_several_sets(root: Path) -> Path:
    picture(root / "gtsdb" / "00000.jpg")
    (root / "gtsdb" / "gt.txt").write_text("00000.ppm;1;2;3;4;7\n")
    gtsrb_class(root / "gtsrb" / "Final_Training" / "Images" / "00000")
    (root / "video").mkdir()
    return root


def damage_several_sets_without_pictures(root: Path) -> Path:
    gtsrb_class(root / "gtsrb" / "Final_Training" / "Images" / "00000")
    return root


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (damage_missing, "no such file or folder"),
        (damage_empty, "the folder is empty"),
        (damage_no_pictures, "no labelled pictures found; known are"),
        (damage_one_level_up, "did you mean .*train"),
        (damage_one_class_is_deeper, r"train/b\.png: is its class yield or train\?"),
        (damage_one_class_of_gtsrb_is_deeper, r"_00000\.ppm: is its class 00001 or ppm\?"),
        (damage_no_class, r"/b\.png: a picture beside the class folders"),
        (damage_loop, "stop/up/stop: the same folder as .*/stop, which is read already"),
        (damage_columns, "no column ClassId; it has: Path, Width"),
        (damage_short_line, r"t\.csv:2: expected 2 columns, got 1"),
        (damage_no_path, r"t\.csv:3: no path: its column is empty"),
        (damage_no_label, r"t\.csv:2: no class: its column is empty"),
        (
            damage_mixed,
            r"mixed layouts; name the one that is meant:\n"
            r"  .*/other\.csv  \(csv table; its first picture, .*/a\.png, is not there\)\n"
            r"  .*  \(folder per class\)",
        ),
        (damage_half_gtsrb, "00001: mixed layouts"),
        (damage_wrong_class, "lists a picture of class 0, but the folder is 00005"),
        (damage_coco_images, r"c\.json: it lists no image: its `images` are empty"),
        (damage_coco_no_list, r'c\.json: expected a list of `images`, got `\{"1": "f\.png"\}`'),
        (damage_coco_elsewhere, r"none of its images \(1; the first is f\.png\) is in any of: /"),
        (damage_coco_text, r"no labelled pictures found.*\n  .*c\.json: not readable as COCO json"),
        (damage_coco_image_folder, r"instances_val2017\.json: not readable as COCO json"),
        (damage_table_empty, r"found.*\n  .*Test\.csv: expected the columns in its first line"),
        (damage_table_utf16, r"found.*\n  .*Test\.csv: not a csv table in UTF-8"),
        (damage_table_utf16_beside_pictures, r"Test\.csv: not a csv table in UTF-8"),
        (damage_table_itself, r"Test\.csv: not a csv table in UTF-8"),
        (damage_table_columns, r"found.*\n  .*no column Filename or Path and no .*: file, label"),
        (damage_several_sets, r"of data sets, not of classes; did you mean .*/gtsdb or .*/gtsrb\?"),
        (damage_several_sets_without_pictures, r"did you mean .*/gtsrb\?"),
        (damage_coco_depth, r"c\.json: not readable as COCO json: nested too deeply"),
        (damage_yolo, r"f\.txt:1: expected `class cx cy w h`"),
        (damage_yolo_twice, r"images/f\.png: called as .*images/f\.jpg is; whose is .*f\.txt\?"),
        (damage_yolo_names, r"data\.yaml: class names not readable: expected `names` with"),
        (damage_yolo_depth, r"data\.yaml: class names not readable: nested too deeply"),
        (damage_yolo_list, r"labels/classes\.txt: class names not readable: 'utf-8' codec"),
    ],
)
def test_damaged_data(tmp_path: Path, damage: object, words: str) -> None:
    assert callable(damage)
    with pytest.raises(DatasetError, match=words):
        open_dataset(damage(tmp_path))


def test_where_one_may_not_look_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = picture(tmp_path / "stop" / "closed" / "b.png").parent
    picture(tmp_path / "stop" / "a.png")
    look = os.scandir

    def refuse(path: str | os.PathLike[str]) -> Any:  # permission bits do not bind root
        if Path(path) == closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
        return look(path)

    monkeypatch.setattr(os, "scandir", refuse)
    for folder in (tmp_path, closed.parent):
        with pytest.raises(DatasetError, match=rf"^{closed}: Permission denied$"):
            open_dataset(folder)


def test_a_name_that_is_too_long_is_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"x: File name too long$"):
        open_dataset(tmp_path / ("x" * 300))
