"""Labelled pictures on disk, in the layouts that people have them in."""

from recognizer.validation.datasets.layouts import SPLITS, open_dataset
from recognizer.validation.datasets.samples import Box, Dataset, DatasetError, Sample

__all__ = ["SPLITS", "Box", "Dataset", "DatasetError", "Sample", "open_dataset"]
