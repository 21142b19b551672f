"""Arrays on disk in *shards*: folders that are written once, as a whole, and never changed.

A shard is written beside its place and moved there in one step, so two processes can use a folder
of shards at once: the worst that happens is that both work out the same. Large arrays are mapped
into memory, not loaded, and only while they are looked at: each that is mapped keeps a file open.
What interrupted runs left, and damaged shards, are removed after a day.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
import tokenize
import uuid
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from attributes.errors import UserError

Arrays = Mapping[str, npt.NDArray[Any]]

_STALE_SECONDS = 24 * 3600
_log = logging.getLogger(__name__)


class CacheError(UserError):
    """The cache cannot be written."""


@dataclass(frozen=True)
class Shard:
    """One shard.

    Attributes:
        folder: where it is.
        loaded: name -> array, those that are held in memory.
    """

    folder: Path
    loaded: Arrays

    def array(self, name: str) -> npt.NDArray[Any]:
        """One of its arrays, mapped into memory if it is not held there.

        Raises:
            CacheError: it is not there any more.
        """
        if name in self.loaded:
            return self.loaded[name]
        try:
            return read_array(self.folder / f"{name}.npy")
        except (OSError, ValueError) as error:
            raise CacheError(
                f"{self.folder}: changed during the run, start it again ({error})"
            ) from None


class ShardFolder:
    """A folder of shards that all hold the same arrays.

    Args:
        folder: it is made if it is not there.
        names: of the arrays.
        large: which of them are not held in memory.
        fits: whether arrays that were read are of the shapes that they should be.

    Raises:
        CacheError: the folder cannot be made or read.
    """

    def __init__(
        self,
        folder: Path,
        names: tuple[str, ...],
        fits: Callable[[Arrays], bool],
        large: Collection[str] = (),
    ) -> None:
        self._folder = folder
        self._names = names
        self._large = frozenset(large)
        self._fits = fits
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._entries = sorted(folder.iterdir())
        except OSError as error:
            raise _cannot_write(folder, error) from None

    def shards(self) -> Iterator[Shard]:
        """The shards that were there at the start, the oldest first, without damaged ones."""
        for entry in self._entries:
            if entry.name.startswith("."):
                _remove_if_stale(entry)
                continue
            shard = self._load(entry)
            if shard is not None:
                yield shard

    def write(self, arrays: Arrays) -> Shard:
        """Keep arrays as one more shard.

        Raises:
            CacheError: they cannot be written.
        """
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
        unfinished = self._folder / f".{name}"
        try:
            unfinished.mkdir()
            for array in self._names:
                write_array(unfinished / f"{array}.npy", arrays[array])
            (unfinished / "checksum").write_text(str(self._checksum(arrays)))
            unfinished.rename(self._folder / name)
        except OSError as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise _cannot_write(self._folder, error) from None
        shard = self._load(self._folder / name)
        if shard is None:
            raise CacheError(f"{self._folder / name}: cannot be read back; is the disk damaged?")
        return shard

    def _load(self, folder: Path) -> Shard | None:
        """A shard; None if it is damaged: its pictures are read again.

        The log is told, once: a damaged one is hidden, and removed as what is unfinished is.
        """
        try:
            arrays = {name: read_array(folder / f"{name}.npy") for name in self._names}
            intact = self._fits(arrays) and int(
                (folder / "checksum").read_text()
            ) == self._checksum(arrays)
        except (OSError, TypeError, ValueError):  # TypeError: of the length of a single number
            intact = False
        if not intact:
            _log.warning("%s: damaged, ignored; its pictures are read again", folder)
            with suppress(OSError):  # of a folder that may only be read it is told each time
                folder.rename(folder.with_name(f".{folder.name}"))
            return None
        held = {name: np.array(array) for name, array in arrays.items() if name not in self._large}
        return Shard(folder, held)

    def _checksum(self, arrays: Arrays) -> int:
        value = 0
        for name in self._names:
            value = zlib.crc32(np.ascontiguousarray(arrays[name]).data, value)
        return value


def read_array(path: Path) -> npt.NDArray[Any]:
    """Map one array into memory.

    Raises:
        OSError: it cannot be read.
        ValueError: it is damaged.
    """
    try:
        array: npt.NDArray[Any] = np.load(path, mmap_mode="r")
    except (EOFError, OverflowError, SyntaxError, TypeError, tokenize.TokenError) as error:
        # The header is a piece of Python, and numpy does not say ValueError of all that is none.
        raise ValueError(f"{path}: {error}") from None
    return array


def write_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write one array so that it survives a power cut.

    Raises:
        OSError: it cannot be written.
    """
    with path.open("wb") as file:
        np.save(file, array)
        file.flush()
        os.fsync(file.fileno())


def _remove_if_stale(folder: Path) -> None:
    """Remove what an interrupted run left, but not what another process is writing now."""
    try:
        if time.time() - folder.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        pass


def _cannot_write(folder: Path, error: OSError) -> CacheError:
    return CacheError(
        f"{error.filename or folder}: {error.strerror or error}; "
        "name a writable folder with --cache"
    )
