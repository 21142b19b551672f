"""Which finds in frames count, which labelled box each matches, and which are left out."""

from __future__ import annotations

import json

from frame_world import FAR, LIMIT, STOP, FrameWorld, of_frames, shifted

from recognizer.validation.requirements import Requirements, failures


def test_each_find_and_each_label_is_matched_once(frames: FrameWorld) -> None:
    twice = [(shifted(STOP, 11), "stop", 0.6), (shifted(STOP, -10), "stop", 0.9)]
    frames.frame(1, twice, [(STOP, "stop")])
    frames.frame(2, [(STOP, "stop", 0.9)], [(STOP, "stop"), (shifted(STOP, 8), "stop")])
    validation = frames.validate()
    found = of_frames(validation)
    assert (found.found.right, found.found.count) == (2, 3)
    assert (found.precision.right, found.precision.count) == (2, 3)
    (blame,) = validation.blames
    assert blame.reason == "the find that overlaps it fits another labelled box"
    assert validation.frames is not None
    assert validation.frames.false_sample(0).box is not None
    assert validation.frames.false_sample(0).box[:4] == shifted(STOP, 11)  # type: ignore[index]


def test_a_find_that_is_reported_comes_before_one_taken_for_no_sign(frames: FrameWorld) -> None:
    found = [(shifted(STOP, -11), None, 0.9), (shifted(STOP, 11), "stop", 0.5)]
    frames.frame(1, found, [(STOP, "stop")])
    figures = of_frames(frames.validate())
    assert (figures.end_to_end.right, figures.end_to_end.count) == (1, 1)
    assert (figures.precision.right, figures.precision.count) == (1, 1)


def test_a_plate_that_is_found_twice_counts_once(frames: FrameWorld) -> None:
    found = [(STOP, "stop", 0.9), (shifted(STOP, 15), "stop", 0.5)]
    frames.frame(1, found, [(STOP, "stop")])
    for _ in range(2):  # also from the cache
        figures = of_frames(frames.validate())
        assert (figures.precision.right, figures.precision.count) == (1, 1)


def test_the_surest_false_answer_comes_first_however_sure_the_find_is(frames: FrameWorld) -> None:
    found = [(STOP, "vague-right", 0.9), (LIMIT, "limit-50", 0.5), (FAR, "stop", 0.8)]
    frames.frame(1, found, [(FAR, "stop")])
    validation = frames.validate()
    assert validation.frames is not None
    assert validation.frames.false_answers == ("xx.limit[50]", "xx.right")


def test_finds_in_a_crowd_are_neither_right_nor_wrong(frames: FrameWorld) -> None:
    found = [(STOP, "stop", 0.9), (LIMIT, "limit-50", 0.9), (FAR, "limit-50", 0.9)]
    frames.frame(1, found)  # type: ignore[arg-type]
    (frames.data / "gt.txt").unlink()
    stop = {"image_id": 1, "category_id": 7, "bbox": [20, 20, 40, 40]}
    content = {
        "images": [{"id": 1, "file_name": "00001.png"}],
        "categories": [{"id": 7, "name": "7"}],
        "annotations": [stop, {**stop, "bbox": [100, 10, 120, 60], "iscrowd": 1}],
    }
    (frames.data / "coco.json").write_text(json.dumps(content))
    figures = of_frames(frames.validate())
    assert figures.ignored_finds == 1
    assert (figures.precision.right, figures.precision.count) == (1, 2)
    assert (figures.false_finds, figures.found.count) == (1, 1)


def test_signs_without_a_label_do_not_count_as_false_signs(frames: FrameWorld) -> None:
    frames.frame(1, [(STOP, "stop", 0.9), (LIMIT, "limit-50", 0.9)], [(STOP, "stop")])
    validation = frames.validate()
    limit = Requirements(max_false_signs=0)
    assert [case.name for case in failures(validation, limit)] == ["false signs"]
    (frames.data / "gt.txt").unlink()
    content = {
        "images": [{"id": 1, "file_name": "00001.png"}],
        "categories": [{"id": 7, "name": "7"}],
        "annotations": [
            {"image_id": 1, "category_id": 7, "bbox": [20, 20, 40, 40]},
            {"image_id": 1, "category_id": 7, "bbox": [100, 10, 120, 60], "iscrowd": 1},
        ],
    }
    (frames.data / "coco.json").write_text(json.dumps(content))
    assert of_frames(frames.validate()).ignored_finds == 1
    assert not failures(frames.validate(), limit)
