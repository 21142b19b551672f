"""The decision: fits and cosines become one answer, or unknown with its reason."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from decision_world import CIRCLE, NAMES, TRIANGLE, answer, decide, engine_of

from attributes.vocabulary import BACKGROUND, SHAPE, TEXT
from recognizer.answering import ReadyCatalogue, just_below
from recognizer.decision import REASONS, Judge, Reason, Thresholds
from recognizer.gallery import Gallery
from rules import Engine, certain_readings, load_catalogue


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return engine_of(tmp_path)


def test_a_rule_without_pictogram_answers_by_attributes_alone(engine):
    answer, confidence = decide(engine, {**CIRCLE, "digits": 50}, {})
    assert answer == "xx.limit"
    assert confidence > 0.99


def test_the_nearer_exemplar_settles_what_attributes_cannot(engine):
    assert decide(engine, TRIANGLE, {"deer": 0.8, "cow": 0.5})[0] == "xx.deer"
    assert decide(engine, TRIANGLE, {"deer": 0.5, "cow": 0.8})[0] == "xx.cow"


def test_two_equal_exemplars_are_ambiguous(engine):
    assert decide(engine, TRIANGLE, {"deer": 0.8, "cow": 0.8})[0] is Reason.AMBIGUOUS


def test_signs_that_only_a_country_tells_apart_ask_for_it(tmp_path):
    path = tmp_path / "two.yaml"
    path.write_text(
        """\
version: 1
country: DE
signs:
  - {id: de.stop, name: {en: Stop}, when: {shape: octagon}}
  - {id: be.stop, name: {en: Stop}, country: BE, when: {shape: octagon}}
  - {id: de.limit, name: {en: Limit}, when: {shape: circle}}
  - {id: de.ban, name: {en: Ban}, when: {shape: circle}}
"""
    )
    engine = Engine(load_catalogue(path))
    seen = answer(engine, certain_readings([{"shape": "octagon"}]), {})
    assert seen.reason is Reason.AMBIGUOUS
    assert seen.detail == "de.stop in DE, be.stop in BE: name the country"
    seen = answer(engine, certain_readings([{"shape": "circle"}]), {})
    assert seen.detail == "de.limit and de.ban fit exactly as well"


def test_the_only_sign_of_a_catalogue_may_be_unsure(tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text(
        "version: 1\nsigns:\n  - {id: de.stop, name: {en: Stop}, when: {shape: octagon}}\n"
    )
    engine = Engine(load_catalogue(path))
    readings = certain_readings([{"shape": "octagon"}])
    readings.categorical["shape"][:] = 0.7 / (len(SHAPE.values) - 1)
    readings.categorical["shape"][:, SHAPE.index("octagon")] = 0.3
    readings.presence[:] = 0.6
    seen = answer(engine, readings, {})
    assert seen.reason is Reason.AMBIGUOUS
    assert seen.detail == "de.stop at 0.4865, below its threshold 0.5000"


@pytest.mark.parametrize("scale", [20.0, 150.0, 1e6])
@pytest.mark.parametrize("cosine", [-1.0, -0.2, 0.99, 1.0])
def test_however_steep_the_match_is_confidences_are_numbers(engine, scale, cosine):
    steep = Thresholds(match_scale=scale)
    for attributes in ({"shape": "octagon"}, {"shape": "triangle", "border": "red"}):
        cosines = {"crown": cosine, "deer": cosine}
        found, confidence = decide(engine, attributes, cosines, steep)
        assert 0 <= confidence <= 1
        assert isinstance(found, Reason) == (cosine < 0.9)


def test_a_sign_may_narrow_the_pictograms_of_its_face(engine):
    assert decide(engine, {"shape": "diamond"}, {"deer": 0.9})[0] == "xx.us-deer"
    assert decide(engine, {"shape": "diamond"}, {"cow": 0.9})[0] == "xx.us-cow"
    assert decide(engine, {"shape": "diamond"}, {})[0] is Reason.PICTOGRAM_UNMATCHED


SEVERAL = """
version: 1
pictograms:
  deer: {artwork: [mapillary:deer]}
  cow: {artwork: [mapillary:cow]}
  crown: {artwork: [mapillary:crown]}
signs:
  - {id: xx.farm, name: {en: Farm}, when: {shape: triangle, pictogram: [cow, deer]}}
  - {id: xx.king, name: {en: King}, when: {shape: octagon, pictogram: crown}}
