"""All checks there are."""

from __future__ import annotations

from typing import Final

from rules.checks.base import Check
from rules.checks.confusable_ids import ConfusableIds
from rules.checks.contradiction import Contradiction
from rules.checks.deprecated_without_replacement import DeprecatedWithoutReplacement
from rules.checks.duplicate_exemplar import DuplicateExemplar
from rules.checks.foreign_id import ForeignId
from rules.checks.gallery_not_ready import GalleryNotReady
from rules.checks.inconsistent_placeholders import InconsistentPlaceholders
from rules.checks.masked_sign import MaskedSign
from rules.checks.missing_translation import MissingTranslation
from rules.checks.near_duplicate_exemplar import NearDuplicateExemplar
from rules.checks.overlap import Overlap
from rules.checks.placeholder_without_value import PlaceholderWithoutValue
from rules.checks.replaced_name import ReplacedName
from rules.checks.replaced_sign import ReplacedSign
from rules.checks.unreachable_value import UnreachableValue
from rules.checks.unreadable_value import UnreadableValue
from rules.checks.unsuitable_replacement import UnsuitableReplacement
from rules.checks.untidy_id import UntidyId
from rules.checks.unused_exclusion import UnusedExclusion
from rules.checks.unused_pictogram import UnusedPictogram
from rules.checks.value_not_a_number import ValueNotANumber

CHECKS: Final[tuple[Check, ...]] = (
    Contradiction(),
    MaskedSign(),
    Overlap(),
    UnreachableValue(),
    DuplicateExemplar(),
    NearDuplicateExemplar(),
    UnusedPictogram(),
    ValueNotANumber(),
    UnreadableValue(),
    PlaceholderWithoutValue(),
    InconsistentPlaceholders(),
    DeprecatedWithoutReplacement(),
    UnsuitableReplacement(),
    MissingTranslation(),
    ForeignId(),
    ConfusableIds(),
    UntidyId(),
    UnusedExclusion(),
    ReplacedSign(),
    ReplacedName(),
    GalleryNotReady(),
)
"""Every check, in the order of the codes."""

BY_CODE: Final = {check.code: check for check in CHECKS}
"""Code -> check."""
