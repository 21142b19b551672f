"""Photographs that training sees: GTSRB crops with attribute labels, and scenes without signs."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from attributes.progress import track
from attributes.training.artwork import german_rows
from attributes.training.erasing import blur_of, erase, legend_box, plate_labels, read_plate
from attributes.training.gtsdb import DatasetError, read_frames
from attributes.training.labels import Labels
from attributes.training.registration import register
from attributes.training.splits import gtsrb_tracks, held_out_tracks
from attributes.training.transplants import ErasedBank
from attributes.vocabulary import BACKGROUND, CATEGORICAL, LEGEND

STORED_SIZE = 64
"""Side at which photographs are kept in memory, pixels; a little more than the network's input."""
_PATCHES = 10
"""Patches without a sign that are looked for in each frame."""


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
        DatasetError: the folder is missing or holds no class folders.
    """
    images = root / "Final_Training" / "Images"
    folders = sorted(p for p in images.glob("[0-9]*") if p.is_dir())
    if not folders:
        raise DatasetError(f"{images}: no class folders (00000, 00001, ...); is this GTSRB?")
    for folder in folders:
        boxes = _boxes(folder / f"GT-{folder.name}.csv")
        for path in sorted(p for p in folder.iterdir() if p.suffix in {".jpg", ".ppm", ".png"}):
            track_number = path.stem.split("_")[0]
            yield PhotographCrop(path, int(folder.name), track_number, boxes.get(path.stem))


def _boxes(table: Path) -> dict[str, tuple[int, int, int, int]]:
    """The signs' boxes by the stem of their picture's name; empty without the table."""
    if not table.is_file():
        return {}
    with table.open(encoding="utf-8", newline="") as file:
        return {
            Path(row["Filename"]).stem: (
                int(row["Roi.X1"]), int(row["Roi.Y1"]), int(row["Roi.X2"]), int(row["Roi.Y2"])
            )
            for row in csv.DictReader(file, delimiter=";")
        }  # fmt: skip


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
    used = _training_crops(root, classes)
    pixels = torch.empty(len(used), 3, STORED_SIZE, STORED_SIZE, dtype=torch.uint8)
    for index, crop in enumerate(track(used, "GTSRB")):
        pixels[index] = _stored(_read(crop.path))
    per_class = Labels.from_rows(german_rows(), pictograms)
    class_ids = torch.tensor([c.class_id for c in used])
    return PhotographBank(pixels, per_class[class_ids], class_ids)


def load_erased(root: Path, classes: Collection[int] | None = None) -> ErasedBank:
    """Erase the legend of every photograph whose plate allows it, of the training tracks.

    Args:
        root: see :func:`gtsrb_crops`.
        classes: only these class ids; None for all.

    Raises:
        DatasetError: see :func:`gtsrb_crops`, or there is no table of the signs' boxes, or none
            of the signs can be erased.
    """
    rows = german_rows()
    pixels, inks, boxes, sigmas, written, labels = [], [], [], [], [], []
    crops = _training_crops(root, classes)
    for crop in track(crops, "transplants"):
        row = rows[crop.class_id]
        plate = read_plate(row)
        if plate is None or crop.box is None:
            continue
        photograph = _read(crop.path)
        height, width = photograph.shape[:2]
        scale = np.array([STORED_SIZE / width, STORED_SIZE / height] * 2, np.float32)
        box = np.float32(np.add(crop.box, (0, 0, 1, 1)) * scale)
        stored = _stored(photograph).permute(1, 2, 0).contiguous().numpy()
        box = register(stored, box, plate.face, plate.is_dark)
        sigma = blur_of(width, STORED_SIZE)
        done = erase(stored, box, plate, sigma)
        if done is None:
            continue
        pixels.append(torch.from_numpy(done[0]).permute(2, 0, 1))
        inks.append(torch.from_numpy(done[1]))
        boxes.append(torch.from_numpy(legend_box(box, plate, STORED_SIZE)))
        sigmas.append(sigma)
        written.append(plate.written)
        labels.append(plate_labels(row, plate))
    if not pixels:
        raise DatasetError(
            f"{root}: none of the signs has a legend that could be erased, as transplants need"
            if any(crop.box is not None for crop in crops)
            else f"{root}: no GT-000CC.csv tells where the signs are; is this GTSRB?"
        )
    return ErasedBank(
        torch.stack(pixels),
        torch.stack(inks),
        torch.stack(boxes),
        torch.tensor(sigmas),
        torch.tensor(written),
        Labels.from_rows(labels, ()),
    )


def _training_crops(root: Path, classes: Collection[int] | None) -> list[PhotographCrop]:
    crops = list(gtsrb_crops(root))
    held_out = validation_tracks(crops)
    return [
        c for c in crops
        if not is_validation_track(c, held_out) and (classes is None or c.class_id in classes)
    ]  # fmt: skip


def load_scenes(root: Path, last_frame: int, seed: int) -> Tensor:
    """Square patches of GTSDB frames away from every labelled sign.

    Args:
        root: folder of the frames and ``gt.txt``.
        last_frame: highest frame number used; later ones stay for validation.
        seed: of the patches' places.

    Returns:
        uint8 (K, 3, STORED_SIZE, STORED_SIZE), RGB.

    Raises:
        DatasetError: the ground truth or the frames are missing.
    """
    frames = read_frames(root, range(last_frame + 1))
    rng = np.random.default_rng(seed)
    patches = []
    for frame in track(frames, "GTSDB scenes"):
        pixels = _read(frame.path)
        height, width = pixels.shape[:2]
        for _ in range(_PATCHES):
            side = int(np.exp(rng.uniform(np.log(24), np.log(320))))
            left, top = int(rng.integers(width - side)), int(rng.integers(height - side))
            if not any(
                x1 < left + side and left < x2 and y1 < top + side and top < y2
                for x1, y1, x2, y2 in np.concatenate([frame.boxes, frame.ignored])
            ):
                patches.append(_stored(pixels[top : top + side, left : left + side]))
    return torch.stack(patches)


def load_not_signs(root: Path, last_frame: int) -> Tensor:
    """What was once taken for a sign in GTSDB's frames and is none, with a little around it.

    Args:
        root: folder of the frames and ``gt.txt``.
        last_frame: highest frame number used; later ones stay for validation.

    Returns:
        uint8 (K, 3, STORED_SIZE, STORED_SIZE), RGB.

    Raises:
        DatasetError: the ground truth or the frames are missing.
    """
    patches = []
    for frame in read_frames(root, range(last_frame + 1)):
        if not len(frame.not_signs):
            continue
        pixels = _read(frame.path)
        height, width = pixels.shape[:2]
        for x1, y1, x2, y2 in frame.not_signs:
            # A square, as the predictor makes of a find; half as large again leaves room to jitter.
            half = 0.75 * max(x2 - x1, y2 - y1)
            x, y = (x1 + x2) / 2, (y1 + y2) / 2
            left, top = max(0, int(x - half)), max(0, int(y - half))
            right, bottom = min(width, int(x + half) + 1), min(height, int(y + half) + 1)
            patches.append(_stored(pixels[top:bottom, left:right]))
    return torch.stack(patches)


def _read(path: Path) -> np.ndarray:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise DatasetError(f"{path}: not a picture")
    return np.asarray(pixels)


def _stored(bgr: np.ndarray) -> Tensor:
    shrinks = min(bgr.shape[:2]) > STORED_SIZE
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = cv2.resize(bgr, (STORED_SIZE, STORED_SIZE), interpolation=interpolation)
    return torch.from_numpy(cv2.cvtColor(resized, cv2.COLOR_BGR2RGB)).permute(2, 0, 1)
