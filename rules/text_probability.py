"""Probabilities of strings from the slots in which a text is read.

The slots are independent, and what follows the first end carries no meaning, so the probability
of a string is the product over its characters and its end, and those of all strings sum to 1.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from attributes.vocabulary import TEXT

_END: Final = 0
_FREE: Final = TEXT.classes
"""What stands in slots that do not matter, behind the end."""
_END_OF_WHOLE: Final = TEXT.classes + 1
"""The end of a whole number, of whose decimal point and zeros nothing is said."""
_END_OF_DECIMAL: Final = TEXT.classes + 2
"""The end of a number with a decimal point, but for zeros."""
_POINT: Final = TEXT.alphabet.index(".") + 1
_ZERO: Final = TEXT.alphabet.index("0") + 1
_Float = TypeVar("_Float", bound=np.floating[Any])


def slot_codes(strings: Iterable[str]) -> npt.NDArray[np.intp]:
    """Class of every slot for every string, intp (strings, slots).

    Raises:
        ValueError: a string is not in the vocabulary.
    """
    encoded = [TEXT.encode(string) for string in strings]
    codes = np.full((len(encoded), TEXT.max_length), _FREE, np.intp)
    for row, code in zip(codes, encoded, strict=True):
        row[: len(code)] = code
    return codes


def number_codes(numbers: Sequence[str]) -> npt.NDArray[np.intp]:
    """The same for numbers in whatever spelling, one row for all spellings of each.

    Args:
        numbers: their plain spellings, see :func:`rules.numbers.spell`.

    Raises:
        ValueError: a number is not in the vocabulary.
    """
    codes = slot_codes(numbers)
    for row, number in zip(codes, numbers, strict=True):
        row[row == _END] = _END_OF_DECIMAL if "." in number else _END_OF_WHOLE
    return codes


def string_probabilities(
    slots_first: npt.NDArray[_Float], codes: npt.NDArray[np.intp]
) -> npt.NDArray[_Float]:
    """Probability of every string in every crop.

    Args:
        slots_first: float (slots, classes, N), the probability of every class of every slot.
        codes: intp (strings, slots) from :func:`slot_codes` or :func:`number_codes`.

    Returns:
        float (strings, N), of the same precision.
    """
    slots, _, count = slots_first.shape
    ones = np.ones((slots, 1, count), slots_first.dtype)
    table = np.concatenate([slots_first, ones, _number_ends(slots_first)], axis=1)
    product: npt.NDArray[_Float] = table[0][codes[:, 0]]
    for slot in range(1, slots):
        product *= table[slot][codes[:, slot]]
    return product


def probability_of_any(strings: Iterable[str], text: npt.NDArray[np.floating]) -> float:
    """Probability that one crop shows one of the strings; one that cannot be spelt is impossible.

    Args:
        strings: each counts once.
        text: (slots, classes), the text reading of the crop.
    """
    spelt = sorted({string for string in strings if TEXT.can_spell(string)})
    slots_first = np.asarray(text, np.float64)[:, :, None]
    return float(string_probabilities(slots_first, slot_codes(spelt)).sum())


def _number_ends(slots_first: npt.NDArray[_Float]) -> npt.NDArray[_Float]:
    """Probability that a number has ended at each slot, whatever zeros follow.

    Returns:
        (slots, 2, N): of a whole number, which a decimal point and zeros may follow, and of one
        that has its decimal point.
    """
    slots, _, count = slots_first.shape
    # One slot more than there are: where all are filled, the number has ended for certain.
    decimal = np.ones((slots + 1, count), slots_first.dtype)
    for slot in reversed(range(slots)):
        decimal[slot] = slots_first[slot, _END] + slots_first[slot, _ZERO] * decimal[slot + 1]
    whole = slots_first[:, _END].copy()
    whole[:-1] += slots_first[:-1, _POINT] * slots_first[1:, _ZERO] * decimal[2:]
    return np.stack([whole, decimal[:-1]], axis=1)


def most_probable_codes(
    text: npt.NDArray[np.floating],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The most probable string of each crop, as classes of its slots, and its probability.

    A string of k characters has probability (its characters) * (the end at slot k), so the best
    of each length takes the best character of each slot, and the best of all lengths wins.

    Args:
        text: (N, slots, classes), text readings of N crops.

    Returns:
        intp (N, slots), 0 from the end on, and float64 (N,).
    """
    exact = np.asarray(text, np.float64)
    count, slots, _ = exact.shape
    characters = exact[:, :, 1:].max(axis=2)
    codes = exact[:, :, 1:].argmax(axis=2) + 1
    prefix = np.concatenate([np.ones((count, 1)), np.cumprod(characters, axis=1)], axis=1)
    of_length = prefix.copy()
    of_length[:, :slots] *= exact[:, :, _END]
    length = of_length.argmax(axis=1)
    codes[np.arange(slots) >= length[:, None]] = _END
    return codes, of_length[np.arange(count), length]


def most_probable_string(slots: npt.NDArray[np.floating]) -> tuple[str, float]:
    """The first of :func:`strings_by_probability`, found without a search.

    Args:
        slots: (slots, classes), the probabilities of one crop.
    """
    codes, probabilities = most_probable_codes(slots[None])
    return TEXT.decode(codes[0].tolist()), float(probabilities[0])


def strings_by_probability(slots: npt.NDArray[np.floating]) -> Iterator[tuple[str, float]]:
    """Every string and its probability, the most probable first.

    A best-first search: a prefix waits with the probability of its best completion, so whatever
    is complete when it comes up has no better rival.

    Args:
        slots: (slots, classes), the probabilities of one crop.
    """
    probabilities = np.asarray(slots, np.float64)
    length = len(probabilities)
    best_rest = np.ones(length + 1)
    for slot in range(length - 1, -1, -1):
        end, characters = probabilities[slot, _END], probabilities[slot, 1:].max()
        best_rest[slot] = max(end, characters * best_rest[slot + 1])
    # Heap of (-bound, codes, probability of the prefix, whether it is complete).
    waiting: list[tuple[float, tuple[int, ...], float, bool]] = [(-best_rest[0], (), 1.0, False)]
    while waiting:
        _, codes, probability, complete = heapq.heappop(waiting)
        slot = len(codes)
        if complete or slot == length:
            yield TEXT.decode(codes), probability
            continue
        ended = probability * float(probabilities[slot, _END])
        heapq.heappush(waiting, (-ended, codes, ended, True))
        for code in range(1, probabilities.shape[1]):
            longer = probability * float(probabilities[slot, code])
            if longer > 0:
                bound = -longer * float(best_rest[slot + 1])
                heapq.heappush(waiting, (bound, (*codes, code), longer, False))
