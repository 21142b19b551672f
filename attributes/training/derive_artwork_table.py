"""Attributes of sign artwork, derived from the drawings and their names.

``python -m attributes.training.derive_artwork_table SVG_FOLDER`` writes ``artwork.csv``: one row
per SVG of the npm package *mapillary_sprite_source* (``package_signs/``, files named
``category--meaning--gN.svg``) with the attributes of :mod:`attributes.vocabulary` and the name of
its pictogram. The network learns its attributes from that table.

The table is *derivation plus corrections*:

* shape, border, background and legend are measured on a rendering of the drawing, the bar is
  measured along the two diagonals, text and pictogram follow from the name
  (:mod:`attributes.training.artwork_names`);
* what the derivation gets wrong was corrected by eye, in ``artwork_corrections.csv``
  (``name, column, value``), which is applied on top.

Artwork that is of no use for training stands in ``excluded_artwork.csv`` (``name, reason``); it
keeps its row in the table.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from attributes import vocabulary
from attributes.training import artwork
from attributes.training.artwork import TABLE, render_svg
from attributes.training.artwork_names import UNLABELLED, pictogram_of, text_of

FOLDER: Final = Path(__file__).parent
CORRECTIONS: Final = FOLDER / "artwork_corrections.csv"

SIZE: Final = 512
"""Pixels of the rendering that colours and shapes are measured on."""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Row:
    """One row of the table; ``legend`` holds colours joined by ``+``."""

    name: str
    shape: str
    border: str
    background: str
    legend: str
    bar: str
    text: str
    pictogram: str

    def validate(self) -> None:
        """Raise ValueError if a value is not one of the vocabulary."""
        for attribute in vocabulary.CATEGORICAL:
            value = getattr(self, attribute.name)
            if value not in attribute.values:
                raise ValueError(f"{self.name}: {value!r} is no {attribute.name}")
        for colour in legend_colours(self.legend):
            if colour not in vocabulary.LEGEND.values:
                raise ValueError(f"{self.name}: {colour!r} is no colour of a legend")
        if self.text != UNLABELLED:
            vocabulary.TEXT.encode(self.text)
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.pictogram):
            raise ValueError(f"{self.name}: {self.pictogram!r} is no name of a pictogram")


COLUMNS: Final = tuple(field.name for field in fields(Row))


def legend_colours(legend: str) -> list[str]:
    """The colours of a ``legend`` cell."""
    return [] if legend == "none" else legend.split("+")


def plate_mask(alpha: Array) -> Array:
    """Boolean mask of the plate: what is opaque, holes filled."""
    outlines, _ = cv2.findContours(
        (alpha > 127).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    plate = np.zeros(alpha.shape, np.uint8)
    cv2.drawContours(plate, outlines, -1, 1, cv2.FILLED)
    return plate.astype(bool)


# --- shape ----------------------------------------------------------------------------------------

_HALF_OCTAGON: Final = 1 / (2 + 2**0.5)
_OUTLINES: Final[dict[str, list[tuple[float, float]]]] = {
    "triangle": [(0.5, 0), (1, 1), (0, 1)],
    "inverted_triangle": [(0, 0), (1, 0), (0.5, 1)],
    "diamond": [(0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)],
    "octagon": [
        (_HALF_OCTAGON, 0),
        (1 - _HALF_OCTAGON, 0),
        (1, _HALF_OCTAGON),
        (1, 1 - _HALF_OCTAGON),
        (1 - _HALF_OCTAGON, 1),
        (_HALF_OCTAGON, 1),
        (0, 1 - _HALF_OCTAGON),
        (0, _HALF_OCTAGON),
    ],
    "square": [(0, 0), (1, 0), (1, 1), (0, 1)],
    "pentagon": [(0.5, 0), (1, 0.5), (1, 1), (0, 1), (0, 0.5)],
    "arrow": [(0, 0), (0.75, 0), (1, 0.5), (0.75, 1), (0, 1)],
}
_ROUNDINGS: Final = (0.0, 0.05, 0.1)
_WORST_OVERLAP: Final = 0.88
_RECTANGLE_RATIO: Final = 1.15
_MASK_SIZE: Final = 128


def _shape_masks() -> Iterator[tuple[str, Array]]:
    """Every outline with every rounding of its corners, stretched to a square."""
    size = _MASK_SIZE
    disc = np.zeros((size, size), np.uint8)
    cv2.circle(disc, (size // 2, size // 2), size // 2, 1, cv2.FILLED)
    yield "circle", disc.astype(bool)
    for shape, corners in _OUTLINES.items():
        for rounding in _ROUNDINGS:
            margin = size // 2
            canvas = np.zeros((size + 2 * margin, size + 2 * margin), np.uint8)
            points = np.round(np.array(corners) * (size - 1) + margin).astype(np.int32)
            cv2.fillPoly(canvas, [points], 1)
            if rounding:
                width = int(2 * rounding * size) | 1
                ball = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
                canvas = cv2.morphologyEx(canvas, cv2.MORPH_OPEN, ball)
            yield shape, _stretched(canvas.astype(bool))


def _stretched(plate: Array) -> Array:
    """The mask's bounding box, stretched to a square of _MASK_SIZE."""
    x, y, w, h = cv2.boundingRect(plate.astype(np.uint8))
    box = plate[y : y + h, x : x + w].astype(np.uint8) * 255
    size = (_MASK_SIZE, _MASK_SIZE)
    return np.asarray(cv2.resize(box, size, interpolation=cv2.INTER_AREA) > 127)


