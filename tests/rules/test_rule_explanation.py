"""Why a rule fits or does not, in words."""

from __future__ import annotations

import pytest
from rule_fixture_types import LoadText

from attributes.vocabulary import BORDER, SHAPE, TEXT
from rules import Engine, certain_readings, describe_certain, explain


@pytest.fixture
def engine(load: LoadText) -> Engine:
    return Engine(
        load(
            """\
            version: 1
            faces:
              ring: {shape: circle, border: red}
            signs:
              - id: de.274
                name: {en: Limit}
                when: {face: ring, legend: {only: black}, digits: {min: 5, max: 95, multiple_of: 5}}
            """
        )
    )


def test_every_condition_tells_what_was_expected_and_what_was_seen(engine: Engine) -> None:
    readings = certain_readings(
        [{"shape": "diamond", "border": "red", "legend": ["red", "black"], "text": "50"}]
    )
    outcomes = explain(engine, readings, 0, 0)
    assert [(o.attribute, o.expected, o.observed, o.passed) for o in outcomes] == [
        ("shape", "circle", "diamond", False),
        ("border", "red", "red", True),
        ("legend", "only black", "black, red", False),
        ("text", "5 to 95 in steps of 5", "50", True),
    ]
    assert [o.position.line for o in outcomes] == [3, 3, 7, 7]
    assert [o.probability for o in outcomes] == [0, 1, 0, 1]


def test_a_condition_that_failed_is_shown_where_it_excludes_what_was_read(load: LoadText) -> None:
    engine = Engine(
        load(
            """\
            version: 1
            faces:
              ring: {border: red}
            signs:
              - {id: de.1, name: {en: One}, when: {face: ring, border: [red, blue]}}
            """
        )
    )
    (outcome,) = explain(engine, certain_readings([{"border": "blue"}]), 0, 0)
    assert not outcome.passed
    assert outcome.position.line == 3


def test_what_is_told_as_read_agrees_with_whether_the_condition_holds(load: LoadText) -> None:
    engine = Engine(
        load(
            """\
            version: 1
            signs:
              - id: de.1
                name: {en: One}
                when: {shape: [circle, square], border: red, legend: {not: red}, text: {not: none}}
            """
        )
    )
    readings = certain_readings([{"legend": "black"}])
    shape, border = readings.categorical["shape"][0], readings.categorical["border"][0]
    shape[:] = 0
    shape[[SHAPE.index("octagon"), SHAPE.index("circle"), SHAPE.index("square")]] = 0.4, 0.3, 0.3
    border[:] = 0
    border[[BORDER.index("red"), BORDER.index("blue"), BORDER.index("none")]] = 0.4, 0.3, 0.3
    text = readings.text[0, 0]
    text[[0, *TEXT.encode("P")[:1], *TEXT.encode("R")[:1]]] = 0.4, 0.3, 0.3
    outcomes = {o.attribute: o for o in explain(engine, readings, 0, 0)}
    assert {name: (o.passed, o.read) for name, o in outcomes.items()} == {
        "shape": (True, "that rather than octagon (0.400)"),
        "border": (False, "red (0.400), unsurely"),
        "legend": (True, "black"),
        "text": (True, "that rather than none (0.400)"),
    }
    assert outcomes["text"].observed == "none"
    assert outcomes["text"].observed_probability == pytest.approx(0.4)


def test_what_nobody_stated_is_not_told_as_read(engine: Engine) -> None:
    readings = certain_readings([{"shape": "circle", "text": "50"}])
    readings.categorical["shape"][0] = 1 / len(SHAPE.values)
    shape = next(o for o in explain(engine, readings, 0, 0) if o.attribute == "shape")
    assert (shape.read, shape.passed) == ("nothing in particular", False)


def test_nothing_seen_is_called_none(engine: Engine) -> None:
    outcomes = explain(engine, certain_readings([{}]), 0, 0)
    assert [o.observed for o in outcomes if o.attribute in ("legend", "text")] == ["none", "none"]


@pytest.mark.parametrize(
    ("attributes", "description"),
    [
        (
            {"shape": "triangle", "border": "red", "background": "white", "legend": "black"},
            "red triangle, white face, black legend",
        ),
        (
            {"shape": "inverted_triangle", "border": "none", "legend": ["red", "blue"]},
            "inverted triangle, blue and red legend",
        ),
        ({"border": "red", "bar": "slash", "text": "STOP"}, 'red border, slash bar, text "STOP"'),
        ({}, ""),
    ],
)
def test_what_is_certain_is_said_without_any_rule(
    attributes: dict[str, object], description: str
) -> None:
    assert describe_certain(certain_readings([attributes])) == [description]


def test_what_is_only_probable_is_not_called_certain() -> None:
    readings = certain_readings([{"shape": "circle", "text": "STOP", "legend": "red"}])
    assert describe_certain(readings) == ['circle, red legend, text "STOP"']
    readings.categorical["shape"][0, [SHAPE.index("circle"), SHAPE.index("octagon")]] = 0.8, 0.2
    readings.legend[0] *= 0.8
    readings.text[0, 3, [TEXT.encode("P")[0], TEXT.encode("R")[0]]] = 0.8, 0.2
    assert describe_certain(readings) == [""]


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"shpe": "circle"}, "unknown attribute `shpe`; did you mean `shape`?"),
        ({"shape": "circel"}, "`circel` is no value of `shape`; did you mean `circle`?"),
        ({"legend": ["rde"]}, "`rde` is no value of `legend`; did you mean `red`?"),
        ({"text": "5", "digits": 5}, "`text` and `digits` are the same reading"),
        ({"digits": "5"}, "`digits` must be a number or none"),
        ({"digits": -5}, "no sign can show the number -5"),
        ({"text": "stop"}, "character outside"),
    ],
)
def test_certain_readings_refuse_what_the_vocabulary_does_not_have(
    attributes: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        certain_readings([attributes])
