"""The reports: what they say, and that the page works in a real browser."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from browser import CHROMIUM, drive
from validation_world import LABELS, World

from recognizer.cli.main import main
from recognizer.validation.datasets import Box, Sample
from recognizer.validation.labels import NOT_IN_CATALOGUE
from recognizer.validation.report import FILES, folder, write_report
from recognizer.validation.report.examples import example, thumbnail
from recognizer.validation.report.junit import render_junit
from recognizer.validation.report.tables import render_signs
from recognizer.validation.requirements import Requirements, failures

SWAPPED = (
    ("pictogram: left}", "pictogram: XX}"),
    ("pictogram: right}", "pictogram: left}"),
    ("pictogram: XX}", "pictogram: right}"),
)


@pytest.fixture
def report(world: World) -> Path:
    """The report of rules with keep-left for keep-right, and an unreadable picture."""
    world.draw_all(6, green="stranger")
    (world.data / "stop" / "broken.png").write_bytes(b"nothing")
    validation = world.validate(world.rules(*SWAPPED), world.labels(green=None))
    write_report(validation, world.folder / "report", Requirements(min_recall=0.9))
    return world.folder / "report"


def test_all_files_are_written(report: Path) -> None:
    assert sorted(p.name for p in report.iterdir()) == sorted(FILES)


def test_the_page_has_no_external_address(report: Path) -> None:
    page = (report / "report.html").read_text()
    assert not re.search(r"https?:|//[a-z]|@import|url\(", page.replace("data:image", ""))
    assert all(a.startswith(("#", "data:")) for a in re.findall(r'(?:src|href)="([^"]*)', page))


def test_every_link_leads_somewhere(report: Path) -> None:
    page = (report / "report.html").read_text()
    targets = set(re.findall(r' id="([^"]+)"', page))
    links = re.findall(r'href="#([^"]+)"', page)
    assert links
    assert set(links) <= targets


def test_what_the_page_says(report: Path) -> None:
    page = (report / "report.html").read_text()
    for words in (
        "no fitting rule", "xx.left: pictogram", "asks for right, most pictures of the class "
        "show left", "Keep left", "1 picture could not be read", "data:image/jpeg",
        "answered as", "on purpose", "rightly unknown", "of 6 outside the catalogue",
        "12 errors, each put down to one stage", "of 5 at least",
    ):  # fmt: skip
        assert words in page, words


def test_names_from_files_cannot_break_the_page(world: World) -> None:
    world.draw_all(5, **{"<script>alert(1)": "stranger"})
    validation = world.validate(labels=world.labels(**{"<script>alert(1)": None}))
    write_report(validation, world.folder / "report")
    assert "<script>alert" not in (world.folder / "report" / "report.html").read_text()


def test_a_name_that_is_no_utf8_is_reported(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(2)
    made = world.draw(world.folder / "made.png", "stop")
    made.rename(world.data / "c50" / "caf\udce9.png")  # a byte of Latin-1
    broken = world.data / "stop" / "caf\udce9.png"
    broken.write_bytes(b"nothing")
    made_in = world.folder / "report"
    options = ["--labels", str(world.labels()), "--cache", str(world.folder / "cache")]
    command = ["validate", str(world.data), "--catalogue", str(world.rules()), *options]
    assert main([*command, "--report", str(made_in), "--format", "json"]) == 3
    (unreadable,) = json.loads(capsys.readouterr().out)["unreadable"]
    assert unreadable["path"] == str(broken)
    assert sorted(p.name for p in made_in.iterdir()) == sorted(FILES)
    for name in ("report.html", "figures.json", "errors.csv"):
        assert "caf\\udce9.png" in (made_in / name).read_text("utf-8")


def test_false_finds_of_an_earlier_run_do_not_stay(world: World) -> None:
    world.draw_all(1)
    earlier = world.folder / "report" / "false_finds.csv"
    earlier.parent.mkdir()
    earlier.touch()
    write_report(world.validate(), earlier.parent)
    assert not earlier.exists()


def test_a_report_that_cannot_be_made_leaves_the_earlier_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.draw_all(2)
    validation, path = world.validate(), world.folder / "report" / "report.html"
    write_report(validation, path.parent)
    path.write_text("earlier")
    monkeypatch.setattr(folder, "render_junit", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_report(validation, path.parent)
    assert path.read_text() == "earlier"


def test_a_value_that_cannot_be_read_is_reported_as_impossible(world: World) -> None:
    world.draw_all(2)
    validation = world.validate(labels=world.labels(c50="xx.limit[45 km/h]"))
    write_report(validation, world.folder / "report")
    page = (world.folder / "report" / "report.html").read_text()
    assert re.search(r"45 km/h.*?0\.00", page, re.DOTALL)


def test_a_name_that_xml_may_not_hold_leaves_the_junit_file_readable(world: World) -> None:
    world.draw_all(1, **{"bell\x07": "stranger"})
    validation = world.validate(labels=world.labels(**{"bell\x07": None}))
    write_report(validation, world.folder / "report")
    root = ElementTree.parse(world.folder / "report" / "junit.xml").getroot()
    assert "bell\\x07" in {case.get("name") for case in root.iter("testcase")}


def test_json_and_csv_tell_the_same(report: Path) -> None:
    data = json.loads((report / "figures.json").read_text())
    figures = data["figures"]
    assert figures["accuracy"]["right"] == 36
    assert figures["accuracy"]["count"] == 48
    assert len(data["unreadable"]) == 1
    signs = list(csv.DictReader(io.StringIO((report / "signs.csv").read_text())))
    assert sum(int(s["right"]) for s in signs if s["sign"].startswith("xx.")) == 36
    errors = list(csv.DictReader(io.StringIO((report / "errors.csv").read_text())))
    assert {(e["expected"], e["answered"]) for e in errors} == {
        ("xx.left", "xx.right"), ("xx.right", "xx.left"),
    }  # fmt: skip
    assert {e["stage"] for e in errors} == {"no fitting rule"}


def test_the_table_of_signs_has_precision_beside_recall(world: World) -> None:
    world.draw_all(4)
    for number in range(4):
        world.draw(world.data / "left" / f"{number:03}.png", "keep-right")
    rows = csv.DictReader(io.StringIO(render_signs(world.validate())))
    (right,) = (row for row in rows if row["sign"] == "xx.right")
    assert (float(right["recall"]), float(right["precision"])) == (1.0, 0.5)
    assert float(right["precision_low"]) < 0.5 < float(right["precision_high"]) < 1


def test_junit_fails_what_falls_short(report: Path) -> None:
    root = ElementTree.parse(report / "junit.xml").getroot()
    failed = [c.get("name") for c in root.iter("testcase") if c.find("failure") is not None]
    assert failed == ["pictures", "xx.left", "xx.right"]
    for suite in root.iter("testsuite"):
        assert suite.get("tests") == str(len(suite.findall("testcase")))


def test_exit_codes(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.draw_all(5)
    options = ["--labels", str(world.labels()), "--cache", str(world.folder / "cache")]
    good = ["validate", str(world.data), "--catalogue", str(world.rules()), *options]
    bad_rules = world.rules(*SWAPPED, name="bad.yaml")
    bad = ["validate", str(world.data), "--catalogue", str(bad_rules), *options]
    assert main([*good, "--min-accuracy", "1", "--min-recall", "1"]) == 0
    assert main(bad) == 0  # nothing was required
    assert main([*bad, "--min-accuracy", "0.9"]) == 1
    assert main([*bad, "--min-recall", "0.5"]) == 1
    capsys.readouterr()
    assert main([*good, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["figures"]["accuracy"]["value"] == 1
    (world.data / "stop" / "broken.png").write_bytes(b"nothing")
    assert main(good) == 3
    assert "1 picture could not be read" in capsys.readouterr().err
    assert main(["validate", str(world.folder / "nowhere"), *options]) == 3


def test_a_sign_with_any_value_is_called_so(world: World) -> None:
    world.draw_all(5)
    validation = world.validate(labels=world.labels(c50="xx.limit", c30=None))
    assert validation.figures.sign("xx.limit").name == "Limit …"
    assert validation.figures.sign("xx.limit[60]").name == "Limit 60"
    write_report(validation, world.folder / "report")
    page = (world.folder / "report" / "report.html").read_text()
    assert "<td><code>xx.limit</code></td><td>Limit …</td>" in page
    assert "xx.limit,Limit …,c50," in (world.folder / "report" / "signs.csv").read_text()


def test_the_page_says_all_that_the_label_map_may_be_blamed_for(world: World) -> None:
    world.draw_all(5)
    validation = world.validate(labels=world.labels(stop="xx.stop[3]"))
    write_report(validation, world.folder / "report")
    page = " ".join((world.folder / "report" / "report.html").read_text().split())
    assert (
        "<tr><th>label map</th><td>The label names a sign or value that does not exist; or most "
        "pictures of the class, of 5 at least, are, all alike, another sign than its label says."
    ) in page


def test_what_is_outside_the_catalogue_and_rightly_unknown_is_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(2, green="stranger")
    world.draw(world.data / "blue" / "a.png", "keep-left")
    labels = str(world.labels(green=None, blue=None))
    options = ["--labels", labels, "--cache", str(world.folder / "cache")]
    assert main(["validate", str(world.data), "--catalogue", str(world.rules()), *options]) == 0
    out = capsys.readouterr().out
    assert "rightly unknown        66.67%  (2 of 3 outside the catalogue, " in out
    assert "class blue: not in the catalogue, on purpose (1 picture)\n" in out
    assert "class green: not in the catalogue, on purpose (2 pictures)\n" in out


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("report.html", "is no folder; name one, which is made if it is not there"),
        ("report.html/now", "report.html is no folder, so none can be made in it"),
        ("nowhere.link", "is no folder; name one, which is made if it is not there"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_any_work(
    world: World, name: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(1)
    (world.folder / "report.html").write_text("mine")
    (world.folder / "nowhere.link").symlink_to("nowhere")
    options = ["--labels", str(world.labels()), "--cache", str(world.folder / "cache")]
    command = ["validate", str(world.data), "--catalogue", str(world.rules()), *options]
    path = str(world.folder / name)
    assert main([*command, "--report", path]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"signrules: --report {path}: ")
    assert err.endswith(f"{told}\n")
    assert world.predictor.calls == []
    assert (world.folder / "report.html").read_text() == "mine"
    assert main([*command, "--report", str(world.folder / "new" / "report")]) == 0


LOST = ("  - id: xx.stop\n    name: {en: Stop}\n    when: {shape: octagon, text: STOP}\n", "")
"""The catalogue's last sign is removed."""


