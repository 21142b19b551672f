"""Charts as inline SVG; colours come from the page's style sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from markupsafe import Markup

from recognizer.validation.metrics import CoverageCurve, Reliability
from recognizer.validation.rates import Rate

_WIDTH: Final = 440
_HEIGHT: Final = 300
_LEFT: Final = 66
_RIGHT: Final = 26
_TOP: Final = 12
_BOTTOM: Final = 44
_TICKS: Final = 5


@dataclass(frozen=True)
class _Axis:
    """A range of values and the pixels that it is drawn over."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Evenly spaced values, both ends included."""
        return [self.low + (self.high - self.low) * i / _TICKS for i in range(_TICKS + 1)]


def coverage_chart(curve: CoverageCurve, answered: Rate, right: Rate) -> Markup:
    """Accuracy over coverage when the threshold moves.

    Args:
        curve: every threshold that could be used.
        answered: what is answered with the thresholds in use; marked.
        right: how much of that is right.
    """
    if not len(curve.threshold):
        return Markup("")
    # Accuracies of a few pictures at the left end say nothing and would stretch the axis.
    shown = curve.coverage >= min(0.02, float(curve.coverage[-1]))
    low = float(np.floor(curve.accuracy[shown].min() * 50) / 50)
    x = _Axis(0, 1, _LEFT, _WIDTH - _RIGHT)
    y = _Axis(min(low, 0.98), 1, _HEIGHT - _BOTTOM, _TOP)
    points = np.flatnonzero(shown)
    line = " ".join(f"{x(curve.coverage[i]):.1f},{y(curve.accuracy[i]):.1f}" for i in points)
    parts = [_frame(x, y, "answered (coverage)", "right of answered")]
    parts.append(f'<polyline class="line" points="{line}"/>')
    if right.count:
        cx, cy = x(answered.value), y(max(right.value, y.low))
        words = f"in use: {answered.value:.2%} answered, {right.value:.2%} of them right"
        parts.append(f'<circle class="mark" cx="{cx:.1f}" cy="{cy:.1f}" r="5"/>')
        anchor = "end" if cx > _WIDTH / 2 else "start"
        offset = -9 if anchor == "end" else 9
        below = min(cy + 22, _HEIGHT - _BOTTOM - 8)
        parts.append(
            f'<text class="label" x="{cx + offset:.1f}" y="{below:.1f}" text-anchor="{anchor}">'
            f"{words}</text>"
        )
    return _svg("Coverage and accuracy when the threshold moves", parts)


def reliability_chart(reliability: Reliability) -> Markup:
    """Share of right answers over their confidence; the area of a dot is its share of pictures."""
    x = _Axis(0, 1, _LEFT, _WIDTH - _RIGHT)
    y = _Axis(0, 1, _HEIGHT - _BOTTOM, _TOP)
    parts = [_frame(x, y, "confidence", "right")]
    parts.append(f'<line class="ideal" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>')
    filled = np.flatnonzero(reliability.count)
    total = max(int(reliability.count.sum()), 1)
    spots = [(float(reliability.confidence[i]), float(reliability.accuracy[i])) for i in filled]
    parts.append(
        '<polyline class="line" points="'
        + " ".join(f"{x(c):.1f},{y(a):.1f}" for c, a in spots)
        + '"/>'
    )
    for i, (confidence, accuracy) in zip(filled.tolist(), spots, strict=True):
        radius = 2.5 + 9 * float(np.sqrt(reliability.count[i] / total))
        parts.append(
            f'<circle class="dot" cx="{x(confidence):.1f}" cy="{y(accuracy):.1f}" r="{radius:.1f}">'
            f"<title>confidence {confidence:.3f}: {accuracy:.1%} of {reliability.count[i]} right"
            "</title></circle>"
        )
    return _svg("Reliability: how often answers of a confidence are right", parts)


def _frame(x: _Axis, y: _Axis, x_title: str, y_title: str) -> str:
    parts = []
    for value in y.ticks():
        height = round(y(value), 1)
        digits = 0 if y.high - y.low > 0.2 else 1
        parts.append(
            f'<line class="grid" x1="{x.start}" y1="{height}" x2="{x.end}" y2="{height}"/>'
            f'<text class="tick" x="{x.start - 7}" y="{height + 4}" text-anchor="end">'
            f"{value * 100:.{digits}f}%</text>"
        )
    for value in x.ticks():
        parts.append(
            f'<text class="tick" x="{x(value):.1f}" y="{y.start + 17}" text-anchor="middle">'
            f"{value:.0%}</text>"
        )
    middle = (x.start + x.end) / 2
    parts.append(
        f'<text class="title" x="{middle}" y="{_HEIGHT - 6}" text-anchor="middle">{x_title}</text>'
    )
    centre = (y.start + y.end) / 2
    parts.append(
        f'<text class="title" transform="translate(12 {centre}) rotate(-90)" '
        f'text-anchor="middle">{y_title}</text>'
    )
    return "".join(parts)


def _svg(title: str, parts: list[str]) -> Markup:
    body = "".join(parts)
    # All of it is numbers and words of this module.
    return Markup(
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">'
        f"<title>{title}</title>{body}</svg>"
    )
