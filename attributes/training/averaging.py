"""The mean of several weights of a run, which is often steadier than any of them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from attributes.network import AttributeNetwork
from attributes.progress import track
from attributes.standardization import standardize
from attributes.training.configuration import Configuration
from attributes.training.fresh_batches import Purpose, fresh_batches
from attributes.training.materials import Materials
from attributes.training.resizing import at_input_size

_STATISTICS_BATCHES = 100


def mean_of(
    networks: Sequence[AttributeNetwork], configuration: Configuration, materials: Materials
) -> AttributeNetwork:
    """The same share of each network's weights.

    Averaging weights along a run is due to Izmailov et al. (UAI 2018), over runs that begin alike
    to Wortsman et al. (ICML 2022). Statistics of batch norms are those of none of them: they are
    taken anew, on fresh batches.

    Args:
        networks: one or more that differ in their input size at most; left as they are.
        configuration: of the run.
        materials: what batches are made of.

    Returns:
        a network of the last one's input size, in evaluation mode.
    """
    mean = AttributeNetwork(networks[-1].architecture)
    states = [at_input_size(network.state_dict(), mean.architecture) for network in networks]
    mean.load_state_dict(
        {
            name: torch.stack([state[name] for state in states]).mean(0)
            if value.is_floating_point()
            else value
            for name, value in states[-1].items()
        }
    )
    _take_statistics(mean, configuration, materials)
    return mean.eval()


@torch.no_grad()
def _take_statistics(
    network: AttributeNetwork, configuration: Configuration, materials: Materials
) -> None:
    """Set means and variances of batch norms to those of fresh batches."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    momentum = {norm: norm.momentum for norm in norms}
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean of all batches
    network.train()
    size = network.architecture.input_size
    batches = fresh_batches(Purpose.STATISTICS, _STATISTICS_BATCHES, materials, configuration, size)
    for batch in track(batches, "statistics", total=_STATISTICS_BATCHES):
        network(standardize(batch.images))
    for norm, before in momentum.items():
        norm.momentum = before
