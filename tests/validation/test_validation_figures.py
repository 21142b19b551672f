"""What the figures of a validation count, and what they leave out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from validation_world import World

from recognizer.decision import Thresholds
from recognizer.validation.rates import Rate, rates_by_size


def test_the_size_of_a_sign_is_its_shorter_side_and_a_bin_begins_at_its_lower_edge() -> None:
    sides = np.array([[16, 40], [40, 15], [15.9, 99], [96, 200]])
    assert rates_by_size(sides, np.array([True, False, True, True])) == (
        ("0 to 15 px", Rate(1, 2)),
        ("16 to 23 px", Rate(1, 1)),
        ("from 96 px", Rate(1, 1)),
    )


def test_strangers_are_in_no_figure_of_signs(world: World) -> None:
    world.draw_all(4, green="stop")
    figures = world.validate(labels=world.labels(green=None)).figures
    assert figures.accuracy_of_answered == Rate(32, 32)
    assert figures.reliability.count.sum() == 32


def test_attributes_are_counted_as_read_of_those_that_rules_ask_for(world: World) -> None:
    world.draw_all(4)
    world.draw(world.data / "stop" / "000.png", "stranger")
    attributes = world.validate().figures.attributes
    assert attributes["shape"] == Rate(31, 32)
    assert attributes["pictogram"] == Rate(8, 8)


def test_values_are_counted_of_signs_that_were_answered(world: World) -> None:
    world.draw_all(4)
    world.draw(world.data / "c50" / "000.png", "limit-60")
    assert world.validate().figures.values == Rate(19, 20)
    strict = Thresholds(per_sign={"xx.end": 1.0})  # answers none of its 4 pictures
    assert world.validate(thresholds=strict).figures.values == Rate(15, 16)


def test_signs_without_a_picture_or_an_answer_are_told(world: World) -> None:
    world.draw_all(2, left="stranger")
    for path in (world.data / "end").iterdir():
        path.unlink()
    figures = world.validate().figures
    assert figures.not_in_data == ("xx.end",)
    assert figures.never_answered == ("xx.left",)


def test_of_a_confusion_the_surest_mistake_comes_first(world: World) -> None:
    world.draw_all(2)
    world.draw(world.data / "left" / "000.png", "vague-right")
    world.draw(world.data / "left" / "001.png", "keep-right")
    validation = world.validate()
    (confusion,) = validation.figures.confusions
    names = [Path(validation.sample(n).path).name for n in confusion.pictures]
    assert names == ["001.png", "000.png"]
