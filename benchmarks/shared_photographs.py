"""Which signs of GTSDB stand in GTSRB, too, and figures on those that do not.

    python benchmarks/shared_photographs.py --data ../shared/data

Both data sets were cut from the same drives: for more than half of GTSDB's boxes, GTSRB has a track
of that very sign, often from the same photograph. So frames that no training saw show signs that
training saw, and weights that are chosen on GTSDB's frames are chosen on signs of GTSRB's
validation tracks. ``shared_photographs.csv`` has the likest crop of GTSRB for each box (``--write``
derives it anew, in some five minutes). Printed are how many boxes are shared, and, of those that
are not, how many are found and rightly named in frames 500-599 with the shipped weights, and how
many are rightly named in frames 0-499 with those that ``--weights`` names (``signs.yaml``,
exemplars embedded anew).

A crop is laid over the frame at scales about that at which its sign is as wide as the box. Its
likeness is the normalized correlation of the pixels there, with those of its sign or without them,
whichever is less: another plate of the same kind has another background.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from gtsrb_crops import ROOT
from kept_weights import RELEASE, add_weights_option, answered_ids, chosen_predictor, make_ready
from localizer import picture_of
from plain_errors import run_plainly
from side_views import labelled_signs

from attributes.foreshortening import Crop
from attributes.progress import track
from attributes.training.gtsdb import read_frames
from attributes.training.photographs import PhotographCrop, gtsrb_crops
from attributes.training.splits import LAST_TRAINING_FRAME, gtsrb_tracks, held_out_tracks
from recognizer.pictures import to_crop
from recognizer.validation.validation import validate
from rules import load_catalogue

Image = npt.NDArray[np.uint8]
Key = tuple[int, tuple[int, ...]]
"""A box of GTSDB: number of the frame, and x1, y1, x2, y2."""

TABLE = Path(__file__).with_name("shared_photographs.csv")
FRAMES = range(600)
LEAST_LIKENESS = 0.7
"""From which a box counts as shared. Looked at, nearly all pairs above 0.8, and half of those above
0.7, are the same sign; below, some still are."""
_SCALES = (0.9, 0.95, 1.0, 1.05, 1.1)
_THUMBNAIL = 32
_TRIED = 60
"""Crops that are laid over the frame for each box: the likest thumbnails."""


@dataclass(frozen=True)
class Match:
    """The crop of GTSRB that is likest to a box of GTSDB.

    Attributes:
        class_id: of both.
        track: of the crop.
        likeness: -1 to 1, see the module.
    """

    class_id: int
    track: str
    likeness: float


def likeness(frame: Image, box: Sequence[int], picture: Image, sign: Sequence[int]) -> float:
    """How like a crop is to what stands in a frame; see the module.

    Args:
        frame: BGR.
        box: of the sign in the frame: x1, y1, x2, y2, ends included.
        picture: the crop, BGR.
        sign: of the sign in the crop, likewise.
    """
    x1, y1, x2, y2 = box
    width = x2 - x1 + 1
    room = max(8, round(0.5 * max(width, y2 - y1 + 1)))
    region = frame[max(0, y1 - room) : y2 + 1 + room, max(0, x1 - room) : x2 + 1 + room]
    best = -1.0
    for scale in _SCALES:
        factor = scale * width / (sign[2] - sign[0] + 1)
        interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        laid = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=interpolation)
        height, breadth = laid.shape[:2]
        if height > region.shape[0] or breadth > region.shape[1]:
            continue
        found = cv2.matchTemplate(region, laid, cv2.TM_CCOEFF_NORMED)
        _, alike, _, (left, top) = cv2.minMaxLoc(found)
        under = region[top : top + height, left : left + breadth]
        outside = ~_ellipse(laid.shape[:2], factor * np.asarray(sign, np.float32))
        best = max(best, min(alike, _correlation(under[outside], laid[outside])))
    return best


def _ellipse(shape: tuple[int, ...], sign: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """The ellipse in a sign's box, and a little more, bool of a crop's height and width."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    centre, half = (sign[:2] + sign[2:]) / 2, 1.03 * (sign[2:] - sign[:2] + 1) / 2
    inside = ((x - centre[0]) / half[0]) ** 2 + ((y - centre[1]) / half[1]) ** 2 <= 1
    return np.asarray(inside, bool)


def _correlation(one: Image, other: Image) -> float:
    a, b = (x.astype(np.float32) - x.mean() for x in (one, other))
    return float((a * b).sum() / max(np.sqrt((a * a).sum() * (b * b).sum()), 1e-6))


def _thumbnail(picture: Image) -> npt.NDArray[np.float32]:
    """A small version, zero mean and unit length, float32 (3072,)."""
    small = cv2.resize(picture, (_THUMBNAIL, _THUMBNAIL), interpolation=cv2.INTER_AREA)
    flat = small.astype(np.float32).ravel()
    flat -= flat.mean()
    return np.asarray(flat / max(float(np.linalg.norm(flat)), 1e-6), np.float32)


def find_matches(data: Path) -> dict[Key, Match]:
    """The likest crop for each box of GTSDB whose class GTSRB has.

    Raises:
        DatasetError: GTSDB or GTSRB is not there, or GTSRB lacks its tables.
    """
    frames = {frame.number: frame for frame in read_frames(data / "gtsdb", FRAMES)}
    boxes = [
        (number, tuple(box), int(class_id))
        for number, frame in frames.items()
        for box, class_id in zip(frame.boxes.astype(int).tolist(), frame.class_ids, strict=True)
    ]
    crops: dict[int, list[PhotographCrop]] = {}
    for crop in gtsrb_crops(data / "gtsrb"):
        if crop.box is not None:
            crops.setdefault(crop.class_id, []).append(crop)
    matches = {}
    for class_id in track(sorted(crops), "comparing"):
        pictures = [to_crop(crop.path) for crop in crops[class_id]]
        thumbnails = np.stack([_thumbnail(picture) for picture in pictures])
        for number, box, own in boxes:
            if own == class_id:
                frame = picture_of(frames[number])
                match = _likest(frame, box, crops[class_id], pictures, thumbnails)
                matches[number, box] = match
    return dict(sorted(matches.items()))


