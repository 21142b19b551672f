"""What was recognized in a frame, drawn into it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from recognizer.frames.frame import Image
from recognizer.frames.frame_result import NO_TRACK, FrameResult
from recognizer.frames.output.label_layout import Rectangle, place_labels
from recognizer.result import Recognition

_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
_TEXT_SHARE: Final = 1 / 50
_MIN_TEXT_HEIGHT: Final = 9
"""Height of capital letters: this share of the frame's shorter side, but at least these pixels."""

_LABEL_SHARE: Final = 0.5
"""Share of the frame's width that a label may take; longer ones are cut."""

_DRAWS_UNICODE: Final = hasattr(cv2, "FontFace")
"""OpenCV 5 brings a font with all of Latin; the fonts of OpenCV 4 are ASCII."""

_SPELLED_OUT: Final = str.maketrans(
    {
        **{"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"},
        **{"–": "-", "—": "-", "×": "x", "…": "...", "’": "'", "„": '"', "“": '"', "”": '"'},
    }
)


class _Style(NamedTuple):
    """How a find is drawn.

    Attributes:
        rank: order of importance, the lowest first; decides who gets the best place.
        colour: of box and label, BGR.
        line: width of the box's lines, in units of the frame's line width.
        text: height of the text, relative to the frame's.
        outline: colour of a second box around the box; None for none.
    """

    rank: int
    colour: tuple[int, int, int]
    line: float
    text: float
    outline: tuple[int, int, int] | None = None


_JUST_ANNOUNCED: Final = _Style(0, (40, 150, 0), 2.0, 1.0, (255, 255, 255))
_SETTLED: Final = _Style(1, (40, 150, 0), 1.5, 1.0)
_CANDIDATE: Final = _Style(2, (0, 200, 255), 1.0, 1.0)
_UNKNOWN: Final = _Style(3, (110, 110, 110), 0.5, 0.8)


class _Label(NamedTuple):
    """What is written about a find: a name, which may be cut, and what must not be."""

    name: str
    figures: str
    box: Rectangle
    style: _Style


def annotate(image: Image, result: FrameResult) -> Image:
    """The frame with a box and a label for every sign.

    A sign whose answer was announced is green, one that is not certain yet yellow; a white outline
    marks the frame of the announcement. What is unknown is thin and grey, with the reason. A label
    reads ``#track name value confidence``. It stays inside the frame and, where there is room,
    off other labels and signs. With OpenCV 4, whose fonts are ASCII, *ü* is drawn as *ue*.

    Args:
        image: uint8 (H, W, 3), BGR; is not changed.
        result: of this frame.

    Returns:
        uint8 (H, W, 3), BGR.
    """
    drawn: Image = image.copy()
    frame = (image.shape[1], image.shape[0])
    text_height = max(_MIN_TEXT_HEIGHT, round(min(frame) * _TEXT_SHARE))
    labels = sorted(_labels(result, frame), key=lambda label: label.style.rank)
    heights = [round(text_height * label.style.text) for label in labels]
    texts = [_fitted(label, h, frame[0]) for label, h in zip(labels, heights, strict=True)]
    sizes = [_label_size(text, h, frame) for text, h in zip(texts, heights, strict=True)]
    outlines = [_outer(label, text_height, frame) for label in labels]
    places = place_labels(outlines, sizes, frame)
    # The least important first, so that it covers nothing that matters more.
    for label, outline in zip(reversed(labels), reversed(outlines), strict=True):
        _draw_box(drawn, outline, label.style, text_height)
    for k in reversed(range(len(labels))):
        _draw_leader(drawn, outlines[k], places[k], labels[k].style, text_height)
        _draw_text(drawn, texts[k], places[k], heights[k], labels[k].style.colour)
    return drawn


def _labels(result: FrameResult, frame: tuple[int, int]) -> list[_Label]:
    labels = []
    for row, recognition in enumerate(result.recognitions):
        track = int(result.track_ids[row])
        settled = track == NO_TRACK or result.since[row] >= 0
        style = _style(recognition, settled, bool(result.announced[row]))
        name = _name(recognition) if track == NO_TRACK else f"#{track} {_name(recognition)}"
        box = _whole_pixels(result.xyxy[row], frame)
        labels.append(_Label(_drawable(name), _drawable(_figures(recognition)), box, style))
    return labels


def _style(recognition: Recognition, settled: bool, announced: bool) -> _Style:
    if not recognition.is_known:
        return _UNKNOWN
    if announced:
        return _JUST_ANNOUNCED
    return _SETTLED if settled else _CANDIDATE


def _name(recognition: Recognition) -> str:
    if recognition.is_known:
        return recognition.name
    reason = recognition.reason.value.replace("_", " ") if recognition.reason else ""
    certain = f" ({recognition.certain})" if recognition.certain else ""
    return f"unknown: {reason}{certain}"


def _figures(recognition: Recognition) -> str:
    """Value and confidence; the value only where the name does not say it."""
    if not recognition.is_known:
        return ""
    confidence = f"{recognition.confidence:.0%}"
    if recognition.value is None or str(recognition.value) in recognition.name:
        return confidence
    return " ".join(filter(None, [str(recognition.value), recognition.unit, confidence]))


