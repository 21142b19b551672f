"""Whatever a detector gives -> :class:`Boxes`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, Union

import numpy as np
import numpy.typing as npt

from recognizer.frames.boxes import Boxes
from recognizer.frames.frame import Image

if TYPE_CHECKING:
    import supervision

    from recognizer.frames.frame_result import FrameResult


class _Tensor(Protocol):
    """What numpy can make an array of, such as a torch tensor."""

    def __array__(self) -> npt.NDArray[Any]: ...


BoxesLike = Union[
    Boxes,
    npt.NDArray[Any],
    _Tensor,
    Sequence[Sequence[float]],
    "supervision.Detections",
    "FrameResult",
]
"""Boxes of any detector: our own class; an array (N, 4) of left, top, right, bottom in pixels, also
a torch tensor on any device; the same with a fifth column of scores in [0, 1]; an object with
``xyxy`` and ``confidence`` or ``conf``, such as ``supervision.Detections`` or Ultralytics'
``Boxes``; a ``FrameResult``, whose scores are those of the detector."""

_SAME_PLATE = 0.5
"""Widths or heights between the centres of two boxes below which both show the same plate."""
_SAME_SIZE = 2.0
"""Ratio of their sides from which they do not."""

Detector = Callable[[Image], BoxesLike]
"""Finds signs: one whole frame, uint8 (H, W, 3) BGR, in; their boxes out."""

_log = logging.getLogger(__name__)


def to_boxes(detections: BoxesLike) -> Boxes:
    """Boxes of any detector as one kind; a box without a score gets 1.

    A box may lie outside the frame, and have no width or no height, as what is left of such a box
    has when a detector clips it.

    Raises:
        TypeError: this is nothing that boxes can be read from.
        ValueError: the arrays have other shapes, the corners of a box are swapped, or it or its
            score is not finite.
    """
    boxes = _read(detections)
    problem = _first_problem(boxes)
    if problem is not None:
        raise ValueError(problem)
    return boxes


def possible_boxes(detections: BoxesLike, frame: str) -> Boxes:
    """The same for a frame among many: a box that is none is left out, with a warning.

    So one bad number does not end a stream that has run for hours; a detector that gives something
    other than boxes would do so in every frame, and is an error.

    Args:
        detections: of one frame.
        frame: what the warning calls it.

    Raises:
        TypeError: this is nothing that boxes can be read from.
        ValueError: the arrays have other shapes.
    """
    boxes = _read(detections)
    problem = _first_problem(boxes)
    if problem is None:
        return boxes
    possible = _possible(boxes)
    _log.warning("%s: %d of %d boxes left out: %s", frame, (~possible).sum(), len(boxes), problem)
    return boxes[possible]


def _read(detections: BoxesLike) -> Boxes:
    if isinstance(detections, Boxes):
        return detections
    if isinstance(detections, list | tuple) or hasattr(detections, "__array__"):
        return _from_array(_as_array(detections))
    if hasattr(detections, "xyxy"):  # without importing those who have it
        return _with_scores(_as_array(detections.xyxy), _score_of(detections))
    raise TypeError(
        "boxes: expected an array (N, 4) or (N, 5), Boxes or an object with xyxy, "
        f"got {type(detections).__name__}"
    )


def _score_of(detections: Any) -> Any:
    """How sure a detector was; None if that is not told.

    Where a :class:`.FrameResult` or its ``to_supervision()`` is given back, ``confidence`` is
    that of the answers.
    """
    score = getattr(detections, "scores", None)
    data = getattr(detections, "data", None)  # of Ultralytics' boxes, it is a tensor
    if score is None and isinstance(data, Mapping):
        score = data.get("score")
    if score is None:
        score = getattr(detections, "confidence", getattr(detections, "conf", None))
    return score


def without_repeats(boxes: Boxes) -> Boxes:
    """Boxes without those of a plate that a surer box shows already.

    Plates do not overlap: of two boxes of like size whose centres are nearer than half a side
    (half a width across, half a height along), one is a second look at the same plate, however
    small the overlap (IoU) is that a detector tells repeats by. A sign on a much larger board
    stays.
    """
    sides = boxes.xyxy[:, 2:] - boxes.xyxy[:, :2]
    side = np.sqrt(sides.prod(axis=1))
    centre = (boxes.xyxy[:, :2] + boxes.xyxy[:, 2:]) / 2
    mean_sides = (sides[:, None] + sides[None]) / 2
    apart = np.abs(centre[:, None] - centre[None])
    # An ellipse, multiplied out: boxes may have no width or no height.
    distance = np.linalg.norm(apart * mean_sides[..., ::-1], axis=2)
    is_near = distance < _SAME_PLATE * mean_sides.prod(axis=2)
    is_alike = np.maximum(side[:, None], side[None]) < _SAME_SIZE * np.minimum(side[:, None], side)
    repeats = is_near & is_alike
    kept = np.zeros(len(boxes), np.bool_)
    for row in np.argsort(-boxes.score, kind="stable").tolist():
        kept[row] = not (repeats[row] & kept).any()
    return boxes[kept]


def _as_array(values: Any) -> npt.NDArray[np.float32]:
    """Numbers as numpy has them, also of a torch tensor, without importing torch.

    By itself numpy takes none that lies on a GPU, is asked for gradients or is a bfloat16.
    """
    try:
        if not hasattr(values, "detach"):
            values = np.asarray(values)
        if "complex" in str(getattr(values, "dtype", "")):  # of which a part would be dropped
            raise ValueError("complex ones have no order")
        if hasattr(values, "detach"):
            values = values.detach().float().cpu()
        with np.errstate(over="ignore"):  # what is too large is told with its box: it is infinite
            return np.asarray(values, np.float32)
    except (TypeError, ValueError) as error:
        raise type(error)(f"boxes: no array of numbers: {error}") from None
    except OverflowError as error:  # an int that no float can hold
        raise ValueError(f"boxes: no array of numbers: {error}") from None


def _from_array(array: npt.NDArray[np.float32]) -> Boxes:
    if not array.size:
        return Boxes.none()
    if array.ndim != 2 or array.shape[1] not in (4, 5):
        raise ValueError(f"boxes: expected (N, 4) or (N, 5) with scores, got {array.shape}")
    return _with_scores(array[:, :4], array[:, 4] if array.shape[1] == 5 else None)


def _with_scores(xyxy: npt.NDArray[np.float32], score: Any) -> Boxes:
    known = np.ones(len(xyxy), np.float32) if score is None else _as_array(score)
    return Boxes(xyxy, known)


def _first_problem(boxes: Boxes) -> str | None:
    """What is wrong with the first box that is none; None if all are boxes."""
    possible = _possible(boxes)
    if possible.all():
        return None
    row = int(np.argmin(possible))
    if not 0 <= boxes.score[row] <= 1:
        return f"box {row}: expected a score in [0, 1], got {boxes.score[row]}"
    return (
        f"box {row}: expected finite left <= right and top <= bottom, "
        f"got {boxes.xyxy[row].tolist()}"
    )


def _possible(boxes: Boxes) -> npt.NDArray[np.bool_]:
    """bool (N,), whether each is a box, be it empty, with a score."""
    xyxy = boxes.xyxy
    is_scored = (boxes.score >= 0) & (boxes.score <= 1)  # NaN fails both
    is_finite = np.isfinite(xyxy).all(axis=1)
    return np.asarray(is_scored & is_finite & (xyxy[:, 2:] >= xyxy[:, :2]).all(axis=1), np.bool_)
