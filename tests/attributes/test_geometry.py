"""How the renderer looks at plates and crops them."""

import torch

from attributes.training import geometry


def test_the_identity_homography_changes_nothing():
    images = torch.rand(2, 3, 32, 32)
    assert torch.allclose(
        geometry.warp(images, torch.eye(3).expand(2, 3, 3), 32), images, atol=1e-5
    )


def test_an_oblong_crop_shows_its_rim_repeated_and_the_plate_whole():
    g = torch.Generator().manual_seed(1)
    grid = geometry.margin_grid(g, torch.tensor([0.5, 2.0]), torch.ones(2), 48)
    x, y = grid[..., 0], grid[..., 1]
    assert x[0].abs().max() < 0.6  # a tall plate's crop ends where the plate does
    assert y[0].abs().max() > 0.8
    assert x[1].abs().max() > 0.8
    assert y[1].abs().max() < 0.6


def test_a_roomy_crop_is_oblong_whatever_the_plate():
    g = torch.Generator().manual_seed(2)
    grid = geometry.margin_grid(g, torch.ones(200), torch.full((200,), 1.4), 48)
    reach_x, reach_y = grid[..., 0].flatten(1).amax(1), grid[..., 1].flatten(1).amax(1)
    for first, second in ((reach_x, reach_y), (reach_y, reach_x)):
        assert ((first > 0.95) & (second < 0.85)).any()
    assert ((reach_x > 0.95) & (reach_y > 0.95)).any()


def test_a_plate_seen_from_the_side_is_narrower():
    homographies = torch.eye(3).repeat(100, 1, 1)
    width = geometry.foreshorten(torch.Generator().manual_seed(3), homographies, 0.5)
    narrowed = width < 1
    assert 20 < int(narrowed.sum()) < 80
    # Output to input: to show a plate narrower, more of the input's width is looked up.
    assert torch.allclose(homographies[:, 0, 0], 1 / width)
    assert torch.equal(homographies[:, 1, 1], torch.ones(100))


def test_a_roomy_crop_shows_its_plate_smaller_by_half_at_most():
    homographies = torch.eye(3).repeat(100, 1, 1)
    times = geometry.step_back(torch.Generator().manual_seed(3), homographies, 0.5)
    assert 20 < int((times > 1).sum()) < 80
    assert times.max() <= 1.5
    # Output to input: to show a plate smaller, more of the input is looked up, both ways.
    assert torch.allclose(homographies[:, 0, 0], times)
    assert torch.allclose(homographies[:, 1, 1], times)


def test_the_longer_side_of_a_crop_is_never_repeated():
    g = torch.Generator().manual_seed(2)
    times = torch.where(torch.arange(200) < 100, 1.0, 1.4)
    grid = geometry.margin_grid(g, torch.linspace(0.4, 2.5, 200), times, 48)
    reach = grid.abs().amax((1, 2))
    assert torch.allclose(reach.amax(1), torch.full((200,), 47 / 48))
