"""``signrules add PICTURE --id ID --name NAME``: propose the lines that make a new sign."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable
from pathlib import Path

from recognizer.addition import Addition, Trial
from recognizer.cli.exit_codes import FINDINGS, FINE
from recognizer.cli.json_text import as_json
from recognizer.cli.options import add_format_option, how_to_own_a_catalogue
from recognizer.default_catalogue import default_catalogue
from recognizer.option_error import OptionError
from rules.formats import NAME_PATTERN, NAME_RULE, SIGN_ID_PATTERN, SIGN_ID_RULE, with_small_country
from rules.languages import LANGUAGES


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("picture", type=Path, metavar="PICTURE", help="the new sign, cut out")
    parser.add_argument(
        "--id",
        required=True,
        type=_formed(SIGN_ID_PATTERN, SIGN_ID_RULE, with_small_country),
        help="its id, such as de.142-10",
    )
    parser.add_argument(
        "--name", required=True, type=_text, metavar="TEXT", help="its name in English"
    )
    for language in LANGUAGES:
        parser.add_argument(
            f"--name-{language}", type=_text, metavar="TEXT", help=argparse.SUPPRESS
        )
    parser.epilog = "Names in other languages: --name-de, --name-pl and so on, by ISO 639."
    parser.add_argument(
        "--catalogue", metavar="FILE", help="rule file (the embedded one, never written)"
    )
    parser.add_argument(
        "--pictogram",
        type=_formed(NAME_PATTERN, NAME_RULE),
        metavar="NAME",
        help="pictogram on the sign: one of the catalogue, or a name for the one on the picture",
    )
    parser.add_argument("--weights", metavar="FILE", help="network weights (the embedded ones)")
    parser.add_argument(
        "--write", action="store_true", help="write what is proposed, if it is fine"
    )
    add_format_option(parser)


def _text(word: str) -> str:
    """An argument's type: what a rule file, which is UTF-8, can hold."""
    try:
        word.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError(f"expected UTF-8, got {os.fsencode(word)!r}") from None
    return word


def _formed(pattern: str, rule: str, likely: Callable[[str], str] = str) -> Callable[[str], str]:
    """An argument's type: a word that a rule file would take, or what was ``likely`` meant."""

    def read(word: str) -> str:
        if re.fullmatch(pattern, word):
            return word
        meant = likely(word)
        hint = f"; did you mean {meant!r}?" if re.fullmatch(pattern, meant) else ""
        raise argparse.ArgumentTypeError(f"expected {rule}, got {word!r}{hint}")

    return read


def run(arguments: argparse.Namespace) -> int:
    """Propose, try out, and with ``--write`` write; never into the embedded rule file."""
    if arguments.write and not arguments.catalogue:
        advice = how_to_own_a_catalogue()
        raise OptionError(f"--write changes no file but your own: {advice}")
    from attributes.predictor import AttributePredictor

    weights = Path(arguments.weights) if arguments.weights else None
    file = Path(arguments.catalogue) if arguments.catalogue else default_catalogue()
    names = {"en": arguments.name} | {
        language: name
        for language in LANGUAGES
        if (name := getattr(arguments, f"name_{language}")) is not None
    }
    addition = Addition(file, arguments.picture, AttributePredictor(weights))
    trial = addition.try_out(arguments.id, names, arguments.pictogram)
    written = arguments.write and trial.is_fine
    if written:
        trial.edit.write()
    if arguments.format == "json":
        print(as_json({**trial.as_data(), "written": written}, indent=2))
    else:
        print(trial.as_text())
        print(_last_words(trial, arguments.write, is_own=bool(arguments.catalogue)))
    return FINE if trial.is_fine else FINDINGS


def _last_words(trial: Trial, write: bool, *, is_own: bool) -> str:
    is_unlike = trial.after is not None and trial.after.sign_id != trial.sign_id
    if is_unlike and not trial.is_wrong:  # of what is wrong no picture is at fault
        return (
            f"not ready to be written: the picture is not answered as `{trial.sign_id}` with these "
            "lines; another picture may show it better, or the rule may ask for more"
        )
    if not trial.is_fine:
        return "not ready to be written: mend what is told above, or add the lines by hand"
    if not is_own:
        advice = how_to_own_a_catalogue()
        return f"nothing written; --write changes a rule file of your own: {advice}"
    copied = f" and {trial.edit.exemplar}" if trial.edit.exemplar else ""
    target = f"{trial.edit.file}{copied}"
    return f"written: {target}" if write else f"nothing written; --write changes {target}"
