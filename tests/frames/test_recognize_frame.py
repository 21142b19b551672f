"""Whole frames through the recognizer: found and read."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import supervision
import torch
from road_scenes import HEIGHT, WIDTH, NoFinds, paste, scene

from recognizer import (
    Boxes,
    PictureError,
    Reason,
    Recognizer,
    WeightsError,
)
from recognizer.frames.crops import crop_weight, cut_crops
from recognizer.frames.detections import to_boxes, without_repeats
from recognizer.frames.localization.identity import DEFAULT_LOCALIZER


@pytest.fixture(scope="module")
def two_signs() -> tuple[np.ndarray, np.ndarray]:
    image = scene()
    boxes = [paste(image, "stop", 40, 50, 60), paste(image, "speed-limit-45", 200, 80, 40)]
    return image, np.array(boxes, np.float32)


def test_given_boxes_are_answered_in_their_order(recognizer, two_signs):
    image, xyxy = two_signs
    result = recognizer.recognize_frame(image, xyxy)
    assert result.sign_ids == ["de.206", "de.274[45]"]
    assert result.size == (WIDTH, HEIGHT)
    assert result.track_ids.tolist() == [-1, -1]
    assert [result.class_names[k] for k in result.class_id] == ["de.206", "de.274"]
    assert recognizer.recognize_frame(image, xyxy[::-1]).sign_ids == ["de.274[45]", "de.206"]


def test_boxes_come_in_all_forms(recognizer, two_signs):
    image, xyxy = two_signs
    scores = np.array([0.9, 0.6], np.float32)
    for boxes in (
        np.column_stack([xyxy, scores]),
        Boxes(xyxy, scores),
        supervision.Detections(xyxy=xyxy, confidence=scores),
        SimpleNamespace(xyxy=torch.from_numpy(xyxy), conf=torch.from_numpy(scores)),  # Ultralytics
        torch.from_numpy(np.column_stack([xyxy, scores])),
    ):
        result = recognizer.recognize_frame(image, boxes)
        np.testing.assert_array_equal(result.scores, scores)
        assert result.sign_ids == ["de.206", "de.274[45]"]
    for boxes in (xyxy.astype(int), SimpleNamespace(xyxy=xyxy)):
        assert recognizer.recognize_frame(image, boxes).scores.tolist() == [1, 1]


def test_boxes_of_a_result_keep_the_scores_of_the_detector(recognizer, two_signs):
    image, xyxy = two_signs
    scores = np.array([0.9, 0.6], np.float32)
    result = recognizer.recognize_frame(image, np.column_stack([xyxy, scores]))
    assert result.confidence.tolist() != scores.tolist()
    for given_back in (result, result.to_supervision()):
        np.testing.assert_array_equal(to_boxes(given_back).score, scores)


def test_data_that_are_no_mapping_are_not_asked_for_scores():
    xyxy, scores = torch.tensor([[40.0, 50, 100, 110]]), torch.tensor([0.5])
    boxes = SimpleNamespace(xyxy=xyxy, conf=scores, data=torch.zeros(1, 6))  # Ultralytics
    assert to_boxes(boxes).score.tolist() == [0.5]


class OnAGpu:
    """A tensor that numpy cannot take before ``cpu()``."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self._tensor = tensor

    def __array__(self, dtype: object = None) -> np.ndarray:
        raise TypeError("can't convert cuda:0 device type tensor to numpy")

    def detach(self) -> OnAGpu:
        return self

    def float(self) -> OnAGpu:
        return self

    def cpu(self) -> torch.Tensor:
        return self._tensor


@pytest.mark.parametrize(
    "as_given",
    [OnAGpu, lambda tensor: tensor.requires_grad_(), lambda tensor: tensor.to(torch.bfloat16)],
    ids=["on a GPU", "with gradients", "bfloat16"],
)
def test_tensors_come_as_detectors_leave_them(as_given):
    xyxy, scores = np.array([[40, 50, 100, 110]], np.float32), np.array([0.5], np.float32)
    together = torch.from_numpy(np.column_stack([xyxy, scores]))
    apart = {
        "xyxy": as_given(torch.from_numpy(xyxy.copy())),
        "conf": as_given(torch.from_numpy(scores.copy())),
    }
    for detections in (as_given(together), SimpleNamespace(**apart)):
        boxes = to_boxes(detections)
        np.testing.assert_array_equal(boxes.xyxy, xyxy)
        np.testing.assert_array_equal(boxes.score, scores)


