"""Wrong answers in groups: by sign and answer, by what they are put down to, by pictogram."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from attributes.vocabulary import PICTOGRAM_NAME
from recognizer.answering import ReadyCatalogue
from recognizer.validation.agreement import ways_of
from recognizer.validation.blame import Blame, Stage
from recognizer.validation.figures import BlameCount, Confusion, PictogramFigures
from recognizer.validation.outcomes import Outcomes
from rules.answer_ids import UNKNOWN, split_id

_REASONS = 12


def confusions_of(outcomes: Outcomes) -> list[Confusion]:
    """Wrong answers other than unknown by sign and answer, the most frequent first."""
    wrong = np.flatnonzero(~outcomes.correct & (outcomes.reason < 0))
    by_confidence = wrong[np.argsort(-outcomes.confidence[wrong], kind="stable")]
    pairs: dict[tuple[int, int], list[int]] = {}
    for number in by_confidence.tolist():
        pair = int(outcomes.expected[number]), int(outcomes.answered[number])
        pairs.setdefault(pair, []).append(number)
    ranked = sorted(pairs.items(), key=lambda item: -len(item[1]))
    return [
        Confusion(outcomes.names[expected], outcomes.names[answered], tuple(numbers))
        for (expected, answered), numbers in ranked
    ]


def count_blame(blames: Iterable[Blame]) -> list[BlameCount]:
    """Errors by what they are put down to, the most frequent first."""
    groups: dict[tuple[Stage, str], list[Blame]] = {}
    for blame in blames:
        groups.setdefault((blame.stage, blame.detail), []).append(blame)
    ranked = sorted(groups.items(), key=lambda item: -len(item[1]))
    return [
        BlameCount(
            stage,
            detail,
            tuple(b.picture for b in found),
            tuple(reason for reason, _ in Counter(b.reason for b in found).most_common(_REASONS)),
        )
        for (stage, detail), found in ranked
    ]


def attracting_pictograms(outcomes: Outcomes, ready: ReadyCatalogue) -> list[PictogramFigures]:
    """Pictograms with strangers nearest to them, those with most wrong answers first."""
    owners: dict[str, list[str]] = {}
    for sign in ready.engine.signs:
        asked = {p for way in ways_of(sign, None) for p in way.pictograms or ()}
        for pictogram in asked:
            owners.setdefault(pictogram, []).append(sign.id)
    asking = np.array([_asks(name, ready) for name in outcomes.names], bool)
    # A sign whose rule asks for no pictogram is near to some, which harms nobody.
    relevant = asking[outcomes.expected] | ~outcomes.is_sign
    nearest = outcomes.observations.states[PICTOGRAM_NAME]
    answered_id = np.array([s.id for s in ready.engine.signs] or [UNKNOWN])[outcomes.sign]
    found = []
    for index, pictogram in enumerate(outcomes.observations.pictograms):
        rows = np.flatnonzero((nearest == index) & relevant)
        mine = owners.get(pictogram, [])
        counts = Counter(outcomes.expected[rows].tolist())
        own = sum(n for c, n in counts.items() if split_id(outcomes.names[c])[0] in mine)
        strangers = tuple(
            (outcomes.names[c], n)
            for c, n in counts.most_common()
            if split_id(outcomes.names[c])[0] not in mine
        )
        if not strangers:
            continue
        wrong = ~outcomes.correct[rows] & (outcomes.reason[rows] < 0)
        wrong &= np.isin(answered_id[rows], mine)
        found.append(PictogramFigures(pictogram, tuple(mine), own, strangers, int(wrong.sum())))
    return sorted(found, key=lambda p: (-p.wrong_answers, -sum(n for _, n in p.strangers)))


def _asks(name: str, ready: ReadyCatalogue) -> bool:
    sign = ready.catalogue.by_id.get(split_id(name)[0])
    return sign is not None and any(way.pictograms is not None for way in ways_of(sign, None))
