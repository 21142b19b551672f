"""Attributes of sign artwork, derived from the drawings and their names.

``python -m attributes.training.derive_artwork_table SVG_FOLDER`` writes ``artwork.csv``: one row
per SVG of the npm package *mapillary_sprite_source* (``package_signs/``, files named
``category--meaning--gN.svg``) with the attributes of :mod:`attributes.vocabulary` and the name of
its pictogram. The network learns its attributes from that table.

The table is *derivation plus corrections*:

* shape, border, background and legend are measured on a rendering of the drawing, the bar is
  measured along the two diagonals, text and pictogram follow from the name;
* what the derivation gets wrong was corrected by eye, in ``artwork_corrections.csv``
  (``name, column, value``), which is applied on top.

Artwork that is of no use for training stands in ``excluded_artwork.csv`` (``name, reason``); it
keeps its row in the table.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import resvg_py
from PIL import Image

from attributes import vocabulary

FOLDER: Final = Path(__file__).parent
TABLE: Final = FOLDER / "artwork.csv"
CORRECTIONS: Final = FOLDER / "artwork_corrections.csv"
EXCLUDED: Final = FOLDER / "excluded_artwork.csv"

SIZE: Final = 512
"""Pixels of the rendering that colours and shapes are measured on."""
UNLABELLED: Final = "?"
"""Text that is present, but long, of several lines, illegible or not latin."""
NO_PICTOGRAM: Final = "none"

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


# --- rendering ------------------------------------------------------------------------------------


def render(path: Path, size: int = SIZE) -> Array:
    """The drawing as size×size×4 RGBA (uint8, transparent around the sign)."""
    png = resvg_py.svg_to_bytes(svg_string=path.read_text(), width=size)
    return np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGBA"))


def plate_of(alpha: Array) -> Array:
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


def _shape_masks(size: int = 128) -> Iterator[tuple[str, Array]]:
    """Every outline with every rounding of its corners, stretched to size×size."""
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
            yield shape, _stretched(canvas.astype(bool), size)


def _stretched(plate: Array, size: int = 128) -> Array:
    """The mask's bounding box, stretched to size×size."""
    x, y, w, h = cv2.boundingRect(plate.astype(np.uint8))
    box = plate[y : y + h, x : x + w].astype(np.uint8) * 255
    return np.asarray(cv2.resize(box, (size, size), interpolation=cv2.INTER_AREA) > 127)


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


# --- text -----------------------------------------------------------------------------------------

_NUMBER: Final = re.compile(r"(?:speed-limit|minimum-speed|speed-limit-led)-(\d+)$")
_WORDY: Final = re.compile(
    r"(?:weight|height|width|length|axle)-(?:limit|restriction)|minimum-safe-distance|distance$|"
    r"speed-limit-zone|^texts?$|street-name|-route|^bike-route|time-restrictions|-reference-|"
    r"school-zone|highway-(?:exit|directions|interchange)|fines|^directions$|^except-|^including-|"
    r"-parking$|parking-(?:zone|restrictions)|^parking-area|push-button|^triple-lanes-|^dual-lanes|"
    r"no-parking-or|^no-turn-on-red$|^lane-control|^do-not-|-wrong-way|-yield-|-on-red|-enforced$"
)


def text_of(meaning: str) -> str:
    """What stands on the sign as far as its name says it."""
    if found := _NUMBER.search(meaning):
        return found[1]
    if meaning == "stop":
        return "STOP"
    return UNLABELLED if _WORDY.search(meaning) else ""


# --- pictogram ------------------------------------------------------------------------------------

