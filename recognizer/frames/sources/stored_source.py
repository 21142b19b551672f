"""Frames that lie in files: every one is kept, in order, decoded ahead of the consumer."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final

from recognizer.frames.frame import Frame
from recognizer.frames.sources import capture as captures
from recognizer.frames.sources.capture import Capture
from recognizer.frames.sources.frame_source import FrameSource, SourceError
from recognizer.frames.sources.read_ahead import ReadAhead
from recognizer.frames.sources.video_clock import VideoClock
from recognizer.pictures import PictureError, to_crop
from recognizer.plurals import counted
from recognizer.urls import is_url

PICTURES_PER_SECOND: Final = 10.0
"""Pictures have no clock; this one is assumed, so that they can be played and tracked."""

_DEPTH = 3
"""Frames decoded ahead: enough to smooth over key frames, 10 MB at 1360×800."""

_SHORTFALL = 0.02
"""Share of the promised frames that may be missing unmentioned: edit lists hide a few."""


class StoredSource(FrameSource):
    """A video of known end, or a sequence of pictures. Use the two class methods."""

    def __init__(
        self,
        name: str,
        length: int | None,
        frames_per_second: float | None,
        frames: Generator[Frame, None, None],
        problems: list[str],
        *,
        is_continuous: bool,
    ) -> None:
        self._frames = ReadAhead(frames, _DEPTH, f"decode {name}")
        self._problems = problems
        super().__init__(
            name, length, frames_per_second, is_live=False, is_continuous=is_continuous
        )

    @classmethod
    def video(cls, name: str, capture: Capture) -> StoredSource:
        """The frames of an opened video; damaged or missing ones are a problem, not an error.

        Raises (on ``next()``):
            SourceError: not a single frame can be decoded, or the connection to a URL is lost.
        """
        length, rate = captures.frame_count(capture), captures.frame_rate(capture)
        problems: list[str] = []
        frames = _video_frames(name, capture, length, rate, problems)
        return cls(name, length, rate, frames, problems, is_continuous=True)

    @classmethod
    def pictures(
        cls, name: str, paths: Sequence[Path], problems: Sequence[str] = ()
    ) -> StoredSource:
        """One frame per picture, of whatever sizes; a corrupt one is skipped and a problem.

        ``problems`` are those that are known before one is read.

        Raises (on the first ``next()``):
            SourceError: no picture can be read.
        """
        met = [*problems]
        frames = _picture_frames(name, paths, met)
        return cls(name, len(paths), PICTURES_PER_SECOND, frames, met, is_continuous=False)

    @property
    def dropped(self) -> int:
        """None are: always 0."""
        return 0

    @property
    def problems(self) -> list[str]:
        """Missing frames and corrupt pictures so far."""
        return list(self._problems)

    def __next__(self) -> Frame:
        return next(self._frames)

    def close(self) -> None:
        """End the decoding thread and close the file."""
        self._frames.close()


def _video_frames(
    name: str, capture: Capture, length: int | None, rate: float | None, problems: list[str]
) -> Generator[Frame, None, None]:
    index = lost = 0
    clock = VideoClock(rate)
    try:
        while True:
            image, damaged, is_lost = captures.next_image(capture)
            if image is None and is_lost and is_url(name):
                of_all = f" of {length}" if length else ""
                raise SourceError(f"{name}: connection lost after {index}{of_all} frames")
            if image is None:
                break
            lost += damaged
            index += damaged + clock.tick(captures.position_seconds(capture), damaged)
            yield Frame(index, clock.seconds, image, f"{name}#{index}")
            index += 1
    finally:
        capture.release()
    if index == lost:
        raise SourceError(f"{name}: no frame of this video can be decoded")
    if lost:
        problems.append(f"{name}: {counted(lost, 'damaged frame')} could not be decoded")
    if clock.leaps and clock.is_steady:
        first = f"{'first ' if len(clock.leaps) > 1 else ''}after {clock.leaps[0]:.1f} s"
        problems.append(
            f"{name}: time stamps leap over {clock.leapt} frames, {first}; the video is damaged"
        )
    if _ends_early(index, clock.seconds, length, rate):
        decoded = index - lost - clock.leapt
        problems.append(
            f"{name}: only {decoded} of {length} frames could be decoded; "
            "the video is truncated or damaged"
        )


def _ends_early(decoded: int, seconds: float, length: int | None, rate: float | None) -> bool:
    if length is None:
        return False
    allowed = max(2.0, _SHORTFALL * length)
    # Of a variable rate, the number of frames is only estimated, from the duration.
    misses_time = rate is None or length - seconds * rate - 1 > allowed
    return length - decoded > allowed and misses_time


def _picture_frames(
    name: str, paths: Sequence[Path], problems: list[str]
) -> Generator[Frame, None, None]:
    unreadable = 0
    for index, path in enumerate(paths):
        try:
            image = to_crop(path)
        except PictureError as error:
            if len(paths) == 1:
                raise SourceError(str(error)) from None
            problems.append(str(error))
            unreadable += 1
            continue
        yield Frame(index, index / PICTURES_PER_SECOND, image, str(path))
    if unreadable == len(paths):
        raise SourceError(f"{name}: none of the {len(paths)} pictures can be read")
