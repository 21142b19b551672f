"""What each check reports, and what it leaves alone; beyond the examples of its documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rule_fixture_types import LoadText, WriteFile

from attributes import vocabulary
from rules import Catalogue, CatalogueError, Severity, load_catalogue
from rules.checks import BY_CODE, Finding, LookAlike, ReadableVocabulary, Subject, run_checks

HEAD = """\
version: 1
country: DE
pictograms:
  deer: {artwork: [made:deer]}
  cow: {artwork: [made:cow]}
"""


def sign(name: str, when: str, *more: str) -> str:
    entries = [f"name: {{en: {name}}}", f"when: {when}", *more]
    return f"  - id: de.{name}\n" + "".join(f"    {entry}\n" for entry in entries)


def found(code: str, catalogue: Catalogue, **what_else: Any) -> list[Finding]:
    report = run_checks(Subject(catalogue, **what_else), [BY_CODE[code]])
    return list(report.findings)


def messages(code: str, catalogue: Catalogue, **what_else: Any) -> list[str]:
    return [finding.diagnostic.message for finding in found(code, catalogue, **what_else)]


def signs(*texts: str) -> str:
    return HEAD + "signs:\n" + "".join(texts)


# Contradiction


def test_a_contradiction_names_the_place_at_the_sign_and_the_one_in_the_face(
    load: LoadText,
) -> None:
    faces = "faces:\n  ring: {shape: circle}\n"
    text = HEAD + faces + "signs:\n" + sign("A", "{face: ring, shape: octagon}")
    (finding,) = found("SR101", load(text))
    assert finding.diagnostic.severity is Severity.ERROR
    assert finding.diagnostic.position.line == 11
    assert [r.position.line for r in finding.diagnostic.related] == [7]


def test_an_alternative_of_a_sign_may_not_be_dead_although_its_face_lives_in_another(
    load: LoadText,
) -> None:
    faces = "faces:\n  octagons: {shape: octagon}\n"
    text = HEAD + faces + "signs:\n"
    text += sign("A", "{shape: circle, any: [{face: octagons}, {border: red}]}")
    text += sign("B", "{face: octagons}")
    (finding,) = found("SR101", load(text))
    assert finding.diagnostic.severity is Severity.WARNING
    assert finding.diagnostic.message == (
        "`de.A` has an alternative that can never hold: no shape is circle and octagon"
    )


def test_an_alternative_of_a_face_may_be_dead_in_one_sign_if_it_lives_in_another(
    load: LoadText,
) -> None:
    faces = "faces:\n  plate: {any: [{shape: circle}, {shape: square}]}\n"
    round_one = sign("A", "{face: plate, shape: circle, bar: slash}")
    assert len(messages("SR101", load(HEAD + faces + "signs:\n" + round_one))) == 1
    both = round_one + sign("B", "{face: plate, bar: cross}")
    assert messages("SR101", load(HEAD + faces + "signs:\n" + both)) == []


def test_conditions_on_text_legend_and_pictogram_can_contradict_too(load: LoadText) -> None:
    text = signs(
        sign("A", "{text: any, any: [{text: none}]}"),
        sign("B", "{legend: none, any: [{legend: red}]}"),
        sign("C", "{pictogram: deer, any: [{pictogram: cow}]}"),
        sign("D", "{bar: {not: [none, slash, cross, stripes, horizontal]}}"),
    )
    assert messages("SR101", load(text)) == [
        "`de.A` can never hold: no text is any text and no text",
        "`de.B` can never hold: no legend is none and red",
        "`de.C` can never hold: no pictogram is in both lists",
        "`de.D` can never hold: this leaves no bar at all",
    ]


# Masked


def test_several_signs_of_higher_priority_mask_a_sign_together(load: LoadText) -> None:
    text = signs(
        sign("A", "{shape: circle, bar: {not: slash}}", "priority: 1"),
        sign("B", "{shape: [circle, square], bar: slash}", "priority: 2"),
        sign("C", "{shape: circle, border: red}"),
    )
    (finding,) = found("SR102", load(text))
    assert finding.signs == ("de.C", "de.A", "de.B")
    assert "`de.A` or `de.B`" in finding.diagnostic.message


@pytest.mark.parametrize(
    ("winner", "loser", "masked"),
    [
        ("{shape: circle}", "{shape: circle, pictogram: deer}", True),
        ("{shape: circle, pictogram: deer}", "{shape: circle}", False),
        ("{shape: circle, pictogram: [deer, cow]}", "{shape: circle, pictogram: cow}", True),
        ("{shape: circle, pictogram: deer}", "{shape: circle, pictogram: cow}", False),
        # Not even both pictograms together: there are others.
        ("{shape: circle, pictogram: [deer, cow]}", "{shape: circle, border: red}", False),
        ("{text: any}", "{text: [none, STOP]}", False),
        ("{any: [{text: any}, {text: none}]}", "{shape: circle, digits: 50}", True),
    ],
)
def test_a_rule_without_pictogram_masks_one_with_but_not_the_other_way_round(
    load: LoadText, winner: str, loser: str, masked: bool
) -> None:
    catalogue = load(signs(sign("A", winner, "priority: 1"), sign("B", loser)))
    assert bool(messages("SR102", catalogue)) is masked


def test_signs_of_another_country_mask_nothing(load: LoadText) -> None:
    text = signs(
        sign("A", "{shape: circle}", "country: FR", "priority: 1"),
        sign("B", "{shape: circle, border: red}"),
    )
    assert messages("SR102", load(text)) == []


def test_a_sign_of_no_country_is_masked_only_if_it_is_in_every_country(load: LoadText) -> None:
    text = "version: 1\nsigns:\n" + sign("A", "{shape: circle}")
    german = sign("B", "{shape: circle}", "country: DE", "priority: 1")
    french = sign("C", "{text: STOP}", "country: FR")
    assert len(messages("SR102", load(text + german))) == 1
    assert messages("SR102", load(text + german + french)) == []
    by_picture = "  - {id: fr.D, name: {en: x}, country: FR, pictogram: deer}\n"
    pictograms = "pictograms:\n  deer: {artwork: [made:deer]}\n"
    assert messages("SR102", load(text + german + by_picture + pictograms)) == []


# Overlap


@pytest.mark.parametrize(
    ("first", "second", "witness"),
    [
        ("{shape: circle}", "{shape: square}", None),
        ("{shape: [circle, square]}", "{shape: [square, cross]}", "shape: square"),
        ("{border: red}", "{shape: octagon}", "shape: octagon, border: red"),
        ("{digits: {min: 10, max: 30}}", "{digits: [30, 40]}", "text: 30"),
        ("{digits: 30}", "{text: any}", "text: 30"),
        ("{digits: 4}", '{text: "4.0"}', "text: 4.0"),
        ("{digits: 4}", '{text: {not: "4"}}', "text: 4.0"),
        ("{digits: [4, 5]}", "{digits: {not: [4, 5]}}", None),
        ("{digits: [4, 5]}", "{digits: {not: 4}}", "text: 5"),
        ("{text: any}", "{text: {not: STOP}}", "text: 0"),
        ("{text: any}", "{text: none}", None),
        ("{legend: {all: [red, black]}}", "{legend: {not: white}}", "legend: [red, black]"),
        ("{legend: {only: red}}", "{legend: black}", None),
        ("{pictogram: deer}", "{pictogram: cow}", None),
        ("{pictogram: [deer, cow]}", "{pictogram: cow}", "pictogram: cow"),
        ("{pictogram: deer}", "{shape: circle}", "shape: circle, pictogram: deer"),
        ("{any: [{bar: slash}, {bar: cross}]}", "{bar: {not: slash}}", "bar: cross"),
    ],
)
def test_two_signs_overlap_if_some_assignment_fulfils_both_rules(
    load: LoadText, first: str, second: str, witness: str | None
) -> None:
    findings = found("SR103", load(signs(sign("A", first), sign("B", second))))
    assert [str(finding.witness) for finding in findings] == ([witness] if witness else [])


def test_an_overlap_is_reported_once_with_both_places(load: LoadText) -> None:
    way = "{any: [{shape: circle}, {shape: square}]}"
    (finding,) = found("SR103", load(signs(sign("A", way), sign("B", way))))
    assert finding.signs == ("de.A", "de.B")
    assert finding.diagnostic.position.line == 10
    assert [r.position.line for r in finding.diagnostic.related] == [7]


def test_priority_and_country_separate_signs(load: LoadText) -> None:
    text = signs(
        sign("A", "{shape: circle}"),
        sign("B", "{shape: circle}", "priority: 1"),
        sign("C", "{shape: circle}", "country: FR"),
    )
    assert messages("SR103", load(text)) == []


def test_signs_of_no_country_overlap_with_those_of_any(load: LoadText) -> None:
    text = "version: 1\nsigns:\n" + sign("A", "{shape: circle}")
    assert messages("SR103", load(text + sign("B", "{shape: circle}", "country: FR")))


def test_signs_known_by_the_same_pictogram_alone_overlap_whatever_their_priority(
    load: LoadText,
) -> None:
    by_picture = "  - {{id: de.{0}, name: {{en: x}}, pictogram: {1}, priority: {2}}}\n"
    text = signs(
        by_picture.format("A", "[deer, cow]", 0),
        by_picture.format("B", "cow", 1),
        by_picture.format("C", "deer", 0),
    )
    assert messages("SR103", load(text)) == [
        "`de.A` and `de.B` are both known by the pictogram `cow` alone",
        "`de.A` and `de.C` are both known by the pictogram `deer` alone",
    ]


def test_a_face_that_many_signs_share_is_told_a_thousand_times_at_most(load: LoadText) -> None:
    text = signs(*(sign(f"N{number}", "{shape: circle}") for number in range(50)))
    told = messages("SR103", load(text))
    assert len(told) == 1000 + 1
    assert sum("after 1000 pairs no more are told" in message for message in told) == 1


# Unreachable values

LIMIT = ("value: {from: digits, unit: km/h}",)


def test_values_are_lost_only_where_another_sign_always_wins(load: LoadText) -> None:
    text = signs(
        sign("A", "{shape: circle, digits: {min: 10, max: 50, multiple_of: 10}}", *LIMIT),
        sign("B", "{shape: circle, digits: [10, 20]}", "priority: 1"),
        sign("C", "{shape: circle, digits: [30, 40], border: red}", "priority: 1"),
        sign("D", "{shape: circle, digits: 40, border: {not: red}}", "priority: 2"),
    )
    (message,) = messages("SR104", load(text))
    assert message == (
        "`de.A` can never have the value `10`, `20` or `40`: `de.B`, `de.C` or `de.D` always wins"
    )


def test_a_number_is_lost_only_in_all_its_spellings(load: LoadText) -> None:
    limit = sign("A", "{digits: [4, 5]}", *LIMIT)
    plain = sign("B", '{text: "4"}', "priority: 1")
    others = sign("C", '{text: ["4.0", "4.00", "4.000", "4.0000"]}', "priority: 1")
    assert messages("SR104", load(signs(limit, plain))) == []
    assert messages("SR104", load(signs(limit, plain, others))) == [
        "`de.A` can never have the value `4`: `de.B` or `de.C` always wins"
    ]
    as_written = sign("A", "{digits: [4, 5]}", "value: {from: text}")
    assert messages("SR104", load(signs(as_written, plain))) == [
        "`de.A` can never have the value `4`: `de.B` always wins"
    ]


def test_who_wins_only_what_stays_reachable_is_not_named(load: LoadText) -> None:
    text = signs(
        sign(
            "A", "{any: [{shape: circle, digits: [4, 5, 6]}, {shape: square, digits: 4}]}", *LIMIT
        ),
        sign("B", "{shape: circle, digits: 4}", "priority: 1"),
        sign("C", "{shape: circle, digits: 5}", "priority: 1"),
    )
    assert messages("SR104", load(text)) == [
        "`de.A` can never have the value `5`: `de.C` always wins"
    ]


def test_a_value_that_one_alternative_keeps_is_reachable(load: LoadText) -> None:
    text = signs(
        sign("A", "{digits: [10, 20], any: [{shape: circle}, {shape: square}]}", *LIMIT),
        sign("B", "{shape: circle, digits: 10}", "priority: 1"),
    )
    assert messages("SR104", load(text)) == []


def test_a_value_of_no_country_is_lost_only_if_it_is_in_every_country(load: LoadText) -> None:
    text = "version: 1\nsigns:\n" + sign("A", "{digits: [10, 20, 30]}", *LIMIT)
    text += sign("B", "{digits: [10, 20]}", "country: DE", "priority: 1")
    text += sign("C", "{digits: [20, 30]}", "country: FR", "priority: 1")
    assert messages("SR104", load(text)) == [
        "`de.A` can never have the value `20`: `de.B` or `de.C` always wins"
    ]


def test_of_a_sign_that_is_masked_altogether_its_values_are_not_told(load: LoadText) -> None:
    text = signs(
        sign("A", "{shape: circle, digits: [10, 20]}", *LIMIT),
        sign("B", "{shape: circle}", "priority: 1"),
    )
    assert messages("SR104", load(text)) == []
    assert len(messages("SR102", load(text))) == 1


# Exemplars


def pictures(write: WriteFile, first: str, second: str) -> Catalogue:
    write("a.png", "the same bytes")
    write("copy-of-a.png", "the same bytes")
    pictograms = "pictograms:\n  a: {exemplars: [a.png]}\n  b: {exemplars: [copy-of-a.png]}\n"
    rules = "signs:\n" + sign("A", first) + sign("B", second)
    return load_catalogue(write("signs.yaml", "version: 1\n" + pictograms + rules))


def test_copies_of_a_picture_are_found_by_content(write: WriteFile) -> None:
    (finding,) = found("SR105", pictures(write, "{pictogram: a}", "{pictogram: b}"))
    assert finding.diagnostic.severity is Severity.ERROR
    assert finding.pictograms == ("a", "b")
    assert finding.signs == ("de.A", "de.B")


def test_copies_that_confuse_no_signs_are_only_remarked_on(write: WriteFile) -> None:
    catalogue = pictures(write, "{shape: circle, pictogram: a}", "{shape: square, pictogram: b}")
    (finding,) = found("SR105", catalogue)
    assert finding.diagnostic.severity is Severity.INFO
    assert finding.diagnostic.message.endswith("; one name would do")


def test_a_picture_that_went_away_makes_the_catalogue_unreadable(write: WriteFile) -> None:
    catalogue = pictures(write, "{pictogram: a}", "{pictogram: b}")
    next(iter(catalogue.pictograms.values())).exemplars[0].unlink()
    with pytest.raises(CatalogueError, match=r"SR014 .* cannot read the exemplar `a\.png`"):
        found("SR105", catalogue)


@pytest.mark.parametrize(
    ("first", "second", "reported"),
    [
        ("{pictogram: deer}", "{pictogram: cow}", True),
        ("{shape: triangle, pictogram: deer}", "{shape: diamond, pictogram: cow}", False),
        ("{shape: triangle}", "{pictogram: cow}", False),
    ],
)
def test_look_alikes_matter_only_if_nothing_else_separates_the_signs(
    load: LoadText, first: str, second: str, reported: bool
) -> None:
    catalogue = load(signs(sign("A", first), sign("B", second)))
    alike = (LookAlike(("deer", "cow"), 0.97),)
    assert bool(messages("SR106", catalogue, look_alikes=alike)) is reported


def test_a_file_of_pictograms_without_signs_is_a_library(write: WriteFile) -> None:
    write("library.yaml", "version: 1\npictograms:\n  deer: {artwork: [made:deer]}\n")
    own = "version: 1\ninclude: [library.yaml]\npictograms:\n  cow: {artwork: [made:cow]}\n"
    catalogue = load_catalogue(write("signs.yaml", own + "signs:\n" + sign("A", "{shape: cross}")))
    assert messages("SR107", catalogue) == ["no sign uses the pictogram `cow`"]


# Values


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("any", ["has the unit"]),
        ("{not: STOP}", ["can be empty", "has the unit"]),
        ('["10", STOP]', ["text: STOP"]),
        ('["10", "3.5"]', []),
    ],
)
def test_a_value_with_a_unit_must_be_a_number(
    load: LoadText, text: str, problems: list[str]
) -> None:
    rule = sign("A", f"{{text: {text}}}", "value: {from: text, unit: m}")
    told = messages("SR108", load(signs(rule)))
    assert len(told) == len(problems)
    assert all(problem in message for problem, message in zip(problems, told, strict=True))


def readable(**changes: Any) -> ReadableVocabulary:
    """What weights read whose vocabulary lacks something."""
    card: Any = vocabulary.describe()
    for attribute in card["attributes"]:
        attribute.update(changes.get(attribute["name"], {}))
    return ReadableVocabulary.from_card(card)


@pytest.mark.parametrize(
    ("when", "severity"),
    [
        ("{shape: pentagon}", Severity.ERROR),
        ("{shape: [pentagon, circle]}", None),
        ("{legend: {all: [brown, red]}}", Severity.ERROR),
        ("{legend: {not: red}}", None),
        ("{text: STOP}", Severity.ERROR),
        ("{digits: [50, 1000]}", Severity.WARNING),
        # These weights read no decimal point, but 50 all the same.
        ("{digits: [50, 100]}", None),
        ("{digits: [50, 3.5]}", Severity.WARNING),
        ("{text: any}", None),
    ],
)
def test_what_the_weights_cannot_read_is_known_from_their_card(
    load: LoadText, when: str, severity: Severity | None
) -> None:
    weights = readable(
        shape={"values": ["circle", "other"]},
        legend={"values": ["red", "black"]},
        text={"alphabet": "0123456789", "max_length": 3},
    )
    findings = found("SR109", load(signs(sign("A", when))), readable=weights)
    assert [f.diagnostic.severity for f in findings] == ([severity] if severity else [])


def test_a_sign_that_another_alternative_recognizes_is_not_lost(load: LoadText) -> None:
    weights = readable(shape={"values": ["circle", "square"]})
    unread = sign("A", "{bar: none, any: [{shape: pentagon}, {shape: octagon}]}")
    assert messages("SR109", load(signs(unread)), readable=weights) == [
        "`de.A` is never recognized: the weights in use cannot read the shape pentagon",
        "`de.A` is never recognized: the weights in use cannot read the shape octagon",
    ]
    text = signs(sign("A", "{bar: none, any: [{shape: pentagon}, {shape: circle}]}"))
    (finding,) = found("SR109", load(text), readable=weights)
    assert finding.diagnostic.severity is Severity.WARNING
    assert finding.diagnostic.message == (
        "an alternative of `de.A` is never recognized: "
        "the weights in use cannot read the shape pentagon"
    )


def test_the_current_vocabulary_reads_every_rule(load: LoadText) -> None:
    text = signs(sign("A", "{shape: pentagon, legend: {all: [brown, red]}, text: STOP}"))
    assert found("SR109", load(text), readable=readable()) == []


# Status, names, ids


def test_a_chain_of_deprecated_signs_is_reported_but_for_its_last(load: LoadText) -> None:
    deprecated = "status: deprecated"
    text = signs(
        sign("A", "{shape: circle}", deprecated, "replaced_by: de.B"),
        sign("B", "{shape: square}", deprecated, "replaced_by: de.C"),
        sign("C", "{shape: cross}"),
        sign("D", "{shape: arrow}", "replaced_by: de.C"),
        sign("E", "{shape: octagon}", deprecated, "replaced_by: de.E"),
    )
    assert messages("SR113", load(text)) == [
        "`de.A` is replaced by `de.B`, which is deprecated itself",
        "`de.D` is replaced by `de.C`, but not deprecated",
        "`de.E` is replaced by itself",
    ]


def test_each_country_has_its_own_languages(load: LoadText) -> None:
    text = "version: 1\nsigns:\n" + "".join(
        f"  - {{id: x{country.lower()}.{number}, country: {country}, name: {{{names}}}, "
        f"when: {{digits: {number}}}}}\n"
        for country, number, names in [
            ("DE", 1, "de: Eins"),
            ("DE", 2, "de: Zwei"),
            ("FR", 3, "fr: Trois"),
            ("FR", 4, "fr: Quatre"),
            ("FR", 5, "en: Five"),
        ]
    )
    assert messages("SR114", load(text)) == ["`xfr.5` has no name in `fr`, as most signs have"]


def test_signs_of_an_extended_file_keep_their_ids(write: WriteFile) -> None:
    write("de.yaml", signs(sign("A", "{shape: cross}")))
    text = "version: 1\ncountry: BE\nextends: de.yaml\nsigns:\n" + sign("B", "{shape: arrow}")
    (message,) = messages("SR115", load_catalogue(write("be.yaml", text)))
    assert message == "`de.B` belongs to the country `BE`, but its id says `de`"


def test_signs_of_an_included_file_may_have_been_copied_from_another_country(
    write: WriteFile,
) -> None:
    write("copied.yaml", "version: 1\nsigns:\n" + sign("A", "{shape: cross}"))
    path = write("fr.yaml", "version: 1\ncountry: FR\ninclude: [copied.yaml]\n")
    assert messages("SR115", load_catalogue(path)) == [
        "`de.A` belongs to the country `FR`, but its id says `de`"
    ]


def test_a_successor_of_another_country_may_be_left_out(load: LoadText) -> None:
    text = signs(
        sign("A", "{shape: circle}", "status: deprecated", "replaced_by: de.B"),
        sign("B", "{shape: square}", "country: FR"),
    )
    assert messages("SR113", load(text).restricted_to("DE")) == []


def test_ids_of_no_country_are_left_alone(load: LoadText) -> None:
    text = (
        "version: 1\ncountry: US\nsigns:\n  - {id: mutcd.R1-1, name: {en: x}, when: {bar: none}}\n"
    )
    assert messages("SR115", load(text)) == []


@pytest.mark.parametrize("other", ["de.142-10A", "de.142_10a", "de.142.10a"])
def test_ids_alike_are_reported(load: LoadText, other: str) -> None:
    entry = "  - {{id: {0}, name: {{en: x}}, when: {{shape: {1}}}}}\n"
    text = signs(entry.format("de.142-10a", "circle"), entry.format(other, "square"))
    assert len(messages("SR116", load(text))) == 1


@pytest.mark.parametrize(
    ("name", "untidy"), [("1--2", True), ("1-.2", True), ("1_", True), ("1-2.3_4", False)]
)
def test_dangling_and_doubled_punctuation_is_untidy(
    load: LoadText, name: str, untidy: bool
) -> None:
    assert bool(messages("SR117", load(signs(sign(name, "{shape: cross}"))))) is untidy


# Replaced signs


@pytest.mark.parametrize(
    ("head", "more", "is_told"),
    [
        ("extends: base.yaml", (), True),
        ("extends: middle.yaml", (), True),
        ("extends: base.yaml\nremove: [de.A]", (), False),
        ("extends: base.yaml\nremove: [de.*]", (), False),
        ("extends: base.yaml", ("allow: [SR119]",), False),
    ],
)
def test_a_sign_that_takes_the_place_of_an_inherited_one_is_told_unless_it_is_said(
    write: WriteFile, head: str, more: tuple[str, ...], is_told: bool
) -> None:
    base = write("base.yaml", "version: 1\nsigns:\n" + sign("A", "{shape: octagon}"))
    write("middle.yaml", "version: 1\nextends: base.yaml\n")
    text = f"version: 1\n{head}\nsigns:\n" + sign("A", "{shape: circle}", *more)
    catalogue = load_catalogue(write("own.yaml", text))
    findings = found("SR119", catalogue)
    assert len(findings) == is_told
    for finding in findings:
        assert finding.diagnostic.severity is Severity.INFO
        assert Path(finding.diagnostic.position.file).name == "own.yaml"
        assert finding.diagnostic.suggestion is not None
        assert "`remove: [de.A]`" in finding.diagnostic.suggestion
        (inherited,) = finding.diagnostic.related
        assert str(inherited.position) == f"{base}:3:9"


def test_a_sign_that_comes_twice_from_one_file_replaces_nothing(write: WriteFile) -> None:
    write("part.yaml", "version: 1\nsigns:\n" + sign("A", "{shape: octagon}"))
    write("base.yaml", "version: 1\ninclude: [part.yaml]\n")
    text = "version: 1\nextends: base.yaml\ninclude: [part.yaml]\n"
    assert found("SR119", load_catalogue(write("own.yaml", text))) == []


BASE_WITH_NAMES = """\
version: 1
faces:
  ring: {shape: circle, digits: [30, 50]}
  wide: {face: ring, border: red}
