"""The figures of frames: what is found, what it is called, what is missed, and found beside."""

from __future__ import annotations

import math

import numpy as np
import pytest
from frame_world import FAR, LEFT, LIMIT, STOP, FrameWorld, of_frames
from validation_world import LABELS

from recognizer.validation.report import write_report


def test_what_is_found_and_what_it_is_called(street: FrameWorld) -> None:
    validation = street.validate()
    found = of_frames(validation)
    assert found.frames == 3
    assert (found.found.right, found.found.count) == (4, 6)
    assert (found.precision.right, found.precision.count) == (4, 6)
    assert (found.end_to_end.right, found.end_to_end.count) == (3, 6)
    assert (found.named.right, found.named.count) == (3, 4)
    assert found.taken_for_no_sign == 1
    assert (found.false_finds, found.false_signs) == (2, 1)
    assert found.false_finds_per_frame == pytest.approx(2 / 3)
    assert found.false_answers == (("xx.limit[30]", 1), ("unknown", 1))


def test_by_size_of_the_sign(street: FrameWorld) -> None:
    found = of_frames(street.validate())
    assert [(w, r.right, r.count) for w, r in found.found_by_size] == [
        ("16 to 23 px", 0, 2), ("32 to 47 px", 4, 4),
    ]  # fmt: skip
    assert [(w, r.right, r.count) for w, r in found.end_to_end_by_size] == [
        ("16 to 23 px", 0, 2), ("32 to 47 px", 3, 4),
    ]  # fmt: skip
    assert [(w, r.right, r.count) for w, r in found.precision_by_size] == [("32 to 47 px", 4, 6)]


def test_a_sign_that_is_not_found_is_a_wrong_answer_everywhere(street: FrameWorld) -> None:
    validation = street.validate()
    figures = validation.figures
    assert figures.pictures == 6
    assert figures.accuracy == of_frames(validation).end_to_end
    left = figures.sign("xx.left")
    assert (left.recall.right, left.recall.count, left.not_found, left.unknown) == (0, 2, 2, 0)
    limit = figures.sign("xx.limit[50]")
    assert limit.taken_for == (("xx.limit[60]", 1),)
    # False finds are no error of any sign: 30 was answered, but no picture of it is there.
    assert [s.id for s in figures.signs] == ["xx.stop", "xx.limit[50]", "xx.left"]
    assert figures.macro_accuracy == pytest.approx((1 + 0.5 + 0) / 3)
    assert [(w, r.right, r.count) for w, r in figures.sizes] == [
        ("16 to 23 px", 0, 2), ("32 to 47 px", 3, 4),
    ]  # fmt: skip


def test_classes_outside_of_the_catalogue(frames: FrameWorld) -> None:
    frames.frame(
        1,
        [(STOP, "stranger", 0.9), (LIMIT, "stop", 0.9)],
        [(STOP, "c30"), (LIMIT, "c50"), (LEFT, "c30"), (FAR, "stop")],
    )
    labels = frames.labels(c30=None, c50="unknown")
    validation = frames.validate(labels=labels)
    figures, found = validation.figures, of_frames(validation)
    # What is no sign is not to be found; a sign that the catalogue lacks is.
    assert (found.found.right, found.found.count, figures.pictures) == (1, 3, 3)
    assert found.false_finds == 1
    assert (figures.accuracy.right, figures.accuracy.count) == (0, 1)
    assert (figures.strangers.right, figures.strangers.count) == (1, 1)
    (outside,) = figures.outside
    assert (outside.pictures, dict(outside.answers)) == (2, {"unknown": 1, "not found": 1})


def test_only_a_class_without_value_takes_any_value(frames: FrameWorld) -> None:
    frames.frame(
        1,
        [(STOP, "limit-60", 0.9), (LIMIT, "limit-60", 0.8), (FAR, "limit-60", 0.7)],
        [(STOP, "c30"), (LIMIT, "c50")],
    )
    labels = frames.labels(c30="xx.limit", c60="xx.limit")
    validation = frames.validate(labels=labels)
    signs = {s.id: (s.recall.right, s.taken_for) for s in validation.figures.signs}
    assert signs == {"xx.limit": (1, ()), "xx.limit[50]": (0, (("xx.limit[60]", 1),))}
    assert of_frames(validation).false_answers == (("xx.limit[60]", 1),)


