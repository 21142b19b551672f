"""Frames are read in every layout, and what cannot be used of them is said."""

from __future__ import annotations

import json

import pytest
from frame_world import STOP, FrameWorld, of_frames
from validation_world import LABELS

from recognizer.validation.datasets import DatasetError
from recognizer.validation.validation import BoxesMode


def test_coco_and_yolo_frames_are_searched(street: FrameWorld) -> None:
    expected = of_frames(street.validate())
    names = list(LABELS)
    rows = [line.split(";") for line in street.lines]
    content = {
        "images": [{"id": n, "file_name": f"{n:05}.png"} for n in (1, 2, 3)],
        "categories": [{"id": i, "name": str(i)} for i in range(len(names))],
        "annotations": [
            {"image_id": int(r[0][:5]), "category_id": int(r[5]),
             "bbox": [x1, y1, x2 - x1, y2 - y1]}
            for r in rows
            for x1, y1, x2, y2 in [map(float, r[1:5])]
        ],
    }  # fmt: skip
    (street.data / "gt.txt").unlink()
    (street.data / "coco.json").write_text(json.dumps(content))
    assert of_frames(street.validate()) == expected
    assert street.finder.calls == 3  # the same pictures: nothing is searched again

    (street.data / "coco.json").unlink()
    for folder in ("images", "labels"):
        (street.data / folder).mkdir()
    for picture in list(street.data.glob("*.png")):
        picture.rename(street.data / "images" / picture.name)
    for name, x1, y1, x2, y2, label in rows:
        left, top, right, bottom = (float(side) for side in (x1, y1, x2, y2))
        with (street.data / "labels" / f"{name[:5]}.txt").open("a") as file:
            file.write(
                f"{label} {(left + right) / 800} {(top + bottom) / 600} "
                f"{(right - left) / 400} {(bottom - top) / 300}\n"
            )
    assert of_frames(street.validate()) == expected
    assert street.finder.calls == 3


def test_what_cannot_be_used_is_counted_and_said(street: FrameWorld) -> None:
    expected = of_frames(street.validate())
    (street.data / "00004.png").write_bytes(b"nothing")
    street.lines += [
        "00004.ppm;10;10;50;50;0",
        "00005.ppm;10;10;50;50;0",
        "00003.ppm;900;10;950;50;0",
        "00003.ppm;50;10;50;50;0",
    ]
    street.write_list()
    validation = street.validate()
    assert of_frames(validation) == expected
    reasons = [u.reason for u in validation.pictures.unreadable]
    assert len(reasons) == 4
    assert "00004.png: not a picture that can be decoded; its labelled boxes (1)" in reasons[0]
    assert "00005.ppm: No such file or directory; its labelled boxes (1)" in reasons[1]
    words = "of class 0 has no size or lies outside of the frame of 400×300 pixels"
    assert f"the box 900, 10, 950, 50 {words}" in reasons[2]
    assert f"the box 50, 10, 50, 50 {words}" in reasons[3]


@pytest.mark.parametrize("boxes", ["found", "labelled"])
def test_a_box_in_fractions_that_cannot_be_used_is_told_in_pixels(
    frames: FrameWorld, boxes: BoxesMode
) -> None:
    drawn = frames.frame(1, [(STOP, "stop", 0.9)])
    (frames.data / "gt.txt").unlink()
    for folder in ("images", "labels"):
        (frames.data / folder).mkdir()
    drawn.rename(frames.data / "images" / drawn.name)
    label = frames.data / "labels" / "00001.txt"
    label.write_text(f"7 {40 / 400} {40 / 300} {40 / 400} {40 / 300}\n7 0.5 0.5 0 0\n")
    (told,) = frames.validate(boxes=boxes).pictures.unreadable
    assert "the box 200, 150, 200, 150 of class 7 has no size or lies outside of" in told.reason


def test_a_box_over_the_edge_is_what_can_be_seen_of_it(frames: FrameWorld) -> None:
    frames.frame(1, [((380, 20, 400, 60), "stop", 0.9)], [((380, 20, 420, 60), "stop")])
    assert of_frames(frames.validate()).end_to_end.right == 1


def test_no_frame_can_be_read(frames: FrameWorld) -> None:
    frames.lines.append("00001.ppm;10;10;50;50;0")
    frames.write_list()
    with pytest.raises(
        DatasetError, match=r"none of the 1 frames can be read; the first: .*No such"
    ):
        frames.validate()
