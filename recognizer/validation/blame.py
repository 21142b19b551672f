"""Which stage each error is put down to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from attributes.readings import Readings
from attributes.vocabulary import ATTRIBUTES, PICTOGRAM_NAME, TEXT
from recognizer.answering import ReadyCatalogue, just_below
from recognizer.decision import REASONS, Reason
from recognizer.validation.agreement import Agreement, ways_of
from recognizer.validation.ingestion import ReadPictures, batches
from recognizer.validation.labels import ClassLabel
from recognizer.validation.outcomes import CHUNK, FIRST_SIGN_CODE, Outcomes
from recognizer.validation.systematic import (
    Disagreements,
    find_disagreements,
    is_other_value,
)
from rules.answer_ids import split_id
from rules.explanation import PASS_PROBABILITY
from rules.text_probability import probability_of_any


class Stage(str, Enum):
    """A stage that can err, in the words of the report."""

    NOT_FOUND = "not found"
    """The localizer has no box where a sign is labelled."""
    LABEL_MAP = "label map"
    """The label names what does not exist, or the pictures of the class are, all alike, another
    sign than it says."""
    RULE = "no fitting rule"
    """The pictures of the class are, all alike, read otherwise than the rule asks, or it does not
    allow the value of the label."""
    TOO_WIDE = "rule too wide"
    """A rule takes what is no sign of the catalogue."""
    OVERLAP = "rules overlap"
    """What was read fulfils the right rule, and that of the wrong answer as well."""
    ATTRIBUTE = "attribute misread"
    """This picture was read otherwise than its rule asks, most of its class were not."""
    MATCHER = "matcher chose wrong"
    """The right pictogram is not the nearest, or a stranger is near enough to one."""
    THRESHOLD = "threshold"
    """The right sign was the best one, but not good enough, or the crop is too small."""


TAKEN_FOR_NO_SIGN: Final = (Stage.ATTRIBUTE, "presence", "taken for no sign at all")
"""Stage, detail and reason where a sign is located, but not recognized as one."""


@dataclass(frozen=True)
class Blame:
    """Why one picture is answered wrongly.

    Attributes:
        picture: its number among those that could be read; of a labelled box that is not found,
            see :class:`recognizer.validation.frame_outcomes.FrameOutcomes`.
        stage: which stage erred.
        detail: what of the stage: the attribute, the sign, the pictogram, the threshold.
        reason: in words.
    """

    picture: int
    stage: Stage
    detail: str
    reason: str


def blame_errors(
    pictures: ReadPictures,
    labels: Mapping[str, ClassLabel],
    outcomes: Outcomes,
    ready: ReadyCatalogue,
    agreement: Agreement,
) -> list[Blame]:
    """Put every error down to one stage, in the order of the pictures."""
    disagreements = find_disagreements(outcomes, agreement)
    accuser = _Accuser(labels, outcomes, ready, agreement, disagreements)
    errors = np.flatnonzero(~outcomes.correct)
    found: list[Blame] = []
    for part in batches(len(errors), CHUNK):
        numbers = errors[part]
        readings = pictures.cache.readings(pictures.rows[numbers])
        found += accuser.accuse(numbers, readings)
    return found


class _Accuser:
    """Goes through the stages in the order in which a picture passes them."""

    def __init__(
        self,
        labels: Mapping[str, ClassLabel],
        outcomes: Outcomes,
        ready: ReadyCatalogue,
        agreement: Agreement,
        disagreements: Disagreements,
    ) -> None:
        self._labels = labels
        self._outcomes = outcomes
        self._ready = ready
        self._agreement = agreement
        self._disagreements = disagreements
        self._engine = ready.engine
        owner = self._engine.alternative_sign
        self._own = {s.id: np.flatnonzero(owner == i) for i, s in enumerate(self._engine.signs)}

    def accuse(self, numbers: npt.NDArray[np.intp], readings: Readings) -> Iterator[Blame]:
        """Blame for the pictures ``numbers``, whose readings these are."""
        fits = self._engine.condition_fits(readings)
        for row, number in enumerate(numbers.tolist()):
            evidence = {name: array[row] for name, array in fits.items()}
            stage, detail, reason = self._stage(number, evidence, readings.text[row])
            yield Blame(number, stage, detail, reason)

    def _stage(
        self,
        number: int,
        fits: Mapping[str, npt.NDArray[np.float32]],
        text: npt.NDArray[np.float32],
    ) -> tuple[Stage, str, str]:
        o = self._outcomes
        label = self._labels[o.classes[o.label[number]]]
        if o.expected[number] < FIRST_SIGN_CODE:
            return self._of_stranger(number, label)
        if label.problem:
            stage = Stage.RULE if label.refused_by_rule else Stage.LABEL_MAP
            return stage, label.expected, label.problem
        if o.reason[number] == REASONS.index(Reason.TOO_SMALL):
            height, width = o.sizes[number]
            least = self._ready.judge.thresholds.min_side
            return Stage.THRESHOLD, "min_side", f"{width}×{height} pixels, {least} are needed"
        if o.reason[number] == REASONS.index(Reason.NOT_A_SIGN):
            return TAKEN_FOR_NO_SIGN
        wrong = [
            a.name
            for a in ATTRIBUTES
            if self._agreement.implied[a.name][number] and not self._agreement.held[a.name][number]
        ]
        if wrong:
            return self._of_reading(number, wrong, fits, text)
        if not self._agreement.held[PICTOGRAM_NAME][number]:
            return self._of_pictogram(number)
        return self._of_decision(number, fits)

    def _of_stranger(self, number: int, label: ClassLabel) -> tuple[Stage, str, str]:
        """A sign was answered where none of the catalogue is."""
        o = self._outcomes
        answer = o.names[o.answered[number]]
        most = self._disagreements.answers.get(int(o.label[number]))
        if label.problem and most is not None:
            name = o.classes[o.label[number]]
            return Stage.LABEL_MAP, name, f"class {name}, mostly {o.names[most]}: {label.problem}"
        alternative = int(o.alternative[number])
        rule = self._engine.alternatives[alternative] if alternative >= 0 else None
        if rule is None or rule.pictogram is not None:
            nearest = self._attracting(number, answer)
            return Stage.MATCHER, nearest, f"no sign of the catalogue, but near to {nearest}"
        return Stage.TOO_WIDE, answer, f"no sign of the catalogue, but the rule of {answer} holds"

    def _of_reading(
        self,
        number: int,
        wrong: list[str],
        fits: Mapping[str, npt.NDArray[np.float32]],
        text: npt.NDArray[np.float32],
    ) -> tuple[Stage, str, str]:
        """Attributes are not what the rule of the expected sign asks for."""
        o, shared = self._outcomes, self._disagreements.shared
        label, code = int(o.label[number]), int(o.expected[number])
        expected = o.names[code]
        if TEXT.name in wrong and self._errs_in_value(number, code):
            wrong = [TEXT.name]  # all else was read well enough for the right sign
        systematic = [a for a in wrong if (label, a) in shared]
        if systematic:
            if self._is_mislabelled(label, code, systematic):
                return self._of_label(label, expected)
            attribute = systematic[0]
            seen = o.observations.words(attribute, shared[label, attribute])
            return (
                Stage.RULE,
                f"{expected}: {attribute}",
                f"the rule asks for {self._asked(number, attribute)}, "
                f"most pictures of the class show {seen}",
            )
        attribute = min(wrong, key=lambda a: self._probability(code, a, fits, text))
        reason = f"{attribute}: expected {self._asked(number, attribute)}, "
        return Stage.ATTRIBUTE, attribute, reason + f"read {self._words(number, attribute)}"

    def _of_pictogram(self, number: int) -> tuple[Stage, str, str]:
        """Attributes are right, but the pictogram of another sign is nearer."""
        o = self._outcomes
        label, expected = int(o.label[number]), o.names[o.expected[number]]
        nearest, asked = self._words(number, PICTOGRAM_NAME), self._asked(number, PICTOGRAM_NAME)
        if (label, PICTOGRAM_NAME) in self._disagreements.shared:
            seen = o.observations.words(
                PICTOGRAM_NAME, self._disagreements.shared[label, PICTOGRAM_NAME]
            )
            reason = f"the rule asks for {asked}, most pictures of the class show {seen}"
            return Stage.RULE, f"{expected}: {PICTOGRAM_NAME}", reason
        return Stage.MATCHER, nearest, f"nearer to {nearest} than to {asked}"

    def _of_decision(
        self, number: int, fits: Mapping[str, npt.NDArray[np.float32]]
    ) -> tuple[Stage, str, str]:
        """Everything was read as the rule asks, and yet the answer is another one."""
        o = self._outcomes
        candidate = o.names[o.candidate[number]]
        if o.candidate[number] == o.expected[number]:
            why = REASONS[int(o.reason[number])].value
            confidence = float(o.decisive_confidence[number])
            least = float(self._ready.judge.min_confidence[o.sign[number]])
            is_below = why == Reason.BELOW_THRESHOLD.value
            shown = just_below(confidence, least) if is_below else f"{confidence:.2f}"
            return Stage.THRESHOLD, "min_confidence", f"right, but {why} ({shown})"
        alternative = int(o.alternative[number])
        if alternative < 0:
            nearest = self._words(number, PICTOGRAM_NAME)
            return Stage.MATCHER, nearest, f"taken by the exemplars of {candidate}"
        asked = self._engine.alternatives[alternative].pictograms
        holding = all(array[alternative] >= PASS_PROBABILITY for array in fits.values())
        # The right sign's pictogram is the nearest, so it separates the two if both ask for one.
        separated = (
            bool(asked)
            and bool(self._agreement.implied[PICTOGRAM_NAME][number])
            and self._words(number, PICTOGRAM_NAME) not in asked
        )
        if holding and not separated:
            return Stage.OVERLAP, candidate, f"the rule of {candidate} holds as well"
        if separated:
            return Stage.MATCHER, self._words(number, PICTOGRAM_NAME), f"preferred {candidate}"
        return Stage.THRESHOLD, "min_confidence", f"all conditions hold weakly; {candidate} is next"

    def _attracting(self, number: int, answer: str) -> str:
        """The pictogram by which a picture is the answer's: of those it asks for, the nearest."""
        nearest, asked = self._words(number, PICTOGRAM_NAME), self._pictograms_of(answer)
        return nearest if nearest in asked else " or ".join(sorted(asked))

    def _pictograms_of(self, name: str) -> set[str]:
        """All pictograms that a sign asks for."""
        sign_id, value = split_id(name)
        ways = ways_of(self._ready.catalogue.by_id[sign_id], value)
        return {pictogram for way in ways for pictogram in way.pictograms or ()}

    def _is_mislabelled(self, label: int, code: int, systematic: list[str]) -> bool:
        """Whether the label is the likelier slip: its class is, in more than one respect or in a
        value that the rule allows, another sign of the catalogue."""
        if systematic == [TEXT.name]:
            likeliest = self._disagreements.candidates.get(label)
            return likeliest not in (None, code) and is_other_value(
                self._outcomes, self._disagreements, self._ready.catalogue, label, code
            )
        answer = self._disagreements.answers.get(label)
        if answer is None or answer == code or self._has_own_pictogram(label, code, answer):
            return False
        pictogram = (label, PICTOGRAM_NAME) in self._disagreements.shared
        return len(systematic) + pictogram >= 2

    def _has_own_pictogram(self, label: int, code: int, answer: int) -> bool:
        """Whether a class shows what its sign asks for, and what it is answered as does not."""
        nearest = self._disagreements.pictograms.get(label, -1)
        shown = self._outcomes.observations.words(PICTOGRAM_NAME, nearest)
        own, others = (self._pictograms_of(self._outcomes.names[c]) for c in (code, answer))
        return shown in own and shown not in others

    def _of_label(self, label: int, expected: str) -> tuple[Stage, str, str]:
        o = self._outcomes
        name, answer = o.classes[label], o.names[self._disagreements.candidates[label]]
        return (
            Stage.LABEL_MAP,
            name,
            f"class {name} is labelled {expected}, but most of its pictures are {answer}",
        )

    def _errs_in_value(self, number: int, code: int) -> bool:
        """Whether the answer is the expected sign, with another value."""
        o = self._outcomes
        sign_id, value = split_id(o.names[code])
        return value is not None and split_id(o.names[o.answered[number]])[0] == sign_id

    def _probability(
        self,
        code: int,
        attribute: str,
        fits: Mapping[str, npt.NDArray[np.float32]],
        text: npt.NDArray[np.float32],
    ) -> float:
        """Probability that the attribute is what the expected sign asks for."""
        sign_id, value = split_id(self._outcomes.names[code])
        if attribute == TEXT.name and value is not None:
            return probability_of_any(
                self._ready.catalogue.by_id[sign_id].texts_of(value).strings, text
            )
        return float(fits[attribute][self._own[sign_id]].max(initial=0))

    def _asked(self, number: int, attribute: str) -> str:
        """What the expected sign asks of an attribute, in words."""
        sign_id, value = split_id(self._outcomes.names[self._outcomes.expected[number]])
        sign = self._ready.catalogue.by_id[sign_id]
        if attribute == TEXT.name and value is not None:
            return value
        if attribute == PICTOGRAM_NAME:
            asked = (sorted(way.pictograms or ()) for way in ways_of(sign, value))
            return " or ".join(dict.fromkeys(name for names in asked for name in names))
        phrases = (
            a.conditions[attribute].phrase for a in sign.alternatives if attribute in a.conditions
        )
        return " or ".join(dict.fromkeys(phrases))

    def _words(self, number: int, attribute: str) -> str:
        observations = self._outcomes.observations
        return observations.words(attribute, int(observations.states[attribute][number]))
