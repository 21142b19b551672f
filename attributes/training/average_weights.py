"""The mean of weights of one run, whose cycles or seeds differ, written with a card of its own.

``python -m attributes.training.average_weights release A.safetensors B.safetensors ... --data DIR
--out MEAN.safetensors``. A run that goes on from weights writes the mean of its two ends by itself
(``signrules train --from-weights``); this is for more of them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from attributes.errors import UserError
from attributes.network import AttributeNetwork
from attributes.training.averaging import mean_of
from attributes.training.configuration import Configuration, ConfigurationError, load
from attributes.training.run import prepare, write_calibrated
from attributes.weights_file import load_unfolded


def average_weights(
    files: Sequence[Path], configuration: Configuration, data: Path | None, out: Path
) -> None:
    """Write the mean of several weights, with batch norms and temperatures of its own.

    Args:
        files: weights of runs of the configuration, whatever their seed, with no more steps.
        configuration: what batch norms and temperatures are taken with.
        data: folder with ``gtsrb/`` and ``gtsdb/``; not needed without photographs.
        out: the file to write; its card goes beside it.

    Raises:
        ConfigurationError: a file is of another run or network, or has more steps.
        WeightsError: a file cannot be read.
        MissingPackageError, DatasetError: see :func:`attributes.training.run.prepare`.
        OSError: the mean cannot be written.
    """
    networks: list[AttributeNetwork] = []
    cycles = 0
    for file in files:
        network, card = load_unfolded(file)
        if card.name != configuration.name:
            raise ConfigurationError(f"{file}: is of {card.name!r}, not of {configuration.name!r}")
        if card.figures.get("steps", 0) > configuration.steps:
            raise ConfigurationError(
                f"{file}: has {card.figures['steps']:.0f} steps, {configuration.name!r} only "
                f"{configuration.steps}; lengthen it"
            )
        size = network.architecture.input_size
        if networks and replace(networks[0].architecture, input_size=size) != network.architecture:
            raise ConfigurationError(f"{file}: is of another network than {files[0]}")
        networks.append(network)
        cycles += int(card.figures.get("averaged cycles", 1))
    out.parent.mkdir(parents=True, exist_ok=True)  # what cannot be is told before the long work
    prepared = prepare(configuration, data)
    mean = mean_of(networks, configuration, prepared.materials)
    write_calibrated(mean, configuration, prepared, out, cycles)


def main() -> int:
    """Average what the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("configuration", help="release or another name, or path of a .toml file")
    parser.add_argument("weights", type=Path, nargs="+", help="weights files of its runs")
    parser.add_argument("--data", type=Path, help="folder with gtsrb/ and gtsdb/")
    parser.add_argument("--out", type=Path, required=True, help="weights file to write")
    arguments = parser.parse_args()
    try:
        configuration = load(arguments.configuration)
        average_weights(arguments.weights, configuration, arguments.data, arguments.out)
    except UserError as error:
        print(error, file=sys.stderr)
        return 3
    except OSError as error:
        print(f"{error.filename or arguments.out}: {error.strerror or error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
