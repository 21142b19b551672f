"""The attribute network: one small residual backbone, one head per attribute.

The heads are generated from :mod:`attributes.vocabulary`; a new value there is a new output here
and makes existing weights unfit, which the weights' fingerprint detects.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from attributes.vocabulary import CATEGORICAL, EMBEDDING_DIMENSIONS, LEGEND, TEXT

_MOMENTS = 6
"""How many weights :func:`spatial_moments` gives: ways to pool a feature over a character."""


@dataclass(frozen=True)
class Architecture:
    """What has to be known to rebuild a network; travels in the card beside the weights.

    Attributes:
        input_size: side of the square input, pixels; a multiple of 8.
        widths: channels of the three stages, at 1/2, 1/4 and 1/8 of the input size.
        blocks: residual blocks of each stage.
        text_width: channels of the text reader's keys and values.
    """

    input_size: int = 48
    widths: tuple[int, int, int] = (32, 64, 160)
    blocks: tuple[int, int, int] = (1, 2, 2)
    text_width: int = 64


@dataclass
class AttributeLogits:
    """Raw outputs for N crops, before any calibration.

    Attributes:
        categorical: attribute name -> float (N, values).
        legend: float (N, colours), one logit per colour.
        text: float (N, slots, classes).
        attention: float (N, slots, S / 4, S / 4), where each slot looked; each sums to 1.
        embedding: float32 (N, EMBEDDING_DIMENSIONS), unit Euclidean norm.
        presence: float (N,), logit that the crop shows a sign.
    """

    categorical: dict[str, Tensor]
    legend: Tensor
    text: Tensor
    attention: Tensor
    embedding: Tensor
    presence: Tensor


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (He et al., 2016, basic block)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / stride, W / stride)."""
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        y = self.norm2(self.conv2(y))
        y += self.shortcut(x)
        return F.relu(y, inplace=True)


class TextReader(nn.Module):
    """Reads a string with one attention query per character slot.

    The slots look at the feature map independently of each other, and share the classifier of
    characters: what was learnt of a 7 in the first slot serves every slot, so a number that
    no training picture shows is read from its digits.
    """

    def __init__(self, fine: int, coarse: int, side: int, width: int) -> None:
        super().__init__()
        self.fine = nn.Conv2d(fine, width, 1)
        self.coarse = nn.Conv2d(coarse, width, 1)
        self.position = nn.Parameter(torch.randn(width, side, side) * 0.02)
        self.keys = nn.Conv2d(width, width, 3, padding=1)
        self.values = nn.Conv2d(width, width, 3, padding=1)
        self.slots = nn.Parameter(torch.randn(TEXT.max_length, width))
        self.classify = nn.Sequential(
            nn.Linear(_MOMENTS * width, 2 * width),
            nn.ReLU(inplace=True),
            nn.Linear(2 * width, TEXT.classes),
        )

    def forward(self, fine: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor]:
        """Feature maps at 1/4 and 1/8 -> logits (N, slots, classes), attention (N, slots, H, W).

        H and W are those of the finer map.
        """
        fine_features = self.fine(fine)
        features = F.interpolate(self.coarse(coarse), scale_factor=2.0)
        features += fine_features
        # Channels last like the maps: otherwise adding it takes five times as long.
        features += self.position[None].contiguous(memory_format=torch.channels_last)
        scores = self.slot_scores(F.relu(features, inplace=True))
        # Characters are told by their strokes alone: with the coarse map's view of the whole sign,
        # the reader would guess the commonest number instead of reading this one.
        values = self.values(F.relu(fine_features)).flatten(2).transpose(1, 2)
        attention = torch.softmax(scores.flatten(2), dim=-1).reshape(scores.shape)
        weights = spatial_moments(attention).flatten(3).to(values.dtype)
        characters = (weights.flatten(1, 2) @ values).unflatten(1, weights.shape[1:3])
        logits: Tensor = self.classify(characters.flatten(2))
        return logits, attention

    def slot_scores(self, features: Tensor) -> Tensor:
        """Features (N, width, H, W) -> how much each slot is drawn to each cell, (N, slots, H, W).

        Dot products of slots and keys, scaled (Vaswani et al., 2017). Both are linear, so that one
        convolution with a kernel per slot does, instead of one per key.
        """
        scaled = self.slots * self.slots.shape[1] ** -0.5
        weight, bias = self.keys.weight, self.keys.bias
        assert bias is not None
        kernels = (scaled @ weight.flatten(1)).reshape(-1, *weight.shape[1:])
        return F.conv2d(features, kernels, scaled @ bias, padding=1)


