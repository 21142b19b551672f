"""Drawn backgrounds: edges of all sizes, none like another."""

import numpy as np
import torch

from attributes.training.dead_leaves import dead_leaves


def test_backgrounds_differ_and_are_reproduced_by_their_seed():
    drawn = dead_leaves(np.random.default_rng(0), 3)
    assert drawn.shape == (3, 3, 96, 96)
    assert drawn.dtype == torch.uint8
    assert torch.equal(drawn, dead_leaves(np.random.default_rng(0), 3))
    assert not torch.equal(drawn[0], drawn[1])


def test_backgrounds_have_edges_and_plain_places():
    grey = dead_leaves(np.random.default_rng(1), 10).float().mean(1)
    steps = grey.diff(dim=2).abs()
    assert 0.02 < float((steps > 20).float().mean()) < 0.5
    assert float((steps < 2).float().mean()) > 0.4
