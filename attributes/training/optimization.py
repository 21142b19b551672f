"""What every training step needs beside its losses: schedule, precision, moving average."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from attributes.errors import UserError
from attributes.precision import fast_precision
from attributes.training.configuration import RunConfiguration


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


def require_finite(loss: Tensor, step: int) -> None:
    """Refuse to learn from a loss that is not a number, or endless.

    Raises:
        DivergedError: it is.
    """
    if not torch.isfinite(loss):
        raise DivergedError(
            f"step {step}: the loss is {float(loss.detach())}; what was learnt up to the last "
            "checkpoint is kept, but its rates led here. Lower ones may help, in a run from the "
            "start, in another folder"
        )


def supports_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 is faster than float32 here."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return fast_precision() == "bfloat16"
