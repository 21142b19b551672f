"""The shape of conditions as pydantic models, generated from the vocabulary.

Wherever a condition takes values of several forms (a word, a list, a mapping), the form alone
decides which model is tried, so that a mistake gives one message and not one per form.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from attributes.vocabulary import (
    ATTRIBUTES,
    DIGITS_NAME,
    LEGEND,
    TEXT,
    Categorical,
    ColourSet,
    Text,
)
from rules.formats import Name
from rules.numbers import Multiples, spell

MAX_NUMBERS: Final = 2000
"""Most numbers that one ``digits`` condition may stand for."""

NONE: Final = "none"
"""Word for the absence of a legend, of digits and of text."""
ANY: Final = "any"
"""Word for any text at all."""

_DECIMAL_COMMA: Final = re.compile(r"(?<=[0-9]),(?=[0-9])")


class StrictModel(BaseModel):
    """A mapping of the rule file: unknown keys refused, nothing converted, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def exactly_one_required(*keys: str) -> JsonDict:
    """What :func:`require_exactly_one` is in JSON Schema."""
    return {"oneOf": [{"required": [key]} for key in keys]}


def require_exactly_one(model: StrictModel, keys: tuple[str, ...]) -> None:
    """Raise PydanticCustomError unless exactly one of ``keys`` is given in the file."""
    fields = type(model).model_fields
    present = {fields[name].alias or name for name in model.model_fields_set}
    given = [key for key in keys if key in present]
    if len(given) != 1:
        raise PydanticCustomError(
            "conflict" if given else "neither",
            "exactly one key",
            {"keys": given or list(keys), "expected": f"exactly one of {', '.join(keys)}"},
        )


def require_one_reading(model: StrictModel) -> None:
    """Raise PydanticCustomError if a model asks of the text both what it says and which number."""
    if {DIGITS_NAME, TEXT.name} <= model.model_fields_set:
        raise PydanticCustomError(
            "conflict",
            "two readings of one text",
            {"keys": [DIGITS_NAME, TEXT.name], "expected": "either `digits` or `text`"},
        )


def _form(value: object) -> str:
    """Which form a value has; the tag of the model that is tried for it."""
    if isinstance(value, list):
        return "<list>"
    if isinstance(value, dict | BaseModel):
        return "<mapping>"
    return "<word>"


def _form_or_number(value: object) -> str:
    return "<number>" if isinstance(value, int | float) else _form(value)


def _forms(word: Any, item: Any, mapping: Any) -> Any:
    """The type of ``word``, of a non-empty list of ``item``, or of ``mapping``."""
    return Annotated[
        Annotated[word, Tag("<word>")]
        | Annotated[list[item], Field(min_length=1), Tag("<list>")]
        | Annotated[mapping, Tag("<mapping>")],
        Discriminator(_form),
    ]


def one_or_many(item: Any, listed: Any = None) -> Any:
    """The type of ``item``, or of a non-empty list of ``listed`` (``item`` if absent)."""
    many: Any = list[listed or item]  # type: ignore[misc]
    return Annotated[
        Annotated[item, Tag("<word>")] | Annotated[many, Field(min_length=1), Tag("<list>")],
        Discriminator(_form),
    ]


def _negation(title: str, item: Any) -> Any:
    """The model of ``{not: item or list}``."""
    return create_model(
        title,
        __base__=StrictModel,
        __doc__="Everything but what is listed.",
        not_=(one_or_many(item), Field(alias="not", description="What is not allowed.")),
    )


def literal_of(values: tuple[str, ...]) -> Any:
    """The type of one of ``values``, which are known only at run time."""
    return Literal[values]


def _categorical_condition(attribute: Categorical) -> Any:
    value = literal_of(attribute.values)
    return _forms(value, value, _negation(f"Not{attribute.name.title()}", value))


_Colours = one_or_many(literal_of(LEGEND.values))
_ColoursOrNone = one_or_many(literal_of((NONE, *LEGEND.values)))


