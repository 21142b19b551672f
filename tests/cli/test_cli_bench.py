"""``signrules bench`` times what a user waits for."""

from __future__ import annotations

import json
import time

import pytest

from recognizer import CountryError
from recognizer.cli import bench
from recognizer.cli.exit_codes import FINE, UNREADABLE
from recognizer.cli.main import main


def test_crops_and_frames_are_timed(capsys):
    assert main(["bench", "--rounds", "1", "--format", "json"]) == FINE
    milliseconds = json.loads(capsys.readouterr().out)
    assert list(milliseconds) == ["one crop", "64 crops", "finding signs in 1360x800"]
    assert all(value > 0 for value in milliseconds.values())


@pytest.mark.parametrize("verb", ["bench", "recognize", "explain"])
def test_verbs_calculate_in_the_precision_that_is_asked_for(verb, monkeypatch, capsys):
    asked = []

    def remember(*_, precision, **__):
        asked.append(precision)
        raise CountryError("enough")

    monkeypatch.setattr("recognizer.recognizer.Recognizer", remember)
    words = [verb] if verb == "bench" else [verb, "x.png"]
    main([*words, "--precision", "float32"])
    main(words)
    assert asked == ["float32", None]


def test_times_are_in_milliseconds():
    assert 20 <= bench._milliseconds(lambda: time.sleep(0.02), 1) < 2000


def test_rounds_are_one_or_more(capsys):
    with pytest.raises(SystemExit):
        main(["bench", "--rounds", "0"])
    assert "--rounds: 0 is not a number of rounds, 1 or more" in capsys.readouterr().err


def test_a_source_that_is_none_is_told(capsys):
    assert main(["bench", "nowhere.mp4"]) == UNREADABLE
    assert "nowhere.mp4: no such file" in capsys.readouterr().err


def test_a_localizer_that_is_none_is_told(tmp_path, capsys):
    assert main(["bench", "--rounds", "1", "--localizer", f"{tmp_path}/none"]) == UNREADABLE
    assert f"{tmp_path}/none" in capsys.readouterr().err


def test_a_source_without_frames_is_told(tmp_path, capsys):
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(b"broken")
    assert main(["bench", str(tmp_path)]) == UNREADABLE
    assert "none of the 2 pictures can be read" in capsys.readouterr().err
