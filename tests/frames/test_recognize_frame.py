"""Whole frames through the recognizer: found, read, followed, announced."""

from __future__ import annotations

import shutil
import socket
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import supervision
import torch

from recognizer import (
    Boxes,
    Frame,
    PictureError,
    Reason,
    Recognizer,
    SourceError,
    TrackSettings,
    WeightsError,
)
from recognizer.frames.crops import crop_weight, cut_crops
from recognizer.frames.detections import to_boxes, without_repeats
from recognizer.frames.localization.identity import DEFAULT_LOCALIZER

PICTURES = Path(__file__).parents[2] / "examples" / "pictures"
WIDTH, HEIGHT = 480, 320


def scene() -> np.ndarray:
    """A grey road without signs."""
    rows = np.linspace(150, 90, HEIGHT)[:, None, None]
    return np.broadcast_to(rows, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def paste(image: np.ndarray, name: str, x: int, y: int, side: int) -> list[float]:
    """Put an example sign into the image; returns its box, tight around the plate."""
    picture = cv2.imread(str(PICTURES / f"{name}.png"))
    margin = round(0.1 * side)
    whole = side + 2 * margin
    small = cv2.resize(picture, (whole, whole), interpolation=cv2.INTER_AREA)
    image[y - margin : y - margin + whole, x - margin : x - margin + whole] = small
    return [x, y, x + side, y + side]


class NoFinds:
    """Stands in for the localizer."""

    def __init__(self, boxes: Boxes | None = None) -> None:
        self.boxes = Boxes.none() if boxes is None else boxes

    def locate(self, image: np.ndarray) -> Boxes:
        return self.boxes


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    recognizer = Recognizer()
    recognizer.localizer = NoFinds()
    return recognizer


@pytest.fixture(scope="module")
def two_signs() -> tuple[np.ndarray, np.ndarray]:
    image = scene()
    boxes = [paste(image, "stop", 40, 50, 60), paste(image, "speed-limit-45", 200, 80, 40)]
    return image, np.array(boxes, np.float32)


def test_given_boxes_are_answered_in_their_order(recognizer, two_signs):
    image, xyxy = two_signs
    result = recognizer.recognize_frame(image, xyxy)
    assert result.sign_ids == ["de.206", "de.274[45]"]
    assert result.size == (WIDTH, HEIGHT)
    assert result.track_ids.tolist() == [-1, -1]
    assert [result.class_names[k] for k in result.class_id] == ["de.206", "de.274"]
    assert recognizer.recognize_frame(image, xyxy[::-1]).sign_ids == ["de.274[45]", "de.206"]


def test_boxes_come_in_all_forms(recognizer, two_signs):
    image, xyxy = two_signs
    scores = np.array([0.9, 0.6], np.float32)
    for boxes in (
        np.column_stack([xyxy, scores]),
        Boxes(xyxy, scores),
        supervision.Detections(xyxy=xyxy, confidence=scores),
        SimpleNamespace(xyxy=torch.from_numpy(xyxy), conf=torch.from_numpy(scores)),  # Ultralytics
        torch.from_numpy(np.column_stack([xyxy, scores])),
    ):
        result = recognizer.recognize_frame(image, boxes)
        np.testing.assert_array_equal(result.scores, scores)
        assert result.sign_ids == ["de.206", "de.274[45]"]
    for boxes in (xyxy.astype(int), SimpleNamespace(xyxy=xyxy)):
        assert recognizer.recognize_frame(image, boxes).scores.tolist() == [1, 1]


class OnAGpu:
    """A tensor that numpy cannot take before ``cpu()``."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self._tensor = tensor

    def __array__(self, dtype: object = None) -> np.ndarray:
        raise TypeError("can't convert cuda:0 device type tensor to numpy")

    def detach(self) -> OnAGpu:
        return self

    def float(self) -> OnAGpu:
        return self

    def cpu(self) -> torch.Tensor:
        return self._tensor


@pytest.mark.parametrize(
    "as_given",
    [OnAGpu, lambda tensor: tensor.requires_grad_(), lambda tensor: tensor.to(torch.bfloat16)],
    ids=["on a GPU", "with gradients", "bfloat16"],
)
def test_tensors_come_as_detectors_leave_them(as_given):
    xyxy, scores = np.array([[40, 50, 100, 110]], np.float32), np.array([0.5], np.float32)
    together = torch.from_numpy(np.column_stack([xyxy, scores]))
    apart = {
        "xyxy": as_given(torch.from_numpy(xyxy.copy())),
        "conf": as_given(torch.from_numpy(scores.copy())),
    }
    for detections in (as_given(together), SimpleNamespace(**apart)):
        boxes = to_boxes(detections)
        np.testing.assert_array_equal(boxes.xyxy, xyxy)
        np.testing.assert_array_equal(boxes.score, scores)


def test_a_frame_may_be_a_file(recognizer, two_signs, tmp_path):
    image, xyxy = two_signs
    path = tmp_path / "frame.png"
    cv2.imwrite(str(path), image)
    result = recognizer.recognize_frame(path, xyxy)
    assert result.name == str(path)
    assert result.sign_ids == ["de.206", "de.274[45]"]
    with pytest.raises(PictureError, match="nowhere"):
        recognizer.recognize_frame("nowhere.png", xyxy)


@pytest.mark.parametrize("none", [np.zeros((0, 4)), np.zeros((0, 5)), [], Boxes.none()])
def test_no_boxes_give_an_empty_result(recognizer, none):
    assert len(recognizer.recognize_frame(scene(), none)) == 0


@pytest.mark.parametrize(
    ("boxes", "error", "message"),
    [
        (np.zeros((2, 3)), ValueError, r"expected \(N, 4\) or \(N, 5\) with scores, got \(2, 3\)"),
        (
            np.array([[0, 0, 9, 9], [9, 0, 9, 5]]),
            ValueError,
            r"box 1: expected finite left < right",
        ),
        (np.array([[0, 0, np.nan, 9]]), ValueError, "box 0: expected finite"),
        (np.array([[0, 0, 9, np.inf]]), ValueError, "box 0: expected finite"),
        (np.array([[0, 0, 9, 9, np.nan]]), ValueError, "box 0: expected a finite score, got nan"),
        (np.array([[0, 0, 9, 9, np.inf]]), ValueError, "box 0: expected a finite score, got inf"),
        ("boxes", TypeError, r"expected an array .* got str"),
    ],
)
def test_impossible_boxes_are_refused(recognizer, boxes, error, message):
    with pytest.raises(error, match=message):
        recognizer.recognize_frame(scene(), boxes)


def test_what_cannot_be_read_is_too_small_and_says_so(recognizer):
    image = scene()
    small = [paste(image, "stop", 40, 50, 8), [-30, 5, 4, 60], [900, 5, 940, 60]]
    result = recognizer.recognize_frame(image, np.array(small))
    assert [a.reason for a in result.recognitions] == [Reason.TOO_SMALL] * 3
    assert [a.detail.split()[0] for a in result.recognitions] == ["8×8", "4×55", "0×55"]


@pytest.mark.parametrize("side", [14, 16, 20])
def test_signs_from_14_pixels_on_are_read(recognizer, side):
    image = scene()
    result = recognizer.recognize_frame(image, np.array([paste(image, "stop", 40, 50, side)]))
    assert result.sign_ids == ["de.206"]


def test_an_empty_wall_in_a_given_box_is_not_forced_into_a_class(recognizer):
    result = recognizer.recognize_frame(scene(), np.array([[100, 100, 150, 150]]))
    assert result.sign_ids == ["unknown"]


def test_finds_of_the_localizer_that_are_no_signs_are_left_out(two_signs, monkeypatch):
    image, xyxy = two_signs
    with_wall = np.concatenate([xyxy, np.array([[380, 250, 440, 310]], np.float32)])
    recognizer = Recognizer()
    recognizer.localizer = NoFinds(Boxes(with_wall, np.ones(3, np.float32)))
    assert recognizer.recognize_frame(image).sign_ids == ["de.206", "de.274[45]"]
    given = recognizer.recognize_frame(image, with_wall)
    assert [a.reason for a in given.recognitions] == [None, None, Reason.NOT_A_SIGN]


def test_a_plate_that_was_found_twice_counts_once():
    plate, repeat, neighbour = [440, 217, 461, 238], [443, 214, 459, 230], [440, 240, 461, 261]
    board = [400, 170, 500, 270]
    xyxy = np.array([repeat, plate, neighbour, board], np.float32)
    boxes = without_repeats(Boxes(xyxy, np.array([0.4, 0.5, 0.3, 0.2], np.float32)))
    assert boxes.xyxy.tolist() == [plate, neighbour, board]
    assert len(without_repeats(Boxes.none())) == 0


def test_crops_have_a_tenth_around_the_box_and_end_at_the_frames_edge():
    image = scene()
    boxes = np.array([[100, 100, 140, 120], [-5, 0, 45, 40], [470, 300, 490, 330]], np.float32)
    inner, corner, edge = cut_crops(image, boxes)
    assert inner.shape == (24, 48, 3)
    assert corner.shape == (44, 50, 3)
    assert edge.shape == (23, 12, 3)


def test_large_sharp_whole_signs_weigh_more():
    image = scene()
    paste(image, "stop", 100, 100, 60)
    box = np.array([100, 100, 160, 160], np.float32)
    sharp = image[94:166, 94:166]
    weight = crop_weight(sharp, box, image, 48)
    assert 0 < weight <= 1
    assert crop_weight(cv2.GaussianBlur(sharp, (0, 0), 3), box, image, 48) < weight / 2
    assert crop_weight(cv2.resize(sharp, (20, 20)), box, image, 48) < weight / 2
    assert crop_weight(sharp, box - [100, 0, 100, 0], image, 48) < weight / 2
    assert crop_weight(np.zeros_like(sharp), box, image, 48) > 0


class Drive:
    """A stop sign that comes nearer; it is the source's frames and the detector in one."""

    def __init__(self, sides: list[int], name: str = "stop") -> None:
        self.frames, self.boxes = [], []
        for index, side in enumerate(sides):
            image = scene()
            box = paste(image, name, 150 + 2 * index, 120 - 2 * index, side)
            self.frames.append(Frame(index, index / 25, image, f"drive#{index}"))
            self.boxes.append(np.array([box], np.float32))
        self._detected = iter(self.boxes)

    def detect(self, image: np.ndarray) -> np.ndarray:
        return next(self._detected)


def test_a_sign_that_comes_nearer_is_upgraded_and_announced_once(recognizer):
    drive = Drive([7, 8, 9, 11, 13, 15, 18, 21, 25, 30, 36])
    follower = recognizer.follow(detector=drive.detect)
    results = [follower.update(frame) for frame in drive.frames]
    assert {r.track_ids.tolist()[0] for r in results} == {0}
    assert [r.recognitions[0].reason for r in results[:3]] == [Reason.TOO_SMALL] * 3
    assert results[-1].sign_ids == ["de.206"]
    announced = [r.index for r in results if r.announced.any()]
    assert len(announced) == 1
    assert 5 <= announced[0] <= 8
    assert [r.since.tolist()[0] for r in results[announced[0] :]] == announced * (11 - announced[0])
    assert all(r.since.tolist() == [-1] for r in results[: announced[0]])


def test_the_answer_of_a_track_is_explained(recognizer):
    drive = Drive([30, 31, 32])
    follower = recognizer.follow(detector=drive.detect)
    results = [follower.update(frame) for frame in drive.frames]
    assert "rule de.206 at" in results[-1].recognitions[0].explain()


def test_settings_decide_how_many_frames_must_agree(recognizer):
    drive = Drive([40] * 8)
    follower = recognizer.follow(detector=drive.detect, settings=TrackSettings(min_votes=6))
    assert [follower.update(f).announced.any() for f in drive.frames].index(True) == 5


@pytest.mark.parametrize(("best", "announced"), [(0.45, False), (0.55, True)])
def test_a_track_of_weak_finds_is_answered_but_announced_only_after_a_strong_one(
    recognizer, best, announced
):
    drive = Drive([40] * 8)
    scores = iter([0.4] * 3 + [best] + [0.4] * 4)
    follower = recognizer.follow(
        detector=lambda image: np.column_stack([drive.detect(image), np.float32([next(scores)])])
    )
    results = [follower.update(frame) for frame in drive.frames]
    assert [r.sign_ids for r in results] == [["de.206"]] * 8
    assert any(r.announced.any() for r in results) == announced


def test_a_frame_of_another_size_ends_all_tracks(recognizer):
    drive = Drive([30, 31, 32])
    follower = recognizer.follow(detector=drive.detect)
    assert follower.update(drive.frames[0]).track_ids.tolist() == [0]
    smaller = Frame(1, 0.04, drive.frames[1].image[:300], "drive#1")
    assert follower.update(smaller).track_ids.tolist() == [1]


def test_images_alone_follow_each_other(recognizer):
    drive = Drive([30, 31, 32])
    follower = recognizer.follow(detector=drive.detect)
    results = [follower.update(frame.image) for frame in drive.frames]
    assert [(result.index, result.name) for result in results] == [
        (0, "frame 0"), (1, "frame 1"), (2, "frame 2"),
    ]  # fmt: skip
    assert 0 == results[0].seconds < results[1].seconds < results[2].seconds
    assert [result.track_ids.tolist() for result in results] == [[0]] * 3


def test_frames_must_come_in_order_and_be_pictures(recognizer):
    drive = Drive([30, 31])
    follower = recognizer.follow(detector=drive.detect)
    follower.update(drive.frames[1])
    with pytest.raises(ValueError, match="drive#0: expected an index above 1, got 0"):
        follower.update(drive.frames[0])
    with pytest.raises(ValueError, match=r"x: expected uint8 \(H, W, 3\) BGR, got uint8 \(5, 5\)"):
        follower.update(Frame(2, 0.1, np.zeros((5, 5), np.uint8), "x"))


def test_a_reload_judges_what_was_read_by_the_new_rules(tmp_path):
    rules = "version: 1\nsigns:\n  - {{id: {}, name: {{en: x}}, when: {{shape: octagon}}}}\n"
    catalogue = tmp_path / "signs.yaml"
    catalogue.write_text(rules.format("de.old"))
    drive = Drive([40, 40])
    recognizer = Recognizer(catalogue)
    follower = recognizer.follow(detector=drive.detect)
    assert follower.update(drive.frames[0]).sign_ids == ["de.old"]
    catalogue.write_text(rules.format("de.new"))
    recognizer.reload()
    assert follower.update(drive.frames[1]).sign_ids == ["de.new"]


def test_memory_stays_flat_over_a_long_stream(recognizer):
    image = scene()
    finds = np.array([paste(image, "stop", 40, 50, 40)], np.float32)
    moved = iter(range(10_000))
    # The sign jumps now and then, so that tracks begin and end all the time.
    follower = recognizer.follow(detector=lambda _: finds + 60 * (next(moved) // 5 % 5))

    def drive(first: int, last: int) -> None:
        for index in range(first, last):
            follower.update(Frame(index, index / 25, image, "f"))

    drive(0, 100)
    tracemalloc.start()
    drive(100, 160)
    before = tracemalloc.get_traced_memory()[0]
    drive(160, 300)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 50_000


def test_a_stream_reads_its_source_and_closes_it(recognizer, tmp_path):
    drive = Drive([30, 32, 34, 36, 38])
    writer = cv2.VideoWriter(
        str(tmp_path / "drive.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 25, (WIDTH, HEIGHT)
    )
    for frame in drive.frames:
        writer.write(frame.image)
    writer.release()
    results = list(recognizer.stream(tmp_path / "drive.avi", detector=drive.detect))
    assert [r.index for r in results] == [0, 1, 2, 3, 4]
    assert [r.announced.any() for r in results].count(True) == 1
    assert results[-1].sign_ids == ["de.206"]


def test_pictures_of_a_folder_are_answered_each_by_itself(recognizer, tmp_path):
    names = ["stop"] * 6 + ["speed-limit-45"] * 2
    for number, name in enumerate(names):
        image = scene()
        box = paste(image, name, 150, 120, 40)
        cv2.imwrite(str(tmp_path / f"{number}.png"), image)
    results = list(recognizer.stream(tmp_path, detector=lambda _: [box]))
    assert [r.sign_ids for r in results] == [["de.206"]] * 6 + [["de.274[45]"]] * 2
    assert [(r.index, r.name) for r in results] == [
        (number, str(tmp_path / f"{number}.png")) for number in range(8)
    ]
    assert all(r.track_ids.tolist() == [-1] and not r.announced.any() for r in results)


def test_a_stream_that_is_left_early_closes_its_source(recognizer, tmp_path):
    from recognizer.frames.sources.opening import open_source

    cv2.imwrite(str(tmp_path / "0.png"), scene())
    cv2.imwrite(str(tmp_path / "1.png"), scene())
    source = open_source(tmp_path)
    stream = recognizer.stream(source)
    next(stream)
    stream.close()
    assert list(source) == []


def test_a_source_that_is_not_there_is_an_error_not_an_end(recognizer):
    with pytest.raises(SourceError, match=r"nowhere\.mp4"):
        next(recognizer.stream("nowhere.mp4"))


def test_what_a_stream_cannot_read_is_logged_and_nothing_at_all_is_an_error(
    recognizer, tmp_path, caplog
):
    (tmp_path / "0.png").write_bytes(b"broken")
    cv2.imwrite(str(tmp_path / "1.png"), scene())
    assert [r.index for r in recognizer.stream(tmp_path)] == [1]
    assert [r.getMessage() for r in caplog.records] == [
        f"{tmp_path}/0.png: not a picture that can be decoded"
    ]
    (tmp_path / "1.png").write_bytes(b"broken too")
    with pytest.raises(SourceError, match="none of the 2 pictures can be read"):
        list(recognizer.stream(tmp_path))


def test_the_localizer_has_the_weights_and_the_precision_that_were_asked_for(tmp_path, two_signs):
    for suffix in (".safetensors", ".json"):
        shutil.copy(DEFAULT_LOCALIZER.with_suffix(suffix), tmp_path / f"mine{suffix}")
    card = tmp_path / "mine.json"
    card.write_text(card.read_text().replace('"name": "localizer"', '"name": "mine"'))
    recognizer = Recognizer(localizer=tmp_path / "mine.safetensors", precision="bfloat16")
    assert recognizer.localizer.card.name == "mine"
    assert {p.dtype for p in recognizer.localizer._network.parameters()} == {torch.bfloat16}
    assert recognizer.recognize_frame(two_signs[0]).size == (WIDTH, HEIGHT)
    with pytest.raises(WeightsError, match="none"):
        _ = Recognizer(localizer=tmp_path / "none.safetensors").localizer


def test_a_stream_waits_no_longer_than_told(recognizer):
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(SourceError, match=r"no answer within 0\.3 s"),
    ):
        next(recognizer.stream(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.3))


def test_reload_reads_the_thresholds_beside_the_rules_anew(tmp_path):
    catalogue = tmp_path / "signs.yaml"
    catalogue.write_text("version: 1\nsigns: []\n")
    recognizer = Recognizer(catalogue)
    assert recognizer.thresholds.min_confidence == 0.5
    (tmp_path / "signs.thresholds.yaml").write_text("version: 1\nmin_confidence: 0.9\n")
    recognizer.reload()
    assert recognizer.thresholds.min_confidence == 0.9


def test_reload_keeps_thresholds_that_were_given(tmp_path, recognizer):
    catalogue = tmp_path / "signs.yaml"
    catalogue.write_text("version: 1\nsigns: []\n")
    mine = type(recognizer.thresholds)(min_confidence=0.7)
    given = Recognizer(catalogue, thresholds=mine)
    (tmp_path / "signs.thresholds.yaml").write_text("version: 1\nmin_confidence: 0.9\n")
    given.reload()
    assert given.thresholds is mine
