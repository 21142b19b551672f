"""Thresholds that were calibrated for a catalogue, in a file beside it.

Beside ``signs.yaml`` lies ``signs.thresholds.yaml``, if somebody has written it::

    version: 1
    min_confidence: 0.62
    per_sign:
      de.136-10: 0.81
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from recognizer.decision import Thresholds
from rules.diagnostics import Findings, Sources
from rules.formats import SignId
from rules.reading import read_document
from rules.schema import FileModel

_Probability = Annotated[float, Field(ge=0, le=1)]


class ThresholdsModel(FileModel):
    """A thresholds file: what an answer must reach."""

    kind: ClassVar[str] = "thresholds file"

    min_confidence: _Probability = Field(
        default=Thresholds.min_confidence, description="Least probability of an answer."
    )
    per_sign: dict[SignId, _Probability] = Field(
        default_factory=dict, description="Sign -> its own least probability."
    )


def thresholds_path(catalogue_file: Path) -> Path:
    """Where the thresholds of a rule file lie."""
    return catalogue_file.with_suffix(".thresholds.yaml")


def load_thresholds(catalogue_file: Path) -> Thresholds:
    """The thresholds beside a rule file; the built-in ones if there are none.

    Raises:
        CatalogueError: the file has mistakes.
    """
    path = thresholds_path(catalogue_file)
    if not path.is_file():
        return Thresholds()
    findings = Findings(Sources())
    document = read_document(ThresholdsModel, str(path), path.resolve(), None, findings)
    findings.raise_if_any()
    assert document is not None
    model = document.model
    return Thresholds(min_confidence=model.min_confidence, per_sign=dict(model.per_sign))


def write_thresholds(catalogue_file: Path, thresholds: Thresholds, comment: str) -> Path:
    """Write the thresholds of a rule file, ``comment`` above them.

    Raises:
        OSError: the file cannot be written.
    """
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    lines += ["version: 1", f"min_confidence: {_shown(thresholds.min_confidence)}"]
    if thresholds.per_sign:
        lines.append("per_sign:")
        lines += [
            f"  {sign}: {_shown(value)}" for sign, value in sorted(thresholds.per_sign.items())
        ]
    path = thresholds_path(catalogue_file)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _shown(probability: float) -> str:
    """A number without exponent: YAML takes ``5e-05`` for text."""
    return np.format_float_positional(probability, precision=9, fractional=False, trim="-")
