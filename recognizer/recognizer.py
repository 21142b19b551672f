"""The recognizer: pictures in, signs with reasons out."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, overload

from attributes.errors import UserError
from attributes.needless_pixels import without_needless_pixels
from attributes.precision import Precision, fast_precision
from attributes.predictor import AttributePredictor
from attributes.readings import Readings
from recognizer.answering import ReadyCatalogue
from recognizer.decision import Thresholds
from recognizer.default_catalogue import default_catalogue
from recognizer.frames.tracking.tracks import DEFAULT_SETTINGS, TrackSettings
from recognizer.gallery import load_gallery
from recognizer.loading import load_rules
from recognizer.pictures import Crop, Picture, PictureError, to_crop
from recognizer.result import Recognition, too_small, unreadable
from recognizer.watching import CatalogueWatcher
from rules import Catalogue

if TYPE_CHECKING:  # frames are imported when they are first used
    from recognizer.frames.detections import BoxesLike, Detector
    from recognizer.frames.follower import FrameFollower
    from recognizer.frames.frame_result import FrameResult
    from recognizer.frames.localization.localizer import Localizer
    from recognizer.frames.sources.opening import Source

_Picture = TypeVar("_Picture", bound=Picture)
"""A list of arrays is no list of pictures to a type checker: lists are invariant."""


class Recognizer:
    """Recognizes traffic signs on crops, in frames and in streams of them.

    Args:
        catalogue: rule file; the embedded ``signs.yaml`` if absent.
        weights: safetensors file with its card; the shipped ones if absent.
        localizer: the same of what finds signs in frames; read when the first frame needs it.
        language: of the names in answers; English by default. A sign without such a name has its
            English one, else its first.
        country: only signs of this ISO code (and of none) are considered; all if absent.
        thresholds: what an answer must reach; by default those that were calibrated for the rule
            file (``signs.thresholds.yaml`` beside it), if any.
        precision: of both networks. By default what is fast on this CPU: ``bfloat16`` where it
            is multiplied natively, else ``float32``, which gives the same figures everywhere.
        watch: reload when the rule files change; what is broken is logged, see :meth:`reload`.

    Raises:
        CatalogueError: the rule file has mistakes; all of them are told.
        CountryError: its signs belong to countries, but none to this one.
        LanguageError: none of its signs has a name in the language that is asked for.
        TypeError: ``thresholds`` are none, such as a single number, or what should name a file
            is no path.
        UserError: the name of a file is empty, or the embedded ``signs.yaml`` is not installed.
        ValueError: there is no such precision, or no sign of which ``thresholds`` speak.
        WeightsError: the weights are missing, damaged, or of another vocabulary.
        GalleryError: exemplars are missing, or were embedded with other weights.
    """

    def __init__(
        self,
        catalogue: str | os.PathLike[str] | None = None,
        weights: str | os.PathLike[str] | None = None,
        *,
        localizer: str | os.PathLike[str] | None = None,
        language: str | None = None,
        country: str | None = None,
        thresholds: Thresholds | None = None,
        precision: Precision | None = None,
        watch: bool = False,
    ) -> None:
        if thresholds is not None and not isinstance(thresholds, Thresholds):
            raise TypeError(
                "thresholds: expected Thresholds, such as Thresholds(min_confidence=0.5), "
                f"got {type(thresholds).__name__}"
            )
        self._given_language = language
        self._country = country
        self.catalogue_path = _file("catalogue", catalogue) or default_catalogue()
        given = _file("localizer", localizer)
        # Both are read later, too, when the program may have changed its folder.
        self._absolute_catalogue = self.catalogue_path.absolute()
        self._localizer_weights = None if given is None else given.absolute()
        own_weights = _file("weights", weights)
        self._precision = fast_precision() if precision is None else precision
        self._given_thresholds = thresholds
        self._reloading = Lock()
        rules, thresholds = self._load_rules()
        watcher = None
        if watch:
            watcher = CatalogueWatcher(self, rules)
            # Once more: what was edited before the watcher first looked is no change to it.
            rules, thresholds = self._load_rules()
        self.predictor = AttributePredictor(own_weights, self._precision)
        self._ready = self._prepare(rules, thresholds)
        if watcher is not None:
            watcher.start()

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Tell what to do instead, since locks and networks cannot be sent to other processes."""
        raise TypeError(
            "a Recognizer cannot be pickled; make one in each process, which multiprocessing "
            "must start by `spawn`"
        )

    @property
    def language(self) -> str:
        """Of the names in answers."""
        return self._given_language or "en"

    @property
    def country(self) -> str | None:
        """Whose signs alone are considered; None for all."""
        return self._country

    @property
    def catalogue(self) -> Catalogue:
        """The rules in use."""
        return self._ready.catalogue

    @property
    def thresholds(self) -> Thresholds:
        """What an answer must reach."""
        return self._ready.judge.thresholds

    @cached_property
    def localizer(self) -> Localizer:
        """Finds signs in frames, whatever signs they are; loaded when first used."""
        from recognizer.frames.localization.localizer import Localizer

        return Localizer(self._localizer_weights, precision=self._precision)

    def reload(self) -> None:
        """Read the rule file and its thresholds anew, in the same way as at the start.

        Thresholds that were given as an argument stay.

        The switch is one assignment: while it happens, each answer of another thread follows
        either the old rules or the new ones.

        Raises:
            CatalogueError: the rule file has mistakes; the rules in use stay.
            CountryError, LanguageError, GalleryError, ValueError: see above; the rules in use stay
                too.
        """
        with self._reloading:  # or a slow reload could undo a later one
            self._ready = self._prepare(*self._load_rules())

    @overload
    def recognize(self, pictures: list[_Picture] | tuple[_Picture, ...]) -> list[Recognition]: ...
    @overload
    def recognize(self, pictures: Picture) -> Recognition: ...

    def recognize(
        self, pictures: Picture | list[_Picture] | tuple[_Picture, ...]
    ) -> Recognition | list[Recognition]:
        """Recognize one crop, or a list of them.

        Args:
            pictures: a crop (BGR array uint8 (H, W, 3), grey, BGRA or float in [0, 1]; a path; a
                PIL image) or a list of crops. A crop shows one sign with a margin of about a
                tenth of its side. Files and PIL images are turned as their orientation tag says.

        Returns:
            one answer, or one for each of the list. In a list, a picture that cannot be read is
            answered with the reason ``unreadable``, so that the others are not lost.

        Raises:
            PictureError: the single picture cannot be read.
        """
        if isinstance(pictures, list | tuple):
            return self._recognize_all(pictures)
        crop = to_crop(pictures)
        (answer,) = self.judge(self.read([crop]))
        return _unless_too_small(answer, crop.shape[1], crop.shape[0], self.thresholds.min_side)

    def read(self, crops: Sequence[Crop]) -> Readings:
        """Attribute readings of crops, each uint8 (H, W, 3) BGR; they do not depend on rules.

        Raises:
            ValueError: a crop has another shape or type, or no pixels.
        """
        return self.predictor.predict(crops)

    def judge(self, readings: Readings) -> list[Recognition]:
        """Answers for readings that were made before: rules and matcher only, no network."""
        ready = self._ready
        similarity = ready.gallery.similarity(readings.embedding)
        return ready.answers(readings, similarity, self.language)

    def recognize_frame(self, image: Picture, boxes: BoxesLike | None = None) -> FrameResult:
        """Find and recognize the signs of one frame.

        Args:
            image: a whole frame: BGR array uint8 (H, W, 3), a path or a PIL image, as for
                :meth:`recognize`.
            boxes: where signs are, if another detector has found them, tight around the plates:
                float array (N, 4) of left, top, right, bottom in pixels, (N, 5) with a score,
                ``Boxes``, or an object with ``xyxy`` and ``confidence`` or ``conf``, such as
                ``supervision.Detections``. Without, the localizer looks. In a file or PIL image
                with an orientation tag, the pixels are those that viewers show.

        Returns:
            one answer per given box, in their order; without boxes, one per sign found. Those
            whose visible side is below ``thresholds.min_side`` are ``unknown: too_small``. What
            turns out to be no sign is left out, or ``unknown: not_a_sign`` in a given box.

        Raises:
            PictureError: the image cannot be read.
            TypeError: ``boxes`` is nothing that boxes can be read from.
            ValueError: the corners of a box are swapped or not finite, its score lies outside
                [0, 1], or the array has another shape. A box without area is no error but too
                small.
            WeightsError: the localizer's weights are missing or damaged.
        """
        from recognizer.frames.recognition import recognize_frame

        return recognize_frame(self, image, boxes)

    def stream(
        self,
        source: Source,
        *,
        settings: TrackSettings = DEFAULT_SETTINGS,
        detector: Detector | None = None,
        timeout: float = 10.0,
    ) -> Generator[FrameResult, None, None]:
        """Find, recognize and follow the signs of a source, frame after frame.

        Pictures of a folder or glob are photographs of different places: nothing is followed in
        them, and each is answered as by :meth:`recognize_frame`. Where they are the frames of a
        drive, give them to :meth:`follow` yourself.

        The source is opened with the first frame, and closed after the last one, on an error, or
        when the iterator is closed. It ends with the end of the source; an error is raised, and
        what could not be read, such as one picture of many, is logged as a warning. So is a box of
        a detector that is none (swapped corners, a score outside [0, 1]); it is left out.

        Args:
            source: camera index, video, picture, folder, glob or URL, see
                :func:`recognizer.frames.sources.opening.open_source`.
            settings: how signs are followed and when an answer is announced.
            detector: finds the signs instead of the localizer: a function from a frame, uint8
                (H, W, 3) BGR, to boxes as in :meth:`recognize_frame`.
            timeout: seconds that a URL has to answer, and later to send each frame.

        Raises:
            SourceError: the source cannot be opened, breaks off, or nothing in it can be read.
            TypeError: ``settings`` are none, the detector cannot be called or gives nothing that
                boxes can be read from, or the source is of another kind, such as a list of images.
            ValueError: the detector's boxes have another shape, or ``timeout`` is not above 0.
            WeightsError: the localizer's weights are missing or damaged.
        """
        from recognizer.frames.follower import check_arguments, follow
        from recognizer.frames.sources.opening import check_timeout

        check_arguments(settings, detector)
        check_timeout(timeout)
        return follow(self, source, settings, detector, timeout)

    def follow(
        self, *, settings: TrackSettings = DEFAULT_SETTINGS, detector: Detector | None = None
    ) -> FrameFollower:
        """What :meth:`stream` does, for those who drive the loop: ``.update(image)`` per frame.

        Raises:
            TypeError: ``settings`` are none, or the detector cannot be called.
            WeightsError: the localizer's weights are missing or damaged.
        """
        from recognizer.frames.follower import FrameFollower

        return FrameFollower(self, settings, detector)

    def _load_rules(self) -> tuple[Catalogue, Thresholds]:
        file = self.catalogue_path
        if file.absolute() != self._absolute_catalogue:
            file = self._absolute_catalogue
        rules, thresholds = load_rules(file, self._country, self._given_thresholds)
        if self._given_language is not None:
            rules.require_language(self._given_language)
        return rules, thresholds

    def _prepare(self, rules: Catalogue, thresholds: Thresholds) -> ReadyCatalogue:
        return ReadyCatalogue.prepare(rules, load_gallery(rules, self.predictor), thresholds)

    def _recognize_all(self, pictures: Sequence[Picture]) -> list[Recognition]:
        """Batch by batch, so that no more pictures are in memory than the network reads at once."""
        step = self.predictor.batch_size
        batches = (pictures[start : start + step] for start in range(0, len(pictures), step))
        return [answer for batch in batches for answer in self._recognize_batch(batch)]

    def _recognize_batch(self, pictures: Iterable[Picture]) -> list[Recognition]:
        crops: list[Crop] = []
        sizes: list[tuple[int, int] | PictureError] = []
        for picture in pictures:
            try:
                crop = to_crop(picture)
            except PictureError as error:
                sizes.append(error)
            else:
                sizes.append((crop.shape[1], crop.shape[0]))
                crops.append(without_needless_pixels(crop))
        answers = iter(self.judge(self.read(crops)))
        smallest = self.thresholds.min_side
        return [
            unreadable(str(size))
            if isinstance(size, PictureError)
            else _unless_too_small(next(answers), *size, smallest)
            for size in sizes
        ]


def _file(argument: str, name: str | os.PathLike[str] | None) -> Path | None:
    if name is None:
        return None
    if not isinstance(name, str | os.PathLike):
        raise TypeError(f"{argument}: expected a path, got {type(name).__name__}")
    if not os.fspath(name):  # pathlib would take it for this folder
        raise UserError(f"{argument}: an empty name is no file")
    if "\0" in os.fspath(name):
        raise UserError(f"{argument}: no file has a null byte in its name")
    return Path(name)


def _unless_too_small(answer: Recognition, width: int, height: int, smallest: int) -> Recognition:
    return answer if min(width, height) >= smallest else too_small(width, height, smallest)
