"""What checks of exemplars, values, weights, status, names and ids report, and leave alone."""

from __future__ import annotations

from typing import Any

import pytest
from check_subjects import found, messages, sign, signs
from rule_fixture_types import LoadText, WriteFile

from attributes import vocabulary
from rules import Catalogue, CatalogueError, Severity, load_catalogue
from rules.checks import BY_CODE, LookAlike, ReadableVocabulary, Subject, run_checks

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


def test_look_alikes_of_two_countries_are_not_confused(load: LoadText) -> None:
    french = sign("B", "{pictogram: cow}", "country: FR")
    catalogue = load(signs(sign("A", "{pictogram: deer}"), french))
    alike = (LookAlike(("deer", "cow"), 0.97),)
    assert messages("SR106", catalogue, look_alikes=alike) == []


def test_one_picture_under_two_names_is_told_once(load: LoadText) -> None:
    pictograms = "pictograms:\n  deer: {artwork: [made:x]}\n  cow: {artwork: [made:x]}\n"
    rules = "signs:\n" + sign("A", "{pictogram: deer}") + sign("B", "{pictogram: cow}")
    alike = (LookAlike(("deer", "cow"), 1.0),)
    subject = Subject(load("version: 1\n" + pictograms + rules), look_alikes=alike)
    report = run_checks(subject, [BY_CODE["SR105"], BY_CODE["SR106"]])
    assert [finding.diagnostic.code for finding in report.findings] == ["SR105"]


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


def test_a_circle_of_deprecated_signs_is_not_told_to_name_its_last(load: LoadText) -> None:
    deprecated = "status: deprecated"
    text = signs(
        sign("A", "{shape: circle}", deprecated, "replaced_by: de.B"),
        sign("B", "{shape: square}", deprecated, "replaced_by: de.C"),
        sign("C", "{shape: cross}", deprecated, "replaced_by: de.B"),
    )
    advice = {finding.diagnostic.suggestion for finding in found("SR113", load(text))}
    assert advice == {"drop `status` and `replaced_by` of the sign that stays"}


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


def test_half_of_the_signs_are_not_most_of_them(load: LoadText) -> None:
    entry = "  - {{id: de.{0}, name: {{{1}}}, when: {{digits: {0}}}}}\n"
    text = signs(entry.format(1, "en: One, de: Eins"), entry.format(2, "en: Two"))
    assert messages("SR114", load(text)) == []


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
