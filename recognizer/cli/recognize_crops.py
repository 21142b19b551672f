"""``signrules recognize`` for pictures of one sign each."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from glob import has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from attributes.progress import track
from recognizer.cli.exit_codes import FINE, UNREADABLE
from recognizer.decision import Reason
from recognizer.pictures import PictureError, find_pictures
from recognizer.result import Recognition, unreadable

if TYPE_CHECKING:  # importing it takes seconds, which `--help` need not wait for
    from recognizer.recognizer import Recognizer

_BATCH = 64


def recognize_crops(
    recognizer: Recognizer, sources: Sequence[str], *, form: str, explain: bool
) -> int:
    """Print the answer for every picture; those that cannot be read are told at the end.

    As JSON each picture has a line, also one that cannot be read or is not there: programs count
    on it. Folders and globs in which nothing is have none.

    Args:
        recognizer: answers.
        sources: pictures, folders and globs.
        form: ``text`` or ``json``.
        explain: whether to say why.

    Returns:
        an exit code.
    """
    paths, missing = _find_all(sources)
    problems = [why for _, why in missing]
    answered = 0
    for batch in track(_batches(paths), "recognize", total=-(-len(paths) // _BATCH)):
        for path, answer in zip(batch, recognizer.recognize(list(batch)), strict=True):
            if answer.reason is Reason.UNREADABLE:
                problems.append(answer.detail)
                if form != "json":
                    continue
            else:
                answered += 1
            print(_shown(path, answer, form, explain), flush=True)
    if form == "json":
        for source, why in missing:
            if not os.path.isdir(source) and not has_magic(source):
                print(_shown(Path(source), unreadable(why), form, explain))
    for problem in problems:
        print(f"signrules: {problem}", file=sys.stderr)
    if problems:
        print(f"signrules: {answered} answered, {len(problems)} unreadable", file=sys.stderr)
        return UNREADABLE
    return FINE


def _find_all(sources: Sequence[str]) -> tuple[list[Path], list[tuple[str, str]]]:
    """Pictures of all sources, and each source that has none with what is wrong with it."""
    paths: list[Path] = []
    missing = []
    for source in sources:
        try:
            paths += find_pictures(source)
        except PictureError as error:
            missing.append((source, str(error)))
    return paths, missing


def _batches(paths: list[Path]) -> Iterator[list[Path]]:
    for start in range(0, len(paths), _BATCH):
        yield paths[start : start + _BATCH]


def _shown(path: Path, answer: Recognition, form: str, explain: bool) -> str:
    if form == "json":
        data = {"picture": str(path), **answer.to_dict(explain=explain)}
        return json.dumps(data, ensure_ascii=False)
    return f"{path}: {answer.explain() if explain else answer}"
