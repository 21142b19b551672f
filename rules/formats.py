"""Texts of a fixed format that a rule file may hold: ids, names, codes and paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True)
class Format:
    """Text of a fixed format, with words for what is expected."""

    pattern: str
    expected: str

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
            raise PydanticCustomError("format", "wrong format", {"expected": self.expected})
        return text


SIGN_ID_PATTERN: Final = r"[a-z]{2,8}(?:\.[A-Za-z0-9][A-Za-z0-9_-]*)+"

SignId = Annotated[str, Format(SIGN_ID_PATTERN, "an id such as `de.142-10`")]
SignPattern = Annotated[
    str,
    Format(
        rf"{SIGN_ID_PATTERN}|[a-z]{{2,8}}(?:\.[A-Za-z0-9_-]+)*\.[A-Za-z0-9_-]*\*",
        "a sign id such as `de.142-10`, or the beginning of several and a star, such as `de.*`",
    ),
]
Name = Annotated[
    str, Format(r"[A-Za-z][A-Za-z0-9_-]*", "a name of letters, digits, `_` and `-`, such as `deer`")
]
Country = Annotated[str, Format(r"[A-Z]{2}", "an ISO 3166 country code such as `DE`")]
Language = Annotated[
    str, Format(r"[a-z]{2,3}(?:-[A-Z][A-Za-z]+)?", "a language code such as `en` or `pt-BR`")
]
ArtworkReference = Annotated[
    str,
    Format(
        r"[a-z][a-z0-9_]*:[A-Za-z0-9][A-Za-z0-9._-]*",
        "a package and a name in it, such as `mapillary:warning--wild-animals--g1`, or a drawing "
        "of our own, such as `signrules:136-10`",
    ),
]
CheckCode = Annotated[str, Format(r"SR[0-9]{3}", "the code of a check, such as `SR103`")]
RuleFilePath = Annotated[
    str,
    Format(
        r"(?![/~\\])[^\\:\x00]*\.ya?ml", "a relative path of a .yaml file, such as `../signs.yaml`"
    ),
]
ExemplarPath = Annotated[
    str,
    Format(
        r"(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\\:\x00]+",
        "a path inside the folder of this file, such as `pictograms/deer.png`",
    ),
]
NonEmpty = Annotated[str, Format(r"[\s\S]*\S[\s\S]*", "some text")]
