"""The same pictogram by another hand.

What stands on the road is seldom the drawing that defines a sign: strokes are thicker or thinner,
proportions differ, corners are rounder. An embedding that is to know a sign by one drawing must
see through that, so that training changes each drawing a little every time.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from attributes.training.chance import changed_where, chosen, uniform
from attributes.training.operators import smooth_noise

_SHARE = 0.7
"""Share of the drawings that are changed."""


def redraw(g: Generator, masks: Tensor, touched: Tensor) -> Tensor:
    """Other proportions, bent outlines, thinner or thicker strokes.

    Args:
        g: source of randomness.
        masks: of pictograms, float32 (N, 1, S, S) in [0, 1].
        touched: boolean (N,), which may be changed; most of them are.

    Returns:
        float32 (N, 1, S, S) in [0, 1].
    """
    return changed_where(g, _most_of(g, touched), _by_another_hand, masks)


def _by_another_hand(g: Generator, masks: Tensor) -> Tensor:
    count = len(masks)
    squeezed = torch.stack([1 / uniform(g, count, 0.75, 1.0), torch.ones(count)], dim=1)
    upright = chosen(g, count, 0.5)[:, None]
    squeezed = torch.where(upright, squeezed, squeezed.flip(1))
    return _reweighted(g, _looked_up(g, masks, 0.035, squeezed))


def bend(g: Generator, drawings: Tensor, touched: Tensor) -> Tensor:
    """Bend whole drawings a little.

    Args:
        g: source of randomness.
        drawings: RGBA, float32 (N, 4, S, S) in [0, 1].
        touched: boolean (N,), which may be changed; most of them are.
    """
    return changed_where(g, _most_of(g, touched), _bent, drawings)


def _bent(g: Generator, drawings: Tensor) -> Tensor:
    colours, alpha = drawings[:, :3], drawings[:, 3:]
    unscaled = torch.ones(len(drawings), 2)
    bent = _looked_up(g, torch.cat([colours * alpha, alpha], dim=1), 0.02, unscaled)
    return torch.cat([bent[:, :3] / bent[:, 3:].clamp(min=1e-3), bent[:, 3:]], dim=1).clamp(0, 1)


def _most_of(g: Generator, touched: Tensor) -> Tensor:
    return touched & chosen(g, len(touched), _SHARE)


def _looked_up(g: Generator, images: Tensor, reach: float, scale: Tensor) -> Tensor:
    """Images scaled about their middle and displaced smoothly, by about ``reach`` of half a side.

    Args:
        g: source of randomness.
        images: float32 (N, C, S, S).
        reach: displacement, in [-1, 1] coordinates; its standard deviation is about 0.8 of it.
        scale: float32 (N, 2), factor of x and y from output to input.
    """
    count, _, size, _ = images.shape
    axis = (torch.arange(size) + 0.5) / size * 2 - 1
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    grid = torch.stack([x, y]) * scale[:, :, None, None]
    grid = grid + reach * smooth_noise(g, count, size, 4, channels=2)
    return F.grid_sample(images, grid.permute(0, 2, 3, 1), align_corners=False)


def _reweighted(g: Generator, masks: Tensor) -> Tensor:
    """Strokes of masks (N, 1, S, S) thinner, thicker or rounder: blurred, and cut at some level."""
    blurred = F.avg_pool2d(masks, 3, 1, 1, count_include_pad=False)
    blurred = F.avg_pool2d(blurred, 3, 1, 1, count_include_pad=False)
    level = uniform(g, len(masks), 0.2, 0.8)[:, None, None, None]
    # The thinnest strokes stay, too.
    level = torch.minimum(level, 0.6 * blurred.amax((2, 3), keepdim=True))
    return ((blurred - level) * 5 + 0.5).clamp(0, 1)