_PREFIXES: Final = re.compile(r"^(?:end-of-no-|end-of-|no-|except-|including-)")
_SUFFIXES: Final = re.compile(r"-(?:only|permitted|crossing)$")
_NOTHING_DRAWN: Final = re.compile(
    r"speed-limit|minimum-speed|^stop$|^yield$|^(?:end-of-)?priority-road$|^no-entry$|"
    r"^no-stopping$|no-parking(?:-or-(?:no-)?stopping)?$|^parking$|texts?$|street-name|"
    r"^end-of-prohibition$|road-closed|^weight-limit$|distance$|parking-(?:zone|restrictions)|"
    r"highway-(?:directions|exit|interchange|reference|interstate|preferential)|directions$|"
    r"(?:interstate|state|truck)-route|^lane-control-(?:inter|left|right)|^time-restrictions$|"
    r"^(?:detour-ahead|construction-ahead|ramp-closed|hospital|end-of-school-zone|"
    r"all-way|building-direction|cross-only-on-green|do-not-[\w-]+|fine-for-littering|lane-control|"
    r"left-turn-yield-on-green|pass-with-care|passing-lane-ahead|radar-enforced|no-passing-zone|"
    r"speeding-fines-increased|stay-in-lane|taxi-only|toll-pass-only|wrong-way|your-speed|"
    r"no-turn-on-red|no-through-trucks|divided-highway-crossing|tourism-information|stop-signals|"
    r"stop-permitted|restricted-zone|road-toll-ahead|sand|wind|slow|ford|speed-camera|"
    r"traffic-slow|no-abnormal-vehicles|no-learner-drivers|subway|sidewalk-closed|use-crosswalk|"
    r"detour-or-construction-ahead|rest-area|pedestrians-push-button|"
    r"in-street-pedestrian-crossing)$"
)
_WORDS: Final[dict[str, str]] = {
    "or": "and",
    "trucks": "heavy-goods-vehicle",
    "truck": "heavy-goods-vehicle",
    "bicyclists": "bicycle",
    "cyclists": "bicycle",
    "buses": "bus",
    "kangaloo": "kangaroo",
} | {
    f"{word}s": word
    for word in [
        "atv",
        "bicycle",
        "caravan",
        "cart",
        "equestrian",
        "moped",
        "motorcycle",
        "pedestrian",
        "rickshaw",
        "snowmobile",
        "tank",
        "tractor",
        "trailer",
        "train",
        "tram",
        "tricycle",
        "vehicle",
    ]
}
PICTOGRAMS: Final[dict[str, str]] = {
    # arrows
    "both-directions": "double-arrow-horizontal",
    "look": "double-arrow-horizontal",
    "restriction-in-both-directions": "double-arrow-vertical",
    "end-of-two-way-traffic": "double-arrow-vertical",
    "one-direction-left": "arrow-left",
    "one-direction-right": "arrow-right",
    "one-way-left": "arrow-left",
    "one-way-right": "arrow-right",
    "detour-left": "arrow-left",
    "detour-right": "arrow-right",
    "detour": "arrow-right",
    "pass-left": "keep-left-arrow",
    "pass-right": "keep-right-arrow",
    "keep-left": "keep-left-arrow",
    "keep-right": "keep-right-arrow",
    "turn-left": "turn-left-arrow",
    "turn-right": "turn-right-arrow",
    "turn-left-ahead": "turn-left-arrow",
    "turn-right-ahead": "turn-right-arrow",
    "no-left-turn": "turn-left-arrow",
    "no-right-turn": "turn-right-arrow",
    "go-left": "arrow-up-left",
    "go-right": "arrow-up-right",
    "dead-end-go-left": "arrow-up-left",
    "dead-end-go-right": "arrow-up-right",
    "go-straight": "arrow-straight",
    "one-way-straight": "arrow-straight",
    "end-of-one-way-straight": "arrow-straight",
    "no-straight-through": "arrow-straight",
    "go-straight-or-turn-left": "straight-or-left-arrow",
    "go-straight-or-turn-right": "straight-or-right-arrow",
    "no-go-straight-or-turn-left": "straight-or-left-arrow",
    "no-go-straight-or-turn-right": "straight-or-right-arrow",
    "turn-left-or-right": "left-or-right-arrow",
    "no-turns": "left-or-right-arrow",
    "pass-on-either-side": "pass-either-side-arrows",
    "pass-left-or-right": "pass-either-side-arrows",
    "all-directions-permitted": "all-directions-arrow",
    "central-lane": "arrow-down",
    "give-way-to-oncoming-traffic": "oncoming-arrows",
    "priority-over-oncoming-vehicles": "oncoming-arrows",
    "two-way-traffic": "two-way-down-up",
    "reversible-lanes": "center-lane-arrows",
    # vehicles
    "vehicles": "car-side",
    "vehicles-only": "car-side",
    "vehicles-crossing": "car-side",
    "except-vehicles": "car-side",
    "no-motor-vehicles": "car-and-motorcycle",
    "no-motor-vehicles-except-motorcycles": "car-front",
    "limited-access-road": "car-front",
    "end-of-limited-access-road": "car-front",
    "vehicles-or-buses": "car-and-bus",
    "including-buses-vehicles": "bus-and-car",
    "buses": "bus-side",
    "buses-only": "bus-side",
    "no-buses": "bus-side",
    "no-tour-buses": "bus-side",
    "except-buses": "bus-side",
    "end-of-buses-only": "bus-side",
    "buses-and-taxi-only": "bus-side",
    "end-of-bus-and-taxi-only": "bus-side",
    "bus-lane-straight": "bus-and-lane-arrow",
    "bus-priority-lane": "bus-and-lane-arrow",
    "carts": "horse-cart",
    "no-carts": "horse-cart",
    "except-carts": "horse-cart",
    "caravan-trailers": "caravan",
    "no-caravan-trailers": "car-with-caravan",
    "slippery-for-caravan-trailers": "car-with-caravan",
    "trailer-camping": "caravan",
    "caravans": "motorhome",
    "no-caravans": "motorhome",
    "caravan-parking": "motorhome",
    "caravan-trailer-parking": "motorhome-and-caravan",
    "no-caravans-or-caravan-trailers": "motorhome-and-caravan",
    "no-motor-vehicle-trailers": "trailer",
    "no-goods-vehicle-trailers": "truck-with-trailer",
    "no-trailers": "cars-with-trailers",
    "no-good-trailers": "articulated-truck",
    "truck-parking": "articulated-truck",
    "heavy-goods-vehicles-permitted": "truck-rear",
    "trams-crossing": "tram",
    "tram-bus-stop": "tram-and-bus",
    "no-tractors": "tractor-with-driver",
    "train-or-light-rail-station": "train-station",
    "dangerous-or-pollutant-good": "tanker-over-water",
    "water-protection-zone": "tanker-over-water",
    "no-vehicles-carrying-dangerous-water-pollutants": "tanker-over-water",
    "vehicles-carrying-dangerous-goods-only": "tanker-with-diamond",
    "vehicles-carrying-dangerous-goods-permitted": "black-diamond",
    "no-vehicles-carrying-dangerous-goods": "truck-with-orange-panel",
    "vehicles-carrying-hazardous-goods-permitted": NO_PICTOGRAM,
    "no-vehicles-carrying-explosives": "exploding-car",
    "vehicles-carrying-explosives-only": "exploding-car",
    "low-speed-vehicle-permitted": "low-speed-car",
    "no-low-speed-vehicles": "low-speed-car",
    "overtaking-allowed-heavy-good-vehicles": "truck-beside-car",
    "end-of-overtaking-permitted-heavy-good-vehicles": "truck-beside-car",
    "no-overtaking-by-heavy-goods-vehicles": "truck-beside-car",
    "end-of-no-overtaking-by-heavy-goods-vehicles": "truck-beside-car",
    "end-of-no-overtaking-by-motorcycles": "motorcycle-beside-car",
    "no-overtaking-atvs": "two-atvs",
    "trucks-on-right": "car-beside-truck",
    "no-overtaking": "two-cars",
    "end-of-no-overtaking": "two-cars",
    "no-cargo-loading": "truck-loading",
    "cargo-loading-zone": "truck-loading",
    "no-passenger-loading": "bus-with-passengers",
    "passenger-loading-zone": "bus-with-passengers",
    "traffic-queues-likely": "traffic-queue",
    "traffic-queues": "traffic-queue",
    "no-horn": "horn-trumpet",
    "end-of-no-horn": "horn-trumpet",
    "horn": "horn-with-flashes",
    "low-beam-headlights": "headlight",
    "end-of-low-beam-headlights": "headlight",
    # cyclists and pedestrians
    "bicycles-crossing": "bicycle",
    "bike-route": "bicycle",
    "bicycle-parking": "bicycle",
    "give-way-to-bicycles": "bicycle",
    "bicycles-wrong-way": "bicycle",
    "bicycles-yield-or-use-signal": "bicycle",
    "bicycles-stop-on-red": "bicycle",
    "bicycles-and-pedestrians-detour": "bicycle-and-pedestrian",
    "bicycles-or-pedestrians-detour": "pedestrian",
    "cycling-restriction": "person-with-bicycle",
    "end-of-cycling-restriction": "person-with-bicycle",
    "cyclists-dismount-and-walk": "person-pushing-bicycle",
    "cycling-two-abreast-permitted": "two-cyclists",
    "bicycle-lane": "cyclist-before-car",
    "end-of-bicycle-lane": "cyclist-before-car",
    "pedestrians-and-bicycles": "pedestrian-over-bicycle",
    "pedestrians-bicycles-permitted": "pedestrian-over-bicycle",
    "no-pedestrians-or-bicycles": "pedestrian-over-bicycle",
    "shared-path-pedestrians-and-bicycles": "pedestrian-over-bicycle",
    "end-of-shared-path-pedestrians-and-bicycles": "pedestrian-over-bicycle",
    "shared-path-bicycles-and-pedestrians": "bicycle-over-pedestrian",
    "end-of-shared-path-bicycles-and-pedestrians": "bicycle-over-pedestrian",
    "dual-path-bicycles-and-pedestrians": "bicycle-beside-pedestrian",
    "end-of-dual-path-bicycles-and-pedestrians": "bicycle-beside-pedestrian",
    "dual-path-pedestrians-and-bicycles": "pedestrian-beside-bicycle",
    "end-of-dual-path-pedestrians-and-bicycles": "pedestrian-beside-bicycle",
    "trail-crossing": "pedestrian-over-bicycle",
    "pedestrians-only": "adult-with-child",
    "end-of-pedestrians-only": "adult-with-child",
    "no-pedestrians": "pedestrian",
    "pedestrians-crossing": "pedestrian-on-crossing",
    "cross-only-on-pedestrian-signal": "pedestrian",
    "disabled-persons": "wheelchair",
    "disabled-persons-crossing": "wheelchair",
    "reserved-parking": "wheelchair",
    "school-zone": "schoolchildren",
    "children": "children",
    "no-skiing": "skier-cross-country",
    "skiers": "skier-cross-country",
    # what is seen on warning signs
    "end-of-road-works": "road-worker",
    "roadworks": "road-worker",
    "wild-animals": "deer",
    "low-flying-aircraft": "airplane",
    "icy-road": "snowflake",
    "when-snowy": "snowflake",
    "snow": "snowflakes",
    "when-foggy": "foggy-road",
    "bridge": "humped-bridge",
    "other-danger": "exclamation-mark",
    "traffic-signals": "traffic-lights",
    "traffic-signal-photo-enforced": "traffic-lights",
    "expressway": "motorway",
    "slippery-road-surface": "slippery-road",
    "t-roads": "t-junction",
    "y-roads": "y-junction",
    "kangaloo-crossing": "kangaroo",
    "photo-enforced": "camera-flash",
    "camera": "photo-camera",
    "built-up-area": "skyline",
    "end-of-built-up-area": "skyline",
    "camp": "tent",
    "trees": "trees-over-road",
    "limited-lighting-under-trees": "trees-over-road",
    "snow-chains": "tyre-with-chains",
    "end-of-snow-chains": "tyre-with-chains",
    "weekends-or-holidays": "asterisk",
    "working-days": "crossed-hammers",
    "priority-route-at-intersection": "priority-route",
    "width-limit": "width-arrows",
    "width-restriction": "width-arrows",
    "height-limit": "height-arrows",
    "height-restriction": "height-arrows",
    "length-limit": "truck-length",
    "length-restriction": "truck-length",
    "axle-limit": "axle",
    "axle-restriction": "axle",
    "weight-limit-per-axle": "axle-load",
    "weight-limit-per-tandem-axle": "tandem-axle",
    "railroad-crossing-without-barriers": "steam-locomotive",
    "railroad": "steam-locomotive",
    "trains": "steam-locomotive",
    "except-railroad-crossing": "crossbuck-rails",
}
"""Name of the pictogram by meaning, where the rule on words does not give a good one."""


