"""How to write what stands in a rule file in the wrong form: text to copy."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Final

from attributes.vocabulary import DIGITS_NAME, TEXT
from rules.conditions import CONDITION_KEYS
from rules.diagnostics import quote
from rules.yaml_advice import advice_for_decimal
from rules.yaml_positions import (
    MAX_NUMBER_LENGTH,
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
    resolve,
)

_NUMERAL: Final = re.compile(r"[+-]?(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""What people write for a number, in whatever notation."""
_DECIMAL_COMMA: Final = re.compile(r"([0-9]+),([0-9]+)")
_WITH_UNIT: Final = re.compile(r"([0-9]+(?:[.,][0-9]+)?) ?[^\W\d_](?:[^\W\d_]|/)*")
_RANGE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(?:-|–|\.\.\.?|to) ?([0-9]+(?:\.[0-9]+)?)")
_PADDED: Final = re.compile(r"0+([1-9][0-9]*|0)")
_PLAIN: Final = re.compile(r"[\w./](?:[\w ./*+-]*[\w./*+-])?")
"""Text that needs no quotes anywhere, if it is not a number or truth value."""

ABOUT_PICTOGRAM: Final = (
    "`pictogram` takes names from `pictograms:`; that a sign has none, any, or not this one cannot "
    "be asked for: leave the condition out"
)
"""What to tell of ``none``, ``any`` or ``{not: …}`` as a pictogram."""


def looks_like_number(text: str) -> bool:
    """Whether ``text`` is a number to whoever wrote it, though perhaps not to YAML."""
    return _NUMERAL.fullmatch(text) is not None


def as_number(text: str, max_length: int = MAX_NUMBER_LENGTH) -> str | None:
    """How to write a number that is text in the file; None if it is not even meant as one.

    Args:
        text: the text.
        max_length: most characters that the number may have where it stands.
    """
    decimal = _DECIMAL_COMMA.fullmatch(text)
    if decimal:
        return advice_for_decimal(decimal[1], decimal[2])
    if with_unit := _WITH_UNIT.fullmatch(text):
        number = with_unit[1].replace(",", ".")
        return f"write the number alone: {number}; the unit is part of {quote('value:')}"
    if not looks_like_number(text):
        return None
    if padded := _PADDED.fullmatch(text):
        return f"write {padded[1]}"
    if isinstance(resolve(text), str):
        return f"write it in plain digits, {max_length} characters at most"
    return f"drop the quotes: {text}"


def as_range(text: str) -> str | None:
    """How to write all numbers from one to another; None if ``text`` is no two numbers."""
    ends = _RANGE.fullmatch(text)
    return f"write a range as {quote(f'{{min: {ends[1]}, max: {ends[2]}}}')}" if ends else None


def as_text(text: str) -> str | None:
    """How to write letters that stand where a number is expected; None if no sign shows them."""
    is_on_signs = text.isupper() and TEXT.can_spell(text)
    return f"for letters write {quote(f'{TEXT.name}: {json.dumps(text)}')}" if is_on_signs else None


def as_list(node: Node) -> str | None:
    """How to write a list of what stands where one is expected."""
    if isinstance(node, MappingNode):
        return "begin each entry of the list with `- `"
    is_text = isinstance(node, Scalar) and isinstance(node.value, str)
    return f"write {quote(f'[{_written(node)}]')}" if is_text else None


def as_mapping(node: Node, key: str) -> str | None:
    """How to write a mapping with ``key`` of a text that stands where one is expected."""
    if not isinstance(node, Scalar):
        return None
    is_text = isinstance(node.value, str)
    written = _written(node) if is_text else json.dumps(node.text, ensure_ascii=False)
    return f"write {quote(f'{{{key}: {written}}}')}"


def as_value(node: Scalar) -> str:
    """How to write where the value comes from, of a text that stands in its place."""
    if node.text in (DIGITS_NAME, TEXT.name):
        return f"write {quote(f'{{from: {node.text}}}')}"
    is_number = looks_like_number(node.text)
    unit = "" if is_number else f", unit: {_written(node)}"
    return f"write {quote(f'{{from: {DIGITS_NAME}{unit}}}')}"


def as_exemplars(node: Node) -> str | None:
    """How to write a pictogram of the pictures or artwork that stand in its place."""
    written = _written(node)
    if written is None:
        return None
    key = "artwork" if ":" in written else "exemplars"
    listed = written if isinstance(node, SequenceNode) else f"[{written}]"
    return f"write {quote(f'{{{key}: {listed}}}')}"


def as_several(text: str, allowed: Collection[str]) -> str | None:
    """How to write several values, or all but one, that stand as one text; None if neither."""
    negated = text.removeprefix("not ")
    if negated != text and negated in allowed:
        return f"write {quote(f'{{not: {negated}}}')}"
    parts = re.split(r" *, *| or | and ", text)
    if len(parts) == 1 or not all(part in allowed for part in parts):
        return None
    written = ", ".join(parts)
    return f"several values are a list: {quote(f'[{written}]')}"


def as_negation(node: Node | None) -> str:
    """How to write ``not: {shape: circle}``, of which ``node`` is the value."""
    entries = node.entries if isinstance(node, MappingNode) else {}
    if len(entries) == 1:
        ((key, (_, value)),) = entries.items()
        written = _written(value)
        if key in CONDITION_KEYS and written is not None:
            return f"write {quote(f'{key}: {{not: {written}}}')}"
    return "`not` stands below one attribute, as in `shape: {not: circle}`"


def _written(node: Node) -> str | None:
    """A text, number or list of such on one line; None for anything else."""
    if isinstance(node, SequenceNode):
        items = [_written(item) for item in node.items if isinstance(item, Scalar)]
        return f"[{', '.join(filter(None, items))}]" if len(items) == len(node.items) else None
    if isinstance(node, MappingNode):
        return None
    if not isinstance(node.value, str):
        return node.text
    is_plain = _PLAIN.fullmatch(node.text) and isinstance(resolve(node.text), str)
    return node.text if is_plain else json.dumps(node.text, ensure_ascii=False)
