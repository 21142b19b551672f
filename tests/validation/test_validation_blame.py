"""A rule broken on purpose is found, and blamed on the stage that is at fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from validation_world import World, blamed

from attributes.readings import Readings
from recognizer.decision import Thresholds

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


def test_a_range_that_is_too_wide(world: World) -> None:
    world.draw_all()
    # Three pictures of 50 are read as 51, which only the wide range lets pass.
    for number in range(3):
        world.draw(world.data / "c50" / f"{number:03}.png", "limit-51")
    narrow = world.validate()
    wide = world.validate(world.rules(("border: red, digits: {min: 10, max: 90, multiple_of: 10}",
                                       "border: red, digits: {min: 10, max: 90}")))  # fmt: skip
    assert ("rule too wide", "xx.limit[51]") not in blamed(narrow)
    assert {stage for stage, _ in blamed(wide)} <= {"rule too wide", "attribute misread"}
    assert sum(blamed(wide).values()) == 3


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
    assert validation.figures.outside[0].problem == "the catalogue has no sign `xx.lefft`"


def test_a_label_that_no_sign_has_is_told_with_what_most_pictures_are(world: World) -> None:
    world.draw_all()
    world.draw(world.data / "left" / "000.png", "stop")
    validation = world.validate(labels=world.labels(left="xx.lefft"))
    (group,) = validation.figures.blame
    assert len(group.pictures) == 8
    assert group.reasons == ("class left: the catalogue has no sign `xx.lefft`; most are xx.left",)


def test_a_value_that_a_class_of_any_value_may_have_is_not_too_wide(world: World) -> None:
    predict = world.predictor.predict

    def unsure(crops: Sequence[np.ndarray]) -> Readings:
        readings = predict(crops)
        return replace(readings, text=0.9 * readings.text + 0.1 / readings.text.shape[-1])

    world.predictor.predict = unsure  # type: ignore[method-assign]
    world.draw_all()
    for number in range(3):
        world.draw(world.data / "c50" / f"{number:03}.png", "limit-51")
    wide = world.rules(("border: red, digits: {min: 10, max: 90, multiple_of: 10}",
                        "border: red, digits: {min: 10, max: 90}"))  # fmt: skip
    assert blamed(world.validate(wide)) == {("rule too wide", "xx.limit[51]"): 3}
    # Who knows whether a picture of the other class shows 51?
    any_value = world.validate(wide, world.labels(c80="xx.limit"))
    assert blamed(any_value) == {("attribute misread", "text"): 3}


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
