"""The embedding's last touch: what tells classes apart counts, what varies within them does not."""

import torch

from attributes.training.discriminant import discriminant_projection


def pictures(classes: int, each: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Features whose first four axes tell the class, and whose others are loud chance."""
    g = torch.Generator().manual_seed(seed)
    means = torch.zeros(classes, 12)
    means[:, :4] = torch.randn(classes, 4, generator=g)
    noise = torch.randn(classes, each, 12, generator=g) * torch.tensor([0.3] * 4 + [2.0] * 8)
    features = (means[:, None] + noise).flatten(0, 1) + 5.0
    return features, torch.arange(classes).repeat_interleave(each)


def nearest_is_right(features: torch.Tensor, classes: torch.Tensor) -> float:
    """Share of pictures whose nearest other picture by cosine is of their class."""
    unit = torch.nn.functional.normalize(features, dim=1)
    cosines = (unit @ unit.T).fill_diagonal_(-2)
    return float((classes[cosines.argmax(1)] == classes).float().mean())


def test_classes_that_it_was_not_fitted_on_are_told_apart_better():
    projection, centre = discriminant_projection(*pictures(80, 6, seed=0))
    features, classes = pictures(30, 6, seed=1)
    before = nearest_is_right(features, classes)
    after = nearest_is_right((features - centre) @ projection.T, classes)
    assert after > before + 0.2


def test_directions_without_any_difference_between_classes_vanish():
    features, classes = pictures(80, 6, seed=0)
    features[:, 11] = torch.randn(len(features), generator=torch.Generator().manual_seed(2))
    projection, _ = discriminant_projection(features, classes)
    weight = projection.norm(dim=0)
    assert weight[4:].max() < 0.5 * weight[:4].min()


def test_two_pictures_are_enough_to_stay_finite():
    projection, centre = discriminant_projection(torch.randn(2, 5), torch.tensor([0, 1]))
    assert projection.isfinite().all()
    assert centre.isfinite().all()
