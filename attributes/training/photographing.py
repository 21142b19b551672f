"""Pictures as a camera takes them: plates in scenes, photographs once more, and what is no sign."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from attributes.training import camera, operators
from attributes.training.labels import Labels
from attributes.training.materials import Materials
from attributes.training.operators import chosen, uniform
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
    rough = torch.nonzero(~chosen(g, count, _FAIR)).flatten()
    homographies, narrowed, times = _views(g, count, rough)
    # Colours are resampled weighted by alpha; what is transparent would bleed into rims otherwise.
    plates = operators.warp(_premultiplied(sprites.pixels), homographies, size)
    slots = operators.warp(sprites.slots, homographies, size, mode="nearest")
    mountable = _is_no_rectangle(sprites.labels) & (times == 1)
    plates = operators.mount_on_board(g, plates, homographies, mountable)
    alpha = plates[:, 3:]
    colours = operators.fade(g, plates[:, :3] / alpha.clamp(min=1e-3))
    worn = operators.confetti(g, operators.stickers(g, operators.dirt(g, colours[rough])))
    colours = operators.tone_curve(g, colours.index_copy(0, rough, worn))
    colours = colours.index_copy(0, rough, operators.illuminate(g, colours[rough]))

    backgrounds = _backgrounds(g, materials, count, size)
    neighbours = plates.roll(1, dims=0)
    beside = operators.random_homographies(g, count, (0.7, 1.1), 0.0, 10, 0.1, 0.0)
    away = uniform(g, count, 1.35, 1.7) * torch.where(chosen(g, count, 0.5), 1.0, -1.0)
    beside[:, 0, 2] += torch.where(chosen(g, count, 0.4), away, torch.zeros(count))
    beside[:, 1, 2] += torch.where(beside[:, 0, 2].abs() < 1, away, torch.zeros(count))
    neighbours = operators.warp(neighbours, beside, size)
    neighbours = neighbours * chosen(g, count, 0.2).float()[:, None, None, None]
    backgrounds = backgrounds * (1 - neighbours[:, 3:]) + neighbours[:, :3]

    colours, backgrounds = operators.backlight(g, colours, backgrounds)
    colours, backgrounds = operators.headlight(g, colours, backgrounds)
    images = colours * alpha + backgrounds * (1 - alpha)
    hidden = operators.glare(g, operators.occlude(g, images[rough]))
    images = images.index_copy(0, rough, hidden)
    images = _exposed(g, materials.photographs, images)
    images = camera.take(g, images, filling=narrowed / times)
    margins = operators.margin_grid(g, sprites.aspects * narrowed, times, size)
    images = operators.resample(images, margins)
    return images, operators.resample(slots, margins, mode="nearest")


def _views(g: Generator, count: int, rough: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """From where N plates are seen: all but the ``rough`` ones from before them, in tight crops.

    Returns:
        output-to-input homographies, float32 (N, 3, 3); the apparent width of each plate as a
        fraction of its real one, and how many times smaller than its crop it appears; float32 (N,).
    """
    homographies = operators.random_homographies(
        g, count, scale=(0.85, 1.1), shift=0.05, degrees=8, shear=0.04, perspective=0.04
    )
    narrowed, times = torch.ones(count), torch.ones(count)
    askew = operators.random_homographies(
        g, len(rough), scale=(0.72, 1.12), shift=0.07, degrees=20, shear=0.12, perspective=0.14
    )
    narrowed[rough] = operators.foreshorten(g, askew, 0.4)
    times[rough] = operators.step_back(g, askew, 0.35)
    homographies[rough] = askew
    return homographies, narrowed, times


def _is_no_rectangle(labels: Labels) -> Tensor:
    """Which plates a board behind them does not make part of their face, bool (N,)."""
    return torch.isin(labels.categorical[:, CATEGORICAL.index(SHAPE)], _MOUNTABLE)


def _exposed(g: Generator, photographs: PhotographBank | None, images: Tensor) -> Tensor:
    """Pictures in some light; half of them in that of a photograph, if there are any."""
    exposed = operators.desaturate(g, operators.expose(g, images))
    if photographs is None:
        return exposed
    donors = photographs.black_on_white()
    if not len(donors):
        return exposed
    picked = donors[torch.randint(len(donors), (len(images),), generator=g)]
    tones = photographs.pixels[picked].float() / 255
    donated = operators.transplant_tones(images.clamp(0, 1), tones)
    return torch.where(chosen(g, len(images), 0.5)[:, None, None, None], donated, exposed)


def _premultiplied(sprites: Tensor) -> Tensor:
    """Straight RGBA (N, 4, H, W) -> RGBA whose colours are multiplied by alpha."""
    return torch.cat([sprites[:, :3] * sprites[:, 3:], sprites[:, 3:]], dim=1)


def photograph_again(
    g: Generator, images: Tensor, slots: Tensor, size: int
) -> tuple[Tensor, Tensor]:
    """Crop photographs (N, 3, H, W) a little differently, in another light; and their slot maps."""
    count = len(images)
    homographies = operators.random_homographies(
        g, count, scale=(0.9, 1.2), shift=0.05, degrees=12, shear=0.08, perspective=0.08
    )
    # What a narrowed photograph leaves free, its repeated rim fills, as the predictor does.
    narrowed = operators.foreshorten(g, homographies, 0.3)
    images = operators.warp(images, homographies, size, padding="border")
    slots = operators.warp(slots, homographies, size, mode="nearest")
    touched = operators.occlude(g, operators.stickers(g, operators.dirt(g, images)))
    changed = operators.illuminate(g, operators.expose(g, touched))
    images = torch.where(chosen(g, count, 0.4)[:, None, None, None], changed, images)
    again = camera.take(g, images, filling=narrowed)
    return torch.where(chosen(g, count, 0.5)[:, None, None, None], again, images), slots


def photograph_nothing(g: Generator, materials: Materials, count: int, size: int) -> Tensor:
    """What is no sign, through the camera and in crops of all sides, as signs are seen.

    Half of what was once taken for a sign is cut to its own sides, as the recognizer would.
    """
    nothing, own = _without_signs(g, materials, count, size)
    exposed = operators.desaturate(g, operators.expose(g, nothing))
    seen = camera.take(g, exposed)
    aspects = torch.exp(uniform(g, count, -1, 1) * chosen(g, count, 0.6))
    fitting = own * torch.exp(uniform(g, count, -0.15, 0.15))
    aspects = torch.where(own.isfinite() & chosen(g, count, 0.5), fitting, aspects)
    return operators.resample(seen, operators.margin_grid(g, aspects, torch.ones(count), size))


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
    matrix = operators.random_homographies(g, mistaken, (1.1, 1.7), 0.08, 12, 0.1, 0.05)
    things = operators.warp(things, matrix, size, padding="reflection")
    things = torch.where(chosen(g, mistaken, 0.5)[:, None, None, None], things.flip(3), things)
    aspects[count - mistaken :] = materials.not_signs.aspects[picked]
    return torch.cat([images[mistaken:], things]), aspects


def _backgrounds(g: Generator, materials: Materials, count: int, size: int) -> Tensor:
    """Scenes, smooth coloured noise in place of some; float32 (count, 3, size, size)."""
    noise = 0.5 + 0.25 * operators.smooth_noise(g, count, size, 6, channels=3)
    grey = noise.mean(1, keepdim=True)
    procedural = grey + (noise - grey) * 0.4 + uniform(g, count, -0.3, 0.3)[:, None, None, None]
    picked = torch.randint(len(materials.scenes), (count,), generator=g)
    scenes = materials.scenes[picked].float() / 255
    matrix = operators.random_homographies(g, count, (1.0, 2.0), 0.1, 30, 0.2, 0.0)
    scenes = operators.warp(scenes, matrix, size, padding="reflection")
    scenes = torch.where(chosen(g, count, 0.5)[:, None, None, None], scenes.flip(3), scenes)
    plain = chosen(g, count, 0.2)[:, None, None, None]
    return torch.where(plain, procedural, scenes).clamp(0, 1)
