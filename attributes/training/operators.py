"""Wear and light: small operators that make renderings look like photographs.

Every operator takes and returns float32 images (N, 3, H, W) in [0, 1] (sRGB, not linear) and
draws its randomness from the given generator, so that a batch is reproduced by its seed. Which
operators are decisive was found by Lopes da Silva and Ramires Fernandes (DeLTA 2022): geometry,
smooth and confetti noise, brightness spread widely towards dark, blur and low resolution.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from attributes.training.chance import changed_where, chosen, uniform
from attributes.training.geometry import sampling_grid


def flipped(_: Generator, images: Tensor) -> Tensor:
    """Images (N, C, H, W), left and right exchanged."""
    return images.flip(3)


def smooth_noise(g: Generator, count: int, size: int, cells: int, channels: int = 1) -> Tensor:
    """Band-limited noise (count, channels, size, size), zero mean, deviation about 0.8."""
    coarse = torch.randn(count, channels, cells + 1, cells + 1, generator=g)
    rise = _bicubic(cells + 1, size)
    return rise @ coarse @ rise.T


@lru_cache(maxsize=64)
def _bicubic(cells: int, size: int) -> Tensor:
    """Bicubic enlargement of ``cells`` values to ``size`` as a matrix (size, cells).

    It is separable, and two small products are several times as fast as the general function.
    """
    one = F.interpolate(
        torch.eye(cells)[None, None], size=(size, cells), mode="bicubic", align_corners=True
    )
    return one[0, 0]


_BOARDS = torch.tensor(
    [
        [0.95, 0.78, 0.05], [0.80, 0.92, 0.12], [0.93, 0.45, 0.05], [0.50, 0.50, 0.50],
        [0.06, 0.06, 0.06], [0.05, 0.25, 0.60], [0.02, 0.40, 0.22], [0.40, 0.25, 0.12],
    ]
)  # fmt: skip
"""Yellow, fluorescent yellow-green, orange, grey, black, blue, green and brown paint, sRGB."""


def mount_on_board(
    g: Generator, plates: Tensor, homographies: Tensor, mountable: Tensor, probability: float = 0.2
) -> Tensor:
    """Some plates stand on a larger board, as at road works and on portals.

    A crop of such a sign shows its board in all corners, and mostly where it ends on one side or
    another. Six of ten boards are whitish, the others of any colour that boards have; some have a
    line around.

    Args:
        g: source of randomness.
        plates: RGBA that was warped by the homographies, colours multiplied by alpha.
        homographies: output-to-input, float32 (N, 3, 3).
        mountable: bool (N,), which may be mounted.
        probability: share of those that are.
    """
    mounted = chosen(g, len(plates), probability) & mountable
    return changed_where(g, mounted, _mounted, plates, homographies)


def _mounted(g: Generator, plates: Tensor, homographies: Tensor) -> Tensor:
    count, _, size, _ = plates.shape
    x, y = sampling_grid(homographies, size).unbind(3)
    right, left, bottom, top = (
        (0.94 + 0.8 * uniform(g, count) ** 2)[:, None, None] for _ in range(4)
    )
    to_edges = torch.stack([right - x, left + x, bottom - y, top + y], dim=1)
    inside = to_edges.amin(1, keepdim=True)
    alpha = (inside > 0).float()
    paint = torch.where(
        chosen(g, count, 0.6)[:, None],
        torch.tensor([0.93, 0.93, 0.91]),
        _BOARDS[torch.randint(len(_BOARDS), (count,), generator=g)],
    )
    shade = 1 + 0.06 * torch.randn(count, 3, generator=g)
    ink = uniform(g, count, 0.05, 0.95)[:, None, None, None]
    lined = (inside < 0.06) & chosen(g, count, 0.2)[:, None, None, None]
    board = torch.where(lined, ink, (paint * shade).clamp(0, 1)[:, :, None, None])
    behind = 1 - plates[:, 3:]
    return plates + behind * torch.cat([board * alpha, alpha], dim=1)


def fade(g: Generator, images: Tensor) -> Tensor:
    """Sun-bleached paint: colours move towards a light grey, and red before the others.

    Of red the sun takes magenta before yellow, so that what is left is anything between grey and
    a pale yellow.
    """
    amount = (uniform(g, len(images)) ** 3 * 0.5)[:, None, None, None]
    faded = images + (0.65 - images) * amount
    return changed_where(g, chosen(g, len(images), 0.12), _bleached, faded)


def _bleached(g: Generator, images: Tensor) -> Tensor:
    count = len(images)
    redness = (images[:, :1] - images[:, 1:].amax(1, keepdim=True)).clamp(0, 1)
    amount = uniform(g, count, 0.2, 0.95)[:, None, None, None]
    left = 0.75 + uniform(g, count)[:, None] * torch.tensor([0.12, 0.0, -0.3])
    # As much of paint that is half as red as red can be as of any redder.
    return images + (left[:, :, None, None] - images) * amount * (2 * redness).clamp(max=1)


def dirt(g: Generator, images: Tensor) -> Tensor:
    """Smooth brownish stains that cover parts of the plate."""
    return changed_where(g, chosen(g, len(images), 0.4), _stained, images)


def _stained(g: Generator, images: Tensor) -> Tensor:
    count, _, size, _ = images.shape
    noise = smooth_noise(g, count, size, 5)
    strength = (uniform(g, count) ** 2 * 0.6)[:, None, None, None]
    stain = torch.tensor([0.35, 0.32, 0.27])[None, :, None, None]
    return images + (stain - images) * strength * torch.sigmoid(4 * noise)


def stickers(g: Generator, images: Tensor) -> Tensor:
    """Up to four turned rectangles of any colour, half of them whitish, with print on them.

    Mostly they are few, small and anywhere. On one image of twenty all four are large and stick
    together somewhere near the middle, as where one sticker draws others.
    """
    count, _, size, _ = images.shape
    axis = torch.linspace(-1, 1, size)
    images = images.clone()
    crowded = chosen(g, count, 0.05)
    crowd_x, crowd_y = uniform(g, count, -0.4, 0.4), uniform(g, count, -0.4, 0.4)
    for _ in range(4):
        rows = torch.nonzero(chosen(g, count, 0.12) | crowded).flatten()
        several, stuck = crowded[rows], len(rows)
        near_x, near_y = (
            c[rows] + 0.22 * torch.randn(stuck, generator=g) for c in (crowd_x, crowd_y)
        )
        x = torch.where(several, near_x, uniform(g, stuck, -1, 1))[:, None, None]
        y = torch.where(several, near_y, uniform(g, stuck, -1, 1))[:, None, None]
        half = 0.02 + 0.3 * uniform(g, stuck) ** 2
        half = torch.where(several, uniform(g, stuck, 0.12, 0.26), half)[:, None, None]
        angle = uniform(g, stuck, 0, math.pi)[:, None, None]
        right, down = axis[None, None, :] - x, axis[None, :, None] - y
        along = (angle.cos() * right + angle.sin() * down).abs()
        across = (angle.cos() * down - angle.sin() * right).abs()
        mask = (along < half) & (across < half * uniform(g, stuck, 0.4, 2.0)[:, None, None])
        colour = torch.rand(stuck, 3, 1, 1, generator=g)
        whitish = chosen(g, stuck, 0.5)[:, None, None, None]
        colour = torch.where(whitish, 0.6 + 0.4 * colour, colour)
        strength = 0.3 * uniform(g, stuck)[:, None, None, None]
        printed = (colour * (1 + strength * smooth_noise(g, stuck, size, 16))).clamp(0, 1)
        images[rows] = torch.where(mask[:, None], printed, images[rows])
    return images


def confetti(g: Generator, images: Tensor) -> Tensor:
    """Small patches of any colour strewn over a third of the images (DeLTA 2022)."""
    return changed_where(g, chosen(g, len(images), 0.33), _strewn, images)


def _strewn(g: Generator, images: Tensor) -> Tensor:
    count, _, size, _ = images.shape
    density = (uniform(g, count) ** 2 * 0.12)[:, None, None, None]
    cells = size // 3
    strewn = (torch.rand(count, 1, cells, cells, generator=g) < density).float()
    colours = torch.rand(count, 3, cells, cells, generator=g)
    strewn, colours = (F.interpolate(x, size=(size, size)) for x in (strewn, colours))
    return images + (colours - images) * strewn


def occlude(g: Generator, images: Tensor) -> Tensor:
    """Leaves (smooth blobs from one side) and poles (a dark line) in front of the sign."""
    leaves, poles = chosen(g, len(images), 0.15), chosen(g, len(images), 0.04)
    return changed_where(g, leaves | poles, _covered, images, leaves, poles)


def _covered(g: Generator, images: Tensor, leaves: Tensor, poles: Tensor) -> Tensor:
    """Images (N, 3, H, W) behind leaves and poles, boolean (N,) each."""
    count, _, size, _ = images.shape
    axis = torch.linspace(-1, 1, size)
    angle = uniform(g, count, 0, 2 * math.pi)
    side = (
        torch.cos(angle)[:, None, None] * axis[None, None, :]
        + torch.sin(angle)[:, None, None] * axis[None, :, None]
    )
    blobs = smooth_noise(g, count, size, 9)[:, 0]
    leafy = side + 0.25 * blobs > uniform(g, count, 0.65, 1.3)[:, None, None]
    distance = (side + uniform(g, count, -0.9, 0.9)[:, None, None]).abs()
    beside = distance < uniform(g, count, 0.02, 0.09)[:, None, None]
    hidden = (leafy & leaves[:, None, None]) | (beside & poles[:, None, None])
    shade = uniform(g, count, 0.05, 0.5)[:, None, None, None]
    tint = torch.rand(count, 3, 1, 1, generator=g) * 0.3 + 0.7
    texture = (1 + 0.3 * smooth_noise(g, count, size, 16)).clamp(0.3, 1.7)
    return torch.where(hidden[:, None], shade * tint * texture, images)


def illuminate(g: Generator, images: Tensor) -> Tensor:
    """Uneven light: a linear gradient, smooth shade, and now and then a hard shadow's edge."""
    count, _, size, _ = images.shape
    axis = torch.linspace(-1, 1, size)
    angle = uniform(g, count, 0, 2 * math.pi)
    ramp = (
        torch.cos(angle)[:, None, None] * axis[None, None, :]
        + torch.sin(angle)[:, None, None] * axis[None, :, None]
    )
    gain = 1 + 0.3 * uniform(g, count, -1, 1)[:, None, None] * ramp
    gain = gain + 0.12 * smooth_noise(g, count, size, 3)[:, 0] * uniform(g, count)[:, None, None]
    shadow = (
        ramp + 0.2 * smooth_noise(g, count, size, 4)[:, 0]
        > uniform(g, count, -0.6, 0.9)[:, None, None]
    )
    shadow = shadow & chosen(g, count, 0.2)[:, None, None]
    gain = torch.where(shadow, gain * uniform(g, count, 0.35, 0.8)[:, None, None], gain)
    return images * gain[:, None].clamp(0.1, 2.0)


