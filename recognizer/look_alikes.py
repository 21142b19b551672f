"""Pictograms whose exemplars look the same to the network."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from recognizer.decision import Thresholds
from recognizer.gallery import Gallery, mean_of_nearest
from rules.checks import LookAlike

MARGIN: Final = 2 / Thresholds().match_scale
"""A view that is closer to its own pictogram by less than this cosine is, for the decision, less
than e² times likelier to show it than to show the other one. That is little: views are mild, and
of a crop from the road the lead is smaller."""


def look_alikes(gallery: Gallery, margin: float = MARGIN) -> tuple[LookAlike, ...]:
    """Pairs of pictograms that are hard to tell apart.

    Every view of an exemplar is compared as a crop would be, with the other views of its own
    pictogram and with those of every other one. Two pictograms are look-alikes if the views of
    either are on average less than ``margin`` closer to their own than to the other.
    """
    names = gallery.names
    crossing = np.zeros((len(names), len(names)), np.float32)
    lead = np.full((len(names), len(names)), np.inf, np.float32)
    for number, (views, count) in enumerate(zip(gallery.embeddings, gallery.counts, strict=True)):
        own = _similarity_to_others(views[:count])
        crossing[number] = gallery.similarity(views[:count]).mean(axis=0)
        lead[number] = own - crossing[number]
    closest = np.minimum(lead, lead.T)
    similarity = np.maximum(crossing, crossing.T)
    return tuple(
        LookAlike((names[i], names[j]), float(similarity[i, j]))
        for i, j in np.argwhere(np.triu(closest < margin, k=1)).tolist()
    )


def _similarity_to_others(views: npt.NDArray[np.float32]) -> float:
    """Mean similarity of the views of one pictogram to the gallery of its other views."""
    if len(views) < 2:
        return 1.0
    others = (views @ views.T)[~np.eye(len(views), dtype=bool)]
    return float(mean_of_nearest(others.reshape(len(views), 1, -1)).mean())
