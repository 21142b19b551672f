"""A rule file with the thresholds that its answers must reach, for one country or for all."""

from __future__ import annotations

from pathlib import Path

from attributes.errors import UserError
from recognizer.decision import Thresholds
from recognizer.thresholds_file import load_thresholds
from rules import Catalogue, load_catalogue


class UnknownSignError(UserError, ValueError):
    """Thresholds name a sign that the catalogue does not have."""


def load_rules(
    file: Path, country: str | None = None, thresholds: Thresholds | None = None
) -> tuple[Catalogue, Thresholds]:
    """The signs of a rule file, and the thresholds: those given, or those beside the file.

    Raises:
        CatalogueError: the rule file, or the thresholds beside it, have mistakes.
        CountryError: no sign belongs to the country.
        UnknownSignError: the given thresholds name a sign that the file does not have.
    """
    rules = load_catalogue(file)
    if thresholds is None:
        thresholds = load_thresholds(file, rules)
    for sign in thresholds.per_sign:
        try:
            rules.require_sign(sign)
        except ValueError as error:
            raise UnknownSignError(f"thresholds: per_sign: {error}") from None
    return rules if country is None else rules.restricted_to(country), thresholds
