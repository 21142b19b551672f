"""From labelled pictures to readings, through the cache: the only part that decodes and reads."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt

from attributes.progress import track
from attributes.readings import Readings
from recognizer.gallery import Predictor
from recognizer.pictures import Crop, PictureError, decode_crop
from recognizer.validation.datasets import Box, Dataset, DatasetError, Sample
from recognizer.validation.file_digests import FileDigests
from recognizer.validation.readings_cache import KEY_BYTES, ReadingsCache

_BATCH = 64
"""Crops that go through the network at once, and are in memory at once."""
_SHARD = 4096
"""Crops whose readings are written at once, and lost at most if the run is interrupted."""


@dataclass(frozen=True)
class Unreadable:
    """A picture that could not be used.

    Attributes:
        path: of the picture.
        reason: why.
    """

    path: str
    reason: str


@dataclass
class Timing:
    """Seconds that a run took.

    Attributes:
        decoding: reading and decoding pictures.
        network: reading attributes.
        total: everything from the list of pictures to the figures.
        network_crops: crops that the network had to read; the others came from the cache.
    """

    decoding: float = 0.0
    network: float = 0.0
    total: float = 0.0
    network_crops: int = 0

    @property
    def overhead(self) -> float:
        """Share of the time that was neither decoding nor network."""
        return 1 - (self.decoding + self.network) / self.total if self.total else 0.0


@dataclass(frozen=True)
class ReadPictures:
    """The pictures of a data set that could be read, and where their readings are.

    Attributes:
        dataset: the data set.
        samples: intp (N,), index into ``dataset.samples`` of each that could be read.
        rows: intp (N,), its row in the cache.
        cache: the readings.
        unreadable: the others.
        timing: so far.
    """

    dataset: Dataset
    samples: npt.NDArray[np.intp]
    rows: npt.NDArray[np.intp]
    cache: ReadingsCache
    unreadable: tuple[Unreadable, ...]
    timing: Timing

    def __len__(self) -> int:
        return len(self.rows)

    def sample(self, number: int) -> Sample:
        """The ``number``-th picture that could be read."""
        return self.dataset.samples[int(self.samples[number])]


def read_pictures(
    dataset: Dataset, predictor: Predictor, cache: ReadingsCache, cache_folder: Path
) -> ReadPictures:
    """Make sure that every picture has been read, and say where its readings are.

    At any time at most one frame, 64 crops and the readings of 4096 crops are in memory.

    Raises:
        DatasetError: not one picture can be read.
        CacheError: the cache cannot be written.
    """
    run = _Run(predictor, cache, FileDigests(cache_folder, dataset.root))
    try:
        unread = [item for item in enumerate(dataset.samples) if not run.recall(*item)]
        for path, samples in groupby(track(unread, "pictures"), key=lambda item: item[1].path):
            run.take(path, samples)
        run.predict()
    finally:
        run.keep()  # also what was read before an interruption
    if not run.keys:
        first = run.unreadable[0]
        raise DatasetError(
            f"{dataset.root}: none of the {len(dataset.samples)} pictures can be read; "
            f"the first: {first.reason}"
        )
    numbers = sorted(run.keys)
    rows = [cache.row(run.keys[number]) for number in numbers]
    assert all(row is not None for row in rows)
    return ReadPictures(
        dataset,
        np.array(numbers, np.intp),
        np.array(rows, np.intp),
        cache,
        tuple(run.unreadable),
        run.timing,
    )


@dataclass
class _Run:
    """State of one pass over the pictures."""

    predictor: Predictor
    cache: ReadingsCache
    digests: FileDigests
    keys: dict[int, bytes] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)
    timing: Timing = field(default_factory=Timing)
    _crops: dict[bytes, Crop] = field(default_factory=dict)
    _read: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    _readings: list[Readings] = field(default_factory=list)

    def recall(self, number: int, sample: Sample) -> bool:
        """Whether a picture has not changed since it was read, so that it need not be opened."""
        digest = self.digests.known(sample.path)
        if digest is None:
            return False
        key = _key(digest, sample.box)
        if self.cache.row(key) is None:
            return False
        self.keys[number] = key
        return True

    def take(self, path: str, samples: Iterable[tuple[int, Sample]]) -> None:
        """All samples of one picture: one crop, or the boxes of a frame."""
        items = list(samples)
        start = perf_counter()
        try:
            content, digest = self.digests.read(path)
            keys = [_key(digest, sample.box) for _, sample in items]
            missing = [not self._is_known(key) for key in keys]
            picture = decode_crop(content, path) if any(missing) else None
        except OSError as error:
            self._refuse(items, f"{path}: {_words(error)}")
            return
        except PictureError as error:
            self._refuse(items, str(error))
            return
        finally:
            self.timing.decoding += perf_counter() - start
        for (number, sample), key, is_missing in zip(items, keys, missing, strict=True):
            if is_missing and picture is not None:
                crop = _cut(picture, sample.box)
                if crop is None:
                    self._refuse([(number, sample)], f"{path}: its box lies outside of the frame")
                    continue
                self._crops[key] = crop
            self.keys[number] = key
        if len(self._crops) >= _BATCH:
            self.predict()

    def predict(self) -> None:
        """Read the crops that wait."""
        if not self._crops:
            return
        start = perf_counter()
        self._readings.append(self.predictor.predict(list(self._crops.values())))
        self.timing.network += perf_counter() - start
        self.timing.network_crops += len(self._crops)
        self._read.update((key, crop.shape[:2]) for key, crop in self._crops.items())
        self._crops.clear()
        if len(self._read) >= _SHARD:
            self._write()

    def keep(self) -> None:
        """Write the readings and the digests."""
        self._write()
        self.digests.save()

    def _is_known(self, key: bytes) -> bool:
        return self.cache.row(key) is not None or key in self._crops or key in self._read

    def _refuse(self, items: Sequence[tuple[int, Sample]], reason: str) -> None:
        self.unreadable += [Unreadable(sample.path, reason) for _, sample in items]

    def _write(self) -> None:
        if self._read:
            readings = Readings.concatenate(self._readings)
            self.cache.append(list(self._read), list(self._read.values()), readings)
            self._read.clear()
            self._readings.clear()


def batches(count: int, size: int) -> Iterator[slice]:
    """Slices of at most ``size`` that cover ``range(count)``."""
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def _key(digest: bytes, box: Box | None) -> bytes:
    if box is None:
        return digest[:KEY_BYTES]
    return hashlib.sha256(digest + repr(tuple(box)).encode()).digest()[:KEY_BYTES]


def _cut(picture: Crop, box: Box | None) -> Crop | None:
    if box is None:
        return picture
    height, width = picture.shape[:2]
    cut = box.cut(width, height)
    return None if cut is None else picture[cut[1] : cut[3], cut[0] : cut[2]]


def _words(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
