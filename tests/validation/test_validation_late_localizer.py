"""The localizer is loaded only when a frame must be searched, and is known by its files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from attributes.precision import fast_precision
from attributes.weights_identity import WeightsError
from recognizer.frames.localization.network import LocalizerArchitecture, LocalizerNetwork
from recognizer.frames.localization.weights_file import describe_localizer, save_localizer
from recognizer.validation.late_localizer import LateLocalizer


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A localizer that has learnt nothing."""
    path = tmp_path / "localizer.safetensors"
    network = LocalizerNetwork(LocalizerArchitecture())
    save_localizer(network, describe_localizer(network, threshold=0.5, data=(), licence=""), path)
    return path


def test_it_locates(weights: Path) -> None:
    boxes = LateLocalizer(weights).locate(np.zeros((64, 96, 3), np.uint8))
    assert boxes.xyxy.shape == (len(boxes), 4)


def test_whatever_boxes_depend_on_is_its_identity(weights: Path) -> None:
    first = LateLocalizer(weights, "float32").identity
    assert LateLocalizer(weights, "float32").identity == first
    assert LateLocalizer(weights, "bfloat16").identity != first
    assert LateLocalizer(weights).identity == LateLocalizer(weights, fast_precision()).identity
    card = weights.with_suffix(".json")
    card.write_text(card.read_text().replace("0.5", "0.4"))
    assert LateLocalizer(weights, "float32").identity != first


def test_missing_weights_name_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"not readable: No such file.*--boxes labelled"):
        LateLocalizer(tmp_path / "none.safetensors")


def test_weights_that_change_during_the_run_are_not_used(weights: Path) -> None:
    localizer = LateLocalizer(weights)
    card = weights.with_suffix(".json")
    card.write_text(card.read_text().replace("0.5", "0.4"))
    with pytest.raises(WeightsError, match="changed during the run"):
        localizer.locate(np.zeros((64, 64, 3), np.uint8))


def test_its_identity_needs_no_torch(weights: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import recognizer.validation;"
        "from recognizer.validation.late_localizer import LateLocalizer;"
        f"LateLocalizer(Path({str(weights)!r})).identity; print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, env=os.environ,
    )  # fmt: skip
    assert done.stdout.strip() == "False"
