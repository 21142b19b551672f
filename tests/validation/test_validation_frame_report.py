"""The report on frames: its files, and its page in a browser."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from browser import CHROMIUM, drive
from frame_world import FAR, FrameWorld

from recognizer.validation.report import FILES, write_report
from recognizer.validation.report.tables import render_errors
from recognizer.validation.requirements import Requirements


def test_reports_of_frames(street: FrameWorld) -> None:
    validation = street.validate()
    folder = street.folder / "report"
    write_report(validation, folder, Requirements(min_found=0.9, max_false_signs=0.3))
    assert sorted(p.name for p in folder.iterdir()) == sorted((*FILES, "false_finds.csv"))
    figures = json.loads((folder / "figures.json").read_text())["figures"]
    assert figures["frames"]["found"]["right"] == 4
    assert figures["frames"]["false_finds"] == 2
    finds = list(csv.DictReader(io.StringIO((folder / "false_finds.csv").read_text())))
    assert [(Path(f["picture"]).name, f["answered"]) for f in finds] == [
        ("00001.png", "xx.limit[30]"), ("00003.png", "unknown"),
    ]  # fmt: skip
    assert [float(finds[0][side]) for side in ("x1", "y1", "x2", "y2")] == list(FAR)
    errors = list(csv.DictReader(io.StringIO((folder / "errors.csv").read_text())))
    missed = errors[0]
    assert (missed["expected"], missed["answered"], missed["stage"]) == (
        "xx.left", "not found", "not found",
    )  # fmt: skip
    assert missed["box"] == "220 20 240 40"
    root = ElementTree.parse(folder / "junit.xml").getroot()
    failed = [c.get("name") for c in root.iter("testcase") if c.find("failure") is not None]
    assert {"found", "false signs"} <= set(failed)
    properties = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert properties["false_finds_per_frame"] == "0.666667"
    page = (folder / "report.html").read_text()
    for words in (
        "Finds that match no labelled sign", "found (recall): 4", "false finds per frame",
        "Not found", "sign of 16 to 23 px", "count as not found",
    ):  # fmt: skip
        assert words in page, words
    assert "the labelled boxes were cut out" not in page


def test_a_box_in_fractions_that_is_not_found_is_told_in_pixels_as_finds_are(
    street: FrameWorld,
) -> None:
    errors = render_errors(street.validate())
    (street.data / "gt.txt").unlink()
    for folder in ("images", "labels"):
        (street.data / folder).mkdir()
    for picture in street.data.glob("*.png"):
        picture.rename(street.data / "images" / picture.name)
    for line in street.lines:
        name, *numbers = line.split(";")
        x1, y1, x2, y2, label = map(int, numbers)
        box = ((x1 + x2) / 800, (y1 + y2) / 600, (x2 - x1) / 400, (y2 - y1) / 300)
        with (street.data / "labels" / f"{Path(name).stem}.txt").open("a") as file:
            file.write(f"{label} {' '.join(map(str, box))}\n")
    same = render_errors(street.validate())
    boxes = [[row["box"] for row in csv.DictReader(io.StringIO(text))] for text in (errors, same)]
    assert boxes[0] == boxes[1]


DRIVE = """
<script>
const table = document.getElementById("sign-table");
const column = n => [...table.tBodies[0].rows].map(r => r.cells[n].textContent.trim());
const heads = [...table.tHead.rows[0].cells].map(c => c.textContent.trim());
const place = heads.indexOf("Not found");
table.tHead.rows[0].cells[place].querySelector("button").click();
table.tHead.rows[0].cells[place].querySelector("button").click();
const found = {most: column(0)[0], missed: column(place)[0]};
found.finds = [...document.querySelectorAll(".finds figure b")].map(b => b.textContent);
found.images = [...document.querySelectorAll(".finds img")].every(i => i.naturalWidth > 0);
found.links = [...document.querySelectorAll("nav a")].every(a => document.querySelector(a.hash));
const out = document.createElement("pre"); out.id = "found";
out.textContent = JSON.stringify(found); document.body.append(out);
</script>
"""


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_the_page_works_in_a_browser(street: FrameWorld, tmp_path: Path) -> None:
    write_report(street.validate(), tmp_path / "report")
    page = (tmp_path / "report" / "report.html").read_text()
    found = drive(page, DRIVE, tmp_path)
    assert (found["most"], found["missed"]) == ("xx.left", "2")
    assert found["finds"] == ["xx.limit[30]", "unknown"]
    assert found["images"]
    assert found["links"]
