"""What frames need of a recognizer, so that they depend on no more of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from attributes.predictor import AttributePredictor
    from attributes.readings import Readings
    from recognizer.decision import Thresholds
    from recognizer.frames.detections import BoxesLike, Detector
    from recognizer.frames.frame import Frame, Image
    from recognizer.frames.frame_result import FrameResult
    from recognizer.frames.localization.localizer import Localizer
    from recognizer.frames.tracking.tracks import TrackSettings
    from recognizer.pictures import Crop
    from recognizer.result import Recognition
    from rules import Catalogue


class CropRecognizer(Protocol):
    """Reads crops and judges what was read."""

    predictor: AttributePredictor

    @property
    def catalogue(self) -> Catalogue:
        """The rules in use."""

    @property
    def thresholds(self) -> Thresholds:
        """What an answer must reach."""

    @property
    def localizer(self) -> Localizer:
        """Finds signs in frames."""

    def read(self, crops: Sequence[Crop]) -> Readings:
        """What the network reads from crops."""

    def judge(self, readings: Readings) -> list[Recognition]:
        """What the rules say to it."""


class Follower(Protocol):
    """Answers the frames of one stream."""

    def update(self, frame: Frame) -> FrameResult:
        """The signs of the next frame."""


class FrameRecognizer(Protocol):
    """Answers frames, each by itself or all of a stream."""

    def recognize_frame(self, image: Image, boxes: BoxesLike | None = None) -> FrameResult:
        """The signs of one frame by itself."""

    def follow(self, *, settings: TrackSettings = ..., detector: Detector | None = ...) -> Follower:
        """What finds and follows the signs of one stream."""
