"""Counts with their nouns."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """A count with its noun; ``many`` where more than one is not ``one`` with an s.

    >>> counted(1, "picture"), counted(2, "box", "boxes")
    ('1 picture', '2 boxes')
    """
    return f"{count} {one if count == 1 else many or f'{one}s'}"
