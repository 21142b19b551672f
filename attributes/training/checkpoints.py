"""The checkpoint of a training run: where an interrupted one goes on."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from attributes.replacing import replace_bytes
from attributes.training.configuration import ConfigurationError, RunConfiguration

CHECKPOINT = "checkpoint.pt"
"""In a run's folder."""


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
