"""Weights on disk: a safetensors file and, beside it, a JSON card that says what it is.

Nothing here unpickles. The card carries the architecture, the preprocessing and the calibration,
so that whoever has the two files reads crops exactly as training meant it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import safetensors.torch
import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from safetensors import SafetensorError
from torch import Tensor, nn

from attributes import vocabulary
from attributes.network import Architecture, AttributeNetwork
from attributes.replacing import replace_bytes, replace_text
from attributes.weights_identity import DEFAULT_MATCH_COSINE, DEFAULT_WEIGHTS, WeightsError, digest

__all__ = [
    "DEFAULT_WEIGHTS",
    "Calibration",
    "Card",
    "Preprocessing",
    "Weights",
    "WeightsError",
    "dequantize",
    "describe_network",
    "fold_batch_norms",
    "load_state",
    "load_unfolded",
    "load_weights",
    "quantize",
    "read_card",
    "save_weights",
    "without_lists",
    "write_card",
]

_HEADS = {
    *(a.name for a in vocabulary.CATEGORICAL),
    vocabulary.LEGEND.name,
    vocabulary.TEXT.name,
    "presence",
}
"""Whose logits are divided by a temperature."""
CardT = TypeVar("CardT", bound=BaseModel)
_STEP = ".step"
"""Behind the name of an 8-bit tensor: that of its steps."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Preprocessing(_Section):
    """How a crop becomes the network's input.

    ``input_size`` is the side in pixels; each crop is brought to zero mean and unit deviation (see
    :func:`attributes.standardization.standardize`); an oblong crop is made square by repeating its
    rim, unless its sides differ by no more than ``squeezed`` of the longer one: annotated crops of
    round signs are often a pixel or two off. One whose shorter side is at most ``stretched`` times
    the longer is looked at twice (see :mod:`attributes.foreshortening`).
    """

    input_size: int
    contrast: Literal["standardized"] = "standardized"
    square: Literal["replicate"] = "replicate"
    squeezed: float = 0.12
    stretched: float = 0.8


class Calibration(_Section):
    """What makes probabilities of the network's outputs.

    ``temperatures`` are what logits are divided by, one per head (Guo et al., ICML 2017).
    ``match_cosine`` is the cosine of a crop and an exemplar at which that pictogram is as likely as
    one that was never seen: how far training has spread embeddings decides it.
    """

    temperatures: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(
        default_factory=dict
    )
    match_cosine: float = Field(default=DEFAULT_MATCH_COSINE, ge=-1, le=1)

    @field_validator("temperatures")
    @classmethod
    def _are_of_heads(cls, temperatures: dict[str, float]) -> dict[str, float]:
        if unknown := set(temperatures) - _HEADS:
            raise ValueError(f"there is no head {min(unknown)!r}")
        return temperatures


class Card(_Section):
    """What stands beside a weights file; until format 2 no weight was stored in 8 bits."""

    format: Literal[2, 3] = 3
    name: str
    vocabulary_fingerprint: str
    vocabulary: dict[str, Any]
    architecture: dict[str, Any]
    preprocessing: Preprocessing
    calibration: Calibration = Calibration()
    data: tuple[str, ...] = ()
    licence: str = ""
    figures: dict[str, float] = Field(default_factory=dict)


class Weights:
    """A network ready to run, with its card and the digest that galleries are bound to.

    Attributes:
        network: in evaluation mode, on the CPU, batch norms folded into convolutions.
        card: see :class:`Card`.
        fingerprint: digest of the weights file; embeddings compare only within one.
        path: where it came from.
    """

    def __init__(self, network: AttributeNetwork, card: Card, fingerprint: str, path: Path) -> None:
        self.network = network
        self.card = card
        self.fingerprint = fingerprint
        self.path = path


def save_weights(network: AttributeNetwork, card: Card, path: Path) -> None:
    """Write ``path`` (safetensors) and its card ``path.with_suffix('.json')``.

    What has more than one axis is rounded to 8 bits, each output's by a step of its own
    (:func:`quantize`); all else is float16.

    Raises:
        OSError: the files cannot be written.
    """
    tensors: dict[str, Tensor] = {}
    for name, value in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        if value.ndim > 1:
            tensors[name], tensors[name + _STEP] = quantize(value)
        else:
            tensors[name] = value.half()
    replace_bytes(path, safetensors.torch.save({n: t.contiguous() for n, t in tensors.items()}))
    write_card(card, path)


