"""What is to blame for signs in frames that are not found, not read or not named."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from frame_world import LEFT, LIMIT, STOP, FrameWorld, shifted
from validation_world import LABELS, blamed

from recognizer.validation.labels import NOT_IN_CATALOGUE
from recognizer.validation.report.tables import render_errors


def test_blame(street: FrameWorld) -> None:
    validation = street.validate()
    assert blamed(validation) == {
        ("not found", "sign of 16 to 23 px"): 1,
        ("attribute misread", "text"): 1,
        ("attribute misread", "presence"): 1,
    }
    first = validation.blames[0]
    sample = validation.sample(first.picture)
    assert (Path(sample.path).name, sample.label) == ("00001.png", str(list(LABELS).index("left")))
    assert sample.box is not None
    assert sample.box[:4] == LEFT
    assert first.reason == "no find is near"


@pytest.mark.parametrize(
    ("by", "words"),
    [(16.0, "overlaps it, but by less than 0.5"), (60.0, "no find is near")],
)
def test_why_a_sign_is_not_found(frames: FrameWorld, by: float, words: str) -> None:
    frames.frame(1, [(shifted(STOP, by), "stop", 0.9)], [(STOP, "stop")])
    (blame,) = frames.validate().blames
    assert words in blame.reason


def test_a_stranger_that_is_located_and_taken_for_no_sign_is_blamed(frames: FrameWorld) -> None:
    frames.frame(1, [(STOP, "stop", 0.9), (LIMIT, None, 0.8)], [(STOP, "stop"), (LIMIT, "left")])
    validation = frames.validate(labels=frames.labels(left=None))
    stranger = validation.figures.sign(NOT_IN_CATALOGUE)
    assert (stranger.recall.right, stranger.recall.count, stranger.not_found) == (0, 1, 1)
    assert blamed(validation) == {("attribute misread", "presence"): 1}
    (error,) = csv.DictReader(io.StringIO(render_errors(validation)))
    assert (error["expected"], error["why_unknown"], error["reason"]) == (
        NOT_IN_CATALOGUE, "not_a_sign", "taken for no sign at all",
    )  # fmt: skip
    assert error["box"] == "120 20 160 60"