"""


@pytest.mark.parametrize(
    ("shape", "like", "expected"),
    [
        ("triangle", "cow", "xx.farm"),
        ("triangle", "deer", "xx.farm"),
        ("octagon", "crown", "xx.king"),
        ("octagon", "deer", Reason.PICTOGRAM_UNMATCHED),
        ("octagon", "cow", Reason.PICTOGRAM_UNMATCHED),
    ],
)
def test_a_sign_takes_any_of_its_pictograms_and_no_other(tmp_path, shape, like, expected):
    assert decide(engine_of(tmp_path, SEVERAL), {"shape": shape}, {like: 0.9})[0] == expected


@pytest.mark.parametrize("thresholds", [Thresholds(), Thresholds(0.9, per_sign={"xx.square": 0.1})])
def test_two_equal_rules_are_ambiguous_whichever_comes_first(engine, thresholds):
    blue_square = {"shape": "square", "background": "blue"}
    assert decide(engine, {"shape": "square", "background": "red"}, {})[0] == "xx.square"
    assert decide(engine, blue_square, {}, thresholds) == (
        Reason.AMBIGUOUS,
        pytest.approx(0.5, abs=1e-4),
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"min_confidence": 1.01}, "min_confidence: expected in [0, 1], got 1.01"),
        ({"min_confidence": float("nan")}, "min_confidence: expected in [0, 1], got nan"),
        ({"unknown_odds": -0.1}, "unknown_odds: expected in [0, 1e+06], got -0.1"),
        ({"min_presence": -1}, "min_presence: expected in [0, 1], got -1"),
        # A crop without pixels passes 0.
        ({"min_side": 0}, "min_side: expected at least 1, got 0"),
        ({"min_side": 10.5}, "min_side: expected a whole number, got 10.5"),
        ({"min_side": float("inf")}, "min_side: expected a whole number, got inf"),
        ({"match_cosine": 1.5}, "match_cosine: expected in [-1, 1], got 1.5"),
        ({"match_scale": 0}, "match_scale: expected in (0, 1e+06], got 0"),
        # More than float32 can be calculated with.
        ({"unknown_odds": 1e39}, "unknown_odds: expected in [0, 1e+06], got 1e+39"),
        ({"match_scale": 1e39}, "match_scale: expected in (0, 1e+06], got 1e+39"),
        ({"exemplar_cosine": -2}, "exemplar_cosine: expected in [-1, 1], got -2"),
        ({"per_sign": {"xx.deer": 80}}, "per_sign: xx.deer: expected in [0, 1], got 80"),
    ],
)
def test_thresholds_outside_their_range_are_refused(values, told):
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        Thresholds(**values)


@pytest.mark.parametrize(
    ("per_sign", "told"),
    [
        (["xx.deer"], "per_sign: expected sign ids and numbers, got ['xx.deer']"),
        ({"xx.deer": "high"}, "per_sign: xx.deer: expected a number, got 'high'"),
        ({"xx.deer": True}, "per_sign: xx.deer: expected a number, got True"),
        ({5: 0.5}, "per_sign: expected sign ids, got 5"),
    ],
)
def test_thresholds_of_signs_that_are_no_numbers_are_refused(per_sign, told):
    with pytest.raises(TypeError, match=f"^{re.escape(told)}$"):
        Thresholds(per_sign=per_sign)


@pytest.mark.parametrize(
    ("confidence", "least", "told"),
    [
        (0.42, 0.5, "0.4200, below its threshold 0.5000"),
        (0.99989, 0.9999, "0.99989, below its threshold 0.99990"),
    ],
)
def test_a_confidence_and_its_threshold_are_told_apart(confidence, least, told):
    assert just_below(confidence, least) == told


def test_a_clear_sign_that_misses_a_higher_threshold_is_said_to(engine):
    readings = certain_readings([{**CIRCLE, "digits": 50}])
    gallery = Gallery.from_embeddings({n: np.ones((1, 1), np.float32) for n in NAMES})
    thresholds = Thresholds(per_sign={"xx.limit": 1.0})
    ready = ReadyCatalogue.prepare(engine.catalogue, gallery, thresholds)
    readings = replace(readings, presence=np.array([0.998], np.float32))
    answer = ready.answers(readings, np.full((1, len(NAMES)), -0.2, np.float32))[0]
    assert answer.reason is Reason.BELOW_THRESHOLD
    assert re.fullmatch(r"xx.limit\[50\] at 0\.99\d\d, below its threshold 1\.0000", answer.detail)
    assert answer.detail in answer.explain()


def test_an_unseen_pictogram_is_unmatched(engine):
    assert decide(engine, TRIANGLE, {"deer": 0.1})[0] is Reason.PICTOGRAM_UNMATCHED


@pytest.mark.parametrize(("fit", "reason"), [(0.25, "pictogram_unmatched"), (0.15, "no_rule")])
def test_a_rule_that_fits_a_fifth_lacks_only_its_pictogram(engine, fit, reason):
    readings = certain_readings([TRIANGLE])
    shape = readings.categorical["shape"][0]
    shape[:] = 0
    shape[[SHAPE.index("triangle"), SHAPE.index("octagon")]] = fit, 1 - fit
    assert answer(engine, readings, {}).reason is Reason(reason)


def test_a_rule_that_asks_for_no_pictogram_lacks_none(engine):
    readings = certain_readings([{"shape": "square"}])
    shape = readings.categorical["shape"][0]
    shape[[SHAPE.index("square"), SHAPE.index("octagon")]] = 0.3, 0.7
    gallery = Gallery.from_embeddings({n: np.ones((1, 1), np.float32) for n in NAMES})
    ready = ReadyCatalogue.prepare(engine.catalogue, gallery, Thresholds(unknown_odds=1.0))
    seen = ready.answers(readings, np.full((1, len(NAMES)), -0.2, np.float32))[0]
    assert seen.reason is Reason.NO_RULE


def test_attributes_that_no_rule_has_are_unknown(engine):
    assert decide(engine, {"shape": "octagon", "border": "red"}, {})[0] is Reason.NO_RULE


def test_the_higher_priority_wins_and_the_lower_takes_the_rest(engine):
    assert decide(engine, {**CIRCLE, "digits": 50}, {})[0] == "xx.limit"
    assert decide(engine, {**CIRCLE, "digits": 42}, {})[0] == "xx.ring"


@pytest.mark.parametrize(
    ("cosine", "expected"),
    [(0.3, "xx.crossbuck"), (0.44, "xx.crossbuck"), (0.56, "xx.crowned"), (0.8, "xx.crowned")],
)
def test_priority_needs_a_pictogram_that_is_likelier_than_an_unseen_one(engine, cosine, expected):
    best, confidence = decide(engine, {"shape": "cross", "background": "red"}, {"crown": cosine})
    assert best == expected
    assert confidence > 0.7


def test_what_is_unsure_of_both_signs_takes_nothing_from_the_one_with_priority(engine):
    probabilities = np.full((1, len(SHAPE.values)), 0.02, np.float32)
    probabilities[0, SHAPE.values.index("cross")] = 0.4
    probabilities /= probabilities.sum()
    readings = certain_readings([{"shape": "cross", "background": "red"}])
    unsure = replace(readings, categorical={**readings.categorical, SHAPE.name: probabilities})
    assert answer(engine, unsure, {"crown": 0.9}).id == "xx.crowned"


def test_a_better_match_never_makes_a_sign_with_priority_less_likely(engine):
    background = np.full((1, len(BACKGROUND.values)), 0.55 / (len(BACKGROUND.values) - 1))
    background[0, BACKGROUND.values.index("blue")] = 0.45
    readings = certain_readings([{"shape": "arrow"}])
    half_blue = {**readings.categorical, BACKGROUND.name: background.astype(np.float32)}
    unsure = replace(readings, categorical=half_blue)
    cosines = np.linspace(0.2, 0.8, 13)
    confidences = [answer(engine, unsure, {"crown": c}).confidence for c in cosines]
    assert np.diff(confidences).min() > -1e-5
    assert confidences[-1] > confidences[0] > 0.8


def test_a_sign_without_rule_is_tried_only_when_no_rule_explains(engine):
    assert decide(engine, {"shape": "other"}, {"crown": 0.9})[0] == "xx.crown"
    assert decide(engine, {"shape": "other"}, {"crown": 0.3})[0] is Reason.NO_RULE
    assert decide(engine, {**CIRCLE, "digits": 50}, {"crown": 0.99})[0] == "xx.limit"


def test_confidences_never_exceed_one(engine):
    gallery = Gallery.from_embeddings({n: np.ones((1, 1), np.float32) for n in NAMES})
    judge = Judge(engine, gallery, Thresholds())
    readings = certain_readings([TRIANGLE, CIRCLE, {**CIRCLE, "digits": 50}, {"shape": "other"}])
    similarity = np.full((4, 3), 0.99, np.float32)
    confidence = judge.decide(engine.score(readings), similarity, readings.presence).confidence
    assert (confidence >= 0).all()
    assert (confidence.sum(axis=1) <= 1 + 1e-5).all()


def test_no_answer_is_surer_than_that_there_is_a_sign(engine):
    limit = {**CIRCLE, "digits": 50}
    answered, confidence = decide(engine, limit, {})
    doubted, lowered = decide(engine, limit, {}, presence=0.8)
    assert answered == doubted == "xx.limit"
    assert lowered == pytest.approx(0.8 * confidence)


def test_a_crop_that_is_probably_no_sign_is_called_so_whatever_it_looks_like(engine):
    limit = {**CIRCLE, "digits": 50}
    assert decide(engine, limit, {}, presence=0.4)[0] is Reason.NOT_A_SIGN


def test_a_sign_that_may_be_none_counts_as_less_likely(engine):
    limit = {**CIRCLE, "digits": 50}
    strict = Thresholds(min_confidence=0.9)
    assert decide(engine, limit, {}, strict, presence=0.95)[0] == "xx.limit"
    assert decide(engine, limit, {}, strict, presence=0.8)[0] is Reason.BELOW_THRESHOLD
    alike = {"deer": 0.8, "cow": 0.8}
    assert decide(engine, TRIANGLE, alike, presence=0.8)[0] is Reason.AMBIGUOUS


def test_a_confidence_that_just_reaches_its_threshold_is_enough(tmp_path):
    engine = engine_of(
        tmp_path, "version: 1\nsigns: [{id: de.stop, name: {en: Stop}, when: {shape: octagon}}]\n"
    )
    sure = Thresholds(min_confidence=1.0)
    assert decide(engine, {"shape": "octagon"}, {}, sure) == ("de.stop", 1)


def test_what_is_a_sign_as_likely_as_not_is_answered(engine):
    limit = {**CIRCLE, "digits": 50}
    lenient = Thresholds(min_confidence=0.3, min_presence=0.5)
    assert decide(engine, limit, {}, lenient, presence=0.5)[0] == "xx.limit"


def test_a_crop_that_is_surely_no_sign_still_has_its_best_candidate(engine):
    gallery = Gallery.from_embeddings({n: np.ones((1, 1), np.float32) for n in NAMES})
    judge = Judge(engine, gallery, Thresholds())
    scores = engine.score(certain_readings([{**CIRCLE, "digits": 50}]))
    nothing = np.full((1, 3), -0.2, np.float32)
    best = [judge.decide(scores, nothing, np.float32([p])).best[0] for p in (0.0, 1.0)]
    assert best[0] == best[1]


def test_signs_of_exemplars_alone_are_ambiguous_too(tmp_path):
    path = tmp_path / "exemplars.yaml"
    path.write_text(
        "version: 1\npictograms: {deer: {artwork: [made:deer]}, cow: {artwork: [made:cow]}}\n"
        "signs:\n  - {id: xx.deer, name: {en: Deer}, pictogram: deer}\n"
        "  - {id: xx.cow, name: {en: Cow}, pictogram: cow}\n"
    )
    engine = Engine(load_catalogue(path))
    gallery = Gallery.from_embeddings({n: np.ones((1, 1), np.float32) for n in ("deer", "cow")})
    ready = ReadyCatalogue.prepare(engine.catalogue, gallery, Thresholds(min_confidence=0.6))
    seen = ready.answers(certain_readings([TRIANGLE]), np.float32([[0.9, 0.9]]))[0]
    assert seen.reason is Reason.AMBIGUOUS
    assert seen.detail == "xx.deer and xx.cow fit exactly as well"
    readings = certain_readings([TRIANGLE])
    readings.presence[:] = 0.9
    seen = ready.answers(readings, np.float32([[0.9, 0.895]]))[0]
    assert re.fullmatch(r"xx.deer at 0.4\d\d, xx.cow at 0.4\d\d; 0.6 is needed", seen.detail)


@pytest.mark.parametrize("text", ["012", "1E5", "NAN", "A3"])
def test_a_value_from_text_stays_text(engine, text):
    answered = answer(engine, certain_readings([{"shape": "wide_rectangle", "text": text}]), {})
    assert (answered.id, answered.value) == (f"xx.road[{text}]", text)


def test_a_value_from_digits_is_a_number(engine):
    assert answer(engine, certain_readings([{**CIRCLE, "digits": 50}]), {}).value == 50


@pytest.mark.parametrize("text", ["50.0", "50.00", "50.000"])
def test_a_number_is_the_same_with_zeros_behind_its_point(engine, text):
    answered = answer(engine, certain_readings([{**CIRCLE, "text": text}]), {})
    assert (answered.id, answered.name, answered.value) == ("xx.limit[50]", "Limit 50", 50)
    assert f"expected 5 to 130 in steps of 5; read {text}  p=1.000" in answered.explain()


@pytest.mark.parametrize("text", ["050", "50.", "50.5"])
def test_other_digits_are_another_text(engine, text):
    answered = answer(engine, certain_readings([{**CIRCLE, "text": text}]), {})
    assert answered.sign_id != "xx.limit"


HEIGHT = """
version: 1
pictograms: {deer: {artwork: [made:deer]}, cow: {artwork: [made:cow]}, crown: {artwork: [made:x]}}
signs:
  - {id: xx.height, name: {en: "Height {digits} m"},
     when: {shape: circle, digits: {min: 2, max: 4.5, multiple_of: 0.1}},
     value: {from: digits, unit: m}}
