"""What every layout is read into: pictures (or boxes in them), each with its class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from attributes.errors import DatasetError
from recognizer.frames.crops import MARGIN
from recognizer.option_error import OptionError


class DatasetOptionError(DatasetError, OptionError):
    """An option asks for what a data set of its kind does not have."""


class Box(NamedTuple):
    """Where a sign is in a frame: corners in pixels, or as shares of width and height."""

    x1: float
    y1: float
    x2: float
    y2: float
    relative: bool = False

    def corners(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom in pixels of a frame of this size."""
        x1, y1, x2, y2 = self[:4]
        if self.relative:
            return x1 * width, y1 * height, x2 * width, y2 * height
        return x1, y1, x2, y2

    def visible(self, width: int, height: int) -> tuple[float, float, float, float] | None:
        """What of the box lies inside a frame, in pixels; None if nothing does."""
        x1, y1, x2, y2 = self.corners(width, height)
        left, top, right, bottom = max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)
        # NaN fails both.
        return (left, top, right, bottom) if right > left and bottom > top else None

    def cut(self, width: int, height: int) -> tuple[int, int, int, int] | None:
        """The box with its margin as whole pixels inside a frame; None if nothing is left."""
        x1, y1, x2, y2 = self.corners(width, height)
        if not (x2 > x1 and y2 > y1):  # NaN fails too
            return None
        across, down = MARGIN * (x2 - x1), MARGIN * (y2 - y1)
        # Limited before they are rounded: what is finite in the list may not be in pixels.
        left, top = round(max(0, x1 - across)), round(max(0, y1 - down))
        right, bottom = round(min(width, x2 + across)), round(min(height, y2 + down))
        return (left, top, right, bottom) if right > left and bottom > top else None


class Sample(NamedTuple):
    """One labelled picture.

    Attributes:
        path: of the picture.
        label: class as the data set calls it.
        box: where the sign is, if the picture is a frame; None if it is a crop.
    """

    path: str
    label: str
    box: Box | None = None


@dataclass(frozen=True)
class Dataset:
    """Labelled pictures.

    Attributes:
        root: where they are.
        layout: how they are laid out, in words.
        samples: the pictures; of frames their labelled boxes, those of one frame one after
            another.
        class_names: class -> what the data set calls it, where it says more than a number.
        split: which part of the set it is, in words.
        caution: what a reader of figures must know about this part; empty if nothing.
        frames: paths of all frames, also of those without any labelled box; empty if the
            pictures are crops.
        ignored: path of a frame -> boxes, in pixels, where signs are that have no label, so that a
            find there is neither right nor wrong.
        sizes: path of a frame -> width and height that its boxes were made for, where the list
            states them.
    """

    root: Path
    layout: str
    samples: tuple[Sample, ...]
    class_names: Mapping[str, str] = field(default_factory=dict)
    split: str = "all pictures"
    caution: str = ""
    frames: tuple[str, ...] = ()
    ignored: Mapping[str, tuple[Box, ...]] = field(default_factory=dict)
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def has_frames(self) -> bool:
        """Whether the pictures are frames with boxes."""
        return bool(self.frames)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes in the order in which they first occur."""
        return tuple(dict.fromkeys(sample.label for sample in self.samples))
