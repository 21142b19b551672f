"""Square scenes for training: pieces of GTSDB frames, with drawn signs pasted in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from attributes.errors import DatasetError
from attributes.progress import track
from attributes.training.gtsdb import LabelledFrame
from recognizer.frames.localization.training.pasting import Pixels, decoy, paste

_SMALLEST = 9.0
"""Side below which nobody could tell a sign, pixels; such signs are neither right nor wrong."""
_PASTED_SIDES = (10.0, 200.0)
_SHOWN_SIDES = (12.0, 96.0)
"""Sides at which a labelled sign is shown, pixels: what is missed is small, so small ones are
practised as often as large ones."""
_SCALES = (0.42, 1.7)


@dataclass(frozen=True)
class Scene:
    """One training picture.

    Attributes:
        image: uint8 (size, size, 3), BGR.
        boxes: float32 (N, 4), signs to be found.
        ignored: float32 (M, 4), places where finding a sign is neither right nor wrong.
    """

    image: npt.NDArray[np.uint8]
    boxes: npt.NDArray[np.float32]
    ignored: npt.NDArray[np.float32]


class SceneMaker:
    """Draws training scenes.

    Args:
        frames: labelled frames; kept in memory, 3 bytes a pixel.
        plates: see :func:`recognizer.frames.localization.training.pasting.load_plates`.
        size: side of the scenes, pixels.
    """

    def __init__(self, frames: list[LabelledFrame], plates: list[Pixels], size: int) -> None:
        self.frames = frames
        self.plates = plates
        self.size = size
        self._pixels = [_read(f) for f in track(frames, "GTSDB")]
        self._signs = _places([f.boxes for f in frames])
        self._not_signs = _places([f.not_signs for f in frames])

    def make(self, rng: np.random.Generator) -> Scene:
        """One scene: a piece of a frame at some scale, with none to four signs pasted in."""
        image, boxes, ignored = self._piece(rng)
        scene: Pixels = np.asarray(image, np.float32) / np.float32(255)
        taken = list(np.concatenate([boxes, ignored]))
        texture = np.ascontiguousarray(scene[self.size // 2 :])
        pasted = []
        for _ in range(int(rng.integers(0, 5))):
            plate = self.plates[int(rng.integers(len(self.plates)))]
            side = _log_uniform(rng, _PASTED_SIDES)
            centre = (float(rng.uniform(0, self.size)), float(rng.uniform(0, self.size)))
            if not _is_free(taken, centre, side):
                continue
            is_decoy = rng.random() < 0.25
            box = paste(rng, scene, decoy(rng, plate, texture) if is_decoy else plate, centre, side)
            if box is not None:
                taken.append(box)
                if not is_decoy:
                    pasted.append(box)
        boxes = np.concatenate([boxes, np.array(pasted, np.float32).reshape(-1, 4)])
        small = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) < _SMALLEST
        ignored = np.concatenate([ignored, boxes[small]])
        return _flip_some(rng, Scene(_camera(rng, scene), boxes[~small], ignored))

    def _piece(
        self, rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """A square piece of a frame, scaled to ``size``, with the boxes that lie in it."""
        index, shown = self._draw_place(rng)
        frame = self.frames[index]
        pixels = self._pixels[index]
        height, width = pixels.shape[:2]
        scale = _log_uniform(rng, _SCALES)
        if shown is not None:
            scale = _log_uniform(rng, _SHOWN_SIDES) / float((shown[2:] - shown[:2]).max())
            scale = float(np.clip(scale, *_SCALES))
        side = min(self.size / scale, height, width)
        if shown is None:
            corner = rng.uniform(0, 1, 2) * (width - side, height - side)
        else:
            middle = (shown[:2] + shown[2:]) / 2
            corner = middle - rng.uniform(0.1, 0.9, 2) * side
        left, top = np.clip(corner, 0, (width - side, height - side))
        scale = self.size / side
        matrix = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
        if scale < 1:  # area averaging, as a smaller frame would be made
            cut = pixels[int(top) : int(top + side), int(left) : int(left + side)]
            piece = cv2.resize(cut, (self.size, self.size), interpolation=cv2.INTER_AREA)
        else:
            piece = cv2.warpAffine(
                pixels, matrix, (self.size, self.size), borderMode=cv2.BORDER_REPLICATE
            )
        boxes, cut_off = _inside(_moved(frame.boxes, matrix), self.size)
        ignored, partly = _inside(_moved(frame.ignored, matrix), self.size)
        return np.asarray(piece, np.uint8), boxes, np.concatenate([cut_off, ignored, partly])

    def _draw_place(self, rng: np.random.Generator) -> tuple[int, npt.NDArray[np.float32] | None]:
        """A frame, and the box of what is to be seen of it; None for any part of it."""
        kind = rng.random()
        places = self._signs if kind < 0.5 else self._not_signs if kind < 0.75 else []
        if places:
            return places[int(rng.integers(len(places)))]
        return int(rng.integers(len(self.frames))), None


def _log_uniform(rng: np.random.Generator, limits: tuple[float, float]) -> float:
    """A number whose logarithm is drawn evenly between those of the limits."""
    return float(np.exp(rng.uniform(*np.log(limits))))


def _places(
    boxes: list[npt.NDArray[np.float32]],
) -> list[tuple[int, npt.NDArray[np.float32]]]:
    """Each box with the number of its frame."""
    return [(number, box) for number, of_frame in enumerate(boxes) for box in of_frame]


def _read(frame: LabelledFrame) -> npt.NDArray[np.uint8]:
    pixels = cv2.imread(str(frame.path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise DatasetError(f"{frame.path}: not a picture that can be decoded")
    return np.asarray(pixels, np.uint8)


def _moved(
    boxes: npt.NDArray[np.float32], matrix: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    scale, shift = matrix[0, 0], np.tile(matrix[:, 2], 2)
    return np.asarray(boxes * scale + shift, np.float32)


def _inside(
    boxes: npt.NDArray[np.float32], size: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Boxes that lie in the scene for the most part, and those that only reach into it."""
    clipped = np.clip(boxes, 0, size)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    seen = (clipped[:, 2] - clipped[:, 0]) * (clipped[:, 3] - clipped[:, 1])
    share = seen / np.maximum(area, 1e-6)
    return clipped[share >= 0.75], clipped[(share > 0) & (share < 0.75)]


