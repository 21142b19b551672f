"""What the localizer should have said, and how far it was from that."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torchvision.ops import generalized_box_iou_loss, sigmoid_focal_loss

from recognizer.frames.localization.decoding import cell_centres, decode_boxes
from recognizer.frames.localization.network import STRIDES

SIDES = ((0.0, 44.0), (36.0, 108.0), (90.0, 1e9))
"""Sides of the signs that each map finds, pixels; those in between are found on two."""
_CORE = 0.3
"""Cells nearer to the middle than this share of half the box's sides are told to find it."""


def localizer_losses(
    outputs: Sequence[tuple[Tensor, Tensor]], boxes: Sequence[Tensor], ignored: Sequence[Tensor]
) -> dict[str, Tensor]:
    """Losses of N scenes.

    Args:
        outputs: of :class:`recognizer.frames.localization.network.LocalizerNetwork`.
        boxes: for each scene, float32 (K, 4), the signs to be found.
        ignored: for each scene, float32 (M, 4), places that are neither right nor wrong.

    Returns:
        ``objectness``, focal loss (Lin et al., ICCV 2017) over all cells that are either in a
        sign's middle or outside every box, divided by the number of the former; ``box``,
        1 - GIoU (Rezatofighi et al., CVPR 2019) over the former.
    """
    targets, owners, logits, found = [], [], [], []
    for (objectness, sides), stride, limits in zip(outputs, STRIDES, SIDES, strict=True):
        centres = cell_centres(objectness.shape[2], objectness.shape[3], stride, objectness.device)
        assigned = [
            _assign(centres, scene, hidden, limits, stride)
            for scene, hidden in zip(boxes, ignored, strict=True)
        ]
        targets.append(torch.stack([wanted for wanted, _ in assigned]).flatten())
        owners.append(torch.cat([box for _, box in assigned]))
        logits.append(objectness.flatten())
        found.append(decode_boxes(sides, stride).flatten(0, 1))
    target, owner = torch.cat(targets), torch.cat(owners)
    positive = target == 1
    count = positive.sum().clamp(min=1)
    counted = target >= 0
    focal = sigmoid_focal_loss(
        torch.cat(logits)[counted], target[counted], alpha=0.25, gamma=2.0, reduction="sum"
    )
    giou = generalized_box_iou_loss(torch.cat(found)[positive], owner[positive], reduction="sum")
    return {"objectness": focal / count, "box": giou / count}


def _assign(
    centres: Tensor, boxes: Tensor, ignored: Tensor, limits: tuple[float, float], stride: int
) -> tuple[Tensor, Tensor]:
    """For each cell: 1 in a sign's middle, 0 away from signs, -1 in between; and whose box."""
    count = len(centres)
    target = torch.zeros(count, device=centres.device)
    owner = torch.zeros(count, 4, device=centres.device)
    if len(ignored):
        target[_within(centres, ignored, 1.0, 0.0).any(dim=1)] = -1
    if not len(boxes):
        return target, owner
    target[_within(centres, boxes, 1.0, 0.0).any(dim=1)] = -1
    side = (boxes[:, 2:] - boxes[:, :2]).amax(dim=1)
    mine = boxes[(side >= limits[0]) & (side < limits[1])]
    if not len(mine):
        return target, owner
    # At least half a cell, or a small sign's middle would hold no cell's centre.
    middle = _within(centres, mine, _CORE, stride / 2)
    area = (mine[:, 2:] - mine[:, :2]).prod(dim=1)
    smallest = torch.where(middle, area[None], torch.inf).min(dim=1)
    taken = middle.any(dim=1)
    target[taken] = 1
    owner[taken] = mine[smallest.indices[taken]]
    return target, owner


def _within(centres: Tensor, boxes: Tensor, share: float, least: float) -> Tensor:
    """Boolean (cells, boxes): the cell's centre lies within a share of the box's half sides."""
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    reach = ((boxes[:, 2:] - boxes[:, :2]) / 2 * share).clamp(min=least)
    return ((centres[:, None] - middles[None]).abs() <= reach[None]).all(dim=2)
