"""``signrules explain PICTURE``: the answer with every reason."""

from __future__ import annotations

import argparse
import json

from recognizer.cli.exit_codes import FINE
from recognizer.cli.options import add_format_option, add_recognizer_options, recognizer_from


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("picture", metavar="PICTURE", help="picture of one sign")
    add_recognizer_options(parser)
    add_format_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Explain one picture."""
    answer = recognizer_from(arguments).recognize(arguments.picture)
    if arguments.format == "json":
        data = {"picture": arguments.picture, **answer.to_dict(explain=True)}
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        print(answer.explain())
    return FINE
