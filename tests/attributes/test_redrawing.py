"""The same pictogram by another hand: changed, and still the same."""

import pytest
import torch

from attributes.training.redrawing import bend, redraw

SIZE = 64


def arrows(count: int) -> torch.Tensor:
    """A thick stroke upwards with a head to the right, on an empty mask."""
    masks = torch.zeros(count, 1, SIZE, SIZE)
    masks[:, :, 10:54, 26:34] = 1
    masks[:, :, 10:20, 34:50] = 1
    return masks


def overlap(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Intersection over union of masks (N, 1, S, S), float (N,)."""
    one, other = one > 0.5, other > 0.5
    return (one & other).sum((1, 2, 3)) / (one | other).sum((1, 2, 3))


def leaning(masks: torch.Tensor) -> torch.Tensor:
    """How many columns further right the ink of the upper half is than that of the lower, (N,)."""
    columns = torch.arange(SIZE, dtype=torch.float32)
    upper, lower = masks[:, 0, : SIZE // 2].sum(1), masks[:, 0, SIZE // 2 :].sum(1)
    return (upper @ columns) / upper.sum(1) - (lower @ columns) / lower.sum(1)


def test_a_redrawn_pictogram_differs_but_stays_itself():
    masks = arrows(200)
    redrawn = redraw(torch.Generator().manual_seed(0), masks, torch.ones(200, dtype=torch.bool))
    assert redrawn.shape == masks.shape
    assert 0 <= redrawn.min() <= redrawn.max() <= 1
    alike = overlap(masks, redrawn)
    assert 0.5 < (alike < 0.98).float().mean() < 0.9  # most, not all
    assert alike.median() > 0.6
    assert (leaning(redrawn) > 2).float().mean() > 0.95  # the head still points to the right


def test_strokes_become_thinner_and_thicker():
    masks = arrows(300)
    redrawn = redraw(torch.Generator().manual_seed(1), masks, torch.ones(300, dtype=torch.bool))
    ink = redrawn.sum((1, 2, 3)) / masks.sum((1, 2, 3))
    assert 0.15 < (ink < 0.9).float().mean() < 0.5
    assert (ink > 1.02).float().mean() > 0.05


@pytest.mark.parametrize("change", [redraw, lambda g, m, t: bend(g, m.repeat(1, 4, 1, 1), t)])
def test_what_must_not_be_touched_is_not(change):
    masks = arrows(40)
    changed = change(torch.Generator().manual_seed(0), masks, torch.zeros(40, dtype=torch.bool))
    assert torch.equal(changed, masks.expand_as(changed))


def test_colours_do_not_bleed_from_what_is_transparent():
    plates = torch.zeros(50, 4, SIZE, SIZE)
    plates[:, :, 16:48, 16:48] = 1  # a white plate; beyond it, transparent black
    bent = bend(torch.Generator().manual_seed(0), plates, torch.ones(50, dtype=torch.bool))
    seen = bent[:, 3:] > 0.05
    assert bent[:, :3].masked_select(seen).min() > 0.95


def test_the_thinnest_strokes_stay():
    masks = torch.zeros(200, 1, SIZE, SIZE)
    masks[:, :, 8:56, 32] = 1
    redrawn = redraw(torch.Generator().manual_seed(0), masks, torch.ones(200, dtype=torch.bool))
    assert redrawn.amax((1, 2, 3)).min() > 0.5
