"""SR120: a face or pictogram that takes the place of an inherited one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.catalogue import Sign
from rules.checks.base import Check, Finding, Subject
from rules.checks.phrases import enumerated
from rules.diagnostics import Related, Severity


class ReplacedName(Check):
    """A face or pictogram takes the place of an inherited one.

    ## What it does
    Looks for faces and pictograms that have the name of one of the extended file, and tells which
    inherited signs mean the new one from then on.

    ## Why is this bad
    It is as often a slip as it is meant: the name was taken already, and signs of the extended
    file, which nobody touched, are no longer recognized. What other checks find in that file may
    have its cause here.

    ## Example
    ```yaml
    extends: signs.yaml   # where de.142-10 is known by its deer
    pictograms:
      deer: {artwork: [signrules:136-10]}
    signs:
      - id: de.x-playground
        name: {en: Playground}
        when: {shape: square, background: blue, pictogram: deer}
    ```

    ## Use instead
    A name of its own; or, if the inherited signs are meant to change, an exclusion beside the rule
    file, `{code: SR120, pictogram: deer, reason: …}`; for a face, `sign:` names one of the signs
    that change instead.
    ```yaml
    extends: signs.yaml
    pictograms:
      children: {artwork: [signrules:136-10]}
    signs:
      - id: de.x-playground
        name: {en: Playground}
        when: {shape: square, background: blue, pictogram: children}
    ```
    """

    code = "SR120"
    name = "replaced-name"
    severity = Severity.INFO

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Every name once."""
        signs = subject.catalogue.by_id
        for new in subject.catalogue.replacements:
            changed = [signs[sign_id] for sign_id in new.signs if sign_id in signs]
            yield self.finding(
                f"the {new.kind} `{new.name}` takes the place of the inherited one of this name"
                + _also_in(changed),
                new.position,
                suggestion="give it a name of its own, unless the inherited signs shall change",
                related=[Related("the inherited one is defined", new.replaces)],
                signs=changed,
                pictograms=[new.name] if new.kind == "pictogram" else (),
            )


def _also_in(signs: Sequence[Sign]) -> str:
    ids = enumerated([f"`{sign.id}`" for sign in signs], "and")
    return f", also in the inherited {ids}" if ids else ""
