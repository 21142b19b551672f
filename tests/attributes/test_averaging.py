"""Means of weights: what is averaged, what is taken anew, and what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from training_world import TINY, tiny_configuration, tiny_materials

from attributes.network import Architecture, AttributeNetwork
from attributes.training import average_weights as command
from attributes.training import averaging
from attributes.training.average_weights import average_weights
from attributes.training.averaging import mean_of
from attributes.training.configuration import ConfigurationError
from attributes.training.run import Prepared
from attributes.weights_file import (
    WeightsError,
    describe_network,
    load_unfolded,
    load_weights,
    save_weights,
)


@pytest.fixture(autouse=True)
def few_batches(monkeypatch):
    monkeypatch.setattr(averaging, "_STATISTICS_BATCHES", 2)
    monkeypatch.setattr(command, "prepare", lambda *_: Prepared(tiny_materials(), ("artwork",)))


def networks(count: int) -> list[AttributeNetwork]:
    return [AttributeNetwork(TINY).eval() for _ in range(count)]


def saved(path: Path, architecture: Architecture = TINY, name="release", steps=3, **more) -> Path:
    network = AttributeNetwork(architecture).eval()
    card = describe_network(network, name, figures={"steps": steps, **more})
    save_weights(network, card, path)
    return path


def test_each_network_has_the_same_share():
    three = networks(3)
    mean = mean_of(three, tiny_configuration(), tiny_materials())
    for *parts, whole in zip(*(n.parameters() for n in (*three, mean)), strict=True):
        assert torch.allclose(sum(parts) / 3, whole, atol=1e-6)


def test_batch_norms_of_the_mean_know_what_it_sees():
    one, other = networks(2)
    one.stem[1].running_mean.fill_(1e3)
    mean = mean_of([one, other], tiny_configuration(), tiny_materials())
    assert mean.stem[1].running_mean.abs().max() < 10
    assert mean.stem[1].momentum == one.stem[1].momentum


def test_the_mean_of_files_is_written_with_a_card(tmp_path):
    files = [
        saved(tmp_path / "a.safetensors", **{"averaged cycles": 4}),
        saved(tmp_path / "b.safetensors", steps=2),
    ]
    average_weights(files, tiny_configuration(), None, tmp_path / "mean.safetensors")
    card = load_weights(tmp_path / "mean.safetensors").card
    assert (card.name, card.data[0], card.figures["averaged cycles"]) == ("release", "artwork", 5)
    one, other, mean = (
        load_unfolded(path)[0].text.slots for path in (*files, tmp_path / "mean.safetensors")
    )
    assert torch.allclose((one + other) / 2, mean, atol=0.05)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"name": "held-out"}, r"b\.safetensors: is of 'held-out', not of 'release'"),
        ({"steps": 9}, r"b\.safetensors: has 9 steps, 'release' only 3; lengthen it"),
        (
            {"architecture": replace(TINY, text_width=16)},
            r"b\.safetensors: is of another network than .*a\.safetensors",
        ),
    ],
)
def test_weights_that_do_not_belong_together_are_refused(tmp_path, other, message):
    files = [saved(tmp_path / "a.safetensors"), saved(tmp_path / "b.safetensors", **other)]
    with pytest.raises(ConfigurationError, match=message):
        average_weights(files, tiny_configuration(), None, tmp_path / "mean.safetensors")
    assert not (tmp_path / "mean.safetensors").exists()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"no\.safetensors: no such weights file"):
        average_weights(
            [tmp_path / "no.safetensors"], tiny_configuration(), None, tmp_path / "mean.safetensors"
        )


def test_the_command_tells_in_one_line_what_is_wrong(tmp_path, monkeypatch, capsys):
    file, out = tmp_path / "no.safetensors", tmp_path / "mean.safetensors"
    monkeypatch.setattr("sys.argv", ["average", "release", str(file), "--out", str(out)])
    assert command.main() == 3
    assert capsys.readouterr().err == f"{file}: no such weights file\n"


def test_a_folder_that_cannot_be_is_told_before_the_long_work(tmp_path, monkeypatch, capsys):
    (tmp_path / "taken").write_text("")
    file, out = saved(tmp_path / "a.safetensors"), tmp_path / "taken" / "mean.safetensors"
    monkeypatch.setattr("sys.argv", ["average", "release", str(file), "--out", str(out)])
    monkeypatch.setattr(command, "prepare", lambda *_: pytest.fail("the long work has begun"))
    assert command.main() == 3
    assert capsys.readouterr().err == f"{tmp_path / 'taken'}: File exists\n"
