"""Frames per second of the whole path, beside a common detector, and memory over a long stream.

    python benchmarks/frame_speed.py --data ../shared/data [--threads 2] [--memory-frames 10000]

GTSDB's frames 0-599 (1360x800) become a video, each once and in order, which both decode. They are
single shots and no drive: tracks hardly ever go on, so each sign is a new track. The detector is
torchvision's ``ssdlite320_mobilenet_v3_large`` without trained weights. Those score every box
about 1/91, so that at its default threshold of 0.001 some 27,000 boxes a frame go through
non-maximum suppression, and it would look slower than it is. At the threshold used here none does;
a trained one is slower by the few boxes that it finds. Both reuse freed memory, which ours sees to
for the whole process and the detector's users would not have (:mod:`attributes.memory`). Memory is
what the process holds at that moment (RSS), measured in one of its own that never holds the
detector.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
import torchvision
from localizer import picture_of
from plain_errors import run_plainly
from torch import nn

from attributes.errors import UserError
from attributes.training.gtsdb import read_frames
from recognizer import Recognizer
from recognizer.frames.frame import Frame
from recognizer.frames.sources.opening import open_source

FRAMES = range(600)
SCORE_THRESHOLD = 0.5
"""Of the detector; no score of random weights is near it."""
MEMORY_STEP = 1000
"""Frames from one measurement of memory to the next."""


def write_video(data: Path, path: Path, count: int) -> None:
    """The first frames of GTSDB, one after the other.

    Raises:
        DatasetError: GTSDB is not there.
    """
    writer = None
    for frame in read_frames(data / "gtsdb", FRAMES[:count]):
        image = picture_of(frame)
        if writer is None:
            size = (image.shape[1], image.shape[0])
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25, size)
        writer.write(image)
    assert writer is not None
    writer.release()


def frames_per_second(results: Iterable[object]) -> float:
    """How fast the results come, the first left out."""
    iterator = iter(results)
    next(iterator)
    started, count = time.perf_counter(), 0
    for _ in iterator:
        count += 1
    return count / (time.perf_counter() - started)


def as_tensor(frame: Frame) -> torch.Tensor:
    """What a detector of torchvision takes: RGB in [0, 1], channels first."""
    return torch.from_numpy(frame.image[:, :, ::-1].copy()).permute(2, 0, 1).float() / 255


def detect_all(detector: nn.Module, video: Path) -> Iterator[list[dict[str, torch.Tensor]]]:
    """The detector over every frame of the video, decoded as ours are."""
    with open_source(video) as source, torch.inference_mode():
        for frame in source:
            yield detector([as_tensor(frame)])


def resident_megabytes() -> float:
    """The memory that this process holds now, MiB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def print_memory(video: Path, frames: int, threads: int) -> None:
    """Follow signs through the video again and again, and tell what memory is held."""
    torch.set_num_threads(threads)
    follower, seen = Recognizer().follow(), 0
    while seen < frames:
        with open_source(video) as source:
            for frame in source:
                follower.update(Frame(seen, seen / 25, frame.image, frame.name))
                seen += 1
                if seen % MEMORY_STEP == 0:
                    print(f"after {seen} frames: {resident_megabytes():.0f} MiB held", flush=True)
                if seen == frames:
                    break


def main() -> None:
    """Print both speeds, their ratio, and the memory held along a long stream."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsdb/")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="of torch")
    parser.add_argument("--frames", type=int, default=len(FRAMES), metavar="N", help="of the video")
    parser.add_argument("--memory-frames", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    if arguments.frames < 2:
        parser.error("--frames: 2 at least, since the first is not timed")
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "drive.mp4"
        write_video(arguments.data, video, arguments.frames)
        if arguments.memory_frames:
            process = multiprocessing.get_context("spawn").Process(
                target=print_memory, args=(video, arguments.memory_frames, arguments.threads)
            )
            process.start()
            process.join()
            if process.exitcode:
                raise UserError("the process whose memory was to be measured failed")
        recognizer = Recognizer()
        detector = torchvision.models.detection.ssdlite320_mobilenet_v3_large(
            weights=None, weights_backbone=None, score_thresh=SCORE_THRESHOLD
        ).eval()
        boxes = [len(found["boxes"]) for (found,) in detect_all(detector, video)]
        print(f"{torch.get_num_threads()} threads, {len(boxes)} different frames")
        print(f"ssdlite320 answers with {np.mean(boxes):.1f} boxes a frame")
        for _ in range(2):  # side by side, twice: the machine is noisy
            ours = frames_per_second(recognizer.stream(video))
            theirs = frames_per_second(detect_all(detector, video))
            print(
                f"signrules, whole path {ours:.1f} frames/s; ssdlite320 {theirs:.1f} frames/s; "
                f"ratio {ours / theirs:.2f}"
            )


if __name__ == "__main__":
    run_plainly(main)
