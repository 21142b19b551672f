"""Signs found by a torchvision detector, recognized and followed by signrules.

    pip install signrules torchvision
    python examples/torchvision_detector.py drive.mp4

torchvision downloads the detector's weights (13 MB, trained on COCO) the first time. COCO knows
one kind of traffic sign, the stop sign, so this finds no other; a detector of your own that finds
them all is used in the same way. Any function from a BGR frame to boxes will do.
"""

from __future__ import annotations

import sys

import numpy as np
import torch
from torchvision.models.detection import (
    SSDLite320_MobileNet_V3_Large_Weights,
    ssdlite320_mobilenet_v3_large,
)

from recognizer import Recognizer

WEIGHTS = SSDLite320_MobileNet_V3_Large_Weights.DEFAULT
STOP_SIGN = WEIGHTS.meta["categories"].index("stop sign")
MIN_SCORE = 0.4


class StopSigns:
    """Calls the detector; a class only so that it is loaded once."""

    def __init__(self) -> None:
        self.model = ssdlite320_mobilenet_v3_large(weights=WEIGHTS).eval()
        self.preprocess = WEIGHTS.transforms()

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """uint8 (H, W, 3) BGR -> float32 (N, 5): left, top, right, bottom in pixels, score."""
        rgb = torch.from_numpy(image[:, :, ::-1].copy()).permute(2, 0, 1)
        with torch.inference_mode():
            found = self.model([self.preprocess(rgb)])[0]
        wanted = (found["labels"] == STOP_SIGN) & (found["scores"] >= MIN_SCORE)
        boxes, scores = found["boxes"][wanted], found["scores"][wanted]
        return torch.cat([boxes, scores[:, None]], dim=1).numpy()


def main(source: str) -> None:
    """Print each sign of the source once, when it is certain."""
    recognizer = Recognizer()
    for result in recognizer.stream(source, detector=StopSigns()):
        for row in np.flatnonzero(result.announced):
            print(f"{result.seconds:6.2f} s  {result.recognitions[row]}")


if __name__ == "__main__":
    main(sys.argv[1])
