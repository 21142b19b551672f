"""The way up of pictures that OpenCV does not turn itself, such as those with transparency."""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

_BYTE_ORDERS: Final[dict[bytes, Literal["little", "big"]]] = {b"II": "little", b"MM": "big"}
ORIENTATION: Final = 0x0112
"""Number of the EXIF tag (TIFF 6.0, section 8)."""
UPRIGHT = 1


def orientation_of(exif: bytes) -> int:
    """What an EXIF block says, 1 (upright) to 8; 1 if it says nothing that is known."""
    order = _BYTE_ORDERS.get(exif[:2])
    if order is None:
        return UPRIGHT

    def number(at: int, size: int) -> int:
        return int.from_bytes(exif[at : at + size], order)

    directory = number(4, 4)
    for entry in range(number(directory, 2)):
        at = directory + 2 + 12 * entry
        if number(at, 2) == ORIENTATION:
            return known_orientation(number(at + 8, 2))
    return UPRIGHT


def known_orientation(said: object) -> int:
    """What a tag says, if it is one of the eight ways; else upright."""
    return said if isinstance(said, int) and said in range(1, 9) else UPRIGHT


def turn_upright(pixels: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """Pixels (H, W) or (H, W, C) as they are to be looked at."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
