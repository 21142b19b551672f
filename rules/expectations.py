"""Tests beside a rule file: what certain attributes, or a picture, must be recognized as.

Beside ``signs.yaml`` lies ``signs.tests.yaml``::

    version: 1
    tests:
      - {attributes: {shape: circle, border: red, digits: 50}, expect: "de.274[50]"}
      - {picture: pictures/stop.png, expect: de.206}
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import ConfigDict, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from attributes.vocabulary import CATEGORICAL, DIGITS_NAME, LEGEND, PICTOGRAM_NAME, TEXT
from rules.answer_ids import ANSWER_PATTERN, UNKNOWN, split_id
from rules.catalogue import Catalogue, Sign
from rules.condition_schema import (
    NONE,
    NumberOrNone,
    StrictModel,
    literal_of,
    one_or_many,
    readable_string,
    require_exactly_one,
    require_one_reading,
)
from rules.diagnostics import Findings, LoadError, Position, Sources, quote
from rules.documents import Document
from rules.file_references import PICTURE_SUFFIXES, report_missing
from rules.formats import Country, Format, Name, NonEmpty, with_small_country
from rules.likeness import likely_meant
from rules.numbers import plain_spelling
from rules.reading import read_document
from rules.schema import FileModel
from rules.yaml_positions import MappingNode, Node, items_of

SUFFIX: Final = ".tests.yaml"

Reason = Literal[
    "no_rule", "ambiguous", "pictogram_unmatched", "below_threshold", "too_small", "not_a_sign"
]


def likely_answer(text: str) -> str:
    """An answer in the letters that it is written in: a sign id, or the word for none."""
    small = with_small_country(text)
    unknown = likely_meant(small, (UNKNOWN,)) if "." not in text else ()
    return next(iter(unknown), small)


_ANSWER_RULE: Final = (
    f'a sign such as de.206, a sign with its value such as "de.274[50]", or {UNKNOWN}'
)
_Answer = Annotated[str, Format(ANSWER_PATTERN, _ANSWER_RULE, likely_answer)]
_PicturePath = Annotated[
    str, Format(r"(?![/~\\])[^\\:\x00]+", "a relative path, such as `pictures/stop.png`")
]

_values: dict[str, Any] = {
    **{
        a.name: (literal_of(a.values) | None, Field(None, description=a.description))
        for a in CATEGORICAL
    },
    LEGEND.name: (
        one_or_many(literal_of((NONE, *LEGEND.values)), literal_of(LEGEND.values)) | None,
        Field(None, description=LEGEND.description),
    ),
    TEXT.name: (
        readable_string((NONE,), TEXT) | None,
        Field(None, description=TEXT.description),
    ),
    DIGITS_NAME: (NumberOrNone | None, Field(None, description="The text, as a number.")),
}
_AttributeValues = create_model("_AttributeValues", __base__=StrictModel, **_values)


class Observation(_AttributeValues):  # type: ignore[misc, valid-type]
    """What is read from a sign with certainty.

    What is not given is: no legend, no text, no bar, and of the rest anything.
    """

    @model_validator(mode="after")
    def _one_reading_of_the_text(self) -> Observation:
        require_one_reading(self)
        return self


class ExpectationModel(StrictModel):
    """One test: what is seen, and what must be answered."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {"oneOf": [{"required": ["attributes"]}, {"required": ["picture"]}]},
                {"oneOf": [{"required": ["expect"]}, {"required": ["not"]}]},
            ]
        }
    )

    attributes: Observation | None = Field(default=None, description="What is read from the sign.")
    pictogram: Name | None = Field(
        default=None, description="Pictogram on the sign; none of the gallery if absent."
    )
    picture: _PicturePath | None = Field(
        default=None, description="Instead of attributes: a picture, relative to this file."
    )
    expect: _Answer | None = Field(
        default=None, description='The answer: `de.206`, `"de.274[50]"` or `unknown`.'
    )
    not_: _Answer | None = Field(
        default=None, alias="not", description="Instead of `expect`: what must not be answered."
    )
    reason: Reason | None = Field(
        default=None, description="Beside `expect: unknown`: why it must be unknown."
    )
    country: Country | None = Field(
        default=None, description="Where the sign stands: signs of other countries do not count."
    )
    todo: NonEmpty | None = Field(
        default=None, description="Why this fails for now; the test must be fixed or stay failing."
    )

    @model_validator(mode="after")
    def _keys_that_go_together(self) -> ExpectationModel:
        require_exactly_one(self, ("attributes", "picture"))
        require_exactly_one(self, ("expect", "not"))
        if self.pictogram is not None and self.picture is not None:
            raise _conflict("picture", PICTOGRAM_NAME, "`pictogram` only beside `attributes`")
        if self.reason is not None and self.expect != UNKNOWN:
            other = "expect" if self.expect is not None else "not"
            raise _conflict(other, "reason", f"`reason` only beside `expect: {UNKNOWN}`")
        return self


