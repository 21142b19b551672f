"""What the palette's colour names look like on a plate."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from attributes.vocabulary import PALETTE

_SHADES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "red": ((0.78, 0.07, 0.11), (0.65, 0.05, 0.08), (0.88, 0.15, 0.12)),
    "white": ((0.97, 0.97, 0.97), (0.88, 0.89, 0.87)),
    "yellow": ((0.98, 0.80, 0.05), (0.95, 0.70, 0.08), (0.85, 0.95, 0.15)),
    "blue": ((0.04, 0.25, 0.62), (0.05, 0.38, 0.72), (0.10, 0.18, 0.45)),
    "black": ((0.05, 0.05, 0.05), (0.12, 0.12, 0.13)),
    "green": ((0.02, 0.42, 0.24), (0.10, 0.55, 0.30)),
    "orange": ((0.95, 0.45, 0.05), (0.98, 0.55, 0.12)),
    "brown": ((0.42, 0.24, 0.10), (0.35, 0.20, 0.14)),
    "grey": ((0.52, 0.53, 0.54), (0.62, 0.62, 0.63)),
}
"""Usual shades of each name, sRGB in [0, 1]."""
_SPREAD = 0.035
"""Standard deviation of paint about a usual shade, in each channel."""


def usual_shade(name: str) -> tuple[float, float, float]:
    """The commonest shade of a palette colour, sRGB in [0, 1]."""
    return _SHADES[name][0]


def paint(g: Generator, names: Tensor) -> Tensor:
    """A shade for each palette index: int64 (N,) -> float32 (N, 3, 1, 1) in [0, 1]."""
    shades = torch.stack([_padded(name) for name in PALETTE])
    picked = torch.randint(6, (len(names),), generator=g)
    shade = shades[names, picked] + _SPREAD * torch.randn(len(names), 3, generator=g)
    return shade.clamp(0, 1)[:, :, None, None]


def _padded(name: str) -> Tensor:
    """Six shades of ``name``, its own repeated, so that every name has equally many."""
    shades = _SHADES[name]
    return torch.tensor([shades[i % len(shades)] for i in range(6)])
