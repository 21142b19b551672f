"""What is wrong with a rule file, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from attributes.errors import UserError
from rules.likeness import likely_meant

_LINE_WINDOW = 100
"""Longest piece of a source line that a rendered diagnostic shows."""
MAX_FINDINGS: Final = 100
"""Most mistakes of one file that are told."""
_MAX_SUGGESTIONS = 25
"""Most mistakes of one file for which a similar name is looked for, which takes time."""
_QUOTE_WINDOW = 60
"""Longest piece of a value that a message repeats."""


class Severity(str, Enum):
    """How bad the consequence of a finding is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class LoadError(Enum):
    """Stable codes of the mistakes for which a rule file is refused."""

    UNREADABLE_FILE = "SR001"
    BAD_CHARACTERS = "SR002"
    YAML_SYNTAX = "SR003"
    YAML_FEATURE = "SR004"
    DUPLICATE_KEY = "SR005"
    UNKNOWN_KEY = "SR006"
    MISSING_KEY = "SR007"
    WRONG_TYPE = "SR008"
    UNKNOWN_VALUE = "SR009"
    INVALID_VALUE = "SR010"
    UNDEFINED_NAME = "SR011"
    DUPLICATE_NAME = "SR012"
    CYCLE = "SR013"
    MISSING_EXEMPLAR = "SR014"
    FORBIDDEN_PATH = "SR015"
    CONFLICTING_KEYS = "SR016"
    TOO_LARGE = "SR017"

    @property
    def title(self) -> str:
        """The name that says the problem, for example ``unknown-key``."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, order=True)
class Position:
    """A place in a rule file.

    Attributes:
        file: path as the user wrote it, included files relative to the including one's folder.
        line: line number, from 1.
        column: column in characters, from 1.
        length: how many characters of the line are meant, at least 1.
    """

    file: str
    line: int
    column: int
    length: int = field(default=1, compare=False)

    def __str__(self) -> str:
        """The place as editors and terminals link it: ``file:line:column``."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Related:
    """A second place that a finding is about."""

    message: str
    position: Position


@dataclass(frozen=True)
class Diagnostic:
    """One finding about a rule file.

    Attributes:
        code: stable code, for example ``SR006``.
        name: the problem in two or three words, for example ``unknown-key``.
        severity: how bad the consequence is.
        message: what is wrong, one sentence without a full stop.
        position: where; a whole file is meant by line 1, column 1.
        expected: what could stand there.
        suggestion: what to do, for example ``did you mean `shape`?``.
        related: further places, for example the first of two equal ids.
    """

    code: str
    name: str
    severity: Severity
    message: str
    position: Position
    expected: str | None = None
    suggestion: str | None = None
    related: tuple[Related, ...] = ()

    def render(self, sources: Sources | None = None) -> str:
        """The finding as text, with the source line and a caret where ``sources`` has them."""
        lines = [f"{self.position}: {self.severity.value} {self.code} {self.name}: {self.message}"]
        source = sources.line(self.position) if sources else None
        gutter = " " * len(str(self.position.line))
        if source is not None:
            shown, start, length = _window(source, self.position.column - 1, self.position.length)
            lines += [
                f"{gutter} |",
                f"{self.position.line} | {shown}".rstrip(),
                f"{gutter} | {' ' * start}{'^' * length}",
            ]
        if self.expected:
            lines.append(f"{gutter} = expected: {self.expected}")
        if self.suggestion:
            lines.append(f"{gutter} = help: {self.suggestion}")
        lines += [f"{gutter} = note: {r.message} at {r.position}" for r in self.related]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, object]:
        """The finding as plain JSON data."""
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity.value,
            "message": self.message,
            **_place(self.position),
            "expected": self.expected,
            "suggestion": self.suggestion,
            "related": [{"message": r.message, **_place(r.position)} for r in self.related],
        }


class Sources:
    """The lines of every rule file that was read, so that findings can show them."""

    def __init__(self) -> None:
        """No lines yet."""
        self._lines: dict[str, list[str]] = {}

    def add(self, file: str, text: str) -> None:
        """Remember the content of ``file``."""
        self._lines[file] = text.split("\n")

    def line(self, position: Position) -> str | None:
        """The line that ``position`` points into; None if its file was not read."""
        lines = self._lines.get(position.file)
        if lines is None or position.line > len(lines):
            return None
        return lines[position.line - 1]

    def __iter__(self) -> Iterator[str]:
        """The files that were read."""
        return iter(self._lines)


