"""The recognizer: pictures in, signs with reasons out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, overload

import numpy as np

from attributes.predictor import AttributePredictor
from attributes.readings import Readings
from recognizer.decision import Decisions, Judge, Reason, Thresholds
from recognizer.default_catalogue import default_catalogue
from recognizer.gallery import Gallery, load_gallery
from recognizer.pictures import Crop, Picture, PictureError, to_crop
from recognizer.result import UNKNOWN, Exemplar, Explanation, Recognition, RunnerUp
from rules import Catalogue, ConditionOutcome, Engine, describe_certain, explain, load_catalogue

_RUNNERS_UP = 2
_EXEMPLARS = 3
_CONSIDERED = 1e-4
"""Confidence below which a sign is no runner-up."""


@dataclass(frozen=True)
class _Compiled:
    """A catalogue made ready; replaced as a whole, never changed."""

    catalogue: Catalogue
    engine: Engine
    gallery: Gallery
    judge: Judge


class Recognizer:
    """Recognizes traffic signs on crops.

    Args:
        catalogue: rule file; the embedded ``signs.yaml`` if absent.
        weights: safetensors file with its card; the shipped ones if absent.
        language: of the names in answers.
        country: only signs of this ISO code (and of none) are considered; all if absent.
        thresholds: what an answer must reach.
        precision: see :class:`attributes.predictor.AttributePredictor`.

    Raises:
        CatalogueError: the rule file has mistakes; all of them are told.
        WeightsError: the weights are missing, damaged, or of another vocabulary.
        GalleryError: exemplars are missing, or were embedded with other weights.
    """

    def __init__(
        self,
        catalogue: str | os.PathLike[str] | None = None,
        weights: str | os.PathLike[str] | None = None,
        *,
        language: str = "en",
        country: str | None = None,
        thresholds: Thresholds | None = None,
        precision: Literal["float32", "bfloat16"] = "float32",
    ) -> None:
        self.language = language
        self.country = country
        self.thresholds = thresholds or Thresholds()
        self.catalogue_path = Path(catalogue) if catalogue is not None else default_catalogue()
        rules = self._load_rules()
        self.predictor = AttributePredictor(
            Path(weights) if weights is not None else None, precision
        )
        self._compiled = self._compile(rules)

    @property
    def catalogue(self) -> Catalogue:
        """The rules in use."""
        return self._compiled.catalogue

    @overload
    def recognize(self, pictures: list[Picture] | tuple[Picture, ...]) -> list[Recognition]: ...
    @overload
    def recognize(self, pictures: Picture) -> Recognition: ...

    def recognize(
        self, pictures: Picture | list[Picture] | tuple[Picture, ...]
    ) -> Recognition | list[Recognition]:
        """Recognize one crop, or a list of them.

        Args:
            pictures: a crop (BGR array uint8 (H, W, 3), grey, BGRA or float in [0, 1]; a path; a
                PIL image) or a list of crops. A crop shows one sign with a margin of about a
                tenth of its side.

        Returns:
            one answer, or one for each of the list. In a list, a picture that cannot be read is
            answered with the reason ``unreadable``, so that the others are not lost.

        Raises:
            PictureError: the single picture cannot be read.
        """
        if isinstance(pictures, list | tuple):
            return self._recognize_all(pictures)
        return self._recognize_crops([to_crop(pictures)])[0]

    def read(self, crops: Sequence[Crop]) -> Readings:
        """Attribute readings of crops, each uint8 (H, W, 3) BGR; they do not depend on rules."""
        return self.predictor.predict(crops)

    def judge(self, readings: Readings) -> list[Recognition]:
        """Answers for readings that were made before: rules and matcher only, no network."""
        compiled = self._compiled
        scores = compiled.engine.score(readings)
        similarity = compiled.gallery.similarity(readings.embedding)
        decisions = compiled.judge.decide(scores, similarity)
        return [self._answer(compiled, readings, decisions, row) for row in range(len(readings))]

    def _load_rules(self) -> Catalogue:
        rules = load_catalogue(self.catalogue_path)
        return rules.restricted_to(self.country) if self.country else rules

    def _compile(self, rules: Catalogue) -> _Compiled:
        gallery = load_gallery(rules, self.predictor)
        engine = Engine(rules)
        return _Compiled(rules, engine, gallery, Judge(engine, gallery, self.thresholds))

    def _recognize_all(self, pictures: Iterable[Picture]) -> list[Recognition]:
        crops: list[Crop | PictureError] = []
        for picture in pictures:
            try:
                crops.append(to_crop(picture))
            except PictureError as error:
                crops.append(error)
        answers = iter(self._recognize_crops([c for c in crops if not isinstance(c, PictureError)]))
        return [
            _unreadable(crop) if isinstance(crop, PictureError) else next(answers) for crop in crops
        ]

    def _recognize_crops(self, crops: Sequence[Crop]) -> list[Recognition]:
        answers = self.judge(self.read(crops))
        smallest = self.thresholds.min_side
        return [
            answer if min(crop.shape[:2]) >= smallest else _too_small(crop, smallest)
            for crop, answer in zip(crops, answers, strict=True)
        ]

    def _answer(
        self, compiled: _Compiled, readings: Readings, decisions: Decisions, row: int
    ) -> Recognition:
        why = partial(_explain, compiled, readings[row : row + 1], decisions, row)
        certain = describe_certain(readings, row)
        reason = compiled.judge.reason(decisions, row)
        if readings.presence[row] < self.thresholds.min_presence:
            reason = Reason.NOT_A_SIGN
        best = int(decisions.best[row])
        confidence = float(decisions.confidence[row, best]) if compiled.engine.signs else 0.0
        if reason is not None:
            return Recognition(
                UNKNOWN, None, certain or UNKNOWN, confidence, reason=reason, certain=certain,
                _explain=why,
            )  # fmt: skip
        sign = compiled.engine.signs[best]
        alternative = int(decisions.alternative[row])
        text = None
        if sign.takes_value and alternative >= 0:
            text = compiled.engine.value(readings, alternative, row)
        if text is None:
            return Recognition(
                sign.id, sign.id, sign.name(self.language), confidence, certain=certain,
                _explain=why,
            )  # fmt: skip
        has_value = sign.value is not None
        return Recognition(
            f"{sign.id}[{text.text}]" if has_value else sign.id,
            sign.id,
            sign.name(self.language, text.text),
            confidence * text.probability,
            value=_number(text.text) if has_value else None,
            unit=sign.value.unit if sign.value else None,
            certain=certain,
            _explain=why,
        )


def _number(text: str) -> int | float | str:
    """``60`` -> 60, ``5.5`` -> 5.5; other strings stay."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _unreadable(error: PictureError) -> Recognition:
    return Recognition(UNKNOWN, None, UNKNOWN, 0.0, reason=Reason.UNREADABLE, detail=str(error))


