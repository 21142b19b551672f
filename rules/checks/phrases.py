"""Words for findings."""

from __future__ import annotations

from collections.abc import Sequence

_LIMIT = 8


def enumerated(words: Sequence[str], conjunction: str = "or") -> str:
    """``a, b or c``; of many only the first, and how many more there are."""
    shown = list(words[:_LIMIT])
    if len(words) > _LIMIT:
        shown.append(f"{len(words) - _LIMIT} more")
    return f" {conjunction} ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
