"""Whether speed limits are read that no training picture shows.

``python benchmarks/unseen_numbers.py`` (extra ``train``) draws limits, unseen and seen, as
a plain red-rimmed plate before noise, photographs them with the training renderer's camera, and
counts how often the whole path answers ``de.274[NUMBER]``. The unseen numbers are those that the
weights' configuration leaves out of training: no drawing, composed plate or photograph had them.
5.5 is no speed limit, so of it only the reading counts, and of measures, whose unit stands beside
them.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from plain_errors import run_plainly
from rendering import photograph_alone
from torch import Generator, Tensor

from attributes.training import chance, configuration, geometry
from attributes.training.artwork import SPRITE_FILL, SPRITE_SIZE
from attributes.training.colours import paint
from attributes.training.written_texts import draw_string, load_fonts
from attributes.vocabulary import PALETTE, TEXT
from recognizer import Recognizer

_SEEN = ("20", "30", "50", "60", "70", "80", "100", "120", "40", "130")
_MEASURES = (("5.5", "t"), ("5.5", " t"), ("5.5", "m"), ("3.2", " m"), ("2.8", "m"))


def draw_limits(g: Generator, number: str, count: int, unit: str = "") -> Tensor:
    """Renderings of a number in a red ring, float32 (count, 3, 48, 48) RGB in [0, 1]."""
    rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=g)))
    fonts = load_fonts()
    masks = np.stack(
        [draw_string(rng, number, fonts, plain=True, unit=unit)[0] for _ in range(count)]
    )
    axis = torch.linspace(-1, 1, SPRITE_SIZE)
    radius = (axis[None, :] ** 2 + axis[:, None] ** 2).sqrt()[None, None]
    plate = ((SPRITE_FILL - radius) * 40).clamp(0, 1).expand(count, 1, -1, -1)
    rim = chance.uniform(g, count, 0.14, 0.24)[:, None, None, None]
    face = ((SPRITE_FILL * (1 - rim) - radius) * 40).clamp(0, 1)
    shrink = torch.eye(3).repeat(count, 1, 1)
    shrink[:, 0, 0] = shrink[:, 1, 1] = 1 / chance.uniform(g, count, 0.52, 0.62)
    ink = geometry.warp(torch.from_numpy(masks)[:, None].float() / 255, shrink, SPRITE_SIZE)
    red, white, black = (
        paint(g, torch.full((count,), PALETTE.index(name))) for name in ("red", "white", "black")
    )
    colours = (red * (1 - face) + white * face) * (1 - ink) + black * ink
    return photograph_alone(g, torch.cat([colours, plate], dim=1)).clamp(0, 1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=300, help="renderings of each number")
    arguments = parser.parse_args()
    recognizer = Recognizer(precision="float32")
    unseen = configuration.load(recognizer.predictor.card.name).without
    g = Generator().manual_seed(7)
    print(f"{'number':<10}{'in training':<14}{'digits read':>12}{'answered':>12}")
    plain = [(number, "") for number in (*unseen, *_SEEN)]
    for number, unit in [*plain, *_MEASURES]:
        images = draw_limits(g, number, arguments.count, unit)
        pixels = (images * 255).byte().permute(0, 2, 3, 1).numpy()[..., ::-1]
        readings = recognizer.read([np.ascontiguousarray(p) for p in pixels])
        texts = [TEXT.decode(codes) for codes in readings.text.argmax(axis=2).tolist()]
        read = np.mean([text == number for text in texts])
        answers = [a.id == f"de.274[{number}]" for a in recognizer.judge(readings)]
        named = f"{np.mean(answers):12.1%}" if "." not in number else f"{'-':>12}"
        seen = "no" if number in unseen else "yes"
        print(f"{number + unit:<10}{seen:<14}{read:12.1%}{named}")


if __name__ == "__main__":
    run_plainly(main)
