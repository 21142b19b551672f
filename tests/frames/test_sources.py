"""Files as sources: frames in order, an end, or one error that says why."""

import gc
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

import cv2
import numpy as np
import pytest
from synthetic_videos import Recorded, number_of, numbered_image, write_video

from recognizer.frames.sources.opening import SourceError, is_video, open_source, videos_apart
from recognizer.frames.sources.stored_source import StoredSource
from recognizer.frames.sources.video_clock import VideoClock

pytestmark = pytest.mark.usefixtures("no_thread_is_left")
CLIPS = Path(__file__).parents[3] / "shared" / "data" / "video"


@pytest.mark.parametrize("suffix", [".avi", ".mp4"])
def test_every_frame_of_a_video_comes_in_order(tmp_path, suffix):
    path = write_video(tmp_path / f"drive{suffix}", 40)
    with open_source(path) as source:
        assert (source.length, source.frames_per_second, source.is_live) == (40, 25.0, False)
        frames = list(source)
        assert (source.dropped, source.problems) == (0, [])
    assert [number_of(f.image) for f in frames] == list(range(40))
    assert [f.index for f in frames] == list(range(40))
    assert [f.seconds for f in frames] == pytest.approx([n / 25 for n in range(40)])
    assert frames[17].name == f"{path}#17"


def test_a_slow_consumer_still_gets_every_frame_of_a_file(tmp_path):
    numbers = []
    with open_source(write_video(tmp_path / "drive.avi", 12)) as source:
        for frame in source:
            time.sleep(0.01)
            numbers.append(number_of(frame.image))
    assert numbers == list(range(12))


def test_the_number_of_frames_that_wait_is_bounded(tmp_path):
    with open_source(write_video(tmp_path / "long.avi", 200)) as source:
        next(source)
        time.sleep(0.1)
        assert len(source._frames._waiting) <= 3


def test_closing_early_ends_the_iteration(tmp_path):
    source = open_source(write_video(tmp_path / "drive.avi", 40))
    next(source)
    source.close()
    source.close()
    assert list(source) == []


def test_a_source_that_was_forgotten_ends_its_thread(tmp_path):
    source = open_source(write_video(tmp_path / "drive.avi", 40))
    next(source)
    del source
    gc.collect()  # the fixture sees whether the thread is gone


def test_no_thread_reads_on_while_a_program_ends(tmp_path):
    # It may meet the end within OpenCV, which aborts the process then; when, is chance.
    video = write_video(tmp_path / "drive.avi", 40)
    code = f"""
import atexit, sys, threading
atexit.register(lambda: print(threading.active_count()))  # called last
from recognizer.frames.sources.opening import open_source
source = open_source({str(video)!r})
next(source)
sys.exit(7)
"""
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=False)
    assert (done.returncode, done.stdout.strip()) == (7, b"1")


def test_an_opened_source_is_given_back_as_it_is(tmp_path):
    with open_source(write_video(tmp_path / "drive.avi", 3)) as source:
        assert open_source(source) is source


def test_colons_in_file_names_are_no_protocols(tmp_path, monkeypatch):
    write_video(tmp_path / "12:30.avi", 3)
    monkeypatch.chdir(tmp_path)
    with open_source("12:30.avi") as source:
        assert len(list(source)) == 3


def test_a_file_url_is_a_file(tmp_path):
    path = write_video(tmp_path / "my drive#1.avi", 3)
    for url in (path.as_uri(), path.as_uri().replace("file:///", "FILE://localhost/")):
        with open_source(url) as source:
            assert not source.is_live
            assert [number_of(frame.image) for frame in source] == [0, 1, 2]
    with pytest.raises(SourceError, match=f"{tmp_path}/none.mp4: no such file"):
        open_source(f"file://{tmp_path}/none.mp4")


def test_a_path_in_digits_is_a_file_and_no_camera(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("17").mkdir()
    cv2.imwrite("17/0.png", numbered_image(0))
    with open_source(Path("17")) as source:
        assert [number_of(frame.image) for frame in source] == [0]


def test_a_glob_of_one_video_is_that_video_and_of_several_is_refused(tmp_path):
    first = write_video(tmp_path / "a.avi", 3)
    pattern = str(tmp_path / "*.avi")
    with open_source(pattern) as source:
        assert len(list(source)) == 3
    second = write_video(tmp_path / "b.avi", 3)
    with pytest.raises(SourceError, match=r"\*\.avi: matches 2 files, videos among them; open ea"):
        open_source(pattern)
    assert videos_apart(pattern) == [str(first), str(second)]
    for other in ("0", "drive.mp4", str(first), str(tmp_path / "*.png"), "http://host/[x].mp4"):
        assert videos_apart(other) == [other]


def test_a_truncated_video_gives_what_it_has_and_says_what_is_missing(tmp_path):
    path = write_video(tmp_path / "cut.avi", 100)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with open_source(path) as source:
        frames = list(source)
        (problem,) = source.problems
    assert 10 < len(frames) < 90
    assert [number_of(f.image) for f in frames] == list(range(len(frames)))
    assert problem == (
        f"{path}: only {len(frames)} of 100 frames could be decoded; "
        "the video is truncated or damaged"
    )


def test_a_tenth_that_is_missing_is_told(tmp_path):
    path = write_video(tmp_path / "cut.avi", 100)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * 0.88)])
    with open_source(path) as source:
        count = len(list(source))
        assert 80 < count < 95
        assert source.problems[0].startswith(f"{path}: only {count} of 100 frames could be decoded")


