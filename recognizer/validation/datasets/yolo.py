"""YOLO: ``images/`` and, with the same names, ``labels/*.txt`` of ``class cx cy w h``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import yaml

from recognizer.pictures import SUFFIXES
from recognizer.validation.datasets.samples import Box, Dataset, DatasetError, Sample


def is_yolo(root: Path) -> bool:
    """Whether ``root`` has ``images`` and ``labels``."""
    return (root / "images").is_dir() and (root / "labels").is_dir()


def read_yolo(root: Path) -> Dataset:
    """Frames and boxes of a YOLO set; classes are named by ``data.yaml`` or ``classes.txt``.

    A picture without a label file shows no sign, as YOLO has it.

    Raises:
        DatasetError: a label file is damaged or has no image, or a class has no name.
    """
    names = _class_names(root)
    pictures = {
        p.relative_to(root / "images").with_suffix(""): p
        for p in sorted((root / "images").rglob("*"))
        if p.suffix.lower() in SUFFIXES
    }
    samples = []
    for file in sorted((root / "labels").rglob("*.txt")):
        key = file.relative_to(root / "labels").with_suffix("")
        if key not in pictures:
            if file.name == "classes.txt":
                continue
            raise DatasetError(f"{file}: there is no picture {root / 'images' / key}.*")
        for number, (class_id, box) in _boxes(file):
            if names and class_id not in names:
                raise DatasetError(
                    f"{file}:{number}: class {class_id} has no name in data.yaml or classes.txt"
                )
            samples.append(Sample(str(pictures[key]), names.get(class_id, class_id), box))
    return Dataset(
        root,
        "YOLO txt",
        tuple(samples),
        {name: name for name in names.values()},
        frames=tuple(str(path) for path in pictures.values()),
    )


def _boxes(file: Path) -> Iterator[tuple[int, tuple[str, Box]]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
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
        box = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2, relative=True)
        yield number, (class_id, box)


def _class_names(root: Path) -> dict[str, str]:
    table = root / "data.yaml"
    lists = (root / "classes.txt", root / "labels" / "classes.txt")
    try:
        if table.is_file():
            names = (yaml.safe_load(table.read_text(encoding="utf-8")) or {}).get("names")
            items = names.items() if isinstance(names, dict) else enumerate(names or ())
            return {str(key): str(name) for key, name in items}
        for file in lists:
            if file.is_file():
                lines = file.read_text(encoding="utf-8").splitlines()
                return {str(i): line.strip() for i, line in enumerate(lines) if line.strip()}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError) as error:
        raise DatasetError(f"{table}: class names not readable: {error}") from None
    return {}
