"""Readings on disk, keyed by what is on the picture and by the weights that read it.

A cache is a folder per set of weights with one folder (a *shard*) per few thousand crops::

    <cache>/readings-1/<identity of the weights>/<time>-<random>/
        keys.npy        uint8 (N, 16)      digest of the picture's content (and of the box)
        sizes.npy       int32 (N, 2)       height and width of the crop, pixels
        readings.npy    float32 (N, WIDTH) see flat_readings
        checksum        crc32 of the three
        similarity-<digest of a gallery>.npy  float32 (N, P)

A shard is written beside its place and moved there in one step, and is never changed, so two
processes can use a cache at once: the worst that happens is that both read the same pictures.
Readings are mapped into memory, not loaded.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from attributes.errors import UserError
from attributes.readings import Readings
from recognizer.gallery import Gallery
from recognizer.validation.flat_readings import WIDTH, flatten, unflatten

KEY_BYTES: Final = 16
_FORMAT = "readings-1"
_ARRAYS = ("keys", "sizes", "readings")
_GALLERIES_KEPT = 4
"""Galleries whose similarities are kept: those before and after a few edits."""
_STALE_SECONDS = 24 * 3600

Rows = npt.NDArray[np.intp]
Number = TypeVar("Number", np.int32, np.float32)


class CacheError(UserError):
    """The cache cannot be written."""


def default_cache() -> Path:
    """``$XDG_CACHE_HOME/signrules``, by default ``~/.cache/signrules``."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "signrules"


@dataclass(frozen=True)
class _Shard:
    folder: Path
    keys: npt.NDArray[np.uint8]
    sizes: npt.NDArray[np.int32]
    readings: npt.NDArray[np.float32]


class ReadingsCache:
    """Readings that were made before, by one set of weights.

    Args:
        folder: of the cache; it may hold the readings of many sets of weights.
        identity: of the weights, see :class:`LatePredictor`.

    Crops have *rows*: numbers that stay the same as long as the object lives.

    Raises:
        CacheError: the folder cannot be made.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = folder / _FORMAT / identity
        self._shards: list[_Shard] = []
        self._starts = [0]
        self._rows: dict[bytes, int] = {}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            entries = sorted(self._folder.iterdir())
        except OSError as error:
            raise _cannot_write(self._folder, error) from None
        for entry in entries:
            if entry.name.startswith("."):
                _remove_if_stale(entry)
                continue
            shard = _load(entry)
            if shard is not None:
                self._add(shard)

    def __len__(self) -> int:
        return self._starts[-1]

    def row(self, key: bytes) -> int | None:
        """The row of the crop with this key; None if it has not been read."""
        return self._rows.get(key)

    def append(self, keys: list[bytes], sizes: list[tuple[int, int]], readings: Readings) -> None:
        """Keep readings of N crops, with heights and widths.

        Raises:
            CacheError: they cannot be written.
        """
        arrays: dict[str, npt.NDArray[Any]] = {
            "keys": np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES),
            "sizes": np.array(sizes, np.int32).reshape(-1, 2),
            "readings": flatten(readings),
        }
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
        unfinished = self._folder / f".{name}"
        try:
            unfinished.mkdir()
            for array, values in arrays.items():
                _write(unfinished / f"{array}.npy", values)
            (unfinished / "checksum").write_text(str(_checksum(arrays)))
            unfinished.rename(self._folder / name)
        except OSError as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise _cannot_write(self._folder, error) from None
        shard = _load(self._folder / name)
        assert shard is not None
        self._add(shard)

    def readings(self, rows: Rows) -> Readings:
        """Readings of these rows, in their order."""
        return unflatten(self._gather(rows, lambda shard: shard.readings))

    def sizes(self, rows: Rows) -> npt.NDArray[np.int32]:
        """Heights and widths in pixels, int32 (N, 2)."""
        return self._gather(rows, lambda shard: shard.sizes)

    def similarity(self, rows: Rows, gallery: Gallery) -> npt.NDArray[np.float32]:
        """Cosine to each pictogram of a gallery, float32 (N, P); worked out once per gallery."""
        name = f"similarity-{gallery.digest}.npy"
        return self._gather(rows, lambda shard: _similarity(shard, name, gallery))

    def _add(self, shard: _Shard) -> None:
        start = len(self)
        content = shard.keys.tobytes()
        for number in range(len(shard.keys)):
            key = content[number * KEY_BYTES : (number + 1) * KEY_BYTES]
            self._rows.setdefault(key, start + number)
        self._shards.append(shard)
        self._starts.append(start + len(shard.keys))

    def _gather(
        self, rows: Rows, array_of: Callable[[_Shard], npt.NDArray[Number]]
    ) -> npt.NDArray[Number]:
        """Rows of the arrays of all shards; of neighbours in one shard, a view."""
        owner = np.searchsorted(self._starts, rows, side="right") - 1
        arrays = {number: array_of(self._shards[number]) for number in np.unique(owner).tolist()}
        if len(arrays) == 1 and (np.diff(rows) == 1).all():
            start = int(rows[0]) - self._starts[owner[0]]
            return arrays[int(owner[0])][start : start + len(rows)]
        parts = [arrays[number][rows[owner == number] - self._starts[number]] for number in arrays]
        if not parts:
            return array_of(self._shards[0])[:0]
        gathered = np.concatenate(parts)
        # Shard by shard -> the order asked for.
        result = np.empty_like(gathered)
        result[np.argsort(owner, kind="stable")] = gathered
        return result


def _similarity(shard: _Shard, name: str, gallery: Gallery) -> npt.NDArray[np.float32]:
    path = shard.folder / name
    shape = (len(shard.keys), len(gallery.names))
    try:
        found: npt.NDArray[np.float32] = np.load(path, mmap_mode="r")
        if found.shape == shape and found.dtype == np.float32:
            os.utime(path)
            return found
    except (OSError, ValueError, EOFError):
        pass
    similarity = gallery.similarity(unflatten(shard.readings).embedding)
    unfinished = shard.folder / f".{uuid.uuid4().hex}"
    try:
        _write(unfinished, similarity)
        unfinished.replace(path)
        old = sorted(shard.folder.glob("similarity-*.npy"), key=lambda p: p.stat().st_mtime_ns)
        for superfluous in old[:-_GALLERIES_KEPT]:
            superfluous.unlink(missing_ok=True)
    except OSError:  # a full disk or another process: it is only not kept
        unfinished.unlink(missing_ok=True)
    return similarity


def _load(folder: Path) -> _Shard | None:
    """A shard; None, with a word on stderr, if it is damaged: its pictures are read again."""
    try:
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        count = len(arrays["keys"])
        fits = (
            arrays["keys"].shape == (count, KEY_BYTES)
            and arrays["sizes"].shape == (count, 2)
            and arrays["readings"].shape == (count, WIDTH)
            and int((folder / "checksum").read_text()) == _checksum(arrays)
        )
    except (OSError, ValueError, EOFError):
        fits = False
    if not fits:
        print(
            f"signrules: {folder}: damaged, ignored; its pictures are read again", file=sys.stderr
        )
        return None
    return _Shard(folder, **arrays)


def _checksum(arrays: dict[str, npt.NDArray[Any]]) -> int:
    value = 0
    for name in _ARRAYS:
        value = zlib.crc32(np.ascontiguousarray(arrays[name]).data, value)
    return value


def _write(path: Path, array: npt.NDArray[Any]) -> None:
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
