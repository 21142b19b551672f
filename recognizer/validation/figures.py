"""The figures of a validation, as plain data that every report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recognizer.validation.blame import Stage
from recognizer.validation.frame_figures import FrameFigures
from recognizer.validation.labels import NOT_IN_CATALOGUE
from recognizer.validation.metrics import CoverageCurve, Reliability
from recognizer.validation.rates import Rate, SizedRates
from rules.answer_ids import UNKNOWN


@dataclass(frozen=True)
class SignFigures:
    """One sign of the data set, with its value where it has one.

    Attributes:
        id: as expected, such as ``de.274[60]``; also ``unknown`` and ``not in catalogue``.
        name: of the sign.
        classes: of the data set that are this sign.
        recall: of its pictures, those answered right.
        precision: of the answers with it, the right ones. Without a value, any value of the sign
            is such an answer, unless the picture's class says which of them is right. NaN for
            ``not in catalogue``, which is no answer.
        f1: harmonic mean of both; NaN for ``not in catalogue``.
        f1_interval: 95 %.
        unknown: pictures of it that were answered ``unknown``.
        not_found: of frames, labelled boxes of it that were not found; they count in the recall.
        taken_for: what else it was answered as, with counts, the most frequent first.
    """

    id: str
    name: str
    classes: tuple[str, ...]
    recall: Rate
    precision: Rate
    f1: float
    f1_interval: tuple[float, float]
    unknown: int
    not_found: int
    taken_for: tuple[tuple[str, int], ...]

    @property
    def is_sign(self) -> bool:
        """Whether this is a sign of the catalogue."""
        return self.id not in (UNKNOWN, NOT_IN_CATALOGUE)


@dataclass(frozen=True)
class Confusion:
    """Pictures of one sign that were answered as another.

    Attributes:
        expected: the sign.
        answered: the answer.
        pictures: all of their numbers, the most confident first.
    """

    expected: str
    answered: str
    pictures: tuple[int, ...]


@dataclass(frozen=True)
class BlameCount:
    """How many errors are put down to one thing.

    Attributes:
        stage: the stage.
        detail: what of it.
        pictures: their numbers.
        reasons: the different reasons, the most frequent first.
    """

    stage: Stage
    detail: str
    pictures: tuple[int, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class ClassFigures:
    """A class of the data set that the catalogue does not have.

    Attributes:
        name: the class.
        problem: why; empty if the label map says so on purpose.
        pictures: how many.
        answers: what they were answered as, the most frequent first.
    """

    name: str
    problem: str
    pictures: int
    answers: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PictogramFigures:
    """A pictogram whose exemplars are near to pictures of signs that do not have it.

    Attributes:
        name: the pictogram.
        owners: signs of the catalogue that ask for it.
        own: pictures of its owners that are nearest to it.
        strangers: sign -> its pictures that are nearest to it, the most frequent first.
        wrong_answers: of the strangers, those that were answered as one of the owners.
    """

    name: str
    owners: tuple[str, ...]
    own: int
    strangers: tuple[tuple[str, int], ...]
    wrong_answers: int


@dataclass(frozen=True)
class Figures:
    """All figures of one validation.

    Where signs were searched for in frames, *pictures* are the labelled boxes, and one that is not
    found is a wrong answer. Only the figures that stand on what was read from a picture
    (``accuracy_of_answered``, ``strangers``, ``values``, ``coverage``, ``covered``,
    ``reliability``, ``attributes``, ``attracting``) are of the boxes that were found.

    Attributes:
        pictures: how many could be read.
        accuracy: right answers, of pictures whose sign the catalogue has; unknown is wrong.
        macro_accuracy: the mean over these signs.
        answered: of the same pictures, those answered with any sign.
        accuracy_of_answered: of these, the right ones.
        strangers: right answers (unknown) of pictures without a sign of the catalogue.
        values: right values, of pictures whose parametrized sign was recognized.
        signs: what is expected, sign by sign.
        confusions: wrong answers other than unknown, the most frequent first.
        sizes: (bin, right of those in the catalogue).
        coverage: what a threshold would accept, of the pictures whose sign the catalogue has; a
            few hundred points of the curve. What is too small or taken for no sign is never
            accepted.
        covered: of the same pictures, those answered with the thresholds in use.
        reliability: of the same pictures' confidences.
        attributes: attribute -> how often it was read as the rules imply.
        blame: what the errors are put down to, the most frequent first.
        never_answered: signs that are on pictures but were never answered.
        not_in_data: signs of the catalogue of which there is no picture.
        outside: classes that the catalogue does not have.
        attracting: pictograms that attract strangers.
        frames: what was found; None if nothing was searched for.
    """

    pictures: int
    accuracy: Rate
    macro_accuracy: float
    answered: Rate
    accuracy_of_answered: Rate
    strangers: Rate
    values: Rate
    signs: tuple[SignFigures, ...]
    confusions: tuple[Confusion, ...]
    sizes: SizedRates
    coverage: CoverageCurve
    covered: Rate
    reliability: Reliability
    attributes: Mapping[str, Rate]
    blame: tuple[BlameCount, ...]
    never_answered: tuple[str, ...]
    not_in_data: tuple[str, ...]
    outside: tuple[ClassFigures, ...]
    attracting: tuple[PictogramFigures, ...]
    frames: FrameFigures | None

    def sign(self, sign_id: str) -> SignFigures:
        """The figures of one sign; KeyError if no picture shows it."""
        for sign in self.signs:
            if sign.id == sign_id:
                return sign
        raise KeyError(sign_id)
