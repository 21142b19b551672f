"""GTSDB: a folder of frames and ``gt.txt`` with ``file;x1;y1;x2;y2;class``.

Other sets are laid out so too, also with numbered frames. What is known of GTSDB's own frames
(which were trained on, which signs have no box) is said of GTSDB alone.
"""

from __future__ import annotations

import csv
import hashlib
import math
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

from attributes.errors import DatasetError
from attributes.training.splits import LAST_TRAINING_FRAME
from recognizer.pictures import SUFFIXES, is_hidden
from recognizer.plurals import counted
from recognizer.validation.datasets.cautions import without_signs
from recognizer.validation.datasets.class_folders import refuse_split
from recognizer.validation.datasets.samples import Box, Dataset, Sample
from recognizer.validation.datasets.tables import PictureFolder

_LIST = "gt.txt"
_NUMBERED = re.compile(r"\d{5}")
_PUBLISHED_FOR_TRAINING = range(600)
"""Frames of the list that GTSDB's competition published first; the full one goes on to 899."""
_LIST_DIGEST = "685b734ed0221a7c306dadfb0698c46aa96efab08825f5b97947eb258141199e"
"""SHA-256 of the list's lines of these frames as :func:`_list_digest` writes them."""
_UNLABELLED = "gtsdb_unboxed.csv"
_SAME_SIGNS = (
    "of many of these signs the shipped weights saw GTSRB's photographs, which are from the same "
    "drives"
)
_NOT_EVERY_SIGN = (
    "not every sign in these frames has a box: look at false finds before blaming (finds on those "
    "without a box that are known are neither right nor wrong)"
)


def is_gtsdb(path: Path) -> bool:
    """Whether a file is the list of a set that is laid out as GTSDB is."""
    return path.name.lower() == _LIST


def read_gtsdb(path: Path, split: str) -> Dataset:
    """Frames and boxes; frames that the list does not name are frames without a labelled sign.

    How many there are is cautioned, as the list may have been cut off; of GTSDB itself, which has
    such frames, only where the list ends before the frames do.

    Args:
        path: the list; frames lie beside it.
        split: ``all``, or ``training`` or ``validation``: frames that the shipped weights were
            trained on, or not.

    Raises:
        DatasetError: a line of the list is damaged, or a box is of two classes.
        DatasetOptionError: a split is asked of another set than GTSDB.
    """
    folder = path.parent
    samples = sorted(_samples(path), key=lambda sample: sample.path)
    beside = [
        os.path.join(folder, name)
        for name in os.listdir(folder)
        if os.path.splitext(name)[1].lower() in SUFFIXES and not is_hidden(name)
    ]
    frames = sorted({*beside, *(sample.path for sample in samples)})
    dataset = Dataset(folder, "GTSDB layout", tuple(samples), frames=tuple(frames))
    if not _is_gtsdb_itself(dataset):
        refuse_split(path, split)
        return replace(dataset, caution=_unlisted_caution(path, dataset, dataset.frames))
    part = _part(dataset, split)
    last = max(int(_stem(sample.path)) for sample in dataset.samples)
    published = _PUBLISHED_FOR_TRAINING[-1]  # up to there it is whole, or it would not be known
    after_the_list = [f for f in part.frames if int(_stem(f)) > max(last, published)]
    cautions = part.caution, _unlisted_caution(path, part, after_the_list)
    return replace(part, caution="; ".join(filter(None, cautions)))


def _unlisted_caution(path: Path, dataset: Dataset, frames: Iterable[str]) -> str:
    """What a reader of figures must know of these frames, if the list does not name them all."""
    bare = {*frames} - {sample.path for sample in dataset.samples}
    of = counted(len(dataset.frames), "frame")
    return without_signs(len(bare), of, f"is not in {path.name}", f"are not in {path.name}")


