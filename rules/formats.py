"""Texts of a fixed format that a rule file may hold: ids, names, codes and paths."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from rules.countries import COUNTRIES, likely_country
from rules.diagnostics import quote
from rules.languages import LANGUAGES, likely_language


@dataclass(frozen=True)
class Format:
    """Text of a fixed format, with words for what is expected.

    Attributes:
        pattern: what the whole text must match.
        expected: the same in words.
        likely: from a text that does not match to what was meant, if that matches.
    """

    pattern: str
    expected: str
    likely: Callable[[str], str] = str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the format after the type."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The type with the pattern."""
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}

    def _check(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            meant = self.likely(text)
            hint = f"did you mean {quote(meant)}?" if re.fullmatch(self.pattern, meant) else None
            context = {"expected": self.expected, "suggestion": hint}
            raise PydanticCustomError("format", "wrong format", context)
        return text


def with_small_country(text: str) -> str:
    """A sign id with its first part in small letters, as all countries of ids are."""
    country, dot, rest = text.partition(".")
    return country.lower() + dot + rest


def _with_slashes(path: str) -> str:
    return path.replace("\\", "/")


SIGN_ID_PATTERN: Final = r"[a-z]{2,8}(?:\.[A-Za-z0-9][A-Za-z0-9_-]*)+"

SIGN_ID_RULE: Final = (
    "an id such as `de.142-10`: the country in small letters, a dot, and then letters, digits, `-` "
    "and `_`"
)
_SIGN_PATTERN: Final = rf"{SIGN_ID_PATTERN}|[a-z]{{2,8}}(?:\.[A-Za-z0-9_-]+)*\.[A-Za-z0-9_-]*\*"

SignId = Annotated[str, Format(SIGN_ID_PATTERN, SIGN_ID_RULE, with_small_country)]
SignPattern = Annotated[
    str,
    Format(
        _SIGN_PATTERN,
        "a sign id such as `de.142-10`, or the beginning of several and a star, such as `de.*`",
        with_small_country,
    ),
]
NAME_PATTERN: Final = r"[A-Za-z][A-Za-z0-9_-]*"
NAME_RULE: Final = (
    "a name of the letters a to z, digits, `_` and `-` that begins with a letter, such as `deer`"
)
Name = Annotated[str, Format(NAME_PATTERN, NAME_RULE)]
Country = Annotated[
    str,
    Format("|".join(sorted(COUNTRIES)), "an ISO 3166 country code such as `DE`", likely_country),
]
Language = Annotated[
    str,
    Format(
        rf"(?:{'|'.join(LANGUAGES)}|[a-z]{{3}})(?:-[A-Z][A-Za-z]+)?",
        "an ISO 639 language code such as `en` or `pt-BR`",
        likely_language,
    ),
]
ArtworkReference = Annotated[
    str,
    Format(
        r"[a-z][a-z0-9_]*:[A-Za-z0-9][A-Za-z0-9._-]*",
        "a package and a name in it, such as `mapillary:warning--wild-animals--g1`, or a drawing "
        "of our own, such as `signrules:136-10`",
    ),
]
CHECK_CODE_RULE: Final = "the code of a check, such as `SR103`"
CheckCode = Annotated[str, Format(r"SR[0-9]{3}", CHECK_CODE_RULE)]
RuleFilePath = Annotated[
    str,
    Format(
        r"(?![/~\\])[^\\:\x00]*\.ya?ml",
        "a relative path of a .yaml file, such as `../signs.yaml`",
        likely=_with_slashes,
    ),
]
ExemplarPath = Annotated[
    str,
    Format(
        r"(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\\:\x00]+",
        "a relative path inside the folder of this file, such as `pictograms/deer.png`",
        likely=_with_slashes,
    ),
]
Label = Annotated[
    str,
    Format(
        r"(?=.*\S)(?:[^{}\x00-\x1f\x7f]|\{[^{}]*\})+",
        "some text on one line, in which braces stand around `digits` or `text` alone",
    ),
]
NonEmpty = Annotated[str, Format(r"[\s\S]*\S[\s\S]*", "some text")]
