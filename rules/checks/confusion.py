"""Signs that would be taken for each other if two pictograms were the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from attributes.vocabulary import PICTOGRAM_NAME
from rules.catalogue import Sign
from rules.checks.base import Subject
from rules.checks.boxes import Witness
from rules.checks.rule_index import Entry, compete


@dataclass(frozen=True)
class Confusion:
    """Two signs that nothing but their pictograms separates.

    Attributes:
        signs: the signs.
        witness: attributes with which both rules hold; None of signs known by pictures alone.
    """

    signs: tuple[Sign, Sign]
    witness: Witness | None


def confusion(subject: Subject, first: str, second: str) -> Confusion | None:
    """Two signs that only these pictograms separate; None if there are none such.

    One of them asks for the pictogram ``first``, the other for ``second``, and some assignment
    of all other attributes fulfils both rules, whatever their priorities. Signs known by their
    pictures alone are separated by nothing else.
    """
    for one, other in product(_asking(subject, first), _asking(subject, second)):
        if one.sign.id != other.sign.id and compete(one.sign, other.sign):
            boxes = one.box.without(PICTOGRAM_NAME), other.box.without(PICTOGRAM_NAME)
            if boxes[0].meets(boxes[1]):
                return Confusion((one.sign, other.sign), (boxes[0] & boxes[1]).witness())
    for sign, rival in product(_known_by(subject, first), _known_by(subject, second)):
        if sign.id != rival.id and compete(sign, rival):
            return Confusion((sign, rival), None)
    return None


def _asking(subject: Subject, pictogram: str) -> Iterator[Entry]:
    return (e for e in subject.rules.entries if pictogram in e.alternative.pictograms)


def _known_by(subject: Subject, pictogram: str) -> Iterator[Sign]:
    return (s for s in subject.catalogue.signs if pictogram in s.exemplar_pictograms)
