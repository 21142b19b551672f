"""Explanations: what failed, what was nearest, and what separated the runners-up."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from decision_world import CIRCLE, TRIANGLE, answer, engine_of

from attributes.readings import Readings
from attributes.vocabulary import BACKGROUND, SHAPE, TEXT
from recognizer.answering import ReadyCatalogue
from recognizer.decision import Reason, Thresholds
from recognizer.gallery import Gallery
from rules import Engine, certain_readings, load_catalogue


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return engine_of(tmp_path)


def test_an_explanation_says_that_it_may_be_no_sign(engine):
    readings = certain_readings([{**CIRCLE, "digits": 50}])
    assert "no sign at all" not in answer(engine, readings, {}).explain()
    doubted = replace(readings, presence=np.array([0.8], np.float32))
    answered = answer(engine, doubted, {})
    assert "may be no sign at all  p=0.800 that it is one" in answered.explain()
    assert answered.explanation.to_dict()["presence"] == 0.8


def test_an_unmatched_pictogram_is_explained_by_the_sign_that_asks_for_it(engine):
    readings = certain_readings([TRIANGLE])
    # So little of a circle is enough to be ahead of signs whose pictograms are not there at all.
    shape = readings.categorical["shape"][0]
    shape[:] = 0
    shape[[SHAPE.index("triangle"), SHAPE.index("circle")]] = 0.99, 0.01
    for nearest, asked in ((0.1, "xx.cow"), (-0.5, "xx.deer")):
        answered = answer(engine, readings, {"deer": -0.3, "cow": nearest})
        assert answered.reason is Reason.PICTOGRAM_UNMATCHED
        explained = answered.explanation
        assert explained.sign_id == asked
        assert explained.pictograms == (asked.removeprefix("xx."),)
        assert [(c.attribute, c.passed) for c in explained.conditions] == [
            ("shape", True),
            ("border", True),
        ]
        assert "xx.ring" in [r.id for r in explained.runners_up]
    assert "NO  pictogram  expected deer; nearest crown -0.20, deer -0.30" in answered.explain()
    answered = answer(engine, readings, {"deer": -0.3, "cow": 0.1})
    told = "nearest cow 0.10, crown -0.20, deer -0.30 (below 0.50: likelier another)"
    assert f"NO  pictogram  expected cow; {told}  ({engine.catalogue.file}:" in answered.explain()
    told = answered.explanation.to_dict()
    assert (told["pictogram_passed"], told["match_cosine"]) == (False, 0.5)


CROSS_AND_LIMIT = """
version: 1
pictograms: {deer: {artwork: [mapillary:deer]}}
signs:
  - {id: xx.no-deer, name: {en: No deer},
     when: {shape: circle, border: red, background: white, text: none, pictogram: deer}}
  - {id: xx.crossbuck, name: {en: Crossbuck}, when: {shape: cross}}
  - {id: xx.limit, name: {en: "Limit {digits}"},
     when: {shape: circle, border: red, background: white, digits: {min: 5, max: 130}}}
"""


def test_where_no_rule_holds_the_nearest_is_the_one_of_which_most_holds(tmp_path):
    # A cross lacks one condition, as the limit does, and asks for nothing else. The ban on deer
    # lacks its pictogram, too.
    seen = {**CIRCLE, "background": "white", "digits": 135}
    answered = answer(engine_of(tmp_path, CROSS_AND_LIMIT), certain_readings([seen]), {})
    assert answered.reason is Reason.NO_RULE
    explained = answered.explanation
    assert explained.sign_id == "xx.limit"
    failed = [c.attribute for c in explained.conditions if not c.passed]
    assert failed == ["text"]


def test_a_sign_without_rule_is_not_the_nearest_rule(tmp_path):
    by_picture = "  - {id: xx.herd, name: {en: Herd}, pictogram: deer}\n"
    seen = {**CIRCLE, "background": "white", "digits": 135}
    ready = engine_of(tmp_path, CROSS_AND_LIMIT + by_picture)
    answered = answer(ready, certain_readings([seen]), {"deer": 0.1})
    assert answered.reason is Reason.NO_RULE
    assert answered.explanation.sign_id == "xx.limit"


def test_a_sign_without_rule_is_behind_for_its_own_pictures_where_no_rule_holds(engine):
    answered = answer(engine, certain_readings([{"shape": "other"}]), {"crown": 0.55})
    assert answered.reason is Reason.NO_RULE
    assert "not xx.crown (0.269): no exemplar of it is alike enough" in answered.explain("xx.crown")


CROSS_OR_OCTAGON = """
version: 1
signs:
  - {id: xx.cross, name: {en: Cross}, when: {shape: cross}}
  - {id: xx.stop, name: {en: Stop}, when: {shape: octagon, border: red}}
