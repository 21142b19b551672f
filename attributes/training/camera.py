"""Lens and sensor, as small operators like those of :mod:`attributes.training.operators`.

They take and return float32 images (N, 3, H, W) in [0, 1] (sRGB, not linear); light that has not
yet met the sensor may be brighter than 1. Randomness is drawn from the given generator.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from attributes.training.chance import chosen, uniform

_DISTANT_SHARE = 0.6
"""Of all pictures: who drives towards a sign sees it small for longer than large."""
_BLUR_SIDE = 11
"""Of the largest blur, pixels."""
_SAMPLINGS = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)


@dataclass(frozen=True)
class Blurs:
    """80 ways to be out of focus or in motion, lengths in pixels of what is blurred.

    Attributes:
        sigmas: of 20 Gaussians, least and largest.
        radii: of 8 discs (defocus), least and largest.
        turned: half the length of 12 motions in any direction, least and largest.
        level: half the length of 24 nearly level motions, as of a car that passes by.
    """

    sigmas: tuple[float, float]
    radii: tuple[float, float]
    turned: tuple[float, float]
    level: tuple[float, float]


NEAR = Blurs((0.4, 1.8), (0.7, 2.2), (1.0, 3.2), (1.5, 5.5))
"""Of signs that fill the network's input: motion smears them by up to a fifth."""
DISTANT = Blurs((0.3, 1.2), (0.6, 1.5), (0.6, 1.6), (0.7, 2.3))
"""Of signs of few pixels. A lens is as sharp for them, so that they lose most of their strokes."""


@lru_cache(maxsize=2)
def _blur_kernels(blurs: Blurs) -> Tensor:
    """(80, 11, 11), each summing to 1; the first 16 change nothing."""
    rng = np.random.default_rng(0)
    axis = np.arange(_BLUR_SIDE) - _BLUR_SIDE // 2
    x, y = np.meshgrid(axis, axis)
    kernels = [np.float64((x == 0) & (y == 0))] * 16
    kernels += [np.exp(-(x**2 + y**2) / (2 * s**2)) for s in np.linspace(*blurs.sigmas, 20)]
    kernels += [np.clip(r + 0.5 - np.hypot(x, y), 0, 1) for r in np.linspace(*blurs.radii, 8)]
    turned = [(angle, rng.uniform(*blurs.turned)) for angle in rng.uniform(0, np.pi, 12)]
    level = [(angle, rng.uniform(*blurs.level)) for angle in rng.normal(0, 0.12, 24)]
    for angle, reach in turned + level:
        along = x * np.cos(angle) + y * np.sin(angle)
        across = -x * np.sin(angle) + y * np.cos(angle)
        kernels.append(np.clip(reach - np.abs(along), 0, 1) * np.clip(1 - np.abs(across), 0, 1))
    stacked = np.stack([k / k.sum() for k in kernels])
    return torch.from_numpy(stacked).float()


def blur(g: Generator, images: Tensor, blurs: Blurs = NEAR) -> Tensor:
    """Defocus, motion and lens blur: one of 80 kernels of 11 x 11 pixels for each image."""
    count, channels = images.shape[:2]
    kernels = _blur_kernels(blurs)
    picked = kernels[torch.randint(len(kernels), (count,), generator=g)]
    side, reach = _BLUR_SIDE, _BLUR_SIDE // 2
    weight = picked[:, None].expand(-1, channels, -1, -1).reshape(-1, 1, side, side)
    padded = F.pad(images, [reach] * 4, mode="replicate")
    flat = padded.reshape(1, count * channels, *padded.shape[2:])
    return F.conv2d(flat, weight, groups=count * channels).reshape(images.shape)


