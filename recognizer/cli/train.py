"""``signrules train CONFIGURATION``: train the attribute network, or the localizer."""

from __future__ import annotations

import argparse
from pathlib import Path

from attributes.errors import UserError
from recognizer.cli.exit_codes import FINE
from recognizer.option_error import OptionError


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "configuration", help="release or another name, path of a .toml file, or localizer"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with gtsrb/ and gtsdb/")
    parser.add_argument(
        "--from-weights",
        type=Path,
        metavar="FILE",
        help="weights of the same run, which a restart lengthens; where the checkpoint is gone",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="checkpoints and weights (runs/CONFIGURATION)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Train, or go on where an interrupted run stopped; print where the weights are."""
    try:
        paths = _train(arguments)
    except ModuleNotFoundError as error:
        raise UserError(
            f"training needs `pip install signrules[train]` ({error.name} is missing)"
        ) from None
    except OSError as error:
        raise UserError(
            f"{error.filename or arguments.out or 'runs'}: {error.strerror or error}; "
            "what was saved until then is kept, run the same command to go on"
        ) from None
    for path in paths:
        print(path)
    return FINE


def _train(arguments: argparse.Namespace) -> list[Path]:
    if arguments.configuration == "localizer":
        from recognizer.frames.localization.training.run import run as train_localizer

        if arguments.data is None:
            raise OptionError("the localizer needs photographs: --data DIR, the folder of gtsdb/")
        if arguments.from_weights is not None:
            raise OptionError("--from-weights is for the attribute network, not for the localizer")
        return [train_localizer(arguments.data, arguments.out or Path("runs") / "localizer")]
    from attributes.training.configuration import load
    from attributes.training.run import run as train_network

    configuration = load(arguments.configuration)
    return train_network(
        configuration,
        arguments.data,
        arguments.out or Path("runs") / configuration.name,
        arguments.from_weights,
    )
