"""The commands on a folder of frames: what they say, and when they fail."""

from __future__ import annotations

import pytest
from frame_world import STOP, FrameWorld

from recognizer.cli.main import main


def test_the_command_says_it_all(street: FrameWorld, capsys: pytest.CaptureFixture[str]) -> None:
    command = street.command("validate", street.data, "--catalogue", street.rules())
    report = street.folder / "report"
    assert main([*command, "--report", str(report)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    for words in (
        "found (recall) 66.67% (4 of 6,", "precision 66.67%",
        "found and named 50.00%", "0.667 per frame (2 in 3; 1 answered as a sign)",
        "2 not found", "8 crops read by the network, 3 frames searched",
    ):  # fmt: skip
        assert words in out, words
    assert "mind: the labelled boxes were cut out" not in out
    assert main([*command, "--min-found", "0.6"]) == 0
    assert main([*command, "--min-found", "0.7"]) == 1
    assert main([*command, "--max-false-signs", "0.4"]) == 0  # 1 in 3 frames; the other is unknown
    assert main([*command, "--max-false-signs", "0.3"]) == 1
    assert "false signs: 0.3333 per frame are more than 0.3000" in capsys.readouterr().err
    assert main([*command, "--boxes", "labelled"]) == 0
    assert "mind: the labelled boxes were cut out" in capsys.readouterr().out
    street.lines.append("00009.ppm;10;10;50;50;0")
    street.write_list()
    assert main(command) == 3
    assert "1 frame or labelled box could not be read" in capsys.readouterr().err


@pytest.mark.parametrize("rate", ["-1", "nan", "few"])
def test_impossible_limits_of_false_signs_are_refused(frames: FrameWorld, rate: str) -> None:
    with pytest.raises(SystemExit) as refused:
        main(frames.command("validate", frames.data, "--max-false-signs", rate))
    assert refused.value.code == 2


@pytest.mark.parametrize("required", [("--min-found", "1"), ("--max-false-signs", "0")])
def test_what_cannot_be_checked_is_not_required(
    street: FrameWorld, required: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    crops = street.draw(street.folder / "crops" / "1" / "a.png", "limit-50").parent.parent
    for data, boxes, why in (
        (crops, (), "these are crops"),
        (street.data, ("--boxes", "labelled"), "--boxes labelled searches for none"),
    ):
        command = street.command("validate", data, "--catalogue", street.rules(), *boxes)
        assert main(command) == 0
        calls = len(street.predictor.calls)
        assert main([*command, *required]) == 2
        assert f"--min-found and --max-false-signs are for signs that are searched for; {why}" in (
            capsys.readouterr().err
        )
        assert len(street.predictor.calls) == calls
        assert main([*command, "--min-found", "0", "--max-false-signs", "inf"]) == 0


@pytest.mark.parametrize("verb", ["validate", "calibrate"])
def test_options_that_do_not_fit_the_data_are_no_understood_command(
    street: FrameWorld, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    crops = street.draw(street.folder / "crops" / "1" / "a.png", "limit-50").parent.parent
    for options, told in (
        (("--boxes", "labelled"), "--boxes labelled is for frames; these are crops"),
        (("--split", "validation"), "--split validation is defined for the training half of GTSRB"),
    ):
        command = street.command(verb, crops, "--catalogue", street.rules(), *options)
        assert main(command) == 2
        assert told in capsys.readouterr().err
    assert street.predictor.calls == []


def test_pictures_without_a_label_file_are_told_above_the_figures(
    frames: FrameWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = [frames.frame(number, [(STOP, "stop", 0.9)]) for number in (1, 2)]
    (frames.data / "gt.txt").unlink()
    for folder in ("images", "labels"):
        (frames.data / folder).mkdir()
    for path in drawn:
        path.rename(frames.data / "images" / path.name)
    label = frames.data / "labels" / "00001.txt"
    label.write_text(f"7 {40 / 400} {40 / 300} {40 / 400} {40 / 300}\n")
    assert main(frames.command("validate", frames.data, "--catalogue", frames.rules())) == 0
    out = capsys.readouterr().out
    told = "mind: 1 of 2 pictures has no label file: taken as a frame without signs\n"
    assert told in out
    assert out.index(told) < out.index("found (recall)")
    assert "0.500  per frame (1 in 2;" in out


def test_labels_are_suggested_without_searching(
    street: FrameWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["validate", str(street.data), "--catalogue", str(street.rules())]
    command += ["--cache", str(street.folder / "cache")]
    assert main([*command, "--suggest-labels"]) == 0
    assert street.finder.calls == 0
    assert 'dataset: "data"' in capsys.readouterr().out
    useless = ["--labels", "x.yaml", "--boxes", "found", "--format", "json", "--min-accuracy", "1"]
    assert main([*command, "--suggest-labels", *useless]) == 2
    told = "--labels, --boxes found, --format, --min-accuracy would have no effect"
    assert told in capsys.readouterr().err


def test_calibrate_chooses_on_what_was_found(
    street: FrameWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    command = street.command("calibrate", street.data, "--catalogue", street.rules())
    assert main([*command, "--accuracy", "0.5"]) == 0
    assert "chosen on the labelled signs that were found" in capsys.readouterr().out
