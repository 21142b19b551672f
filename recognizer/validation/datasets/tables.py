"""Csv tables that list pictures: GTSRB's own (``Filename``) and ``Train.csv`` (``Path``)."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from attributes.errors import DatasetError
from recognizer.pictures import SUFFIXES
from recognizer.validation.datasets.samples import Sample

_PATH_COLUMNS = ("path", "filename")
_CLASS_COLUMN = "classid"
_DELIMITERS = ";,\t"


def read_table(table: Path) -> Iterator[Sample]:
    """The pictures that a csv lists; paths are relative to its folder.

    Raises:
        DatasetError: a column is missing, a line is too short or lacks a path or class, a picture
            is of two classes, or it is no text.
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            header = file.readline()
            if not header.strip():
                raise DatasetError(f"{table}: expected the columns in its first line, it is empty")
            delimiter = max(_DELIMITERS, key=header.count)
            columns = [c.strip().strip('"') for c in header.rstrip("\r\n").split(delimiter)]
            path_column, class_column = _positions(table, columns)
            present = PictureFolder(table.parent)
            listed: dict[str, tuple[int, str]] = {}
            for number, row in enumerate(csv.reader(file, delimiter=delimiter), start=2):
                if not row:
                    continue
                if len(row) <= max(path_column, class_column):
                    raise DatasetError(
                        f"{table}:{number}: expected {len(columns)} columns, got {len(row)}"
                    )
                name, label = row[path_column].strip(), row[class_column].strip()
                if not name or not label:
                    what = "class" if name else "path"
                    raise DatasetError(f"{table}:{number}: no {what}: its column is empty")
                path = present.find(name)  # which spellings and endings may share
                first, its_label = listed.setdefault(os.path.normpath(path), (number, label))
                if its_label != label:
                    raise DatasetError(
                        f"{table}:{number}: `{name}` is of class {label}, "
                        f"in line {first} of {its_label}"
                    )
                if first == number:
                    yield Sample(path, label)
    except OSError as error:
        raise DatasetError(f"{table}: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{table}: not a csv table in UTF-8: {error}") from None


def is_table(path: Path) -> bool:
    """Whether a file is a csv that lists pictures (with or without their classes)."""
    if path.suffix.lower() != ".csv":
        return False
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            header = file.readline().lower()
    except OSError:
        return False
    return any(column in header for column in _PATH_COLUMNS)


def _positions(table: Path, written: list[str]) -> tuple[int, int]:
    columns = [column.lower() for column in written]
    path_column = next((columns.index(c) for c in _PATH_COLUMNS if c in columns), None)
    missing = [
        name
        for name, absent in (
            ("Filename or Path", path_column is None),
            ("ClassId", _CLASS_COLUMN not in columns),
        )
        if absent
    ]
    if missing or path_column is None:
        raise DatasetError(
            f"{table}: no column {' and no column '.join(missing)}; "
            f"it has: {', '.join(c or '(nothing)' for c in written)}"
        )
    return path_column, columns.index(_CLASS_COLUMN)


class PictureFolder:
    """Finds pictures that were converted: a list may say .ppm where .png lies.

    Args:
        folder: that the list's paths are relative to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._paths: dict[str, str] = {}
        self._names: dict[str, set[str]] = {}

    def find(self, name: str) -> str:
        """The path of a picture; as the csv has it if there is none."""
        within, _, base = name.rpartition("/")
        folder = self._paths.get(within)
        if folder is None:
            folder = self._paths[within] = os.path.join(self._folder, within, "")
            self._names[within] = _names_in(folder)
        names = self._names[within]
        if base in names:
            return folder + base
        stem = os.path.splitext(base)[0]
        for suffix in sorted(SUFFIXES):
            if stem + suffix in names:
                return folder + stem + suffix
        return folder + base


def _names_in(folder: str) -> set[str]:
    try:
        return set(os.listdir(folder))
    except (OSError, ValueError):  # ValueError: a null byte in its name
        return set()
