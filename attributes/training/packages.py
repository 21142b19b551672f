"""Fetch the packages that sign artwork and fonts come from, by their ordinary clients.

Nothing of them enters the repository: they are unpacked into the user's cache folder and read from
there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from attributes.cache_folder import user_cache_folder
from attributes.errors import UserError

MAPILLARY = "mapillary_sprite_source@1.8.0"  # MIT: 1,543 SVGs
COMMONROAD = "commonroad-io==2026.1"  # BSD-3: German signs as PNG, by VZ number
BARLOW = "@fontsource/barlow@5.3.0"  # OFL: letters near to DIN 1451
BARLOW_SEMI_CONDENSED = "@fontsource/barlow-semi-condensed@5.3.0"  # as roads write three digits
BARLOW_CONDENSED = "@fontsource/barlow-condensed@5.3.0"
# OFL: a 6 and a 9 that curl as those of today's DIN 1451 do, where Barlow's are straight
SOFIA_CONDENSED = "@fontsource/sofia-sans-condensed@5.3.0"
SOFIA_EXTRA_CONDENSED = "@fontsource/sofia-sans-extra-condensed@5.3.0"
OVERPASS = "@fontsource/overpass@5.3.0"  # OFL: letters near to Highway Gothic
MATERIAL_DESIGN = "@mdi/svg@7.4.47"  # Apache-2.0: 7,447 icons of one colour
PHOSPHOR = "@phosphor-icons/core@2.1.1"  # MIT: 1,512 icons, filled among other styles
TABLER = "@tabler/icons@3.52.0"  # MIT: 1,054 filled icons


class MissingPackageError(UserError):
    """A package of artwork or fonts is neither cached nor to be had."""


def named(package: str) -> str:
    """A package and its version in words, such as ``commonroad-io 2026.1``."""
    name, _, version = package.replace("==", "@").rpartition("@")
    return f"{name} {version}"


def cache_folder() -> Path:
    """Where fetched packages lie; created when first used."""
    folder = user_cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_fetched(package: str) -> bool:
    """Whether a package lies in the cache folder, so that nothing needs to be fetched."""
    return _unpacked(package).is_dir()


def mapillary_signs() -> Path:
    """Folder of the SVGs named ``category--meaning--gN.svg``."""
    return _npm(MAPILLARY) / "package_signs"


def commonroad_signs() -> Path:
    """Folder of the German signs, PNG files named by their VZ number."""
    return (
        _wheel(COMMONROAD) / "commonroad" / "visualization" / "traffic_signs"
        / "TrafficSignIDGermany"
    )  # fmt: skip


def icon(drawing: str) -> Path:
    """SVG of an icon, named ``mdi:NAME``, ``phosphor:NAME`` or ``tabler:NAME``."""
    package, _, name = drawing.partition(":")
    if package == "mdi":
        return _npm(MATERIAL_DESIGN) / "svg" / f"{name}.svg"
    if package == "phosphor":
        return _npm(PHOSPHOR) / "assets" / "fill" / f"{name}-fill.svg"
    assert package == "tabler", drawing
    return _npm(TABLER) / "icons" / "filled" / f"{name}.svg"


def web_font(package: str, weight: int) -> Path:
    """One weight (400 is regular, 700 bold) of a font of Fontsource's, a woff file."""
    name = package.split("/")[1].split("@")[0]
    return _npm(package) / "files" / f"{name}-latin-{weight}-normal.woff"


def _unpacked(package: str) -> Path:
    return user_cache_folder() / package.replace("/", "_").replace("@", "_").replace("=", "_")


def _npm(package: str) -> Path:
    return _cached(package, ["npm", "pack", "--loglevel=error", package], "*.tgz") / "package"


def _wheel(requirement: str) -> Path:
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", ".", requirement]
    return _cached(requirement, command, "*.whl")


def _cached(package: str, command: list[str], pattern: str) -> Path:
    """Unpacked folder of ``package``; it appears under its final name only when complete."""
    folder = _unpacked(package)
    if folder.is_dir():
        return folder
    if shutil.which(command[0]) is None:
        raise MissingPackageError(f"{package}: `{command[0]}` is needed to fetch it; install that")
    with tempfile.TemporaryDirectory(dir=cache_folder()) as temporary:
        work = Path(temporary)
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
        archives = list(work.glob(pattern))
        if done.returncode or not archives:
            reason = (done.stderr.strip().splitlines() or ["no archive came"])[-1]
            raise MissingPackageError(f"{package}: `{' '.join(command)}` failed: {reason}")
        unpacked = work / "unpacked"
        if archives[0].suffix == ".whl":
            with zipfile.ZipFile(archives[0]) as wheel:
                wheel.extractall(unpacked)
        else:
            with tarfile.open(archives[0]) as tarball:
                tarball.extractall(unpacked, filter="data")
        try:
            unpacked.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another run was quicker
                raise
    return folder
