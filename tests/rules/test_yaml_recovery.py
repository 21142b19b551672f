"""Every entry of a file that is no YAML is told of, and no entry that is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.diagnostics import LoadError
from rules.yaml_positions import UnusableYamlError, compose
from rules.yaml_recovery import compose_or_tell_all, without_entry

RIGHT = "    when: {shape: circle, border: [red, blue]}"
WRONG = (
    "    when: {shape: circle",
    "    when: {border: [red, blue}",
    '    text: "STOP',
    "    when: {shape: circle}}",
    "    when",
    "   when: none",
)


def mistakes_of(text: str) -> list[tuple[LoadError, int]]:
    found: list[tuple[LoadError, int]] = []
    with pytest.raises(UnusableYamlError):
        compose_or_tell_all(text, lambda code, _, node, **__: found.append((code, node.line)))
    return found


@given(
    entries=st.lists(st.sampled_from((RIGHT, *WRONG)), min_size=1, max_size=9).filter(
        lambda entries: set(entries) != {RIGHT}
    ),
    margin=st.sampled_from(["", "  "]),
)
def test_each_entry_that_is_no_yaml_is_told_of_once(entries: list[str], margin: str) -> None:
    lines = ["version: 1", "# a comment: [", "signs:"]
    wrong = []
    for number, entry in enumerate(entries):
        lines += [f"{margin}- id: de.{number}", margin + entry.replace("    ", "  ", 1)]
        wrong += [len(lines)] if entry != RIGHT else []
    found = mistakes_of("\n".join(lines) + "\n")
    assert [code for code, _ in found] == [LoadError.YAML_SYNTAX] * len(wrong)
    # A quote that is never closed ends at the next one, so of two the second is told of first.
    told = sorted(line for _, line in found)
    assert all(line - 1 <= place <= line + 1 for line, place in zip(wrong, told, strict=True))


def test_what_is_no_mistake_of_syntax_is_told_of_the_part_above_the_first_alone() -> None:
    twice = "  - {id: de.1, id: de.2}\n"
    found = mistakes_of(f"signs:\n{twice}  - {{id: de.3\n{twice}  - {{id: de.4\n")
    assert found == [
        (LoadError.DUPLICATE_KEY, 2),
        (LoadError.YAML_SYNTAX, 3),
        (LoadError.YAML_SYNTAX, 5),
    ]


@pytest.mark.parametrize("beginning", ["}", "a sign", "- x: ["])
def test_what_is_wrong_with_the_top_level_is_told_once(beginning: str) -> None:
    text = f"{beginning}\nversion: 1\nsigns:\n  - id: de.1\n    when: {{}}\n  - id: de.2\n"
    assert len(mistakes_of(text)) == 1


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (1, None),
        (2, None),
        (4, "version: 1\nfaces:\n\n\n\n  disc: {}\nsigns:\n- id: a\n"),
        (6, "version: 1\nfaces:\n  ring: {\n    shape: circle\n  }\n\nsigns:\n- id: a\n"),
        (8, "version: 1\nfaces:\n  ring: {\n    shape: circle\n  }\n  disc: {}\nsigns:\n\n"),
    ],
)
def test_an_entry_is_left_blank_with_all_its_lines(line: int, left: str | None) -> None:
    text = "version: 1\nfaces:\n  ring: {\n    shape: circle\n  }\n  disc: {}\nsigns:\n- id: a\n"
    assert without_entry(text, line) == left


@given(st.text("a-:{}[]'\" \n#", max_size=60), st.integers(1, 70))
def test_any_text_keeps_its_other_lines(text: str, line: int) -> None:
    left = without_entry(text, line)
    before, after = text.split("\n"), (left or "").split("\n")
    if left is None:
        return
    assert len(before) == len(after)
    assert all(b == a or not a for b, a in zip(before, after, strict=True))
    assert not after[min(line, len(after)) - 1]


def test_a_right_text_is_composed_as_ever() -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    assert compose_or_tell_all("signs: [a]\n", refuse) == compose("signs: [a]\n", refuse)
