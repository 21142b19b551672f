"""The most probable of the strings that a rule allows, for many crops at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from attributes.vocabulary import TEXT
from rules.numbers import plain_spelling, split_numbers
from rules.text_probability import (
    most_probable_codes,
    number_codes,
    slot_codes,
    string_probabilities,
    strings_by_probability,
)
from rules.value_sets import TextSet


@dataclass(frozen=True)
class TextValues:
    """The texts of N crops.

    Attributes:
        texts: the most probable string of each crop among those allowed.
        probabilities: float64 (N,), of this string, given that one of those allowed it is.
    """

    texts: tuple[str, ...]
    probabilities: npt.NDArray[np.float64]


def most_probable_texts(text: npt.NDArray[np.floating], allowed: TextSet) -> TextValues | None:
    """The most probable of the ``allowed`` strings in each crop; None if there are none.

    Args:
        text: (N, slots, classes), text readings of N crops.
        allowed: the strings to choose from.
    """
    if allowed.is_empty:
        return None
    named = sorted(allowed.strings)
    slots_first = np.asarray(text, np.float64).transpose(1, 2, 0)
    of_named = string_probabilities(slots_first, slot_codes(named))
    if not allowed.complement:
        return _best_of(named, of_named)
    total = np.clip(1 - of_named.sum(axis=0), 0, None)
    texts, best = _most_probable_of_all(text)
    # Rarely is the most probable string one of the few that are not allowed. A certain
    # reading has no other: then every allowed string is as impossible as the next.
    impossible = (allowed.example(), 0.0)
    chosen = list(texts)
    for row in (i for i, string in enumerate(texts) if string not in allowed):
        others = ((s, p) for s, p in strings_by_probability(text[row]) if s in allowed)
        chosen[row], best[row] = next(others, impossible)
    return TextValues(tuple(chosen), _share(best, total))


def most_probable_numbers(text: npt.NDArray[np.floating], allowed: TextSet) -> TextValues | None:
    """The most probable number in each crop, in plain spelling; None if none is allowed.

    A number is as probable as all its spellings that are allowed together.

    Args:
        text: (N, slots, classes), text readings of N crops.
        allowed: spellings of the numbers to choose from.
    """
    if allowed.is_empty:
        return None
    numbers, codes, of_row = _number_rows(allowed)
    slots_first = np.asarray(text, np.float64).transpose(1, 2, 0)
    of_number = np.zeros((len(numbers), len(text)))
    np.add.at(of_number, of_row, string_probabilities(slots_first, codes))
    return _best_of(numbers, of_number)


@lru_cache(maxsize=256)
def _number_rows(
    allowed: TextSet,
) -> tuple[list[str], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Numbers, codes of their spellings, and the number that each row of these codes spells."""
    assert not allowed.complement, "the loader lets only numbers be read as such"
    whole, others = split_numbers(allowed.strings)
    names = [*whole, *(plain_spelling(text) or text for text in others)]
    numbers = sorted(set(names))
    row = {number: i for i, number in enumerate(numbers)}
    codes = np.concatenate([number_codes(whole), slot_codes(others)])
    return numbers, codes, np.array([row[name] for name in names], np.intp)


def _best_of(names: Sequence[str], probabilities: npt.NDArray[np.float64]) -> TextValues:
    """The most probable in each crop.

    Args:
        names: what to choose from.
        probabilities: float64 (names, N).
    """
    index = probabilities.argmax(axis=0)
    best = probabilities[index, np.arange(probabilities.shape[1])]
    return TextValues(tuple(names[i] for i in index), _share(best, probabilities.sum(axis=0)))


def _share(
    best: npt.NDArray[np.float64], total: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """``best / total``; 0 where all is impossible, so that nothing is likelier than another."""
    possible = total > 0
    return np.where(possible, np.minimum(best / np.where(possible, total, 1), 1), 0)


def _most_probable_of_all(
    text: npt.NDArray[np.floating],
) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """The most probable string of each crop and its probability."""
    codes, probabilities = most_probable_codes(text)
    distinct, inverse = np.unique(codes, axis=0, return_inverse=True)
    strings = [TEXT.decode(row) for row in distinct.tolist()]
    return tuple(strings[i] for i in inverse.reshape(-1)), probabilities
