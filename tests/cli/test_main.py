"""What goes wrong in any verb is an answer, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from recognizer.cli import check
from recognizer.cli.exit_codes import BROKEN_PIPE, FINDINGS, FINE, UNREADABLE, USAGE
from recognizer.cli.main import main

TOO_LONG = "x" * 300


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["check", "--fromat", "json", "signs.yaml"], "--fromat; did you mean --format?"),
        (["validate", "--min-acuracy=0.9", "d"], "--min-acuracy=0.9; did you mean --min-accuracy?"),
        (["check", "--colour", "signs.yaml"], "--colour"),
        (["check", "signs.yaml", "more.yaml"], "more.yaml"),
        (["check", "-v", "signs.yaml"], "-v"),
    ],
)
def test_an_option_that_is_none_is_answered_with_the_usage_of_its_verb(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == USAGE
    said = capsys.readouterr().err
    assert said.startswith(f"usage: signrules {words[0]} [-h]")
    assert said.endswith(f"signrules {words[0]}: error: unrecognized arguments: {told}\n")


def test_an_option_before_the_verb_is_told_where_it_belongs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--format=json", "check"])
    assert left.value.code == USAGE
    assert capsys.readouterr().err.endswith("--format=json; put it behind the verb\n")


@pytest.mark.parametrize(
    "words",
    [
        ["check", ""],
        ["validate", "pictures", "--report", ""],
        ["validate", "pictures", "--cache", ""],
        ["diff", "old.yaml", "new.yaml", "--on", "pictures", "--baseline", ""],
    ],
)
def test_an_empty_name_is_not_taken_for_an_absent_one(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == USAGE
    assert ": empty; is a variable not set?" in capsys.readouterr().err


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


def test_the_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == FINE
    assert capsys.readouterr().out == f"signrules {metadata.version('signrules')}\n"


def test_the_version_of_what_is_not_installed_is_not_known(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", refuse)
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == FINE
    assert capsys.readouterr().out == "signrules of unknown version: it is not installed\n"


def test_the_version_waits_for_neither_torch_nor_opencv() -> None:
    program = (
        "import sys; from recognizer.cli.main import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: sys.exit(bool({'torch', 'cv2'} & set(sys.modules)))"
    )
    root = str(Path(__file__).parents[2])
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": root})


FINDS = """
import sys
from recognizer.cli import check
from recognizer.cli.main import main

def find(_):
    print("finding\\n" * int(sys.argv[1]))
    return 1

check.run = find
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("lines", [1, 100_000], ids=["buffered", "longer than any pipe"])
@pytest.mark.parametrize("words", [["check"], ["check", "--help"]], ids=["verb", "help"])
def test_a_pipe_that_nobody_reads_is_no_success(lines: int, words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = run(FINDS, str(lines), *words, stdout=writer)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (BROKEN_PIPE, b"")


def test_what_was_found_is_the_status_where_all_of_it_is_read() -> None:
    assert run(FINDS, "100000", "check", stdout=subprocess.PIPE).returncode == FINDINGS


def run(program: str, *arguments: str, stdout: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    )
