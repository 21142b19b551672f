"""What is told of signs, faces and pictograms that take the place of inherited ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from check_subjects import found, sign
from rule_fixture_types import WriteFile

from rules import CatalogueError, Severity, load_catalogue
from rules.checks import Subject, run_checks


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
