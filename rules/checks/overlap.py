"""SR103: two signs that can hold at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Final

from rules.catalogue import Sign
from rules.checks.base import Check, Finding, Subject, place_of
from rules.checks.rule_index import Entry, RuleIndex, compete
from rules.diagnostics import Severity

MAX_PAIRS: Final = 1000
"""Most pairs of signs that are told; a face that many signs share makes as many as their square."""


class Overlap(Check):
    """Two signs can hold for the same crop, and nothing separates them.

    ## What it does
    Looks for two signs of the same priority and one assignment of attributes that fulfils the
    rules of both, unless both ask for pictograms and share none. The assignment is shown. Among
    signs that are known by their pictures alone it reports those that share a pictogram.

    A rule that asks for a pictogram overlaps one that does not: the second holds whatever the
    pictogram is. Signs of different countries do not overlap, because `country` chooses one;
    if none is chosen, a crop that fits both is `unknown: ambiguous`. Only the first 1000 pairs are
    reported.

    ## Why is this bad
    Such a crop is often answered *unknown*, because it is ambiguous, and otherwise with the sign
    whose conditions happened to be read a little more clearly.

    ## Example
    ```yaml
    pictograms:
      deer: {artwork: [commonroad:142-10]}
    signs:
      - id: de.101
        name: {en: Danger}
        when: {shape: triangle, border: red}
      - id: de.142-10
        name: {en: Wild animals crossing}
        when: {shape: triangle, border: red, pictogram: deer}
    ```

    ## Use instead
    ```yaml
    pictograms:
      deer: {artwork: [commonroad:142-10]}
      exclamation_mark: {artwork: [commonroad:101]}
    signs:
      - id: de.101
        name: {en: Danger}
        when: {shape: triangle, border: red, pictogram: exclamation_mark}
      - id: de.142-10
        name: {en: Wild animals crossing}
        when: {shape: triangle, border: red, pictogram: deer}
    ```

    Or give one of them a higher `priority`. If only one asks for a pictogram, give it to that one,
    and above 0: it then wins only where its pictogram is likelier than one that no exemplar shows.
    A lower priority for the other sign is not the same: with it, the sign that asks for a pictogram
    also wins where no exemplar resembles what is seen.
    """

    code = "SR103"
    name = "overlap"
    severity = Severity.ERROR

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Every pair of signs once."""
        pairs = chain(
            ((b.sign, partial(self._of_rules, a, b)) for a, b in _by_rules(subject.rules)),
            (
                (second, partial(self._of_pictures, first, second, shared))
                for first, second, shared in _by_pictures(subject.catalogue.signs)
            ),
        )
        for number, (sign, finding) in enumerate(pairs):
            if number == MAX_PAIRS:
                yield self._too_many(sign)
                return
            yield finding()

    def _too_many(self, sign: Sign) -> Finding:
        return self.finding(
            f"`{sign.id}` and others overlap as well; after {MAX_PAIRS} pairs no more are told",
            sign.position,
            suggestion="look first at the faces that these signs share",
        )

    def _of_rules(self, first: Entry, second: Entry) -> Finding:
        witness = (first.box & second.box).witness()
        return self.finding(
            f"`{first.sign.id}` and `{second.sign.id}` can both hold, and nothing separates them; "
            f"for example {witness}",
            second.sign.position,
            suggestion=_advice(first, second),
            related=[place_of(first.sign)],
            signs=[first.sign, second.sign],
            witness=witness,
        )

    def _of_pictures(self, first: Sign, second: Sign, pictogram: str) -> Finding:
        return self.finding(
            f"`{first.id}` and `{second.id}` are both known by the pictogram `{pictogram}` alone",
            second.position,
            suggestion="give them different pictograms, or a rule each",
            related=[place_of(first)],
            signs=[first, second],
            pictograms=[pictogram],
        )


def _by_rules(rules: RuleIndex) -> Iterator[tuple[Entry, Entry]]:
    """Pairs of signs whose rules can both hold, by their first two boxes that share something."""
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(rules.entries):
        for rival in rules.rivals(number):
            other = rules.entries[rival]
            pair = (entry.sign.id, other.sign.id)
            if pair not in seen:
                seen.add(pair)
                yield entry, other


def _by_pictures(signs: Sequence[Sign]) -> Iterator[tuple[Sign, Sign, str]]:
    """Pairs of signs that are known by one pictogram alone, and a pictogram that they share."""
    owners: dict[str, list[int]] = defaultdict(list)
    for number, sign in enumerate(signs):
        for name in sign.exemplar_pictograms:
            owners[name].append(number)
    for number, first in enumerate(signs):
        others = {o for name in first.exemplar_pictograms for o in owners[name] if o > number}
        for second in (signs[other] for other in sorted(others)):
            if compete(first, second):
                shared = set(second.exemplar_pictograms)
                yield first, second, next(n for n in first.exemplar_pictograms if n in shared)


def _advice(first: Entry, second: Entry) -> str:
    asking = [e.sign for e in (first, second) if e.alternative.pictogram is not None]
    if len(asking) == 1:
        (sign,) = asking
        # Only above 0 must its pictogram be likelier than an unseen one; if the other sign were
        # lowered instead, this one would win even where no exemplar resembles what is seen.
        higher = max(sign.priority, 0) + 1
        return (
            f"give the higher `priority` to `{sign.id}`, which asks for a pictogram: "
            f"`priority: {higher}`"
        )
    ways = "another condition" if asking else "a condition or a pictogram"
    return f"separate them by {ways}, or give one the higher `priority`"