def _conflict(first: str, second: str, expected: str) -> PydanticCustomError:
    context = {"keys": [first, second], "expected": expected}
    return PydanticCustomError("conflict", "keys exclude each other", context)


class ExpectationsModel(FileModel):
    """A test file: what the rules beside it must answer."""

    kind: ClassVar[str] = "test file"
    expected_of_key: ClassVar[Mapping[str, str]] = {
        DIGITS_NAME: "a number or none",
        TEXT.name: 'none, or quoted capital letters and digits such as "STOP"',
        LEGEND.name: f"none, {', '.join(LEGEND.values)}, or a list of them",
        PICTOGRAM_NAME: "the name of a pictogram",
        "expect": _ANSWER_RULE,
        "not": _ANSWER_RULE,
    }

    tests: Annotated[list[ExpectationModel], Field(min_length=1)] = Field(
        default_factory=list, description="The tests."
    )


@dataclass(frozen=True)
class Expectation:
    """One test.

    Attributes:
        position: where it stands.
        attributes: what is read from the sign, for :func:`rules.certain_readings`; None if
            ``picture`` is given.
        pictogram: the pictogram on the sign; None if it is none of the gallery.
        picture: a picture that exists.
        answer: a sign id, perhaps with a value in brackets, or ``unknown``.
        negated: whether ``answer`` is what must *not* be answered.
        reason: why the answer must be unknown.
        country: the only one whose signs count, beside those of none; None for all.
        todo: why the test fails for now; None if it must pass.
    """

    position: Position
    attributes: Mapping[str, Any] | None
    pictogram: str | None
    picture: Path | None
    answer: str
    negated: bool
    reason: Reason | None
    country: str | None
    todo: str | None

    def is_met_by(self, sign_id: str | None, answer_id: str, reason: str | None) -> bool:
        """Whether an answer is what is expected.

        Args:
            sign_id: the sign without its value; None if it is unknown.
            answer_id: the sign with its value, or ``unknown``.
            reason: why it is unknown.
        """
        same = self.answer in (sign_id, answer_id)
        return same != self.negated and self.reason in (None, reason)


def expectations_path(catalogue_file: Path) -> Path:
    """Where the tests of a rule file lie."""
    return catalogue_file.with_suffix(SUFFIX)


def load_expectations(
    path: str | os.PathLike[str], catalogue: Catalogue
) -> tuple[Expectation, ...]:
    """Read the tests of ``catalogue``.

    Raises:
        CatalogueError: the file has mistakes, or names what the catalogue does not have.
    """
    findings = Findings(Sources())
    resolved = Path(os.path.realpath(path))
    document = read_document(ExpectationsModel, os.fspath(path), resolved, None, findings)
    expectations = []
    # Tests that were all left out as wrong have been told of.
    if document is not None and "tests" not in _given_keys(document):
        place = document.position(document.root)
        findings.error(
            LoadError.MISSING_KEY, "the test file has no tests", place, expected="the key `tests`"
        )
    if document is not None:
        nodes = items_of(document.root.get("tests"))
        for model, node in zip(document.model.tests, nodes, strict=True):
            assert isinstance(node, MappingNode)
            expectations.append(_Reader(document, catalogue, node, model).expectation())
    findings.raise_if_any()
    return tuple(expectations)


def _given_keys(document: Document[ExpectationsModel]) -> set[str]:
    """The keys that a test file has at its top level, right or wrong."""
    return {*document.root.entries, *document.left_out(document.root)}


