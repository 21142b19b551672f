"""Whatever people call a source of frames -> an opened one."""

from __future__ import annotations

import os
import re
import socket
import time
from glob import has_magic
from numbers import Integral, Real
from pathlib import Path
from typing import Final, Union
from urllib.parse import urlsplit
from urllib.request import url2pathname

import cv2

from recognizer.frames.sources.capture import (
    Capture,
    frame_count,
    open_camera,
    open_video,
    read_image,
    shows_text,
)
from recognizer.frames.sources.frame_source import FrameSource, SourceError
from recognizer.frames.sources.live_source import LiveSource
from recognizer.frames.sources.stated_length import has_stated_length
from recognizer.frames.sources.stored_source import StoredSource
from recognizer.frames.sources.video_files import (
    has_video_suffix,
    hint_at_videos,
    videos_left_out,
)
from recognizer.pictures import SUFFIXES, PictureError, find_pictures
from recognizer.urls import is_url, without_password

__all__ = [
    "FrameSource",
    "Source",
    "SourceError",
    "check_timeout",
    "is_video",
    "local_path",
    "open_source",
    "videos_apart",
]

_SECONDS_TO_LOOK = 10.0
"""At most, into a file that may be a picture or a video."""

Source = Union[int, str, "os.PathLike[str]", FrameSource]
"""A camera's index (as text, too), a video, picture, folder or glob, a URL, an opened source."""

_LONGEST_TIMEOUT: Final = 24 * 3600
_DEFAULT_PORTS: Final = {"http": 80, "https": 443, "rtsp": 554}


def is_video(source: str) -> bool:
    """Whether the text means a camera, a URL or a video file, rather than pictures."""
    return source.isdecimal() or is_url(source) or has_video_suffix(Path(source))


def videos_apart(source: str) -> list[str]:
    """A glob that matches videos as one source for each file; any other source as it is."""
    if is_url(source) or not has_magic(source):
        return [source]
    try:
        paths = find_pictures(source)
    except PictureError:  # nothing matches, which is told when it is opened
        return [source]
    return [str(path) for path in paths] if any(map(has_video_suffix, paths)) else [source]


def local_path(source: str) -> str:
    """The path that a ``file://`` URL means; any other source as it is."""
    match = re.match("file://(localhost)?", source, re.IGNORECASE)
    return url2pathname(source[match.end() :]) if match else source


def open_source(source: Source, *, timeout: float = 10.0) -> FrameSource:
    """Open a source of frames.

    Of files (a video, also behind a URL; a picture; a folder, searched for pictures; a glob of
    pictures), every frame is given, in order. Of a camera or a live stream, the newest frame is
    given and those in between are dropped; a lost connection is tried again after 0.5, 1, 2, 4
    and 8 s and then given up. A URL is that of a file if the file states how many frames there
    are, or the web server how many bytes; if its connection is lost, what comes next is an error.

    Args:
        source: see :data:`Source`; one that is open already is given back as it is. A file whose
            name is a number is opened as ``./17`` or ``Path("17")``.
        timeout: seconds that a URL has to answer, and later to send each frame.

    Returns:
        the opened source; to be closed, best with ``with``.

    Raises:
        SourceError: it does not exist, does not answer in time, holds no frames, or is a glob of
            several videos.
        TypeError: it is of another kind, such as a list of images.
        ValueError: ``timeout`` is not above 0, or more than a day.
    """
    if isinstance(source, FrameSource):
        return source
    check_timeout(timeout)
    if not isinstance(source, (Integral, str, os.PathLike)) or isinstance(source, bool):
        raise TypeError(
            f"a source is a camera's index, a path, glob or URL, not {type(source).__name__}; "
            "give images in memory to Recognizer.follow().update(image), one by one"
        )
    if isinstance(source, Integral):
        return _open_camera(int(source))
    name = local_path(os.fspath(source))
    if isinstance(source, str) and name.isdecimal():
        return _open_camera(int(name))
    if is_url(name):
        return _open_url(name, timeout)
    return _open_files(name, timeout)


def check_timeout(timeout: float) -> None:
    """Refuse what is no number of seconds to wait.

    Raises:
        ValueError: it is not above 0, or more than a day.
    """
    if not isinstance(timeout, Real) or not 0 < timeout <= _LONGEST_TIMEOUT:
        raise ValueError(
            f"timeout: expected seconds, above 0 and at most {_LONGEST_TIMEOUT:,}, got {timeout!r}"
        )