class Clocked(Recorded):
    """Frames with time stamps, in milliseconds, of a video that states how many there are."""

    def __init__(self, stamps, count=None):
        super().__init__(range(len(stamps)))
        self.stamps, self.count, self.now = list(stamps), count or len(stamps), 0

    def read(self):
        if self.frames:
            self.now = self.stamps.pop(0)
        return super().read()

    def get(self, which):
        stated = {cv2.CAP_PROP_FRAME_COUNT: self.count, cv2.CAP_PROP_POS_MSEC: self.now}
        return float(stated.get(which, super().get(which)))


@pytest.mark.parametrize("stamps", [[5000, 5040, 5080], [0, 0, 0]], ids=["late", "none"])
def test_time_begins_with_the_first_frame_and_goes_on_without_stamps(stamps):
    with StoredSource.video("x", Clocked(stamps)) as source:
        assert [frame.seconds for frame in source] == pytest.approx([0, 0.04, 0.08])


def test_a_video_of_a_variable_rate_that_lasts_as_long_as_it_says_misses_nothing():
    stamps = [n * 80 for n in range(30)]  # half as many frames as the duration suggests
    with StoredSource.video("x", Clocked(stamps, count=60)) as source:
        assert len(list(source)) == 30
        assert source.problems == []


def test_a_hole_within_a_video_is_told_and_index_leaps_with_the_time_stamps():
    stamps = [n * 40 for n in (*range(20), *range(50, 70))]
    with StoredSource.video("x", Clocked(stamps, count=70)) as source:
        frames = list(source)
        assert [f.index for f in frames] == [*range(20), *range(50, 70)]
        assert frames[20].seconds == pytest.approx(2.0)
        assert source.problems == [
            "x: time stamps leap over 30 frames, after 0.8 s; the video is damaged"
        ]


def test_damaged_frames_before_a_frame_are_not_missing_besides():
    clock = VideoClock(25.0)
    assert [clock.tick(0.0, 0), clock.tick(0.04, 0), clock.tick(0.4, 8)] == [0, 0, 0]
    assert clock.tick(0.8, 2) == 7
    assert (clock.leapt, clock.leaps) == (7, [0.4])


def test_a_pause_of_a_variable_rate_moves_the_index_and_is_no_damage():
    stamps = [0, 20, 40, 2000, 2020, 2040, 2060]
    with StoredSource.video("x", Clocked(stamps)) as source:
        assert [frame.index for frame in source] == [0, 1, 2, 51, 52, 53, 54]
        assert source.problems == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"no video at all" * 99, "not a video that can be decoded"),
        (None, "not a video that can be decoded.*its index is missing.*cut off"),
    ],
    ids=["empty", "text", "mp4 without its end"],
)
def test_what_is_no_video_is_told_with_the_reason(tmp_path, capfd, content, message):
    path = tmp_path / "drive.mp4"
    if content is None:
        content = write_video(path, 40).read_bytes()[:-300]
    path.write_bytes(content)
    with pytest.raises(SourceError, match=f"^{path}: {message}"):
        open_source(path)
    assert capfd.readouterr() == ("", "")  # FFmpeg is silent; the message is enough


def test_a_text_is_no_video_though_ffmpeg_would_draw_it(tmp_path):
    path = tmp_path / "drives.txt"
    path.write_text("monday.mp4\ntuesday.mp4\n" * 200)
    with pytest.raises(SourceError, match=f"^{path}: a text, not a video; give the sources"):
        open_source(path)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere.mp4", "no such file"),
        ("", "the folder holds no picture"),
        ("*.png", "nothing matches"),
        ("a" * 300 + ".mp4", "(?i)file name too long"),
    ],
)
def test_what_is_not_there_is_told(tmp_path, source, message):
    with pytest.raises(SourceError, match=message):
        open_source(str(tmp_path / source) if source else tmp_path)


def test_a_camera_that_does_not_exist_is_told(capfd):
    for index in (97, "97", np.int64(97)):
        with pytest.raises(SourceError, match="camera 97: there is no such camera"):
            open_source(index)
    assert capfd.readouterr() == ("", "")