def quantize(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Symmetric 8-bit steps, one size per output (Jacob et al., CVPR 2018, without zero points).

    Args:
        weights: float (outputs, ...).

    Returns:
        int8 of the same shape, and float32 (outputs,), by which :func:`dequantize` multiplies.
    """
    step = weights.flatten(1).abs().amax(dim=1).clamp(min=1e-12) / 127
    return (weights / _per_output(step, weights)).round().to(torch.int8), step


def dequantize(rounded: Tensor, step: Tensor) -> Tensor:
    """The weights, float32, half a step off at most; see :func:`quantize`."""
    return rounded.float() * _per_output(step, rounded)


def _per_output(step: Tensor, weights: Tensor) -> Tensor:
    return step.reshape(-1, *[1] * (weights.ndim - 1))


def describe_network(network: AttributeNetwork, name: str, **more: Any) -> Card:
    """The card of a network that was trained with the current vocabulary."""
    return Card(
        name=name,
        vocabulary_fingerprint=vocabulary.fingerprint(),
        vocabulary=vocabulary.describe(),
        architecture=asdict(network.architecture),
        preprocessing=Preprocessing(input_size=network.architecture.input_size),
        **more,
    )


def load_weights(path: Path | None = None) -> Weights:
    """Read weights and card; the shipped ones without ``path``. Never touches the network.

    Raises:
        WeightsError: a file is missing or damaged, or was made for another vocabulary.
    """
    path = path or DEFAULT_WEIGHTS
    network, card, content = _read(path)
    fold_batch_norms(network)
    return Weights(network, card, digest(content), path)


def load_unfolded(path: Path) -> tuple[AttributeNetwork, Card]:
    """Network, in evaluation mode, and card of a weights file, to go on training with.

    Raises:
        WeightsError: see :func:`load_weights`.
    """
    network, card, _ = _read(path)
    return network, card


def _read(path: Path) -> tuple[AttributeNetwork, Card, bytes]:
    card = read_card(path, Card)
    if card.vocabulary_fingerprint != vocabulary.fingerprint():
        raise WeightsError(
            f"{path}: made for another vocabulary ({card.vocabulary_fingerprint}, this version "
            f"has {vocabulary.fingerprint()}); train again or use the weights of this version"
        )
    try:
        content = path.read_bytes()
        tensors = safetensors.torch.load(content)
        network = AttributeNetwork(Architecture(**without_lists(card.architecture)))
        given, taken = card.preprocessing.input_size, network.architecture.input_size
        if given != taken:
            raise WeightsError(
                f"{path}: by its card, crops are made {given} pixels wide for a network of {taken}"
            )
        state = {
            name: dequantize(value, tensors[name + _STEP])
            if value.dtype == torch.int8
            else value.float()
            for name, value in tensors.items()
            if not name.endswith(_STEP)
        }
        load_state(network, state, path)
    except FileNotFoundError:
        raise WeightsError(f"{path}: no such weights file") from None
    except KeyError as error:
        raise WeightsError(f"{path}: not readable as weights: there is no tensor {error}") from None
    except (
        OSError, SafetensorError, RuntimeError, TypeError, ValueError, LookupError, ArithmeticError
    ) as error:  # fmt: skip
        raise WeightsError(f"{path}: not readable as weights: {error}") from None
    return network.eval(), card, content


def without_lists(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A card's settings with tuples in place of lists, as JSON has no tuples."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}


def load_state(network: nn.Module, state: Mapping[str, Tensor], path: Path) -> None:
    """Give a network the tensors of a weights file.

    Raises:
        WeightsError: there are others than it needs, or some hold what is no finite number.
        RuntimeError: a tensor is of another shape.
    """
    missing, unexpected = network.load_state_dict(state, strict=False)
    wrong = [n for n in missing if not n.endswith("num_batches_tracked")] + list(unexpected)
    if wrong:
        raise WeightsError(f"{path}: tensors do not fit the card's architecture: {wrong[:3]}")
    spoilt = [name for name, value in state.items() if not torch.isfinite(value).all()]
    if spoilt:
        raise WeightsError(f"{path}: {spoilt[0]} holds numbers that are not finite")


def write_card(card: BaseModel, weights: Path) -> None:
    """Write a card beside its weights file.

    Raises:
        OSError: it cannot be written.
    """
    text = json.dumps(card.model_dump(), indent=2, ensure_ascii=False)
    replace_text(weights.with_suffix(".json"), text + "\n")


def read_card(weights: Path, kind: type[CardT]) -> CardT:
    """The card beside a weights file.

    Raises:
        WeightsError: one of both files is missing, or the card is damaged or none of this kind.
    """
    path = weights.with_suffix(".json")
    try:
        return kind.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not weights.exists():
            raise WeightsError(f"{weights}: no such weights file") from None
        raise WeightsError(f"{path}: no such card beside the weights") from None
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(f"{path}: not readable as a weights card: {error}") from None
    except ValidationError as error:
        wrong = error.errors()[0]
        place = ".".join(map(str, wrong["loc"])) or "JSON"
        raise WeightsError(
            f"{path}: not readable as a weights card of this version: {place}: {wrong['msg']}"
        ) from None


def fold_batch_norms(module: nn.Module) -> None:
    """Fold every batch norm into the convolution before it, in place (evaluation mode only)."""
    names = [name for name, _ in module.named_children()]
    children = dict(module.named_children())
    for before, name in itertools.pairwise(names):
        conv, norm = children[before], children[name]
        if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            setattr(module, before, torch.nn.utils.fusion.fuse_conv_bn_eval(conv, norm))
            setattr(module, name, nn.Identity())
    for child in module.children():
        fold_batch_norms(child)
