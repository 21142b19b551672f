"""Numbers and words as roads write them, drawn with fonts and by road digits, as masks.

A mask is free of its plate: on any plate, in any colour, the text reader learns to read any number.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from attributes.replacing import replace_bytes
from attributes.training import packages
from attributes.training.artwork import SPRITE_SIZE
from attributes.training.pictograms import Mask, MaskBank
from attributes.training.road_digits import random_road_digits
from attributes.vocabulary import TEXT

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_FONTS = (
    packages.BARLOW,
    packages.BARLOW_SEMI_CONDENSED,
    packages.BARLOW_CONDENSED,
    packages.SOFIA_CONDENSED,
    packages.SOFIA_EXTRA_CONDENSED,
    packages.OVERPASS,
)
# As on roads, where one word stands at every other corner. The others are of many languages: an O
# or S is told from a 0 or 5 by its neighbours alone.
WORDS = (
    *["STOP"] * 20, *["TAXI", "ZONE", "BUS", "P", "H", "M", "T", "EXIT"] * 3,
    "ARRET", "PARE", "ALTO", "HALT", "TRAM", "ZOLL", "STAU", "FREI", "ENDE", "KM", "YIELD", "ONLY",
    "SLOW", "LANE", "WAY", "END", "NO", "ROAD", "AHEAD", "CLOSED", "OPEN", "SCHOOL", "KEEP", "LEFT",
    "RIGHT", "TURN", "TOLL", "PARK", "RIDE", "TOWN", "CAR", "FIRE", "POLICE", "DETOUR", "MERGE",
    "CURVE", "HILL", "BUMP", "DIP", "ICE", "FOG", "SCHULE", "KINDER", "RADWEG", "LKW", "PKW",
    "BAHN", "MAUT", "RUE", "ECOLE", "SORTIE", "SAUF", "RAPPEL", "PEAGE", "FIN", "VILLE", "CEDEZ",
    "DESVIO", "SALIDA", "CURVA", "PASO", "USCITA", "LENTO", "SENSO", "UNICO", "STRADA", "ALT",
    "SKOLA", "UIT", "DUR", "OKUL", "OBRAS", "BIS", "BOOM", "GAS", "SIGNAL", "SOLO", "ISOLA",
    "BIVIO", "GIRO", "LOOP",
)  # fmt: skip
_HALVES_OF_A_MONTH = {"115": 1, "1631": 2}
"""The days, 1 to 15 and 16 to 31, on which many countries forbid to park on one side: as they are
read, and how many digits the first of them has."""
_UNIT_OF_DECIMALS = 0.5
"""Share of the decimals in one piece that a unit stands beside: most are heights and weights."""
LIMITS = tuple(str(10 * tens) for tens in range(1, 15))
"""The speed limits of most countries."""
_BY_ROAD_DIGITS = 0.4
"""Share of the whole numbers in one piece that are written as on German roads, not in a font."""
_WIDTHS = (0.75, 1.15)
"""Between which shares of its width a string is squeezed or stretched."""
_WIDTHS_OF_LONG_NUMBERS = (0.6, 0.95)
"""The same for three digits and more in a font, which is then about as narrow as roads write them
(*Engschrift*, see ``road_digits.py``)."""
_CAPTIONS = ("SPEED", "LIMIT", "MAX", "km/h", "t", "m", "ZONE", "mph", "MINIMUM")


def text_masks(
    rng: np.random.Generator,
    count: int,
    without: Collection[str] = (),
    likelier: Mapping[str, float] | None = None,
) -> MaskBank:
    """Numbers and words in several fonts, now and then with a small caption above or below.

    Args:
        rng: source of randomness.
        count: how many masks to draw.
        without: strings that must not occur. Numbers that differ from them in one digit, any one,
            take their place, so that their other digits are hardly rarer than if none were left
            out: where there is no 120, 320 still shows a 2 before a 0, and 126 a 2 behind a 1.
        likelier: how much likelier than the others some limits are; 1 for those not named.
    """
    fonts = load_fonts()
    weights = np.array([(likelier or {}).get(limit, 1.0) for limit in LIMITS])
    shares = weights / weights.sum()
    masks: list[Mask] = []
    slots: list[Mask] = []
    strings: list[str] = []
    while len(strings) < count:
        string = _with_another_digit(rng, _random_string(rng, shares), without)
        if string not in without:
            mask, places = draw_string(rng, string, fonts, without=without)
            masks.append(mask)
            slots.append(places)
            strings.append(string)
    return MaskBank(np.stack(masks), tuple(strings), np.stack(slots))


def _random_string(rng: np.random.Generator, shares_of_limits: npt.NDArray[np.float64]) -> str:
    kind = rng.random()
    if kind < 0.3:
        return str(rng.choice(LIMITS, p=shares_of_limits))
    if kind < 0.4:
        return str(int(rng.integers(1, 31)) * 5)
    if kind < 0.55:
        return str(int(rng.integers(1, 1000 if rng.random() < 0.4 else 100)))
    if kind < 0.65:
        return f"{rng.integers(0, 25)}.{rng.integers(0, 10)}"  # 4.0, too, as heights are written
    if kind < 0.67:
        return str(int(rng.integers(1, 10)) * 100)
    if kind < 0.72:  # two numbers, such as days of a month; most are written in parts
        if rng.random() < 0.4:
            return str(rng.choice(list(_HALVES_OF_A_MONTH)))
        return f"{rng.integers(1, 32)}{rng.integers(1, 32)}"
    if kind < 0.87:
        return str(rng.choice(WORDS))
    letters = TEXT.alphabet[11:] if rng.random() < 0.8 else TEXT.alphabet.replace(".", "")
    # Long ones are seldom: at the size of a sign far away nobody could read them.
    length = 1 + int(TEXT.max_length * rng.random() ** 1.5)
    return "".join(rng.choice(list(letters), length))


def _with_another_digit(rng: np.random.Generator, string: str, without: Collection[str]) -> str:
    """For a number that is left out one that is like it, all else as it is."""
    places = [k for k, character in enumerate(string) if character.isdigit()]
    if string not in without or not places:
        return string
    place = int(rng.choice(places))
    others = "0123456789"[place == 0 :].replace(string[place], "")
    return string[:place] + str(rng.choice(list(others))) + string[place + 1 :]


def is_like(number: str, other: str) -> bool:
    """Whether two numbers differ in one digit."""
    pairs = [(a, b) for a, b in zip(number, other, strict=False) if a != b]
    return len(number) == len(other) and len(pairs) == 1 and all(map(str.isdigit, pairs[0]))


def load_fonts() -> list[FreeTypeFont]:
    """The fonts that strings are drawn with, in several widths and weights.

    Raises:
        MissingPackageError: the fonts cannot be had.
    """
    from PIL import ImageFont

    return [
        ImageFont.truetype(str(truetype(packages.web_font(package, weight))), 44)
        for package in _FONTS
        for weight in (400, 500, 600, 700, 800)
    ]


def draw_string(
    rng: np.random.Generator,
    string: str,
    fonts: Sequence[FreeTypeFont],
    plain: bool = False,
    without: Collection[str] = (),
    unit: str = "",
) -> tuple[Mask, Mask]:
    """White characters on black, squeezed or stretched a little, filling most of a sprite.

    Unless it is to be ``plain``, a fifth gets a small word above or below, some numbers a unit, and
    some are written in parts, none of which is one of ``without`` (:func:`_parts`). Behind a plain
    one stands ``unit``, none of whose characters counts.

    Returns:
        the mask, and where each character stands: k + 1 over the cell of character k, else 0;
        both uint8 (SPRITE_SIZE, SPRITE_SIZE).
    """
    assert plain or not unit, "only a plain number is given its unit"
    font = fonts[int(rng.integers(len(fonts)))]
    parts = _parts(rng, string, plain, without, unit)
    is_whole = len(parts) == 1 and parts[0].shown.isdecimal()
    widths = _WIDTHS
    if is_whole and rng.random() < _BY_ROAD_DIGITS:
        main, spans = random_road_digits(rng, len(string)).ink(string)
    else:
        main, spans = _strip_of_parts(parts, font)
        if is_whole and len(string) > 2:
            widths = _WIDTHS_OF_LONG_NUMBERS
    squeeze = rng.uniform(*widths)
    box = SPRITE_SIZE - 4
    caption = 1.0 if plain else rng.random()
    height = box * (0.62 if caption < 0.2 else 1.0)
    scale = min(box / (main.shape[1] * squeeze), height / main.shape[0])
    size = (max(1, round(main.shape[1] * squeeze * scale)), max(1, round(main.shape[0] * scale)))
    main = cv2.resize(main, size, interpolation=cv2.INTER_AREA)
    canvas = np.zeros((SPRITE_SIZE, SPRITE_SIZE), np.uint8)
    left = (SPRITE_SIZE - size[0]) // 2
    if caption < 0.2:
        small = text_strip(str(rng.choice(_CAPTIONS)), font)
        fit = min(box / small.shape[1], 0.26 * box / small.shape[0])
        width, tall = max(1, round(small.shape[1] * fit)), max(1, round(small.shape[0] * fit))
        small = cv2.resize(small, (width, tall), interpolation=cv2.INTER_AREA)
        above = rng.random() < 0.5
        start = 2 if above else SPRITE_SIZE - 2 - tall
        canvas[start : start + tall, (SPRITE_SIZE - width) // 2 :][:, :width] = small
        top = SPRITE_SIZE - 2 - size[1] if above else 2
    else:
        top = (SPRITE_SIZE - size[1]) // 2
    canvas[top : top + size[1], left : left + size[0]] = main
    places = np.zeros_like(canvas)
    for index, (start, end) in enumerate(spans):
        columns = slice(left + round(start * size[0]), left + max(1, round(end * size[0])))
        places[top : top + size[1], columns] = index + 1
    return canvas, places


@dataclass(frozen=True)
class _Part:
    """What is written in one go: ``counted`` of its characters belong to the string.

    ``size`` is its height as a share of a digit's, ``top`` where it begins.
    """

    shown: str
    counted: int
    size: float = 1.0
    top: float = 0.0


def _parts(
    rng: np.random.Generator, string: str, plain: bool, without: Collection[str], unit: str
) -> list[_Part]:
    """How a string is written: in one piece, unless it is a number that roads divide.

    A raised unit may stand for the decimal point (3t5 is 3.5), and days and hours come in pairs
    (1-15 reads 115: characters in reading order, without what divides them).
    """
    if plain:
        shown = string.replace(".", "," if rng.random() < 0.5 else ".")
        return [_Part(shown + unit, len(string))]
    whole, point, fraction = string.partition(".")
    if point and whole not in without and fraction not in without and rng.random() < 0.25:
        smaller = float(rng.uniform(0.6, 1.0))
        return [
            _Part(whole, len(whole)),
            _Part(str(rng.choice(["t", "m"])), 1, float(rng.uniform(0.3, 0.5))),
            _Part(fraction, len(fraction), smaller, float(rng.uniform(0, 1 - smaller))),
        ]
    places = [
        k for k in range(1, len(string)) if not {string[:k], string[k:]}.intersection(without)
    ]
    parted = 0.15 if len(string) == 3 else 0.7
    if string in _HALVES_OF_A_MONTH:
        places, parted = [k for k in places if k == _HALVES_OF_A_MONTH[string]], 0.8
    if string.isdecimal() and len(string) > 2 and places and rng.random() < parted:
        first = int(rng.choice(places))
        between = [_Part("-", 0, 0.12, 0.44)] if rng.random() < 0.5 else [_Part("", 0)]
        return [_Part(string[:first], first), *between, _Part(string[first:], len(string) - first)]
    shown = string.replace(".", "," if rng.random() < 0.5 else ".")
    if string[0].isdigit() and rng.random() < (_UNIT_OF_DECIMALS if point else 0.12):
        shown += str(rng.choice(["t", "m", " t", " m"]))
    return [_Part(shown, len(string))]


def _strip_of_parts(
    parts: Sequence[_Part], font: FreeTypeFont
) -> tuple[Mask, list[tuple[float, float]]]:
    """Ink of all parts in a row; left and right edge of each character that counts, as shares."""
    first = text_strip(parts[0].shown, font)
    if len(parts) == 1:
        part = parts[0]
        return first, _character_spans(part.shown[: part.counted], part.shown, font)
    height = first.shape[0]
    gap = np.zeros((height, max(1, height // 10)), np.uint8)
    columns, edges, left = [], [], 0
    for part in parts:
        ink = (
            text_strip(part.shown, font)
            if part.shown
            else np.zeros((height, height // 5), np.uint8)
        )
        tall = max(1, round(height * part.size))
        scale = tall / ink.shape[0]
        ink = cv2.resize(ink, (max(1, round(ink.shape[1] * scale)), tall))
        top = min(height - tall, round(height * part.top))
        column = np.zeros((height, ink.shape[1]), np.uint8)
        column[top : top + tall] = ink
        counted = part.shown[: part.counted]
        for start, end in _character_spans(counted, part.shown, font) if counted else []:
            edges.append((left + start * ink.shape[1], left + end * ink.shape[1]))
        columns += [column, gap]
        left += column.shape[1] + gap.shape[1]
    strip = np.hstack(columns[:-1])
    return strip, [(start / strip.shape[1], end / strip.shape[1]) for start, end in edges]


def _character_spans(characters: str, shown: str, font: FreeTypeFont) -> list[tuple[float, float]]:
    """Left and right edge of each of the first characters, as shares of the whole ink's width."""
    first, _, last, _ = font.getbbox(shown)
    edges = [font.getlength(shown[:i]) for i in range(len(characters) + 1)]
    shares = [min(1.0, max(0.0, (edge - first) / (last - first))) for edge in edges]
    return list(itertools.pairwise(shares))


def text_strip(string: str, font: FreeTypeFont) -> Mask:
    """The string's ink, uint8 (height, width)."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (64 * len(string) + 64, 96), 0)
    ImageDraw.Draw(image).text((24, 16), string, font=font, fill=255)
    bounds = image.getbbox()
    assert bounds is not None, f"{string!r} left no ink"
    return np.asarray(image.crop(bounds), np.uint8)


def truetype(woff: Path) -> Path:
    """A TrueType copy of a web font, written beside it once."""
    from fontTools.ttLib import TTFont

    target = woff.with_suffix(".ttf")
    if not target.exists():
        font = TTFont(woff)
        font.flavor = None
        content = io.BytesIO()
        font.save(content)
        replace_bytes(target, content.getvalue())  # at once: another run may read it
    return target
