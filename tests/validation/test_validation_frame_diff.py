"""What an edit changes in frames: labelled boxes, and other finds."""

from __future__ import annotations

import json

import pytest
from frame_world import FrameWorld

from recognizer.cli.main import main
from recognizer.decision import Thresholds
from recognizer.validation.frame_diff import compare_frames


def test_diff_lists_boxes_and_other_finds(
    street: FrameWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    old = street.rules()
    new = street.rules(
        ("border: red, digits: {min: 10, max: 90, multiple_of: 10}", "border: red, digits: [60]"),
        name="new.yaml",
    )
    command = street.command("diff", old, new, "--on", street.data)
    assert main(command) == 1
    out = capsys.readouterr().out
    assert "worse    00001.png[120, 20, 160, 60]: xx.limit[50] -> " in out
    assert "sideways 00001.png[find 320, 200, 360, 240]: xx.limit[30] -> " in out
    assert "(is not labelled)" in out
    assert "2 answers changed: 0 better, 1 worse, 1 sideways" in out
    accepted = street.folder / "accepted.json"
    assert main([*command, "--baseline", str(accepted), "--accept"]) == 0
    assert main([*command, "--baseline", str(accepted)]) == 0
    assert street.finder.calls == 3


@pytest.mark.parametrize("boxes", ["found", "labelled"])
def test_accepting_keeps_other_frames_and_boxes_that_cannot_be_read(
    street: FrameWorld, boxes: str
) -> None:
    street.lines.append("00001.ppm;900;10;950;50;0")  # outside of its frame
    street.write_list()
    there = {
        "00001.png[120, 20, 160, 60]": "xx.stop",
        "00001.png[121, 20, 160, 60]": "xx.stop",  # as it was before its label was mended
    }
    elsewhere = {
        "00001.png[900, 10, 950, 50]": "xx.stop",
        "other/00001.png[120, 20, 160, 60]": "xx.stop",
    }
    accepted = street.folder / "accepted.json"
    accepted.write_text(json.dumps({"version": 1, "accepted": {**there, **elsewhere}}))
    rules = street.rules()
    command = street.command("diff", rules, rules, "--on", street.data, "--boxes", boxes)
    assert main([*command, "--baseline", str(accepted), "--accept"]) == 3
    assert json.loads(accepted.read_text())["accepted"] == elsewhere


def test_what_other_thresholds_change(street: FrameWorld) -> None:
    old = street.validate()
    new = street.validate(thresholds=Thresholds(min_presence=0.3, min_confidence=0.3))
    assert old.frames is not None
    assert new.frames is not None
    changes = compare_frames(old.frames, old.labels, new.frames, new.labels)
    assert [(c.picture, c.expected, c.old) for c in changes] == [
        ("00002.png[220, 20, 240, 40]", "xx.left", "not found"),
        ("00002.png[find 320, 200, 360, 240]", "not labelled", "not reported"),
    ]
