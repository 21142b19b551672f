"""Recall, precision and mistakes of each sign, from the confusion matrix of all answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from recognizer.answering import ReadyCatalogue
from recognizer.validation import metrics
from recognizer.validation.figures import SignFigures
from recognizer.validation.labels import ANY_VALUE, ClassLabel
from recognizer.validation.outcomes import NOT_IN_CATALOGUE_CODE, UNKNOWN_CODE
from recognizer.validation.rates import Rate
from rules.answer_ids import split_id


def score_signs(
    confusion: metrics.IntArray,
    names: Sequence[str],
    not_found: int,
    labels: Mapping[str, ClassLabel],
    ready: ReadyCatalogue,
) -> Iterable[SignFigures]:
    """The figures of all that is expected of any picture, in the order of the codes.

    Args:
        confusion: intp (C, C), pictures by the codes of what was expected (down) and answered.
        names: C of them, what the codes mean.
        not_found: the code of "not found", which is never expected.
        labels: class -> what it is.
        ready: the rules.
    """
    # Of what the catalogue does not have, unknown is the right answer.
    folded = confusion.copy()
    folded[NOT_IN_CATALOGUE_CODE, NOT_IN_CATALOGUE_CODE] = confusion[
        NOT_IN_CATALOGUE_CODE, UNKNOWN_CODE
    ]
    folded[NOT_IN_CATALOGUE_CODE, UNKNOWN_CODE] = 0
    scores = metrics.class_scores(folded, _answers_with(folded, names))
    classes: dict[str, list[str]] = {}
    for name, label in labels.items():
        classes.setdefault(label.expected, []).append(name)
    for code in np.flatnonzero(folded.sum(axis=1)).tolist():
        name = names[code]
        sign_id, value = split_id(name)
        sign = ready.catalogue.by_id.get(sign_id)
        others = folded[code].copy()
        others[[code, UNKNOWN_CODE, not_found]] = 0
        ranked = np.argsort(-others, kind="stable")[: np.count_nonzero(others)]
        low, high = scores.f1_interval[code].tolist()
        precision, f1 = Rate(int(scores.right[code]), int(scores.answered[code])), scores.f1[code]
        if code == NOT_IN_CATALOGUE_CODE:
            # Nothing is answered so: what was folded above is right by construction.
            precision, f1, low, high = Rate(0, 0), math.nan, math.nan, math.nan
        yield SignFigures(
            name,
            sign.name("en", value or ANY_VALUE) if sign else "",
            tuple(classes.get(name, ())),
            Rate(int(scores.right[code]), int(scores.support[code])),
            precision,
            float(f1),
            (low, high),
            int(folded[code, UNKNOWN_CODE]) if code != UNKNOWN_CODE else 0,
            int(folded[code, not_found]),
            tuple((names[i], int(others[i])) for i in ranked.tolist()),
        )


def _answers_with(confusion: metrics.IntArray, names: Sequence[str]) -> metrics.IntArray:
    """How many pictures were answered as each code: as a sign without value, with any of them.

    A picture whose class names a value of that sign is left out there: it says nothing of the sign
    as such, and counts where its value does.
    """
    sign = np.array([split_id(name)[0] for name in names])
    answers: metrics.IntArray = confusion.sum(axis=0)
    for code, name in enumerate(names):
        if sign[code] == name:
            same = sign == name
            answers[code] = confusion[code, code] + confusion[np.ix_(~same, same)].sum()
    return answers
