"""Where benchmarks find weights that are not shipped, and how they put a catalogue behind them."""

from __future__ import annotations

import argparse
from pathlib import Path

from attributes.errors import UserError
from attributes.predictor import AttributePredictor
from attributes.readings import Readings
from attributes.training.artwork import load_artwork_bgra
from attributes.weights_identity import DEFAULT_WEIGHTS
from recognizer.answering import ReadyCatalogue
from recognizer.decision import Thresholds
from recognizer.gallery import Gallery, embed_pictogram
from recognizer.verdicts import Verdicts
from rules import Catalogue
from rules.answer_ids import UNKNOWN

FOLDER = Path(__file__).with_name("weights")
RELEASE = "release"


class NoWeightsError(UserError):
    """The weights that a figure asks for are not here."""


def find_weights(name: str) -> Path:
    """Weights file of a configuration: shipped, or kept beside the benchmarks.

    Those of a run of your own are measured once they have been copied there.

    Raises:
        NoWeightsError: it is not there.
    """
    if name == RELEASE:
        return DEFAULT_WEIGHTS
    path = FOLDER / f"{name}.safetensors"
    if not path.is_file():
        raise NoWeightsError(
            f"{path}: no such weights; train with `signrules train {name} --data DIR` and copy "
            f"them and their card there from runs/{name}/"
        )
    return path


def add_weights_option(parser: argparse.ArgumentParser, name: str) -> None:
    """Declare ``--weights``; without it those of configuration ``name`` are used."""
    where = "the shipped ones" if name == RELEASE else f"benchmarks/weights/{name}.safetensors"
    parser.add_argument("--weights", type=Path, metavar="FILE", help=f"weights ({where})")


def chosen_predictor(arguments: argparse.Namespace, name: str) -> AttributePredictor:
    """The predictor that ``--weights`` asks for.

    Raises:
        NoWeightsError: see :func:`find_weights`.
        WeightsError: the given file is missing, damaged, or of another vocabulary.
    """
    return AttributePredictor(arguments.weights or find_weights(name))


def make_ready(catalogue: Catalogue, predictor: AttributePredictor) -> ReadyCatalogue:
    """A catalogue whose exemplars are embedded with the weights at hand, from their artwork.

    Thresholds are the built-in ones, and the cosine that the weights were calibrated to: those
    beside a rule file may have been calibrated on the very pictures that a benchmark measures.
    """
    embeddings = {
        name: embed_pictogram(pictogram, predictor, load_artwork_bgra)
        for name, pictogram in catalogue.pictograms.items()
    }
    gallery = Gallery.from_embeddings(embeddings, predictor.match_cosine)
    return ReadyCatalogue.prepare(catalogue, gallery, Thresholds())


def verdicts_on(ready: ReadyCatalogue, readings: Readings) -> Verdicts:
    """What a catalogue makes of readings; its ``candidates`` are the likeliest signs."""
    return ready.verdicts(readings, ready.gallery.similarity(readings.embedding))


def answered_ids(ready: ReadyCatalogue, readings: Readings) -> list[str]:
    """Id with value that each crop is answered with, or ``unknown``."""
    return answers_in(verdicts_on(ready, readings))


def answers_in(verdicts: Verdicts) -> list[str]:
    """Id with value of each crop that has been judged, or ``unknown``."""
    return [
        candidate if verdicts.why_unknown(row) is None else UNKNOWN
        for row, candidate in enumerate(verdicts.candidates)
    ]
