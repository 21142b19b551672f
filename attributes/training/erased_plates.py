"""Photographed plates without their legend, from GTSRB's training tracks."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import torch

from attributes.errors import DatasetError
from attributes.progress import track
from attributes.training.artwork import german_rows
from attributes.training.erasing import blur_of, erase, legend_box, plate_labels, read_plate
from attributes.training.labels import Labels
from attributes.training.photographs import STORED_SIZE, as_stored, read_photograph, training_crops
from attributes.training.registration import register
from attributes.training.transplants import ErasedBank


def load_erased(root: Path, classes: Collection[int] | None = None) -> ErasedBank:
    """Erase the legend of every photograph whose plate allows it, of the training tracks.

    Args:
        root: see :func:`attributes.training.photographs.gtsrb_crops`.
        classes: only these class ids; None for all.

    Raises:
        DatasetError: see there, or there is no table of the signs' boxes, or none of the signs
            can be erased.
    """
    rows = german_rows()
    pixels, inks, boxes, sigmas, sharpness, written, labels = [], [], [], [], [], [], []
    crops = training_crops(root, classes)
    for crop in track(crops, "transplants"):
        row = rows[crop.class_id]
        plate = read_plate(row)
        if plate is None or crop.box is None:
            continue
        photograph = read_photograph(crop.path)
        height, width = photograph.shape[:2]
        scale = np.array([STORED_SIZE / width, STORED_SIZE / height] * 2, np.float32)
        box = np.float32(np.add(crop.box, (0, 0, 1, 1)) * scale)
        stored = as_stored(photograph).permute(1, 2, 0).contiguous().numpy()
        box = register(stored, box, plate.face, plate.is_blue)
        sigma = blur_of(width, STORED_SIZE)
        done = erase(stored, box, plate, sigma)
        if done is None:
            continue
        pixels.append(torch.from_numpy(done.pixels).permute(2, 0, 1))
        inks.append(torch.from_numpy(done.ink))
        boxes.append(torch.from_numpy(legend_box(box, plate, STORED_SIZE)))
        sigmas.append(sigma)
        sharpness.append(done.sharpness)
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
        torch.tensor(sharpness),
        torch.tensor(written),
        Labels.from_rows(labels, ()),
    )
