"""Temperatures of the heads, fitted on fresh renderings.

A network trained to the end is surer than it is right. Dividing a head's logits by one number
mends that without changing any answer (Guo et al., ICML 2017). The numbers are fitted on batches
that training never saw: new renderings and newly augmented photographs of training tracks. No
picture whose score is reported takes part.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from attributes.network import AttributeLogits, AttributeNetwork
from attributes.standardization import standardize
from attributes.training.configuration import Configuration
from attributes.training.fresh_batches import Purpose, fresh_batches
from attributes.training.labels import UNKNOWN, Labels
from attributes.training.materials import Materials
from attributes.vocabulary import CATEGORICAL, LEGEND, TEXT

_BATCHES = 24
_GRID = torch.logspace(-0.5, 0.7, 61)
"""Temperatures tried, about 0.3 to 5."""


@torch.inference_mode()
def fit_temperatures(
    network: AttributeNetwork, materials: Materials, configuration: Configuration
) -> dict[str, float]:
    """Temperature of each head with the least negative log-likelihood, by head name."""
    collected: dict[str, list[tuple[Tensor, Tensor]]] = {}
    size = network.architecture.input_size
    for batch in fresh_batches(Purpose.TEMPERATURES, _BATCHES, materials, configuration, size):
        for name, logits, target in _pairs(network(standardize(batch.images)), batch.labels):
            collected.setdefault(name, []).append((logits, target))
    return {
        name: _best_temperature(torch.cat([p for p, _ in pairs]), torch.cat([t for _, t in pairs]))
        for name, pairs in collected.items()
    }


def _pairs(logits: AttributeLogits, labels: Labels) -> list[tuple[str, Tensor, Tensor]]:
    """Name, logits and targets of each head, without what is not known."""
    pairs = []
    for i, attribute in enumerate(CATEGORICAL):
        known = labels.categorical[:, i] != UNKNOWN
        pairs.append(
            (
                attribute.name,
                logits.categorical[attribute.name][known],
                labels.categorical[known, i],
            )
        )
    slots = labels.text >= 0
    pairs.append((TEXT.name, logits.text[slots], labels.text[slots]))
    colours = labels.legend != UNKNOWN
    pairs.append((LEGEND.name, logits.legend[colours], labels.legend[colours]))
    pairs.append(("presence", logits.presence, labels.presence))
    return pairs


def _best_temperature(logits: Tensor, target: Tensor) -> float:
    loss = F.binary_cross_entropy_with_logits if logits.ndim == 1 else F.cross_entropy
    losses = torch.stack([loss(logits / t, target) for t in _GRID])
    return round(float(_GRID[losses.argmin()]), 4)
