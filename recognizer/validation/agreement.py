"""What the rules imply for each labelled picture, against what was read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attributes.vocabulary import ATTRIBUTES, PICTOGRAM_NAME, TEXT
from recognizer.validation.observations import Observations
from recognizer.validation.outcomes import FIRST_SIGN_CODE, Outcomes
from rules import Catalogue, Sign
from rules.answer_ids import split_id
from rules.value_sets import StateSet, ValueSet

NAMES = (*(a.name for a in ATTRIBUTES), PICTOGRAM_NAME)
"""Attributes, and the pictogram as one more."""

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Way:
    """One way in which a sign can look.

    Attributes:
        values: attribute -> what is allowed; what is not listed is free.
        pictograms: of which one must be there; None if none is asked for.
    """

    values: Mapping[str, ValueSet]
    pictograms: frozenset[str] | None


@dataclass(frozen=True)
class Agreement:
    """Which attributes of N pictures are implied, and which of those were read so.

    Of a sign that can look in several ways, the way that disagrees least with what was read is
    taken to be the one on the picture.

    Attributes:
        implied: attribute -> bool (N,), whether the rule of the expected sign asks for it.
        held: attribute -> bool (N,), whether what was read is what the rule asks for; True where
            it does not ask.
    """

    implied: Mapping[str, BoolArray]
    held: Mapping[str, BoolArray]

    def accuracy(self, attribute: str) -> tuple[int, int]:
        """How many pictures imply something about an attribute, and of how many it was read."""
        implied = self.implied[attribute]
        return int(implied.sum()), int((implied & self.held[attribute]).sum())


def ways_of(sign: Sign, value: str | None) -> list[Way]:
    """The ways in which a sign can look; with a value, only as it looks with that value."""
    ways = []
    for alternative in sign.alternatives:
        values = {name: c.values for name, c in alternative.conditions.items()}
        if value is not None:
            values[TEXT.name] = sign.texts_of(value)
        asked = frozenset(alternative.pictograms) if alternative.pictogram else None
        ways.append(Way(values, asked))
    return ways or [Way({}, frozenset(sign.exemplar_pictograms))]


def agree(outcomes: Outcomes, catalogue: Catalogue) -> Agreement:
    """Hold what was read from each picture against the rule of the sign that it shows."""
    count = len(outcomes)
    implied = {name: np.zeros(count, bool) for name in NAMES}
    held = {name: np.ones(count, bool) for name in NAMES}
    for code in np.unique(outcomes.expected).tolist():
        sign_id, value = split_id(outcomes.names[code])
        if code < FIRST_SIGN_CODE or sign_id not in catalogue.by_id:
            continue
        rows = np.flatnonzero(outcomes.expected == code)
        ways = ways_of(catalogue.by_id[sign_id], value)
        found = [_holds(way, outcomes.observations, rows) for way in ways]
        failures = np.stack(
            [sum((~h for h in f.values()), np.zeros(len(rows), int)) for f in found]
        )
        best = failures.argmin(axis=0)
        for number, way in enumerate(found):
            mine = best == number
            for name, holding in way.items():
                implied[name][rows[mine]] = True
                held[name][rows[mine]] = holding[mine]
    return Agreement(implied, held)


def _holds(way: Way, observations: Observations, rows: IntArray) -> dict[str, BoolArray]:
    """Attribute that is asked for -> whether each of ``rows`` was read so, bool (rows,)."""
    found = {}
    for name, allowed in way.values.items():
        states = observations.states[name][rows]
        if isinstance(allowed, StateSet):
            found[name] = allowed.states()[states]
        else:
            found[name] = np.array([s in allowed for s in observations.strings], bool)[states]
    if way.pictograms is not None:
        # One more for the state -1, "no pictogram", which is the last when counted from behind.
        asked = [*(name in way.pictograms for name in observations.pictograms), False]
        found[PICTOGRAM_NAME] = np.array(asked, bool)[observations.states[PICTOGRAM_NAME][rows]]
    return found
