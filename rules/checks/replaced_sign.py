"""SR119: a sign that takes the place of an inherited one, unsaid."""

from __future__ import annotations

from collections.abc import Iterator

from rules.catalogue import Sign
from rules.checks.base import Finding, SignCheck, Subject
from rules.diagnostics import Related, Severity


class ReplacedSign(SignCheck):
    """A sign takes the place of an inherited one without saying so.

    ## What it does
    Looks for signs that have the id of a sign of the extended file. If that sign is named under
    `remove:`, by its id or with a star, it is meant to go, and nothing is reported.

    ## Why is this bad
    It is as often a slip as it is meant: the id of a new sign was taken already, and the sign that
    had it is no longer recognized.

    ## Example
    ```yaml
    extends: signs.yaml   # where de.206 is the stop sign
    signs:
      - id: de.206
        name: {en: Moose crossing}
        when: {shape: triangle, border: red}
    ```

    ## Use instead
    An id of its own; or, if the sign is meant to be replaced, `remove: [de.206]` beside `extends`.
    ```yaml
    extends: signs.yaml
    signs:
      - id: de.x-moose
        name: {en: Moose crossing}
        when: {shape: triangle, border: red}
    ```
    """

    code = "SR119"
    name = "replaced-sign"
    severity = Severity.INFO

    def check_sign(self, sign: Sign, subject: Subject) -> Iterator[Finding]:
        """The sign, if it takes the place of an inherited one."""
        if sign.replaces is not None:
            yield self.finding(
                f"`{sign.id}` takes the place of the inherited sign of this id",
                sign.position,
                suggestion="give it an id of its own, or say that the other one shall go: "
                f"`remove: [{sign.id}]`",
                related=[Related("the inherited one is defined", sign.replaces)],
                signs=[sign],
            )
