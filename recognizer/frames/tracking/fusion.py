"""What many frames say about one sign, as one reading.

With ``p_t`` the reading of frame t and ``w_t`` its weight, the fused reading of an attribute is::

    log p(v) = strength * sum_t(w_t * log p_t(v)) / sum_t(w_t)   + constant
    n        = sum_t(w_t)² / sum_t(w_t²)                         (effective number of frames)
    strength = n / (1 + correlation * (n - 1))                   (independent ones among them)

The first line is the product of experts (Hinton, Neural Computation 2002) with exponents; the
other two are the effective sample size under unequal weights and under correlation within a
cluster (Kish, Survey Sampling, 1965). One frame is thus its own reading, and
however many frames there are, together they never count more than ``1 / correlation`` frames.
Legend and presence are fused alike, as the two-valued attributes they are: in logit space.
The embedding is the weighted mean, brought back to unit length.

In all three sums, what a frame counts halves every ``half_life`` frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from attributes.flat_readings import WIDTH, flatten, unflatten
from attributes.readings import EMBEDDING, PRESENCE, FloatArray, Readings
from attributes.vocabulary import LEGEND

_TWO_VALUED: Final = (LEGEND.name, PRESENCE)
_FLOOR: Final = 1e-5
"""Least probability a frame can state: it may cost much, but not veto all other frames."""


def log_rows(readings: Readings) -> FloatArray:
    """Readings of N crops as rows that may be added up; float32 (N, about 400)."""
    return flatten({name: _to_add(name, array) for name, array in readings.arrays.items()})


class Evidence:
    """What was read from one sign so far: three running sums, however many frames there were."""

    def __init__(self) -> None:
        self._rows: npt.NDArray[np.float64] = np.zeros(WIDTH)
        self._weight = 0.0
        self._squared_weight = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read yet."""
        return self._weight == 0

    @property
    def frames(self) -> float:
        """Effective number of frames (Kish), between 1 and the number of frames; 0 if empty."""
        return 0.0 if self.is_empty else self._weight**2 / self._squared_weight

    @property
    def mean(self) -> npt.NDArray[np.float64]:
        """Weighted mean of the rows; float64 (width of a row,)."""
        return self._rows / self._weight

    def add(self, row: FloatArray, weight: float, keep: float = 1.0) -> None:
        """Add what one frame says.

        Args:
            row: float32 (width of a row,), see :func:`log_rows`.
            weight: how much it counts, above 0.
            keep: what earlier frames still count from now on, in (0, 1].

        Raises:
            ValueError: the weight is not positive.
        """
        if not weight > 0:
            raise ValueError(f"weight: expected a number above 0, got {weight}")
        self._rows *= keep
        self._rows += weight * row
        self._weight = keep * self._weight + weight
        self._squared_weight = keep**2 * self._squared_weight + weight**2


def fuse(tracks: Sequence[Evidence], correlation: float) -> Readings:
    """One reading per track, so that the rules can be run on all of them at once.

    Args:
        tracks: what was read from each, none of them empty.
        correlation: of the mistakes in two frames of one track, in (0, 1].
    """
    if not tracks:
        return Readings.concatenate([])
    frames = np.array([track.frames for track in tracks])
    strength = (frames / (1 + correlation * (frames - 1))).astype(np.float32)
    means = np.stack([track.mean for track in tracks]).astype(np.float32)
    return Readings.from_arrays(
        {name: _fused(name, part, strength) for name, part in unflatten(means).items()}
    )


def _to_add(name: str, array: FloatArray) -> FloatArray:
    """What of the reading called ``name`` is added up."""
    if name == EMBEDDING:
        return array
    return _logit(array) if name in _TWO_VALUED else _log(array)


def _fused(name: str, mean: FloatArray, strength: FloatArray) -> FloatArray:
    """The reading that mean and strength stand for; float32 (N, ...) and (N,)."""
    if name == EMBEDDING:
        length = np.linalg.norm(mean, axis=1, keepdims=True)
        # Not divided by zero where embeddings cancel each other: zero resembles nothing.
        return np.asarray(mean / np.maximum(length, 1e-6), np.float32)
    logits = mean * strength.reshape(-1, *[1] * (mean.ndim - 1))
    return _sigmoid(logits) if name in _TWO_VALUED else _softmax(logits)


def _log(probability: FloatArray) -> FloatArray:
    return np.log(np.maximum(probability, _FLOOR))


def _logit(probability: FloatArray) -> FloatArray:
    bounded = np.clip(probability, _FLOOR, 1 - _FLOOR)
    return np.log(bounded) - np.log1p(-bounded)


def _softmax(logits: FloatArray) -> FloatArray:
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float32)


def _sigmoid(logits: FloatArray) -> FloatArray:
    return np.asarray(0.5 + 0.5 * np.tanh(logits / 2), np.float32)  # exp would overflow
