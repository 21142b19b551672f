"""Samples and thresholds in words, the same in every report."""

from __future__ import annotations

from recognizer.plurals import counted
from recognizer.validation.datasets import Dataset


def labelled_words(count: int, dataset: Dataset) -> str:
    """So many samples of a data set."""
    if dataset.has_frames:
        return counted(count, "labelled box", "labelled boxes")
    return counted(count, "picture")


def unreadable_words(count: int, dataset: Dataset) -> str:
    """So many things of a data set that could not be read."""
    if dataset.has_frames:
        return counted(count, "frame or labelled box", "frames or labelled boxes")
    return counted(count, "picture")


def threshold_words(threshold: float, decimals: int = 4) -> str:
    """A threshold with so many decimals, or as many more as tell it from 1.

    One of 1 refuses nearly every answer, one just below it may take most of them.

    >>> threshold_words(0.5), threshold_words(0.999956489), threshold_words(1.0)
    ('0.5000', '0.99996', '1.0000')
    """
    while threshold < 1 <= round(threshold, decimals):
        decimals += 1
    return f"{threshold:.{decimals}f}"
