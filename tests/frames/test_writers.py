"""Writers: files that can be read whatever happens, and one message if they cannot be written."""

import json
import os
import resource
import shutil
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from frame_results import SPEED_LIMIT, STOP, frame_result
from synthetic_videos import number_of, numbered_image

from recognizer.frames.output.annotated_video_writer import AnnotatedVideoWriter, letterboxed
from recognizer.frames.output.json_lines_writer import JsonLinesWriter
from recognizer.frames.output.writers import WriterError
from recognizer.frames.sources.opening import open_source

IMAGE = numbered_image(0)
EMPTY = frame_result()
BOX = (40, 20, 60, 40)


def video_writer(path, **options):
    return AnnotatedVideoWriter(path, frames_per_second=25, **options)


def write_frames(writer, image, count):
    for _ in range(count):
        writer.write(image, EMPTY)


@contextmanager
def file_size_limit(count):
    """Let every write beyond so many bytes fail, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# --- both


@pytest.mark.parametrize(
    ("writer", "name"), [(JsonLinesWriter, "o.jsonl"), (video_writer, "o.mp4")]
)
class TestBothWriters:
    def test_an_existing_file_is_only_replaced_when_told(self, tmp_path, writer, name):
        path = tmp_path / name
        path.write_bytes(b"precious")
        with pytest.raises(WriterError, match=f"{name}: exists already"):
            writer(path)
        assert path.read_bytes() == b"precious"
        with writer(path, overwrite=True) as opened:
            opened.write(IMAGE, EMPTY)
        assert b"precious" not in path.read_bytes()

    def test_a_folder_that_is_not_there_is_told(self, tmp_path, writer, name):
        with pytest.raises(WriterError, match=f"{name}: there is no folder .*nowhere"):
            writer(tmp_path / "nowhere" / name)

    def test_a_folder_in_the_way_is_told(self, tmp_path, writer, name):
        (tmp_path / name).mkdir()
        with (
            pytest.raises(WriterError, match=f"{name}: Is a directory"),
            writer(tmp_path / name, overwrite=True) as opened,
        ):
            opened.write(IMAGE, EMPTY)

    def test_closing_twice_does_no_harm(self, tmp_path, writer, name):
        with writer(tmp_path / name) as opened:
            opened.write(IMAGE, EMPTY)
            opened.close()

    def test_a_writer_that_is_closed_says_so(self, tmp_path, writer, name):
        with writer(tmp_path / name) as opened:
            opened.write(IMAGE, EMPTY)
        with pytest.raises(WriterError, match=f"{name}: .*no frame can be added"):
            opened.write(IMAGE, EMPTY)

    def test_without_a_frame_nothing_old_is_left(self, tmp_path, writer, name):
        (tmp_path / name).write_bytes(b"of another run")
        with writer(tmp_path / name, overwrite=True):
            pass
        path = tmp_path / name
        assert not path.exists() or path.read_bytes() == b""


# --- JSON lines


def test_a_line_is_in_the_file_as_soon_as_it_is_written(tmp_path):
    path = tmp_path / "drive.jsonl"
    with JsonLinesWriter(path) as writer:
        for index in range(2):
            writer.write(IMAGE, frame_result((BOX, SPEED_LIMIT, 2, True, index), index=index))
            lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            assert [line["frame"] for line in lines] == list(range(index + 1))
    assert lines[1]["signs"][0]["id"] == "de.274[60]"


def test_a_name_that_is_no_utf8_is_read_back_as_python_has_it(tmp_path):
    with JsonLinesWriter(tmp_path / "o.jsonl") as writer:
        writer.write(IMAGE, replace(EMPTY, name="caf\udce9.png"))
    line = json.loads((tmp_path / "o.jsonl").read_text("utf-8"))
    assert line["name"] == "caf\udce9.png"


def test_a_full_disk_costs_the_last_line_only(tmp_path):
    path = tmp_path / "drive.jsonl"
    result = frame_result((BOX, SPEED_LIMIT))
    length = len(result.to_json()) + 1
    with JsonLinesWriter(path) as writer, file_size_limit(3 * length + length // 2):
        for _ in range(3):
            writer.write(IMAGE, result)
        with pytest.raises(WriterError, match=r"drive.jsonl: File too large; the first 3 frames"):
            writer.write(IMAGE, result)
    assert [json.loads(line)["frame"] for line in path.read_text().splitlines()] == [0, 0, 0]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
def test_the_systems_own_full_disk_is_told():
    with (
        JsonLinesWriter("/dev/full", overwrite=True) as writer,
        pytest.raises(WriterError, match="/dev/full: No space left on device; the first 0 frames"),
    ):
        writer.write(IMAGE, EMPTY)


# --- video


@pytest.mark.parametrize("suffix", [".avi", ".mkv", ".mov", ".mp4", ".webm"])
def test_a_video_has_every_frame_with_what_was_recognized(tmp_path, suffix):
    path = tmp_path / f"out{suffix}"
    size = (320, 240)
    with video_writer(path) as writer:
        for _ in range(12):
            writer.write(
                np.zeros((240, 320, 3), np.uint8),
                frame_result(((100, 100, 180, 180), STOP, 1, False, 0), size=size),
            )
    with open_source(path) as source:
        frames = list(source)
        assert (len(frames), source.length, source.frames_per_second) == (12, 12, 25)
        assert source.problems == []
    assert frames[5].image.shape == (240, 320, 3)
    assert frames[5].image[:, :, 1].max() > 100  # the box is green
    assert frames[5].image[110:170, 110:170].max() < 50  # and the sign itself stays visible


def test_a_frame_is_shown_until_the_next_one_but_not_for_ever(tmp_path):
    seconds = [5.0, 5.04, 5.2, 5.24, 65.24, 65.28, 0.0, 0.04, 0.12]
    with video_writer(tmp_path / "out.avi") as writer:
        for number, moment in enumerate(seconds):
            writer.write(numbered_image(number), replace(EMPTY, seconds=moment))
    with open_source(tmp_path / "out.avi") as source:
        numbers = [number_of(frame.image) for frame in source]
    assert [numbers.count(number) for number in range(9)] == [1, 4, 1, 250, 1, 1, 1, 2, 1]
    assert numbers == sorted(numbers)


def test_a_video_is_no_slower_than_a_source_of_a_higher_rate(tmp_path):
    with video_writer(tmp_path / "out.avi") as writer:
        for number in range(19):
            writer.write(numbered_image(number), replace(EMPTY, seconds=number / 50))
    with open_source(tmp_path / "out.avi") as source:
        assert [number_of(frame.image) for frame in source] == list(range(0, 19, 2))


def test_a_picture_before_a_video_and_its_last_frame_are_shown(tmp_path):
    with video_writer(tmp_path / "out.avi") as writer:
        for number, moment in enumerate([0.0, 0.0, 0.04, 0.05]):
            writer.write(numbered_image(number), replace(EMPTY, seconds=moment))
    with open_source(tmp_path / "out.avi") as source:
        assert [number_of(frame.image) for frame in source] == [0, 1, 3]


def test_frames_of_another_size_are_fitted_into_the_first_ones(tmp_path):
    with video_writer(tmp_path / "out.avi") as writer:
        for size in ((128, 64), (64, 64), (400, 100), (8, 8)):
            writer.write(np.full((size[1], size[0], 3), 255, np.uint8), EMPTY)
    with open_source(tmp_path / "out.avi") as source:
        images = [frame.image for frame in source]
    assert [image.shape for image in images] == [(64, 128, 3)] * 4
    columns = [(image.mean(axis=(0, 2)) > 128).sum() for image in images]
    assert columns[:2] == [128, 64]  # black bars left and right
    assert 30 <= (images[2].mean(axis=(1, 2)) > 128).sum() <= 34  # black bars above and below


def test_letterboxing_keeps_proportions():
    fitted = letterboxed(np.full((10, 10, 3), 255, np.uint8), (40, 20))
    assert fitted.shape == (20, 40, 3)
    assert (fitted[:, 10:30] == 255).all()
    assert not fitted[:, :10].any()
    assert not fitted[:, 30:].any()


def test_a_suffix_that_is_no_video_is_told_at_once(tmp_path):
    with pytest.raises(WriterError, match=r"out\.gif: the suffix .* known are avi, m4v"):
        video_writer(tmp_path / "out.gif")


def test_a_disk_that_fills_up_leaves_a_video_that_can_be_read(tmp_path, monkeypatch):
    free = iter([2**30] * 10 + [2**20] * 99)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=next(free)))
    path = tmp_path / "out.mp4"
    with (
        video_writer(path) as writer,
        pytest.raises(WriterError, match=r"no space left on the disk; the video ends after 10 fr"),
    ):
        write_frames(writer, IMAGE, 20)
    assert cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FRAME_COUNT) == 10


def test_frames_that_did_not_reach_the_disk_are_noticed(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)
    writer = video_writer(tmp_path / "out.mp4")
    with file_size_limit(100_000):
        write_frames(writer, noise, 50)
        with pytest.raises(WriterError, match=r"of 50 frames only \d+ could"):
            writer.close()


def test_a_finished_video_is_not_begun_anew(tmp_path, monkeypatch):
    with video_writer(tmp_path / "o.mp4") as writer:
        write_frames(writer, IMAGE, 5)
    with pytest.raises(WriterError, match=r"o.mp4: the video is complete; no frame can be added"):
        writer.write(IMAGE, EMPTY)
    full = video_writer(tmp_path / "full.mp4")
    write_frames(full, IMAGE, 5)
    monkeypatch.setattr(full, "_free_bytes", lambda: 0)
    for _ in range(3):
        with pytest.raises(WriterError):
            write_frames(full, IMAGE, 2)
    full.close()
    for name, count in (("o.mp4", 5), ("full.mp4", 4)):
        with open_source(tmp_path / name) as source:
            assert len(list(source)) == count


def test_two_writers_do_not_write_one_file(tmp_path):
    first, second = video_writer(tmp_path / "o.mp4"), video_writer(tmp_path / "o.mp4")
    with first:
        write_frames(first, IMAGE, 2)
        with pytest.raises(WriterError, match=r"o.mp4: File exists"):
            write_frames(second, IMAGE, 1)


@pytest.mark.parametrize("rate", [0, -1, float("inf"), float("nan")])
def test_a_rate_is_a_number_above_0(tmp_path, rate):
    (tmp_path / "o.mp4").write_bytes(b"precious")
    with pytest.raises(ValueError, match="frames_per_second: expected a number above 0, got"):
        AnnotatedVideoWriter(tmp_path / "o.mp4", frames_per_second=rate, overwrite=True)
    assert (tmp_path / "o.mp4").read_bytes() == b"precious"


@pytest.mark.parametrize("rate", [66.667, 119.88, 239.613, 333.33, 1000])
def test_a_high_rate_is_stated_as_well_as_mpeg_4_can(tmp_path, rate):
    path = tmp_path / "o.mp4"
    with AnnotatedVideoWriter(path, frames_per_second=rate) as writer:
        write_frames(writer, IMAGE, 5)
    with open_source(path) as source:
        assert source.frames_per_second == pytest.approx(rate, rel=1e-4)
        assert len(list(source)) == 5


def test_a_video_that_cannot_be_begun_leaves_no_file(tmp_path):
    path = tmp_path / "o.mp4"
    with pytest.raises(WriterError, match="cannot write a video of 1×9 pixels at 25 frames"):
        video_writer(path).write(np.zeros((9, 1, 3), np.uint8), EMPTY)
    assert not path.exists()


def test_frames_may_be_grey(tmp_path):
    with video_writer(tmp_path / "o.mp4") as writer:
        writer.write(IMAGE[:, :, 0], frame_result((BOX, SPEED_LIMIT)))
