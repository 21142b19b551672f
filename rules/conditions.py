"""What a condition of the rule file means: the set of values it allows, and words for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from attributes.vocabulary import CATEGORICAL, DIGITS_NAME, LEGEND, TEXT
from rules.condition_schema import (
    ANY,
    NONE,
    LegendForm,
    NotNumbers,
    NumberRange,
)
from rules.diagnostics import Position
from rules.numbers import Multiples, spell, spellings
from rules.value_sets import STATE_COUNT, StateSet, TextSet, ValueSet

CONDITION_KEYS = frozenset((*(a.name for a in CATEGORICAL), LEGEND.name, TEXT.name, DIGITS_NAME))
"""Keys of a rule that are conditions on an attribute; ``digits`` is one on the text."""


@dataclass(frozen=True)
class Condition:
    """A condition on one attribute.

    Attributes:
        values: the values it allows; empty if the conditions it was made of contradict.
        positions: where it stands: the sign's own place, or the face's, or both; if the face's
            excludes all that the sign's does, the face's first.
        phrase: what it allows, in words.
    """

    values: ValueSet
    positions: tuple[Position, ...]
    phrase: str

    def __and__(self, other: Condition) -> Condition:
        """Both conditions at once; ``self`` is named first, unless it adds nothing."""
        if other == self:
            return self
        values: ValueSet = self.values & other.values  # type: ignore[operator]
        # A condition that adds nothing needs no words of its own.
        if values == self.values:
            phrase = self.phrase
        elif values == other.values:
            return Condition(values, other.positions + self.positions, other.phrase)
        else:
            phrase = f"{self.phrase} and {other.phrase}"
        return Condition(values, self.positions + other.positions, phrase)


def attribute_of(key: str) -> str:
    """The attribute that the condition ``key`` of a rule speaks about."""
    return TEXT.name if key == DIGITS_NAME else key


def meaning(key: str, condition: Any) -> tuple[ValueSet, str]:
    """The values that a condition allows, and words for them.

    Args:
        key: one of :data:`CONDITION_KEYS`.
        condition: its value in a validated :class:`rules.condition_schema.Conditions`.
    """
    if key == DIGITS_NAME:
        return _digits(condition)
    if key == TEXT.name:
        return _text(condition)
    if key == LEGEND.name:
        return _legend(condition)
    return _categorical(key, condition)


def as_tuple(value: Any) -> tuple[str, ...]:
    """What a rule gives as one word or as a list of words."""
    return tuple(value) if isinstance(value, list) else (value,)


def _or(words: Iterable[str]) -> str:
    return " or ".join(words)


def _words(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(v.replace("_", " ") for v in values)


def _not(values: Iterable[str], words: Iterable[str], some: str) -> str:
    """Words for everything but ``values``: to be without ``none`` is to have ``some``."""
    others = [word for value, word in zip(values, words, strict=True) if value != NONE]
    if NONE not in values:
        return f"not {_or(others)}"
    return f"{some}, but not {_or(others)}" if others else some


def _categorical(name: str, condition: Any) -> tuple[ValueSet, str]:
    if isinstance(condition, str | list):
        values = as_tuple(condition)
        return StateSet.of_values(name, values), _or(_words(values))
    values = as_tuple(condition.not_)
    return ~StateSet.of_values(name, values), _not(values, _words(values), f"some {name}")


def _legend(condition: Any) -> tuple[ValueSet, str]:
    if isinstance(condition, str | list):
        return _some_colour(as_tuple(condition)), _or(as_tuple(condition))
    assert isinstance(condition, LegendForm)
    if condition.only is not None:
        colours = as_tuple(condition.only)
        others = tuple(c for c in LEGEND.values if c not in colours)
        return (
            _some_colour(colours) & ~_some_colour(others),
            f"only {_or(colours)}",
        )
    if condition.all is not None:
        colours = as_tuple(condition.all)
        allowed = StateSet.everything(LEGEND.name)
        for colour in colours:
            allowed &= _with_colour(colour)
        return allowed, " and ".join(colours)
    colours = as_tuple(condition.not_)
    return ~_some_colour(colours), _not(colours, colours, "some colour")


def _some_colour(colours: tuple[str, ...]) -> StateSet:
    """The colour sets with at least one of ``colours``, ``none`` being the empty one."""
    allowed = StateSet(LEGEND.name, 0)
    for colour in colours:
        allowed |= StateSet(LEGEND.name, 1) if colour == NONE else _with_colour(colour)
    return allowed


@lru_cache(maxsize=len(LEGEND.values))
def _with_colour(colour: str) -> StateSet:
    bit = LEGEND.index(colour)
    states = range(STATE_COUNT[LEGEND.name])
    return StateSet(LEGEND.name, sum(1 << state for state in states if state >> bit & 1))


def _text(condition: Any) -> tuple[ValueSet, str]:
    if condition == ANY:
        return ~TextSet(frozenset(("",))), "any text"
    if isinstance(condition, str | list):
        return _strings(as_tuple(condition)), _or(_text_words(as_tuple(condition)))
    strings = as_tuple(condition.not_)
    return ~_strings(strings), _not(strings, strings, "some text")


def _strings(strings: Iterable[str]) -> TextSet:
    return TextSet(frozenset("" if s == NONE else s for s in strings))


def _text_words(strings: Iterable[str]) -> tuple[str, ...]:
    return tuple("no text" if s == NONE else s for s in strings)


def _digits(condition: Any) -> tuple[ValueSet, str]:
    if isinstance(condition, NumberRange):
        return _range(condition.multiples)
    if isinstance(condition, NotNumbers):
        numbers = tuple(_plain(as_tuple(condition.not_)))
        return ~_strings(_spelled(numbers)), _not(numbers, numbers, "some text")
    return _numbers(as_tuple(condition))


def _numbers(items: Iterable[float | str]) -> tuple[TextSet, str]:
    plain = tuple(_plain(items))
    return _strings(_spelled(plain)), _or(_text_words(plain))


def _plain(items: Iterable[float | str]) -> Iterator[str]:
    """Numbers in plain spelling; ``none`` as it is."""
    return (NONE if isinstance(item, str) else spell(item) for item in items)


def _spelled(numbers: Iterable[str]) -> Iterator[str]:
    """Every spelling of some plain ones."""
    for number in numbers:
        yield from (NONE,) if number == NONE else spellings(number)


@lru_cache(maxsize=256)
def _range(multiples: Multiples) -> tuple[ValueSet, str]:
    numbers = multiples.spelled()
    steps = "" if multiples.step == 1 else f" in steps of {multiples.step.normalize():f}"
    return _strings(_spelled(numbers)), f"{numbers[0]} to {numbers[-1]}{steps}"
