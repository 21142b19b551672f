"""Frame after frame: find signs, follow them, answer for the whole track."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from recognizer.frames.boxes import Boxes
from recognizer.frames.detections import Detector, possible_boxes, without_repeats
from recognizer.frames.frame import Frame
from recognizer.frames.frame_result import FrameResult
from recognizer.frames.protocols import CropRecognizer, FrameRecognizer
from recognizer.frames.recognition import are_signs, class_names, read_boxes
from recognizer.frames.source_recognition import recognition_of
from recognizer.frames.sources.opening import FrameSource, Source, open_source
from recognizer.frames.tracking.fusion import fuse, log_rows
from recognizer.frames.tracking.tracks import DEFAULT_SETTINGS, Tracker, TrackSettings

_log = logging.getLogger(__name__)


def check_arguments(settings: TrackSettings, detector: Detector | None) -> None:
    """Refuse at once what would else fail at the first frame.

    Raises:
        TypeError: ``settings`` are none, or ``detector`` cannot be called.
    """
    if not isinstance(settings, TrackSettings):
        raise TypeError(
            "settings: expected TrackSettings, such as TrackSettings(min_votes=3), "
            f"got {type(settings).__name__}"
        )
    if detector is not None and not callable(detector):
        raise TypeError(
            f"detector: expected a function from a frame to boxes, got {type(detector).__name__}"
        )


class FrameFollower:
    """Recognizes and follows the signs of one stream, for those who drive the loop themselves.

    Memory does not grow with the number of frames: of a track that goes on, sums are kept; of one
    that has ended, nothing. Several threads may give frames, one at a time is taken; the order is
    theirs.

    Args:
        recognizer: its rules may be reloaded meanwhile; tracks keep what was read, so that the
            new rules judge it at once.
        settings: see :class:`recognizer.frames.tracking.tracks.TrackSettings`.
        detector: finds the signs instead of the recognizer's localizer. Of boxes that show the same
            plate, the surest is followed.

    Raises:
        TypeError: ``settings`` are none, or ``detector`` cannot be called.
    """

    def __init__(
        self,
        recognizer: CropRecognizer,
        settings: TrackSettings = DEFAULT_SETTINGS,
        detector: Detector | None = None,
    ) -> None:
        check_arguments(settings, detector)
        self.settings = settings
        self._recognizer = recognizer
        self._detector = detector if detector is not None else recognizer.localizer.locate
        self._tracker = Tracker(settings)
        self._last: tuple[int, tuple[int, int]] | None = None
        self._started: float | None = None
        self._one_at_a_time = Lock()

    def update(self, frame: Frame | npt.NDArray[Any]) -> FrameResult:
        """The signs of the next frame, each once; finds that turn out to be none are left out.

        Frames that were left out count by their index. A frame of another size than the last one
        ends all tracks, since places mean something else in it. A box that is none (swapped
        corners, a number that is not finite) is left out, with a warning in the log.

        Args:
            frame: the image with its place in the stream, or the image alone, uint8 (H, W, 3)
                BGR: then it follows the last one, now.

        Raises:
            TypeError: ``frame`` is neither, such as a path, its image is no array, or the
                detector gives nothing that boxes can be read from.
            ValueError: the index is not higher than that of the last frame, the image is not
                uint8 (H, W, 3), or the detector's boxes have another shape.
        """
        with self._one_at_a_time:
            return self._update(frame)

    def _update(self, frame: Frame | npt.NDArray[Any]) -> FrameResult:
        if isinstance(frame, np.ndarray):
            frame = self._next_frame(frame)
        elif not isinstance(frame, Frame):
            raise TypeError(
                "update: expected an image, uint8 (H, W, 3) BGR, or a Frame, got "
                f"{type(frame).__name__}; stream() opens paths and URLs"
            )
        image = frame.image
        if not isinstance(image, np.ndarray):  # such as None, which OpenCV gives for a bad file
            raise TypeError(
                f"{frame.name}: expected uint8 (H, W, 3) BGR, got {type(image).__name__}"
            )
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
            raise ValueError(
                f"{frame.name}: expected uint8 (H, W, 3) BGR, got {image.dtype} {image.shape}"
            )
        size = (image.shape[1], image.shape[0])
        if self._last is not None:
            last_index, last_size = self._last
            if frame.index <= last_index:
                raise ValueError(
                    f"{frame.name}: expected an index above {last_index}, got {frame.index}"
                )
            if size != last_size:
                self._tracker.reset()
        found = possible_boxes(self._detector(image), frame.name)
        self._last = frame.index, size  # now that the detector has not failed on it
        return self._follow(frame, size, without_repeats(found))

    def _next_frame(self, image: npt.NDArray[Any]) -> Frame:
        now = time.monotonic()
        self._started = now if self._started is None else self._started
        index = 0 if self._last is None else self._last[0] + 1
        return Frame(index, now - self._started, image, f"frame {index}")

    def _follow(self, frame: Frame, size: tuple[int, int], found: Boxes) -> FrameResult:
        read = read_boxes(self._recognizer, frame.image, found.xyxy)
        tracks = self._tracker.update(frame.index, found.xyxy)
        for track, score in zip(tracks, found.score.tolist(), strict=True):
            track.take_score(score)
        announced = np.zeros(len(tracks), np.bool_)
        read_rows = np.flatnonzero(read.is_readable).tolist()
        for row, logs, weight in zip(
            read_rows, log_rows(read.readings), read.weights.tolist(), strict=True
        ):
            tracks[row].read(frame.index, logs, weight)
        fused = fuse([tracks[row].evidence for row in read_rows], self.settings.frame_correlation)
        for row, answer in zip(read_rows, self._recognizer.judge(fused), strict=True):
            track = tracks[row]
            announced[row] = track.announcement.update(answer, frame.index, track.is_active)
        smallest = self._recognizer.thresholds.min_side
        shown = [
            track.announcement.shown or read.too_small(row, smallest)
            for row, track in enumerate(tracks)
        ]
        is_sign = are_signs(shown)
        return FrameResult(
            index=frame.index,
            seconds=frame.seconds,
            name=frame.name,
            size=size,
            xyxy=found.xyxy[is_sign],
            scores=found.score[is_sign],
            recognitions=tuple(a for a, kept in zip(shown, is_sign, strict=True) if kept),
            track_ids=np.array([track.id for track in tracks], np.int64)[is_sign],
            announced=announced[is_sign],
            since=np.array([track.announcement.since for track in tracks], np.int64)[is_sign],
            class_names=class_names(self._recognizer),
        )


def follow(
    recognizer: FrameRecognizer,
    source: Source,
    settings: TrackSettings,
    detector: Detector | None,
    timeout: float,
) -> Generator[FrameResult, None, None]:
    """See :meth:`recognizer.Recognizer.stream`."""
    with open_source(source, timeout=timeout) as frames:
        recognize = recognition_of(frames, recognizer, settings, detector)
        told = 0
        try:
            for frame in frames:
                yield recognize(frame)
                told = _log_problems(frames, told)
        finally:
            _log_problems(frames, told)


def _log_problems(source: FrameSource, told: int) -> int:
    """Warn of what could not be read since ``told`` problems; returns how many there are now."""
    problems = source.problems
    for problem in problems[told:]:
        _log.warning("%s", problem)
    return len(problems)
