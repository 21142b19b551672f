"""The vocabulary: which attributes a traffic sign has and which values each can take.

This is the only place where an attribute or a value is declared. The network's heads, the rule
schema, the checks, the JSON Schema and the documentation are all generated from it. It imports
nothing but the standard library, so that rules can be checked without torch.

Three kinds of attribute exist:

* :class:`Categorical` -- exactly one of its values holds (``shape: circle``);
* :class:`ColourSet` -- any subset of the palette holds (``legend`` may be red *and* black);
* :class:`Text` -- a short string, read character by character (``50``, ``3.5``, ``STOP``).

The pictogram is not listed: it has no fixed values, only an embedding of
:data:`EMBEDDING_DIMENSIONS` numbers that the matcher compares with exemplars.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Final

PALETTE: Final = (
    "red",
    "white",
    "yellow",
    "blue",
    "black",
    "green",
    "orange",
    "brown",
    "grey",
)
"""Colour names in use, for faces as for legends. Fluorescent yellow-green counts as yellow."""

EMBEDDING_DIMENSIONS: Final = 128
"""Length of a pictogram embedding (float32, unit Euclidean norm)."""


@dataclass(frozen=True)
class Categorical:
    """An attribute of which exactly one value holds."""

    name: str
    values: tuple[str, ...]
    description: str

    def index(self, value: str) -> int:
        """Position of ``value`` in every array of this attribute; ValueError if unknown."""
        return self.values.index(value)


@dataclass(frozen=True)
class ColourSet:
    """An attribute whose value is a set of colours, the empty set included."""

    name: str
    values: tuple[str, ...]
    description: str

    def index(self, value: str) -> int:
        """Position of colour ``value`` in every array of this attribute; ValueError if unknown."""
        return self.values.index(value)


@dataclass(frozen=True)
class Text:
    """A string of at most ``max_length`` characters of ``alphabet``, the empty string included.

    Arrays of this attribute have ``max_length`` slots of ``len(alphabet) + 1`` classes; class 0
    is the end of the string, class ``i + 1`` is ``alphabet[i]``. What follows the first end
    carries no meaning.
    """

    name: str
    alphabet: str
    max_length: int
    description: str

    @property
    def classes(self) -> int:
        """Number of classes of one slot (the characters and the end)."""
        return len(self.alphabet) + 1

    def can_spell(self, string: str) -> bool:
        """Whether the slots have room for ``string``, and the alphabet all its characters."""
        return len(string) <= self.max_length and set(string) <= set(self.alphabet)

    def encode(self, string: str) -> tuple[int, ...]:
        """Class of each slot that decides ``string``: its characters, then the end if it fits.

        Raises:
            ValueError: the string is too long or has a character outside the alphabet.
        """
        if len(string) > self.max_length:
            raise ValueError(f"{string!r} is longer than {self.max_length} characters")
        try:
            codes = tuple(self.alphabet.index(character) + 1 for character in string)
        except ValueError:
            raise ValueError(f"{string!r} has a character outside {self.alphabet!r}") from None
        return codes if len(codes) == self.max_length else (*codes, 0)

    def decode(self, codes: list[int] | tuple[int, ...]) -> str:
        """The string that a sequence of slot classes spells, up to the first end."""
        characters = []
        for code in codes:
            if code == 0:
                break
            characters.append(self.alphabet[code - 1])
        return "".join(characters)


SHAPE: Final = Categorical(
    "shape",
    (
        "circle",
        "triangle",
        "inverted_triangle",
        "diamond",
        "octagon",
        "square",
        "wide_rectangle",
        "tall_rectangle",
        "pentagon",
        "cross",
        "arrow",
        "other",
    ),
    "Outline of the plate.",
)
BORDER: Final = Categorical(
    "border", ("none", *PALETTE), "Colour of the rim; none if the face runs to the edge."
)
BACKGROUND: Final = Categorical(
    "background", PALETTE, "Colour that covers most of the face inside the rim."
)
LEGEND: Final = ColourSet(
    "legend", PALETTE, "Colours drawn on the face: pictogram and characters, but not the bar."
)
BAR: Final = Categorical(
    "bar",
    ("none", "slash", "cross", "stripes", "horizontal"),
    "Bar across the face: one diagonal (slash), two crossing ones (cross), a bundle of thin "
    "diagonals as on end-of signs (stripes), or one lying bar as on no-entry (horizontal).",
)
TEXT: Final = Text(
    "text",
    "0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    6,
    "Main characters of the legend in reading order, units left out.",
)

CATEGORICAL: Final = (SHAPE, BORDER, BACKGROUND, BAR)
ATTRIBUTES: Final = (SHAPE, BORDER, BACKGROUND, LEGEND, BAR, TEXT)

DIGITS_NAME: Final = "digits"
"""Name under which a rule reads :data:`TEXT` as a number."""
PICTOGRAM_NAME: Final = "pictogram"
"""Name under which a rule asks for a pictogram of the gallery."""


def describe() -> dict[str, object]:
    """The vocabulary as plain JSON data, as it stands in the card of every weights file."""
    return {
        "attributes": [{"kind": type(a).__name__, **asdict(a)} for a in ATTRIBUTES],
        "embedding_dimensions": EMBEDDING_DIMENSIONS,
    }


def fingerprint() -> str:
    """Digest of names, values and their order; weights fit only the vocabulary they grew with."""
    content = describe()
    for attribute in content["attributes"]:  # type: ignore[attr-defined]
        del attribute["description"]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
