"""Findings that somebody accepts, at the sign or in a file."""

from __future__ import annotations

import pytest
from rule_fixture_types import LoadText, WriteFile

from rules import CatalogueError
from rules.checks import BY_CODE, CHECKS, Report, Subject, load_exclusions, run_checks

OVERLAPPING = """\
version: 1
country: DE
pictograms:
  deer: {{artwork: [made:deer]}}
signs:
  - id: de.1
    name: {{en: One}}
    when: {{shape: circle}}
  - id: de.2
    name: {{en: Two}}
    when: {{shape: circle}}
{allow}"""


def check(load: LoadText, allow: str = "", exclusions: object = None) -> Report:
    catalogue = load(OVERLAPPING.format(allow=allow))
    entries = getattr(exclusions, "entries", ())
    return run_checks(Subject(catalogue), CHECKS, entries)


def codes(report: Report) -> list[str]:
    return [finding.diagnostic.code for finding in report.findings]


def messages(report: Report) -> list[str]:
    return [finding.diagnostic.message for finding in report.findings]


def test_without_exclusions_all_is_told(load: LoadText) -> None:
    assert codes(check(load)) == ["SR107", "SR103"]


def test_either_sign_of_a_pair_can_allow_a_finding(load: LoadText) -> None:
    report = check(load, "    allow: [SR103]\n")
    assert codes(report) == ["SR107"]
    assert [finding.diagnostic.code for finding in report.excluded] == ["SR103"]


def test_a_file_can_exclude_findings_about_signs_and_pictograms(
    load: LoadText, write: WriteFile
) -> None:
    exclusions = load_exclusions(
        write(
            "exclusions.yaml",
            """\
            version: 1
            exclusions:
              - {code: SR103, sign: de.1, reason: told apart by their place}
              - {code: SR107, pictogram: deer, reason: used from the next release on}
            """,
        )
    )
    report = check(load, exclusions=exclusions)
    assert codes(report) == []
    assert len(report.excluded) == 2


def test_exclusions_that_exclude_nothing_are_told(load: LoadText, write: WriteFile) -> None:
    path = write(
        "exclusions.yaml",
        """\
        version: 1
        exclusions:
          - {code: SR102, sign: de.1, reason: it was masked once}
          - {code: SR999, sign: de.1, reason: it never was}
        """,
    )
    report = check(load, "    allow: [SR101, SR103]\n", load_exclusions(path))
    assert messages(report) == [
        "no sign uses the pictogram `deer`",
        "the exclusion of SR101 for the sign `de.2` excludes nothing",
        "the exclusion of SR102 for the sign `de.1` excludes nothing",
        "there is no check `SR999` that could be excluded",
    ]


def test_what_a_sign_allows_in_vain_is_told_where_it_stands(load: LoadText) -> None:
    catalogue = load(OVERLAPPING.format(allow="    allow:\n      - SR101\n"))
    report = run_checks(Subject(catalogue), [BY_CODE["SR101"], BY_CODE["SR118"]])
    (finding,) = report.findings
    line = finding.diagnostic.position.line
    assert catalogue.file.read_text().splitlines()[line - 1].strip() == "- SR101"


def test_exclusions_of_checks_that_did_not_run_are_left_alone(load: LoadText) -> None:
    catalogue = load(OVERLAPPING.format(allow="    allow: [SR102, SR106]\n"))
    checks = [BY_CODE["SR106"], BY_CODE["SR118"]]
    report = run_checks(Subject(catalogue), checks)
    assert codes(report) == []
    assert [check.code for check, _ in report.skipped] == ["SR106"]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{code: SR103, sign: de.1}", r":3:5: error SR007 missing-key: .* no `reason`"),
        ("{code: SR103, reason: x}", "SR007 missing-key"),
        ("{code: SR103, sign: de.1, pictogram: deer, reason: x}", "SR016 conflicting-keys"),
        ("{code: overlap, sign: de.1, reason: x}", "SR010 invalid-value: `overlap`"),
        ("{code: SR103, signs: de.1, reason: x}", "did you mean `sign`"),
        ("{code: 103, sign: de.1, reason: x}", r"(?s)expected: the code of a check[^=]*$"),
    ],
)
def test_a_file_of_exclusions_is_read_as_strictly_as_a_rule_file(
    write: WriteFile, entry: str, problem: str
) -> None:
    path = write("exclusions.yaml", f"version: 1\nexclusions:\n  - {entry}\n")
    with pytest.raises(CatalogueError, match=problem):
        load_exclusions(path)
