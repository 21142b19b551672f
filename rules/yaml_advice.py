"""What to tell of text that is no valid YAML, or that YAML takes for something else."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from attributes.vocabulary import DIGITS_NAME, TEXT
from rules.condition_schema import Conditions
from rules.diagnostics import quote

_CHECK: Final = "check indentation, colons, brackets and quotes here and one line above"
_IN_BRACKETS: Final = ("while parsing a flow mapping", "while parsing a flow sequence")
_VALUE: Final = re.compile(r"[a-z][a-z0-9_-]*")
"""What may be the value of a condition, or the name of a pictogram."""
_WITH_SEVERAL: Final = frozenset((*Conditions.model_fields, "not", "only", "all"))
"""Keys of conditions, whose value may be a list."""
PLACEHOLDERS: Final = tuple(f"{{{name}}}" for name in (DIGITS_NAME, TEXT.name))
"""What stands in a name for what is read."""
_QUOTES_FOR_BRACKETS: Final = (
    'quotes go around a text that has a bracket in it, as in `"Limit {digits}"` or '
    '`"de.274[50]"`; between two entries stands a comma'
)
_WIDE: Final = dict(zip("：，｛［“”„‘＂＇", ':,{["""\'"\'', strict=True))
"""What keyboards and word processors make of the characters of YAML -> those."""
_WIDE_COLON: Final = re.compile(r"(?:^|[{,]) *(?:- +)*[A-Za-z][\w-]*(?P<colon>：)")
_WIDE_IN_PLACE: Final = re.compile(
    rf"{_WIDE_COLON.pattern}"
    r"|(?P<comma>，) *[A-Za-z][\w-]*:"
    r"|(?::|- |[\[,]) *(?P<start>[｛［“”„‘＂＇])"
)
"""Where a key ends, another begins, and a value begins; in a text any character may stand."""
_KEY: Final = re.compile(r"[A-Za-z][\w-]*:")
"""A key of a mapping, with its colon."""
_GLUED: Final = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)([:=：＝])(?!//)([\u00a0\u3000]?)(\S+)")
"""A key and its value, which without a blank between them are one word; but not an address."""

Place = tuple[int, int]
"""Line and column, from 1."""


@dataclass(frozen=True)
class SyntaxMistake:
    """Why a text is no YAML.

    Attributes:
        problem: what is wrong.
        place: where; if something is not closed, where it opens.
        advice: what to do.
        noticed: where the parser stumbled over it, if that is another place.
    """

    problem: str
    place: Place | None
    advice: str = _CHECK
    noticed: Place | None = None


def syntax_mistake(
    error: yaml.MarkedYAMLError, lines: Sequence[str], open_bracket: Place | None
) -> SyntaxMistake:
    """What to tell of an error of PyYAML.

    Args:
        error: the error.
        lines: those of the text.
        open_bracket: where the innermost bracket stands that is still open; None if none is.
    """
    opened, noticed = place_of(error.context_mark), place_of(error.problem_mark)
    context, problem = error.context or "", error.problem or "unreadable"
    if context == "while scanning a quoted scalar" and problem.startswith("found unexpected"):
        advice = "end the text with the quote that begins it, `\"` or `'`"
        return SyntaxMistake("the quote that opens here is never closed", opened, advice)
    if context == "while scanning a simple key":
        return SyntaxMistake("no colon follows this key", opened, "write `key: value`")
    bracket = opened if context in _IN_BRACKETS else open_bracket
    # A bracket on the same line has been seen; the place of the problem says more.
    if bracket and noticed and noticed[0] > bracket[0]:
        return SyntaxMistake(
            "the bracket that opens here is not closed, or lacks a comma",
            bracket,
            "close it, or add the comma or quote that is missing before the place of the note",
            noticed,
        )
    where = noticed or opened
    better = _advice_on_line(lines, where, in_brackets=bracket is not None) if where else None
    if better is None and where and "'-' indicator" in problem:
        better = _advice_on_dash(lines, where)
    return SyntaxMistake(f"{problem} {context}".rstrip(), where, better or _CHECK)


def _advice_on_line(lines: Sequence[str], where: Place, *, in_brackets: bool) -> str | None:
    """What to do about what stands at the place of a problem, or before it; None if unknown."""
    line, column = where
    here = lines[line - 1] if line <= len(lines) else ""
    wide = _WIDE_IN_PLACE.search(here[:column])
    if wide is None and line > 1:  # A line above without a colon is no key, but may well be text.
        wide = _WIDE_COLON.search(lines[line - 2])
    if wide is not None and wide.lastgroup is not None:
        looks = wide[wide.lastgroup]
        return f"{quote(looks)} means nothing to YAML; write {quote(_WIDE[looks])}"
    if here[column - 1 : column] == "\t":
        return "a tab stands here; let your editor insert spaces instead of tabs"
    if in_brackets and here[column - 1 : column] == ":":
        return "between two entries stands a comma; quotes go around a text that has a colon in it"
    opens = in_brackets and here[column - 1 : column] in ("{", "[")
    if opens or here[: column - 1].rstrip().endswith(PLACEHOLDERS):
        return _QUOTES_FOR_BRACKETS
    return None


def _advice_on_dash(lines: Sequence[str], where: Place) -> str | None:
    """What to do about a key that stands where the next entry of a list is expected."""
    line, column = where
    key = _KEY.match(lines[line - 1][column - 1 :]) if line <= len(lines) else None
    if key is None:
        return None
    return (
        "if another entry of the list begins here, put its dash before it: "
        f"{quote(f'- {key[0]}')}; if not, indent it as the lines above"
    )


def advice_without_value(
    key: str,
    *,
    number_before: str | None,
    entry_before: tuple[str, str] | None,
    after_comma: bool,
    allow_null: bool,
    is_placeholder: bool = False,
) -> str:
    """What to do about a key that has no value.

    Args:
        key: the key.
        number_before: the number of which only a comma separates it, if there is one.
        entry_before: the key and the word before it on the same line, if there are any.
        after_comma: whether a comma stands before it, on the same line, and no colon after it: then
            it may be no key at all.
        allow_null: whether ``null`` is a value here.
        is_placeholder: whether it stands alone in braces, as a placeholder of a name does.
    """
    if is_placeholder:
        return f'quotes go around a text that has a placeholder in it, as in `"{{{key}}} km/h"`'
    if number_before is not None and key.isdecimal():
        return advice_for_decimal(number_before, key)
    if glued := advice_if_glued(key):
        return glued
    first, word = entry_before or ("", "")
    if after_comma and first in _WITH_SEVERAL and _is_value(key):
        return (
            "give it a value; several values stand in brackets: "
            f"{quote(f'{first}: [{word}, {key}]')}; quotes go around a text that has a comma in it"
        )
    if after_comma:
        return "give it a value, or put quotes around the whole text if the comma is part of one"
    return "give it a value, or `null` for none" if allow_null else "give it a value or remove it"


def _is_value(word: str) -> bool:
    """Whether a word may be the value of a condition: a key of conditions only lacks its own."""
    return word not in Conditions.model_fields and _VALUE.fullmatch(word) is not None


def advice_for_decimal(whole: str, decimals: str) -> str:
    """What to do about a number with a comma instead of a point."""
    return f"write decimals with a point: {quote(f'{whole}.{decimals}')}"


def advice_if_glued(text: str, keys: Collection[str] | None = None) -> str | None:
    """What to do about a key and a value that are one word; None if ``text`` is no such word.

    Args:
        text: the word.
        keys: the keys that can be meant; any if not given.
    """
    glued = _GLUED.fullmatch(text)
    if not glued or (keys is not None and glued[1] not in keys):
        return None
    if glued[2] != ":":
        lacking = "a key ends with a colon"
    elif glued[3]:
        lacking = (
            f"the character U+{ord(glued[3]):04X} after the colon looks like a blank and is none"
        )
    else:
        lacking = "a blank is missing after the colon"
    return f"{lacking}: {quote(f'{glued[1]}: {glued[4]}')}"


def place_of(mark: Any) -> Place | None:
    """The place that a mark of PyYAML stands for."""
    return (mark.line + 1, mark.column + 1) if mark else None
