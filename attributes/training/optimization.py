"""What every training run needs beside its losses: schedule, moving average, checkpoints, curve."""

from __future__ import annotations

import csv
import io
import math
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from attributes.errors import UserError
from attributes.replacing import replace_bytes
from attributes.training.configuration import ConfigurationError, RunConfiguration

CHECKPOINT = "checkpoint.pt"
"""In a run's folder."""
CURVE = "curve.csv"
"""In a run's folder: the table of the learning curve."""
_LOG_EVERY = 50


class DivergedError(UserError):
    """A loss is not finite any more; a step on it would spoil every weight."""


def half_cosine(step: int, steps: int, peak: float, warm_up: int) -> float:
    """Learning rate: linear warm-up, then half a cosine to zero (Loshchilov and Hutter, 2017)."""
    if step < warm_up:
        return peak * (step + 1) / warm_up
    progress = (step - warm_up) / max(1, steps - warm_up)
    return peak * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def scheduled_share(configuration: RunConfiguration, step: int, warm_up: int) -> float:
    """Share of the highest learning rate that a step is taken at.

    Half a cosine, begun anew at each of the configuration's restarts (SGDR, Loshchilov and Hutter,
    2017), as high as it says.
    """
    ends = [*configuration.restarts, configuration.steps]
    start = max([0, *(r for r in configuration.restarts if r <= step)])
    end = next(e for e in ends if e > step)
    peak = configuration.restart_rates.get(start, 1.0)
    return half_cosine(step - start, end - start, peak, warm_up)


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Make all parameters of an optimizer learn at one rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def adamw(
    decayed: Iterable[nn.Parameter], others: Iterable[nn.Parameter], learning_rate: float,
    weight_decay: float,
) -> torch.optim.AdamW:  # fmt: skip
    """AdamW that decays weight matrices only: biases and norms gain nothing from shrinking.

    Args:
        decayed: parameters of which those with more than one axis are decayed.
        others: parameters that are never decayed.
        learning_rate: of the first step.
        weight_decay: of the decayed ones.
    """
    parameters = list(decayed)
    return torch.optim.AdamW(
        [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
            {"params": [*(p for p in parameters if p.ndim <= 1), *others], "weight_decay": 0.0},
        ],
        lr=learning_rate,
    )


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Move ``average`` towards ``network``; a young average follows faster.

    Otherwise its random beginning would linger.
    """
    decay = min(decay, (1 + step) / (10 + step))
    new = network.state_dict()
    for name, value in average.state_dict().items():
        if value.is_floating_point():
            value.lerp_(new[name], 1 - decay)
        else:
            value.copy_(new[name])


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Replace the checkpoint at once or not at all, so that a full disk leaves the last good.

    Raises:
        OSError: it cannot be written.
    """
    content = io.BytesIO()  # of a full disk torch itself says RuntimeError, and leaves the half
    torch.save(dict(state), content)
    replace_bytes(path, content.getvalue())


def load_checkpoint(path: Path, configuration: RunConfiguration) -> dict[str, Any] | None:
    """The checkpoint of a run, or None if it has made none yet.

    Raises:
        ConfigurationError: it belongs to another configuration, or is damaged.
        OSError: it cannot be read.
    """
    if not path.exists():
        return None
    content = io.BytesIO(path.read_bytes())  # what the disk says is no damage
    try:
        state: dict[str, Any] = torch.load(content, map_location="cpu", weights_only=True)
        step, made_by = int(state["step"]), state["configuration"]
    except Exception as error:  # torch raises whatever the damage leads to
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ConfigurationError(
            f"{path}: not readable as a checkpoint ({reason}); remove it to start anew"
        ) from None
    if step > configuration.steps or made_by != configuration.fingerprint(step):
        raise ConfigurationError(
            f"{path}: belongs to another configuration than {configuration.name!r}; "
            "choose another folder, or remove it to start anew"
        )
    return state


def checkpoint_step(path: Path, configuration: RunConfiguration) -> int:
    """How many steps a run has made; 0 without a checkpoint.

    Raises:
        ConfigurationError: see :func:`load_checkpoint`.
    """
    state = load_checkpoint(path, configuration)
    return 0 if state is None else int(state["step"])


def require_finite(loss: Tensor, step: int) -> None:
    """Refuse to learn from a loss that is not a number, or endless.

    Raises:
        DivergedError: it is.
    """
    if not torch.isfinite(loss):
        raise DivergedError(
            f"step {step}: the loss is {float(loss.detach())}; what was learnt up to the last "
            "checkpoint is kept. Going on from there with lower rates may help"
        )


class CurveWriter:
    """Gathers the losses of a run's steps; every 50 steps their means become a line of the table.

    Args:
        folder: of the run.
        step: how many steps the run has made before.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._path = folder / CURVE
        self._begin(step)

    def _begin(self, step: int) -> None:
        self._sums: dict[str, float] = {}
        self._first, self._started = step, time.monotonic()

    def add(self, step: int, losses: Mapping[str, float]) -> dict[str, float] | None:
        """Take the losses of the step that has just been made; the means if it ends a line.

        Raises:
            OSError: the table cannot be written.
        """
        for name, value in losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        if step % _LOG_EVERY:
            return None
        taken = step - self._first  # fewer where an interrupted run goes on
        means = {name: value / taken for name, value in self._sums.items()}
        append_to_curve(self._path, step, means, (time.monotonic() - self._started) / taken)
        self._begin(step)
        return means


def append_to_curve(
    path: Path, step: int, losses: Mapping[str, float], seconds_per_step: float
) -> None:
    """Add one line to the table of the learning curve.

    Raises:
        OSError: it cannot be written.
    """
    new = not path.exists()
    is_cut = not new and not path.read_bytes().endswith(b"\n")
    with path.open("a", newline="") as file:
        if is_cut:  # as by a full disk
            file.write("\n")
        writer = csv.writer(file)
        if new:
            writer.writerow(["step", *losses, "seconds_per_step"])
        values = (f"{v:.4f}" for v in losses.values())
        writer.writerow([step, *values, f"{seconds_per_step:.3f}"])