def _too_small(crop: Crop, smallest: int) -> Recognition:
    height, width = crop.shape[:2]
    detail = f"{width}×{height} pixels, at least {smallest} are needed"
    return Recognition(UNKNOWN, None, UNKNOWN, 0.0, reason=Reason.TOO_SMALL, detail=detail)


def _explain(compiled: _Compiled, reading: Readings, decisions: Decisions, row: int) -> Explanation:
    """Why crop ``row`` of the decisions, whose reading is the only one in ``reading``, won."""
    engine = compiled.engine
    if not engine.signs:
        return Explanation(None, None)
    confidence = decisions.confidence[row]
    ranked = np.argsort(-confidence, kind="stable")
    best = int(decisions.best[row])
    alternative = int(decisions.alternative[row])
    sign = engine.signs[best]
    rule = engine.alternatives[alternative] if alternative >= 0 else None
    runners_up = [int(s) for s in ranked if s != best][:_RUNNERS_UP]
    similarity = decisions.similarity[row]
    nearest = np.argsort(-similarity)[:_EXEMPLARS]
    return Explanation(
        sign.id,
        sign.position,
        explain(engine, reading, 0, alternative) if rule else (),
        rule.pictograms if rule else sign.exemplar_pictograms,
        tuple(Exemplar(compiled.gallery.names[i], float(similarity[i])) for i in nearest),
        tuple(
            RunnerUp(
                engine.signs[s].id,
                float(confidence[s]),
                _failed_conditions(engine, reading, decisions, row, s),
            )
            for s in runners_up
            if confidence[s] >= _CONSIDERED
        ),
    )


def _failed_conditions(
    engine: Engine, reading: Readings, decisions: Decisions, row: int, sign: int
) -> tuple[ConditionOutcome, ...]:
    """Conditions of the sign's best fitting alternative that do not hold, the worst first."""
    own = np.flatnonzero(engine.alternative_sign == sign)
    if not len(own):
        return ()
    best = int(own[decisions.fit[row, own].argmax()])
    outcomes = explain(engine, reading, 0, best)
    return tuple(sorted((c for c in outcomes if not c.passed), key=lambda c: c.probability))
