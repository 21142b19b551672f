"""COCO: one json with images, annotations and categories."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from attributes.errors import DatasetError
from recognizer.validation.datasets.samples import Box, Dataset, Sample

_KEYS = ("images", "annotations", "categories")
_Id = int | float | str
_SHOWN = 60
"""Characters of a damaged value that a message shows."""


class _Annotation(NamedTuple):
    """One box.

    Attributes:
        number: its place in the list, from 1.
        id: as the json has it; None if it has none.
        image: id of its image.
        label: name of its category; None where it is ``iscrowd``.
        box: where it is.
    """

    number: int
    id: _Id | None
    image: _Id
    label: str | None
    box: Box


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
        DatasetError: it is not COCO, lists something twice or damaged, gives a box two classes,
            refers to what it does not have, or not one of its images is there.
    """
    lists = _lists(path)
    files = _names_by_id(path, lists["images"], "image", "file_name")
    names = _names_by_id(path, lists["categories"], "category", "name")
    if not files:
        raise DatasetError(f"{path}: it lists no image: its `images` are empty")
    _refuse_files_listed_twice(path, files)
    sizes = _sizes_by_id(path, lists["images"])
    annotations = list(_annotations(path, lists["annotations"], files, names))
    _refuse_repeats(path, annotations, files)
    folder = _image_folder(path, list(files.values()))
    samples: dict[_Id, list[Sample]] = {}
    crowds: dict[str, list[Box]] = {}
    for annotation in annotations:
        frame = str(folder / files[annotation.image])
        if annotation.label is None:
            crowds.setdefault(frame, []).append(annotation.box)
        else:
            sample = Sample(frame, annotation.label, annotation.box)
            samples.setdefault(annotation.image, []).append(sample)
    return Dataset(
        path,
        "COCO json",
        tuple(sample for of_frame in samples.values() for sample in of_frame),
        {name: name for name in names.values()},
        frames=tuple(str(folder / name) for name in files.values()),
        ignored={frame: tuple(found) for frame, found in crowds.items()},
        sizes={str(folder / files[image]): size for image, size in sizes.items()},
    )


