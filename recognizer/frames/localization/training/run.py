"""One training run of the localizer, from configuration to weights file."""

from __future__ import annotations

from pathlib import Path

from attributes.network import count_parameters
from attributes.training.configuration import read
from attributes.training.curve import CURVE, draw_curve
from attributes.training.gtsdb import read_frames
from attributes.training.packages import COMMONROAD, MAPILLARY, named
from attributes.training.splits import LAST_TRAINING_FRAME
from recognizer.frames.localization.training.configuration import FILE, LocalizerConfiguration
from recognizer.frames.localization.training.loop import train
from recognizer.frames.localization.training.pasting import load_plates
from recognizer.frames.localization.training.scenes import SceneMaker
from recognizer.frames.localization.weights_file import describe_localizer, save_localizer

_LICENCE = "MIT; trained on artwork under MIT (mapillary_sprite_source) and BSD-3 (commonroad-io)"
_THRESHOLD = 0.3


def run(data: Path, folder: Path, configuration: Path = FILE) -> Path:
    """Train (or go on training) and write the weights with their card.

    Args:
        data: folder that holds ``gtsdb/``.
        folder: receives checkpoints, curve and weights.
        configuration: the TOML file of the run.

    Returns:
        the weights file in ``folder``.

    Raises:
        ConfigurationError: ``folder`` holds a checkpoint of another run.
        DivergedError: a loss is not finite.
        MissingPackageError: the artwork cannot be had.
        DatasetError: GTSDB is not there.
        OSError: ``folder`` cannot be written to.
    """
    settings = read(configuration, LocalizerConfiguration)
    frames = read_frames(data / "gtsdb", range(LAST_TRAINING_FRAME + 1))
    plates = load_plates()
    network = train(settings, SceneMaker(frames, plates, settings.scene_size), folder)
    card = describe_localizer(
        network,
        threshold=_THRESHOLD,
        data=(
            f"GTSDB frames 0-{LAST_TRAINING_FRAME} with their boxes",
            f"{named(MAPILLARY)} and {named(COMMONROAD)} (artwork, pasted in)",
        ),
        licence=_LICENCE,
        figures={"parameters": count_parameters(network), "steps": settings.steps},
    )
    path = folder / "localizer.safetensors"
    save_localizer(network, card, path)
    curve = folder / CURVE
    if curve.exists():  # a run of a few steps has none
        draw_curve(curve, folder / "curve.png")
    return path
