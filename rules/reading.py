"""From the bytes of a rule file to a document, every mistake recorded on the way."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rules import phrasing
from rules.diagnostics import Findings, LoadError, Position, Related
from rules.documents import Document, FileModelT, child_of
from rules.file_references import likely_path
from rules.likeness import likely_meant
from rules.yaml_positions import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
    UnusableYamlError,
    plain,
)
from rules.yaml_recovery import compose_or_tell_all

MAX_BYTES: Final = 4 * 2**20
"""Largest rule file; the largest real one has a tenth of it."""

# Characters that YAML forbids, and those that it or an editor would take for a line break.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_CONFLICT = re.compile(r"^<{7}(?: .*)?$", re.MULTILINE)
"""The line with which Git marks where two versions differ."""
_TAB_INDENT = re.compile(r"^ *\t", re.MULTILINE)
_ODD_BLANK = re.compile(
    r"^ *(?:- +)*(?:-|[\w.-]+:)?[\u00a0\u2000-\u200b\u202f\u3000]", re.MULTILINE
)
"""What looks like a blank and is none to YAML: in an indentation, or behind its dash or key."""

_MAX_ROUNDS = 5
_CROSS_KEY = frozenset(("conflict", "neither"))
_STAND_INS: Final[dict[tuple[str | int, str | int], Callable[[], Node]]] = {
    ("version", "version"): lambda: Scalar(1, 1, 1, "1", 1),
    ("signs", "name"): lambda: MappingNode(1, 1, entries={"en": (_word("en"), _word("en"))}),
}
"""First and last part of a location -> what stands in for what is missing there, so that the rest
of the file, or of the sign, is looked at all the same."""


def read_document(
    schema: type[FileModelT], file: str, path: Path, content: bytes | None, findings: Findings
) -> Document[FileModelT] | None:
    """Read a file of the rule language and record its mistakes.

    Args:
        schema: the model that it must fit.
        file: path as findings shall show it.
        path: where the file is.
        content: what to use instead of the file's content.
        findings: where mistakes are recorded.

    Returns:
        The document without its wrong parts; None if nothing of it could be understood.
    """
    start = Position(file, 1, 1)
    if content is None:
        content = _read(path, start, findings)
    text = None if content is None else _decode(content, start, findings)
    if text is None:
        return None
    findings.sources.add(file, text)
    if not _check_characters(text, file, findings):
        return None

    def report(
        code: LoadError, message: str, node: Node, *, related: Any = (), **details: Any
    ) -> None:
        notes = [Related(words, Position(file, n.line, n.column, n.length)) for words, n in related]
        position = Position(file, node.line, node.column, node.length)
        findings.error(code, message, position, related=notes, **details)

    try:
        root = compose_or_tell_all(
            text,
            report,
            kind=schema.kind,
            main_key=list(schema.model_fields)[-1],
            allow_null=schema.allows_null,
        )
    except UnusableYamlError:
        return None
    document = Document(file, path, findings, root, schema)
    _validate(document)
    return document


def _read(path: Path, start: Position, findings: Findings) -> bytes | None:
    try:
        if path.is_dir():
            findings.error(LoadError.UNREADABLE_FILE, "this is a folder, not a file", start)
            return None
        # A pipe or a device might never end.
        if path.exists() and not path.is_file():
            findings.error(LoadError.UNREADABLE_FILE, "this is not a regular file", start)
            return None
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        findings.error(
            LoadError.UNREADABLE_FILE,
            f"cannot read this file: {reason}",
            start,
            suggestion=likely_path(start.file) if isinstance(error, FileNotFoundError) else None,
        )
        return None
    return content


def _decode(content: bytes, start: Position, findings: Findings) -> str | None:
    if len(content) > MAX_BYTES:
        findings.error(
            LoadError.TOO_LARGE,
            "this file is too large",
            start,
            expected=f"at most {MAX_BYTES // 2**20} MiB",
            suggestion="split it with `include:`",
        )
        return None
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        findings.error(
            LoadError.BAD_CHARACTERS, "the file is in UTF-16", start, expected="a file in UTF-8"
        )
        return None
    content = content.removeprefix(codecs.BOM_UTF8)  # with which some editors begin such a file
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line_start = before.rfind(b"\n") + 1
        column = len(before[line_start:].decode(errors="replace")) + 1
        findings.error(
            LoadError.BAD_CHARACTERS,
            f"byte 0x{content[error.start]:02x} is not UTF-8",
            Position(start.file, before.count(b"\n") + 1, column),
            expected="a file in UTF-8",
        )
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check_characters(text: str, file: str, findings: Findings) -> bool:
    fine = True
    for match in _FORBIDDEN.finditer(text):
        fine = False
        findings.error(
            LoadError.BAD_CHARACTERS,
            f"the character U+{ord(match[0]):04X} may not stand in a rule file",
            _position_of(text, match.start(), file),
        )
        break  # Such a file is damaged as a whole; one place is enough to find out why.
    for match in _CONFLICT.finditer(text):
        fine = False
        findings.error(
            LoadError.YAML_SYNTAX,
            "a merge conflict begins here that is not resolved",
            _position_of(text, match.start(), file),
            suggestion="keep one of the two versions, and remove the lines of `<`, `=` and `>`",
        )
    for match in _ODD_BLANK.finditer(text):
        fine = False
        findings.error(
            LoadError.BAD_CHARACTERS,
            f"the character U+{ord(match[0][-1]):04X} looks like a blank and is none",
            _position_of(text, match.end() - 1, file),
            expected="a blank",
            suggestion="what is copied from web pages and word processors often has such blanks",
        )
        break
    for match in _TAB_INDENT.finditer(text):
        fine = False
        findings.error(
            LoadError.BAD_CHARACTERS,
            "a tab stands in the indentation",
            _position_of(text, match.end() - 1, file),
            expected="spaces",
            suggestion="let your editor insert spaces instead of tabs",
        )
        break
    return fine


def _position_of(text: str, offset: int, file: str) -> Position:
    return Position(file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _validate(document: Document[FileModelT]) -> None:
    """Set the document's model; what is wrong is recorded and left out, so the rest can be used."""
    for attempt in range(_MAX_ROUNDS):
        try:
            document.model = document.schema.model_validate(plain(document.root))
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False, include_input=False)
            for error in _distinct(document, errors):
                if document.findings.is_full(document.file):
                    break  # Phrasing takes time, and a file may be wrong in each of its values.
                if (attempt == 0 or _is_news(document, error)) and not _is_told(document, error):
                    phrasing.report(error, document)
            # All places first: taking one part out would move what the others point to.
            places = [_smallest_part(document, error) for error in errors]
            for error, (holder, part) in zip(errors, places, strict=True):
                _prune(document, holder, part)
                _put_stand_in(holder, error)
            _drop_pruned_items(document.root)
        else:
            return
    document.root = MappingNode(1, 1)


