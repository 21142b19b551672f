"""Whatever stands in a rule file, loading it gives a catalogue or a CatalogueError."""

from __future__ import annotations

import random

import pytest
from fuzz_loader import SEED, hostile, load_or_refuse, mutate
from hypothesis import given, settings
from hypothesis import strategies as st

HOSTILE = hostile()


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
    st.sampled_from(("-0.0", "0.0", "1e2", ".inf", ".nan", "99999.5")),
)
_numbers = st.one_of(
    st.sampled_from(("-0.0", "0", "0.1", "1e2", "5e-1", "99999", "999999", "0.0001")),
    st.decimals(-10, 1_000_000, places=2).map(str),
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


@settings(max_examples=200, deadline=None)
@given(smallest=_numbers, largest=_numbers, step=_numbers, listed=_numbers)
def test_any_number_in_a_condition_loads_or_is_refused(
    smallest: str, largest: str, step: str, listed: str
) -> None:
    load_or_refuse(
        "version: 1\nsigns:\n"
        f"  - {{id: de.1, name: {{en: x}}, when: {{digits: {{min: {smallest}, max: {largest}, "
        f"multiple_of: {step}}}}}}}\n"
        f"  - {{id: de.2, name: {{en: x}}, when: {{digits: {{not: [{listed}, 5]}}}}}}\n"
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_loads_or_is_refused(name: str) -> None:
    load_or_refuse(HOSTILE[name])
