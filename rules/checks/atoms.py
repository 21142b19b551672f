"""The values of an attribute, as far as the rules of a catalogue tell them apart.

Values that exactly the same rules allow are one atom. So every set of values that a rule allows
is a union of atoms, and a question about sets of values becomes one about a few bits: the rules
that allow an atom are one integer with a bit for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from rules.value_sets import StateSet, TextSet, ValueSet

_Element = int | str | None
"""What is never split: a state, a string, or (None) all strings that no rule names."""


@dataclass(frozen=True)
class Atom:
    """Values that the rules do not tell apart.

    Attributes:
        values: the values.
        allowing: the rules that allow them: bit ``i`` is set if rule ``i`` does.
    """

    values: ValueSet
    allowing: int


class Atoms:
    """The atoms of one attribute.

    Args:
        sets: of each rule the values that it allows, none of them empty.
    """

    def __init__(self, sets: Sequence[ValueSet]) -> None:
        allowing: dict[ValueSet, int] = defaultdict(int)
        for number, values in enumerate(sets):
            allowing[values] |= 1 << number
        self._sets = sets
        self._of_set = _atoms_of_sets(allowing)
        self._meeting = {
            values: reduce(or_, (atom.allowing for atom in atoms))
            for values, atoms in self._of_set.items()
        }
        self._covering = {
            values: reduce(and_, (atom.allowing for atom in atoms))
            for values, atoms in self._of_set.items()
        }

    def of(self, rule: int) -> tuple[Atom, ...]:
        """The atoms of which the set of this rule is made."""
        return self._of_set[self._sets[rule]]

    def meeting(self, rule: int) -> int:
        """The rules that allow some value that this one allows."""
        return self._meeting[self._sets[rule]]

    def covering(self, rule: int) -> int:
        """The rules that allow every value that this one allows."""
        return self._covering[self._sets[rule]]


def _atoms_of_sets(allowing: Mapping[ValueSet, int]) -> dict[ValueSet, tuple[Atom, ...]]:
    """Of each set the atoms of which it is made.

    Args:
        allowing: the sets, each with the rules whose set it is.
    """
    strings = {s for values in allowing if isinstance(values, TextSet) for s in values.strings}
    members = {values: tuple(_elements(values, strings)) for values in allowing}
    rules: dict[_Element, int] = defaultdict(int)
    for values, elements in members.items():
        for element in elements:
            rules[element] |= allowing[values]
    alike: dict[int, list[_Element]] = defaultdict(list)
    for element, numbers in rules.items():
        alike[numbers].append(element)
    attribute = next(iter(allowing)).attribute if allowing else ""
    atoms = {
        numbers: Atom(_set_of(elements, attribute, strings), numbers)
        for numbers, elements in alike.items()
    }
    return {
        values: tuple(atoms[n] for n in dict.fromkeys(rules[e] for e in elements))
        for values, elements in members.items()
    }


def _elements(values: ValueSet, strings: set[str]) -> Iterable[_Element]:
    """What is in a set, given all strings that any set names."""
    if isinstance(values, StateSet):
        return (i for i in range(values.mask.bit_length()) if values.mask >> i & 1)
    return (*strings.difference(values.strings), None) if values.complement else values.strings


def _set_of(elements: list[_Element], attribute: str, strings: set[str]) -> ValueSet:
    """The set that has these elements."""
    if None in elements:
        return TextSet(frozenset(strings.difference(map(str, elements))), complement=True)
    if isinstance(elements[0], str):
        return TextSet(frozenset(map(str, elements)))
    return StateSet(attribute, sum(1 << state for state in elements if isinstance(state, int)))
