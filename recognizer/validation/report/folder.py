"""All reports of one validation, in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from attributes.errors import UserError
from recognizer.validation.report.junit import render_junit
from recognizer.validation.report.page import render_page
from recognizer.validation.report.tables import (
    render_errors,
    render_false_finds,
    render_json,
    render_signs,
)
from recognizer.validation.requirements import Requirements
from recognizer.validation.validation import Validation

FILES: Final = ("report.html", "figures.json", "signs.csv", "errors.csv", "junit.xml")
"""What is written of every data set."""
FALSE_FINDS: Final = "false_finds.csv"
"""What is written beside where frames were searched."""


def write_report(
    validation: Validation, folder: Path, requirements: Requirements | None = None
) -> list[Path]:
    """Write :data:`FILES` into ``folder``, replacing those of an earlier run.

    Where frames were searched, :data:`FALSE_FINDS` is written too. Bytes of a picture's name that
    are no UTF-8 are written as Python and JSON escape them: ``\\udcff``.

    Raises:
        UserError: the folder cannot be written.
    """
    required = requirements or Requirements()
    # All of them before the first file is opened: reports of two runs in one folder would mislead.
    texts = {
        "report.html": render_page(validation),
        "figures.json": render_json(validation),
        "signs.csv": render_signs(validation),
        "errors.csv": render_errors(validation),
        "junit.xml": render_junit(validation, required),
    }
    if validation.frames is not None:
        texts[FALSE_FINDS] = render_false_finds(validation.frames)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(
                text, encoding="utf-8", errors="backslashreplace", newline=""
            )
        if FALSE_FINDS not in texts:
            (folder / FALSE_FINDS).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{error.filename or folder}: {error.strerror or error}") from None
    return [folder / name for name in texts]