"""


@pytest.mark.parametrize(("text", "value"), [("3.5", 3.5), ("3.50", 3.5), ("4", 4), ("4.0", 4)])
def test_a_value_with_a_point_keeps_its_decimals(tmp_path, text, value):
    readings = certain_readings([{"shape": "circle", "text": text}])
    seen = answer(engine_of(tmp_path, HEIGHT), readings, {})
    assert (seen.id, seen.value, seen.unit) == (f"xx.height[{value}]", value, "m")
    assert isinstance(seen.value, type(value))


def test_an_empty_catalogue_knows_nothing(tmp_path):
    path = tmp_path / "empty.yaml"
    path.write_text("version: 1\nsigns: []\n")
    engine = Engine(load_catalogue(path))
    judge = Judge(engine, Gallery.from_embeddings({}), Thresholds())
    readings = certain_readings([CIRCLE])
    decisions = judge.decide(
        engine.score(readings), np.zeros((1, 0), np.float32), readings.presence
    )
    reason = judge.reasons(decisions)[0]
    assert REASONS[reason] is Reason.NO_RULE


@pytest.mark.parametrize(("of_weights", "given", "expected"), [(0.3, None, 0.3), (0.3, 0.7, 0.7)])
def test_the_match_cosine_is_that_of_the_weights_unless_one_is_given(
    engine, of_weights, given, expected
):
    embeddings = {name: np.ones((1, 1), np.float32) for name in NAMES}
    gallery = Gallery.from_embeddings(embeddings, of_weights)
    judge = Judge(engine, gallery, Thresholds(match_cosine=given))
    assert judge.match_cosine(alternative=0) == expected


def guessed_limit(likeliest: float):
    """A limit of 30 at that probability, or else 50 or 80."""
    readings = certain_readings([{**CIRCLE, "digits": 30}])
    readings.text[0, 0] = 0
    rest = (1 - likeliest) / 2
    for first, probability in (("3", likeliest), ("5", rest), ("8", rest)):
        readings.text[0, 0, TEXT.encode(first)[0]] = probability
    return readings


def test_the_built_in_threshold_asks_nothing_of_a_number(engine):
    seen = answer(engine, guessed_limit(0.4), {})
    assert (seen.id, round(seen.confidence, 2)) == ("xx.limit[30]", 0.40)


@pytest.mark.parametrize(
    "thresholds",
    [Thresholds(min_confidence=0.7), Thresholds(per_sign={"xx.limit": 0.7})],
    ids=["overall", "of its own"],
)
def test_a_higher_threshold_is_about_the_number_as_well(engine, thresholds):
    seen = answer(engine, guessed_limit(0.65), {}, thresholds)
    assert seen.reason is Reason.BELOW_THRESHOLD
    assert seen.detail.startswith("xx.limit[30] at 0.6")
    assert seen.confidence == pytest.approx(0.65, abs=0.01)
    assert answer(engine, guessed_limit(0.75), {}, thresholds).id == "xx.limit[30]"


def test_an_explanation_tells_how_likely_a_guessed_number_is(engine):
    line = next(
        line
        for line in answer(engine, guessed_limit(0.6), {}).explain().splitlines()
        if "text" in line
    )
    assert "read 30 (0.600)  p=1.000" in line
