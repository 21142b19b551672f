"""Weights that go on at another input size."""

from dataclasses import replace

import torch
from torch.nn import functional as F
from training_world import TINY

from attributes.network import AttributeNetwork
from attributes.training.resizing import at_input_size


def test_the_same_size_changes_nothing():
    state = AttributeNetwork(TINY).state_dict()
    fitted = at_input_size(state, TINY)
    assert all(torch.equal(fitted[name], value) for name, value in state.items())


def test_a_larger_network_reads_an_enlarged_picture_much_alike():
    torch.manual_seed(0)
    small = AttributeNetwork(TINY).eval()
    large = AttributeNetwork(replace(TINY, input_size=56)).eval()
    large.load_state_dict(at_input_size(small.state_dict(), large.architecture))
    pictures = F.interpolate(torch.randn(8, 3, 6, 6), size=(48, 48), mode="bicubic")
    enlarged = F.interpolate(pictures, size=(56, 56), mode="bicubic")
    with torch.inference_mode():
        before, after = small(pictures), large(enlarged)
    own = (before.embedding * after.embedding).sum(1)
    others = before.embedding @ after.embedding.T
    assert (own > 0.9).all()
    assert (own >= others.max(1).values - 1e-4).all()
