"""Which files are taken for videos, and what is said of those among pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from recognizer.pictures import is_hidden

_SUFFIXES: Final = frozenset(
    {
        *(".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov", ".mp4"),
        *(".mpeg", ".mpg", ".mts", ".ogv", ".ts", ".webm", ".wmv"),
    }
)
"""Endings of the files that are taken for videos where pictures are meant otherwise."""


def has_video_suffix(path: Path) -> bool:
    """Whether a file is called as a video."""
    return path.suffix.lower() in _SUFFIXES


def videos_left_out(folder: Path) -> list[str]:
    """What there is to say of each video in a folder whose pictures are read; of no folder, []."""
    return [
        f"{path}: a video among pictures is left out; open it by itself"
        for path in _videos_in(folder)
    ]


def hint_at_videos(folder: Path) -> str:
    """What to add to the message that a folder holds no picture; empty without a video in it."""
    videos = _videos_in(folder)
    return f"; open each video in it by itself, such as {videos[0]}" if videos else ""


def _videos_in(path: Path) -> list[Path]:
    """The videos of a folder, but for hidden ones; none of what is no folder."""
    if not path.is_dir():
        return []
    ending_so = (p for p in path.rglob("*") if has_video_suffix(p) and p.is_file())
    return sorted(p for p in ending_so if not any(map(is_hidden, p.relative_to(path).parts)))
