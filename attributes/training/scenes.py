"""Patches of GTSDB's frames that show no sign."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from attributes.progress import track
from attributes.training.gtsdb import read_frames
from attributes.training.photographs import as_stored, read_photograph

_PATCHES = 10
"""Patches without a sign that are looked for in each frame."""


@dataclass(frozen=True)
class MistakenBank:
    """Photographs of K things that were once taken for a sign.

    Attributes:
        pixels: uint8 (K, 3, s, s), RGB squares, half as large again as the thing.
        aspects: float32 (K,), width / height of the thing.
    """

    pixels: Tensor
    aspects: Tensor

    def __len__(self) -> int:
        return len(self.pixels)


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
        pixels = read_photograph(frame.path)
        height, width = pixels.shape[:2]
        for _ in range(_PATCHES):
            side = int(np.exp(rng.uniform(np.log(24), np.log(320))))
            left, top = int(rng.integers(width - side)), int(rng.integers(height - side))
            if not any(
                x1 < left + side and left < x2 and y1 < top + side and top < y2
                for x1, y1, x2, y2 in np.concatenate([frame.boxes, frame.ignored])
            ):
                patches.append(as_stored(pixels[top : top + side, left : left + side]))
    return torch.stack(patches)


def load_not_signs(root: Path, last_frame: int) -> MistakenBank:
    """What was once taken for a sign in GTSDB's frames and is none, with a little around it.

    Args:
        root: folder of the frames and ``gt.txt``.
        last_frame: highest frame number used; later ones stay for validation.

    Raises:
        DatasetError: the ground truth or the frames are missing.
    """
    patches, aspects = [], []
    for frame in read_frames(root, range(last_frame + 1)):
        if not len(frame.not_signs):
            continue
        pixels = read_photograph(frame.path)
        height, width = pixels.shape[:2]
        for x1, y1, x2, y2 in frame.not_signs:
            # Half as large again leaves room to jitter.
            half = 0.75 * max(x2 - x1, y2 - y1)
            x, y = (x1 + x2) / 2, (y1 + y2) / 2
            left, top = max(0, int(x - half)), max(0, int(y - half))
            right, bottom = min(width, int(x + half) + 1), min(height, int(y + half) + 1)
            patches.append(as_stored(pixels[top:bottom, left:right]))
            aspects.append(float((x2 - x1) / (y2 - y1)))
    return MistakenBank(torch.stack(patches), torch.tensor(aspects))
