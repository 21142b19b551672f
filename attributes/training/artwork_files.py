"""Where the drawings lie that references such as ``commonroad:142-10`` name. Needs no OpenCV."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from attributes.training import packages

OWN_DRAWINGS: Final = Path(__file__).with_name("drawings")
"""SVGs of our own making, by VZ number: German signs of which no package has a drawing."""


@dataclass(frozen=True)
class _Package:
    folder: Callable[[], Path]
    suffix: str
    fetched: str | None
    """What is fetched for it; None if it comes with signrules."""


_PACKAGES: Final = {
    "mapillary": _Package(packages.mapillary_signs, ".svg", packages.MAPILLARY),
    "commonroad": _Package(packages.commonroad_signs, ".png", packages.COMMONROAD),
    "signrules": _Package(lambda: OWN_DRAWINGS, ".svg", None),
}
ARTWORK_PACKAGES: Final = tuple(_PACKAGES)
"""What stands before the colon of a reference."""


def artwork_file(reference: str) -> Path:
    """The drawing that a reference names; its package is fetched if need be.

    Raises:
        MissingPackageError: the package cannot be had.
        FileNotFoundError: the package has no such artwork.
        ValueError: the reference names no known package.
    """
    package, _, name = reference.partition(":")
    known = _PACKAGES.get(package)
    if known is None:
        raise ValueError(f"{reference}: artwork is mapillary:NAME, commonroad:VZ or signrules:VZ")
    path = known.folder() / f"{name}{known.suffix}"
    if not path.is_file():
        raise FileNotFoundError(f"{reference}: no such artwork in {path.parent}")
    return path


def artwork_at_hand(package: str) -> frozenset[str] | None:
    """Names of all drawings of a package; None while it has not been fetched."""
    known = _PACKAGES[package]
    if known.fetched is not None and not packages.is_fetched(known.fetched):
        return None
    # Archives made on a Mac hold a `._NAME` beside each file.
    return frozenset(path.stem for path in known.folder().glob(f"[!.]*{known.suffix}"))
