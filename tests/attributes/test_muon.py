"""Muon: steps that change every direction of a matrix alike."""

import pytest
import torch
from torch import nn

from attributes.network import Architecture, AttributeNetwork
from attributes.training.loop import hidden_weights
from attributes.training.muon import Muon, orthogonalize


@pytest.mark.parametrize("shape", [(8, 8), (12, 50), (50, 12)])
def test_an_orthogonalized_matrix_weighs_its_directions_about_alike(shape):
    torch.manual_seed(0)
    matrix = torch.randn(shape) @ torch.diag(torch.logspace(0, 1.5, shape[1]))
    values = torch.linalg.svdvals(orthogonalize(matrix))
    assert torch.linalg.svdvals(matrix).max() > 5 * torch.linalg.svdvals(matrix).min()
    assert 0.5 < values.min() <= values.max() < 1.3


def test_a_step_is_as_long_as_one_of_adamw_whatever_the_size():
    for shape in [(16, 16), (32, 8, 3, 3)]:
        weight = nn.Parameter(torch.zeros(shape))
        weight.grad = torch.randn(shape)
        Muon([weight], learning_rate=0.01, weight_decay=0.1).step()
        assert float(weight.detach().square().mean().sqrt()) == pytest.approx(0.2 * 0.01, rel=0.35)


def test_weights_without_a_gradient_stay():
    weight = nn.Parameter(torch.ones(4, 4))
    Muon([weight], learning_rate=0.01, weight_decay=0.1).step()
    assert torch.equal(weight, torch.ones(4, 4))


def test_it_finds_the_least_of_a_bowl():
    torch.manual_seed(0)
    target = torch.randn(6, 6)
    weight = nn.Parameter(torch.zeros(6, 6))
    muon = Muon([weight], learning_rate=0.1, weight_decay=0.0)
    for step in range(300):
        muon.param_groups[0]["lr"] = 0.1 * (1 - step / 300)
        muon.zero_grad()
        (weight - target).square().sum().backward()
        muon.step()
    assert (weight - target).abs().max() < 0.05


def test_the_first_layer_and_the_logits_are_not_hidden():
    network = AttributeNetwork(Architecture(widths=(8, 8, 8), blocks=(1, 1, 1), text_width=8))
    hidden = {id(weight) for weight in hidden_weights(network)}
    names = {name for name, p in network.named_parameters() if id(p) in hidden}
    assert "stages.1.0.conv1.weight" in names
    assert "embedding.weight" in names
    assert not names & {"stem.0.weight", "categorical.shape.2.weight", "text.classify.2.weight"}
    assert not [name for name in names if name.endswith("bias")]
