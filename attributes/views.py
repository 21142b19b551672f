"""One exemplar picture, looked at in several ways.

A sign on the road is never framed, lit and focused as its exemplar is. Embedding a few mild
views of the exemplar, instead of the exemplar alone, lets the nearest of them be compared.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from attributes.needless_pixels import without_needless_pixels

Pixels = npt.NDArray[np.uint8]

# angle in degrees, share of the crop that the plate fills, blur in pixels of a 64-pixel crop, level
# of the background. Light and contrast would make no difference: every crop is standardized.
_VIEWS = (
    (0, 0.86, 0.0, 0.50),
    (0, 0.80, 0.8, 0.35),
    (-6, 0.84, 0.5, 0.70),
    (6, 0.84, 0.5, 0.20),
    (-3, 0.76, 1.3, 0.45),
    (3, 0.92, 1.3, 0.60),
    (0, 0.88, 1.8, 0.30),
    (0, 0.72, 0.6, 0.85),
    (-9, 0.88, 1.0, 0.15),
    (9, 0.80, 1.0, 0.55),
)
_SIZE = 96
_LEAST_SIDE = 10
"""Pixels; of smaller signs no attributes can be read either."""
_LEAST_CONTRAST = 0.1
"""Difference between the lightest and darkest pixel of a photograph, in [0, 1]."""


def exemplar_views(picture: Pixels) -> list[Pixels]:
    """Mild views of an exemplar.

    Args:
        picture: uint8 (H, W, 4) BGRA artwork, cut to its plate and laid on plain backgrounds;
            or uint8 (H, W, 3) BGR, a photograph that is kept with its own surroundings.

    Returns:
        crops, each uint8 (96, 96, 3) BGR.

    Raises:
        ValueError: the picture has another shape, nothing of it is opaque, what is has fewer than
            10 pixels a side, or a photograph has one colour throughout.
    """
    plate, is_artwork = _plate_of(picture)
    return [_view(plate, *view, is_artwork) for view in _VIEWS]


def check_exemplar(picture: Pixels) -> None:
    """See whether a picture can be an exemplar, without drawing its views.

    Raises:
        ValueError: see :func:`exemplar_views`.
    """
    _plate_of(picture)


def _plate_of(picture: Pixels) -> tuple[npt.NDArray[np.float32], bool]:
    """float32 (H, W, 4) BGRA in [0, 1] of an exemplar, and whether it is artwork."""
    if picture.ndim != 3 or picture.shape[2] not in (3, 4):
        raise ValueError(f"an exemplar must be (H, W, 3) or (H, W, 4), got {picture.shape}")
    is_artwork = picture.shape[2] == 4 and bool((picture[:, :, 3] < 250).any())
    plate = _opaque_part(picture) if is_artwork else _with_alpha(picture[:, :, :3])
    height, width = (plate if is_artwork else picture).shape[:2]
    if min(height, width) < _LEAST_SIDE:
        raise ValueError(f"{width}×{height} pixels, at least {_LEAST_SIDE} are needed")
    if not is_artwork and np.ptp(plate[:, :, :3], axis=(0, 1)).max() < _LEAST_CONTRAST:
        raise ValueError("one colour throughout: it shows nothing")
    return plate, is_artwork


def _opaque_part(picture: Pixels) -> npt.NDArray[np.float32]:
    rows, columns = np.nonzero(picture[:, :, 3] > 40)
    if not len(rows):
        raise ValueError("the exemplar is fully transparent")
    cut = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return _as_floats(cut)


def _with_alpha(photograph: Pixels) -> npt.NDArray[np.float32]:
    photograph = without_needless_pixels(photograph)
    opaque = np.full((*photograph.shape[:2], 1), 255, np.uint8)
    whole = np.concatenate([photograph, opaque], axis=2)
    return _as_floats(whole)


def _as_floats(pixels: Pixels) -> npt.NDArray[np.float32]:
    # Not `pixels / 255`, which would be eight times as large as the picture meanwhile.
    return np.asarray(np.divide(pixels, 255, dtype=np.float32))


def _view(
    plate: npt.NDArray[np.float32],
    angle: float,
    fill: float,
    blur: float,
    background: float,
    is_artwork: bool,
) -> Pixels:
    height, width = plate.shape[:2]
    # A photograph already has a margin; artwork gets its one here.
    scale = _SIZE * (fill if is_artwork else fill / 0.86) / max(height, width)
    premultiplied = np.concatenate([plate[:, :, :3] * plate[:, :, 3:], plate[:, :, 3:]], axis=2)
    if scale < 0.5:  # warpAffine does not average what it skips
        shrunk = (max(1, round(2 * width * scale)), max(1, round(2 * height * scale)))
        premultiplied = cv2.resize(premultiplied, shrunk, interpolation=cv2.INTER_AREA)
        height, width = premultiplied.shape[:2]
        scale = 0.5
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
    matrix[:, 2] += _SIZE / 2 - width / 2, _SIZE / 2 - height / 2
    border = cv2.BORDER_CONSTANT if is_artwork else cv2.BORDER_REPLICATE
    placed = cv2.warpAffine(
        premultiplied, matrix, (_SIZE, _SIZE), flags=cv2.INTER_LINEAR, borderMode=border
    )
    laid = placed[:, :, :3] + background * (1 - placed[:, :, 3:])
    if blur:
        laid = cv2.GaussianBlur(laid, (0, 0), blur * _SIZE / 64)
    return np.asarray((laid * 255).clip(0, 255).round(), np.uint8)
