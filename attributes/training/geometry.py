"""From where a plate is seen, and how it is cropped: homographies, and looking up pixels.

Coordinates are in [-1, 1], from the left or upper edge of an image to the other.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from attributes.training.chance import chosen, uniform


def random_homographies(
    g: Generator,
    count: int,
    scale: tuple[float, float],
    shift: float,
    degrees: float,
    shear: float,
    perspective: float,
) -> Tensor:
    """Output-to-input homographies (count, 3, 3) in [-1, 1] coordinates.

    ``scale`` is the apparent size of the input in the output (1 = fills it), ``shift`` a
    fraction of the input, ``shear`` of the output, ``degrees`` the largest rotation.
    """
    angle = uniform(g, count, -1, 1) ** 3 * math.radians(degrees)
    size = 1.0 / uniform(g, count, *scale)
    stretch = 1.0 + uniform(g, count, -1, 1) * shear
    cos, sin = torch.cos(angle), torch.sin(angle)
    skew = uniform(g, count, -1, 1) * shear
    matrix = torch.zeros(count, 3, 3)
    matrix[:, 0, 0] = size * stretch * cos
    matrix[:, 0, 1] = size * (skew * cos - sin)
    matrix[:, 1, 0] = size * stretch * sin
    matrix[:, 1, 1] = size * (skew * sin + cos)
    matrix[:, 0, 2] = uniform(g, count, -1, 1) * 2 * shift
    matrix[:, 1, 2] = uniform(g, count, -1, 1) * 2 * shift
    matrix[:, 2, 0] = uniform(g, count, -1, 1) * perspective
    matrix[:, 2, 1] = uniform(g, count, -1, 1) * perspective
    matrix[:, 2, 2] = 1.0
    return matrix


def warp(
    images: Tensor, homographies: Tensor, size: int, padding: str = "zeros", mode: str = "bilinear"
) -> Tensor:
    """Resample (N, C, H, W) to (N, C, size, size) through output-to-input homographies."""
    return resample(images, sampling_grid(homographies, size), mode, padding)


def sampling_grid(homographies: Tensor, size: int) -> Tensor:
    """Where each pixel of an output of ``size`` lies in the input, for :func:`resample`.

    x and y, float32 (N, size, size, 2), in [-1, 1] coordinates, beyond them outside of the input.
    """
    axis = (torch.arange(size) + 0.5) / size * 2 - 1
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    points = torch.stack([x, y, torch.ones_like(x)]).reshape(3, -1)
    projected = homographies @ points
    places = projected[:, :2] / projected[:, 2:].clamp(min=1e-3)
    return places.reshape(-1, 2, size, size).permute(0, 2, 3, 1)


def foreshorten(g: Generator, homographies: Tensor, probability: float) -> Tensor:
    """A plate seen from the side: narrows some images in place, to no less than three tenths.

    Args:
        g: source of randomness.
        homographies: output-to-input (N, 3, 3), changed.
        probability: share of the images that are narrowed.

    Returns:
        float32 (N,), the apparent width of each plate as a fraction of its real one.
    """
    count = len(homographies)
    width = torch.where(
        chosen(g, count, probability), 0.3 + 0.7 * uniform(g, count).sqrt(), torch.ones(1)
    )
    homographies[:, :, 0] /= width[:, None]
    return width


def step_back(g: Generator, homographies: Tensor, probability: float) -> Tensor:
    """A crop with room around the plate: shrinks some images in place, by up to a third.

    Args:
        g: source of randomness.
        homographies: output-to-input (N, 3, 3), changed.
        probability: share of the images that are shrunk.

    Returns:
        float32 (N,), how many times smaller each plate appears; 1 where nothing was changed.
    """
    count = len(homographies)
    times = torch.where(chosen(g, count, probability), uniform(g, count, 1.0, 1.5), torch.ones(1))
    homographies[:, :, :2] *= times[:, None, None]
    return times


def margin_grid(g: Generator, aspects: Tensor, times: Tensor, size: int) -> Tensor:
    """Sampling grid for what the predictor sees of an oblong crop: its rim repeated to a square.

    A crop fits its plate, unless it has room around it: then it is wide, tall or square whatever
    the plate is, so that a repeated rim says nothing about the plate's shape.

    Args:
        g: source of randomness.
        aspects: float32 (N,), apparent width / height of the plate in each image.
        times: float32 (N,), how many times smaller the plate is than the crop, 1 for a tight one.
        size: side of the images.

    Returns:
        float32 (N, size, size, 2), for :func:`resample`.
    """
    count = len(aspects)
    axis = (torch.arange(size) + 0.5) / size * 2 - 1
    limit = uniform(g, count, 0.85, 1.15) / times
    kind = torch.randint(3, (count,), generator=g)
    roomy = times > 1
    wide = torch.where(roomy & (kind != 0), 1.0, limit * aspects.clamp(max=1.0)).clamp(max=1.0)
    tall = torch.where(roomy & (kind != 1), 1.0, limit / aspects.clamp(min=1.0)).clamp(max=1.0)
    # The longer side of a crop is never repeated.
    longer = torch.maximum(wide, tall)
    wide, tall = wide / longer, tall / longer
    x = axis[None].expand(count, -1).clamp(min=-wide[:, None], max=wide[:, None])
    y = axis[None].expand(count, -1).clamp(min=-tall[:, None], max=tall[:, None])
    return torch.stack(
        [x[:, None, :].expand(-1, size, -1), y[:, :, None].expand(-1, -1, size)], dim=-1
    )


def resample(
    images: Tensor, grid: Tensor, mode: str = "bilinear", padding: str = "border"
) -> Tensor:
    """Look up images (N, C, H, W) at a grid (N, H', W', 2) in [-1, 1] coordinates."""
    return F.grid_sample(images, grid, mode, padding_mode=padding, align_corners=False)
