"""Losses of the heads. Labels marked UNKNOWN take part in none of them."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from attributes.network import AttributeLogits
from attributes.training.labels import DIGITS, SOME_DIGIT, UNKNOWN, Labels
from attributes.vocabulary import CATEGORICAL, EMBEDDING_DIMENSIONS, TEXT


class CosineMarginLoss(nn.Module):
    """Softmax over scaled cosines, the right class's lowered by a margin (CosFace, CVPR 2018).

    Its class directions serve training only; matching needs just the embedding.
    """

    def __init__(self, classes: int, scale: float, margin: float) -> None:
        super().__init__()
        self.directions = nn.Parameter(torch.randn(classes, EMBEDDING_DIMENSIONS))
        self.scale = scale
        self.margin = margin

    def forward(self, embedding: Tensor, target: Tensor) -> Tensor:
        """Unit embeddings (N, D) and class indices (N,) -> scalar; UNKNOWN targets are left out."""
        known = target != UNKNOWN
        if not known.any():
            return embedding.sum() * 0
        cosines = embedding[known].float() @ F.normalize(self.directions, dim=1).T
        margins = F.one_hot(target[known], len(self.directions)) * self.margin
        return F.cross_entropy(self.scale * (cosines - margins), target[known])


def attribute_losses(
    logits: AttributeLogits, labels: Labels, left_out: Tensor | None = None
) -> dict[str, Tensor]:
    """Loss of each head but the embedding's, by attribute name; scalars.

    Args:
        logits: of N crops.
        labels: of the same.
        left_out: int64 (H, slots), texts that no picture shows, encoded as those of ``labels``.
    """
    losses = {
        attribute.name: _cross_entropy(logits.categorical[attribute.name], labels.categorical[:, i])
        for i, attribute in enumerate(CATEGORICAL)
    }
    known = labels.legend != UNKNOWN
    per_colour = F.binary_cross_entropy_with_logits(
        logits.legend.float(), labels.legend.clamp(min=0), reduction="none"
    )
    losses["legend"] = 3 * (per_colour * known).sum() / known.sum().clamp(min=1)
    text = logits.text
    if left_out is not None:
        text = text.masked_fill(_misread_as(left_out, labels.text), -torch.inf)
    losses["text"] = 2 * _text_loss(text.flatten(0, 1), labels.text.flatten())
    losses["presence"] = F.binary_cross_entropy_with_logits(
        logits.presence.float(), labels.presence
    )
    return losses


def attention_loss(attention: Tensor, places: Tensor) -> Tensor:
    """Cross-entropy between where a slot looks and where its character stands; a scalar.

    Left to itself the reader takes very long to find out that its slots must look at different
    places. Composed plates know where each character stands, so they tell.

    Args:
        attention: (N, slots, H, W), each slot sums to 1.
        places: (M, slots, H, W) for the first M images, see
            :class:`attributes.training.batches.Batch`.
    """
    total = places.sum((2, 3))
    known = total > 0.2  # of a cell: less is no character
    target = places / total.clamp(min=1e-6)[:, :, None, None]
    looked = attention[: len(places)].float().clamp(min=1e-6).log()
    entropy = -(target * looked).sum((2, 3))
    return (entropy * known).sum() / known.sum().clamp(min=1)


def _cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    total = F.cross_entropy(logits.float(), target, ignore_index=UNKNOWN, reduction="sum")
    return total / (target != UNKNOWN).sum().clamp(min=1)


def _misread_as(left_out: Tensor, text: Tensor) -> Tensor:
    """Characters that would make a told text one of those that no picture shows.

    Where a two-digit number that ends in 0 is never 70, a reader learns that its first digit is no
    7, however it looks. Nothing may be learnt of what is left out, nor that there is no such thing:
    these characters are not among those that the right one is weighed against.

    Args:
        left_out: int64 (H, slots).
        text: int64 (N, slots).

    Returns:
        bool (N, slots, characters).
    """
    differs = _ended(text)[:, None] != _ended(left_out)
    only = differs & (differs.sum(2, keepdim=True) == 1) & (text[:, None] >= 0)
    characters = F.one_hot(left_out.clamp(min=0), TEXT.classes).bool()
    return (only[..., None] & characters).any(1)


def _ended(text: Tensor) -> Tensor:
    """Texts (N, slots) with the end in every slot behind the first that has it."""
    end = TEXT.encode("")[0]
    return text.masked_fill((text == end).cumsum(1) > 0, end)


def _text_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of characters; of SOME_DIGIT, that of the digits taken as one class."""
    log_probabilities = F.log_softmax(logits.float(), dim=1)
    told, digit = target >= 0, target == SOME_DIGIT
    total = F.nll_loss(log_probabilities[told], target[told], reduction="sum")
    total = total - log_probabilities[digit][:, DIGITS].logsumexp(dim=1).sum()
    return total / (told | digit).sum().clamp(min=1)
