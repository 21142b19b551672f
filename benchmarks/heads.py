"""Each head of the network by itself: what it says, how sure it is, whether it errs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import Tensor

from attributes.readings import Readings
from attributes.training.labels import UNKNOWN, Labels
from attributes.vocabulary import CATEGORICAL, LEGEND, TEXT
from recognizer.validation.metrics import reliability


@dataclass(frozen=True)
class Judged:
    """What one head said where the truth is known.

    Attributes:
        known: bool (N,), on which of the N crops the whole attribute is known.
        right: bool (known crops,), whether all of it was read rightly.
        sure: float32 (M,), probability of each single decision's likeliest value.
        held: bool (M,), whether that decision was right. A legend is one decision per colour, a
            text one per character, anything else one.
    """

    known: npt.NDArray[np.bool_]
    right: npt.NDArray[np.bool_]
    sure: npt.NDArray[np.float32]
    held: npt.NDArray[np.bool_]

    @property
    def accuracy(self) -> float:
        """Share of the crops that were read rightly; nan if there are none."""
        return float(self.right.mean()) if len(self.right) else float("nan")

    def accuracy_among(self, rows: npt.NDArray[np.bool_]) -> float:
        """The same for some of the N crops."""
        right = self.right[rows[self.known]]
        return float(right.mean()) if len(right) else float("nan")

    def calibration_error(self) -> float:
        """Expected calibration error over 15 bins of equal width (Guo et al., ICML 2017)."""
        return reliability(self.sure, self.held, bins=15).error


def judge_heads(readings: Readings, labels: Labels) -> Mapping[str, Judged]:
    """Attribute name -> how its head did on N crops; presence and pictogram are left out."""
    judged = {}
    for index, attribute in enumerate(CATEGORICAL):
        truth = labels.categorical[:, index].numpy()
        known = truth != UNKNOWN
        probabilities = readings.categorical[attribute.name][known]
        right = probabilities.argmax(axis=1) == truth[known]
        judged[attribute.name] = Judged(known, right, probabilities.max(axis=1), right)
    judged[LEGEND.name] = _judge(
        np.stack([1 - readings.legend, readings.legend], axis=2), labels.legend.long()
    )
    judged[TEXT.name] = _judge(readings.text, labels.text)
    return judged


def _judge(probabilities: npt.NDArray[np.float32], target: Tensor) -> Judged:
    """Several decisions per crop: (N, decisions, values) against int64 (N, decisions)."""
    truth = target.numpy()
    asked = truth != UNKNOWN
    held = probabilities.argmax(axis=2) == truth
    known = asked.any(axis=1)
    right = (held | ~asked).all(axis=1)[known]
    return Judged(known, right, probabilities.max(axis=2)[asked], held[asked])
