"""Files that a command is to write: what speaks against them, before anything is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from recognizer.frames.output.annotated_video_writer import check_video_suffix
from recognizer.frames.output.writers import WriterError
from recognizer.frames.sources.opening import local_path
from recognizer.pictures import PictureError, find_pictures


def output_problem(
    save_video: str | None, save_json: str | None, sources: Sequence[str], *, overwrite: bool
) -> str | None:
    """Why the outputs must not be written; None if nothing speaks against it.

    A source is read while outputs are written: an output that is one would destroy it, whatever
    ``overwrite`` says.
    """
    if save_video is not None:
        try:
            check_video_suffix(Path(save_video))
        except WriterError as error:
            return str(error)
    outputs = [Path(name) for name in (save_video, save_json) if name is not None]
    if len({path.resolve() for path in outputs}) < len(outputs):
        return f"{outputs[0]}: --save-video and --save-json name the same file"
    for path in outputs:
        problem = _problem_of(path, overwrite)
        if problem is not None:
            return f"{path}: {problem}"
        if path.exists() and any(_is_same(path, file) for file in _files(sources)):
            return f"{path}: is a source, and would be destroyed"
    return None


def _problem_of(path: Path, overwrite: bool) -> str | None:
    if path.is_dir():
        return "is a folder"
    if path.exists():
        if not overwrite:
            return "exists already; --overwrite replaces it"
        return None if os.access(path, os.W_OK) else "may not be written"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    return None if os.access(path.parent, os.W_OK) else f"{path.parent} may not be written into"


def _is_same(path: Path, file: Path) -> bool:
    try:
        return path.samefile(file)
    except OSError:  # a link that leads nowhere, which is told when it is read
        return False


def _files(sources: Sequence[str]) -> Iterator[Path]:
    for source in sources:
        with suppress(PictureError):  # a camera, a URL, or nothing, which is told when opened
            yield from find_pictures(local_path(source))
