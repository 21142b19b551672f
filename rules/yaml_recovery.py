"""Syntax mistakes behind the first: of a text that is no YAML, entry by entry.

A parser can tell nothing of what follows the first mistake. So the entry that holds it (a sign, a
face, a test) is left out, and the rest read again, until there is no further one.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from typing import Any, Final

from rules.diagnostics import LoadError
from rules.yaml_positions import MappingNode, Node, Report, UnusableYamlError, compose

_MOST_READINGS: Final = 20
_INDENT: Final = re.compile(r" *(?=[^ #}\]])")
"""Of a line that something begins on: no comment, and no bracket that closes what began above."""


def compose_or_tell_all(text: str, report: Report, **options: Any) -> MappingNode:
    """Like :func:`rules.yaml_positions.compose`, but reports every entry that is not valid YAML.

    Behind the first such entry nothing else is reported: other mistakes there may follow from what
    cannot be read.

    Raises:
        UnusableYamlError: see there.
    """
    lines: list[int] = []

    def noting(code: LoadError, message: str, node: Node, **details: Any) -> None:
        if code is LoadError.YAML_SYNTAX:
            lines.append(node.line)
        report(code, message, node, **details)

    def noting_syntax(code: LoadError, message: str, node: Node, **details: Any) -> None:
        if code is LoadError.YAML_SYNTAX:
            noting(code, message, node, **details)

    try:
        return compose(text, noting, **options)
    except UnusableYamlError:
        _tell_further(text, lines, noting_syntax)
        raise


def _tell_further(text: str, lines: list[int], report: Report) -> None:
    """Report mistakes of the entries behind those in ``lines``, to which ``report`` adds."""
    for told in range(1, _MOST_READINGS):
        if len(lines) < told:
            return  # The whole is YAML now, or something else than its syntax is wrong.
        rest = without_entry(text, lines[-1])
        if rest is None:
            return
        text = rest
        with contextlib.suppress(UnusableYamlError):
            compose(text, report)


def without_entry(text: str, line: int) -> str | None:
    """The text with the entry that a line lies in left blank, so that all others stay in place.

    An entry is an item, or a key with its value, of what stands under a key of the top level.

    Args:
        text: the document.
        line: from 1.

    Returns:
        None if the line lies in no entry: what is wrong with the top level may be wrong with all.
    """
    lines = text.split("\n")
    indents = {k: len(found[0]) for k, x in enumerate(lines) if (found := _INDENT.match(x))}
    at, end = min(line, len(lines)) - 1, len(lines)
    keys = [k for k, indent in indents.items() if indent == 0 and not lines[k].startswith("-")]
    block = _span(keys, at, end)
    inner = [k for k in block if k in indents][1:]
    entries = [k for k in inner if indents[k] == indents[inner[0]]]
    if not entries or entries[0] > at:
        return None
    left_out = _span(entries, at, block.stop)
    return "\n".join("" if k in left_out else x for k, x in enumerate(lines))


def _span(starts: list[int], inside: int, end: int) -> range:
    """The lines from one start to the next, in which ``inside`` lies."""
    return next(
        range(start, following)
        for start, following in itertools.pairwise([0, *starts, end])
        if start <= inside < following
    )