def test_boxes_may_be_empty_lists():
    assert Boxes([], []).xyxy.shape == (0, 4)
    assert len(to_boxes(SimpleNamespace(xyxy=[], confidence=[]))) == 0


def test_a_frame_may_be_a_file(recognizer, two_signs, tmp_path):
    image, xyxy = two_signs
    path = tmp_path / "frame.png"
    cv2.imwrite(str(path), image)
    result = recognizer.recognize_frame(path, xyxy)
    assert result.name == str(path)
    assert result.sign_ids == ["de.206", "de.274[45]"]
    with pytest.raises(PictureError, match="nowhere"):
        recognizer.recognize_frame("nowhere.png", xyxy)


@pytest.mark.parametrize("none", [np.zeros((0, 4)), np.zeros((0, 5)), [], Boxes.none()])
def test_no_boxes_give_an_empty_result(recognizer, none):
    assert len(recognizer.recognize_frame(scene(), none)) == 0


@pytest.mark.parametrize(
    ("boxes", "error", "message"),
    [
        (np.zeros((2, 3)), ValueError, r"expected \(N, 4\) or \(N, 5\) with scores, got \(2, 3\)"),
        (
            np.array([[0, 0, 9, 9], [9, 0, 8, 5]]),
            ValueError,
            r"box 1: expected finite left <= right",
        ),
        (np.array([[0, 0, np.nan, 9]]), ValueError, "box 0: expected finite"),
        (np.array([[0, 0, 9, np.inf]]), ValueError, "box 0: expected finite"),
        (np.array([[0, 0, 9, 9, np.nan]]), ValueError, r"box 0: expected a score in \[0, 1\]"),
        (np.array([[0, 0, 9, 9, 87.5]]), ValueError, r"box 0: expected a score in \[0, 1\]"),
        (np.array([[0, 0, 9, 9, -0.1]]), ValueError, r"box 0: expected a score in \[0, 1\]"),
        (np.array([[0, 0, 9, 9, np.inf]]), ValueError, r"box 0: expected a score in \[0, 1\]"),
        ("boxes", TypeError, r"expected an array .* got str"),
    ],
)
def test_impossible_boxes_are_refused(recognizer, boxes, error, message):
    with pytest.raises(error, match=message):
        recognizer.recognize_frame(scene(), boxes)


def test_what_cannot_be_read_is_too_small_and_says_so(recognizer):
    image = scene()
    small = [paste(image, "stop", 40, 50, 8), [-30, 5, 4, 60], [900, 5, 940, 60]]
    result = recognizer.recognize_frame(image, np.array(small))
    assert [a.reason for a in result.recognitions] == [Reason.TOO_SMALL] * 3
    assert [a.detail.split()[0] for a in result.recognitions] == ["8×8", "4×55", "0×55"]


@pytest.mark.parametrize(("side", "shown"), [(9.6, "9×9"), (9.99, "9×9"), (10, None)])
def test_a_side_just_below_the_smallest_is_not_told_as_that(recognizer, side, shown):
    answer = recognizer.recognize_frame(scene(), [[40, 50, 40 + side, 50 + side]]).recognitions[0]
    assert (answer.reason is Reason.TOO_SMALL) == (shown is not None)
    if shown:
        assert answer.detail == f"{shown} pixels, at least 10 are needed"


def test_a_box_that_was_clipped_to_nothing_is_too_small_like_one_outside(recognizer):
    clipped = [[0, 5, 0, 60], [WIDTH, 5, WIDTH, 60], [5, HEIGHT, 60, HEIGHT], [7, 7, 7, 7]]
    result = recognizer.recognize_frame(scene(), np.array(clipped))
    assert result.xyxy.tolist() == clipped
    assert [a.reason for a in result.recognitions] == [Reason.TOO_SMALL] * 4
    assert [a.detail.split()[0] for a in result.recognitions] == ["0×55", "0×55", "55×0", "0×0"]


