"""URLs and live streams as sources: the newest frame, a connection that is lost, one error."""

import http.server
import socket
import threading
import time
from contextlib import contextmanager, suppress
from functools import partial
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from synthetic_videos import Recorded, number_of, numbered_image, write_video

from recognizer.frames.sources import opening
from recognizer.frames.sources.capture import frame_rate, open_video
from recognizer.frames.sources.live_source import LiveSource
from recognizer.frames.sources.opening import SourceError, check_timeout, open_source
from recognizer.frames.sources.stated_length import has_stated_length

pytestmark = pytest.mark.usefixtures("no_thread_is_left")


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
        ("rtsp://me:sec#ret@host/x", r"rtsp://\*\*\*@host/x: not a URL; write `#`.* as %23"),
        ("rtsp://me:1234#56@a..b/x", r"rtsp://\*\*\*@a..b/x: "),
        ("http://a..b/v.mp4", "http://a..b/v.mp4: a..b is not the name of a host"),
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


class _Files(http.server.SimpleHTTPRequestHandler):
    """A web server of files that says nothing and bears being hung up on."""

    def copyfile(self, source, outputfile):
        with suppress(OSError):
            super().copyfile(source, outputfile)

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
    handler = partial(_Files, directory=str(tmp_path))
    with serving(handler) as address, open_source(f"{address}/drive.mp4") as source:
        assert (source.is_live, source.length) == (False, 30)
        assert [number_of(f.image) for f in source] == list(range(30))


def test_a_recording_that_states_no_frames_ends_where_its_bytes_do(tmp_path):
    pictures = [cv2.imencode(".jpg", numbered_image(number))[1].tobytes() for number in range(30)]
    (tmp_path / "drive.mjpeg").write_bytes(b"".join(pictures))
    handler = partial(_Files, directory=str(tmp_path))
    with serving(handler) as address, open_source(f"{address}/drive.mjpeg") as source:
        assert (source.is_live, source.length) == (False, None)
        assert [number_of(f.image) for f in source] == list(range(30))


def test_a_text_behind_a_url_is_refused(tmp_path):
    (tmp_path / "cameras.txt").write_text("rtsp://camera/1\n" * 200)
    with (
        serving(partial(_Files, directory=str(tmp_path))) as address,
        pytest.raises(SourceError, match=f"^{address}/cameras.txt: a text, not a video; give the"),
    ):
        open_source(f"{address}/cameras.txt")


@pytest.mark.parametrize(
    ("content", "is_stated"),
    [
        (b"\x00\x00\x00\x18ftypmp42", True),
        (b"#EXTM3U\n#EXTINF:4,\npart1.ts\n", False),
        (b"\xef\xbb\xbf#EXTM3U\n", False),
        (b'<?xml version="1.0"?><MPD type="dynamic"/>', False),
    ],
)
def test_the_length_of_a_playlist_is_not_that_of_what_it_names(tmp_path, content, is_stated):
    (tmp_path / "x").write_bytes(content)
    with serving(partial(_Files, directory=str(tmp_path))) as address:
        assert has_stated_length(f"{address}/x", 5.0) is is_stated


def test_streams_and_servers_that_do_not_answer_state_no_length():
    with serving(_Camera, answered=0, connections=9) as address:
        assert not has_stated_length(f"{address}/live", 5.0)
    assert not has_stated_length(f"http://127.0.0.1:{closed_port()}/x", 5.0)
    assert not has_stated_length("rtsp://127.0.0.1/x", 5.0)


def test_the_length_of_what_needs_a_password_is_asked_with_it(tmp_path):
    class Guarded(_Files):
        def do_GET(self):
            if self.headers["Authorization"] == "Basic bWU6c2VAY3JldA==":  # me:se@cret
                super().do_GET()
            else:
                self.send_error(401)

    (tmp_path / "x").write_bytes(bytes(100))
    with serving(partial(Guarded, directory=str(tmp_path))) as address:
        host = address.removeprefix("http://")
        assert has_stated_length(f"http://me:se%40cret@{host}/x", 5.0)
        assert not has_stated_length(f"http://{host}/x", 5.0)


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


@pytest.mark.parametrize("scheme", ["rtsp", "rtmp", "https"])
def test_a_recording_of_known_length_ends_at_its_end_behind_any_url(scheme, monkeypatch):
    recorded = Recorded(range(25))  # it states 25 frames
    monkeypatch.setattr(opening, "open_video", lambda *_: recorded)
    with open_source(f"{scheme}://host/recording") as source:
        assert (source.is_live, source.length) == (False, 25)
        assert [number_of(frame.image) for frame in source] == list(range(25))


@pytest.mark.parametrize(("stated", "rate"), [(25.0, 25.0), (90_000.0, None), (0.0, None)])
def test_a_time_base_is_no_rate(stated, rate):
    assert frame_rate(SimpleNamespace(get=lambda _: stated)) == rate


