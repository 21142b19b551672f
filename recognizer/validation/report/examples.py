"""Pictures of errors for the report: small, inside the page, each with the reasons."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from attributes.readings import Readings
from attributes.vocabulary import TEXT
from recognizer.answering import ReadyCatalogue
from recognizer.pictures import PictureError, decode_crop
from recognizer.validation.datasets import Sample
from recognizer.validation.labels import ANY_VALUE
from recognizer.validation.validation import Validation
from rules import ConditionOutcome, explain
from rules.answer_ids import split_id
from rules.catalogue import Sign
from rules.explanation import PASS_PROBABILITY
from rules.text_probability import probability_of_any

_SIDE: Final = 96
"""Longer side of a thumbnail, pixels; small crops are enlarged, so that they can be seen."""
_JPEG_QUALITY: Final = 82
_NEAREST: Final = 3


@dataclass(frozen=True)
class Side:
    """One of the two signs that a picture was held against.

    Attributes:
        sign: id with value.
        name: of the sign.
        rule: where it stands, file:line:column; empty if the catalogue does not have it.
        conditions: each condition against what was read.
        pictograms: what the rule asks for, each with the picture's cosine; empty if nothing.
    """

    sign: str
    name: str
    rule: str
    conditions: tuple[ConditionOutcome, ...] = ()
    pictograms: tuple[tuple[str, float], ...] = ()

    def asks_for(self, pictogram: str) -> bool:
        """Whether a pictogram is one of those that the rule asks for."""
        return any(name == pictogram for name, _ in self.pictograms)


@dataclass(frozen=True)
class Example:
    """One picture and why it was answered as it was.

    Attributes:
        path: of the picture.
        thumbnail: ``data:`` address; empty if it cannot be read any more.
        size: width×height of the crop.
        confidence: of the answer.
        nearest: the nearest pictograms with their cosines.
        expected: the right sign.
        answered: the candidate, accepted or not.
    """

    path: str
    thumbnail: str
    size: str
    confidence: float
    nearest: tuple[tuple[str, float], ...]
    expected: Side
    answered: Side


def example(validation: Validation, number: int) -> Example:
    """A picture with both signs' conditions side by side."""
    o, ready = validation.outcomes, validation.ready
    rows = validation.pictures.rows[number : number + 1]
    readings = validation.pictures.cache.readings(rows)
    cosines = validation.pictures.cache.similarity(rows, ready.gallery)[0]
    similarity = dict(zip(ready.gallery.names, cosines.tolist(), strict=True))
    ranked = sorted(similarity.items(), key=lambda item: -item[1])
    height, width = o.sizes[number].tolist()
    expected, candidate = o.names[o.expected[number]], o.names[o.candidate[number]]
    return Example(
        validation.sample(number).path,
        thumbnail(validation.sample(number)),
        f"{width}×{height}",
        float(o.confidence[number]),
        tuple(ranked[:_NEAREST]),
        _side(ready, readings, similarity, expected),
        _side(ready, readings, similarity, candidate, int(o.alternative[number])),
    )


def thumbnail(sample: Sample) -> str:
    """A picture as a ``data:`` address; empty if it cannot be read any more."""
    try:
        with open(sample.path, "rb") as file:
            picture = decode_crop(file.read(), sample.path, upright=sample.box is None)
    except (OSError, PictureError):
        return ""
    if sample.box is not None:
        cut = sample.box.cut(picture.shape[1], picture.shape[0])
        if cut is None:
            return ""
        picture = picture[cut[1] : cut[3], cut[0] : cut[2]]
    scale = _SIDE / max(picture.shape[:2])
    size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    shown = cv2.resize(picture, size, interpolation=method)
    done, content = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        return ""
    return "data:image/jpeg;base64," + base64.b64encode(content.tobytes()).decode()


def _side(
    ready: ReadyCatalogue,
    reading: Readings,
    similarity: Mapping[str, float],
    name: str,
    alternative: int | None = None,
) -> Side:
    """A sign against one picture: in the given alternative, else in the one that fits best."""
    sign_id, value = split_id(name)
    sign = ready.catalogue.by_id.get(sign_id)
    if sign is None:
        return Side(name, "", "")
    words, place = sign.name("en", value or ANY_VALUE), str(sign.position)
    if alternative is None:
        own = np.flatnonzero(ready.engine.alternative_sign == ready.engine.signs.index(sign))
        fit = ready.engine.score(reading).log_fit[0]
        alternative = int(own[fit[own].argmax()]) if len(own) else -1
    if alternative < 0:
        asked = sign.exemplar_pictograms
        conditions: tuple[ConditionOutcome, ...] = ()
    else:
        asked = ready.engine.alternatives[alternative].pictograms
        conditions = tuple(
            _with_value(outcome, reading, sign, value)
            for outcome in explain(ready.engine, reading, 0, alternative)
        )
    return Side(name, words, place, conditions, tuple((p, similarity[p]) for p in asked))


def _with_value(
    outcome: ConditionOutcome, reading: Readings, sign: Sign, value: str | None
) -> ConditionOutcome:
    """What a rule asks of the text, for the one value that the sign has."""
    if outcome.attribute != TEXT.name or value is None:
        return outcome
    spellings = sign.texts_of(value).strings
    probability = probability_of_any(spellings, reading.text[0])
    return replace(
        outcome,
        expected=value,
        observed_is_expected=outcome.observed in spellings,
        probability=probability,
        passed=probability >= PASS_PROBABILITY,
    )
