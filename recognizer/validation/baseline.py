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
from recognizer.validation.diff import Change, Effect, name_of, path_within
from recognizer.validation.frame_ingestion import ReadFrames
from recognizer.validation.ingestion import ReadPictures

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


def of_other_pictures(
    accepted: Mapping[str, str], pictures: ReadPictures | ReadFrames
) -> dict[str, str]:
    """What was accepted for pictures of which these tell nothing: others, and unreadable ones.

    A labelled box that a frame no longer has is none of them, if the frame could be read.

    Args:
        accepted: picture -> accepted answer.
        pictures: what two rule files were tried on.
    """
    if not accepted:
        return {}
    dataset = pictures.dataset
    if isinstance(pictures, ReadFrames):
        tried, paths = {*pictures.label_sample.tolist()}, {*pictures.paths}
    else:
        tried = {*pictures.samples.tolist()}
        paths = {dataset.samples[number].path for number in tried}
    read = {path_within(dataset, path) for path in paths}
    unread = {name_of(dataset, s) for n, s in enumerate(dataset.samples) if n not in tried}
    return {
        name: answer
        for name, answer in accepted.items()
        if name in unread or (name not in read and _without_box(name) not in read)
    }


def _without_box(name: str) -> str:
    """The path in the name of a picture, see :func:`recognizer.validation.diff.name_of`."""
    return name.rpartition("[")[0] if name.endswith("]") else name


def write_baseline(path: Path, changes: Iterable[Change], kept: Mapping[str, str]) -> int:
    """Accept all changes for the worse; returns how many.

    Args:
        path: of the file, which is replaced.
        changes: all of them.
        kept: what else stays accepted: picture -> answer.

    Raises:
        BaselineError: the file cannot be written.
    """
    worse = {c.picture: c.new for c in changes if c.effect is Effect.WORSE}
    accepted = {**kept, **worse}
    text = json.dumps({"version": _VERSION, "accepted": accepted}, indent=1, sort_keys=True)
    try:
        replace_text(path, text + "\n")
    except OSError as error:
        raise BaselineError(f"{path}: {error.strerror or error}") from None
    return len(worse)


def not_accepted(changes: Iterable[Change], accepted: Mapping[str, str]) -> list[Change]:
    """The changes for the worse that nobody has accepted."""
    return [c for c in changes if c.effect is Effect.WORSE and accepted.get(c.picture) != c.new]
