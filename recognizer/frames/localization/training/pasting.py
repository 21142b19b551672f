"""Drawn signs pasted into photographs, so that every sign type is found, not only labelled ones."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from attributes.training import packages
from attributes.training.artwork import EXCLUDED, load_artwork, read_table

Pixels = npt.NDArray[np.float32]

_LARGEST = 160


def load_plates() -> list[Pixels]:
    """The whole artwork: float32 (H, W, 4), BGR premultiplied by alpha, alpha; all in [0, 1].

    Raises:
        MissingPackageError: an artwork package cannot be had.
    """
    excluded = {row["name"] for row in read_table(EXCLUDED)}
    references = [f"mapillary:{r['name']}" for r in read_table() if r["name"] not in excluded]
    # The German drawings are fewer, and nearer to what stands on roads.
    german = sorted(p.stem for p in packages.commonroad_signs().glob("[!.]*.png"))
    references += [f"commonroad:{name}" for name in german] * 3
    drawn: dict[str, Pixels] = {}
    for reference in references:
        if reference not in drawn:
            drawn[reference] = _plate(load_artwork(reference, _LARGEST))
    return [drawn[r] for r in references if min(drawn[r].shape[:2]) >= 8]


def _plate(rgba: npt.NDArray[np.uint8]) -> Pixels:
    """Cut to the opaque part, and colours multiplied by alpha."""
    rows, columns = np.nonzero(rgba[:, :, 3] > 40)
    if not len(rows):
        return np.zeros((1, 1, 4), np.float32)
    cut = rgba[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    pixels = cut.astype(np.float32) / 255
    scale = min(1.0, _LARGEST / max(pixels.shape[:2]))
    pixels[:, :, :3] = pixels[:, :, 2::-1] * pixels[:, :, 3:]
    return np.asarray(
        cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32
    )


def paste(
    rng: np.random.Generator, scene: Pixels, plate: Pixels, centre: tuple[float, float], side: float
) -> npt.NDArray[np.float32] | None:
    """Photograph a plate into a scene, in place.

    Args:
        rng: source of randomness.
        scene: float32 (H, W, 3), BGR in [0, 1], changed.
        plate: see :func:`load_plates`.
        centre: x, y in the scene, pixels.
        side: of the plate's longer side, pixels.

    Returns:
        float32 (4,), x1, y1, x2, y2 of the plate; None if it would not lie inside the scene.
    """
    height, width = plate.shape[:2]
    scale = side / max(height, width)
    shrunk = plate
    if scale < 1:
        shrunk = cv2.resize(plate, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    corners = _seen_corners(rng, width * scale, height * scale) + centre
    x1, y1 = np.floor(corners.min(axis=0)).astype(int)
    x2, y2 = np.ceil(corners.max(axis=0)).astype(int)
    if x1 < 1 or y1 < 1 or x2 >= scene.shape[1] - 1 or y2 >= scene.shape[0] - 1:
        return None
    x1, y1, x2, y2 = x1 - 1, y1 - 1, x2 + 1, y2 + 1  # room for the soft edge
    h, w = shrunk.shape[:2]
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(source, np.float32(corners - (x1, y1) - 0.5))
    seen = cv2.warpPerspective(shrunk, matrix, (int(x2 - x1), int(y2 - y1)))
    seen = _soften(rng, seen)
    region = scene[y1:y2, x1:x2]
    colours = _lit(rng, seen, region)
    region *= 1 - seen[:, :, 3:]
    region += colours
    return np.array([*corners.min(axis=0), *corners.max(axis=0)], np.float32)


def _seen_corners(rng: np.random.Generator, width: float, height: float) -> Pixels:
    """Corners of the plate around its centre: turned, seen from the side, in perspective."""
    angle = math.radians(8) * rng.uniform(-1, 1) ** 3
    narrowed = rng.uniform(0.6, 1.0) if rng.random() < 0.3 else rng.uniform(0.92, 1.0)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width * narrowed / 2, height / 2)
    corners += rng.uniform(-0.04, 0.04, (4, 2)) * min(width, height)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return np.asarray(corners @ turn.T, np.float32)


def _soften(rng: np.random.Generator, seen: Pixels) -> Pixels:
    """Blur of lens and motion, in pixels of the scene."""
    sigma = rng.uniform(0.2, 1.0) if rng.random() < 0.8 else rng.uniform(1.0, 2.0)
    seen = cv2.GaussianBlur(seen, (0, 0), sigma)
    if rng.random() < 0.15:
        length = int(rng.integers(2, 6))
        seen = cv2.blur(seen, (length, 1) if rng.random() < 0.7 else (1, length))
    return np.asarray(seen, np.float32)


def _lit(rng: np.random.Generator, seen: Pixels, region: Pixels) -> Pixels:
    """The plate's colours in the light of the place where it stands, premultiplied."""
    alpha = seen[:, :, 3:]
    around = float(region.mean())
    # White paint is about as bright as the sky or the brightest wall, rarely as dark as its shade.
    white = np.clip(around * rng.uniform(0.7, 2.2) + rng.uniform(0.0, 0.25), 0.12, 1.0)
    black = white * rng.uniform(0.02, 0.3)
    cast = 1 + rng.normal(0, 0.06, 3)
    colours = seen[:, :, :3]
    if rng.random() < 0.4:
        colours = colours + (alpha * 0.65 - colours) * rng.uniform(0, 0.45)
    grey = colours.mean(axis=2, keepdims=True)
    colours = colours + (grey - colours) * rng.uniform(0, 0.5)
    ramp = np.linspace(-1, 1, seen.shape[1])[None, :] * rng.uniform(-0.2, 0.2)
    ramp = ramp + np.linspace(-1, 1, seen.shape[0])[:, None] * rng.uniform(-0.2, 0.2)
    lit = (black * alpha + (white - black) * colours) * cast * (1 + ramp[:, :, None])
    return np.asarray(np.clip(lit, 0, alpha), np.float32)


def decoy(rng: np.random.Generator, plate: Pixels, texture: Pixels) -> Pixels:
    """The outline of a plate that is no sign: the grey back of one, or a piece of a scene.

    Without such pastes the edge of a paste would give signs away.
    """
    height, width = plate.shape[:2]
    alpha = plate[:, :, 3:]
    if rng.random() < 0.35:
        grey = np.full((height, width, 3), rng.uniform(0.25, 0.7), np.float32)
        grey *= 1 + rng.normal(0, 0.03, 3).astype(np.float32)
    else:
        grey = cv2.resize(texture, (width, height), interpolation=cv2.INTER_AREA)
    return np.concatenate([grey * alpha, alpha], axis=2).astype(np.float32)
