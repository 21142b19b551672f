"""One folder per class; GTSRB's training half has a csv in each of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from attributes.errors import DatasetError
from attributes.training.splits import gtsrb_tracks, held_out_tracks
from recognizer.pictures import SUFFIXES, is_hidden
from recognizer.validation.datasets.cautions import unlisted, unlisted_caution
from recognizer.validation.datasets.folders import files_below
from recognizer.validation.datasets.samples import (
    Dataset,
    DatasetOptionError,
    Sample,
)
from recognizer.validation.datasets.tables import read_table

_GTSRB_CLASSES = {f"{number:05}" for number in range(43)}
_TRACK = re.compile(r"(\d+)_\d+")
_REPACKED = re.compile(r"(\d{5})_(\d{5})_\d{5}")
"""Class, track and number: what pictures of GTSRB's training half are called on Kaggle."""
_GTSRB_TRACKS = gtsrb_tracks()
_HELD_OUT = held_out_tracks(_GTSRB_TRACKS)
"""Of the whole set, so that a part of it has those of its tracks that training never saw."""
_TRAINED_ON = _GTSRB_TRACKS - _HELD_OUT
_TRAINED_ON_CAUTION = (
    "the shipped weights were trained on nine tenths of the tracks of GTSRB's training half, of "
    "which there are pictures here; for an honest figure use its official folders and "
    "--split validation"
)


def class_folders(root: Path) -> list[Path]:
    """Folders directly below ``root`` that hold pictures and are not hidden, by their names."""
    return sorted(
        Path(entry.path)
        for entry in os.scandir(root)
        if entry.is_dir() and not is_hidden(entry.name) and _has_picture(entry)
    )


def class_table(folder: Path) -> Path | None:
    """GTSRB's csv of one class folder."""
    return next(iter(sorted(folder.glob("GT-*.csv"))), None)


def read_class_folders(root: Path) -> Dataset:
    """Pictures whose class is the name of the folder in ``root`` that they are in.

    They may be in further folders within it, as torchvision's ``ImageFolder`` has it.

    Raises:
        DatasetError: it is not clear of which class a picture is.
    """
    folders = _clear_classes(root)
    with os.scandir(root) as entries:
        loose = sorted(entry.path for entry in entries if _is_picture(entry))
    if loose:
        raise DatasetError(f"{loose[0]}: a picture beside the class folders, not in one of them")
    samples = [
        Sample(path, folder.name) for folder in folders for path in files_below(folder, SUFFIXES)
    ]
    names = {f.name: f.name for f in folders if not f.name.isdigit()}
    caution = repacked_caution(samples)
    return Dataset(root, "folder per class", tuple(samples), names, caution=caution)


def read_class_tables(root: Path, split: str) -> Dataset:
    """GTSRB's training layout: folders ``000CC``, each with ``GT-000CC.csv``.

    Args:
        root: the folder of the class folders.
        split: ``all``, or ``training`` or ``validation``: tracks that the shipped weights were
            trained on, or not.

    Raises:
        DatasetError: a table is damaged, or it is not clear of which class a picture is.
        DatasetOptionError: a split is asked of another set than GTSRB.
    """
    folders = _clear_classes(root)
    of_class = [list(_of_class(folder)) for folder in folders]
    samples = tuple(sample for found in of_class for sample in found)
    is_gtsrb = {f.name for f in folders} <= _GTSRB_CLASSES and all(
        _TRACK.fullmatch(_stem(found[0])) and _class_and_track(found[0]) in _GTSRB_TRACKS
        for found in of_class
        if found
    )
    layout = "GTSRB training layout"
    missing = _unlisted(folders, samples)
    if not is_gtsrb:
        refuse_split(root, split)
        return Dataset(root, layout, samples, caution=_with_unlisted("", missing))
    if split == "all":
        caution = (
            "the shipped weights were trained on nine tenths of these tracks; "
            "for an honest figure use --split validation"
        )
        return Dataset(root, layout, samples, caution=_with_unlisted(caution, missing))
    is_wanted = split == "validation"
    kept = tuple(s for s in samples if (_class_and_track(s) in _HELD_OUT) == is_wanted)
    missing = [s for s in missing if _may_be_of_part(s, is_wanted)]
    words, caution = "validation tracks, which training never saw", ""
    if split == "training":
        words = "training tracks"
        caution = "the shipped weights were trained on these very pictures"
    return Dataset(root, layout, kept, split=words, caution=_with_unlisted(caution, missing))


