"""Photographed plates are read, registered and erased as GTSRB lays them out."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from attributes.errors import DatasetError
from attributes.training.erased_plates import load_erased
from attributes.training.labels import UNKNOWN
from attributes.training.photographs import STORED_SIZE
from attributes.training.splits import gtsrb_tracks, held_out_tracks
from attributes.vocabulary import LEGEND

HELD_OUT = sorted(t for c, t in held_out_tracks(gtsrb_tracks()) if c == 1)[0]
USED = sorted(t for c, t in gtsrb_tracks() - held_out_tracks(gtsrb_tracks()) if c == 1)[0]
PLATE = (70, 40, 130, 100)
"""Left, top, right and bottom of the limit on each picture, pixels."""


def limit(blur: float = 0.0) -> np.ndarray:
    """A speed limit in the right of a picture twice as wide as high, uint8 (H, W, 3) BGR."""
    picture = np.full((100, 200, 3), 90, np.uint8)
    x, y = (PLATE[0] + PLATE[2]) // 2, (PLATE[1] + PLATE[3]) // 2
    cv2.circle(picture, (x, y), 30, (25, 20, 150), -1)
    cv2.circle(picture, (x, y), 23, (210, 210, 210), -1)
    cv2.putText(picture, "50", (x - 18, y + 9), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (30, 30, 30), 3)
    return cv2.GaussianBlur(picture, (0, 0), blur) if blur else picture


def write_gtsrb(root: Path, tracks: list[str], table: bool = True, blur: float = 0.0) -> Path:
    folder = root / "Final_Training" / "Images" / "00001"
    folder.mkdir(parents=True)
    lines = ["Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId"]
    for track in tracks:
        name = f"{track}_00000.png"
        cv2.imwrite(str(folder / name), limit(blur))
        x1, y1, x2, y2 = PLATE
        lines.append(f"{name};200;100;{x1};{y1};{x2};{y2};1")
    if table:
        (folder / "GT-00001.csv").write_text("\n".join(lines) + "\n")
    return root


def test_the_legend_is_gone_from_where_the_table_says_that_the_plate_is(tmp_path):
    bank = load_erased(write_gtsrb(tmp_path, [USED]))
    assert len(bank) == 1
    # A picture twice as wide as high is stored as a square.
    x, y, half = bank.boxes[0].tolist()
    assert (x, y) == pytest.approx((2 * 100.5 / 200 - 1, 2 * 70.5 / 100 - 1), abs=0.03)
    assert half == pytest.approx(0.56 * 61 / 200, rel=0.1)
    column, row = (round((c + 1) / 2 * STORED_SIZE) for c in (x, y))
    reach = round(half * STORED_SIZE / 2)
    face = bank.pixels[0, :, row - reach : row + reach, column - reach : column + reach].float()
    assert face.min() > 190
    assert bank.ink[0].max() < 0.3
    assert bank.labels.legend[0, LEGEND.index("black")] == 1
    assert bank.labels.text[0, 0] == UNKNOWN


def test_each_plate_knows_how_sharp_its_own_photograph_was(tmp_path):
    sharp = load_erased(write_gtsrb(tmp_path / "sharp", [USED]))
    soft = load_erased(write_gtsrb(tmp_path / "soft", [USED], blur=2.5))
    assert sharp.sharpness.dtype == torch.float32
    assert sharp.sharpness.shape == (1,)
    assert sharp.sigma.tolist() == soft.sigma.tolist()
    assert float(sharp.sharpness) > 1.2 * float(soft.sharpness)


def test_validation_tracks_lend_no_plate(tmp_path):
    bank = load_erased(write_gtsrb(tmp_path, [HELD_OUT, USED]))
    assert len(bank) == 1


def test_without_a_table_nothing_tells_where_the_plates_are(tmp_path):
    with pytest.raises(DatasetError, match=r"no GT-000CC\.csv tells where the signs are"):
        load_erased(write_gtsrb(tmp_path, [USED], table=False))
