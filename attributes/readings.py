"""What was read from a batch of crops: the numpy-only contract between pixels and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from attributes.vocabulary import CATEGORICAL, EMBEDDING_DIMENSIONS, LEGEND, TEXT

FloatArray = npt.NDArray[np.float32]

EMBEDDING: Final = "embedding"
PRESENCE: Final = "presence"
SHAPES: Final[Mapping[str, tuple[int, ...]]] = {
    **{attribute.name: (len(attribute.values),) for attribute in CATEGORICAL},
    LEGEND.name: (len(LEGEND.values),),
    TEXT.name: (TEXT.max_length, TEXT.classes),
    EMBEDDING: (EMBEDDING_DIMENSIONS,),
    PRESENCE: (),
}
"""What is read -> its shape for one crop. Readings that are stored or added up as rows keep this
order."""


@dataclass(frozen=True)
class Readings:
    """Calibrated attribute probabilities of N crops, as parallel arrays.

    Attributes:
        categorical: attribute name -> float32 (N, values), each row sums to 1.
        legend: float32 (N, colours), independent probability that each colour is present.
        text: float32 (N, slots, classes), each slot sums to 1; see
            :class:`attributes.vocabulary.Text` for the classes.
        embedding: float32 (N, EMBEDDING_DIMENSIONS), unit Euclidean norm.
        presence: float32 (N,), probability that the crop shows a sign at all.

    Raises:
        ValueError: an array does not have the shape that the vocabulary asks for.
    """

    categorical: Mapping[str, FloatArray]
    legend: FloatArray
    text: FloatArray
    embedding: FloatArray
    presence: FloatArray

    def __post_init__(self) -> None:
        arrays = self.arrays
        if arrays.keys() != SHAPES.keys():
            raise ValueError(f"readings: expected {', '.join(SHAPES)}, got {', '.join(arrays)}")
        for name, shape in SHAPES.items():
            if arrays[name].shape != (len(self), *shape):
                expected = (len(self), *shape)
                raise ValueError(f"{name} readings: expected {expected}, got {arrays[name].shape}")

    @property
    def arrays(self) -> dict[str, FloatArray]:
        """Every array by its name in :data:`SHAPES`."""
        return {
            **self.categorical,
            LEGEND.name: self.legend,
            TEXT.name: self.text,
            EMBEDDING: self.embedding,
            PRESENCE: self.presence,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, FloatArray]) -> Readings:
        """The readings whose :attr:`arrays` these are."""
        return cls(
            {attribute.name: arrays[attribute.name] for attribute in CATEGORICAL},
            arrays[LEGEND.name],
            arrays[TEXT.name],
            arrays[EMBEDDING],
            arrays[PRESENCE],
        )

    def __len__(self) -> int:
        return len(self.legend)

    def __getitem__(self, rows: slice | Sequence[int] | npt.NDArray[np.intp]) -> Readings:
        """The readings of some of the crops (a slice, indices or a boolean mask)."""
        return self.from_arrays({name: array[rows] for name, array in self.arrays.items()})

    @classmethod
    def concatenate(cls, parts: Sequence[Readings]) -> Readings:
        """The readings of several batches as one; of no batches, readings of zero crops."""
        if not parts:
            return cls.from_arrays({n: np.zeros((0, *s), np.float32) for n, s in SHAPES.items()})
        arrays = [part.arrays for part in parts]
        return cls.from_arrays({n: np.concatenate([a[n] for a in arrays]) for n in SHAPES})
