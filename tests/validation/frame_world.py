"""Frames that say themselves where signs are found in them, and what is read there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from validation_world import LABELS, LOOKS, StandInPredictor, World

from attributes.readings import Readings
from recognizer.frames.boxes import Boxes
from recognizer.validation.frame_figures import FrameFigures
from recognizer.validation.validation import Validation

NO_SIGN = 200
"""Grey value of what is found and turns out to be no sign."""
BoxLike = tuple[float, float, float, float]

STOP: BoxLike = (20.0, 20.0, 60.0, 60.0)
LIMIT: BoxLike = (120.0, 20.0, 160.0, 60.0)
LEFT: BoxLike = (220.0, 20.0, 240.0, 40.0)
FAR: BoxLike = (320.0, 200.0, 360.0, 240.0)
"""Places for signs in a frame, none near to another."""


def shifted(box: BoxLike, by: float) -> BoxLike:
    """The box, moved to the right by so many pixels."""
    return (box[0] + by, box[1], box[2] + by, box[3])


class DoubtingPredictor(StandInPredictor):
    """Reads looks, and of :data:`NO_SIGN` that no sign is there."""

    def predict(self, crops: Sequence[np.ndarray]) -> Readings:
        is_sign = np.array([crop[0, 0, 0] != NO_SIGN for crop in crops])
        readable = [c if s else np.zeros_like(c) for c, s in zip(crops, is_sign, strict=True)]
        return replace(
            super().predict(readable), presence=np.where(is_sign, 1.0, 0.4).astype(np.float32)
        )


class StandInFinder:
    """Finds in the frame whose number is in its first pixel what it has been told.

    Attributes:
        finds: number of the frame -> (box, score).
        calls: how many frames were searched.
    """

    def __init__(self, identity: str = "finder") -> None:
        self.identity = identity
        self.finds: dict[int, list[tuple[BoxLike, float]]] = {}
        self.calls = 0

    def locate(self, image: np.ndarray) -> Boxes:
        self.calls += 1
        found = self.finds.get(int(image[0, 0, 0]), [])
        if not found:
            return Boxes.none()
        return Boxes(
            np.array([box for box, _ in found], np.float32),
            np.array([score for _, score in found], np.float32),
        )


class FrameWorld(World):
    """A folder of frames laid out as GTSDB is.

    Attributes:
        finder: the stand-in for the localizer.
        lines: of gt.txt.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.predictor = DoubtingPredictor()
        self.finder = StandInFinder()
        self.lines: list[str] = []
        self.data.mkdir()

    def frame(
        self,
        number: int,
        found: Sequence[tuple[BoxLike, str | None, float]] = (),
        labelled: Sequence[tuple[BoxLike, str]] = (),
        size: tuple[int, int] = (400, 300),
    ) -> Path:
        """Draw a frame, and write it into gt.txt.

        Args:
            number: of the frame, below 200.
            found: box, what it looks like (None: no sign), score; boxes with their margin must
                not overlap if they look different.
            labelled: box, class.
            size: width and height.
        """
        pixels = np.zeros((size[1], size[0], 3), np.uint8)
        for (x1, y1, x2, y2), look, _ in found:
            across, down = 0.1 * (x2 - x1) + 1, 0.1 * (y2 - y1) + 1
            value = NO_SIGN if look is None else list(LOOKS).index(look)
            rows = slice(max(0, int(y1 - down)), int(y2 + down))
            pixels[rows, max(0, int(x1 - across)) : int(x2 + across)] = value
        pixels[0, 0] = number
        path = self.data / f"{number:05}.png"
        assert cv2.imwrite(str(path), pixels)
        self.finder.finds[number] = [(box, score) for box, _, score in found]
        for box, name in labelled:
            sides = ";".join(f"{side:g}" for side in box)
            self.lines.append(f"{number:05}.ppm;{sides};{list(LABELS).index(name)}")
        self.write_list()
        return path

    def write_list(self) -> None:
        """Write gt.txt."""
        (self.data / "gt.txt").write_text("".join(line + "\n" for line in self.lines))

    def labels(self, **changes: str | None) -> Path:
        """The label map of numbered classes with some changed."""
        path = self.folder / "labels.yaml"
        classes = {**LABELS, **changes}
        rows = "".join(
            f'  "{i}": {"null" if sign is None else repr(sign)}\n'
            for i, sign in enumerate(classes.values())
        )
        path.write_text(f"version: 1\nclasses:\n{rows}")
        return path

    def command(self, verb: str, *more: Any) -> list[str]:
        """A command line on these frames."""
        cache = str(self.folder / "cache")
        return [verb, *map(str, more), "--labels", str(self.labels()), "--cache", cache]


def of_frames(validation: Validation) -> FrameFigures:
    """The figures that only frames have."""
    assert validation.figures.frames is not None
    return validation.figures.frames