def _lists(path: Path) -> dict[str, list[Any]]:
    """The three lists of a COCO json.

    Raises:
        DatasetError: it is no json, or lacks one of them.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: not readable as COCO json: {error}") from None
    except RecursionError:
        raise DatasetError(f"{path}: not readable as COCO json: nested too deeply") from None
    missing = [key for key in _KEYS if not isinstance(content, dict) or key not in content]
    if missing:
        raise DatasetError(f"{path}: not COCO json: no `{'`, no `'.join(missing)}`")
    for key in _KEYS:
        if not isinstance(content[key], list):
            raise DatasetError(f"{path}: expected a list of `{key}`, got `{_shown(content[key])}`")
    return {key: content[key] for key in _KEYS}


def _names_by_id(path: Path, entries: Sequence[Any], kind: str, key: str) -> dict[_Id, str]:
    """Id -> name of all images or categories.

    Raises:
        DatasetError: one is damaged, or two have one id, so that it is not clear which is meant.
    """
    found: dict[_Id, str] = {}
    for number, entry in enumerate(entries, start=1):
        called = f"{kind} number {number}"
        known_as = _id_of(path, called, _value(path, called, entry, "id"), "id")
        name = str(_value(path, called, entry, key))
        if known_as in found:
            raise DatasetError(
                f"{path}: {kind} {_shown(known_as)} is listed twice: {key} `{found[known_as]}` and "
                f"`{name}`; which is meant by an annotation's `{kind}_id` {_shown(known_as)}?"
            )
        found[known_as] = name
    return found


def _sizes_by_id(path: Path, images: Sequence[Mapping[str, Any]]) -> dict[_Id, tuple[int, int]]:
    """Id -> width and height of each image that states both; some tools write 0 for unknown.

    Raises:
        DatasetError: one is no number of pixels.
    """
    found: dict[_Id, tuple[int, int]] = {}
    for image in images:
        width, height = (_pixels(path, image, key) for key in ("width", "height"))
        if width and height:
            found[image["id"]] = width, height
    return found


def _pixels(path: Path, image: Mapping[str, Any], key: str) -> int:
    """What an image states as its ``width`` or ``height``; 0 if it states nothing."""
    stated = image.get(key) or 0
    is_number = isinstance(stated, (int, float)) and not isinstance(stated, bool)
    if not is_number or stated < 0 or stated % 1:
        raise DatasetError(
            f"{path}: image {_shown(image['id'])}: expected `{key}` to be a whole number of "
            f"pixels, got `{_shown(stated)}`"
        )
    return int(stated)


def _refuse_files_listed_twice(path: Path, files: Mapping[_Id, str]) -> None:
    """Raise DatasetError if two images are one file: boxes of one would lack on the other."""
    owners: dict[str, _Id] = {}
    for image, name in files.items():
        owner = owners.setdefault(name, image)
        if owner != image:
            raise DatasetError(
                f"{path}: images {_shown(owner)} and {_shown(image)} have one `file_name`, "
                f"`{name}`; list it once, with the boxes of both"
            )


def _annotations(
    path: Path, entries: Sequence[Any], files: Mapping[_Id, str], names: Mapping[_Id, str]
) -> Iterator[_Annotation]:
    """Every annotation.

    Raises:
        DatasetError: one is damaged, or of an image or a category that is not listed.
    """
    for number, entry in enumerate(entries, start=1):
        called = f"annotation number {number}"
        if not isinstance(entry, dict):
            raise DatasetError(f"{path}: {called}: expected an object, got `{_shown(entry)}`")
        known_as = entry.get("id")
        if known_as is not None:
            called = f"annotation {_id_of(path, called, known_as, 'id')}"
        box = _box(path, called, entry)
        image = _reference(path, called, "image", entry, files)
        label = None
        if not entry.get("iscrowd"):
            label = names[_reference(path, called, "category", entry, names)]
        yield _Annotation(number, known_as, image, label, box)


def _refuse_repeats(
    path: Path, annotations: Sequence[_Annotation], files: Mapping[_Id, str]
) -> None:
    """Raise DatasetError if an annotation is listed twice: no second find would ever match it.

    Neither would one match the second class of a box.
    """
    once = "list each sign once, with an id of its own"
    by_id = ((a.id, a) for a in annotations if a.id is not None)
    by_content = (((a.image, a.label, a.box), a) for a in annotations)
    by_place = (((a.image, a.box), a) for a in annotations if a.label is not None)
    for keyed, told in (
        (by_id, f"have one id; {once}"),
        (by_content, f"have one box; {once}"),
        (by_place, "have one box, but two classes; keep the one that is right"),
    ):
        known: dict[Any, _Annotation] = {}
        for key, annotation in keyed:
            earlier = known.setdefault(key, annotation)
            if earlier is not annotation:
                raise DatasetError(
                    f"{path}: {_called(earlier, files)} and {_called(annotation, files)} {told}"
                )


def _called(annotation: _Annotation, files: Mapping[_Id, str]) -> str:
    """An annotation by its place, id, class and image."""
    known_as = "" if annotation.id is None else f"id {_shown(annotation.id)}, "
    label = annotation.label or "iscrowd"
    return (
        f"annotation number {annotation.number} ({known_as}`{label}` in {files[annotation.image]})"
    )


def _box(path: Path, called: str, entry: Mapping[str, Any]) -> Box:
    """The box of an annotation; DatasetError if it is none."""
    box = _box_of(entry.get("bbox"))
    if box is None:
        got = f"got `{_shown(entry['bbox'])}`" if "bbox" in entry else "it has none"
        raise DatasetError(f"{path}: {called}: expected `bbox` of four finite numbers, {got}")
    return box


def _box_of(sides: object) -> Box | None:
    """The box with this left, top, width and height; None if that is no such list."""
    if not isinstance(sides, list) or len(sides) != 4 or any(isinstance(s, str) for s in sides):
        return None
    try:
        x, y, width, height = map(float, sides)
    except (TypeError, OverflowError):
        return None
    box = Box(x, y, x + width, y + height)
    return box if all(map(math.isfinite, box[:4])) else None


def _reference(
    path: Path, called: str, kind: str, entry: Mapping[str, Any], known: Mapping[_Id, str]
) -> _Id:
    """The id of the image or category that an annotation is of.

    Raises:
        DatasetError: it has none, or one that is not listed.
    """
    key = f"{kind}_id"
    reference = _id_of(path, called, _value(path, called, entry, key), key)
    if reference not in known:
        raise DatasetError(
            f"{path}: {called}: its `{key}` {_shown(reference)} is the id of no {kind}"
        )
    return reference


def _value(path: Path, called: str, entry: object, key: str) -> object:
    """What an entry has under a key; DatasetError if it has nothing there, or is no object."""
    if not isinstance(entry, dict):
        raise DatasetError(f"{path}: {called}: expected an object, got `{_shown(entry)}`")
    if key not in entry:
        raise DatasetError(f"{path}: {called}: it has no `{key}`")
    return entry[key]


def _id_of(path: Path, called: str, value: object, key: str) -> _Id:
    """An id, or DatasetError if nothing could refer to it."""
    if not isinstance(value, _Id) or isinstance(value, bool):
        raise DatasetError(
            f"{path}: {called}: expected `{key}` to be a number or text, got `{_shown(value)}`"
        )
    return value


def _image_folder(path: Path, names: Sequence[str]) -> Path:
    """Where the images are: beside the json, in ``images``, or in a folder named like the json.

    Any image that is there says so; others may be missing, which is told when they are read.

    Raises:
        DatasetError: not one of them is anywhere.
    """
    split = path.stem.removeprefix("instances_")
    here = path.parent
    folders = (here, here / "images", here / split, here.parent, here.parent / "images",
               here.parent / split, here.parent / "images" / split)  # fmt: skip
    for name in names:
        for folder in folders:
            if os.path.isfile(os.path.join(folder, name)):
                return folder
    raise DatasetError(
        f"{path}: none of its images ({len(names)}; the first is {names[0]}) is in any of: "
        + ", ".join(str(f) for f in folders)
    )


def _shown(value: object) -> str:
    """A value as the json has it, if it is short."""
    return json.dumps(value, ensure_ascii=False)[:_SHOWN]
