"""What answers are called: the id of a sign, and its value behind it."""

from __future__ import annotations

from typing import Final

from rules.formats import SIGN_ID_PATTERN

UNKNOWN: Final = "unknown"
"""The answer that no sign of the catalogue is there."""
ANSWER_PATTERN: Final = rf"{UNKNOWN}|{SIGN_ID_PATTERN}(?:\[[^\[\]]+\])?"


def split_id(answer: str) -> tuple[str, str | None]:
    """``de.274[60]`` -> ``("de.274", "60")``; the value is None if there is none."""
    sign, bracket, value = answer.partition("[")
    return sign, value.removesuffix("]") if bracket else None