class LegendForm(StrictModel):
    """A set of colours described by exactly one of its keys."""

    model_config = ConfigDict(json_schema_extra=exactly_one_required("only", "all", "not"))

    only: _Colours | None = Field(  # type: ignore[valid-type]
        None, description="At least one colour, and none but these."
    )
    all: _Colours | None = Field(  # type: ignore[valid-type]
        None, description="Every one of these colours, and perhaps others."
    )
    not_: _ColoursOrNone | None = Field(  # type: ignore[valid-type]
        None, alias="not", description="None of these; `not: none` is any colour at all."
    )

    @model_validator(mode="after")
    def _one_key(self) -> LegendForm:
        require_exactly_one(self, ("only", "all", "not"))
        return self


def _legend_condition(attribute: ColourSet) -> Any:
    word = literal_of((NONE, *attribute.values))
    return _forms(word, word, LegendForm)


def _text_condition(attribute: Text) -> Any:
    alone = f"`{ANY}` stands alone, as `text: {ANY}`; no text at all is `text: {NONE}`"
    listed = readable_string((NONE,), attribute, alone)
    return _forms(readable_string((NONE, ANY), attribute), listed, _negation("NotText", listed))


def readable_string(words: tuple[str, ...], attribute: Text, about_any: str | None = None) -> Any:
    """The type of a non-empty string that the network can read, or of one of ``words``.

    Args:
        words: what may stand there beside strings.
        attribute: the text.
        about_any: what to tell of the word ``any``, if it is none of ``words``.
    """
    pattern = f"[{re.escape(attribute.alphabet)}]{{1,{attribute.max_length}}}"
    expected = f"{', '.join(words)}, or 1 to {attribute.max_length} capital letters, digits or dots"

    def suggestion(text: str) -> str | None:
        small, capitals = text.lower(), text.upper()
        if small == ANY and ANY not in words:
            return about_any
        meant = small if small in words else capitals
        with_point = _DECIMAL_COMMA.sub(".", meant)
        if not (with_point in words or re.fullmatch(pattern, with_point)):
            return None
        why = "" if with_point == meant else "a comma on a sign is read as a point; "
        return f"{why}did you mean `{with_point}`?"

    def check(text: str) -> str:
        if text in words or re.fullmatch(pattern, text):
            return text
        context = {"expected": expected, "suggestion": suggestion(text)}
        raise PydanticCustomError("format", "no text", context)

    schema = {"type": "string", "pattern": f"^(?:{'|'.join((*words, pattern))})$"}
    return Annotated[str, AfterValidator(check), WithJsonSchema(schema)]


def _check_number(number: float) -> float:
    try:
        spell(number)
    except ValueError:
        raise _too_long() from None
    return number


def _too_long() -> PydanticCustomError:
    expected = f"numbers from 0 on of at most {TEXT.max_length} characters"
    return PydanticCustomError("format", "no readable number", {"expected": expected})


class NumberRange(StrictModel):
    """All multiples of ``multiple_of`` from ``min`` to ``max``, both included."""

    min: Annotated[float, Field(ge=0)] = Field(description="Smallest number.")
    max: Annotated[float, Field(ge=0)] = Field(description="Largest number.")
    multiple_of: Annotated[float, Field(gt=0)] = Field(
        default=1.0, description="Only multiples of this; 1 if not given. May be 0.5 or 0.1."
    )

    @model_validator(mode="after")
    def _countable(self) -> NumberRange:
        if "multiple_of" not in self.model_fields_set and not (self.min % 1 == self.max % 1 == 0):
            raise PydanticCustomError(
                "format",
                "a bound that is not reached",
                {
                    "expected": "whole numbers as `min` and `max`, or `multiple_of` beside them",
                    "suggestion": "add `multiple_of: 0.1`, or 0.5: without it a range has the "
                    "whole numbers alone",
                },
            )
        multiples = self.multiples
        if not multiples.count:
            raise PydanticCustomError(
                "range",
                "no number lies in this range",
                {"expected": "`min` not above `max`, a multiple of `multiple_of` between them"},
            )
        if multiples.count > MAX_NUMBERS:
            raise PydanticCustomError(
                "range_size",
                "this range has {count} numbers",
                {"count": multiples.count, "expected": f"at most {MAX_NUMBERS} numbers"},
            )
        if multiples.max_length > TEXT.max_length:
            raise _too_long()
        return self

    @property
    def multiples(self) -> Multiples:
        """The numbers of the range."""
        return Multiples.between(self.min, self.max, self.multiple_of)


