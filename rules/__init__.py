"""Attributes -> candidates: the rule language, its loader, and the engine. Needs no torch."""

from rules.catalogue import (
    Alternative,
    Catalogue,
    CountryError,
    LanguageError,
    Pictogram,
    PictogramCondition,
    Sign,
    ValueSource,
)
from rules.conditions import Condition
from rules.diagnostics import (
    CatalogueError,
    Diagnostic,
    LoadError,
    Position,
    Related,
    Severity,
    Sources,
)
from rules.engine import Engine, Scores
from rules.evidence import certain_readings
from rules.expectations import Expectation, expectations_path, load_expectations
from rules.explanation import ConditionOutcome, describe_certain, explain
from rules.loader import load_catalogue
from rules.schema import json_schema
from rules.value_sets import StateSet, TextSet, ValueSet

__all__ = [
    "Alternative",
    "Catalogue",
    "CatalogueError",
    "Condition",
    "ConditionOutcome",
    "CountryError",
    "Diagnostic",
    "Engine",
    "Expectation",
    "LanguageError",
    "LoadError",
    "Pictogram",
    "PictogramCondition",
    "Position",
    "Related",
    "Scores",
    "Severity",
    "Sign",
    "Sources",
    "StateSet",
    "TextSet",
    "ValueSet",
    "ValueSource",
    "certain_readings",
    "describe_certain",
    "expectations_path",
    "explain",
    "json_schema",
    "load_catalogue",
    "load_expectations",
]