class CatalogueError(UserError):
    """A rule file cannot be used; the only exception that loading one raises.

    Attributes:
        diagnostics: every mistake of every file, in the order of files and lines; of a file with
            very many, the first ones and a remark that there are more.
        sources: the files' lines.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic], sources: Sources | None = None) -> None:
        """Refuse for the reasons ``diagnostics``."""
        super().__init__(diagnostics, sources)
        self.diagnostics = tuple(diagnostics)
        self.sources = sources or Sources()

    def __str__(self) -> str:
        """All mistakes, each with its source line."""
        return "\n\n".join(d.render(self.sources) for d in self.diagnostics)


class Findings:
    """Collects mistakes, so that one run can tell all of them.

    A file that is no rule file at all would be wrong everywhere, so of each file only the first
    :data:`MAX_FINDINGS` mistakes are kept. If there are more, a remark behind them says so.
    """

    def __init__(self, sources: Sources) -> None:
        """Collect; the files' lines go to ``sources``."""
        self.sources = sources
        self._kept: dict[tuple[LoadError, str, Position], Diagnostic] = {}
        self._count: dict[str, int] = {}
        self._full: set[str] = set()

    def error(
        self,
        code: LoadError,
        message: str,
        position: Position,
        *,
        expected: str | None = None,
        suggestion: str | None = None,
        slip: tuple[str, Iterable[str]] | None = None,
        related: Iterable[Related] = (),
    ) -> None:
        """Record a mistake; ``slip`` is a word and what it may have been meant to be."""
        # An anchor's mistake is found again at each of its aliases, which must not count.
        key = (code, message, position)
        if key in self._kept or self.is_full(position.file):
            return
        count = self._count.get(position.file, 0) + 1
        if count > MAX_FINDINGS:
            self._full.add(position.file)
            return
        self._count[position.file] = count
        if suggestion is None and slip is not None and count <= _MAX_SUGGESTIONS:
            suggestion = did_you_mean(*slip)
        self._kept[key] = Diagnostic(
            code.value,
            code.title,
            Severity.ERROR,
            message,
            position,
            expected,
            suggestion,
            tuple(related),
        )

    def is_full(self, file: str) -> bool:
        """Whether ``file`` has more mistakes than are kept, so that no further one is looked at."""
        return file in self._full

    def raise_if_any(self) -> None:
        """Raise what was recorded, ordered by file and line.

        Raises:
            CatalogueError: something was.
        """
        if self._kept:
            diagnostics = [d for file in self._count for d in self._told_of(file)]
            raise CatalogueError(diagnostics, self.sources)

    def _told_of(self, file: str) -> list[Diagnostic]:
        """What is told of a file, by line, and last that there is more."""
        mistakes = [d for d in self._kept.values() if d.position.file == file]
        mistakes.sort(key=lambda d: (d.position, d.code, d.message))
        return [*mistakes, _more_than(mistakes)] if self.is_full(file) else mistakes


def _more_than(mistakes: Sequence[Diagnostic]) -> Diagnostic:
    """The remark that a file has more mistakes; it stands where the last of these does."""
    code = LoadError.TOO_LARGE
    return Diagnostic(
        code.value,
        code.title,
        Severity.INFO,
        f"this file has more mistakes than the {len(mistakes)} that are told",
        mistakes[-1].position,
        suggestion="mend these: the others are told then",
    )


def quote(value: object) -> str:
    """``value`` as it may stand in a message: in backticks, short, and printable."""
    text = str(value)
    if len(text) > _QUOTE_WINDOW:
        text = text[: _QUOTE_WINDOW - 1] + "…"
    return f"`{_printable(text)}`"


def did_you_mean(word: object, candidates: Iterable[str]) -> str | None:
    """A suggestion naming what ``word`` was most likely meant to be; None if nothing is likely."""
    meant = likely_meant(str(word)[:_QUOTE_WINDOW], candidates)
    return f"did you mean {one_of(map(quote, meant))}?" if meant else None


def one_of(values: Iterable[str], limit: int = 20) -> str:
    """``values`` as a choice for people: ``a, b or c``; the rest of many is left out."""
    names = list(values)
    if len(names) > limit:
        return ", ".join(names[:limit]) + ", …"
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _place(position: Position) -> dict[str, object]:
    return {
        "file": position.file,
        "line": position.line,
        "column": position.column,
        "length": position.length,
    }


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _window(line: str, start: int, length: int) -> tuple[str, int, int]:
    """The piece of ``line`` around ``start``, where the caret falls in it, and how long it is."""
    start = min(start, len(line))
    first = 0 if start < _LINE_WINDOW * 3 // 4 else start - _LINE_WINDOW // 2
    piece = line[first : first + _LINE_WINDOW]
    # One character must stay one column, or the caret would point beside the mistake.
    shown = "".join(c if c.isprintable() else (" " if c == "\t" else "\ufffd") for c in piece)
    caret = start - first
    return shown, caret, max(1, min(length, len(shown) - caret))
