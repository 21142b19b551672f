"""All reports of one validation, in one folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from attributes.errors import UserError
from recognizer.validation.report.junit import Requirements, render_junit
from recognizer.validation.report.page import render_page
from recognizer.validation.report.tables import (
    render_errors,
    render_false_finds,
    render_json,
    render_signs,
)
from recognizer.validation.validation import Validation

FILES: Final = ("report.html", "figures.json", "signs.csv", "errors.csv", "junit.xml")
"""What is written of every data set."""
FALSE_FINDS: Final = "false_finds.csv"
"""What is written beside where frames were searched."""


def write_report(
    validation: Validation, folder: Path, requirements: Requirements | None = None
) -> list[Path]:
    """Write :data:`FILES` into ``folder``, replacing those of an earlier run.

    Where frames were searched, :data:`FALSE_FINDS` is written too.

    Raises:
        UserError: the folder cannot be written.
    """
    required = requirements or Requirements()
    render: dict[str, Callable[[], str]] = {
        "report.html": lambda: render_page(validation),
        "figures.json": lambda: render_json(validation),
        "signs.csv": lambda: render_signs(validation),
        "errors.csv": lambda: render_errors(validation),
        "junit.xml": lambda: render_junit(validation, required),
    }
    frames = validation.frames
    if frames is not None:
        render[FALSE_FINDS] = lambda: render_false_finds(frames)
    paths = [folder / name for name in render]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            path.write_text(render[path.name](), encoding="utf-8", newline="")
    except OSError as error:
        raise UserError(f"{error.filename or folder}: {error.strerror or error}") from None
    return paths
