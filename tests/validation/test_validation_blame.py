"""A rule broken on purpose is found, and blamed on the stage that is at fault."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from validation_world import LOOKS, World, blamed, direction

from attributes.readings import Readings
from attributes.vocabulary import BORDER
from recognizer.decision import Thresholds
from recognizer.validation.agreement import agree
from rules import certain_readings, load_catalogue

SWAPPED = (
    ("pictogram: left}", "pictogram: XX}"),
    ("pictogram: right}", "pictogram: left}"),
    ("pictogram: XX}", "pictogram: right}"),
)


def test_right_rules_have_nothing_to_blame(world: World) -> None:
    world.draw_all()
    validation = world.validate()
    assert validation.figures.accuracy.value == 1
    assert validation.blames == []


def test_a_number_read_with_zeros_behind_its_point_is_what_its_rule_asks_for(
    world: World,
) -> None:
    world.draw_all()
    predict = world.predictor.predict
    texts = certain_readings([{"text": "50"}, {"text": "50.0"}]).text

    def spelled_longer(crops: Sequence[np.ndarray]) -> Readings:
        readings = predict(crops)
        text = readings.text.copy()
        text[(text == texts[0]).all(axis=(1, 2))] = texts[1]
        return replace(readings, text=text)

    world.predictor.predict = spelled_longer  # type: ignore[method-assign]
    validation = world.validate()
    assert "50.0" in validation.outcomes.observations.strings
    assert validation.figures.accuracy.value == 1
    agreement = agree(validation.outcomes, load_catalogue(world.rules()))
    assert agreement.held["text"].all()


def test_keep_left_for_keep_right(world: World) -> None:
    world.draw_all()
    validation = world.validate(world.rules(*SWAPPED))
    assert blamed(validation) == {
        ("no fitting rule", "xx.left: pictogram"): 8,
        ("no fitting rule", "xx.right: pictogram"): 8,
    }
    assert "asks for right, most pictures of the class show left" in validation.blames[0].reason


def test_keep_left_asking_for_keep_right(world: World) -> None:
    world.draw_all()
    found = blamed(world.validate(world.rules(("pictogram: left}", "pictogram: right}"))))
    assert found["no fitting rule", "xx.left: pictogram"] == 8
    assert (
        found.get(("rules overlap", "xx.left"), 0) + found.get(("threshold", "min_confidence"), 0)
        == 8
    )


def test_30_for_50(world: World) -> None:
    world.draw_all()
    one_each = (
        "    when: {shape: circle, border: red, digits: {min: 10, max: 90, multiple_of: 10}}\n"
        "    value: {from: digits}\n  - id: xx.end",
        "    when: {shape: circle, border: red, digits: [60, 80]}\n"
        "    value: {from: digits}\n"
        "  - {id: xx.limit-50, name: {en: Limit 50}, "
        "when: {shape: circle, border: red, digits: 30}}\n"
        "  - id: xx.end",
    )
    labels = world.labels(c50="xx.limit-50", c30=None)
    found = blamed(world.validate(world.rules(one_each), labels))
    assert found["no fitting rule", "xx.limit-50: text"] == 8
    # The pictures of 30, which the catalogue does not have, are taken by that rule.
    assert found["rule too wide", "xx.limit-50"] == 8


def test_a_range_without_a_labelled_value(world: World) -> None:
    world.draw_all()
    found = blamed(world.validate(world.rules(("digits: {min: 10, max: 90, multiple_of: 10}}\n"
    "    value: {from: digits}\n  - id: xx.end", "digits: [30, 60, 80]}\n"
    "    value: {from: digits}\n  - id: xx.end"))))  # fmt: skip
    assert found == {("no fitting rule", "xx.limit[50]"): 8}


def make_unsure(world: World, shown: str, read: str, red: float = 1.0) -> None:
    """Pictures of ``read`` are read so, but nearly as surely with the text of ``shown``.

    Their border is as surely red as is said.
    """
    predict = world.predictor.predict
    text = certain_readings([LOOKS[shown]]).text

    def unsure(crops: Sequence[np.ndarray]) -> Readings:
        readings = predict(crops)
        rows = np.array([crop[0, 0, 0] == list(LOOKS).index(read) for crop in crops])
        mixed, border = readings.text.copy(), readings.categorical["border"].copy()
        mixed[rows] = 0.6 * mixed[rows] + 0.4 * text
        border[rows] = 0
        border[rows, BORDER.values.index("red")] = red
        border[rows, BORDER.values.index("none")] = 1 - red
        return replace(readings, categorical={**readings.categorical, "border": border}, text=mixed)

    world.predictor.predict = unsure  # type: ignore[method-assign]


def test_a_value_that_no_picture_shows_was_misread(world: World) -> None:
    make_unsure(world, "limit-50", "limit-60")
    make_unsure(world, "limit-50", "limit-51")
    world.draw_all()
    shutil.rmtree(world.data / "c60")
    for number in range(2):
        world.draw(world.data / "c50" / f"{number:03}.png", "limit-60")
    validation = world.validate()
    assert blamed(validation) == {("attribute misread", "text"): 2}
    assert validation.blames[0].reason == "text: expected 50, read 60"
    # Nor is it the rule's fault where it allows what is no limit anywhere.
    wide = world.rules(("border: red, digits: {min: 10, max: 90, multiple_of: 10}",
                        "border: red, digits: {min: 10, max: 90}"))  # fmt: skip
    world.draw(world.data / "c50" / "002.png", "limit-51")
    assert blamed(world.validate(wide)) == {("attribute misread", "text"): 3}


def test_where_only_the_value_is_wrong_the_text_is_to_blame_and_nothing_else(world: World) -> None:
    make_unsure(world, "limit-50", "limit-60", red=0.3)
    world.draw_all()
    shutil.rmtree(world.data / "c60")
    world.draw(world.data / "c50" / "000.png", "limit-60")
    validation = world.validate()
    (blame,) = validation.blames
    assert validation.outcomes.names[validation.outcomes.answered[blame.picture]] == "xx.limit[60]"
    # Red was not the likeliest border, but the sign was right in spite of that.
    assert (blame.stage.value, blame.reason) == ("attribute misread", "text: expected 50, read 60")


def test_a_class_that_is_read_surely_is_not_misread_because_others_are_read_more_surely(
    world: World,
) -> None:
    make_unsure(world, "limit-50", "limit-50", red=0.97)
    world.draw_all()
    blue = ("border: red, digits: {min: 10", "border: blue, digits: {min: 10")
    found = blamed(world.validate(world.rules(blue)))
    assert {stage for stage, _ in found} == {"no fitting rule"}


def test_a_rule_that_is_too_wide_overlaps(world: World) -> None:
    world.draw_all()
    wide = ("shape: circle, border: red, digits", "shape: circle, digits")
    found = blamed(world.validate(world.rules(wide)))
    assert set(found) <= {
        ("rules overlap", "xx.limit[80]"),
        ("rules overlap", "xx.limit"),
        ("threshold", "min_confidence"),
    }
    assert sum(found.values()) == 8


def test_a_stranger_that_a_rule_takes(world: World) -> None:
    world.draw_all(green="stranger")
    labels = world.labels(green=None)
    assert blamed(world.validate(labels=labels)) == {}
    wide = ("shape: octagon, text: STOP", "shape: [octagon, diamond]")
    found = blamed(world.validate(world.rules(wide), labels))
    assert found == {("rule too wide", "xx.stop"): 8}


def test_a_stranger_that_an_exemplar_attracts(world: World) -> None:
    world.draw_all(odd="keep-left")
    validation = world.validate(labels=world.labels(odd=None))
    assert blamed(validation) == {("matcher chose wrong", "left"): 8}
    attracting = validation.figures.attracting[0]
    assert (attracting.name, attracting.own, attracting.wrong_answers) == ("left", 8, 8)


def test_a_few_pictures_read_otherwise_were_misread(world: World) -> None:
    world.draw_all()
    world.draw(world.data / "c50" / "000.png", "limit-60")
    world.draw(world.data / "left" / "000.png", "keep-right")
    world.draw(world.data / "stop" / "000.png", "stranger")
    found = blamed(world.validate())
    assert found == {
        ("attribute misread", "text"): 1,
        ("attribute misread", "shape"): 1,
        ("matcher chose wrong", "right"): 1,
    }


def test_what_half_of_a_class_is_read_otherwise_was_misread(world: World) -> None:
    world.draw_all(8)
    for number in range(4):
        world.draw(world.data / "stop" / f"{number:03}.png", "stranger")
    assert blamed(world.validate()) == {("attribute misread", "shape"): 4}


def test_classes_exchanged_in_the_label_map(world: World) -> None:
    world.draw_all()
    labels = world.labels(c30="xx.limit[50]", c50="xx.limit[30]", stop="xx.left", left="xx.stop")
    found = blamed(world.validate(labels=labels))
    assert found["label map", "c30"] == found["label map", "c50"] == 8
    assert found["label map", "left"] == 8


def test_a_label_that_no_sign_has(world: World) -> None:
    world.draw_all()
    validation = world.validate(labels=world.labels(left="xx.lefft"))
    assert blamed(validation) == {("label map", "left"): 8}
    (outside,) = validation.figures.outside
    assert outside.problem == "the catalogue has no sign `xx.lefft`; did you mean `xx.left`?"


def test_a_label_that_no_sign_has_is_told_with_what_most_pictures_are(world: World) -> None:
    world.draw_all()
    world.draw(world.data / "left" / "000.png", "stop")
    validation = world.validate(labels=world.labels(left="xx.lefft"))
    (group,) = validation.figures.blame
    assert len(group.pictures) == 8
    assert group.reasons == (
        "class left, mostly xx.left: the catalogue has no sign `xx.lefft`; did you mean `xx.left`?",
    )


def look_like(world: World, shown: str, **likeness: float) -> None:
    """Pictures of a look are as near to each pictogram as is said."""
    predict = world.predictor.predict
    vector = np.sum([share * direction(name) for name, share in likeness.items()], axis=0)

    def near(crops: Sequence[np.ndarray]) -> Readings:
        readings = predict(crops)
        rows = np.array([crop[0, 0, 0] == list(LOOKS).index(shown) for crop in crops])
        return replace(readings, embedding=np.where(rows[:, None], vector, readings.embedding))

    world.predictor.predict = near  # type: ignore[method-assign]


def test_a_removed_sign_of_which_few_pictures_are_answered_is_no_other_sign(world: World) -> None:
    world.draw_all(odd="odd")
    world.draw(world.data / "odd" / "000.png", "keep-left")
    validation = world.validate(labels=world.labels(odd="xx.odd"))
    likeliest = validation.outcomes.candidate[validation.outcomes.expected == 1]
    assert len(set(likeliest.tolist())) == 1  # all are likeliest the sign that only one is
    assert blamed(validation) == {("matcher chose wrong", "left"): 1}


def test_a_stranger_is_near_to_what_its_answer_asks_for(world: World) -> None:
    look_like(world, "odd", star=0.8, left=0.6)
    world.draw_all(odd="odd")
    spare = ("  right: {artwork", "  star: {artwork: [made:star]}\n  right: {artwork")
    found = blamed(world.validate(world.rules(spare), world.labels(odd=None)))
    assert found == {("matcher chose wrong", "left"): 8}


def test_a_class_with_the_pictogram_of_its_label_is_labelled_rightly(world: World) -> None:
    look_like(world, "keep-left", left=0.8, right=0.6)
    world.draw_all()
    assert blamed(world.validate()) == {}
    square = world.rules(("circle, background: blue, pictogram: left",
                          "square, background: white, pictogram: left"))  # fmt: skip
    validation = world.validate(square)
    assert validation.figures.sign("xx.left").taken_for == (("xx.right", 8),)
    assert blamed(validation) == {("no fitting rule", "xx.left: shape"): 8}


def test_a_confidence_just_below_its_threshold_is_told_apart_from_it(world: World) -> None:
    world.draw_all(1)
    high = Thresholds(per_sign={"xx.left": 0.9999999})
    (group,) = world.validate(thresholds=high).figures.blame
    told = re.fullmatch(
        r"right, but below_threshold \((.*), below its threshold (.*)\)", group.reasons[0]
    )
    assert told is not None
    assert told[1] != told[2]


@pytest.mark.parametrize(
    ("thresholds", "detail"),
    [
        (Thresholds(per_sign={"xx.left": 0.9999999}), "min_confidence"),
        (Thresholds(min_side=64), "min_side"),
    ],
)
def test_thresholds(world: World, thresholds: Thresholds, detail: str) -> None:
    world.draw_all()
    found = blamed(world.validate(thresholds=thresholds))
    assert set(found) == {("threshold", detail)}


def test_a_picture_of_just_enough_pixels_is_answered(world: World) -> None:
    world.draw_all(1)
    world.draw(world.data / "stop" / "000.png", "stop", side=10)
    world.draw(world.data / "c50" / "000.png", "limit-50", side=9)
    assert blamed(world.validate()) == {("threshold", "min_side"): 1}
