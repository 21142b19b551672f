"""A label map proposed from the classes' names and from what their pictures are recognized as."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recognizer.answering import ReadyCatalogue
from recognizer.validation.datasets import Dataset
from recognizer.validation.labels import NOT_IN_CATALOGUE, ClassLabel
from recognizer.validation.outcomes import Outcomes
from rules import Catalogue
from rules.answer_ids import UNKNOWN, split_id

_CERTAIN_SHARE = 0.5
"""Share of a class's pictures that must be recognized alike to be proposed without a doubt."""


@dataclass(frozen=True)
class Suggestion:
    """What a class may be.

    Attributes:
        name: the class.
        target: the sign proposed; None if nothing fits.
        evidence: why, and how sure that is.
        doubtful: whether somebody must look.
    """

    name: str
    target: str | None
    evidence: str
    doubtful: bool


def unlabelled(dataset: Dataset) -> dict[str, ClassLabel]:
    """Labels that expect nothing, to recognize pictures of which nothing is known."""
    return {name: ClassLabel(NOT_IN_CATALOGUE) for name in dataset.classes}


def suggest_labels(dataset: Dataset, outcomes: Outcomes, ready: ReadyCatalogue) -> list[Suggestion]:
    """One suggestion for each class.

    Args:
        dataset: the data set.
        outcomes: its pictures, judged with :func:`unlabelled`.
        ready: the rules.
    """
    by_name = _names(ready.catalogue)
    return [
        _suggest(index, name, dataset.class_names.get(name, ""), outcomes, by_name)
        for index, name in enumerate(outcomes.classes)
    ]


def render_labels(dataset: Dataset, suggestions: list[Suggestion]) -> str:
    """A label map with the evidence as comments; what is doubtful is commented out."""
    lines = [
        "# Proposed by `signrules validate --suggest-labels`; look before trusting.",
        "version: 1",
        f"dataset: {json.dumps(str(dataset.root.name), ensure_ascii=False)}",
        "classes:",
    ]
    for s in suggestions:
        target = json.dumps(s.target) if s.target else "null"
        mark = "# " if s.doubtful else ""
        name = json.dumps(s.name, ensure_ascii=False)
        lines.append(f"  {mark}{name}: {target}  # {s.evidence}")
    return "\n".join(lines)


def _suggest(
    index: int, name: str, words: str, outcomes: Outcomes, by_name: Mapping[str, str]
) -> Suggestion:
    named = by_name.get(_fold(name)) or by_name.get(_fold(words))
    rows = np.flatnonzero(outcomes.label == index)
    counts = Counter(outcomes.answered[rows].tolist())
    code, count = counts.most_common(1)[0] if counts else (0, 0)
    recognized = outcomes.names[code]
    share = f"{count} of {len(rows)} pictures are {recognized}"
    if named:
        is_other = recognized not in (UNKNOWN, named) and split_id(recognized)[0] != named
        doubtful = is_other and count > _CERTAIN_SHARE * len(rows)
        return Suggestion(name, named, f"by its name; {share}", doubtful=doubtful)
    if recognized == UNKNOWN:
        return Suggestion(name, None, share, doubtful=True)
    return Suggestion(name, recognized, share, doubtful=count <= _CERTAIN_SHARE * len(rows))


def _names(catalogue: Catalogue) -> dict[str, str]:
    """Whatever a sign may be called, folded -> its id; what several are called is left out."""
    found: dict[str, set[str]] = {}
    for sign in catalogue.signs:
        called = [
            sign.id,
            sign.id.partition(".")[2],
            *sign.names.values(),
            *(a for names in sign.aliases.values() for a in names),
        ]
        for words in called:
            if "{" not in words:
                found.setdefault(_fold(words), set()).add(sign.id)
    return {words: next(iter(ids)) for words, ids in found.items() if len(ids) == 1 and words}


def _fold(words: str) -> str:
    """``No-Entry`` and ``no entry`` alike; the empty string for what is only a number."""
    folded = re.sub(r"[^\w\[\]]+", "", words.casefold().replace("_", ""))
    return "" if folded.isdecimal() else folded