_SHAPE_MASKS: Final = tuple(_shape_masks())


def shape_of(plate: Array) -> str:
    """The shape whose outline overlaps the plate best; ``other`` if none overlaps well."""
    _, _, w, h = cv2.boundingRect(plate.astype(np.uint8))
    mask = _stretched(plate)
    overlap, shape = max(
        (float((mask & other).sum() / (mask | other).sum()), shape) for shape, other in _SHAPE_MASKS
    )
    if overlap < _WORST_OVERLAP:
        return "other"
    if shape == "square":
        if w / h > _RECTANGLE_RATIO:
            return "wide_rectangle"
        if h / w > _RECTANGLE_RATIO:
            return "tall_rectangle"
    return shape


# --- colours --------------------------------------------------------------------------------------

NO_COLOUR: Final = -1
_HUES: Final = (  # upper end of the hue in degrees; colour when bright, colour when dark
    (16, "red", "red"),
    (41, "orange", "brown"),
    (78, "yellow", "yellow"),
    (172, "green", "green"),
    (285, "blue", "blue"),
    (360, "red", "red"),
)


def colours_of(rgba: Array, plate: Array) -> Array:
    """Index into the palette for every pixel of a flat colour, elsewhere :data:`NO_COLOUR`.

    Pixels at the seam of two colours are blends of both and say nothing; they are left out.
    """
    rgb = rgba[..., :3].astype(np.int32)
    spread = np.zeros(rgb.shape[:2], np.int32)
    for channel in range(3):
        plane = np.ascontiguousarray(rgba[..., channel])
        kernel = np.ones((3, 3), np.uint8)
        difference = cv2.dilate(plane, kernel).astype(np.int32) - cv2.erode(plane, kernel)
        spread = np.maximum(spread, difference)
    bright, dark = rgb.max(axis=2), rgb.min(axis=2)
    saturation = (bright - dark) / np.maximum(bright, 1)
    hue = cv2.cvtColor(
        np.ascontiguousarray(rgba[..., :3]).astype(np.float32) / 255, cv2.COLOR_RGB2HSV
    )[..., 0]
    index = np.full(hue.shape, NO_COLOUR, np.int16)
    for limit, when_bright, when_dark in reversed(_HUES):
        index[hue <= limit] = vocabulary.PALETTE.index(when_bright)
        index[(hue <= limit) & (bright < 165)] = vocabulary.PALETTE.index(when_dark)
    index[saturation < 0.22] = vocabulary.PALETTE.index("grey")
    index[(saturation < 0.22) & (bright > 218)] = vocabulary.PALETTE.index("white")
    index[(bright < 95) & (saturation < 0.22)] = vocabulary.PALETTE.index("black")
    index[bright < 62] = vocabulary.PALETTE.index("black")
    flat = plate & (spread <= 12) & (rgba[..., 3] > 250)
    return np.where(flat, index, NO_COLOUR)


_LEGEND_SHARE: Final = 0.02
"""A colour is one of the legend if it covers at least this share of the sign."""
_KEYLINE: Final = 0.04
"""A white line thinner than this share of the plate's width is a keyline, no border."""
_THINNEST: Final = 0.006
"""Nor is a line of any colour that is thinner than this."""
_THICKEST: Final = 0.15
"""A ring thicker than this is no border, but the face around something drawn on it."""
_RIM_DEPTH: Final = 0.24
_RIM_SHARE: Final = 0.72
_FACE_DEPTH: Final = 0.17
_BIN: Final = 1.5
"""Pixels of depth that are counted together."""


