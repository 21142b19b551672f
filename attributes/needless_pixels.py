"""Pictures of more pixels than the network looks at."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

_LONGEST = 512
"""Pixels of a crop's longer side."""


def without_needless_pixels(crop: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The crop itself, or reduced to 512 pixels if it is longer: the network looks at far fewer.

    What is made square of it needs little memory then, however long or thin it is.
    """
    longer = max(crop.shape[:2], default=0)
    if longer <= _LONGEST or crop.dtype != np.uint8 or crop.shape[2:] != (3,) or not crop.size:
        return crop  # What is no crop, preprocessing refuses.
    height, width = (max(1, round(side * _LONGEST / longer)) for side in crop.shape[:2])
    return np.asarray(cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
