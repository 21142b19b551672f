"""``signrules test``."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recognizer import Recognition, Recognizer
from recognizer.cli.main import main

RULES = Path(__file__).parent.parent / "rules" / "golden" / "expectations"
LIMIT = "shape: circle, border: red, background: white, digits: 50"
TRIANGLE = "shape: triangle, border: red, background: white"

PASSING = f"""\
version: 1
tests:
  - {{attributes: {{{LIMIT}}}, expect: "de.274[50]"}}
  - {{attributes: {{{LIMIT}}}, expect: de.274}}
  - {{attributes: {{{LIMIT}}}, not: "de.274[60]"}}
  - {{attributes: {{{TRIANGLE}}}, pictogram: deer, expect: de.142-10}}
  - {{attributes: {{{TRIANGLE}}}, expect: unknown, reason: pictogram_unmatched}}
  - {{attributes: {{shape: diamond}}, expect: unknown, reason: no_rule}}
  - {{attributes: {{{LIMIT}}}, expect: unknown, todo: nobody drives that slowly}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("signs.yaml", "deer.png"):
        shutil.copy(RULES / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_as_expected(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("signs.tests.yaml").write_text(PASSING)
    assert main(["test", "signs.yaml"]) == 0
    todo, summary = capsys.readouterr().out.splitlines()
    assert todo.startswith("signs.tests.yaml:9:5: todo: nobody drives that slowly (expected")
    assert summary == "7 tests: 6 passed, 1 todo"


def test_the_test_file_may_be_named_instead(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("signs.tests.yaml").write_text(PASSING)
    assert main(["test", "signs.tests.yaml", "signs.yaml"]) == 0
    assert capsys.readouterr().out.endswith("14 tests: 12 passed, 2 todo\n")


def test_the_rule_file_may_end_in_yml(folder: Path) -> None:
    Path("signs.yaml").rename("signs.yml")
    Path("signs.tests.yaml").write_text(PASSING)
    assert main(["test", "signs.tests.yaml"]) == 0


def test_failures_and_todos_that_pass_are_findings(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("signs.tests.yaml").write_text(
        f"""\
version: 1
tests:
  - {{attributes: {{{LIMIT}}}, not: de.274}}
  - {{attributes: {{{TRIANGLE}}}, pictogram: deer, expect: unknown, reason: no_rule}}
  - {{attributes: {{{LIMIT}}}, expect: de.274, todo: numbers cannot be read}}
"""
    )
    assert main(["test", "signs.yaml"]) == 1
    out = capsys.readouterr().out
    assert "signs.tests.yaml:3:5: failed: expected anything but de.274, got de.274[50]" in out
    assert "yes shape      expected circle; read circle" in out
    assert "signs.tests.yaml:4:5: failed: expected unknown (no_rule), got de.142-10" in out
    assert "signs.tests.yaml:5:5: unexpected pass: remove `todo: numbers cannot be read`" in out
    assert out.endswith("3 tests: 2 failed, 1 unexpected pass\n")


def test_a_failure_says_why_it_is_not_what_was_expected(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("signs.tests.yaml").write_text(
        f"""\
version: 1
tests:
  - {{attributes: {{{LIMIT}}}, expect: de.142-10}}
  - {{attributes: {{{TRIANGLE}}}, expect: de.142-10}}
"""
    )
    assert main(["test", "signs.yaml"]) == 1
    out = capsys.readouterr().out
    assert "not de.142-10 (0.000): shape circle, expected triangle" in out
    assert "NO  pictogram  expected deer; none is given" in out


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("signs.tests.yaml").write_text(PASSING)
    assert main(["test", "signs.yaml", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["summary"] == {
        "passed": 6,
        "failed": 0,
        "todo": 1,
        "unexpected pass": 0,
        "skipped": 0,
        "unreadable": 0,
    }
    first = data["tests"][0]
    assert (first["line"], first["outcome"]) == (3, "passed")
    assert first["answer"]["id"] == "de.274[50]"


def test_a_missing_or_broken_test_file_is_unreadable(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["test", "signs.yaml"]) == 3
    assert "signs.tests.yaml: no such file" in capsys.readouterr().err
    Path("signs.tests.yaml").write_text("version: 1\ntests: [{expct: de.206}]\n")
    assert main(["test", "signs.yaml"]) == 3
    assert "did you mean `expect`?" in capsys.readouterr().err


@pytest.mark.parametrize("name", [".", "/"])
def test_a_folder_is_no_rule_file(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", name]) == 3
    assert "this is a folder, not a file" in capsys.readouterr().err


def test_files_that_cannot_be_read_do_not_stop_the_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("signs.tests.yaml").write_text(PASSING)
    Path("broken.yaml").write_text("version: 2\n")
    assert main(["test", "broken.yaml", "signs.yaml", "missing.yaml"]) == 3
    out, err = capsys.readouterr()
    assert out.endswith("7 tests: 6 passed, 1 todo\n")
    assert "signrules: broken.yaml:1:10: error" in err
    assert "signrules: missing.yaml:1:1: error" in err


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_picture_that_cannot_be_read_does_not_stop_the_other_tests(
    folder: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("damaged.png").write_bytes(b"rubbish")
    Path("signs.tests.yaml").write_text(PASSING + "  - {picture: damaged.png, expect: unknown}\n")
    assert main(["test", "signs.yaml", "--format", form]) == 3
    out, err = capsys.readouterr()
    assert "signrules: signs.tests.yaml:10:5: " in err
    assert "damaged.png: not a picture that can be decoded" in err
    if form == "text":
        assert out.endswith("8 tests: 6 passed, 1 todo, 1 unreadable\n")
    else:
        assert json.loads(out)["summary"]["unreadable"] == 1


def test_the_thresholds_of_the_rule_file_count(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("signs.thresholds.yaml").write_text("version: 1\nper_sign: {de.142-10: 1}\n")
    Path("signs.tests.yaml").write_text(
        "version: 1\ntests:\n"
        f"  - {{attributes: {{{TRIANGLE}}}, pictogram: deer, expect: de.142-10}}\n"
    )
    assert main(["test", "signs.yaml"]) == 1
    assert "expected de.142-10, got unknown" in capsys.readouterr().out


def test_what_lies_beside_a_linked_rule_file_lies_beside_the_link(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Stub(Recognizer):
        def __init__(self, catalogue: Path, *_: object, **__: object) -> None:
            asked.append(catalogue)

        def recognize(self, picture: object) -> Recognition:  # type: ignore[override]
            return Recognition("de.206", "de.206", "Stop", 0.9)

    monkeypatch.setattr("recognizer.recognizer.Recognizer", Stub)
    Path("here").mkdir()
    Path("here/signs.yaml").symlink_to(folder / "signs.yaml")
    Path("here/signs.thresholds.yaml").write_text("version: 1\nper_sign: {de.142-10: 1}\n")
    Path("here/signs.tests.yaml").write_text(
        "version: 1\ntests:\n"
        f"  - {{attributes: {{{TRIANGLE}}}, pictogram: deer, expect: de.142-10}}\n"
        "  - {picture: ../deer.png, expect: de.206}\n"
    )
    assert main(["test", "here/signs.yaml"]) == 1
    assert "expected de.142-10, got unknown" in capsys.readouterr().out
    assert asked == [Path("here/signs.yaml")]


def test_thresholds_of_signs_that_there_are_not_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("signs.thresholds.yaml").write_text("version: 1\nper_sign: {de.142: 1}\n")
    Path("signs.tests.yaml").write_text(PASSING)
    assert main(["test", "signs.yaml"]) == 3
    err = capsys.readouterr().err
    assert "signs.thresholds.yaml:2:12: error SR011 undefined-name: no sign is called" in err
    assert "did you mean `de.142-10`?" in err


def test_pictures_go_through_the_recognizer(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Stub(Recognizer):
        def __init__(self, *arguments: object, **named: object) -> None:
            asked.append((*arguments, *named.values()))

        def recognize(self, picture: object) -> Recognition:  # type: ignore[override]
            asked.append(picture)
            return Recognition("de.206", "de.206", "Stop", 0.9)

    monkeypatch.setattr("recognizer.recognizer.Recognizer", Stub)
    Path("signs.tests.yaml").write_text(
        "version: 1\ntests:\n  - {picture: deer.png, expect: de.206}\n"
        f"  - {{attributes: {{{LIMIT}}}, expect: de.274}}\n"
    )
    assert main(["test", "signs.yaml", "--weights", "w.safetensors"]) == 0
    # In float32, so that a test ends alike on every machine.
    asked_for = (Path("signs.yaml"), Path("w.safetensors"), None, "float32")
    assert asked == [asked_for, folder / "deer.png"]
    assert capsys.readouterr().out == "2 tests: 2 passed\n"


def test_attributes_need_no_torch_and_pictures_are_skipped_without(folder: Path) -> None:
    Path("signs.tests.yaml").write_text(PASSING + "  - {picture: deer.png, expect: de.142-10}\n")
    code = (
        "import sys\n"
        "from importlib import util\n"
        "real = util.find_spec\n"
        "util.find_spec = lambda name, *a: None if name == 'torch' else real(name, *a)\n"
        "sys.modules['torch'] = None\n"
        "from recognizer.cli.main import main\n"
        "sys.exit(main(['test', 'signs.yaml']))\n"
    )
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(root)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("8 tests: 6 passed, 1 todo, 1 skipped\n")
    assert "torch is not installed" in done.stderr


def test_in_a_catalogue_of_several_countries_a_test_says_which_it_is_about(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("signs.yaml").write_text(
        "version: 1\nsigns:\n"
        "  - {id: de.1, name: {en: Stop}, country: DE, when: {shape: octagon}}\n"
        "  - {id: at.1, name: {en: Stop}, country: AT, when: {shape: octagon}}\n"
    )
    seen = "attributes: {shape: octagon}"
    Path("signs.tests.yaml").write_text(
        "version: 1\ntests:\n"
        f"  - {{{seen}, expect: de.1, country: DE}}\n"
        f"  - {{{seen}, expect: at.1, country: AT}}\n"
        f"  - {{{seen}, expect: unknown, reason: ambiguous}}\n"
    )
    assert main(["test", "signs.yaml"]) == 0
    assert capsys.readouterr().out == "3 tests: 3 passed\n"
