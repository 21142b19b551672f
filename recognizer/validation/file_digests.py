"""Digests of files, without reading again those that have not changed.

As git does it: a file whose inode, size and times are what they were is taken to be what it
was, unless it changed so shortly before it was digested that a second change could hide in the
same tick of the clock.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Final

_FORMAT = "files-1"
_RACY_NANOSECONDS: Final = 2_000_000_000


class FileDigests:
    """Digests of the files of one data set.

    Args:
        cache: folder of the cache.
        root: of the data set; it names the list, nothing else.
    """

    def __init__(self, cache: Path, root: Path) -> None:
        name = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]
        self._file = cache / _FORMAT / f"{name}.json"
        self._known: dict[str, list[object]] = _load(self._file)
        self._changed = False

    def known(self, path: str) -> bytes | None:
        """The digest of an unchanged file; None if it must be read, or is not there."""
        entry = self._known.get(path)
        if not isinstance(entry, list) or len(entry) != 5:  # none, or a damaged file
            return None
        try:
            unchanged = entry[:4] == _state(os.stat(path))
            return bytes.fromhex(str(entry[4])) if unchanged else None
        except (OSError, ValueError):
            return None

    def read(self, path: str) -> tuple[bytes, bytes]:
        """Content and digest of a file.

        Raises:
            OSError: it cannot be read.
        """
        try:
            mode = os.stat(path).st_mode
        except ValueError as error:  # a null byte, or a character that no file name can have
            raise OSError(f"not a path: {error}") from None
        if not stat.S_ISREG(mode):  # a pipe would be waited for
            raise OSError("not a regular file")
        with open(path, "rb") as file:
            before = os.fstat(file.fileno())
            content = file.read()
            after = os.fstat(file.fileno())
        digest = hashlib.sha256(content).digest()
        is_settled = time.time_ns() - after.st_ctime_ns > _RACY_NANOSECONDS
        if is_settled and _state(before) == _state(after):
            self._known[path] = [*_state(after), digest.hex()]
            self._changed = True
        return content, digest

    def save(self) -> None:
        """Keep the digests for the next run; if that fails, it only reads more."""
        if not self._changed:
            return
        unfinished = self._file.with_name(f".{uuid.uuid4().hex}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps(self._known, separators=(",", ":")))
            unfinished.replace(self._file)
        except OSError:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
        self._changed = False


def _state(status: os.stat_result) -> list[object]:
    return [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def _load(file: Path) -> dict[str, list[object]]:
    try:
        known = json.loads(file.read_text())
    except (OSError, ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}
