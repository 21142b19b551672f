"""From labelled frames to finds and their readings, through the caches."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt

from attributes.progress import track
from recognizer.frames.boxes import Boxes
from recognizer.frames.crops import MARGIN, cut_crops, visible_sides
from recognizer.frames.detections import without_repeats
from recognizer.frames.frame import Image
from recognizer.gallery import Predictor
from recognizer.pictures import PictureError, decode_crop
from recognizer.validation.crop_reader import CropReader
from recognizer.validation.datasets import Dataset, DatasetError
from recognizer.validation.file_digests import FileDigests
from recognizer.validation.finds_cache import FindsCache, FrameFinds
from recognizer.validation.ingestion import (
    Unreadable,
    impossible_box,
    lost_words,
    os_error_words,
    other_size,
)
from recognizer.validation.late_localizer import Finder
from recognizer.validation.readings_cache import KEY_BYTES, ReadingsCache
from recognizer.validation.timing import Timing

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class ReadFrames:
    """F frames with K finds and L labelled boxes; finds and boxes are sorted by frame.

    Attributes:
        dataset: the data set.
        paths: of the F frames that could be read.
        find_frame: intp (K,), index into ``paths``.
        find_box: float32 (K, 4), left, top, right, bottom, pixels; in a frame the surest first.
        find_score: float32 (K,), how sure the localizer was.
        find_rows: intp (K,), row of the find's reading in the cache.
        label_sample: intp (L,), index into ``dataset.samples`` of each box that can be used.
        label_frame: intp (L,), index into ``paths``.
        label_box: float32 (L, 4), what of the box lies inside its frame, pixels.
        cache: the readings. As sizes it has the visible height and width of the finds' boxes,
            rounded down: those are held against ``Thresholds.min_side``, as in
            :meth:`recognizer.Recognizer.recognize_frame`.
        unreadable: frames that could not be read, and labelled boxes that cannot be.
        timing: so far.
    """

    dataset: Dataset
    paths: tuple[str, ...]
    find_frame: IntArray
    find_box: FloatArray
    find_score: FloatArray
    find_rows: IntArray
    label_sample: IntArray
    label_frame: IntArray
    label_box: FloatArray
    cache: ReadingsCache
    unreadable: tuple[Unreadable, ...]
    timing: Timing


def read_frames(
    dataset: Dataset,
    finder: Finder,
    predictor: Predictor,
    cache: ReadingsCache,
    cache_folder: Path,
) -> ReadFrames:
    """Find the signs of every frame and read them, as far as that has not been done before.

    At any time at most one frame, some 64 crops and the readings of 4096 crops are in memory.

    Raises:
        DatasetError: not one frame can be read.
        CacheError: the cache cannot be written.
        WeightsError: a network's weights are damaged.
    """
    timing = Timing()
    run = _Run(
        finder,
        FindsCache(cache_folder, finder.identity),
        CropReader(predictor, cache, timing),
        FileDigests(cache_folder, dataset.root),
        timing,
        dataset.sizes,
    )
    try:
        for path in track([p for p in dataset.frames if not run.recall(p)], "frames"):
            run.take(path)
        run.reader.predict()
    finally:
        run.keep()  # also what was done before an interruption
    if not run.frames:
        raise DatasetError(
            f"{dataset.root}: none of the {len(dataset.frames)} frames can be read; "
            f"the first: {next(iter(run.failures.values()))}"
        )
    return _gather(dataset, run, cache)


@dataclass
class _Run:
    """State of one pass over the frames."""

    finder: Finder
    finds: FindsCache
    reader: CropReader
    digests: FileDigests
    timing: Timing
    sizes: Mapping[str, tuple[int, int]]
    """Path -> the size that the list states."""
    frames: dict[str, tuple[FrameFinds, list[bytes]]] = field(default_factory=dict)
    """Path -> what was found, and the keys of the crops."""
    failures: dict[str, str] = field(default_factory=dict)
    """Path -> why a frame could not be read."""

    def recall(self, path: str) -> bool:
        """Whether nothing of a frame is new, so that it need not be opened."""
        digest = self.digests.known(path)
        known = self.finds.get(digest[:KEY_BYTES]) if digest is not None else None
        if digest is None or known is None:
            return False
        if self._refuses(path, known.width, known.height):
            return True
        finds = _without_repeats(known)
        keys = _keys(digest, finds.boxes)
        if not all(self.reader.knows(key) for key in keys):
            return False
        self.frames[path] = finds, keys
        return True

    def take(self, path: str) -> None:
        """Find and read the signs of one frame."""
        start = perf_counter()
        try:
            content, digest = self.digests.read(path)
            known = self.finds.get(digest[:KEY_BYTES])
            keys = _keys(digest, _without_repeats(known).boxes) if known is not None else []
            is_new = known is None or not all(self.reader.knows(key) for key in keys)
            image = decode_crop(content, path) if is_new else None
        except OSError as error:
            self.failures[path] = f"{path}: {os_error_words(error)}"
            return
        except PictureError as error:
            self.failures[path] = str(error)
            return
        finally:
            self.timing.decoding += perf_counter() - start
        if known is None:
            assert image is not None
            if self._refuses(path, *image.shape[1::-1]):  # before the slow search
                return
            known = self._find(image)
            self.finds.add(digest[:KEY_BYTES], known)
        elif self._refuses(path, known.width, known.height):
            return
        finds = _without_repeats(known)
        keys = _keys(digest, finds.boxes)
        if image is not None:
            self._read(image, finds.boxes, keys)
        self.frames[path] = finds, keys

    def _refuses(self, path: str, width: int, height: int) -> bool:
        """Whether a frame has another size than its list states, which is noted."""
        problem = other_size(path, self.sizes.get(path), width, height)
        if problem:
            self.failures[path] = problem
        return bool(problem)

    def keep(self) -> None:
        """Write finds, readings and digests."""
        self.finds.keep()
        self.reader.keep()
        self.digests.save()

    def _find(self, image: Image) -> FrameFinds:
        start = perf_counter()
        boxes = self.finder.locate(image)
        self.timing.locating += perf_counter() - start
        self.timing.located_frames += 1
        surest_first = np.argsort(-boxes.score, kind="stable")
        height, width = image.shape[:2]
        return FrameFinds(height, width, boxes[surest_first])

    def _read(self, image: Image, boxes: Boxes, keys: list[bytes]) -> None:
        sides = np.floor(visible_sides(boxes.xyxy, image)).astype(int).tolist()
        crops = cut_crops(image, boxes.xyxy)
        for key, crop, (width, height) in zip(keys, crops, sides, strict=True):
            if not self.reader.knows(key):
                # A copy, or the whole frame would stay in memory until the crop is read.
                self.reader.add(key, crop.copy(), (height, width))


def _without_repeats(finds: FrameFinds) -> FrameFinds:
    """The finds that the product goes on with; the cache has what the localizer says."""
    return finds._replace(boxes=without_repeats(finds.boxes))


def _keys(digest: bytes, boxes: Boxes) -> list[bytes]:
    """What names the crop of each find: the frame, where it was cut, and with what margin."""
    frame = digest + f"find, margin {MARGIN}".encode()
    return [hashlib.sha256(frame + box.tobytes()).digest()[:KEY_BYTES] for box in boxes.xyxy]


def _gather(dataset: Dataset, run: _Run, cache: ReadingsCache) -> ReadFrames:
    paths = tuple(path for path in dataset.frames if path in run.frames)
    found = [run.frames[path] for path in paths]
    boxes = [finds.boxes for finds, _ in found]
    rows = [cache.row(key) for _, keys in found for key in keys]
    assert all(row is not None for row in rows)
    number = {path: i for i, path in enumerate(paths)}
    lost = Counter(s.path for s in dataset.samples if s.path not in number)
    unreadable = [
        Unreadable(path, f"{reason}{lost_words(lost[path])}")
        for path, reason in run.failures.items()
    ]
    labelled = []
    for index, sample in enumerate(dataset.samples):
        if sample.path not in number or sample.box is None:
            continue
        finds = found[number[sample.path]][0]
        visible = sample.box.visible(finds.width, finds.height)
        if visible is None:
            reason = impossible_box(sample, finds.width, finds.height)
            unreadable.append(Unreadable(sample.path, reason))
        else:
            labelled.append((number[sample.path], index, visible))
    labelled.sort(key=lambda label: label[:2])
    return ReadFrames(
        dataset,
        paths,
        np.repeat(np.arange(len(paths)), [len(b) for b in boxes]).astype(np.intp),
        np.concatenate([b.xyxy for b in boxes]).astype(np.float32),
        np.concatenate([b.score for b in boxes]).astype(np.float32),
        np.array(rows, np.intp),
        np.array([index for _, index, _ in labelled], np.intp),
        np.array([frame for frame, _, _ in labelled], np.intp),
        np.array([box for _, _, box in labelled], np.float32).reshape(-1, 4),
        cache,
        tuple(unreadable),
        run.timing,
    )
