"""The attribute predictor, loaded when the first crop needs it.

When all readings come from the cache no crop does, and the seconds that torch takes to be
imported are saved. What the cache and the gallery must know is told by the files alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from attributes import vocabulary
from attributes.precision import Precision
from attributes.readings import Readings
from attributes.weights_identity import (
    DEFAULT_MATCH_COSINE,
    DEFAULT_WEIGHTS,
    WeightsError,
    digest,
    digest_of_all,
)
from recognizer.reading_code import code_digest

if TYPE_CHECKING:
    from attributes.predictor import AttributePredictor


class LatePredictor:
    """Stands in for :class:`attributes.predictor.AttributePredictor`.

    Args:
        weights: a safetensors file with its card beside it; the shipped one if absent.
        precision: of the network's arithmetic.

    Attributes:
        fingerprint: digest of the weights, as galleries name it.
        match_cosine: see :class:`attributes.weights_file.Calibration`.
        identity: digest of all that readings depend on: weights, card (preprocessing and
            calibration), vocabulary, precision and code.

    Raises:
        WeightsError: a file is missing.
    """

    def __init__(self, weights: Path | None = None, precision: Precision = "float32") -> None:
        self._path = weights or DEFAULT_WEIGHTS
        self._precision = precision
        content, card = self._contents()
        self.fingerprint = digest(content)
        self.match_cosine = _match_cosine(card)
        self.identity = self._digest(content, card)

    def predict(self, crops: Sequence[npt.NDArray[np.uint8]]) -> Readings:
        """Readings of N crops; the first call loads the network.

        Raises:
            WeightsError: the weights are damaged, or of another vocabulary.
        """
        return self._predictor.predict(crops)

    def _contents(self) -> tuple[bytes, bytes]:
        return _content(self._path), _content(self._path.with_suffix(".json"))

    def _digest(self, content: bytes, card: bytes) -> str:
        words = (vocabulary.fingerprint(), self._precision, code_digest("attributes"))
        return digest_of_all((content, card, *(word.encode() for word in words)))

    @cached_property
    def _predictor(self) -> AttributePredictor:
        from attributes.predictor import AttributePredictor

        predictor = AttributePredictor(self._path, self._precision)
        if self._digest(*self._contents()) != self.identity:
            raise WeightsError(f"{self._path}: the weights changed during the run; start it again")
        return predictor


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path}: weights not readable: {error.strerror or error}") from None


def _match_cosine(card: bytes) -> float:
    """What a card says; of a damaged one, which is told when the network is loaded, the default."""
    try:
        return float(json.loads(card)["calibration"]["match_cosine"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return DEFAULT_MATCH_COSINE
