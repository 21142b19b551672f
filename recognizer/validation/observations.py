"""What was read from each picture, as one most probable value per attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attributes.readings import Readings
from attributes.vocabulary import CATEGORICAL, LEGEND, PICTOGRAM_NAME, TEXT
from rules.explanation import PASS_PROBABILITY
from rules.text_choice import most_probable_texts
from rules.value_sets import TextSet

States = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float32]

_CATEGORICAL = {a.name: a.values for a in CATEGORICAL}


@dataclass(frozen=True)
class Observations:
    """Most probable values of N pictures; 56 bytes a picture.

    Attributes:
        states: attribute -> int32 (N,): of a categorical attribute the index of its value, of
            the legend a number with bit ``i`` set if colour ``i`` is there, of the text an index
            into ``strings``, of the pictogram the index of the nearest one, -1 without any.
        certainty: attribute -> float32 (N,), how sure that value is: its probability, of the
            legend that of its least sure colour, of the pictogram the cosine.
        strings: the different texts.
        pictograms: names of the gallery.
    """

    states: Mapping[str, States]
    certainty: Mapping[str, FloatArray]
    strings: tuple[str, ...]
    pictograms: tuple[str, ...]

    def words(self, attribute: str, state: int) -> str:
        """A value for people: ``red, black``, ``50``, ``none``."""
        if attribute == PICTOGRAM_NAME:
            return self.pictograms[state] if state >= 0 else "none"
        if attribute == TEXT.name:
            return self.strings[state] or "none"
        if attribute == LEGEND.name:
            return ", ".join(c for i, c in enumerate(LEGEND.values) if state >> i & 1) or "none"
        return _CATEGORICAL[attribute][state].replace("_", " ")


class Observer:
    """Collects observations batch by batch.

    Args:
        pictograms: names of the gallery.
    """

    def __init__(self, pictograms: Sequence[str]) -> None:
        self._pictograms = tuple(pictograms)
        self._strings: dict[str, int] = {}
        self._states: list[dict[str, States]] = []
        self._certainty: list[dict[str, FloatArray]] = []

    def add(self, readings: Readings, similarity: FloatArray) -> None:
        """The next N pictures; ``similarity`` is float32 (N, P)."""
        texts = most_probable_texts(readings.text, TextSet.everything())
        assert texts is not None
        codes = [self._strings.setdefault(text, len(self._strings)) for text in texts.texts]
        legend = readings.legend
        colours = legend >= PASS_PROBABILITY
        if not similarity.shape[1]:  # no pictogram at all: number -1, as sure as nothing
            nearest, cosine = np.full(len(readings), -1), np.zeros(len(readings))
        else:
            nearest, cosine = similarity.argmax(axis=1), similarity.max(axis=1)
        self._states.append(
            {
                **{n: a.argmax(axis=1).astype(np.int32) for n, a in readings.categorical.items()},
                LEGEND.name: (colours << np.arange(len(LEGEND.values))).sum(axis=1, dtype=np.int32),
                TEXT.name: np.array(codes, np.int32),
                PICTOGRAM_NAME: nearest.astype(np.int32),
            }
        )
        self._certainty.append(
            {
                **{n: a.max(axis=1) for n, a in readings.categorical.items()},
                LEGEND.name: np.maximum(legend, 1 - legend).min(axis=1),
                TEXT.name: texts.probabilities.astype(np.float32),
                PICTOGRAM_NAME: cosine.astype(np.float32),
            }
        )

    def observations(self) -> Observations:
        """All that was added."""
        names = (*_CATEGORICAL, LEGEND.name, TEXT.name, PICTOGRAM_NAME)
        no_states, no_certainty = [np.zeros(0, np.int32)], [np.zeros(0, np.float32)]
        return Observations(
            {n: np.concatenate([part[n] for part in self._states] or no_states) for n in names},
            {n: np.concatenate([p[n] for p in self._certainty] or no_certainty) for n in names},
            tuple(self._strings),
            self._pictograms,
        )
