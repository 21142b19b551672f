from __future__ import annotations

from pathlib import Path

import pytest
from frame_world import FAR, LEFT, LIMIT, STOP, FrameWorld, shifted
from validation_world import World

from recognizer.validation import validation


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A small world of signs that a stand-in for the network reads without an error."""
    made = World(tmp_path)
    monkeypatch.setattr(validation, "LatePredictor", lambda *_: made.predictor)
    return made


@pytest.fixture
def frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FrameWorld:
    """Frames, empty as yet, with stand-ins for the localizer and the network."""
    made = FrameWorld(tmp_path)
    monkeypatch.setattr(validation, "LatePredictor", lambda *_: made.predictor)
    monkeypatch.setattr(validation, "LateLocalizer", lambda *_: made.finder)
    return made


@pytest.fixture
def street(frames: FrameWorld) -> FrameWorld:
    """Three frames: signs found and right, misread, missed, taken for none, and false finds."""
    frames.frame(
        1,
        [(shifted(STOP, 4), "stop", 0.9), (LIMIT, "limit-50", 0.8), (FAR, "limit-30", 0.7)],
        [(STOP, "stop"), (LIMIT, "c50"), (LEFT, "left")],
    )
    frames.frame(
        2,
        [(STOP, "stop", 0.9), (LIMIT, "limit-60", 0.6), (LEFT, None, 0.5), (FAR, None, 0.4)],
        [(STOP, "stop"), (LIMIT, "c50"), (LEFT, "left")],
    )
    frames.frame(3, [(FAR, "stranger", 0.9)])  # without any label
    return frames
