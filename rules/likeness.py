"""Which of several names a word that is none of them was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

_ALIKE: Final = 0.65
"""Likeness from which on one name is taken for a slip of another; ``none`` and ``orange``, which
have nothing to do with each other, are alike by 0.6."""

SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("round", "disc", "disk"), ("circle",)),
    **dict.fromkeys(("rhombus", "lozenge"), ("diamond",)),
    **dict.fromkeys(("rectangle", "rectangular"), ("wide_rectangle", "tall_rectangle")),
    "triangular": ("triangle",),
    "gray": ("grey",),
    "diagonal": ("slash",),
    "maximum": ("max",),
    "minimum": ("min",),
    "step": ("multiple_of",),
}
"""What people call a value or key -> what the rule language calls it."""


def likely_meant(word: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """The candidates that ``word`` is most likely a slip of, or another word for; or none."""
    names = [name for name in candidates if name != word]
    folded = word.casefold()
    synonyms = tuple(name for name in SYNONYMS.get(folded, ()) if name in names)
    if synonyms:
        return synonyms
    likeness = {name: _likeness(folded, name.casefold()) for name in names}
    closest = max(likeness, key=likeness.__getitem__, default="")
    return (closest,) if likeness.get(closest, 0.0) >= _ALIKE else ()


def _likeness(word: str, name: str) -> float:
    """How alike two names are, from 0 to 1; 0 if they are not alike enough to matter."""
    matcher = SequenceMatcher(None, *_apart(name, word))
    # Cheap upper bounds first.
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio()


def _apart(one: str, other: str) -> tuple[str, str]:
    """Two names without what says nothing about their likeness.

    That is the country that two ids share, and the folder and the ending that two paths share.
    """
    ends = [i + 1 for i, character in enumerate(one) if character in "./"]
    shared = max((end for end in ends if other.startswith(one[:end])), default=0)
    one, other = one[shared:], other[shared:]
    stem, _, ending = one.rpartition(".")
    other_stem, _, other_ending = other.rpartition(".")
    if stem and other_stem and ending == other_ending:
        return stem, other_stem
    return one, other
