"""Pictures as a camera takes them: plates in scenes, photographs once more, and what is no sign."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from attributes.training import camera, geometry, operators
from attributes.training.chance import changed_where, chosen, uniform
from attributes.training.labels import Labels
from attributes.training.materials import Materials
from attributes.training.photographs import PhotographBank
from attributes.vocabulary import CATEGORICAL, SHAPE

_MOUNTABLE = torch.tensor(
    [SHAPE.index(s) for s in ("circle", "triangle", "inverted_triangle", "diamond", "octagon")]
)
_FAIR = 0.4
"""Share of the plates that are clean, whole, evenly lit and seen from before them: most on roads
are, and of those far away few others can be read."""


@dataclass(frozen=True)
class Sprites:
    """Plates before they are photographed: RGBA, slot map, width / height, labels; M of each."""

    pixels: Tensor
    slots: Tensor
    aspects: Tensor
    labels: Labels


def photograph(
    g: Generator, materials: Materials, sprites: Sprites, size: int
) -> tuple[Tensor, Tensor]:
    """Put sprites into scenes and look at them through a camera; images and their slot maps."""
    count = len(sprites.pixels)
    rough = ~chosen(g, count, _FAIR)
    homographies, narrowed, times = _views(g, count, rough)
    grid = geometry.sampling_grid(homographies, size)
    # Colours are resampled weighted by alpha; what is transparent would bleed into rims otherwise.
    plates = geometry.resample(_premultiplied(sprites.pixels), grid, padding="zeros")
    mountable = _is_no_rectangle(sprites.labels) & (times == 1)
    plates = operators.mount_on_board(g, plates, homographies, mountable)
    alpha = plates[:, 3:]
    colours = operators.fade(g, plates[:, :3] / alpha.clamp(min=1e-3))
    colours = changed_where(g, rough, _worn, colours)
    colours = operators.tone_curve(g, colours)
    colours = changed_where(g, rough, operators.illuminate, colours)

    backgrounds = _with_neighbours(g, _backgrounds(g, materials, count, size), plates)
    colours, backgrounds = operators.backlight(g, colours, backgrounds)
    colours, backgrounds = operators.headlight(g, colours, backgrounds)
    images = colours * alpha + backgrounds * (1 - alpha)
    images = changed_where(g, rough, _hidden, images)
    images = _exposed(g, materials.photographs, images)
    images = _taken(g, images, narrowed / times)
    margins = geometry.margin_grid(g, sprites.aspects * narrowed, times, size)
    images = geometry.resample(images, margins)
    slots = torch.zeros(count, 1, size, size)
    written = sprites.slots.flatten(1).any(1)
    standing = geometry.resample(sprites.slots[written], grid[written], "nearest", "zeros")
    slots[written] = geometry.resample(standing, margins[written], "nearest")
    return images, slots


def _worn(g: Generator, colours: Tensor) -> Tensor:
    return operators.confetti(g, operators.stickers(g, operators.dirt(g, colours)))


def _hidden(g: Generator, images: Tensor) -> Tensor:
    return operators.glare(g, operators.occlude(g, images))


def _with_neighbours(g: Generator, backgrounds: Tensor, plates: Tensor) -> Tensor:
    """Backgrounds in which here and there another of the plates (RGBA, premultiplied) stands."""
    beside = chosen(g, len(plates), 0.2)
    others = plates.roll(1, dims=0)[beside]
    count = len(others)
    homographies = geometry.random_homographies(g, count, (0.7, 1.1), 0.0, 10, 0.1, 0.0)
    away = uniform(g, count, 1.35, 1.7) * torch.where(chosen(g, count, 0.5), 1.0, -1.0)
    sideways = chosen(g, count, 0.4)
    homographies[:, 0, 2] += torch.where(sideways, away, 0.0)
    homographies[:, 1, 2] += torch.where(sideways, 0.0, away)
    others = geometry.warp(others, homographies, backgrounds.shape[-1])
    return changed_where(
        g, beside, lambda _, alone: alone * (1 - others[:, 3:]) + others[:, :3], backgrounds
    )


def _views(g: Generator, count: int, rough: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """From where N plates are seen: all but the ``rough`` ones from before them, in tight crops.

    Returns:
        output-to-input homographies, float32 (N, 3, 3); the apparent width of each plate as a
        fraction of its real one, and how many times smaller than its crop it appears; float32 (N,).
    """
    homographies = geometry.random_homographies(
        g, count, scale=(0.85, 1.1), shift=0.05, degrees=8, shear=0.04, perspective=0.04
    )
    narrowed, times = torch.ones(count), torch.ones(count)
    rough_ones = int(rough.sum())
    askew = geometry.random_homographies(
        g, rough_ones, scale=(0.72, 1.12), shift=0.07, degrees=20, shear=0.12, perspective=0.14
    )
    narrowed[rough] = geometry.foreshorten(g, askew, 0.4)
    times[rough] = geometry.step_back(g, askew, 0.35)
    homographies[rough] = askew
    return homographies, narrowed, times


def _is_no_rectangle(labels: Labels) -> Tensor:
    """Which plates a board behind them does not make part of their face, bool (N,)."""
    return torch.isin(labels.categorical[:, CATEGORICAL.index(SHAPE)], _MOUNTABLE)


def _exposed(g: Generator, photographs: PhotographBank | None, images: Tensor) -> Tensor:
    """Pictures in some light; half of them in that of a photograph, if there are any."""
    if photographs is None or not len(donors := photographs.black_on_white()):
        return _in_some_light(g, images)
    borrowed = chosen(g, len(images), 0.5)
    picked = donors[torch.randint(len(donors), (int(borrowed.sum()),), generator=g)]
    tones = photographs.pixels[picked].float() / 255
    exposed = changed_where(g, ~borrowed, _in_some_light, images)
    return changed_where(
        g, borrowed, lambda _, plate: operators.transplant_tones(plate.clamp(0, 1), tones), exposed
    )


def _in_some_light(g: Generator, images: Tensor) -> Tensor:
    return operators.desaturate(g, operators.expose(g, images))


def _premultiplied(sprites: Tensor) -> Tensor:
    """Straight RGBA (N, 4, H, W) -> RGBA whose colours are multiplied by alpha."""
    return torch.cat([sprites[:, :3] * sprites[:, 3:], sprites[:, 3:]], dim=1)


def photograph_again(
    g: Generator, images: Tensor, slots: Tensor, size: int
) -> tuple[Tensor, Tensor]:
    """Crop photographs (N, 3, H, W) a little differently, in another light; and their slot maps."""
    count = len(images)
    homographies = geometry.random_homographies(
        g, count, scale=(0.9, 1.2), shift=0.05, degrees=12, shear=0.08, perspective=0.08
    )
    # What a narrowed photograph leaves free, its repeated rim fills, as the predictor does.
    narrowed = geometry.foreshorten(g, homographies, 0.3)
    images = geometry.warp(images, homographies, size, padding="border")
    slots = geometry.warp(slots, homographies, size, mode="nearest")
    images = changed_where(g, chosen(g, count, 0.4), _later, images)
    images = changed_where(g, chosen(g, count, 0.5), _taken, images, narrowed)
    return images, slots


def _taken(g: Generator, images: Tensor, filling: Tensor) -> Tensor:
    return camera.take(g, images, filling=filling)


def _later(g: Generator, images: Tensor) -> Tensor:
    """Signs dirtier than they were, partly hidden, in another light."""
    touched = operators.occlude(g, operators.stickers(g, operators.dirt(g, images)))
    return operators.illuminate(g, operators.expose(g, touched))


def photograph_nothing(g: Generator, materials: Materials, count: int, size: int) -> Tensor:
    """What is no sign, through the camera and in crops of all sides, as signs are seen.

    Half of what was once taken for a sign is cut to its own sides, as the recognizer would.
    """
    nothing, own = _without_signs(g, materials, count, size)
    seen = camera.take(g, _in_some_light(g, nothing))
    aspects = torch.exp(uniform(g, count, -1, 1) * chosen(g, count, 0.6))
    fitting = own * torch.exp(uniform(g, count, -0.15, 0.15))
    aspects = torch.where(own.isfinite() & chosen(g, count, 0.5), fitting, aspects)
    return geometry.resample(seen, geometry.margin_grid(g, aspects, torch.ones(count), size))


def _without_signs(
    g: Generator, materials: Materials, count: int, size: int
) -> tuple[Tensor, Tensor]:
    """Backgrounds, and in place of most of them what was once taken for a sign.

    Returns:
        float32 (count, 3, size, size) in [0, 1]; float32 (count,), width / height of the latter,
        not a number for backgrounds.
    """
    images, aspects = _backgrounds(g, materials, count, size), torch.full((count,), torch.nan)
    if materials.not_signs is None:
        return images, aspects
    mistaken = 2 * count // 3
    picked = torch.randint(len(materials.not_signs), (mistaken,), generator=g)
    things = materials.not_signs.pixels[picked].float() / 255
    matrix = geometry.random_homographies(g, mistaken, (1.1, 1.7), 0.08, 12, 0.1, 0.05)
    things = geometry.warp(things, matrix, size, padding="reflection")
    things = changed_where(g, chosen(g, mistaken, 0.5), operators.flipped, things)
    aspects[count - mistaken :] = materials.not_signs.aspects[picked]
    return torch.cat([images[mistaken:], things]), aspects


def _backgrounds(g: Generator, materials: Materials, count: int, size: int) -> Tensor:
    """Scenes, smooth coloured noise in place of some; float32 (count, 3, size, size)."""
    plain = chosen(g, count, 0.2)
    scenery, plain_ones = int((~plain).sum()), int(plain.sum())
    picked = torch.randint(len(materials.scenes), (scenery,), generator=g)
    scenes = materials.scenes[picked].float()
    matrix = geometry.random_homographies(g, scenery, (1.0, 2.0), 0.1, 30, 0.2, 0.0)
    scenes = geometry.warp(scenes, matrix, size, padding="reflection") / 255
    scenes = changed_where(g, chosen(g, scenery, 0.5), operators.flipped, scenes)
    noise = 0.5 + 0.25 * operators.smooth_noise(g, plain_ones, size, 6, channels=3)
    grey = noise.mean(1, keepdim=True)
    light = uniform(g, plain_ones, -0.3, 0.3)[:, None, None, None]
    backgrounds = torch.empty(count, 3, size, size)
    backgrounds[~plain] = scenes
    backgrounds[plain] = grey + (noise - grey) * 0.4 + light
    return backgrounds.clamp(0, 1)
