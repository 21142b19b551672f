"""Noticing that a catalogue was edited while it is in use."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

from attributes.errors import UserError
from recognizer.gallery_file import gallery_path
from recognizer.thresholds_file import thresholds_path
from rules import Catalogue, CatalogueError

INTERVAL: Final = 1.0
"""Seconds between two looks at the files."""
RETRY_LOOKS: Final = 10
"""Looks after which a broken catalogue is tried again, though no watched file has changed: what
it lacks may be a file that was never read, such as a missing exemplar."""

Snapshot = dict[Path, "tuple[int, int, int] | None"]
"""File -> its inode, size and time of change; None if it is not there."""

_ANSWERS: Final = (UserError, OSError)
"""Errors that say all there is to know; anything else is a mistake of ours, and told with where."""

_log = logging.getLogger(__name__)


class Reloadable(Protocol):
    """What can be watched: :class:`recognizer.Recognizer`."""

    @property
    def catalogue(self) -> Catalogue:
        """The rules in use."""

    def reload(self) -> None:
        """Read the rules anew; raises, and keeps those in use, if they are broken."""


class CatalogueWatcher(threading.Thread):
    """Reloads a recognizer when its rule files, galleries, exemplars or thresholds change.

    A catalogue that cannot be used is logged, once per message, and the last good one stays,
    whatever the reason. The thread holds no reference to the recognizer and ends when nobody else
    does.

    Args:
        recognizer: what to reload.
        catalogue: the rules it has or is about to have; changes count from now on.
    """

    def __init__(self, recognizer: Reloadable, catalogue: Catalogue) -> None:
        super().__init__(name="signrules-watch", daemon=True)
        self._recognizer = weakref.ref(recognizer)
        self._seen = _snapshot(_files_of(catalogue))
        self._failure: str | None = None
        self._looks_since_failure = 0

    def run(self) -> None:
        """Look, sleep, and so on until the recognizer is gone."""
        while (recognizer := self._recognizer()) is not None:
            self.look(recognizer)
            del recognizer
            time.sleep(INTERVAL)

    def look(self, recognizer: Reloadable) -> None:
        """Reload if a watched file has changed, or if it is time to try a broken one again."""
        before = _snapshot(self._seen)
        self._looks_since_failure += 1
        is_due = self._failure is not None and self._looks_since_failure >= RETRY_LOOKS
        if before == self._seen and not is_due:
            return
        try:
            recognizer.reload()
        except Exception as error:  # whatever it is, the next edit must be noticed
            self._note_failure(error)
            sources = error.sources if isinstance(error, CatalogueError) else ()
            files = {*before, *_named(sources)}
        else:
            self._failure = None
            files = _files_of(recognizer.catalogue)
            _log.info("reloaded %s", recognizer.catalogue.file)
        # A file that changes while it is being read must count as changed the next time.
        self._seen = {**_snapshot(files), **{f: s for f, s in before.items() if f in files}}

    def _note_failure(self, error: Exception) -> None:
        self._looks_since_failure = 0
        if str(error) != self._failure:
            self._failure = str(error)
            _log.error(
                "the changed catalogue cannot be used, the last good one stays:\n%s",
                error,
                exc_info=None if isinstance(error, _ANSWERS) else error,
            )


def _files_of(catalogue: Catalogue) -> set[Path]:
    exemplars = {path for p in catalogue.pictograms.values() for path in p.exemplars}
    rule_files = _named(catalogue.sources)
    beside = {path(file) for file in rule_files for path in (gallery_path, thresholds_path)}
    return rule_files | beside | exemplars


def _named(files: Iterable[str]) -> set[Path]:
    """Files under the names by which they are read, not resolved: a symbolic link among them may
    be switched, and the gallery and the thresholds are looked for beside the link."""
    return {Path(file).absolute() for file in files}


def _snapshot(files: Iterable[Path]) -> Snapshot:
    return {file: _state(file) for file in files}


def _state(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