"""


def test_of_rules_about_as_unlikely_the_one_of_which_most_holds_is_nearest(tmp_path):
    readings = certain_readings([CIRCLE])
    shape = readings.categorical["shape"][0]
    shape[[SHAPE.index("cross"), SHAPE.index("octagon"), SHAPE.index("circle")]] = 0.06, 0.04, 0.9
    seen = answer(engine_of(tmp_path, CROSS_OR_OCTAGON), readings, {})
    assert seen.reason is Reason.NO_RULE
    assert seen.explanation.sign_id == "xx.stop"


def test_a_sign_is_asked_about_with_or_without_its_value(engine):
    answered = answer(engine, certain_readings([{**CIRCLE, "digits": 50}]), {})
    assert answered.id == "xx.limit[50]"
    assert answered.explain(answered.id) == answered.explain("xx.limit")
    with pytest.raises(ValueError, match="no sign is called"):
        answered.explain("xx.limt[50]")


def test_a_runner_up_is_told_by_its_pictogram(engine):
    answered = answer(engine, certain_readings([TRIANGLE]), {"deer": 0.8, "cow": 0.6})
    assert answered.explain().endswith("not xx.cow (0.018): the pictogram is less alike")
    assert answered.explanation.pictogram_passed
    assert (
        answer(engine, certain_readings([{**CIRCLE, "digits": 50}]), {}).explanation.to_dict()[
            "pictogram_passed"
        ]
        is None
    )


def test_a_pictogram_that_won_is_no_failure_though_one_of_another_sign_is_nearer(engine):
    # The crown is told from the deer by the plate that it stands on.
    seen = answer(engine, certain_readings([TRIANGLE]), {"crown": 0.9, "deer": 0.85, "cow": 0.6})
    assert seen.id == "xx.deer"
    assert seen.explanation.pictogram_passed
    assert "yes pictogram  expected deer; nearest crown 0.90, deer 0.85, cow 0.60" in seen.explain()
    assert "not xx.cow (0.007): the pictogram is less alike" in seen.explain()


def test_a_cosine_that_is_just_reached_is_enough(engine):
    seen = answer(engine, certain_readings([TRIANGLE]), {"deer": 0.5})
    assert (seen.id, seen.explanation.pictogram_passed) == ("xx.deer", True)


def test_a_sign_known_by_pictures_alone_is_told_with_the_cosine_that_it_needs(engine):
    seen = answer(engine, certain_readings([{"shape": "other"}]), {"crown": 0.65})
    assert (seen.id, seen.explanation.match_cosine) == ("xx.crown", Thresholds().exemplar_cosine)


def test_the_pictogram_that_is_asked_for_is_told_however_far_it_is(tmp_path):
    path = tmp_path / "many.yaml"
    names = ("deer", "cow", "crown", "sheep", "hare")
    path.write_text(
        "version: 1\npictograms:\n"
        + "".join(f"  {name}: {{artwork: [made:{name}]}}\n" for name in names)
        + "signs:\n  - {id: xx.hare, name: {en: Hare}, when: {shape: circle, pictogram: hare}}\n"
    )
    engine = Engine(load_catalogue(path))
    gallery = Gallery.from_embeddings({n: np.ones((1, 1), np.float32) for n in names})
    ready = ReadyCatalogue.prepare(engine.catalogue, gallery, Thresholds())
    cosines = np.float32([[0.9, 0.8, 0.7, 0.6, 0.55]])
    seen = ready.answers(certain_readings([{"shape": "circle"}]), cosines)[0]
    assert seen.id == "xx.hare"
    assert "yes pictogram  expected hare; nearest deer 0.90, cow 0.80, crown 0.70, hare 0.55" in (
        seen.explain()
    )


def test_a_runner_up_is_told_by_its_priority(engine):
    readings = certain_readings([{**CIRCLE, "digits": 50}])
    digit = readings.text[0, 1]
    digit[TEXT.alphabet.index("0") + 1], digit[TEXT.alphabet.index("3") + 1] = 0.9, 0.1
    answered = answer(engine, readings, {})
    assert answered.sign_id == "xx.limit"
    assert answered.explain().endswith("not xx.ring (0.011): its priority is lower")


@pytest.mark.parametrize(
    ("blue", "told"),
    [
        (0.8, "not xx.blue (0.434): it fits less well"),
        (1.0, "not xx.blue (0.500): it fits exactly as well"),
        (0.1, "not xx.blue (0.048): background red, expected blue"),
    ],
)
def test_a_runner_up_is_told_by_its_fit(engine, blue, told):
    readings = certain_readings([{"shape": "square", "background": "blue"}])
    background = readings.categorical["background"][0]
    background[:] = 0
    background[[BACKGROUND.index("blue"), BACKGROUND.index("red")]] = blue, 1 - blue
    assert answer(engine, readings, {}).explain().endswith(told)


def test_two_runners_up_are_told(tmp_path):
    names = ("deer", "cow", "crown", "hare")
    artwork = "".join(f"  {n}: {{artwork: [made:{n}]}}\n" for n in names)
    signs = "".join(
        f"  - {{id: xx.{n}, name: {{en: x}}, when: {{pictogram: {n}}}}}\n" for n in names
    )
    engine = engine_of(tmp_path, f"version: 1\npictograms:\n{artwork}signs:\n{signs}")
    gallery = Gallery.from_embeddings({n: np.ones((1, 1), np.float32) for n in names})
    ready = ReadyCatalogue.prepare(engine.catalogue, gallery, Thresholds())
    seen = ready.answers(certain_readings([{}]), np.float32([[0.9, 0.7, 0.8, 0.65]]))[0]
    assert [r.id for r in seen.explanation.runners_up] == ["xx.crown", "xx.cow"]


def test_a_sign_without_rule_is_told_to_be_behind_a_rule_that_holds(engine):
    seen = answer(engine, certain_readings([{**CIRCLE, "digits": 50}]), {"crown": 0.99})
    told = "not xx.crown (0.000): it has no rule, and the rule of another holds"
    assert seen.explain("xx.crown").endswith(told)


def test_a_pictogram_that_is_like_none_is_told_behind_a_sign_that_asks_for_none(engine):
    readings = certain_readings([{"shape": "cross", "background": "red"}])
    seen = answer(engine, readings, {"crown": 0.3})
    assert seen.id == "xx.crossbuck"
    assert seen.explain().endswith("not xx.crowned (0.018): the pictogram is less alike")


def unsure_of_50_and_55(share: float = 0.6) -> Readings:
    """A limit of 50 with this probability, or else of 55."""
    readings = certain_readings([{**CIRCLE, "digits": 50}])
    digit = readings.text[0, 1]
    digit[TEXT.alphabet.index("0") + 1], digit[TEXT.alphabet.index("5") + 1] = share, 1 - share
    return readings


def test_an_answer_with_a_value_is_as_sure_as_its_value(engine):
    seen = answer(engine, unsure_of_50_and_55(), {})
    assert seen.id == "xx.limit[50]"
    assert seen.confidence == pytest.approx(0.6, abs=1e-3)


def test_an_unknown_sign_is_as_sure_as_its_best_candidate_whatever_its_value(engine):
    readings = replace(unsure_of_50_and_55(), presence=np.float32([0.4]))
    seen = answer(engine, readings, {})
    assert seen.reason is Reason.NOT_A_SIGN
    assert seen.confidence == pytest.approx(0.4, abs=1e-3)


def test_confidences_have_four_digits_in_json(engine):
    seen = answer(engine, unsure_of_50_and_55(0.6172), {})
    assert seen.to_dict()["confidence"] == pytest.approx(seen.confidence, abs=5e-5)
    assert seen.confidence == pytest.approx(0.6172, abs=1e-3)


def test_json_tells_how_likely_the_observed_value_alone_is(engine):
    conditions = answer(engine, unsure_of_50_and_55(), {}).explanation.to_dict()["conditions"]
    (text,) = [c for c in conditions if c["attribute"] == "text"]
    assert (text["observed_probability"], text["probability"]) == (0.6, 1.0)
