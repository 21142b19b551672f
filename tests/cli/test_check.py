"""``signrules check``, as typed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from attributes.network import Architecture, AttributeNetwork
from attributes.training import packages
from attributes.vocabulary import EMBEDDING_DIMENSIONS
from attributes.weights_file import describe_network, save_weights
from attributes.weights_identity import DEFAULT_WEIGHTS, digest
from recognizer.cli import check as check_verb
from recognizer.cli.exit_codes import FINDINGS, FINE, UNREADABLE, USAGE
from recognizer.cli.main import main
from recognizer.gallery_file import gallery_path, sources_of, write_gallery
from rules import load_catalogue

FINE_FILE = """\
version: 1
country: DE
signs:
  - id: de.206
    name: {en: Stop}
    when: {shape: octagon, text: STOP}
"""
OVERLAP = FINE_FILE + "  - {id: de.999, name: {en: Any octagon}, when: {shape: octagon}}\n"
WARNING = FINE_FILE.replace("de.206", "de.206-")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(folder: Path, text: str, *options: str) -> int:
    (folder / "signs.yaml").write_text(text)
    return main(["check", "signs.yaml", *options])


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (FINE_FILE, [], FINE),
        (WARNING, [], FINE),
        (WARNING, ["--strict"], FINDINGS),
        (OVERLAP, [], FINDINGS),
        (OVERLAP, ["--ignore", "SR103"], FINE),
        (OVERLAP, ["--select", "contradiction,SR117"], FINE),
        (OVERLAP, ["--select", "overlap"], FINDINGS),
        ("version: 2\n", [], UNREADABLE),
    ],
)
def test_the_exit_code_says_whether_something_was_found(
    folder: Path, text: str, options: list[str], code: int
) -> None:
    assert check(folder, text, *options) == code


def test_to_select_nothing_is_a_usage_error(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(folder, OVERLAP, "--select", "SR103", "--ignore", "SR103") == 2
    assert "leaves none of the checks that are selected" in capsys.readouterr().err


def test_the_result_is_on_stdout_and_ends_with_a_summary(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(folder, OVERLAP)
    out = capsys.readouterr().out
    assert out.startswith("signs.yaml:7:10: error SR103 overlap: `de.206` and `de.999` can both")
    assert out.endswith("signs.yaml: 1 error\n")
    check(folder, FINE_FILE)
    assert capsys.readouterr().out == "signs.yaml: nothing found\n"


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_all_mistakes_of_all_files_are_told_in_the_chosen_format(
    folder: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "signrules-exclusions.yaml").write_text("version: 1\nexclusion: []\n")
    text = OVERLAP.replace("octagon", "octogon")
    assert check(folder, text, "--format", form) == UNREADABLE
    out = capsys.readouterr().out
    assert out.count("`octogon` is no value of") == 2
    assert out.count("unknown key `exclusion`") == 1
    if form in ("json", "sarif"):
        json.loads(out)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_rule_file_whose_name_is_no_utf_8_is_checked(
    folder: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = os.fsdecode(b"b\xff.yaml")
    (folder / name).write_text(OVERLAP)
    assert main(["check", name, "--format", form]) == FINDINGS
    assert "SR103" in capsys.readouterr().out


def test_exclusions_lie_beside_the_catalogue_or_where_the_option_says(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "version: 1\nexclusions:\n  - {code: SR103, sign: de.999, reason: accepted}\n"
    (folder / "elsewhere.yaml").write_text(text)
    assert check(folder, OVERLAP, "--exclusions", "elsewhere.yaml") == FINE
    assert capsys.readouterr().out == "signs.yaml: 1 excluded\n"
    (folder / "elsewhere.yaml").rename(folder / "signrules-exclusions.yaml")
    assert check(folder, OVERLAP) == FINE
    assert check(folder, FINE_FILE, "--strict") == FINDINGS
    assert "signrules-exclusions.yaml:3:5: info SR118" in capsys.readouterr().out
    assert check(folder, OVERLAP, "--exclusions", "missing.yaml") == UNREADABLE


def test_explain_prints_the_page_of_a_check(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parents[2] / "docs" / "checks" / "SR103-overlap.md"
    for word in ("SR103", "sr103", "overlap"):
        assert main(["check", "--explain", word]) == FINE
        assert capsys.readouterr().out == page.read_text(encoding="utf-8")
    assert main(["check", "--explain", "SR006"]) == FINE
    assert capsys.readouterr().out.startswith("# SR006: unknown-key\n")


@pytest.mark.parametrize("option", ["--explain", "--select", "--ignore"])
def test_a_check_that_does_not_exist_is_a_mistake_of_usage(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["check", option, "overlpa"])
    assert stopped.value.code == USAGE
    assert "there is no check `overlpa`; did you mean `overlap`?" in capsys.readouterr().err


def test_a_mistake_of_the_loader_cannot_be_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        check(folder, BY_PICTOGRAM, "--ignore", "SR009")
    assert "`SR009` is a mistake that keeps a file from being used" in capsys.readouterr().err


def test_what_is_missing_is_told_and_the_other_checks_run(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_verb, "DEFAULT_WEIGHTS", Path("no-such.safetensors"))
    assert check(folder, OVERLAP, "--no-exemplars") == FINDINGS
    err = capsys.readouterr().err
    assert "SR106 near-duplicate-exemplar skipped: --no-exemplars" in err
    assert "SR109 unreadable-value skipped: no-such.json: No such file" in err


@pytest.mark.parametrize("options", [[], ["--no-exemplars"], ["--select", "SR101"]])
def test_weights_that_are_named_must_be_there(
    folder: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(folder, FINE_FILE, "--weights", "no-such.safetensors", *options) == UNREADABLE
    told = capsys.readouterr()
    assert "no-such.safetensors: weights not readable: No such file" in told.err
    assert "nothing found" not in told.out


@pytest.mark.parametrize("card", ["", "[]", "{}", '{"vocabulary": {"attributes": [1]}}'])
def test_what_is_no_card_of_weights_is_told(
    folder: Path, card: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "w.json").write_text(card)
    (folder / "w.safetensors").touch()
    assert check(folder, FINE_FILE, "--no-exemplars", "--weights", "w.safetensors") == FINE
    assert "SR109 unreadable-value skipped: w.json: not the card" in capsys.readouterr().err


BY_PICTOGRAM = """\
version: 1
pictograms:
  deer: {exemplars: [deer.png]}
  cow: {exemplars: [cow.png]}
  lamp: {exemplars: [lamp.png]}
