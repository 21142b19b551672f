"""Whether a rule file is right: labelled pictures in, figures, blame and changes out."""

from recognizer.validation.blame import Blame, Stage
from recognizer.validation.calibration import Proposal, propose
from recognizer.validation.datasets import Dataset, DatasetError, open_dataset
from recognizer.validation.diff import Change, Effect, compare
from recognizer.validation.figures import Figures, Rate
from recognizer.validation.labels import load_labels, resolve_labels
from recognizer.validation.outcomes import Outcomes, judge_pictures
from recognizer.validation.validation import Validation, Workbench, validate

__all__ = [
    "Blame",
    "Change",
    "Dataset",
    "DatasetError",
    "Effect",
    "Figures",
    "Outcomes",
    "Proposal",
    "Rate",
    "Stage",
    "Validation",
    "Workbench",
    "compare",
    "judge_pictures",
    "load_labels",
    "open_dataset",
    "propose",
    "resolve_labels",
    "validate",
]
