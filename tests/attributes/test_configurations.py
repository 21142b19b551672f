"""What a run is told is checked before anything is read, and what it goes on from."""

import math

import pytest
from training_world import tiny_configuration

from attributes.training import configuration as configurations
from attributes.training import run as runs
from attributes.training.configuration import ConfigurationError
from attributes.training.run import prepare, start_of


@pytest.mark.parametrize("more", [{"icons": True}, {"pictogram_pairs": 3}])
def test_a_start_with_further_pictograms_is_refused(tmp_path, monkeypatch, more):
    earlier = configurations.load("templates-only").model_copy(update=more)
    monkeypatch.setattr("attributes.training.run.load", lambda _: earlier)
    with pytest.raises(ConfigurationError, match="pictograms of its own"):
        start_of(configurations.load("release"), tmp_path / "release")


def test_a_start_that_is_not_finished_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="signrules train templates-only"):
        start_of(configurations.load("release"), tmp_path / "release")


def test_release_leaves_out_what_its_start_does():
    release = configurations.load("release")
    assert configurations.load(str(release.start)).without == release.without


def test_a_run_that_has_begun_needs_its_start_no_more(tmp_path):
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "checkpoint.pt").write_bytes(b"")
    assert start_of(configurations.load("release"), tmp_path / "release") is None


def test_a_start_that_leaves_out_other_pictograms_is_refused(tmp_path):
    configuration = configurations.load("release").model_copy(update={"without": ()})
    with pytest.raises(ConfigurationError, match="other pictograms"):
        start_of(configuration, tmp_path / "release")


def test_a_rate_belongs_to_a_restart():
    with pytest.raises(ValueError, match="there is no restart at 7"):
        tiny_configuration(steps=9, restarts=(6,), restart_rates={7: 0.5})


@pytest.mark.parametrize("restarts", [(3,), (2, 1), (0,)])
def test_restarts_that_do_not_rise_to_the_last_step_are_refused(restarts):
    with pytest.raises(ValueError, match="restarts must rise"):
        tiny_configuration(steps=3, restarts=restarts)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "a/b"}, {"seed": -1}, {"learning_rate": math.inf}, {"matrix_rate": math.inf},
        {"weight_decay": math.nan}, {"classes": ()}, {"classes": (43,)},
        {"steps": 9, "restarts": (6,), "restart_rates": {6: -1.0}},
    ],
)  # fmt: skip
def test_values_outside_their_range_are_refused(change):
    with pytest.raises(ValueError, match=r"validation error"):
        tiny_configuration(**change)


def test_a_name_that_hides_nothing_is_refused():
    misspelt = tiny_configuration(without=("70", "regulatory--turn-letf-ahead"))
    with pytest.raises(ConfigurationError, match="is called 'regulatory--turn-letf-ahead'"):
        prepare(misspelt, None)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("numbers-out", {"classes": None}, r"photographs of GTSRB's class 4 show '70'"),
        ("held-out", {"classes": (1, 33, 34)}, r"photographs of GTSRB's class 34 show"),
        ("release", {"photographs": "none"}, r"batch: asks for photographs or transplants"),
    ],
)
def test_what_photographs_would_show_or_cannot_give_is_told_before_anything_is_read(
    name, changes, message
):
    with pytest.raises(ConfigurationError, match=message):
        prepare(configurations.load(name).model_copy(update=changes), None)


@pytest.mark.parametrize("name", configurations.available())
def test_photographs_of_the_runs_at_hand_show_nothing_that_they_leave_out(name):
    runs._check_photographs(configurations.load(name))


def test_a_start_that_has_seen_more_photographs_is_refused(tmp_path, monkeypatch):
    release = configurations.load("release")
    earlier = release.model_copy(
        update={"icons": False, "pictogram_pairs": 0, "turned_pictograms": False,
                "turned_photographs": 0.0}
    )  # fmt: skip
    monkeypatch.setattr("attributes.training.run.load", lambda _: earlier)
    fewer = release.model_copy(update={"classes": (1, 2)})
    with pytest.raises(ConfigurationError, match="photographs that it leaves out"):
        start_of(fewer, tmp_path / "release")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name =", "broken.toml"),
        (b'name = "x"\n', "Field required"),
        (b'name = "\xf6"', "broken.toml.*utf-8"),
    ],
)
def test_a_broken_configuration_is_named(tmp_path, content, message):
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=message):
        configurations.load(str(path))


def test_an_unknown_configuration_lists_those_there_are():
    with pytest.raises(ConfigurationError, match="release"):
        configurations.load("relaese")
