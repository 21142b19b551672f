"""The localizer finds signs, whichever they are, in frames of any size."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from attributes.training.gtsdb import read_frames
from attributes.weights_file import WeightsError
from recognizer.frames.localization.decoding import cell_centres, decode_boxes
from recognizer.frames.localization.localizer import Localizer
from recognizer.frames.localization.network import LocalizerNetwork
from recognizer.frames.localization.weights_file import (
    describe_localizer,
    load_localizer,
    save_localizer,
)
from recognizer.frames.matching import intersection_over_union, match_boxes

GTSDB = Path(__file__).parents[3] / "shared" / "data" / "gtsdb"
needs_gtsdb = pytest.mark.skipif(not GTSDB.is_dir(), reason=f"{GTSDB} is not there")


@pytest.fixture(scope="module")
def localizer() -> Localizer:
    return Localizer()


class TestRealFrames:
    @needs_gtsdb
    def test_most_signs_of_frames_that_it_never_saw_are_found(self, localizer):
        frames = read_frames(GTSDB, range(500, 520))
        found = total = 0
        for frame in frames:
            boxes = localizer.locate(cv2.imread(str(frame.path)))
            found += int((match_boxes(boxes.xyxy, frame.boxes, 0.5) >= 0).sum())
            total += len(frame.boxes)
        assert found >= 0.8 * total

    @needs_gtsdb
    def test_boxes_lie_in_the_frame_the_surest_first(self, localizer):
        (frame,) = read_frames(GTSDB, [503])
        image = cv2.imread(str(frame.path))
        boxes = localizer.locate(image)
        height, width = image.shape[:2]
        assert (boxes.xyxy >= 0).all()
        assert (boxes.xyxy <= (width, height, width, height)).all()
        assert (np.diff(boxes.score) <= 0).all()


class TestAnyFrame:
    @pytest.mark.parametrize("shape", [(1, 1, 3), (33, 70, 3), (404, 700, 3)])
    def test_any_size_will_do(self, localizer, shape):
        assert len(localizer.locate(np.full(shape, 90, np.uint8))) == 0

    def test_a_frame_in_memory_turned_around_is_copied_not_refused(self, localizer):
        localizer.locate(np.zeros((40, 60, 3), np.uint8)[::-1, ::-1])

    @pytest.mark.parametrize(
        "frame",
        [np.zeros((40, 60), np.uint8), np.zeros((40, 60, 3)), np.zeros((0, 4, 3), np.uint8)],
    )
    def test_what_is_no_bgr_frame_is_refused_with_its_shape(self, localizer, frame):
        with pytest.raises(ValueError, match=r"must be uint8 \(H, W, 3\)"):
            localizer.locate(frame)

    def test_a_threshold_that_is_given_counts(self):
        frame = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
        found = [len(Localizer(threshold=threshold).locate(frame)) for threshold in (0.0, 1.0)]
        assert found[0] > found[1]


class TestWeights:
    def test_saved_weights_find_what_the_network_found(self, tmp_path):
        torch.manual_seed(0)
        network = LocalizerNetwork().eval()
        card = describe_localizer(network, threshold=0.5, data=("nothing",), licence="MIT")
        save_localizer(network, card, tmp_path / "w.safetensors")
        loaded, read = load_localizer(tmp_path / "w.safetensors")
        assert read.model_dump(mode="json") == card.model_dump(mode="json")
        frame = torch.randn(1, 3, 64, 96)
        with torch.inference_mode():
            for (a, b), (c, d) in zip(network(frame), loaded(frame), strict=True):
                torch.testing.assert_close(a, c, atol=0.02, rtol=0.02)
                torch.testing.assert_close(b, d, atol=0.5, rtol=0.05)

    def test_missing_weights_are_named(self, tmp_path):
        with pytest.raises(WeightsError, match=r"none\.safetensors: no such weights file"):
            Localizer(tmp_path / "none.safetensors")

    def test_damaged_weights_are_named(self, tmp_path):
        self._save(tmp_path)
        (tmp_path / "w.safetensors").write_bytes(b"not safetensors")
        self._refuses(tmp_path)

    def test_weights_that_are_not_finite_are_refused(self, tmp_path):
        self._save(tmp_path)
        tensors = load_file(tmp_path / "w.safetensors")
        name = next(iter(tensors))
        tensors[name].flatten()[0] = torch.nan
        save_file(tensors, tmp_path / "w.safetensors")
        with pytest.raises(WeightsError, match=rf"{name} holds numbers that are not finite"):
            Localizer(tmp_path / "w.safetensors")

    @pytest.mark.parametrize(
        "architecture",
        [{"blocks": [2, 4]}, {"widths": [8, 8, 8]}, {"widths": "wide"}, {"what": 1}],
        ids=str,
    )
    def test_a_card_of_no_possible_architecture_is_named(self, tmp_path, architecture):
        file = tmp_path / "w.json"
        self._save(tmp_path)
        card = json.loads(file.read_text())
        card["architecture"].update(architecture)
        file.write_text(json.dumps(card))
        self._refuses(tmp_path)

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"threshold": 2}, "threshold: Input should be less than or equal to 1"),
            ({"shape": "round"}, "shape: Extra inputs are not permitted"),
        ],
        ids=str,
    )
    def test_a_card_that_is_wrong_is_told_where(self, tmp_path, change, told):
        file = tmp_path / "w.json"
        self._save(tmp_path)
        file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
        with pytest.raises(WeightsError, match=rf"w\.json: not readable .*: {told}$"):
            Localizer(tmp_path / "w.safetensors")

    def test_a_card_that_is_no_text_is_named(self, tmp_path):
        self._save(tmp_path)
        (tmp_path / "w.json").write_bytes(b"\xff\xfe")
        with pytest.raises(WeightsError, match=r"w\.json: not readable as a weights card"):
            Localizer(tmp_path / "w.safetensors")

    def _save(self, folder):
        network = LocalizerNetwork()
        card = describe_localizer(network, threshold=0.5, data=(), licence="MIT")
        save_localizer(network, card, folder / "w.safetensors")

    def _refuses(self, folder):
        with pytest.raises(WeightsError, match=r"w\.safetensors: not readable as a localizer"):
            Localizer(folder / "w.safetensors")

    def test_a_precision_and_a_threshold_that_there_are_not_are_refused(self):
        with pytest.raises(ValueError, match="precision: expected float32 or bfloat16"):
            Localizer(precision="float16")
        with pytest.raises(ValueError, match=r"threshold: expected in \[0, 1\], got nan"):
            Localizer(threshold=float("nan"))


class TestGeometry:
    def test_a_cell_that_reaches_nowhere_is_a_point_in_its_middle(self):
        boxes = decode_boxes(torch.zeros(1, 4, 2, 3), 8)[0]
        assert boxes[:, :2].tolist() == cell_centres(2, 3, 8).tolist()
        assert boxes[4].tolist() == [12, 12, 12, 12]

    def test_overlap_is_shared_area_over_united_area(self):
        a = np.array([[0, 0, 2, 2]], np.float32)
        b = np.array([[1, 0, 3, 2], [5, 5, 6, 6], [0, 0, 2, 2]], np.float32)
        np.testing.assert_allclose(intersection_over_union(a, b), [[1 / 3, 0, 1]], rtol=1e-6)

    def test_a_sign_found_twice_is_found_once(self):
        sign = np.array([[0, 0, 10, 10]], np.float32)
        found = np.array([[0, 0, 10, 9], [0, 0, 10, 10], [50, 50, 60, 60]], np.float32)
        assert match_boxes(found, sign, 0.5).tolist() == [0, -1, -1]
        assert match_boxes(found, np.zeros((0, 4), np.float32), 0.5).tolist() == [-1, -1, -1]
