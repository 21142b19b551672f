"""``signrules add``."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from attributes.errors import UserError
from attributes.readings import Readings
from attributes.vocabulary import BORDER, EMBEDDING_DIMENSIONS, LEGEND, TEXT
from recognizer.addition import Edit
from recognizer.cli.main import main
from rules import certain_readings, load_catalogue

DEER = Path(__file__).parent.parent / "rules" / "golden" / "pictograms" / "deer.png"
RULES = """\
# Signs of a small country.
version: 1

faces:
  triangle: {shape: triangle}
  warning: {shape: triangle, border: red, background: [white, yellow]}  # more is said here

pictograms:
  deer: {exemplars: [pictograms/deer.png]}

signs:
  - id: de.142-10
    name: {en: Wild animals}
    when: {face: warning, pictogram: deer}
  - id: de.274
    name: {en: "Limit {digits}"}
    when: {shape: circle, border: red, digits: [30, 50]}
    value: {from: digits}
  # more to come
"""
WARNING = {"shape": "triangle", "border": "red", "background": "white", "legend": "black"}


class Stub:
    """Reads the same from every picture; what comes after the first exemplar looks unlike it.

    Or nearly so like it as ``cosine`` says, or exactly, if it is ``alike``.
    """

    fingerprint = "stub"
    match_cosine = 0.5
    seen: Readings
    alike = False
    cosine = 0.0

    def __init__(self, *_: object) -> None:
        self._calls = 0

    def predict(self, crops: Sequence[object]) -> Readings:
        self._calls += 1
        readings = Readings.concatenate([self.seen] * len(crops))
        embedding = np.zeros((len(crops), EMBEDDING_DIMENSIONS), np.float32)
        cosine = 1.0 if self._calls == 1 or self.alike else self.cosine
        embedding[:, :2] = cosine, (1 - cosine**2) ** 0.5
        return replace(readings, embedding=embedding)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules" / "pictograms").mkdir(parents=True)
    shutil.copy(DEER, tmp_path / "rules" / "pictograms" / "deer.png")
    cow = np.full((48, 40, 3), 255, np.uint8)
    cow[20:30, 10:30] = 0
    cv2.imwrite(str(tmp_path / "cow.PNG"), cow)
    (tmp_path / "rules" / "signs.yaml").write_text(RULES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("attributes.predictor.AttributePredictor", Stub)
    monkeypatch.setattr(Stub, "seen", certain_readings([WARNING]), raising=False)
    return tmp_path


def add(*more: str, sign_id: str = "de.140", name: str = "Cattle crossing") -> int:
    words = ["add", "cow.PNG", "--catalogue", "rules/signs.yaml", "--id", sign_id, "--name", name]
    return main([*words, *more])


def sees(monkeypatch: pytest.MonkeyPatch, **attributes: Any) -> None:
    monkeypatch.setattr(Stub, "seen", certain_readings([attributes]))


ADDED = """\
  - id: de.140
    name: {en: Cattle crossing, de: Viehtrieb}
    when: {face: warning, pictogram: cattle-crossing}
