"""Which find is which labelled box, and what each is answered as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from recognizer.answering import ReadyCatalogue
from recognizer.decision import REASONS, Reason
from recognizer.frames.matching import lies_inside_any, match_boxes
from recognizer.validation.datasets import Box, Dataset, Sample
from recognizer.validation.frame_ingestion import ReadFrames
from recognizer.validation.ingestion import ReadPictures
from recognizer.validation.labels import ClassLabel
from recognizer.validation.outcomes import (
    FIRST_SIGN_CODE,
    AnswerNames,
    Outcomes,
    judge_pictures,
    judge_rows,
)
from rules.answer_ids import UNKNOWN

NOT_FOUND: Final = "not found"
"""What stands for the answer of a labelled box that no find matches."""
MIN_OVERLAP: Final = 0.5
"""Intersection over union from which a find and a labelled box are the same sign."""

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class FrameOutcomes:
    """Labelled boxes and finds of frames, held against each other.

    Of the labelled boxes, N are matched by a find and M are not; of the finds, X are reported and
    match no labelled box, nor lie where the data set has signs without a label. *Pictures* are
    numbered: N matched ones, then M that are not.

    A find that is taken for no sign is not reported to anybody. It chooses its box after all
    others; what it matches is one of the N, with ``Reason.NOT_A_SIGN``.

    Attributes:
        frames: the finds and the labelled boxes.
        pictures: the N matched finds. ``pictures.dataset.samples`` are these, each with its
            find's box and the labelled class, and after them the M labelled boxes.
        outcomes: of the N.
        labelled: intp (N + M,), index into the labelled boxes of ``frames``.
        label: intp (N + M,), index into ``outcomes.classes``.
        expected: intp (N + M,), code in ``outcomes.names``.
        finds: intp (N,), index into the finds of ``frames``.
        reported: bool (K,), which of the finds are not taken for no sign.
        ignored: how many reported finds match no labelled box, but lie where the data set has
            signs without a label: they are neither right nor wrong.
        false: intp (X,), index into the finds of ``frames``, the surest answers first.
        false_answers: what the X are answered as, such as ``de.274[60]`` or ``unknown``.
        false_confidence: float32 (X,), of the likeliest sign, accepted or not.
    """

    frames: ReadFrames
    pictures: ReadPictures
    outcomes: Outcomes
    labelled: IntArray
    label: IntArray
    expected: IntArray
    finds: IntArray
    reported: npt.NDArray[np.bool_]
    ignored: int
    false: IntArray
    false_answers: tuple[str, ...]
    false_confidence: npt.NDArray[np.float32]

    @property
    def is_sign(self) -> npt.NDArray[np.bool_]:
        """Whether a sign of the catalogue is expected, bool (N + M,)."""
        return self.expected >= FIRST_SIGN_CODE

    @property
    def is_found(self) -> npt.NDArray[np.bool_]:
        """Whether a find that is reported matches the labelled box, bool (N + M,)."""
        return np.concatenate([self.reported[self.finds], np.zeros(self.missed, bool)])

    @property
    def is_right(self) -> npt.NDArray[np.bool_]:
        """Whether the box is found and its answer is right, bool (N + M,)."""
        correct = self.outcomes.correct & self.reported[self.finds]
        return np.concatenate([correct, np.zeros(self.missed, bool)])

    @property
    def missed(self) -> int:
        """M, how many labelled boxes no find matches."""
        return len(self.labelled) - len(self.finds)

    @property
    def sides(self) -> npt.NDArray[np.float32]:
        """Visible width and height of the labelled boxes in pixels, float32 (N + M, 2)."""
        boxes = self.frames.label_box[self.labelled]
        return boxes[:, 2:] - boxes[:, :2]

    def false_sample(self, number: int) -> Sample:
        """A find that matches no labelled box as a sample, whose class is its answer."""
        find = int(self.false[number])
        return _find_sample(self.frames, find, self.false_answers[number])


def judge_frames(
    frames: ReadFrames, labels: Mapping[str, ClassLabel], ready: ReadyCatalogue
) -> FrameOutcomes:
    """Answer every find with the rules in ``ready`` and match finds with labelled boxes.

    Boxes of a class that is labelled ``unknown``, which shows no sign, are not to be found and
    match nothing.

    Args:
        frames: searched and read before.
        labels: class -> what it is.
        ready: the rules.
    """
    names = AnswerNames()
    answers = judge_rows(frames.cache, frames.find_rows, ready, names)
    reported = answers.reason != REASONS.index(Reason.NOT_A_SIGN)
    samples = frames.dataset.samples
    wanted = np.array(
        [labels[samples[i].label].expected != UNKNOWN for i in frames.label_sample], bool
    )
    owner = _match(frames, wanted, reported)
    matched = np.flatnonzero(owner >= 0)
    finds = matched[np.argsort(owner[matched], kind="stable")]
    missed = np.setdiff1d(np.flatnonzero(wanted), owner[finds])
    labelled = np.concatenate([owner[finds], missed]).astype(np.intp)
    pictures = _pictures(frames, finds, labelled)
    outcomes = judge_pictures(pictures, labels, ready)
    class_index = {name: i for i, name in enumerate(outcomes.classes)}
    code = {name: i for i, name in enumerate(outcomes.names)}
    label_names = [s.label for s in pictures.dataset.samples]
    others = np.flatnonzero((owner < 0) & reported)
    is_ignored = np.array([_is_ignored(frames, find) for find in others.tolist()], bool)
    false = others[~is_ignored]
    named, sure = answers.reason[false] < 0, answers.confidence[false]
    false = false[np.lexsort((-sure, ~named))]
    return FrameOutcomes(
        frames,
        pictures,
        outcomes,
        labelled,
        np.array([class_index[name] for name in label_names], np.intp),
        np.array([code[labels[name].expected] for name in label_names], np.intp),
        finds,
        reported,
        int(is_ignored.sum()),
        false,
        tuple(names.names[i] for i in answers.answered[false].tolist()),
        answers.confidence[false],
    )


def _match(
    frames: ReadFrames, wanted: npt.NDArray[np.bool_], reported: npt.NDArray[np.bool_]
) -> IntArray:
    """intp (K,), the labelled box that each find matches; -1 for none."""
    owner = np.full(len(frames.find_frame), -1, np.intp)
    # In each frame, reported finds choose first, the surer ones before others; sorting is stable.
    order = np.lexsort((~reported, frames.find_frame))
    for frame in np.intersect1d(frames.find_frame, frames.label_frame[wanted]).tolist():
        finds = order[_block(frames.find_frame, frame)]
        block = _block(frames.label_frame, frame)
        boxes = np.arange(block.start, block.stop)[wanted[block]]
        match = match_boxes(frames.find_box[finds], frames.label_box[boxes], MIN_OVERLAP)
        hit = match >= 0
        owner[finds[hit]] = boxes[match[hit]]
    return owner


def _is_ignored(frames: ReadFrames, find: int) -> bool:
    """Whether at least half of a find lies in a box whose signs have no label."""
    ignored = frames.dataset.ignored.get(frames.paths[int(frames.find_frame[find])], ())
    if not ignored:
        return False
    boxes = np.array([box[:4] for box in ignored], np.float32)
    return bool(lies_inside_any(frames.find_box[find : find + 1], boxes, MIN_OVERLAP)[0])


def _block(frame_of: IntArray, frame: int) -> slice:
    """Where a frame's entries are in an array that is sorted by frame."""
    start, stop = np.searchsorted(frame_of, (frame, frame + 1)).tolist()
    return slice(start, stop)


def _pictures(frames: ReadFrames, finds: IntArray, labelled: IntArray) -> ReadPictures:
    samples = frames.dataset.samples
    of_label = frames.label_sample[labelled].tolist()
    found = [
        _find_sample(frames, find, samples[i].label)
        for find, i in zip(finds.tolist(), of_label, strict=False)  # the M others follow
    ]
    missed = [samples[i] for i in of_label[len(finds) :]]
    dataset: Dataset = replace(frames.dataset, samples=(*found, *missed))
    return ReadPictures(
        dataset,
        np.arange(len(finds), dtype=np.intp),
        frames.find_rows[finds],
        frames.cache,
        frames.unreadable,
        frames.timing,
    )


def _find_sample(frames: ReadFrames, find: int, label: str) -> Sample:
    path = frames.paths[int(frames.find_frame[find])]
    return Sample(path, label, Box(*frames.find_box[find].tolist()))
