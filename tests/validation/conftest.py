from __future__ import annotations

from pathlib import Path

import pytest
from frame_world import FrameWorld
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
