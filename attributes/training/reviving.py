"""A finished run whose checkpoint is gone, gone on from its weights file.

The file has neither the state of the optimizers, which begin anew, nor the directions of the
pictogram classes: each begins as the mean of what the network makes of fresh pictures of it.
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from attributes.network import Architecture, AttributeNetwork
from attributes.progress import progress_bar
from attributes.standardization import standardize
from attributes.training.batches import make_batch
from attributes.training.configuration import Configuration, ConfigurationError
from attributes.training.labels import UNKNOWN
from attributes.training.loop import CHECKPOINT, new_run, save
from attributes.training.materials import Materials
from attributes.training.resizing import at_input_size
from attributes.weights_file import Card, load_unfolded

_BATCHES = 150
_FRESH_SEED = 3 * 2**30
"""Beyond the seeds of training steps and of those that temperatures are fitted on."""


def revive(
    weights: Path,
    configuration: Configuration,
    materials: Materials,
    folder: Path,
    architecture: Architecture | None = None,
) -> None:
    """Write the checkpoint that a run goes on from, unless ``folder`` has one.

    Args:
        weights: file of the same run, as long as it was before one of its restarts.
        configuration: of the run, lengthened by that restart.
        materials: what batches are made of.
        folder: of the run.
        architecture: of the network; the standard one at the configuration's input size if absent.

    Raises:
        ConfigurationError: the file is of another run, or ends at no restart.
        WeightsError: the file cannot be read.
        OSError: the checkpoint cannot be written.
    """
    if (folder / CHECKPOINT).exists():
        return
    network, card = load_unfolded(weights)
    step = _restart_of(weights, card, configuration)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(configuration.seed)
    architecture = architecture or Architecture(input_size=configuration.input_size)
    run = new_run(configuration, materials.class_names, architecture, torch.device("cpu"))
    state = at_input_size(network.state_dict(), architecture)
    run.network.load_state_dict(state)
    run.average.load_state_dict(state)
    sums = _sums_of_embeddings(run.average.eval(), configuration, materials)
    shown = sums.norm(dim=1) > 0
    with torch.no_grad():
        # As long as those that a run begins with.
        length = math.sqrt(sums.shape[1])
        run.embedding_loss.directions[shown] = length * F.normalize(sums[shown], dim=1)
    run.step = step
    save(run, configuration, folder)


def mean_of_ends(weights: Path, network: AttributeNetwork) -> AttributeNetwork:
    """The mean of a cycle's end and of the weights that it began with (Izmailov et al., UAI 2018).

    Args:
        weights: file of the latter.
        network: the former; left as it is.

    Returns:
        a network in evaluation mode.
    """
    before, _ = load_unfolded(weights)
    old = at_input_size(before.state_dict(), network.architecture)
    mean = AttributeNetwork(network.architecture)
    mean.load_state_dict(
        {
            name: torch.lerp(old[name], value, 0.5) if value.is_floating_point() else value
            for name, value in network.state_dict().items()
        }
    )
    return mean.eval()


def _restart_of(weights: Path, card: Card, configuration: Configuration) -> int:
    step = int(card.figures.get("steps", 0))
    if card.name != configuration.name:
        raise ConfigurationError(
            f"{weights}: is of {card.name!r}; {configuration.name!r} cannot go on from it"
        )
    if step not in configuration.restarts:
        raise ConfigurationError(
            f"{weights}: ends at step {step}, where {configuration.name!r} has no restart; add it "
            "to `restarts` and raise `steps`"
        )
    return step


@torch.inference_mode()
def _sums_of_embeddings(
    network: AttributeNetwork, configuration: Configuration, materials: Materials
) -> Tensor:
    """(classes, D): sum of the embeddings of each pictogram class; 0 of what never came."""
    sums: Tensor | None = None
    with progress_bar() as progress:
        for number in progress.track(range(_BATCHES), description="pictograms"):
            g = Generator().manual_seed(_FRESH_SEED + configuration.seed * _BATCHES + number)
            batch = make_batch(g, materials, configuration, network.architecture.input_size)
            embedding = network(standardize(batch.images)).embedding
            if sums is None:
                sums = torch.zeros(len(materials.class_names), embedding.shape[1])
            known = batch.labels.pictogram != UNKNOWN
            sums.index_add_(0, batch.labels.pictogram[known], embedding[known])
    assert sums is not None
    return sums
