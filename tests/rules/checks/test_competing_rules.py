"""Rules that exclude, mask or overlap each other, and values that others always win."""

from __future__ import annotations

from pathlib import Path

import pytest
from check_subjects import HEAD, found, messages, sign, signs
from rule_fixture_types import LoadText

from rules import Severity, load_expectations

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
        ("{digits: {min: 10, max: 30}}", "{digits: [30, 40]}", 'text: "30"'),
        ("{digits: 30}", "{text: any}", 'text: "30"'),
        ("{digits: 4}", '{text: "4.0"}', 'text: "4.0"'),
        ("{digits: 4}", '{text: {not: "4"}}', 'text: "4.0"'),
        ("{digits: [4, 5]}", "{digits: {not: [4, 5]}}", None),
        ("{digits: [4, 5]}", "{digits: {not: 4}}", 'text: "5"'),
        ("{text: any}", "{text: {not: STOP}}", 'text: "0"'),
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


@pytest.mark.parametrize("text", ["30", "4.0", "012", ".5", "TRUE", "FALSE", "NULL", "STOP"])
def test_what_proves_an_overlap_can_be_pasted_into_a_test(
    load: LoadText, tmp_path: Path, text: str
) -> None:
    catalogue = load(signs(sign("A", f'{{text: "{text}"}}'), sign("B", "{text: any}")))
    (finding,) = found("SR103", catalogue)
    tests = tmp_path / "pasted.tests.yaml"
    tests.write_text(f"version: 1\ntests:\n  - {{attributes: {{{finding.witness}}}, not: de.A}}\n")
    (pasted,) = load_expectations(tests, catalogue)
    assert pasted.attributes == {"text": text}


@pytest.mark.parametrize(("priority", "advised"), [(0, 1), (2, 3), (-3, 1)])
@pytest.mark.parametrize("asking", ["A", "B"])
def test_a_sign_that_asks_for_a_pictogram_is_to_have_a_priority_above_0(
    load: LoadText, asking: str, priority: int, advised: int
) -> None:
    text = signs(
        *(
            sign(
                name,
                "{shape: circle, pictogram: deer}" if name == asking else "{shape: circle}",
                f"priority: {priority}",
            )
            for name in "AB"
        )
    )
    (finding,) = found("SR103", load(text))
    assert finding.diagnostic.suggestion == (
        f"give the higher `priority` to `de.{asking}`, which asks for a pictogram: "
        f"`priority: {advised}`"
    )
    # And with that, nothing more is found.
    other = text.replace(f"deer}}\n    priority: {priority}", f"deer}}\n    priority: {advised}")
    assert messages("SR103", load(other)) == []


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


def test_signs_known_by_the_same_pictogram_alone_overlap(load: LoadText) -> None:
    by_picture = "  - {{id: de.{0}, name: {{en: x}}, pictogram: {1}}}\n"
    text = signs(
        by_picture.format("A", "[deer, cow]"),
        by_picture.format("B", "cow"),
        by_picture.format("C", "deer"),
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


def test_a_pictogram_that_many_signs_share_is_told_a_thousand_times_at_most(load: LoadText) -> None:
    by_picture = "  - {{id: de.N{0}, name: {{en: x}}, pictogram: deer}}\n"
    told = messages("SR103", load(signs(*(by_picture.format(n) for n in range(50)))))
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
