"""What a validation must reach to pass, and what it falls short of."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from recognizer.digits_apart import told_apart
from recognizer.validation.rates import Rate
from recognizer.validation.validation import Validation
from recognizer.validation.words import unreadable_words


@dataclass(frozen=True)
class Requirements:
    """What a validation must reach to pass.

    Whatever is required, no class may be without a sign of the catalogue by mistake, whose pictures
    would be missing from the very figures that are required, nor have a label that is never right.

    Attributes:
        min_accuracy: of all pictures whose sign the catalogue has.
        min_recall: of each sign of the catalogue; one that is not found in its frame is an error.
        min_found: of all labelled signs in frames; not met where none were searched for.
        max_false_signs: finds per frame that are answered as a sign where no labelled one is, nor
            one that is known to have no label; not met where none were searched for.
    """

    min_accuracy: float = 0.0
    min_recall: float = 0.0
    min_found: float = 0.0
    max_false_signs: float = math.inf

    @property
    def is_any(self) -> bool:
        """Whether anything is required."""
        return self != Requirements()

    @property
    def of_search(self) -> tuple[str, ...]:
        """Those that can only be checked where signs are searched for."""
        asked = {"found": self.min_found > 0, "false signs": self.max_false_signs < math.inf}
        return tuple(name for name, is_asked in asked.items() if is_asked)


@dataclass(frozen=True)
class Case:
    """One requirement and whether it is met.

    Attributes:
        suite: what kind of requirement.
        name: what it is about.
        failure: why it is not met; empty if it is.
    """

    suite: str
    name: str
    failure: str


def cases(validation: Validation, required: Requirements) -> Iterator[Case]:
    """Every requirement, met or not."""
    figures = validation.figures
    yield Case("figures", "accuracy", _shortfall(figures.accuracy, required.min_accuracy))
    if figures.frames is not None:
        yield Case("figures", "found", _shortfall(figures.frames.found, required.min_found))
        false_signs = figures.frames.false_signs_per_frame
        yield Case(
            "figures",
            "false signs",
            f"{false_signs:.4f} per frame are more than {required.max_false_signs:.4f}"
            if false_signs > required.max_false_signs
            else "",
        )
    else:
        for name in required.of_search:
            yield Case("figures", name, "cannot be told: no sign was searched for")
    unreadable = len(validation.pictures.unreadable)
    words = unreadable_words(unreadable, validation.pictures.dataset)
    yield Case("data", "pictures", f"{words} cannot be read" if unreadable else "")
    for name, label in validation.labels.items():
        yield Case("labels", name, label.problem)
    for sign in (s for s in figures.signs if s.is_sign):
        recall = sign.recall.value
        failure = ""
        if recall < required.min_recall:
            taken = ", ".join(f"{count} as {name}" for name, count in sign.taken_for[:5])
            failure = (
                f"{sign.recall.right} of {sign.recall.count} right "
                f"({_below(recall, required.min_recall)}); {sign.unknown} unknown"
                + (f", {sign.not_found} not found" if sign.not_found else "")
                + (f", {taken}" if taken else "")
            )
        yield Case("signs", sign.id, failure)


def failures(validation: Validation, required: Requirements) -> list[Case]:
    """What is not met: figures, signs, and where anything is required, labels.

    Unreadable pictures are told elsewhere.
    """
    told = ("figures", "signs", "labels") if required.is_any else ("figures", "signs")
    return [case for case in cases(validation, required) if case.failure and case.suite in told]


def _shortfall(rate: Rate, least: float) -> str:
    """Why a share is too small; empty if it is not."""
    if rate.count:
        return _below(rate.value, least) if rate.value < least else ""
    return "cannot be told: there is no picture of a sign of the catalogue" if least > 0 else ""


def _below(share: float, least: float) -> str:
    low, required = told_apart(share, least)
    return f"{low} is less than {required}"