@dataclass(frozen=True)
class Colours:
    """Colours of rim, face and legend."""

    border: str
    background: str
    legend: tuple[str, ...]


@dataclass(frozen=True)
class Ring:
    """A ring of one colour around the plate; depths as shares of the plate's width."""

    colour: int
    begin: float
    end: float

    @property
    def thickness(self) -> float:
        """From its outer to its inner edge."""
        return self.end - self.begin


def rings_of(counts: Array, step: float) -> list[Ring]:
    """Rings of one colour from the edge inwards; ``counts`` is pixels per depth and colour."""
    rings: list[Ring] = []
    depths = counts[: int(_RIM_DEPTH / step)]
    fewest = 0.3 * float(np.median(depths.sum(axis=1)))  # the rest are seams between rings
    for index, found in enumerate(depths):
        colour = int(found.argmax())
        if found.sum() < fewest or found[colour] < _RIM_SHARE * found.sum():
            continue
        begin, end = index * step, (index + 1) * step
        if rings and rings[-1].colour == colour:
            rings[-1] = replace(rings[-1], end=end)
        else:
            rings.append(Ring(colour, begin, end))
    return rings


def _is_border(ring: Ring) -> bool:
    white = vocabulary.PALETTE[ring.colour] == "white"
    return (_KEYLINE if white else _THINNEST) <= ring.thickness <= _THICKEST