signs:
  - {id: xx.1, name: {en: Deer}, when: {pictogram: deer}}
  - {id: xx.2, name: {en: Cow}, when: {pictogram: cow}}
  - {id: xx.3, name: {en: Lamp}, when: {pictogram: lamp}}
"""


@pytest.fixture
def pictures(folder: Path) -> None:
    """A deer and a cow that differ in one dot, and a lamp."""
    deer = np.random.default_rng(0).integers(0, 255, (48, 48, 3), np.uint8)
    cow = deer.copy()
    cow[20:22, 20:22] = 255
    lamp = np.zeros_like(deer)
    lamp[:, 24:] = 255
    for name, picture in (("deer", deer), ("cow", cow), ("lamp", lamp)):
        cv2.imwrite(str(folder / f"{name}.png"), picture)


@pytest.fixture
def known_artwork(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of artwork that has whatever is asked of it."""
    monkeypatch.setattr(check_verb, "ARTWORK_PACKAGES", ("made",))
    monkeypatch.setattr(check_verb, "artwork_at_hand", lambda package: None)


@pytest.mark.usefixtures("pictures")
def test_exemplars_that_look_the_same_to_the_network_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = folder / "w.safetensors"
    torch.manual_seed(0)
    network = AttributeNetwork(Architecture(widths=(8, 8, 8), blocks=(1, 1, 1), text_width=8))
    save_weights(network, describe_network(network, "tiny"), weights)
    options = ("--weights", str(weights), "--select", "SR106")
    assert check(folder, BY_PICTOGRAM, *options, "--strict") == FINDINGS
    out = capsys.readouterr().out
    assert "the exemplars of `deer` and `cow` look the same to the network (cosine " in out
    assert "nothing else separates `xx.1` and `xx.2`" in out
    separated = BY_PICTOGRAM.replace("deer}}", "deer, bar: slash}}")
    separated = separated.replace("cow}}", "cow, bar: none}}")
    assert check(folder, separated, *options) == FINE
    assert "separates `xx.1` and `xx.2`" not in capsys.readouterr().out


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize("options", [[], ["--no-exemplars"], ["--select", "SR101"]])
def test_an_exemplar_that_cannot_be_opened_is_an_error_as_it_is_for_recognize(
    folder: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "deer.png").write_text("junk")
    cv2.imwrite(str(folder / "cow.png"), np.zeros((8, 8, 4), np.uint8))
    assert check(folder, BY_PICTOGRAM, *options) == UNREADABLE
    out = capsys.readouterr().out
    assert "signs.yaml:3:22: error SR014 missing-exemplar: cannot read the exemplar `deer" in out
    assert "`deer.png`: not a picture that can be decoded\n" in out
    assert "signs.yaml:4:21: error SR014 missing-exemplar: cannot read the exemplar `cow" in out
    assert "`cow.png`: the exemplar is fully transparent\n" in out
    assert out.endswith("signs.yaml: 2 errors\n")


