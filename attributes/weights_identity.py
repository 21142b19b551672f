"""Which weights a file holds, told without torch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from attributes.errors import UserError

DEFAULT_WEIGHTS: Final = Path(__file__).parent / "weights" / "release.safetensors"
"""The weights that come with signrules."""
DEFAULT_MATCH_COSINE: Final = 0.5
"""Of weights whose card states none, see :class:`attributes.weights_file.Calibration`."""


class WeightsError(UserError):
    """A weights file or its card is missing, damaged, or does not fit this vocabulary."""


def digest(content: bytes) -> str:
    """What galleries and caches are bound to: a digest of the weights file's content."""
    return hashlib.sha256(content).hexdigest()[:16]


def digest_of_all(parts: Iterable[bytes]) -> str:
    """Digest of several contents in their order; none can be taken for a piece of another."""
    return digest(b"".join(hashlib.sha256(part).digest() for part in parts))
