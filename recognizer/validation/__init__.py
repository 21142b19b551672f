"""Whether a rule file is right: labelled pictures in, figures, blame and changes out."""

from recognizer.validation.blame import Blame, Stage
from recognizer.validation.calibration import Proposal, propose
from recognizer.validation.datasets import Dataset, DatasetError, open_dataset
from recognizer.validation.diff import Change, Effect, compare
from recognizer.validation.figures import Figures
from recognizer.validation.frame_diff import compare_frames
from recognizer.validation.frame_figures import FrameFigures
from recognizer.validation.frame_outcomes import FrameOutcomes, judge_frames
from recognizer.validation.labels import load_labels, resolve_labels
from recognizer.validation.outcomes import Outcomes, judge_pictures
from recognizer.validation.rates import Rate
from recognizer.validation.validation import Validation, Workbench, validate

__all__ = [
    "Blame",
    "Change",
    "Dataset",
    "DatasetError",
    "Effect",
    "Figures",
    "FrameFigures",
    "FrameOutcomes",
    "Outcomes",
    "Proposal",
    "Rate",
    "Stage",
    "Validation",
    "Workbench",
    "compare",
    "compare_frames",
    "judge_frames",
    "judge_pictures",
    "load_labels",
    "open_dataset",
    "propose",
    "resolve_labels",
    "validate",
]
