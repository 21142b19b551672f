"""Photographed numbers whose digits change places, so that none of them is learnt as a whole.

GTSRB shows eight limits. Where little is left to see, a reader that was told them on photographs
reads the likeliest of the eight. Here the digits of two photographs make a number that neither
shows: light, blur, noise and letters stay those of photographs.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from attributes.training.labels import Labels

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_COLUMNS: Final = {
    2: ((0.235, 0.505), (0.525, 0.795)),
    3: ((0.19, 0.345), (0.355, 0.56), (0.57, 0.785)),
}
"""Where the digits of German limits stand, left and right, in the plate's unit box, by how many
there are; the first of three is a 1. Read off the means of registered photographs."""
_FILLED: Final = {2: ((1,),), 3: ((1,), (2,), (1, 2))}
"""Which places are given other digits, by how many digits there are: one number for each."""
_ROWS: Final = (0.28, 0.72)
_FACE: Final = 0.305
"""Radius around the plate's centre within which its digits stand."""
_CERTAIN: Final = 0.24
"""Radius within which there is nothing of the rim, even where the box is a pixel off."""
_BLACKNESS: Final = (0.55, 0.8)
"""Share of ink in red, by that in the colour with most: below the first a pixel is the red rim's,
above the second a black digit's."""
_FEATHER: Final = 0.025
"""Width over which a digit passes into what is beside it, in the plate's unit box."""
_LIKE_WIDE: Final = 20
"""How far from a photograph's width, by rank, the other's may be: their blur is alike."""


@dataclass(frozen=True)
class NumberPhotograph:
    """A photographed speed limit.

    Attributes:
        rgb: uint8 (S, S, 3).
        erased: the same without its number, and ink, float32 (3,) in [0, 1]; see
            :func:`attributes.training.erasing.erase`.
        box: float32 (4,), the plate's x1, y1, x2, y2 in pixels.
        row: its attributes; ``text`` is a number of two digits, or of three that begins with 1.
        width: of the photograph as it was taken, pixels.
    """

    rgb: Pixels
    erased: Pixels
    ink: Floats
    box: Floats
    row: Mapping[str, str]
    width: int


@dataclass(frozen=True)
class RecombinedBank:
    """Numbers that no photograph shows, on photographs.

    Attributes:
        pixels: uint8 (K, 3, S, S), RGB.
        slots: uint8 (K, 1, S, S): k + 1 where character k stands.
        labels: their attributes, K of them.
    """

    pixels: Tensor
    slots: Tensor
    labels: Labels


def has_digits_to_exchange(row: Mapping[str, str]) -> bool:
    """Whether a sign is a limit whose digits stand where they are looked for."""
    looks = tuple(row[key] for key in ("shape", "border", "background", "bar"))
    text = row["text"]
    is_usual = len(text) == 2 or (len(text) == 3 and text.startswith("1"))
    return looks == ("circle", "red", "white", "none") and text.isdecimal() and is_usual


def recombine(
    rng: np.random.Generator,
    photographs: Sequence[NumberPhotograph],
    pictograms: Sequence[str],
    without: Collection[str] = (),
) -> RecombinedBank | None:
    """Further numbers for each photograph.

    The first digit stays. Behind it come first digits of other photographs, about as wide, all
    digits equally often: 20 and 50 make 25; with 100, 50 makes 150 and 105, and with 30 too 153.

    Args:
        rng: source of randomness.
        photographs: in any order.
        pictograms: names of the pictogram classes, in index order.
        without: numbers that must not occur.

    Returns:
        the numbers, or None if there is none.
    """
    givers: dict[str, list[NumberPhotograph]] = {}
    for photograph in sorted(photographs, key=lambda p: p.width):
        if len(photograph.row["text"]) == 2:
            givers.setdefault(photograph.row["text"][0], []).append(photograph)
    made: list[tuple[Pixels, Pixels, dict[str, str]]] = []
    for photograph in photographs if givers else ():
        text = photograph.row["text"]
        for places in _FILLED[len(text)]:
            digits, pixels = list(text), np.float32(photograph.rgb)
            for place in places:
                digits[place] = str(rng.choice(list(givers)))
                giver = _about_as_wide(rng, givers[digits[place]], photograph.width)
                pixels = _with_digit(pixels, photograph, place, giver)
            number = "".join(digits)
            if number not in without:
                shown = np.uint8(pixels.clip(0, 255))
                made.append((shown, _slots(photograph), {**photograph.row, "text": number}))
    if not made:
        return None
    pixels_of, slots_of, rows = zip(*made, strict=True)
    return RecombinedBank(
        torch.from_numpy(np.stack(pixels_of)).permute(0, 3, 1, 2),
        torch.from_numpy(np.stack(slots_of))[:, None],
        Labels.from_rows(rows, pictograms),
    )


