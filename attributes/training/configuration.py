"""One training run, described by one TOML file."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from attributes.errors import UserError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).with_name("configurations")


class ConfigurationError(UserError):
    """A configuration file is missing, broken, or not that of a checkpoint."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BatchShares(_Section):
    """How many crops of each kind make a batch."""

    photographs: int = Field(ge=0)
    artwork: int = Field(ge=1)
    composed: int = Field(ge=1)
    scenes: int = Field(ge=0)


class Configuration(_Section):
    """What a run trains on and how; everything that decides its outcome."""

    name: str
    seed: int = 0
    steps: int = Field(ge=1)
    batch: BatchShares
    learning_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    average_decay: float = Field(ge=0, lt=1, description="of the moving average of the weights")
    embedding_scale: float = Field(gt=0, description="factor of the cosines before the softmax")
    embedding_margin: float = Field(ge=0, description="taken off the right class's cosine")
    photographs: Literal["gtsrb", "none"] = "gtsrb"
    classes: tuple[int, ...] | None = Field(None, description="GTSRB classes seen; all if absent")
    without: tuple[str, ...] = Field((), description="pictograms and texts never seen")

    def fingerprint(self) -> str:
        """Digest that a checkpoint carries, so that it is resumed only by its own run."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


def available() -> list[str]:
    """Names of the configurations that come with the package."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name_or_path: str) -> Configuration:
    """Read a configuration by name, or a file by path.

    Raises:
        ConfigurationError: there is no such configuration, or it is not valid.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = FOLDER / f"{name_or_path}.toml"
    if not path.is_file():
        raise ConfigurationError(
            f"{name_or_path}: no such configuration; there are {', '.join(available())}, "
            "or give the path of a .toml file"
        )
    try:
        return Configuration.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigurationError(f"{path}: {error}") from None
