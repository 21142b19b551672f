"""A finished run whose checkpoint is gone, gone on from its weights file.

The file has neither the state of the optimizers, which begin anew, nor the directions of the
pictogram classes: each begins as the mean of what the network makes of fresh pictures of it, or at
random if none came.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from attributes.network import Architecture, AttributeNetwork
from attributes.progress import track
from attributes.replacing import replace_bytes
from attributes.standardization import standardize
from attributes.training.checkpoints import CHECKPOINT
from attributes.training.configuration import Configuration, ConfigurationError
from attributes.training.fresh_batches import Purpose, fresh_batches
from attributes.training.labels import UNKNOWN
from attributes.training.loop import new_run, save
from attributes.training.materials import Materials
from attributes.training.resizing import at_input_size
from attributes.vocabulary import EMBEDDING_DIMENSIONS
from attributes.weights_file import Card, load_unfolded

BEGINNING = "beginning.safetensors"
"""In a run's folder: the weights that it went on from, if it did."""
_DIRECTION_BATCHES = 600


@dataclass(frozen=True)
class Beginning:
    """Weights that a run goes on from.

    Attributes:
        network: in evaluation mode.
        step: at which they end.
        cycles: how many cycles' ends went into them.
    """

    network: AttributeNetwork
    step: int
    cycles: int


def beginning_of(
    weights: Path | None,
    configuration: Configuration,
    folder: Path,
    architecture: Architecture | None = None,
) -> Beginning | None:
    """The weights that a run goes on from; a copy in its folder outlasts the file and the option.

    Args:
        weights: file of the same run, as long as it was before its last restart; None for those
            that the run's last cycle began with, if it did with any.
        configuration: of the run, lengthened by that restart.
        folder: of the run.
        architecture: of the network; the standard one at the configuration's input size if absent.

    Raises:
        ConfigurationError: the file is of another run or network, or does not end at the last
            restart, or the folder's run has begun otherwise.
        WeightsError: the file cannot be read.
        OSError: it cannot be copied.
    """
    kept = folder / BEGINNING
    if weights is None and not kept.exists():
        return None
    given = weights or kept
    network, card = load_unfolded(given)
    if weights is None and (folder / CHECKPOINT).exists() and not _begins(card, configuration):
        return None  # its checkpoint has lengthened the run since
    architecture = architecture or Architecture(input_size=configuration.input_size)
    _check_that_it_fits(given, network, card, configuration, architecture)
    is_kept = kept.exists() and kept.read_bytes() == given.read_bytes()
    if not is_kept:
        if (folder / CHECKPOINT).exists():
            raise ConfigurationError(
                f"{folder}: holds a run that did not begin with {given}; choose another folder, or "
                "leave the weights out to go on with that run"
            )
        folder.mkdir(parents=True, exist_ok=True)
        replace_bytes(kept.with_suffix(".json"), given.with_suffix(".json").read_bytes())
        replace_bytes(kept, given.read_bytes())
    return Beginning(network, _steps(card), int(card.figures.get("averaged cycles", 1)))


def revive(
    beginning: Beginning,
    configuration: Configuration,
    materials: Materials,
    folder: Path,
    architecture: Architecture | None = None,
) -> None:
    """Write the checkpoint that a run goes on from, unless ``folder`` has one.

    Args:
        beginning: weights of the run.
        configuration: of the run.
        materials: what batches are made of.
        folder: of the run.
        architecture: of the network; the standard one at the configuration's input size if absent.

    Raises:
        OSError: the checkpoint cannot be written.
    """
    if (folder / CHECKPOINT).exists():
        return
    torch.manual_seed(configuration.seed)
    architecture = architecture or Architecture(input_size=configuration.input_size)
    run = new_run(configuration, materials.class_names, architecture, torch.device("cpu"))
    state = at_input_size(beginning.network.state_dict(), architecture)
    run.network.load_state_dict(state)
    run.average.load_state_dict(state)
    sums = _sums_of_embeddings(run.average.eval(), configuration, materials)
    shown = sums.norm(dim=1) > 0
    with torch.no_grad():
        # As long as those that a run begins with.
        length = math.sqrt(sums.shape[1])
        run.embedding_loss.directions[shown] = length * F.normalize(sums[shown], dim=1)
    run.step = beginning.step
    save(run, configuration, folder)


def _steps(card: Card) -> int:
    return int(card.figures.get("steps", 0))


def _begins(card: Card, configuration: Configuration) -> bool:
    """Whether a run's last cycle begins where the weights of a card end."""
    return _steps(card) == max(configuration.restarts, default=0)


def _check_that_it_fits(
    weights: Path,
    network: AttributeNetwork,
    card: Card,
    configuration: Configuration,
    architecture: Architecture,
) -> None:
    if card.name != configuration.name:
        raise ConfigurationError(
            f"{weights}: is of {card.name!r}; {configuration.name!r} cannot go on from it"
        )
    if _steps(card) == configuration.steps:
        raise ConfigurationError(
            f"{weights}: is what {configuration.name!r} ends with; leave the weights out to go on "
            "with the run in its folder, or lengthen it by a restart"
        )
    if not _begins(card, configuration):
        raise ConfigurationError(
            f"{weights}: ends at step {_steps(card)}, which is not where the last cycle of "
            f"{configuration.name!r} begins; add it to `restarts` and raise `steps`"
        )
    if replace(network.architecture, input_size=architecture.input_size) != architecture:
        raise ConfigurationError(f"{weights}: is of another network than runs train today")


@torch.inference_mode()
def _sums_of_embeddings(
    network: AttributeNetwork, configuration: Configuration, materials: Materials
) -> Tensor:
    """(classes, D): sum of the embeddings of each pictogram class; 0 of what never came."""
    sums = torch.zeros(len(materials.class_names), EMBEDDING_DIMENSIONS)
    size = network.architecture.input_size
    batches = fresh_batches(Purpose.DIRECTIONS, _DIRECTION_BATCHES, materials, configuration, size)
    for batch in track(batches, "pictograms", total=_DIRECTION_BATCHES):
        embedding = network(standardize(batch.images)).embedding
        known = batch.labels.pictogram != UNKNOWN
        sums.index_add_(0, batch.labels.pictogram[known], embedding[known])
    return sums