def take(g: Generator, images: Tensor, smallest: int = 16, filling: Tensor | None = None) -> Tensor:
    """From light to pixels: three of five signs are distant, of fewer pixels, enlarged again.

    Distant ones are dealt into eight groups of one resolution each. Blur, noise, false colours and
    compression are as coarse as the sensor's pixels, hence as the strokes of a distant number, so
    that each picture goes through lens and sensor at its own resolution; six groups of eight,
    through a colour filter.

    Args:
        g: source of randomness.
        images: of signs.
        smallest: side of the most distant pictures, pixels.
        filling: float32 (N,), how much of its image's side each sign fills. Where it is given, the
            less a distant sign fills, the more pixels its image mostly has, so that few are too
            small for anybody to read; without it, each has any number of pixels.
    """
    count, _, size, _ = images.shape
    result = torch.empty_like(images)
    order = torch.randperm(count, generator=g)
    distant, near = order.tensor_split([int(_DISTANT_SHARE * count)])
    sides = smallest + (size - smallest) * uniform(g, 8) ** 1.6
    if filling is not None:
        by_chance = torch.exp(0.25 * torch.randn(len(distant), generator=g))
        distant = distant[(filling[distant] * by_chance).argsort()]
        sides = sides.sort(descending=True).values
    filters = torch.randperm(8, generator=g) % 4 != 3
    for group, side, colour_filter in zip(
        distant.tensor_split(8), sides.int().tolist(), filters.tolist(), strict=True
    ):
        if not len(group):
            continue
        small = blur(g, lower_resolution(images[group], side), DISTANT)
        seen = through_sensor(g, small, colour_filter=colour_filter)
        result[group] = F.interpolate(seen, size=(size, size), mode="bilinear", align_corners=False)
    result[near] = through_sensor(g, blur(g, images[near]), colour_filter=False)
    return result


def lower_resolution(images: Tensor, side: int) -> Tensor:
    """(N, C, H, H) -> (N, C, side, side): each pixel is the mean of the area that it covers."""
    shrink = _area(images.shape[2], side)
    return shrink @ images @ shrink.T


@lru_cache(maxsize=128)
def _area(size: int, side: int) -> Tensor:
    """Shares of ``size`` pixels that each of ``side`` <= ``size`` covers, float32 (side, size).

    torch's area interpolation counts whole pixels, some of them twice.
    """
    edges = torch.arange(side + 1, dtype=torch.float64) * size / side
    pixels = torch.arange(size, dtype=torch.float64)
    starts = torch.maximum(edges[:-1, None], pixels)
    ends = torch.minimum(edges[1:, None], pixels + 1)
    return ((ends - starts).clamp(min=0) * side / size).float()


def through_sensor(g: Generator, images: Tensor, *, colour_filter: bool) -> Tensor:
    """What a camera makes of the light on its pixels: noise, cut-off, false colours, JPEG.

    Without ``colour_filter``, pictures were averaged from a sensor of many more pixels, or taken
    near enough for its colours not to matter.
    """
    measured = sensor_noise(g, images).clamp(0, 1)
    return jpeg(g, sharpen(g, mosaic(g, measured)) if colour_filter else measured)


def mosaic(g: Generator, images: Tensor) -> Tensor:
    """A sensor that sees one colour per pixel (Bayer, US 3,971,065), the others interpolated.

    Cameras differ in how. Between two ways each image takes one at random: from the neighbours of
    that colour alone (bilinear), which colours strokes as thin as pixels blue and yellow, or by the
    5 x 5 filters of Malvar, He and Cutler (ICASSP 2004), which take the detail of a colour from the
    others and leave fringes. Images are square, of 3 pixels and more.
    """
    count, _, size, _ = images.shape
    phase = torch.randint(2, (2,), generator=g)
    odd_row, odd_column = ((torch.arange(size) + shift) % 2 for shift in phase.tolist())
    row, column = odd_row[:, None].float(), odd_column.float()
    red, blue = row * column, (1 - row) * (1 - column)
    beside_red, below_red = row * (1 - column), (1 - row) * column
    green = beside_red + below_red
    raw = (images * torch.stack([red, green, blue])).sum(1, keepdim=True)
    bilinear, detail = F.conv2d(
        F.pad(raw, (2, 2, 2, 2), mode="reflect"), torch.cat(_demosaicing_filters())
    ).chunk(2, dim=1)
    interpolated = bilinear + uniform(g, count)[:, None, None, None] * detail
    green_here, along_row, along_column, across = interpolated.unbind(1)
    raw = raw[:, 0]
    return torch.stack(
        [
            raw * red + along_row * beside_red + along_column * below_red + across * blue,
            raw * green + green_here * (red + blue),
            raw * blue + along_row * below_red + along_column * beside_red + across * red,
        ],
        dim=1,
    )


