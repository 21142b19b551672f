"""Sources: whatever people call one gives frames in order, an end, or one error that says why."""

import gc
import http.server
import socket
import threading
import time
from collections import deque
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from synthetic_videos import number_of, numbered_image, write_video

from recognizer.frames.sources import opening
from recognizer.frames.sources.capture import open_video
from recognizer.frames.sources.live_source import LiveSource
from recognizer.frames.sources.opening import SourceError, is_video, open_source, videos_apart

CLIPS = Path(__file__).parents[3] / "shared" / "data" / "video"


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    before = set(threading.enumerate())
    yield
    left = [t.name for t in set(threading.enumerate()) - before if t.name.startswith(OUR_THREADS)]
    assert not left


OUR_THREADS = ("decode ", "read ")


# --- files


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


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere.mp4", "no such file"),
        ("", "the folder holds no picture"),
        ("*.png", "nothing matches"),
    ],
)
def test_what_is_not_there_is_told(tmp_path, source, message):
    with pytest.raises(SourceError, match=message):
        open_source(str(tmp_path / source) if source else tmp_path)


def test_a_camera_that_does_not_exist_is_told(capfd):
    for index in (97, "97"):
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


# --- network


@contextmanager
def silent_server():
    """Accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_a_url_that_never_answers_ends_after_the_timeout(scheme, capfd):
    with silent_server() as port:
        start = time.monotonic()
        with pytest.raises(SourceError, match=rf"{scheme}://.*: no answer within 0.5 s"):
            open_source(f"{scheme}://127.0.0.1:{port}/stream", timeout=0.5)
        assert 0.4 < time.monotonic() - start < 2
    assert capfd.readouterr() == ("", "")


def test_a_port_where_nobody_listens_is_told_at_once():
    start = time.monotonic()
    with pytest.raises(SourceError, match="connection refused"):
        open_source(f"rtsp://127.0.0.1:{closed_port()}/stream")
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("url", ["ftp://x/y", "nonsense://camera", "http:///drive.mp4"])
def test_a_url_behind_which_no_server_can_be_asked_is_told_what_a_url_is(url, monkeypatch):
    monkeypatch.setattr(opening, "open_video", lambda *_: None)  # FFmpeg would ask for the name `x`
    with pytest.raises(SourceError, match=f"^{url}: cannot be opened; expected http://, https://"):
        open_source(url)


def test_passwords_are_not_shown():
    with pytest.raises(SourceError) as raised:
        open_source(f"rtsp://me:secret@127.0.0.1:{closed_port()}/stream")
    assert "secret" not in str(raised.value)
    assert "me:***@127.0.0.1" in str(raised.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://[foo/x.mp4", r"http://\[foo/x.mp4: invalid ipv6 url"),
        ("rtsp://me:secret@[foo/x", r"rtsp://\*\*\*@\[foo/x: invalid ipv6 url"),
        ("http://host:port/x.mp4", "http://host:port/x.mp4: port could not be cast"),
    ],
)
def test_a_malformed_url_is_told(url, shown):
    with pytest.raises(SourceError, match=f"^{shown}"):
        open_source(url)


class _Camera(http.server.BaseHTTPRequestHandler):
    """A network camera: sends 30 JPEG frames, 200 a second, and hangs up."""

    def do_GET(self):
        if self.server.answered >= self.server.connections:
            self.send_error(503)
            return
        self.server.answered += 1
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        try:
            for number in range(30):
                picture = cv2.imencode(".jpg", numbered_image(number))[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n"
                self.wfile.write(head.encode() + b"\r\n" + picture + b"\r\n")
                time.sleep(0.005)
        except OSError:
            pass  # nobody watches any more

    def log_message(self, *arguments):
        pass


@contextmanager
def serving(handler, **attributes):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    vars(server).update(attributes)
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.02))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_video_behind_a_url_is_read_like_a_file(tmp_path, capfd):
    write_video(tmp_path / "drive.mp4", 30)
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with serving(handler) as address, open_source(f"{address}/drive.mp4") as source:
        assert (source.is_live, source.length) == (False, 30)
        assert [number_of(f.image) for f in source] == list(range(30))


def test_a_live_stream_gives_the_newest_frame_and_counts_the_dropped():
    with (
        serving(_Camera, answered=0, connections=9) as address,
        open_source(f"{address}/live") as source,
    ):
        assert source.is_live
        assert source.length is None
        first = next(source)
        time.sleep(0.1)
        second = next(source)
        assert second.index - first.index > 3
        # All but these two; the camera goes on, and so does the count.
        assert source.dropped >= second.index + 1 - len([first, second])
        assert second.seconds > first.seconds


class _Recorded:
    """Stands in for ``cv2.VideoCapture``: frames as listed, then the connection is lost."""

    def __init__(self, frames):
        self.frames = list(frames)
        self.released = False

    def read(self):
        time.sleep(0.002)
        if self.released or not self.frames:
            return False, None
        return True, numbered_image(self.frames.pop(0))

    def get(self, _):
        return 25.0

    def release(self):
        self.released = True


@pytest.mark.parametrize("scheme", ["rtsp", "rtmp", "https"])
def test_a_recording_of_known_length_ends_at_its_end_behind_any_url(scheme, monkeypatch):
    recorded = _Recorded(range(25))  # it states 25 frames
    monkeypatch.setattr(opening, "open_video", lambda *_: recorded)
    with open_source(f"{scheme}://host/recording") as source:
        assert (source.is_live, source.length) == (False, 25)
        assert [number_of(frame.image) for frame in source] == list(range(25))


def test_a_lost_connection_is_tried_again_with_growing_delays(caplog):
    reopened = [None, None, _Recorded([50, 51])]
    source = LiveSource("camera", _Recorded([1]), lambda: reopened.pop(0), (0.01, 0.02, 0.04))
    with source:
        assert number_of(next(source).image) == 1
        assert number_of(next(source).image) in (50, 51)
        assert [r.getMessage() for r in caplog.records][:3] == [
            f"camera: connection lost, trying again in {delay} s" for delay in (0.01, 0.02, 0.04)
        ]


def test_a_connection_that_stays_lost_is_an_error_not_the_end():
    with LiveSource("camera", _Recorded([1]), lambda: None, (0.01, 0.01)) as source:
        next(source)
        for _ in range(2):
            with pytest.raises(SourceError, match="camera: connection lost after 1 frames; 2 att"):
                next(source)
    with pytest.raises(StopIteration):
        next(source)


def test_a_reading_thread_that_fails_does_not_let_others_wait_for_ever():
    class Failing(_Recorded):
        def read(self):
            raise MemoryError("a frame of 2^40 pixels")

    with (
        LiveSource("camera", Failing([1]), lambda: None, (0.01,)) as source,
        pytest.raises(MemoryError, match="a frame of"),
    ):
        next(source)


@pytest.mark.parametrize("source", [None, True, ["a.png"], np.zeros((4, 4, 3), np.uint8)])
def test_what_is_no_source_is_told_how_images_in_memory_are_given(source):
    with pytest.raises(TypeError, match=r"not (NoneType|bool|list|ndarray); .*follow\(\)\.update"):
        open_source(source)


def test_a_server_that_hangs_up_for_good_is_given_up():
    with serving(_Camera, answered=0, connections=2) as address:
        reopen = partial(open_video, f"{address}/live", timeout=1.0)
        with (
            LiveSource("camera", reopen(), reopen, (0.01, 0.01)) as source,
            pytest.raises(SourceError, match=r"connection lost after \d+ frames; 2 attempts"),
        ):
            list(source)


def test_closing_while_waiting_to_try_again_does_not_wait():
    source = LiveSource("camera", _Recorded([]), lambda: None, (60.0,))
    time.sleep(0.05)
    start = time.monotonic()
    source.close()
    assert time.monotonic() - start < 1


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


def test_a_damaged_picture_of_a_live_stream_is_no_lost_connection():
    class Flawed(_Recorded):
        reads = 0

        def read(self):
            self.reads += 1
            return (False, None) if self.reads % 3 == 0 else super().read()

    with LiveSource("camera", Flawed(range(9)), lambda: None, (0.01,)) as source:
        while number_of(next(source).image) < 8:
            pass  # without an error: the connection, which cannot be had again, was never given up


def test_videos_among_pictures_are_not_left_out_without_a_word(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), numbered_image(1))
    video = write_video(tmp_path / "drive.avi", 2)
    with open_source(tmp_path) as source:
        assert len(list(source)) == 1
        assert source.problems == [
            f"{video}: a video among pictures is left out; open it by itself"
        ]


@pytest.mark.parametrize("timeout", [None, 0, float("nan"), "10"])
def test_a_timeout_is_a_number_of_seconds(timeout):
    with pytest.raises(ValueError, match="timeout: expected seconds, above 0, got"):
        open_source("http://127.0.0.1:9/a.mp4", timeout=timeout)
