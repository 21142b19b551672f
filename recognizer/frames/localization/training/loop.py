"""The localizer's training loop: scenes, moving average, checkpoints, curve."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from attributes.memory import keep_freed_memory
from attributes.progress import progress_bar
from attributes.training.checkpoints import CHECKPOINT, load_checkpoint, save_checkpoint
from attributes.training.configuration import ConfigurationError
from attributes.training.curve import CurveWriter
from attributes.training.optimization import (
    adamw,
    require_finite,
    scheduled_share,
    set_rate,
    supports_fast_bfloat16,
    update_average,
)
from recognizer.frames.localization.network import LocalizerNetwork
from recognizer.frames.localization.training.configuration import LocalizerConfiguration
from recognizer.frames.localization.training.losses import localizer_losses
from recognizer.frames.localization.training.scenes import Scene, SceneMaker
from recognizer.frames.localization.weights_file import normalise

_CHECKPOINT_EVERY = 250
_WARM_UP = 200


@dataclass
class _Run:
    """State of a training run; what a checkpoint holds."""

    network: LocalizerNetwork
    average: LocalizerNetwork
    optimizer: torch.optim.Optimizer
    step: int = 0


def train(
    configuration: LocalizerConfiguration, maker: SceneMaker, folder: Path
) -> LocalizerNetwork:
    """Train, or go on where an interrupted run of the same configuration stopped.

    Args:
        configuration: what to do.
        maker: draws the scenes.
        folder: receives ``checkpoint.pt`` and ``curve.csv``.

    Returns:
        the moving average of the network's weights, in evaluation mode, on the CPU.

    Raises:
        ConfigurationError: the folder holds a checkpoint of another configuration.
        DivergedError: a loss is not finite.
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keep_freed_memory()
    torch.manual_seed(configuration.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run = _new_run(configuration, device)
    _resume(run, configuration, folder)
    with progress_bar() as progress:
        task = progress.add_task("localizer", total=configuration.steps, completed=run.step)
        curve = CurveWriter(folder, run.step)
        for scenes in _batches(configuration, maker, run.step):
            losses = _step(run, configuration, scenes, device)
            if curve.add(run.step, losses):
                progress.update(task, completed=run.step)
            if run.step % _CHECKPOINT_EVERY == 0 or run.step == configuration.steps:
                _save(run, configuration, folder)
    return run.average.cpu().eval()


def _new_run(configuration: LocalizerConfiguration, device: torch.device) -> _Run:
    network = LocalizerNetwork().to(memory_format=torch.channels_last).to(device)
    average = LocalizerNetwork().to(device)
    average.load_state_dict(network.state_dict())
    optimizer = adamw(
        network.parameters(), (), configuration.learning_rate, configuration.weight_decay
    )
    return _Run(network, average, optimizer)


def _batches(
    configuration: LocalizerConfiguration, maker: SceneMaker, start: int
) -> Iterator[list[Scene]]:
    """The scenes of each step from ``start`` on; the next are drawn while one is trained on."""

    def draw(step: int) -> list[Scene]:
        # One generator per step: a resumed run sees the scenes that the uninterrupted one would.
        rng = np.random.default_rng([configuration.seed, step])
        return [maker.make(rng) for _ in range(configuration.batch)]

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(draw, start)
        for step in range(start, configuration.steps):
            scenes = coming.result()
            if step + 1 < configuration.steps:
                coming = pool.submit(draw, step + 1)
            yield scenes


def _step(
    run: _Run, configuration: LocalizerConfiguration, scenes: list[Scene], device: torch.device
) -> dict[str, float]:
    images = torch.from_numpy(np.stack([s.image for s in scenes])).permute(0, 3, 1, 2)
    inputs = normalise(images).to(device, memory_format=torch.channels_last)
    share = scheduled_share(configuration, run.step, _WARM_UP)
    set_rate(run.optimizer, configuration.learning_rate * share)
    run.network.train()
    with torch.autocast(device.type, torch.bfloat16, enabled=supports_fast_bfloat16(device)):
        outputs = run.network(inputs)

    def on_device(boxes: list[npt.NDArray[np.float32]]) -> list[Tensor]:
        return [torch.from_numpy(b).to(device) for b in boxes]

    losses = localizer_losses(
        outputs, on_device([s.boxes for s in scenes]), on_device([s.ignored for s in scenes])
    )
    total = torch.stack(list(losses.values())).sum()
    require_finite(total, run.step)
    run.optimizer.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(run.network.parameters(), 5.0)
    run.optimizer.step()
    run.step += 1
    update_average(run.average, run.network, configuration.average_decay, run.step)
    return {name: float(value.detach()) for name, value in losses.items()}


def _resume(run: _Run, configuration: LocalizerConfiguration, folder: Path) -> None:
    path = folder / CHECKPOINT
    state = load_checkpoint(path, configuration)
    if state is None:
        return
    try:
        run.network.load_state_dict(state["network"])
    except RuntimeError as error:
        raise ConfigurationError(f"{path}: is of another network: {error}") from None
    run.average.load_state_dict(state["average"])
    run.optimizer.load_state_dict(state["optimizer"])
    run.step = state["step"]


def _save(run: _Run, configuration: LocalizerConfiguration, folder: Path) -> None:
    save_checkpoint(
        folder / CHECKPOINT,
        {
            "configuration": configuration.fingerprint(run.step),
            "network": run.network.state_dict(),
            "average": run.average.state_dict(),
            "optimizer": run.optimizer.state_dict(),
            "step": run.step,
        },
    )
