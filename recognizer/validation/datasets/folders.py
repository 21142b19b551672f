"""The files in a folder and in the folders below it, but hidden ones.

Names that begin with a dot are what systems and editors leave: thumbnails, checkpoints, halves of
copies. None else is left out without a word.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from attributes.errors import DatasetError
from recognizer.pictures import SUFFIXES, is_hidden


def files_below(folder: Path, suffixes: Collection[str]) -> Iterator[str]:
    """Paths of the files that end so, folder by folder in the order of their names.

    Links are followed, as people keep large folders elsewhere.

    Raises:
        DatasetError: a link leads to a folder that is read anyway, or to one above it.
        OSError: one may not enter a folder.
    """
    paths = {os.path.realpath(folder): str(folder)}
    for within, folders, names in os.walk(folder, onerror=_refuse, followlinks=True):
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        for path in (os.path.join(within, name) for name in folders):
            earlier = paths.setdefault(os.path.realpath(path), path)
            if earlier != path:
                raise DatasetError(f"{path}: the same folder as {earlier}, which is read already")
        for name in sorted(names):
            if os.path.splitext(name)[1].lower() in suffixes and not is_hidden(name):
                yield os.path.join(within, name)


def pictures_around(root: Path, pictures: Iterable[str]) -> list[str]:
    """Paths of the pictures that lie where these do, sorted.

    Below ``root`` these are all pictures in the folder of ``root`` that one of them is in, however
    deep; elsewhere, and in ``root`` itself, those that lie directly beside one. Links within them
    are not followed, and what one may not enter is passed over: this serves to find what a list
    leaves out, and the list itself may be read.

    Args:
        root: folder of the list.
        pictures: paths that it lists.
    """
    # What has a null byte in its name is nowhere, and os.walk refuses it.
    possible = (path for path in pictures if "\0" not in path)
    folders = {os.path.dirname(os.path.normpath(path)) or os.curdir for path in possible}
    found: set[str] = set()
    for top, is_deep in {_top(root, folder) for folder in folders}:
        for within, below, names in os.walk(top):
            below[:] = [name for name in below if is_deep and not is_hidden(name)]
            found.update(os.path.join(within, name) for name in names if _is_picture(name))
    return sorted(found)


def _top(root: Path, folder: str) -> tuple[str, bool]:
    """The folder directly in ``root`` that a folder is in, and True; else itself, and False."""
    parts = os.path.relpath(folder, root).split(os.sep)
    if parts[0] in (os.curdir, os.pardir):
        return folder, False
    # Cut off and not put together anew: the list may have absolute paths where the root has none.
    return os.path.normpath(os.path.join(folder, *[os.pardir] * (len(parts) - 1))), True


def _is_picture(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in SUFFIXES and not is_hidden(name)


def _refuse(error: OSError) -> None:
    """What os.walk would else pass over: a folder that one may not enter."""
    raise error
