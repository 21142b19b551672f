"""Readings as one matrix, a row per crop, to be stored, mapped into memory or added up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from attributes.readings import SHAPES, FloatArray

_WIDTHS: Final = {name: math.prod(shape) for name, shape in SHAPES.items()}
_ENDS: Final = np.cumsum([*_WIDTHS.values()])
WIDTH: Final = int(_ENDS[-1])
"""Numbers per crop; float32, so 1.6 kB."""


def flatten(arrays: Mapping[str, FloatArray]) -> FloatArray:
    """:attr:`.Readings.arrays` of N crops as float32 (N, WIDTH), in the order of SHAPES."""
    parts = [arrays[name].reshape(len(arrays[name]), width) for name, width in _WIDTHS.items()]
    return np.concatenate(parts, axis=1, dtype=np.float32)


def unflatten(matrix: FloatArray) -> dict[str, FloatArray]:
    """The arrays that :func:`flatten` made a matrix of, as views."""
    parts = np.split(matrix, _ENDS[:-1], axis=1)
    return {
        name: part.reshape(len(matrix), *shape)
        for part, (name, shape) in zip(parts, SHAPES.items(), strict=True)
    }
