"""The code that a reading depends on, so that a cache does not answer for older code."""

from __future__ import annotations

from importlib import resources
from typing import Final

from attributes.weights_identity import digest_of_all

_DECODING: Final = ("orientation.py", "pictures.py")
"""Modules of :mod:`recognizer` that decide which pixels are made of a picture file."""


def code_digest(package: str) -> str:
    """Digest of a package's modules, without those of packages within it, and of how pictures are
    decoded and turned upright. None of them is imported.
    """
    modules = [f for f in resources.files(package).iterdir() if f.name.endswith(".py")]
    modules += [resources.files("recognizer") / name for name in _DECODING]
    return digest_of_all(
        part
        for f in sorted(modules, key=lambda f: f.name)
        for part in (f.name.encode(), f.read_bytes())
    )
