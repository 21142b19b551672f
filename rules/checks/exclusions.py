"""Findings that somebody looked at and accepts: at the sign, or in a file beside the catalogue.

At a sign stands ``allow: [SR103]``. Beside the catalogue may lie ``signrules-exclusions.yaml``::

    version: 1
    exclusions:
      - {code: SR103, sign: de.101, reason: told apart by the plate below it}
      - {code: SR107, pictogram: deer, reason: used from the next release on}
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import Field, model_validator

from rules.condition_schema import StrictModel, require_exactly_one
from rules.diagnostics import Findings, Position, Sources
from rules.formats import CheckCode, Name, NonEmpty, SignId
from rules.reading import read_document
from rules.schema import FileModel
from rules.yaml_positions import items_of

EXCLUSIONS_NAME: Final = "signrules-exclusions.yaml"
"""Name of the file beside the catalogue."""


class ExclusionModel(StrictModel):
    """A finding that is accepted."""

    code: CheckCode = Field(description="Code of the check.")
    sign: SignId | None = Field(default=None, description="Sign that the finding is about.")
    pictogram: Name | None = Field(
        default=None, description="Instead of `sign`: pictogram that the finding is about."
    )
    reason: NonEmpty = Field(description="Why the finding is accepted.")

    @model_validator(mode="after")
    def _one_subject(self) -> ExclusionModel:
        require_exactly_one(self, ("sign", "pictogram"))
        return self


class ExclusionsModel(FileModel):
    """A file of exclusions: which findings of `signrules check` are accepted."""

    kind: ClassVar[str] = "file of exclusions"

    exclusions: Annotated[list[ExclusionModel], Field(min_length=1)] = Field(
        default_factory=list, description="The exclusions."
    )


@dataclass(frozen=True)
class Exclusion:
    """A finding that is accepted.

    Attributes:
        code: code of the check.
        position: where that is said.
        sign: id of the sign it is about; None if it is about a pictogram.
        pictogram: name of the pictogram it is about; None if it is about a sign.
    """

    code: str
    position: Position
    sign: str | None = None
    pictogram: str | None = None

    def __str__(self) -> str:
        """The exclusion in words."""
        subject = f"sign `{self.sign}`" if self.sign else f"pictogram `{self.pictogram}`"
        return f"the exclusion of {self.code} for the {subject}"


@dataclass(frozen=True)
class Exclusions:
    """The exclusions of a file.

    Attributes:
        entries: the exclusions, in the order of the file.
        sources: its lines.
    """

    entries: Sequence[Exclusion] = ()
    sources: Sources = field(default_factory=Sources)


def load_exclusions(path: str | os.PathLike[str]) -> Exclusions:
    """Read a file of exclusions.

    Raises:
        CatalogueError: the file cannot be used; with every mistake in it.
    """
    findings = Findings(Sources())
    file = os.fspath(path)
    document = read_document(ExclusionsModel, file, Path(path), None, findings)
    findings.raise_if_any()
    assert document is not None
    nodes = items_of(document.root.get("exclusions"))
    entries = [
        Exclusion(model.code, document.position(node), model.sign, model.pictogram)
        for model, node in zip(document.model.exclusions, nodes, strict=True)
    ]
    return Exclusions(entries, findings.sources)
