"""What goes wrong in any verb is an answer, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from recognizer.cli import check
from recognizer.cli.exit_codes import UNREADABLE
from recognizer.cli.main import main

TOO_LONG = "x" * 300


@pytest.mark.parametrize(
    "command",
    [
        ("check", f"{TOO_LONG}/signs.yaml"),
        ("test", f"{TOO_LONG}/signs.yaml"),
        ("validate", TOO_LONG),
        ("recognize", TOO_LONG),
    ],
)
def test_a_path_that_cannot_be_looked_up(
    tmp_path: Path,
    command: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(command) == UNREADABLE
    assert ": File name too long\n" in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            PermissionError(13, "Permission denied", "d/signs.yaml"),
            "d/signs.yaml: Permission denied",
        ),
        (OSError(28, "No space left on device"), "No space left on device"),
        (FileNotFoundError("signs.yaml is missing"), "signs.yaml is missing"),
    ],
)
def test_what_the_system_refuses_is_said(
    error: OSError,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(_: object) -> int:
        raise error

    monkeypatch.setattr(check, "run", refuse)
    assert main(["check"]) == UNREADABLE
    assert capsys.readouterr().err == f"signrules: {words}\n"
