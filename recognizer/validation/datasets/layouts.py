"""Which layout a data set has, and reading it. What is ambiguous is refused, never guessed."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from attributes.errors import DatasetError
from recognizer.pictures import is_hidden
from recognizer.validation.datasets.cautions import unlisted, unlisted_caution
from recognizer.validation.datasets.class_folders import (
    class_folders,
    class_table,
    read_class_folders,
    read_class_tables,
    refuse_split,
    table_caution,
)
from recognizer.validation.datasets.coco import is_coco, read_coco
from recognizer.validation.datasets.damage import is_damaged
from recognizer.validation.datasets.folders import pictures_around
from recognizer.validation.datasets.gtsdb import is_gtsdb, read_gtsdb
from recognizer.validation.datasets.samples import (
    Dataset,
    DatasetOptionError,
    Sample,
)
from recognizer.validation.datasets.tables import is_table, read_table
from recognizer.validation.datasets.yolo import is_yolo, lacks_labels, read_yolo
from rules.file_references import nothing_there

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

_FOLDERS: Final = "folder per class"
_TABLE: Final = "csv table"
_LISTS: Final = (".csv", ".json", ".txt")
"""How files end that may list pictures."""
_SHOWN: Final = 3


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
        DatasetError: there is none, it is damaged, or there are several in one folder; or one may
            not look.
        DatasetOptionError: there is no such split, or nothing of it is here.
    """
    if split not in SPLITS:
        raise DatasetOptionError(f"there is no split `{split}`; known are {', '.join(SPLITS)}")
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
        found = "".join(f"\n  {c.path}  ({c.layout}{_what_is_absent(c)})" for c in candidates)
        raise DatasetError(f"{root}: mixed layouts; name the one that is meant:{found}")
    if candidates[0].layout == _FOLDERS:
        _refuse_other_than_classes(root)
    dataset = candidates[0].read()
    if not dataset.samples:
        what = "labelled boxes" if dataset.has_frames else "pictures"
        problem = f"{candidates[0].path}: no {what} in it ({dataset.layout}, {dataset.split})"
        raise DatasetError(problem) if split == "all" else DatasetOptionError(problem)
    return dataset


def _what_is_absent(candidate: _Candidate) -> str:
    """That the pictures of a csv lie elsewhere, as far as its first one tells; else nothing."""
    first = next(read_table(candidate.path), None) if candidate.layout == _TABLE else None
    if first is None or os.path.exists(first.path):
        return ""
    return f"; its first picture, {first.path}, is not there"


def _candidates(root: Path, split: str) -> list[_Candidate]:
    if not root.exists():
        raise DatasetError(nothing_there(str(root)))
    if root.is_file():
        return _of_file(root, split)
    found = [candidate for file in _annotations(root) for candidate in _of_file(file, split)]
    is_coco_folder = bool(found)
    for inner in (root / name for name in _INNER):
        if inner.is_dir():
            listed = [candidate for file in _lists_in(inner) for candidate in _of_file(file, split)]
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
        return [_Candidate(path, _TABLE, _whole(path, split, _read_csv))]
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
        return [_Candidate(root, _FOLDERS, _whole(root, split, read_class_folders))]
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
    cautions = table_caution(table, samples), unlisted_caution(_unlisted(table, samples))
    return Dataset(table, _TABLE, samples, caution="; ".join(filter(None, cautions)))


def _unlisted(table: Path, samples: Iterable[Sample]) -> list[str]:
    """Pictures among those of a csv that neither it nor another one beside it lists."""
    listed = [sample.path for sample in samples]
    left = unlisted(listed, pictures_around(table.parent, listed))
    others = (file for file in _lists_in(table.parent) if file != table and is_table(file))
    for other in others if left else ():
        try:
            left = unlisted([sample.path for sample in read_table(other)], left)
        except DatasetError:  # it is not the one that is asked for
            continue
    return left


def _refuse_other_than_classes(root: Path) -> None:
    """Raise DatasetError if folders with pictures are no classes, as far as one can see.

    They may be data sets, or hold the pictures of a list that is damaged.
    """
    if lacks_labels(root):
        raise DatasetError(f"{root}: images/ and data.yaml as of a YOLO set, but no labels/")
    # Within a class there may be folders, and a csv of its own.
    below = _sets_below(root, besides=(_FOLDERS, _TABLE))
    if below:
        raise DatasetError(f"{root}: a folder of data sets, not of classes; {_meant(below)}")
    why = next(_why_no_lists(file for file in _lists_of(root) if is_damaged(file)), None)
    if why is not None:
        raise DatasetError(why)


def _nothing_found(root: Path) -> str:
    if root.is_file():
        generic = f"{root}: neither a csv that lists pictures, nor COCO json, nor GTSDB's gt.txt"
        return next(_why_no_lists([root]), generic)
    if not any(root.iterdir()):
        return f"{root}: the folder is empty"
    below = _sets_below(root)
    if below:
        return f"{root}: no labelled pictures directly in it; {_meant(below)}"
    whys = islice(_why_no_lists(_lists_of(root)), _SHOWN)
    told = "".join(f"\n  {why}" for why in whys)
    return f"{root}: no labelled pictures found; known are {_KNOWN}{told}"


def _lists_of(root: Path) -> list[Path]:
    """The files that may list the pictures of a folder: those in it, and where COCO has them."""
    return [*_annotations(root), *_lists_in(root)]


def _annotations(root: Path) -> list[Path]:
    return sorted(p for p in (root / "annotations").glob("*.json") if not is_hidden(p.name))


def _lists_in(folder: Path) -> list[Path]:
    """The files in a folder that may list pictures."""
    with os.scandir(folder) as entries:
        return sorted(
            Path(entry.path)
            for entry in entries
            if os.path.splitext(entry.name)[1].lower() in _LISTS
            and entry.is_file()
            and not is_hidden(entry.name)
        )


def _sets_below(root: Path, besides: Collection[str] = ()) -> list[Path]:
    """The folders in ``root`` that are data sets of other layouts than these."""
    return [
        folder
        for folder in sorted(root.iterdir())
        if folder.is_dir() and _layouts(folder) - {*besides}
    ]


def _layouts(folder: Path) -> set[str]:
    """The layouts that a folder has; none if a list in it is damaged."""
    try:
        return {candidate.layout for candidate in _candidates(folder, "all")}
    except DatasetError:
        return set()


def _meant(folders: list[Path]) -> str:
    return f"did you mean {' or '.join(map(str, folders[:_SHOWN]))}?"


def _why_no_lists(files: Iterable[Path]) -> Iterator[str]:
    """What is wrong with each csv or json that is not known as a list, as its reader says it."""
    for file in files:
        try:
            if file.suffix.lower() == ".json":
                read_coco(file)
            elif file.suffix.lower() == ".csv":
                next(read_table(file), None)
        except DatasetError as error:
            yield str(error)
