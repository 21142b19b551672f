"""Labelled boxes of frames can be cut out and recognized, without searching for signs."""

from __future__ import annotations

import numpy as np
import pytest
from frame_world import FrameWorld
from validation_world import blamed

from recognizer.validation import validation as validation_module
from recognizer.validation.datasets import DatasetOptionError
from recognizer.validation.requirements import Requirements, failures


def test_labelled_boxes_can_still_be_cut_out(street: FrameWorld) -> None:
    validation = street.validate(boxes="labelled")
    assert validation.figures.frames is None
    assert validation.figures.pictures == 6
    assert street.finder.calls == 0


def test_a_frame_that_cannot_be_read_is_told_once(frames: FrameWorld) -> None:
    boxes = [((20.0, 20.0, 50.0, 50.0), "stop"), ((60.0, 20.0, 90.0, 50.0), "stop")]
    frames.frame(1, [], boxes)  # type: ignore[arg-type]
    frames.frame(2, [], boxes[:1])  # type: ignore[arg-type]
    (broken,) = frames.data.glob("00001.*")
    broken.write_bytes(b"nothing")
    (unreadable,) = frames.validate(boxes="labelled").pictures.unreadable
    assert unreadable.reason.endswith("; its labelled boxes (2) count nowhere")


def test_what_was_not_searched_for_is_not_found(street: FrameWorld) -> None:
    validation = street.validate(boxes="labelled")
    assert not failures(validation, Requirements())
    failed = failures(validation, Requirements(min_found=0.1, max_false_signs=9))
    assert [case.name for case in failed] == ["found", "false signs"]
    assert {case.failure for case in failed} == {"cannot be told: no sign was searched for"}


def test_small_labelled_boxes_are_answered_as_finds_are(frames: FrameWorld) -> None:
    small, over_the_edge = (20.0, 20.0, 29.6, 40.0), (391.0, 100.0, 411.0, 120.0)
    found = [(small, "stop", 0.9), ((391, 100, 400, 120), "stop", 0.8)]
    frames.frame(1, found, [(small, "stop"), (over_the_edge, "stop")])  # type: ignore[arg-type]
    searched, cut_out = frames.validate(), frames.validate(boxes="labelled")
    for validation in (searched, cut_out):
        assert sorted(validation.outcomes.sizes.tolist()) == [[20, 9], [20, 9]]
        assert blamed(validation) == {("threshold", "min_side"): 2}


def test_frames_do_not_stay_in_memory_with_what_is_cut_out_of_them(
    street: FrameWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[np.ndarray] = []
    predict = street.predictor.predict
    monkeypatch.setattr(street.predictor, "predict", lambda c: (read.extend(c), predict(c))[1])
    street.validate(boxes="labelled")
    assert len(read) == 6
    assert all(crop.base is None for crop in read)


def test_boxes_of_crops_are_refused(frames: FrameWorld) -> None:
    frames.draw(frames.folder / "crops" / "c50" / "a.png", "limit-50")
    with pytest.raises(DatasetOptionError, match="--boxes found is for frames; these are crops"):
        validation_module.validate(
            frames.folder / "crops", frames.rules(), frames.labels(),
            cache=frames.folder / "cache", boxes="found",
        )  # fmt: skip
