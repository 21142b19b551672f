"""Weights for another input size, to go on training with.

Convolutions fit every size. Two weights belong to the cells of a feature map: the text reader's
positions, and the part of the embedding that sees where a stroke lies. They are interpolated.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from attributes.network import Architecture, AttributeNetwork


def at_input_size(state: Mapping[str, Tensor], architecture: Architecture) -> dict[str, Tensor]:
    """The weights of a network that differs from ``architecture`` in its input size alone.

    Args:
        state: its state.
        architecture: of the network that shall take them.

    Returns:
        the state of that network.
    """
    wanted = AttributeNetwork(architecture).state_dict()
    fitted = dict(state)
    positions, embedding = "text.position", "embedding.weight"
    if state[positions].shape != wanted[positions].shape:
        fitted[positions] = _interpolated(state[positions], wanted[positions].shape[-1])
    if state[embedding].shape != wanted[embedding].shape:
        coarse = architecture.widths[-1]
        outputs, channels = len(state[embedding]), len(wanted["layout.weight"])
        pooled, cells = state[embedding][:, :coarse], state[embedding][:, coarse:]
        side = round((cells.shape[1] / channels) ** 0.5)
        maps = cells.reshape(outputs * channels, side, side)
        new_side = architecture.input_size // 8
        # More cells add up to the same.
        spread = _interpolated(maps, new_side) * (side / new_side) ** 2
        fitted[embedding] = torch.cat([pooled, spread.reshape(outputs, -1)], dim=1)
    return fitted


def _interpolated(maps: Tensor, side: int) -> Tensor:
    """(C, H, W) -> (C, side, side)."""
    return F.interpolate(maps[None], size=(side, side), mode="bilinear", align_corners=True)[0]
