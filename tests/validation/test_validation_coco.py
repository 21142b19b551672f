"""COCO json is read; what it lists twice, damaged or in vain is told by its id, not guessed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from dataset_files import coco, picture
from frame_world import LIMIT, STOP, FrameWorld, of_frames

from recognizer.cli.main import main
from recognizer.validation.datasets import Box, DatasetError, Sample, open_dataset
from recognizer.validation.validation import BoxesMode

IMAGES = [{"id": 3, "file_name": "a.png"}, {"id": 4, "file_name": "b.png"}]
CATEGORIES = [{"id": 1, "name": "stop"}, {"id": 2, "name": "yield"}]
NO_BOX = "expected `bbox` of four finite numbers"
SIGN = {"id": 7, "image_id": 3, "category_id": 1, "bbox": [1, 2, 3, 4]}


def write(root: Path, *annotations: Any, **lists: Any) -> Path:
    """A json of two images, which are there, and two categories, unless said otherwise."""
    for image in IMAGES:
        picture(root / str(image["file_name"]), 100, 80)
    path = root / "c.json"
    content = {"images": IMAGES, "categories": CATEGORIES, "annotations": [*annotations], **lists}
    path.write_text(json.dumps(content))
    return path


def told_of(path: Path) -> str:
    """What is said of a json that is refused, without its path."""
    with pytest.raises(DatasetError) as refused:
        open_dataset(path)
    return str(refused.value).removeprefix(f"{path}: ")


def test_coco(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "f.png", 100, 80)
    box = {"image_id": 7, "category_id": 3, "bbox": [10, 20, 30, 40]}
    content = {
        "images": [{"id": 7, "file_name": "f.png"}],
        "categories": [{"id": 3, "name": "stop"}],
        "annotations": [box, {**box, "iscrowd": 1}],
    }
    (tmp_path / "instances.json").write_text(json.dumps(content))
    dataset = open_dataset(tmp_path)
    assert dataset.frames == (str(tmp_path / "images" / "f.png"),)
    assert dataset.samples == (
        Sample(str(tmp_path / "images" / "f.png"), "stop", Box(10, 20, 40, 60)),
    )


def test_a_coco_json_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = write(tmp_path, SIGN)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(open_dataset(path).samples) == 1


@pytest.mark.parametrize("folder", ["val2017", "images", "images/val2017"])
def test_cocos_own_folder_is_no_folder_per_class(tmp_path: Path, folder: str) -> None:
    picture(tmp_path / folder / "f.png", 100, 80)
    content = {
        "images": [{"id": 7, "file_name": "f.png"}],
        "categories": [{"id": 3, "name": "stop"}],
        "annotations": [{"image_id": 7, "category_id": 3, "bbox": [10, 20, 30, 40]}],
    }
    listed = tmp_path / "annotations" / "instances_val2017.json"
    listed.parent.mkdir()
    listed.write_text(json.dumps(content))
    dataset = open_dataset(tmp_path)
    assert (dataset.layout, dataset.frames) == ("COCO json", (str(tmp_path / folder / "f.png"),))
    (tmp_path / "annotations" / "instances_train2017.json").write_text(json.dumps(content))
    with pytest.raises(DatasetError, match=r"mixed layouts.*\n.*train2017\.json.*\n.*val2017"):
        open_dataset(tmp_path)


@pytest.mark.parametrize(
    "box", ["[Infinity, 0, 1, 1]", "[0, 0, 1e400, 1]", "[0, NaN, 1, 1]", "[0, 0, 1, -Infinity]",
            "[1e308, 0, 1e308, 1]"],
)  # fmt: skip
def test_a_box_of_coco_that_is_not_finite_is_named(tmp_path: Path, box: str) -> None:
    with pytest.raises(
        DatasetError, match=r"c\.json: annotation 7: expected `bbox` of four finite"
    ):
        open_dataset(coco(tmp_path, box))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"category_id": 7}, "annotation 12: its `category_id` 7 is the id of no category"),
        ({"image_id": "1"}, 'annotation 12: its `image_id` "1" is the id of no image'),
        ({"image_id": 9, "iscrowd": 1}, "annotation 12: its `image_id` 9 is the id of no image"),
        (
            {"id": None, "category_id": 7},
            "annotation number 2: its `category_id` 7 is the id of no",
        ),
    ],
)
def test_what_an_annotation_of_coco_names_in_vain_is_told(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    path = coco(tmp_path, "[0, 0, 1, 1]")
    content = json.loads(path.read_text())
    changed = {**content["annotations"][0], "id": 12, **change}
    content["annotations"].append({k: v for k, v in changed.items() if v is not None})
    path.write_text(json.dumps(content))
    with pytest.raises(DatasetError, match=rf"c\.json: {told}"):
        open_dataset(path)


def test_an_iscrowd_box_of_coco_needs_no_category(tmp_path: Path) -> None:
    path = coco(tmp_path, "[0, 0, 1, 1]")
    content = json.loads(path.read_text())
    content["annotations"].append({"image_id": 1, "bbox": [0, 0, 9, 9], "iscrowd": 1})
    path.write_text(json.dumps(content))
    assert open_dataset(path).ignored


def test_an_id_of_two_images_is_told_with_both_files_before_what_is_missing(tmp_path: Path) -> None:
    images = [IMAGES[0], {"id": 3, "file_name": "b.png"}]
    path = write(tmp_path, {**SIGN, "image_id": 4}, images=images)  # 4 was b.png, before a slip
    assert told_of(path) == (
        "image 3 is listed twice: file_name `a.png` and `b.png`; "
        "which is meant by an annotation's `image_id` 3?"
    )


def test_an_id_of_two_categories_is_told_with_both_names(tmp_path: Path) -> None:
    path = write(tmp_path, SIGN, categories=[*CATEGORIES, {"id": 1, "name": "keep left"}])
    assert told_of(path) == (
        "category 1 is listed twice: name `stop` and `keep left`; "
        "which is meant by an annotation's `category_id` 1?"
    )


def test_two_categories_may_be_one_class(tmp_path: Path) -> None:
    path = write(tmp_path, SIGN, categories=[*CATEGORIES, {"id": 5, "name": "stop"}])
    assert open_dataset(path).classes == ("stop",)


def test_one_file_as_two_images_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, SIGN, images=[*IMAGES, {"id": "5", "file_name": "a.png"}])
    assert told_of(path) == (
        'images 3 and "5" have one `file_name`, `a.png`; list it once, with the boxes of both'
    )


@pytest.mark.parametrize(
    ("again", "told"),
    [
        (SIGN, "number 2 (id 7, `stop` in a.png) have one id"),
        (
            {**SIGN, "image_id": 4, "category_id": 2},
            "number 2 (id 7, `yield` in b.png) have one id",
        ),
        ({**SIGN, "id": 8}, "number 2 (id 8, `stop` in a.png) have one box"),
        ({**SIGN, "id": None}, "number 2 (`stop` in a.png) have one box"),
    ],
)
def test_an_annotation_that_is_listed_twice_is_told(
    tmp_path: Path, again: dict[str, object], told: str
) -> None:
    assert told_of(write(tmp_path, SIGN, again)) == (
        f"annotation number 1 (id 7, `stop` in a.png) and annotation {told}; "
        "list each sign once, with an id of its own"
    )


def test_boxes_that_differ_in_anything_are_all_read(tmp_path: Path) -> None:
    others = [{"image_id": 4}, {"bbox": [1, 2, 3, 5]}, {"bbox": [1, 2, 4, 4]}, {"iscrowd": 1}]
    path = write(tmp_path, SIGN, *({**SIGN, "id": 8 + n, **o} for n, o in enumerate(others)))
    dataset = open_dataset(path)
    assert len(dataset.samples) == 4
    assert dataset.ignored


def test_a_box_of_two_classes_is_told(tmp_path: Path) -> None:
    again = {**SIGN, "id": 8, "category_id": 2}
    assert told_of(write(tmp_path, SIGN, {**SIGN, "id": 9, "image_id": 4}, again)) == (
        "annotation number 1 (id 7, `stop` in a.png) and annotation number 3 (id 8, `yield` in "
        "a.png) have one box, but two classes; keep the one that is right"
    )


@pytest.mark.parametrize(
    ("stated", "sizes"),
    [
        ({"width": 100, "height": 80.0}, [(100, 80)]),
        ({"width": 100}, []),
        ({"width": 0, "height": 0}, []),  # so some tools say that they do not know
        ({"width": None, "height": None}, []),
    ],
)
def test_the_size_of_an_image_is_kept_where_it_is_stated(
    tmp_path: Path, stated: dict[str, object], sizes: list[tuple[int, int]]
) -> None:
    dataset = open_dataset(write(tmp_path, SIGN, images=[{**IMAGES[0], **stated}, IMAGES[1]]))
    assert [*dataset.sizes.values()] == sizes
    assert {*dataset.sizes} <= {str(tmp_path / "a.png")}


@pytest.mark.parametrize(
    ("width", "shown"), [("100", '"100"'), (-1, "-1"), (0.5, "0.5"), (True, "true"), ([1], "[1]")]
)
def test_a_size_that_is_none_is_named(tmp_path: Path, width: object, shown: str) -> None:
    images = [{**IMAGES[0], "width": width, "height": 80}, IMAGES[1]]
    assert told_of(write(tmp_path, SIGN, images=images)) == (
        f"image 3: expected `width` to be a whole number of pixels, got `{shown}`"
    )


def street_as_coco(frames: FrameWorld, *sizes: tuple[int, int]) -> list[Path]:
    """Frames of 400×300 pixels with a sign each, in a json that states these sizes for them."""
    numbers = range(1, len(sizes) + 1)
    drawn = [frames.frame(n, [(STOP, "stop", 0.9)], [(STOP, "stop")]) for n in numbers]
    (frames.data / "gt.txt").unlink()
    x1, y1, x2, y2 = STOP
    content = {
        "images": [
            {"id": n, "file_name": f"{n:05}.png", "width": width, "height": height}
            for n, (width, height) in zip(numbers, sizes, strict=True)
        ],
        "categories": [{"id": 7, "name": "7"}],
        "annotations": [
            {"image_id": n, "category_id": 7, "bbox": [x1, y1, x2 - x1, y2 - y1]} for n in numbers
        ],
    }
    (frames.data / "coco.json").write_text(json.dumps(content))
    return drawn


@pytest.mark.parametrize("boxes", ["found", "labelled"])
def test_a_frame_of_another_size_than_its_boxes_are_for_is_not_used(
    frames: FrameWorld, boxes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = street_as_coco(frames, (400, 300), (200, 150))
    command = frames.command(
        "validate", frames.data, "--catalogue", frames.rules(), "--boxes", boxes
    )
    lost = "; its labelled boxes (1) count nowhere" if boxes == "found" else ""
    for _ in range(2):  # also from the cache
        assert main(command) == 3
        assert capsys.readouterr().err == (
            f"signrules: {second}: the list says 200×150, the picture has 400×300; use the "
            f"pictures that the boxes were made for{lost}\n"
            "signrules: 1 frame or labelled box could not be read\n"
        )
    assert frames.finder.calls == (boxes == "found")
    assert first.exists()


@pytest.mark.parametrize("boxes", ["found", "labelled"])
@pytest.mark.parametrize("is_touched", [False, True])
def test_a_size_is_held_against_what_was_read_before_it_was_stated(
    frames: FrameWorld, boxes: BoxesMode, is_touched: bool
) -> None:
    drawn = street_as_coco(frames, (0, 0), (0, 0))
    assert not frames.validate(boxes=boxes).pictures.unreadable
    street_as_coco(frames, (400, 300), (200, 150))
    if is_touched:
        os.utime(drawn[1], (1, 1))
    (told,) = frames.validate(boxes=boxes).pictures.unreadable
    assert "the list says 200×150, the picture has 400×300" in told.reason


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ({"bbox": [1, 2, 3]}, f"annotation 7: {NO_BOX}, got `[1, 2, 3]`"),
        ({"bbox": ["a", None, 3, 4]}, f'annotation 7: {NO_BOX}, got `["a", null, 3, 4]`'),
        ({"bbox": "1234"}, f'annotation 7: {NO_BOX}, got `"1234"`'),
        ({"bbox": [0, 0, 1, 10**400]}, f"annotation 7: {NO_BOX}, got `[0, 0, 1, 1000"),
        ({"bbox": None, "id": None}, f"annotation number 1: {NO_BOX}, got `null`"),
        ({"image_id": [3]}, "annotation 7: expected `image_id` to be a number or text, got `[3]`"),
        ({"id": {}}, "annotation number 1: expected `id` to be a number or text, got `{}`"),
    ],
)
def test_a_damaged_annotation_is_named(
    tmp_path: Path, damage: dict[str, object], told: str
) -> None:
    assert told_of(write(tmp_path, {**SIGN, **damage})).startswith(told)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("bbox", f"annotation 7: {NO_BOX}, it has none"),
        ("image_id", "annotation 7: it has no `image_id`"),
        ("category_id", "annotation 7: it has no `category_id`"),
    ],
)
def test_what_an_annotation_lacks_is_told(tmp_path: Path, key: str, told: str) -> None:
    assert told_of(write(tmp_path, {k: v for k, v in SIGN.items() if k != key})) == told


@pytest.mark.parametrize(
    ("lists", "told"),
    [
        ({"annotations": [5]}, "annotation number 1: expected an object, got `5`"),
        ({"images": ["a.png"]}, 'image number 1: expected an object, got `"a.png"`'),
        ({"images": [{"id": 3}]}, "image number 1: it has no `file_name`"),
        ({"categories": [{"name": "stop"}]}, "category number 1: it has no `id`"),
    ],
)
def test_an_entry_that_is_none_is_named(
    tmp_path: Path, lists: dict[str, object], told: str
) -> None:
    assert told_of(write(tmp_path, **lists)) == told


@pytest.mark.parametrize("missing", ["a.png", "b.png"])
def test_any_image_that_is_there_says_where_all_are(tmp_path: Path, missing: str) -> None:
    path = write(tmp_path, SIGN)
    for image in ("a.png", "b.png"):
        picture(tmp_path / "images" / image)
        (tmp_path / image).unlink()
    (tmp_path / "images" / missing).unlink()
    folder = tmp_path / "images"
    assert open_dataset(path).frames == (str(folder / "a.png"), str(folder / "b.png"))


@pytest.mark.parametrize("missing", [1, 2])
def test_a_missing_image_is_counted_and_listed_wherever_it_stands(
    frames: FrameWorld, missing: int, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = [frames.frame(n, [(STOP, "stop", 0.9), (LIMIT, "limit-50", 0.8)]) for n in (1, 2)]
    (frames.data / "gt.txt").unlink()
    x1, y1, x2, y2 = STOP
    content = {
        "images": [{"id": n, "file_name": f"{n:05}.png"} for n in (1, 2)],
        "categories": [{"id": 7, "name": "7"}],
        "annotations": [
            {"image_id": n, "category_id": 7, "bbox": [x1, y1, x2 - x1, y2 - y1]} for n in (1, 2)
        ],
    }
    (frames.data / "coco.json").write_text(json.dumps(content))
    drawn[missing - 1].unlink()
    command = frames.command("validate", frames.data, "--catalogue", frames.rules())
    assert main(command) == 3
    assert capsys.readouterr().err == (
        f"signrules: {drawn[missing - 1]}: No such file or directory; "
        "its labelled boxes (1) count nowhere\n"
        "signrules: 1 frame or labelled box could not be read\n"
    )
    assert of_frames(frames.validate()).found.right == 1
