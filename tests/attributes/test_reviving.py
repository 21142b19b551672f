"""Runs whose checkpoint is gone, gone on from their weights file."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from training_world import TINY, tiny_configuration, tiny_materials

from attributes.training import averaging, reviving
from attributes.training import run as runs
from attributes.training.checkpoints import CHECKPOINT, load_checkpoint
from attributes.training.configuration import Configuration, ConfigurationError
from attributes.training.loop import train
from attributes.training.reviving import BEGINNING, Beginning, beginning_of, revive
from attributes.weights_file import (
    WeightsError,
    describe_network,
    load_unfolded,
    load_weights,
    save_weights,
)


@pytest.fixture(autouse=True)
def few_batches(monkeypatch):
    monkeypatch.setattr(reviving, "_DIRECTION_BATCHES", 4)
    monkeypatch.setattr(averaging, "_STATISTICS_BATCHES", 2)


@pytest.fixture
def weights(tmp_path):
    """A finished run of three steps; its checkpoint is gone."""
    network = train(tiny_configuration(), tiny_materials(), tmp_path / "gone", TINY)
    path = tmp_path / "release.safetensors"
    save_weights(network, describe_network(network, "release", figures={"steps": 3}), path)
    return path


def lengthened(**changes: object) -> Configuration:
    return tiny_configuration(**{"steps": 5, "restarts": (3,), **changes})


def begin(weights: Path | None, folder: Path, configuration: Configuration) -> Beginning | None:
    beginning = beginning_of(weights, configuration, folder, TINY)
    if beginning is not None:
        revive(beginning, configuration, tiny_materials(), folder, TINY)
    return beginning


def test_a_run_goes_on_at_its_restart_from_the_weights(tmp_path, weights):
    configuration = lengthened(learning_rate=1e-9, matrix_rate=1e-9)
    begin(weights, tmp_path / "run", configuration)
    assert load_checkpoint(tmp_path / "run" / CHECKPOINT, configuration)["step"] == 3
    gone_on = train(configuration, tiny_materials(), tmp_path / "run", TINY)
    before, _ = load_unfolded(weights)
    for one, other in zip(before.parameters(), gone_on.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_each_pictogram_begins_where_the_network_puts_it(tmp_path, weights):
    begin(weights, tmp_path, lengthened())
    state = load_checkpoint(tmp_path / CHECKPOINT, lengthened())
    deer, mirrored = torch.nn.functional.normalize(state["embedding_loss"]["directions"], dim=1)
    # After three steps the network puts everything in about the same place, as chance does not.
    assert deer @ mirrored > 0.5


def test_the_weights_outlast_the_option_and_the_file(tmp_path, weights):
    begin(weights, tmp_path / "run", lengthened())
    weights.unlink()
    again = begin(None, tmp_path / "run", lengthened())
    assert (again.step, again.cycles) == (3, 1)


def test_a_run_that_its_checkpoint_lengthens_is_no_longer_the_mean_of_its_ends(tmp_path, weights):
    begin(weights, tmp_path / "run", lengthened())
    train(lengthened(), tiny_materials(), tmp_path / "run", TINY)
    longer = lengthened(steps=7, restarts=(3, 5))
    assert begin(None, tmp_path / "run", longer) is None
    train(longer, tiny_materials(), tmp_path / "run", TINY)


def test_a_run_that_began_otherwise_does_not_go_on_from_weights(tmp_path, weights):
    train(lengthened(), tiny_materials(), tmp_path / "run", TINY)
    with pytest.raises(ConfigurationError, match=r"did not begin with .*release\.safetensors"):
        begin(weights, tmp_path / "run", lengthened())
    assert begin(None, tmp_path / "run", lengthened()) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"restarts": (2,)}, "ends at step 3, which is not where the last cycle"),
        ({"steps": 3, "restarts": ()}, "is what 'release' ends with; leave the weights out"),
        ({"name": "held-out"}, "is of 'release'; 'held-out' cannot go on from it"),
    ],
)
def test_weights_of_another_run_or_step_are_refused(tmp_path, weights, changes, message):
    with pytest.raises(ConfigurationError, match=message):
        begin(weights, tmp_path / "run", lengthened(**changes))


def test_weights_of_another_network_are_refused(tmp_path, weights):
    with pytest.raises(ConfigurationError, match="is of another network"):
        beginning_of(weights, lengthened(), tmp_path, replace(TINY, text_width=16))


def test_weights_that_are_not_there_are_named(tmp_path):
    with pytest.raises(WeightsError, match="no such weights file"):
        begin(tmp_path / "no.safetensors", tmp_path, lengthened())


def test_a_run_writes_its_end_and_the_mean_even_over_the_weights_it_began_with(
    tmp_path, weights, monkeypatch
):
    def train_tiny(*arguments, **options):
        return train(*arguments, architecture=TINY, **options)

    monkeypatch.setattr(runs, "prepare", lambda *_: runs.Prepared(tiny_materials(), ("artwork",)))
    monkeypatch.setattr(runs, "train", train_tiny)
    monkeypatch.setattr(reviving, "Architecture", lambda **_: TINY)
    old, _ = load_unfolded(weights)
    end, mean = runs.run(lengthened(start=None), None, weights.parent, weights)
    assert (end, mean.name) == (weights, "release-mean.safetensors")
    kept, _ = load_unfolded(weights.parent / BEGINNING)
    for one, other in zip(old.parameters(), kept.parameters(), strict=True):
        assert torch.equal(one, other)
    assert load_weights(mean).card.figures["averaged cycles"] == 2
    assert load_weights(end).card.figures["averaged cycles"] == 1
    # Going on with the finished run, now without the option, writes both again.
    assert runs.run(lengthened(start=None), None, weights.parent) == [end, mean]
