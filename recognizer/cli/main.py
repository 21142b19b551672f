"""``signrules VERB ...``: finds the verb's module and runs it.

A verb is a module of this package with ``configure(parser)`` and ``run(arguments) -> int``. Only
the module of the verb that was typed is imported, so that ``signrules check`` needs no torch.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

from attributes.errors import UserError
from recognizer.cli.exit_codes import BROKEN_PIPE, INTERRUPTED, UNREADABLE, USAGE
from recognizer.option_error import OptionError
from rules import CountryError, LanguageError
from rules.likeness import likely_meant

VERBS: Final = {
    "recognize": "name the signs on pictures",
    "explain": "say why a picture is recognized as it is",
    "check": "find mistakes in a rule file",
    "test": "run the tests beside a rule file",
    "add": "propose the lines that make a new sign, from a picture of it",
    "validate": "run a rule file against labelled pictures",
    "diff": "list every picture whose answer an edit of a rule file changes",
    "calibrate": "propose thresholds from labelled pictures",
    "gallery": "embed the exemplars that a rule file names",
    "train": "train the attribute network or the localizer",
    "bench": "time crops and frames on this machine",
}
"""Verb -> what it does, in the order of ``signrules --help``."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb.

    Returns:
        an exit code, see :mod:`recognizer.cli.exit_codes`.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # File names may be no UTF-8; JSON reads the escapes back as Python has such names.
            stream.reconfigure(errors="backslashreplace")
    if "cv2" not in sys.modules:  # which reads this once; our own message says what is wrong
        os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    except BrokenPipeError:  # `signrules ... | head`
        _print_nowhere()
        return BROKEN_PIPE


def _run(words: list[str]) -> int:
    try:
        try:
            arguments = _parse(words)
            _refuse_empty(arguments)
            return int(arguments.run(arguments))
        finally:
            sys.stdout.flush()  # so that a pipe that nobody reads is noticed here at the latest
    except (CountryError, LanguageError, OptionError) as error:
        print(f"signrules: {error}", file=sys.stderr)
        return USAGE
    except UserError as error:
        print(f"signrules: {error}", file=sys.stderr)
        return UNREADABLE
    except BrokenPipeError:  # no input that could not be read
        raise
    except OSError as error:  # a folder that one may not enter, a name that is too long
        named = f"{error.filename}: " if error.filename else ""
        print(f"signrules: {named}{error.strerror or error}", file=sys.stderr)
        return UNREADABLE
    except KeyboardInterrupt:
        print("signrules: interrupted", file=sys.stderr)
        return INTERRUPTED


def _refuse_empty(arguments: argparse.Namespace) -> None:
    """What is given as "" was meant to be something: taken for absent, it would be passed over."""
    for name, value in vars(arguments).items():
        if value == "" and name != "name":  # of a sign, which `add` judges by itself
            raise OptionError(f"{name.replace('_', '-')}: empty; is a variable not set?")


def _print_nowhere() -> None:
    """Drop what is still to be printed, or the interpreter complains about it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def _parse(words: list[str]) -> argparse.Namespace:
    """The arguments of the verb; leaves with the usage of that verb if it has no such ones."""
    arguments, left = _parser(next(filter(VERBS.get, words), "")).parse_known_args(words)
    if left:
        verb: argparse.ArgumentParser = arguments.verb
        wrong = [word for word in left if word.startswith("-")] or left
        options = re.findall(r"--[a-z-]+", verb.format_usage())
        meant = [option for word in wrong for option in likely_meant(word.split("=")[0], options)]
        hint = f"; did you mean {' '.join(meant)}?" if meant else ""
        if wrong[0].split("=")[0] in options:
            hint = "; put it behind the verb"
        verb.error(f"unrecognized arguments: {' '.join(wrong)}{hint}")
    return arguments


def _parser(typed: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="signrules",
        description="Traffic signs from attributes and rules: a new sign is a few lines of YAML.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for verb, summary in VERBS.items():
        subparser = verbs.add_parser(verb, help=summary, description=f"{summary.capitalize()}.")
        if verb == typed:
            module = import_module(f"recognizer.cli.{verb}")
            module.configure(subparser)
            subparser.set_defaults(run=module.run, verb=subparser)
    return parser


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib import metadata

        try:
            version = metadata.version("signrules")
        except metadata.PackageNotFoundError:  # run from its folder
            version = "of unknown version: it is not installed"
        print(f"signrules {version}")
        parser.exit()


if __name__ == "__main__":
    sys.exit(main())