def _distinct(
    document: Document[FileModelT], errors: Iterable[ErrorDetails]
) -> Iterator[ErrorDetails]:
    """The errors, those within what has aliases only once.

    Some messages name the sign that an error lies in, so they would differ.
    """
    seen: set[tuple[object, ...]] = set()
    for error in errors:
        holder, below = phrasing.place_of(error, document)
        place = (error["type"], id(holder), *below)
        if place not in seen:
            seen.add(place)
            yield error


def _is_told(document: Document[FileModelT], error: ErrorDetails) -> bool:
    """Whether what lacks a key has it without a value, which was recorded when it was read."""
    mapping = document.node_at(error["loc"])
    if error["type"] != "neither" or not isinstance(mapping, MappingNode):
        return False
    return not mapping.valueless.isdisjoint(error["ctx"]["keys"])


def _is_news(document: Document[FileModelT], error: ErrorDetails) -> bool:
    """Whether an error was hidden by those of an earlier round, not caused by leaving them out."""
    mapping = document.node_at(error["loc"])
    if error["type"] not in _CROSS_KEY or not isinstance(mapping, MappingNode):
        return False
    keys, left_out = error["ctx"]["keys"], document.left_out(mapping)
    if error["type"] == "neither":
        # A key that was left out is one of them misspelt, or was written a level too high.
        below = [phrasing.allowed_keys(document.schema, (*error["loc"], key)) for key in keys]
        if any(likely_meant(k, keys) or any(k in inner for inner in below) for k in left_out):
            return False
    return left_out.isdisjoint(keys)


def _smallest_part(
    document: Document[FileModelT], error: ErrorDetails
) -> tuple[Node | None, str | int]:
    """The container and the key or index under which the error lies; no container at the top."""
    location: tuple[str | int, ...] = error["loc"]
    if error["type"] == "missing":
        *above, key = location
        if _stand_in(error) is not None:
            return document.node_at(above), key
        location = tuple(above)
    holder: Node | None = None
    part: str | int = ""
    node: Node = document.root
    for step in location:
        below = child_of(node, step)
        if below is not None:
            holder, part, node = node, step, below
    return holder, part


def _prune(document: Document[FileModelT], holder: Node | None, part: str | int) -> None:
    if isinstance(holder, MappingNode):
        holder.entries.pop(str(part), None)
        document.pruned.setdefault(id(holder), set()).add(str(part))
    elif isinstance(holder, SequenceNode):
        assert isinstance(part, int)
        if holder.items[part] is not _PRUNED:
            document.dropped.setdefault(id(holder), []).append(holder.items[part])
        holder.items[part] = _PRUNED  # dropped later: other errors still count by index


def _stand_in(error: ErrorDetails) -> Node | None:
    location = error["loc"]
    make = _STAND_INS.get((location[0], location[-1])) if error["type"] == "missing" else None
    return make() if make else None


def _put_stand_in(holder: Node | None, error: ErrorDetails) -> None:
    node = _stand_in(error)
    if node is not None and isinstance(holder, MappingNode):
        key = str(error["loc"][-1])
        holder.entries[key] = (_word(key), node)


def _word(text: str) -> Scalar:
    return Scalar(1, 1, 1, text, text)


_PRUNED: Final = Scalar(0, 0, 0, "", None)


def _drop_pruned_items(node: Node) -> None:
    if isinstance(node, SequenceNode):
        node.items = [item for item in node.items if item is not _PRUNED]
        for item in node.items:
            _drop_pruned_items(item)
    elif isinstance(node, MappingNode):
        for _, value in node.entries.values():
            _drop_pruned_items(value)
