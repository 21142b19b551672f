"""Traffic signs from attributes and rules: the product."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from attributes.weights_file import WeightsError
    from recognizer.decision import Reason, Thresholds
    from recognizer.gallery import GalleryError
    from recognizer.pictures import PictureError
    from recognizer.recognizer import Recognizer
    from recognizer.result import Explanation, Recognition
    from rules import CatalogueError

_MODULES = {
    "CatalogueError": "rules",
    "Explanation": "recognizer.result",
    "GalleryError": "recognizer.gallery",
    "PictureError": "recognizer.pictures",
    "Reason": "recognizer.decision",
    "Recognition": "recognizer.result",
    "Recognizer": "recognizer.recognizer",
    "Thresholds": "recognizer.decision",
    "WeightsError": "attributes.weights_file",
}
"""Public name -> its module, imported when first used, so that checking rules needs no torch."""

__all__ = [
    "CatalogueError",
    "Explanation",
    "GalleryError",
    "PictureError",
    "Reason",
    "Recognition",
    "Recognizer",
    "Thresholds",
    "WeightsError",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
