"""What a word that is no name was probably meant to be."""

from __future__ import annotations

import pytest

from attributes.vocabulary import ATTRIBUTES, Text
from rules import json_schema
from rules.likeness import SYNONYMS, likely_meant

COLOURS = ("none", "red", "orange", "grey")
IDS = ("de.206", "de.274", "de.274.1", "at.53-17")


@pytest.mark.parametrize(
    ("word", "candidates", "meant"),
    [
        ("rde", COLOURS, ("red",)),
        ("Grey", COLOURS, ("grey",)),
        ("orage", COLOURS, ("orange",)),
        ("purple", COLOURS, ()),
        ("none", ("red", "orange"), ()),
        ("de.260", IDS, ("de.206",)),
        ("de.274-1", IDS, ("de.274.1",)),
        ("de.99", IDS, ()),
        ("de.nope", IDS, ()),
        ("p/mose.png", ("p/moose.png", "p/cow.png"), ("p/moose.png",)),
        ("p/elk.png", ("p/moose.png", "p/cow.png"), ()),
        ("SIGNS.yaml", ("signs.yaml",), ("signs.yaml",)),
        ("bogus.yaml", ("signs.yaml",), ()),
        ("", COLOURS, ()),
        ("red", (), ()),
    ],
)
def test_a_slip_is_known_by_what_is_not_shared_by_all(
    word: str, candidates: tuple[str, ...], meant: tuple[str, ...]
) -> None:
    assert likely_meant(word, candidates) == meant


def test_nobody_means_the_word_that_he_wrote() -> None:
    assert likely_meant("deer", ("deer", "cow")) == ()


def test_other_words_for_a_value_are_known_where_it_is_one() -> None:
    assert likely_meant("Round", ("circle", "brown")) == ("circle",)
    assert likely_meant("rectangle", ("wide_rectangle", "tall_rectangle", "square")) == (
        "wide_rectangle",
        "tall_rectangle",
    )
    assert likely_meant("round", ("square",)) == ()


def test_other_words_stand_for_words_of_the_language() -> None:
    values = {v for a in ATTRIBUTES if not isinstance(a, Text) for v in a.values}
    keys = set(json_schema()["$defs"]["NumberRange"]["properties"])
    assert {name for names in SYNONYMS.values() for name in names} <= values | keys
