"""Draws the labelled pictures and the broken rule file of docs/validation.md.

The pictures are drawn here from circles, polygons and letters, so that the report in the
documentation shows no photograph of any data set:

    python docs/validation_example.py /tmp/example
    signrules validate /tmp/example/data --catalogue /tmp/example/signs.yaml --report /tmp/example

Its picture there is ``chromium --headless --hide-scrollbars --window-size=1180,2420
--screenshot=validation-report.png file:///tmp/example/report.html``, in 256 colours.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from recognizer.default_catalogue import default_catalogue
from recognizer.gallery import gallery_path

Canvas = np.ndarray
SIDE = 128
PER_CLASS = 30
RED, WHITE, BLUE, BLACK = (38, 28, 190), (240, 240, 240), (160, 84, 16), (25, 25, 25)
YELLOW = (20, 190, 240)


def disc(canvas: Canvas, rim: tuple[int, ...], face: tuple[int, ...], ring: int) -> None:
    """A round plate."""
    cv2.circle(canvas, (64, 64), 54, rim, -1, cv2.LINE_AA)
    cv2.circle(canvas, (64, 64), 54 - ring, face, -1, cv2.LINE_AA)


def letters(canvas: Canvas, text: str, colour: tuple[int, ...], scale: float) -> None:
    """A text in the middle."""
    font, thickness = cv2.FONT_HERSHEY_SIMPLEX, round(5 * scale)
    (width, height), _ = cv2.getTextSize(text, font, scale, thickness)
    place = (64 - width // 2, 64 + height // 2)
    cv2.putText(canvas, text, place, font, scale, colour, thickness, cv2.LINE_AA)


def limit(canvas: Canvas, value: int) -> None:
    """A speed limit."""
    disc(canvas, RED, WHITE, 12)
    letters(canvas, str(value), BLACK, 1.6 if value < 100 else 1.2)


def keep(canvas: Canvas, to_the_left: bool) -> None:
    """The arrow that says on which side to pass."""
    disc(canvas, WHITE, BLUE, 2)
    sign = -1 if to_the_left else 1
    tip = (64 + sign * 22, 90)
    cv2.line(canvas, (64 - sign * 20, 40), (64 + sign * 14, 80), WHITE, 11, cv2.LINE_AA)
    head = np.array([tip, (tip[0] - sign * 30, 88), (tip[0] - sign * 2, 60)])
    cv2.fillPoly(canvas, [head], WHITE, cv2.LINE_AA)


def polygon(
    canvas: Canvas, radius: float, corners: int, turn: float, colour: tuple[int, ...]
) -> None:
    """A regular plate."""
    angles = np.radians(turn + 360 / corners * np.arange(corners))
    points = 64 + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    cv2.fillPoly(canvas, [points.round().astype(np.int32)], colour, cv2.LINE_AA)


def stop(canvas: Canvas) -> None:
    """Stop."""
    polygon(canvas, 58, 8, 22.5, WHITE)
    polygon(canvas, 54, 8, 22.5, RED)
    letters(canvas, "STOP", WHITE, 1.0)


def give_way(canvas: Canvas) -> None:
    """Give way."""
    polygon(canvas, 62, 3, 90, RED)
    polygon(canvas, 36, 3, 90, WHITE)


def priority(canvas: Canvas) -> None:
    """Priority road."""
    polygon(canvas, 60, 4, 0, WHITE)
    polygon(canvas, 44, 4, 0, YELLOW)


def no_entry(canvas: Canvas) -> None:
    """No entry."""
    disc(canvas, RED, RED, 0)
    cv2.rectangle(canvas, (26, 54), (102, 74), WHITE, -1)


SIGNS: dict[str, Callable[[Canvas], None]] = {
    **{f"de.274[{value}]": partial(limit, value=value) for value in (30, 50, 60, 80, 100)},
    "de.222-10": partial(keep, to_the_left=True),
    "de.222-20": partial(keep, to_the_left=False),
    "de.206": stop,
    "de.205": give_way,
    "de.306": priority,
    "de.267": no_entry,
}


def picture(draw: Callable[[Canvas], None], rng: np.random.Generator) -> Canvas:
    """One sign, seen a little from the side, in some light, somewhat out of focus."""
    low, high = np.sort(rng.integers(20, 220, 2))
    background = cv2.resize(
        rng.integers(low, high + 1, (6, 6, 3)).astype(np.uint8), (SIDE, SIDE),
        interpolation=cv2.INTER_CUBIC,
    )  # fmt: skip
    canvas = background.copy()
    draw(canvas)
    corners = np.array([[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE]], np.float32)
    moved = (corners + rng.normal(0, 5, (4, 2))).astype(np.float32)
    warp = cv2.getPerspectiveTransform(corners, moved)
    seen = cv2.warpPerspective(canvas, warp, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.5, 4.5))
    lit = seen * rng.uniform(0.25, 1.1) + rng.normal(0, 4, seen.shape)
    side = int(rng.integers(22, 90))
    return cv2.resize(lit.clip(0, 255).astype(np.uint8), (side, side), interpolation=cv2.INTER_AREA)


def main(folder: Path) -> None:
    """Write ``data/`` and a copy of the catalogue in which keep-left asks for keep-right."""
    rng = np.random.default_rng(274)
    for name, draw in SIGNS.items():
        (folder / "data" / name).mkdir(parents=True, exist_ok=True)
        for number in range(PER_CLASS):
            cv2.imwrite(str(folder / "data" / name / f"{number:02}.png"), picture(draw, rng))
    catalogue = default_catalogue()
    swapped = catalogue.read_text(encoding="utf-8")
    for old, new in (("left", "other"), ("right", "left"), ("other", "right")):
        swapped = swapped.replace(
            f"pictogram: keep-{old}-arrow}}", f"pictogram: keep-{new}-arrow}}"
        )
    (folder / catalogue.name).write_text(swapped, encoding="utf-8")
    shutil.copy(gallery_path(catalogue), gallery_path(folder / catalogue.name))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where they are written")
    main(parser.parse_args().folder)
