"""The localizer's network: a small fully convolutional pyramid that knows signs from no signs.

Dense prediction without anchors (Tian et al., FCOS, 2019): each cell of three maps, at strides 8,
16 and 32, tells whether the centre of a sign lies there and how far its sides are.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

STRIDES = (8, 16, 32)
"""Pixels of the frame per cell of each map."""


@dataclass(frozen=True)
class LocalizerArchitecture:
    """What has to be known to rebuild a network; travels in the card beside the weights.

    Attributes:
        widths: channels at strides 4, 8, 16 and 32.
        blocks: depthwise blocks at strides 4, 8, 16 and 32.
        pyramid: channels of the maps that signs are found on.
    """

    widths: tuple[int, int, int, int] = (32, 56, 96, 128)
    blocks: tuple[int, int, int, int] = (2, 4, 4, 4)
    pyramid: int = 56


class DepthwiseBlock(nn.Module):
    """A 3x3 depthwise and a 1x1 convolution with a shortcut: depth at little cost."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.pointwise = nn.Conv2d(channels, channels, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> the same shape."""
        y = F.relu(self.norm1(self.depthwise(x)), inplace=True)
        return F.relu(self.norm2(self.pointwise(y)) + x, inplace=True)


class LocalizerNetwork(nn.Module):
    """Frames -> for each stride, objectness logits and box sides.

    Input: float (N, 3, H, W), BGR, as `normalise` gives it; H and W multiples of 32.
    """

    def __init__(self, architecture: LocalizerArchitecture | None = None) -> None:
        super().__init__()
        self.architecture = architecture or LocalizerArchitecture()
        widths, blocks = self.architecture.widths, self.architecture.blocks
        # Straight to a quarter of the size: maps at half of it would cost more than all the rest.
        entrances = [_downsampling(3, widths[0], 5, 4)]
        entrances += [_downsampling(widths[k], widths[k + 1], 3, 2) for k in range(3)]
        self.stages = nn.ModuleList(
            nn.Sequential(entrance, *(DepthwiseBlock(width) for _ in range(count)))
            for entrance, width, count in zip(entrances, widths, blocks, strict=True)
        )
        pyramid = self.architecture.pyramid
        self.laterals = nn.ModuleList(nn.Conv2d(w, pyramid, 1) for w in widths[1:])
        self.smooth = nn.ModuleList(DepthwiseBlock(pyramid) for _ in STRIDES)
        self.objectness = nn.Conv2d(pyramid, 1, 1)
        self.sides = nn.Conv2d(pyramid, 4, 1)
        # Signs are rare: without this the first steps would only unlearn finding one everywhere.
        nn.init.constant_(self.objectness.bias, -4.0)  # type: ignore[arg-type]

    def forward(self, frames: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Per stride: logits (N, 1, h, w), and distances (N, 4, h, w) in pixels.

        The distances are those from the cell's centre to the left, top, right and bottom side.
        """
        x = self.stages[0](frames)
        maps = []
        for stage, lateral in zip(self.stages[1:], self.laterals, strict=True):
            x = stage(x)
            maps.append(lateral(x))
        for k in range(len(maps) - 2, -1, -1):
            maps[k] = maps[k] + F.interpolate(maps[k + 1], scale_factor=2.0)
        outputs = []
        for features, smooth, stride in zip(maps, self.smooth, STRIDES, strict=True):
            features = smooth(features)
            sides = torch.exp(self.sides(features).float().clamp(max=4.0)) * stride
            outputs.append((self.objectness(features).float(), sides))
        return outputs


def _downsampling(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
