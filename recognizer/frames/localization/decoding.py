"""From the localizer network's maps to boxes."""

from __future__ import annotations

import torch
from torch import Tensor


def cell_centres(
    rows: int, columns: int, stride: int, device: torch.device | None = None
) -> Tensor:
    """float32 (rows * columns, 2), x and y of each cell's centre, pixels; row by row."""
    y = (torch.arange(rows, device=device) + 0.5) * stride
    x = (torch.arange(columns, device=device) + 0.5) * stride
    return torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1).reshape(-1, 2)


def decode_boxes(sides: Tensor, stride: int) -> Tensor:
    """Distances (N, 4, h, w) to left, top, right and bottom -> boxes (N, h * w, 4), xyxy pixels."""
    centres = cell_centres(sides.shape[2], sides.shape[3], stride, sides.device)
    distances = sides.flatten(2).transpose(1, 2)
    return torch.cat([centres - distances[..., :2], centres + distances[..., 2:]], dim=-1)
