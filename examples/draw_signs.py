"""Draws the pictures of this folder: signs of our own making, as a camera would see them.

The repository holds no photograph of a data set and no artwork of others, so the demonstration
and the tests look at drawings. ``python examples/draw_signs.py`` (extra ``train``) draws them
anew into ``examples/pictures``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from attributes.training import geometry, operators, packages
from attributes.training.written_texts import truetype

SIZE = 512
OUT = Path(__file__).with_name("pictures")
RED, WHITE, BLACK = (200, 20, 30), (245, 245, 245), (15, 15, 15)
BLUE, YELLOW, GREY = (15, 75, 160), (250, 200, 20), (110, 110, 110)

Point = tuple[float, float]


class Plate:
    """A transparent canvas with the few strokes that signs are made of; units are 0 to 1."""

    def __init__(self) -> None:
        self.image = Image.new("RGBA", (SIZE, SIZE))
        self._draw = ImageDraw.Draw(self.image)

    def disc(self, radius: float, colour: tuple[int, int, int]) -> Plate:
        """A centred disc."""
        low, high = (0.5 - radius) * SIZE, (0.5 + radius) * SIZE
        self._draw.ellipse((low, low, high, high), fill=colour)
        return self

    def polygon(self, points: list[Point], colour: tuple[int, int, int]) -> Plate:
        """A filled polygon."""
        self._draw.polygon([(x * SIZE, y * SIZE) for x, y in points], fill=colour)
        return self

    def text(self, string: str, height: float, colour: tuple[int, int, int]) -> Plate:
        """A centred string; ``height`` is that of the letters."""
        font = ImageFont.truetype(
            str(truetype(packages.web_font(packages.BARLOW, 700))),
            round(height * SIZE * 1.38),
        )
        self._draw.text((SIZE / 2, SIZE / 2), string, font=font, fill=colour, anchor="mm")
        return self

    def stripes(self, count: int, colour: tuple[int, int, int]) -> Plate:
        """Thin parallel diagonals, clipped to what is already drawn."""
        over = Image.new("RGBA", (SIZE, SIZE))
        draw = ImageDraw.Draw(over)
        for k in range(count):
            shift = (k - (count - 1) / 2) * 0.019 * SIZE
            draw.line((shift, SIZE + shift, SIZE + shift, shift), fill=colour, width=7)
        visible = Image.new("RGBA", (SIZE, SIZE))
        visible.paste(over, mask=self.image.getchannel("A"))
        self.image.alpha_composite(visible)
        return self


def regular(corners: int, radius: float, turn: float) -> list[Point]:
    """Corners of a regular polygon around the centre; ``turn`` in degrees."""
    angles = np.radians(turn) + np.arange(corners) * 2 * np.pi / corners
    return [(0.5 + radius * np.sin(a), 0.5 - radius * np.cos(a)) for a in angles]


def scaled(points: list[Point], factor: float, centre: Point = (0.5, 0.5)) -> list[Point]:
    """Points moved towards ``centre``."""
    return [
        (centre[0] + (x - centre[0]) * factor, centre[1] + (y - centre[1]) * factor)
        for x, y in points
    ]


TRIANGLE = [(0.5, 0.1), (0.96, 0.9), (0.04, 0.9)]
UPSIDE_DOWN = [(x, 1 - y) for x, y in TRIANGLE]
ARROW_UP = [
    (0.44, 0.80), (0.44, 0.42), (0.32, 0.42), (0.50, 0.18), (0.68, 0.42), (0.56, 0.42),
    (0.56, 0.80),
]  # fmt: skip


def limit(number: str) -> Plate:
    """A speed limit."""
    return Plate().disc(0.46, RED).disc(0.36, WHITE).text(number, 0.3, BLACK)


def end_of_limit(number: str) -> Plate:
    """The end of a speed limit, in the proportions of the German sign 278."""
    plate = Plate().disc(0.48, WHITE).disc(0.46, BLACK).disc(0.44, WHITE)
    return plate.text(number, 0.48, GREY).stripes(5, BLACK)


def warning() -> Plate:
    """Other danger: an exclamation mark in a triangle."""
    plate = Plate().polygon(TRIANGLE, RED).polygon(scaled(TRIANGLE, 0.68, (0.5, 0.635)), WHITE)
    plate.polygon([(0.46, 0.4), (0.54, 0.4), (0.525, 0.64), (0.475, 0.64)], BLACK)
    return plate.polygon([(x, y + 0.21) for x, y in regular(16, 0.04, 0)], BLACK)


SIGNS: dict[str, Callable[[], Plate]] = {
    "speed-limit-30": lambda: limit("30"),
    "speed-limit-45": lambda: limit("45"),
    "speed-limit-110": lambda: limit("110"),
    "end-of-speed-limit-80": lambda: end_of_limit("80"),
    "stop": lambda: Plate().polygon(regular(8, 0.48, 22.5), RED).text("STOP", 0.24, WHITE),
    "yield": lambda: (
        Plate().polygon(UPSIDE_DOWN, RED).polygon(scaled(UPSIDE_DOWN, 0.66, (0.5, 0.365)), WHITE)
    ),
    "no-entry": lambda: (
        Plate().disc(0.46, RED).polygon([(0.18, 0.43), (0.82, 0.43), (0.82, 0.57), (0.18, 0.57)],
                                        WHITE)
    ),
    "priority-road": lambda: (
        Plate().polygon(regular(4, 0.48, 0), WHITE).polygon(regular(4, 0.34, 0), YELLOW)
    ),
    "other-danger": warning,
    "straight-only": lambda: Plate().disc(0.46, BLUE).polygon(ARROW_UP, WHITE),
    "purple-pentagon": lambda: Plate().polygon(regular(5, 0.47, 0), (120, 30, 140)),
}  # fmt: skip


def photograph(plate: Plate, seed: int) -> np.ndarray:
    """The plate before a plain street, slightly turned, lit and blurred; uint8 BGR."""
    g = torch.Generator().manual_seed(seed)
    sprite = torch.from_numpy(np.asarray(plate.image).copy()).permute(2, 0, 1)[None].float() / 255
    sprite = torch.nn.functional.interpolate(sprite, size=(128, 128), mode="area")
    matrix = geometry.random_homographies(g, 1, (0.82, 0.9), 0.02, 6, 0.04, 0.05)
    placed = geometry.warp(sprite, matrix, 96)
    street = torch.linspace(0.75, 0.35, 96)[None, None, :, None].expand(1, 3, 96, 96)
    street = street + 0.08 * operators.smooth_noise(g, 1, 96, 6, channels=3)
    picture = placed[:, :3] * placed[:, 3:] + street * (1 - placed[:, 3:])
    picture = operators.illuminate(g, picture * 0.85)
    picture = picture + 0.015 * torch.randn(picture.shape, generator=g)
    rgb = (picture[0].clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy()
    return cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), 0.8), cv2.COLOR_RGB2BGR)


def main() -> None:
    """Draw every picture."""
    OUT.mkdir(exist_ok=True)
    for seed, (name, draw) in enumerate(SIGNS.items()):
        cv2.imwrite(str(OUT / f"{name}.png"), photograph(draw(), seed))


if __name__ == "__main__":
    main()
