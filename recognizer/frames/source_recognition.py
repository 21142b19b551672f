"""How the frames of a source are answered: followed, or each by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from recognizer.frames.detections import Detector, possible_boxes
from recognizer.frames.frame import Frame
from recognizer.frames.frame_result import FrameResult
from recognizer.frames.protocols import FrameRecognizer
from recognizer.frames.sources.frame_source import FrameSource
from recognizer.frames.tracking.tracks import DEFAULT_SETTINGS, TrackSettings


def recognition_of(
    source: FrameSource,
    recognizer: FrameRecognizer,
    settings: TrackSettings = DEFAULT_SETTINGS,
    detector: Detector | None = None,
) -> Callable[[Frame], FrameResult]:
    """What answers the frames of one source, one after the other.

    Signs are followed where each frame goes on from the one before. Pictures of a folder or glob
    are photographs of different places: each is answered by itself, as by ``recognize_frame``.
    """
    if source.is_continuous:
        return recognizer.follow(settings=settings, detector=detector).update

    def by_itself(frame: Frame) -> FrameResult:
        boxes = None if detector is None else possible_boxes(detector(frame.image), frame.name)
        result = recognizer.recognize_frame(frame.image, boxes)
        return replace(result, index=frame.index, seconds=frame.seconds, name=frame.name)

    return by_itself
