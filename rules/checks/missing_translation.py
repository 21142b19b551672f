"""SR114: a name that is missing in a language that the catalogue speaks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from rules.catalogue import Sign
from rules.checks.base import Check, Finding, Subject
from rules.checks.phrases import enumerated
from rules.diagnostics import Severity


class MissingTranslation(Check):
    """A sign has no name in a language that most others have.

    ## What it does
    For each country that ids begin with, it looks for languages in which more than half of the
    signs have a name, and reports the signs that have none.

    ## Why is this bad
    Whoever asks for answers in that language gets an English name now and then.

    ## Example
    ```yaml
    signs:
      - id: de.205
        name: {en: Yield, de: Vorfahrt gewähren}
        when: {shape: inverted_triangle}
      - id: de.206
        name: {en: Stop, de: Halt}
        when: {shape: octagon}
      - id: de.306
        name: {en: Priority road}
        when: {shape: diamond}
    ```

    ## Use instead
    ```yaml
    signs:
      - id: de.205
        name: {en: Yield, de: Vorfahrt gewähren}
        when: {shape: inverted_triangle}
      - id: de.206
        name: {en: Stop, de: Halt}
        when: {shape: octagon}
      - id: de.306
        name: {en: Priority road, de: Vorfahrtstraße}
        when: {shape: diamond}
    ```
    """

    code = "SR114"
    name = "missing-translation"
    severity = Severity.INFO

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Every sign that lacks a language of its country."""
        # Not by `country`: whoever extends the catalogue of another country inherits its signs.
        by_country: dict[str, list[Sign]] = defaultdict(list)
        for sign in subject.catalogue.signs:
            by_country[sign.id.partition(".")[0]].append(sign)
        for signs in by_country.values():
            speakers = Counter(language for sign in signs for language in sign.names)
            usual = sorted(lang for lang, count in speakers.items() if count > len(signs) / 2)
            for sign in signs:
                missing = [f"`{language}`" for language in usual if language not in sign.names]
                if missing:
                    yield self.finding(
                        f"`{sign.id}` has no name in {enumerated(missing)}, as most signs have",
                        sign.position,
                        signs=[sign],
                    )
