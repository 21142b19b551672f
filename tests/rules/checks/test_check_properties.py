"""The checks are exact: they say what trying every assignment of attributes says.

The reference knows nothing of boxes. It reads the rules as they stand in the file and tries all
assignments of a small world, in which every value that a rule can tell apart occurs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, product
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from attributes.vocabulary import BAR
from rules import Severity, load_catalogue
from rules.checks import BY_CODE, Finding, Subject, run_checks

Rule = dict[str, Any]
Sign = dict[str, Any]
Assignment = Mapping[str, Any]

# Of each attribute the values that rules may name, and one more that stands for all others; of
# the legend the sets of such colours.
WORLD: dict[str, list[Any]] = {
    "shape": ["circle", "square", "other"],
    "bar": ["none", "slash", "cross"],
    "legend": [frozenset(c) for n in range(4) for c in combinations(("red", "black", "white"), n)],
    "text": ["", "10", "10.0", "10.00", "20", "20.0", "STOP", "X9"],
    "pictogram": ["deer", "cow", ""],
}
ASSIGNMENTS = [dict(zip(WORLD, values, strict=True)) for values in product(*WORLD.values())]


# The reference


def holds(rule: Rule, seen: Assignment) -> bool:
    """Whether a crop that shows ``seen`` fulfils a rule."""
    return all(
        any(holds(way, seen) for way in condition)
        if key == "any"
        else fulfils(key, condition, seen["text" if key == "digits" else key])
        for key, condition in rule.items()
    )


def fulfils(key: str, condition: Any, value: Any) -> bool:
    if key == "legend":
        return fulfils_legend(condition, value)
    if isinstance(condition, dict):
        return not fulfils(key, condition["not"], value)
    if isinstance(condition, list):
        return any(fulfils(key, item, value) for item in condition)
    if key == "text" and condition == "any":
        return bool(value)
    if key in ("text", "digits") and condition == "none":
        return not value
    if key == "digits":
        return value.replace(".", "").isdecimal() and float(value) == condition
    return str(condition) == value


def fulfils_legend(condition: Any, colours: frozenset[str]) -> bool:
    if isinstance(condition, dict) and "all" in condition:
        return colours.issuperset(condition["all"])
    if isinstance(condition, dict) and "only" in condition:
        return bool(colours) and colours.issubset(condition["only"])
    if isinstance(condition, dict):
        return not fulfils_legend(condition["not"], colours)
    wanted = condition if isinstance(condition, list) else [condition]
    return any((not colours) if w == "none" else w in colours for w in wanted)


def compete(one: Sign, other: Sign) -> bool:
    return None in (one["country"], other["country"]) or one["country"] == other["country"]


def overlapping(signs: list[Sign]) -> set[frozenset[str]]:
    return {
        frozenset((one["id"], other["id"]))
        for one, other in combinations(signs, 2)
        if one["priority"] == other["priority"]
        and compete(one, other)
        and any(holds(one["when"], a) and holds(other["when"], a) for a in ASSIGNMENTS)
    }


def is_won_by_others(sign: Sign, seen: Assignment, signs: list[Sign]) -> bool:
    """Whether, in every country where the sign is used, another one wins."""
    stronger = [s for s in signs if s["priority"] > sign["priority"] and holds(s["when"], seen)]
    countries = {s["country"] for s in signs} - {None} or {None}
    return all(
        any(s["country"] in (None, country) for s in stronger)
        for country in ({sign["country"]} if sign["country"] else countries)
    )


def masked(signs: list[Sign]) -> set[str]:
    found = set()
    for sign in signs:
        where = [a for a in ASSIGNMENTS if holds(sign["when"], a)]
        if where and all(is_won_by_others(sign, a, signs) for a in where):
            found.add(sign["id"])
    return found


def lost_values(sign: Sign, signs: list[Sign]) -> tuple[set[str], set[str]]:
    """Texts with which the sign never wins, and those with which it may."""
    where = [a for a in ASSIGNMENTS if holds(sign["when"], a)]
    reachable = {a["text"] for a in where if not is_won_by_others(sign, a, signs)}
    return {a["text"] for a in where} - reachable, reachable


# Catalogues at random


def condition(key: str, values: list[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)
    negated = several.map(lambda items: {"not": items})
    if key == "digits":
        return st.one_of(several, negated)
    if key != "legend":
        return st.one_of(st.sampled_from(values), several, negated)
    coloured = several.map(lambda items: [i for i in items if i != "none"] or ["red"])
    forms = st.sampled_from(["all", "only"])
    described = st.tuples(forms, coloured).map(lambda pair: {pair[0]: pair[1]})
    return st.one_of(several, negated, described)


CONDITIONS = {
    "shape": condition("shape", ["circle", "square"]),
    "bar": condition("bar", ["slash", "cross"]),
    "legend": condition("legend", ["red", "black", "none"]),
    "text": st.one_of(st.just("any"), condition("text", ["none", "STOP", "10", "10.0"])),
    "pictogram": st.one_of(st.sampled_from(["deer", "cow"]), st.just(["deer", "cow"])),
}
FLAT_RULES = st.one_of(
    st.fixed_dictionaries({}, optional=CONDITIONS),
    st.fixed_dictionaries(
        {"digits": condition("digits", [10, 20, "none"])},
        optional={key: CONDITIONS[key] for key in CONDITIONS if key != "text"},
    ),
)
# Conditions may not be empty; but they may hold for everything, as these do.
ANYTHING: Rule = {"bar": list(BAR.values)}
WAYS = FLAT_RULES.map(lambda rule: rule or dict(ANYTHING))
RULES = st.one_of(
    WAYS,
    st.tuples(FLAT_RULES, st.lists(WAYS, min_size=1, max_size=2)).map(
        lambda pair: {**pair[0], "any": pair[1]}
    ),
)


@st.composite
def catalogues(draw: st.DrawFn) -> list[Sign]:
    signs = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "when": RULES,
                    "priority": st.integers(0, 2),
                    "country": st.sampled_from([None, None, "DE", "FR"]),
                }
            ),
            min_size=1,
            max_size=5,
        )
    )
    return [{"id": f"xx.{number}", **sign} for number, sign in enumerate(signs)]


def subject(signs: list[Sign], value: bool = False) -> Subject:
    content = {
        "version": 1,
        "pictograms": {name: {"artwork": [f"made:{name}"]} for name in ("deer", "cow")},
        "signs": [
            {
                **{key: entry for key, entry in sign.items() if entry is not None},
                "name": {"en": "x"},
                **({"value": {"from": "text"}} if value else {}),
            }
            for sign in signs
        ],
    }
    return Subject(load_catalogue("x.yaml", overlay={Path("x.yaml"): json.dumps(content)}))


def findings(code: str, signs: list[Sign], **options: bool) -> tuple[Finding, ...]:
    return run_checks(subject(signs, **options), [BY_CODE[code]]).findings


def completions(finding: Finding) -> Iterator[Assignment]:
    """The witness with anything for what it leaves open."""
    assert finding.witness is not None
    said = dict(finding.witness.values)
    # Naming no pictogram means one that the catalogue does not name.
    said.setdefault("pictogram", "")
    free = {key: values for key, values in WORLD.items() if key not in said}
    for values in product(*free.values()):
        yield {**said, **dict(zip(free, values, strict=True))}


def exact(check: Callable[..., None]) -> Callable[..., None]:
    return settings(max_examples=100, deadline=None)(given(catalogues())(check))


@exact
def test_overlap_is_reported_if_and_only_if_an_assignment_fulfils_both_rules(
    signs: list[Sign],
) -> None:
    reported = findings("SR103", signs)
    assert {frozenset(finding.signs) for finding in reported} == overlapping(signs)
    rules = {sign["id"]: sign["when"] for sign in signs}
    for finding in reported:
        for seen in completions(finding):
            assert all(holds(rules[name], seen) for name in finding.signs)


@exact
def test_the_order_of_signs_does_not_matter(signs: list[Sign]) -> None:
    def verdicts(order: list[Sign]) -> set[tuple[str, frozenset[str]]]:
        return {
            # Of several signs that mask one, any that suffice may be named.
            (code, frozenset(finding.signs[:1] if code == "SR102" else finding.signs))
            for code in ("SR101", "SR102", "SR103")
            for finding in findings(code, order)
        }

    assert verdicts(signs) == verdicts(signs[::-1])


@exact
def test_a_sign_is_masked_if_and_only_if_others_win_all_that_it_fits(signs: list[Sign]) -> None:
    reported = findings("SR102", signs)
    assert {finding.signs[0] for finding in reported} == masked(signs)
    rules = {sign["id"]: sign["when"] for sign in signs}
    for finding in reported:
        loser, *winners = finding.signs
        for seen in completions(finding):
            assert holds(rules[loser], seen)
            assert any(holds(rules[name], seen) for name in winners)


@exact
def test_a_sign_is_contradictory_if_and_only_if_nothing_fulfils_it(signs: list[Sign]) -> None:
    never = {s["id"] for s in signs if not any(holds(s["when"], a) for a in ASSIGNMENTS)}
    reported = findings("SR101", signs)
    errors = {f.signs[0] for f in reported if f.diagnostic.severity is Severity.ERROR}
    assert errors == never


@exact
def test_a_value_is_unreachable_if_and_only_if_others_win_all_that_has_it(
    signs: list[Sign],
) -> None:
    for sign in signs:  # A value needs a condition on the text in every alternative.
        text = {key: sign["when"].pop(key) for key in ("text", "digits") if key in sign["when"]}
        for way in sign["when"].get("any", ()):
            for key in ("text", "digits"):
                way.pop(key, None)
            if not way:
                way.update(ANYTHING)
        sign["when"].update(text or {"text": ["none", "10", "20", "STOP"]})
    reported = {f.signs[0]: f.diagnostic.message for f in findings("SR104", signs, value=True)}
    for sign in signs:
        lost, reachable = lost_values(sign, signs)
        assert (sign["id"] in reported) == bool(lost and reachable)
        for text_lost in lost - {"", "X9"} if reachable else ():
            told = reported[sign["id"]]
            assert f"`{text_lost}`" in told or "any other than" in told
