"""Sign artwork as sprites: drawings with their attribute labels, ready to be warped."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from attributes.training.artwork_files import artwork_file

SPRITE_SIZE = 64
"""Side of a sprite, pixels. The plate's longer side fills SPRITE_FILL of it."""
SPRITE_FILL = 0.9

TABLE = Path(__file__).with_name("artwork.csv")
EXCLUDED = Path(__file__).with_name("excluded_artwork.csv")
GERMAN_TABLE = Path(__file__).with_name("gtsrb.csv")
FURTHER_GERMAN_TABLE = Path(__file__).with_name("german_artwork.csv")
"""Drawings of commonroad-io that are not as the signs on GTSRB's photographs."""

Pixels = npt.NDArray[np.uint8]
_TO_RGBA = {1: cv2.COLOR_GRAY2RGBA, 3: cv2.COLOR_BGR2RGBA, 4: cv2.COLOR_BGRA2RGBA}


@dataclass(frozen=True)
class Drawing:
    """One piece of artwork.

    Attributes:
        source: ``mapillary:NAME``, ``commonroad:VZ`` or ``signrules:VZ``.
        row: its attributes as they stand in the table.
        sprite: uint8 (SPRITE_SIZE, SPRITE_SIZE, 4), RGBA with straight alpha, plate centred.
        aspect: width / height of the plate.
    """

    source: str
    row: Mapping[str, str]
    sprite: Pixels
    aspect: float


def read_table(path: Path = TABLE) -> list[dict[str, str]]:
    """Rows of an attribute table (csv with a header)."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_drawings(without: Sequence[str] = ()) -> list[Drawing]:
    """Every usable piece of artwork of both packages and of our own.

    Args:
        without: what training must not see, see :func:`usable_rows`.

    Raises:
        MissingPackageError: an artwork package cannot be had.
    """
    return [_drawing(source, row, load_artwork(source)) for source, row in usable_rows(without)]


def usable_rows(without: Sequence[str] = ()) -> list[tuple[str, dict[str, str]]]:
    """Reference and attributes of every usable piece of artwork.

    Args:
        without: what must not occur: pictogram classes, texts, or names of artwork, with its
            variant (``warning--turn-left--g1``) or for all variants (``warning--turn-left``). A
            name hides the German drawing of the same sign of GTSRB too; other German drawings go
            by their reference (``commonroad:133-20``).
    """
    read = read_table(EXCLUDED) if EXCLUDED.exists() else []
    excluded = {f"mapillary:{row['name']}" for row in read}
    hidden = set(without)
    return [
        (reference, row)
        for reference, row, name in _drawn_rows()
        if reference not in excluded and hidden.isdisjoint(_names_of(row, name))
    ]


def hideable_names() -> set[str]:
    """Every name under which :func:`usable_rows` can leave something out."""
    return {n for _, row, name in _drawn_rows() for n in _names_of(row, name)}


def names_of_photographed() -> list[set[str]]:
    """Of each class of GTSRB, the names by which :func:`usable_rows` leaves out what it shows."""
    return [_names_of(row, row["mapillary"]) for row in german_rows()]


def _drawn_rows() -> Iterator[tuple[str, dict[str, str], str]]:
    """Reference, attributes and name of every drawing, whatever is left out."""
    for row in read_table():
        yield f"mapillary:{row['name']}", row, row["name"]
    for row in german_rows():
        if row["german"]:
            yield row["german"], row, row["mapillary"]
    for row in read_table(FURTHER_GERMAN_TABLE):
        reference = f"commonroad:{row['name']}"
        yield reference, row, reference


def _names_of(row: Mapping[str, str], name: str) -> set[str]:
    meaning, _, _ = name.rpartition("--")
    return {row["pictogram"], row["text"], name, meaning}


def german_rows() -> list[dict[str, str]]:
    """The 43 signs of GTSRB with attributes, their pictogram class taken from the artwork's."""
    pictograms = {row["name"]: row["pictogram"] for row in read_table()}
    return [{**row, "pictogram": pictograms[row["mapillary"]]} for row in read_table(GERMAN_TABLE)]


