"""Photographed signs: the crops of GTSRB's training half, and those of them that training sees."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from attributes.errors import DatasetError
from attributes.progress import track
from attributes.training.artwork import german_rows
from attributes.training.configuration import GTSRB_CLASSES
from attributes.training.labels import Labels
from attributes.training.splits import gtsrb_tracks, held_out_tracks
from attributes.vocabulary import BACKGROUND, CATEGORICAL, LEGEND

STORED_SIZE = 64
"""Side at which photographs are kept in memory, pixels; a little more than the network's input."""


@dataclass(frozen=True)
class PhotographCrop:
    """One picture of GTSRB's official training half.

    Attributes:
        path: of the picture.
        class_id: 0 to 42.
        track: number of the physical sign within its class.
        box: the sign's x1, y1, x2, y2 in pixels, ends included; None where no table tells.
    """

    path: Path
    class_id: int
    track: str
    box: tuple[int, int, int, int] | None = None


def gtsrb_crops(root: Path) -> Iterator[PhotographCrop]:
    """All crops of the official training layout, in a fixed order.

    Args:
        root: the folder that holds ``Final_Training/Images/000CC``.

    Raises:
        DatasetError: the folder is missing, holds no class folders or others, or a table of the
            signs' boxes is damaged.
    """
    images = root / "Final_Training" / "Images"
    folders = sorted(p for p in images.glob("[0-9]*") if p.is_dir())
    if not folders:
        raise DatasetError(f"{images}: no class folders (00000, 00001, ...); is this GTSRB?")
    for folder in folders:
        class_id = _class_of(folder)
        boxes = _boxes(folder / f"GT-{folder.name}.csv")
        for path in sorted(p for p in folder.iterdir() if p.suffix in {".jpg", ".ppm", ".png"}):
            track_number = path.stem.split("_")[0]
            yield PhotographCrop(path, class_id, track_number, boxes.get(path.stem))


def _class_of(folder: Path) -> int:
    number = int(folder.name) if folder.name.isdecimal() else GTSRB_CLASSES
    if number >= GTSRB_CLASSES:
        raise DatasetError(f"{folder}: expected class folders 00000 to {GTSRB_CLASSES - 1:05d}")
    return number


def _boxes(table: Path) -> dict[str, tuple[int, int, int, int]]:
    """The signs' boxes by the stem of their picture's name; empty without the table."""
    if not table.is_file():
        return {}
    boxes = {}
    with table.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        try:
            for row in rows:
                x1, y1, x2, y2 = (int(row[f"Roi.{side}"]) for side in ("X1", "Y1", "X2", "Y2"))
                boxes[Path(row["Filename"]).stem] = (x1, y1, x2, y2)
        except (KeyError, TypeError, ValueError, csv.Error):
            raise DatasetError(
                f"{table}:{rows.line_num}: expected columns Filename, Roi.X1, Roi.Y1, Roi.X2 and "
                "Roi.Y2 with whole numbers, separated by semicolons"
            ) from None
    return boxes


def is_validation_track(crop: PhotographCrop, validation: Collection[tuple[int, str]]) -> bool:
    """Whether the crop's track is held out from training."""
    return (crop.class_id, crop.track) in validation


def validation_tracks(crops: Collection[PhotographCrop]) -> set[tuple[int, str]]:
    """The tracks held out from training, see :func:`attributes.training.splits.held_out_tracks`.

    For a part of GTSRB these are the held-out tracks of the whole, whether or not it has them.
    """
    tracks = {(crop.class_id, crop.track) for crop in crops}
    whole = gtsrb_tracks()
    return held_out_tracks(whole if tracks <= whole else tracks)


@dataclass(frozen=True)
class PhotographBank:
    """Labelled photographs in memory.

    Attributes:
        pixels: uint8 (K, 3, STORED_SIZE, STORED_SIZE), RGB.
        labels: their attributes, K of them.
        class_ids: int64 (K,), the data set's own classes, to balance batches by.
    """

    pixels: Tensor
    labels: Labels
    class_ids: Tensor

    def black_on_white(self) -> Tensor:
        """Numbers of those whose darkest tones are black ink and whose brightest are white paint.

        Only they tell how black and white look in a light. int64 (M,).
        """
        is_white = self.labels.categorical[:, CATEGORICAL.index(BACKGROUND)] == BACKGROUND.index(
            "white"
        )
        is_black = self.labels.legend[:, LEGEND.values.index("black")] == 1
        return torch.nonzero(is_white & is_black).flatten()


def load_gtsrb(
    root: Path, pictograms: list[str], classes: Collection[int] | None = None
) -> PhotographBank:
    """Read the training tracks (never the validation tracks) of GTSRB.

    Args:
        root: see :func:`gtsrb_crops`.
        pictograms: names of the pictogram classes, in index order.
        classes: only these class ids; None for all.

    Raises:
        DatasetError: see :func:`gtsrb_crops`.
    """
    used = training_crops(root, classes)
    pixels = torch.empty(len(used), 3, STORED_SIZE, STORED_SIZE, dtype=torch.uint8)
    for index, crop in enumerate(track(used, "GTSRB")):
        pixels[index] = as_stored(read_photograph(crop.path))
    per_class = Labels.from_rows(german_rows(), pictograms)
    class_ids = torch.tensor([c.class_id for c in used])
    return PhotographBank(pixels, per_class[class_ids], class_ids)


def training_crops(root: Path, classes: Collection[int] | None) -> list[PhotographCrop]:
    """Crops of the training tracks, of all or only some classes.

    Raises:
        DatasetError: see :func:`gtsrb_crops`.
    """
    crops = list(gtsrb_crops(root))
    held_out = validation_tracks(crops)
    return [
        c for c in crops
        if not is_validation_track(c, held_out) and (classes is None or c.class_id in classes)
    ]  # fmt: skip


def read_photograph(path: Path) -> np.ndarray:
    """A picture, uint8 (H, W, 3) BGR.

    Raises:
        DatasetError: it is none.
    """
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise DatasetError(f"{path}: not a picture")
    return np.asarray(pixels)


def as_stored(bgr: np.ndarray) -> Tensor:
    """A picture as banks keep it, uint8 (3, STORED_SIZE, STORED_SIZE) RGB."""
    shrinks = min(bgr.shape[:2]) > STORED_SIZE
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = cv2.resize(bgr, (STORED_SIZE, STORED_SIZE), interpolation=interpolation)
    return torch.from_numpy(cv2.cvtColor(resized, cv2.COLOR_BGR2RGB)).permute(2, 0, 1)
