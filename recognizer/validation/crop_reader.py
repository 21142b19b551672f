"""Crops into the network and readings into the cache, in batches of bounded size."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from attributes.readings import Readings
from recognizer.gallery import Predictor
from recognizer.pictures import Crop
from recognizer.validation.readings_cache import ReadingsCache
from recognizer.validation.timing import Timing

_BATCH: Final = 64
"""Crops that go through the network at once, and are in memory at once."""
_SHARD: Final = 4096
"""Crops whose readings are written at once, and lost at most if the run is interrupted."""


class CropReader:
    """Reads the crops that a cache does not have yet.

    Args:
        predictor: reads them.
        cache: keeps the readings.
        timing: the network's share is added to it.
    """

    def __init__(self, predictor: Predictor, cache: ReadingsCache, timing: Timing) -> None:
        self._predictor = predictor
        self._cache = cache
        self._timing = timing
        self._waiting: dict[bytes, tuple[Crop, tuple[int, int]]] = {}
        self._read: list[tuple[dict[bytes, tuple[int, int]], Readings]] = []
        self._known: set[bytes] = set()

    def knows(self, key: bytes) -> bool:
        """Whether a crop has been read, or waits to be."""
        return self._cache.row(key) is not None or key in self._known

    def add(self, key: bytes, crop: Crop, size: tuple[int, int]) -> None:
        """Let a crop be read.

        Args:
            key: of the crop in the cache.
            crop: uint8 (H, W, 3), BGR; what it is a view of stays in memory with it.
            size: height and width that are kept with the reading, pixels.

        Raises:
            CacheError: the cache cannot be written.
        """
        self._waiting[key] = crop, size
        self._known.add(key)
        if len(self._waiting) >= _BATCH:
            self.predict()

    def predict(self) -> None:
        """Read the crops that wait.

        Raises:
            CacheError: the cache cannot be written.
        """
        if not self._waiting:
            return
        start = perf_counter()
        readings = self._predictor.predict([crop for crop, _ in self._waiting.values()])
        # In one step, or an interruption would leave readings without keys.
        self._read.append(({key: size for key, (_, size) in self._waiting.items()}, readings))
        self._timing.network += perf_counter() - start
        self._timing.network_crops += len(self._waiting)
        self._waiting.clear()
        if sum(len(sizes) for sizes, _ in self._read) >= _SHARD:
            self.keep()

    def keep(self) -> None:
        """Write what was read.

        Raises:
            CacheError: the cache cannot be written.
        """
        if self._read:
            of_key = {key: size for sizes, _ in self._read for key, size in sizes.items()}
            readings = Readings.concatenate([readings for _, readings in self._read])
            self._cache.append([*of_key], [*of_key.values()], readings)
            self._read.clear()
