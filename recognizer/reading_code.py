"""The code that a reading depends on, so that a cache does not answer for older code."""

from __future__ import annotations

from importlib import resources

from attributes.weights_identity import digest_of_all


def code_digest(package: str) -> str:
    """Digest of a package's modules, without those of packages within it, and of how pictures are
    decoded. None of them is imported.
    """
    modules = [f for f in resources.files(package).iterdir() if f.name.endswith(".py")]
    modules.append(resources.files("recognizer") / "pictures.py")
    return digest_of_all(
        part
        for f in sorted(modules, key=lambda f: f.name)
        for part in (f.name.encode(), f.read_bytes())
    )
