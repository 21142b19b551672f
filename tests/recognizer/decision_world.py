"""Signs that each side of a decision is about, and what is decided and answered for readings."""

from pathlib import Path

import numpy as np

from attributes.readings import Readings
from recognizer.answering import ReadyCatalogue
from recognizer.decision import REASONS, Judge, Thresholds
from recognizer.gallery import Gallery
from recognizer.result import Recognition
from rules import Engine, certain_readings, load_catalogue

CATALOGUE = """
version: 1
faces:
  red_triangle: {shape: triangle, border: red}
  animals: {shape: diamond, any: [{pictogram: deer}, {pictogram: cow}]}
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
  - {id: xx.us-deer, name: {en: Deer}, when: {face: animals, pictogram: deer}}
  - {id: xx.us-cow, name: {en: Cow}, when: {face: animals, pictogram: cow}}
  - {id: xx.square, name: {en: Square}, when: {shape: square}}
  - {id: xx.crossbuck, name: {en: Crossbuck}, when: {shape: cross, background: red}}
  - {id: xx.crowned, name: {en: Crowned}, priority: 1,
     when: {shape: cross, background: red, pictogram: crown}}
  - {id: xx.arrow, name: {en: Arrow}, priority: 1,
     when: {shape: arrow, any: [{background: blue}, {pictogram: crown}]}}
  - {id: xx.blue, name: {en: Blue},
     when: {shape: [square, pentagon], background: blue}}
  - {id: xx.road, name: {en: "Road {text}"}, when: {shape: wide_rectangle, text: any},
     value: {from: text}}
"""
NAMES = ("deer", "cow", "crown")


def decide(engine: Engine, attributes: dict, cosines: dict, thresholds=None, presence=1.0):
    gallery = Gallery.from_embeddings({n: np.ones((1, 1), np.float32) for n in NAMES})
    judge = Judge(engine, gallery, thresholds or Thresholds())
    similarity = np.array([[cosines.get(n, -0.2) for n in NAMES]], np.float32)
    scores = engine.score(certain_readings([attributes]))
    decisions = judge.decide(scores, similarity, np.array([presence], np.float32))
    reason = judge.reasons(decisions)[0]
    best = engine.signs[decisions.best[0]].id
    return (best if reason < 0 else REASONS[reason]), float(decisions.confidence[0].max())


def answer(
    engine: Engine, readings: Readings, cosines: dict, thresholds: Thresholds | None = None
) -> Recognition:
    gallery = Gallery.from_embeddings({n: np.ones((1, 1), np.float32) for n in NAMES})
    ready = ReadyCatalogue.prepare(engine.catalogue, gallery, thresholds or Thresholds())
    similarity = np.array([[cosines.get(n, -0.2) for n in NAMES]], np.float32)
    return ready.answers(readings, similarity)[0]


TRIANGLE = {"shape": "triangle", "border": "red"}
CIRCLE = {"shape": "circle", "border": "red"}


def engine_of(folder: Path, catalogue: str = CATALOGUE) -> Engine:
    """A catalogue, written into a folder and compiled."""
    path = folder / "signs.yaml"
    path.write_text(catalogue)
    return Engine(load_catalogue(path))
