"""SR104: values of a sign that others always win."""

from __future__ import annotations

from collections.abc import Iterator

from attributes.vocabulary import TEXT
from rules.catalogue import Sign
from rules.checks.base import Finding, SignCheck, Subject, place_of
from rules.checks.coverage import Coverage
from rules.checks.phrases import enumerated
from rules.checks.rule_index import RuleIndex, bits
from rules.diagnostics import Severity
from rules.numbers import plain_spelling, spellings
from rules.value_sets import TextSet


class UnreachableValue(SignCheck):
    """Some values of a sign can never be answered.

    ## What it does
    Looks for texts that the rule of a sign with a value allows, but for which signs of higher
    priority hold wherever it does. A number counts only if every spelling of it is lost, `4` as
    well as `4.0`.

    ## Why is this bad
    `de.274[30]` is never the answer, although the rule says that there is such a sign. If another
    sign is meant to have that number, the range should say so.

    ## Example
    ```yaml
    signs:
      - id: de.274
        name: {en: "Speed limit {digits}"}
        when: {shape: circle, border: red, digits: {min: 10, max: 40, multiple_of: 10}}
        value: {from: digits, unit: km/h}
      - id: de.274-30
        name: {en: Speed limit 30}
        when: {shape: circle, border: red, digits: 30}
        priority: 1
    ```

    ## Use instead
    ```yaml
    signs:
      - id: de.274
        name: {en: "Speed limit {digits}"}
        when: {shape: circle, border: red, digits: [10, 20, 40]}
        value: {from: digits, unit: km/h}
      - id: de.274-30
        name: {en: Speed limit 30}
        when: {shape: circle, border: red, digits: 30}
    ```
    """

    code = "SR104"
    name = "unreachable-value"
    severity = Severity.WARNING

    def check_sign(self, sign: Sign, subject: Subject) -> Iterator[Finding]:
        """The values of the sign that others win, unless they win all of them."""
        rules = subject.rules
        if not sign.takes_value:
            return
        allowed = TextSet(frozenset())
        reachable = TextSet(frozenset())
        winners: list[tuple[TextSet, set[str]]] = []
        for number in rules.numbers_of(sign):
            texts = rules.entries[number].box[TEXT.name]
            assert isinstance(texts, TextSet)
            allowed |= texts
            of_others = TextSet(frozenset())
            for won, ids in _won_by_others(rules, number):
                of_others |= won
                winners.append((won & texts, ids))
            reachable |= texts & ~of_others
        lost = allowed & ~reachable
        if sign.reads_number:
            lost = _without_other_spellings(lost, reachable)
        if lost.is_empty or reachable.is_empty:
            return  # Of a sign that is never the answer at all, SR102 tells.
        texts = _with_all_spellings(lost) if sign.reads_number else lost
        involved = {i for won, ids in winners if not (won & texts).is_empty for i in ids}
        others = [other for other in subject.catalogue.signs if other.id in involved]
        yield self.finding(
            f"`{sign.id}` can never have the value {_listed(lost)}: "
            f"{enumerated([f'`{other.id}`' for other in others])} always wins",
            sign.position,
            suggestion="leave these values out of the rule, or change the priorities",
            related=map(place_of, others),
            signs=[sign, *others],
        )


def _won_by_others(rules: RuleIndex, number: int) -> Iterator[tuple[TextSet, set[str]]]:
    """Texts with which this alternative never wins, and ids of the signs that do."""
    scopes = [dict(Coverage(rules, number, s).texts()) for s in rules.stronger(number)]
    for atom in set.intersection(*map(set, scopes)):
        assert isinstance(atom.values, TextSet)
        winning = (winner for used in scopes for winner in bits(used[atom]))
        yield atom.values, {rules.entries[winner].sign.id for winner in winning}


def _without_other_spellings(lost: TextSet, reachable: TextSet) -> TextSet:
    """The numbers that are lost in every spelling, each in its plain one."""
    alive = {plain_spelling(text) for text in reachable.strings}
    return TextSet(frozenset(filter(None, map(plain_spelling, lost.strings))) - alive)


def _with_all_spellings(numbers: TextSet) -> TextSet:
    return TextSet(frozenset(s for number in numbers.strings for s in spellings(number)))


def _listed(texts: TextSet) -> str:
    words = [f"`{text}`" for text in sorted(texts.strings, key=lambda t: (len(t), t))]
    return f"any other than {enumerated(words)}" if texts.complement else enumerated(words)