def _likest(
    frame: Image,
    box: tuple[int, ...],
    crops: Sequence[PhotographCrop],
    pictures: Sequence[Image],
    thumbnails: npt.NDArray[np.float32],
) -> Match:
    """The likest of crops of the class of a box."""
    x1, y1, x2, y2 = box
    side = max(x2 - x1, y2 - y1) + 1
    # GTSRB's crops have a margin of a tenth, at least five pixels.
    margin = max(5, round(0.1 * side))
    shown = frame[max(0, y1 - margin) : y2 + 1 + margin, max(0, x1 - margin) : x2 + 1 + margin]
    order = np.argsort(-(thumbnails @ _thumbnail(shown)))[:_TRIED]
    best = Match(crops[0].class_id, "", -1.0)
    for index in order.tolist():
        crop = crops[index]
        assert crop.box is not None
        alike = likeness(frame, box, pictures[index], crop.box)
        if alike > best.likeness:
            best = Match(crop.class_id, crop.track, alike)
    return best


def write_matches(matches: dict[Key, Match]) -> None:
    """Write the table."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["frame", "x1", "y1", "x2", "y2", "class_id", "track", "likeness"])
        for (number, box), match in matches.items():
            writer.writerow(
                [number, *box, match.class_id, match.track, f"{match.likeness:.2f}"]
            )  # fmt: skip


def read_matches() -> dict[Key, Match]:
    """Read the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            (int(row["frame"]), tuple(int(row[side]) for side in ("x1", "y1", "x2", "y2"))): Match(
                int(row["class_id"]), row["track"], float(row["likeness"])
            )
            for row in csv.DictReader(file)
        }


def shared_boxes(matches: dict[Key, Match]) -> set[Key]:
    """Boxes whose sign GTSRB shows, too."""
    return {key for key, match in matches.items() if match.likeness >= LEAST_LIKENESS}


def unshared_signs(data: Path, shared: Collection[Key]) -> tuple[list[Crop], list[str]]:
    """Crops of signs of frames 0-499 that are not shared, and their ids with values.

    Raises:
        DatasetError: GTSDB is not there.
    """
    keys = [
        (frame.number, tuple(box))
        for frame in read_frames(data / "gtsdb", range(LAST_TRAINING_FRAME + 1))
        for box in frame.boxes.astype(int).tolist()
    ]
    signs = zip(keys, *labelled_signs(data), strict=True)
    own = [(crop, answer) for key, crop, answer in signs if key not in shared]
    return [crop for crop, _ in own], [answer for _, answer in own]


def print_shared(matches: dict[Key, Match]) -> None:
    """Print how many boxes are shared, and with which tracks."""
    held_out = held_out_tracks(gtsrb_tracks())
    shared = shared_boxes(matches)
    for words, numbers in (
        ("frames 0-499", range(LAST_TRAINING_FRAME + 1)),
        ("frames 500-599", range(LAST_TRAINING_FRAME + 1, len(FRAMES))),
    ):
        boxes = [key for key in matches if key[0] in numbers]
        own = [matches[key] for key in boxes if key in shared]
        validation = {(m.class_id, m.track) for m in own if (m.class_id, m.track) in held_out}
        print(
            f"{words}: {len(boxes)} boxes, {len(own)} of them shared with GTSRB "
            f"({len(validation)} of its {len(held_out)} validation tracks)"
        )


def print_whole_frames(data: Path, shared: Collection[Key]) -> None:
    """Print how many signs of frames 500-599 are found and rightly named, shared and not."""
    found = validate(
        data / "gtsdb", ROOT / "signs.yaml", ROOT / "labels" / "gtsrb.yaml", split="validation"
    ).frames
    assert found is not None
    samples = found.frames.dataset.samples
    keys = [
        (int(Path(samples[sample].path).stem), tuple(box))
        for sample, box in zip(
            found.frames.label_sample[found.labelled].tolist(),
            found.frames.label_box[found.labelled].astype(int).tolist(),
            strict=True,
        )
    ]
    is_shared = np.array([key in shared for key in keys])
    for words, chosen in (("shared", is_shared), ("not shared", ~is_shared)):
        right = int(found.is_right[chosen].sum())
        print(f"  {words}: {right} of {chosen.sum()} found and rightly named")


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsrb/ and gtsdb/")
    parser.add_argument("--write", action="store_true", help=f"derive {TABLE.name} anew")
    add_weights_option(parser, RELEASE)
    arguments = parser.parse_args()
    if arguments.write:
        write_matches(find_matches(arguments.data))
    matches = read_matches()
    print_shared(matches)
    shared = shared_boxes(matches)
    print_whole_frames(arguments.data, shared)
    predictor = chosen_predictor(arguments, RELEASE)
    ready = make_ready(load_catalogue(ROOT / "signs.yaml"), predictor)
    crops, expected = unshared_signs(arguments.data, shared)
    answers = answered_ids(ready, predictor.predict(crops))
    right = sum(a == e for a, e in zip(answers, expected, strict=True))
    print(f"frames 0-499, not shared: {right} of {len(crops)} rightly named (weights are chosen by")
    print("  these, see choosing_weights.py)")


if __name__ == "__main__":
    run_plainly(main)
