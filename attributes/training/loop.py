"""The attribute network's training loop."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Generator, Tensor, nn

from attributes.memory import keep_freed_memory
from attributes.network import Architecture, AttributeNetwork
from attributes.progress import progress_bar
from attributes.standardization import standardize
from attributes.training.batches import make_batch
from attributes.training.checkpoints import CHECKPOINT, load_checkpoint, save_checkpoint
from attributes.training.configuration import Configuration, ConfigurationError
from attributes.training.curve import CurveWriter
from attributes.training.losses import CosineMarginLoss, attention_loss, attribute_losses
from attributes.training.materials import Materials
from attributes.training.muon import Muon
from attributes.training.optimization import (
    adamw,
    require_finite,
    scheduled_share,
    set_rate,
    supports_fast_bfloat16,
    update_average,
)
from attributes.training.resizing import at_input_size

_CHECKPOINT_EVERY = 250
_WARM_UP = 400


@dataclass
class Run:
    """State of a training run; what a checkpoint holds."""

    network: AttributeNetwork
    average: AttributeNetwork
    embedding_loss: CosineMarginLoss
    class_names: tuple[str, ...]
    muon: Muon
    adamw: torch.optim.AdamW
    step: int = 0


def train(
    configuration: Configuration,
    materials: Materials,
    folder: Path,
    architecture: Architecture | None = None,
    start: Path | None = None,
) -> AttributeNetwork:
    """Train, or go on where an interrupted run of the same configuration stopped.

    Args:
        configuration: what to do.
        materials: what batches are made of.
        folder: receives ``checkpoint.pt`` and ``curve.csv``.
        architecture: of the network; the standard one at the configuration's input size if absent.
        start: checkpoint of a finished run whose averaged weights are gone on from.

    Returns:
        the moving average of the network's weights, in evaluation mode, on the CPU.

    Raises:
        ConfigurationError: the folder holds a checkpoint of another run or artwork table, or the
            pictograms that ``start`` knows are not the first of this run's.
        DivergedError: a loss is not finite.
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keep_freed_memory()
    torch.manual_seed(configuration.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    architecture = architecture or Architecture(input_size=configuration.input_size)
    run = new_run(configuration, materials.class_names, architecture, device)
    if start is not None:
        _begin_from(run, start)
    _resume(run, configuration, folder)
    with progress_bar() as progress:
        task = progress.add_task(configuration.name, total=configuration.steps, completed=run.step)
        curve = CurveWriter(folder, run.step)
        while run.step < configuration.steps:
            losses = _step(run, configuration, materials, device)
            if means := curve.add(run.step, losses):
                progress.update(task, completed=run.step, description=_summary(means))
            if run.step % _CHECKPOINT_EVERY == 0 or run.step == configuration.steps:
                save(run, configuration, folder)
    return run.average.cpu().eval()


def new_run(
    configuration: Configuration,
    class_names: tuple[str, ...],
    architecture: Architecture,
    device: torch.device,
) -> Run:
    """A run before its first step."""
    network = AttributeNetwork(architecture).to(memory_format=torch.channels_last).to(device)
    average = AttributeNetwork(architecture).to(device)
    average.load_state_dict(network.state_dict())
    embedding_loss = CosineMarginLoss(
        len(class_names), configuration.embedding_scale, configuration.embedding_margin
    ).to(device)
    hidden = hidden_weights(network)
    muon = Muon(hidden, configuration.matrix_rate, configuration.matrix_decay)
    known = {id(weight) for weight in hidden}
    others = adamw(
        (p for p in network.parameters() if id(p) not in known),
        embedding_loss.parameters(),
        configuration.learning_rate,
        configuration.weight_decay,
    )
    return Run(network, average, embedding_loss, class_names, muon, others)


def hidden_weights(network: AttributeNetwork) -> list[Tensor]:
    """Weights of convolutions and linear layers, but the first and those that give logits.

    Slots and positions of the text reader, norms and biases are not among them.
    """
    heads = [*network.categorical.values(), network.legend, network.presence, network.text.classify]
    outer = [network.stem[0], *(head[-1] for head in heads)]  # type: ignore[index]
    return [
        layer.weight
        for layer in network.modules()
        if isinstance(layer, (nn.Conv2d, nn.Linear)) and not any(layer is o for o in outer)
    ]


def _step(
    run: Run, configuration: Configuration, materials: Materials, device: torch.device
) -> dict[str, float]:
    # One generator per step: a resumed run sees the batches that the uninterrupted one would.
    g = Generator().manual_seed(configuration.seed * 1_000_003 + run.step)
    size = run.network.architecture.input_size
    batch = make_batch(g, materials, configuration, size)
    inputs = standardize(batch.images).to(device, memory_format=torch.channels_last)
    share = scheduled_share(configuration, run.step, _WARM_UP)
    set_rate(run.muon, configuration.matrix_rate * share)
    set_rate(run.adamw, configuration.learning_rate * share)
    run.network.train()
    with torch.autocast(device.type, torch.bfloat16, enabled=supports_fast_bfloat16(device)):
        logits = run.network(inputs)
    labels = batch.labels.to(device)
    left_out = None if materials.left_out is None else materials.left_out.to(device)
    losses = attribute_losses(logits, labels, left_out)
    losses["pictogram"] = run.embedding_loss(logits.embedding, labels.pictogram)
    losses["attention"] = attention_loss(logits.attention, batch.places.to(device))
    total = torch.stack(list(losses.values())).sum()
    require_finite(total, run.step)
    run.muon.zero_grad(set_to_none=True)
    run.adamw.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(run.network.parameters(), 5.0)
    run.muon.step()
    run.adamw.step()
    run.step += 1
    update_average(run.average, run.network, configuration.average_decay, run.step)
    return {name: float(value.detach()) for name, value in losses.items()}


def _begin_from(run: Run, start: Path) -> None:
    """Take over weights; the new run's pseudo-classes, which come last, begin at random."""
    state = torch.load(start, map_location="cpu", weights_only=True)
    known = state["class_names"]
    if known != list(run.class_names[: len(known)]):
        raise ConfigurationError(f"{start}: was made with another artwork table")
    try:
        weights = at_input_size(state["average"], run.network.architecture)
        run.network.load_state_dict(weights)
    except (KeyError, RuntimeError) as error:
        raise ConfigurationError(f"{start}: is of another network: {error}") from None
    run.average.load_state_dict(weights)
    with torch.no_grad():
        run.embedding_loss.directions[: len(known)] = state["embedding_loss"]["directions"]


def _resume(run: Run, configuration: Configuration, folder: Path) -> None:
    path = folder / CHECKPOINT
    state = load_checkpoint(path, configuration)
    if state is None:
        return
    if state["class_names"] != list(run.class_names):
        raise ConfigurationError(
            f"{path}: was made with another artwork table; remove it to start anew"
        )
    try:
        run.network.load_state_dict(state["network"])
    except RuntimeError as error:
        raise ConfigurationError(f"{path}: is of another network: {error}") from None
    run.average.load_state_dict(state["average"])
    run.embedding_loss.load_state_dict(state["embedding_loss"])
    run.muon.load_state_dict(state["muon"])
    run.adamw.load_state_dict(state["adamw"])
    run.step = state["step"]


def save(run: Run, configuration: Configuration, folder: Path) -> None:
    """Write the run's checkpoint.

    Raises:
        OSError: it cannot be written.
    """
    save_checkpoint(
        folder / CHECKPOINT,
        {
            "configuration": configuration.fingerprint(run.step),
            "network": run.network.state_dict(),
            "average": run.average.state_dict(),
            "embedding_loss": run.embedding_loss.state_dict(),
            "class_names": list(run.class_names),
            "muon": run.muon.state_dict(),
            "adamw": run.adamw.state_dict(),
            "step": run.step,
        },
    )


def _summary(means: dict[str, float]) -> str:
    return f"loss {sum(means.values()):.2f} (pictogram {means['pictogram']:.2f})"