@lru_cache(maxsize=1)
def _demosaicing_filters() -> tuple[Tensor, Tensor]:
    """Bilinear interpolation, and what figure 2 of Malvar, He and Cutler adds; each (4, 1, 5, 5).

    Green where red or blue was seen; red or blue where green was, from the same row and from the
    same column; red where blue was, and the reverse.
    """
    green = [
        [0, 0, -1, 0, 0],
        [0, 0, 2, 0, 0],
        [-1, 2, 4, 2, -1],
        [0, 0, 2, 0, 0],
        [0, 0, -1, 0, 0],
    ]
    row = [
        [0, 0, 0.5, 0, 0], [0, -1, 0, -1, 0], [-1, 4, 5, 4, -1], [0, -1, 0, -1, 0],
        [0, 0, 0.5, 0, 0],
    ]  # fmt: skip
    across = [
        [0, 0, -1.5, 0, 0], [0, 2, 0, 2, 0], [-1.5, 0, 6, 0, -1.5], [0, 2, 0, 2, 0],
        [0, 0, -1.5, 0, 0],
    ]  # fmt: skip
    of_row = torch.tensor(row)
    malvar = torch.stack([torch.tensor(green), of_row, of_row.T, torch.tensor(across)]) / 8
    bilinear = torch.zeros(4, 5, 5)
    bilinear[0, [1, 2, 2, 3], [2, 1, 3, 2]] = 1 / 4
    bilinear[1, 2, [1, 3]] = 1 / 2
    bilinear[2, [1, 3], 2] = 1 / 2
    bilinear[3, [1, 1, 3, 3], [1, 3, 1, 3]] = 1 / 4
    return bilinear[:, None], (malvar - bilinear)[:, None]


def sharpen(g: Generator, images: Tensor) -> Tensor:
    """Unsharp masking as cameras do it: strokes stay strong, with a halo that may leave [0, 1]."""
    amount = uniform(g, len(images), 0.0, 2.0)[:, None, None, None]
    line = torch.tensor([0.25, 0.5, 0.25])
    kernel = (line[:, None] * line).expand(images.shape[1], 1, 3, 3)
    padded = F.pad(images, (1, 1, 1, 1), mode="replicate")
    return images + amount * (images - F.conv2d(padded, kernel, groups=images.shape[1]))


def sensor_noise(g: Generator, images: Tensor) -> Tensor:
    """Noise whose variance grows with the pixel's value, as that of shot noise does with light.

    Its deviation is up to 0.06 in white and 0.013 in black, strong in few images only.
    """
    sigma = (uniform(g, len(images)) ** 3 * 0.06)[:, None, None, None]
    light = images.clamp(0, 1) * 0.95 + 0.05
    return images + sigma * light.sqrt() * torch.randn(images.shape, generator=g)


def jpeg(g: Generator, images: Tensor, probability: float = 0.35) -> Tensor:
    """JPEG compression at quality 40 to 95 for a share of the images.

    Half of those lose every other row and column of their colours (4:2:0), as in films.
    """
    result = images.clone()
    for index in torch.nonzero(chosen(g, len(images), probability)).flatten().tolist():
        quality = int(uniform(g, 1, 40, 95))
        sampling = _SAMPLINGS[int(torch.randint(2, (1,), generator=g))]
        pixels = (images[index].flip(0).clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy()
        done, encoded = cv2.imencode(".jpg", pixels, [
            cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling,
        ])  # fmt: skip
        if done:
            decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
            result[index] = torch.from_numpy(decoded).permute(2, 0, 1).flip(0).float() / 255
    return result
