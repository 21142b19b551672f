"""What a picture of a new sign suggests to write into a rule file."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from attributes.readings import Readings
from attributes.vocabulary import (
    BAR,
    CATEGORICAL,
    DIGITS_NAME,
    LEGEND,
    TEXT,
    Categorical,
)
from rules import Catalogue, Engine, Position, Sign
from rules.catalogue import Alternative
from rules.condition_schema import NONE
from rules.numbers import plain_spelling
from rules.text_probability import most_probable_string
from rules.value_sets import StateSet

CERTAIN: Final = 0.9
"""Probability from which on a reading becomes a condition."""
_FACE_FIT: Final = 0.8
"""Probability from which on a face is taken for what is on the picture."""
_SHOWN: Final = 0.05
"""Probability from which on a value is worth telling."""

_ABSENCES: Final = ({BAR.name: NONE}, {TEXT.name: NONE})


@dataclass(frozen=True)
class Reading:
    """What was read of one attribute.

    Attributes:
        attribute: its name.
        values: value -> probability, the likeliest first.
        chosen: the values that are certain: one, or two of which it is certainly one; for the
            legend all colours that are there. None if nothing is certain.
    """

    attribute: str
    values: Mapping[str, float]
    chosen: tuple[str, ...] | None

    def __str__(self) -> str:
        """The values and their probabilities."""
        return ", ".join(f"{value} {p:.2f}" for value, p in self.values.items()) or NONE


@dataclass(frozen=True)
class Proposal:
    """Conditions that fit a picture.

    Attributes:
        readings: what was read.
        when: the conditions, as they stand in a rule file.
        asks_for_pictogram: whether only a pictogram tells the sign from others; if so, ``when``
            does not name it yet.
        notes: what the author should know.
    """

    readings: tuple[Reading, ...]
    when: Mapping[str, Any]
    asks_for_pictogram: bool
    notes: tuple[str, ...]


def propose(
    views: Readings, crop: Readings, catalogue: Catalogue, with_pictogram: bool
) -> Proposal:
    """Conditions that fit several views of one picture.

    Only what is certain becomes a condition. A face of the catalogue that fits is used.

    Args:
        views: readings of the views, which are blurred and turned.
        crop: reading of the picture itself, in which small characters are sharper.
        catalogue: whose faces may be used.
        with_pictogram: ask for a pictogram in any case, not only if nothing can be read.
    """
    mean = _mean(views)
    readings = {r.attribute: r for r in _read(mean)}
    if readings[TEXT.name].chosen is None:
        readings[TEXT.name] = _read_text(crop)
    text = readings[TEXT.name].chosen
    is_empty = readings[LEGEND.name].chosen == ()
    asks = with_pictogram or not (text or is_empty)
    face = _fitting_face(mean, catalogue)
    when: dict[str, Any] = {}
    covered: set[str] = set()
    if face is not None:
        when["face"] = face
        covered = set.intersection(*({*a.conditions} for a in catalogue.faces[face]))
    for name, reading in readings.items():
        condition = _condition(reading)
        # A pictogram says more than the absence of anything else would.
        says_little = asks and (name == LEGEND.name or condition in _ABSENCES)
        if condition and name not in covered and not says_little:
            when.update(condition)
    return Proposal(
        tuple(readings.values()), when, asks, tuple(_notes(readings.values(), covered, when))
    )


def slug(name: str) -> str:
    """A pictogram's name made of a sign's: ``Wild animals`` -> ``wild-animals``."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return words if words[:1].isalpha() else f"sign-{words}".strip("-")


def _mean(views: Readings) -> Readings:
    return Readings.from_arrays(
        {name: array.mean(axis=0, keepdims=True) for name, array in views.arrays.items()}
    )