def test_no_requirement_is_met_without_a_sign_that_is_labelled(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(2)
    options = ["--labels", str(world.labels()), "--cache", str(world.folder / "cache")]
    command = ["validate", str(world.data), "--catalogue", str(world.rules(LOST)), *options]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "mind: these classes have no sign of the catalogue" in out
    assert out.count("  class stop: the catalogue has no sign `xx.stop` (2 pictures)\n") == 1
    for required in (("--min-accuracy", "0.5"), ("--min-recall", "0.5")):
        assert main([*command, *required]) == 1
        told = capsys.readouterr()
        assert "accuracy              100.00%" in told.out
        assert told.err == "signrules: class stop: the catalogue has no sign `xx.stop`\n"
    world.labels(stop=None)
    assert main([*command, "--min-accuracy", "1", "--min-recall", "1"]) == 0
    assert "mind:" not in capsys.readouterr().out


def test_no_requirement_is_met_with_a_class_that_the_label_map_misspells(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(2)
    (world.data / "stop").rename(world.data / "stopp")
    options = ["--labels", str(world.labels()), "--cache", str(world.folder / "cache")]
    command = ["validate", str(world.data), "--catalogue", str(world.rules()), *options]
    told = "class stopp: the label map does not have this class; did you mean `stop`?"
    assert main([*command, "--report", str(world.folder / "report")]) == 0
    assert f"  {told} (2 pictures)\n" in capsys.readouterr().out
    page = (world.folder / "report" / "report.html").read_text()
    assert "<code>stopp</code> (the label map does not have this class; did you mean" in page
    assert main([*command, "--min-accuracy", "0.5"]) == 1
    assert capsys.readouterr().err == f"signrules: {told}\n"


def test_no_requirement_is_met_with_a_value_that_the_rule_never_gives(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(2)
    validation = world.validate(labels=world.labels(c50="xx.limit[53]"))
    assert failures(validation, Requirements()) == []
    (failed,) = failures(validation, Requirements(min_accuracy=0.1))
    assert (failed.name, failed.failure) == (
        "c50",
        "the rule of `xx.limit` does not allow the value 53",
    )


def test_a_label_map_may_have_classes_that_the_data_do_not(world: World) -> None:
    world.draw_all(2)
    labels = world.labels(other="xx.stop", further="xx.nothing")
    validation = world.validate(labels=labels)
    assert failures(validation, Requirements(1, 1)) == []


def test_a_share_of_nothing_is_no_number_and_meets_no_requirement(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(2):
        world.draw(world.data / "stop" / f"{number}.png", "stranger")
        world.draw(world.data / "green" / f"{number}.png", "stranger")
    labels = ["--labels", str(world.labels(green=None))]
    options = [*labels, "--cache", str(world.folder / "cache")]
    command = ["validate", str(world.data), "--catalogue", str(world.rules()), *options]
    assert main(command) == 0
    assert "right of answered           –  (of none)" in capsys.readouterr().out
    for picture in (world.data / "stop").iterdir():
        picture.write_bytes(b"nothing")
    assert main([*command, "--min-accuracy", "0.5"]) == 1
    told = capsys.readouterr()
    assert "nan" not in told.out
    assert "macro accuracy              –" in told.out
    assert "accuracy: cannot be told: there is no picture of a sign of the catalogue" in told.err


@pytest.mark.parametrize(
    ("option", "typed", "told"),
    [
        ("--min-accuracy", "abc", "abc is not a share between 0 and 1"),
        ("--min-recall", "95", "95 is not a share between 0 and 1"),
        ("--max-false-signs", "few", "few is not a number from 0 up"),
    ],
)
def test_what_is_no_number_is_refused_with_what_is_expected(
    option: str, typed: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["validate", "data", option, typed])
    assert f"argument {option}: {told}" in capsys.readouterr().err


def test_the_least_recall_is_of_signs(world: World) -> None:
    world.draw_all(4, green="stop")
    validation = world.validate(labels=world.labels(green=None))
    assert validation.figures.sign(NOT_IN_CATALOGUE).recall.value == 0
    assert failures(validation, Requirements(min_recall=1)) == []
    document = ElementTree.fromstring(render_junit(validation, Requirements(min_recall=1)).encode())
    signs = document.find("testsuite[@name='signs']")
    assert signs is not None
    assert {case.get("name") for case in signs} == set(LABELS.values())


def test_a_figure_that_means_nothing_is_left_out(report: Path) -> None:
    page = (report / "report.html").read_text()
    (row,) = re.findall(rf"<td><code>{NOT_IN_CATALOGUE}</code>.*?</tr>", page, re.DOTALL)
    assert "nan" not in row
    figures = json.loads((report / "figures.json").read_text())["figures"]
    (stranger,) = [sign for sign in figures["signs"] if sign["id"] == NOT_IN_CATALOGUE]
    assert stranger["recall"]["value"] == 1
    assert (stranger["precision"]["value"], stranger["f1"]) == (None, None)


def test_the_thumbnail_of_a_labelled_sign_shows_its_box(tmp_path: Path) -> None:
    frame = np.zeros((100, 200, 3), np.uint8)
    frame[10:30, 100:180] = 255
    cv2.imwrite(str(tmp_path / "f.png"), frame)
    sample = Sample(str(tmp_path / "f.png"), "x", Box(100, 10, 180, 30))
    _, _, content = thumbnail(sample).partition(",")
    shown = cv2.imdecode(np.frombuffer(base64.b64decode(content), np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape == (24, 96, 3)
    assert shown[6:18, 12:84].min() > 240


def test_an_example_shows_the_alternative_of_its_sign_that_fits_best(world: World) -> None:
    world.draw_all(1)
    world.draw(world.data / "stop" / "000.png", "keep-right")
    rules = world.rules(
        (
            "    when: {shape: octagon, text: STOP}\n",
            "    when: {any: [{shape: octagon, text: STOP}, {shape: cross}]}\n",
        )
    )
    validation = world.validate(rules)
    labels = [validation.sample(n).label for n in range(len(validation.pictures))]
    # Keep right is neither; what it fits least badly is the alternative of one condition.
    expected = example(validation, labels.index("stop")).expected
    assert expected is not None
    assert [condition.attribute for condition in expected.conditions] == ["shape"]


def test_an_example_tells_what_was_read_instead_of_the_value_of_a_sign(world: World) -> None:
    world.draw_all(1)
    world.draw(world.data / "c30" / "000.png", "limit-80")
    validation = world.validate()
    labels = [validation.sample(n).label for n in range(len(validation.pictures))]
    (text,) = (
        condition
        for condition in example(validation, labels.index("c30")).expected.conditions
        if condition.attribute == "text"
    )
    assert (text.expected, text.read, text.passed) == ("30", "80", False)


DRIVE = """
<script>
const table = document.getElementById("sign-table");
const body = () => [...table.tBodies[0].rows];
const column = n => body().map(r => r.cells[n].textContent.trim());
const button = n => table.tHead.rows[0].cells[n].querySelector("button");
const found = {};
button(0).click(); found.up = column(0);
found.sorted = table.tHead.rows[0].cells[0].getAttribute("aria-sort");
button(0).click(); found.down = column(0);
button(3).click(); found.recall = body().map(r => Number(r.cells[3].dataset.value));
const visible = () => body().filter(r => !r.hidden).map(r => r.cells[0].textContent);
filter.value = "KEEP"; filter.dispatchEvent(new Event("input")); found.filtered = visible();
filter.value = ""; filter.dispatchEvent(new Event("input"));
erring.checked = true; erring.dispatchEvent(new Event("change")); found.erring = visible();
found.count = document.getElementById("shown").textContent;
const link = [...table.querySelectorAll("a")][0];
link.click(); found.hash = location.hash;
found.target = document.querySelector(location.hash).querySelector("h3").textContent;
const shown = i => i.loading === "lazy" || (i.complete && i.naturalWidth > 0);
found.images = [...document.images].every(shown);
const out = document.createElement("pre"); out.id = "found";
out.textContent = JSON.stringify(found); document.body.append(out);
</script>
"""


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_sorting_filtering_and_links_work_in_a_browser(report: Path, tmp_path: Path) -> None:
    found = drive((report / "report.html").read_text(), DRIVE, tmp_path)
    signs = ["not in catalogue", "xx.end[80]", "xx.left", "xx.limit[30]", "xx.limit[50]",
             "xx.limit[60]", "xx.limit[80]", "xx.right", "xx.stop"]  # fmt: skip
    assert found["up"] == signs
    assert found["sorted"] == "ascending"
    assert found["down"] == signs[::-1]
    assert found["recall"] == sorted(found["recall"])
    assert sorted(found["filtered"]) == ["xx.left", "xx.right"]
    assert sorted(found["erring"]) == ["xx.left", "xx.right"]
    assert found["count"] == "2 of 9 signs"
    assert found["hash"].startswith("#confusion-")
    assert "answered as" in found["target"]
    assert found["images"]
