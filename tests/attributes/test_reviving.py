"""Runs whose checkpoint is gone, gone on from their weights file."""

import pytest
import torch
from training_world import TINY, tiny_configuration, tiny_materials

from attributes.network import AttributeNetwork
from attributes.training.configuration import Configuration, ConfigurationError
from attributes.training.loop import CHECKPOINT, train
from attributes.training.optimization import load_checkpoint
from attributes.training.reviving import mean_of_ends, revive
from attributes.weights_file import WeightsError, describe_network, load_unfolded, save_weights


@pytest.fixture
def weights(tmp_path):
    """A finished run of three steps; its checkpoint is gone."""
    network = train(tiny_configuration(), tiny_materials(), tmp_path / "gone", TINY)
    path = tmp_path / "release.safetensors"
    save_weights(network, describe_network(network, "release", figures={"steps": 3}), path)
    return path


def lengthened(**changes: object) -> Configuration:
    return tiny_configuration(**{"steps": 5, "restarts": (3,), **changes})


def test_a_run_goes_on_at_its_restart_from_the_weights(tmp_path, weights):
    configuration = lengthened(learning_rate=1e-9, matrix_rate=1e-9)
    revive(weights, configuration, tiny_materials(), tmp_path / "run", TINY)
    assert load_checkpoint(tmp_path / "run" / CHECKPOINT, configuration)["step"] == 3
    gone_on = train(configuration, tiny_materials(), tmp_path / "run", TINY)
    before, _ = load_unfolded(weights)
    for one, other in zip(before.parameters(), gone_on.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_each_pictogram_begins_where_the_network_puts_it(tmp_path, weights):
    revive(weights, lengthened(), tiny_materials(), tmp_path, TINY)
    state = load_checkpoint(tmp_path / CHECKPOINT, lengthened())
    deer, mirrored = torch.nn.functional.normalize(state["embedding_loss"]["directions"], dim=1)
    # After three steps the network puts everything in about the same place, as chance does not.
    assert deer @ mirrored > 0.5


def test_a_run_that_has_a_checkpoint_keeps_it(tmp_path, weights):
    (tmp_path / CHECKPOINT).write_bytes(b"")
    revive(weights, lengthened(), tiny_materials(), tmp_path, TINY)
    assert (tmp_path / CHECKPOINT).read_bytes() == b""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"restarts": (2,)}, "ends at step 3, where 'release' has no restart"),
        ({"name": "held-out"}, "is of 'release'; 'held-out' cannot go on from it"),
    ],
)
def test_weights_of_another_run_or_step_are_refused(tmp_path, weights, changes, message):
    with pytest.raises(ConfigurationError, match=message):
        revive(weights, lengthened(**changes), tiny_materials(), tmp_path / "run", TINY)


def test_weights_that_are_not_there_are_named(tmp_path):
    with pytest.raises(WeightsError, match="no such card"):
        revive(tmp_path / "no.safetensors", lengthened(), tiny_materials(), tmp_path, TINY)


def test_the_mean_lies_between_both_ends(weights):
    before, _ = load_unfolded(weights)
    end = AttributeNetwork(TINY).eval()
    mean = mean_of_ends(weights, end)
    for one, other, between in zip(
        before.parameters(), end.parameters(), mean.parameters(), strict=True
    ):
        assert torch.allclose((one + other) / 2, between, atol=1e-6)
