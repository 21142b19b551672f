"""Cameras and network streams: the newest frame wins, a lost connection is tried again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from threading import Condition, Thread, current_thread
from typing import Final

from recognizer.frames.frame import Frame, Image
from recognizer.frames.sources import capture as captures
from recognizer.frames.sources.capture import Capture
from recognizer.frames.sources.frame_source import FrameSource, SourceError

RETRY_DELAYS: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each attempt to get a lost connection back; after the last one it is given up."""

_PATIENCE = 2.0
"""Seconds that ``close`` waits for a read that hangs; its own timeout ends it later."""
_USUAL_RATE = 25.0
"""Frames per second of a camera that states none."""

_log = logging.getLogger(__name__)


class LiveSource(FrameSource):
    """A camera or network stream.

    A thread reads all the time and keeps only the newest frame, so that the consumer is never
    further behind than one frame, however slow it is. A live stream has no end: when it stops, it
    is opened again, after growing delays; the attempts are counted anew once a frame came.

    Args:
        name: what messages call it.
        capture: the opened stream; its owner from now on.
        reopen: opens it again; None if that did not work.
        retry_delays: seconds before each attempt.
    """

    def __init__(
        self,
        name: str,
        capture: Capture,
        reopen: Callable[[], Capture | None],
        retry_delays: Sequence[float] = RETRY_DELAYS,
    ) -> None:
        rate = captures.frame_rate(capture)
        self._reader = _Reader(name, capture, reopen, retry_delays, rate or _USUAL_RATE)
        super().__init__(name, None, rate, is_live=True, is_continuous=True)
        self._reader.start()

    @property
    def dropped(self) -> int:
        """Frames that were replaced by a newer one before anybody asked for them."""
        return self._reader.dropped

    @property
    def problems(self) -> list[str]:
        """Nothing: what a live source loses is either counted or an error."""
        return []

    def __next__(self) -> Frame:
        frame = self._reader.newest()
        if frame is None:
            raise StopIteration
        return frame

    def close(self) -> None:
        """Let go of the connection; a read that hangs is waited for no longer than 2 s."""
        self._reader.close()


class _Reader:
    """The reading thread and the one frame that it keeps."""

    def __init__(
        self,
        name: str,
        capture: Capture,
        reopen: Callable[[], Capture | None],
        retry_delays: Sequence[float],
        rate: float,
    ) -> None:
        self.dropped = 0
        self._rate = rate
        self._name = name
        self._capture = capture
        self._reopen = reopen
        self._retry_delays = retry_delays
        self._changed = Condition()
        self._newest: Frame | None = None
        self._count = 0
        self._first_time = self._last_time = 0.0
        self._is_reopened = False
        self._error: BaseException | None = None
        self._closed = False
        self._thread = Thread(target=self._run, name=f"read {name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def newest(self) -> Frame | None:
        """The newest frame that was not given yet, waiting for one; None once closed."""
        with self._changed:
            while self._newest is None and self._error is None and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            frame, self._newest = self._newest, None
            if frame is None:
                assert self._error is not None
                raise self._error
            return frame

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._newest = None
            self._changed.notify_all()
        if self._thread is not current_thread():  # where the garbage collector may have found us
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        failures = 0
        try:
            while not self._closed:
                # A picture that came damaged is no lost connection.
                image = captures.next_image(self._capture).image
                if image is not None:
                    failures = 0
                    self._keep(image)
                elif failures == len(self._retry_delays):
                    self._give_up()
                    return
                else:
                    self._try_again(self._retry_delays[failures])
                    failures += 1
        except BaseException as error:  # whoever waits for a frame would wait for ever
            self._fail(error)
        finally:
            self._capture.release()

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._error = error
            self._changed.notify_all()

    def _keep(self, image: Image) -> None:
        now = time.monotonic()
        with self._changed:
            if self._count == 0:
                self._first_time = now
            elif self._is_reopened:  # what nobody saw meanwhile counts, or tracks would go on
                self._count += round((now - self._last_time) * self._rate)
            self._last_time, self._is_reopened = now, False
            if self._newest is not None:
                self.dropped += 1
            if not self._closed:
                seconds = now - self._first_time
                self._newest = Frame(self._count, seconds, image, f"{self._name}#{self._count}")
            self._count += 1
            self._changed.notify_all()

    def _try_again(self, delay: float) -> None:
        self._capture.release()
        with self._changed:
            if self._closed:
                return
            _log.warning("%s: connection lost, trying again in %g s", self._name, delay)
            self._changed.wait_for(lambda: self._closed, delay)
            if self._closed:
                return
        # If this fails, the released capture stays, and reading it fails as a lost one does.
        self._capture = self._reopen() or self._capture
        self._is_reopened = True

    def _give_up(self) -> None:
        attempts = len(self._retry_delays)
        self._fail(
            SourceError(
                f"{self._name}: connection lost after {self._count} frames; "
                f"{attempts} attempts to get it back have failed"
            )
        )
