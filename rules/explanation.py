"""Why a rule does or does not explain a crop, and what is certain about a crop without rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attributes.readings import Readings
from attributes.vocabulary import (
    BACKGROUND,
    BAR,
    BORDER,
    CATEGORICAL,
    LEGEND,
    SHAPE,
    TEXT,
    Categorical,
)
from rules.condition_schema import NONE
from rules.diagnostics import Position
from rules.engine import Engine
from rules.text_probability import most_probable_codes, most_probable_string

PASS_PROBABILITY = 0.5
"""A condition counts as fulfilled from this probability on."""
_CERTAIN = 0.9
"""Probability from which on a value is said of a crop whatever the rules say."""

_NOTHING_READ = "nothing in particular"
_CATEGORICAL = {a.name: a for a in CATEGORICAL}


@dataclass(frozen=True)
class ConditionOutcome:
    """One condition of a rule, held against one crop.

    Attributes:
        attribute: name of the attribute.
        expected: what the rule allows, in words.
        observed: most probable value, for example ``circle``, ``black, red``, ``50``, ``none``.
        observed_probability: of this value alone.
        observed_is_expected: whether the rule allows this value; as :attr:`passed` where all values
            are as likely.
        probability: that the condition holds.
        passed: whether it is at least :data:`PASS_PROBABILITY`.
        position: where the condition stands, at the sign or in its face.
    """

    attribute: str
    expected: str
    observed: str
    observed_probability: float
    observed_is_expected: bool
    probability: float
    passed: bool
    position: Position

    @property
    def read(self) -> str:
        """What was read, in words that agree with :attr:`passed`.

        The likeliest value alone can be one that the rule does not allow, though it is likelier
        that it is one of those that it allows; or the other way round.
        """
        if self.passed == self.observed_is_expected:
            return self.observed
        likeliest = f"{self.observed} ({self.observed_probability:.3f})"
        return f"that rather than {likeliest}" if self.passed else f"{likeliest}, unsurely"


def explain(
    engine: Engine, readings: Readings, row: int, alternative_index: int
) -> tuple[ConditionOutcome, ...]:
    """Every condition of an alternative against crop ``row``, in the order of the vocabulary."""
    conditions = engine.alternatives[alternative_index].conditions
    probabilities = engine.condition_probabilities(readings, alternative_index, row)
    outcomes = []
    for attribute, probability in probabilities.items():
        value, alone = _most_probable(readings, row, attribute)
        passed = probability >= PASS_PROBABILITY
        tells_nothing = _tells_nothing(readings, row, attribute)
        outcomes.append(
            ConditionOutcome(
                attribute,
                conditions[attribute].phrase,
                _NOTHING_READ if tells_nothing else _in_words(value),
                alone,
                passed if tells_nothing else value in conditions[attribute].values,
                probability,
                passed,
                conditions[attribute].positions[0],
            )
        )
    return tuple(outcomes)


def _tells_nothing(readings: Readings, row: int, attribute: str) -> bool:
    """Whether all values are as likely, as where a test of a rule file does not give one."""
    return attribute in _CATEGORICAL and not np.ptp(readings.categorical[attribute][row])


def observed(readings: Readings, row: int, attribute: str) -> tuple[str, float]:
    """The most probable value of an attribute in crop ``row``, in words, and its probability."""
    value, probability = _most_probable(readings, row, attribute)
    return _in_words(value), probability


def _most_probable(
    readings: Readings, row: int, attribute: str
) -> tuple[str | tuple[str, ...], float]:
    """The most probable value as conditions know it, and its probability."""
    if attribute == LEGEND.name:
        present = readings.legend[row]
        colours = tuple(_legend(readings, row, PASS_PROBABILITY))
        return colours, float(np.prod(np.where(present >= PASS_PROBABILITY, present, 1 - present)))
    if attribute == TEXT.name:
        return most_probable_string(readings.text[row])
    probabilities = readings.categorical[attribute][row]
    value = int(np.argmax(probabilities))
    return _CATEGORICAL[attribute].values[value], float(probabilities[value])


def _in_words(value: str | tuple[str, ...]) -> str:
    return (_words(value) if isinstance(value, str) else ", ".join(value)) or NONE


def describe_certain(readings: Readings) -> list[str]:
    """What is certain about each of N crops whatever the rules say.

    For example ``red triangle, white face, black legend``; the empty string if nothing is.
    """
    values = [
        _certain_values(a, readings.categorical[a.name]) for a in (SHAPE, BORDER, BACKGROUND, BAR)
    ]
    legends = [_legend(readings, row, _CERTAIN) for row in range(len(readings))]
    parts = zip(*values, legends, _certain_texts(readings), strict=True)
    return [_in_one_line(*of_crop) for of_crop in parts]


def _certain_values(
    attribute: Categorical, probabilities: npt.NDArray[np.float32]
) -> list[str | None]:
    """The value of an attribute in each crop, in words; None where it is not certain."""
    words = [_words(value) for value in attribute.values]
    certain = probabilities.max(axis=1) >= _CERTAIN
    best = probabilities.argmax(axis=1)
    values = zip(best.tolist(), certain.tolist(), strict=True)
    return [words[value] if sure else None for value, sure in values]


def _certain_texts(readings: Readings) -> list[str]:
    """The text of each crop; empty where there is none, or none that is certain."""
    codes, probabilities = most_probable_codes(readings.text)
    certain = probabilities >= _CERTAIN
    texts = zip(codes.tolist(), certain.tolist(), strict=True)
    return [TEXT.decode(code) if sure else "" for code, sure in texts]


def _in_one_line(
    shape: str | None,
    border: str | None,
    background: str | None,
    bar: str | None,
    legend: list[str],
    text: str,
) -> str:
    """The parts of a sign that are certain, as people name them."""
    parts = []
    has_border = border not in (None, NONE)
    if shape is not None:
        parts.append(f"{border} {shape}" if has_border else shape)
    elif has_border:
        parts.append(f"{border} border")
    if background is not None:
        parts.append(f"{background} face")
    if legend:
        parts.append(f"{' and '.join(legend)} legend")
    if bar not in (None, NONE):
        parts.append("stripes" if bar == "stripes" else f"{bar} bar")
    if text:
        parts.append(f'text "{text}"')
    return ", ".join(parts)


def _legend(readings: Readings, row: int, min_probability: float) -> list[str]:
    present = readings.legend[row] >= min_probability
    return sorted(c for c, there in zip(LEGEND.values, present, strict=True) if there)


def _words(value: str) -> str:
    return value.replace("_", " ")
