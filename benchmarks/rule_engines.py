"""Rule engines side by side: the same catalogue, the same crops, in the same run.

``python benchmarks/rule_engines.py`` builds a catalogue of 1,500 signs and asks for 64 crops which
signs hold: once with probabilities, which only signrules can, and once with attributes that are
certain, which rule-engine, zen-engine and json-logic understand too. All four must agree. Arrays
are what signrules scores, since the network gives arrays; the others get the same crops as
dictionaries. Needs ``pip install signrules[bench]``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import rule_engine
import zen
from json_logic import jsonLogic
from plain_errors import run_plainly
from synthetic_catalogue import catalogue_text

from attributes.readings import Readings
from attributes.vocabulary import CATEGORICAL, EMBEDDING_DIMENSIONS, LEGEND, TEXT
from attributes.weights_file import WeightsError
from recognizer.answering import ReadyCatalogue
from recognizer.decision import Judge, Thresholds
from recognizer.gallery import Gallery
from rules import Alternative, Engine, StateSet, certain_readings, load_catalogue
from rules.value_sets import TextSet, ValueSet

Crop = dict[str, str]
"""Attribute -> its certain value; the legend as its colours joined by `+`."""
Matches = list[set[int]]
"""For each crop, which alternatives hold."""


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    prepare: float
    evaluate: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--signs", type=int, default=1500)
    parser.add_argument("--crops", type=int, default=64)
    parser.add_argument("--repeat", type=int, default=50, help="of ours; the others take 3")
    arguments = parser.parse_args()
    rows = list(compare(arguments.signs, arguments.crops, arguments.repeat))
    ours = rows[0].evaluate
    load = os.getloadavg()[0]
    print(f"{arguments.signs} signs, {os.cpu_count()} CPUs, load {load:.1f}")
    print(f"{'':40}{'load+compile':>14}{f'{arguments.crops} crops':>14}{'× ours':>9}")
    for row in rows:
        factor = f"{row.evaluate / ours:,.0f}" if row.evaluate > ours else ""
        prepare = f"{row.prepare * 1e3:,.0f} ms" if row.prepare else ""
        print(f"{row.name:40}{prepare:>14}{row.evaluate * 1e3:>11,.2f} ms{factor:>9}")


def compare(signs: int, crops: int, repeat: int) -> Iterator[Row]:
    """Time every engine."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "signs.yaml"
        path.write_text(catalogue_text(signs))
        engine, prepared = timed(lambda: Engine(load_catalogue(path)))
    seen = [plausible_crop(engine.alternatives, i) for i in range(crops)]
    certain = certain_readings([as_attributes(crop) for crop in seen])
    yield Row("signrules, certain", prepared, median_time(lambda: engine.score(certain), repeat))
    soft = random_readings(crops)
    yield Row("signrules, probabilities", prepared, median_time(lambda: engine.score(soft), repeat))
    names = tuple(engine.catalogue.pictograms)
    gallery = Gallery.from_embeddings({name: np.zeros((1, 1), np.float32) for name in names})
    ready = ReadyCatalogue(engine.catalogue, engine, gallery, Judge(engine, gallery, Thresholds()))
    similarity = np.random.default_rng(0).uniform(-0.5, 1, (crops, len(names))).astype(np.float32)
    yield Row(
        "signrules, pictograms and decision too",
        prepared,
        median_time(lambda: ready.verdicts(soft, similarity), repeat),
    )
    expected = [set(np.flatnonzero(row > -1e-4).tolist()) for row in engine.score(certain).log_fit]
    assert all(expected), "every crop was made to fit a sign"
    network = network_time(crops)
    if network is not None:
        yield Row("the network, same number of crops", 0, network)
    for name, build in (
        ("rule-engine", rule_engine_matcher),
        ("zen-engine", zen_matcher),
        ("json-logic-qubit", json_logic_matcher),
    ):
        match, prepared = timed(lambda build=build: build(engine.alternatives))  # type: ignore[misc]
        assert match(seen) == expected, f"{name} answers otherwise"
        yield Row(f"{name}, certain", prepared, median_time(lambda match=match: match(seen), 3))  # type: ignore[misc]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """The result of ``work`` and the seconds it took."""
    start = perf_counter()
    result = work()
    return result, perf_counter() - start


def median_time(work: Callable[[], Any], repeat: int) -> float:
    """Median seconds of ``repeat`` runs, after one that warms up."""
    work()
    return statistics.median(timed(work)[1] for _ in range(repeat))


def network_time(crops: int) -> float | None:
    """Seconds that the shipped network takes for as many crops; None without weights."""
    from attributes.predictor import AttributePredictor

    try:
        predictor = AttributePredictor()
    except WeightsError as error:
        print(f"without the network: {error}")
        return None
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (48, 48, 3), np.uint8) for _ in range(crops)]
    return median_time(lambda: predictor.predict(pictures), 5)


