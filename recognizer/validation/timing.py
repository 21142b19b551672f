"""Where the seconds of a validation go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Timing:
    """Seconds that a run took.

    Attributes:
        decoding: reading and decoding pictures.
        locating: looking for signs in frames.
        network: reading attributes.
        total: everything from the list of pictures to the figures.
        located_frames: frames that the localizer had to search; the others came from the cache.
        network_crops: crops that the network had to read; the others came from the cache.
    """

    decoding: float = 0.0
    locating: float = 0.0
    network: float = 0.0
    total: float = 0.0
    located_frames: int = 0
    network_crops: int = 0

    @property
    def overhead(self) -> float:
        """Share of the time that was neither decoding nor a network's."""
        spent = self.decoding + self.locating + self.network
        return 1 - spent / self.total if self.total else 0.0
