"""Whatever stands in a rule file, loading it gives a catalogue or a CatalogueError."""

from __future__ import annotations

import json
import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_catalogue import catalogue_text

from rules import CatalogueError, Engine, load_catalogue

PATH = Path("catalogue.yaml")
SEED = catalogue_text(6) + (
    "  - {id: de.1, name: {en: x}, pictogram: [thing0, thing1]}\n"
    "  - {id: de.2, name: &n {en: 'x {text}'}, when: {text: {not: [STOP, none]},"
    " any: [{face: face0}, {legend: {all: [red]}, border: {not: red}}]}}\n"
    "  - {id: de.3, name: *n, when: {digits: [5, 3.5, none]}, status: deprecated,"
    " replaced_by: de.2, aliases: {osm: a, mapillary: [b]}, allow: [SR101], priority: -3}\n"
)
TOKENS = [
    *"{}[]:,-&*!|>'\"#%@`?~ \n\t\0",
    *("null", "true", "on", "-1", "1e999", "0.1", "99999", "<<", "---", "...", "&a", "*a", "!!str"),
    *("face", "any", "not", "only", "digits", "text", "none", "min", "include", "extends", "signs"),
    *("catalogue.yaml", "../x.yaml", "\ud7ff", "\ufeff", "\x85", "é", "[" * 60, "{a: " * 60),
]


def load_or_refuse(content: str | bytes) -> None:
    try:
        catalogue = load_catalogue(PATH, overlay={PATH: content})
    except CatalogueError as refused:
        check_refusal(refused)
    else:
        Engine(catalogue)


def check_refusal(refused: CatalogueError) -> None:
    assert refused.diagnostics
    assert str(refused)
    for diagnostic in refused.diagnostics:
        assert diagnostic.position.line >= 1
        assert diagnostic.position.column >= 1
        json.dumps(diagnostic.to_dict())


def mutate(text: str, rng: random.Random) -> str:
    """A few random edits: a piece deleted, doubled, moved or overwritten by a token."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 1, 2, 5, 20, 200)))
        piece = rng.choice(("", text[start:end] * 2, rng.choice(TOKENS), rng.choice(TOKENS) * 3))
        text = text[:start] + piece + text[end:]
    return text


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**64))
def test_a_mutated_rule_file_loads_or_is_refused(seed: int) -> None:
    load_or_refuse(mutate(SEED, random.Random(seed)))


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_load_or_are_refused(content: bytes) -> None:
    load_or_refuse(content)


_leaves = st.one_of(
    st.sampled_from(("red", "circle", "none", "any", "50", "3.5", "true", "de.1", "deer", "x y")),
    st.integers(-3, 3).map(str),
)
_KEYS = [
    *("shape", "border", "legend", "text", "digits", "face", "pictogram", "any", "not", "only"),
    *("all", "min", "max", "multiple_of", "en", "id", "name", "when", "value", "from"),
]
_flow = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(_KEYS), inner, max_size=3).map(
            lambda d: "{" + ", ".join(f"{k}: {v}" for k, v in d.items()) + "}"
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(when=_flow, face=_flow, pictogram=_flow)
def test_any_structure_in_any_place_loads_or_is_refused(
    when: str, face: str, pictogram: str
) -> None:
    load_or_refuse(
        f"version: 1\nfaces: {{f: {face}}}\npictograms: {{deer: {pictogram}}}\n"
        f"signs:\n  - {{id: de.1, name: {{en: x}}, when: {when}}}\n  - {when}\n"
    )
