from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from rule_fixture_types import LoadText, WriteFile

from rules import load_catalogue


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    """Write a file below a fresh folder."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def load(write: WriteFile) -> LoadText:
    """Load a rule file that has this text."""
    return lambda text: load_catalogue(write("catalogue.yaml", text))
