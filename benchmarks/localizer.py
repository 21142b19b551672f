"""How many signs of GTSDB the localizer finds, and how often it sees one where none is.

    python benchmarks/localizer.py --data ../shared/data

Frames 500-599, which touched no training, by the rule of ``signrules validate``: of a plate found
twice the surer box counts, the surest find chooses its labelled box first at IoU >= 0.5, and each
box has one find. A find that matches none is false, be it an ill-fitting box on a labelled sign;
only if at least half of it lies on a sign that GTSDB does not list (``gtsdb_unboxed.csv``, looked
at) is it neither right nor wrong. Sizes are the shorter side of the labelled box. First the
localizer alone; then with each score multiplied by the presence that the attribute network reads
there, since the product drops what that network takes for no sign.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from plain_errors import run_plainly

from attributes.predictor import AttributePredictor
from attributes.progress import track
from attributes.training.gtsdb import LabelledFrame, read_frames
from recognizer.frames.boxes import Boxes
from recognizer.frames.crops import cut_crops
from recognizer.frames.detections import without_repeats
from recognizer.frames.frame import Image
from recognizer.frames.localization.localizer import Localizer
from recognizer.frames.matching import lies_inside_any, match_boxes
from recognizer.validation.frame_outcomes import MIN_OVERLAP
from recognizer.validation.rates import Rate, rates_by_size

VALIDATION_FRAMES = range(500, 600)
FALSE_PER_FRAME = (0.1, 0.3, 1.0)
LOWEST_SCORE = 0.02
"""Finds below it are left out; a rate of false finds that needs them is not reached."""


@dataclass(frozen=True)
class Finds:
    """All finds and all signs of a set of frames.

    Attributes:
        false_scores: of each find that is false.
        found_at: score at which each sign is found, 0 if never.
        sides: (N, 2), width and height of each sign, pixels.
        frames: how many frames.
    """

    false_scores: npt.NDArray[np.float32]
    found_at: npt.NDArray[np.float32]
    sides: npt.NDArray[np.float32]
    frames: int

    def score_at(self, false_per_frame: float) -> float:
        """The lowest score from which there are no more false finds than that."""
        falling = np.sort(self.false_scores)[::-1]
        allowed = int(false_per_frame * self.frames)
        if allowed >= len(falling):
            return LOWEST_SCORE
        return float(np.nextafter(falling[allowed], np.float32(1)))

    def print_at(self, words: str, score: float) -> None:
        """Print what is found from a score on, and how much of it is false."""
        false = int((self.false_scores >= score).sum())
        found = self.found_at >= score
        print(f"{words} (score >= {score:.3f}): {false / self.frames:.2f} false finds a frame")
        print(f"  {'all':<16}{shown(Rate.of(found))}")
        for size, rate in rates_by_size(self.sides, found):
            print(f"  {size:<16}{shown(rate)}")


def shown(rate: Rate) -> str:
    """A recall, with its counts."""
    return f"{rate.value:7.1%}  {rate.right:3} of {rate.count}"


def locate_all(localizer: Localizer, frames: list[LabelledFrame]) -> list[Boxes]:
    """All finds of each frame."""
    # Each find is decided by surer ones alone, so a higher threshold is a cut of this list.
    return [without_repeats(localizer.locate(picture_of(f))) for f in track(frames, "finding")]


def weigh_all(
    predictor: AttributePredictor, frames: list[LabelledFrame], found: list[Boxes]
) -> list[Boxes]:
    """The same finds, each score times the presence that is read there, the surest first."""
    weighed = []
    for frame, boxes in zip(track(frames, "reading"), found, strict=True):
        if len(boxes):
            readings = predictor.predict(cut_crops(picture_of(frame), boxes.xyxy))
            boxes = Boxes(boxes.xyxy, boxes.score * readings.presence)
        weighed.append(boxes[np.argsort(-boxes.score, kind="stable")])
    return weighed


def picture_of(frame: LabelledFrame) -> Image:
    """The frame's pixels, uint8 (H, W, 3), BGR."""
    return np.asarray(cv2.imread(str(frame.path), cv2.IMREAD_COLOR), np.uint8)


def put_down(frames: list[LabelledFrame], found: list[Boxes]) -> Finds:
    """Put each find down to a sign, an unlisted one, or none."""
    false_scores, found_at, sides = [], [], []
    for frame, boxes in zip(frames, found, strict=True):
        owner = match_boxes(boxes.xyxy, frame.boxes, MIN_OVERLAP)
        at = np.zeros(len(frame.boxes), np.float32)
        at[owner[owner >= 0]] = boxes.score[owner >= 0]
        found_at.append(at)
        sides.append(frame.boxes[:, 2:] - frame.boxes[:, :2])
        is_ignored = lies_inside_any(boxes.xyxy, frame.ignored, MIN_OVERLAP)
        false_scores.append(boxes.score[(owner < 0) & ~is_ignored])
    return Finds(
        np.concatenate(false_scores), np.concatenate(found_at), np.concatenate(sides), len(frames)
    )


def main() -> None:
    """Print recall by size, at the shipped threshold and at several rates of false finds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsdb/")
    parser.add_argument("--weights", type=Path, help="the shipped ones if absent")
    arguments = parser.parse_args()
    localizer = Localizer(arguments.weights, threshold=LOWEST_SCORE)
    frames = read_frames(arguments.data / "gtsdb", VALIDATION_FRAMES)
    found = locate_all(localizer, frames)
    alone = put_down(frames, found)
    print(f"{alone.frames} frames, {len(alone.found_at)} signs")
    weighed = put_down(frames, weigh_all(AttributePredictor(), frames, found))
    for words, finds in (("localizer alone", alone), ("with the presence read", weighed)):
        finds.print_at(f"{words}, at the card's threshold", localizer.card.threshold)
        for rate in FALSE_PER_FRAME:
            finds.print_at(f"{words}, at most {rate:g} false finds a frame", finds.score_at(rate))


if __name__ == "__main__":
    run_plainly(main)
