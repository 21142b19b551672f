"""COCO: one json with images, annotations and categories."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recognizer.validation.datasets.samples import Box, Dataset, DatasetError, Sample

_KEYS = ("images", "annotations", "categories")


def is_coco(path: Path) -> bool:
    """Whether a json file looks like COCO, judged by its beginning and end."""
    if path.suffix.lower() != ".json":
        return False
    try:
        with path.open("rb") as file:
            head = file.read(65536)
            file.seek(max(0, path.stat().st_size - 65536))
            text = head + file.read()
    except OSError:
        return False
    return sum(f'"{key}"'.encode() in text for key in _KEYS) >= 2


def read_coco(path: Path) -> Dataset:
    """Frames and boxes of a COCO json; finds in ``iscrowd`` boxes are neither right nor wrong.

    Raises:
        DatasetError: it is not COCO, refers to what it does not have, or the images are missing.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: not readable as COCO json: {error}") from None
    except RecursionError:
        raise DatasetError(f"{path}: not readable as COCO json: nested too deeply") from None
    missing = [key for key in _KEYS if not isinstance(data, dict) or key not in data]
    if missing:
        raise DatasetError(f"{path}: not COCO json: no `{'`, no `'.join(missing)}`")
    try:
        files = {image["id"]: str(image["file_name"]) for image in data["images"]}
        names = {c["id"]: str(c["name"]) for c in data["categories"]}
        boxes: dict[Any, list[tuple[str, Box]]] = {}
        crowds: dict[Any, list[Box]] = {}
        for number, a in enumerate(data["annotations"], start=1):
            called = f"annotation {a['id']}" if "id" in a else f"annotation number {number}"
            x, y, width, height = map(float, a["bbox"])
            box = Box(x, y, x + width, y + height)
            if not all(map(math.isfinite, box[:4])):
                raise DatasetError(
                    f"{path}: {called}: expected `bbox` of four finite numbers, "
                    f"got `{str(a['bbox'])[:60]}`"
                )
            _refuse_unknown(path, called, "image", a["image_id"], files)
            if a.get("iscrowd"):
                crowds.setdefault(a["image_id"], []).append(box)
            else:
                _refuse_unknown(path, called, "category", a["category_id"], names)
                boxes.setdefault(a["image_id"], []).append((names[a["category_id"]], box))
        folder = _image_folder(path, next(iter(files.values()), ""))
        samples = [
            Sample(str(folder / files[image]), name, box)
            for image, found in boxes.items()
            for name, box in found
        ]
        ignored = {str(folder / files[image]): tuple(found) for image, found in crowds.items()}
    except KeyError as error:
        raise DatasetError(
            f"{path}: damaged COCO json: an entry has no `{error.args[0]}`"
        ) from None
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise DatasetError(f"{path}: damaged COCO json: {type(error).__name__} {error}") from None
    return Dataset(
        path,
        "COCO json",
        tuple(samples),
        {name: name for name in names.values()},
        frames=tuple(dict.fromkeys(str(folder / name) for name in files.values())),
        ignored=ignored,
    )


def _refuse_unknown(
    path: Path, called: str, kind: str, number: object, known: Mapping[Any, str]
) -> None:
    """Raise DatasetError if an annotation is of an image or a category that is not listed."""
    if number not in known:
        raise DatasetError(
            f"{path}: {called}: its `{kind}_id` {json.dumps(number)} is the id of no {kind}"
        )


def _image_folder(path: Path, name: str) -> Path:
    """Where the images are: beside the json, in ``images``, or in a folder named like the json."""
    split = path.stem.removeprefix("instances_")
    here = path.parent
    folders = (here, here / "images", here / split, here.parent, here.parent / "images",
               here.parent / split, here.parent / "images" / split)  # fmt: skip
    for folder in folders:
        if (folder / name).is_file():
            return folder
    raise DatasetError(
        f"{path}: its image {name} is in none of: " + ", ".join(str(f) for f in folders)
    )
