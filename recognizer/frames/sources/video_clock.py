"""When each frame of a video is, by its time stamps, and what they leap over."""

from __future__ import annotations

from typing import Final

_LEAP = 3
"""Frames that a step must leave out to be a leap: at a variable rate, steps of two are common."""
_STEADY: Final = 0.9
"""Share of the steps that are one frame long where the rate is not variable."""


class VideoClock:
    """Takes the time stamps of decoded frames, one after the other.

    Containers with packets of their own (Matroska, MPEG-TS) lose damaged ones without a word: only
    the time stamps tell that frames are missing.

    Args:
        rate: frames per second; None if it is unknown, where nothing can be said to be missing.

    Attributes:
        seconds: of the frame taken last, from the first one on.
        leapt: frames that are missing by the time stamps, altogether.
        leaps: seconds before each such gap.
    """

    def __init__(self, rate: float | None) -> None:
        self._rate = rate
        self._start: float | None = None
        self._steps = self._steps_of_one = 0
        self.seconds = 0.0
        self.leapt = 0
        self.leaps: list[float] = []

    @property
    def is_steady(self) -> bool:
        """Whether frames come at a constant rate, as far as the time stamps tell."""
        return self._steps_of_one >= _STEADY * self._steps

    def tick(self, position: float, damaged: int) -> int:
        """How many frames the time stamps leap over before the next decoded one.

        Args:
            position: its time stamp, seconds.
            damaged: frames before it that are known to be damaged.
        """
        if self._start is None:
            self._start = position
            return 0
        step = position - self._start - self.seconds
        if step <= 0:  # this container has no time stamps, or broken ones
            self.seconds += 1 / self._rate if self._rate else 0.0
            return 0
        before, self.seconds = self.seconds, position - self._start
        if not self._rate:
            return 0
        missing = round(step * self._rate) - 1 - damaged
        self._steps += 1
        self._steps_of_one += missing == 0
        if missing < _LEAP:
            return 0
        self.leapt += missing
        self.leaps.append(before)
        return missing