def test_the_coverage_curve_is_of_what_was_located(frames: FrameWorld) -> None:
    for number in range(1, 5):
        look = "stop" if number < 3 else None
        frames.frame(number, [(STOP, look, 0.9)], [(STOP, "stop"), (LEFT, "left")])
    figures = frames.validate().figures
    assert (figures.answered.right, figures.answered.count) == (2, 8)
    assert (figures.covered.right, figures.covered.count) == (2, 4)
    assert figures.coverage.coverage.tolist() == [0.5]


def test_nothing_found_at_all(frames: FrameWorld) -> None:
    frames.frame(1, [], [(STOP, "stop")])
    validation = frames.validate()
    found = of_frames(validation)
    assert (found.found.right, found.found.count) == (0, 1)
    assert math.isnan(found.precision.value)
    assert validation.figures.accuracy.value == 0
    write_report(validation, frames.folder / "report")


def intersection(a: np.ndarray, b: np.ndarray) -> float:
    """IoU in the plainest way there is: by counting pixels."""
    canvas = np.zeros((2, 300, 400), bool)
    for layer, (x1, y1, x2, y2) in enumerate((a.astype(int), b.astype(int))):
        canvas[layer, y1:y2, x1:x2] = True
    return float(canvas.all(axis=0).sum() / max(canvas.any(axis=0).sum(), 1))


@pytest.mark.parametrize("seed", range(3))
def test_figures_equal_scikit_learn(frames: FrameWorld, seed: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    rng = np.random.default_rng(seed)
    looks = {"c30": "limit-30", "c50": "limit-50", "stop": "stop", "left": "keep-left"}
    truth, answers, is_sign, is_found = [], [], [], []
    for number in range(1, 21):
        found, labelled, candidates = [], [], []
        for cell in rng.permutation(12)[: rng.integers(0, 9)]:
            x, y = 10 + 100 * (cell % 4), 10 + 100 * (cell // 4)
            side = int(rng.integers(12, 50))
            box = np.array([x, y, x + side, y + side], float)
            label = str(rng.choice(list(looks)))
            moved = box + np.repeat(rng.integers(0, 12, 1), 4) * [1, 0, 1, 0]
            seen = str(rng.choice(list(looks))) if rng.random() < 0.3 else label
            is_labelled, has_find = rng.random() < 0.8, rng.random() < 0.8
            if is_labelled:
                labelled.append((tuple(box.tolist()), label))
            if has_find:
                found.append((tuple(moved.tolist()), looks[seen], float(rng.random())))
            hit = is_labelled and has_find and intersection(box, moved) >= 0.5
            if is_labelled:
                candidates.append((LABELS[label], LABELS[seen] if hit else "not found"))
            is_sign += [True] * is_labelled + [False] * (has_find and not hit)
            is_found += [hit] * is_labelled + [True] * (has_find and not hit)
        truth += [t for t, _ in candidates]
        answers += [a for _, a in candidates]
        frames.frame(number, found, labelled)
    validation = frames.validate()
    found_figures = of_frames(validation)
    assert found_figures.found.value == metrics.recall_score(is_sign, is_found)
    assert found_figures.precision.value == metrics.precision_score(is_sign, is_found)
    assert found_figures.end_to_end.value == metrics.accuracy_score(truth, answers)
    names = sorted(set(truth))
    theirs = metrics.precision_recall_fscore_support(truth, answers, labels=names, zero_division=0)
    for k, name in enumerate(names):
        sign = validation.figures.sign(name)
        assert (sign.precision.value, sign.recall.value, sign.f1, sign.recall.count) == tuple(
            column[k] for column in theirs
        )
    confusion = metrics.confusion_matrix(truth, answers, labels=[*names, "not found"])
    for k, name in enumerate(names):
        assert validation.figures.sign(name).not_found == confusion[k, -1]
