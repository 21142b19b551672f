"""How many signs of GTSDB the localizer finds, and how often it sees one where none is.

    python benchmarks/localizer.py --data ../shared/data

Frames 500-599, which touched no training. A box counts as found at IoU >= 0.5; a find on a sign
that GTSDB does not list (``gtsdb_unboxed.csv``, looked at) is neither right nor wrong.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from attributes.progress import track
from attributes.training.gtsdb import LabelledFrame, read_frames
from recognizer.frames.localization.localizer import Localizer
from recognizer.frames.matching import intersection_over_union, match_boxes

VALIDATION_FRAMES = range(500, 600)
FALSE_PER_FRAME = (0.1, 0.3, 1.0)
SIDES = ((16, 24), (24, 32), (32, 48), (48, 64), (64, 1000))


@dataclass(frozen=True)
class Finds:
    """All finds and all signs of a set of frames.

    Attributes:
        scores: of each find that is right or wrong.
        right: bool, whether it is right.
        found_at: score at which each sign is found, 0 if never.
        sides: longer side of each sign, pixels.
        frames: how many frames.
    """

    scores: npt.NDArray[np.float32]
    right: npt.NDArray[np.bool_]
    found_at: npt.NDArray[np.float32]
    sides: npt.NDArray[np.float32]
    frames: int

    def threshold_at(self, false_per_frame: float) -> float:
        """The lowest score at which there are no more false finds than that."""
        wrong = np.sort(self.scores[~self.right])[::-1]
        allowed = int(false_per_frame * self.frames)
        return float(wrong[allowed]) + 1e-6 if allowed < len(wrong) else 0.0


def locate_all(localizer: Localizer, frames: list[LabelledFrame]) -> Finds:
    """Run the localizer over frames, and put each find down to a sign, a known other, or none."""
    scores, right, found_at, sides = [], [], [], []
    for frame in track(frames, "frames"):
        image = cv2.imread(str(frame.path), cv2.IMREAD_COLOR)
        boxes = localizer.locate(np.asarray(image, np.uint8))
        owner = match_boxes(boxes.xyxy, frame.boxes, 0.5)
        at = np.zeros(len(frame.boxes), np.float32)
        at[owner[owner >= 0]] = boxes.score[owner >= 0]
        found_at.append(at)
        sides.append((frame.boxes[:, 2:] - frame.boxes[:, :2]).max(axis=1, initial=0))
        # A box on a listed sign that does not fit it well is not a false alarm elsewhere.
        known = np.concatenate([frame.ignored, frame.boxes])
        excused = (intersection_over_union(boxes.xyxy, known) > 0.2).any(axis=1)
        counted = (owner >= 0) | ~excused
        scores.append(boxes.score[counted])
        right.append(owner[counted] >= 0)
    return Finds(*(np.concatenate(x) for x in (scores, right, found_at, sides)), len(frames))


def main() -> None:
    """Print recall at several rates of false finds, and by size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsdb/")
    parser.add_argument("--weights", type=Path, help="the shipped ones if absent")
    arguments = parser.parse_args()
    localizer = Localizer(arguments.weights, threshold=0.02)
    finds = locate_all(localizer, read_frames(arguments.data / "gtsdb", VALIDATION_FRAMES))
    print(f"{finds.frames} frames, {len(finds.found_at)} signs")
    for rate in FALSE_PER_FRAME:
        threshold = finds.threshold_at(rate)
        found = finds.found_at >= max(threshold, 1e-9)
        print(
            f"recall at {rate:g} false finds a frame (score >= {threshold:.3f}): {found.mean():.1%}"
        )
        if rate == 0.3:
            for low, high in SIDES:
                row = (finds.sides >= low) & (finds.sides < high)
                if row.any():
                    print(f"  sides {low}-{high} px: {found[row].mean():.1%} of {row.sum()}")
    own = localizer.card.threshold
    found = finds.found_at >= own
    wrong = int((~finds.right & (finds.scores >= own)).sum())
    print(
        f"at the shipped threshold {own:g}: recall {found.mean():.1%}, "
        f"{wrong / finds.frames:.2f} false finds a frame"
    )


if __name__ == "__main__":
    main()
