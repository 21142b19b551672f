"""What a check is, what it looks at, and what it finds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from rules.catalogue import Catalogue, Sign
from rules.checks.boxes import Witness
from rules.checks.readable_vocabulary import ReadableVocabulary
from rules.checks.rule_index import RuleIndex
from rules.checks.shared_exemplars import shared_exemplars
from rules.diagnostics import Diagnostic, Position, Related, Severity


@dataclass(frozen=True)
class Finding:
    """A diagnostic of a check, and what exclusions and programs need beside it.

    Attributes:
        diagnostic: the finding as it is shown.
        signs: ids of the signs that it is about; each of them can allow it.
        pictograms: names of the pictograms that it is about.
        witness: an assignment of attributes that proves it, if there is one.
    """

    diagnostic: Diagnostic
    signs: tuple[str, ...] = ()
    pictograms: tuple[str, ...] = ()
    witness: Witness | None = None

    def to_dict(self) -> dict[str, object]:
        """The finding as plain JSON data."""
        return {
            **self.diagnostic.to_dict(),
            "signs": list(self.signs),
            "pictograms": list(self.pictograms),
            "witness": self.witness.to_dict() if self.witness else None,
        }


@dataclass(frozen=True)
class Unavailable:
    """Something that a check needs is not there.

    Attributes:
        reason: why, as it completes "skipped: …".
    """

    reason: str


@dataclass(frozen=True)
class LookAlike:
    """Two pictograms whose exemplars the network can hardly tell apart.

    Attributes:
        names: the pictograms, in the order of the catalogue.
        similarity: cosine between them.
    """

    names: tuple[str, str]
    similarity: float


@dataclass(frozen=True)
class GalleryGap:
    """Something that the gallery of a rule file lacks, so that the catalogue is refused.

    Attributes:
        problem: what is wrong with the gallery.
        pictograms: those that it has no embedding of, in the order of the catalogue.
        rule_file: the file that it lies beside.
    """

    problem: str
    pictograms: tuple[str, ...]
    rule_file: Path


@dataclass(frozen=True)
class Subject:
    """What the checks look at.

    Attributes:
        catalogue: the catalogue.
        readable: what the weights in use can read.
        look_alikes: pictograms that the weights in use take for each other.
        gallery_gaps: what the galleries lack.
    """

    catalogue: Catalogue
    readable: ReadableVocabulary | Unavailable = field(
        default=Unavailable("no weights were given to compare with")
    )
    look_alikes: tuple[LookAlike, ...] | Unavailable = field(
        default=Unavailable("exemplars were not compared")
    )
    gallery_gaps: tuple[GalleryGap, ...] | Unavailable = field(
        default=Unavailable("the gallery was not looked at")
    )

    @cached_property
    def rules(self) -> RuleIndex:
        """All rules of the catalogue, and which of them meet."""
        return RuleIndex(self.catalogue)

    @cached_property
    def shared_exemplars(self) -> Mapping[tuple[str, str], str]:
        """Pairs of pictograms that have an exemplar in common, and what the second calls it.

        Raises:
            CatalogueError: a picture cannot be read.
        """
        return shared_exemplars(self.catalogue)


class Check(ABC):
    """One thing that can be wrong with a catalogue.

    The docstring of a check is its documentation page; see :mod:`rules.checks.documentation`.

    Attributes:
        code: stable code.
        name: the problem in a few words.
        severity: how bad the consequence is; a finding that is harmless may say less.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]

    def unavailable(self, subject: Subject) -> Unavailable | None:
        """Why the check cannot run; None if it can."""
        return None

    @abstractmethod
    def check(self, subject: Subject) -> Iterator[Finding]:
        """Everything that is wrong with the catalogue."""

    def finding(
        self,
        message: str,
        position: Position,
        *,
        suggestion: str | None = None,
        related: Iterable[Related] = (),
        signs: Iterable[Sign] = (),
        pictograms: Iterable[str] = (),
        witness: Witness | None = None,
        severity: Severity | None = None,
    ) -> Finding:
        """A finding of this check; ``severity`` only if it differs from the usual one."""
        diagnostic = Diagnostic(
            self.code,
            self.name,
            severity or self.severity,
            message,
            position,
            suggestion=suggestion,
            related=tuple(related),
        )
        ids = tuple(sign.id for sign in signs)
        return Finding(diagnostic, ids, tuple(pictograms), witness)


class SignCheck(Check):
    """A check that looks at one sign after the other."""

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Everything that is wrong with any sign."""
        for sign in subject.catalogue.signs:
            yield from self.check_sign(sign, subject)

    @abstractmethod
    def check_sign(self, sign: Sign, subject: Subject) -> Iterator[Finding]:
        """Everything that is wrong with this sign."""


def place_of(sign: Sign) -> Related:
    """The place of a second sign of a finding."""
    return Related(f"`{sign.id}` is defined", sign.position)
