"""Pydantic's validation errors in the words of the rule language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Generic, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from attributes.vocabulary import CATEGORICAL, DIGITS_NAME, LEGEND, PICTOGRAM_NAME, TEXT
from rules.condition_schema import ANY, NONE, NumberRange
from rules.diagnostics import LoadError, Related, one_of, quote
from rules.documents import Document, FileModelT
from rules.formats import CHECK_CODE_RULE, SIGN_ID_RULE
from rules.languages import LANGUAGES
from rules.rewriting import (
    ABOUT_PICTOGRAM,
    as_exemplars,
    as_list,
    as_mapping,
    as_negation,
    as_number,
    as_range,
    as_several,
    as_text,
    as_value,
    looks_like_number,
)
from rules.schema import FileModel
from rules.yaml_advice import advice_if_glued
from rules.yaml_positions import MappingNode, Node, Scalar, SequenceNode, resolve

Location = Sequence[str | int]
"""Path of an error in a file: keys, list indices, and tags such as ``<list>``."""

_KEY_MARK = "[key]"
_MARKS = frozenset((_KEY_MARK, "<word>", "<number>", "<list>", "<mapping>", "<not>"))
"""Parts of a location that stand for no key of the file."""
_PATH_KEYS = frozenset(("exemplars", "include", "extends"))
_FORM_KEYS = frozenset(("not", "only", "all"))
_VERSION: Final = "version"
_NUMBER_KEYS: Final = (DIGITS_NAME, _VERSION)

_EXPECTED_OF_KEY: Final = {
    DIGITS_NAME: "a number, a list of numbers, `{min: 5, max: 130, multiple_of: 5}`, `{not: …}` "
    "or none",
    TEXT.name: 'none, any, quoted capital letters and digits such as "STOP", a list, or `{not: …}`',
    LEGEND.name: f"none, {', '.join(LEGEND.values)}, a list, `{{only: …}}`, `{{all: …}}` or "
    "`{not: …}`",
    PICTOGRAM_NAME: "the name of a pictogram, or a list of names",
    "face": "the name of a face",
    "id": SIGN_ID_RULE,
    "code": CHECK_CODE_RULE,
    _VERSION: "1, the only version so far",
}
_ATTRIBUTES: Final = frozenset((*(a.name for a in CATEGORICAL), LEGEND.name))
_EXPECTED_OF_ITEM: Final = {"allow": CHECK_CODE_RULE}
_OTHER_FILES: Final = {
    "classes": "a label map, which `--labels` names",
    "exclusions": "a file of exclusions, which lies beside its rule file",
    "per_sign": "a thresholds file, which lies beside its rule file",
    "signs": "a rule file",
    "tests": "a test file, which lies beside its rule file",
}
"""What a file is that has a key at its top which only one kind of file has."""
_NEVER_A_NUMBER: Final = frozenset(("id", "code", "allow", "expect", "not"))
"""Keys of text that a number is none of, not even in quotes."""
_EXPECTED_OF_TYPE: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list, such as `[a, b]`",
    "dict_type": "a mapping, that is lines of `key: value`",
    "model_type": "a mapping, that is lines of `key: value`",
}


def place_of(error: ErrorDetails, document: Document[FileModelT]) -> tuple[Node, Location]:
    """The mapping or list that a validation error lies in, and where it lies there."""
    location: Location = error["loc"]
    end = len(location)
    while end > 1 and location[end - 1] in _MARKS:
        end -= 1
    above = max(end - 1, 0)
    return document.node_at(location[:above]), location[above:]


def report(error: ErrorDetails, document: Document[FileModelT]) -> None:
    """Record a validation error of ``document`` among its findings."""
    _Phrase(error, document).report()


class _Phrase(Generic[FileModelT]):
    """One validation error, and what its message needs to know."""

    def __init__(self, error: ErrorDetails, document: Document[FileModelT]) -> None:
        self._type = error["type"]
        self._context: Mapping[str, Any] = error.get("ctx", {})
        self._document = document
        self._expected_of_key = {**_EXPECTED_OF_KEY, **document.schema.expected_of_key}
        self._location: Location = error["loc"]
        self._node = document.node_at(self._location)
        keys = [part for part in self._location if isinstance(part, str) and part not in _MARKS]
        self._last_key = keys[-1] if keys else ""
        # The `not` of a test is a key like others; that of a condition is a form of its value.
        self._is_of_test = self._location[:1] == ("tests",) and len(self._location) == 3
        attribute_keys = keys if self._is_of_test else [k for k in keys if k not in _FORM_KEYS]
        self._subject_key = attribute_keys[-1] if attribute_keys else ""

    def report(self) -> None:
        if self._location and self._location[-1] == _KEY_MARK:
            self._wrong_name()
        elif self._type == "missing":
            self._missing()
        elif self._type == "extra_forbidden":
            self._unknown_key()
        elif self._type == "literal_error" and self._is_word:
            self._unknown_value()
        elif self._type == "too_short":
            self._empty()
        elif self._type in ("conflict", "neither"):
            self._key_conflict()
        elif self._type in ("range", "range_size"):
            code = LoadError.TOO_LARGE if self._type == "range_size" else LoadError.INVALID_VALUE
            template = "this range has {count} numbers" if "count" in self._context else None
            message = template or "no number lies in this range"
            self._record(code, message.format(**self._context), expected=self._context["expected"])
        elif self._type in ("format", "greater_than_equal", "greater_than"):
            self._wrong_format()
        else:
            self._wrong_type()

    @property
    def _is_word(self) -> bool:
        return isinstance(self._node, Scalar) and isinstance(self._node.value, str)

    @property
    def _subject(self) -> str:
        """The entry of the file that the error is in, for example ``sign `de.274```."""
        section, *rest = self._location or ("",)
        if rest and section in ("faces", "pictograms"):
            return f"{section[:-1]} {quote(rest[0])}"
        if rest and section == "signs":
            sign = self._document.node_at(self._location[:2])
            name = sign.get("id") if isinstance(sign, MappingNode) else None
            return f"sign {quote(name.text)}" if isinstance(name, Scalar) else "this sign"
        return "this test" if rest and section == "tests" else f"the {self._document.schema.kind}"

    @property
    def _is_part(self) -> bool:
        """Whether the error lies in a list, or under ``not``, ``only`` or ``all``."""
        in_list = bool(self._location) and isinstance(self._location[-1], int)
        is_form = not self._is_of_test and not _FORM_KEYS.isdisjoint(self._location)
        return in_list or is_form

    @property
    def _expected_of_subject(self) -> str | None:
        """What a key may have as a whole; None within its value."""
        return None if self._is_part else self._expected_of_key.get(self._subject_key)

    def _record(
        self, code: LoadError, message: str, at: Node | None = None, **details: Any
    ) -> None:
        position = self._document.position(at or self._node)
        self._document.findings.error(code, message, position, **details)

    def _wrong_name(self) -> None:
        parent = self._document.node_at(self._location[:-2])
        name = str(self._location[-2])
        at = parent.key(name) if isinstance(parent, MappingNode) else parent
        self._record(
            LoadError.INVALID_VALUE,
            f"{quote(name)} cannot be a key of {quote(self._location[-3])}",
            at,
            expected=self._context.get("expected"),
            suggestion=self._context.get("suggestion"),
        )

    def _missing(self) -> None:
        key = str(self._location[-1])
        mapping = self._document.node_at(self._location[:-1])
        if isinstance(mapping, MappingNode) and key in mapping.valueless:
            return
        if self._location[:-1] and isinstance(self._location[-2], str):
            is_form = self._location[-2] in _MARKS
            allowed = allowed_keys(self._document.schema, self._location[:-1])
            if is_form and isinstance(mapping, MappingNode) and {*mapping.entries} - {*allowed}:
                return  # It may be misspelt: of what stands there is told that it is no key.
            whole = "the condition" if is_form else quote(self._location[-2])
        else:
            whole = self._subject
        expected = "`version: 1`" if key == _VERSION else f"the key {quote(key)}"
        self._record(
            LoadError.MISSING_KEY, f"{whole} has no {quote(key)}", mapping, expected=expected
        )

    def _empty(self) -> None:
        if self._document.left_out(self._node):
            return  # What it holds is wrong, which has been recorded.
        self._record(
            LoadError.INVALID_VALUE,
            f"{quote(self._last_key)} is empty",
            expected="at least one entry",
        )

    def _unknown_key(self) -> None:
        key = str(self._location[-1])
        mapping = self._document.node_at(self._location[:-1])
        allowed = allowed_keys(self._document.schema, self._location[:-1])
        at = mapping.key(key) if isinstance(mapping, MappingNode) else mapping
        self._record(
            LoadError.UNKNOWN_KEY,
            f"unknown key {quote(key)} in {self._subject}",
            at,
            expected=one_of(allowed),
            suggestion=self._right_place(key, mapping, allowed),
            slip=(key, allowed),
        )

    def _right_place(self, key: str, mapping: Node, allowed: Sequence[str]) -> str | None:
        """Where a key belongs that has only got into the wrong mapping; None if nowhere."""
        if key == "not" and "any" in allowed and isinstance(mapping, MappingNode):
            return as_negation(mapping.get(key))
        schema, location = self._document.schema, self._location[:-1]
        keys = [part for part in location if part not in _MARKS]
        if not keys and key in _OTHER_FILES:
            return f"this seems to be {_OTHER_FILES[key]}"
        if key in LANGUAGES and isinstance(mapping, MappingNode) and "name" in mapping.valueless:
            return "a name's languages stand under `name`: indent them deeper"
        beside = allowed_keys(schema, keys[:-1])
        if keys[-1:] == [TEXT.name] and DIGITS_NAME in beside and key in NumberRange.model_fields:
            return f"a range is of numbers: it belongs under {quote(DIGITS_NAME)}"
        homes = [k for k in allowed if key in allowed_keys(schema, (*location, k))]
        if homes:
            return f"it belongs under {quote(homes[0])}" if len(homes) == 1 else None
        # Or it is indented too deep.
        for i, part in reversed([*enumerate(location)]):
            is_key = isinstance(part, str) and part not in _MARKS
            if i and is_key and key in allowed_keys(schema, location[:i]):
                return f"it belongs beside {quote(part)}, not under it"
        return None

    def _unknown_value(self) -> None:
        assert isinstance(self._node, Scalar)
        allowed = re.findall(r"'([^']+)'", str(self._context["expected"]))
        self._record(
            LoadError.UNKNOWN_VALUE,
            f"{quote(self._node.text)} is no value of {quote(self._subject_key)}",
            expected=self._expected_of_subject or one_of(allowed),
            suggestion=self._as_number(self._node.text) or self._as_letters(self._node.text)
            if self._subject_key in _NUMBER_KEYS
            else self._as_left_out() or as_several(self._node.text, allowed),
            slip=(self._node.text, allowed),
        )

    def _as_left_out(self) -> str | None:
        """How to ask for any value of an attribute: only of text there is a word for it."""
        is_any = isinstance(self._node, Scalar) and self._node.text == ANY
        is_condition = is_any and self._subject_key in _ATTRIBUTES and not self._is_part
        return "leave the condition out: then it may be anything" if is_condition else None

    def _wrong_format(self) -> None:
        bound = {"greater_than_equal": "a number from 0 on", "greater_than": "a number above 0"}
        text = quote(self._node.text) if isinstance(self._node, Scalar) else "this"
        is_path = self._subject_key in _PATH_KEYS
        self._record(
            LoadError.FORBIDDEN_PATH if is_path else LoadError.INVALID_VALUE,
            f"{text} is no valid value of {quote(self._subject_key)}",
            expected=self._context.get("expected") or bound.get(self._type),
            suggestion=self._context.get("suggestion"),
        )

    def _key_conflict(self) -> None:
        keys: list[str] = self._context["keys"]
        mapping = self._node
        assert isinstance(mapping, MappingNode)
        names = " and ".join(quote(key) for key in keys)
        if self._type == "neither":
            whole = self._subject if len(self._location) == 2 else quote(self._subject_key)
            self._record(
                LoadError.MISSING_KEY,
                f"{whole} has neither {names.replace(' and ', ' nor ')}",
                expected=self._context["expected"],
            )
            return
        first, *others = (mapping.key(key) for key in keys)
        self._record(
            LoadError.CONFLICTING_KEYS,
            f"{names} exclude each other",
            others[0] if others else first,
            expected=self._context["expected"],
            suggestion=self._context.get("suggestion"),
            related=(Related("the other one", self._document.position(first)),),
        )

    def _wrong_type(self) -> None:
        expected = self._expected_of_subject or _EXPECTED_OF_TYPE.get(self._type)
        if self._subject_key == DIGITS_NAME and self._is_part:
            expected = "a number or none; ranges stand alone, several under `any:`"
        if expected is None and "expected" in self._context:
            expected = one_of(re.findall(r"'([^']+)'", str(self._context["expected"])))
        if expected is None and "expected_tags" in self._context:
            expected = "a word or a list of words"
        what = quote(self._subject_key) if self._subject_key else "this"
        if self._location and isinstance(self._location[-1], int):
            what = f"an item of {what}"
            expected = _EXPECTED_OF_ITEM.get(self._subject_key, expected)
        self._record(
            LoadError.WRONG_TYPE,
            f"{what} cannot be {_kind(self._node)} here",
            expected=expected,
            suggestion=self._right_form(),
        )

    def _as_number(self, text: str) -> str | None:
        """How to write a number: those of signs are shorter than those that YAML may have."""
        is_on_sign = DIGITS_NAME in self._location
        keys = [part for part in self._location if part not in _MARKS]
        if keys[-1] == DIGITS_NAME and (advice := as_range(text)):  # in lists there are none
            return advice
        return as_number(text, TEXT.max_length) if is_on_sign else as_number(text)

    def _as_letters(self, text: str) -> str | None:
        """How to write a word that is all that stands under ``digits``."""
        keys = [part for part in self._location if part not in _MARKS]
        if keys[-1] != DIGITS_NAME or text.lower() == NONE:
            return None
        if text.lower() == ANY:
            return "say from which number to which, such as `{min: 1, max: 200}`"
        return as_text(text)

    def _right_form(self) -> str | None:
        """How to write what stands in the wrong form."""
        node = self._node
        if self._type == "list_type":
            return as_list(node)
        if self._type == "model_type" and isinstance(node, Scalar):
            keys = allowed_keys(self._document.schema, self._location)
            if glued := advice_if_glued(node.text, keys):
                return glued
        if self._type == "model_type" and self._location[0] == "pictograms":
            return as_exemplars(node)
        if isinstance(node, MappingNode) and self._subject_key == PICTOGRAM_NAME:
            return ABOUT_PICTOGRAM
        if not isinstance(node, Scalar):
            return None
        if self._type == "dict_type" and self._subject_key == "name":
            return as_mapping(node, "en")
        if self._type == "model_type" and self._subject_key == "value":
            return as_value(node)
        if self._type in ("int_type", "float_type") and self._is_word:
            return self._as_number(node.text)
        if self._type != "string_type" or self._subject_key in _NEVER_A_NUMBER:
            return None
        or_digits = ", or use `digits` for a number" if self._subject_key == TEXT.name else ""
        text = node.text.upper() if self._subject_key == TEXT.name else node.text
        return f'put it in quotes if it is text: "{text}"{or_digits}'


def _kind(node: Node) -> str:
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    if isinstance(node.value, bool):
        return f"the truth value {quote(node.text)}"
    if isinstance(node.value, int | float):
        return f"the number {quote(node.text)}"
    if isinstance(resolve(node.text), str) and looks_like_number(node.text):
        return quote(node.text)  # a number to whoever wrote it
    return f"the text {quote(node.text)}"


def allowed_keys(schema: type[FileModel], location: Location) -> list[str]:
    """The keys that the mapping at ``location`` may have, read off the models."""
    candidates: list[Any] = [schema]
    for part in location:
        if part in _MARKS:
            continue
        candidates = [a for c in candidates for leaf in _leaves(c) for a in _below(leaf, part)]
    models = [leaf for c in candidates for leaf in _leaves(c) if _is_model(leaf)]
    return [f.alias or name for model in models for name, f in model.model_fields.items()]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _leaves(annotation: Any) -> Iterator[Any]:
    """The types that ``annotation`` may stand for, its unions and annotations unwrapped."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif origin in (list, dict) or origin is None:
        yield annotation
    else:
        for member in get_args(annotation):
            yield from _leaves(member)


def _below(leaf: Any, part: str | int) -> Iterator[Any]:
    """The annotation of what stands under the key or index ``part`` of ``leaf``."""
    if _is_model(leaf):
        for name, field in leaf.model_fields.items():
            if part == (field.alias or name):
                yield field.annotation
    elif get_origin(leaf) is list and isinstance(part, int):
        yield get_args(leaf)[0]
    elif get_origin(leaf) is dict:
        yield get_args(leaf)[1]
