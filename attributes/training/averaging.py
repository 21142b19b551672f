"""The mean of two weights of a run, which is often steadier than either."""

from __future__ import annotations

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


def mean_of_ends(
    old: AttributeNetwork,
    new: AttributeNetwork,
    configuration: Configuration,
    materials: Materials,
) -> AttributeNetwork:
    """Half of a cycle's end, half of the weights that it began with.

    Averaging weights along a run is due to Izmailov et al. (UAI 2018). Statistics of batch norms
    are those of neither end: they are taken anew, on fresh batches.

    Args:
        old: the latter, of whatever input size; left as it is.
        new: the former, likewise.
        configuration: of the run.
        materials: what batches are made of.

    Returns:
        a network of the new one's input size, in evaluation mode.
    """
    before = at_input_size(old.state_dict(), new.architecture)
    mean = AttributeNetwork(new.architecture)
    mean.load_state_dict(
        {
            name: torch.lerp(before[name], value, 0.5) if value.is_floating_point() else value
            for name, value in new.state_dict().items()
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