def test_a_lost_connection_is_tried_again_with_growing_delays(caplog):
    reopened = [None, None, Recorded([50, 51])]
    source = LiveSource("camera", Recorded([1]), lambda: reopened.pop(0), (0.01, 0.02, 0.04))
    with source:
        assert number_of(next(source).image) == 1
        assert number_of(next(source).image) in (50, 51)
        assert [r.getMessage() for r in caplog.records][:3] == [
            f"camera: connection lost, trying again in {delay} s" for delay in (0.01, 0.02, 0.04)
        ]


def test_what_nobody_saw_while_the_connection_was_lost_counts():
    again = Recorded([50])
    with LiveSource("camera", Recorded([1]), lambda: again, (0.5,)) as source:
        assert next(source).index == 0
        found = next(source)
        assert 11 <= found.index - 1 <= 25 * found.seconds + 1  # half a second at 25 a second


def test_a_file_behind_a_url_whose_connection_is_lost_is_an_error(monkeypatch):
    class Stalled(Recorded):
        def read(self):
            if not self.frames:
                time.sleep(1.1)  # the timeout, of which FFmpeg does not tell
            return super().read()

        def get(self, property_id):
            return 30.0 if property_id == cv2.CAP_PROP_FRAME_COUNT else 25.0

    monkeypatch.setattr(opening, "open_video", lambda *_: Stalled(range(29)))
    with open_source("https://me:secret@host/drive.mp4") as source:
        frames = iter(source)
        assert [number_of(next(frames).image) for _ in range(29)] == list(range(29))
        with pytest.raises(
            SourceError, match=r"^https://me:\*\*\*@host/drive.mp4: connection lost"
        ):
            next(frames)


def test_closing_a_file_behind_a_url_does_not_wait_for_its_timeout(monkeypatch):
    may_go_on = threading.Event()

    class Hanging(Recorded):
        def read(self):
            if not self.frames:
                may_go_on.wait(30)
            return super().read()

    monkeypatch.setattr(opening, "open_video", lambda *_: Hanging([1]))
    monkeypatch.setattr("recognizer.frames.sources.read_ahead._PATIENCE", 0.1)
    source = open_source("https://host/drive.mp4")
    next(source)
    start = time.monotonic()
    source.close()
    assert time.monotonic() - start < 5
    may_go_on.set()
    source._frames._thread.join()


def test_a_connection_that_stays_lost_is_an_error_not_the_end():
    with LiveSource("camera", Recorded([1]), lambda: None, (0.01, 0.01)) as source:
        next(source)
        for _ in range(2):
            with pytest.raises(SourceError, match="camera: connection lost after 1 frames; 2 att"):
                next(source)
    with pytest.raises(StopIteration):
        next(source)


def test_attempts_are_counted_anew_once_a_frame_came():
    again = [Recorded([2]), Recorded([3]), Recorded(range(4, 256))]
    with LiveSource("camera", Recorded([1]), lambda: again.pop(0), (0.01, 0.01)) as source:
        while number_of(next(source).image) < 4:
            pass  # without an error, though the connection was lost three times


def test_a_reading_thread_that_fails_does_not_let_others_wait_for_ever():
    class Failing(Recorded):
        def read(self):
            raise MemoryError("a frame of 2^40 pixels")

    with (
        LiveSource("camera", Failing([1]), lambda: None, (0.01,)) as source,
        pytest.raises(MemoryError, match="a frame of"),
    ):
        next(source)


def test_a_server_that_hangs_up_for_good_is_given_up():
    with serving(_Camera, answered=0, connections=2) as address:
        reopen = partial(open_video, f"{address}/live", timeout=1.0)
        with (
            LiveSource("camera", reopen(), reopen, (0.01, 0.01)) as source,
            pytest.raises(SourceError, match=r"connection lost after \d+ frames; 2 attempts"),
        ):
            list(source)


def test_closing_while_waiting_to_try_again_does_not_wait():
    source = LiveSource("camera", Recorded([]), lambda: None, (60.0,))
    time.sleep(0.05)
    start = time.monotonic()
    source.close()
    assert time.monotonic() - start < 1


def test_a_damaged_picture_of_a_live_stream_is_no_lost_connection():
    class Flawed(Recorded):
        reads = 0

        def read(self):
            self.reads += 1
            return (False, None) if self.reads % 3 == 0 else super().read()

    with LiveSource("camera", Flawed(range(9)), lambda: None, (0.01,)) as source:
        while number_of(next(source).image) < 8:
            pass  # without an error: the connection, which cannot be had again, was never given up


@pytest.mark.parametrize("timeout", [None, 0, float("nan"), float("inf"), "10"])
def test_a_timeout_is_a_number_of_seconds(timeout):
    with pytest.raises(ValueError, match="timeout: expected seconds, above 0 and at most 86,400"):
        open_source("http://127.0.0.1:9/a.mp4", timeout=timeout)


def test_a_timeout_may_be_a_number_of_numpys():
    check_timeout(np.float32(0.5))
