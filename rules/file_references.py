"""Files that a rule file or its tests refer to: what lies beside one that is not there."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from rules.diagnostics import LoadError, quote
from rules.documents import Document
from rules.likeness import likely_meant
from rules.yaml_positions import Node

PICTURE_SUFFIXES: Final = frozenset(
    (
        ".avif", ".bmp", ".gif", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".pgm", ".png", ".pnm",
        ".ppm", ".tif", ".tiff", ".webp",
    )
)  # fmt: skip
"""Endings of the files that are taken for pictures: of all formats that OpenCV reads."""
RULE_FILE_SUFFIXES: Final = (".yaml", ".yml")


def existing_rule_file(stem: str) -> Path:
    """The rule file of that path without its ending; ``.yaml`` if neither is there."""
    files = [Path(stem + suffix) for suffix in RULE_FILE_SUFFIXES]
    return next((file for file in files if file.is_file()), files[0])


def likely_path(missing: str) -> str | None:
    """``did you mean `…`?`` with what lies beside a missing path and is called much alike."""
    folder, name = os.path.split(missing)
    try:
        meant = likely_meant(name, os.listdir(folder or os.curdir))
    except (OSError, ValueError):
        return None
    return f"did you mean {quote(os.path.join(folder, meant[0]))}?" if meant else None


def nothing_there(path: str) -> str:
    """What to tell of a path at which nothing is."""
    meant = likely_path(path)
    return f"{path}: no such file or folder" + (f"; {meant}" if meant else "")


def report_missing(
    code: LoadError,
    what: str,
    reference: str,
    document: Document[Any],
    node: Node,
    suffixes: Collection[str],
) -> None:
    """Record that there is no file where a document says that one is.

    Args:
        code: the mistake.
        what: what it should be: ``file`` or ``picture``.
        reference: its path as the document writes it, from the folder of the document.
        document: a rule file or its tests.
        node: where it refers to it.
        suffixes: endings of what it may have been meant to be.
    """
    folder = document.path.parent
    details: dict[str, Any] = {"expected": "a path relative to the folder of this file"}
    if os.path.isdir(folder / reference):
        message = f"{quote(reference)} is a folder, not a {what}"
    else:
        message = f"there is no {what} {quote(reference)}"
        details["slip"] = (reference, _neighbours(document.path, reference, suffixes))
    document.findings.error(code, message, document.position(node), **details)


def _neighbours(rule_file: Path, reference: str, suffixes: Collection[str]) -> list[str]:
    """Paths beside a missing one, in the same notation, but not of the rule file itself."""
    parent = os.path.dirname(reference)
    folder = rule_file.parent / parent
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [
        os.path.join(parent, name)
        for name in names
        if os.path.splitext(name)[1].lower() in suffixes
        and os.path.realpath(folder / name) != str(rule_file)
    ]
