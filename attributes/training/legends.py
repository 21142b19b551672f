"""What is written on plates, composed or photographed, and where on them it stands."""

from __future__ import annotations

from functools import cache

import torch
from torch import Generator, Tensor

from attributes.training.chance import chosen, uniform
from attributes.training.geometry import warp
from attributes.training.pictograms import MaskBank
from attributes.training.written_texts import LIMITS, is_like
from attributes.vocabulary import BORDER, SHAPE

_LIMITS_IN_RINGS = 0.6
"""Share of the texts in red rings that are limits, beside those that come by chance."""


def pick_texts(g: Generator, strings: tuple[str, ...], ringed: Tensor) -> Tensor:
    """Which of the strings stands on each plate: any, but in red rings mostly a limit.

    Most of what roads write in a red ring is one, and few things have to be read from as far. For
    a limit that training leaves out stand those numbers that differ from it in one digit.

    Args:
        g: source of randomness.
        strings: what may be written.
        ringed: boolean (N,), which plates are red rings without a bar.

    Returns:
        int64 (N,), indices of strings.
    """
    count = len(ringed)
    picked = torch.randint(len(strings), (count,), generator=g)
    limits = _limits_among(strings)
    if not len(limits):
        return picked
    of_limits = limits[torch.randint(len(limits), (count,), generator=g)]
    return torch.where(ringed & chosen(g, count, _LIMITS_IN_RINGS), of_limits, picked)


@cache
def _limits_among(strings: tuple[str, ...]) -> Tensor:
    """Indices of limits, and of what stands for those that are left out; int64 (L,)."""
    left_out = set(LIMITS).difference(strings)
    return torch.tensor(
        [i for i, s in enumerate(strings) if s in LIMITS or any(is_like(s, o) for o in left_out)]
    )


def pick_masks(
    texts: MaskBank, pictograms: MaskBank, text: Tensor, pictogram: Tensor, written: Tensor
) -> Tensor:
    """The legend of each of N plates, a text where ``written``, boolean (N,); uint8 (N, S, S)."""
    return torch.where(
        written[:, None, None],
        torch.from_numpy(texts.masks)[text],
        torch.from_numpy(pictograms.masks)[pictogram],
    )


def place_slots(
    texts: MaskBank, text: Tensor, written: Tensor, placement: Tensor, size: int
) -> Tensor:
    """Where each character stands on N plates: k + 1 over character k, else 0.

    Args:
        texts: masks of strings.
        text: int64 (N,), which of them stands on each plate.
        written: boolean (N,), where one does.
        placement: float32 (N, 3, 3), see :func:`place_legends`.
        size: of the plates, pixels.

    Returns:
        float32 (N, 1, size, size).
    """
    assert texts.slots is not None, "the texts' bank must say where characters stand"
    slots = torch.from_numpy(texts.slots)[text][:, None].float()
    return warp(slots, placement, size, mode="nearest") * written[:, None, None, None]


def strings_on(texts: MaskBank, text: Tensor, written: Tensor) -> list[str]:
    """What is written on each of N plates; empty where nothing is."""
    pairs = zip(text.tolist(), written.tolist(), strict=True)
    return [texts.names[index] if is_written else "" for index, is_written in pairs]


def is_ring(shape: Tensor, border: Tensor) -> Tensor:
    """Which of N plates, by indices of their values, are circles with a red rim; boolean (N,)."""
    return (shape == SHAPE.index("circle")) & (border == BORDER.index("red"))


def place_legends(g: Generator, boxes: Tensor, sizes: tuple[float, float], play: float) -> Tensor:
    """Homographies that scale masks into the boxes of legends.

    Args:
        g: source of randomness.
        boxes: float32 (N, 3), centre x, centre y and half the side, in [-1, 1].
        sizes: least and greatest factor of the side.
        play: largest shift, as a share of half the side.

    Returns:
        output-to-input, float32 (N, 3, 3), for :func:`attributes.training.geometry.warp`.
    """
    count = len(boxes)
    side = boxes[:, 2] * uniform(g, count, *sizes)
    matrix = torch.zeros(count, 3, 3)
    matrix[:, 0, 0] = matrix[:, 1, 1] = 1 / side
    matrix[:, 0, 2] = -boxes[:, 0] / side + uniform(g, count, -play, play)
    matrix[:, 1, 2] = -boxes[:, 1] / side + uniform(g, count, -play, play)
    matrix[:, 2, 2] = 1
    return matrix
