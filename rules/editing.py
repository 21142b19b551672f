"""Adding to a rule file without touching what stands there: comments, order and style stay.

Text is inserted, nothing is rewritten. Whatever the file looks like, the result is read again and
must hold what it held before and the new entry, or the edit is refused.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any, Final

from rules.yaml_positions import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
    compose,
    plain,
)

Value = Any
"""What YAML can hold: str, int, float, or a list or dict of values."""

_INDENT: Final = 2


class EditError(Exception):
    """The file is written in a way that text cannot be inserted into; nothing was changed."""


def add_sign(text: str, sign: Mapping[str, Value]) -> str:
    """The rule file ``text`` with one more sign at the end of ``signs``.

    Args:
        text: a rule file that loads.
        sign: its keys and values, in the order in which they shall stand.

    Raises:
        EditError: the file is written in a way that text cannot be inserted into.
    """
    expected = _read(text)
    expected["signs"] = [*expected.get("signs", []), dict(sign)]
    return _checked(_Editor(text).with_item("signs", sign), expected)


def add_pictogram(text: str, name: str, pictogram: Mapping[str, Value]) -> str:
    """The rule file ``text`` with one more pictogram at the end of ``pictograms``.

    Raises:
        EditError: the file is written in a way that text cannot be inserted into.
    """
    expected = _read(text)
    expected["pictograms"] = {**expected.get("pictograms", {}), name: dict(pictogram)}
    return _checked(_Editor(text).with_entry("pictograms", name, pictogram), expected)


def flow(value: Value) -> str:
    """``value`` on one line, as it may stand in a flow mapping or list."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if not isinstance(value, str):
        return format(value)
    if not value.isprintable():  # line ends among them, of which YAML knows more than one
        return _quoted(value)
    try:
        stays = _read(f"k: [{value}, x]") == {"k": [value, "x"]}
        stays = stays and _read(f"k: {value}") == {"k": value}
    except EditError:
        stays = False
    return value if stays else _quoted(value)


def _quoted(value: str) -> str:
    """A double-quoted string: one of JSON, but with escapes for all that is not printable."""
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


class _Editor:
    """Knows where the sections of a rule file end."""

    def __init__(self, text: str) -> None:
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._lines = list(io.StringIO(text, newline=""))
        self._root = _compose(text)

    def with_item(self, section: str, item: Mapping[str, Value]) -> str:
        """The text with ``item`` at the end of the list ``section``."""
        node = self._root.get(section)
        if node is None:
            return self._inserted(len(self._lines), ["", f"{section}:", *_block_item(item)])
        if not isinstance(node, SequenceNode):
            raise EditError(f"`{section}` is no list")
        if self._character(node) != "-":
            return self._with_flow(section, flow(item), is_empty=not node.items)
        offset = node.items[-1].column - node.column
        if self._character(node.items[-1]) == "{":
            lines = [f"{' ' * (node.column - 1)}-{' ' * (offset - 1)}{flow(item)}"]
        else:
            lines = _block_item(item, node.column - 1, offset)
        return self._inserted(self._end_of(section), lines)

    def with_entry(self, section: str, name: str, value: Mapping[str, Value]) -> str:
        """The text with ``name: value`` at the end of the mapping ``section``."""
        entry = f"{flow(name)}: {flow(value)}"
        node = self._root.get(section)
        if node is None:
            before = self._start_of("signs")
            return self._inserted(before, [f"{section}:", " " * _INDENT + entry, ""])
        if not isinstance(node, MappingNode):
            raise EditError(f"`{section}` is no mapping")
        if self._character(node) == "{":
            return self._with_flow(section, entry, is_empty=not node.entries)
        return self._inserted(self._end_of(section), [" " * (node.column - 1) + entry])

    def _character(self, node: Node) -> str:
        return self._lines[node.line - 1][node.column - 1]

    def _with_flow(self, section: str, entry: str, *, is_empty: bool) -> str:
        """The text with ``entry`` before the bracket that closes ``section``."""
        last = self._end_of(section) - 1
        line = self._lines[last]
        content = line.split(" #")[0].rstrip()
        before, bracket = content[:-1].rstrip(), content[-1:]
        if bracket not in ("]", "}"):
            raise EditError(f"the end of `{section}` was not found")
        comma = "" if is_empty or before.endswith(",") else ","
        # A bracket on a line of its own: the entry gets one too.
        if not before and last:
            above = self._lines[last - 1].rstrip("\r\n")
            comma = "" if is_empty or above.rstrip().endswith(",") else ","
            indent = " " * (len(above) - len(above.lstrip()))
            self._lines[last - 1] = f"{above}{comma}{self._newline}"
            return self._inserted(last, [indent + entry])
        space = " " if comma or before.endswith(",") else ""
        self._lines[last] = f"{before}{comma}{space}{entry}{bracket}{line[len(content) :]}"
        return "".join(self._lines)

    def _end_of(self, section: str) -> int:
        """Number of lines up to the last one that belongs to ``section``.

        Comments behind it do not, unless they are indented as what stands in its last entry.
        """
        start = self._root.key(section).line
        following = [k.line for k, _ in self._root.entries.values() if k.line > start]
        end = min(following, default=len(self._lines) + 1) - 1
        node = self._root.get(section)
        assert node is not None
        margin = node.column - 1
        while _is_empty(self._lines[end - 1]) and not _is_indented(self._lines[end - 1], margin):
            end -= 1
        return end

    def _start_of(self, section: str) -> int:
        """Number of lines above ``section`` and the comments right above it."""
        if self._root.get(section) is None:
            return len(self._lines)
        line = self._root.key(section).line - 1
        while line and self._lines[line - 1].startswith("#"):
            line -= 1
        return line

    def _inserted(self, at: int, lines: list[str]) -> str:
        """The text with ``lines`` below the first ``at`` lines of it."""
        before = self._lines[:at]
        if before and not before[-1].endswith("\n"):
            before[-1] += self._newline
        new = [line + self._newline for line in lines]
        return "".join((*before, *new, *self._lines[at:]))


def _block_item(
    item: Mapping[str, Value], indent: int = _INDENT, offset: int = _INDENT
) -> list[str]:
    keys = [f"{flow(key)}: {flow(value)}" for key, value in item.items()]
    dash = " " * indent + "-" + " " * (offset - 1)
    return [dash + keys[0], *(" " * (indent + offset) + key for key in keys[1:])]


def _is_empty(line: str) -> bool:
    content = line.strip()
    return not content or content.startswith("#") or content == "..."


def _is_indented(line: str, margin: int) -> bool:
    """Whether a comment begins more than ``margin`` characters from the left."""
    return line.lstrip().startswith("#") and len(line) - len(line.lstrip()) > margin


def _compose(text: str) -> MappingNode:
    def refuse(code: object, message: str, node: Node | Scalar, **_: object) -> None:
        raise EditError(f"line {node.line}: {message}")

    return compose(text.replace("\r\n", "\n"), refuse)


def _read(text: str) -> dict[str, Any]:
    values: dict[str, Any] = plain(_compose(text))
    return values


def _checked(edited: str, expected: Mapping[str, Any]) -> str:
    try:
        is_as_expected = _read(edited) == expected
    except EditError:  # of lines that are not in the file
        is_as_expected = False
    if not is_as_expected:
        raise EditError("the file is written in a way that nothing can be inserted into")
    return edited
