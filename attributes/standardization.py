"""Every crop in the same light: what predictor and training do to pixels before the network."""

from __future__ import annotations

from torch import Tensor

_LEAST_DEVIATION = 0.02
"""An image that varies less shows noise and no sign: it is divided by this instead."""


def standardize(images: Tensor) -> Tensor:
    """Zero mean and unit standard deviation for each image, over all its channels together.

    How bright and how rich in contrast a photograph is says nothing about the sign; which colour
    is brighter than which does, so channels keep their relation.

    Args:
        images: float (N, 3, H, W) in [0, 1].

    Returns:
        the same shape and dtype.
    """
    centred = images - images.mean((1, 2, 3), keepdim=True)
    deviation = centred.square().mean((1, 2, 3), keepdim=True).sqrt()
    return centred / deviation.clamp(min=_LEAST_DEVIATION)
