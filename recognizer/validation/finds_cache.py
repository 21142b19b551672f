"""Where signs were found in frames, on disk, keyed by the frame's content and the localizer.

A folder per localizer, with shards (see :mod:`recognizer.validation.shards`) of some frames::

    <cache>/finds-1/<identity of the localizer>/<time>-<random>/
        keys.npy    uint8 (F, 16)    digest of the frame's content
        frames.npy  int32 (F, 3)     height and width of the frame, pixels; how many finds
        finds.npy   float32 (K, 5)   left, top, right, bottom and score, frame after frame
        checksum    crc32 of the three
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from recognizer.frames.boxes import Boxes
from recognizer.validation.readings_cache import KEY_BYTES
from recognizer.validation.shards import Arrays, Shard, ShardFolder

_FORMAT = "finds-1"
_ARRAYS = ("keys", "frames", "finds")
_SHARD: Final = 256
"""Frames that are written at once, and lost at most if the process is killed."""


class FrameFinds(NamedTuple):
    """What was found in one frame.

    Attributes:
        height: of the frame, pixels.
        width: of the frame, pixels.
        boxes: of the finds, the surest first.
    """

    height: int
    width: int
    boxes: Boxes


class FindsCache:
    """Finds that were made before, by one localizer.

    Args:
        folder: of the cache.
        identity: of the localizer, see :class:`recognizer.validation.late_localizer.Finder`.

    Raises:
        CacheError: the folder cannot be made.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = ShardFolder(folder / _FORMAT / identity, _ARRAYS, _fits)
        self._kept: dict[bytes, tuple[Shard, int, int]] = {}
        self._waiting: dict[bytes, FrameFinds] = {}
        for shard in self._folder.shards():
            self._enter(shard)

    def get(self, key: bytes) -> FrameFinds | None:
        """What was found in the frame with this key; None if it has not been searched."""
        waiting = self._waiting.get(key)
        if waiting is not None or key not in self._kept:
            return waiting
        shard, row, start = self._kept[key]
        height, width, count = shard.array("frames")[row].tolist()
        finds = np.array(shard.array("finds")[start : start + count])
        return FrameFinds(height, width, Boxes(finds[:, :4], finds[:, 4]))

    def add(self, key: bytes, finds: FrameFinds) -> None:
        """Keep what was found in one frame.

        Raises:
            CacheError: it cannot be written.
        """
        self._waiting[key] = finds
        if len(self._waiting) >= _SHARD:
            self.keep()

    def keep(self) -> None:
        """Write what was added.

        Raises:
            CacheError: it cannot be written.
        """
        if not self._waiting:
            return
        found = self._waiting.values()
        frames = [(f.height, f.width, len(f.boxes)) for f in found]
        finds = [np.column_stack([f.boxes.xyxy, f.boxes.score]) for f in found]
        shard = self._folder.write(
            {
                "keys": np.frombuffer(b"".join(self._waiting), np.uint8).reshape(-1, KEY_BYTES),
                "frames": np.array(frames, np.int32),
                "finds": np.concatenate(finds).astype(np.float32),
            }
        )
        self._waiting.clear()
        self._enter(shard)

    def _enter(self, shard: Shard) -> None:
        content = shard.array("keys").tobytes()
        counts = shard.array("frames")[:, 2]
        starts = (np.cumsum(counts) - counts).tolist()
        for row, start in enumerate(starts):
            key = content[row * KEY_BYTES : (row + 1) * KEY_BYTES]
            self._kept.setdefault(key, (shard, row, start))


def _fits(arrays: Arrays) -> bool:
    count = len(arrays["keys"])
    return (
        arrays["keys"].shape == (count, KEY_BYTES)
        and arrays["frames"].shape == (count, 3)
        and arrays["finds"].shape == (int(arrays["frames"][:, 2].sum()), 5)
        and [arrays[name].dtype for name in _ARRAYS] == [np.uint8, np.int32, np.float32]
    )
