"""Frames per second of the whole path, beside a common detector, and memory over a long stream.

    python benchmarks/frame_speed.py --data ../shared/data [--memory-frames 10000]

GTSDB's frames 500-599 (1360x800) are put into a video, which both decode. The detector is
torchvision's ``ssdlite320_mobilenet_v3_large`` without trained weights: its speed is the same.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import cv2
import torch
import torchvision
from torch import nn

from attributes.training.gtsdb import read_frames
from recognizer import Recognizer
from recognizer.frames.sources.opening import open_source

FRAMES = range(500, 600)


def write_video(data: Path, path: Path, repeats: int) -> None:
    """GTSDB frames one after the other, each ``repeats`` times, so that signs are followed."""
    writer = None
    for frame in read_frames(data / "gtsdb", FRAMES):
        image = cv2.imread(str(frame.path))
        if writer is None:
            size = (image.shape[1], image.shape[0])
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25, size)
        for _ in range(repeats):
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


def detect_all(detector: nn.Module, video: Path) -> Iterable[object]:
    """The detector over every frame of the video, decoded as ours are."""
    with open_source(video) as source, torch.inference_mode():
        for frame in source:
            rgb = torch.from_numpy(frame.image[:, :, ::-1].copy()).permute(2, 0, 1).float() / 255
            yield detector([rgb])


def resident_megabytes() -> float:
    """The most memory that this process ever held, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print both speeds, their ratio, and the memory held along a long stream."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with gtsdb/")
    parser.add_argument("--memory-frames", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    recognizer = Recognizer()
    detector = torchvision.models.detection.ssdlite320_mobilenet_v3_large(
        weights=None, weights_backbone=None
    ).eval()
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "drive.mp4"
        write_video(arguments.data, video, repeats=3)
        for _ in range(2):  # side by side, twice: the machine is noisy
            ours = frames_per_second(recognizer.stream(video))
            theirs = frames_per_second(detect_all(detector, video))
            print(
                f"signrules, whole path {ours:.1f} frames/s; ssdlite320 {theirs:.1f} frames/s; "
                f"ratio {ours / theirs:.2f}"
            )
        follower, seen = recognizer.follow(), 0
        while seen < arguments.memory_frames:
            with open_source(video) as source:
                for frame in source:
                    follower.update(type(frame)(seen, seen / 25, frame.image, frame.name))
                    seen += 1
                    if seen % 1000 == 0:
                        print(f"after {seen} frames: at most {resident_megabytes():.0f} MiB held")


if __name__ == "__main__":
    main()
