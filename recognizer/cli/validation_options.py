"""Options of the verbs that run a rule file against labelled pictures."""

from __future__ import annotations

import argparse
import sys

from recognizer.cli.options import add_precision_option
from recognizer.validation.datasets import SPLITS
from recognizer.validation.frame_ingestion import ReadFrames
from recognizer.validation.ingestion import ReadPictures
from recognizer.validation.validation import Workbench
from recognizer.validation.words import unreadable_words

_SHOWN = 20


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Options that say which pictures, how they are labelled and where readings are kept."""
    parser.add_argument(
        "--labels", metavar="MAP", help="label map: class -> sign (classes are called as signs)"
    )
    parser.add_argument(
        "--split", choices=SPLITS, default="all", help="part of GTSRB or GTSDB (%(default)s)"
    )
    parser.add_argument(
        "--boxes",
        choices=("found", "labelled"),
        help="of frames: search for the signs (found, the default), or cut out the labelled boxes "
        "and only recognize them",
    )
    parser.add_argument(
        "--localizer", metavar="FILE", help="weights of the localizer (the embedded ones)"
    )
    parser.add_argument("--weights", metavar="FILE", help="network weights (the embedded ones)")
    parser.add_argument("--country", metavar="CODE", help="only signs of this country, such as DE")
    parser.add_argument("--cache", metavar="DIR", help="attribute cache (~/.cache/signrules)")
    add_precision_option(parser)


def workbench_from(arguments: argparse.Namespace) -> Workbench:
    """The network and cache that the options ask for."""
    return Workbench(arguments.weights, arguments.cache, arguments.precision, arguments.localizer)


def tell_unreadable(pictures: ReadPictures | ReadFrames) -> None:
    """Count and list on stderr what could not be read."""
    for unreadable in pictures.unreadable[:_SHOWN]:
        print(f"signrules: {unreadable.reason}", file=sys.stderr)
    count = len(pictures.unreadable)
    if count:
        words = unreadable_words(count, pictures.dataset)
        more = f", the first {_SHOWN} of them above" if count > _SHOWN else ""
        print(f"signrules: {words} could not be read{more}", file=sys.stderr)
