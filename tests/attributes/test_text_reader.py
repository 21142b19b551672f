"""The text reader's look at a character: where in it a stroke lies, whatever its size and place."""

import torch

from attributes.network import TextReader, spatial_moments


def attention_on(top: int, left: int, height: int, width: int) -> torch.Tensor:
    """One slot that looks evenly at a rectangle of a 12 x 12 map; float32 (1, 1, 12, 12)."""
    attention = torch.zeros(1, 1, 12, 12)
    attention[..., top : top + height, left : left + width] = 1 / (height * width)
    return attention


def pooled(attention: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    """What the reader learns of one feature map (12, 12): six numbers."""
    return (spatial_moments(attention) * features).sum((3, 4)).flatten()


def test_a_feature_that_is_everywhere_shows_in_the_average_alone():
    seen = pooled(attention_on(2, 3, 6, 4), torch.ones(12, 12))
    assert torch.allclose(seen, torch.tensor([1.0, 0, 0, 0, 0, 0]), atol=1e-5)


def test_features_in_corners_and_at_edges_differ():
    attention = attention_on(2, 2, 8, 8)
    corners, edges = torch.zeros(2, 12, 12)
    corners[2:6, 2:6] = corners[6:10, 6:10] = edges[2:6] = 1.0
    edges[4:8, :] = 0.0
    assert pooled(attention, corners)[5] > 0.3
    assert pooled(attention, edges)[4] > 0.1


def test_strokes_on_other_sides_have_one_average_and_other_moments():
    attention = attention_on(2, 2, 8, 4)
    left, right, top = torch.zeros(3, 12, 12)
    left[:, 2:4] = right[:, 4:6] = top[:6] = 1.0
    averages, sideways, downwards = (
        torch.stack([pooled(attention, f)[i] for f in (left, right, top)]) for i in range(3)
    )
    assert torch.allclose(averages, torch.full((3,), 0.5))
    assert sideways[0] < -0.4 < 0.4 < sideways[1]
    assert abs(sideways[2]) < 1e-5
    assert downwards[2] < -0.4


def test_a_character_looks_the_same_elsewhere_and_larger():
    small, large = torch.zeros(2, 12, 12)
    small[2:4, 1:2] = 1.0  # the upper left quarter of a character of 4 x 2 cells
    large[4:8, 6:8] = 1.0  # the same of one of 8 x 4
    there = pooled(attention_on(2, 1, 4, 2), small)
    elsewhere = pooled(attention_on(4, 6, 8, 4), large)
    assert torch.allclose(there, elsewhere, atol=0.05)


def test_a_single_cell_is_no_division_by_nothing():
    assert spatial_moments(attention_on(5, 5, 1, 1)).isfinite().all()


def test_a_slot_is_drawn_to_a_cell_by_the_dot_product_of_its_query_and_the_key_there():
    torch.manual_seed(0)
    reader, features = TextReader(8, 16, 12, width=4), torch.randn(2, 4, 12, 12)
    products = torch.einsum("sk,nkyx->nsyx", reader.slots, reader.keys(features)) / 4**0.5
    assert torch.allclose(reader.slot_scores(features), products, atol=1e-5)
