"""Whether several rules together cover another one, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attributes.vocabulary import TEXT
from rules.checks.atoms import Atom
from rules.checks.boxes import DIMENSIONS
from rules.checks.rule_index import RuleIndex

_ORDER: Final = (TEXT.name, *(d for d in DIMENSIONS if d != TEXT.name))


class Coverage:
    """Which assignments of one rule others hold for as well.

    One dimension after the other is cut into atoms, so the work is bounded by what rules tell
    apart, however many of them there are. Remainders that come again are looked at once, and
    those that few rules are left to cover come first, because there a gap is most likely.

    Args:
        rules: the index of all rules.
        number: the rule in question.
        others: the rules that may cover it, as bits.
    """

    def __init__(self, rules: RuleIndex, number: int, others: int) -> None:
        self._others = others
        self._atoms = [rules.atoms[dimension].of(number) for dimension in _ORDER]
        # The rules that allow, from a dimension on, all that the rule in question does.
        self._enough = [-1]
        for dimension in reversed(_ORDER):
            self._enough.append(self._enough[-1] & rules.atoms[dimension].covering(number))
        self._enough.reverse()
        self._known: dict[tuple[int, int], int] = {}

    def whole(self) -> int:
        """Rules that suffice to cover the whole rule, as bits; 0 if the others do not."""
        return self._cover(0, self._others)

    def texts(self) -> Iterator[tuple[Atom, int]]:
        """The texts with which the others cover all that the rule allows, and who suffices."""
        for atom in self._atoms[0]:
            used = self._cover(1, self._others & atom.allowing)
            if used:
                yield atom, used

    def _cover(self, depth: int, left: int) -> int:
        """Those of ``left`` that suffice to cover the rule from the dimension ``depth`` on."""
        found = self._known.get((depth, left))
        if found is None:
            whole = left & self._enough[depth]
            found = whole & -whole or (left and self._cover_by_parts(depth, left))
            self._known[depth, left] = found
        return found

    def _cover_by_parts(self, depth: int, left: int) -> int:
        used = 0
        parts = {left & atom.allowing for atom in self._atoms[depth]}
        for part in sorted(parts, key=int.bit_count):
            of_part = self._cover(depth + 1, part)
            if not of_part:
                return 0
            used |= of_part
        return used
