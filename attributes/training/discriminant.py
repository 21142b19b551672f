"""The embedding's last touch: directions that tell pictograms apart count more than others.

A network trained on some hundred pictograms spends part of its embedding on what differs between
pictures of one pictogram, and pictograms that it never saw are taken for one another by it. Linear
discriminant analysis finds those directions, and shrinking what it finds by the share of the
variance that is between pictograms is the best guess of an unseen one's mean (PLDA: Ioffe, ECCV
2006). The embedding's last layer is linear, so the change is folded into its weights and costs
nothing. It is fitted on batches that training never saw, as temperatures are.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from attributes.network import AttributeNetwork
from attributes.standardization import standardize
from attributes.training.batches import Materials, make_batch
from attributes.training.configuration import Configuration
from attributes.training.labels import UNKNOWN

_BATCHES = 120
_FRESH_SEED = 2**41
_NOISE_FLOOR = 3.0
"""Times the mean variance within pictograms that is added to it in every direction: it was
estimated on few pictures, and pictograms that nobody saw vary more. Chosen with the 25 signs of
benchmarks/held_out_threshold.py."""


@torch.inference_mode()
def separate_pictograms(
    network: AttributeNetwork, materials: Materials, configuration: Configuration
) -> None:
    """Change the weights of ``network.embedding``; the network is in evaluation mode."""
    features, classes = _unnormalized_embeddings(network, materials, configuration)
    if len(set(classes.tolist())) < 2:
        return
    projection, centre = discriminant_projection(features, classes)
    layer = network.embedding
    layer.bias.copy_(projection @ (layer.bias - centre))
    layer.weight.copy_(projection @ layer.weight)


def discriminant_projection(features: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
    """What to multiply features by, after their centre was taken off.

    Args:
        features: float32 (N, D).
        classes: int64 (N,), at least two different ones.

    Returns:
        projection, float32 (D, D); centre, float32 (D,), the mean of the classes' means.
    """
    known, index, counts = torch.unique(classes, return_inverse=True, return_counts=True)
    means = torch.zeros(len(known), features.shape[1])
    means.index_add_(0, index, features)
    means /= counts[:, None]
    centre = means.mean(0)
    deviations = features - means[index]
    within = deviations.T @ deviations / max(1, len(features) - len(known))
    spread = means - centre
    # Means of few pictures scatter by themselves.
    between = spread.T @ spread / len(known) - within * (1 / counts).mean()
    noise = within + _NOISE_FLOOR * within.diagonal().mean() * torch.eye(len(within))
    variances, directions = torch.linalg.eigh(noise)
    whiten = directions * variances.clamp(min=1e-12).rsqrt() @ directions.T
    ratios, axes = torch.linalg.eigh(whiten @ between @ whiten)
    ratios = ratios.clamp(min=0)
    return (axes * (ratios / (1 + ratios)).sqrt()).T @ whiten, centre


def _unnormalized_embeddings(
    network: AttributeNetwork, materials: Materials, configuration: Configuration
) -> tuple[Tensor, Tensor]:
    """Embeddings before they are scaled to unit length, and pictogram classes of fresh pictures.

    Of composed plates and transplants: on them a pictogram stands on any plate, so that what plates
    have in common is no part of it.
    """
    collected: list[Tensor] = []

    def keep(_: nn.Module, __: object, output: Tensor) -> None:
        collected.append(output.float())

    classes = []
    handle = network.embedding.register_forward_hook(keep)
    try:
        for number in range(_BATCHES):
            g = Generator().manual_seed(_FRESH_SEED + configuration.seed * _BATCHES + number)
            batch = make_batch(g, materials, configuration, network.architecture.input_size)
            free = slice(configuration.batch.artwork, len(batch.places))
            network(standardize(batch.images[free]))
            classes.append(batch.labels.pictogram[free])
    finally:
        handle.remove()
    labels = torch.cat(classes)
    known = (labels != UNKNOWN) & (labels != materials.blank)
    return torch.cat(collected)[known], labels[known]
