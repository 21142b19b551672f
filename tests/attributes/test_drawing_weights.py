"""How often drawings are drawn."""

import numpy as np
import pytest
from training_world import ROW

from attributes.training.artwork import SPRITE_SIZE, Drawing, german_references, usable_rows
from attributes.training.drawing_weights import drawing_weights

STOP = {**ROW, "shape": "octagon", "border": "none", "background": "red", "text": "STOP"}
DEER = {**ROW, "text": "", "pictogram": "deer"}


def drawing(source: str, row: dict[str, str]) -> Drawing:
    return Drawing(source, row, np.zeros((SPRITE_SIZE, SPRITE_SIZE, 4), np.uint8), 1.0)


def test_many_drawings_of_one_pictogram_share_what_they_get_more_than_add_to_it():
    one, *four = drawing_weights(
        [drawing("mapillary:a", {**DEER, "pictogram": "cow"})]
        + [drawing(f"mapillary:{i}", DEER) for i in range(4)],
        gtsrb_signs=1.0,
    )
    assert [float(w / one) for w in four] == pytest.approx([0.5] * 4)


def test_signs_without_a_pictogram_are_alike_only_if_they_look_alike():
    rows = [STOP, ROW, {**ROW, "text": "30"}, {**ROW, "legend": "?"}]
    stop, fifty, thirty, fifty_again = drawing_weights(
        [drawing(f"mapillary:{i}", row) for i, row in enumerate(rows)], gtsrb_signs=1.0
    )
    assert stop == thirty > fifty == fifty_again


def test_signs_of_gtsrb_are_drawn_as_much_more_often_as_configured():
    once, often = (
        drawing_weights(
            [drawing("commonroad:206", STOP), drawing("commonroad:310", DEER)], gtsrb_signs=factor
        )
        for factor in (1.0, 8.0)
    )
    assert (often / once).tolist() == pytest.approx([8.0, 1.0])


def test_our_own_drawings_are_german_ones():
    foreign, german, own = drawing_weights(
        [drawing(source, {**DEER, "pictogram": source}) for source in
         ("mapillary:a", "commonroad:310", "signrules:310")],
        gtsrb_signs=1.0,
    )  # fmt: skip
    assert own == german > foreign


def test_a_sign_of_gtsrb_in_other_colours_is_none_of_them():
    references = german_references()
    assert {"commonroad:206", "mapillary:regulatory--maximum-speed-limit-50--g1"} <= references
    assert "mapillary:regulatory--maximum-speed-limit-60--g1" not in references  # is yellow
    assert "mapillary:warning--pedestrians-crossing--g4" not in references  # a diamond
    assert references <= {source for source, _ in usable_rows()}
