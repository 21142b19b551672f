"""One picture of a stream, with its place in it."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""A whole frame: uint8 (H, W, 3), BGR."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame of a source.

    Attributes:
        index: its number in the source, from 0; frames that a live source dropped are counted.
        seconds: its time since the first frame.
        image: the pixels, uint8 (H, W, 3), BGR.
        name: what messages and result files call it, such as ``drive.mp4#17`` or a path.

    Raises:
        TypeError: the index or the time is no number.
        ValueError: the time is not finite.
    """

    index: int
    seconds: float
    image: npt.NDArray[Any]
    name: str

    def __post_init__(self) -> None:
        """Numbers of numpy and paths become plain ones, as results are written as JSON."""
        if not math.isfinite(self.seconds):
            raise ValueError(f"seconds: expected a finite number, got {self.seconds}")
        object.__setattr__(self, "index", operator.index(self.index))
        object.__setattr__(self, "seconds", float(self.seconds))
        object.__setattr__(self, "name", str(self.name))