pictograms:
  deer: {artwork: [made:deer]}
  cow: {artwork: [made:cow]}
signs:
  - {id: de.limit, name: {en: x}, when: {face: wide}}
  - {id: de.deer, name: {en: x}, when: {any: [{shape: diamond, pictogram: [cow, deer]}]}}
  - {id: de.board, name: {en: x}, pictogram: deer}
  - {id: de.cow, name: {en: x}, when: {shape: square, pictogram: cow}}
"""


@pytest.mark.parametrize("extended", ["base.yaml", "middle.yaml"])
def test_a_name_that_is_inherited_already_is_told_with_the_signs_that_change(
    write: WriteFile, extended: str
) -> None:
    base = write("base.yaml", BASE_WITH_NAMES)
    write("middle.yaml", "version: 1\nextends: base.yaml\n")
    own = write(
        "own.yaml",
        f"version: 1\nextends: {extended}\n"
        "faces:\n  ring: {shape: octagon, digits: 30}\n  own: {face: ring}\n"
        "pictograms:\n  deer: {artwork: [made:elk]}\n  elk: {artwork: [made:elk]}\n"
        "signs:\n  - {id: de.own, name: {en: x}, when: {face: own, bar: slash, pictogram: deer}}\n",
    )
    face, pictogram = found("SR120", load_catalogue(own))
    assert face.diagnostic.message == (
        "the face `ring` takes the place of the inherited one of this name, also in the inherited "
        "`de.limit`"
    )
    assert str(face.diagnostic.position) == f"{own}:4:3"
    assert [str(r.position) for r in face.diagnostic.related] == [f"{base}:3:3"]
    assert pictogram.diagnostic.message.endswith("the inherited `de.deer` and `de.board`")
    assert (pictogram.pictograms, pictogram.signs) == (("deer",), ("de.deer", "de.board"))
    assert {face.diagnostic.severity, pictogram.diagnostic.severity} == {Severity.INFO}


@pytest.mark.parametrize("removal", ["remove: [de.limit]\n", ""])
def test_signs_that_are_no_longer_inherited_are_not_changed(write: WriteFile, removal: str) -> None:
    write("base.yaml", BASE_WITH_NAMES)
    own = f"version: 1\nextends: base.yaml\n{removal}faces:\n  ring: {{shape: cross}}\nsigns:\n"
    own += sign("limit", "{face: ring}")
    (finding,) = found("SR120", load_catalogue(write("own.yaml", own)))
    assert (finding.signs, finding.diagnostic.message[-9:]) == ((), "this name")


def test_a_file_that_comes_by_two_ways_redefines_no_name(write: WriteFile) -> None:
    write("part.yaml", BASE_WITH_NAMES)
    write("base.yaml", "version: 1\ninclude: [part.yaml]\n")
    text = "version: 1\nextends: base.yaml\ninclude: [part.yaml]\n"
    assert found("SR120", load_catalogue(write("own.yaml", text))) == []


def test_what_a_redefined_face_does_to_the_extended_file_is_told_with_its_cause(
    write: WriteFile,
) -> None:
    write("base.yaml", BASE_WITH_NAMES + sign("red", "{shape: octagon, border: red}"))
    head = "version: 1\nextends: base.yaml\nfaces:\n"
    own = write("own.yaml", head + "  ring: {shape: octagon, digits: 30}\n")
    (overlap,) = found("SR103", load_catalogue(own))
    assert Path(overlap.diagnostic.position.file).name == "base.yaml"
    notes = {str(r.position): r.message for r in overlap.diagnostic.related}
    assert notes[f"{own}:4:3"] == "the face `ring` that it uses is redefined"


def test_a_face_redefined_without_what_an_inherited_value_needs_is_named(
    write: WriteFile,
) -> None:
    limit = "version: 1\nfaces:\n  ring: {digits: [30, 50]}\nsigns:\n"
    write("base.yaml", limit + sign("limit", "{face: ring}", "value: {from: digits}"))
    own = write("own.yaml", "version: 1\nextends: base.yaml\nfaces:\n  ring: {shape: cross}\n")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(own)
    (diagnostic,) = caught.value.diagnostics
    assert Path(diagnostic.position.file).name == "base.yaml"
    assert [str(r.position) for r in diagnostic.related] == [f"{own}:4:3"]


def test_findings_stand_in_the_order_of_the_files(write: WriteFile) -> None:
    write("more.yaml", "version: 1\nsigns:\n" + sign("Z-", "{shape: cross}"))
    text = "version: 1\ncountry: DE\ninclude: [more.yaml]\nsigns:\n"
    text += sign("B-", "{shape: circle}") + sign("A-", "{shape: circle}")
    report = run_checks(Subject(load_catalogue(write("signs.yaml", text))))
    places = [f.diagnostic.position for f in report.findings]
    assert [(Path(p.file).name, p.line) for p in places] == [
        ("signs.yaml", 5),
        ("signs.yaml", 8),
        ("signs.yaml", 8),
        ("more.yaml", 3),
    ]