def german_references() -> frozenset[str]:
    """The drawings that show GTSRB's signs, by reference.

    Without those in another shape or on another face: the generic 60, 70 and 120 are yellow.
    """
    generic = {row["name"]: row for row in read_table()}
    references = set()
    for row in read_table(GERMAN_TABLE):
        drawn = generic[row["mapillary"]]
        if all(drawn[key] == row[key] for key in ("shape", "background")):
            references.add(f"mapillary:{row['mapillary']}")
        if row["german"]:
            references.add(row["german"])
    return frozenset(references)


def load_artwork(reference: str, size: int = 192) -> Pixels:
    """Render ``mapillary:NAME`` or ``signrules:VZ``, or read ``commonroad:VZ``.

    Returns:
        uint8 RGBA (H, W, 4) with straight alpha.

    Raises:
        MissingPackageError: the package cannot be had.
        FileNotFoundError: the package has no such artwork.
        ValueError: the reference names no known package.
    """
    path = artwork_file(reference)
    if path.suffix == ".svg":
        return render_svg(path, size)
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise FileNotFoundError(f"{reference}: no such artwork in {path.parent}")
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    rgba = cv2.cvtColor(pixels, _TO_RGBA[channels])
    return _without_white_corners(np.asarray(rgba, np.uint8))


def load_artwork_bgra(reference: str) -> Pixels:
    """The same with channels in the order of crops: uint8 BGRA (H, W, 4)."""
    return np.asarray(cv2.cvtColor(load_artwork(reference), cv2.COLOR_RGBA2BGRA), np.uint8)


def _without_white_corners(rgba: Pixels) -> Pixels:
    """Make the paper around a drawing transparent: a few German signs come on white."""
    height, width = rgba.shape[:2]
    corners = [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)]
    if any(rgba[y, x].min() < 250 for x, y in corners):
        return rgba
    paper = np.zeros((height + 2, width + 2), np.uint8)
    for corner in corners:
        cv2.floodFill(
            np.ascontiguousarray(rgba[:, :, :3]), paper, corner, 0, (12,) * 3, (12,) * 3,
            cv2.FLOODFILL_MASK_ONLY | 255 << 8,
        )  # fmt: skip
    cleaned: Pixels = rgba.copy()
    cleaned[paper[1:-1, 1:-1] > 0, 3] = 0
    return cleaned


def render_svg(path: Path, size: int) -> Pixels:
    """Render an SVG ``size`` pixels wide, uint8 RGBA (H, size, 4)."""
    import resvg_py  # an extra: only training and gallery building draw artwork

    encoded = bytes(resvg_py.svg_to_bytes(svg_path=str(path), width=size))
    pixels = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_UNCHANGED)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA), np.uint8)


def to_sprite(rgba: Pixels) -> tuple[Pixels, float]:
    """Crop to the plate, scale it to SPRITE_FILL of a sprite and centre it.

    Returns:
        the sprite, uint8 (SPRITE_SIZE, SPRITE_SIZE, 4), and the plate's width / height.

    Raises:
        ValueError: the drawing is empty.
    """
    rows, columns = np.nonzero(rgba[:, :, 3] > 40)
    if not len(rows):
        raise ValueError("the drawing has no opaque pixel")
    plate = rgba[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = plate.shape[:2]
    scale = SPRITE_SIZE * SPRITE_FILL / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Premultiplied while resampling, or transparent pixels would darken the plate's edge.
    alpha = plate[:, :, 3:].astype(np.float32) / 255
    premultiplied = np.concatenate([plate[:, :, :3] * alpha, alpha * 255], axis=2)
    small = cv2.resize(premultiplied, size, interpolation=cv2.INTER_AREA)
    colours = small[:, :, :3] / np.maximum(small[:, :, 3:] / 255, 1e-3)
    sprite = np.zeros((SPRITE_SIZE, SPRITE_SIZE, 4), np.uint8)
    top, left = (SPRITE_SIZE - size[1]) // 2, (SPRITE_SIZE - size[0]) // 2
    target = sprite[top : top + size[1], left : left + size[0]]
    target[:] = np.concatenate([colours, small[:, :, 3:]], axis=2).clip(0, 255).round()
    return sprite, width / height


def _drawing(source: str, row: Mapping[str, str], rgba: Pixels) -> Drawing:
    try:
        sprite, aspect = to_sprite(rgba)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from None
    return Drawing(source, row, sprite, aspect)
