"""One training run from configuration to weights file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from attributes.network import AttributeNetwork, count_parameters
from attributes.training.artwork import hideable_names, load_drawings, names_of_photographed
from attributes.training.averaging import mean_of
from attributes.training.calibration import fit_temperatures
from attributes.training.checkpoints import CHECKPOINT, checkpoint_step
from attributes.training.configuration import (
    GTSRB_CLASSES,
    Configuration,
    ConfigurationError,
    load,
)
from attributes.training.curve import CURVE, draw_curve
from attributes.training.erased_plates import load_erased
from attributes.training.loop import train
from attributes.training.materials import Materials, gather_materials
from attributes.training.mirroring import pictogram_classes
from attributes.training.packages import (
    COMMONROAD,
    MAPILLARY,
    MATERIAL_DESIGN,
    PHOSPHOR,
    TABLER,
    named,
)
from attributes.training.photographs import load_gtsrb
from attributes.training.reviving import beginning_of, revive
from attributes.training.scenes import load_not_signs, load_scenes
from attributes.training.splits import LAST_TRAINING_FRAME
from attributes.vocabulary import TEXT
from attributes.weights_file import Calibration, describe_network, save_weights

_LICENCE = (
    "MIT; trained on artwork under MIT (mapillary_sprite_source) and BSD-3 (commonroad-io), "
    "letters under OFL (Barlow, Sofia Sans, Overpass)"
)
_LICENCE_OF_ICONS = "icons under Apache-2.0 (Material Design Icons) and MIT (Phosphor, Tabler)"


@dataclass(frozen=True)
class Prepared:
    """Materials of a run and what has to be told about them."""

    materials: Materials
    data: tuple[str, ...]


def prepare(configuration: Configuration, data: Path | None) -> Prepared:
    """Load artwork, and the photographs that the configuration asks for.

    Args:
        configuration: see there.
        data: folder with ``gtsrb/`` and ``gtsdb/``; not needed without photographs.

    Raises:
        MissingPackageError: artwork or fonts cannot be had.
        DatasetError: the data sets are not there.
        ConfigurationError: something that must not be seen is not known by that name, or would
            be seen on photographs, or a batch has photographs although none are asked for.
    """
    _refuse_unknown(configuration.without)
    _check_photographs(configuration)
    drawings = load_drawings(configuration.without)
    names, mirror = pictogram_classes(drawings, configuration.without)
    photographs, erased, scenes, not_signs = None, None, None, None
    told = [f"{named(package)} (artwork)" for package in (MAPILLARY, COMMONROAD)]
    own = [d.source for d in drawings if d.source.startswith("signrules:")]
    if own:
        told.append(f"{len(own)} German signs of our own drawing (artwork)")
    if configuration.icons:
        told.append(f"icons of {named(MATERIAL_DESIGN)}, {named(PHOSPHOR)} and {named(TABLER)}")
    if configuration.photographs == "gtsrb":
        folder = data or Path()
        photographs = load_gtsrb(folder / "gtsrb", names, configuration.classes)
        if configuration.batch.transplants:
            erased = load_erased(folder / "gtsrb", configuration.classes)
        scenes = load_scenes(folder / "gtsdb", LAST_TRAINING_FRAME, configuration.seed)
        not_signs = load_not_signs(folder / "gtsdb", LAST_TRAINING_FRAME)
        told += [
            f"GTSRB training half without the validation tracks ({len(photographs.pixels)} crops)",
            f"GTSDB frames 0-{LAST_TRAINING_FRAME}, patches without a labelled sign",
        ]
    materials = gather_materials(
        drawings, names, mirror, photographs, scenes, configuration, not_signs, erased
    )
    return Prepared(materials, tuple(told))


def _refuse_unknown(without: Sequence[str]) -> None:
    """Raise ConfigurationError if a name hides nothing: misspelt, it would let its sign be seen."""
    known = hideable_names()
    for name in without:
        # Texts are also composed, so that not every one stands on a drawing.
        if name not in known and not TEXT.can_spell(name):
            raise ConfigurationError(f"without: no drawing, pictogram or text is called {name!r}")


def _check_photographs(configuration: Configuration) -> None:
    """Raise ConfigurationError if photographs show what must not be seen, or cannot come."""
    if configuration.photographs == "none":
        if configuration.batch.photographs or configuration.batch.transplants:
            raise ConfigurationError(
                'batch: asks for photographs or transplants, but `photographs` is "none"'
            )
        return
    without, names = set(configuration.without), names_of_photographed()
    for number in _classes(configuration):
        if seen := sorted(without & names[number]):
            raise ConfigurationError(
                f"without: photographs of GTSRB's class {number} show {seen[0]!r}; leave that "
                "class out of `classes`"
            )


def start_of(configuration: Configuration, folder: Path) -> Path | None:
    """Checkpoint of the finished run that the configuration goes on from.

    None if there is none, or if the run has begun already.

    Raises:
        ConfigurationError: that run is not finished, or has other pictogram classes.
    """
    if configuration.start is None or (folder / CHECKPOINT).exists():
        return None
    earlier = load(configuration.start)
    if (
        earlier.icons
        or earlier.pictogram_pairs
        or earlier.turned_pictograms
        or earlier.turned_photographs
    ):
        raise ConfigurationError(
            f"{configuration.name!r} cannot go on from {earlier.name!r}, which has pictograms of "
            "its own behind those of the artwork (icons, pairs, or what is turned)"
        )
    if earlier.photographs != "none" and (
        configuration.photographs == "none"
        or not set(_classes(earlier)) <= set(_classes(configuration))
    ):
        raise ConfigurationError(
            f"{configuration.name!r} cannot go on from {earlier.name!r}, which has seen "
            "photographs that it leaves out"
        )
    if earlier.without != configuration.without:
        raise ConfigurationError(
            f"{configuration.name!r} cannot go on from {earlier.name!r}, which leaves out other "
            "pictograms (`without`)"
        )
    path = folder.parent / earlier.name / CHECKPOINT
    if checkpoint_step(path, earlier) != earlier.steps:
        raise ConfigurationError(
            f"{path}: {configuration.name!r} goes on from {earlier.name!r}, whose run is not there "
            f"or not finished; run `signrules train {earlier.name}` first"
        )
    return path


def _classes(configuration: Configuration) -> Iterable[int]:
    return range(GTSRB_CLASSES) if configuration.classes is None else configuration.classes


def run(
    configuration: Configuration, data: Path | None, folder: Path, weights: Path | None = None
) -> list[Path]:
    """Train (or go on training), calibrate, and write the weights with their card.

    Args:
        configuration: see there.
        data: see :func:`prepare`.
        folder: receives checkpoints, curve and weights.
        weights: file of the same run to go on from, whose checkpoint is gone.

    Returns:
        the weights file in ``folder``; of a run that went on from weights, behind it that of the
        mean of both ends.

    Raises:
        ConfigurationError: ``folder`` holds a checkpoint of another run, the run to go on from
            is not finished, or ``weights`` are not of this run.
        DivergedError: a loss is not finite.
        WeightsError: ``weights`` cannot be read.
        MissingPackageError, DatasetError: see :func:`prepare`.
        OSError: ``folder`` cannot be written to.
    """
    beginning = beginning_of(weights, configuration, folder)
    start = None if beginning else start_of(configuration, folder)
    prepared = prepare(configuration, data)
    if beginning is not None:
        revive(beginning, configuration, prepared.materials, folder)
    network = train(configuration, prepared.materials, folder, start=start)
    path = folder / f"{configuration.name}.safetensors"
    paths = [write_calibrated(network, configuration, prepared, path)]
    if beginning is not None:
        mean = mean_of([beginning.network, network], configuration, prepared.materials)
        path = folder / f"{configuration.name}-mean.safetensors"
        paths.append(write_calibrated(mean, configuration, prepared, path, beginning.cycles + 1))
    curve = folder / CURVE
    if curve.exists():  # a run of a few steps has none
        draw_curve(curve, folder / "curve.png")
    return paths


def write_calibrated(
    network: AttributeNetwork,
    configuration: Configuration,
    prepared: Prepared,
    path: Path,
    cycles: int = 1,
) -> Path:
    """Fit the temperatures of a network and write it with its card.

    Args:
        network: in evaluation mode.
        configuration: of its run.
        prepared: what fresh batches are made of, and what the card tells of it.
        path: the weights file to write.
        cycles: how many cycles' ends the network is the mean of.

    Returns:
        ``path``.

    Raises:
        OSError: it cannot be written.
    """
    temperatures = fit_temperatures(network, prepared.materials, configuration)
    told = prepared.data
    if configuration.start is not None:
        told = (*told, f"begun with the weights of {configuration.start}")
    card = describe_network(
        network,
        configuration.name,
        calibration=Calibration(temperatures=temperatures, match_cosine=configuration.match_cosine),
        data=told,
        licence=f"{_LICENCE}, {_LICENCE_OF_ICONS}" if configuration.icons else _LICENCE,
        figures={
            "parameters": count_parameters(network),
            "steps": configuration.steps,
            "averaged cycles": cycles,
        },
    )
    save_weights(network, card, path)
    return path