def backlight(g: Generator, plates: Tensor, backgrounds: Tensor) -> tuple[Tensor, Tensor]:
    """Some plates in their own shade before a bright sky, whose light spills over them.

    A plate is dimmed to between an eighth and six tenths in bluish light, and up to a tenth of the
    sky's is laid on it: between the two, a red rim becomes nearly black. Takes and returns N plates
    and as many pictures of what lies behind them.
    """
    shaded = chosen(g, len(plates), 0.2)
    count = int(shaded.sum())
    sky = (torch.tensor([0.84, 0.92, 1.0]) * uniform(g, count, 0.7, 1.1)[:, None])[..., None, None]
    hidden = uniform(g, count, 0.0, 0.6)[:, None, None, None]
    spilt = (0.1 * uniform(g, count) ** 2)[:, None, None, None] * sky
    skylight = 1 - uniform(g, count)[:, None] * torch.tensor([0.4, 0.15, 0.0])
    light = (skylight * uniform(g, count, 0.12, 0.6)[:, None])[..., None, None]
    return (
        changed_where(g, shaded, lambda _, plate: plate * light + spilt, plates),
        changed_where(
            g, shaded, lambda _, ground: sky * (1 - hidden) + ground * hidden, backgrounds
        ),
    )


def headlight(g: Generator, plates: Tensor, backgrounds: Tensor) -> tuple[Tensor, Tensor]:
    """Some plates that throw the light of headlamps back, before a ground that is nearly black.

    Takes and returns the same as :func:`backlight`.
    """
    lit = chosen(g, len(plates), 0.06)
    count = int(lit.sum())
    thrown = uniform(g, count, 0.7, 1.4)[:, None, None, None]
    night = uniform(g, count, 0.02, 0.3)[:, None, None, None]
    return (
        changed_where(g, lit, lambda _, plate: plate * thrown, plates),
        changed_where(g, lit, lambda _, ground: ground * night, backgrounds),
    )


