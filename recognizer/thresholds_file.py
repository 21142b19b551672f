"""Thresholds that were calibrated for a catalogue, in a file beside it.

Beside ``signs.yaml`` lies ``signs.thresholds.yaml``, if somebody has written it::

    version: 1
    min_confidence: 0.62
    per_sign:
      de.136-10: 0.81

Whose name is no sign of the catalogue is a mistake there, not ignored: its sign would be answered
with less confidence than somebody wanted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from attributes.replacing import replace_text
from recognizer.decision import Thresholds
from rules import Catalogue
from rules.diagnostics import Findings, LoadError, Sources, quote
from rules.documents import Document
from rules.formats import SignId
from rules.reading import read_document
from rules.schema import FileModel
from rules.yaml_positions import MappingNode


def _in_range(value: float) -> float:
    """What :class:`Thresholds` takes; said here, where a mistake has a place."""
    if not 0 <= value <= 1:
        raise PydanticCustomError("format", "no probability", {"expected": "a number from 0 to 1"})
    return value


_Probability = Annotated[float, AfterValidator(_in_range)]


class ThresholdsModel(FileModel):
    """A thresholds file: what an answer must reach."""

    kind: ClassVar[str] = "thresholds file"

    min_confidence: _Probability = Field(
        default=Thresholds.min_confidence,
        description="Least probability of an answer; up to 0.5, of its sign without its number.",
    )
    per_sign: dict[SignId, _Probability] = Field(
        default_factory=dict, description="Sign -> the same of its own."
    )


def thresholds_path(catalogue_file: Path) -> Path:
    """Where the thresholds of a rule file lie."""
    return catalogue_file.with_suffix(".thresholds.yaml")


def load_thresholds(catalogue_file: Path, catalogue: Catalogue) -> Thresholds:
    """The thresholds beside a rule file; the built-in ones if there are none.

    Args:
        catalogue_file: the rule file.
        catalogue: the signs of all countries that it has.

    Raises:
        CatalogueError: the file has mistakes, or names signs that the catalogue does not have.
    """
    path = thresholds_path(catalogue_file)
    if not path.is_file():
        return Thresholds()
    findings = Findings(Sources())
    document = read_document(ThresholdsModel, str(path), path.resolve(), None, findings)
    if document is not None:
        _check_signs(document, catalogue)
    findings.raise_if_any()
    assert document is not None
    model = document.model
    return Thresholds(min_confidence=model.min_confidence, per_sign=dict(model.per_sign))


def write_thresholds(catalogue_file: Path, thresholds: Thresholds, comment: str) -> Path:
    """Write the thresholds of a rule file in one step, ``comment`` above them.

    Those are ``min_confidence`` and ``per_sign``; the file has no place for the others.

    Raises:
        OSError: the file cannot be written; it is as before.
    """
    # A path in it may hold bytes that are no UTF-8, and characters that YAML refuses.
    comment = comment.encode("utf-8", "backslashreplace").decode()
    lines = [f"# {_printable(line)}".rstrip() for line in comment.splitlines()]
    lines += ["version: 1", f"min_confidence: {_shown(thresholds.min_confidence)}"]
    if thresholds.per_sign:
        lines.append("per_sign:")
        lines += [
            f"  {sign}: {_shown(value)}" for sign, value in sorted(thresholds.per_sign.items())
        ]
    path = thresholds_path(catalogue_file)
    replace_text(path, "\n".join(lines) + "\n")
    return path


def _check_signs(document: Document[ThresholdsModel], catalogue: Catalogue) -> None:
    """Record every sign that the catalogue does not have."""
    nodes = document.root.get("per_sign")
    for sign in document.model.per_sign:
        if sign not in catalogue.by_id:
            assert isinstance(nodes, MappingNode)
            document.findings.error(
                LoadError.UNDEFINED_NAME,
                f"no sign is called {quote(sign)}",
                document.position(nodes.key(sign)),
                expected=f"a sign of {catalogue.file.name}",
                slip=(sign, catalogue.by_id),
            )


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line)


def _shown(probability: float) -> str:
    """A number without exponent: YAML takes ``5e-05`` for text."""
    return np.format_float_positional(probability, precision=9, fractional=False, trim="-")
