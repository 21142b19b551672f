"""What an edit changes is found picture by picture, and stops CI when something got worse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from validation_world import World

from recognizer.cli.main import main
from recognizer.validation.diff import Effect, compare, count_effects
from recognizer.validation.validation import Validation

SWAPPED = (
    ("pictogram: left}", "pictogram: XX}"),
    ("pictogram: right}", "pictogram: left}"),
    ("pictogram: XX}", "pictogram: right}"),
)
WITHOUT_50 = (
    "border: red, digits: {min: 10, max: 90, multiple_of: 10}",
    "border: red, digits: [30, 60, 80]",
)
TOO_WIDE = ("shape: circle, border: red, digits", "shape: circle, digits")


def changes_of(old: Validation, new: Validation) -> dict[Effect, int]:
    found = compare(new.pictures, old.outcomes, old.labels, new.outcomes, new.labels)
    return count_effects(found)


def diff(world: World, old: Path, new: Path, *more: str) -> int:
    return main(
        ["diff", str(old), str(new), "--on", str(world.data), "--labels", str(world.labels()),
         "--cache", str(world.folder / "cache"), *more]
    )  # fmt: skip


@pytest.mark.parametrize(("edits", "worse"), [(SWAPPED, 16), ((WITHOUT_50,), 8), ((TOO_WIDE,), 8)])
def test_a_broken_rule_is_caught(
    world: World, edits: tuple[tuple[str, str], ...], worse: int, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all()
    good, bad = world.rules(), world.rules(*edits, name="bad.yaml")
    assert diff(world, good, bad) == 1
    out = capsys.readouterr().out
    assert f"{worse} answers changed: 0 better, {worse} worse, 0 sideways" in out
    assert diff(world, bad, good) == 0
    assert f"{worse} better" in capsys.readouterr().out
    assert diff(world, good, good) == 0


def test_unknown_is_worth_more_than_wrong_and_less_than_right(world: World) -> None:
    world.draw_all()
    right = world.validate()
    unknown = world.validate(world.rules(WITHOUT_50, name="u.yaml"))
    wrong = world.validate(world.rules(*SWAPPED, name="w.yaml"))
    gone = world.validate(
        world.rules(("pictogram: left}", "pictogram: left, bar: slash}"),
                    ("pictogram: right}", "pictogram: right, bar: slash}"), name="g.yaml")
    )  # fmt: skip
    assert changes_of(right, unknown)[Effect.WORSE] == 8
    assert changes_of(wrong, gone) == {Effect.WORSE: 0, Effect.BETTER: 16, Effect.SIDEWAYS: 0}
    assert changes_of(gone, wrong)[Effect.WORSE] == 16


def test_a_new_sign_counts_for_the_better(world: World) -> None:
    world.draw_all(odd="odd")
    before = world.rules()
    after = world.rules(
        ("  right: {artwork", "  star: {artwork: [made:star]}\n  right: {artwork"),
        ("  - id: xx.stop", "  - id: xx.star\n    name: {en: Star}\n"
         "    when: {shape: circle, background: blue, pictogram: star}\n  - id: xx.stop"),
        name="after.yaml",
    )  # fmt: skip
    labels = world.labels(odd="xx.star")
    old, new = world.validate(before, labels), world.validate(after, labels)
    assert changes_of(old, new) == {Effect.WORSE: 0, Effect.BETTER: 8, Effect.SIDEWAYS: 0}


def test_of_a_class_whose_label_names_no_sign_nobody_knows_what_is_worse(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all()
    good, bad = world.rules(), world.rules(WITHOUT_50, name="bad.yaml")
    world.labels(c50="xx.lmit[50]")
    labels, cache = str(world.folder / "labels.yaml"), str(world.folder / "cache")
    command = ["diff", str(good), str(bad), "--on", str(world.data)]
    command += ["--labels", labels, "--cache", cache]
    assert main(command) == 1
    out, err = capsys.readouterr()
    assert "8 answers changed: 0 better, 0 worse, 8 sideways" in out
    assert "xx.limit[50] -> unknown  (is not known)" in out
    assert "class c50: the catalogue has no sign `xx.lmit`; did you mean `xx.limit`?" in err
    assert "nobody knows what its answers are worth" in err
    world.labels(c50=None)
    assert main(command) == 0


def test_of_a_label_that_can_never_be_answered_nobody_knows_what_is_worse(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all()
    good = world.rules()
    bad = world.rules(("shape: octagon, text: STOP", "shape: octagon, text: HALT"), name="bad.yaml")
    labels, cache = str(world.labels(stop="xx.stop[3]")), str(world.folder / "cache")
    command = ["diff", str(good), str(bad), "--on", str(world.data)]
    command += ["--labels", labels, "--cache", cache]
    baseline = ["--baseline", str(world.folder / "accepted.json"), "--accept"]
    told = ("8 answers changed: 0 better, 0 worse, 8 sideways", "0 changes for the worse accepted")
    for more, expected in zip(([], baseline), told, strict=True):
        assert main([*command, *more]) == 1
        out, err = capsys.readouterr()
        assert "class stop: `xx.stop` has no value, so it is never answered `xx.stop[3]`" in err
        assert expected in out


def test_a_value_that_only_one_of_the_rule_files_allows_is_the_truth_for_both(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all()
    good, bad = world.rules(), world.rules(WITHOUT_50, name="bad.yaml")
    assert diff(world, good, bad) == 1
    assert "8 worse" in capsys.readouterr().out
    assert diff(world, bad, good) == 0
    assert "8 better" in capsys.readouterr().out


def of_country(world: World, code: str) -> Path:
    return world.rules(("version: 1\n", f"version: 1\ncountry: {code}\n"), name=f"{code}.yaml")


def test_all_answers_are_new_with_the_first_signs_of_a_country(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(1)
    without, having = of_country(world, "AT"), of_country(world, "DE")
    assert diff(world, without, having, "--country", "DE", "--format", "json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["counts"] == {"worse": 0, "better": 8, "sideways": 0}
    assert {change["old"] for change in data["changes"]} == {"unknown"}


def test_all_answers_are_lost_with_the_last_signs_of_a_country(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(1)
    without, having = of_country(world, "AT"), of_country(world, "DE")
    assert diff(world, having, without, "--country", "DE", "--format", "json") == 1
    data = json.loads(capsys.readouterr().out)
    assert data["counts"] == {"worse": 8, "better": 0, "sideways": 0}
    assert {change["new"] for change in data["changes"]} == {"unknown"}


def test_signs_of_no_country_answer_whichever_is_asked_for(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(1)
    signs = [f"- id: xx.{name}\n" for name in ("limit", "stop")]
    without = world.rules(*((s, f"{s}    country: AT\n") for s in signs), name="some.yaml")
    assert diff(world, without, of_country(world, "DE"), "--country", "DE") == 0
    out = capsys.readouterr().out
    assert "5 answers changed: 5 better, 0 worse, 0 sideways" in out
    assert "xx.left" not in out


def test_a_country_that_neither_has_is_refused(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(1)
    austria, nowhere = of_country(world, "AT"), world.rules()
    for old, new in ((austria, austria), (austria, nowhere), (nowhere, austria)):
        assert diff(world, old, new, "--country", "DE") == 2
        assert "no sign belongs to the country `DE`; expected AT" in capsys.readouterr().err


def test_what_is_accepted_does_not_stop_ci(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all()
    good, bad = world.rules(), world.rules(WITHOUT_50, name="bad.yaml")
    baseline = world.folder / "accepted.json"
    assert diff(world, good, bad, "--baseline", str(baseline)) == 3  # there is none yet
    assert diff(world, good, bad, "--baseline", str(baseline), "--accept") == 0
    assert diff(world, good, bad, "--baseline", str(baseline)) == 0
    assert "baseline: 8 accepted" in capsys.readouterr().out
    # The same pictures, but other answers: nobody has accepted those.
    worse = world.rules(*SWAPPED, name="worse.yaml")
    assert diff(world, good, worse, "--baseline", str(baseline)) == 1
    assert "8 no longer occur" in capsys.readouterr().out
    accepted = json.loads(baseline.read_text())["accepted"]
    assert accepted["c50/000.png"] == "unknown"


def test_accepting_tells_that_pictures_could_not_be_read(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(1)
    (world.data / "stop" / "broken.png").write_bytes(b"nothing")
    baseline = world.folder / "accepted.json"
    options = ("--baseline", str(baseline), "--accept")
    assert diff(world, world.rules(), world.rules(WITHOUT_50, name="bad.yaml"), *options) == 3
    assert "accepted.json: 1 change for the worse accepted\n" in capsys.readouterr().out
    assert baseline.exists()


def accepted_in(baseline: Path) -> dict[str, str]:
    return dict(json.loads(baseline.read_text())["accepted"])


def test_accepting_keeps_what_was_accepted_for_another_data_set(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = world.rules(), world.rules(WITHOUT_50, name="bad.yaml")
    baseline = world.folder / "accepted.json"
    options = ("--baseline", str(baseline))
    for number in range(3):
        world.draw(world.data / "c50" / f"first-{number}.png", "limit-50")
    world.draw(world.data / "stop" / "0.png", "stop")
    assert diff(world, good, bad, *options, "--accept") == 0
    assert capsys.readouterr().out == f"{baseline}: 3 changes for the worse accepted\n"
    first = accepted_in(baseline)

    world.data.rename(world.folder / "first")
    world.draw(world.data / "c50" / "second.png", "limit-50")
    world.draw(world.data / "stop" / "0.png", "stop")
    assert diff(world, good, bad, *options, "--accept") == 0
    assert capsys.readouterr().out == (
        f"{baseline}: 1 change for the worse accepted; "
        "3 kept of pictures that are not here or could not be read\n"
    )
    assert accepted_in(baseline) == {**first, "c50/second.png": "unknown"}
    assert diff(world, good, bad, *options) == 0
    told = "baseline: 1 accepted, 3 of pictures that are not here or not readable\n"
    assert told in capsys.readouterr().out


def test_accepting_replaces_what_was_accepted_for_these_pictures(world: World) -> None:
    world.draw_all(2)
    good, bad = world.rules(), world.rules(WITHOUT_50, name="bad.yaml")
    baseline = world.folder / "accepted.json"
    options = ("--baseline", str(baseline), "--accept")
    assert diff(world, good, bad, *options) == 0
    assert {*accepted_in(baseline)} == {"c50/000.png", "c50/001.png"}
    (world.data / "c50" / "001.png").write_bytes(b"nothing")
    assert diff(world, good, good, *options) == 3  # nothing changes, and one cannot be read
    assert accepted_in(baseline) == {"c50/001.png": "unknown"}


@pytest.mark.parametrize("content", ["", '{"version": 2, "accepted": {}}'])
def test_a_damaged_baseline_is_not_written_over(
    world: World, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(1)
    path = world.folder / "b.json"
    path.write_text(content)
    options = ("--baseline", str(path), "--accept")
    assert diff(world, world.rules(), world.rules(), *options) == 3
    assert "baseline" in capsys.readouterr().err
    assert path.read_text() == content


def test_accepting_needs_a_place(world: World) -> None:
    world.draw_all(1)
    assert diff(world, world.rules(), world.rules(), "--accept") == 2


def test_accepting_says_nothing_in_json(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.draw_all(1)
    options = ("--accept", "--baseline", str(world.folder / "a.json"), "--format", "json")
    assert diff(world, world.rules(), world.rules(), *options) == 2
    assert "--accept has no --format json" in capsys.readouterr().err


def test_changes_as_json(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.draw_all(5)
    assert (
        diff(world, world.rules(), world.rules(WITHOUT_50, name="b.yaml"), "--format", "json") == 1
    )
    data = json.loads(capsys.readouterr().out)
    assert data["counts"] == {"worse": 5, "better": 0, "sideways": 0}
    assert data["changes"][0] == {
        "picture": "c50/000.png",
        "expected": "xx.limit[50]",
        "old": "xx.limit[50]",
        "new": "unknown",
        "effect": "worse",
        "accepted": False,
    }


@pytest.mark.parametrize("content", ["", "[]", '{"version": 2, "accepted": {}}', '{"version": 1}'])
def test_a_damaged_baseline(world: World, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    world.draw_all(1)
    path = world.folder / "b.json"
    path.write_text(content)
    assert diff(world, world.rules(), world.rules(), "--baseline", str(path)) == 3
    assert "baseline" in capsys.readouterr().err


def test_a_baseline_nested_too_deep_is_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.draw_all(1)
    baseline = world.folder / "baseline.json"
    baseline.write_text("[" * 200_000)
    assert diff(world, world.rules(), world.rules(), "--baseline", str(baseline)) == 3
    assert "not readable as a baseline" in capsys.readouterr().err