def pictogram_of(meaning: str) -> str:
    """Name of what is drawn, independent of the plate it is drawn on.

    Prohibited, ordered and announced things share a name (``no-bicycles``, ``bicycles-only``); a
    thing that looks left and one that looks right share it too unless the side is the meaning.
    """
    if meaning in PICTOGRAMS:
        return PICTOGRAMS[meaning]
    if _NOTHING_DRAWN.search(meaning):
        return NO_PICTOGRAM
    name = _SUFFIXES.sub("", _PREFIXES.sub("", meaning)).replace("_", "-")
    name = name.replace("heavy-goods-vehicles", "trucks")
    return "-".join(_WORDS.get(word, word) for word in name.split("-"))


# --- the table ------------------------------------------------------------------------------------


def derive(path: Path) -> Row:
    """The row of one drawing, before corrections."""
    _, meaning, _ = path.stem.split("--")
    rgba = render(path)
    plate = plate_of(rgba[..., 3])
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


def read_corrections(path: Path = CORRECTIONS) -> dict[str, dict[str, str]]:
    """Corrected cells by name and column; ValueError if a cell is corrected twice."""
    corrections: dict[str, dict[str, str]] = {}
    with path.open(newline="") as file:
        for record in csv.DictReader(file):
            cells = corrections.setdefault(record["name"], {})
            if record["column"] not in COLUMNS[1:] or record["column"] in cells:
                raise ValueError(f"{path.name}: {record['name']}, column {record['column']}")
            cells[record["column"]] = record["value"]
    return corrections


def read_table(path: Path = TABLE) -> list[Row]:
    """The rows of a table that :func:`main` has written."""
    with path.open(newline="") as file:
        return [Row(**record) for record in csv.DictReader(file)]


def build(folder: Path) -> list[Row]:
    """All rows of a folder of SVGs, corrected, validated and sorted by name."""
    corrections = read_corrections()
    rows = []
    for path in sorted(folder.glob("*.svg"), key=lambda path: path.stem):
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
