"""A data set's box around a plate is roomy: the plate itself is found within it."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attributes.training.erasing import read_plate
from attributes.training.registration import register

SIZE = 64
RED, WHITE, BLUE, BLACK = (170, 25, 30), (215, 210, 205), (30, 60, 190), (25, 25, 30)
ROW = {"border": "red", "background": "white", "legend": "black", "bar": "none"}
PLATES = {
    "ring": read_plate({**ROW, "shape": "circle"}),
    "disc": read_plate({**ROW, "shape": "circle", "background": "blue", "legend": "white"}),
    "triangle": read_plate({**ROW, "shape": "triangle"}),
}


def photograph(kind: str, box: np.ndarray) -> np.ndarray:
    """A plate that fills its box, with a legend, blurred; uint8 (SIZE, SIZE, 3) RGB."""
    fine = 8
    picture = np.full((SIZE * fine, SIZE * fine, 3), (95, 105, 90), np.uint8)
    plate = PLATES[kind]
    rim, face, ink = (WHITE, BLUE, WHITE) if kind == "disc" else (RED, WHITE, BLACK)
    turn = np.linspace(0, 2 * np.pi, 90)
    around = np.float32(0.5 + 0.5 * np.stack([np.cos(turn), np.sin(turn)], axis=1))
    if kind == "triangle":
        around = np.float32([(0.5, 0), (1, 1), (0, 1)])
    for outline, colour in ((around, rim), (plate.face, face)):
        corners = (box[:2] + outline * (box[2:] - box[:2])) * fine
        cv2.fillPoly(picture, [np.int32(corners.round())], colour)
    middle = box[:2] + np.float32(plate.centre) * (box[2:] - box[:2])
    x, y = (middle * fine).astype(int)
    half = int(0.15 * (box[2] - box[0]) * fine)
    cv2.rectangle(picture, (x - half // 3, y - half), (x + half // 3, y + half), ink, -1)
    small = cv2.resize(picture, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), 0.8)


@pytest.mark.parametrize("kind", list(PLATES))
@settings(max_examples=25, deadline=None)
@given(
    scale=st.floats(0.76, 1.0), x=st.floats(-0.06, 0.06), y=st.floats(-0.06, 0.06),
)  # fmt: skip
def test_a_plate_is_found_in_a_roomy_box(kind, scale, x, y):
    roomy = np.float32([8, 8, 56, 56])
    middle, half = 32 + 48 * np.float32([x, y]), 24 * scale
    own = np.concatenate([middle - half, middle + half])
    found = register(photograph(kind, own), roomy, PLATES[kind].face, kind == "disc")
    assert np.abs(found - own).max() < 0.055 * 48
