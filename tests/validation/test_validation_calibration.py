"""Thresholds are proposed from the curve, written only when told, and used where they lie."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from validation_world import World

from recognizer.cli.main import main
from recognizer.decision import Thresholds
from recognizer.default_catalogue import default_catalogue
from recognizer.thresholds_file import load_thresholds, thresholds_path, write_thresholds
from recognizer.validation.calibration import _raised
from recognizer.validation.report import write_report
from recognizer.validation.validation import Workbench
from recognizer.validation.words import threshold_words
from rules import CatalogueError, load_catalogue


def test_nothing_is_written_beside_the_embedded_rule_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["calibrate", "no such data", "--write"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("signrules: --write writes beside no file but your own: name it with")
    assert not thresholds_path(default_catalogue()).exists()


def test_a_threshold_is_raised_no_further_than_the_target_needs() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5], np.float32)
    right = np.array([True, True, False, True, False])
    assert _raised(confidence, right, 0.3, 1.0, fewest=1) == pytest.approx(0.701)
    assert _raised(confidence, right, 0.3, 0.75, fewest=1) == pytest.approx(0.501)
    assert _raised(confidence, right, 0.3, 0.6) == 0.3
    assert _raised(confidence, right, 0.3, 0.5) == 0.3
    assert _raised(confidence, right, 0.85, 0.5) == 0.85  # nor is it ever lowered
    assert _raised(confidence, right, 0.95, 1.0) == 0.95  # nothing is answered, so nothing wrongly
    assert _raised(confidence, ~right, 0.3, 1.0, fewest=1) is None


@pytest.mark.parametrize(("target", "fewest"), [(1.0, 2), (0.75, 4)])
def test_a_threshold_is_not_raised_until_too_few_answers_are_left(
    target: float, fewest: int
) -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5], np.float32)
    right = np.array([True, True, False, True, False])
    assert _raised(confidence, right, 0.3, target, fewest) is not None
    assert _raised(confidence, right, 0.3, target, fewest + 1) is None


def test_only_answers_above_the_threshold_in_use_are_left() -> None:
    confidence = np.array([0.9, 0.8, 0.1, 0.1], np.float32)
    right = np.array([True, False, True, True])
    assert _raised(confidence, right, 0.5, 1.0, fewest=1) == pytest.approx(0.801)
    assert _raised(confidence, right, 0.5, 1.0, fewest=2) is None


def test_a_threshold_lies_between_confidences_that_are_nearly_alike() -> None:
    confidence = np.array([0.9002, 0.9], np.float32)
    found = _raised(confidence, np.array([True, False]), 0.5, 1.0, fewest=1)
    assert found == pytest.approx(0.9001)
    above = np.nextafter(confidence[1], np.float32(1))
    neighbours = np.array([above, confidence[1]], np.float32)
    assert _raised(neighbours, np.array([True, False]), 0.5, 1.0, fewest=1) == above


@pytest.mark.parametrize(
    ("threshold", "shown"),
    [(0.5, "0.5000"), (0.99994, "0.9999"), (0.999956489, "0.99996"), (1.0, "1.0000")],
)
def test_a_threshold_below_1_is_never_shown_as_1(threshold: float, shown: str) -> None:
    assert threshold_words(threshold) == shown


def calibrate(world: World, rules: Path, *more: str) -> int:
    return main(
        ["calibrate", str(world.data), "--catalogue", str(rules), "--labels",
         str(world.labels()), "--cache", str(world.folder / "cache"), *more]
    )  # fmt: skip


def thresholds_beside(rules: Path) -> Thresholds:
    return load_thresholds(rules, load_catalogue(rules))


def test_nothing_is_written_unless_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.draw_all(40)
    rules = world.rules()
    assert calibrate(world, rules) == 0
    assert "in use" in capsys.readouterr().out
    assert not thresholds_path(rules).exists()
    assert calibrate(world, rules, "--write") == 0
    assert thresholds_path(rules).is_file()
    written = thresholds_beside(rules)
    # The recognizer's own way of making a rule file ready takes them.
    ready = Workbench(cache=world.folder / "cache").prepare(rules)
    assert ready.judge.thresholds == written


def test_the_path_of_the_data_may_be_no_utf_8(world: World) -> None:
    rules = world.rules()
    write_thresholds(rules, Thresholds(0.7), os.fsdecode(b"Data: caf\xe9"))
    assert thresholds_path(rules).read_text().startswith("# Data: caf\\udce9\n")
    assert thresholds_beside(rules).min_confidence == 0.7


@pytest.mark.parametrize("in_use", [Thresholds(), Thresholds(0.7), Thresholds(0.3)])
def test_pictures_without_an_error_raise_and_lower_nothing(
    world: World, in_use: Thresholds, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(8)
    rules = world.rules()
    if in_use != Thresholds():
        write_thresholds(rules, in_use, "by hand")
    assert calibrate(world, rules, "--write") == 0
    assert thresholds_beside(rules) == in_use
    out = capsys.readouterr().out
    assert "the overall one in use is enough, and is kept" in out
    assert "mind: none of 64 answers is wrong, so they say nothing about thresholds" in out


def test_few_errors_are_told_to_be_little_to_choose_by(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(40)
    for number in range(9):
        world.draw(world.data / "left" / f"{number:03}.png", "vague-right")
    assert calibrate(world, world.rules(), "--accuracy", "0.9") == 0
    few = "mind: only 9 of 320 answers are wrong, which is little to choose by"
    assert few in capsys.readouterr().out
    world.draw(world.data / "left" / "009.png", "vague-right")
    assert calibrate(world, world.rules(), "--accuracy", "0.9") == 0
    assert "mind: only" not in capsys.readouterr().out


def test_few_errors_are_told_where_no_threshold_is_enough_as_well(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(10)
    for number in range(9):
        world.draw(world.data / "c80" / f"{number:03}.png", "limit-30")
    assert calibrate(world, world.rules(), "--accuracy", "1.0") == 1
    out = capsys.readouterr().out
    assert "no threshold that leaves 30 answers makes 100.00% of them right" in out
    assert "mind: only 9 of 80 answers are wrong, which is little to choose by" in out


def test_a_second_proposal_on_the_same_pictures_is_the_first(world: World) -> None:
    world.draw_all(40)
    for number in range(4):
        world.draw(world.data / "left" / f"{number:03}.png", "vague-right")
    rules = world.rules()
    assert calibrate(world, rules, "--accuracy", "0.95", "--write") == 0
    first = thresholds_beside(rules)
    assert set(first.per_sign) == {"xx.right"}
    assert calibrate(world, rules, "--accuracy", "0.95", "--write") == 0
    assert thresholds_beside(rules) == first


def test_each_threshold_is_judged_by_the_answers_that_it_decides_on(world: World) -> None:
    world.draw_all(40)
    for number in range(8):
        world.draw(world.data / "left" / f"{number:03}.png", "vague-right")
    rules = world.rules()
    in_use = Thresholds(per_sign={"xx.right": 1.0})  # refuses what the overall one would take
    write_thresholds(rules, in_use, "by hand")
    assert calibrate(world, rules, "--write") == 0
    assert thresholds_beside(rules) == in_use
    write_thresholds(rules, Thresholds(per_sign={"xx.right": 0.6}), "by hand")
    assert calibrate(world, rules, "--write") == 0
    raised = thresholds_beside(rules)
    assert raised.min_confidence == 0.5
    assert raised.per_sign["xx.right"] > 0.6


def test_a_class_that_the_label_map_misspells_is_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(1)
    (world.data / "stop").rename(world.data / "stopp")
    assert calibrate(world, world.rules(), "--accuracy", "0.5") == 0
    told = "mind: class stopp: the label map does not have this class; did you mean `stop`?"
    assert told in capsys.readouterr().out


def test_a_sign_that_errs_gets_a_threshold_of_its_own(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(40)
    for number in range(4):  # keep-right lies among the pictures of keep-left
        world.draw(world.data / "left" / f"{number:03}.png", "vague-right")
    assert calibrate(world, world.rules(), "--accuracy", "0.95") == 0
    out = capsys.readouterr().out
    assert "xx.right" in out
    assert "xx.left " not in out


def test_thresholds_of_their_own_stay_where_they_are_enough_or_cannot_be_judged(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(40):
        world.draw(world.data / "left" / f"{number:03}.png", "keep-left")
        if number < 10:
            world.draw(world.data / "right" / f"{number:03}.png", "keep-right")
    rules = world.rules()
    in_use = {"xx.left": 0.7, "xx.right": 0.8, "xx.stop": 0.9}
    write_thresholds(rules, Thresholds(per_sign=in_use), "by hand")
    assert calibrate(world, rules, "--write") == 0
    assert thresholds_beside(rules).per_sign == in_use
    enough, unjudged = capsys.readouterr().out.split("that are kept, ")[1:]
    assert enough.startswith("they reach the target\nxx.left                  0.7000")
    assert unjudged.startswith("too few answers to judge by (below 30)\nxx.right ")
    assert "xx.stop                  0.9000" in unjudged


@pytest.mark.parametrize("typed", ["abc", "0", "nan"])
def test_what_is_no_accuracy_is_refused(
    world: World, typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        calibrate(world, world.rules(), "--accuracy", typed)
    assert f"--accuracy: {typed} is not a share above 0 and up to 1" in capsys.readouterr().err


def test_a_threshold_just_below_1_is_told_as_such(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(40)
    rules = world.rules()
    in_use = Thresholds(min_confidence=0.999956489, per_sign={"xx.stop": 0.99999})
    write_thresholds(rules, in_use, "by hand")
    assert calibrate(world, rules, "--accuracy", "0.5") == 0
    out = capsys.readouterr().out
    assert "in use                  0.99996" in out
    assert "xx.stop                 0.99999" in out
    write_report(world.validate(rules), world.folder / "report")
    assert "threshold 0.99996," in (world.folder / "report" / "report.html").read_text()


def test_an_accuracy_that_cannot_be_reached(world: World) -> None:
    world.draw_all(8)
    for number in range(8):
        world.draw(world.data / "left" / f"{number:03}.png", "stop")
    rules = world.rules()
    assert calibrate(world, rules, "--accuracy", "1", "--write") == 1
    assert not thresholds_path(rules).exists()


def test_a_sign_that_no_threshold_helps_is_told_and_not_silenced(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(40)
    for number in range(40):  # all that is answered keep-right is wrong
        world.draw(world.data / "left" / f"{number:03}.png", "keep-right")
        (world.data / "right" / f"{number:03}.png").unlink()
    rules = world.rules()
    write_thresholds(rules, Thresholds(per_sign={"xx.right": 0.6}), "by hand")
    assert calibrate(world, rules, "--accuracy", "0.8", "--write") == 1
    assert thresholds_beside(rules).per_sign == {"xx.right": 0.6}
    out = capsys.readouterr().out
    told = "to the target with 30 answers left; look at their rules and labels\nxx.right"
    assert told in out


def test_a_sign_whose_surest_answer_happens_to_be_right_is_not_silenced(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(80)
    for number in range(80):  # of what is answered keep-right, one picture shows it
        world.draw(world.data / "left" / f"{number:03}.png", "vague-right")
        (world.data / "right" / f"{number:03}.png").unlink()
    world.draw(world.data / "right" / "000.png", "keep-right")
    rules = world.rules()
    write_thresholds(rules, Thresholds(per_sign={"xx.right": 0.6}), "by hand")
    assert calibrate(world, rules, "--write") == 1
    assert thresholds_beside(rules).per_sign == {"xx.right": 0.6}
    told = "to the target with 30 answers left; look at their rules and labels\nxx.right"
    assert told in capsys.readouterr().out


def test_an_overall_threshold_that_leaves_too_few_answers_reaches_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(29):
        world.draw(world.data / "right" / f"{number:03}.png", "keep-right")
        world.draw(world.data / "left" / f"{number:03}.png", "vague-right")
    rules = world.rules()
    assert calibrate(world, rules, "--write") == 1
    told = "no threshold that leaves 30 answers makes 99.00% of them right"
    assert told in capsys.readouterr().out
    assert not thresholds_path(rules).exists()
    world.draw(world.data / "right" / "029.png", "keep-right")
    assert calibrate(world, rules, "--write") == 0


def test_a_sign_that_the_overall_threshold_silences_is_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(40)
    for number in range(40):  # all that is answered keep-right is wrong, and none of it is sure
        world.draw(world.data / "left" / f"{number:03}.png", "vague-right")
        (world.data / "right" / f"{number:03}.png").unlink()
    assert calibrate(world, world.rules()) == 1
    told = "leaves with fewer than 30 answers; look at their rules and labels\nxx.right "
    assert told in capsys.readouterr().out


def test_a_label_that_can_never_be_answered_is_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(2)
    calibrate(world, world.rules())
    assert "mind: class" not in capsys.readouterr().out
    labels = str(world.labels(stop="xx.stop[3]"))
    main(["calibrate", str(world.data), "--catalogue", str(world.rules()), "--labels", labels])
    told = "mind: class stop: `xx.stop` has no value, so it is never answered `xx.stop[3]`"
    assert told in capsys.readouterr().out


def test_calibrating_tells_that_pictures_could_not_be_read(world: World) -> None:
    world.draw_all(2)
    (world.data / "stop" / "broken.png").write_bytes(b"nothing")
    assert calibrate(world, world.rules(), "--accuracy", "0.5") == 3


def test_the_curve_passes_through_what_is_in_use(world: World) -> None:
    for number in range(5):
        world.draw(world.data / "c50" / f"{number}.png", "limit-50")
        world.draw(world.data / "c50" / f"small-{number}.png", "limit-50", side=8)
    figures = world.validate().figures
    # No threshold answers what is too small, so no point of the curve does.
    assert figures.coverage.coverage.tolist() == [0.5]
    assert (figures.covered.right, figures.covered.count) == (5, 10)


def test_a_curve_of_nothing_that_could_be_answered(world: World) -> None:
    world.draw(world.data / "c50" / "small.png", "limit-50", side=8)
    validation = world.validate()
    assert len(validation.figures.coverage.threshold) == 0
    write_report(validation, world.folder / "report")


def test_thresholds_survive_writing(world: World) -> None:
    rules = world.rules()
    thresholds = Thresholds(min_confidence=0.123456789, per_sign={"xx.stop": 1.0, "xx.left": 5e-05})
    write_thresholds(rules, thresholds, "why\nand where")
    assert thresholds_beside(rules) == thresholds
    assert thresholds_beside(world.rules(name="other.yaml")) == Thresholds()


def test_thresholds_that_cannot_be_written_stay_as_they_were(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    rules = world.rules()
    write_thresholds(rules, Thresholds(0.7), "old")
    before = set(world.folder.iterdir())
    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(OSError, match="No space") as refused:
        write_thresholds(rules, Thresholds(0.8), "new")
    assert refused.value.filename == str(thresholds_path(rules))
    assert thresholds_beside(rules) == Thresholds(0.7)
    assert set(world.folder.iterdir()) == before


def test_linked_thresholds_are_written_where_the_link_leads(world: World) -> None:
    rules = world.rules()
    link = thresholds_path(rules)
    link.symlink_to("shared.yaml")
    write_thresholds(rules, Thresholds(0.7), "first")
    write_thresholds(rules, Thresholds(0.8), "second")
    assert link.is_symlink()
    assert thresholds_beside(rules) == Thresholds(0.8)


def test_a_threshold_of_a_sign_that_there_is_not_is_a_mistake(world: World) -> None:
    rules = world.rules()
    thresholds_path(rules).write_text("version: 1\nper_sign: {xx.left: 0.9, xx.lleft: 0.9}\n")
    place = r"thresholds\.yaml:2:26: error SR011 .* no sign is called `xx\.lleft`"
    for load in (
        lambda: thresholds_beside(rules),
        lambda: Workbench(cache=world.folder / "cache").prepare(rules),
    ):
        with pytest.raises(CatalogueError, match=place) as refused:
            load()
        assert "did you mean `xx.left`?" in str(refused.value)


def test_a_threshold_of_a_sign_of_another_country_is_none(world: World) -> None:
    rules = world.rules(
        ("  - id: xx.left\n", "  - id: xx.left\n    country: DE\n"),
        ("  - id: xx.right\n", "  - id: xx.right\n    country: BE\n"),
    )
    thresholds_path(rules).write_text("version: 1\nper_sign: {xx.right: 0.9}\n")
    ready = Workbench(cache=world.folder / "cache").prepare(rules, country="DE")
    assert ready.judge.thresholds.per_sign == {"xx.right": 0.9}


@pytest.mark.parametrize(
    "text",
    [
        "min_confidence: 2",
        "min_confidence: .nan",
        "min_confidense: 0.5",
        "per_sign: {nonsense: 0.5}",
        "per_sign: {xx.left: 80}",
    ],
)
def test_mistakes_in_thresholds_are_told(world: World, text: str) -> None:
    rules = world.rules()
    thresholds_path(rules).write_text(f"version: 1\n{text}\n")
    with pytest.raises(CatalogueError, match=r"thresholds\.yaml:2"):
        thresholds_beside(rules)


def test_a_comment_may_hold_any_character(tmp_path: Path) -> None:
    rules = tmp_path / "signs.yaml"
    rules.write_text("version: 1\n")
    written = write_thresholds(rules, Thresholds(0.7), "Data: a\x07b")
    assert written.read_text().startswith("# Data: a\\x07b\n")
    assert load_thresholds(rules, load_catalogue(rules)).min_confidence == 0.7
