"""Labelled pictures on disk, in the layouts that people have them in."""

from attributes.errors import DatasetError
from recognizer.validation.datasets.layouts import SPLITS, open_dataset
from recognizer.validation.datasets.samples import (
    Box,
    Dataset,
    DatasetOptionError,
    Sample,
)

__all__ = [
    "SPLITS",
    "Box",
    "Dataset",
    "DatasetError",
    "DatasetOptionError",
    "Sample",
    "open_dataset",
]