def glare(g: Generator, images: Tensor) -> Tensor:
    """A bright spot that washes colours out (retroreflection, low sun)."""
    return changed_where(g, chosen(g, len(images), 0.08), _washed_out, images)


def _washed_out(g: Generator, images: Tensor) -> Tensor:
    count, _, size, _ = images.shape
    axis = torch.linspace(-1, 1, size)
    x, y = uniform(g, count, -1, 1), uniform(g, count, -1, 1)
    square = (axis[None, None, :] - x[:, None, None]) ** 2 + (
        axis[None, :, None] - y[:, None, None]
    ) ** 2
    spot = torch.exp(-square / uniform(g, count, 0.1, 0.8)[:, None, None])
    amount = uniform(g, count, 0.2, 0.8)[:, None, None]
    return images + (1 - images) * (spot * amount)[:, None]


def tone_curve(g: Generator, images: Tensor) -> Tensor:
    """Tones between those of print (sRGB) and those of light, which many cameras keep.

    In light, a red rim and black letters are darker, beside a white face, than on a screen.
    """
    return images.clamp(1e-4, 1) ** uniform(g, len(images), 1.0, 2.2)[:, None, None, None]


def expose(g: Generator, images: Tensor) -> Tensor:
    """Brightness spread widely towards dark, contrast, gamma, haze, colour cast and crosstalk.

    The mean grey level is drawn as 18 + u^2 * 222, after DeLTA 2022 (10 + u^2 * 245), whose
    darkest images nobody can read; six of ten images keep a level nearer to their own, as daylight
    photographs do, and one of nine is brightened by 1.8 to 3.2, so that white and much else
    burns out. What is brighter than 1 is cut off by the sensor, behind the lens
    (:mod:`attributes.training.camera`): thin strokes drown in the light that strays from white.
    Crosstalk lets some red light through the green filter, so that an overexposed red
    turns orange.
    """
    count = len(images)
    mean = images.mean((1, 2, 3)).clamp(min=0.02)
    dark = (18 + uniform(g, count) ** 2 * 222) / 255
    level = torch.where(chosen(g, count, 0.4), dark, mean * uniform(g, count, 0.5, 1.5))
    gain = (level / mean).clamp(0.06, 2.5)
    burnt = chosen(g, count, 0.11)
    gain = torch.where(burnt, uniform(g, count, 1.8, 3.2), gain)[:, None, None, None]
    cast = 1 + 0.12 * torch.randn(count, 3, 1, 1, generator=g)
    haze = (uniform(g, count) ** 2 * 0.35)[:, None, None, None]
    leak = (0.3 * uniform(g, count) ** 2 * chosen(g, count, 0.4))[:, None, None]
    leaking = images.clone()
    leaking[:, 1] += leak * (leaking[:, 0] - leaking[:, 1]).clamp(min=0)
    exposed = (leaking * gain * cast).clamp(min=0)
    hazed = exposed + (exposed.clamp(max=1).mean((2, 3), keepdim=True) - exposed) * haze
    return (
        hazed.clamp(min=1e-4)
        ** torch.exp(0.25 * torch.randn(count, generator=g))[:, None, None, None]
    )


def desaturate(g: Generator, images: Tensor) -> Tensor:
    """Cheap or overcast camera: colours lose part of their saturation."""
    grey = images.mean(1, keepdim=True)
    amount = (uniform(g, len(images)) ** 2 * 0.75)[:, None, None, None]
    return images + (grey - images) * amount


def transplant_tones(images: Tensor, donors: Tensor) -> Tensor:
    """Give each rendering the dark and bright colours of a photograph.

    The 3rd and 97th percentile of the centre of each donor channel become black and white of
    the rendering. Both are (N, 3, H, W) in [0, 1].
    """
    quarter = donors.shape[-1] // 4
    centre = donors[:, :, quarter:-quarter, quarter:-quarter].flatten(2)
    last = centre.shape[2] - 1
    dark, bright = (
        centre.kthvalue(round(share * last) + 1, dim=2).values[:, :, None, None]
        for share in (0.03, 0.97)
    )
    return dark + images * (bright - dark)
