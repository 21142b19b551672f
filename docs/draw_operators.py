"""Draws ``docs/operators/*.jpg``: what each operator of the renderer does to four plates.

``python docs/draw_operators.py`` (extra ``train``). A row shows the plates untouched, then the
operator at work on them again and again. The plates are of our own making, lettered with Barlow,
Sofia Sans and Overpass (OFL); no data set and no artwork takes part. Operators that touch only a
share of the pictures are shown where they do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Generator, Tensor

from attributes.training import camera, chance, geometry, operators
from attributes.training.artwork import SPRITE_FILL, SPRITE_SIZE
from attributes.training.blank_plates import PlateBank, draw_plate_bank
from attributes.training.dead_leaves import dead_leaves
from attributes.training.erasing import blur_of, erase, legend_box, plate_labels, read_plate
from attributes.training.labels import Labels
from attributes.training.materials import Materials
from attributes.training.photographing import Sprites, photograph
from attributes.training.pictograms import MaskBank, fill_square
from attributes.training.plates import compose_plates
from attributes.training.redrawing import bend, redraw
from attributes.training.registration import register
from attributes.training.road_digits import random_road_digits
from attributes.training.transplants import ErasedBank, transplant
from attributes.training.written_texts import load_fonts, text_masks, text_strip
from attributes.vocabulary import BAR, BORDER, CATEGORICAL, SHAPE

OUT = Path(__file__).with_name("operators")
SIZE = 48
PHOTOGRAPH = 56
ENLARGED = 72
_GROUND = 0.55
"""Grey level before which plates are shown."""
GAP = 3
PLATES, DRAWS = 4, 12
CANDIDATES = 400
"""How often an operator is tried before the draws that changed most are shown."""

Operator = Callable[[Generator, Tensor], Tensor]


@dataclass(frozen=True)
class Plates:
    """Plates to show, and what else a picture is made of."""

    sprites: Sprites
    materials: Materials


def letter_plates() -> Plates:
    """Composed plates that carry numbers and words and no bar."""
    rng = np.random.default_rng(3)
    blanks, texts = draw_plate_bank(rng), text_masks(rng, 200)
    empty = np.zeros((1, SPRITE_SIZE, SPRITE_SIZE), np.uint8)
    g = Generator().manual_seed(8)
    pixels, slots, aspects, labels = compose_plates(
        g, 400, blanks, MaskBank(empty, ("nothing",)), torch.tensor([0]), texts,
        road_looks=0.4,
    )  # fmt: skip
    plain = labels.categorical[:, CATEGORICAL.index(BAR)] == BAR.index("none")
    rows = torch.nonzero(plain & (labels.text[:, 0] > 0)).flatten()
    # A red rim first: red is what fades first, and turns black against the light.
    red = labels.categorical[rows, CATEGORICAL.index(BORDER)] == BORDER.index("red")
    rows = torch.cat([rows[red][:1], rows])
    materials = Materials(
        pixels, aspects, torch.ones(len(aspects)), labels, ("nothing",), torch.tensor([0]),
        blanks, MaskBank(empty, ("nothing",)), torch.tensor([0]), texts, None, dead_leaves(rng, 40),
    )  # fmt: skip
    return Plates(Sprites(pixels[rows], slots[rows], aspects[rows], labels[rows]), materials)


def before(plates: Plates, count: int) -> Tensor:
    """Plates on a plain ground, float32 (count, 3, SIZE, SIZE)."""
    sprites = plates.sprites.pixels[torch.arange(count) % PLATES]
    warped = geometry.warp(sprites, torch.eye(3).repeat(count, 1, 1), SIZE)
    return warped[:, :3] * warped[:, 3:] + _GROUND * (1 - warped[:, 3:])


def shown(operator: Operator, images: Tensor) -> Tensor:
    """What a row shows of an operator: pictures that it touched, from faint to strong."""
    changed = operator(Generator().manual_seed(1), images).clamp(0, 1)
    effect = (changed - images).abs().mean((1, 2, 3))
    picked = []
    for plate in range(PLATES):
        own = torch.arange(plate, len(images), PLATES)
        touched = own[effect[own] > 2e-3]
        ranked = touched[effect[touched].argsort()]
        steps = torch.linspace(0.4, 0.97, DRAWS // PLATES)
        picked.append([int(ranked[int(s * (len(ranked) - 1))]) for s in steps])
    return changed[torch.tensor(picked).T.flatten()]


def warped(change: Callable[[Generator, Tensor], None]) -> Operator:
    """An operator that changes homographies, as one that changes pictures."""

    def operator(g: Generator, images: Tensor) -> Tensor:
        homographies = torch.eye(3).repeat(len(images), 1, 1)
        change(g, homographies)
        return geometry.warp(images, homographies, SIZE, padding="border")

    return operator


def turned(g: Generator, homographies: Tensor) -> None:
    """The geometry of drawings, as training draws it."""
    homographies[:] = geometry.random_homographies(
        g, len(homographies), (0.72, 1.12), 0.07, 20, 0.12, 0.14
    )


def narrowed(g: Generator, homographies: Tensor) -> None:
    """Only those that are narrowed."""
    geometry.foreshorten(g, homographies, 1.0)


def shrunk(g: Generator, homographies: Tensor) -> None:
    """Only those that are shrunk."""
    geometry.step_back(g, homographies, 1.0)


def with_repeated_rim(g: Generator, images: Tensor) -> Tensor:
    """Crops of other sides than the plate's, their rim repeated to a square."""
    homographies = torch.eye(3).repeat(len(images), 1, 1)
    times = geometry.step_back(g, homographies, 1.0)
    small = geometry.warp(images, homographies, SIZE, padding="border")
    ground = small + 0.12 * operators.smooth_noise(g, len(images), SIZE, 8, channels=3)
    grid = geometry.margin_grid(g, torch.ones(len(images)), times, SIZE)
    return geometry.resample(ground.clamp(0, 1), grid)


