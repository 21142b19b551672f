"""Where signs are in a frame, before anybody knows which signs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Boxes:
    """N boxes of one frame.

    Attributes:
        xyxy: float32 (N, 4), left, top, right, bottom, pixels; right and bottom exclusive.
        score: float32 (N,), how sure it is that a sign is there, in [0, 1].

    Raises:
        ValueError: the arrays have other shapes.
    """

    xyxy: npt.NDArray[np.float32]
    score: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        """Lists and arrays of other types become float32."""
        object.__setattr__(self, "xyxy", np.asarray(self.xyxy, np.float32))
        object.__setattr__(self, "score", np.asarray(self.score, np.float32))
        if self.xyxy.shape == (0,):  # an empty list has no rows that could tell their length
            object.__setattr__(self, "xyxy", self.xyxy.reshape(0, 4))
        if self.xyxy.ndim != 2 or self.xyxy.shape[1] != 4:
            raise ValueError(f"xyxy: expected (N, 4), got {self.xyxy.shape}")
        if self.score.shape != (len(self.xyxy),):
            raise ValueError(f"score: expected ({len(self.xyxy)},), got {self.score.shape}")

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, rows: slice | npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Boxes:
        """Some of the boxes."""
        return Boxes(self.xyxy[rows], self.score[rows])

    @classmethod
    def none(cls) -> Boxes:
        """No boxes at all."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))
