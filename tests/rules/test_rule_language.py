"""What every form of condition means."""

from __future__ import annotations

import itertools

import pytest
from rule_fixture_types import LoadText

from attributes.vocabulary import LEGEND, PALETTE
from rules import Alternative, CatalogueError, TextSet


def alternatives(load: LoadText, when: str) -> tuple[Alternative, ...]:
    text = f"""\
version: 1
faces:
  ring: {{shape: circle, border: red}}
  plate: {{any: [{{shape: square}}, {{shape: diamond, border: black}}]}}
pictograms:
  deer: {{artwork: [made:deer]}}
  cow: {{artwork: [made:cow]}}
signs:
  - id: de.1
    name: {{en: One}}
    when: {when}
"""
    return load(text).signs[0].alternatives


def strings(*members: str) -> TextSet:
    return TextSet(frozenset(members))


def numbers(*members: str) -> TextSet:
    """The numbers in every spelling that the network can read."""
    pointed = [m if "." in m else f"{m}." for m in members]
    longer = [p + "0" * count for p in pointed for count in range(1, 7)]
    return strings(*members, *(text for text in longer if len(text) <= 6))


def allowed_values(load: LoadText, attribute: str, condition: str) -> object:
    (alternative,) = alternatives(load, f"{{{attribute}: {condition}}}")
    return alternative.conditions["text" if attribute == "digits" else attribute].values


@pytest.mark.parametrize(
    ("condition", "members"),
    [
        ("slash", {"slash"}),
        ("[slash, cross]", {"slash", "cross"}),
        ("{not: slash}", {"none", "cross", "stripes", "horizontal"}),
        ("{not: [none, slash]}", {"cross", "stripes", "horizontal"}),
    ],
)
def test_a_categorical_condition_is_a_value_a_list_or_a_negation(
    load: LoadText, condition: str, members: set[str]
) -> None:
    values = allowed_values(load, "bar", condition)
    assert {
        v for v in ("none", "slash", "cross", "stripes", "horizontal") if v in values
    } == members


@pytest.mark.parametrize(
    ("condition", "meaning"),
    [
        ("red", lambda s: "red" in s),
        ("[red, black]", lambda s: bool(s & {"red", "black"})),
        ("none", lambda s: not s),
        ("[none, red]", lambda s: not s or "red" in s),
        ("{only: [red, black]}", lambda s: bool(s) and s <= {"red", "black"}),
        ("{only: red}", lambda s: s == {"red"}),
        ("{all: [red, black]}", lambda s: s >= {"red", "black"}),
        ("{not: red}", lambda s: "red" not in s),
        ("{not: [red, black]}", lambda s: not s & {"red", "black"}),
        ("{not: none}", lambda s: bool(s)),
    ],
)
def test_a_legend_condition_speaks_about_the_set_of_colours(
    load: LoadText, condition: str, meaning: object
) -> None:
    values = allowed_values(load, "legend", condition)
    for size in range(len(LEGEND.values) + 1):
        for colours in itertools.combinations(PALETTE, size):
            assert (frozenset(colours) in values) == meaning(frozenset(colours))


@pytest.mark.parametrize(
    ("key", "condition", "expected"),
    [
        ("text", "STOP", strings("STOP")),
        ("text", "[STOP, 'NO']", strings("STOP", "NO")),
        ("text", "NO", strings("NO")),
        ("text", "none", strings("")),
        ("text", "[none, STOP]", strings("", "STOP")),
        ("text", "any", TextSet(frozenset({""}), complement=True)),
        ("text", "{not: [STOP, none]}", TextSet(frozenset({"", "STOP"}), complement=True)),
        ("digits", "50", strings("50", "50.0", "50.00", "50.000")),
        ("digits", "12345", strings("12345")),
        ("digits", "5.50", strings("5.5", "5.50", "5.500", "5.5000")),
        ("digits", "[30, 3.5]", numbers("30", "3.5")),
        ("digits", "{not: 50}", ~numbers("50")),
        ("digits", "{not: [none, 3.5]}", ~(strings("") | numbers("3.5"))),
        ("digits", "none", strings("")),
        ("digits", "{min: 2, max: 4}", numbers("2", "3", "4")),
        ("digits", "{min: 3, max: 12, multiple_of: 5}", numbers("5", "10")),
        (
            "digits",
            "{min: 0.5, max: 1.5, multiple_of: 0.5}",
            numbers("0.5", "1", "1.5"),
        ),
        (
            "digits",
            "{min: 0.2, max: 0.4, multiple_of: 0.1}",
            numbers("0.2", "0.3", "0.4"),
        ),
    ],
)
def test_text_and_digits_are_sets_of_strings(
    load: LoadText, key: str, condition: str, expected: TextSet
) -> None:
    assert allowed_values(load, key, condition) == expected