def test_a_folder_is_a_sequence_of_pictures_of_any_size(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), numbered_image(1))
    cv2.imwrite(str(tmp_path / "b.png"), numbered_image(2, (56, 30)))
    (tmp_path / "c.png").write_bytes(b"broken")
    cv2.imwrite(str(tmp_path / "d.png"), numbered_image(4))
    for source in (tmp_path, str(tmp_path / "*.png")):
        with open_source(source) as opened:
            assert opened.length == 4
            frames = list(opened)
            assert [(f.index, number_of(f.image)) for f in frames] == [(0, 1), (1, 2), (3, 4)]
            assert frames[1].image.shape == (30, 56, 3)
            assert frames[1].name == str(tmp_path / "b.png")
            (problem,) = opened.problems
            assert "c.png: not a picture" in problem


def test_pictures_are_a_tenth_of_a_second_apart(tmp_path):
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"{number}.png"), numbered_image(number))
    with open_source(tmp_path) as source:
        assert [frame.seconds for frame in source] == pytest.approx([0, 0.1, 0.2])


def test_a_folder_without_a_single_good_picture_is_an_error(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(b"broken")
    with open_source(tmp_path) as source:
        with pytest.raises(SourceError, match="none of the 2 pictures can be read"):
            next(source)
        assert len(source.problems) == 2


def test_one_picture_is_one_frame(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), numbered_image(7))
    with open_source(tmp_path / "a.png") as source:
        (frame,) = source
        assert source.length == 1
    assert number_of(frame.image) == 7


def test_one_corrupt_picture_is_an_error(tmp_path):
    (tmp_path / "a.png").write_bytes(b"broken")
    with (
        open_source(tmp_path / "a.png") as source,
        pytest.raises(SourceError, match=r"a\.png: not a picture"),
    ):
        next(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        *[(s, True) for s in ("0", "rtsp://camera/1", "http://host/x", "a.MP4", "b/c.webm")],
        *[(s, False) for s in ("sign.png", "folder", "*.jpg", "stop")],
    ],
)
def test_videos_are_told_from_pictures_by_name(source, expected):
    assert is_video(source) is expected


@pytest.mark.skipif(not CLIPS.is_dir(), reason="the clips of shared/data/video are not here")
def test_real_clips_are_read_to_their_end():
    for name in ("dashcam_stop_sign.mp4", "kuunn43_stop1.2.mp4"):
        with open_source(CLIPS / name) as source:
            (last,) = deque(source, maxlen=1)
            assert last.index + 1 == source.length
            assert last.seconds == pytest.approx(source.length / source.frames_per_second, abs=0.1)
            assert source.problems == []


@pytest.mark.parametrize("source", [None, True, ["a.png"], np.zeros((4, 4, 3), np.uint8)])
def test_what_is_no_source_is_told_how_images_in_memory_are_given(source):
    with pytest.raises(TypeError, match=r"not (NoneType|bool|list|ndarray); .*follow\(\)\.update"):
        open_source(source)


def _damage(path, number):
    """Blank one frame of an AVI file of JPEG pictures."""
    content = bytearray(path.read_bytes())
    at = content.find(b"movi") + 4
    for _ in range(number):
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    assert content[at : at + 4] == b"00dc"
    length = int.from_bytes(content[at + 4 : at + 8], "little")
    content[at + 8 : at + 8 + length] = bytes(length)
    path.write_bytes(content)


@pytest.mark.parametrize("damaged", [[0], [9], [4, 5, 7]])
def test_damaged_frames_of_a_video_are_counted_and_all_others_given(tmp_path, damaged):
    path = write_video(tmp_path / "drive.avi", 20)
    for number in damaged:
        _damage(path, number)
    with open_source(path) as source:
        frames = list(source)
        problems = source.problems
    kept = [number for number in range(20) if number not in damaged]
    assert [number_of(frame.image) for frame in frames] == kept
    assert [frame.index for frame in frames] == kept
    count = "1 damaged frame" if len(damaged) == 1 else "3 damaged frames"
    assert problems == [f"{path}: {count} could not be decoded"]


@pytest.mark.parametrize("suffix", ["", ".scene", ".gif"])
def test_a_picture_is_one_whatever_it_is_called(tmp_path, suffix):
    path = tmp_path / f"scene{suffix}"
    path.write_bytes(cv2.imencode(suffix if suffix == ".gif" else ".png", numbered_image(7))[1])
    with open_source(path) as source:
        assert not source.is_continuous
        (frame,) = source
    assert number_of(frame.image) == 7


def test_videos_among_pictures_are_not_left_out_without_a_word(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), numbered_image(1))
    video = write_video(tmp_path / "drive.avi", 2)
    with open_source(tmp_path) as source:
        assert len(list(source)) == 1
        assert source.problems == [
            f"{video}: a video among pictures is left out; open it by itself"
        ]