"""


def test_nothing_is_written_without_write(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert add("--name-de", "Viehtrieb") == 0
    out = capsys.readouterr().out
    assert "".join(f"+{line}\n" for line in ADDED.splitlines()) in out
    assert "+  cattle-crossing: {exemplars: [pictograms/cattle-crossing.png]}" in out
    assert "the picture is, before: unknown: pictogram_unmatched" in out
    assert "the picture is, with this: de.140  Cattle crossing" in out
    assert "nothing written; --write changes" in out
    assert (folder / "rules" / "signs.yaml").read_text() == RULES
    assert sorted(p.name for p in folder.rglob("*.*")) == ["cow.PNG", "deer.png", "signs.yaml"]


def test_what_only_one_alternative_of_a_face_asks_for_stays_a_condition(folder: Path) -> None:
    either = "{any: [{shape: triangle, border: red}, {shape: diamond, legend: white}]}"
    path = folder / "rules" / "signs.yaml"
    path.write_text(
        RULES.replace("{shape: triangle}", either).replace(
            "warning: {shape: triangle", "warning: {shape: cross"
        )
    )
    assert add("--write") == 0
    assert "when: {face: triangle, border: red, background: white, pictogram: cattle-crossing}" in (
        path.read_text()
    )


@pytest.mark.parametrize("narrow", ["first", "last"])
def test_of_faces_that_ask_for_as_much_the_narrower_is_taken(
    folder: Path, capsys: pytest.CaptureFixture[str], narrow: str
) -> None:
    face = "  white_warning: {shape: triangle, border: red, background: white}\n"
    before = "faces:\n" if narrow == "first" else "  # more is said here\n"
    rules = RULES.replace(before, before + face, 1)
    (folder / "rules" / "signs.yaml").write_text(rules)
    assert add() == 0
    assert "when: {face: white_warning, pictogram: cattle-crossing}" in capsys.readouterr().out


def test_a_face_that_the_picture_hardly_fits_is_not_taken(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = certain_readings([{"shape": "triangle", "background": "white", "legend": "black"}])
    seen.categorical["border"][:] = 0
    seen.categorical["border"][:, [BORDER.index("red"), BORDER.index("blue")]] = 0.5
    monkeypatch.setattr(Stub, "seen", seen)
    add()
    _, _, added = capsys.readouterr().out.partition("+  - id: de.140")
    assert added
    assert "face: warning" not in added


def test_a_picture_whose_name_no_rule_file_can_hold_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = os.fsdecode(b"rules/cow\xff.png")
    shutil.copy("cow.PNG", odd)
    words = ["--catalogue", "rules/signs.yaml", "--id", "de.140", "--name", "Cattle"]
    assert main(["add", odd, *words]) == 3
    assert "its name is no UTF-8, as rule files are; rename it" in capsys.readouterr().err


def test_write_keeps_comments_and_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert add("--name-de", "Viehtrieb", "--write") == 0
    assert "written: rules/signs.yaml and" in capsys.readouterr().out
    pictogram = "  cattle-crossing: {exemplars: [pictograms/cattle-crossing.png]}\n"
    assert (folder / "rules" / "signs.yaml").read_text() == RULES.replace(
        "deer.png]}\n", "deer.png]}\n" + pictogram
    ).replace("    value: {from: digits}\n", "    value: {from: digits}\n" + ADDED)
    copied = folder / "rules" / "pictograms" / "cattle-crossing.png"
    assert copied.read_bytes() == (folder / "cow.PNG").read_bytes()
    assert load_catalogue("rules/signs.yaml").signs[-1].names["de"] == "Viehtrieb"
    assert sorted(p.name for p in (folder / "rules").iterdir()) == ["pictograms", "signs.yaml"]


def test_a_picture_below_the_catalogue_stays_where_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "cow.PNG").rename(folder / "rules" / "cow.PNG")
    words = ["add", "rules/cow.PNG", "--catalogue", "rules/signs.yaml", "--id", "de.140"]
    assert main([*words, "--name", "Cattle", "--write"]) == 0
    assert "  cattle: {exemplars: [cow.PNG]}\n" in (folder / "rules" / "signs.yaml").read_text()


def test_what_tells_the_sign_already_needs_no_pictogram(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sees(monkeypatch, shape="octagon", border="none", background="red", legend="white", text="STOP")
    assert add(sign_id="de.206", name="Stop") == 0
    assert "when: {shape: octagon, border: none, background: red, bar: none, legend: white, " in (
        out := capsys.readouterr().out
    )
    assert "text: STOP}" in out
    assert "pictogram:" not in out


@pytest.mark.parametrize(
    ("text", "number"), [("30", "30"), ("4.0", "4"), ("3.5", "3.5"), ("3.50", "3.5")]
)
def test_a_number_becomes_digits_with_advice(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    number: str,
) -> None:
    sees(monkeypatch, shape="square", border="none", background="blue", legend="white", text=text)
    assert add(sign_id="de.275", name="Minimum") == 0
    out = capsys.readouterr().out
    assert f"digits: {number}}}" in out
    assert f"note: for other numbers than {number} too, write a range" in out


def test_what_is_not_certain_is_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = certain_readings([{"shape": "diamond", "legend": "black"}])
    seen.categorical["border"][:] = 0
    seen.categorical["border"][:, [1, 2]] = 0.6, 0.4
    monkeypatch.setattr(Stub, "seen", seen)
    assert add("--pictogram", "cow") == 0
    out = capsys.readouterr().out
    assert "when: {shape: diamond, border: [red, white], pictogram: cow}" in out
    assert "note: background is left out, it is not certain: red 0.11, white 0.11" in out


def test_what_is_read_with_a_probability_of_four_fifths_is_not_certain(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = certain_readings([{"shape": "diamond", "background": "white", "legend": "black"}])
    seen.categorical["border"][:] = 0
    seen.categorical["border"][:, [1, 2]] = 0.8, 0.2
    monkeypatch.setattr(Stub, "seen", seen)
    assert add("--pictogram", "cow") == 0
    assert "border: [red, white]" in capsys.readouterr().out


def test_colours_that_may_be_there_are_not_written_as_none(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = {"shape": "octagon", "border": "none", "background": "red", "text": "STOP"}
    seen = certain_readings([stop])
    seen.legend[:, LEGEND.index("white")] = 0.5
    monkeypatch.setattr(Stub, "seen", seen)
    assert add(sign_id="de.206", name="Stop") == 0
    out = capsys.readouterr().out
    assert "legend: none" not in out
    assert "note: legend is left out, it is not certain: white 0.50" in out


def test_text_is_read_from_the_picture_itself_and_not_from_its_blurred_views(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sees(monkeypatch, shape="octagon", border="none", background="red", legend="white", text="STOP")
    predict = Stub.predict

    def blurred(self: Stub, crops: Sequence[object]) -> Readings:
        readings = predict(self, crops)
        if len(crops) > 1:  # the views
            readings.text[:] = 0.6 * readings.text + 0.4 / TEXT.classes
        return readings

    monkeypatch.setattr(Stub, "predict", blurred)
    assert add(sign_id="de.206", name="Stop") == 0
    assert "text: STOP}" in capsys.readouterr().out


def test_a_pictogram_of_the_catalogue_is_reused(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stub, "alike", True)
    sees(monkeypatch, shape="diamond", border="black", background="yellow", legend="black")
    assert add() == 0
    assert "looks like `deer` (cosine 1.00); if it is the same, use it: --pictogram deer" in (
        capsys.readouterr().out
    )
    assert add("--pictogram", "deer") == 0
    out = capsys.readouterr().out
    assert "background: yellow, pictogram: deer}" in out
    assert "exemplars" not in out


def test_a_new_pictogram_gets_a_name_that_is_free(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = "  cattle-crossing: {exemplars: [pictograms/deer.png]}\n"
    rules = RULES.replace("pictograms:\n", f"pictograms:\n{taken}")
    (folder / "rules" / "signs.yaml").write_text(rules)
    add()
    line = "+  cattle-crossing-2: {exemplars: [pictograms/cattle-crossing-2.png]}"
    assert line in capsys.readouterr().out


def test_a_sign_that_takes_the_answer_of_another_one_is_warned_of(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stub, "cosine", 0.97)
    assert add("--write") == 0
    out = capsys.readouterr().out
    assert "the picture is, before: de.142-10" in out
    assert "warning: this picture is `de.142-10` already; `de.140` takes this answer over\n" in out
    assert "warning SR106 near-duplicate-exemplar: the exemplars of `deer` and `cattle-" in out
    assert "nothing else separates `de.142-10` and `de.140`" in out


@pytest.mark.parametrize(
    ("seen", "cosine"),
    [
        (WARNING, 0.3),  # nothing was answered before
        ({**WARNING, "shape": "diamond"}, 0.97),  # nor does anything but the pictogram agree
    ],
)
def test_a_sign_that_takes_nobodys_answer_is_not_warned_of(
    folder: Path,
    seen: dict[str, str],
    cosine: float,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sees(monkeypatch, **seen)
    monkeypatch.setattr(Stub, "cosine", cosine)
    assert add() == 0
    out = capsys.readouterr().out
    assert "warning" not in out.replace("face: warning", "")
    assert add("--format", "json") == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["takes_over"], data["findings"]) == (None, [])


def test_a_copy_of_an_exemplar_is_told_before_it_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stub, "cosine", 0.97)
    shutil.copy(folder / "cow.PNG", folder / "rules" / "pictograms" / "deer.png")
    assert add("--write") == 1
    out = capsys.readouterr().out
    assert "error SR105 duplicate-exemplar: " in out
    assert "not ready to be written" in out


def test_conflicts_are_told_and_never_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sees(monkeypatch, shape="circle", border="red", background="white", legend="black", digits=50)
    assert add("--write", sign_id="de.9", name="Fifty") == 1
    out = capsys.readouterr().out
    assert "overlap: `de.274` and `de.9` can both hold" in out
    assert "not ready to be written: mend what is told above" in out
    assert add("--write", sign_id="de.9", name="") == 1
    assert ": error SR0" in capsys.readouterr().out
    assert (folder / "rules" / "signs.yaml").read_text() == RULES


EXTENDING = "version: 1\nextends: rules/signs.yaml\n"


@pytest.mark.parametrize(
    ("catalogue", "otherwise"),
    [
        ("rules/signs.yaml", "edit that one"),
        ("mine.yaml", "first write `remove: [de.274]` beside `extends`"),
        ("together.yaml", "edit that one"),
    ],
)
def test_an_id_that_is_taken_is_refused_wherever_its_sign_is_defined(
    folder: Path, catalogue: str, otherwise: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mine.yaml").write_text(EXTENDING)
    (folder / "together.yaml").write_text("version: 1\ninclude: [rules/signs.yaml]\n")
    words = ["add", "cow.PNG", "--catalogue", catalogue, "--id", "de.274", "--name", "Cattle"]
    assert main([*words, "--write"]) == 2
    assert capsys.readouterr().err == (
        "signrules: `de.274` is defined already, at rules/signs.yaml:15:9; give the new sign "
        f"another --id, or {otherwise}\n"
    )
    assert (folder / "mine.yaml").read_text() == EXTENDING
    assert (folder / "rules" / "signs.yaml").read_text() == RULES


@pytest.mark.parametrize(
    ("option", "word"), [("--id", "Bad Id"), ("--id", "de"), ("--pictogram", "no name")]
)
def test_an_id_or_name_that_no_rule_file_takes_is_a_usage_error(
    folder: Path, option: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["add", "cow.PNG", "--id", "de.140", "--name", "Cattle", option, word]
    with pytest.raises(SystemExit) as refused:
        main(words)
    assert refused.value.code == 2
    assert re.search(rf"{option}: expected an? .*, got '{word}'", capsys.readouterr().err)


@pytest.mark.parametrize("option", ["--name", "--name-de"])
def test_a_name_that_is_no_utf_8_is_a_usage_error(
    folder: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["add", "cow.PNG", "--id", "de.140", "--name", "Cattle"]
    with pytest.raises(SystemExit) as refused:
        main([*words, option, os.fsdecode(b"Fu\xdfweg")])
    assert refused.value.code == 2
    assert rf"{option}: expected UTF-8, got b'Fu\xdfweg'" in capsys.readouterr().err


def test_an_id_with_its_country_in_capitals_is_corrected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["add", "cow.PNG", "--id", "DE.x-cow", "--name", "Cattle"])
    assert "got 'DE.x-cow'; did you mean 'de.x-cow'?" in capsys.readouterr().err


def test_the_id_of_an_inherited_sign_that_is_removed_is_free(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mine.yaml").write_text(EXTENDING + "remove: [de.274]\n")
    words = ["add", "cow.PNG", "--catalogue", "mine.yaml", "--id", "de.274", "--name", "Cattle"]
    assert main([*words, "--write"]) == 0
    assert "SR119" not in capsys.readouterr().out
    assert load_catalogue("mine.yaml").by_id["de.274"].name() == "Cattle"


def test_without_a_catalogue_of_ones_own_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("add", "options"):
        monkeypatch.setattr(
            f"recognizer.cli.{module}.default_catalogue", lambda: Path("rules/signs.yaml")
        )
    words = ["add", "cow.PNG", "--id", "de.140", "--name", "Cattle crossing"]
    advice = "name it with --catalogue; one with `version: 1` and `extends: rules/signs.yaml` has"
    assert main([*words, "--write"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.startswith("signrules: --write changes no file but your own: ")) == ("", True)
    assert advice in err
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "+  - id: de.140" in out
    assert f"nothing written; --write changes a rule file of your own: {advice}" in out
    assert (folder / "rules" / "signs.yaml").read_text() == RULES


def test_a_picture_that_is_too_small_to_be_recognized_makes_no_sign(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite("cow.PNG", np.zeros((9, 30, 3), np.uint8))
    assert add() == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "signrules: cow.PNG: 30×9 pixels, at least 10 are needed\n"


def test_a_picture_that_shows_nothing_makes_no_sign(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite("cow.PNG", np.full((48, 40, 3), 90, np.uint8))
    assert add() == 3
    told = "signrules: cow.PNG: one colour throughout: it shows nothing\n"
    assert capsys.readouterr().err == told


def test_a_picture_is_never_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = folder / "rules" / "pictograms" / "cattle-crossing.png"
    taken.write_bytes(b"mine")
    assert add("--write") == 2
    assert "is there already; give another --pictogram" in capsys.readouterr().err
    assert taken.read_bytes() == b"mine"


def test_a_rule_file_that_changed_in_the_meantime_is_not_overwritten(folder: Path) -> None:
    path = folder / "rules" / "signs.yaml"
    edit = Edit(path, RULES, RULES + "# new\n", folder / "cow.PNG", None)
    others = RULES.encode() + b"# of somebody els\xe9\n"  # not even in UTF-8
    path.write_bytes(others)
    with pytest.raises(UserError, match="changed in the meantime; nothing was written"):
        edit.write()
    assert path.read_bytes() == others


@pytest.mark.parametrize("is_first_picture", [False, True])
def test_what_cannot_be_written_leaves_nothing_behind_and_can_be_tried_again(
    folder: Path,
    is_first_picture: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if is_first_picture:
        plain = RULES.replace("pictograms/deer.png", "deer.png")
        (folder / "rules" / "signs.yaml").write_text(plain)
        (folder / "rules" / "pictograms" / "deer.png").rename(folder / "rules" / "deer.png")
        (folder / "rules" / "pictograms").rmdir()
    before = sorted((folder / "rules").rglob("*"))

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", "somewhere/else")

    with monkeypatch.context() as refusing:
        refusing.setattr("os.replace", refuse)
        assert add("--write") == 3
    assert "signrules: rules/signs.yaml: Operation not permitted" in capsys.readouterr().err
    assert sorted((folder / "rules").rglob("*")) == before
    assert add("--write") == 0
    assert (folder / "rules" / "pictograms" / "cattle-crossing.png").is_file()


def test_the_thresholds_of_the_rule_file_count(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "rules" / "signs.thresholds.yaml").write_text("version: 1\nmin_confidence: 1\n")
    assert add("--write") == 1
    out = capsys.readouterr().out
    assert "the picture is, with this: unknown" in out
    assert "not ready to be written" in out


def test_the_diff_of_a_file_without_a_last_line_break_can_be_applied(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = RULES.removesuffix("  # more to come\n").removesuffix("\n")
    (folder / "rules" / "signs.yaml").write_text(rules)
    assert add() == 0
    assert (
        """\
-    value: {from: digits}
\\ No newline at end of file
+    value: {from: digits}
+  - id: de.140
"""
        in capsys.readouterr().out
    )


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert add("--format", "json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["written"] is False
    assert data["after"]["id"] == "de.140"
    assert data["readings"]["shape"] == {"triangle": 1.0}
    assert data["before"]["reason"] == "pictogram_unmatched"


def test_the_diff_counts_lines_as_patch_does() -> None:
    old = 'name: "two\u2028halves"\nid: 1\r\n'
    edit = Edit(Path("signs.yaml"), old, old + "more: 2\n", Path("a.png"), None)
    assert edit.diff().splitlines()[-3:] == ["@@ -2 +2,2 @@", " id: 1", "+more: 2"]


def test_the_diff_keeps_an_empty_line_that_its_last_hunk_counts() -> None:
    edit = Edit(Path("signs.yaml"), "a: 1\n\nb: 2\n", "a: 1\nx: 1\n\nb: 2\n", Path("a.png"), None)
    assert edit.diff().splitlines()[-4:] == ["@@ -1,2 +1,3 @@", " a: 1", "+x: 1", " "]
