"""Frames of a grey road, with example signs put into them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from recognizer import Boxes

PICTURES = Path(__file__).parents[2] / "examples" / "pictures"
WIDTH, HEIGHT = 480, 320


def scene() -> np.ndarray:
    """A grey road without signs."""
    rows = np.linspace(150, 90, HEIGHT)[:, None, None]
    return np.broadcast_to(rows, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def paste(image: np.ndarray, name: str, x: int, y: int, side: int) -> list[float]:
    """Put an example sign into the image; returns its box, tight around the plate."""
    picture = cv2.imread(str(PICTURES / f"{name}.png"))
    margin = round(0.1 * side)
    whole = side + 2 * margin
    small = cv2.resize(picture, (whole, whole), interpolation=cv2.INTER_AREA)
    image[y - margin : y - margin + whole, x - margin : x - margin + whole] = small
    return [x, y, x + side, y + side]


class NoFinds:
    """Stands in for the localizer."""

    def __init__(self, boxes: Boxes | None = None) -> None:
        self.boxes = Boxes.none() if boxes is None else boxes

    def locate(self, image: np.ndarray) -> Boxes:
        return self.boxes