def face_and_rim(colours: Array, plate: Array, bar: str) -> Colours:
    """Read the plate as nested rings: border, face and what is drawn on the face."""
    depth = cv2.distanceTransform(np.pad(plate.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    size = min(cv2.boundingRect(plate.astype(np.uint8))[2:])
    known = plate & (colours != NO_COLOUR)
    bins = (depth[known] / _BIN).astype(np.int64)
    columns = len(vocabulary.PALETTE)
    counts = np.bincount(bins * columns + colours[known], minlength=(size + 2) * columns)
    counts = counts.reshape(-1, columns)
    step = _BIN / size
    rings = rings_of(counts, step)

    def dominant(begin: float, end: float) -> tuple[int, float]:
        seen = counts[int(begin / step) : int(end / step)].sum(axis=0).astype(float)
        if bar in ("slash", "cross", "horizontal"):
            seen[vocabulary.PALETTE.index("red")] *= 0.3
        return int(seen.argmax()), float(seen.max() / max(seen.sum(), 1))

    face, border = dominant(_FACE_DEPTH, 1.0)[0], None
    nested = [
        (middle, inner)
        for outer, middle, inner in zip(rings, rings[1:], rings[2:], strict=False)
        if outer.colour == inner.colour and outer.thickness < _KEYLINE
    ]
    if nested:  # a line inset in the face, or a rim within a keyline
        middle, inner = nested[-1]
        face, border = inner.colour, middle if _is_border(middle) else None
    else:
        others = [ring for ring in rings if ring.colour != face and _is_border(ring)]
        if others:
            border = max(others, key=lambda ring: ring.thickness)
            beneath, share = dominant(border.end + 0.01, border.end + 0.05)
            if share > 0.6 and beneath != border.colour:
                face = beneath

    begin = max(border.end + 0.012 if border else 0.0, 0.035)
    drawn = counts[int(begin / step) :].sum(axis=0) / max(counts.sum(), 1)
    legend = [
        vocabulary.PALETTE[colour]
        for colour in range(columns)
        if colour != face and drawn[colour] >= _LEGEND_SHARE
    ]
    return Colours(
        vocabulary.PALETTE[border.colour] if border else "none",
        vocabulary.PALETTE[face],
        tuple(legend),
    )


# --- bar ------------------------------------------------------------------------------------------

_FALLING: Final = tuple(range(25, 71, 5))
_RISING: Final = tuple(range(110, 156, 5))
_BAR_SHARE: Final = 0.36
"""A red bar shows on at least this share of either half of its line; the rest is drawn over."""


def _along(colours: Array, plate: Array, angle: float, shift: float) -> tuple[Array, Array]:
    """Flat colours on the two halves of a line through the plate, ``shift`` beside its centre."""
    x, y, w, h = cv2.boundingRect(plate.astype(np.uint8))
    radians = np.deg2rad(angle)
    halves = []
    for sign in (-1, 1):
        reach = sign * np.linspace(0.1, 0.33, 60)
        across = 0.5 + reach * np.cos(radians) - shift * np.sin(radians)
        down = 0.5 + reach * np.sin(radians) + shift * np.cos(radians)
        found = colours[(y + down * h).astype(int), (x + across * w).astype(int)]
        halves.append(found[found != NO_COLOUR])
    return halves[0], halves[1]


def _share(halves: tuple[Array, Array], wanted: tuple[str, ...]) -> float:
    """Share of the wanted colours on the half that has fewer of them."""
    indices = [vocabulary.PALETTE.index(colour) for colour in wanted]
    return min(float(np.isin(half, indices).sum() / max(half.size, 20)) for half in halves)


def bar_of(meaning: str, colours: Array, plate: Array) -> str:
    """The bar across the face, looked for only where the name lets one expect it."""
    if meaning == "no-entry":
        return "horizontal"
    if not meaning.startswith(("no-", "end-of-")):
        return "none"

    def red(angles: tuple[int, ...]) -> bool:
        return any(
            _share(_along(colours, plate, angle, shift), ("red",)) > _BAR_SHARE
            for angle in angles
            for shift in (-0.03, 0.0, 0.03)
        )

    falling, rising = red(_FALLING), red(_RISING)
    if falling and rising:
        return "cross"
    if falling or rising:
        return "slash"
    if not meaning.startswith("end-of-"):
        return "none"
    bundles = 0
    for angle in (120, 125, 130, 135):
        dark = [
            _share(_along(colours, plate, angle, shift), ("black", "grey")) > 0.75
            for shift in np.arange(-0.22, 0.22, 0.004)
        ]
        lines = sum(now and not before for before, now in zip([False, *dark], dark, strict=False))
        bundles = max(bundles, lines)
    return ("none", "slash")[bundles] if bundles < 2 else "stripes"


# --- the table ------------------------------------------------------------------------------------


def derive(path: Path) -> Row:
    """The row of one drawing, before corrections."""
    _, meaning, _ = path.stem.split("--")
    rgba = render_svg(path, SIZE)
    plate = plate_mask(rgba[..., 3])
    colours = colours_of(rgba, plate)
    bar = bar_of(meaning, colours, plate)
    seen = face_and_rim(colours, plate, bar)
    shape = shape_of(plate)
    if shape == "diamond" and seen.background == "black":  # a large pictogram, not the face
        light = [c for c in (seen.border, *seen.legend) if c in ("yellow", "orange")]
        dark = [c for c in ("black", *seen.legend) if c not in light]
        seen = Colours("black", light[0], tuple(dark)) if light else seen
    legend = [colour for colour in seen.legend if not (bar != "none" and colour == "red")]
    if bar != "none" and meaning.startswith("end-of-") and "grey" in legend:
        legend = [colour for colour in legend if colour != "black"]  # the bar of a greyed sign
    if bar == "horizontal":
        seen, legend = replace(seen, border="none", background="red"), []
    return Row(
        name=path.stem,
        shape=shape,
        border=seen.border,
        background=seen.background,
        legend="+".join(legend) or "none",
        bar=bar,
        text=text_of(meaning),
        pictogram=pictogram_of(meaning),
    )


def read_corrections() -> dict[str, dict[str, str]]:
    """Corrected cells by name and column; ValueError if a cell is corrected twice."""
    corrections: dict[str, dict[str, str]] = {}
    with CORRECTIONS.open(newline="") as file:
        for record in csv.DictReader(file):
            cells = corrections.setdefault(record["name"], {})
            if record["column"] not in COLUMNS[1:] or record["column"] in cells:
                raise ValueError(f"{CORRECTIONS.name}: {record['name']}, column {record['column']}")
            cells[record["column"]] = record["value"]
    return corrections


def read_table(path: Path = TABLE) -> list[Row]:
    """The rows of a table that :func:`main` has written."""
    return [Row(**record) for record in artwork.read_table(path)]


def build(folder: Path) -> list[Row]:
    """All rows of a folder of SVGs, corrected, validated and sorted by name."""
    paths = sorted(folder.glob("*.svg"), key=lambda path: path.stem)
    corrections = read_corrections() if paths else {}
    rows = []
    for path in paths:
        row = replace(derive(path), **corrections.pop(path.stem, {}))
        row.validate()
        rows.append(row)
    if corrections:
        raise ValueError(f"corrections without artwork: {', '.join(sorted(corrections))}")
    return rows


def main() -> int:
    """Write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with the SVGs (package_signs/)")
    parser.add_argument("--out", type=Path, default=TABLE, help="table to write")
    arguments = parser.parse_args()
    rows = build(arguments.folder)
    if not rows:
        print(f"no SVG in {arguments.folder}", file=sys.stderr)
        return 2
    with arguments.out.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(astuple(row) for row in rows)
    print(f"{len(rows)} rows written to {arguments.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
