"""YAML as a tree of nodes that know their place, strict where YAML is surprising.

Scalars follow a subset of the YAML 1.2 core schema: only what looks like a decimal number, like
``true``/``false`` or like ``null`` is not text. So ``NO``, ``on``, ``012``, ``22:30`` and
``1_000`` stay text. Tags and merge keys are no part of the language; aliases are, but the tree
that they unfold to is bounded.

The tree is built from parser events instead of PyYAML's composer, because the composer recurses
(a deeply nested file would overflow the C stack) and drops duplicate keys silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import yaml

from rules.diagnostics import LoadError, quote
from rules.yaml_advice import PLACEHOLDERS, Place, advice_without_value, place_of, syntax_mistake

try:
    from yaml import CSafeLoader as _Parser
except ImportError:  # PyYAML built without libyaml: same events, some ten times slower
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

MAX_DEPTH: Final = 40
"""Deepest nesting of lists and mappings, every alias counted as what it stands for."""
_TOO_DEEP = f"this is nested deeper than {MAX_DEPTH} levels"
MAX_NODES: Final = 250_000
"""Most nodes of a file, every alias counted as what it stands for."""
MAX_NUMBER_LENGTH: Final = 18
"""Longest number; longer ones stay text, so that no number is ever rounded or slow to read."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?")
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MERGE_KEY = "<<"


@dataclass(slots=True)
class Scalar:
    """A leaf: its value, the text that spells it, and where it stands (line and column from 1)."""

    line: int
    column: int
    length: int
    text: str
    value: str | int | float | bool | None
    size: int = 1
    height: int = 0


@dataclass(slots=True)
class SequenceNode:
    """A list and where it begins."""

    line: int
    column: int
    length: int = 1
    items: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 1


@dataclass(slots=True)
class MappingNode:
    """A mapping and where it begins.

    Attributes:
        entries: key -> (node of the key, node of the value), in the order of the file.
        valueless: keys that stand there without a value; they were reported and left out.
    """

    line: int
    column: int
    length: int = 1
    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    valueless: set[str] = field(default_factory=set)
    size: int = 1
    height: int = 1

    def get(self, key: str) -> Node | None:
        """The value of ``key``; None if it is absent."""
        entry = self.entries.get(key)
        return entry[1] if entry else None

    def key(self, key: str) -> Scalar | MappingNode:
        """The node of ``key`` itself, or of the whole mapping if it is absent."""
        entry = self.entries.get(key)
        return entry[0] if entry else self


Node = Scalar | SequenceNode | MappingNode

Report = Callable[..., None]
"""``report(LoadError, message, node, expected=, suggestion=, related=)`` records a mistake."""


class UnusableYamlError(Exception):
    """The rest of the file cannot be understood; the reason has been reported."""


def compose(
    text: str,
    report: Report,
    *,
    kind: str = "rule file",
    main_key: str = "signs",
    allow_null: bool = False,
) -> MappingNode:
    """The tree of a YAML document whose top level is a mapping.

    Args:
        text: the document; line breaks must be ``\\n``.
        report: called for every mistake; if it raises, nothing behind the first is looked for.
        kind: what messages call such a document.
        main_key: the key that most of it stands under, for messages too.
        allow_null: whether ``null``, written out, is a value; a forgotten value never is.

    Raises:
        UnusableYamlError: a mistake (which was reported) hides what follows it.
    """
    root = _Composer(text, report, allow_null).compose()
    if not isinstance(root, MappingNode):
        report(
            LoadError.WRONG_TYPE,
            f"the top level of a {kind} must be a mapping",
            root,
            expected=f"keys such as `version: 1` and `{main_key}:`",
        )
        raise UnusableYamlError
    return root


