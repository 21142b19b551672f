"""Validating a rule file: everything from a data set on disk to figures with blame."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Final, Literal

from attributes.precision import Precision, fast_precision
from recognizer.answering import ReadyCatalogue
from recognizer.decision import Thresholds
from recognizer.default_catalogue import default_catalogue
from recognizer.gallery import load_gallery
from recognizer.late_predictor import LatePredictor
from recognizer.loading import load_rules
from recognizer.validation.agreement import Agreement, agree
from recognizer.validation.blame import Blame, blame_errors
from recognizer.validation.datasets import (
    Dataset,
    DatasetError,
    DatasetOptionError,
    Sample,
    open_dataset,
)
from recognizer.validation.figures import Figures
from recognizer.validation.figures_from_outcomes import work_out
from recognizer.validation.frame_blame import blame_not_found
from recognizer.validation.frame_ingestion import ReadFrames, read_frames
from recognizer.validation.frame_outcomes import FrameOutcomes, judge_frames
from recognizer.validation.ingestion import ReadPictures, read_pictures
from recognizer.validation.labels import ClassLabel, load_labels, resolve_labels, without_pictures
from recognizer.validation.late_localizer import LateLocalizer
from recognizer.validation.outcomes import Outcomes, judge_pictures
from recognizer.validation.readings_cache import ReadingsCache, default_cache

PathLike = str | os.PathLike[str]
BoxesMode = Literal["found", "labelled"]
"""What of frames is recognized: the boxes that the localizer finds, or the labelled ones."""
_CLASSES_SHOWN: Final = 5
"""Classes that are named where none of them is a sign."""


class Workbench:
    """A network and a cache, with which any rule file can be tried on any pictures.

    Args:
        weights: of the network; the shipped ones if absent.
        cache: folder of the cache; see :func:`default_cache`.
        precision: of the networks' arithmetic; see :class:`recognizer.Recognizer`.
        localizer: weights of the localizer; the shipped ones if absent.

    Raises:
        WeightsError: the network's weights are missing.
        CacheError: the cache cannot be written.
    """

    def __init__(
        self,
        weights: PathLike | None = None,
        cache: PathLike | None = None,
        precision: Precision | None = None,
        localizer: PathLike | None = None,
    ) -> None:
        self._localizer = Path(localizer) if localizer is not None else None
        self._precision = precision or fast_precision()
        self._predictor = LatePredictor(
            Path(weights) if weights is not None else None, self._precision
        )
        self._folder = Path(cache) if cache is not None else default_cache()
        self._cache = ReadingsCache(self._folder, self._predictor.identity)

    def read(self, dataset: Dataset) -> ReadPictures:
        """Read every picture that has not been read before.

        Raises:
            DatasetError: not one picture can be read.
        """
        return read_pictures(dataset, self._predictor, self._cache, self._folder)

    def read_frames(self, dataset: Dataset) -> ReadFrames:
        """Search every frame that has not been searched before, and read what is found.

        Raises:
            DatasetError: not one frame can be read.
            WeightsError: the localizer's weights are missing or damaged.
        """
        finder = LateLocalizer(self._localizer, self._precision)
        return read_frames(dataset, finder, self._predictor, self._cache, self._folder)

    def prepare(
        self,
        catalogue: PathLike | None = None,
        country: str | None = None,
        thresholds: Thresholds | None = None,
    ) -> ReadyCatalogue:
        """Make a rule file ready; the embedded one without ``catalogue``.

        Raises:
            CatalogueError: the rule file, or the thresholds beside it, have mistakes.
            CountryError: no sign belongs to the country.
            UnknownSignError: the given thresholds name a sign that the file does not have.
            GalleryError: exemplars are missing, or were embedded with other weights.
        """
        file = Path(catalogue) if catalogue is not None else default_catalogue()
        rules, thresholds = load_rules(file, country, thresholds)
        gallery = load_gallery(rules, self._predictor)
        return ReadyCatalogue.prepare(rules, gallery, thresholds)


@dataclass(frozen=True)
class Validation:
    """One rule file on one data set.

    Attributes:
        pictures: the data set and its readings; of searched frames, the labelled boxes that
            were found.
        labels: class -> what it is expected to be.
        ready: the rules.
        outcomes: what was expected of the pictures, and answered.
        frames: the same with what was not found, and found beside; None if nothing was searched.
        without_pictures: classes of the label map that are none of the data set's.
    """

    pictures: ReadPictures
    labels: Mapping[str, ClassLabel]
    ready: ReadyCatalogue
    outcomes: Outcomes
    frames: FrameOutcomes | None = None
    without_pictures: tuple[str, ...] = ()

    @property
    def catalogue_file(self) -> Path:
        """The rule file."""
        return self.ready.catalogue.files[0]

    @cached_property
    def agreement(self) -> Agreement:
        """What was read against what the rules imply."""
        return agree(self.outcomes, self.ready.catalogue)

    @cached_property
    def blames(self) -> list[Blame]:
        """What each error is put down to; of labelled boxes, first those that are not found."""
        not_found = [] if self.frames is None else blame_not_found(self.frames)
        return not_found + blame_errors(
            self.pictures, self.labels, self.outcomes, self.ready, self.agreement
        )

    @cached_property
    def figures(self) -> Figures:
        """All figures."""
        return work_out(
            self.outcomes, self.labels, self.ready, self.agreement, self.blames, self.frames
        )

    def sample(self, number: int) -> Sample:
        """The picture that a blame or a confusion is about, found or not."""
        if self.frames is None:
            return self.pictures.sample(number)
        return self.pictures.dataset.samples[number]


def validate(
    data: PathLike,
    catalogue: PathLike | None = None,
    labels: PathLike | None = None,
    *,
    split: str = "all",
    weights: PathLike | None = None,
    country: str | None = None,
    thresholds: Thresholds | None = None,
    cache: PathLike | None = None,
    precision: Precision | None = None,
    boxes: BoxesMode | None = None,
    localizer: PathLike | None = None,
) -> Validation:
    """Run a rule file against labelled pictures.

    Args:
        data: a data set, see :func:`recognizer.validation.datasets.open_dataset`.
        catalogue: the rule file; the embedded one if absent.
        labels: a label map; if absent, the classes must be called as the signs are.
        split: ``training`` or ``validation`` part of GTSRB or GTSDB, or ``all``.
        weights: of the network; the shipped ones if absent.
        country: only signs of this ISO code (and of none) are considered.
        thresholds: what an answer must reach; by default those beside the rule file.
        cache: folder of the attribute cache.
        precision: of the networks' arithmetic; see :class:`recognizer.Recognizer`.
        boxes: of frames, whether the signs are searched for (``found``, the default) or the
            labelled boxes are cut out and recognized, which leaves the localizer out of it.
        localizer: weights of the localizer; the shipped ones if absent.

    Raises:
        UserError: something cannot be read; the message says what and why.
    """
    start = perf_counter()
    workbench = Workbench(weights, cache, precision, localizer)
    ready = workbench.prepare(catalogue, country, thresholds)  # fails before anything slow
    label_map = load_labels(labels) if labels is not None else None
    dataset = open_dataset(data, split)
    is_searched = searches(dataset, boxes)
    resolved = resolve_checked(dataset, label_map, ready)
    absent = tuple(without_pictures(dataset.classes, label_map or {}))
    if is_searched:
        frames = judge_frames(workbench.read_frames(dataset), resolved, ready)
        validation = Validation(frames.pictures, resolved, ready, frames.outcomes, frames, absent)
    else:
        pictures = workbench.read(dataset)
        outcomes = judge_pictures(pictures, resolved, ready)
        validation = Validation(pictures, resolved, ready, outcomes, without_pictures=absent)
    validation.figures  # noqa: B018 - worked out now, so that the time counts them
    validation.pictures.timing.total = perf_counter() - start
    return validation


def searches(dataset: Dataset, boxes: BoxesMode | None) -> bool:
    """Whether signs are searched for: in frames, unless the labelled boxes are wanted.

    Raises:
        DatasetOptionError: boxes are asked for, but these are crops.
    """
    if boxes is not None and not dataset.has_frames:
        raise DatasetOptionError(
            f"{dataset.root}: --boxes {boxes} is for frames; these are crops ({dataset.layout})"
        )
    return dataset.has_frames and boxes != "labelled"


def resolve_checked(
    dataset: Dataset, label_map: Mapping[str, str | None] | None, ready: ReadyCatalogue
) -> dict[str, ClassLabel]:
    """What the classes of a data set are.

    Raises:
        DatasetError: not one of them is a sign of the catalogue: then this is the wrong label
            map, or there is none, or the catalogue is empty.
    """
    if not ready.catalogue.signs:
        raise DatasetError(f"{ready.catalogue.files[0]}: there is no sign in this catalogue")
    resolved = resolve_labels(dataset.classes, label_map, ready.catalogue)
    if not any(label.is_sign for label in resolved.values()):
        more = ", …" if len(dataset.classes) > _CLASSES_SHOWN else ""
        classes = ", ".join(dataset.classes[:_CLASSES_SHOWN]) + more
        advice = (
            "is it the right label map" if label_map else "must a label map be named with --labels"
        )
        raise DatasetError(
            f"{dataset.root}: none of its {len(resolved)} classes ({classes}) is a sign of "
            f"{ready.catalogue.files[0]}; {advice}? --suggest-labels proposes one"
        )
    return resolved
