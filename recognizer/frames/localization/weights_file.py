"""The localizer's weights on disk: safetensors and a JSON card, like the attribute network's."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import safetensors.torch
import torch
from pydantic import BaseModel, ConfigDict, Field
from safetensors import SafetensorError
from torch import Tensor

from attributes.replacing import replace_bytes
from attributes.weights_file import (
    WeightsError,
    fold_batch_norms,
    load_state,
    read_card,
    without_lists,
    write_card,
)
from recognizer.frames.localization.identity import DEFAULT_LOCALIZER
from recognizer.frames.localization.network import LocalizerArchitecture, LocalizerNetwork


class LocalizerCard(BaseModel):
    """What stands beside the weights.

    Attributes:
        architecture: to rebuild the network.
        threshold: score from which a box counts; set by hand, no picture chose it.
        data: what it was trained on.
        licence: of the weights.
        figures: parameters, steps.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: str
    architecture: dict[str, Any]
    threshold: float = Field(ge=0, le=1)
    data: tuple[str, ...]
    licence: str
    figures: dict[str, float] = Field(default_factory=dict)


def normalise(images: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """uint8 BGR (N, 3, H, W) -> what the network expects, in [-2, 2]."""
    # In place: a frame's fresh megabytes cost more than the arithmetic on them.
    return images.to(dtype).sub_(127.5).div_(63.75)


def save_localizer(network: LocalizerNetwork, card: LocalizerCard, path: Path) -> None:
    """Write ``path`` (float16) and its card.

    Raises:
        OSError: the files cannot be written.
    """
    tensors = {
        name: value.half().contiguous()
        for name, value in network.state_dict().items()
        if value.is_floating_point()
    }
    replace_bytes(path, safetensors.torch.save(tensors))
    write_card(card, path)


def describe_localizer(network: LocalizerNetwork, **more: Any) -> LocalizerCard:
    """The card of a network that was just trained."""
    return LocalizerCard(name="localizer", architecture=asdict(network.architecture), **more)


def load_localizer(path: Path | None = None) -> tuple[LocalizerNetwork, LocalizerCard]:
    """Read weights and card, the shipped ones without ``path``; batch norms are folded.

    Raises:
        WeightsError: a file is missing or damaged.
    """
    path = path or DEFAULT_LOCALIZER
    card = read_card(path, LocalizerCard)
    try:
        network = LocalizerNetwork(LocalizerArchitecture(**without_lists(card.architecture)))
        state = {n: t.float() for n, t in safetensors.torch.load(path.read_bytes()).items()}
        load_state(network, state, path)
    except FileNotFoundError:
        raise WeightsError(f"{path}: no such weights file") from None
    except (
        *(OSError, ValueError, LookupError, ArithmeticError, TypeError, RuntimeError),
        SafetensorError,
    ) as error:  # a card may say anything of the architecture
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise WeightsError(f"{path}: not readable as a localizer: {reason}") from None
    network.eval()
    fold_batch_norms(network)
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    return network, card
