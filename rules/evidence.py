"""Readings that are certain, for rules to be tried without a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from attributes.readings import Readings
from attributes.vocabulary import (
    BAR,
    CATEGORICAL,
    DIGITS_NAME,
    EMBEDDING_DIMENSIONS,
    LEGEND,
    TEXT,
)
from rules.condition_schema import NONE
from rules.diagnostics import did_you_mean, one_of, quote
from rules.numbers import spell

_KEYS = (*(a.name for a in CATEGORICAL), LEGEND.name, TEXT.name, DIGITS_NAME)


def certain_readings(attribute_sets: Sequence[Mapping[str, Any]]) -> Readings:
    """Readings that are sure of what is given.

    Args:
        attribute_sets: one mapping per crop: a categorical attribute -> its value; ``legend`` ->
            a colour, a list of colours or ``none``; ``text`` -> a string (or ``none``), or
            ``digits`` -> a number (or ``none``). What is not given is: no legend, no text, no
            bar, and of the other attributes every value equally probable.

    Returns:
        Readings of ``len(attribute_sets)`` crops. All embeddings are the same and mean nothing.

    Raises:
        ValueError: the vocabulary has no such attribute or value.
    """
    count = len(attribute_sets)
    categorical = {
        a.name: np.full((count, len(a.values)), 1 / len(a.values), np.float32) for a in CATEGORICAL
    }
    legend = np.zeros((count, len(LEGEND.values)), np.float32)
    text = np.zeros((count, TEXT.max_length, TEXT.classes), np.float32)
    for row, attributes in enumerate(attribute_sets):
        for key in attributes:
            if key not in _KEYS:
                raise ValueError(_unknown(f"unknown attribute {quote(key)}", key, _KEYS))
        for attribute in CATEGORICAL:
            default = NONE if attribute is BAR else None
            value = attributes.get(attribute.name, default)
            if value is not None:
                _require(attribute.name, value, attribute.values)
                categorical[attribute.name][row] = 0
                categorical[attribute.name][row, attribute.index(value)] = 1
        for colour in _colours(attributes.get(LEGEND.name, NONE)):
            _require(LEGEND.name, colour, LEGEND.values)
            legend[row, LEGEND.index(colour)] = 1
        codes = TEXT.encode(_string(attributes))
        padded = (*codes, *(0,) * (TEXT.max_length - len(codes)))
        text[row, range(TEXT.max_length), padded] = 1
    embedding = np.full((count, EMBEDDING_DIMENSIONS), EMBEDDING_DIMENSIONS**-0.5, dtype=np.float32)
    presence = np.ones(count, np.float32)
    return Readings(categorical, legend, text, embedding, presence)


def _colours(value: Any) -> Sequence[str]:
    if value == NONE:
        return ()
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Iterable):
        raise ValueError(f"`legend` must be a colour, several or none, not {quote(value)}")
    return tuple(value)


def _string(attributes: Mapping[str, Any]) -> str:
    if TEXT.name in attributes and DIGITS_NAME in attributes:
        raise ValueError("`text` and `digits` are the same reading; give one of them")
    text = attributes.get(TEXT.name, NONE)
    digits = attributes.get(DIGITS_NAME, NONE)
    if digits != NONE:
        if isinstance(digits, bool) or not isinstance(digits, int | float):
            raise ValueError(f"`digits` must be a number or none, not {quote(digits)}")
        return spell(digits)
    if not isinstance(text, str):
        raise ValueError(f"`text` must be a string, not {quote(text)}")
    return "" if text == NONE else text


def _require(attribute: str, value: object, values: tuple[str, ...]) -> None:
    if value not in values:
        raise ValueError(
            _unknown(f"{quote(value)} is no value of {quote(attribute)}", value, values)
        )


def _unknown(problem: str, word: object, candidates: tuple[str, ...]) -> str:
    suggestion = did_you_mean(word, candidates) or f"expected {one_of(candidates)}"
    return f"{problem}; {suggestion}"
