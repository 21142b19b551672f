"""Signs followed from frame to frame by where they are, whatever sign they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from recognizer.frames.tracking.announcement import Announcement
from recognizer.frames.tracking.assignment import assign
from recognizer.frames.tracking.fusion import Evidence
from recognizer.plain_number import plain_number

FloatArray = npt.NDArray[np.float64]

_POSITION_GAIN: Final = 0.6
_VELOCITY_GAIN: Final = _POSITION_GAIN**2 / (2 - _POSITION_GAIN)
"""Gains of the alpha-beta filter; the second follows from the first for the best compromise of
noise and lag (Benedict and Bordner, IRE Transactions on Automatic Control 7, 1962)."""
_WHOLE: Final = ("max_missed", "min_votes")
"""Settings that count frames."""


@dataclass(frozen=True)
class TrackSettings:
    """How signs are followed and when an answer counts.

    The defaults are for 25 to 30 frames per second; at another rate, ``max_missed`` and
    ``half_life`` are the ones to change.

    Attributes:
        max_missed: frames in a row without a find after which a track ends.
        max_distance: how far a find may lie from where the track is expected, in sides of the
            sign.
        max_scale: how many times larger or smaller than expected a find may be.
        activation_threshold: score of the detector that one find of a track must reach before its
            answer may be announced: weaker ones are followed and answered, but not announced
            (after the two thresholds of ByteTrack, ECCV 2022). From the default on the localizer
            has about one false find in ten frames of GTSDB (``benchmarks/localizer.py``).
        min_votes: frames in a row that must agree before an answer is announced.
        lead_margin: how far the confidence of an answer must lead that of all others together
            before it is announced, in [0, 1): 0.8 asks for a confidence of 0.9.
        frame_correlation: how much the mistakes in two frames of one track are alike, in (0, 1]:
            all frames of a track together count as at most ``1 / frame_correlation`` frames.
        half_life: frames after which a reading counts half as much as a new one.

    Raises:
        TypeError: a value is no number.
        ValueError: a value lies outside its range, or counts frames and is not whole.
    """

    max_missed: int = 10
    max_distance: float = 1.5
    max_scale: float = 2.0
    activation_threshold: float = 0.5
    min_votes: int = 5
    lead_margin: float = 0.8
    frame_correlation: float = 0.5
    half_life: float = 30.0

    def __post_init__(self) -> None:
        for each in fields(self):
            name, value = each.name, getattr(self, each.name)
            object.__setattr__(self, name, plain_number(name, value, is_whole=name in _WHOLE))
        for name, is_valid, expected in (
            ("max_missed", self.max_missed >= 0, "at least 0"),
            ("max_distance", 0 < self.max_distance < math.inf, "above 0 and finite"),
            ("max_scale", 1 < self.max_scale < math.inf, "above 1 and finite"),
            ("activation_threshold", 0 <= self.activation_threshold <= 1, "in [0, 1]"),
            ("min_votes", self.min_votes >= 1, "at least 1"),
            ("lead_margin", 0 <= self.lead_margin < 1, "in [0, 1)"),
            ("frame_correlation", 0 < self.frame_correlation <= 1, "in (0, 1]"),
            ("half_life", 0 < self.half_life < math.inf, "above 0 and finite"),
        ):
            if not is_valid:
                raise ValueError(f"{name}: expected {expected}, got {getattr(self, name)}")


DEFAULT_SETTINGS: Final = TrackSettings()


class Track:
    """One sign on its way through the frames.

    Centre and logarithm of width and height move with constant velocity: a sign that comes
    nearer grows by a like factor from frame to frame.

    Attributes:
        id: never given to another track.
        last_seen: index of the last frame with a find.
        evidence: what was read so far.
        announcement: what is said about it.
        place: smoothed centre x, y, log width, log height when last seen; float64 (4,), pixels.
        is_active: whether the detector was sure of it once, so that it may be announced.
    """

    def __init__(self, identity: int, frame: int, box: FloatArray, settings: TrackSettings) -> None:
        self.id = identity
        self.last_seen = frame
        self.evidence = Evidence()
        self.announcement = Announcement(settings.min_votes, settings.lead_margin)
        self._half_life = settings.half_life
        self._last_read = frame
        self.place = box
        self._velocity: FloatArray | None = None
        self._activation_threshold = settings.activation_threshold
        self.is_active = False

    def take_score(self, score: float) -> None:
        """Take how sure the detector was of a find, in [0, 1]."""
        self.is_active = self.is_active or score >= self._activation_threshold

    def read(self, frame: int, row: npt.NDArray[np.float32], weight: float) -> None:
        """Add what was read in a frame, see :meth:`.fusion.Evidence.add`."""
        self.evidence.add(row, weight, keep=0.5 ** ((frame - self._last_read) / self._half_life))
        self._last_read = frame

    def predicted(self, frame: int) -> FloatArray:
        """Where it is expected, as :attr:`place`."""
        if self._velocity is None:
            return self.place
        return self.place + self._velocity * (frame - self.last_seen)

    def see(self, frame: int, box: FloatArray) -> None:
        """Take the find of a later frame; ``box`` as :attr:`place`."""
        elapsed = frame - self.last_seen
        if self._velocity is None:
            self._velocity = (box - self.place) / elapsed
            self.place = box
        else:
            predicted = self.predicted(frame)
            surprise = box - predicted
            self.place = predicted + _POSITION_GAIN * surprise
            self._velocity = self._velocity + _VELOCITY_GAIN / elapsed * surprise
        self.last_seen = frame


class Tracker:
    """Gives every find its track.

    It knows positions and sizes only, no signs: a track does not break when its answer changes.

    Args:
        settings: see :class:`TrackSettings`.
    """

    def __init__(self, settings: TrackSettings = DEFAULT_SETTINGS) -> None:
        self.settings = settings
        self._tracks: list[Track] = []
        self._next_id = 0

    def __len__(self) -> int:
        """How many tracks have not ended."""
        return len(self._tracks)

    def reset(self) -> None:
        """End all tracks; ids go on."""
        self._tracks = []

    def update(self, frame: int, xyxy: npt.NDArray[np.float32]) -> list[Track]:
        """The track of each find; those without one begin a new one.

        The order of the finds does not matter, except that the result has the same.

        Args:
            frame: its index, higher than at the last call.
            xyxy: float32 (N, 4), left, top, right, bottom, pixels; sides below a pixel, also
                those of empty boxes, count as one.
        """
        oldest = frame - self.settings.max_missed - 1
        self._tracks = [track for track in self._tracks if track.last_seen >= oldest]
        order = np.lexsort(xyxy.T[::-1])
        finds = _centre_and_log_size(xyxy[order].astype(np.float64))
        found: dict[int, Track] = {}
        for row, column in assign(self._costs(frame, finds)):
            found[column] = self._tracks[row]
            found[column].see(frame, finds[column])
        for column in range(len(finds)):
            if column not in found:
                found[column] = Track(self._next_id, frame, finds[column], self.settings)
                self._next_id += 1
                self._tracks.append(found[column])
        rank = np.argsort(order)
        return [found[int(column)] for column in rank]

    def _costs(self, frame: int, finds: FloatArray) -> FloatArray:
        """Cost of each pair of track and find, float64 (T, N); from 1 on, it is impossible.

        The squared distance of the find from where the sign is expected, or from where it was if
        that is nearer, and the squared log-ratio of the sizes, in units of what is allowed. The
        overlap (IoU) would say nothing here: a sign of 14 pixels is often off its last place by
        more than its side.
        """
        expected = _stack([track.predicted(frame) for track in self._tracks])
        difference = finds[None] - expected[:, None]
        squared = np.square(difference[..., :2]).sum(axis=2)
        # A camera that shakes makes the velocity of a small sign worse than none at all.
        last = _stack([track.place for track in self._tracks])[:, :2]
        squared = np.minimum(squared, np.square(finds[None, :, :2] - last[:, None]).sum(axis=2))
        log_side = (finds[None, :, 2:] + expected[:, None, 2:]).mean(axis=2) / 2
        apart = squared / np.exp(2 * log_side) / self.settings.max_distance**2
        grown = difference[..., 2:].mean(axis=2) / np.log(self.settings.max_scale)
        return np.asarray(apart + np.square(grown))


def _centre_and_log_size(xyxy: FloatArray) -> FloatArray:
    size = np.maximum(xyxy[:, 2:] - xyxy[:, :2], 1)  # an empty box has no logarithm
    return np.concatenate([(xyxy[:, :2] + xyxy[:, 2:]) / 2, np.log(size)], axis=1)


def _stack(states: Sequence[FloatArray]) -> FloatArray:
    return np.stack(states) if states else np.zeros((0, 4))
