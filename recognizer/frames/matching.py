"""Which found box is which labelled box."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BoxArray = npt.NDArray[np.float32]


def intersection_over_union(a: BoxArray, b: BoxArray) -> npt.NDArray[np.float32]:
    """IoU of every pair of boxes.

    Args:
        a: (N, 4), xyxy.
        b: (M, 4), xyxy.

    Returns:
        float32 (N, M) in [0, 1]; 0 where both boxes are empty.
    """
    shared = _shared_area(a, b)
    area_a = np.clip(a[:, 2:] - a[:, :2], 0, None).prod(axis=1)
    area_b = np.clip(b[:, 2:] - b[:, :2], 0, None).prod(axis=1)
    united = area_a[:, None] + area_b[None] - shared
    return np.asarray(shared / np.maximum(united, 1e-9), np.float32)


def share_inside(a: BoxArray, b: BoxArray) -> npt.NDArray[np.float32]:
    """Share of each box of ``a`` that lies inside each box of ``b``.

    Args:
        a: (N, 4), xyxy.
        b: (M, 4), xyxy.

    Returns:
        float32 (N, M) in [0, 1]; 0 where the box of ``a`` is empty.
    """
    area = np.clip(a[:, 2:] - a[:, :2], 0, None).prod(axis=1)
    return np.asarray(_shared_area(a, b) / np.maximum(area, 1e-9)[:, None], np.float32)


def match_boxes(found: BoxArray, labelled: BoxArray, least: float) -> npt.NDArray[np.intp]:
    """Match each find to at most one labelled box, and each of those to at most one find.

    The surest find chooses first, as in PASCAL VOC's evaluation (Everingham et al., IJCV 2010).

    Args:
        found: (N, 4), the surest first.
        labelled: (M, 4).
        least: IoU that a match needs.

    Returns:
        (N,) index of the labelled box, -1 for a find that matches none.
    """
    owner = np.full(len(found), -1, np.intp)
    overlap = intersection_over_union(found, labelled)
    for row in range(len(found)):
        if len(labelled) and overlap[row].max() >= least:
            best = int(overlap[row].argmax())
            owner[row] = best
            overlap[:, best] = -1.0
    return owner


def lies_inside_any(a: BoxArray, b: BoxArray, least: float) -> npt.NDArray[np.bool_]:
    """Whether at least a share of each box of ``a`` lies inside one box of ``b``.

    Args:
        a: (N, 4), xyxy.
        b: (M, 4), xyxy.
        least: the share that is needed, above 0.

    Returns:
        bool (N,).
    """
    return np.asarray(share_inside(a, b).max(axis=1, initial=0.0) >= least, np.bool_)


def _shared_area(a: BoxArray, b: BoxArray) -> BoxArray:
    """Pixels that boxes (N, 4) and (M, 4) have in common, (N, M)."""
    corner = np.maximum(a[:, None, :2], b[None, :, :2])
    other = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.asarray(np.clip(other - corner, 0, None).prod(axis=2))
