"""SR117: an id that looks like a slip of the pen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.catalogue import Sign
from rules.checks.base import Finding, SignCheck, Subject
from rules.diagnostics import Severity

_ODD = re.compile(r"[_-]{2,}|[_-](?=\.|$)")


class UntidyId(SignCheck):
    """An id has doubled or dangling punctuation.

    ## What it does
    Looks for ids with two of `-` and `_` in a row, or with one of them at the end of a part.
    (Other characters than letters, digits, `.`, `-` and `_` are refused by the loader.)

    ## Why is this bad
    Ids are stable: programs and labelled data will have to repeat the slip for ever.

    ## Example
    ```yaml
    signs:
      - id: de.142-
        name: {en: Wild animals crossing}
        when: {shape: triangle}
    ```

    ## Use instead
    ```yaml
    signs:
      - id: de.142-10
        name: {en: Wild animals crossing}
        when: {shape: triangle}
    ```
    """

    code = "SR117"
    name = "untidy-id"
    severity = Severity.WARNING

    def check_sign(self, sign: Sign, subject: Subject) -> Iterator[Finding]:
        """The sign, if its id is untidy."""
        odd = _ODD.search(sign.id)
        if odd:
            yield self.finding(
                f"`{odd[0]}` in the id `{sign.id}` looks like a slip", sign.position, signs=[sign]
            )