@pytest.mark.parametrize(
    ("key", "condition", "phrase"),
    [
        ("bar", "{not: none}", "some bar"),
        ("border", "{not: [none, red]}", "some border, but not red"),
        ("border", "{not: [red, white]}", "not red or white"),
        ("shape", "{not: tall_rectangle}", "not tall rectangle"),
        ("legend", "{not: none}", "some colour"),
        ("legend", "{not: [none, red]}", "some colour, but not red"),
        ("text", "{not: none}", "some text"),
        ("text", "{not: [STOP, none]}", "some text, but not STOP"),
        ("text", "none", "no text"),
        ("digits", "{not: none}", "some text"),
        ("digits", "{not: [30, none, 3.50]}", "some text, but not 30 or 3.5"),
        ("digits", "{not: 50}", "not 50"),
    ],
)
def test_a_negation_reads_like_a_sentence(
    load: LoadText, key: str, condition: str, phrase: str
) -> None:
    (alternative,) = alternatives(load, f"{{{key}: {condition}}}")
    (said,) = alternative.conditions.values()
    assert said.phrase == phrase


def test_conditions_of_a_sign_and_its_face_intersect(load: LoadText) -> None:
    (alternative,) = alternatives(load, "{face: ring, border: [red, blue], pictogram: deer}")
    assert alternative.conditions["border"].phrase == "red"
    # The face excludes blue, so that it is where a blue border fails.
    assert [p.line for p in alternative.conditions["border"].positions] == [3, 11]
    assert "circle" in alternative.conditions["shape"].values
    assert alternative.pictograms == ("deer",)
    assert not alternative.is_empty


def test_a_contradiction_is_kept_with_both_places(load: LoadText) -> None:
    (alternative,) = alternatives(load, "{face: ring, shape: diamond}")
    assert alternative.is_empty
    assert [p.line for p in alternative.conditions["shape"].positions] == [11, 3]


def test_any_distributes_over_its_siblings_and_over_faces(load: LoadText) -> None:
    found = alternatives(
        load,
        "{face: plate, bar: none, any: [{legend: red}, {legend: blue, pictogram: [deer, cow]}]}",
    )
    assert len(found) == 4
    assert all("none" in a.conditions["bar"].values for a in found)
    assert sorted(a.pictograms for a in found) == [(), (), ("deer", "cow"), ("deer", "cow")]
    assert sum("border" in a.conditions for a in found) == 2


def test_alternatives_are_bounded(load: LoadText) -> None:
    def twice(count: int) -> str:
        return "{any: [" + ", ".join(["{bar: none}"] * count) + "], face: plate}"

    assert len(alternatives(load, twice(32))) == 64
    with pytest.raises(CatalogueError) as raised:
        alternatives(load, twice(33))
    assert [d.name for d in raised.value.diagnostics] == ["too-large"]


def test_a_sign_may_be_known_by_its_pictures_alone(load: LoadText) -> None:
    catalogue = load(
        """\
        version: 1
        country: DE
        pictograms: {cross: {artwork: [made:cross]}}
        signs:
          - {id: de.201, name: {en: Crossbuck}, pictogram: cross}
        """
    )
    (sign,) = catalogue.signs
    assert sign.alternatives == ()
    assert sign.exemplar_pictograms == ("cross",)


def test_a_sign_carries_all_that_the_file_says(load: LoadText) -> None:
    catalogue = load(
        """\
        version: 1
        country: DE
        signs:
          - id: de.274
            name: {en: "Speed limit {digits}", de: "Tempo {digits}"}
            when: {shape: circle, digits: {min: 5, max: 130, multiple_of: 5}}
            value: {from: digits, unit: km/h}
            priority: 3
            status: deprecated
            replaced_by: be.C43
            aliases: {osm: "DE:274[{digits}]", mapillary: [a, b]}
            allow: [SR104]
          - id: be.C43
            name: {fr: Limite}
            country: BE
            when: {shape: circle}
        """
    )
    limit, belgian = catalogue.signs
    assert limit.name("de", "60") == "Tempo 60"
    assert limit.name("fr", "60") == "Speed limit 60"
    assert belgian.name() == "Limite"
    assert (limit.value.reading, limit.value.unit) == ("digits", "km/h")
    assert limit.takes_value
    assert not belgian.takes_value
    assert (limit.priority, limit.status, limit.replaced_by) == (3, "deprecated", "be.C43")
    assert limit.aliases == {"osm": ("DE:274[{digits}]",), "mapillary": ("a", "b")}
    assert set(limit.allow) == {"SR104"}
    assert (limit.country, belgian.country) == ("DE", "BE")
    assert catalogue.restricted_to("DE").signs == (limit,)
    assert catalogue.by_id["be.C43"] is belgian


def test_a_sign_with_a_name_that_shows_its_text_reads_no_number(load: LoadText) -> None:
    sign = "{id: de.1, name: {en: 'A {digits}', de: 'A {text}'}, when: {digits: [4, 5]}}"
    (loaded,) = load(f"version: 1\nsigns: [{sign}]\n").signs
    assert not loaded.reads_number