@pytest.mark.parametrize("side", [14, 16, 20])
def test_signs_from_14_pixels_on_are_read(recognizer, side):
    image = scene()
    result = recognizer.recognize_frame(image, np.array([paste(image, "stop", 40, 50, side)]))
    assert result.sign_ids == ["de.206"]


def test_an_empty_wall_in_a_given_box_is_not_forced_into_a_class(recognizer):
    result = recognizer.recognize_frame(scene(), np.array([[100, 100, 150, 150]]))
    assert result.sign_ids == ["unknown"]


def test_finds_of_the_localizer_that_are_no_signs_are_left_out(two_signs, monkeypatch):
    image, xyxy = two_signs
    with_wall = np.concatenate([xyxy, np.array([[380, 250, 440, 310]], np.float32)])
    recognizer = Recognizer()
    recognizer.localizer = NoFinds(Boxes(with_wall, np.ones(3, np.float32)))
    assert recognizer.recognize_frame(image).sign_ids == ["de.206", "de.274[45]"]
    given = recognizer.recognize_frame(image, with_wall)
    assert [a.reason for a in given.recognitions] == [None, None, Reason.NOT_A_SIGN]


def test_a_plate_that_was_found_twice_counts_once():
    plate, repeat, neighbour = [440, 217, 461, 238], [443, 214, 459, 230], [440, 240, 461, 261]
    board = [400, 170, 500, 270]
    xyxy = np.array([repeat, plate, neighbour, board], np.float32)
    boxes = without_repeats(Boxes(xyxy, np.array([0.4, 0.5, 0.3, 0.2], np.float32)))
    assert boxes.xyxy.tolist() == [plate, neighbour, board]
    assert len(without_repeats(Boxes.none())) == 0


def test_wide_boards_above_each_other_are_no_repeats():
    upper, lower, repeat = [10, 100, 110, 120], [10, 121, 110, 141], [40, 120, 140, 142]
    xyxy = np.array([upper, lower, repeat], np.float32)
    boxes = without_repeats(Boxes(xyxy, np.array([0.9, 0.8, 0.7], np.float32)))
    assert boxes.xyxy.tolist() == [upper, lower]


def test_a_sign_in_the_middle_of_a_board_twice_its_size_stays():
    xyxy = np.array([[20, 20, 80, 80], [36, 36, 62, 62]], np.float32)
    assert len(without_repeats(Boxes(xyxy, np.array([0.9, 0.5], np.float32)))) == 2


def test_crops_have_a_tenth_around_the_box_and_end_at_the_frames_edge():
    image = scene()
    boxes = np.array([[100, 100, 140, 120], [-5, 0, 45, 40], [470, 300, 490, 330]], np.float32)
    inner, corner, edge = cut_crops(image, boxes)
    assert inner.shape == (24, 48, 3)
    assert corner.shape == (44, 50, 3)
    assert edge.shape == (23, 12, 3)


def test_crops_end_at_the_nearest_pixel():
    image = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    (crop,) = cut_crops(image, np.array([[10.8, 11.8, 30.8, 31.8]], np.float32))
    np.testing.assert_array_equal(crop, image[10:34, 9:33])


