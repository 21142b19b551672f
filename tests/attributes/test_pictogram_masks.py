"""Pictograms cut out of drawings: free of the plate's rim, or not at all."""

import cv2
import numpy as np
import pytest
from training_world import ROW

from attributes.training.artwork import SPRITE_SIZE, Drawing
from attributes.training.pictograms import MaskBank, pictogram_masks

MIDDLE, LAST = SPRITE_SIZE // 2, SPRITE_SIZE - 1
SQUARE = ((24, 26), (40, 38))
"""A pictogram in the middle of the plate, wider than high: corners in x, y."""


def masks_of(*, rim: int, inset: int = 0, stem_to: int | None = None) -> MaskBank:
    """Masks of a white plate with a black square, a rim as wide as ``rim`` and ``inset`` from the
    edge, and, from the square to the row ``stem_to``, a stem."""
    sprite = np.full((SPRITE_SIZE, SPRITE_SIZE, 4), 255, np.uint8)
    face = sprite[:, :, 0].copy()
    if rim:
        cv2.rectangle(face, (inset, inset), (LAST - inset, LAST - inset), 0, cv2.FILLED)
        inner = inset + rim
        cv2.rectangle(face, (inner, inner), (LAST - inner, LAST - inner), 255, cv2.FILLED)
    cv2.rectangle(face, *SQUARE, 0, cv2.FILLED)
    if stem_to is not None:
        cv2.rectangle(face, (MIDDLE - 2, MIDDLE), (MIDDLE + 2, stem_to), 0, cv2.FILLED)
    sprite[:, :, :3] = face[:, :, None]
    row = {**ROW, "border": "black" if rim else "none", "text": "", "pictogram": "square"}
    return pictogram_masks([Drawing("square", row, sprite, 1.0)])


def shape_of_ink(bank: MaskBank) -> tuple[int, int]:
    assert bank.names == ("square",)
    rows, columns = np.nonzero(bank.masks[0] > 127)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


@pytest.mark.parametrize(
    ("rim", "inset"), [(0, 0), (3, 0), (3, 2), (8, 0), (12, 0), (8, 4)]
)  # fmt: skip
def test_what_is_cut_out_is_the_pictogram_without_the_rim(rim, inset):
    height, width = shape_of_ink(masks_of(rim=rim, inset=inset))
    assert width >= SPRITE_SIZE - 6  # it fills its mask
    assert height == pytest.approx(width * 13 / 17, abs=3)


def test_a_pictogram_that_touches_a_wide_rim_is_not_taken_apart():
    assert shape_of_ink(masks_of(rim=12, stem_to=LAST - 14))[0] > 0  # it ends before the rim
    assert masks_of(rim=12, stem_to=LAST).names == ()
