"""Plates photographed by the training camera, for benchmarks that need no data set."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Generator, Tensor

from attributes.training import camera, geometry, operators
from attributes.training.artwork import Drawing, load_drawings
from attributes.training.configuration import load
from attributes.training.materials import Materials, gather_materials
from attributes.training.mirroring import pictogram_classes
from attributes.training.photographing import Sprites, photograph

SEED = 3 * 2**30
"""Far from the seeds of training (seed * 1,000,003 + step) and of what is fitted after it (from
2**31 on). The generator takes 32 bits of a seed."""
_SIZE = 48
"""Side of the crops, as large as most are on roads; a network enlarges them if it has to."""


@lru_cache(maxsize=1)
def fresh_materials() -> tuple[list[Drawing], Materials]:
    """All artwork; plates, bars and strings drawn anew; no photograph.

    Raises:
        MissingPackageError: artwork or fonts cannot be had.
    """
    configuration = load("templates-only").model_copy(update={"seed": SEED})
    drawings = load_drawings()
    names, mirror = pictogram_classes(drawings)
    return drawings, gather_materials(drawings, names, mirror, None, None, configuration)


def photograph_plates(
    g: Generator, materials: Materials, sprites: Sprites
) -> list[npt.NDArray[np.uint8]]:
    """Crops of plates with all that training does to them, each uint8 (48, 48, 3) BGR."""
    images, _ = photograph(g, materials, sprites, _SIZE)
    return to_crops(images)


def lay_flat(g: Generator, materials: Materials, sprites: Sprites) -> list[npt.NDArray[np.uint8]]:
    """Crops of plates seen from the front in good light, before smooth coloured noise."""
    count = len(sprites.pixels)
    plates = geometry.warp(sprites.pixels, torch.eye(3).repeat(count, 1, 1), _SIZE)
    ground = 0.5 + 0.15 * operators.smooth_noise(g, count, _SIZE, 6, channels=3)
    return to_crops(plates[:, :3] * plates[:, 3:] + ground * (1 - plates[:, 3:]))


def photograph_alone(g: Generator, plates: Tensor) -> Tensor:
    """Plates before smooth noise, in any light, through the camera of training, none very small.

    Args:
        g: source of randomness.
        plates: RGBA, float32 (N, 4, S, S) in [0, 1].

    Returns:
        float32 (N, 3, 48, 48), RGB.
    """
    count = len(plates)
    matrix = geometry.random_homographies(g, count, (0.78, 1.05), 0.06, 12, 0.08, 0.1)
    placed = geometry.warp(plates, matrix, _SIZE)
    ground = 0.45 + 0.2 * operators.smooth_noise(g, count, _SIZE, 6, channels=3)
    images = placed[:, :3] * placed[:, 3:] + ground * (1 - placed[:, 3:])
    images = operators.expose(g, operators.illuminate(g, images))
    return camera.take(g, images, smallest=20)


Camera = Callable[[Generator, Materials, Sprites], list[npt.NDArray[np.uint8]]]
CAMERAS: Final[dict[str, Camera]] = {"training camera": photograph_plates, "laid flat": lay_flat}
"""The first takes pictures that nobody can read among others; the second only legible ones."""


def to_crops(images: Tensor) -> list[npt.NDArray[np.uint8]]:
    """float32 (N, 3, H, W) RGB in [0, 1] -> N crops, uint8 (H, W, 3) BGR."""
    pixels = (images.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    return [np.ascontiguousarray(crop[..., ::-1]) for crop in pixels]
