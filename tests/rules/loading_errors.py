"""What loading a rule file that is wrong complains of."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import CatalogueError, load_catalogue


def codes(path: Path) -> list[str]:
    """The names of the mistakes, in the order in which they are told."""
    with pytest.raises(CatalogueError) as raised:
        load_catalogue(path)
    return [d.name for d in raised.value.diagnostics]
