"""``signrules recognize SOURCE...``: one line per picture."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from attributes.progress import track
from recognizer.cli.exit_codes import FINE, UNREADABLE
from recognizer.cli.options import add_format_option, add_recognizer_options, recognizer_from
from recognizer.decision import Reason
from recognizer.pictures import PictureError, find_pictures
from recognizer.result import Recognition

_BATCH = 64


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument(
        "sources", nargs="+", metavar="SOURCE", help="picture of one sign, folder, or glob"
    )
    add_recognizer_options(parser)
    add_format_option(parser)
    parser.add_argument("--explain", action="store_true", help="say why, for each picture")


def run(arguments: argparse.Namespace) -> int:
    """Answer every picture; those that cannot be read are told at the end."""
    recognizer = recognizer_from(arguments)
    paths, problems = _find_all(arguments.sources)
    answered = 0
    for batch in track(_batches(paths), "recognize", total=-(-len(paths) // _BATCH)):
        for path, answer in zip(batch, recognizer.recognize(list(batch)), strict=True):
            if answer.reason is Reason.UNREADABLE:
                problems.append(answer.detail)
                continue
            answered += 1
            print(_shown(path, answer, arguments.format, arguments.explain))
    for problem in problems:
        print(f"signrules: {problem}", file=sys.stderr)
    if problems:
        print(f"signrules: {answered} answered, {len(problems)} unreadable", file=sys.stderr)
        return UNREADABLE
    return FINE


def _find_all(sources: list[str]) -> tuple[list[Path], list[str]]:
    """Pictures of all sources, and what is wrong with sources that have none."""
    paths: list[Path] = []
    problems = []
    for source in sources:
        try:
            paths += find_pictures(source)
        except PictureError as error:
            problems.append(str(error))
    return paths, problems


def _batches(paths: list[Path]) -> Iterator[list[Path]]:
    for start in range(0, len(paths), _BATCH):
        yield paths[start : start + _BATCH]


def _shown(path: Path, answer: Recognition, form: str, explain: bool) -> str:
    if form == "json":
        data = {"picture": str(path), **answer.to_dict(explain=explain)}
        return json.dumps(data, ensure_ascii=False)
    return f"{path}: {answer.explain() if explain else answer}"
