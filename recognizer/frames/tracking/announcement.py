"""When an answer counts: announced once it is certain, kept until another one is."""

from __future__ import annotations

from typing import Final

from recognizer.result import Recognition

NOT_ANNOUNCED: Final = -1
"""What stands for the frame of an answer that was not announced."""


class Announcement:
    """What is said about one track.

    An answer is announced when it was the answer of ``min_votes`` frames in a row and, in the
    last of them, leads by ``lead_margin`` and the track is active. From then on it stands.
    Another answer replaces it only after having been the answer of twice as many frames in a row,
    the next one after four times as many, and so on: an answer that goes to and fro falls silent
    instead of being announced over and over (n frames give at most
    ``1 + log2(n / min_votes)`` announcements). If the other answer is *unknown*, the announced one
    is withdrawn and nothing is announced.

    The lead is ``confidence - (1 - confidence)``: confidences of all signs, all values and
    *unknown* sum to at most 1, so no other answer, nor all others together, can be nearer.

    Args:
        min_votes: frames in a row that must agree.
        lead_margin: least lead, in [0, 1).

    Attributes:
        shown: the track's answer: the announced one, else the present one; None before the first.
        since: index of the frame in which ``shown`` was announced; -1 if it was not.
    """

    def __init__(self, min_votes: int, lead_margin: float) -> None:
        self._needed = min_votes
        self._least_confidence = (1 + lead_margin) / 2
        self._candidate = ""
        self._votes = 0
        self.shown: Recognition | None = None
        self.since = NOT_ANNOUNCED

    def update(self, present: Recognition, frame: int, is_active: bool) -> bool:
        """Take the track's answer in a frame in which it was read.

        Args:
            present: what all that was read so far says.
            frame: its index.
            is_active: whether the detector was ever sure enough of the track to announce it;
                votes count before that, too.

        Returns:
            whether this frame announces the answer.
        """
        self._votes = self._votes + 1 if present.id == self._candidate else 1
        self._candidate = present.id
        stands = self.shown is not None and self.since != NOT_ANNOUNCED
        if stands and self.shown is not None and present.id == self.shown.id:
            self.shown = present
            return False
        has_votes = self._votes >= self._needed
        is_certain = is_active and present.is_known and present.confidence >= self._least_confidence
        if has_votes and is_certain:
            self._needed *= 2
            self.shown, self.since = present, frame
            return True
        is_withdrawn = has_votes and not present.is_known
        if not stands or is_withdrawn:
            self.shown, self.since = present, NOT_ANNOUNCED
        return False
