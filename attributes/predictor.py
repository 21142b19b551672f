"""Crops -> readings: the one preprocessing path, the network, the calibration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from attributes.foreshortening import Crop, facing, is_oblong, stretch
from attributes.memory import keep_freed_memory
from attributes.needless_pixels import without_needless_pixels
from attributes.network import AttributeLogits
from attributes.precision import Precision, check_precision
from attributes.readings import Readings
from attributes.standardization import standardize
from attributes.vocabulary import CATEGORICAL, LEGEND, TEXT
from attributes.weights_file import Preprocessing, load_weights


class AttributePredictor:
    """Reads attributes from crops.

    The first one makes the whole process keep freed memory
    (:func:`attributes.memory.keep_freed_memory`).

    Args:
        weights: a safetensors file with its card beside it; the shipped one if absent.
        precision: ``float32`` gives the same figures everywhere; ``bfloat16`` halves the memory,
            and is faster on CPUs that multiply it natively (AVX512-BF16). On others it takes
            several times as long (``benchmarks/speed.py`` tells).
        batch_size: crops per pass through the network.

    Raises:
        WeightsError: see :func:`attributes.weights_file.load_weights`.
        ValueError: there is no such precision, or the batch size is below 1.
    """

    def __init__(
        self,
        weights: Path | None = None,
        precision: Precision = "float32",
        batch_size: int = 64,
    ) -> None:
        check_precision(precision)
        if batch_size < 1:
            raise ValueError(f"batch_size: expected at least 1, got {batch_size}")
        keep_freed_memory()
        loaded = load_weights(weights)
        self.card = loaded.card
        self.fingerprint = loaded.fingerprint
        self.match_cosine = loaded.card.calibration.match_cosine
        self.batch_size = batch_size
        self._dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
        self._network = loaded.network.to(self._dtype).to(memory_format=torch.channels_last)

    def predict(self, crops: Sequence[Crop]) -> Readings:
        """Calibrated attribute probabilities of N crops, each uint8 (H, W, 3) BGR.

        Raises:
            ValueError: a crop has another shape or type, or no pixels.
        """
        crops = [without_needless_pixels(crop) for crop in crops]
        readings = self._read(crops)
        limit = self.card.preprocessing.stretched
        oblong = [i for i, crop in enumerate(crops) if is_oblong(crop, limit)]
        if not oblong:
            return readings
        looks = []
        for start in range(0, len(oblong), self.batch_size):
            rows = oblong[start : start + self.batch_size]
            looks.append(self._read([stretch(crops[i]) for i in rows]))
        return facing(readings, oblong, Readings.concatenate(looks))

    def _read(self, crops: Sequence[Crop]) -> Readings:
        parts = []
        for start in range(0, len(crops), self.batch_size):
            batch = preprocess(crops[start : start + self.batch_size], self.card.preprocessing)
            with torch.inference_mode():
                logits = self._network(batch.to(self._dtype))
            parts.append(calibrate(logits, self.card.calibration.temperatures))
        return Readings.concatenate(parts)


def preprocess(crops: Sequence[Crop], settings: Preprocessing) -> Tensor:
    """Square, resize and standardize crops: float32 (N, 3, S, S), channels last in memory.

    Raises:
        ValueError: a crop is not uint8 (H, W, 3) or has no pixels.
    """
    size = settings.input_size
    batch = np.empty((len(crops), size, size, 3), np.uint8)
    for target, crop in zip(batch, crops, strict=True):
        if crop.dtype != np.uint8 or crop.ndim != 3 or crop.shape[2] != 3 or not crop.size:
            raise ValueError(
                f"a crop must be uint8 (H, W, 3) and not empty, got {crop.dtype} {crop.shape}"
            )
        squared = _square(crop, settings.squeezed)
        shrinks = squared.shape[0] > size
        interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        cv2.resize(squared, (size, size), dst=target, interpolation=interpolation)
    if crops:  # all at once, which takes a fortieth of the time that numpy takes
        rows = batch.reshape(-1, size, 3)
        batch = cv2.cvtColor(rows, cv2.COLOR_BGR2RGB).reshape(batch.shape)
    return standardize(torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 255)


def _square(crop: Crop, squeezed: float) -> Crop:
    """Make an oblong crop square by repeating its rim, so that the plate keeps its shape."""
    height, width = crop.shape[:2]
    missing = abs(height - width)
    if missing <= squeezed * max(height, width):
        return crop
    before, after = missing // 2, missing - missing // 2
    margins = ((before, after), (0, 0)) if width > height else ((0, 0), (before, after))
    return np.pad(crop, (*margins, (0, 0)), mode="edge")


def calibrate(logits: AttributeLogits, temperatures: dict[str, float]) -> Readings:
    """Logits -> probabilities, each head's logits divided by its temperature (1 if absent)."""

    def scaled(name: str, values: Tensor) -> Tensor:
        return values.float() / temperatures.get(name, 1.0)

    return Readings(
        {
            a.name: torch.softmax(scaled(a.name, logits.categorical[a.name]), dim=1).numpy()
            for a in CATEGORICAL
        },
        torch.sigmoid(scaled(LEGEND.name, logits.legend)).numpy(),
        torch.softmax(scaled(TEXT.name, logits.text), dim=2).numpy(),
        logits.embedding.float().numpy(),
        torch.sigmoid(scaled("presence", logits.presence)).numpy(),
    )
