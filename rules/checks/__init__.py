"""Checks: what can be wrong with a catalogue that loads. Exact, and without torch."""

from rules.checks.base import (
    Check,
    Finding,
    GalleryGap,
    LookAlike,
    SignCheck,
    Subject,
    Unavailable,
)
from rules.checks.boxes import Witness
from rules.checks.exclusions import (
    EXCLUSIONS_NAME,
    Exclusion,
    Exclusions,
    load_exclusions,
)
from rules.checks.readable_vocabulary import ReadableVocabulary
from rules.checks.registry import BY_CODE, CHECKS
from rules.checks.runner import Report, run_checks

__all__ = [
    "BY_CODE",
    "CHECKS",
    "EXCLUSIONS_NAME",
    "Check",
    "Exclusion",
    "Exclusions",
    "Finding",
    "GalleryGap",
    "LookAlike",
    "ReadableVocabulary",
    "Report",
    "SignCheck",
    "Subject",
    "Unavailable",
    "Witness",
    "load_exclusions",
    "run_checks",
]
