"""The most probable of the strings that a rule allows, for many crops at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attributes.vocabulary import TEXT
from rules.text_probability import (
    most_probable_codes,
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
    of_named = string_probabilities(slots_first, slot_codes(named, free=TEXT.classes))
    if not allowed.complement:
        index = of_named.argmax(axis=0)
        texts = tuple(named[i] for i in index)
        best = of_named[index, np.arange(len(text))]
        total = of_named.sum(axis=0)
    else:
        total = np.clip(1 - of_named.sum(axis=0), 0, None)
        texts, best = _most_probable_of_all(text)
        # Rarely is the most probable string one of the few that are not allowed. A certain
        # reading has no other: then every allowed string is as impossible as the next.
        impossible = (allowed.example(), 0.0)
        chosen = list(texts)
        for row in (i for i, string in enumerate(texts) if string not in allowed):
            others = ((s, p) for s, p in strings_by_probability(text[row]) if s in allowed)
            chosen[row], best[row] = next(others, impossible)
        texts = tuple(chosen)
    # Where all is impossible, no string is more probable than another.
    possible = total > 0
    probabilities = np.where(possible, np.minimum(best / np.where(possible, total, 1), 1), 0)
    return TextValues(texts, probabilities)


def _most_probable_of_all(
    text: npt.NDArray[np.floating],
) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """The most probable string of each crop and its probability."""
    codes, probabilities = most_probable_codes(text)
    distinct, inverse = np.unique(codes, axis=0, return_inverse=True)
    strings = [TEXT.decode(row) for row in distinct.tolist()]
    return tuple(strings[i] for i in inverse.reshape(-1)), probabilities
