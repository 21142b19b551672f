"""What was recognized in one frame, as parallel arrays."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from attributes.errors import UserError
from recognizer.result import Recognition

if TYPE_CHECKING:
    import supervision

NO_TRACK: Final = -1
"""Track id of a find that is not followed."""
UNKNOWN_CLASS: Final = -1
"""Class id of an answer that is no sign of the catalogue."""

CSV_COLUMNS: Final = (
    *("frame", "seconds", "frame_name", "track_id", "x1", "y1", "x2", "y2", "score"),
    *("announced", "since", "id", "sign_id", "name", "value", "unit", "confidence", "reason"),
    *("certain", "detail"),
)
"""Heads of the columns of :meth:`FrameResult.to_rows`."""


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
        class_names: the signs of the catalogue in its order, what :attr:`class_id` counts.

    Raises:
        ValueError: the arrays have other shapes.
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
    class_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.recognitions)
        for name, array, shape in (
            ("xyxy", self.xyxy, (count, 4)),
            ("scores", self.scores, (count,)),
            ("track_ids", self.track_ids, (count,)),
            ("announced", self.announced, (count,)),
            ("since", self.since, (count,)),
        ):
            if array.shape != shape:
                raise ValueError(f"{name} of {count} signs: expected {shape}, got {array.shape}")

    def __len__(self) -> int:
        return len(self.recognitions)

    def __repr__(self) -> str:
        """Which frame, and its signs: all arrays and class names would fill the screen."""
        return f"FrameResult({self.name!r}, frame {self.index}, signs {self.sign_ids})"

    @property
    def sign_ids(self) -> list[str]:
        """The N answers as ids with values, such as ``de.274[60]``, or ``unknown``."""
        return [answer.id for answer in self.recognitions]

    @property
    def confidence(self) -> npt.NDArray[np.float32]:
        """float32 (N,), probability of each answer; of an unknown one, of the best candidate."""
        return np.array([answer.confidence for answer in self.recognitions], np.float32)

    @cached_property
    def class_id(self) -> npt.NDArray[np.int64]:
        """int64 (N,), index of each sign in :attr:`class_names`; -1 for an unknown one, or
        for one that a reload took out of the catalogue in this very moment.

        A value does not count: ``de.274[60]`` and ``de.274[80]`` are both ``de.274``. The index
        is the same as long as the catalogue is: signs that are added at its end move no other.
        What is kept for longer should be kept by sign id.
        """
        number = {sign_id: k for k, sign_id in enumerate(self.class_names)}
        numbers = [number.get(answer.sign_id or "", UNKNOWN_CLASS) for answer in self.recognitions]
        return np.array(numbers, np.int64)

    def to_supervision(self) -> supervision.Detections:
        """The same as ``supervision.Detections``.

        ``confidence`` is that of the answer. ``class_id`` is :attr:`class_id`, so an unknown sign
        has -1 and ``classes=list(result.class_names)`` is what metrics ask for. ``tracker_id`` is
        None unless signs are followed. ``data`` holds, for each sign, ``class_name`` (what
        ``LabelAnnotator`` writes: the id with its value), ``name``, ``value``, ``unit``,
        ``reason`` (why it is unknown), ``score``, ``announced``, and the frame's ``frame`` (its
        index), ``seconds`` and ``frame_name``, so that detections of several can be merged.

        Raises:
            UserError: the extra ``supervision`` is not installed.
        """
        try:
            import supervision
        except ModuleNotFoundError as error:
            if error.name != "supervision":  # it is there, but something that it needs is not
                raise
            raise UserError(
                "to_supervision() needs supervision: pip install 'signrules[supervision]'"
            ) from None
        is_followed = bool((self.track_ids != NO_TRACK).any())
        answers = self.recognitions
        return supervision.Detections(
            xyxy=self.xyxy.copy(),
            confidence=self.confidence,
            class_id=self.class_id.copy(),
            tracker_id=self.track_ids.copy() if is_followed else None,
            data={
                "class_name": np.array(self.sign_ids, dtype=np.str_),
                "name": np.array([a.name for a in answers], dtype=np.str_),
                "value": np.array([a.value for a in answers], dtype=object),
                "unit": np.array([a.unit for a in answers], dtype=object),
                "reason": np.array([a.reason and a.reason.value for a in answers], dtype=object),
                "score": self.scores.copy(),
                "announced": self.announced.copy(),
                "frame": np.full(len(self), self.index, np.int64),
                "seconds": np.full(len(self), self.seconds),
                "frame_name": np.full(len(self), self.name),
            },
        )

    def to_dict(self, *, explain: bool = False) -> dict[str, object]:
        """The result as plain JSON data; what does not apply is None instead of -1.

        Args:
            explain: whether to say why, for each sign.
        """
        width, height = self.size
        return {
            "frame": self.index,
            "seconds": round(self.seconds, 3),
            "name": self.name,
            "width": width,
            "height": height,
            "signs": [
                {
                    "track_id": _or_none(self.track_ids[row]),
                    "box": [round(float(side), 1) for side in self.xyxy[row]],
                    "score": round(float(self.scores[row]), 4),
                    "announced": bool(self.announced[row]),
                    "since": _or_none(self.since[row]),
                    **answer.to_dict(explain=explain),
                }
                for row, answer in enumerate(self.recognitions)
            ],
        }

    def to_json(self) -> str:
        """The result as one line of JSON, without the line's end."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def to_rows(self) -> list[tuple[object, ...]]:
        """One row per sign with the columns of :data:`CSV_COLUMNS`, for ``csv.writer``.

        A frame without signs has no rows; what does not apply is None, an empty cell.
        """
        rows = []
        for row, answer in enumerate(self.recognitions):
            box = (round(float(side), 1) for side in self.xyxy[row])
            told = answer.to_dict()
            rows.append(
                (
                    *(self.index, round(self.seconds, 3), self.name),
                    *(_or_none(self.track_ids[row]), *box, round(float(self.scores[row]), 4)),
                    *(bool(self.announced[row]), _or_none(self.since[row])),
                    *(told[name] for name in CSV_COLUMNS[CSV_COLUMNS.index("id") :]),
                )
            )
        return rows

    def to_csv(self) -> str:
        """The rows as CSV text with a line of heads, lines ended by ``\\n``."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        writer.writerows(self.to_rows())
        return text.getvalue()


def _or_none(number: np.integer) -> int | None:
    return None if number < 0 else int(number)
