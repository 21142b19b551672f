"""Results as JSON lines: one object per frame."""

from __future__ import annotations

import os
from pathlib import Path

from recognizer.frames.frame import Image
from recognizer.frames.frame_result import FrameResult
from recognizer.frames.output.writers import FrameWriter, WriterError, check_new_file


class JsonLinesWriter(FrameWriter):
    """Writes ``FrameResult.to_json()`` of every frame as one line of UTF-8.

    Each line is handed to the system at once: what was recognized before a crash is in the file.
    A line is there as a whole or not at all.

    Args:
        path: of the file.
        overwrite: whether it may exist already.

    Raises:
        WriterError: the file exists, or cannot be created.
    """

    def __init__(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        self._path = Path(path)
        self._lines = 0
        self._complete = 0  # bytes that are whole lines
        check_new_file(self._path, overwrite)
        try:
            self._file = self._path.open("wb" if overwrite else "xb", buffering=0)
        except OSError as error:
            raise WriterError(f"{path}: {error.strerror or error}") from None

    def write(self, image: Image, result: FrameResult) -> None:
        """Add one line; the image is not looked at."""
        if self._file.closed:
            raise WriterError(f"{self._path}: the file is closed; no frame can be added")
        # Names of pictures may be no UTF-8: what is none is escaped, as JSON reads it.
        line = result.to_json().encode(errors="backslashreplace") + b"\n"
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            self._forget_partial_line()
            raise WriterError(
                f"{self._path}: {error.strerror or error}; the first {self._lines} frames are in it"
            ) from None
        self._lines += 1
        self._complete += len(line)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _forget_partial_line(self) -> None:
        try:
            self._file.truncate(self._complete)
            self._file.seek(self._complete)
        except OSError:  # not a regular file, such as a pipe
            pass
