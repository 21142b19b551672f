"""Changes for the worse that somebody has looked at and accepted.

A JSON file, sorted so that it can be reviewed like code: picture -> the answer that is accepted
for it. Another answer for the same picture is not accepted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from attributes.errors import UserError
from attributes.replacing import replace_text
from recognizer.validation.diff import Change, Effect

_VERSION = 1


class BaselineError(UserError):
    """A baseline file cannot be read or written."""


def load_baseline(path: Path) -> dict[str, str]:
    """Picture -> accepted answer.

    Raises:
        BaselineError: there is no such file, or it is no baseline.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BaselineError(f"{path}: no such baseline; --accept writes one") from None
    except (OSError, ValueError, RecursionError) as error:
        raise BaselineError(f"{path}: not readable as a baseline: {error}") from None
    accepted = data.get("accepted") if isinstance(data, dict) else None
    if not isinstance(accepted, dict) or data.get("version") != _VERSION:
        raise BaselineError(f'{path}: not a baseline: expected {{"version": 1, "accepted": {{…}}}}')
    return {str(picture): str(answer) for picture, answer in accepted.items()}


def write_baseline(path: Path, changes: Iterable[Change]) -> int:
    """Accept all changes for the worse; returns how many.

    Raises:
        BaselineError: the file cannot be written.
    """
    accepted = {c.picture: c.new for c in changes if c.effect is Effect.WORSE}
    text = json.dumps({"version": _VERSION, "accepted": accepted}, indent=1, sort_keys=True)
    try:
        replace_text(path, text + "\n")
    except OSError as error:
        raise BaselineError(f"{path}: {error.strerror or error}") from None
    return len(accepted)


def not_accepted(changes: Iterable[Change], accepted: Mapping[str, str]) -> list[Change]:
    """The changes for the worse that nobody has accepted."""
    return [c for c in changes if c.effect is Effect.WORSE and accepted.get(c.picture) != c.new]
