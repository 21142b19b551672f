"""GTSDB's frames and the boxes of the signs in them."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from attributes.errors import DatasetError

UNBOXED = Path(__file__).with_name("gtsdb_unboxed.csv")
"""Signs that stand in GTSDB's frames and not in its list, found by an earlier localizer and looked
at: other sign types, backs of signs, boards. Finding them is neither right nor wrong."""
NOT_SIGNS = Path(__file__).with_name("gtsdb_not_signs.csv")
"""What an earlier localizer took for a sign in frames 0-499 and is none, looked at: wheels, lamps,
windows, lettering. The best examples there are of what a sign is not."""


@dataclass(frozen=True)
class LabelledFrame:
    """One frame and what is known of it.

    Attributes:
        number: of the frame.
        path: of its picture.
        boxes: float32 (N, 4), x1, y1, x2, y2 of the labelled signs, pixels.
        class_ids: int64 (N,), GTSRB's classes.
        ignored: float32 (M, 4), boxes of signs that are not labelled.
        not_signs: float32 (K, 4), boxes of things that were once taken for a sign.
    """

    number: int
    path: Path
    boxes: npt.NDArray[np.float32]
    class_ids: npt.NDArray[np.int64]
    ignored: npt.NDArray[np.float32]
    not_signs: npt.NDArray[np.float32]


def read_frames(root: Path, numbers: Iterable[int]) -> list[LabelledFrame]:
    """The frames of these numbers, with their boxes.

    Args:
        root: folder of ``00000.jpg`` (or ppm, png) ... and ``gt.txt``.
        numbers: of the wanted frames.

    Raises:
        DatasetError: the list or a frame is missing, or a line of the list is damaged.
    """
    truth = root / "gt.txt"
    if not truth.is_file():
        raise DatasetError(f"{truth}: not found; is this GTSDB?")
    labelled = _read_boxes(truth)
    ignored, not_signs = _read_looked_at(UNBOXED), _read_looked_at(NOT_SIGNS)
    frames = []
    for number in numbers:
        paths = [root / f"{number:05d}{suffix}" for suffix in (".jpg", ".ppm", ".png")]
        path = next((p for p in paths if p.is_file()), None)
        if path is None:
            raise DatasetError(f"{paths[0]}: no such frame")
        rows = np.array(labelled.get(number, []), np.float32).reshape(-1, 5)
        frames.append(
            LabelledFrame(
                number,
                path,
                boxes=rows[:, :4],
                class_ids=rows[:, 4].astype(np.int64),
                ignored=np.array(ignored.get(number, []), np.float32).reshape(-1, 4),
                not_signs=np.array(not_signs.get(number, []), np.float32).reshape(-1, 4),
            )
        )
    return frames


def _read_looked_at(table: Path) -> dict[int, list[list[float]]]:
    """Boxes by frame."""
    boxes: dict[int, list[list[float]]] = {}
    with table.open(newline="") as file:
        for line in csv.DictReader(file):
            box = [float(line[side]) for side in ("x1", "y1", "x2", "y2")]
            boxes.setdefault(int(line["frame"]), []).append(box)
    return boxes


def _read_boxes(truth: Path) -> dict[int, list[list[float]]]:
    labelled: dict[int, list[list[float]]] = {}
    with truth.open(newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter=";"), start=1):
            if not row:
                continue
            try:
                name, *values = row
                box = [float(value) for value in values]
                frame = int(Path(name).stem)
            except ValueError:
                box = []
            if len(box) != 5 or not all(map(math.isfinite, box)):
                raise DatasetError(
                    f"{truth}:{number}: expected file;x1;y1;x2;y2;class, got {';'.join(row)!r}"
                )
            boxes = labelled.setdefault(frame, [])
            if box not in boxes:  # GTSDB has a line twice
                boxes.append(box)
    return labelled