def before_a_ground(
    change: Callable[[Generator, Tensor, Tensor], tuple[Tensor, Tensor]],
) -> Operator:
    """An operator that changes plates and grounds apart, as one that changes pictures."""

    def operator(g: Generator, images: Tensor) -> Tensor:
        is_ground = (images - _GROUND).abs().amax(1, keepdim=True) < 1e-3
        plates, grounds = change(g, images, torch.full_like(images, _GROUND))
        return torch.where(is_ground, grounds, plates)

    return operator


def on_boards(g: Generator, images: Tensor) -> Tensor:
    """Plates, a third smaller, each on a board."""
    alpha = ((images - _GROUND).abs().amax(1, keepdim=True) > 1e-3).float()
    homographies = torch.diag(torch.tensor([1.5, 1.5, 1.0])).repeat(len(images), 1, 1)
    plates = geometry.warp(torch.cat([images * alpha, alpha], dim=1), homographies, SIZE)
    every = torch.ones(len(images), dtype=torch.bool)
    mounted = operators.mount_on_board(g, plates, homographies, every, probability=1.0)
    return mounted[:, :3] + _GROUND * (1 - mounted[:, 3:])


def with_tones_of_noise(g: Generator, images: Tensor) -> Tensor:
    """Tones of smooth coloured noise: in training they are those of a photograph."""
    level = chance.uniform(g, len(images), 0.15, 0.6)[:, None, None, None]
    tint = 1 + 0.08 * torch.randn(len(images), 3, 1, 1, generator=g)
    noise = operators.smooth_noise(g, len(images), 56, 4, channels=3)
    return operators.transplant_tones(images, (level * tint + 0.2 * noise).clamp(0, 1))


def figures() -> Tensor:
    """Four simple pictograms of our own, float32 (4, 1, SPRITE_SIZE, SPRITE_SIZE)."""
    size = 4 * SPRITE_SIZE
    drawn = np.zeros((4, size, size), np.uint8)
    arrow, house, walker, wheels = drawn
    cv2.arrowedLine(arrow, (70, 210), (180, 60), 255, 26, tipLength=0.45)
    cv2.fillPoly(house, [np.int32([(40, 120), (128, 40), (216, 120)])], 255)
    cv2.rectangle(house, (70, 120), (186, 210), 255, -1)
    cv2.rectangle(house, (112, 150), (144, 210), 0, -1)
    cv2.circle(walker, (128, 52), 24, 255, -1)
    for start, end in (((128, 76), (128, 150)), ((128, 150), (86, 224)), ((128, 150), (176, 224)),
                       ((128, 96), (70, 130)), ((128, 96), (190, 120))):  # fmt: skip
        cv2.line(walker, start, end, 255, 20)
    for x in (72, 184):
        cv2.circle(wheels, (x, 160), 44, 255, 9)
    cv2.polylines(wheels, [np.int32([(72, 160), (104, 96), (168, 96), (184, 160)])], False, 255, 9)
    small = [cv2.resize(m, (SPRITE_SIZE,) * 2, interpolation=cv2.INTER_AREA) for m in drawn]
    return torch.from_numpy(np.stack(small))[:, None].float() / 255


