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
        self._read: dict[bytes, tuple[int, int]] = {}
        self._readings: list[Readings] = []

    def knows(self, key: bytes) -> bool:
        """Whether a crop has been read, or waits to be."""
        return self._cache.row(key) is not None or key in self._waiting or key in self._read

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
        self._readings.append(self._predictor.predict([crop for crop, _ in self._waiting.values()]))
        self._timing.network += perf_counter() - start
        self._timing.network_crops += len(self._waiting)
        self._read.update((key, size) for key, (_, size) in self._waiting.items())
        self._waiting.clear()
        if len(self._read) >= _SHARD:
            self.keep()

    def keep(self) -> None:
        """Write what was read.

        Raises:
            CacheError: the cache cannot be written.
        """
        if self._read:
            readings = Readings.concatenate(self._readings)
            self._cache.append(list(self._read), list(self._read.values()), readings)
            self._read.clear()
            self._readings.clear()