def _read(mean: Readings) -> Iterator[Reading]:
    for attribute in CATEGORICAL:
        yield _read_categorical(attribute, mean.categorical[attribute.name][0])
    present = {c: float(p) for c, p in zip(LEGEND.values, mean.legend[0], strict=True)}
    is_sure = all(p >= CERTAIN or p <= 1 - CERTAIN for p in present.values())
    colours = tuple(c for c, p in present.items() if p >= CERTAIN)
    yield Reading(LEGEND.name, _likeliest(present), colours if colours or is_sure else None)
    yield _read_text(mean)


def _read_text(reading: Readings) -> Reading:
    text, probability = most_probable_string(reading.text[0])
    chosen = ((text,) if text else ()) if probability >= CERTAIN else None
    return Reading(TEXT.name, {text or NONE: probability}, chosen)


def _read_categorical(attribute: Categorical, probabilities: npt.NDArray[np.float32]) -> Reading:
    values = {v: float(p) for v, p in zip(attribute.values, probabilities, strict=True)}
    first, second = list(_likeliest(values, at_least=0))[:2]
    chosen: tuple[str, ...] | None = None
    if values[first] >= CERTAIN:
        chosen = (first,)
    elif values[first] + values[second] >= CERTAIN:
        chosen = (first, second)
    return Reading(attribute.name, _likeliest(values), chosen)


def _likeliest(values: Mapping[str, float], at_least: float = _SHOWN) -> dict[str, float]:
    ranked = sorted(values.items(), key=lambda item: -item[1])
    return {value: p for value, p in ranked if p >= at_least}


def _condition(reading: Reading) -> dict[str, Any]:
    """What is certain, as it stands in a rule file; empty if nothing is."""
    chosen = reading.chosen
    if chosen is None:
        return {}
    if not chosen:
        return {reading.attribute: NONE}
    if reading.attribute == TEXT.name:
        return _text_condition(chosen[0])
    if reading.attribute == LEGEND.name:
        return {LEGEND.name: {"all": list(chosen)} if len(chosen) > 1 else chosen[0]}
    return {reading.attribute: list(chosen) if len(chosen) > 1 else chosen[0]}


def _text_condition(text: str) -> dict[str, Any]:
    number = plain_spelling(text)
    if number is None:
        return {TEXT.name: text}
    return {DIGITS_NAME: float(number) if "." in number else int(number)}


def _notes(
    readings: Iterable[Reading], covered: set[str], when: Mapping[str, Any]
) -> Iterator[str]:
    for reading in readings:
        if reading.chosen is None and reading.attribute not in covered:
            yield f"{reading.attribute} is left out, it is not certain: {reading}"
    if DIGITS_NAME in when:
        yield (
            f"for other numbers than {when[DIGITS_NAME]} too, write a range such as "
            "`digits: {min: 5, max: 130, multiple_of: 5}`, and `value: {from: digits}`"
        )


def _fitting_face(mean: Readings, catalogue: Catalogue) -> str | None:
    """The face that says most about the picture, of those that fit it; None if none does."""
    faces = {
        name: alternatives
        for name, alternatives in catalogue.faces.items()
        if not any(a.pictogram for a in alternatives)
    }
    # The engine scores signs, so each face becomes one.
    signs = tuple(Sign(name, {}, Position("", 1, 1), faces[name]) for name in faces)
    engine = Engine(replace(catalogue, signs=signs))
    best_fit: dict[str, float] = {}
    for sign, log_fit in zip(engine.alternative_sign, engine.score(mean).log_fit[0], strict=True):
        name = signs[sign].id
        best_fit[name] = max(best_fit.get(name, 0), float(np.exp(log_fit)))
    fitting = [name for name, fit in best_fit.items() if fit >= _FACE_FIT]
    return max(
        fitting,
        key=lambda name: (
            min(len(a.conditions) for a in faces[name]),
            -_breadth(faces[name]),
            best_fit[name],
        ),
        default=None,
    )


def _breadth(alternatives: Sequence[Alternative]) -> int:
    """How many looks a face allows: of two that fit, the narrower says more."""
    sets = ([c.values for c in a.conditions.values()] for a in alternatives)
    return sum(
        math.prod(values.mask.bit_count() for values in each if isinstance(values, StateSet))
        for each in sets
    )
