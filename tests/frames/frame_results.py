"""Results of frames, made up."""

import numpy as np

from recognizer import Reason, Recognition
from recognizer.frames.frame_result import NO_TRACK, FrameResult

SPEED_LIMIT = Recognition("de.274[60]", "de.274", "Speed limit 60", 0.981, 60, "km/h")
STOP = Recognition("de.206", "de.206", "Stop", 0.99)
TOO_SMALL = Recognition("unknown", None, "unknown", 0.0, reason=Reason.TOO_SMALL)


def frame_result(*signs, index=0, size=(128, 64), name="drive.mp4#0") -> FrameResult:
    """Of signs as (box, answer) or (box, answer, track, announced, since)."""
    rows = [sign if len(sign) > 2 else (*sign, NO_TRACK, False, -1) for sign in signs]
    return FrameResult(
        index=index,
        seconds=index / 25,
        name=name,
        size=size,
        xyxy=np.array([row[0] for row in rows], np.float32).reshape(-1, 4),
        scores=np.full(len(rows), 0.9, np.float32),
        recognitions=tuple(row[1] for row in rows),
        track_ids=np.array([row[2] for row in rows], np.int64),
        announced=np.array([row[3] for row in rows], np.bool_),
        since=np.array([row[4] for row in rows], np.int64),
    )
