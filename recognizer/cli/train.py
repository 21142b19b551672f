"""``signrules train CONFIGURATION``: train the attribute network."""

from __future__ import annotations

import argparse
from pathlib import Path

from attributes.errors import UserError
from recognizer.cli.exit_codes import FINE


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("configuration", help="name (such as release) or path of a .toml file")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with gtsrb/ and gtsdb/")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="checkpoints and weights (runs/CONFIGURATION)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Train, or go on where an interrupted run stopped; print where the weights are."""
    try:
        from attributes.training.configuration import load
        from attributes.training.run import run as run_training
    except ModuleNotFoundError as error:
        raise UserError(
            f"training needs `pip install signrules[train]` ({error.name} is missing)"
        ) from None
    configuration = load(arguments.configuration)
    folder = arguments.out or Path("runs") / configuration.name
    try:
        path = run_training(configuration, arguments.data, folder)
    except OSError as error:
        raise UserError(
            f"{error.filename or folder}: {error.strerror or error}; "
            "the last checkpoint is kept, run the same command to go on"
        ) from None
    print(path)
    return FINE
