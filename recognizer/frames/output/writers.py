"""What becomes of results, frame by frame: what every writer offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy.typing as npt

from attributes.errors import UserError
from recognizer.frames.frame_result import FrameResult


class WriterError(UserError):
    """A result file cannot be written; the message says which, why, and what is in it."""


class FrameWriter(ABC):
    """Writes the frames of one or more sources into one file; a context manager.

    After an error, and after ``close()``, the file holds what was written before and can be read.
    """

    @abstractmethod
    def write(self, image: npt.NDArray[Any], result: FrameResult) -> None:
        """Add one frame.

        Args:
            image: uint8 (H, W, 3), BGR, or grey, BGRA or float in [0, 1]; is not changed.
            result: what was recognized in it.

        Raises:
            WriterError: for example, the disk is full.
        """

    @abstractmethod
    def close(self) -> None:
        """Complete the file; may be called again.

        Raises:
            WriterError: it could not be completed.
        """

    def __enter__(self) -> FrameWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def check_new_file(path: Path, overwrite: bool) -> None:
    """Make sure that a file can be written before there is anything to lose.

    Raises:
        WriterError: it exists and may not be overwritten, or its folder does not exist.
    """
    if path.exists() and not overwrite:
        raise WriterError(f"{path}: exists already; say that it may be overwritten, or move it")
    if not path.parent.is_dir():
        raise WriterError(f"{path}: there is no folder {path.parent}")
