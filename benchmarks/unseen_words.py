"""Whether words are read that no training picture shows.

``python benchmarks/unseen_words.py`` (extra ``train``) draws words on plain boards before noise,
photographs them with the training renderer's camera, and counts how often every letter is read. The
words of the first group are among those that training writes, those of the second are not, but for
letters that fell so by chance.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from plain_errors import run_plainly
from rendering import photograph_alone, to_crops
from torch import Generator, Tensor

from attributes.training import chance, geometry
from attributes.training.artwork import SPRITE_SIZE
from attributes.training.colours import paint
from attributes.training.written_texts import WORDS, draw_string, load_fonts
from attributes.vocabulary import PALETTE, TEXT
from recognizer import Recognizer

_SEEN = ("STOP", "TAXI", "ZONE", "EXIT", "BUS", "P")
_UNSEEN = ("SOS", "GATA", "BUSS", "SKI", "GO", "SLUT", "VIA")
_BOARDS = (("blue", "white"), ("white", "black"), ("green", "white"), ("yellow", "black"))


def draw_words(g: Generator, word: str, count: int) -> Tensor:
    """Renderings of a word on boards, float32 (count, 3, 48, 48) RGB in [0, 1]."""
    rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=g)))
    fonts = load_fonts()
    masks = np.stack([draw_string(rng, word, fonts, plain=True)[0] for _ in range(count)])
    shrink = torch.eye(3).repeat(count, 1, 1)
    shrink[:, 0, 0] = shrink[:, 1, 1] = 1 / chance.uniform(g, count, 0.75, 0.9)
    ink = geometry.warp(torch.from_numpy(masks)[:, None].float() / 255, shrink, SPRITE_SIZE)
    boards = torch.tensor([[PALETTE.index(colour) for colour in pair] for pair in _BOARDS])
    face, letters = boards[torch.randint(len(boards), (count,), generator=g)].unbind(1)
    colours = paint(g, face) * (1 - ink) + paint(g, letters) * ink
    board = torch.ones(count, 1, SPRITE_SIZE, SPRITE_SIZE)
    return photograph_alone(g, torch.cat([colours, board], dim=1))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=300, help="renderings of each word")
    count = parser.parse_args().count
    recognizer = Recognizer(precision="float32")
    g = Generator().manual_seed(7)
    print(f"{'word':<8}{'in training':<14}{'read':>8}   most often misread as")
    for word in (*_SEEN, *_UNSEEN):
        readings = recognizer.read(to_crops(draw_words(g, word, count)))
        texts = [TEXT.decode(codes) for codes in readings.text.argmax(axis=2).tolist()]
        wrong = [text for text in texts if text != word]
        often = max(sorted(set(wrong)), key=wrong.count, default="")
        seen = "yes" if word in WORDS else "no"
        share = wrong.count(often) / count
        print(f"{word:<8}{seen:<14}{1 - len(wrong) / count:8.1%}   {often or '-'} ({share:.0%})")


if __name__ == "__main__":
    run_plainly(main)
