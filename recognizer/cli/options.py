"""Options that several verbs share."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from attributes.precision import PRECISIONS
from recognizer.default_catalogue import default_catalogue

if TYPE_CHECKING:
    from recognizer.recognizer import Recognizer


def add_recognizer_options(parser: argparse.ArgumentParser, *, for_frames: bool = False) -> None:
    """Options that decide which rules and weights are used; of the localizer only for frames."""
    parser.add_argument("--catalogue", metavar="FILE", help="rule file (the embedded one)")
    parser.add_argument("--weights", metavar="FILE", help="network weights (the embedded ones)")
    if for_frames:
        parser.add_argument(
            "--localizer", metavar="FILE", help="weights of the localizer (the embedded ones)"
        )
    else:
        parser.set_defaults(localizer=None)
    parser.add_argument("--country", metavar="CODE", help="only signs of this country, such as DE")
    parser.add_argument("--language", metavar="CODE", help="language of the names (en)")
    add_precision_option(parser)


def add_precision_option(parser: argparse.ArgumentParser) -> None:
    """``--precision float32|bfloat16``."""
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="of the networks' arithmetic (bfloat16 where this CPU multiplies it natively)",
    )


def add_format_option(parser: argparse.ArgumentParser) -> None:
    """``--format text|json``."""
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="of stdout (%(default)s)"
    )


def recognizer_from(arguments: argparse.Namespace) -> Recognizer:
    """The recognizer that the options ask for; raises what Recognizer raises."""
    # Not at the top: verbs that only share `--format` shall not wait for torch.
    from recognizer.recognizer import Recognizer

    return Recognizer(
        arguments.catalogue,
        arguments.weights,
        localizer=arguments.localizer,
        language=arguments.language,
        country=arguments.country,
        precision=arguments.precision,
    )


def how_to_own_a_catalogue() -> str:
    """Advice to who would write into the embedded rule file, or beside it."""
    embedded = os.path.relpath(default_catalogue())
    return (
        "name it with --catalogue; one with `version: 1` and "
        f"`extends: {embedded}` has all signs of the embedded one"
    )
