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
    cosines = before.embedding @ after.embedding.T
    assert (cosines.argmax(1) == torch.arange(8)).all()
    assert (cosines.diagonal() > 0.99).all()


def test_what_belongs_to_cells_is_interpolated_and_adds_up_to_the_same():
    state = AttributeNetwork(TINY).state_dict()
    across = torch.linspace(-1, 1, 12)
    state["text.position"] = across.expand_as(state["text.position"]).clone()
    fitted = at_input_size(state, replace(TINY, input_size=56))
    position, embedding = fitted["text.position"], fitted["embedding.weight"]
    assert torch.allclose(position, torch.linspace(-1, 1, 14).expand_as(position), atol=1e-6)
    pooled = TINY.widths[-1]
    assert torch.equal(embedding[:, :pooled], state["embedding.weight"][:, :pooled])
    # The mean over cells stays: interpolation keeps it roughly, the scaling sums it to the same.
    level = torch.ones_like(state["embedding.weight"])
    flat = at_input_size({**state, "embedding.weight": level}, replace(TINY, input_size=56))
    cells = flat["embedding.weight"][:, pooled:]
    assert torch.allclose(cells.sum(1), level[:, pooled:].sum(1))
