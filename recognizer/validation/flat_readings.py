"""Readings as one matrix, a row per crop, so that they can be stored and mapped into memory."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from attributes.readings import Readings
from attributes.vocabulary import CATEGORICAL, EMBEDDING_DIMENSIONS, LEGEND, TEXT

_LEGEND, _TEXT = LEGEND.name, TEXT.name
_WIDTHS: Final = {
    **{a.name: len(a.values) for a in CATEGORICAL},
    _LEGEND: len(LEGEND.values),
    _TEXT: TEXT.max_length * TEXT.classes,
    "embedding": EMBEDDING_DIMENSIONS,
    "presence": 1,
}
WIDTH: Final = sum(_WIDTHS.values())
"""Numbers per crop; float32, so 1.6 kB."""


def flatten(readings: Readings) -> npt.NDArray[np.float32]:
    """float32 (N, WIDTH): categorical attributes, legend, text, embedding, presence."""
    count = len(readings)
    return np.concatenate(
        [
            *(readings.categorical[a.name] for a in CATEGORICAL),
            readings.legend,
            readings.text.reshape(count, -1),
            readings.embedding,
            readings.presence[:, None],
        ],
        axis=1,
        dtype=np.float32,
    )


def unflatten(matrix: npt.NDArray[np.float32]) -> Readings:
    """The readings that :func:`flatten` made a matrix of."""
    parts: dict[str, npt.NDArray[np.float32]] = {}
    start = 0
    for name, width in _WIDTHS.items():
        parts[name] = matrix[:, start : start + width]
        start += width
    return Readings(
        {a.name: parts[a.name] for a in CATEGORICAL},
        parts[_LEGEND],
        parts[_TEXT].reshape(len(matrix), TEXT.max_length, TEXT.classes),
        parts["embedding"],
        parts["presence"][:, 0],
    )
