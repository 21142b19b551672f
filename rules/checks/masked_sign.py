"""SR102: a sign that others always win over."""

from __future__ import annotations

from collections.abc import Iterator

from rules.catalogue import Sign
from rules.checks.base import Finding, SignCheck, Subject, place_of
from rules.checks.coverage import Coverage
from rules.checks.rule_index import bits
from rules.diagnostics import Severity


class MaskedSign(SignCheck):
    """Wherever a sign holds, signs of higher priority hold too.

    ## What it does
    Looks for signs of which every assignment of attributes also fulfils the rule of a sign of
    higher priority, be it one such sign or several together. A rule without a pictogram covers
    rules that ask for one, but not the other way round.

    ## Why is this bad
    The sign is never the answer. It may have been before the other one was added.

    ## Example
    ```yaml
    signs:
      - id: de.274
        name: {en: "Speed limit {digits}"}
        when: {shape: circle, border: red, digits: {min: 5, max: 130}}
        value: {from: digits, unit: km/h}
        priority: 1
      - id: de.274.1
        name: {en: Speed limit zone}
        when: {shape: circle, border: red, background: white, digits: 30}
    ```

    ## Use instead
    ```yaml
    signs:
      - id: de.274
        name: {en: "Speed limit {digits}"}
        when: {shape: circle, border: red, digits: {min: 5, max: 130}}
        value: {from: digits, unit: km/h}
      - id: de.274.1
        name: {en: Speed limit zone}
        when: {shape: square, border: none, background: white, digits: 30}
    ```
    """

    code = "SR102"
    name = "masked-sign"
    severity = Severity.ERROR

    def check_sign(self, sign: Sign, subject: Subject) -> Iterator[Finding]:
        """The sign, if others cover every way in which it can look."""
        rules = subject.rules
        numbers = rules.numbers_of(sign)
        winners: dict[str, int] = {}
        for number in numbers:
            for stronger in rules.stronger(number):
                used = Coverage(rules, number, stronger).whole()
                if not used:
                    return
                for winner in bits(used):
                    winners.setdefault(rules.entries[winner].sign.id, winner)
        if not winners:
            return
        by_id = subject.catalogue.by_id
        others = [by_id[winner] for winner in winners]
        first = rules.entries[next(iter(winners.values()))].box
        held = next(box for n in numbers if (box := rules.entries[n].box).meets(first))
        witness = (held & first).witness()
        names = " or ".join(f"`{other.id}`" for other in others)
        yield self.finding(
            f"`{sign.id}` can never be the answer: wherever it holds, {names} holds with a higher "
            f"priority; for example {witness}",
            sign.position,
            suggestion=f"raise the priority of `{sign.id}`, or narrow the rules that cover it",
            related=map(place_of, others),
            signs=[sign, *others],
            witness=witness,
        )
