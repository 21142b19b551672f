"""Test files: strict like rule files, and held against the catalogue."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest

from recognizer import Reason
from rules import CatalogueError, Expectation, expectations_path, load_catalogue, load_expectations
from rules.expectations import Reason as ReasonWord

FOLDER = Path(__file__).parent / "golden" / "expectations"


def load(path: Path, text: str) -> tuple[Expectation, ...]:
    path.write_text(text)
    return load_expectations(path, load_catalogue(FOLDER / "signs.yaml"))


def test_every_mistake_of_a_test_file_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    with pytest.raises(CatalogueError) as raised:
        load_expectations("mistakes.tests.yaml", load_catalogue("signs.yaml"))
    message = str(raised.value) + "\n"
    golden = FOLDER / "mistakes.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(message)
    assert message == golden.read_text()


@pytest.mark.parametrize(
    "text", ["", "tests: []", "version: 2\ntests: {}", "- a", "version: 1\n\0"]
)
def test_what_is_no_test_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(CatalogueError):
        load(tmp_path / "x.tests.yaml", text)


def test_the_top_level_of_a_test_file_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as raised:
        load(tmp_path / "x.tests.yaml", "- a")
    (told,) = raised.value.diagnostics
    assert told.message == "the top level of a test file must be a mapping"
    assert told.expected == "keys such as `version: 1` and `tests:`"


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("{attributes: {bar: none}, expect: [de.206, de.205]}", "wrong-type"),
        ("{attributes: {bar: none}, expect: de.206, not: de.205}", "conflicting-keys"),
        ("{picture: /stop.png, expect: de.206}", "invalid-value"),
    ],
)
def test_of_an_only_test_that_is_wrong_it_is_not_told_that_there_is_none(
    tmp_path: Path, test: str, told: str
) -> None:
    with pytest.raises(CatalogueError) as raised:
        load(tmp_path / "x.tests.yaml", f"version: 1\ntests:\n  - {test}\n")
    assert [finding.name for finding in raised.value.diagnostics] == [told]


def test_an_expectation_knows_its_place(tmp_path: Path) -> None:
    path = tmp_path / "x.tests.yaml"
    (only,) = load(
        path, "version: 1\ntests:\n  - {attributes: {digits: 50}, not: 'de.274[60]', todo: why}\n"
    )
    assert str(only.position) == f"{path}:3:5"
    assert only.attributes == {"digits": 50}
    assert (only.answer, only.negated, only.todo) == ("de.274[60]", True, "why")


@pytest.mark.parametrize(
    ("expected", "answer", "is_met"),
    [
        ("expect: de.274", ("de.274", "de.274[50]", None), True),
        ("expect: 'de.274[50]'", ("de.274", "de.274[50]", None), True),
        ("expect: 'de.274[60]'", ("de.274", "de.274[50]", None), False),
        ("expect: unknown", ("de.274", "de.274[50]", None), False),
        ("expect: unknown", (None, "unknown", "no_rule"), True),
        ("expect: unknown, reason: no_rule", (None, "unknown", "no_rule"), True),
        ("expect: unknown, reason: ambiguous", (None, "unknown", "no_rule"), False),
        ("not: de.274", ("de.274", "de.274[50]", None), False),
        ("not: 'de.274[60]'", ("de.274", "de.274[50]", None), True),
        ("not: de.274", (None, "unknown", "no_rule"), True),
        ("not: unknown", (None, "unknown", "no_rule"), False),
        ("not: unknown", ("de.274", "de.274[50]", None), True),
    ],
)
def test_what_meets_an_expectation(
    tmp_path: Path, expected: str, answer: tuple[str | None, str, str | None], is_met: bool
) -> None:
    text = f"version: 1\ntests:\n  - {{attributes: {{bar: none}}, {expected}}}\n"
    (expectation,) = load(tmp_path / "x.tests.yaml", text)
    assert expectation.is_met_by(*answer) is is_met


def test_a_known_gap_may_expect_a_value_that_no_rule_allows_yet(tmp_path: Path) -> None:
    text = "version: 1\ntests:\n  - {attributes: {digits: 51}, expect: 'de.274[51]', todo: why}\n"
    assert load(tmp_path / "x.tests.yaml", text)[0].answer == "de.274[51]"


@pytest.mark.parametrize("value", ["hello", "TOOLONGTEXT"])
def test_a_value_that_no_sign_can_show_is_refused(tmp_path: Path, value: str) -> None:
    rules, tests = tmp_path / "x.yaml", tmp_path / "x.tests.yaml"
    sign = "{id: de.1, name: {en: One}, when: {text: any}, value: {from: text}}"
    rules.write_text(f"version: 1\nsigns:\n  - {sign}\n")
    test = f"{{attributes: {{bar: none}}, expect: 'de.1[{value}]'}}"
    tests.write_text(f"version: 1\ntests:\n  - {test}\n")
    with pytest.raises(CatalogueError, match=f"the value of `de.1` is never `{value}`"):
        load_expectations(tests, load_catalogue(rules))


def test_another_spelling_of_a_number_is_told(tmp_path: Path) -> None:
    text = "version: 1\ntests:\n  - {attributes: {digits: 50}, expect: 'de.274[50.0]'}\n"
    with pytest.raises(CatalogueError, match=r"without zeros at its end: `de.274\[50\]`"):
        load(tmp_path / "x.tests.yaml", text)


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ("50.0", "a number is written without zeros at its end: `de.274[50]`"),
        ("61.50", "a number is written without zeros at its end: `de.274[61.5]`"),
        ("050", None),
        ("STOP", None),
    ],
)
@pytest.mark.parametrize("todo", ["", ", todo: why"])
def test_what_no_answer_spells_so_is_refused_under_not_too(
    tmp_path: Path, value: str, advice: str | None, todo: str
) -> None:
    test = f"{{attributes: {{digits: 50}}, not: 'de.274[{value}]'{todo}}}"
    with pytest.raises(CatalogueError) as raised:
        load(tmp_path / "x.tests.yaml", f"version: 1\ntests:\n  - {test}\n")
    (told,) = raised.value.diagnostics
    assert told.message == f"the value of `de.274` is never `{value}`"
    assert (told.position.line, told.suggestion) == (3, advice)


@pytest.mark.parametrize("value", ["50", "61", "3.5", "1000000"])
def test_a_number_may_not_be_answered_whether_the_rule_allows_it_or_not(
    tmp_path: Path, value: str
) -> None:
    text = f"version: 1\ntests:\n  - {{attributes: {{bar: none}}, not: 'de.274[{value}]'}}\n"
    assert load(tmp_path / "x.tests.yaml", text)[0].answer == f"de.274[{value}]"


def test_a_text_with_zeros_at_its_end_may_stand_under_not(tmp_path: Path) -> None:
    rules, tests = tmp_path / "x.yaml", tmp_path / "x.tests.yaml"
    sign = "{id: de.1, name: {en: One}, when: {text: any}, value: {from: text}}"
    rules.write_text(f"version: 1\nsigns:\n  - {sign}\n")
    tests.write_text("version: 1\ntests:\n  - {attributes: {bar: none}, not: 'de.1[5.0]'}\n")
    assert load_expectations(tests, load_catalogue(rules))[0].answer == "de.1[5.0]"


def test_a_test_file_without_tests_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="the test file has no tests"):
        load(tmp_path / "x.tests.yaml", "version: 1\n")


def test_a_picture_whose_name_is_too_long_is_not_there(tmp_path: Path) -> None:
    text = f"version: 1\ntests:\n  - {{picture: {'a' * 300}.png, expect: unknown}}\n"
    with pytest.raises(CatalogueError, match="there is no picture"):
        load(tmp_path / "x.tests.yaml", text)


def test_a_picture_that_is_meant_is_named(tmp_path: Path) -> None:
    (tmp_path / "stop.png").touch()
    text = "version: 1\ntests:\n  - {picture: stpo.png, expect: unknown}\n"
    with pytest.raises(CatalogueError, match=r"(?s):3:15: .*no picture `stpo.png`.*`stop.png`"):
        load(tmp_path / "x.tests.yaml", text)


def test_reasons_are_those_of_the_recognizer() -> None:
    # An unreadable picture is no answer but an error.
    assert {*get_args(ReasonWord), "unreadable"} == {reason.value for reason in Reason}


def test_tests_lie_beside_their_rules() -> None:
    assert expectations_path(Path("catalogues/be.yaml")) == Path("catalogues/be.tests.yaml")


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("expect: de.206, country: FR", "no country is called `FR`"),
        ("expect: de.206, country: AT", "`de.206` is a sign of DE"),
        ("not: de.206, country: AT", "`de.206` is a sign of DE"),
    ],
)
def test_a_country_is_one_that_the_sign_may_stand_in(tmp_path: Path, test: str, told: str) -> None:
    rules = tmp_path / "signs.yaml"
    rules.write_text(
        "version: 1\nsigns:\n"
        "  - {id: de.206, name: {en: Stop}, country: DE, when: {shape: octagon}}\n"
        "  - {id: at.1, name: {en: Stop}, country: AT, when: {shape: circle}}\n"
    )
    tests = tmp_path / "signs.tests.yaml"
    tests.write_text(f"version: 1\ntests:\n  - {{attributes: {{shape: octagon}}, {test}}}\n")
    with pytest.raises(CatalogueError) as raised:
        load_expectations(tests, load_catalogue(rules))
    assert told in str(raised.value)
