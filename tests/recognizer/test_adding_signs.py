"""What a new sign can do to the answers of the others."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from attributes.readings import Readings
from attributes.vocabulary import (
    BACKGROUND,
    BORDER,
    CATEGORICAL,
    EMBEDDING_DIMENSIONS,
    LEGEND,
    SHAPE,
    TEXT,
)
from recognizer.answering import ReadyCatalogue
from recognizer.decision import Thresholds
from recognizer.gallery import Gallery
from rules import load_catalogue

PICTOGRAMS = ("p0", "p1", "p2", "p3")
CROPS = 40
PATH = Path("catalogue.yaml")
NEW = "de.new"


def ready(signs: list[str], thresholds: Thresholds) -> ReadyCatalogue:
    pictograms = "".join(f"  {name}: {{artwork: [made:{name}]}}\n" for name in PICTOGRAMS)
    text = "version: 1\npictograms:\n" + pictograms + "signs:\n" + "".join(signs)
    gallery = Gallery.from_embeddings({name: np.zeros((1, 1), np.float32) for name in PICTOGRAMS})
    return ReadyCatalogue.prepare(load_catalogue(PATH, overlay={PATH: text}), gallery, thresholds)


def random_sign(rng: random.Random, sign_id: str) -> str:
    head = f"  - id: {sign_id}\n    name: {{en: x}}\n"
    if rng.random() < 0.15:
        return head + f"    pictogram: {rng.choice(PICTOGRAMS)}\n"
    conditions = [
        f"{a.name}: [{', '.join(rng.sample(a.values, rng.randint(1, 8)))}]"
        for a in (SHAPE, BORDER, BACKGROUND)
        if rng.random() < 0.6
    ]
    conditions += rng.choice((["text: any"], ["text: none"], ["digits: 5"], [], [], []))
    chance = rng.random()
    if chance < 0.5:
        conditions.append(f"pictogram: {rng.choice(PICTOGRAMS)}")
    elif chance < 0.7:
        conditions.append(f"any: [{{bar: none}}, {{pictogram: {rng.choice(PICTOGRAMS)}}}]")
    rule = ", ".join(conditions) or "bar: none"
    return head + f"    priority: {rng.choice((0, 0, 0, 1, 2))}\n    when: {{{rule}}}\n"


def random_readings(rng: np.random.Generator, sharpness: float) -> Readings:
    def distribution(*shape: int) -> np.ndarray:
        weights = np.exp(sharpness * rng.normal(size=shape))
        return (weights / weights.sum(-1, keepdims=True)).astype(np.float32)

    return Readings(
        {a.name: distribution(CROPS, len(a.values)) for a in CATEGORICAL},
        rng.random((CROPS, len(LEGEND.values)), np.float32),
        distribution(CROPS, TEXT.max_length, TEXT.classes),
        np.zeros((CROPS, EMBEDDING_DIMENSIONS), np.float32),
        np.ones(CROPS, np.float32),
    )


Answers = tuple[np.ndarray, list[str | None]]
"""Confidence of every sign for every crop, and what each crop is answered with."""


def before_and_after(seed: int) -> tuple[Answers, Answers]:
    """The answers without and with the new sign, which is the last."""
    rng = random.Random(seed)
    signs = [random_sign(rng, f"de.{i}") for i in range(rng.randint(1, 6))]
    new = random_sign(rng, NEW)
    numbers = np.random.default_rng(seed)
    readings = random_readings(numbers, rng.choice((1, 2, 3, 4, 6)))
    similarity = numbers.uniform(-0.2, 0.9, (CROPS, len(PICTOGRAMS))).astype(np.float32)
    thresholds = Thresholds(unknown_odds=rng.choice((0.1, 0.1, 1.0, 10.0)))
    without, with_new = ready(signs, thresholds), ready([*signs, new], thresholds)
    return answers(without, readings, similarity), answers(with_new, readings, similarity)


def answers(catalogue: ReadyCatalogue, readings: Readings, similarity: np.ndarray) -> Answers:
    """What is answered; None for unknown."""
    verdicts = catalogue.verdicts(readings, similarity)
    signs = [catalogue.engine.signs[i].id for i in verdicts.decisions.best]
    known = (verdicts.reason < 0).tolist()
    winners = [sign if is_known else None for sign, is_known in zip(signs, known, strict=True)]
    return verdicts.decisions.confidence, winners


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_new_sign_makes_no_other_likelier(seed: int) -> None:
    """Whatever sign is added, no other sign's confidence rises.

    So an answer stays, or becomes the new sign, or becomes unknown because the new sign fits as
    well; and what was unknown can only become the new sign. Catalogue and new sign are any: rules
    with and without pictograms, signs known by pictures alone, priorities.
    """
    (before, old_winners), (after, new_winners) = before_and_after(seed)
    assert np.all(after[:, :-1] <= before + 1e-5)
    for old, new in zip(old_winners, new_winners, strict=True):
        assert new in (old, NEW, None)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_confidences_of_a_crop_sum_to_one_at_most(seed: int) -> None:
    _, (confidence, _) = before_and_after(seed)
    assert np.all(confidence >= 0)
    assert np.all(confidence.sum(axis=1) <= 1 + 1e-5)
