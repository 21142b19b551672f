"""One frame by itself: cut the signs out, read them, judge them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attributes.readings import Readings
from recognizer.decision import Reason
from recognizer.frames.crops import crop_weight, cut_crops, visible_sides
from recognizer.frames.detections import BoxesLike, to_boxes, without_repeats
from recognizer.frames.frame import Image
from recognizer.frames.frame_result import NO_TRACK, FrameResult
from recognizer.frames.protocols import CropRecognizer
from recognizer.frames.tracking.announcement import NOT_ANNOUNCED
from recognizer.pictures import Picture, to_crop
from recognizer.result import Recognition, too_small


@dataclass(frozen=True)
class FrameReadings:
    """What was read from N boxes of a frame.

    Attributes:
        sides: float32 (N, 2), visible width and height of each box, pixels.
        is_readable: bool (N,), whether the box is large enough to be read; M of them are.
        readings: of those M.
        weights: float32 (M,), see :func:`recognizer.frames.crops.crop_weight`.
    """

    sides: npt.NDArray[np.float32]
    is_readable: npt.NDArray[np.bool_]
    readings: Readings
    weights: npt.NDArray[np.float32]

    def too_small(self, row: int, smallest: int) -> Recognition:
        """The answer for a box that cannot be read, with its whole pixels: 9.6 are not yet 10."""
        width, height = np.floor(self.sides[row]).astype(int).tolist()
        return too_small(width, height, smallest)


def read_boxes(
    recognizer: CropRecognizer, image: Image, xyxy: npt.NDArray[np.float32]
) -> FrameReadings:
    """Read all boxes of a frame, in one pass of the network.

    Args:
        recognizer: its ``thresholds.min_side`` is held against the box itself, without margin.
        image: uint8 (H, W, 3), BGR.
        xyxy: float32 (N, 4).
    """
    sides = visible_sides(xyxy, image)
    is_readable = sides.min(axis=1, initial=np.inf) >= recognizer.thresholds.min_side
    boxes = xyxy[is_readable]
    crops = cut_crops(image, boxes)
    side = recognizer.predictor.card.preprocessing.input_size
    weights = [crop_weight(c, box, image, side) for c, box in zip(crops, boxes, strict=True)]
    return FrameReadings(sides, is_readable, recognizer.read(crops), np.array(weights, np.float32))


def recognize_frame(
    recognizer: CropRecognizer, picture: Picture, boxes: BoxesLike | None
) -> FrameResult:
    """See :meth:`recognizer.Recognizer.recognize_frame`."""
    image = to_crop(picture)
    found = (
        without_repeats(recognizer.localizer.locate(image)) if boxes is None else to_boxes(boxes)
    )
    read = read_boxes(recognizer, image, found.xyxy)
    judged = iter(recognizer.judge(read.readings))
    answers = [
        next(judged) if readable else read.too_small(row, recognizer.thresholds.min_side)
        for row, readable in enumerate(read.is_readable)
    ]
    if boxes is None:
        is_sign = are_signs(answers)
        found = found[is_sign]
        answers = [answer for answer, kept in zip(answers, is_sign, strict=True) if kept]
    name = str(picture) if isinstance(picture, str | os.PathLike) else "frame"
    return FrameResult(
        index=0,
        seconds=0.0,
        name=name,
        size=(image.shape[1], image.shape[0]),
        xyxy=found.xyxy.copy(),  # a detector may use its arrays again
        scores=found.score.copy(),
        recognitions=tuple(answers),
        track_ids=np.full(len(answers), NO_TRACK, np.int64),
        announced=np.zeros(len(answers), np.bool_),
        since=np.full(len(answers), NOT_ANNOUNCED, np.int64),
        class_names=class_names(recognizer),
    )


def are_signs(answers: Sequence[Recognition]) -> npt.NDArray[np.bool_]:
    """bool (N,), whether each answer says anything but that there is no sign."""
    return np.array([answer.reason is not Reason.NOT_A_SIGN for answer in answers], np.bool_)


def class_names(recognizer: CropRecognizer) -> tuple[str, ...]:
    """Ids of the catalogue's signs, in its order."""
    return tuple(sign.id for sign in recognizer.catalogue.signs)
