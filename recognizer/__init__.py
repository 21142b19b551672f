"""Traffic signs from attributes and rules: the product."""

from attributes.weights_file import WeightsError
from recognizer.decision import Reason, Thresholds
from recognizer.gallery import GalleryError
from recognizer.pictures import PictureError
from recognizer.recognizer import Recognizer
from recognizer.result import Explanation, Recognition
from rules import CatalogueError

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