def plain(node: Node) -> Any:
    """The values of a tree as plain str, int, float, bool, list and dict."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, MappingNode):
        return {key: plain(value) for key, (_, value) in node.entries.items()}
    return [plain(item) for item in node.items]


def items_of(node: Node | None) -> list[Node]:
    """The items of a list; a single value is a list of one, and nothing a list of none."""
    if isinstance(node, SequenceNode):
        return node.items
    return [] if node is None else [node]


class _Composer:
    """Turns parser events into nodes with an explicit stack of open containers."""

    def __init__(self, text: str, report: Report, allow_null: bool) -> None:
        self._lines = text.split("\n")
        self._parser = _Parser(text)
        self._report = report
        self._allow_null = allow_null
        self._anchors: dict[str, Node] = {}
        # Containers not yet closed, each with its anchor and, for a mapping, the key whose
        # value comes next.
        self._open: list[tuple[SequenceNode | MappingNode, str | None]] = []
        self._key: list[Scalar | None] = []
        self._begun_again: set[int] = set()
        self._root: Node | None = None

    def compose(self) -> Node:
        try:
            while self._parser.check_event():
                self._take(self._parser.get_event())
        except yaml.MarkedYAMLError as error:
            if "nesting depth" in (error.problem or ""):  # PyYAML's own bound, from 6.0.4 on
                place = place_of(error.problem_mark or error.context_mark)
                self._fail(LoadError.YAML_FEATURE, _TOO_DEEP, _at(place))
            self._fail_for_syntax(error)
        except yaml.YAMLError as error:
            self._fail(LoadError.YAML_SYNTAX, f"this is not valid YAML: {error}", _START)
        finally:
            self._parser.dispose()
        if self._root is None:
            self._fail(LoadError.MISSING_KEY, "the file is empty", _START, expected="`version: 1`")
        return self._root

    def _fail_for_syntax(self, error: yaml.MarkedYAMLError) -> NoReturn:
        mistake = syntax_mistake(error, self._lines, self._open_bracket())
        noticed = (("noticed", _at(mistake.noticed)),) if mistake.noticed else ()
        self._fail(
            LoadError.YAML_SYNTAX,
            f"this is not valid YAML: {mistake.problem}",
            _at(mistake.place),
            suggestion=mistake.advice,
            related=noticed,
        )

    def _open_bracket(self) -> Place | None:
        """Where the innermost bracket stands that is still open; None if none is."""
        lines = self._lines
        for node, _ in reversed(self._open):
            # A pair in a list, as in `[a: b]`, is a mapping without a bracket of its own.
            if lines[node.line - 1].startswith(("[", "{"), node.column - 1):
                return node.line, node.column
        return None

    def _take(self, event: Any) -> None:
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            self._add(self._scalar(event, line, column), event.anchor)
        elif isinstance(event, yaml.MappingStartEvent):
            self._refuse_tag(event, line, column)
            self._begin(MappingNode(line, column), event.anchor)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._refuse_tag(event, line, column)
            self._begin(SequenceNode(line, column), event.anchor)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            node, anchor = self._open.pop()
            self._key.pop()
            self._add(node, anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._add_alias(str(event.anchor), line, column)
        elif isinstance(event, yaml.DocumentStartEvent) and self._root is not None:
            self._fail(
                LoadError.YAML_FEATURE,
                "a second document begins here",
                Scalar(line, column, 3, "---", None),
                expected="one document per file",
                suggestion="remove the `---` line, or move the rest to a file of its own",
            )

    def _scalar(self, event: Any, line: int, column: int) -> Scalar:
        self._refuse_tag(event, line, column)
        start, end = event.start_mark, event.end_mark
        length = max(1, end.column - start.column) if end.line == start.line else 1
        value = event.value if event.style else resolve(event.value)
        # What is nothing but a tag is no forgotten value; it has been refused for the tag.
        text = event.value or event.tag or ""
        return Scalar(line, column, length, text, value)

    def _begin(self, node: SequenceNode | MappingNode, anchor: str | None) -> None:
        if len(self._open) == MAX_DEPTH:
            self._fail(LoadError.YAML_FEATURE, _TOO_DEEP, node)
        self._open.append((node, anchor))
        self._key.append(None)

    def _add_alias(self, name: str, line: int, column: int) -> None:
        place = Scalar(line, column, len(name) + 1, f"*{name}", None)
        target = self._anchors.get(name)
        if target is None:
            self._fail(
                LoadError.YAML_FEATURE,
                f"the alias {quote('*' + name)} "
                + (
                    "stands within what it refers to"
                    if name in [anchor for _, anchor in self._open]
                    else "refers to no anchor above it"
                ),
                place,
            )
        if len(self._open) + target.height > MAX_DEPTH:
            self._fail(LoadError.YAML_FEATURE, _TOO_DEEP, place)
        if self._open and self._expects_key() and isinstance(target, Scalar):
            # A key must be found where it stands, not where its text was first written.
            target = Scalar(line, column, place.length, target.text, target.value)
        self._add(target, None, at=place)

    def _expects_key(self) -> bool:
        return isinstance(self._open[-1][0], MappingNode) and self._key[-1] is None

    def _add(self, node: Node, anchor: str | None, at: Node | None = None) -> None:
        """Put a finished node where the innermost open container wants it."""
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._open:
            self._root = node
            return
        container = self._open[-1][0]
        if self._expects_key():
            self._key[-1] = self._checked_key(node)
            return
        container.size += node.size
        container.height = max(container.height, node.height + 1)
        if container.size > MAX_NODES:
            self._fail(
                LoadError.YAML_FEATURE,
                f"the file holds more than {MAX_NODES} values once its aliases are unfolded",
                at or node,
            )
        if isinstance(container, SequenceNode):
            if isinstance(node, Scalar) and node.value is None:
                if node.text in _WORDS:
                    self._report(LoadError.MISSING_KEY, "this list item has no value", node)
            else:
                container.items.append(node)
            return
        key = self._key[-1]
        self._key[-1] = None
        assert isinstance(container, MappingNode)
        assert key is not None
        self._add_entry(container, key, node)

    def _add_entry(self, container: MappingNode, key: Scalar, node: Node) -> None:
        if id(container) in self._begun_again:
            return  # What stands there belongs to the entry whose dash is missing.
        if key.text in container.entries or key.text in container.valueless:
            first = container.entries.get(key.text)
            advice = None
            if self._begins_again(container, key):
                self._begun_again.add(id(container))
                advice = f"if another entry begins here, put its dash before it: `- {key.text}:`"
            self._report(
                LoadError.DUPLICATE_KEY,
                f"the key {quote(key.text)} is given twice in the same mapping",
                key,
                suggestion=advice,
                related=(("first given", first[0]),) if first else (),
            )
        elif (
            isinstance(node, Scalar) and node.value is None and not (self._allow_null and node.text)
        ):
            container.valueless.add(key.text)
            if node.text in _WORDS:
                self._report(
                    LoadError.MISSING_KEY,
                    f"the key {quote(key.text)} has no value",
                    key,
                    suggestion=advice_without_value(
                        key.text,
                        number_before=_number_before(container, key),
                        entry_before=_entry_before(container, key),
                        after_comma=self._follows_comma(key) and not self._has_colon(key),
                        allow_null=self._allow_null,
                        is_placeholder=self._is_placeholder(key),
                    ),
                )
        else:
            container.entries[key.text] = (key, node)

    def _begins_again(self, container: MappingNode, key: Scalar) -> bool:
        """Whether a key is the first of an item of a list, which has others, on a line of its own.

        Directly behind itself it is only written twice.
        """
        in_list = len(self._open) > 1 and isinstance(self._open[-2][0], SequenceNode)
        is_item = in_list and len(container.entries) > 1
        is_first = next(iter(container.entries), None) == key.text
        return is_item and is_first and not self._lines[key.line - 1][: key.column - 1].strip()

    def _follows_comma(self, key: Scalar) -> bool:
        before = self._lines[key.line - 1][: key.column - 1]
        return before.rstrip().endswith(",")

    def _has_colon(self, key: Scalar) -> bool:
        after = self._lines[key.line - 1][key.column - 1 + key.length :]
        return after.lstrip().startswith(":")

    def _is_placeholder(self, key: Scalar) -> bool:
        """Whether a key is all that stands in braces, below a key that takes no conditions."""
        above = self._key[-2] if len(self._key) > 1 else None
        if above is None or above.text == "when":
            return False
        start = key.column - 1
        around = self._lines[key.line - 1][max(0, start - 1) : start + key.length + 1]
        return around in PLACEHOLDERS

    def _checked_key(self, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            self._fail(LoadError.YAML_FEATURE, "a key must be a single word", node)
        if not node.text:
            self._fail(LoadError.YAML_FEATURE, "a key must not be empty", node)
        if node.text == _MERGE_KEY and node.value == _MERGE_KEY:
            self._fail(
                LoadError.YAML_FEATURE,
                "merge keys (`<<`) are no part of the rule language",
                node,
                suggestion="name the conditions in common under `faces:` and use `face:`",
            )
        return node

    def _refuse_tag(self, event: Any, line: int, column: int) -> None:
        if event.tag is not None:
            self._report(
                LoadError.YAML_FEATURE,
                f"tags are no part of the rule language: {quote(event.tag)}",
                Scalar(line, column, 1, "", None),
                suggestion="remove the tag; quote the value if it shall be text",
            )

    def _fail(self, code: LoadError, message: str, node: Node, **details: Any) -> NoReturn:
        self._report(code, message, node, **details)
        raise UnusableYamlError


def _number_before(container: MappingNode, key: Scalar) -> str | None:
    """The number from which only a comma separates ``key``: of `3,5` in braces the 3."""
    if not container.entries:
        return None
    _, before = next(reversed(container.entries.values()))
    touches = before.line == key.line and before.column + before.length + 1 == key.column
    return (
        before.text if isinstance(before, Scalar) and before.text.isdecimal() and touches else None
    )


def _entry_before(container: MappingNode, key: Scalar) -> tuple[str, str] | None:
    """The entry before ``key`` on the same line, if its value is one word."""
    if not container.entries:
        return None
    before, value = next(reversed(container.entries.values()))
    if not isinstance(value, Scalar) or value.line != key.line:
        return None
    return before.text, value.text


_START = Scalar(1, 1, 1, "", None)


def _at(place: Place | None) -> Scalar:
    return Scalar(*place, 1, "", None) if place else _START


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a scalar that stands without quotes."""
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text) if len(text) <= MAX_NUMBER_LENGTH else None
    if number is None:
        return text
    return float(text) if number[1] else int(text)