def _about_as_wide(
    rng: np.random.Generator, photographs: Sequence[NumberPhotograph], width: int
) -> NumberPhotograph:
    """One of the photographs, which are sorted by width, near to a width."""
    rank = bisect.bisect_left(photographs, width, key=lambda p: p.width)
    rank += int(rng.integers(-_LIKE_WIDE, _LIKE_WIDE + 1))
    return photographs[min(max(rank, 0), len(photographs) - 1)]


def _with_digit(
    pixels: Floats, photograph: NumberPhotograph, place: int, giver: NumberPhotograph
) -> Floats:
    """The photograph's pixels with the giver's first digit in one place, in its light and ink."""
    size = pixels.shape[0]
    own, source = _COLUMNS[len(photograph.row["text"])], _COLUMNS[2][0]
    strokes = _strokes(giver) * _between(giver.box, source, size)
    moved = cv2.warpAffine(
        strokes,
        _from_cell_to_cell(photograph.box, own[place], giver.box, source),
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    # From the digit before it to the next, or to the rim: what the old digit covered.
    gap = (own[place - 1][1], own[place + 1][0] if place + 1 < len(own) else 1.0)
    window = _between(photograph.box, gap, size) * _within(photograph.box, _FACE, size)
    face = pixels + window * (photograph.erased - pixels)
    return np.asarray(face + moved * (255 * photograph.ink - face), np.float32)


def _strokes(photograph: NumberPhotograph) -> Floats:
    """Share of a digit's ink in each pixel and colour, about 0 to 1, float32 (S, S, 3)."""
    face = np.float32(photograph.erased)
    contrast = (face - 255 * photograph.ink).clip(min=8.0)
    ink = ((face - photograph.rgb) / contrast).clip(-0.2, 1.2)
    red_by_most = ink[..., :1] / ink.max(axis=2, keepdims=True).clip(min=0.05)
    black = ((red_by_most - _BLACKNESS[0]) / (_BLACKNESS[1] - _BLACKNESS[0])).clip(0, 1)
    certain, face_share = (
        _within(photograph.box, radius, len(face)) for radius in (_CERTAIN, _FACE)
    )
    return np.asarray(ink * (certain + (face_share - certain) * black), np.float32)


def _rectangle(box: Floats, columns: tuple[float, float]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a cell, in pixels."""
    (x1, y1), (width, height) = box[:2], box[2:] - box[:2]
    return (
        float(x1 + columns[0] * width),
        float(y1 + _ROWS[0] * height),
        float(x1 + columns[1] * width),
        float(y1 + _ROWS[1] * height),
    )


def _from_cell_to_cell(
    box: Floats, columns: tuple[float, float], other: Floats, other_columns: tuple[float, float]
) -> npt.NDArray[np.float64]:
    """Affine map (2, 3) from pixels of one plate's cell to those of another's."""
    left, top, right, bottom = _rectangle(box, columns)
    other_left, other_top, other_right, other_bottom = _rectangle(other, other_columns)
    x = (other_right - other_left) / (right - left)
    y = (other_bottom - other_top) / (bottom - top)
    return np.array([[x, 0, other_left - x * left], [0, y, other_top - y * top]])


def _between(box: Floats, columns: tuple[float, float], size: int) -> Floats:
    """1 between two columns, falling to 0 over them, float32 (1, size, 1)."""
    left, _, right, _ = _rectangle(box, columns)
    at = np.arange(size) + 0.5
    inside = np.minimum(at - left, right - at) / (_FEATHER * float(box[2] - box[0]))
    return np.asarray((0.5 + inside).clip(0, 1)[None, :, None], np.float32)


def _within(box: Floats, radius: float, size: int) -> Floats:
    """1 around the plate's centre, falling to 0 at a radius, float32 (size, size, 1)."""
    (x1, y1), (width, height) = box[:2], box[2:] - box[:2]
    at = np.arange(size) + 0.5
    x, y = (at - x1) / width - 0.5, (at - y1) / height - 0.5
    inside = (radius - np.hypot(x[None], y[:, None])) / _FEATHER
    return np.asarray((0.5 + inside).clip(0, 1)[:, :, None], np.float32)


def _slots(photograph: NumberPhotograph) -> Pixels:
    slots = np.zeros(photograph.rgb.shape[:2], np.uint8)
    for place, columns in enumerate(_COLUMNS[len(photograph.row["text"])]):
        left, top, right, bottom = _rectangle(photograph.box, columns)
        slots[round(top) : round(bottom), round(left) : round(right)] = place + 1
    return slots