def random_readings(count: int) -> Readings:
    """Readings in which every value of every attribute has some probability."""
    rng = np.random.default_rng(0)

    def distribution(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        weights = np.exp(4 * rng.normal(size=shape))
        return np.asarray(weights / weights.sum(-1, keepdims=True), np.float32)

    return Readings(
        {a.name: distribution(count, len(a.values)) for a in CATEGORICAL},
        rng.random((count, len(LEGEND.values)), np.float32),
        distribution(count, TEXT.max_length, TEXT.classes),
        np.full((count, EMBEDDING_DIMENSIONS), EMBEDDING_DIMENSIONS**-0.5, np.float32),
        np.ones(count, np.float32),
    )


def plausible_crop(alternatives: Sequence[Alternative], seed: int) -> Crop:
    """What one of the alternatives looks like."""
    rng = random.Random(seed)
    conditions = rng.choice(alternatives).conditions
    crop: Crop = {a.name: rng.choice(a.values) for a in CATEGORICAL}
    crop |= {LEGEND.name: "black", TEXT.name: ""}
    for name, condition in conditions.items():
        example = condition.values.example()
        crop[name] = example if isinstance(example, str) else legend_name(example)
    return crop


def as_attributes(crop: Crop) -> dict[str, Any]:
    """The crop as :func:`rules.certain_readings` takes it."""
    colours = crop[LEGEND.name].split("+") if crop[LEGEND.name] else "none"
    return {**crop, LEGEND.name: colours, TEXT.name: crop[TEXT.name] or "none"}


def legend_name(colours: Sequence[str] | frozenset[str]) -> str:
    """A set of colours as one word."""
    return "+".join(sorted(colours))


def choices(values: ValueSet) -> tuple[list[str], bool]:
    """The values that a condition names, and whether they are those it does *not* allow."""
    if isinstance(values, TextSet):
        return sorted(values.strings), values.complement
    assert isinstance(values, StateSet)
    states = np.flatnonzero(values.states())
    if values.attribute == LEGEND.name:
        sets = ([c for j, c in enumerate(LEGEND.values) if s >> j & 1] for s in states)
        return [legend_name(colours) for colours in sets], False
    attribute = next(a for a in CATEGORICAL if a.name == values.attribute)
    return [attribute.values[s] for s in states], False


def rule_engine_matcher(alternatives: Sequence[Alternative]) -> Callable[[Sequence[Crop]], Matches]:
    """PyPI rule-engine: one expression per sign."""

    def expression(alternative: Alternative) -> str:
        parts = []
        for name, condition in alternative.conditions.items():
            listed, complement = choices(condition.values)
            parts.append(f"{'not ' if complement else ''}({name} in {json.dumps(listed)})")
        return " and ".join(parts) or "true"

    rules = [rule_engine.Rule(expression(a)) for a in alternatives]
    return lambda crops: [{i for i, r in enumerate(rules) if r.matches(crop)} for crop in crops]


def zen_matcher(alternatives: Sequence[Alternative]) -> Callable[[Sequence[Crop]], Matches]:
    """PyPI zen-engine: one decision table, all lines that hold."""
    names = [a.name for a in (*CATEGORICAL, LEGEND, TEXT)]

    def cell(alternative: Alternative, name: str) -> str:
        condition = alternative.conditions.get(name)
        if condition is None:
            return ""
        listed, complement = choices(condition.values)
        test = f"$ in [{', '.join(repr(text) for text in listed)}]"
        return f"not({test})" if complement else test

    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": name, "name": name, "field": name} for name in names],
        "outputs": [{"id": "sign", "name": "sign", "field": "sign"}],
        "rules": [
            {"_id": str(i), "sign": str(i), **{name: cell(a, name) for name in names}}
            for i, a in enumerate(alternatives)
        ],
    }
    nodes: list[dict[str, Any]] = [
        {"id": "in", "type": "inputNode"},
        {"id": "table", "type": "decisionTableNode", "content": table},
        {"id": "out", "type": "outputNode"},
    ]
    for node in nodes:
        node |= {"name": node["id"], "position": {"x": 0, "y": 0}}
    edges = [
        {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "type": "edge"}
        for source, target in (("in", "table"), ("table", "out"))
    ]
    model = {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}
    decision = zen.ZenEngine().create_decision(json.dumps(model))
    return lambda crops: [
        {int(line["sign"]) for line in decision.evaluate(crop)["result"]} for crop in crops
    ]


def json_logic_matcher(alternatives: Sequence[Alternative]) -> Callable[[Sequence[Crop]], Matches]:
    """PyPI json-logic-qubit: one tree of operators per sign."""

    def tree(alternative: Alternative) -> dict[str, Any]:
        parts: list[Any] = [True]
        for name, condition in alternative.conditions.items():
            listed, complement = choices(condition.values)
            test = {"in": [{"var": name}, listed]}
            parts.append({"!": [test]} if complement else test)
        return {"and": parts}

    trees = [tree(a) for a in alternatives]
    return lambda crops: [{i for i, t in enumerate(trees) if jsonLogic(t, crop)} for crop in crops]


if __name__ == "__main__":
    run_plainly(main)
