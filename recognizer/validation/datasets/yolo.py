"""YOLO: ``images/`` and, with the same names, ``labels/*.txt`` of ``class cx cy w h``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

from attributes.errors import DatasetError
from recognizer.pictures import SUFFIXES
from recognizer.plurals import counted
from recognizer.validation.datasets.cautions import without_signs
from recognizer.validation.datasets.folders import files_below
from recognizer.validation.datasets.samples import Box, Dataset, Sample

_ROUNDING = 0.01
"""How far tools lead over the edge of a picture where they round a box that touches it."""


class _Line(NamedTuple):
    """One line of a label file.

    Attributes:
        number: of the line, from 1.
        class_id: as the line has it.
        box: where the sign is.
        sides: the box as the line has it.
    """

    number: int
    class_id: str
    box: Box
    sides: str


def is_yolo(root: Path) -> bool:
    """Whether ``root`` has ``images`` and ``labels``."""
    return (root / "images").is_dir() and (root / "labels").is_dir()


def lacks_labels(root: Path) -> bool:
    """Whether a folder is a YOLO set that has lost its ``labels``."""
    return (root / "images").is_dir() and (root / "data.yaml").is_file() and not is_yolo(root)


def read_yolo(root: Path) -> Dataset:
    """Frames and boxes of a YOLO set; classes are named by ``data.yaml`` or ``classes.txt``.

    A box of a class that comes twice in a label file, as some tools write it, counts once. A
    picture without a label file shows no sign, as YOLO has it; how many there are is cautioned.

    Raises:
        DatasetError: a label file is damaged or has no image or two, a class has no name, or a box
            is of two classes.
    """
    names = _class_names(root)
    pictures: dict[Path, Path] = {}
    for picture in sorted(map(Path, files_below(root / "images", SUFFIXES))):
        key = picture.relative_to(root / "images").with_suffix("")
        if key in pictures:
            raise DatasetError(
                f"{picture}: called as {pictures[key]} is; whose is {root / 'labels' / key}.txt?"
            )
        pictures[key] = picture
    samples = []
    bare = set(pictures)
    for file in sorted(map(Path, files_below(root / "labels", {".txt"}))):
        key = file.relative_to(root / "labels").with_suffix("")
        if key not in pictures:
            if file.name == "classes.txt":
                continue
            raise DatasetError(f"{file}: there is no picture {root / 'images' / key}.*")
        bare.discard(key)
        samples += [Sample(str(pictures[key]), *labelled) for labelled in _labels(file, names)]
    return Dataset(
        root,
        "YOLO txt",
        tuple(samples),
        {name: name for name in names.values()},
        caution=without_signs(
            len(bare), counted(len(pictures), "picture"), "has no label file", "have no label file"
        ),
        frames=tuple(str(path) for path in pictures.values()),
    )


def _labels(file: Path, names: Mapping[str, str]) -> Iterator[tuple[str, Box]]:
    """Class and box of each line of a label file; of lines that say the same, the first.

    Raises:
        DatasetError: it is damaged, a class has no name, or a box is of two classes.
    """
    listed: dict[Box, tuple[int, str]] = {}
    for line in _lines(file):
        if names and line.class_id not in names:
            raise DatasetError(
                f"{file}:{line.number}: class {line.class_id} has no name in data.yaml or "
                "classes.txt"
            )
        label = names.get(line.class_id, line.class_id)
        first, its_label = listed.setdefault(line.box, (line.number, label))
        if its_label != label:
            raise DatasetError(
                f"{file}:{line.number}: the box `{line.sides}` is of class {label}, in line "
                f"{first} of {its_label}; keep the line that is right"
            )
        if first == line.number:
            yield label, line.box


def _lines(file: Path) -> Iterator[_Line]:
    """The lines of a label file that are not empty; DatasetError if one is damaged."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{file}: not readable: {error}") from None
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        if not fields:
            continue
        try:
            class_id = str(int(fields[0]))
            x, y, width, height = map(float, fields[1:])
            is_damaged = not all(map(math.isfinite, (x, y, width, height)))
        except ValueError:
            is_damaged = True
        if is_damaged:
            raise DatasetError(
                f"{file}:{number}: expected `class cx cy w h` (polygons and scores are not read), "
                f"got `{line[:60]}`"
            )
        outside = [side for side in fields[1:] if not -_ROUNDING <= float(side) <= 1 + _ROUNDING]
        if outside:
            raise DatasetError(
                f"{file}:{number}: expected fractions of the picture, 0 to 1 (got {outside[0]}); "
                "divide pixels by its width or height"
            )
        box = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2, relative=True)
        yield _Line(number, class_id, box, " ".join(fields[1:]))


def _class_names(root: Path) -> dict[str, str]:
    files = (root / "data.yaml", root / "classes.txt", root / "labels" / "classes.txt")
    file = next((file for file in files if file.is_file()), None)
    if file is None:
        return {}
    try:
        text = file.read_text(encoding="utf-8-sig")
        return _names_in_yaml(text) if file.suffix == ".yaml" else _names_in_lines(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise DatasetError(f"{file}{place}: not valid YAML: {error.problem}") from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise DatasetError(f"{file}: class names not readable: {error}") from None
    except RecursionError:
        raise DatasetError(f"{file}: class names not readable: nested too deeply") from None


def _names_in_yaml(text: str) -> dict[str, str]:
    """What ``names`` lists; all else is left as text, be it a date that does not exist."""
    content = yaml.load(text, yaml.BaseLoader) or {}  # as text, `no` is a name too
    names = (content.get("names") or []) if isinstance(content, dict) else None
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise ValueError("expected `names` with a list of names, or `number: name`")
    return {str(key): name for key, name in names.items()}


def _names_in_lines(text: str) -> dict[str, str]:
    return {str(i): line.strip() for i, line in enumerate(text.splitlines()) if line.strip()}
