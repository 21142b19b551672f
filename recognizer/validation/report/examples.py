"""Pictures of errors for the report: small, inside the page, each with the reasons."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from recognizer.pictures import PictureError, decode_crop
from recognizer.validation.labels import split_id
from recognizer.validation.validation import Validation
from rules import ConditionOutcome, explain

_SIDE: Final = 96
"""Longer side of a thumbnail, pixels; small crops are enlarged, so that they can be seen."""
_JPEG_QUALITY: Final = 82


@dataclass(frozen=True)
class Side:
    """One of the two signs that a picture was held against.

    Attributes:
        sign: id with value.
        name: of the sign.
        rule: where it stands, file:line:column; empty if the catalogue does not have it.
        conditions: each condition against what was read.
        pictograms: what the rule asks for; empty if nothing.
    """

    sign: str
    name: str
    rule: str
    conditions: tuple[ConditionOutcome, ...]
    pictograms: tuple[str, ...]


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
    o, pictures = validation.outcomes, validation.pictures
    rows = pictures.rows[number : number + 1]
    readings = pictures.cache.readings(rows)
    answer = validation.ready.answers(
        readings, pictures.cache.similarity(rows, validation.ready.gallery)
    )[0]
    found = answer.explanation
    sign = validation.ready.catalogue.by_id.get(found.sign_id or "")
    height, width = o.sizes[number].tolist()
    candidate = o.names[o.candidate[number]]
    return Example(
        pictures.sample(number).path,
        thumbnail(validation, number),
        f"{width}×{height}",
        float(o.confidence[number]),
        tuple((e.pictogram, e.cosine) for e in found.exemplars),
        _expected(validation, number),
        Side(
            candidate,
            sign.name("en", split_id(candidate)[1] or "") if sign else "",
            str(found.position or ""),
            found.conditions,
            found.pictograms,
        ),
    )


def thumbnail(validation: Validation, number: int) -> str:
    """A picture as a ``data:`` address; empty if it cannot be read any more."""
    sample = validation.pictures.sample(number)
    try:
        with open(sample.path, "rb") as file:
            picture = decode_crop(file.read(), sample.path)
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


def _expected(validation: Validation, number: int) -> Side:
    """The right sign's best fitting way of looking, against what was read."""
    o, ready = validation.outcomes, validation.ready
    name = o.names[o.expected[number]]
    sign_id, value = split_id(name)
    sign = ready.catalogue.by_id.get(sign_id)
    if sign is None:
        return Side(name, "", "", (), ())
    index = ready.engine.signs.index(sign)
    own = np.flatnonzero(ready.engine.alternative_sign == index)
    words = sign.name("en", value or "")
    if not len(own):
        return Side(name, words, str(sign.position), (), sign.exemplar_pictograms)
    readings = validation.pictures.cache.readings(validation.pictures.rows[number : number + 1])
    best = int(own[ready.engine.score(readings).log_fit[0, own].argmax()])
    conditions = explain(ready.engine, readings, 0, best)
    return Side(
        name, words, str(sign.position), conditions, ready.engine.alternatives[best].pictograms
    )
