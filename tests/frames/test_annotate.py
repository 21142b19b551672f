"""The annotator: everything legible, inside the frame, and the picture given stays as it is."""

import numpy as np
import pytest
from frame_results import SPEED_LIMIT, STOP, TOO_SMALL, frame_result

from recognizer import Recognition
from recognizer.frames.output import annotate as module
from recognizer.frames.output.annotate import annotate
from recognizer.frames.output.label_layout import Rectangle, place_labels

FRAME = (640, 400)
BLACK = np.zeros((400, 640, 3), np.uint8)
BOX = (300, 200, 340, 240)


def drawn(*signs):
    return annotate(BLACK, frame_result(*signs, size=FRAME))


def test_the_picture_given_is_not_changed():
    image = BLACK.copy()
    assert annotate(image, frame_result((BOX, STOP), size=FRAME)).any()
    assert not image.any()


def test_a_frame_without_signs_stays_as_it_is():
    assert np.array_equal(drawn(), BLACK)


def test_the_sign_itself_is_not_drawn_over():
    for answer in (STOP, SPEED_LIMIT, TOO_SMALL):
        assert not drawn((BOX, answer, 1, True, 0))[200:240, 300:340].any()


def test_an_announced_sign_is_highlighted_and_an_unknown_one_is_quiet():
    just, settled, candidate, unknown = (
        drawn((BOX, answer, 1, announced, since))
        for answer, announced, since in (
            (STOP, True, 5),
            (STOP, False, 5),
            (STOP, False, -1),
            (TOO_SMALL, False, -1),
        )
    )
    colours = [tuple(image[220, 299].tolist()) for image in (just, settled, candidate, unknown)]
    green, yellow, grey = module._SETTLED.colour, module._CANDIDATE.colour, module._UNKNOWN.colour
    assert colours == [green, green, yellow, grey]
    assert (just == 255).all(axis=2)[:, 290:300].any()  # the outline of the announcement
    beside_the_box = [image[220, 280:300].any(axis=1).sum() for image in (just, settled, unknown)]
    assert beside_the_box[0] > beside_the_box[1] > beside_the_box[2] >= 1


@pytest.mark.parametrize("size", [(64, 48), (640, 400), (1360, 800)])
def test_boxes_and_labels_stay_inside_frames_of_any_size(size):
    width, height = size
    boxes = [
        *[(-5, -5, 10, 10), (width - 10, -3, width + 9, 12), (0, height - 10, 10, height)],
        *[(width - 2, height - 2, width + 50, height + 50), (0, 0, width, height)],
        *[(width + 10, 5, width + 20, 15), (5, 5, 5, 5), (np.nan, 0, np.inf, 9)],
    ]
    long = Recognition("a", "a", "Ende sämtlicher Beschränkungen " * 5, 0.5, 130, "km/h")
    image = np.zeros((height, width, 3), np.uint8)
    for answer in (STOP, TOO_SMALL, long):
        result = frame_result(*[(box, answer, 1, True, 0) for box in boxes], size=size)
        assert annotate(image, result).any()


def test_what_a_label_says():
    label = module._labels(frame_result((BOX, SPEED_LIMIT, 7, True, 3), size=FRAME), FRAME)[0]
    assert (label.name, label.figures) == ("#7 Speed limit 60", "98%")
    label = module._labels(frame_result((BOX, TOO_SMALL), size=FRAME), FRAME)[0]
    assert (label.name, label.figures) == ("unknown: too small", "")


def test_a_name_that_is_too_long_is_cut_but_its_value_is_kept():
    answer = Recognition("x[130]", "x", "Zulässige Höchstgeschwindigkeit " * 3, 0.93, 130, "km/h")
    (label,) = module._labels(frame_result((BOX, answer), size=FRAME), FRAME)
    text = module._fitted(label, 10, 640)
    assert text.startswith("Zul")
    assert text.endswith("... 130 km/h 93%")
    assert module._text_width(text, 10) <= 320


def test_where_only_ascii_can_be_drawn_names_are_spelled_out(monkeypatch):
    monkeypatch.setattr(module, "_DRAWS_UNICODE", False)
    assert module._drawable("Wildwechsel – Gefahr für Füße × 2") == (
        "Wildwechsel - Gefahr fuer Fuesse x 2"
    )
    assert module._drawable("Señal Łódź 危") == "Senal ?odz ?"


def test_labels_of_neighbours_do_not_cover_each_other():
    boxes = [Rectangle(300 + 22 * k, 200, 320 + 22 * k, 220) for k in range(5)]
    places = place_labels(boxes, [(150, 20)] * 5, FRAME)
    assert all(a.overlap(b) == 0 for k, a in enumerate(places) for b in places[:k])
    assert all(place.overlap(box) == 0 for place in places for box in boxes)


def test_a_label_is_above_its_box_if_there_is_room_else_below():
    (above,) = place_labels([Rectangle(*BOX)], [(100, 20)], FRAME)
    assert above == (300, 180, 400, 200)
    (below,) = place_labels([Rectangle(300, 0, 340, 40)], [(100, 20)], FRAME)
    assert below == (300, 40, 400, 60)
    (left,) = place_labels([Rectangle(630, 100, 640, 110)], [(100, 20)], FRAME)
    assert left == (540, 80, 640, 100)
