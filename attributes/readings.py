"""What was read from a batch of crops: the numpy-only contract between pixels and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attributes.vocabulary import CATEGORICAL, EMBEDDING_DIMENSIONS, LEGEND, TEXT

FloatArray = npt.NDArray[np.float32]


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
        count = len(self.legend)
        expected = {a.name: (count, len(a.values)) for a in CATEGORICAL}
        actual = {name: array.shape for name, array in self.categorical.items()}
        if actual != expected:
            raise ValueError(f"categorical readings: expected {expected}, got {actual}")
        for name, array, shape in (
            (LEGEND.name, self.legend, (count, len(LEGEND.values))),
            (TEXT.name, self.text, (count, TEXT.max_length, TEXT.classes)),
            ("embedding", self.embedding, (count, EMBEDDING_DIMENSIONS)),
            ("presence", self.presence, (count,)),
        ):
            if array.shape != shape:
                raise ValueError(f"{name} readings: expected {shape}, got {array.shape}")

    def __len__(self) -> int:
        return len(self.legend)

    def __getitem__(self, rows: slice | Sequence[int] | npt.NDArray[np.intp]) -> Readings:
        """The readings of some of the crops (a slice, indices or a boolean mask)."""
        return Readings(
            {name: array[rows] for name, array in self.categorical.items()},
            self.legend[rows],
            self.text[rows],
            self.embedding[rows],
            self.presence[rows],
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Readings]) -> Readings:
        """The readings of several batches as one; of no batches, readings of zero crops."""
        if not parts:
            return cls(
                {a.name: np.zeros((0, len(a.values)), np.float32) for a in CATEGORICAL},
                np.zeros((0, len(LEGEND.values)), np.float32),
                np.zeros((0, TEXT.max_length, TEXT.classes), np.float32),
                np.zeros((0, EMBEDDING_DIMENSIONS), np.float32),
                np.zeros(0, np.float32),
            )
        return cls(
            {a.name: np.concatenate([p.categorical[a.name] for p in parts]) for a in CATEGORICAL},
            np.concatenate([p.legend for p in parts]),
            np.concatenate([p.text for p in parts]),
            np.concatenate([p.embedding for p in parts]),
            np.concatenate([p.presence for p in parts]),
        )
