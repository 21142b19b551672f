"""Running the tests beside a rule file, by the product's own decision.

Attributes need neither torch nor weights: they are read with certainty, and a pictogram that a
test names is as like as can be. Pictures go through the whole recognizer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from recognizer.answering import ReadyCatalogue
from recognizer.decision import Thresholds
from recognizer.gallery import Gallery
from recognizer.pictures import PictureError
from recognizer.result import Recognition
from recognizer.thresholds_file import load_thresholds
from rules import Catalogue, Expectation, certain_readings


class Outcome(str, Enum):
    """How a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    TODO = "todo"
    """It fails, as its ``todo`` says."""
    UNEXPECTED_PASS = "unexpected pass"
    """It passes although its ``todo`` says that it fails."""
    SKIPPED = "skipped"
    """It is about a picture, and torch is not installed."""
    UNREADABLE = "unreadable"
    """It is about a picture that cannot be read."""

    @property
    def is_finding(self) -> bool:
        """Whether somebody has to act."""
        return self in (Outcome.FAILED, Outcome.UNEXPECTED_PASS)


@dataclass(frozen=True)
class RuleTestResult:
    """One test and how it ended.

    Attributes:
        expectation: the test.
        answer: what was recognized; None if it was skipped, or the picture is unreadable.
        outcome: see :class:`Outcome`.
        problem: why the picture cannot be read.
    """

    expectation: Expectation
    answer: Recognition | None
    outcome: Outcome
    problem: str | None = None


def run_tests(
    catalogue: Catalogue, expectations: Sequence[Expectation], weights: Path | None = None
) -> list[RuleTestResult]:
    """Run tests in their order.

    Args:
        catalogue: the rules. Pictures are answered by all that its file holds, read once more.
        expectations: from :func:`rules.load_expectations`.
        weights: of the network, for pictures; the shipped ones if absent.

    Raises:
        CatalogueError: the thresholds beside the rule file have mistakes.
        WeightsError, GalleryError: there are pictures, and they cannot be recognized.
    """
    answers: dict[int, Recognition | PictureError] = {}
    thresholds = load_thresholds(catalogue.file, catalogue)
    can_read_pictures = find_spec("torch") is not None
    for country in dict.fromkeys(e.country for e in expectations):
        rules = catalogue if country is None else catalogue.restricted_to(country)
        rows = [i for i, e in enumerate(expectations) if e.country == country]
        by_attributes = [i for i in rows if expectations[i].attributes is not None]
        answers.update(_answer_attributes(rules, thresholds, expectations, by_attributes))
        by_picture = [i for i in rows if expectations[i].picture is not None]
        if by_picture and can_read_pictures:
            answers.update(_answer_pictures(catalogue, expectations, by_picture, country, weights))
    return [_judge(e, answers.get(i)) for i, e in enumerate(expectations)]


def _answer_attributes(
    rules: Catalogue,
    thresholds: Thresholds,
    expectations: Sequence[Expectation],
    rows: Sequence[int],
) -> Iterator[tuple[int, Recognition]]:
    names = tuple(rules.pictograms)
    # Nothing is embedded, so the gallery needs names only.
    gallery = Gallery.from_embeddings({name: np.zeros((1, 1), np.float32) for name in names})
    ready = ReadyCatalogue.prepare(rules, gallery, thresholds)
    similarity = np.full((len(rows), len(names)), -1, np.float32)
    for likeness, i in zip(similarity, rows, strict=True):
        pictogram = expectations[i].pictogram
        if pictogram is not None:
            likeness[names.index(pictogram)] = 1
    readings = certain_readings([expectations[i].attributes or {} for i in rows])
    return zip(rows, ready.answers(readings, similarity), strict=True)


def _answer_pictures(
    catalogue: Catalogue,
    expectations: Sequence[Expectation],
    rows: Sequence[int],
    country: str | None,
    weights: Path | None,
) -> Iterator[tuple[int, Recognition | PictureError]]:
    from recognizer.recognizer import Recognizer

    # A test shall end alike on every machine.
    recognizer = Recognizer(catalogue.file, weights, country=country, precision="float32")
    for i in rows:
        picture = expectations[i].picture
        assert picture is not None
        try:
            yield i, recognizer.recognize(picture)
        except PictureError as error:
            yield i, error


def _judge(expectation: Expectation, answer: Recognition | PictureError | None) -> RuleTestResult:
    if answer is None:
        return RuleTestResult(expectation, None, Outcome.SKIPPED)
    if isinstance(answer, PictureError):
        return RuleTestResult(expectation, None, Outcome.UNREADABLE, str(answer))
    reason = answer.reason.value if answer.reason else None
    if expectation.is_met_by(answer.sign_id, answer.id, reason):
        outcome = Outcome.UNEXPECTED_PASS if expectation.todo else Outcome.PASSED
    else:
        outcome = Outcome.TODO if expectation.todo else Outcome.FAILED
    return RuleTestResult(expectation, answer, outcome)
