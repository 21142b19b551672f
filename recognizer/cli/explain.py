"""``signrules explain PICTURE``: the answer with every reason."""

from __future__ import annotations

import argparse
import os
import re
import sys

from recognizer.cli.exit_codes import FINE
from recognizer.cli.json_text import as_json
from recognizer.cli.options import add_format_option, add_recognizer_options, recognizer_from
from recognizer.option_error import OptionError
from recognizer.result import Recognition
from rules.answer_ids import ANSWER_PATTERN, split_id


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("picture", metavar="PICTURE", help="picture of one sign")
    parser.add_argument("--sign", metavar="ID", help="say also why it is not this sign")
    add_recognizer_options(parser)
    add_format_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Explain one picture."""
    if os.path.isdir(arguments.picture):
        raise OptionError(
            f"{arguments.picture}: a folder; `signrules recognize {arguments.picture} --explain` "
            "explains each picture in it"
        )
    recognizer = recognizer_from(arguments)
    sign_id, _ = split_id(arguments.sign or "")
    if arguments.sign is not None:
        try:
            recognizer.catalogue.require_sign(sign_id)
        except ValueError as error:
            raise OptionError(f"--sign: {error}") from None
        if not re.fullmatch(ANSWER_PATTERN, arguments.sign):
            raise OptionError(f"--sign: expected `{sign_id}`, got {arguments.sign!r}")
    answer = recognizer.recognize(arguments.picture)
    print(_shown(arguments, answer))
    if arguments.sign not in (None, sign_id, answer.id):
        note = (
            "it is, but another value was read"
            if answer.sign_id == sign_id
            else "told is why it is not, whatever its value"
        )
        print(f"signrules: --sign {sign_id}: {note}", file=sys.stderr)
    return FINE


def _shown(arguments: argparse.Namespace, answer: Recognition) -> str:
    if arguments.format != "json":
        return answer.explain(arguments.sign)
    told = answer.explanation_with(arguments.sign) if arguments.sign else answer.explanation
    data = {**answer.to_dict(), "explanation": told.to_dict()}
    return as_json({"picture": arguments.picture, **data}, indent=2)