def test_the_exemplar_of_a_single_pictogram_is_opened_too(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "deer.png").write_text("")
    text = FINE_FILE + "pictograms: {deer: {exemplars: [deer.png]}}\n"
    assert check(folder, text, "--format", "json") == UNREADABLE
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["code"], finding["line"], finding["column"]) == ("SR014", 7, 33)


def test_without_a_gallery_artwork_is_not_compared(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNRULES_CACHE", str(folder / "cache"))
    text = re.sub(r"exemplars: \[(\w+).png\]", r"artwork: [commonroad:\1]", BY_PICTOGRAM)
    assert check(folder, text, "--ignore", "SR121") == FINE
    err = capsys.readouterr().err
    assert "SR106 near-duplicate-exemplar skipped: " in err
    assert "run `signrules gallery signs.yaml`" in err


BY_ARTWORK = """\
version: 1
pictograms:
  lamp: {exemplars: [lamp.png]}
  deer: {artwork: [made:deer]}
  cow: {artwork: [made:cow], exemplars: [cow.png]}
signs:
  - {id: xx.1, name: {en: Deer}, when: {bar: none, pictogram: [deer, cow]}}
  - {id: xx.2, name: {en: Lamp}, when: {bar: slash, pictogram: lamp}}
"""


def embed(folder: Path, *names: str, fingerprint: str = "") -> None:
    """A gallery beside the rule file that has these pictograms."""
    catalogue = load_catalogue(folder / "signs.yaml")
    fingerprint = fingerprint or digest(DEFAULT_WEIGHTS.read_bytes())
    row = np.ones((1, EMBEDDING_DIMENSIONS), np.float32)
    entries = {name: (sources_of(catalogue.pictograms[name]), row) for name in names}
    write_gallery(gallery_path(folder / "signs.yaml"), entries, fingerprint)


@pytest.mark.usefixtures("pictures", "known_artwork")
@pytest.mark.parametrize(
    ("embedded", "fingerprint", "told"),
    [
        ((), None, "`deer` and `cow` (signs.gallery.safetensors: is not there)"),
        (("deer",), "", "`cow` (signs.gallery.safetensors: is not up to date)"),
        (("deer", "cow"), "", None),
        (
            ("deer", "cow"),
            "other",
            "`lamp`, `deer` and `cow` (signs.gallery.safetensors: made with other weights (other,",
        ),
    ],
)
def test_a_gallery_that_recognize_would_refuse_is_an_error(
    folder: Path,
    embedded: tuple[str, ...],
    fingerprint: str | None,
    told: str | None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (folder / "signs.yaml").write_text(BY_ARTWORK)
    if fingerprint is not None:
        embed(folder, *embedded, fingerprint=fingerprint)
    assert check(folder, BY_ARTWORK, "--no-exemplars") == (FINDINGS if told else FINE)
    out = capsys.readouterr().out
    if told is None:
        assert out == "signs.yaml: nothing found\n"
    else:
        assert "error SR121 gallery-not-ready: this catalogue cannot be used: " in out
        assert f"there is no embedding of {told}" in out
        assert "= help: run `signrules gallery signs.yaml`\n" in out


@pytest.mark.usefixtures("pictures", "known_artwork")
def test_a_picture_that_changed_makes_a_gallery_stale_only_beside_artwork(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "signs.yaml").write_text(BY_ARTWORK)
    embed(folder, "lamp", "deer", "cow")
    for name in ("lamp", "cow"):
        cv2.imwrite(str(folder / f"{name}.png"), np.uint8(np.mgrid[:48, :48].T * 3)[..., [0, 1, 0]])
    check(folder, BY_ARTWORK, "--no-exemplars")
    assert "there is no embedding of `cow` (signs" in capsys.readouterr().out


@pytest.mark.usefixtures("pictures", "known_artwork")
def test_without_weights_a_missing_embedding_is_told_all_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "signs.yaml").write_text(BY_ARTWORK)
    embed(folder, "deer", fingerprint="other")
    monkeypatch.setattr(check_verb, "DEFAULT_WEIGHTS", Path("no-such.safetensors"))
    assert check(folder, BY_ARTWORK, "--no-exemplars") == FINDINGS
    assert "there is no embedding of `cow` (signs" in capsys.readouterr().out


@pytest.mark.usefixtures("pictures", "known_artwork")
def test_a_damaged_gallery_is_told_with_the_remedy(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "signs.gallery.safetensors").write_bytes(b"junk")
    assert check(folder, BY_ARTWORK, "--select", "SR121") == FINDINGS
    out = capsys.readouterr().out
    assert "signs.gallery.safetensors: not readable as a gallery" in out
    assert "run `signrules gallery signs.yaml`" in out


@pytest.mark.parametrize("options", [[], ["--no-exemplars"]])
def test_artwork_that_does_not_exist_is_an_error_where_it_is_named(
    folder: Path,
    options: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SIGNRULES_CACHE", str(folder / "cache"))
    drawings = packages.COMMONROAD.replace("=", "_")
    inside = "commonroad/visualization/traffic_signs/TrafficSignIDGermany"
    (folder / "cache" / drawings / inside).mkdir(parents=True)
    (folder / "cache" / drawings / inside / "142-10.png").touch()
    artwork = ["commonroad:142-1", "commonroad:142-10", "mapillary:not-at-hand"]
    artwork += ["comonroad:142-10", "signrules:136-10", "signrules:99"]
    lines = "".join(f"      - {reference}\n" for reference in artwork)  # from line 10 on
    text = FINE_FILE + f"pictograms:\n  deer:\n    artwork:\n{lines}"
    assert check(folder, text, *options, "--format", "json") == UNREADABLE
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [(f["code"], f["line"], f["column"], f["message"]) for f in findings] == [
        ("SR014", 10, 9, "there is no artwork `commonroad:142-1`"),
        ("SR009", 13, 9, "there is no artwork package `comonroad`"),
        ("SR014", 15, 9, "there is no artwork `signrules:99`"),
    ]
    assert findings[0]["suggestion"] == "did you mean `142-10`?"
    assert findings[1]["expected"] == "`mapillary:…`, `commonroad:…` or `signrules:…`"
    assert findings[1]["suggestion"] == "did you mean `commonroad`?"


def test_what_is_no_picture_is_told_by_us_alone(folder: Path) -> None:
    tiff = cv2.imencode(".tiff", np.zeros((48, 48, 3), np.uint8))[1].tobytes()
    (folder / "deer.tiff").write_bytes(tiff[:40])
    (folder / "signs.yaml").write_text(FINE_FILE + "pictograms: {deer: {exemplars: [deer.tiff]}}\n")
    done = subprocess.run(
        [sys.executable, "-m", "recognizer.cli.main", "check", "signs.yaml"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == UNREADABLE
    assert "cannot read the exemplar `deer.tiff`" in done.stdout
    assert done.stderr == ""


@pytest.mark.usefixtures("pictures")
def test_torch_is_only_imported_to_compare_exemplars(folder: Path) -> None:
    (folder / "signs.yaml").write_text(BY_PICTOGRAM)
    program = (
        "import sys; from recognizer.cli.main import main\n"
        "assert main(['check', 'signs.yaml', *sys.argv[1:]]) == 0\n"
        "sys.exit('torch' in sys.modules)"
    )
    for options in (["--no-exemplars"], ["--ignore", "SR106"]):
        subprocess.run(
            [sys.executable, "-c", program, *options],
            check=True,
            env={"PYTHONPATH": str(Path(__file__).parents[2])},
        )


@pytest.mark.parametrize(
    ("thresholds", "told"),
    [
        ("per_sign: {de.260: 0.9}", "2:12: error SR011 undefined-name: no sign is called `de.260`"),
        ("min_confidence: 2", "2:17: error SR010 invalid-value: "),
    ],
)
def test_thresholds_beside_the_rule_file_must_be_usable(
    folder: Path, thresholds: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "signs.thresholds.yaml").write_text(f"version: 1\n{thresholds}\n")
    assert check(folder, FINE_FILE) == UNREADABLE
    assert f"signs.thresholds.yaml:{told}" in capsys.readouterr().out


def test_the_top_level_of_a_thresholds_file_is_called_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "signs.thresholds.yaml").write_text("- de.206: 0.9\n")
    assert check(folder, FINE_FILE) == UNREADABLE
    out = capsys.readouterr().out
    assert "the top level of a thresholds file must be a mapping\n" in out
    assert "= expected: keys such as `version: 1` and `per_sign:`\n" in out


@pytest.mark.parametrize("name", [".", "/", ".."])
def test_a_folder_is_no_rule_file(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", name]) == UNREADABLE
    assert "this is a folder, not a file" in capsys.readouterr().out


def test_a_folder_is_no_weights(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        check(folder, FINE_FILE, "--weights", ".")
    assert stopped.value.code == USAGE
    assert "--weights: . is a folder" in capsys.readouterr().err
