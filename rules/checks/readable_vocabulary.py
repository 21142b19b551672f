"""Which attribute values a set of weights can read, as its card says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from attributes.vocabulary import CATEGORICAL, LEGEND, TEXT
from rules.value_sets import STATE_COUNT, StateSet


@dataclass(frozen=True)
class ReadableVocabulary:
    """The values that weights can read.

    Attributes:
        states: categorical attribute or colour set -> its states that can be read.
        alphabet: the characters of texts.
        max_length: most characters of a text.
    """

    states: Mapping[str, StateSet]
    alphabet: frozenset[str]
    max_length: int

    @classmethod
    def from_card(cls, vocabulary: Mapping[str, Any]) -> ReadableVocabulary:
        """The values that the ``vocabulary`` section of a weights card lists.

        An attribute that the card lacks cannot be read at all.

        Raises:
            KeyError, TypeError, ValueError: this is no such section.
        """
        by_name: dict[str, Any] = {a["name"]: a for a in vocabulary["attributes"]}

        def values(name: str) -> frozenset[str]:
            return frozenset(by_name[name]["values"] if name in by_name else ())

        states = {
            a.name: StateSet.of_values(a.name, values(a.name).intersection(a.values))
            for a in CATEGORICAL
        }
        states[LEGEND.name] = _sets_of_colours(values(LEGEND.name))
        text = by_name.get(TEXT.name, {"alphabet": "", "max_length": 0})
        return cls(states, frozenset(text["alphabet"]), int(text["max_length"]))

    def can_read(self, text: str) -> bool:
        """Whether a text can be read."""
        return len(text) <= self.max_length and self.alphabet.issuperset(text)


def _sets_of_colours(colours: frozenset[str]) -> StateSet:
    """The states of the legend that hold none but these colours."""
    others = sum(1 << i for i, colour in enumerate(LEGEND.values) if colour not in colours)
    states = range(STATE_COUNT[LEGEND.name])
    return StateSet(LEGEND.name, sum(1 << state for state in states if not state & others))
