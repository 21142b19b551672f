"""The files in a folder and in the folders below it, but hidden ones.

Names that begin with a dot are what systems and editors leave: thumbnails, checkpoints, halves of
copies. None else is left out without a word.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from recognizer.pictures import is_hidden
from recognizer.validation.datasets.samples import DatasetError


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


def _refuse(error: OSError) -> None:
    """What os.walk would else pass over: a folder that one may not enter."""
    raise error
