"""SR110: a name that shows a value which the answer does not have."""

from __future__ import annotations

from collections.abc import Iterator

from rules.catalogue import PLACEHOLDER, Sign
from rules.checks.base import Finding, SignCheck, Subject
from rules.diagnostics import Severity


class PlaceholderWithoutValue(SignCheck):
    """A name or alias has a placeholder, but the sign has no value.

    ## What it does
    Looks for `{digits}` or `{text}` in the names and aliases of signs without `value`.

    ## Why is this bad
    The name says "Speed limit 60", but the answer is `de.274` instead of `de.274[60]`, and its
    value is empty.

    ## Example
    ```yaml
    signs:
      - id: de.274
        name: {en: "Speed limit {digits}"}
        when: {shape: circle, border: red, digits: {min: 5, max: 130}}
    ```

    ## Use instead
    ```yaml
    signs:
      - id: de.274
        name: {en: "Speed limit {digits}"}
        when: {shape: circle, border: red, digits: {min: 5, max: 130}}
        value: {from: digits, unit: km/h}
    ```
    """

    code = "SR110"
    name = "placeholder-without-value"
    severity = Severity.WARNING

    def check_sign(self, sign: Sign, subject: Subject) -> Iterator[Finding]:
        """The first placeholder of a sign without value."""
        if sign.value is not None:
            return
        aliases = (alias for names in sign.aliases.values() for alias in names)
        for text in (*sign.names.values(), *aliases):
            match = PLACEHOLDER.search(text)
            if match:
                yield self.finding(
                    f"`{sign.id}` is called `{text}`, but has no value",
                    sign.position,
                    suggestion=f"add `value: {{from: {match[1]}}}`",
                    signs=[sign],
                )
                return
