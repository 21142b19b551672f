"""Training scenes say where signs are, and the loop goes on where it was interrupted."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
import torch

from attributes.errors import DatasetError
from attributes.training.configuration import ConfigurationError, read
from attributes.training.gtsdb import read_frames
from attributes.training.optimization import DivergedError
from recognizer.frames.localization.network import STRIDES
from recognizer.frames.localization.training import loop
from recognizer.frames.localization.training.configuration import FILE, LocalizerConfiguration
from recognizer.frames.localization.training.losses import localizer_losses
from recognizer.frames.localization.training.pasting import decoy, paste
from recognizer.frames.localization.training.scenes import SceneMaker
from recognizer.frames.localization.weights_file import load_localizer

SETTINGS = LocalizerConfiguration(
    name="localizer", seed=3, steps=4, learning_rate=1e-3, weight_decay=0.0, average_decay=0.9,
    batch=2, scene_size=96,
)  # fmt: skip


@pytest.fixture
def root(tmp_path):
    """Three grey frames; the first has a sign at (40, 30)-(70, 60)."""
    for number in range(3):
        image = np.full((200, 300, 3), 60 + 20 * number, np.uint8)
        cv2.imwrite(str(tmp_path / f"{number:05d}.png"), image)
    (tmp_path / "gt.txt").write_text("00000.ppm;40;30;70;60;14\n")
    return tmp_path


@pytest.fixture
def maker(root):
    plate = np.ones((80, 80, 4), np.float32)
    return SceneMaker(read_frames(root, range(3)), [plate], 96)


def test_the_shipped_weights_were_made_by_the_configuration():
    _, card = load_localizer()
    assert card.figures["steps"] == read(FILE, LocalizerConfiguration).steps


class TestFrames:
    def test_boxes_belong_to_their_frames(self, root):
        first, second, _ = read_frames(root, range(3))
        assert first.boxes.tolist() == [[40, 30, 70, 60]]
        assert first.class_ids.tolist() == [14]
        assert len(second.boxes) == 0

    def test_a_damaged_line_is_told_with_its_number(self, root):
        (root / "gt.txt").write_text("00000.ppm;40;30;70;60;14\n00001.ppm;40;30\n")
        with pytest.raises(DatasetError, match=r"gt\.txt:2: expected file;x1;y1;x2;y2;class"):
            read_frames(root, range(3))

    def test_a_missing_frame_is_named(self, root):
        with pytest.raises(DatasetError, match=r"00007\.jpg: no such frame"):
            read_frames(root, [7])


class TestScenes:
    def test_the_same_seed_gives_the_same_scene(self, maker):
        one, two = (maker.make(np.random.default_rng(5)) for _ in range(2))
        np.testing.assert_array_equal(one.image, two.image)
        np.testing.assert_array_equal(one.boxes, two.boxes)

    def test_boxes_lie_in_the_scene(self, maker):
        rng = np.random.default_rng(0)
        for _ in range(60):
            scene = maker.make(rng)
            assert scene.image.shape == (96, 96, 3)
            for boxes in (scene.boxes, scene.ignored):
                assert ((boxes >= -1) & (boxes <= 97)).all()
                assert (boxes[:, :2] < boxes[:, 2:]).all()

    def test_a_pasted_sign_is_where_its_box_says(self):
        rng = np.random.default_rng(1)
        scene = np.zeros((120, 120, 3), np.float32)
        plate = np.ones((60, 60, 4), np.float32)
        x1, y1, x2, y2 = paste(rng, scene, plate, (60.0, 50.0), 40.0)
        rows, columns = np.nonzero(scene.max(axis=2) > 0.05)
        assert abs(columns.min() - x1) < 4
        assert abs(columns.max() - x2) < 4
        assert abs(rows.min() - y1) < 4
        assert abs(rows.max() - y2) < 4

    def test_a_sign_that_would_be_cut_off_is_not_pasted(self):
        scene = np.zeros((50, 50, 3), np.float32)
        plate = np.ones((60, 60, 4), np.float32)
        assert paste(np.random.default_rng(1), scene, plate, (2.0, 25.0), 20.0) is None
        assert not scene.any()

    def test_a_decoy_has_the_outline_of_a_plate_and_none_of_its_colours(self):
        plate = np.zeros((20, 20, 4), np.float32)
        plate[5:15, 5:15] = (0, 0, 1, 1)  # a red square
        false = decoy(np.random.default_rng(2), plate, np.full((9, 9, 3), 0.4, np.float32))
        np.testing.assert_array_equal(false[:, :, 3], plate[:, :, 3])
        assert np.ptp(false[10, 10, :3]) < 0.2


class TestLosses:
    def outputs(self, logit=-20.0):
        return [
            (
                torch.full((1, 1, 96 // s, 96 // s), logit),
                torch.full((1, 4, 96 // s, 96 // s), 10.0),
            )
            for s in STRIDES
        ]

    def test_saying_nothing_of_an_empty_scene_costs_nothing(self):
        losses = localizer_losses(self.outputs(), [torch.zeros(0, 4)], [torch.zeros(0, 4)])
        assert float(losses["objectness"]) < 1e-6
        assert float(losses["box"]) == 0

    def test_missing_a_sign_costs(self):
        box = torch.tensor([[40.0, 40.0, 60.0, 60.0]])
        losses = localizer_losses(self.outputs(), [box], [torch.zeros(0, 4)])
        assert float(losses["objectness"]) > 1
        assert float(losses["box"]) < 0.5  # 10 pixels to each side is about right

    def test_what_is_neither_right_nor_wrong_costs_nothing(self):
        everywhere = torch.tensor([[-1.0, -1.0, 97.0, 97.0]])
        outputs = self.outputs(logit=20.0)
        assert (
            float(localizer_losses(outputs, [torch.zeros(0, 4)], [everywhere])["objectness"]) == 0
        )
        assert (
            float(localizer_losses(outputs, [everywhere[:0]], [everywhere[:0]])["objectness"]) > 1
        )


class TestLoop:
    def test_an_interrupted_run_ends_as_the_whole_one(self, maker, tmp_path, monkeypatch):
        monkeypatch.setattr(loop, "_CHECKPOINT_EVERY", 2)
        whole = loop.train(SETTINGS, maker, tmp_path / "whole")
        real_step = loop._step

        def interrupted(run, *rest):
            if run.step == 3:
                raise KeyboardInterrupt
            return real_step(run, *rest)

        monkeypatch.setattr(loop, "_step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            loop.train(SETTINGS, maker, tmp_path / "halves")
        monkeypatch.setattr(loop, "_step", real_step)
        resumed = loop.train(SETTINGS, maker, tmp_path / "halves")
        for name, value in whole.state_dict().items():
            torch.testing.assert_close(value, resumed.state_dict()[name], atol=1e-3, rtol=1e-2)

    def test_a_loss_that_is_not_finite_leaves_the_last_checkpoint(
        self, maker, tmp_path, monkeypatch
    ):
        loop.train(SETTINGS, maker, tmp_path)
        before = (tmp_path / "checkpoint.pt").read_bytes()
        monkeypatch.setattr(loop, "localizer_losses", lambda *_: {"box": torch.tensor(math.nan)})
        longer = SETTINGS.model_copy(update={"steps": 6, "restarts": (4,)})
        with pytest.raises(DivergedError, match="step 4: the loss is nan"):
            loop.train(longer, maker, tmp_path)
        assert (tmp_path / "checkpoint.pt").read_bytes() == before

    def test_a_checkpoint_of_another_configuration_is_refused(self, maker, tmp_path):
        loop.train(SETTINGS, maker, tmp_path)
        other = SETTINGS.model_copy(update={"steps": 5})
        with pytest.raises(ConfigurationError, match="belongs to another configuration"):
            loop.train(other, maker, tmp_path)

    def test_a_checkpoint_of_another_network_is_refused(self, maker, tmp_path):
        loop.train(SETTINGS, maker, tmp_path)
        state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
        del state["network"][next(iter(state["network"]))]
        torch.save(state, tmp_path / "checkpoint.pt")
        with pytest.raises(ConfigurationError, match=r"checkpoint\.pt: is of another network"):
            loop.train(SETTINGS, maker, tmp_path)
