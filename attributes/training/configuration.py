"""One training run, described by one TOML file."""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from attributes.errors import UserError
from attributes.weights_identity import DEFAULT_MATCH_COSINE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Kind = TypeVar("Kind", bound=BaseModel)

GTSRB_CLASSES: Final = 43
FOLDER = Path(__file__).with_name("configurations")


class ConfigurationError(UserError):
    """A configuration file is missing, broken, or not that of a checkpoint."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class BatchShares(_Section):
    """How many crops of each kind make a batch."""

    photographs: int = Field(ge=0)
    artwork: int = Field(ge=1)
    composed: int = Field(ge=1)
    scenes: int = Field(ge=0)
    transplants: int = Field(0, ge=0, description="photographed plates with another legend")


class RunConfiguration(_Section):
    """What every training run states; a run adds what it is trained on."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="of its files, too")
    seed: int = Field(0, ge=0, lt=2000, description="see attributes.training.fresh_batches")
    steps: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    average_decay: float = Field(ge=0, lt=1, description="of the moving average of the weights")
    restarts: tuple[int, ...] = Field((), description="steps at which the schedule begins anew")
    restart_rates: dict[int, Annotated[float, Field(gt=0, le=1)]] = Field(
        {}, description="share of the learning rates that a restart rises to, by step; else all"
    )

    @model_validator(mode="after")
    def _restarts_rise(self) -> RunConfiguration:
        ends = [0, *self.restarts, self.steps]
        if any(later <= earlier for earlier, later in itertools.pairwise(ends)):
            raise ValueError("restarts must rise, and stay below steps")
        if others := sorted(set(self.restart_rates) - set(self.restarts)):
            raise ValueError(f"restart_rates: there is no restart at {others[0]}")
        return self

    def fingerprint(self, step: int) -> str:
        """Digest that the checkpoint of a step carries, so that only its own run goes on from it.

        A restart and more steps behind it lengthen a run: the settings up to there are the same,
        and cycles that have not begun do not count. Settings left at their default do not count
        either, so that a new one ends no run, nor what is chosen when a run has ended. Code and
        artwork tables are not part of it.
        """
        end = next(e for e in (*self.restarts, self.steps) if e >= step)
        begun = {
            "steps": end,
            "restarts": tuple(r for r in self.restarts if r < end),
            "restart_rates": {r: rate for r, rate in self.restart_rates.items() if r < end},
        }
        settings = self.model_copy(update=begun).model_dump(
            mode="json", exclude_defaults=True, exclude={"match_cosine"}
        )
        content = json.dumps(settings, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


class Configuration(RunConfiguration):
    """What a run of the attribute network trains on and how."""

    batch: BatchShares
    input_size: int = Field(48, ge=16, multiple_of=8, description="side of the input, pixels")
    matrix_rate: float = Field(
        gt=0, description="learning rate of hidden layers' weights; all else has learning_rate"
    )
    matrix_decay: float = Field(
        ge=0, description="weight decay of hidden layers' weights; others have weight_decay"
    )
    embedding_scale: float = Field(gt=0, description="factor of the cosines before the softmax")
    embedding_margin: float = Field(ge=0, description="taken off the right class's cosine")
    photographs: Literal["gtsrb", "none"] = "gtsrb"
    photographed_numbers: float = Field(
        1.0,
        ge=0,
        le=1,
        description="share of photographed numbers that the text reader is told; of the others it "
        "learns how many digits they have",
    )
    gtsrb_signs: float = Field(
        1.0,
        gt=0,
        description="how much likelier drawings of GTSRB's signs are drawn than others, and its "
        "limits written than other multiples of ten",
    )
    start: str | None = Field(
        None, description="configuration whose finished run, in the folder beside, is gone on from"
    )
    turned_photographs: float = Field(
        0.0, ge=0, le=1, description="share of photographs that are turned, as classes of their own"
    )
    turned_pictograms: bool = Field(
        False, description="whether pictograms are also drawn turned, as classes of their own"
    )
    icons: bool = Field(
        False,
        description="whether plates also carry icons, as pictogram classes of their own",
    )
    pictogram_pairs: int = Field(
        0, ge=0, description="how many pairs of pictograms plates carry, as classes of their own"
    )
    classes: tuple[Annotated[int, Field(ge=0, lt=GTSRB_CLASSES)], ...] | None = Field(
        None, min_length=1, description="GTSRB classes seen; all if absent"
    )
    without: tuple[str, ...] = Field((), description="pictograms and texts never seen")
    match_cosine: float = Field(
        DEFAULT_MATCH_COSINE,
        ge=-1,
        le=1,
        description="goes into the card; chosen on training tracks by benchmarks/open_set.py",
    )


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
    return read(path, Configuration)


def read(path: Path, kind: type[Kind]) -> Kind:
    """Read a configuration of one kind from its file.

    Raises:
        ConfigurationError: it is not valid.
    """
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigurationError(f"{path}: {error}") from None
