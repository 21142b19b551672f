"""One picture of a stream, with its place in it."""

from __future__ import annotations

from dataclasses import dataclass

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
        image: the pixels.
        name: what messages and result files call it, such as ``drive.mp4#17`` or a path.
    """

    index: int
    seconds: float
    image: Image
    name: str
