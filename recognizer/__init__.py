"""Traffic signs from attributes and rules: the product."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from attributes.errors import UserError
    from attributes.weights_file import WeightsError
    from recognizer.decision import Reason, Thresholds
    from recognizer.frames.boxes import Boxes
    from recognizer.frames.follower import FrameFollower
    from recognizer.frames.frame import Frame
    from recognizer.frames.frame_result import FrameResult
    from recognizer.frames.sources.frame_source import SourceError
    from recognizer.frames.tracking.tracks import TrackSettings
    from recognizer.gallery import GalleryError
    from recognizer.pictures import PictureError
    from recognizer.recognizer import Recognizer
    from recognizer.result import Explanation, Recognition
    from rules import CatalogueError, CountryError, LanguageError

_MODULES = {
    "Boxes": "recognizer.frames.boxes",
    "CatalogueError": "rules",
    "CountryError": "rules",
    "Explanation": "recognizer.result",
    "Frame": "recognizer.frames.frame",
    "FrameFollower": "recognizer.frames.follower",
    "FrameResult": "recognizer.frames.frame_result",
    "GalleryError": "recognizer.gallery",
    "LanguageError": "rules",
    "PictureError": "recognizer.pictures",
    "Reason": "recognizer.decision",
    "Recognition": "recognizer.result",
    "Recognizer": "recognizer.recognizer",
    "SourceError": "recognizer.frames.sources.frame_source",
    "Thresholds": "recognizer.decision",
    "TrackSettings": "recognizer.frames.tracking.tracks",
    "UserError": "attributes.errors",
    "WeightsError": "attributes.weights_file",
}
"""Public name -> its module, imported when first used, so that checking rules needs no torch."""

__all__ = [
    "Boxes",
    "CatalogueError",
    "CountryError",
    "Explanation",
    "Frame",
    "FrameFollower",
    "FrameResult",
    "GalleryError",
    "LanguageError",
    "PictureError",
    "Reason",
    "Recognition",
    "Recognizer",
    "SourceError",
    "Thresholds",
    "TrackSettings",
    "UserError",
    "WeightsError",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
