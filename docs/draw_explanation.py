"""Draws ``docs/explained.png``: a crop, what was read from it, and the rule that fired.

``python docs/draw_explanation.py`` (extra ``train``, for matplotlib).
"""

from __future__ import annotations

from pathlib import Path

import cv2
import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from attributes.vocabulary import ATTRIBUTES, DIGITS_NAME, TEXT
from recognizer import Recognition, Recognizer
from recognizer.pictures import to_crop
from rules.explanation import observed

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "examples" / "pictures" / "speed-limit-45.png"
OUT = ROOT / "docs" / "explained.png"
GREEN, INK, FAINT = "#2b8a3e", "#222222", "#e9ecef"


def attribute_rows(recognizer: Recognizer) -> list[tuple[str, str, float]]:
    """Attribute, most probable value and its probability."""
    readings = recognizer.read([to_crop(PICTURE)])
    names = {TEXT.name: DIGITS_NAME}
    return [(names.get(a.name, a.name), *observed(readings, 0, a.name)) for a in ATTRIBUTES]


def rule_lines(answer: Recognition) -> list[str]:
    """The rule's own lines in the catalogue."""
    position = answer.explanation.position
    assert position is not None
    lines = Path(position.file).read_text(encoding="utf-8").splitlines()
    rule = [lines[position.line - 1]]
    for line in lines[position.line :]:
        if not line.startswith("    "):
            break
        rule.append(line)
    return rule


def main() -> None:
    """Draw the picture."""
    recognizer = Recognizer()
    answer = recognizer.recognize(PICTURE)
    figure, (crop, bars, rule) = plt.subplots(
        1, 3, figsize=(13, 3.4), width_ratios=(0.8, 1.3, 2.4), layout="constrained"
    )
    crop.imshow(cv2.cvtColor(to_crop(PICTURE), cv2.COLOR_BGR2RGB))
    crop.set_title("1  a crop", loc="left", color=INK)
    crop.axis("off")

    rows = attribute_rows(recognizer)
    for y, (name, value, probability) in enumerate(rows):
        bars.barh(y, 1, color=FAINT, height=0.72)
        bars.barh(y, probability, color="#a5d8ff", height=0.72)
        bars.text(0.03, y, f"{name}: {value}", va="center", color=INK)
        bars.text(0.98, y, f"{probability:.2f}", va="center", ha="right", color=INK)
    bars.invert_yaxis()
    bars.set_title("2  its attributes, read by the network", loc="left", color=INK)
    bars.axis("off")

    rule.axis("off")
    rule.set_title("3  the rule in signs.yaml that they fulfil", loc="left", color=INK)
    shown = [line if len(line) < 72 else line[:69] + "…" for line in rule_lines(answer)]
    rule.text(
        0, 0.92, "\n".join(shown), va="top", family="monospace", fontsize=9.5, color=INK,
        transform=rule.transAxes, linespacing=1.5,
        bbox={"facecolor": "#f8f9fa", "edgecolor": "#dee2e6", "boxstyle": "round,pad=0.6"},
    )  # fmt: skip
    rule.text(
        0, 0.08, f"→  {answer.id}   {answer.name}   {answer.confidence:.0%}",
        fontsize=14, weight="bold", color=GREEN, transform=rule.transAxes,
    )  # fmt: skip
    figure.savefig(OUT, dpi=110)


if __name__ == "__main__":
    main()
