"""What a frame's result offers to those who take it further."""

from __future__ import annotations

import csv
import io
import json
import sys

import numpy as np
import pytest
import supervision

from attributes.errors import UserError
from recognizer.decision import Reason
from recognizer.frames.frame_result import CSV_COLUMNS, NO_TRACK, FrameResult
from recognizer.result import Recognition
from rules.answer_ids import UNKNOWN

LIMIT = Recognition("de.274[60]", "de.274", "Speed limit 60", 0.98765, value=60, unit="km/h")
STOP = Recognition("de.206", "de.206", "Stop", 0.9)
STRANGE = Recognition(
    UNKNOWN, None, "red triangle", 0.2, reason=Reason.PICTOGRAM_UNMATCHED, certain="red triangle"
)


def result(*answers: Recognition, **changes: object) -> FrameResult:
    count = len(answers)
    fields = {
        "index": 17,
        "seconds": 0.68,
        "name": "drive.mp4#17",
        "size": (1360, 800),
        "xyxy": np.arange(4 * count, dtype=np.float32).reshape(count, 4) + 0.25,
        "scores": np.full(count, 0.8, np.float32),
        "recognitions": answers,
        "track_ids": np.arange(count) + 5,
        "announced": np.arange(count) == 0,
        "since": np.where(np.arange(count) == 0, 17, -1),
        "class_names": ("de.206", "de.274"),
    }
    return FrameResult(**{**fields, **changes})


def test_fields_are_parallel():
    three = result(LIMIT, STRANGE, STOP)
    assert len(three) == 3
    assert three.sign_ids == ["de.274[60]", "unknown", "de.206"]
    assert three.confidence.dtype == np.float32
    np.testing.assert_allclose(three.confidence, [0.98765, 0.2, 0.9])


def test_printed_it_is_short():
    assert repr(result(LIMIT, STRANGE)) == (
        "FrameResult('drive.mp4#17', frame 17, signs ['de.274[60]', 'unknown'])"
    )


def test_class_ids_count_the_catalogue_and_unknown_is_minus_one():
    three = result(LIMIT, STRANGE, STOP)
    assert three.class_id.dtype == np.int64
    assert three.class_id.tolist() == [1, -1, 0]
    assert [three.class_names[k] for k in three.class_id if k >= 0] == ["de.274", "de.206"]


def test_a_sign_that_the_catalogue_no_longer_has_has_no_class():
    assert result(STOP, class_names=("de.274",)).class_id.tolist() == [-1]


@pytest.mark.parametrize(
    ("field", "array", "message"),
    [
        ("xyxy", np.zeros((1, 5), np.float32), r"xyxy of 1 signs: expected \(1, 4\), got \(1, 5\)"),
        ("scores", np.zeros(2, np.float32), r"scores of 1 signs: expected \(1,\), got \(2,\)"),
        ("since", np.zeros((), np.int64), r"since of 1 signs: expected \(1,\), got \(\)"),
    ],
)
def test_arrays_of_another_length_are_refused(field, array, message):
    with pytest.raises(ValueError, match=message):
        result(STOP, **{field: array})


def test_as_plain_data():
    data = result(LIMIT, STRANGE).to_dict()
    assert {k: data[k] for k in data if k != "signs"} == {
        "frame": 17,
        "seconds": 0.68,
        "name": "drive.mp4#17",
        "width": 1360,
        "height": 800,
    }
    limit, strange = data["signs"]
    assert limit == {
        **{"track_id": 5, "box": [0.2, 1.2, 2.2, 3.2], "score": 0.8},
        **{"announced": True, "since": 17},
        **LIMIT.to_dict(),
    }
    assert (strange["announced"], strange["since"]) == (False, None)
    assert strange["reason"] == "pictogram_unmatched"


def test_plain_data_say_why_if_asked():
    (sign,) = result(LIMIT).to_dict(explain=True)["signs"]
    assert sign["explanation"] == LIMIT.to_dict(explain=True)["explanation"]


def test_a_find_that_is_not_followed_has_no_track_in_plain_data():
    data = result(STOP, track_ids=np.array([NO_TRACK])).to_dict()
    assert data["signs"][0]["track_id"] is None


def test_json_is_one_line_that_says_the_same():
    two = result(LIMIT, STRANGE)
    assert "\n" not in two.to_json()
    assert json.loads(two.to_json()) == two.to_dict()


def test_csv_has_one_row_per_sign_and_empty_cells_for_what_does_not_apply():
    two = result(LIMIT, STRANGE)
    rows = list(csv.DictReader(io.StringIO(two.to_csv())))
    assert [row["id"] for row in rows] == two.sign_ids
    assert rows[0]["value"] == "60"
    assert rows[0]["frame_name"] == "drive.mp4#17"
    assert rows[0]["name"] == "Speed limit 60"
    assert rows[1]["since"] == rows[1]["value"] == ""
    assert rows[1]["certain"] == "red triangle"


def test_a_frame_without_signs_is_a_result_too():
    nothing = result()
    assert nothing.to_csv().strip() == ",".join(CSV_COLUMNS)
    assert nothing.to_dict()["signs"] == []
    assert nothing.class_id.shape == nothing.confidence.shape == (0,)
    assert len(nothing.to_supervision()) == 0


def test_supervision_gets_all_of_it():
    detections = result(LIMIT, STRANGE).to_supervision()
    assert detections.class_id.tolist() == [1, -1]
    assert detections.tracker_id.tolist() == [5, 6]
    assert detections.data["class_name"].tolist() == ["de.274[60]", "unknown"]
    assert detections.data["value"].tolist() == [60, None]
    assert detections.data["reason"].tolist() == [None, "pictogram_unmatched"]
    assert detections[detections.class_id >= 0].data["name"].tolist() == ["Speed limit 60"]


def test_supervision_has_no_tracker_where_nothing_is_followed():
    assert result(STOP, track_ids=np.array([NO_TRACK])).to_supervision().tracker_id is None


def test_supervision_draws_known_and_unknown_signs():
    detections = result(LIMIT, STRANGE).to_supervision()
    scene = np.zeros((100, 200, 3), np.uint8)
    for annotator in (supervision.BoxAnnotator(), supervision.LabelAnnotator()):
        scene = annotator.annotate(scene, detections)
    assert scene.any()


def test_without_supervision_one_learns_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "supervision", None)
    with pytest.raises(UserError, match=r"pip install 'signrules\[supervision\]'"):
        result(STOP).to_supervision()
