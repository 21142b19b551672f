"""``signrules recognize`` for pictures of one sign each."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from glob import has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from attributes.progress import track
from recognizer.cli.exit_codes import FINE, UNREADABLE
from recognizer.cli.json_text import as_json
from recognizer.decision import Reason
from recognizer.frames.sources.video_files import hint_at_videos, videos_left_out
from recognizer.pictures import PictureError, find_pictures, to_crop
from recognizer.result import Recognition, unreadable

if TYPE_CHECKING:  # importing it takes seconds, which `--help` need not wait for
    from recognizer.recognizer import Recognizer

_BATCH = 64
_SCENE_SIDE = 400
"""Shorter side, pixels, from which a picture without a known sign may well be a whole scene."""
_LOOKED_AT = 8
"""Of the pictures without a known sign, how many are looked at once more for their size."""
_Found = tuple[Path, Recognition | None]
"""A picture, and the answer for one that is not there."""


def recognize_crops(
    recognizer: Recognizer, sources: Sequence[str], *, form: str, explain: bool
) -> int:
    """Print the answer for every picture, in the order of the sources, and then what went wrong.

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
    found, problems, notes = _find_all(sources)
    answered = 0
    unknown: list[Path] = []
    for batch in track(_batches(found), "recognize", total=-(-len(found) // _BATCH)):
        answers = iter(recognizer.recognize([path for path, missing in batch if not missing]))
        for path, missing in batch:
            answer = missing or next(answers)
            if answer.reason is Reason.UNREADABLE:
                if not missing:
                    problems.append(answer.detail)
                if form != "json":
                    continue
            else:
                answered += 1
                if answer.sign_id is None:
                    unknown.append(path)
            print(_shown(path, answer, form, explain), flush=True)
    for told in (*notes, *_hint_at_frames(unknown[:_LOOKED_AT]), *problems):
        print(f"signrules: {told}", file=sys.stderr)
    if problems:
        print(f"signrules: {answered} answered, {len(problems)} unreadable", file=sys.stderr)
        return UNREADABLE
    return FINE


def _find_all(sources: Sequence[str]) -> tuple[list[_Found], list[str], list[str]]:
    """What each source means, in their order; what is wrong with those that mean nothing; notes."""
    found: list[_Found] = []
    problems, notes = [], []
    for source in sources:
        try:
            found += [(path, None) for path in find_pictures(source)]
            notes += videos_left_out(Path(source))
        except PictureError as error:
            problems.append(f"{error}{hint_at_videos(Path(source))}")
            if not os.path.isdir(source) and not has_magic(source):
                found.append((Path(source), unreadable(str(error))))
    return found, problems, notes


def _hint_at_frames(unknown: Sequence[Path]) -> list[str]:
    """For the first picture that is too large to be likely one of a sign alone."""
    for path in unknown:
        try:
            height, width = to_crop(path).shape[:2]
        except PictureError:  # it was there a moment ago
            continue
        if min(width, height) >= _SCENE_SIDE:
            return [
                f"{path}: {width}×{height} pixels; to find signs in a whole scene, add --frames"
            ]
    return []


def _batches(found: list[_Found]) -> Iterator[list[_Found]]:
    for start in range(0, len(found), _BATCH):
        yield found[start : start + _BATCH]


def _shown(path: Path, answer: Recognition, form: str, explain: bool) -> str:
    if form == "json":
        data = {"picture": str(path), **answer.to_dict(explain=explain)}
        return as_json(data)
    return f"{path}: {answer.explain() if explain else answer}"
