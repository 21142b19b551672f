"""What is said above the figures of pictures that a list leaves out: it may have been cut off."""

from __future__ import annotations

import os
from collections.abc import Iterable

from recognizer.plurals import counted


def without_signs(bare: int, pictures: str, lacks: str, lack: str) -> str:
    """What is said of pictures that are taken as frames without signs; nothing if there are none.

    Args:
        bare: how many.
        pictures: all of them, such as ``3 pictures``.
        lacks: what one of them lacks, such as ``has no label file``.
        lack: the same of several.
    """
    if not bare:
        return ""
    why, taken = (lacks, "a frame") if bare == 1 else (lack, "frames")
    return f"{bare} of {pictures} {why}: taken as {taken} without signs"


def unlisted(listed: Iterable[str], beside: Iterable[str]) -> list[str]:
    """Paths of the pictures beside a table that it does not list.

    One that is called as a listed picture is, with another ending, is that picture, converted.

    Args:
        listed: paths that the table lists.
        beside: paths of the pictures that are there.
    """
    listed = {*listed}
    left = [path for path in beside if path not in listed]  # none, as a rule, and soon told
    known = {_without_ending(path) for path in listed} if left else set()
    return [path for path in left if _without_ending(path) not in known]


def unlisted_caution(paths: list[str]) -> str:
    """What is said of pictures that no table lists; nothing if there are none."""
    if not paths:
        return ""
    count = "counts" if len(paths) == 1 else "count"
    return (
        f"{counted(len(paths), 'picture')} that no table lists {count} nowhere, such as {paths[0]}"
    )


def _without_ending(path: str) -> str:
    return os.path.splitext(os.path.normpath(path))[0]
