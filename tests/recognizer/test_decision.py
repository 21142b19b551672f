"""The decision: fits and cosines become one answer, or unknown with its reason."""

from pathlib import Path

import numpy as np
import pytest

from recognizer.decision import REASONS, Judge, Reason, Thresholds
from recognizer.gallery import Gallery
from rules import Engine, certain_readings, load_catalogue

CATALOGUE = """
version: 1
faces:
  red_triangle: {shape: triangle, border: red}
pictograms:
  deer: {artwork: [mapillary:deer]}
  cow: {artwork: [mapillary:cow]}
  crown: {artwork: [mapillary:crown]}
signs:
  - {id: xx.deer, name: {en: Deer}, when: {face: red_triangle, pictogram: deer}}
  - {id: xx.cow, name: {en: Cow}, when: {face: red_triangle, pictogram: cow}}
  - {id: xx.limit, name: {en: "Limit {digits}"},
     when: {shape: circle, border: red, digits: {min: 5, max: 130, multiple_of: 5}},
     value: {from: digits, unit: km/h}}
  - {id: xx.ring, name: {en: Ring}, when: {shape: circle, border: red}, priority: -1}
  - {id: xx.crown, name: {en: Crown}, pictogram: crown}
"""
NAMES = ("deer", "cow", "crown")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    path = tmp_path / "signs.yaml"
    path.write_text(CATALOGUE)
    return Engine(load_catalogue(path))


def decide(engine: Engine, attributes: dict, cosines: dict, thresholds=None):
    gallery = Gallery.from_embeddings({n: np.ones((1, 1), np.float32) for n in NAMES})
    judge = Judge(engine, gallery, thresholds or Thresholds())
    similarity = np.array([[cosines.get(n, -0.2) for n in NAMES]], np.float32)
    decisions = judge.decide(engine.score(certain_readings([attributes])), similarity)
    reason = judge.reasons(decisions, np.ones(1, np.float32))[0]
    best = engine.signs[decisions.best[0]].id
    return (best if reason < 0 else REASONS[reason]), float(decisions.confidence[0].max())


TRIANGLE = {"shape": "triangle", "border": "red"}
CIRCLE = {"shape": "circle", "border": "red"}


def test_a_rule_without_pictogram_answers_by_attributes_alone(engine):
    answer, confidence = decide(engine, {**CIRCLE, "digits": 50}, {})
    assert answer == "xx.limit"
    assert confidence > 0.99


def test_the_nearer_exemplar_settles_what_attributes_cannot(engine):
    assert decide(engine, TRIANGLE, {"deer": 0.8, "cow": 0.5})[0] == "xx.deer"
    assert decide(engine, TRIANGLE, {"deer": 0.5, "cow": 0.8})[0] == "xx.cow"


def test_two_equal_exemplars_are_ambiguous(engine):
    assert decide(engine, TRIANGLE, {"deer": 0.8, "cow": 0.8})[0] is Reason.AMBIGUOUS


def test_an_unseen_pictogram_is_unmatched(engine):
    assert decide(engine, TRIANGLE, {"deer": 0.1})[0] is Reason.PICTOGRAM_UNMATCHED


def test_attributes_that_no_rule_has_are_unknown(engine):
    assert decide(engine, {"shape": "octagon", "border": "red"}, {})[0] is Reason.NO_RULE


def test_the_higher_priority_wins_and_the_lower_takes_the_rest(engine):
    assert decide(engine, {**CIRCLE, "digits": 50}, {})[0] == "xx.limit"
    assert decide(engine, {**CIRCLE, "digits": 42}, {})[0] == "xx.ring"


def test_a_sign_without_rule_is_tried_only_when_no_rule_explains(engine):
    assert decide(engine, {"shape": "other"}, {"crown": 0.9})[0] == "xx.crown"
    assert decide(engine, {"shape": "other"}, {"crown": 0.3})[0] is Reason.NO_RULE
    assert decide(engine, {**CIRCLE, "digits": 50}, {"crown": 0.99})[0] == "xx.limit"


def test_confidences_never_exceed_one(engine):
    gallery = Gallery.from_embeddings({n: np.ones((1, 1), np.float32) for n in NAMES})
    judge = Judge(engine, gallery, Thresholds())
    readings = certain_readings([TRIANGLE, CIRCLE, {**CIRCLE, "digits": 50}, {"shape": "other"}])
    similarity = np.full((4, 3), 0.99, np.float32)
    confidence = judge.decide(engine.score(readings), similarity).confidence
    assert (confidence >= 0).all()
    assert (confidence.sum(axis=1) <= 1 + 1e-5).all()


def test_an_empty_catalogue_knows_nothing(tmp_path):
    path = tmp_path / "empty.yaml"
    path.write_text("version: 1\nsigns: []\n")
    engine = Engine(load_catalogue(path))
    judge = Judge(engine, Gallery.from_embeddings({}), Thresholds())
    decisions = judge.decide(engine.score(certain_readings([CIRCLE])), np.zeros((1, 0), np.float32))
    reason = judge.reasons(decisions, np.ones(1, np.float32))[0]
    assert REASONS[reason] is Reason.NO_RULE
