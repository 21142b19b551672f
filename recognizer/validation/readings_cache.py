"""Readings on disk, keyed by what is on the picture and by the weights that read it.

A cache is a folder per set of weights with one folder (a *shard*) per few thousand crops::

    <cache>/readings-2/<identity of the weights>/<time>-<random>/
        keys.npy        uint8 (N, 16)      digest of the picture's content (and of the box)
        sizes.npy       int32 (N, 2)       height and width of the crop (or of the box), pixels
        readings.npy    float32 (N, WIDTH) see attributes.flat_readings
        checksum        crc32 of the three
        similarity-<digest of a gallery and of what compares it>.npy  float32 (N, P)

See :mod:`recognizer.validation.shards` for how they are written.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from attributes.cache_folder import user_cache_folder
from attributes.flat_readings import WIDTH, flatten, unflatten
from attributes.readings import EMBEDDING, Readings
from attributes.weights_identity import digest_of_all
from recognizer.gallery import Gallery
from recognizer.validation.shards import (
    Arrays,
    CacheError,
    Shard,
    ShardFolder,
    read_array,
    write_array,
)

KEY_BYTES: Final = 16
_FORMAT = "readings-2"
_ARRAYS = ("keys", "sizes", "readings")
_GALLERIES_KEPT = 4
"""Galleries whose similarities are kept: those before and after a few edits."""

Rows = npt.NDArray[np.intp]
Number = TypeVar("Number", np.int32, np.float32)


def default_cache() -> Path:
    """See :func:`attributes.cache_folder.user_cache_folder`.

    Raises:
        CacheError: the user has no home folder.
    """
    folder = user_cache_folder()
    if folder.parts[:1] == ("~",):
        raise CacheError("there is no home folder for a cache; name one with --cache")
    return folder


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
        self._folder = ShardFolder(folder / _FORMAT / identity, _ARRAYS, _fits, large=("readings",))
        self._shards: list[Shard] = []
        self._starts = [0]
        self._rows: dict[bytes, int] = {}
        # By the file that a full disk, or a folder that may only be read, did not let be written.
        self._not_kept: dict[Path, npt.NDArray[np.float32]] = {}
        for shard in self._folder.shards():
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
        shard = self._folder.write(
            {
                "keys": np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES),
                "sizes": np.array(sizes, np.int32).reshape(-1, 2),
                "readings": flatten(readings.arrays),
            }
        )
        self._add(shard)

    def readings(self, rows: Rows) -> Readings:
        """Readings of these rows, in their order.

        Raises:
            CacheError: the cache was removed during the run.
        """
        nothing = np.zeros((0, WIDTH), np.float32)
        matrix = self._gather(rows, lambda shard: shard.array("readings"), nothing)
        return Readings.from_arrays(unflatten(matrix))

    def sizes(self, rows: Rows) -> npt.NDArray[np.int32]:
        """Heights and widths in pixels, int32 (N, 2)."""
        nothing = np.zeros((0, 2), np.int32)
        return self._gather(rows, lambda shard: shard.array("sizes"), nothing)

    def similarity(self, rows: Rows, gallery: Gallery) -> npt.NDArray[np.float32]:
        """Cosine to each pictogram of a gallery, float32 (N, P); worked out once per gallery."""
        of_code = (resources.files("recognizer") / "gallery.py").read_bytes()
        name = f"similarity-{digest_of_all((gallery.digest.encode(), of_code))}.npy"
        nothing = np.zeros((0, len(gallery.names)), np.float32)
        return self._gather(rows, lambda shard: self._similarity(shard, name, gallery), nothing)

    def _similarity(self, shard: Shard, name: str, gallery: Gallery) -> npt.NDArray[np.float32]:
        path = shard.folder / name
        if path in self._not_kept:
            return self._not_kept[path]
        shape = (len(shard.array("keys")), len(gallery.names))
        try:
            found = read_array(path)
            if found.shape == shape and found.dtype == np.float32:
                with suppress(OSError):  # a folder that may only be read
                    os.utime(path)
                return found
        except (OSError, ValueError):
            pass
        similarity = gallery.similarity(unflatten(shard.array("readings"))[EMBEDDING])
        if not _keep(path, similarity):
            self._not_kept[path] = similarity
        return similarity

    def _add(self, shard: Shard) -> None:
        start = len(self)
        content = shard.array("keys").tobytes()
        count = len(content) // KEY_BYTES
        for number in range(count):
            key = content[number * KEY_BYTES : (number + 1) * KEY_BYTES]
            self._rows.setdefault(key, start + number)
        self._shards.append(shard)
        self._starts.append(start + count)

    def _gather(
        self,
        rows: Rows,
        array_of: Callable[[Shard], npt.NDArray[Number]],
        nothing: npt.NDArray[Number],
    ) -> npt.NDArray[Number]:
        """Rows of the arrays of all shards; of neighbours in one shard, a view.

        ``nothing`` is the result without any row.
        """
        if not len(rows):
            return nothing
        owner = np.searchsorted(self._starts, rows, side="right") - 1
        if owner[0] == owner[-1] and (np.diff(rows) == 1).all():
            start = int(rows[0]) - self._starts[owner[0]]
            return array_of(self._shards[owner[0]])[start : start + len(rows)]
        # One after the other, or as many files were open at once.
        parts = [
            array_of(self._shards[number])[rows[owner == number] - self._starts[number]]
            for number in np.unique(owner).tolist()
        ]
        gathered = np.concatenate(parts)
        # Shard by shard -> the order asked for.
        result = np.empty_like(gathered)
        result[np.argsort(owner, kind="stable")] = gathered
        return result


def _keep(path: Path, similarity: npt.NDArray[np.float32]) -> bool:
    """Store similarities, in place of the oldest; whether that could be done."""
    unfinished = path.with_name(f".{uuid.uuid4().hex}")
    try:
        write_array(unfinished, similarity)
        unfinished.replace(path)
        old = sorted(path.parent.glob("similarity-*.npy"), key=lambda p: p.stat().st_mtime_ns)
        for superfluous in old[:-_GALLERIES_KEPT]:
            superfluous.unlink(missing_ok=True)
    except OSError:  # a full disk or another process
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        return False
    return True


def _fits(arrays: Arrays) -> bool:
    count = len(arrays["keys"])
    return (
        arrays["keys"].shape == (count, KEY_BYTES)
        and arrays["sizes"].shape == (count, 2)
        and arrays["readings"].shape == (count, WIDTH)
        and [arrays[name].dtype for name in _ARRAYS] == [np.uint8, np.int32, np.float32]
    )
