"""SR121: artwork that was not embedded."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.base import Check, Finding, Subject, Unavailable
from rules.checks.phrases import enumerated
from rules.diagnostics import Severity


class GalleryNotReady(Check):
    """A catalogue cannot be used, because its gallery lacks embeddings.

    ## What it does
    Checks that the gallery beside each rule file (`NAME.gallery.safetensors`) has an embedding of
    all artwork that the file names, and was made with the weights in use. Pictures need no
    gallery. Neither torch nor the weights are needed to find out, but without the weights nothing
    is said of galleries that were made with others.

    ## Why is this bad
    `recognize` and the API refuse such a catalogue. Rules can be written and tested without a
    gallery: until there is one, `--ignore SR121` looks at the rules alone.

    ## Example
    ```yaml
    pictograms:
      elk: {artwork: [mapillary:warning--wild-animals--g1]}   # new, so it has no embedding yet
    signs:
      - id: de.x-elk
        name: {en: Elk crossing}
        when: {shape: triangle, border: red, pictogram: elk}
    ```

    ## Use instead
    `signrules gallery FILE`, which embeds it once; or a pictogram of the extended file, whose
    gallery is there.
    ```yaml
    extends: signs.yaml
    signs:
      - id: de.x-deer
        name: {en: Deer crossing}
        when: {shape: triangle, border: red, pictogram: deer}
    ```
    """

    code = "SR121"
    name = "gallery-not-ready"
    severity = Severity.ERROR

    def unavailable(self, subject: Subject) -> Unavailable | None:
        """Why the galleries were not looked at; None if they were."""
        known = subject.gallery_gaps
        return known if isinstance(known, Unavailable) else None

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Every gallery that lacks something, once."""
        assert not isinstance(subject.gallery_gaps, Unavailable)
        for gap in subject.gallery_gaps:
            names = enumerated([f"`{name}`" for name in gap.pictograms], "and")
            yield self.finding(
                f"this catalogue cannot be used: there is no embedding of {names} ({gap.problem})",
                subject.catalogue.pictograms[gap.pictograms[0]].position,
                suggestion=f"run `signrules gallery {gap.rule_file}`",
                pictograms=gap.pictograms,
            )
