"""Two pictograms in one, over or beside each other: more to tell apart, and as signs do it.

Signs say *parking, for cars* and *bicycles here, pedestrians there* in two pictures. An embedding
that was never asked for the second takes all of them for the first. So pairs of pictograms are
classes of their own, and half of them have in common what stands above: the letter P.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import cv2
import numpy as np

from attributes.training.artwork import SPRITE_SIZE, Drawing
from attributes.training.pictograms import Mask, MaskBank, contents_of, fill_square
from attributes.training.written_texts import draw_string, load_fonts

_LETTER = "P"
_BESIDE = 0.4
"""Share of the pairs that stand beside each other."""
_VARIANTS = 3
"""How often each pair is composed, of other drawings and in other proportions."""
_FIRST = (0.42, 0.72)
"""What share of the height, or width, the first takes."""
_ALONG = (0.3, 0.7)
"""Where along the first the second stands, 0 to 1."""
_GAP = 4


def paired_masks(
    rng: np.random.Generator, drawings: Sequence[Drawing], singles: MaskBank, count: int
) -> MaskBank:
    """Masks of pairs of pictograms, half of them a letter over or beside a pictogram.

    A pair that a drawing shows is left out: it has a class already.

    Args:
        rng: source of randomness.
        drawings: the artwork.
        singles: masks of its pictograms.
        count: how many pairs to draw; the same may come twice.

    Returns:
        at most three masks for each pair, named as :func:`pair_name` does.

    Raises:
        MissingPackageError: the fonts of the letter cannot be had.
    """
    fonts = load_fonts()
    of_pictogram: dict[str, list[Mask]] = {}
    for mask, name in zip(singles.masks, singles.names, strict=True):
        of_pictogram.setdefault(name, []).append(mask)
    pictograms = sorted(of_pictogram)
    drawn = _drawn_pairs(drawings)
    masks, names = [], []
    for index in range(count):
        first = _LETTER if index % 2 else str(rng.choice(pictograms))
        second = str(rng.choice(pictograms))
        beside = bool(rng.random() < _BESIDE)
        name = pair_name(first, second, beside)
        if name in drawn:
            continue
        for _ in range(_VARIANTS):
            one = (
                draw_string(rng, _LETTER, fonts, plain=True)[0]
                if first == _LETTER
                else _one_of(rng, of_pictogram[first])
            )
            other = _one_of(rng, of_pictogram[second])
            masks.append(_together(rng, one, other, beside))
            names.append(name)
    return MaskBank(np.stack(masks), tuple(names))


def pair_name(first: str, second: str, beside: bool) -> str:
    """Name of the class of two pictograms, the first above, or to the left."""
    return f"{first} {'beside' if beside else 'over'} {second}"


def has_letter(name: str) -> bool:
    """Whether a pictogram class is a pair with a letter."""
    return name.startswith(tuple(pair_name(_LETTER, "", beside) for beside in (False, True)))


def _drawn_pairs(drawings: Sequence[Drawing]) -> Collection[str]:
    """Pairs that drawings show: by their class, or a letter that is labelled as what is written."""
    by_class = {d.row["pictogram"].replace("-over-", " over ") for d in drawings}
    by_class |= {d.row["pictogram"].replace("-beside-", " beside ") for d in drawings}
    lettered = {d.row["pictogram"] for d in drawings if d.row["text"] == _LETTER}
    return by_class | {pair_name(_LETTER, pictogram, beside) for pictogram in lettered
                       for beside in (False, True)}  # fmt: skip


def _one_of(rng: np.random.Generator, masks: Sequence[Mask]) -> Mask:
    return masks[int(rng.integers(len(masks)))]


def _together(rng: np.random.Generator, one: Mask, other: Mask, beside: bool) -> Mask:
    """Both in one sprite, the second mostly smaller and somewhere along the first."""
    if beside:
        return np.ascontiguousarray(_together(rng, one.T, other.T, False).T)
    tall = round((SPRITE_SIZE - _GAP) * rng.uniform(*_FIRST))
    sprite = np.zeros((SPRITE_SIZE, SPRITE_SIZE), np.uint8)
    _put(sprite[:tall], one, 0.5)
    _put(sprite[tall + _GAP :], other, float(rng.uniform(*_ALONG)))
    return fill_square(sprite)


def _put(space: Mask, mask: Mask, along: float) -> None:
    """Draw a mask's contents as large as a space lets it, 0 to 1 along what room is left."""
    cut = contents_of(mask)
    scale = min(space.shape[0] / cut.shape[0], space.shape[1] / cut.shape[1])
    height, width = (max(1, int(side * scale)) for side in cut.shape)
    top, left = (space.shape[0] - height) // 2, round((space.shape[1] - width) * along)
    space[top : top + height, left : left + width] = cv2.resize(
        cut, (width, height), interpolation=cv2.INTER_AREA
    )
