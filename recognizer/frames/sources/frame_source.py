"""What every source of frames offers, wherever the frames come from."""

from __future__ import annotations

import atexit
from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import TracebackType
from weakref import WeakSet

from attributes.errors import UserError
from recognizer.frames.frame import Frame


class SourceError(UserError):
    """A source cannot be opened or gives no more frames; the message says which and why."""


class FrameSource(ABC, Iterator[Frame]):
    """An opened source: iterate over it once, and close it (it is a context manager).

    The end of the iteration is the end of the stream. A source that breaks raises
    :class:`SourceError` from ``next()`` instead; what it gave before stays valid.

    Attributes:
        name: what messages call it.
        length: frames that are expected; None if nobody knows, as for a camera.
        frames_per_second: at which they were taken; None if nobody knows.
        is_live: whether frames that come while the consumer is busy are dropped.
        is_continuous: whether each frame goes on from the one before, as in a video; pictures of
            a folder need not.
    """

    def __init__(
        self,
        name: str,
        length: int | None,
        frames_per_second: float | None,
        *,
        is_live: bool,
        is_continuous: bool,
    ) -> None:
        self.name = name
        self.length = length
        self.frames_per_second = frames_per_second
        self.is_live = is_live
        self.is_continuous = is_continuous
        _alive.add(self)

    @property
    @abstractmethod
    def dropped(self) -> int:
        """Frames so far for which a newer one was given instead; always 0 unless live."""

    @property
    @abstractmethod
    def problems(self) -> list[str]:
        """What could not be read so far and was passed over, one message for each."""

    @abstractmethod
    def __next__(self) -> Frame:
        """The next frame, waiting for it.

        Raises:
            StopIteration: that was the last one, or the source was closed.
            SourceError: there are more, but they cannot be had.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of file, connection and thread; may be called at any time and again."""

    def __enter__(self) -> FrameSource:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # A consumer that forgot the source must not leave its thread waiting for ever.
        self.close()


_alive: WeakSet[FrameSource] = WeakSet()
"""All that were not forgotten, closed or not."""


@atexit.register
def _close_all() -> None:
    """End the reading threads with the program: one that OpenCV has work in would abort it."""
    for source in list(_alive):
        source.close()
