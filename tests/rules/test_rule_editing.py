"""Adding to rule files of every style: what stands there stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import load_catalogue
from rules.editing import EditError, add_pictogram, add_sign, flow
from rules.yaml_positions import compose, plain

SIGN = {"id": "de.9", "name": {"en": "New, shiny"}, "when": {"face": "ring", "digits": 50}}
BLOCK = """\
  - id: de.9
    name: {en: "New, shiny"}
    when: {face: ring, digits: 50}
"""
FLOW = '{id: de.9, name: {en: "New, shiny"}, when: {face: ring, digits: 50}}'
STYLES = {
    "block": ("signs:\n  - id: de.1\n    x: 1\n", "signs:\n  - id: de.1\n    x: 1\n" + BLOCK),
    "indentless": (
        "signs:\n- id: de.1\n  x: 1\n",
        "signs:\n- id: de.1\n  x: 1\n"
        '- id: de.9\n  name: {en: "New, shiny"}\n  when: {face: ring, digits: 50}\n',
    ),
    "wide": (
        "signs:\n    -   id: de.1\n        x: 1\n",
        "signs:\n    -   id: de.1\n        x: 1\n"
        '    -   id: de.9\n        name: {en: "New, shiny"}\n'
        "        when: {face: ring, digits: 50}\n",
    ),
    "flow items": ("signs:\n  - {id: de.1}\n", "signs:\n  - {id: de.1}\n  - " + FLOW + "\n"),
    "flow list": ("signs: [{id: de.1}]  # all\n", "signs: [{id: de.1}, " + FLOW + "]  # all\n"),
    "trailing comma": ("signs: [{id: de.1},]\n", "signs: [{id: de.1}, " + FLOW + "]\n"),
    "empty flow list": ("signs: []\n", "signs: [" + FLOW + "]\n"),
    "flow list on lines": (
        "signs: [\n  {id: de.1}\n]\n",
        "signs: [\n  {id: de.1},\n  " + FLOW + "\n]\n",
    ),
    "no newline at the end": (
        "signs:\n  - {id: de.1}",
        "signs:\n  - {id: de.1}\n  - " + FLOW + "\n",
    ),
    "a section behind": (
        "signs:\n  - id: de.1  # one\n\n  # last\n\n# Faces\nfaces: {}\n",
        "signs:\n  - id: de.1  # one\n" + BLOCK + "\n  # last\n\n# Faces\nfaces: {}\n",
    ),
    "comments at the end": (
        "signs:\n  - id: de.1\n  # TODO more\n",
        "signs:\n  - id: de.1\n" + BLOCK + "  # TODO more\n",
    ),
    "a comment of the last item": (
        "signs:\n  - id: de.1\n    # see decision 12\n\n  # TODO more\n",
        "signs:\n  - id: de.1\n    # see decision 12\n" + BLOCK + "\n  # TODO more\n",
    ),
    "Windows": (
        "signs:\r\n  - id: de.1\r\n    x: 1\r\n",
        "signs:\r\n  - id: de.1\r\n    x: 1\r\n" + BLOCK.replace("\n", "\r\n"),
    ),
    "no signs yet": ("version: 1\n", "version: 1\n\nsigns:\n" + BLOCK),
}


@pytest.mark.parametrize("style", STYLES)
def test_a_sign_is_added_in_the_style_of_the_file(style: str) -> None:
    before, after = STYLES[style]
    assert add_sign(before, SIGN) == after


PICTOGRAM_STYLES = {
    "block": (
        "pictograms:\n  # Animals\n  deer: {exemplars: [a.png]}  # tame\n\nsigns: []\n",
        "pictograms:\n  # Animals\n  deer: {exemplars: [a.png]}  # tame\n"
        "  cow: {exemplars: [cow.png]}\n\nsigns: []\n",
    ),
    "deep block": (
        "pictograms:\n  deer:\n    exemplars:\n      - a.png\n",
        "pictograms:\n  deer:\n    exemplars:\n      - a.png\n  cow: {exemplars: [cow.png]}\n",
    ),
    "flow": (
        "pictograms: {deer: {exemplars: [a.png]}}\n",
        "pictograms: {deer: {exemplars: [a.png]}, cow: {exemplars: [cow.png]}}\n",
    ),
    "none yet": (
        "version: 1\n\n# Signs\nsigns:\n  - {id: de.1}\n",
        "version: 1\n\npictograms:\n  cow: {exemplars: [cow.png]}\n\n"
        "# Signs\nsigns:\n  - {id: de.1}\n",
    ),
    "nothing yet": ("version: 1\n", "version: 1\npictograms:\n  cow: {exemplars: [cow.png]}\n\n"),
}


@pytest.mark.parametrize("style", PICTOGRAM_STYLES)
def test_a_pictogram_is_added_in_the_style_of_the_file(style: str) -> None:
    before, after = PICTOGRAM_STYLES[style]
    assert add_pictogram(before, "cow", {"exemplars": ["cow.png"]}) == after


@pytest.mark.parametrize(
    "text",
    [
        "signs:\n  - id: de.1\n    x: |\n      text\n      # no comment\n",
        "signs: &all\n  [{id: de.1}] # ]\n",
        "version: 1\n...\n",
    ],
)
def test_what_cannot_be_edited_safely_is_refused_or_right(text: str) -> None:
    def refuse(*problem: object, **_: object) -> None:
        raise AssertionError(problem)

    try:
        edited = add_sign(text, SIGN)
    except EditError:
        return
    before, after = plain(compose(text, refuse)), plain(compose(edited, refuse))
    assert after == {**before, "signs": [*before.get("signs", []), SIGN]}


def test_the_shipped_catalogues_can_be_added_to() -> None:
    root = Path(__file__).parent.parent.parent
    for path in (root / "signs.yaml", root / "catalogues" / "be.yaml"):
        text = path.read_text()
        sign = {"id": "xx.new", "name": {"en": "New"}, "pictogram": "new-thing"}
        edited = add_sign(add_pictogram(text, "new-thing", {"exemplars": ["new.png"]}), sign)
        kept = iter(edited.splitlines())
        assert all(line in kept for line in text.splitlines())
        catalogue = load_catalogue(path, overlay={path: edited, path.parent / "new.png": b""})
        assert catalogue.signs[-1].id == "xx.new"


_values: st.SearchStrategy[Any] = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(
        ["NO", "012", "null", "~", "- a", "a: b", "#", "50", "{", "", "\u2028[", "\x85\tb"]
    )
    | st.integers(0, 999),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("k"), inner, max_size=1),
    max_leaves=5,
)


@given(value=_values)
def test_whatever_is_written_is_read_as_it_was(value: object) -> None:
    def refuse(*problem: object, **_: object) -> None:
        raise AssertionError(problem)

    assert plain(compose(f"k: {{v: {flow(value)}}}", refuse)) == {"k": {"v": value}}