def legends(change: Operator) -> npt.NDArray[np.uint8]:
    """Four pictograms in black on white, and what a change makes of each."""
    masks = figures()[torch.arange(PLATES + DRAWS) % PLATES]
    changed = torch.cat([masks[:PLATES], change(Generator().manual_seed(3), masks[PLATES:])])
    return row_of((1 - 0.85 * changed).expand(-1, 3, -1, -1))


def redrawn(g: Generator, masks: Tensor) -> Tensor:
    """By another hand."""
    return redraw(g, masks, torch.ones(len(masks), dtype=torch.bool))


def bent(g: Generator, masks: Tensor) -> Tensor:
    """As drawings are bent."""
    plates = torch.cat([masks, masks, masks, torch.ones_like(masks)], dim=1)
    return bend(g, plates, torch.ones(len(masks), dtype=torch.bool))[:, :1]


def numbers() -> npt.NDArray[np.uint8]:
    """Four limits in a font, and as roads write them."""
    rng = np.random.default_rng(5)
    cells = []
    for number, limit in enumerate(["30", "69", "100", "124"] * (1 + DRAWS // PLATES)):
        if number < PLATES:
            ink = text_strip(limit, load_fonts()[2])
        else:
            ink, _ = random_road_digits(rng, len(limit)).ink(limit)
        mask = torch.from_numpy(fill_square(ink)).float() / 255
        cells.append((1 - 0.85 * mask).expand(3, -1, -1))
    return row_of(torch.stack(cells))


SHEETS: dict[str, dict[str, Operator]] = {
    "geometry": {
        "random_homographies": warped(turned),
        "foreshorten": warped(narrowed),
        "step_back": warped(shrunk),
        "margin_grid": with_repeated_rim,
    },
    "plate": {
        "mount_on_board": on_boards,
        "fade": operators.fade,
        "dirt": operators.dirt,
        "stickers": operators.stickers,
        "confetti": operators.confetti,
    },
    "light": {
        "tone_curve": operators.tone_curve,
        "illuminate": operators.illuminate,
        "backlight": before_a_ground(operators.backlight),
        "headlight": before_a_ground(operators.headlight),
        "glare": operators.glare,
        "expose": operators.expose,
        "desaturate": operators.desaturate,
        "transplant_tones": with_tones_of_noise,
        "occlude": operators.occlude,
    },
    "camera": {
        "blur": camera.blur,
        "take": camera.take,
        "sensor_noise": camera.sensor_noise,
        "mosaic": camera.mosaic,
        "sharpen": camera.sharpen,
        "jpeg": camera.jpeg,
    },
}


def row_of(images: Tensor) -> npt.NDArray[np.uint8]:
    """Pictures side by side, uint8 (ENLARGED, width, 3) BGR; the first four stand apart."""
    gap = np.full((ENLARGED, GAP, 3), 255, np.uint8)
    cells = []
    for number, crop in enumerate(to_pixels(images)):
        cells += [gap] * (4 if number == PLATES else 1)
        cells.append(cv2.resize(crop, (ENLARGED, ENLARGED), interpolation=cv2.INTER_CUBIC))
    return np.concatenate(cells, axis=1)


def to_pixels(images: Tensor) -> npt.NDArray[np.uint8]:
    """float32 (N, 3, H, W) RGB in [0, 1] -> uint8 (N, H, W, 3) BGR."""
    pixels = (images.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1)
    return np.ascontiguousarray(pixels.numpy()[..., ::-1])


def labelled(name: str, row: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A row with its name above."""
    strip = np.full((24, row.shape[1], 3), 255, np.uint8)
    cv2.putText(strip, name, (2, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40,) * 3, 1, cv2.LINE_AA)
    return np.concatenate([strip, row], axis=0)


def whole_camera(plates: Plates) -> Tensor:
    """Everything at once, backgrounds and neighbours too, float32 (32, 3, SIZE, SIZE)."""
    sprites = plates.sprites
    rows = torch.arange(2 * (PLATES + DRAWS)) % len(sprites.aspects)
    some = Sprites(
        sprites.pixels[rows], sprites.slots[rows], sprites.aspects[rows],
        Labels.of_nothing(len(rows)),
    )  # fmt: skip
    return photograph(Generator().manual_seed(2), plates.materials, some, SIZE)[0]


def limits_in_light(blanks: PlateBank, texts: MaskBank) -> Tensor:
    """Speed limits as a camera might see them, float32 (PLATES, 3, PHOTOGRAPH, PHOTOGRAPH)."""
    g = Generator().manual_seed(11)
    discs = torch.nonzero(blanks.shapes == SHAPE.index("circle")).flatten()[:PLATES]
    short = [i for i, text in enumerate(texts.names) if text.isdigit() and len(text) == 2]
    numbers = torch.tensor(short[:PLATES])
    face, plate = (x[discs].float() / 255 for x in (blanks.faces, blanks.outlines))
    ink = torch.from_numpy(texts.masks)[numbers][:, None].float() / 255
    ink = geometry.warp(ink, torch.diag(torch.tensor([1.8, 1.8, 1.0])).expand(PLATES, 3, 3), 64)
    red, white = (torch.tensor(c)[:, None, None] for c in ((0.7, 0.1, 0.1), (0.9, 0.9, 0.88)))
    drawn = (red + (white - red) * face) * (1 - 0.9 * ink)
    ground = 0.45 + 0.1 * operators.smooth_noise(g, PLATES, 64, 6, channels=3)
    lit = operators.illuminate(g, drawn * plate + ground * (1 - plate))
    return geometry.warp(camera.blur(g, lit), torch.eye(3).repeat(PLATES, 1, 1), PHOTOGRAPH)


def transplants(plates: Plates) -> list[npt.NDArray[np.uint8]]:
    """Plates, the same with their legend erased, and what else is drawn on them."""
    photographs = limits_in_light(plates.materials.blanks, plates.materials.texts).clamp(0, 1)
    row = {
        "shape": "circle", "border": "red", "background": "white", "legend": "black",
        "bar": "none", "text": "50", "pictogram": "none",
    }  # fmt: skip
    kind = read_plate(row)
    assert kind is not None
    margin = (1 - SPRITE_FILL) / 2 * PHOTOGRAPH
    box = np.float32([margin, margin, PHOTOGRAPH - margin, PHOTOGRAPH - margin])
    sigma = blur_of(PHOTOGRAPH, PHOTOGRAPH)
    pixels, inks, legends, sharpness = [], [], [], []
    for picture in np.ascontiguousarray(to_pixels(photographs)[..., ::-1]):
        own = register(picture, box, kind.face, kind.is_blue)
        done = erase(picture, own, kind, sigma)
        assert done is not None, "a drawn limit has a face and a legend"
        pixels.append(torch.from_numpy(done.pixels).permute(2, 0, 1))
        inks.append(torch.from_numpy(done.ink))
        sharpness.append(done.sharpness)
        legends.append(torch.from_numpy(legend_box(own, kind, PHOTOGRAPH)))
    each = torch.arange(DRAWS) % PLATES
    bank = ErasedBank(
        torch.stack(pixels)[each],
        torch.stack(inks)[each],
        torch.stack(legends)[each],
        torch.full((DRAWS,), sigma),
        torch.tensor(sharpness)[each],
        torch.ones(DRAWS),
        Labels.from_rows([plate_labels(row, kind)] * DRAWS, ()),
    )
    m = plates.materials
    drawn, _, _ = transplant(
        Generator().manual_seed(4), DRAWS, bank, m.pictograms, m.pictogram_ids, m.texts,
        m.blanks.bars,
    )  # fmt: skip
    erased = torch.stack(pixels).float() / 255
    return [
        labelled("erase", row_of(torch.cat([photographs, erased]))),
        labelled("transplant", row_of(torch.cat([photographs, drawn]))),
    ]


def write(name: str, rows: list[npt.NDArray[np.uint8]]) -> None:
    """One sheet.

    Raises:
        OSError: it cannot be written.
    """
    path = OUT / f"{name}.jpg"
    if not cv2.imwrite(str(path), np.concatenate(rows, axis=0), [cv2.IMWRITE_JPEG_QUALITY, 76]):
        raise OSError(f"{path}: cannot be written")


def main() -> None:
    """Write the sheets."""
    OUT.mkdir(exist_ok=True)
    plates = letter_plates()
    untouched = before(plates, CANDIDATES)
    for name, rows in SHEETS.items():
        write(
            name,
            [
                labelled(title, row_of(torch.cat([untouched[:PLATES], shown(operator, untouched)])))
                for title, operator in rows.items()
            ],
        )
    write(
        "legend",
        [
            labelled("redraw", legends(redrawn)),
            labelled("bend", legends(bent)),
            labelled("random_road_digits", numbers()),
        ],
    )
    rows_of_transplants = transplants(plates)
    widest = max(row.shape[1] for row in rows_of_transplants)
    write(
        "transplants",
        [
            np.pad(row, ((0, 0), (0, widest - row.shape[1]), (0, 0)), constant_values=255)
            for row in rows_of_transplants
        ],
    )
    together = whole_camera(plates)
    half = len(together) // 2
    gap = np.full((GAP, row_of(together[:half]).shape[1], 3), 255, np.uint8)
    write("together", [row_of(together[:half]), gap, row_of(together[half:])])


if __name__ == "__main__":
    main()
