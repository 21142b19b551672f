"""Validating a rule file: everything from a data set on disk to figures with blame."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter

from recognizer.answering import ReadyCatalogue
from recognizer.decision import Thresholds
from recognizer.default_catalogue import default_catalogue
from recognizer.gallery import load_gallery
from recognizer.thresholds_file import load_thresholds
from recognizer.validation.agreement import Agreement, agree
from recognizer.validation.blame import Blame, blame_errors
from recognizer.validation.datasets import Dataset, DatasetError, open_dataset
from recognizer.validation.figures import Figures, work_out
from recognizer.validation.ingestion import ReadPictures, read_pictures
from recognizer.validation.labels import ClassLabel, load_labels, resolve_labels
from recognizer.validation.late_predictor import LatePredictor, Precision
from recognizer.validation.outcomes import Outcomes, judge_pictures
from recognizer.validation.readings_cache import ReadingsCache, default_cache
from rules import load_catalogue

PathLike = str | os.PathLike[str]


class Workbench:
    """A network and a cache, with which any rule file can be tried on any pictures.

    Args:
        weights: of the network; the shipped ones if absent.
        cache: folder of the cache; see :func:`default_cache`.
        precision: of the network's arithmetic.

    Raises:
        WeightsError: the weights are missing.
        CacheError: the cache cannot be written.
    """

    def __init__(
        self,
        weights: PathLike | None = None,
        cache: PathLike | None = None,
        precision: Precision = "float32",
    ) -> None:
        self._predictor = LatePredictor(Path(weights) if weights is not None else None, precision)
        self._folder = Path(cache) if cache is not None else default_cache()
        self._cache = ReadingsCache(self._folder, self._predictor.identity)

    def read(self, dataset: Dataset) -> ReadPictures:
        """Read every picture that has not been read before.

        Raises:
            DatasetError: not one picture can be read.
        """
        return read_pictures(dataset, self._predictor, self._cache, self._folder)

    def prepare(
        self,
        catalogue: PathLike | None = None,
        country: str | None = None,
        thresholds: Thresholds | None = None,
    ) -> ReadyCatalogue:
        """Make a rule file ready; the embedded one without ``catalogue``.

        Raises:
            CatalogueError: the rule file, or the thresholds beside it, have mistakes.
            GalleryError: exemplars are missing, or were embedded with other weights.
        """
        file = Path(catalogue) if catalogue is not None else default_catalogue()
        rules = load_catalogue(file)
        if country is not None:
            rules = rules.restricted_to(country)
        gallery = load_gallery(rules, self._predictor)
        return ReadyCatalogue.prepare(rules, gallery, thresholds or load_thresholds(file))


@dataclass(frozen=True)
class Validation:
    """One rule file on one data set.

    Attributes:
        pictures: the data set and its readings.
        labels: class -> what it is expected to be.
        ready: the rules.
        outcomes: what was expected and answered.
    """

    pictures: ReadPictures
    labels: Mapping[str, ClassLabel]
    ready: ReadyCatalogue
    outcomes: Outcomes

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
        """What each error is put down to."""
        return blame_errors(self.pictures, self.labels, self.outcomes, self.ready, self.agreement)

    @cached_property
    def figures(self) -> Figures:
        """All figures."""
        return work_out(self.outcomes, self.labels, self.ready, self.agreement, self.blames)


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
    precision: Precision = "float32",
) -> Validation:
    """Run a rule file against labelled pictures.

    Args:
        data: a data set, see :func:`recognizer.validation.datasets.open_dataset`.
        catalogue: the rule file; the embedded one if absent.
        labels: a label map; if absent, the classes must be called as the signs are.
        split: ``training`` or ``validation`` tracks of GTSRB, or ``all``.
        weights: of the network; the shipped ones if absent.
        country: only signs of this ISO code (and of none) are considered.
        thresholds: what an answer must reach; by default those beside the rule file.
        cache: folder of the attribute cache.
        precision: of the network's arithmetic.

    Raises:
        UserError, CatalogueError: something cannot be read; the message says what and why.
    """
    start = perf_counter()
    workbench = Workbench(weights, cache, precision)
    ready = workbench.prepare(catalogue, country, thresholds)  # fails before anything slow
    label_map = load_labels(labels) if labels is not None else None
    dataset = open_dataset(data, split)
    resolved = resolve_checked(dataset, label_map, ready)
    pictures = workbench.read(dataset)
    validation = Validation(pictures, resolved, ready, judge_pictures(pictures, resolved, ready))
    validation.figures  # noqa: B018 - worked out now, so that the time counts them
    pictures.timing.total = perf_counter() - start
    return validation


def resolve_checked(
    dataset: Dataset, label_map: Mapping[str, str | None] | None, ready: ReadyCatalogue
) -> dict[str, ClassLabel]:
    """What the classes of a data set are.

    Raises:
        DatasetError: not one of them is a sign of the catalogue: then this is the wrong label
            map, or there is none.
    """
    resolved = resolve_labels(dataset.classes, label_map, ready.catalogue)
    if not any(label.is_sign for label in resolved.values()):
        classes = ", ".join(dataset.classes[:5])
        advice = (
            "is it the right label map" if label_map else "must a label map be named with --labels"
        )
        raise DatasetError(
            f"{dataset.root}: none of its {len(resolved)} classes ({classes}, …) is a sign of "
            f"{ready.catalogue.files[0]}; {advice}? --suggest-labels proposes one"
        )
    return resolved
