"""Frame after frame through the recognizer: followed, announced, streamed."""

from __future__ import annotations

import json
import socket
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from road_scenes import HEIGHT, WIDTH, paste, scene
from synthetic_videos import write_video

from attributes.readings import Readings
from recognizer import (
    Frame,
    Reason,
    Recognition,
    Recognizer,
    SourceError,
    Thresholds,
    TrackSettings,
)
from recognizer.frames.follower import FrameFollower
from rules import certain_readings


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


class Unsure:
    """A recognizer that reads a circle at 0.6 from every crop; it is as sure as the reading is."""

    thresholds = Thresholds()
    predictor = SimpleNamespace(card=SimpleNamespace(preprocessing=SimpleNamespace(input_size=48)))
    catalogue = SimpleNamespace(signs=())

    def read(self, crops: list[np.ndarray]) -> Readings:
        readings = certain_readings([{}] * len(crops))
        shape = readings.categorical["shape"]
        shape[:] = 0.4 / (shape.shape[1] - 1)
        shape[:, 0] = 0.6
        return readings

    def judge(self, readings: Readings) -> list[Recognition]:
        return [Recognition("x", "x", "x", float(p)) for p in readings.categorical["shape"][:, 0]]


@pytest.mark.parametrize(("correlation", "low", "high"), [(1.0, 0.59, 0.61), (0.1, 0.99, 1.0)])
def test_settings_decide_how_much_frames_are_alike(correlation, low, high):
    drive = Drive([60] * 10)
    settings = TrackSettings(frame_correlation=correlation)
    follower = FrameFollower(Unsure(), settings, drive.detect)
    results = [follower.update(frame) for frame in drive.frames]
    assert low <= results[-1].recognitions[0].confidence <= high


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


def test_frames_of_several_threads_are_taken_one_at_a_time(recognizer):
    drive = Drive([30, 31, 32, 33])
    busy = Lock()

    def detect(image):
        assert busy.acquire(blocking=False), "another frame is being looked at"
        time.sleep(0.01)
        busy.release()
        return drive.detect(image)

    follower = recognizer.follow(detector=detect)
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(follower.update, [frame.image for frame in drive.frames]))
    assert sorted(result.index for result in results) == [0, 1, 2, 3]
    assert {result.track_ids.tolist()[0] for result in results} == {0}


def test_frames_must_come_in_order_and_be_pictures(recognizer):
    drive = Drive([30, 31])
    follower = recognizer.follow(detector=drive.detect)
    follower.update(drive.frames[1])
    with pytest.raises(ValueError, match="drive#0: expected an index above 1, got 0"):
        follower.update(drive.frames[0])
    with pytest.raises(ValueError, match=r"x: expected uint8 \(H, W, 3\) BGR, got uint8 \(5, 5\)"):
        follower.update(Frame(2, 0.1, np.zeros((5, 5), np.uint8), "x"))


def test_a_frame_that_the_detector_failed_on_may_be_tried_again(recognizer):
    drive = Drive([30])

    failures = [TimeoutError("busy")]

    def detect(image):
        if failures:
            raise failures.pop()
        return drive.detect(image)

    follower = recognizer.follow(detector=detect)
    with pytest.raises(TimeoutError):
        follower.update(drive.frames[0])
    assert follower.update(drive.frames[0]).sign_ids == ["de.206"]


def test_a_sign_that_the_detector_clips_to_nothing_is_too_small_and_ends_no_stream(recognizer):
    drive = Drive([30, 31, 32])
    drive.boxes[1][:] = [WIDTH, 120, WIDTH, 150]
    follower = recognizer.follow(detector=drive.detect)
    results = [follower.update(frame) for frame in drive.frames]
    assert [r.sign_ids for r in results] == [["de.206"], ["unknown"], ["de.206"]]
    assert results[1].recognitions[0].detail.startswith("0×30 pixels")
    assert results[2].track_ids.tolist() == results[0].track_ids.tolist()


