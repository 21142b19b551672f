"""From labelled pictures to readings, through the cache: the only part that decodes and reads."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt

from attributes.progress import track
from recognizer.frames.crops import MARGIN, visible_sides
from recognizer.gallery import Predictor
from recognizer.pictures import Crop, PictureError, decode_crop
from recognizer.validation.crop_reader import CropReader
from recognizer.validation.datasets import Box, Dataset, DatasetError, Sample
from recognizer.validation.file_digests import FileDigests
from recognizer.validation.readings_cache import KEY_BYTES, ReadingsCache
from recognizer.validation.timing import Timing


@dataclass(frozen=True)
class Unreadable:
    """A picture that could not be used.

    Attributes:
        path: of the picture.
        reason: why.
    """

    path: str
    reason: str


@dataclass(frozen=True)
class ReadPictures:
    """The pictures of a data set that could be read, and where their readings are.

    Attributes:
        dataset: the data set.
        samples: intp (N,), index into ``dataset.samples`` of each that could be read.
        rows: intp (N,), its row in the cache.
        cache: the readings. As sizes it has those of the crops; of labelled boxes the visible ones
            of the box itself, rounded down, as :class:`.frame_ingestion.ReadFrames` has of finds.
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
    timing = Timing()
    run = _Run(
        cache,
        CropReader(predictor, cache, timing),
        FileDigests(cache_folder, dataset.root),
        timing,
        dataset.sizes,
    )
    try:
        unread = [item for item in enumerate(dataset.samples) if not run.recall(*item)]
        for path, samples in groupby(track(unread, "pictures"), key=lambda item: item[1].path):
            run.take(path, samples)
        run.reader.predict()
    finally:
        run.keep()  # also what was read before an interruption
    if not run.keys:
        first = run.unreadable[0]
        raise DatasetError(
            f"{dataset.root}: none of the {len(dataset.samples)} pictures can be read; "
            f"the first: {first.reason}{_slashes_hint(first.path)}"
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
        timing,
    )


def _slashes_hint(path: str) -> str:
    """What is told of a path as Windows writes it, if the picture is there; else nothing."""
    meant = path.replace("\\", "/")
    return f"; did you mean `{meant}`?" if meant != path and os.path.isfile(meant) else ""


@dataclass
class _Run:
    """State of one pass over the pictures."""

    cache: ReadingsCache
    reader: CropReader
    digests: FileDigests
    timing: Timing
    sizes: Mapping[str, tuple[int, int]]
    """Path of a frame -> the size that the list states."""
    keys: dict[int, bytes] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)

    def recall(self, number: int, sample: Sample) -> bool:
        """Whether a picture has not changed since it was read, so that it need not be opened."""
        digest = self.digests.known(sample.path)
        if digest is None:
            return False
        key = _key(digest, sample.box, self.sizes.get(sample.path))
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
            stated = self.sizes.get(path)
            keys = [_key(digest, sample.box, stated) for _, sample in items]
            missing = [not self.reader.knows(key) for key in keys]
            is_crop = items[0][1].box is None  # boxes are given in the pixels as they are stored
            picture = decode_crop(content, path, upright=is_crop) if any(missing) else None
        except OSError as error:
            self._refuse(items, f"{path}: {os_error_words(error)}")
            return
        except PictureError as error:
            self._refuse(items, str(error))
            return
        finally:
            self.timing.decoding += perf_counter() - start
        problem = "" if picture is None else other_size(path, stated, *picture.shape[1::-1])
        if problem:
            self._refuse(items, problem)
            return
        for (number, sample), key, is_missing in zip(items, keys, missing, strict=True):
            if is_missing and picture is not None:
                cut = _cut(picture, sample.box)
                if cut is None:
                    self._refuse([(number, sample)], impossible_box(sample, *picture.shape[1::-1]))
                    continue
                self.reader.add(key, *cut)
            self.keys[number] = key

    def keep(self) -> None:
        """Write the readings and the digests."""
        self.reader.keep()
        self.digests.save()

    def _refuse(self, items: Sequence[tuple[int, Sample]], reason: str) -> None:
        lost = lost_words(len(items)) if len(items) > 1 else ""
        self.unreadable.append(Unreadable(items[0][1].path, f"{reason}{lost}"))


def lost_words(boxes: int) -> str:
    """What is told beside the reason why a frame with labelled boxes cannot be read."""
    return f"; its labelled boxes ({boxes}) count nowhere" if boxes else ""


def batches(count: int, size: int) -> Iterator[slice]:
    """Slices of at most ``size`` that cover ``range(count)``."""
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def _key(digest: bytes, box: Box | None, stated: tuple[int, int] | None) -> bytes:
    """What names a crop; where the list states the frame's size, one that was held against it."""
    if box is None:
        return digest[:KEY_BYTES]
    # It says which sizes are kept, too: they were once those of the crop with its margin.
    named = f"labelled, margin {MARGIN}, visible sides, {tuple(box)}"
    if stated is not None:
        named += f", frame {stated}"
    return hashlib.sha256(digest + named.encode()).digest()[:KEY_BYTES]


def _cut(picture: Crop, box: Box | None) -> tuple[Crop, tuple[int, int]] | None:
    """What is read, and the height and width that are kept with it; None of an impossible box."""
    height, width = picture.shape[:2]
    if box is None:
        return picture, (height, width)
    cut, visible = box.cut(width, height), box.visible(width, height)
    if cut is None or visible is None:
        return None
    left, top, right, bottom = cut
    sides = np.floor(visible_sides(np.array([visible], np.float32), picture)).astype(int).tolist()
    # A copy, or the whole frame would stay in memory until the crop is read.
    return picture[top:bottom, left:right].copy(), (sides[0][1], sides[0][0])


def impossible_box(sample: Sample, width: int, height: int) -> str:
    """Why the box of a sample cannot be used in a frame of this size."""
    assert sample.box is not None
    sides = ", ".join(f"{side:g}" for side in sample.box.corners(width, height))
    return (
        f"{sample.path}: the box {sides} of class {sample.label} has no size or lies outside of "
        f"the frame of {width}×{height} pixels"
    )


def other_size(path: str, stated: tuple[int, int] | None, width: int, height: int) -> str:
    """Why no box of a frame of this size can be used; empty if its list states no other size."""
    if stated in (None, (width, height)):
        return ""
    assert stated is not None
    return (
        f"{path}: the list says {stated[0]}×{stated[1]}, the picture has {width}×{height}; use "
        "the pictures that the boxes were made for"
    )


def os_error_words(error: OSError) -> str:
    """Why a file could not be read."""
    return os.strerror(error.errno) if error.errno else str(error)
