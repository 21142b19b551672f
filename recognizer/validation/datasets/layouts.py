"""Which layout a data set has, and reading it. What is ambiguous is refused, never guessed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recognizer.validation.datasets.class_folders import (
    class_folders,
    class_table,
    read_class_folders,
    read_class_tables,
    refuse_split,
    repacked_caution,
)
from recognizer.validation.datasets.coco import is_coco, read_coco
from recognizer.validation.datasets.gtsdb import is_gtsdb, read_gtsdb
from recognizer.validation.datasets.samples import Dataset, DatasetError
from recognizer.validation.datasets.tables import is_table, read_table
from recognizer.validation.datasets.yolo import is_yolo, read_yolo

SPLITS: Final = ("all", "training", "validation")
"""Parts of GTSRB's training half and of GTSDB: what the shipped weights were trained on, or not."""

_INNER = ("", "Images", "Training", "Final_Training/Images", "Final_Test/Images",
          "GTSRB/Final_Training/Images", "GTSRB/Final_Test/Images",
          "FullIJCNN2013", "TrainIJCNN2013")  # fmt: skip
"""Where the official archives keep the pictures below the folder that they are unpacked to."""

_KNOWN = (
    "a folder per class, GTSRB's layouts, a csv with Path and ClassId; and for frames GTSDB's "
    "gt.txt, COCO json, or YOLO images/ and labels/"
)


@dataclass(frozen=True)
class _Candidate:
    """A data set that was found: where, what it is called, and how to read it."""

    path: Path
    layout: str
    read: Callable[[], Dataset]


def open_dataset(path: str | os.PathLike[str], split: str = "all") -> Dataset:
    """Read the list of a data set's pictures; the pictures themselves are not opened.

    Args:
        path: its folder, its csv, its COCO json, or GTSDB's gt.txt.
        split: one of :data:`SPLITS`.

    Raises:
        DatasetError: there is none, it is damaged, or there are several in one folder; one may not
            look; or there is no such split.
    """
    if split not in SPLITS:
        raise DatasetError(f"there is no split `{split}`; known are {', '.join(SPLITS)}")
    root = Path(path)
    try:
        return _read(root, split)
    except OSError as error:  # a folder that one may not enter, a name that is too long
        raise DatasetError(f"{error.filename or root}: {error.strerror or error}") from None


def _read(root: Path, split: str) -> Dataset:
    candidates = _candidates(root, split)
    if not candidates:
        raise DatasetError(_nothing_found(root))
    if len(candidates) > 1:
        found = "".join(f"\n  {c.path}  ({c.layout})" for c in candidates)
        raise DatasetError(f"{root}: mixed layouts; name the one that is meant:{found}")
    dataset = candidates[0].read()
    if not dataset.samples:
        raise DatasetError(
            f"{candidates[0].path}: no pictures in it ({dataset.layout}, {dataset.split})"
        )
    return dataset


def _candidates(root: Path, split: str) -> list[_Candidate]:
    if not root.exists():
        raise DatasetError(f"{root}: no such file or folder")
    if root.is_file():
        return _of_file(root, split)
    found = [
        candidate
        for file in sorted((root / "annotations").glob("*.json"))
        for candidate in _of_file(file, split)
    ]
    is_coco_folder = bool(found)
    for inner in (root / name for name in _INNER):
        if inner.is_dir():
            listed = [
                candidate
                for file in sorted(p for p in inner.iterdir() if p.is_file())
                for candidate in _of_file(file, split)
            ]
            found += listed
            if not any(_lists_folders_of(inner, candidate.path) for candidate in listed):
                found += _of_folder(inner, split, is_coco_folder)
    return found


def _of_file(path: Path, split: str) -> list[_Candidate]:
    if is_coco(path):
        return [_Candidate(path, "COCO json", _whole(path, split, read_coco))]
    if is_gtsdb(path):
        return [_Candidate(path.parent, "GTSDB layout", lambda: read_gtsdb(path, split))]
    if is_table(path):
        return [_Candidate(path, "csv table", _whole(path, split, _read_csv))]
    return []


def _of_folder(root: Path, split: str, is_coco_folder: bool) -> list[_Candidate]:
    if is_yolo(root):
        return [_Candidate(root, "YOLO txt", _whole(root, split, read_yolo))]
    folders = class_folders(root)
    if any(class_table(folder) for folder in folders):
        return [_Candidate(root, "GTSRB training layout", lambda: read_class_tables(root, split))]
    if is_coco_folder:
        return []  # images of its jsons lie in folders of any name
    # The official archives' own folders are no classes; they are looked into by name.
    inner = {name.split("/")[0] for name in _INNER}
    if any(folder.name not in inner for folder in folders):
        return [_Candidate(root, "folder per class", _whole(root, split, read_class_folders))]
    return []


def _lists_folders_of(root: Path, listing: Path) -> bool:
    """Whether the folders beside a json or csv are no classes, but where its pictures are."""
    if not is_table(listing):
        return True  # images of a COCO json lie beside it, in folders of any name
    first = next(read_table(listing), None)
    return first is not None and any(f in Path(first.path).parents for f in class_folders(root))


def _whole(path: Path, split: str, read: Callable[[Path], Dataset]) -> Callable[[], Dataset]:
    """Read a layout that has no fixed parts."""

    def read_whole() -> Dataset:
        refuse_split(path, split)
        return read(path)

    return read_whole


def _read_csv(table: Path) -> Dataset:
    samples = tuple(read_table(table))
    return Dataset(table, "csv table", samples, caution=repacked_caution(samples))


def _nothing_found(root: Path) -> str:
    if root.is_file():
        return f"{root}: neither a csv that lists pictures, nor COCO json, nor GTSDB's gt.txt"
    if not any(root.iterdir()):
        return f"{root}: the folder is empty"
    below = [p for p in sorted(root.iterdir()) if p.is_dir() and class_folders(p)]
    if below:
        names = " or ".join(str(p) for p in below[:3])
        return f"{root}: no labelled pictures directly in it; did you mean {names}?"
    return f"{root}: no labelled pictures found; known are {_KNOWN}"
