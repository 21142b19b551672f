"""SR106: pictures that the network can hardly tell apart."""

from __future__ import annotations

from collections.abc import Iterator

from rules.checks.base import Check, Finding, Subject, Unavailable, place_of
from rules.checks.confusion import confusion
from rules.diagnostics import Related, Severity


class NearDuplicateExemplar(Check):
    """Exemplars of two signs look the same to the network.

    ## What it does
    Compares the embeddings of all exemplars and looks for pictograms whose exemplars are
    nearly as similar to each other as views of one and the same picture are. Pairs that other
    conditions separate are not reported: a deer on a triangle and the same deer on a diamond
    cannot be confused.

    The embeddings come from the gallery beside the rule file; the network is needed only for
    pictures that it lacks. The check is skipped, with a note, where torch or embeddings of artwork
    are missing, and with `--no-exemplars`.

    ## Why is this bad
    Nothing but the pictogram separates the two signs, so that small differences between crops
    decide between them; many will be answered *unknown*, because they are ambiguous.

    ## Example
    ```yaml
    pictograms:
      cyclist: {artwork: [commonroad:138-10]}
      bicycle: {artwork: [commonroad:237]}
    signs:
      - id: de.138-10
        name: {en: Cyclists crossing}
        when: {shape: triangle, border: red, pictogram: cyclist}
      - id: de.138-20
        name: {en: Bicycles}
        when: {shape: triangle, border: red, pictogram: bicycle}
    ```

    ## Use instead
    One sign, if that is what it is. Otherwise an attribute that separates the two:
    ```yaml
    pictograms:
      cyclist: {artwork: [commonroad:138-10]}
      bicycle: {artwork: [commonroad:237]}
    signs:
      - id: de.138-10
        name: {en: Cyclists crossing}
        when: {shape: triangle, border: red, pictogram: cyclist}
      - id: de.237
        name: {en: Cycle path}
        when: {shape: circle, background: blue, pictogram: bicycle}
    ```
    """

    code = "SR106"
    name = "near-duplicate-exemplar"
    severity = Severity.WARNING

    def unavailable(self, subject: Subject) -> Unavailable | None:
        """Why the exemplars were not compared; None if they were."""
        known = subject.look_alikes
        return known if isinstance(known, Unavailable) else None

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Every pair of look-alikes that two signs depend on."""
        assert not isinstance(subject.look_alikes, Unavailable)
        pictograms = subject.catalogue.pictograms
        for pair in subject.look_alikes:
            first, second = pair.names
            confused = confusion(subject, first, second)
            if confused is None or pair.names in subject.shared_exemplars:
                continue
            ids = " and ".join(f"`{sign.id}`" for sign in confused.signs)
            yield self.finding(
                f"the exemplars of `{first}` and `{second}` look the same to the network (cosine "
                f"{pair.similarity:.2f}), and nothing else separates {ids}",
                pictograms[second].position,
                suggestion="separate the signs by another attribute, or add clearer exemplars",
                related=[
                    Related(f"`{first}` is defined", pictograms[first].position),
                    *map(place_of, confused.signs),
                ],
                signs=confused.signs,
                pictograms=pair.names,
                witness=confused.witness,
            )
