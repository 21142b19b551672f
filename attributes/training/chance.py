"""Random draws from a given generator, and images that an operator touches by chance."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor


def uniform(g: Generator, count: int, low: float = 0.0, high: float = 1.0) -> Tensor:
    """``count`` numbers drawn evenly from [low, high), float32."""
    return torch.rand(count, generator=g) * (high - low) + low


def chosen(g: Generator, count: int, probability: float) -> Tensor:
    """Boolean (count,): which images an operator touches."""
    return torch.rand(count, generator=g) < probability


def changed_where(
    g: Generator,
    mask: Tensor,
    change: Callable[..., Tensor],
    images: Tensor,
    *of_each: Tensor,
) -> Tensor:
    """A batch of which some images went through an operator, which costs nothing for the others.

    Args:
        g: source of randomness.
        mask: boolean (N,), which images are changed.
        change: takes the generator, K images and what else there is ``of_each``.
        images: (N, ...).
        of_each: whatever the operator needs to know of each image, (N, ...).
    """
    rows = torch.nonzero(mask).flatten()
    if not len(rows):
        return images
    return images.index_copy(0, rows, change(g, images[rows], *(x[rows] for x in of_each)))