@pytest.fixture
def stop() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A frame, the box of the sign in it, and its crop."""
    image = scene()
    box = np.array(paste(image, "stop", 100, 100, 60), np.float32)
    return image, box, image[94:166, 94:166]


def test_large_sharp_whole_signs_weigh_more(stop):
    image, box, sharp = stop
    weight = crop_weight(sharp, box, image, 48)
    assert 0 < weight <= 1
    assert crop_weight(cv2.GaussianBlur(sharp, (0, 0), 3), box, image, 48) < weight / 2
    assert crop_weight(cv2.resize(sharp, (20, 20)), box, image, 48) < weight / 2
    assert crop_weight(sharp, box - [100, 0, 100, 0], image, 48) < weight / 2
    assert crop_weight(np.zeros_like(sharp), box, image, 48) > 0


@pytest.mark.parametrize(
    "cut",
    [
        (-1, 100, 59, 160),
        (100, -1, 160, 59),
        (WIDTH - 60, 100, WIDTH, 160),
        (100, HEIGHT - 60, 160, HEIGHT),
    ],
    ids=["left", "top", "right", "bottom"],
)
def test_a_sign_that_any_edge_cuts_counts_a_tenth(stop, cut):
    image, box, sharp = stop
    whole = crop_weight(sharp, box, image, 48)
    assert crop_weight(sharp, np.array(cut, np.float32), image, 48) == pytest.approx(whole / 10)


def test_sharpness_is_that_of_what_reaches_the_network(stop):
    image, box, sharp = stop
    enlarged = cv2.resize(sharp, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    assert crop_weight(enlarged, box, image, 48) > 0.8 * crop_weight(sharp, box, image, 48)


def test_pale_light_is_no_blur(stop):
    image, box, sharp = stop
    pale = sharp // 4 + 120
    assert crop_weight(pale, box, image, 48) > 0.9 * crop_weight(sharp, box, image, 48)


def test_the_localizer_has_the_weights_and_the_precision_that_were_asked_for(tmp_path, two_signs):
    for suffix in (".safetensors", ".json"):
        shutil.copy(DEFAULT_LOCALIZER.with_suffix(suffix), tmp_path / f"mine{suffix}")
    card = tmp_path / "mine.json"
    card.write_text(card.read_text().replace('"name": "localizer"', '"name": "mine"'))
    recognizer = Recognizer(localizer=tmp_path / "mine.safetensors", precision="bfloat16")
    assert recognizer.localizer.card.name == "mine"
    assert {p.dtype for p in recognizer.localizer._network.parameters()} == {torch.bfloat16}
    assert recognizer.recognize_frame(two_signs[0]).size == (WIDTH, HEIGHT)
    with pytest.raises(WeightsError, match="none"):
        _ = Recognizer(localizer=tmp_path / "none.safetensors").localizer


def test_the_localizer_is_found_from_another_folder(tmp_path, monkeypatch):
    for suffix in (".safetensors", ".json"):
        shutil.copy(DEFAULT_LOCALIZER.with_suffix(suffix), tmp_path / f"mine{suffix}")
    monkeypatch.chdir(tmp_path)
    recognizer = Recognizer(localizer="mine.safetensors")
    monkeypatch.chdir("/")
    assert recognizer.localizer.card.name == "localizer"


def test_a_result_does_not_change_with_the_boxes_that_were_given(recognizer, two_signs):
    image, boxes = two_signs
    given = np.array(boxes, np.float32)
    result = recognizer.recognize_frame(image, given)
    given[:] = 0
    assert result.xyxy.tolist() == np.array(boxes, np.float32).tolist()


@pytest.mark.parametrize("given", [[[1, 2, 3, 4], [5, 6]], [["left", "top", "right", "bottom"]]])
def test_boxes_that_are_no_numbers_are_said_to_be_the_boxes(given):
    with pytest.raises(ValueError, match=r"^boxes: no array of numbers: "):
        to_boxes(given)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", [list, np.array, torch.tensor])
def test_complex_boxes_are_refused_without_a_warning(kind):
    with pytest.raises(ValueError, match=r"^boxes: no array of numbers: complex"):
        to_boxes(kind([[1j, 2, 3, 4]]))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", [list, np.array])
def test_a_box_too_far_away_for_its_type_is_refused_without_a_warning(kind):
    with pytest.raises(ValueError, match=r"^box 0: expected finite left <= right"):
        to_boxes(kind([[1, 2, 1e39, 4]]))


def test_a_box_of_a_number_that_no_float_can_hold_is_refused():
    with pytest.raises(ValueError, match=r"^boxes: no array of numbers: int too large"):
        to_boxes([[1, 2, 10**400, 4]])
