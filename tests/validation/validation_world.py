"""Pictures that say themselves what is read from them, and rules for the signs on them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from attributes.readings import Readings
from attributes.vocabulary import EMBEDDING_DIMENSIONS
from recognizer.gallery import gallery_path, write_gallery
from recognizer.validation.validation import Validation, validate
from rules import certain_readings

RED_RING = {"shape": "circle", "border": "red", "background": "white", "legend": "black"}
BLUE_DISC = {"shape": "circle", "border": "none", "background": "blue", "legend": "white"}
LOOKS: dict[str, dict[str, Any]] = {
    **{f"limit-{n}": {**RED_RING, "digits": n} for n in (30, 50, 51, 60, 80)},
    "end-80": {**RED_RING, "border": "none", "digits": 80, "bar": "stripes"},
    "keep-left": {**BLUE_DISC, "pictogram": "left"},
    "keep-right": {**BLUE_DISC, "pictogram": "right"},
    "stop": {"shape": "octagon", "border": "red", "background": "red", "text": "STOP"},
    "stranger": {"shape": "diamond", "border": "none", "background": "green"},
    "odd": {**BLUE_DISC, "pictogram": "star"},
    "vague-right": {**BLUE_DISC, "pictogram": "right", "likeness": 0.6},
}
"""What a picture can look like: attributes, the pictogram that it shows, and how like it."""

PICTOGRAMS = ("left", "right", "star")
LABELS = {
    "c30": "xx.limit[30]", "c50": "xx.limit[50]", "c60": "xx.limit[60]", "c80": "xx.limit[80]",
    "end": "xx.end[80]", "left": "xx.left", "right": "xx.right", "stop": "xx.stop",
}  # fmt: skip
SHOWN = {
    "c30": "limit-30", "c50": "limit-50", "c60": "limit-60", "c80": "limit-80",
    "end": "end-80", "left": "keep-left", "right": "keep-right", "stop": "stop",
}  # fmt: skip
RULES = """\
version: 1
pictograms:
  left: {artwork: [made:left]}
  right: {artwork: [made:right]}
signs:
  - id: xx.limit
    name: {en: "Limit {digits}"}
    when: {shape: circle, border: red, digits: {min: 10, max: 90, multiple_of: 10}}
    value: {from: digits}
  - id: xx.end
    name: {en: "End of {digits}"}
    when: {shape: circle, border: none, bar: stripes, digits: {min: 10, max: 90, multiple_of: 10}}
    value: {from: digits}
  - id: xx.left
    name: {en: Keep left}
    when: {shape: circle, background: blue, pictogram: left}
  - id: xx.right
    name: {en: Keep right}
    when: {shape: circle, background: blue, pictogram: right}
  - id: xx.stop
    name: {en: Stop}
    when: {shape: octagon, text: STOP}
"""


def direction(pictogram: str | None, likeness: float | None = None) -> np.ndarray:
    """An embedding whose cosine to that of a pictogram is ``likeness``, by default 1.

    Those of two pictograms are at right angles.
    """
    vector = np.zeros(EMBEDDING_DIMENSIONS, np.float32)
    cosine = 1.0 if likeness is None else likeness
    vector[-1] = (1 - cosine**2) ** 0.5
    vector[PICTOGRAMS.index(pictogram) if pictogram else -1] = cosine
    return vector


class StandInPredictor:
    """Reads the look that is written into a picture's first pixel.

    Attributes:
        calls: how many crops were read in each call.
    """

    def __init__(self, fingerprint: str = "stand-in") -> None:
        self.fingerprint = self.identity = fingerprint
        self.match_cosine = 0.5
        self.calls: list[int] = []

    def predict(self, crops: Sequence[np.ndarray]) -> Readings:
        self.calls.append(len(crops))
        looks = [list(LOOKS.values())[int(crop[0, 0, 0])] for crop in crops]
        drawn = ("pictogram", "likeness")
        attributes = [{k: v for k, v in look.items() if k not in drawn} for look in looks]
        embedding = np.stack([direction(*map(look.get, drawn)) for look in looks])
        return replace(certain_readings(attributes), embedding=embedding)


class World:
    """A folder with rules, labels and pictures.

    Attributes:
        folder: of all.
        data: the data set, a folder per class.
        predictor: the stand-in for the network.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.predictor = StandInPredictor()
        self._drawn = 0

    def draw(self, path: Path, look: str, side: int = 32) -> Path:
        """A picture; no two have the same content."""
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.zeros((side, side, 3), np.uint8)
        pixels[0, 0, 0] = list(LOOKS).index(look)
        self._drawn += 1
        pixels[1, :4] = self._drawn % 251, self._drawn // 251 % 251, 0
        assert cv2.imwrite(str(path), pixels)
        return path

    def draw_all(self, count: int = 8, **more: str) -> Path:
        """``count`` pictures of every class; ``more`` gives classes other or further looks."""
        for name, look in {**SHOWN, **more}.items():
            for number in range(count):
                self.draw(self.data / name / f"{number:03}.png", look)
        return self.data

    def rules(self, *replacements: tuple[str, str], name: str = "rules.yaml") -> Path:
        """The rule file with pieces replaced, and its gallery."""
        text = RULES
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = self.folder / name
        path.write_text(text)
        entries = {p: ([f"made:{p}"], direction(p)[None]) for p in PICTOGRAMS}
        write_gallery(gallery_path(path), entries, self.predictor.fingerprint)
        return path

    def labels(self, **changes: str | None) -> Path:
        """The label map with some classes changed."""
        path = self.folder / "labels.yaml"
        classes = {**LABELS, **changes}
        path.write_text(json.dumps({"version": 1, "classes": classes}))
        return path

    def validate(
        self, rules: Path | None = None, labels: Path | None = None, **more: Any
    ) -> Validation:
        """Validate with a cache of this world's own."""
        return validate(
            self.data,
            rules or self.rules(),
            labels or self.labels(),
            cache=self.folder / "cache",
            **more,
        )


def blamed(validation: Validation) -> Mapping[tuple[str, str], int]:
    """(stage, detail) -> errors."""
    return {(b.stage.value, b.detail): len(b.pictures) for b in validation.figures.blame}
