"""Types of the fixtures; not in conftest, because every folder of tests may have one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rules import Catalogue

WriteFile = Callable[[str, str], Path]
LoadText = Callable[[str], Catalogue]
