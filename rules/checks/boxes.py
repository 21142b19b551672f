"""Rules as boxes: one set of values per attribute, the pictogram being one more attribute.

A crop shows one of the pictograms of the catalogue, or none of them. So a rule that asks for
pictograms allows finitely many names, and one that does not ask allows every name and also
"none of them": the same two kinds of set that texts have. With that, "both rules can hold and no
pictogram separates them" is nothing but an intersection that is not empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from attributes.vocabulary import ATTRIBUTES, LEGEND, PICTOGRAM_NAME, TEXT
from rules.catalogue import Alternative
from rules.condition_schema import NONE
from rules.value_sets import StateSet, TextSet, ValueSet
from rules.yaml_positions import resolve

DIMENSIONS: Final = (*(a.name for a in ATTRIBUTES), PICTOGRAM_NAME)
"""Everything that a rule can have a condition on."""


@dataclass(frozen=True)
class Witness:
    """A concrete assignment of attributes, in the order of the vocabulary.

    Attributes:
        values: attribute and value; what is not listed may be anything. The empty text and the
            empty legend are none; the empty pictogram is one that the catalogue does not name.
    """

    values: tuple[tuple[str, str | frozenset[str]], ...]

    def __str__(self) -> str:
        """The assignment as one writes it: ``shape: circle, legend: black, text: "50"``."""
        return ", ".join(f"{attribute}: {_spelled(value)}" for attribute, value in self.values)

    def to_dict(self) -> dict[str, str | list[str]]:
        """The assignment as plain JSON data."""
        return {
            attribute: sorted(value) if isinstance(value, frozenset) else value
            for attribute, value in self.values
        }


@dataclass(frozen=True)
class Box:
    """The assignments that a conjunction of conditions allows.

    Attributes:
        sets: the values allowed of each of :data:`DIMENSIONS`; what is not listed is free.
    """

    sets: Mapping[str, ValueSet]

    @classmethod
    def of(cls, alternative: Alternative) -> Box:
        """The box of one way in which a sign can look."""
        sets = {name: condition.values for name, condition in alternative.conditions.items()}
        if alternative.pictogram is not None:
            sets[PICTOGRAM_NAME] = TextSet(frozenset(alternative.pictogram.names))
        return cls(sets)

    def __getitem__(self, dimension: str) -> ValueSet:
        """The values allowed of one of :data:`DIMENSIONS`."""
        values = self.sets.get(dimension)
        return everything(dimension) if values is None else values

    def __and__(self, other: Box) -> Box:
        """The assignments that both boxes allow."""
        return Box(
            {
                dimension: self[dimension] & other[dimension]  # type: ignore[operator]
                for dimension in DIMENSIONS
                if dimension in self.sets or dimension in other.sets
            }
        )

    def without(self, dimension: str) -> Box:
        """The same box with one dimension free."""
        return Box({name: values for name, values in self.sets.items() if name != dimension})

    def meets(self, other: Box) -> bool:
        """Whether some assignment lies in both boxes."""
        return not self.is_empty and all(
            meet(values, other[dimension]) for dimension, values in self.sets.items()
        )

    @property
    def is_empty(self) -> bool:
        """Whether no assignment lies in the box."""
        return any(values.is_empty for values in self.sets.values())

    def witness(self) -> Witness:
        """A member, as plain as can be; ValueError if the box is empty."""
        members = ((d, self.sets[d].example()) for d in DIMENSIONS if d in self.sets)
        # To name no pictogram says as much as to say that it is none of the catalogue.
        return Witness(tuple((d, v) for d, v in members if d != PICTOGRAM_NAME or v))


def everything(dimension: str) -> ValueSet:
    """All values of one of :data:`DIMENSIONS`."""
    if dimension in (TEXT.name, PICTOGRAM_NAME):
        return TextSet.everything()
    return StateSet.everything(dimension)


def meet(one: ValueSet, other: ValueSet) -> bool:
    """Whether two sets of values of one dimension have a member in common.

    The same as ``not (one & other).is_empty``, without making the intersection.
    """
    if isinstance(one, StateSet):
        assert isinstance(other, StateSet)
        return bool(one.mask & other.mask)
    assert isinstance(other, TextSet)
    if one.complement:
        return other.complement or not other.strings <= one.strings
    if other.complement:
        return not one.strings <= other.strings
    return not one.strings.isdisjoint(other.strings)


def _spelled(value: str | frozenset[str]) -> str:
    if isinstance(value, str):
        # Without quotes, a text that looks like a number would be refused where it is pasted.
        return (value if isinstance(resolve(value), str) else f'"{value}"') if value else NONE
    colours = [colour for colour in LEGEND.values if colour in value]
    return f"[{', '.join(colours)}]" if len(colours) > 1 else "".join(colours) or NONE