class _Reader:
    """Turns one test of a file into an expectation, its names held against the catalogue."""

    def __init__(
        self,
        document: Document[ExpectationsModel],
        catalogue: Catalogue,
        node: MappingNode,
        model: ExpectationModel,
    ) -> None:
        self._document = document
        self._catalogue = catalogue
        self._node = node
        self._model = model

    def expectation(self) -> Expectation:
        """The test; what is wrong with it is recorded."""
        model = self._model
        if model.pictogram is not None and model.pictogram not in self._catalogue.pictograms:
            self._undefined(
                "pictogram", model.pictogram, PICTOGRAM_NAME, self._catalogue.pictograms
            )
        countries = dict.fromkeys(s.country for s in self._catalogue.signs if s.country)
        if model.country is not None and model.country not in countries:
            self._undefined("country", model.country, "country", countries)
        answer = model.expect or model.not_ or UNKNOWN
        if answer != UNKNOWN:
            self._check_answer(answer, "expect" if model.expect else "not")
        attributes = model.attributes
        return Expectation(
            position=self._document.position(self._node),
            attributes=attributes.model_dump(exclude_unset=True) if attributes else None,
            pictogram=model.pictogram,
            picture=self._picture(),
            answer=answer,
            negated=model.not_ is not None,
            reason=model.reason,
            country=model.country,
            todo=model.todo,
        )

    def _check_answer(self, answer: str, key: str) -> None:
        sign_id, value = split_id(answer)
        sign = self._catalogue.by_id.get(sign_id)
        if sign is None:
            self._undefined("sign", sign_id, key, self._catalogue.by_id)
        elif self._model.country is not None and sign.country not in (None, self._model.country):
            # Neither `expect` nor `not` would test anything.
            message = f"{quote(sign_id)} is a sign of {sign.country}"
            self._error(LoadError.INVALID_VALUE, message, "country", f"`{sign.country}`")
        elif value and sign.value is None:
            self._error(
                LoadError.INVALID_VALUE, f"{quote(sign_id)} has no value", key, f"`{sign_id}`"
            )
        elif value and key == "expect" and not self._model.todo and not sign.can_have(value):
            texts = {a.conditions[TEXT.name].phrase: None for a in sign.alternatives}
            plain = plain_spelling(value)
            is_meant = plain is not None and sign.can_have(plain)
            self._never_answered(
                sign, value, key, "; ".join(texts), _as_spelled(sign, value) if is_meant else None
            )
        # Such a test would always pass, whatever the rules are. A number that they do not allow
        # is fine: that they must not is what the test says.
        elif value and key == "not" and sign.reads_number and plain_spelling(value) != value:
            expected = "a number as answers spell it, such as 50 or 3.5"
            self._never_answered(sign, value, key, expected, _as_spelled(sign, value))

    def _never_answered(
        self, sign: Sign, value: str, key: str, expected: str, suggestion: str | None
    ) -> None:
        self._error(
            LoadError.INVALID_VALUE,
            f"the value of {quote(sign.id)} is never {quote(value)}",
            key,
            expected,
            suggestion=suggestion,
        )

    def _picture(self) -> Path | None:
        if self._model.picture is None:
            return None
        path = self._document.path.parent / self._model.picture
        if not os.path.isfile(path):
            report_missing(
                LoadError.UNREADABLE_FILE, "picture", self._model.picture, self._document,
                self._node.get("picture") or self._node, PICTURE_SUFFIXES,
            )  # fmt: skip
        return path

    def _undefined(self, kind: str, name: str, key: str, known: Mapping[str, object]) -> None:
        self._error(
            LoadError.UNDEFINED_NAME,
            f"no {kind} is called {quote(name)}",
            key,
            f"a {kind} of {self._catalogue.files[0].name}",
            slip=(name, known),
        )

    def _error(
        self, code: LoadError, message: str, key: str, expected: str, **details: Any
    ) -> None:
        place: Node = self._node.get(key) or self._node
        position = self._document.position(place)
        self._document.findings.error(code, message, position, expected=expected, **details)


def _as_spelled(sign: Sign, value: str) -> str | None:
    """How the number must be written that ``value`` is another spelling of."""
    plain = plain_spelling(value)
    if plain in (None, value):
        return None
    return f"a number is written without zeros at its end: {quote(f'{sign.id}[{plain}]')}"
