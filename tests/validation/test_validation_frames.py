"""Whole frames: what is found, what it is called, what is missed, and what is found beside."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from browser import CHROMIUM, drive
from frame_world import FrameWorld, StandInFinder
from validation_world import LABELS, blamed

from recognizer import Recognizer
from recognizer.cli.main import main
from recognizer.decision import Thresholds
from recognizer.validation import validation as validation_module
from recognizer.validation.datasets import DatasetError
from recognizer.validation.frame_diff import compare_frames
from recognizer.validation.frame_figures import FrameFigures
from recognizer.validation.labels import NOT_IN_CATALOGUE
from recognizer.validation.late_predictor import LatePredictor
from recognizer.validation.report import FILES, write_report
from recognizer.validation.report.junit import Requirements, failures
from recognizer.validation.report.tables import render_errors
from recognizer.validation.validation import Validation

PICTURES = Path(__file__).parents[2] / "examples" / "pictures"
STOP = (20.0, 20.0, 60.0, 60.0)
LIMIT = (120.0, 20.0, 160.0, 60.0)
LEFT = (220.0, 20.0, 240.0, 40.0)
FAR = (320.0, 200.0, 360.0, 240.0)
SWAPPED = (
    ("pictogram: left}", "pictogram: XX}"),
    ("pictogram: right}", "pictogram: left}"),
    ("pictogram: XX}", "pictogram: right}"),
)


def shifted(box: tuple[float, float, float, float], by: float) -> tuple[float, float, float, float]:
    return (box[0] + by, box[1], box[2] + by, box[3])


@pytest.fixture
def street(frames: FrameWorld) -> FrameWorld:
    """Three frames: signs found and right, misread, missed, taken for none, and false finds."""
    frames.frame(
        1,
        [(shifted(STOP, 4), "stop", 0.9), (LIMIT, "limit-50", 0.8), (FAR, "limit-30", 0.7)],
        [(STOP, "stop"), (LIMIT, "c50"), (LEFT, "left")],
    )
    frames.frame(
        2,
        [(STOP, "stop", 0.9), (LIMIT, "limit-60", 0.6), (LEFT, None, 0.5), (FAR, None, 0.4)],
        [(STOP, "stop"), (LIMIT, "c50"), (LEFT, "left")],
    )
    frames.frame(3, [(FAR, "stranger", 0.9)])  # without any label
    return frames


def of_frames(validation: Validation) -> FrameFigures:
    assert validation.figures.frames is not None
    return validation.figures.frames


def test_what_is_found_and_what_it_is_called(street: FrameWorld) -> None:
    validation = street.validate()
    found = of_frames(validation)
    assert found.frames == 3
    assert (found.found.right, found.found.count) == (4, 6)
    assert (found.precision.right, found.precision.count) == (4, 6)
    assert (found.end_to_end.right, found.end_to_end.count) == (3, 6)
    assert (found.named.right, found.named.count) == (3, 4)
    assert found.taken_for_no_sign == 1
    assert (found.false_finds, found.false_signs) == (2, 1)
    assert found.false_finds_per_frame == pytest.approx(2 / 3)
    assert found.false_answers == (("xx.limit[30]", 1), ("unknown", 1))


def test_by_size_of_the_sign(street: FrameWorld) -> None:
    found = of_frames(street.validate())
    assert [(w, r.right, r.count) for w, r in found.found_by_size] == [
        ("16 to 23 px", 0, 2), ("32 to 47 px", 4, 4),
    ]  # fmt: skip
    assert [(w, r.right, r.count) for w, r in found.end_to_end_by_size] == [
        ("16 to 23 px", 0, 2), ("32 to 47 px", 3, 4),
    ]  # fmt: skip
    assert [(w, r.right, r.count) for w, r in found.precision_by_size] == [("32 to 47 px", 4, 6)]


def test_a_sign_that_is_not_found_is_a_wrong_answer_everywhere(street: FrameWorld) -> None:
    figures = street.validate().figures
    assert figures.pictures == 6
    assert figures.accuracy == of_frames_end_to_end(figures.frames)
    left = figures.sign("xx.left")
    assert (left.recall.right, left.recall.count, left.not_found, left.unknown) == (0, 2, 2, 0)
    limit = figures.sign("xx.limit[50]")
    assert limit.taken_for == (("xx.limit[60]", 1),)
    # False finds are no error of any sign: 30 was answered, but no picture of it is there.
    assert [s.id for s in figures.signs] == ["xx.stop", "xx.limit[50]", "xx.left"]
    assert figures.macro_accuracy == pytest.approx((1 + 0.5 + 0) / 3)
    assert [(w, r.right, r.count) for w, r in figures.sizes] == [
        ("16 to 23 px", 0, 2), ("32 to 47 px", 3, 4),
    ]  # fmt: skip


def of_frames_end_to_end(figures: FrameFigures | None) -> object:
    assert figures is not None
    return figures.end_to_end


def test_blame(street: FrameWorld) -> None:
    validation = street.validate()
    assert blamed(validation) == {
        ("not found", "sign of 16 to 23 px"): 1,
        ("rule too wide", "xx.limit[60]"): 1,
        ("attribute misread", "presence"): 1,
    }
    first = validation.blames[0]
    sample = validation.sample(first.picture)
    assert (Path(sample.path).name, sample.label) == ("00001.png", str(list(LABELS).index("left")))
    assert sample.box is not None
    assert sample.box[:4] == LEFT
    assert first.reason == "no find is near"


@pytest.mark.parametrize(
    ("by", "words"),
    [(16.0, "overlaps it, but by less than 0.5"), (60.0, "no find is near")],
)
def test_why_a_sign_is_not_found(frames: FrameWorld, by: float, words: str) -> None:
    frames.frame(1, [(shifted(STOP, by), "stop", 0.9)], [(STOP, "stop")])
    (blame,) = frames.validate().blames
    assert words in blame.reason


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


def test_what_is_validated_is_what_the_product_answers(
    frames: FrameWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation_module, "LatePredictor", LatePredictor)
    image = np.full((300, 400, 3), 110, np.uint8)
    boxes = [(30, 30, 90, 90), (40, 34, 100, 94), (150, 40, 210, 100), (300, 50, 309.5, 60),
             (360, 260, 400, 300), (250, 200, 290, 240)]  # fmt: skip
    for name, x in (("stop", 24), ("speed-limit-45", 144)):
        sign = cv2.imread(str(PICTURES / f"{name}.png"))
        image[34:106, x : x + 72] = cv2.resize(sign, (72, 72), interpolation=cv2.INTER_AREA)
    image[0, 0] = 1
    assert cv2.imwrite(str(frames.data / "00001.png"), image)
    frames.finder.finds[1] = [(box, 0.9 - 0.1 * n) for n, box in enumerate(boxes)]
    frames.lines = ["00001.png;30;30;90;90;0", "00001.png;260;20;270;30;0"]
    frames.write_list()
    frames.labels(c30="de.206")
    validation = validation_module.validate(
        frames.data, labels=frames.folder / "labels.yaml", cache=frames.folder / "cache"
    )
    assert validation.frames is not None
    recognizer = Recognizer()
    recognizer.localizer = frames.finder  # type: ignore[assignment]
    result = recognizer.recognize_frame(image)
    found = validation.frames
    kept = np.flatnonzero(found.reported)
    np.testing.assert_array_equal(found.frames.find_box[kept], result.xyxy)
    answers = {int(f): found.outcomes.names[c] for f, c in
               zip(found.finds, found.outcomes.answered, strict=True)}  # fmt: skip
    answers.update(zip(found.false.tolist(), found.false_answers, strict=True))
    assert [answers[int(row)] for row in kept] == result.sign_ids
    assert "de.206" in result.sign_ids
    assert "unknown" in result.sign_ids


def test_small_finds_are_answered_as_the_product_does(frames: FrameWorld) -> None:
    small = (20.0, 20.0, 29.6, 40.0)
    frames.frame(1, [(small, "stop", 0.9)], [(small, "stop")])
    validation = frames.validate()
    assert validation.outcomes.sizes.tolist() == [[20, 9]]
    assert blamed(validation) == {("threshold", "min_side"): 1}
    assert of_frames(validation).found.right == 1


def test_classes_outside_of_the_catalogue(frames: FrameWorld) -> None:
    frames.frame(
        1,
        [(STOP, "stranger", 0.9), (LIMIT, "stop", 0.9)],
        [(STOP, "c30"), (LIMIT, "c50"), (LEFT, "c30"), (FAR, "stop")],
    )
    labels = frames.labels(c30=None, c50="unknown")
    figures = frames.validate(labels=labels).figures
    # What is no sign is not to be found; a sign that the catalogue lacks is.
    assert (of_frames_count(figures.frames), figures.pictures) == ((1, 3), 3)
    assert figures.frames is not None
    assert figures.frames.false_finds == 1
    assert (figures.accuracy.right, figures.accuracy.count) == (0, 1)
    assert (figures.strangers.right, figures.strangers.count) == (1, 1)
    (outside,) = figures.outside
    assert (outside.pictures, dict(outside.answers)) == (2, {"unknown": 1, "not found": 1})


def test_a_stranger_that_is_located_and_taken_for_no_sign_is_blamed(frames: FrameWorld) -> None:
    frames.frame(1, [(STOP, "stop", 0.9), (LIMIT, None, 0.8)], [(STOP, "stop"), (LIMIT, "left")])
    validation = frames.validate(labels=frames.labels(left=None))
    stranger = validation.figures.sign(NOT_IN_CATALOGUE)
    assert (stranger.recall.right, stranger.recall.count, stranger.not_found) == (0, 1, 1)
    assert blamed(validation) == {("attribute misread", "presence"): 1}
    (error,) = csv.DictReader(io.StringIO(render_errors(validation)))
    assert (error["expected"], error["why_unknown"], error["reason"]) == (
        NOT_IN_CATALOGUE, "not_a_sign", "taken for no sign at all",
    )  # fmt: skip
    assert error["box"] == "120 20 160 60"


def test_only_a_class_without_value_takes_any_value(frames: FrameWorld) -> None:
    frames.frame(
        1,
        [(STOP, "limit-60", 0.9), (LIMIT, "limit-60", 0.8), (FAR, "limit-60", 0.7)],
        [(STOP, "c30"), (LIMIT, "c50")],
    )
    labels = frames.labels(c30="xx.limit", c60="xx.limit")
    validation = frames.validate(labels=labels)
    signs = {s.id: (s.recall.right, s.taken_for) for s in validation.figures.signs}
    assert signs == {"xx.limit": (1, ()), "xx.limit[50]": (0, (("xx.limit[60]", 1),))}
    assert of_frames(validation).false_answers == (("xx.limit[60]", 1),)


def test_the_coverage_curve_is_of_what_was_located(frames: FrameWorld) -> None:
    for number in range(1, 5):
        look = "stop" if number < 3 else None
        frames.frame(number, [(STOP, look, 0.9)], [(STOP, "stop"), (LEFT, "left")])
    figures = frames.validate().figures
    assert (figures.answered.right, figures.answered.count) == (2, 8)
    assert (figures.covered.right, figures.covered.count) == (2, 4)
    assert figures.coverage.coverage.tolist() == [0.5]


def of_frames_count(figures: FrameFigures | None) -> tuple[int, int]:
    assert figures is not None
    return figures.found.right, figures.found.count


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


def test_nothing_found_at_all(frames: FrameWorld) -> None:
    frames.frame(1, [], [(STOP, "stop")])
    validation = frames.validate()
    found = of_frames(validation)
    assert (found.found.right, found.found.count) == (0, 1)
    assert math.isnan(found.precision.value)
    assert validation.figures.accuracy.value == 0
    write_report(validation, frames.folder / "report")


def test_labelled_boxes_can_still_be_cut_out(street: FrameWorld) -> None:
    validation = street.validate(boxes="labelled")
    assert validation.figures.frames is None
    assert validation.figures.pictures == 6
    assert street.finder.calls == 0


def test_small_labelled_boxes_are_answered_as_finds_are(frames: FrameWorld) -> None:
    small, over_the_edge = (20.0, 20.0, 29.6, 40.0), (391.0, 100.0, 411.0, 120.0)
    found = [(small, "stop", 0.9), ((391, 100, 400, 120), "stop", 0.8)]
    frames.frame(1, found, [(small, "stop"), (over_the_edge, "stop")])  # type: ignore[arg-type]
    searched, cut_out = frames.validate(), frames.validate(boxes="labelled")
    for validation in (searched, cut_out):
        assert sorted(validation.outcomes.sizes.tolist()) == [[20, 9], [20, 9]]
        assert blamed(validation) == {("threshold", "min_side"): 2}


def test_frames_do_not_stay_in_memory_with_what_is_cut_out_of_them(
    street: FrameWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[np.ndarray] = []
    predict = street.predictor.predict
    monkeypatch.setattr(street.predictor, "predict", lambda c: (read.extend(c), predict(c))[1])
    street.validate(boxes="labelled")
    assert len(read) == 6
    assert all(crop.base is None for crop in read)


def test_boxes_of_crops_are_refused(frames: FrameWorld) -> None:
    frames.draw(frames.folder / "crops" / "c50" / "a.png", "limit-50")
    with pytest.raises(DatasetError, match="--boxes found is for frames; these are crops"):
        validation_module.validate(
            frames.folder / "crops", frames.rules(), frames.labels(),
            cache=frames.folder / "cache", boxes="found",
        )  # fmt: skip


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


def test_an_edit_touches_neither_localizer_nor_network(street: FrameWorld) -> None:
    first = street.validate()
    street.predictor.calls.clear()
    street.finder.calls = 0
    again = street.validate(street.rules(*SWAPPED, name="edited.yaml"))
    assert street.finder.calls == 0
    assert street.predictor.calls == []
    assert of_frames(again).found == of_frames(first).found
    timing = again.pictures.timing
    assert (timing.network_crops, timing.located_frames) == (0, 0)


def test_another_localizer_searches_again_but_reads_only_other_boxes(street: FrameWorld) -> None:
    street.validate()
    street.predictor.calls.clear()
    other = StandInFinder("other")
    other.finds = {**street.finder.finds, 3: [(STOP, 0.9)]}
    street.finder = other
    street.validate()
    assert other.calls == 3
    assert sum(street.predictor.calls) == 1


def test_finds_are_kept_though_reading_is_interrupted(street: FrameWorld) -> None:
    predict = street.predictor.predict

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    street.predictor.predict = interrupted  # type: ignore[assignment, method-assign]
    with pytest.raises(KeyboardInterrupt):
        street.validate()
    street.predictor.predict = predict  # type: ignore[method-assign]
    calls = street.finder.calls
    assert calls == 3
    assert of_frames(street.validate()).found.right == 4
    assert street.finder.calls == calls


def test_damaged_finds_are_searched_again(
    street: FrameWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = of_frames(street.validate())
    (shard,) = (street.folder / "cache").rglob("finds.npy")
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(content)
    assert of_frames(street.validate()) == expected
    assert street.finder.calls == 6
    assert "damaged" in capsys.readouterr().err


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


def test_diff_lists_boxes_and_other_finds(
    street: FrameWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    old = street.rules()
    new = street.rules(
        ("border: red, digits: {min: 10, max: 90, multiple_of: 10}", "border: red, digits: [60]"),
        name="new.yaml",
    )
    command = street.command("diff", old, new, "--on", street.data)
    assert main(command) == 1
    out = capsys.readouterr().out
    assert "worse    00001.png[120, 20, 160, 60]: xx.limit[50] -> " in out
    assert "sideways 00001.png[find 320, 200, 360, 240]: xx.limit[30] -> " in out
    assert "(is not labelled)" in out
    assert "2 answers changed: 0 better, 1 worse, 1 sideways" in out
    accepted = street.folder / "accepted.json"
    assert main([*command, "--baseline", str(accepted), "--accept"]) == 0
    assert main([*command, "--baseline", str(accepted)]) == 0
    assert street.finder.calls == 3


def test_what_other_thresholds_change(street: FrameWorld) -> None:
    old = street.validate()
    new = street.validate(thresholds=Thresholds(min_presence=0.0))
    assert old.frames is not None
    assert new.frames is not None
    changes = compare_frames(old.frames, old.labels, new.frames, new.labels)
    assert [(c.picture, c.expected, c.old) for c in changes] == [
        ("00002.png[220, 20, 240, 40]", "xx.left", "not found"),
        ("00002.png[find 320, 200, 360, 240]", "not labelled", "not reported"),
    ]


def test_calibrate_chooses_on_what_was_found(
    street: FrameWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    command = street.command("calibrate", street.data, "--catalogue", street.rules())
    assert main([*command, "--accuracy", "0.5"]) == 0
    assert "chosen on the labelled signs that were found" in capsys.readouterr().out


def test_the_command_says_it_all(street: FrameWorld, capsys: pytest.CaptureFixture[str]) -> None:
    command = street.command("validate", street.data, "--catalogue", street.rules())
    report = street.folder / "report"
    assert main([*command, "--report", str(report)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    for words in (
        "found (recall) 66.67% (4 of 6,", "precision 66.67%",
        "found and named 50.00%", "0.667 per frame (2 in 3; 1 answered as a sign)",
        "2 not found", "8 crops read by the network, 3 frames searched",
    ):  # fmt: skip
        assert words in out, words
    assert "mind: the labelled boxes were cut out" not in out
    assert main([*command, "--min-found", "0.6"]) == 0
    assert main([*command, "--min-found", "0.7"]) == 1
    assert main([*command, "--max-false-signs", "0.4"]) == 0  # 1 in 3 frames; the other is unknown
    assert main([*command, "--max-false-signs", "0.3"]) == 1
    assert "false signs: 0.3333 per frame are more than 0.3000" in capsys.readouterr().err
    assert main([*command, "--boxes", "labelled", "--max-false-signs", "0"]) == 0
    assert "mind: the labelled boxes were cut out" in capsys.readouterr().out
    street.lines.append("00009.ppm;10;10;50;50;0")
    street.write_list()
    assert main(command) == 3
    assert "1 frames or labelled boxes could not be read" in capsys.readouterr().err


@pytest.mark.parametrize("rate", ["-1", "nan", "few"])
def test_impossible_limits_of_false_signs_are_refused(frames: FrameWorld, rate: str) -> None:
    with pytest.raises(SystemExit) as refused:
        main(frames.command("validate", frames.data, "--max-false-signs", rate))
    assert refused.value.code == 2


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


def test_labels_are_suggested_without_searching(
    street: FrameWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    command = street.command("validate", street.data, "--catalogue", street.rules())
    assert main([*command, "--suggest-labels"]) == 0
    assert street.finder.calls == 0
    assert 'dataset: "data"' in capsys.readouterr().out


def test_reports_of_frames(street: FrameWorld) -> None:
    validation = street.validate()
    folder = street.folder / "report"
    write_report(validation, folder, Requirements(min_found=0.9, max_false_signs=0.3))
    assert sorted(p.name for p in folder.iterdir()) == sorted((*FILES, "false_finds.csv"))
    figures = json.loads((folder / "figures.json").read_text())["figures"]
    assert figures["frames"]["found"]["right"] == 4
    assert figures["frames"]["false_finds"] == 2
    finds = list(csv.DictReader(io.StringIO((folder / "false_finds.csv").read_text())))
    assert [(Path(f["picture"]).name, f["answered"]) for f in finds] == [
        ("00001.png", "xx.limit[30]"), ("00003.png", "unknown"),
    ]  # fmt: skip
    assert [float(finds[0][side]) for side in ("x1", "y1", "x2", "y2")] == list(FAR)
    errors = list(csv.DictReader(io.StringIO((folder / "errors.csv").read_text())))
    missed = errors[0]
    assert (missed["expected"], missed["answered"], missed["stage"]) == (
        "xx.left", "not found", "not found",
    )  # fmt: skip
    assert missed["box"] == "220 20 240 40"
    root = ElementTree.parse(folder / "junit.xml").getroot()
    failed = [c.get("name") for c in root.iter("testcase") if c.find("failure") is not None]
    assert {"found", "false signs"} <= set(failed)
    properties = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert properties["false_finds_per_frame"] == "0.666667"
    page = (folder / "report.html").read_text()
    for words in (
        "Finds that match no labelled sign", "found (recall): 4", "false finds per frame",
        "Not found", "sign of 16 to 23 px", "count as not found",
    ):  # fmt: skip
        assert words in page, words
    assert "the labelled boxes were cut out" not in page


def intersection(a: np.ndarray, b: np.ndarray) -> float:
    """IoU in the plainest way there is: by counting pixels."""
    canvas = np.zeros((2, 300, 400), bool)
    for layer, (x1, y1, x2, y2) in enumerate((a.astype(int), b.astype(int))):
        canvas[layer, y1:y2, x1:x2] = True
    return float(canvas.all(axis=0).sum() / max(canvas.any(axis=0).sum(), 1))


@pytest.mark.parametrize("seed", range(3))
def test_figures_equal_scikit_learn(frames: FrameWorld, seed: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    rng = np.random.default_rng(seed)
    looks = {"c30": "limit-30", "c50": "limit-50", "stop": "stop", "left": "keep-left"}
    truth, answers, is_sign, is_found = [], [], [], []
    for number in range(1, 21):
        found, labelled, candidates = [], [], []
        for cell in rng.permutation(12)[: rng.integers(0, 9)]:
            x, y = 10 + 100 * (cell % 4), 10 + 100 * (cell // 4)
            side = int(rng.integers(12, 50))
            box = np.array([x, y, x + side, y + side], float)
            label = str(rng.choice(list(looks)))
            moved = box + np.repeat(rng.integers(0, 12, 1), 4) * [1, 0, 1, 0]
            seen = str(rng.choice(list(looks))) if rng.random() < 0.3 else label
            is_labelled, has_find = rng.random() < 0.8, rng.random() < 0.8
            if is_labelled:
                labelled.append((tuple(box.tolist()), label))
            if has_find:
                found.append((tuple(moved.tolist()), looks[seen], float(rng.random())))
            hit = is_labelled and has_find and intersection(box, moved) >= 0.5
            if is_labelled:
                candidates.append((LABELS[label], LABELS[seen] if hit else "not found"))
            is_sign += [True] * is_labelled + [False] * (has_find and not hit)
            is_found += [hit] * is_labelled + [True] * (has_find and not hit)
        truth += [t for t, _ in candidates]
        answers += [a for _, a in candidates]
        frames.frame(number, found, labelled)
    validation = frames.validate()
    found_figures = of_frames(validation)
    assert found_figures.found.value == metrics.recall_score(is_sign, is_found)
    assert found_figures.precision.value == metrics.precision_score(is_sign, is_found)
    assert found_figures.end_to_end.value == metrics.accuracy_score(truth, answers)
    names = sorted(set(truth))
    theirs = metrics.precision_recall_fscore_support(truth, answers, labels=names, zero_division=0)
    for k, name in enumerate(names):
        sign = validation.figures.sign(name)
        assert (sign.precision.value, sign.recall.value, sign.f1, sign.recall.count) == tuple(
            column[k] for column in theirs
        )
    confusion = metrics.confusion_matrix(truth, answers, labels=[*names, "not found"])
    for k, name in enumerate(names):
        assert validation.figures.sign(name).not_found == confusion[k, -1]


DRIVE = """
<script>
const table = document.getElementById("sign-table");
const column = n => [...table.tBodies[0].rows].map(r => r.cells[n].textContent.trim());
const heads = [...table.tHead.rows[0].cells].map(c => c.textContent.trim());
const place = heads.indexOf("Not found");
table.tHead.rows[0].cells[place].querySelector("button").click();
table.tHead.rows[0].cells[place].querySelector("button").click();
const found = {most: column(0)[0], missed: column(place)[0]};
found.finds = [...document.querySelectorAll(".finds figure b")].map(b => b.textContent);
found.images = [...document.querySelectorAll(".finds img")].every(i => i.naturalWidth > 0);
found.links = [...document.querySelectorAll("nav a")].every(a => document.querySelector(a.hash));
const out = document.createElement("pre"); out.id = "found";
out.textContent = JSON.stringify(found); document.body.append(out);
</script>
"""


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_the_page_works_in_a_browser(street: FrameWorld, tmp_path: Path) -> None:
    write_report(street.validate(), tmp_path / "report")
    page = (tmp_path / "report" / "report.html").read_text()
    found = drive(page, DRIVE, tmp_path)
    assert (found["most"], found["missed"]) == ("xx.left", "2")
    assert found["finds"] == ["xx.limit[30]", "unknown"]
    assert found["images"]
    assert found["links"]
