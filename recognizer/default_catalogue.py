"""Where the catalogue that comes with signrules lies."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from attributes.errors import UserError

_NAME = "signs.yaml"


def default_catalogue() -> Path:
    """``signs.yaml`` of the checkout, or of the installed distribution.

    There is one copy of it: at the top of the repository, from where the wheel installs it
    under ``share/signrules``.

    Raises:
        UserError: the installation is incomplete.
    """
    checkout = Path(__file__).resolve().parent.parent / _NAME
    if checkout.is_file():
        return checkout
    try:
        files = metadata.files("signrules") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == _NAME:
            return Path(str(file.locate())).resolve()
    raise UserError(f"{_NAME} is missing from this installation; name a catalogue")
