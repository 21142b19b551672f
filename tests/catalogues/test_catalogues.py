"""The catalogues that are shipped: they load, are complete, and fit the data sets they serve."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from recognizer.cli.main import main
from rules import Alternative, Catalogue, TextSet, load_catalogue

ROOT = Path(__file__).parents[2]
GERMANY, BELGIUM, UNITED_STATES = "signs.yaml", "catalogues/be.yaml", "catalogues/us.yaml"
COUNTRIES = {GERMANY: "DE", BELGIUM: "BE", UNITED_STATES: "US"}
LANGUAGES = {
    GERMANY: ("en", "de"),
    BELGIUM: ("en", "de", "fr", "nl"),
    UNITED_STATES: ("en", "de"),
}
SAME_NAME = {"Fußgängerüberweg", "Passage pour cyclistes", "Oversteekplaats voor fietsers"}
"""A crossing and the warning of one: the law calls both the same."""
ANSWER = re.compile(r"(?P<id>[^\[\]]+)(?:\[(?P<value>[^\[\]]+)\])?")


@pytest.fixture(scope="module", params=COUNTRIES)
def file(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def catalogue(file: str) -> Catalogue:
    return load_catalogue(ROOT / file)


def classes_of(label_file: str) -> dict[str, str | None]:
    content = yaml.safe_load((ROOT / "labels" / label_file).read_text("utf-8"))
    assert content["version"] == 1
    classes: dict[str, str | None] = content["classes"]
    return classes


def can_hold_together(a: Alternative, b: Alternative) -> bool:
    """Whether some attribute values and some pictogram fulfil both."""
    for attribute in a.conditions.keys() & b.conditions.keys():
        if (a.conditions[attribute].values & b.conditions[attribute].values).is_empty:  # type: ignore[operator]
            return False
    if a.pictogram and b.pictogram:
        return not set(a.pictograms).isdisjoint(b.pictograms)
    return True


def test_every_sign_is_of_the_country_of_its_catalogue(file: str, catalogue: Catalogue) -> None:
    country = COUNTRIES[file]
    assert catalogue.country == country
    for sign in catalogue.signs:
        assert sign.country == country, sign.id
        assert sign.id.startswith(f"{country.lower()}."), sign.id


def test_every_sign_has_a_name_in_every_language(file: str, catalogue: Catalogue) -> None:
    missing = [
        (sign.id, language)
        for sign in catalogue.signs
        for language in LANGUAGES[file]
        if not sign.names.get(language)
    ]
    assert not missing


def test_no_two_signs_share_a_name(file: str, catalogue: Catalogue) -> None:
    for language in LANGUAGES[file]:
        names = Counter(sign.names[language] for sign in catalogue.signs)
        assert {name for name, count in names.items() if count > 1} <= SAME_NAME


def test_every_sign_has_a_rule_that_can_hold(catalogue: Catalogue) -> None:
    for sign in catalogue.signs:
        assert sign.alternatives, sign.id
        assert not any(alternative.is_empty for alternative in sign.alternatives), sign.id


def test_signs_without_different_pictograms_share_no_attributes(catalogue: Catalogue) -> None:
    overlapping = [
        (one.id, other.id)
        for one, other in combinations(catalogue.signs, 2)
        if one.priority == other.priority
        and any(can_hold_together(a, b) for a in one.alternatives for b in other.alternatives)
    ]
    assert not overlapping


def test_every_pictogram_of_the_file_itself_is_used(file: str, catalogue: Catalogue) -> None:
    used = {p for sign in catalogue.signs for a in sign.alternatives for p in a.pictograms}
    own = {
        name
        for name, pictogram in catalogue.pictograms.items()
        if Path(pictogram.position.file).resolve() == (ROOT / file).resolve()
    }
    assert own <= used


@pytest.mark.parametrize(("file", "least"), [(GERMANY, 140), (BELGIUM, 62), (UNITED_STATES, 75)])
def test_number_of_signs(file: str, least: int) -> None:
    assert len(load_catalogue(ROOT / file).signs) >= least


def test_sixty_signs_are_beyond_gtsrb() -> None:
    in_gtsrb = {matched["id"] for matched in answers("gtsrb.yaml")}
    others = [s for s in load_catalogue(ROOT / GERMANY).signs if s.id not in in_gtsrb]
    assert len(others) >= 65


def answers(label_file: str) -> Iterator[re.Match[str]]:
    for answer in classes_of(label_file).values():
        matched = ANSWER.fullmatch(answer or "")
        assert matched, answer
        yield matched


@pytest.mark.parametrize(
    ("label_file", "file", "count"),
    [("gtsrb.yaml", GERMANY, 43), ("btsc.yaml", BELGIUM, 62)],
)
def test_every_class_of_the_data_set_is_a_sign_of_the_catalogue(
    label_file: str, file: str, count: int
) -> None:
    assert list(classes_of(label_file)) == [f"{number:05d}" for number in range(count)]
    catalogue = load_catalogue(ROOT / file)
    for matched in answers(label_file):
        sign = catalogue.by_id[matched["id"]]
        assert sign.alternatives
        if matched["value"]:
            texts = [a.conditions["text"].values for a in sign.alternatives]
            assert sign.value is not None
            assert any(isinstance(t, TextSet) and matched["value"] in t for t in texts)


def test_no_two_classes_of_a_data_set_are_the_same_sign() -> None:
    for label_file in ("gtsrb.yaml", "btsc.yaml"):
        assert max(Counter(classes_of(label_file).values()).values()) == 1


@pytest.mark.parametrize("limit", range(5, 135, 5))
def test_one_rule_covers_every_speed_limit(limit: int) -> None:
    (alternative,) = load_catalogue(ROOT / GERMANY).by_id["de.274"].alternatives
    assert str(limit) in alternative.conditions["text"].values  # type: ignore[operator]


@pytest.mark.parametrize("text", ["0", "3", "42", "135", "140", "5.5", "050", "", "STOP"])
def test_other_texts_are_no_speed_limit(text: str) -> None:
    (alternative,) = load_catalogue(ROOT / GERMANY).by_id["de.274"].alternatives
    assert text not in alternative.conditions["text"].values  # type: ignore[operator]


def test_pictograms_are_shared_across_plates_and_countries() -> None:
    def signs_with(pictogram: str, file: str) -> set[str]:
        return {
            sign.id
            for sign in load_catalogue(ROOT / file).signs
            if any(pictogram in a.pictograms for a in sign.alternatives)
        }

    assert signs_with("deer", GERMANY) == {"de.142-10"}
    assert signs_with("deer", UNITED_STATES) == {"us.W11-3"}
    assert signs_with("bicycle", GERMANY) >= {"de.138-10", "de.237", "de.254", "de.244.1"}
    assert signs_with("bicycle", BELGIUM) == {"be.C11", "be.D7"}


@pytest.mark.parametrize(("file", "least"), [(GERMANY, 25), (BELGIUM, 10)])
def test_the_tests_beside_a_catalogue_hold(
    file: str, least: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["test", str(ROOT / file)]) == 0
    counted = re.search(r"(\d+) tests: (\d+) passed", capsys.readouterr().out)
    assert counted
    assert int(counted[2]) >= least