def _open_camera(index: int) -> LiveSource:
    capture = open_camera(index) if index >= 0 else None
    if capture is None:
        raise SourceError(f"camera {index}: there is no such camera, or another program uses it")
    return LiveSource(f"camera {index}", capture, lambda: open_camera(index))


def _open_url(url: str, timeout: float) -> FrameSource:
    name = without_password(url)
    start = time.monotonic()
    capture = open_video(url, timeout)
    if capture is None:
        raise SourceError(f"{name}: {_why_no_answer(url, timeout, time.monotonic() - start)}")
    _refuse_text(name, capture)
    if frame_count(capture) is not None or has_stated_length(url, timeout):
        return StoredSource.video(name, capture)
    return LiveSource(name, capture, lambda: open_video(url, timeout))


def _open_files(name: str, timeout: float) -> StoredSource:
    path = Path(name)
    try:
        path.stat()
    except FileNotFoundError:  # a glob, or nothing, which is told below
        pass
    except (OSError, ValueError) as error:
        raise SourceError(f"{name}: {getattr(error, 'strerror', None) or error}") from None
    if path.is_file() and path.suffix.lower() not in SUFFIXES - {".gif"}:  # which may move
        if _is_picture_of_any_name(path):
            return StoredSource.pictures(name, [path])
        return _open_video_file(path, timeout)
    try:
        paths = find_pictures(name)
    except PictureError as error:
        raise SourceError(f"{error}{hint_at_videos(path)}") from None
    if len(paths) == 1 and paths[0].suffix.lower() not in SUFFIXES:  # a glob for one video
        return _open_video_file(paths[0], timeout)
    if any(map(has_video_suffix, paths)):
        raise SourceError(
            f"{name}: matches {len(paths)} files, videos among them; open each by itself"
        )
    return StoredSource.pictures(name, paths, videos_left_out(path))


def _is_picture_of_any_name(path: Path) -> bool:
    """Whether a file that is not called as a video begins as a picture does."""
    if has_video_suffix(path):
        return False
    try:
        return bool(cv2.haveImageReader(str(path))) and not _moves(path)
    except (cv2.error, UnicodeError):
        return False


def _moves(path: Path) -> bool:
    """Whether a picture has more than one frame, as a GIF may."""
    capture = open_video(str(path.absolute()), _SECONDS_TO_LOOK)
    if capture is None:
        return False
    try:
        return read_image(capture) is not None and read_image(capture) is not None
    finally:
        capture.release()


def _open_video_file(path: Path, timeout: float) -> StoredSource:
    try:
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from None
    if is_empty:
        raise SourceError(f"{path}: the file is empty")
    # Absolute, or FFmpeg takes the start of "12:30.mp4" for a protocol.
    capture = open_video(str(path.absolute()), timeout)
    if capture is None:
        raise SourceError(
            f"{path}: not a video that can be decoded; if it is one, its index is missing, "
            "as it is when a recording was cut off"
        )
    _refuse_text(str(path), capture)
    return StoredSource.video(str(path), capture)


def _refuse_text(name: str, capture: Capture) -> None:
    if shows_text(capture):
        capture.release()
        raise SourceError(f"{name}: a text, not a video; give the sources that it names themselves")


def _why_no_answer(url: str, timeout: float, waited: float) -> str:
    """FFmpeg says only that it failed; most often, the network knows why."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        return str(error).lower()
    try:
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError as error:
        if "@" in url:  # what is taken for a port may be part of a password
            return "not a URL; write `#`, `/`, `?` and `@` in a password as %23, %2F, %3F and %40"
        return str(error).lower()
    if waited >= timeout * 0.95:
        return f"no answer within {timeout:g} s"
    if not parts.hostname or not port:  # there is nobody to ask
        return "cannot be opened; expected http://, https:// or rtsp:// and a host"
    try:
        socket.create_connection((parts.hostname, port), max(0.1, timeout - waited)).close()
    except TimeoutError:
        return f"no answer within {timeout:g} s"
    except UnicodeError:
        return f"{parts.hostname} is not the name of a host"
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return "the server answers, but not with a video"
