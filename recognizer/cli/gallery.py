"""``signrules gallery CATALOGUE``: embed the exemplars that a rule file names."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from attributes.errors import UserError
from attributes.predictor import AttributePredictor
from attributes.progress import track
from recognizer.cli.exit_codes import FINE
from recognizer.gallery import build_gallery, gallery_path, write_gallery
from recognizer.plurals import counted
from rules import load_catalogue


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("catalogue", type=Path, help="rule file, beside which they are written")
    parser.add_argument("--weights", metavar="FILE", help="network weights (the embedded ones)")


def run(arguments: argparse.Namespace) -> int:
    """Write the gallery beside the rule file; artwork comes from its packages."""
    file = arguments.catalogue
    catalogue = load_catalogue(file)
    predictor = AttributePredictor(Path(arguments.weights) if arguments.weights else None)
    # Pictograms of an included file have their own gallery, beside that file.
    own = [
        p
        for p in catalogue.pictograms.values()
        if Path(p.position.file).resolve() == file.resolve()
    ]
    entries = build_gallery(track(own, "gallery"), predictor, _load_bgra)
    path = gallery_path(file)
    write_gallery(path, entries, predictor.fingerprint)
    print(f"{path}: {counted(len(entries), 'pictogram')}")
    return FINE


def _load_bgra(reference: str) -> npt.NDArray[np.uint8]:
    try:
        from attributes.training.artwork import load_artwork_bgra

        return load_artwork_bgra(reference)
    except ModuleNotFoundError as error:
        raise UserError(
            f"{reference}: artwork needs `pip install signrules[train]` ({error.name} is missing)"
        ) from None