def _drawable(text: str) -> str:
    if _DRAWS_UNICODE:
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_SPELLED_OUT))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return letters.encode("ascii", "replace").decode()


def _whole_pixels(xyxy: npt.NDArray[np.float32], frame: tuple[int, int]) -> Rectangle:
    """The box's pixels, at least one, inside the frame."""
    left, top, right, bottom = np.nan_to_num(xyxy, nan=0.0).tolist()
    inner_left = int(min(max(round(left), 0), frame[0] - 1))
    inner_top = int(min(max(round(top), 0), frame[1] - 1))
    inner_right = int(min(max(round(right), inner_left + 1), frame[0]))
    inner_bottom = int(min(max(round(bottom), inner_top + 1), frame[1]))
    return Rectangle(inner_left, inner_top, inner_right, inner_bottom)


def _fitted(label: _Label, height: int, frame_width: int) -> str:
    """The text, its name cut so that it takes no more than its share of the frame's width."""
    room = frame_width * _LABEL_SHARE - 2 * _padding(height)
    text = f"{label.name} {label.figures}".rstrip()
    excess = _text_width(text, height) - room
    name = label.name
    while excess > 0 and name:
        # By the average width of a letter, at least one: measuring each cut would be slow.
        letters = max(1, int(excess * len(text) / _text_width(text, height)))
        name = name[:-letters].rstrip()
        text = f"{name}... {label.figures}".rstrip()
        excess = _text_width(text, height) - room
    return text


def _label_size(text: str, height: int, frame: tuple[int, int]) -> tuple[int, int]:
    padding = _padding(height)
    width = _text_width(text, height) + 2 * padding
    return min(width, frame[0]), min(height + _descent(height) + 2 * padding, frame[1])


def _line_width(style: _Style, text_height: int) -> int:
    return max(1, round(text_height / 8 * style.line))


def _outer(label: _Label, text_height: int, frame: tuple[int, int]) -> Rectangle:
    """The box with its lines, which lie around it where the frame has room for them."""
    lines = _line_width(label.style, text_height) * (1 if label.style.outline is None else 2)
    left, top, right, bottom = label.box
    return Rectangle(
        max(0, left - lines),
        max(0, top - lines),
        min(frame[0], right + lines),
        min(frame[1], bottom + lines),
    )


def _draw_box(drawn: Image, outer: Rectangle, style: _Style, text_height: int) -> None:
    line = _line_width(style, text_height)
    if style.outline is not None:
        _draw_edges(drawn, outer, line, style.outline)
        left, top, right, bottom = outer
        outer = Rectangle(left + line, top + line, right - line, bottom - line)
    _draw_edges(drawn, outer, line, style.colour)


def _draw_edges(drawn: Image, outer: Rectangle, line: int, colour: tuple[int, int, int]) -> None:
    left, top, right, bottom = outer
    drawn[top : top + line, left:right] = colour
    drawn[max(top, bottom - line) : bottom, left:right] = colour
    drawn[top:bottom, left : left + line] = colour
    drawn[top:bottom, max(left, right - line) : right] = colour


def _draw_text(
    drawn: Image, text: str, place: Rectangle, height: int, background: tuple[int, int, int]
) -> None:
    drawn[place.top : place.bottom, place.left : place.right] = background
    padding = _padding(height)
    origin = (place.left + padding, place.top + padding + height)
    colour = _contrasting(background)
    cv2.putText(drawn, text, origin, _FONT, _scale(height), colour, _weight(height), cv2.LINE_AA)


def _draw_leader(
    drawn: Image, outer: Rectangle, place: Rectangle, style: _Style, text_height: int
) -> None:
    """A line from a label that had to be moved away to its box."""
    line = _line_width(style, text_height)
    gap = max(outer.top - place.bottom, place.top - outer.bottom)
    if gap <= line:
        return
    x = (max(outer.left, place.left) + min(outer.right, place.right)) // 2
    ends = (place.bottom, outer.top) if place.bottom <= outer.top else (outer.bottom, place.top)
    cv2.line(drawn, (x, ends[0]), (x, ends[1]), style.colour, line)


def _contrasting(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    blue, green, red = colour
    luminance = 0.114 * blue + 0.587 * green + 0.299 * red
    return (0, 0, 0) if luminance > 127 else (255, 255, 255)


def _padding(height: int) -> int:
    return max(2, height // 3)


def _descent(height: int) -> int:
    """What hangs below the line, as of a *g*."""
    return max(1, height // 4)


def _scale(height: int) -> float:
    """OpenCV's name for a font size: capital letters are 22 pixels high at scale 1."""
    return height / 22


def _weight(height: int) -> int:
    return max(1, round(height / 11))


@lru_cache(maxsize=256)  # labels stay the same for many frames
def _text_width(text: str, height: int) -> int:
    size, _ = cv2.getTextSize(text, _FONT, _scale(height), _weight(height))
    return int(size[0])
