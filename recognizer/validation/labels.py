"""Label maps: which sign of a catalogue each class of a data set is.

A YAML file::

    version: 1
    dataset: GTSRB
    classes:
      "00001": "de.274[30]"   # a sign with its value
      "00009": de.276
      "00032": null           # deliberately not in the catalogue
      background: unknown     # shows no sign at all

A sign that has values may stand without one (``be.C43``): then every value of it is right.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import Field

from rules import Catalogue
from rules.answer_ids import ANSWER_PATTERN, UNKNOWN, split_id
from rules.diagnostics import Findings, Sources, did_you_mean, one_of, quote
from rules.expectations import likely_answer
from rules.formats import Format
from rules.numbers import plain_spelling
from rules.reading import read_document
from rules.schema import FileModel

NOT_IN_CATALOGUE: Final = "not in catalogue"
"""What is expected of a class that the catalogue does not have: the answer ``unknown``."""

ANY_VALUE: Final = "…"
"""What stands for the value in the name of a sign that is meant with any."""

_Target = Annotated[
    str,
    Format(
        ANSWER_PATTERN,
        'a sign such as de.206, a sign with its value such as "de.274[50]", unknown or null',
        likely_answer,
    ),
]


class LabelMapModel(FileModel):
    """A label map: the signs that the classes of a data set are."""

    kind: ClassVar[str] = "label map"
    allows_null: ClassVar[bool] = True

    dataset: str | None = Field(default=None, description="Name of the data set.")
    classes: Annotated[dict[str, _Target | None], Field(min_length=1)] = Field(
        default_factory=dict, description="Class -> sign; null if the catalogue shall not have it."
    )


def load_labels(path: str | os.PathLike[str]) -> dict[str, str | None]:
    """Read a label map: class -> sign, or None if it is deliberately not in the catalogue.

    Raises:
        CatalogueError: the file cannot be used; it holds every mistake.
    """
    findings = Findings(Sources())
    resolved = Path(os.path.realpath(path))
    document = read_document(LabelMapModel, os.fspath(path), resolved, None, findings)
    findings.raise_if_any()
    assert document is not None
    return dict(document.model.classes)


@dataclass(frozen=True)
class ClassLabel:
    """What a class of a data set is expected to be recognized as.

    Attributes:
        expected: id with value, id alone for any value, ``unknown``, or ``not in catalogue``.
        problem: why the label cannot be used as it stands; empty if it can.
        deliberate: whether the label map itself says so, if it is not in the catalogue.
        refused_by_rule: whether the problem is that the sign's rule allows no such value.
    """

    expected: str
    problem: str = ""
    deliberate: bool = False
    refused_by_rule: bool = False

    @property
    def is_sign(self) -> bool:
        """Whether a sign of the catalogue is expected."""
        return self.expected not in (UNKNOWN, NOT_IN_CATALOGUE)

    @property
    def is_lost(self) -> bool:
        """Whether its pictures have no sign of the catalogue, though nobody wrote that down."""
        return self.expected == NOT_IN_CATALOGUE and bool(self.problem)


def resolve_labels(
    classes: Iterable[str], labels: Mapping[str, str | None] | None, catalogue: Catalogue
) -> dict[str, ClassLabel]:
    """What each class of a data set is expected to be.

    Args:
        classes: of the data set.
        labels: class -> sign; classes are compared as numbers where both are. Without a map,
            the classes must be ids of the catalogue themselves.
        catalogue: the rules that will answer.
    """
    if labels is None:
        return {c: _resolve(c, catalogue) for c in classes}
    classes = tuple(classes)
    by_number: dict[int, list[str]] = {}
    for name in (name for name in labels if name.isdecimal()):
        by_number.setdefault(int(name), []).append(name)
    unused = without_pictures(classes, labels)
    result = {}
    for name in classes:
        if name in labels:
            target = labels[name]
        elif name.isdecimal() and int(name) in by_number:
            spellings = by_number[int(name)]
            if len({labels[spelling] for spelling in spellings}) > 1:
                problem = f"the label map has it as {one_of(map(quote, spellings))}, which differ"
                result[name] = ClassLabel(NOT_IN_CATALOGUE, problem)
                continue
            target = labels[spellings[0]]
        else:
            result[name] = ClassLabel(NOT_IN_CATALOGUE, _not_labelled(name, unused))
            continue
        result[name] = (
            ClassLabel(NOT_IN_CATALOGUE, deliberate=True)
            if target is None
            else _resolve(target, catalogue)
        )
    return result


def without_pictures(classes: Iterable[str], labels: Mapping[str, str | None]) -> list[str]:
    """Classes of a label map that are none of a data set's, in the map's order."""
    names = set(classes)
    numbers = {int(name) for name in names if name.isdecimal()}
    return [
        name
        for name in labels
        if name not in names and not (name.isdecimal() and int(name) in numbers)
    ]


def _not_labelled(name: str, unused: Sequence[str]) -> str:
    """What is wrong with a class that a label map does not have, beside what it has instead."""
    problem = "the label map does not have this class"
    hint = None if name.isdecimal() else did_you_mean(name, unused)  # numbers are all alike
    if hint is None and unused:
        hint = f"no class of the data is called as its {one_of(map(quote, unused), limit=5)}"
    return f"{problem}; {hint}" if hint else problem


def _resolve(target: str, catalogue: Catalogue) -> ClassLabel:
    if target == UNKNOWN:
        return ClassLabel(UNKNOWN)
    sign_id, value = split_id(target)
    sign = catalogue.by_id.get(sign_id)
    if sign is None:
        # One whose digits alone differ is another sign, not another spelling.
        form = re.sub(r"\d", "0", sign_id)
        hint = did_you_mean(sign_id, [i for i in catalogue.by_id if re.sub(r"\d", "0", i) != form])
        problem = "; ".join(filter(None, (f"the catalogue has no sign `{sign_id}`", hint)))
        return ClassLabel(NOT_IN_CATALOGUE, problem)
    if value is not None and sign.reads_number:
        spelled = plain_spelling(value.strip())  # a number is the same however it is written
        if spelled is None:
            problem = f"`{sign_id}` has numbers as values, such as 30 or 5.5, not {quote(value)}"
            return ClassLabel(target, problem)
        value, target = spelled, f"{sign_id}[{spelled}]"
    if value is not None and sign.value is None:
        return ClassLabel(target, f"`{sign_id}` has no value, so it is never answered `{target}`")
    if value is not None and not sign.can_have(value):
        problem = f"the rule of `{sign_id}` does not allow the value {value}"
        return ClassLabel(target, problem, refused_by_rule=True)
    return ClassLabel(target)
