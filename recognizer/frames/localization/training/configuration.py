"""One training run of the localizer, described by one TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from attributes.training.configuration import RunConfiguration

FILE = Path(__file__).with_name("localizer.toml")
"""The run that made the shipped weights."""


class LocalizerConfiguration(RunConfiguration):
    """What the localizer is trained on and how; everything that decides its outcome."""

    name: Literal["localizer"]
    batch: int = Field(ge=1, description="scenes of one step")
    scene_size: int = Field(ge=64, lt=1024, multiple_of=32, description="side of a scene, pixels")