IMPOSSIBLE = [[9, 9, 0, 50, 0.9], [0, 0, np.nan, 50, 0.9], [0, 0, 9, 9, np.inf]]


def test_boxes_that_are_none_are_left_out_of_a_stream_with_a_warning(recognizer, tmp_path, caplog):
    image = scene()
    boxes = np.array([IMPOSSIBLE[0], [*paste(image, "stop", 150, 120, 40), 0.9], *IMPOSSIBLE[1:]])
    cv2.imwrite(str(tmp_path / "0.png"), image)
    by_itself = next(recognizer.stream(tmp_path, detector=lambda _: boxes))
    followed = recognizer.follow(detector=lambda _: boxes).update(image)
    assert by_itself.sign_ids == followed.sign_ids == ["de.206"]
    why = "3 of 4 boxes left out: box 0: expected finite left <= right"
    for name, record in zip((f"{tmp_path}/0.png", "frame 0"), caplog.records, strict=True):
        assert record.getMessage().startswith(f"{name}: {why}")


@pytest.mark.parametrize(
    ("found", "error", "message"),
    [
        (np.zeros((2, 3)), ValueError, r"expected \(N, 4\) or \(N, 5\) with scores, got \(2, 3\)"),
        (None, TypeError, r"expected an array \(N, 4\) .* got NoneType"),
    ],
)
def test_a_detector_that_gives_no_boxes_is_told(recognizer, tmp_path, found, error, message):
    cv2.imwrite(str(tmp_path / "0.png"), scene())
    for source in (tmp_path, write_video(tmp_path / "drive.avi", 2)):
        with pytest.raises(error, match=message):
            next(recognizer.stream(source, detector=lambda _: found))


@pytest.mark.parametrize("frame", ["street.jpg", Path("street.jpg"), None])
def test_what_is_no_image_is_told_what_is_one(recognizer, frame):
    with pytest.raises(TypeError, match=r"expected an image, .* or a Frame, got (str|.*Path|None)"):
        recognizer.follow().update(frame)


def test_a_frame_whose_image_was_not_read_is_told(recognizer):
    with pytest.raises(TypeError, match=r"7.png: expected uint8 \(H, W, 3\) BGR, got NoneType"):
        recognizer.follow().update(Frame(7, 0.7, cv2.imread("drive/7.png"), "drive/7.png"))


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


def test_pictures_of_a_stream_are_a_tenth_of_a_second_apart(recognizer, tmp_path):
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"{number}.png"), scene())
    assert [r.seconds for r in recognizer.stream(tmp_path)] == pytest.approx([0, 0.1, 0.2])


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
    with pytest.raises(SourceError, match="an empty name is no source"):
        next(recognizer.stream(""))


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


def test_a_stream_waits_no_longer_than_told(recognizer):
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(SourceError, match=r"no answer within 0\.3 s"),
    ):
        next(recognizer.stream(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.3))


def test_mistaken_arguments_are_refused_before_the_first_frame(recognizer):
    for call in (recognizer.follow, lambda **options: recognizer.stream("a.avi", **options)):
        with pytest.raises(TypeError, match=r"settings: expected TrackSettings, .* got dict"):
            call(settings={"min_votes": 1})
        with pytest.raises(TypeError, match=r"detector: expected a function .* got str"):
            call(detector="yolo")
    with pytest.raises(ValueError, match="timeout: expected seconds"):
        recognizer.stream("a.avi", timeout=None)


def test_numbers_of_numpy_and_paths_are_written_as_json_like_others(recognizer):
    frame = Frame(np.int64(3), np.float32(0.5), scene(), Path("a/b.png"))
    told = json.loads(recognizer.follow().update(frame).to_json())
    assert (told["frame"], told["seconds"], told["name"]) == (3, 0.5, "a/b.png")
    with pytest.raises(ValueError, match="seconds: expected a finite number, got nan"):
        Frame(3, float("nan"), scene(), "x")
    with pytest.raises(TypeError):
        Frame(0.5, 0.0, scene(), "x")
