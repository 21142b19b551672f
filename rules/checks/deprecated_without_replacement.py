"""SR112: a deprecated sign that does not say what to use instead."""

from __future__ import annotations

from collections.abc import Iterator

from rules.catalogue import Sign
from rules.checks.base import Finding, SignCheck, Subject
from rules.diagnostics import Severity


class DeprecatedWithoutReplacement(SignCheck):
    """A deprecated sign does not say which sign replaces it.

    ## What it does
    Looks for signs with `status: deprecated` and no `replaced_by`.

    ## Why is this bad
    Programs that know the old id cannot move on to the new one. A sign without successor is
    better kept `stable`, because old signs stay on the road for years, or removed.

    ## Example
    ```yaml
    signs:
      - id: de.150
        name: {en: Level crossing with barriers}
        when: {shape: triangle, border: red}
        status: deprecated
    ```

    ## Use instead
    ```yaml
    signs:
      - id: de.150
        name: {en: Level crossing with barriers}
        when: {shape: triangle, border: red, bar: none}
        status: deprecated
        replaced_by: de.151
      - id: de.151
        name: {en: Level crossing}
        when: {shape: triangle, border: red, bar: stripes}
    ```
    """

    code = "SR112"
    name = "deprecated-without-replacement"
    severity = Severity.WARNING

    def check_sign(self, sign: Sign, subject: Subject) -> Iterator[Finding]:
        """The sign, if it is deprecated and names no other."""
        if sign.status == "deprecated" and sign.replaced_by is None:
            yield self.finding(
                f"`{sign.id}` is deprecated, but does not say what replaces it",
                sign.position,
                suggestion="add `replaced_by:` with the id of another sign",
                signs=[sign],
            )
