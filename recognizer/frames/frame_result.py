"""What was recognized in one frame, as parallel arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recognizer.result import Recognition

NO_TRACK = -1
"""Track id of a find that is not followed."""


@dataclass(frozen=True, eq=False)
class FrameResult:
    """N signs of one frame; row k of every field is the same sign.

    Attributes:
        index, seconds, name: of the frame, see :class:`recognizer.frames.frame.Frame`.
        size: its width and height, pixels.
        xyxy: float32 (N, 4), boxes in pixels, right and bottom exclusive.
        scores: float32 (N,), how sure the localizer (or the given detector) was.
        recognitions: the N answers; in a stream, those of the whole track so far.
        track_ids: int64 (N,), ``NO_TRACK`` for a find that is not followed.
        announced: bool (N,), whether this frame is the one from which the track's answer counts:
            true once for a track, and once more each time the answer is corrected.
        since: int64 (N,), index of the frame in which the track's present answer was announced;
            -1 as long as it is not.
    """

    index: int
    seconds: float
    name: str
    size: tuple[int, int]
    xyxy: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    recognitions: tuple[Recognition, ...]
    track_ids: npt.NDArray[np.int64]
    announced: npt.NDArray[np.bool_]
    since: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.recognitions)