def spatial_moments(attention: Tensor) -> Tensor:
    """Weights that pool a feature map over a character, and over its sides and corners.

    A plain average over a character forgets where in it a stroke lies, which is all that tells an
    8 from a 9. These weights are the attention itself and its products with position, relative to
    its own centre and spread: 1, x, y, x^2 - 1, y^2 - 1 and xy, so that characters of every size
    and place are looked at alike.

    Args:
        attention: (N, slots, H, W), each slot sums to 1.

    Returns:
        float32 (N, slots, 6, H, W).
    """
    attention = attention.float()
    height, width = attention.shape[2:]
    x = torch.arange(width, device=attention.device, dtype=torch.float32)
    y = torch.arange(height, device=attention.device, dtype=torch.float32)
    x = _standardized(attention.sum(2), x)[:, :, None, :]
    y = _standardized(attention.sum(3), y)[:, :, :, None]
    one = torch.ones_like(attention)
    return attention[:, :, None] * torch.stack(
        [one, x * one, y * one, (x * x - 1) * one, (y * y - 1) * one, x * y], dim=2
    )


def _standardized(share: Tensor, position: Tensor) -> Tensor:
    """Positions (L,) with zero mean and unit deviation under each share (N, slots, L)."""
    centred = position - (share * position).sum(-1, keepdim=True)
    # No narrower than half a cell: the attention of a slot may be one cell.
    deviation = (share * centred.square()).sum(-1, keepdim=True).clamp(min=0.25).sqrt()
    return centred / deviation


class AttributeNetwork(nn.Module):
    """Crops -> :class:`AttributeLogits`.

    Input: float (N, 3, S, S), RGB, standardized per crop, S = input_size.
    """

    def __init__(self, architecture: Architecture | None = None) -> None:
        super().__init__()
        self.architecture = architecture or Architecture()
        a = self.architecture
        if a.input_size % 8:
            raise ValueError(f"input_size must be a multiple of 8, got {a.input_size}")
        self.stem = nn.Sequential(
            nn.Conv2d(3, a.widths[0], 5, 2, 2, bias=False),
            nn.BatchNorm2d(a.widths[0]),
            nn.ReLU(inplace=True),
        )
        self.stages = nn.ModuleList()
        inputs = a.widths[0]
        for stage, (width, blocks) in enumerate(zip(a.widths, a.blocks, strict=True)):
            layers = []
            for block in range(blocks):
                layers.append(ResidualBlock(inputs, width, 2 if stage and not block else 1))
                inputs = width
            self.stages.append(nn.Sequential(*layers))
        _, fine, coarse = a.widths
        pooled = fine + coarse
        self.categorical = nn.ModuleDict(
            {x.name: self._head(pooled, len(x.values)) for x in CATEGORICAL}
        )
        self.legend = self._head(pooled, len(LEGEND.values))
        self.presence = self._head(pooled, 1)
        self.text = TextReader(fine, coarse, a.input_size // 4, a.text_width)
        side = a.input_size // 8
        self.layout = nn.Conv2d(coarse, 48, 1)
        self.embedding = nn.Linear(coarse + 48 * side * side, EMBEDDING_DIMENSIONS)

    @staticmethod
    def _head(inputs: int, outputs: int) -> nn.Sequential:
        return nn.Sequential(nn.Linear(inputs, 64), nn.ReLU(inplace=True), nn.Linear(64, outputs))

    def forward(self, crops: Tensor) -> AttributeLogits:
        """Read a batch; see the class for the input and :class:`AttributeLogits` for the output."""
        first = self.stages[0](self.stem(crops))
        fine = self.stages[1](first)
        coarse = self.stages[2](fine)
        pooled_coarse = coarse.mean((2, 3))
        pooled = torch.cat([fine.mean((2, 3)), pooled_coarse], dim=1)
        # Where a stroke lies tells left from right, so the embedding sees the layout beside the
        # pooled features.
        layout = F.relu(self.layout(coarse)).flatten(1)
        embedding = self.embedding(torch.cat([pooled_coarse, layout], dim=1))
        text, attention = self.text(fine, coarse)
        return AttributeLogits(
            categorical={name: head(pooled) for name, head in self.categorical.items()},
            legend=self.legend(pooled),
            text=text,
            attention=attention,
            embedding=F.normalize(embedding.float(), dim=1),
            presence=self.presence(pooled).squeeze(1),
        )


def count_parameters(network: nn.Module) -> int:
    """Number of trainable parameters."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)
