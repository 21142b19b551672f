"""Which pictograms share an exemplar: files by their content, artwork by its reference."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from rules.catalogue import Catalogue
from rules.diagnostics import CatalogueError, Diagnostic, LoadError, Position, Severity


def shared_exemplars(catalogue: Catalogue) -> dict[tuple[str, str], str]:
    """Pairs of pictograms that have an exemplar in common, and what the second calls it.

    Raises:
        CatalogueError: a picture cannot be read.
    """
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    for pictogram in catalogue.pictograms.values():
        for reference in pictogram.artwork:
            owners[reference].setdefault(pictogram.name, reference)
        for path, position in zip(pictogram.exemplars, pictogram.exemplar_positions, strict=True):
            digest = _digest(path, position, catalogue)
            owners[digest].setdefault(pictogram.name, path.name)
    shared: dict[tuple[str, str], str] = {}
    for names in owners.values():
        for first, second in combinations(names, 2):
            shared.setdefault((first, second), names[second])
    return shared


def _digest(path: Path, position: Position, catalogue: Catalogue) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        code = LoadError.MISSING_EXEMPLAR
        message = f"cannot read the exemplar `{path.name}`: {error.strerror}"
        diagnostic = Diagnostic(code.value, code.title, Severity.ERROR, message, position)
        raise CatalogueError([diagnostic], catalogue.sources) from None
