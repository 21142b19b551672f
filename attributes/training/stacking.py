"""Two pictograms in one, over or beside each other: more to tell apart, and as signs do it.

Signs say *parking, for cars* and *pedestrians here, bicycles there* in two pictures. An embedding
that was never asked for the second takes all of them for the first. So pairs of pictograms are
classes of their own, and many have in common what stands above: the letter P over anything.
"""

from __future__ import annotations

import cv2
import numpy as np

from attributes.training.artwork import SPRITE_SIZE
from attributes.training.pictograms import Mask, MaskBank, draw_string, fill_square, load_fonts

LETTER = "P"
"""What stands over half of the pictograms, as on signs of parking."""
_VARIANTS = 3
"""How often each pair is composed, of other drawings and in other proportions."""
_GAP = 4


def stacked_masks(rng: np.random.Generator, bank: MaskBank, pairs: int) -> MaskBank:
    """Masks of pairs, half of them a letter over a pictogram.

    Args:
        rng: source of randomness.
        bank: masks of single pictograms.
        pairs: how many classes, at most twice as many as there are pictograms.

    Raises:
        MissingPackageError: the fonts of the letter cannot be had.
    """
    fonts = load_fonts()
    drawings: dict[str, list[Mask]] = {}
    for mask, name in zip(bank.masks, bank.names, strict=True):
        drawings.setdefault(name, []).append(mask)
    names = sorted(drawings)
    masks, of = [], []
    for index, second in enumerate(rng.permutation(names * 2)[:pairs].tolist()):
        first = LETTER if index % 2 else str(rng.choice(names))
        beside = first != LETTER and rng.random() < 0.4
        for _ in range(_VARIANTS):
            one = (
                draw_string(rng, LETTER, fonts, plain=True)[0]
                if first == LETTER
                else drawings[first][int(rng.integers(len(drawings[first])))]
            )
            other = drawings[second][int(rng.integers(len(drawings[second])))]
            masks.append(_together(one, other, float(rng.uniform(0.42, 0.62)), beside))
            of.append(stacked_name(first, second, beside))
    return MaskBank(np.stack(masks), tuple(of))


def stacked_name(first: str, second: str, beside: bool) -> str:
    """Name of the class of two pictograms, the first to the left or above."""
    return f"{first} {'beside' if beside else 'over'} {second}"


def _together(one: Mask, other: Mask, share: float, beside: bool) -> Mask:
    """Both in one sprite, the first in a share of its height, or of its width."""
    if beside:
        return np.ascontiguousarray(_together(one.T, other.T, share, False).T)
    room = SPRITE_SIZE - _GAP
    tall = round(room * share)
    sprite = np.zeros((SPRITE_SIZE, SPRITE_SIZE), np.uint8)
    _put(sprite[:tall], one)
    _put(sprite[tall + _GAP :], other)
    return fill_square(sprite)


def _put(space: Mask, mask: Mask) -> None:
    """Draw a mask's contents as large as a space lets it, in the middle."""
    rows, columns = np.nonzero(mask > 60)
    cut = mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = min(space.shape[0] / cut.shape[0], space.shape[1] / cut.shape[1])
    height, width = (max(1, int(side * scale)) for side in cut.shape)
    top, left = (space.shape[0] - height) // 2, (space.shape[1] - width) // 2
    space[top : top + height, left : left + width] = cv2.resize(
        cut, (width, height), interpolation=cv2.INTER_AREA
    )
