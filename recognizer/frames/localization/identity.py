"""Which weights the localizer has, told without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Final

DEFAULT_LOCALIZER: Final = Path(__file__).parent / "weights" / "localizer.safetensors"
"""The weights that come with signrules."""
