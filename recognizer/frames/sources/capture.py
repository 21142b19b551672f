"""OpenCV's video capture, opened quietly and within a time limit."""

from __future__ import annotations

import os
import time
from typing import Any, NamedTuple

import cv2

from recognizer.frames.frame import Image

Capture = Any
"""A ``cv2.VideoCapture``; OpenCV's stubs are not used."""

_SILENT = 0
"""OpenCV's ``LOG_LEVEL_SILENT``."""

_MOST_DAMAGED = 100
"""Frames in a row that cannot be decoded, after which none is expected any more."""
_PROMPT = 1.0
"""Seconds within which a damaged frame is told of; a lost connection takes longer."""

_MAX_FRAMES_PER_SECOND = 1000
"""More than that is a time base (such as 90,000) that was mistaken for a rate."""
_DRAWN_TEXT = int.from_bytes(b"ansi", "little")
"""The FourCC of what FFmpeg's ``tty`` demuxer gives."""


def silence_opencv() -> None:
    """Keep OpenCV and FFmpeg from writing to stderr, where our own message says what is wrong.

    This holds for the whole process. Who sets ``OPENCV_LOG_LEVEL`` or ``OPENCV_FFMPEG_LOGLEVEL``
    wants to read them, and does.
    """
    # AV_LOG_QUIET; FFmpeg reads it when it is first used.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    if "OPENCV_LOG_LEVEL" not in os.environ:
        before_opencv_5 = getattr(cv2, "setLogLevel", None)
        (before_opencv_5 or cv2.utils.logging.setLogLevel)(_SILENT)


def open_video(address: str, timeout: float) -> Capture | None:
    """A video file or URL, or None if FFmpeg cannot open it.

    Args:
        address: an absolute path or a URL.
        timeout: seconds that opening, and each later read, may take.
    """
    milliseconds = max(1, round(timeout * 1000))
    limits = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        milliseconds,
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        milliseconds,
    ]
    silence_opencv()
    # FFmpeg alone: OpenCV's other backends would take "frame_17.png" for a numbered sequence.
    return _opened(lambda: cv2.VideoCapture(address, cv2.CAP_FFMPEG, limits))


def open_camera(index: int) -> Capture | None:
    """A camera of this machine, or None if there is none of this index."""
    silence_opencv()
    return _opened(lambda: cv2.VideoCapture(index))


def read_image(capture: Capture) -> Image | None:
    """The next frame, waiting for it; None at the end and on any failure."""
    try:
        succeeded, image = capture.read()
    except cv2.error:
        return None
    return image if succeeded else None


class NextImage(NamedTuple):
    """The next frame that can be decoded.

    Attributes:
        image: the frame; None at the end, and where a stream is lost.
        damaged: how many before it could not be decoded.
        is_lost: whether there is none because reading waited in vain.
    """

    image: Image | None
    damaged: int = 0
    is_lost: bool = False


def next_image(capture: Capture) -> NextImage:
    """Read on until a frame can be decoded, or reading has failed again and again."""
    for damaged in range(_MOST_DAMAGED):
        started = time.monotonic()
        image = read_image(capture)
        if image is not None:
            return NextImage(image, damaged)
        if time.monotonic() - started > _PROMPT:
            return NextImage(None, is_lost=True)
    return NextImage(None)


def shows_text(capture: Capture) -> bool:
    """Whether the file is a text: FFmpeg draws what is called ``.txt`` and the like as pictures."""
    return int(capture.get(cv2.CAP_PROP_FOURCC)) == _DRAWN_TEXT


def frame_count(capture: Capture) -> int | None:
    """Frames that the container promises; None if it does not say, as a live stream."""
    count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    return count if count > 0 else None


def frame_rate(capture: Capture) -> float | None:
    """Frames per second that the container or camera states; None if it does not, or nonsense."""
    rate = float(capture.get(cv2.CAP_PROP_FPS))
    return rate if 0 < rate <= _MAX_FRAMES_PER_SECOND else None


def position_seconds(capture: Capture) -> float:
    """Time stamp of the frame that was read last."""
    return float(capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000


def _opened(opener: Any) -> Capture | None:
    try:
        capture = opener()
    except cv2.error:
        return None
    return capture if capture.isOpened() else None
