"""Finds signs in frames without knowing which signs there are."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch

from attributes.memory import keep_freed_memory
from attributes.precision import Precision, check_precision, fast_precision
from recognizer.frames.boxes import Boxes
from recognizer.frames.frame import Image
from recognizer.frames.localization.decoding import decode_boxes
from recognizer.frames.localization.network import STRIDES
from recognizer.frames.localization.weights_file import load_localizer, normalise

_OVERLAP = 0.45
"""IoU from which the weaker of two boxes is the same sign seen twice."""
_MOST = 300
"""Boxes considered before overlapping ones are merged: far more than any street has."""


class Localizer:
    """A class-agnostic sign detector; a new sign needs no new weights.

    The first one makes the whole process keep freed memory
    (:func:`attributes.memory.keep_freed_memory`).

    Args:
        weights: safetensors file with its card; the shipped one if absent.
        threshold: score from which a box counts; the card's if absent.
        precision: by default ``bfloat16`` on CPUs that have it, where it takes two thirds of the
            time, else ``float32``.

    Raises:
        ValueError: there is no such precision, or the threshold lies outside [0, 1].
        WeightsError: the weights are missing or damaged.
    """

    def __init__(
        self,
        weights: Path | None = None,
        threshold: float | None = None,
        precision: Precision | None = None,
    ) -> None:
        precision = precision or fast_precision()
        check_precision(precision)
        if threshold is not None and not 0 <= threshold <= 1:
            raise ValueError(f"threshold: expected in [0, 1], got {threshold}")
        keep_freed_memory()
        network, self.card = load_localizer(weights)
        self.threshold = self.card.threshold if threshold is None else threshold
        self._dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
        self._network = network.to(self._dtype).to(memory_format=torch.channels_last)

    def locate(self, image: Image) -> Boxes:
        """Boxes of the signs in a frame, the surest first.

        Args:
            image: uint8 (H, W, 3), BGR, of any size.

        Raises:
            ValueError: the image has another shape or type, or no pixels.
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
            raise ValueError(f"a frame must be uint8 (H, W, 3), got {image.dtype} {image.shape}")
        with torch.inference_mode():
            # A view: the pixels lie channels-last already.
            frame = torch.from_numpy(_padded(image)).permute(2, 0, 1)[None]
            outputs = self._network(normalise(frame, self._dtype))
            found, scores = [], []
            for (logits, sides), stride in zip(outputs, STRIDES, strict=True):
                score = torch.sigmoid(logits.flatten())
                rows = torch.nonzero(score >= self.threshold).flatten()
                found.append(decode_boxes(sides, stride)[0, rows])
                scores.append(score[rows])
            boxes, score = torch.cat(found), torch.cat(scores)
            best = score.argsort(descending=True)[:_MOST]
        return _suppress_overlaps(boxes[best].numpy(), score[best].numpy(), image.shape)


def _padded(image: Image) -> Image:
    """Repeat the lower and right rim until both sides are multiples of the coarsest stride."""
    height, width = image.shape[:2]
    bottom, right = (-height) % STRIDES[-1], (-width) % STRIDES[-1]
    image = np.ascontiguousarray(image)
    return np.asarray(cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_REPLICATE))


def _suppress_overlaps(xyxy: np.ndarray, score: np.ndarray, shape: tuple[int, ...]) -> Boxes:
    """Clip to the frame, and keep the surest of boxes that overlap (non-maximum suppression)."""
    height, width = shape[:2]
    xyxy = np.clip(xyxy, 0, (width, height, width, height)).astype(np.float32)
    size = xyxy[:, 2:] - xyxy[:, :2]
    visible = (size >= 1).all(axis=1)
    xyxy, score, size = xyxy[visible], score[visible].astype(np.float32), size[visible]
    if not len(xyxy):
        return Boxes.none()
    xywh = np.concatenate([xyxy[:, :2], size], axis=1)
    kept = np.asarray(cv2.dnn.NMSBoxes(xywh.tolist(), score.tolist(), 0.0, _OVERLAP), np.intp)
    return Boxes(xyxy, score)[kept.reshape(-1)]
