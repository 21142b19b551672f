"""Numbers that a user sets, checked and without numpy's types."""

from __future__ import annotations

import numpy as np


def plain_number(name: str, value: object, *, is_whole: bool = False) -> int | float:
    """The value of a setting without numpy's types, which JSON does not know.

    Args:
        name: of the setting, for messages.
        value: what was given.
        is_whole: whether it counts something.

    Raises:
        TypeError: it is no number.
        ValueError: it is none that counts.
    """
    number = value.item() if isinstance(value, np.number) else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError(f"{name}: expected a number, got {number!r}")
    if not is_whole:
        return number
    if isinstance(number, float) and not number.is_integer():
        raise ValueError(f"{name}: expected a whole number, got {number}")
    return int(number)