def _is_gtsdb_itself(dataset: Dataset) -> bool:
    """Whether the frames are GTSDB's, by its list of boxes.

    The list of the first 600 frames and that of all 900 are recognised alike. Which of the frames
    are there does not matter, nor do their suffix and the order of the lines.
    """
    if not all(_NUMBERED.fullmatch(_stem(frame)) for frame in dataset.frames):
        return False
    return _list_digest(dataset.samples) == _LIST_DIGEST


def _list_digest(samples: Iterable[Sample]) -> str:
    """What names the boxes of the frames that were published for training."""
    lines = []
    for sample in samples:
        if int(_stem(sample.path)) in _PUBLISHED_FOR_TRAINING and sample.box is not None:
            box = (f"{side:g}" for side in sample.box[:4])
            lines.append(";".join((_stem(sample.path), *box, sample.label)))
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _part(dataset: Dataset, split: str) -> Dataset:
    """The frames of one part of GTSDB itself, with their boxes, and signs without a label."""
    seen = f"the shipped weights were trained on frames 0 to {LAST_TRAINING_FRAME}"
    words, caution = "all frames", f"{seen}; for an honest figure use --split validation"
    if split == "training":
        words, caution = f"frames up to {LAST_TRAINING_FRAME}", seen
    elif split == "validation":
        words, caution = f"frames from {LAST_TRAINING_FRAME + 1}, none in training", _SAME_SIGNS

    unlabelled = _unlabelled_signs()

    def belongs(path: str) -> bool:
        is_validation = int(_stem(path)) > LAST_TRAINING_FRAME
        return split == "all" or is_validation == (split == "validation")

    return Dataset(
        dataset.root,
        dataset.layout,
        tuple(sample for sample in dataset.samples if belongs(sample.path)),
        split=words,
        caution="; ".join(filter(None, (caution, _NOT_EVERY_SIGN))),
        frames=tuple(frame for frame in dataset.frames if belongs(frame)),
        ignored={
            frame: tuple(found)
            for frame in dataset.frames
            if belongs(frame) and (found := unlabelled.get(int(_stem(frame))))
        },
    )


def _unlabelled_signs() -> dict[int, list[Box]]:
    """Number of a frame -> signs in it that GTSDB does not list, as somebody looked at them."""
    found: dict[int, list[Box]] = {}
    text = (resources.files("attributes.training") / _UNLABELLED).read_text(encoding="utf-8")
    for line in csv.DictReader(text.splitlines()):
        x1, y1, x2, y2 = (float(line[side]) for side in ("x1", "y1", "x2", "y2"))
        found.setdefault(int(line["frame"]), []).append(Box(x1, y1, x2, y2))
    return found


def _samples(path: Path) -> Iterator[Sample]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: not readable: {error}") from None
    folder = PictureFolder(path.parent)
    listed: dict[tuple[str, Box], tuple[int, str]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, *numbers = (field.strip() for field in line.split(";"))
        try:
            x1, y1, x2, y2 = map(float, numbers[:4])
            is_damaged = len(numbers) != 5 or not numbers[4].isdecimal() or not name
            is_damaged |= not all(map(math.isfinite, (x1, y1, x2, y2)))
        except ValueError:
            is_damaged = True
        if is_damaged:
            raise DatasetError(
                f"{path}:{number}: expected `file;x1;y1;x2;y2;class`, the class a number and no "
                f"header, got `{line[:60]}`"
            )
        sample = Sample(folder.find(name), numbers[4], Box(x1, y1, x2, y2))
        place = os.path.normpath(sample.path), Box(x1, y1, x2, y2)
        first, its_label = listed.setdefault(place, (number, sample.label))
        if its_label != sample.label:
            raise DatasetError(
                f"{path}:{number}: the box {', '.join(numbers[:4])} in `{name}` is of class "
                f"{sample.label}, in line {first} of {its_label}; keep the line that is right"
            )
        if first == number:  # GTSDB itself has a line twice
            yield sample


def _stem(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]