def _digits_form(value: object) -> str:
    is_negation = (isinstance(value, dict) and "not" in value) or isinstance(value, NotNumbers)
    return "<not>" if is_negation else _form_or_number(value)


_Number = Annotated[float, Field(ge=0), AfterValidator(_check_number)]
NumberOrNone = Annotated[
    Annotated[_Number, Tag("<number>")] | Annotated[Literal["none"], Tag("<word>")],
    Discriminator(_form_or_number),
]
_Numbers = Annotated[
    Annotated[_Number, Tag("<number>")]
    | Annotated[Literal["none"], Tag("<word>")]
    | Annotated[list[NumberOrNone], Field(min_length=1), Tag("<list>")],
    Discriminator(_form_or_number),
]


class NotNumbers(StrictModel):
    """Any text but these numbers, however they are spelled."""

    not_: _Numbers = Field(alias="not", description="What is not allowed.")

    @model_validator(mode="before")
    @classmethod
    def _no_range(cls, value: object) -> object:
        keys = value if isinstance(value, dict) else ()
        beside = next((key for key in NumberRange.model_fields if key in keys), None)
        if beside is not None:
            raise PydanticCustomError(
                "conflict",
                "a range and a negation",
                {
                    "keys": [beside, "not"],
                    "expected": "either `{min: …, max: …}` or `{not: …}`",
                    "suggestion": "to leave numbers out of a range, list the others: `[5, 6, 8]`",
                },
            )
        return value


_DigitsCondition = Annotated[
    Annotated[_Number, Tag("<number>")]
    | Annotated[Literal["none"], Tag("<word>")]
    | Annotated[list[NumberOrNone], Field(min_length=1), Tag("<list>")]
    | Annotated[NumberRange, Tag("<mapping>")]
    | Annotated[NotNumbers, Tag("<not>")],
    Discriminator(_digits_form),
]


def _attribute_condition(attribute: Categorical | ColourSet | Text) -> Any:
    if isinstance(attribute, Categorical):
        return _categorical_condition(attribute)
    if isinstance(attribute, ColourSet):
        return _legend_condition(attribute)
    return _text_condition(attribute)


_fields: dict[str, Any] = {
    a.name: (_attribute_condition(a) | None, Field(default=None, description=a.description))
    for a in ATTRIBUTES
}
_AttributeConditions = create_model("_AttributeConditions", __base__=StrictModel, **_fields)


class Conditions(_AttributeConditions):  # type: ignore[misc, valid-type]
    """Conditions that must all hold."""

    # That they are not empty is checked where it is known which ones are wrong and left out.
    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    face: Name | None = Field(default=None, description="Name of conditions defined under `faces`.")
    digits: _DigitsCondition | None = Field(
        default=None,
        description="The text read as a number: a number, a list, `{min, max, multiple_of}`, "
        "`{not: …}`, or `none` if the sign shows no text.",
    )
    pictogram: one_or_many(Name) | None = Field(  # type: ignore[valid-type]
        None, description="Name of a pictogram, or several of which one must be on the sign."
    )
    any: Annotated[list[Conditions], Field(min_length=1)] | None = Field(
        default=None,
        description="Alternatives: beside the other conditions, one of these must hold.",
    )

    @model_validator(mode="after")
    def _one_reading_of_the_text(self) -> Conditions:
        require_one_reading(self)
        return self
