"""The rule engine: how well the readings of a batch of crops fit every sign of a catalogue.

A rule is a conjunction, and its attributes are read independently. So its fit is the sum, over
its conditions, of the logarithm of the probability that the condition holds. The catalogue is
compiled once: signs share most of their conditions, so the probability of each *distinct*
condition is computed per batch, and the fits are gathered from these few rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from attributes.readings import Readings
from attributes.vocabulary import ATTRIBUTES, CATEGORICAL, LEGEND, TEXT
from rules.catalogue import Alternative, Catalogue, Sign
from rules.numbers import split_numbers
from rules.text_choice import TextValues, most_probable_numbers, most_probable_texts
from rules.text_probability import number_codes, slot_codes, string_probabilities
from rules.value_sets import StateSet, TextSet, ValueSet

FloatArray = npt.NDArray[np.float32]

MIN_PROBABILITY: Final = 1e-6
"""Floor of the probability that a condition holds. One misread attribute must cost much, but
not more than several, and never make the fit infinite."""


@dataclass(frozen=True)
class Scores:
    """How well N crops fit the A alternatives of all signs.

    Attributes:
        log_fit: float32 (N, A), natural logarithm of the probability that all conditions of the
            alternative hold, at most 0. The pictogram is not part of it.
    """

    log_fit: FloatArray


class Engine:
    """Scores readings against a catalogue.

    Args:
        catalogue: the catalogue; it is compiled here, once.

    Attributes:
        catalogue: the catalogue.
        signs: its signs.
        alternatives: the alternatives of all signs, sign by sign; A of them. Those that nothing
            can ever fulfil are left out; signs known by pictures alone have none.
        alternative_sign: intp (A,), index into ``signs``.
        exemplar_signs: intp, index into ``signs`` of those known by pictures alone.

    An engine is never changed, so several threads may use it at once.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        """Compile ``catalogue``."""
        self.catalogue = catalogue
        self.signs: tuple[Sign, ...] = catalogue.signs
        pairs = [
            (i, a) for i, sign in enumerate(self.signs) for a in sign.alternatives if not a.is_empty
        ]
        self.alternatives: tuple[Alternative, ...] = tuple(a for _, a in pairs)
        self.alternative_sign = np.array([i for i, _ in pairs], np.intp)
        self.exemplar_signs = np.array(
            [i for i, sign in enumerate(self.signs) if sign.exemplar_pictograms], np.intp
        )
        self._conditions = {
            a.name: _DistinctConditions(a.name, self.alternatives) for a in ATTRIBUTES
        }
        self._masks = {
            a.name: np.array(
                [s.states() for s in self._conditions[a.name].sets if isinstance(s, StateSet)],
                np.float32,
            ).reshape(-1, len(a.values))
            for a in CATEGORICAL
        }
        self._legend = _ColourConditions(self._conditions[LEGEND.name].sets)
        self._text = _TextConditions(self._conditions[TEXT.name].sets)

    def score(self, readings: Readings) -> Scores:
        """How well every crop fits every alternative."""
        count = len(readings)
        fit = np.zeros((len(self.alternatives), count), np.float32)
        for name, probabilities in self._condition_probabilities(readings).items():
            conditions = self._conditions[name]
            if len(conditions.sets):
                # The last row stands for "no condition".
                logs = np.zeros((len(conditions.sets) + 1, count), np.float32)
                np.log(np.maximum(probabilities, MIN_PROBABILITY), out=logs[:-1])
                fit += logs[conditions.of_alternative]
        return Scores(fit.T)

    def condition_probabilities(
        self, readings: Readings, alternative_index: int, row: int
    ) -> dict[str, float]:
        """Attribute -> probability that this alternative's condition on it holds in crop ``row``.

        Attributes on which the alternative has no condition are left out. The numbers are those
        that :meth:`score` sums up.
        """
        table = self._condition_probabilities(readings[row : row + 1])
        conditions = self.alternatives[alternative_index].conditions
        return {
            a.name: float(
                table[a.name][self._conditions[a.name].of_alternative[alternative_index], 0]
            )
            for a in ATTRIBUTES
            if a.name in conditions
        }

    def condition_fits(self, readings: Readings) -> dict[str, FloatArray]:
        """Attribute -> float32 (N, A), probability that the condition of each alternative holds.

        1 where an alternative has no condition on the attribute.
        """
        fits = {}
        for name, probabilities in self._condition_probabilities(readings).items():
            free = np.ones((1, len(readings)), np.float32)
            # The last row stands for "no condition".
            table = np.concatenate([probabilities, free])
            fits[name] = table[self._conditions[name].of_alternative].T
        return fits

    def values(self, readings: Readings, alternative_index: int) -> TextValues:
        """The most probable text of every crop that the alternative allows.

        Of a sign that reads a number it is the most probable number, in plain spelling. Without
        a condition on the text every string is allowed.
        """
        condition = self.alternatives[alternative_index].conditions.get(TEXT.name)
        allowed = TextSet.everything() if condition is None else condition.values
        assert isinstance(allowed, TextSet)
        sign = self.signs[self.alternative_sign[alternative_index]]
        choose = most_probable_numbers if sign.reads_number else most_probable_texts
        values = choose(readings.text, allowed)
        assert values is not None, "an alternative that allows no text is left out"
        return values

    def _condition_probabilities(self, readings: Readings) -> dict[str, FloatArray]:
        """Attribute -> float32 (distinct conditions, N), probability that each holds."""
        probabilities: dict[str, FloatArray] = {
            # Not `@`: BLAS would start threads, which on a busy machine wait for each other a
            # thousand times longer than this product takes.
            a.name: np.einsum("sv,nv->sn", self._masks[a.name], readings.categorical[a.name])
            for a in CATEGORICAL
        }
        probabilities[LEGEND.name] = self._legend.probabilities(readings.legend)
        probabilities[TEXT.name] = self._text.probabilities(readings.text)
        # Rounding may leave a sum or a complement a little outside.
        return {name: np.clip(array, 0, 1) for name, array in probabilities.items()}


