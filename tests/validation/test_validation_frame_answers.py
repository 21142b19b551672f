"""What is found in frames is answered as the product answers it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from frame_world import FrameWorld, of_frames
from validation_world import blamed

from recognizer import Recognizer
from recognizer.late_predictor import LatePredictor
from recognizer.validation import validation as validation_module

PICTURES = Path(__file__).parents[2] / "examples" / "pictures"


def test_what_is_validated_is_what_the_product_answers(
    frames: FrameWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation_module, "LatePredictor", LatePredictor)
    image = np.full((300, 400, 3), 110, np.uint8)
    boxes = [(30, 30, 90, 90), (40, 34, 100, 94), (150, 40, 210, 100), (300, 50, 309.5, 60),
             (360, 260, 400, 300), (250, 200, 290, 240)]  # fmt: skip
    for name, x in (("stop", 24), ("speed-limit-45", 144)):
        sign = cv2.imread(str(PICTURES / f"{name}.png"))
        image[34:106, x : x + 72] = cv2.resize(sign, (72, 72), interpolation=cv2.INTER_AREA)
    image[0, 0] = 1
    assert cv2.imwrite(str(frames.data / "00001.png"), image)
    frames.finder.finds[1] = [(box, 0.9 - 0.1 * n) for n, box in enumerate(boxes)]
    frames.lines = ["00001.png;30;30;90;90;0", "00001.png;260;20;270;30;0"]
    frames.write_list()
    frames.labels(c30="de.206")
    validation = validation_module.validate(
        frames.data, labels=frames.folder / "labels.yaml", cache=frames.folder / "cache"
    )
    assert validation.frames is not None
    recognizer = Recognizer()
    recognizer.localizer = frames.finder  # type: ignore[assignment]
    result = recognizer.recognize_frame(image)
    found = validation.frames
    kept = np.flatnonzero(found.reported)
    np.testing.assert_array_equal(found.frames.find_box[kept], result.xyxy)
    answers = {int(f): found.outcomes.names[c] for f, c in
               zip(found.finds, found.outcomes.answered, strict=True)}  # fmt: skip
    answers.update(zip(found.false.tolist(), found.false_answers, strict=True))
    assert [answers[int(row)] for row in kept] == result.sign_ids
    assert "de.206" in result.sign_ids
    assert "unknown" in result.sign_ids


def test_small_finds_are_answered_as_the_product_does(frames: FrameWorld) -> None:
    small = (20.0, 20.0, 29.6, 40.0)
    frames.frame(1, [(small, "stop", 0.9)], [(small, "stop")])
    validation = frames.validate()
    assert validation.outcomes.sizes.tolist() == [[20, 9]]
    assert blamed(validation) == {("threshold", "min_side"): 1}
    assert of_frames(validation).found.right == 1
