"""Disagreements that a whole class shares: there not the reading errs, but a rule or a label.

If a few pictures of a class are read otherwise than its rule asks, they were misread. If most
are, all alike, and as surely as where rules and readings agree, then that is what the sign looks
like, and whoever wrote the rule (or the label map) meant something else.

One case remains: a text or a pictogram that is rightly another sign's. Those tell signs apart, so
a class that is read as another one's is taken for it; that is an error of the reading or of the
matcher, however many pictures it concerns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from attributes.vocabulary import PICTOGRAM_NAME, TEXT
from recognizer.validation.agreement import NAMES, Agreement, ways_of
from recognizer.validation.outcomes import UNKNOWN_CODE, Outcomes
from rules import Catalogue
from rules.answer_ids import split_id

MIN_PICTURES: Final = 5
"""Fewer pictures of a class are no basis for saying what they share."""
MIN_SHARE: Final = 2 / 3
"""Share of a class's pictures that must be read alike."""
_USUAL: Final = 0.25
"""Quantile of the certainty of readings that agree, above which a reading is as sure as usual."""
_SURE: Final = 0.95
"""Certainty that is enough even where readings that agree are usually surer."""
_IDENTIFYING: Final = (TEXT.name, PICTOGRAM_NAME)
"""What tells one sign from another, while shapes and colours are common to many."""

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Disagreements:
    """What whole classes are read as, against their rules.

    Attributes:
        shared: (class, attribute) -> the state that most pictures of the class share although
            the rule does not allow it.
        candidates: class -> code of the sign that most of its pictures are likeliest to be,
            answered or not.
        answers: class -> code of the sign that most of its pictures are answered as.
        pictograms: class -> the pictogram that most of its pictures are nearest to, a state.
    """

    shared: Mapping[tuple[int, str], int]
    candidates: Mapping[int, int]
    answers: Mapping[int, int]
    pictograms: Mapping[int, int]


def find_disagreements(outcomes: Outcomes, agreement: Agreement) -> Disagreements:
    """Look at each class as a whole."""
    of_class = [np.flatnonzero(outcomes.label == i) for i in range(len(outcomes.classes))]
    shared: dict[tuple[int, str], int] = {}
    for attribute in NAMES:
        usual = _usual_certainty(outcomes, agreement, attribute)
        common = {i: _common_state(outcomes, attribute, rows) for i, rows in enumerate(of_class)}
        agreeing = agreement.implied[attribute] & agreement.held[attribute]
        owned = {
            state
            for label, state in common.items()
            if attribute in _IDENTIFYING and state is not None
            if _agrees(outcomes, attribute, agreeing, of_class[label], state)
        }
        for label, state in common.items():
            rows = of_class[label]
            if state is None or state in owned or not agreement.implied[attribute][rows].any():
                continue
            alike = rows[outcomes.observations.states[attribute][rows] == state]
            certainty = np.median(outcomes.observations.certainty[attribute][alike])
            if not agreement.held[attribute][alike].any() and certainty >= usual:
                shared[label, attribute] = state
    answers = _common_of_each(outcomes.answered, of_class)
    return Disagreements(
        shared,
        _common_of_each(outcomes.candidate, of_class),
        {label: code for label, code in answers.items() if code != UNKNOWN_CODE},
        _common_of_each(outcomes.observations.states[PICTOGRAM_NAME], of_class),
    )


def is_other_value(
    outcomes: Outcomes, disagreements: Disagreements, catalogue: Catalogue, label: int, code: int
) -> bool:
    """Whether a class's shared text is another value that the rule of its sign allows as well.

    Then rule and reading agree with each other, and it is the label that says otherwise.
    """
    state = disagreements.shared.get((label, TEXT.name))
    sign_id, value = split_id(outcomes.names[code])
    if state is None or value is None:
        return False
    text = outcomes.observations.strings[state]
    ways = ways_of(catalogue.by_id[sign_id], None)
    return any(TEXT.name not in way.values or text in way.values[TEXT.name] for way in ways)


def _common_state(outcomes: Outcomes, attribute: str, rows: IntArray) -> int | None:
    return _common(outcomes.observations.states[attribute][rows])


def _common_of_each(
    states: npt.NDArray[np.signedinteger], of_class: Sequence[IntArray]
) -> dict[int, int]:
    """Class -> the state that enough of its pictures share, where there is one."""
    common = {label: _common(states[rows]) for label, rows in enumerate(of_class)}
    return {label: state for label, state in common.items() if state is not None}


def _common(states: npt.NDArray[np.signedinteger]) -> int | None:
    """The state that enough pictures share; None if there is none."""
    if len(states) < MIN_PICTURES:
        return None
    values, counts = np.unique(states, return_counts=True)
    most = int(counts.argmax())
    return int(values[most]) if counts[most] >= MIN_SHARE * len(states) else None


def _agrees(
    outcomes: Outcomes,
    attribute: str,
    agreeing: npt.NDArray[np.bool_],
    rows: IntArray,
    state: int,
) -> bool:
    """Whether the state that a class shares is what its rule asks for."""
    alike = rows[outcomes.observations.states[attribute][rows] == state]
    return bool(agreeing[alike].any())


def _usual_certainty(outcomes: Outcomes, agreement: Agreement, attribute: str) -> float:
    """How sure readings are that agree with the rules, at most _SURE; 0 if none does."""
    agreeing = agreement.implied[attribute] & agreement.held[attribute]
    certainty = outcomes.observations.certainty[attribute][agreeing]
    return min(_SURE, float(np.quantile(certainty, _USUAL))) if len(certainty) else 0.0