def _unlisted(folders: Iterable[Path], samples: Iterable[Sample]) -> list[Sample]:
    """Pictures that lie beside a table and are not in it, as if cut off, by their folders."""
    listed = [sample.path for sample in samples]
    beside = {path: folder.name for folder in folders for path in files_below(folder, SUFFIXES)}
    return [Sample(path, beside[path]) for path in unlisted(listed, beside)]


def _may_be_of_part(sample: Sample, is_held_out: bool) -> bool:
    """Whether a picture of GTSRB's folders may be of one of its parts: its name tells the track."""
    if not _TRACK.fullmatch(_stem(sample)):
        return True
    return (_class_and_track(sample) in _HELD_OUT) == is_held_out


def _with_unlisted(caution: str, missing: Iterable[Sample]) -> str:
    return "; ".join(filter(None, (caution, unlisted_caution([s.path for s in missing]))))


def table_caution(table: Path, samples: Iterable[Sample]) -> str:
    """As :func:`repacked_caution`, of a csv, which may be that of one of GTSRB's own folders."""
    samples = tuple(samples)
    if table == class_table(table.parent) and any(map(_is_own_and_trained_on, samples)):
        return _TRAINED_ON_CAUTION
    return repacked_caution(samples)


def repacked_caution(samples: Iterable[Sample]) -> str:
    """What a reader of figures must know of GTSRB's training half without its own folders.

    Empty if no picture is known, by its name and class, to be of a track that was trained on.
    """
    return _TRAINED_ON_CAUTION if any(map(_is_repacked_and_trained_on, samples)) else ""


def refuse_split(root: Path, split: str) -> None:
    """Raise DatasetOptionError if a part of a set is asked for that has no fixed parts."""
    if split != "all":
        raise DatasetOptionError(
            f"{root}: --split {split} is defined for the training half of GTSRB only "
            "(folders 00000 to 00042 with GT-000CC.csv), and for GTSDB "
            "(00000.jpg … with its whole gt.txt, whichever of the frames are there)"
        )


def _clear_classes(root: Path) -> list[Path]:
    """The class folders, if it is clear which they are.

    Beside them, a folder with pictures only further down may be a class or a folder of classes.

    Raises:
        DatasetError: there is such a folder.
    """
    folders = class_folders(root)
    others = {path for path in root.iterdir() if path.is_dir() and not is_hidden(path.name)}
    for path in sorted(others - {*folders}):
        picture = next(files_below(path, SUFFIXES), None)
        if picture is not None:
            raise DatasetError(
                f"{picture}: is its class {path.name} or {Path(picture).parent.name}? {path} holds "
                f"no picture itself, as {folders[0]} does; move the pictures up, or the folder away"
            )
    return folders


def _of_class(folder: Path) -> Iterator[Sample]:
    table = class_table(folder)
    if table is None:
        raise DatasetError(
            f"{folder}: mixed layouts: other class folders have a GT-*.csv, this one has none"
        )
    name = folder.name
    own = {name, str(int(name)) if name.isdecimal() else name}
    for path, label, _ in read_table(table):
        if label not in own:
            raise DatasetError(
                f"{table}: lists a picture of class {label}, but the folder is {name}"
            )
        yield Sample(path, name)


def _class_and_track(sample: Sample) -> tuple[int, str]:
    return int(sample.label), _stem(sample).split("_")[0]


def _is_own_and_trained_on(sample: Sample) -> bool:
    """Whether a picture is of GTSRB's training tracks, called so as in its own folders."""
    is_named_so = _TRACK.fullmatch(_stem(sample)) is not None and sample.label.isdecimal()
    return is_named_so and _class_and_track(sample) in _TRAINED_ON


def _is_repacked_and_trained_on(sample: Sample) -> bool:
    named = _REPACKED.fullmatch(_stem(sample))
    if named is None or not sample.label.isdecimal() or int(sample.label) != int(named[1]):
        return False
    return (int(named[1]), named[2]) in _TRAINED_ON


def _stem(sample: Sample) -> str:
    return os.path.splitext(os.path.basename(sample.path))[0]


def _has_picture(folder: os.DirEntry[str]) -> bool:
    with os.scandir(folder) as entries:
        return any(map(_is_picture, entries))


def _is_picture(entry: os.DirEntry[str]) -> bool:
    ends_so = os.path.splitext(entry.name)[1].lower() in SUFFIXES
    return ends_so and not is_hidden(entry.name) and not entry.is_dir()