def _is_free(
    taken: list[npt.NDArray[np.float32]], centre: tuple[float, float], side: float
) -> bool:
    x, y = centre
    half = side / 2 + 2
    return not any(
        x1 < x + half and x - half < x2 and y1 < y + half and y - half < y2
        for x1, y1, x2, y2 in taken
    )


@lru_cache(maxsize=1)
def _noise() -> npt.NDArray[np.float32]:
    """Standard normal noise (1024, 1024, 3) to cut pieces from: drawing it anew is slow."""
    return np.random.default_rng(0).standard_normal((1024, 1024, 3), np.float32)


def _camera(rng: np.random.Generator, scene: Pixels) -> npt.NDArray[np.uint8]:
    """Noise, blur, exposure, colour cast and compression of the whole picture."""
    size = scene.shape[0]
    if rng.random() < 0.3:
        y, x = rng.integers(0, 1024 - size, 2)
        scene = scene + _noise()[y : y + size, x : x + size] * np.float32(rng.uniform(0.003, 0.03))
    if rng.random() < 0.2:
        scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.4, 1.2)), np.float32)
    image = cv2.convertScaleAbs(np.maximum(scene, 0), alpha=255)
    if rng.random() < 0.7:
        # Oftener darker than brighter: a blue disc in the shade is what is missed first.
        gain = np.exp(rng.normal(-0.25, 0.5)) * (1 + rng.normal(0, 0.08, 3))
        level = np.clip(np.arange(256)[:, None] / 255 * gain, 0, 1) ** np.exp(rng.normal(0, 0.2))
        image = cv2.LUT(image, np.uint8((level * 255).round())[:, None])
    if rng.random() < 0.7:
        quality = int(rng.integers(35, 96))
        _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        image = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    return np.asarray(image, np.uint8)


def _flip_some(rng: np.random.Generator, scene: Scene) -> Scene:
    """Mirror half of the scenes: a mirrored sign is a sign all the same."""
    if rng.random() < 0.5:
        return scene
    size = scene.image.shape[1]

    def flipped(boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.stack([size - boxes[:, 2], boxes[:, 1], size - boxes[:, 0], boxes[:, 3]], axis=1)

    return Scene(
        np.ascontiguousarray(scene.image[:, ::-1]), flipped(scene.boxes), flipped(scene.ignored)
    )
