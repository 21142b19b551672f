"""Videos that tests write themselves; each frame shows its number, in bars of black and white."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from recognizer.frames.sources.capture import silence_opencv

WIDTH, HEIGHT = 128, 64
FRAMES_PER_SECOND = 25.0
CODECS = {".avi": "MJPG", ".mp4": "mp4v"}
BITS = 8

silence_opencv()  # before the first use of FFmpeg, or it keeps talking


def numbered_image(number: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> np.ndarray:
    """The number in binary, one bar per bit: it survives compression."""
    bits = np.array([[255 * (number >> bit & 1) for bit in range(BITS)]], np.uint8)
    grey = cv2.resize(bits, size, interpolation=cv2.INTER_NEAREST)
    return np.repeat(grey[:, :, None], 3, axis=2)


def number_of(image: np.ndarray) -> int:
    """The number, below 256, that the frame was made with."""
    bars = image.mean(axis=(0, 2)).reshape(BITS, -1) if image.shape[1] % BITS == 0 else None
    assert bars is not None, "the width must be a multiple of the number of bits"
    return sum(1 << bit for bit, bar in enumerate(bars.mean(axis=1)) if bar > 127)


def write_video(path: Path, frames: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Path:
    code = cv2.VideoWriter.fourcc(*CODECS[path.suffix])
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, FRAMES_PER_SECOND, size)
    for number in range(frames):
        writer.write(numbered_image(number, size))
    writer.release()
    return path


class Recorded:
    """Stands in for ``cv2.VideoCapture``: frames as listed, then the connection is lost."""

    def __init__(self, frames: Iterable[int]) -> None:
        self.frames = list(frames)
        self.released = False

    def read(self) -> tuple[bool, np.ndarray | None]:
        time.sleep(0.002)
        if self.released or not self.frames:
            return False, None
        return True, numbered_image(self.frames.pop(0))

    def get(self, _: int) -> float:
        return FRAMES_PER_SECOND

    def release(self) -> None:
        self.released = True
