"""Results drawn into the frames, as a video."""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from recognizer.frames.frame import Image
from recognizer.frames.frame_result import FrameResult
from recognizer.frames.output.annotate import annotate
from recognizer.frames.output.writers import FrameWriter, WriterError, check_new_file
from recognizer.frames.sources.capture import frame_count, open_video, silence_opencv
from recognizer.pictures import to_crop

_CODECS: Final = {
    ".avi": "MJPG",
    ".m4v": "mp4v",
    ".mkv": "mp4v",
    ".mov": "mp4v",
    ".mp4": "mp4v",
    ".webm": "VP80",
}
"""Suffix -> the codec that OpenCV's own FFmpeg can encode; its builds have no H.264 encoder."""

_LARGEST_IN_RATE: Final = 65_535

_RESERVE = 16 * 2**20
"""Bytes left free on the disk: without the index at the end of the file, no frame can be read."""

_SECONDS_TO_READ_BACK = 10.0

_LONGEST = 10.0
"""Seconds that a frame is shown at most: a camera that is away for an hour shall not fill the disk
with one picture."""


class AnnotatedVideoWriter(FrameWriter):
    """Writes frames with what was recognized in them.

    A frame is shown until the time of the next one, ``result.seconds``, so that the video of a
    live source that drops frames is as long as what it shows; no frame longer than 10 s. Of a
    source of a higher rate frames are left out. Where time does not go on, another source has
    begun, or this one has no clock.

    The first frame decides on the size; frames of another size are scaled into it, with black
    bars where the proportions differ. An odd width or height loses its last pixel.

    Args:
        path: of the video; its suffix decides on the format, such as ``.mp4`` or ``.webm``.
        frames_per_second: at which it shall be played; above 65, rounded to what MPEG-4 can state.
        overwrite: whether the file may exist already.

    Raises:
        ValueError: ``frames_per_second`` is not above 0, or not finite.
        WriterError: the file exists, its folder does not, or the suffix is not known.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, frames_per_second: float, overwrite: bool = False
    ) -> None:
        if not 0 < frames_per_second < math.inf:
            raise ValueError(
                f"frames_per_second: expected a number above 0, got {frames_per_second}; a camera "
                "that states none has about 30"
            )
        self._path = Path(path)
        self._frames_per_second = _stated_rate(frames_per_second)
        self._overwrite = overwrite
        self._is_begun = self._is_finished = False
        self._writer: Any = None  # cv2.VideoWriter, once the size is known
        self._size = (0, 0)
        self._frames = 0
        self._pending: Image | None = None  # the next frame says how long it is shown
        self._start = 0.0  # of the source whose frames are written now, plus what was cut short
        self._since_start = 0  # frames added of this source
        self._seconds = math.inf  # of the pending frame; the first one begins a source
        check_video_suffix(self._path)
        check_new_file(self._path, overwrite)

    def write(self, image: npt.NDArray[Any], result: FrameResult) -> None:
        """Add one frame; see :class:`~recognizer.frames.output.writers.FrameWriter`."""
        if self._is_finished:
            raise WriterError(f"{self._path}: the video is complete; no frame can be added")
        self._is_begun = True
        image = to_crop(image)  # any array that a frame may be, such as a grey one
        if self._writer is None:
            self._open((image.shape[1], image.shape[0]))
        self._show_until(result.seconds)
        self._pending = letterboxed(annotate(image, result), self._size)

    def close(self) -> None:
        """Complete the video and make sure that it can be read.

        If no frame came, there is none, and an old one that was to be overwritten is removed.
        """
        if not self._is_begun and self._overwrite and self._path.is_file():
            self._path.unlink()
        if self._writer is None:
            return
        self._add_pending(1)
        self._complete()

    def _complete(self) -> None:
        self._writer.release()
        self._writer, self._is_finished = None, True
        # OpenCV tells of no failure to write, so that only reading shows whether there was one.
        count = _frames_in(self._path)
        if count < self._frames:
            raise WriterError(
                f"{self._path}: of {self._frames} frames only {count} could be written"
            )

    def _show_until(self, seconds: float) -> None:
        """Add the pending frame as often as it fits before the next one, possibly never."""
        gap = seconds - self._seconds
        self._seconds = seconds
        if gap <= 0:
            self._add_pending(1)
            self._start, self._since_start = seconds, 0
            return
        self._start += max(0.0, gap - _LONGEST)
        # Halves up, not to even: of twice the rate every second frame is due.
        due = math.floor((seconds - self._start) * self._frames_per_second + 0.5)
        self._add_pending(due - self._since_start)

    def _add_pending(self, times: int) -> None:
        for _ in range(times if self._pending is not None else 0):
            if self._free_bytes() < _RESERVE:
                self._complete()
                raise WriterError(
                    f"{self._path}: no space left on the disk; "
                    f"the video ends after {self._frames} frames"
                )
            self._writer.write(self._pending)
            self._frames += 1
            self._since_start += 1

    def _open(self, size: tuple[int, int]) -> None:
        is_new = not self._path.exists()
        self._check_writable()
        silence_opencv()
        code = cv2.VideoWriter.fourcc(*_CODECS[self._path.suffix.lower()])
        path = str(self._path.absolute())
        writer = cv2.VideoWriter(path, cv2.CAP_FFMPEG, code, self._frames_per_second, size)
        if not writer.isOpened():
            if is_new:
                self._path.unlink(missing_ok=True)
            raise WriterError(
                f"{self._path}: OpenCV cannot write a video of {size[0]}×{size[1]} pixels "
                f"at {self._frames_per_second:g} frames a second"
            )
        self._writer, self._size = writer, size

    def _check_writable(self) -> None:
        """OpenCV would not say why it cannot open a file."""
        try:
            self._path.open("ab" if self._overwrite else "xb").close()
        except OSError as error:
            raise WriterError(f"{self._path}: {error.strerror or error}") from None

    def _free_bytes(self) -> int:
        return shutil.disk_usage(self._path.parent).free


def _stated_rate(frames_per_second: float) -> float:
    """The nearest rate that is a fraction of numbers up to 65,535: MPEG-4 knows no others.

    OpenCV makes thousandths of a rate, which is fine up to 65 frames a second.
    """
    if frames_per_second * 1000 <= _LARGEST_IN_RATE:
        return frames_per_second
    rounded = ((places, round(frames_per_second, places)) for places in (2, 1, 0))
    fitting = (rate for places, rate in rounded if rate * 10**places <= _LARGEST_IN_RATE)
    return next(fitting, frames_per_second)


def check_video_suffix(path: Path) -> None:
    """Make sure that videos can be written in the format that the suffix names.

    Raises:
        WriterError: they cannot.
    """
    if path.suffix.lower() not in _CODECS:
        known = ", ".join(suffix[1:] for suffix in _CODECS)
        raise WriterError(f"{path}: the suffix is not that of a video; known are {known}")


def letterboxed(image: Image, size: tuple[int, int]) -> Image:
    """The image as large as it fits into ``size`` (width, height), on black, in the middle."""
    height, width = image.shape[:2]
    if (width, height) == size:
        return image
    scale = min(size[0] / width, size[1] / height)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(
        image, inner, interpolation=method
    )
    return canvas


def _frames_in(path: Path) -> int:
    """How many frames of a video can be read; 0 if it is none."""
    video = open_video(str(path.absolute()), _SECONDS_TO_READ_BACK)
    if video is None:
        return 0
    try:
        return frame_count(video) or 0
    finally:
        video.release()
