"""SR115: an id that names another country than its sign."""

from __future__ import annotations

from collections.abc import Iterator

from rules.catalogue import Sign
from rules.checks.base import Finding, SignCheck, Subject
from rules.diagnostics import Severity

_COUNTRY_CODE_LENGTH = 2


class ForeignId(SignCheck):
    """The id of a sign begins with another country than the sign belongs to.

    ## What it does
    Compares the beginning of each id, if it has two letters, with the country of the sign. Signs
    of an extended file keep their ids in the extending country, and are left alone.

    ## Why is this bad
    Most likely a sign was copied from another country's file. Its id says to everyone who reads
    an answer that it stands in that other country.

    ## Example
    ```yaml
    country: FR
    signs:
      - id: de.206
        name: {en: Stop}
        when: {shape: octagon}
    ```

    ## Use instead
    ```yaml
    country: FR
    signs:
      - id: fr.AB4
        name: {en: Stop}
        when: {shape: octagon}
    ```
    """

    code = "SR115"
    name = "foreign-id"
    severity = Severity.WARNING

    def check_sign(self, sign: Sign, subject: Subject) -> Iterator[Finding]:
        """The sign, if its id names another country."""
        inherits = sign.is_inherited and sign.country == subject.catalogue.country
        prefix, _, rest = sign.id.partition(".")
        if sign.country is None or inherits or len(prefix) != _COUNTRY_CODE_LENGTH:
            return
        if prefix != sign.country.lower():
            yield self.finding(
                f"`{sign.id}` belongs to the country `{sign.country}`, but its id says `{prefix}`",
                sign.position,
                suggestion=f"call it `{sign.country.lower()}.{rest}`, or give it `country: "
                f"{prefix.upper()}`",
                signs=[sign],
            )