class _DistinctConditions:
    """The different conditions on one attribute, and which alternative has which."""

    def __init__(self, attribute: str, alternatives: tuple[Alternative, ...]) -> None:
        index: dict[ValueSet, int] = {}
        self.of_alternative = np.full(len(alternatives), -1, np.intp)
        for i, alternative in enumerate(alternatives):
            condition = alternative.conditions.get(attribute)
            if condition is not None:
                self.of_alternative[i] = index.setdefault(condition.values, len(index))
        self.sets = tuple(index)


class _ColourConditions:
    """Probabilities of sets of colour sets, by a decision diagram that they share.

    A set is split into the members without and those with the last colour, these by the colour
    before, and so on; what remains in the end is everything or nothing. Equal remainders are
    one node, so a level has few nodes, however many sets and states there are.
    """

    def __init__(self, sets: tuple[ValueSet, ...]) -> None:
        nodes = [s.mask for s in sets if isinstance(s, StateSet)]
        # From the first colour on: (node without the colour, node with it) for each node.
        self._levels: list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]] = []
        for colour in reversed(range(len(LEGEND.values))):
            states_without = 1 << colour
            without = [mask & ((1 << states_without) - 1) for mask in nodes]
            having = [mask >> states_without for mask in nodes]
            below = list(dict.fromkeys(without + having))
            index = {mask: i for i, mask in enumerate(below)}
            self._levels.insert(
                0,
                (
                    np.array([index[mask] for mask in without], np.intp),
                    np.array([index[mask] for mask in having], np.intp),
                ),
            )
            nodes = below
        self._leaves = np.array(nodes, np.float32)

    def probabilities(self, present: FloatArray) -> FloatArray:
        """float32 (sets, N), probability that the colours of every crop belong to every set.

        Args:
            present: float32 (N, colours), independent probability that each colour is there.
        """
        nodes = np.repeat(self._leaves[:, None], len(present), axis=1)
        for colour, (without, having) in zip(present.T, self._levels, strict=True):
            nodes = nodes[without] * (1 - colour) + nodes[having] * colour
        return nodes


class _TextConditions:
    """Probabilities of sets of strings.

    A number of which a set has every spelling takes one row, not one for each of them.
    """

    def __init__(self, sets: tuple[ValueSet, ...]) -> None:
        text_sets = [s for s in sets if isinstance(s, TextSet)]
        parts = [split_numbers(s.strings) for s in text_sets]
        numbers = sorted({number for found, _ in parts for number in found})
        strings = sorted({string for _, others in parts for string in others})
        number_row = {number: i for i, number in enumerate(numbers)}
        string_row = {string: i for i, string in enumerate(strings, len(numbers))}
        self._codes = np.concatenate([number_codes(numbers), slot_codes(strings)])
        # Each segment begins with the row behind the last string, which is 0, because
        # `reduceat` cannot sum an empty segment.
        members: list[int] = []
        starts: list[int] = []
        for found, others in parts:
            starts.append(len(members))
            # In the order of the parts, which are sorted: that of a frozenset of strings differs
            # from run to run, and the sum of floats with it.
            members += [len(self._codes), *(number_row[number] for number in found)]
            members += (string_row[string] for string in others)
        self._members = np.array(members, np.intp)
        self._starts = np.array(starts, np.intp)
        self._complement = np.array([s.complement for s in text_sets], bool)

    def probabilities(self, text: FloatArray) -> FloatArray:
        """float32 (sets, N), probability that the text of every crop belongs to every set."""
        count = len(text)
        if not len(self._starts):
            return np.zeros((0, count), np.float32)
        of_string = np.zeros((len(self._codes) + 1, count), np.float32)
        if len(self._codes):
            slots_first = np.ascontiguousarray(text.transpose(1, 2, 0))
            of_string[:-1] = string_probabilities(slots_first, self._codes)
        total = np.add.reduceat(of_string[self._members], self._starts, axis=0)
        total[self._complement] = 1 - total[self._complement]
        return total
