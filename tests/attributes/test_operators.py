"""The renderer's operators: what each does to a picture, and how often."""

import cv2
import numpy as np
import pytest
import torch
from torch.nn import functional as F

from attributes.training import camera, geometry, operators


@pytest.mark.parametrize(
    "operator",
    [
        operators.fade, operators.dirt, operators.stickers, operators.occlude,
        operators.tone_curve, operators.illuminate, operators.glare, operators.expose,
        operators.desaturate,
        camera.blur, camera.take, camera.mosaic, camera.sharpen,
        camera.sensor_noise, camera.jpeg,
    ],
)  # fmt: skip
def test_operators_keep_shape_and_are_reproduced_by_their_seed(operator):
    images = torch.rand(64, 3, 48, 48)
    first = operator(torch.Generator().manual_seed(3), images.clone())
    second = operator(torch.Generator().manual_seed(3), images.clone())
    assert first.shape == images.shape
    assert torch.equal(first, second)
    assert torch.isfinite(first).all()
    assert not torch.equal(first, images)


def test_the_colour_filter_leaves_a_plain_colour_and_puts_false_ones_at_edges():
    plain = torch.tensor([0.8, 0.3, 0.1])[None, :, None, None].expand(1, 3, 12, 12)
    seen = camera.mosaic(torch.Generator().manual_seed(0), plain)
    assert torch.allclose(seen, plain, atol=1e-6)
    edge = torch.zeros(1, 3, 12, 12)
    edge[..., 6:] = 1
    seen = camera.mosaic(torch.Generator().manual_seed(0), edge)
    assert (seen.amax(1) - seen.amin(1)).max() >= 0.25
    assert (seen[..., :4] == 0).all()
    assert torch.allclose(seen[..., 8:], torch.ones(1), atol=1e-6)


def test_colours_that_the_sensor_did_not_see_come_from_their_neighbours_alone_at_worst(monkeypatch):
    monkeypatch.setattr(camera, "uniform", lambda _, count: torch.zeros(count))
    picture = (torch.rand(1, 3, 20, 20) * 255).round()
    seen = camera.mosaic(torch.Generator().manual_seed(0), picture)[0].permute(1, 2, 0)
    # Which of the four pixels of the pattern is red is left to chance.
    patterns = []
    for red_row, red_column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        raw = picture[0, 1].clone()
        raw[red_row::2, red_column::2] = picture[0, 0, red_row::2, red_column::2]
        raw[1 - red_row :: 2, 1 - red_column :: 2] = picture[
            0, 2, 1 - red_row :: 2, 1 - red_column :: 2
        ]
        code = (
            (cv2.COLOR_BayerRGGB2RGB, cv2.COLOR_BayerGRBG2RGB),
            (cv2.COLOR_BayerGBRG2RGB, cv2.COLOR_BayerBGGR2RGB),
        )[red_row][red_column]
        patterns.append(cv2.cvtColor(raw.byte().numpy(), code).astype(np.float32))
    within = np.s_[2:-2, 2:-2]
    assert min(np.abs(p[within] - seen.numpy()[within]).max() for p in patterns) <= 1


def test_some_cameras_fringe_strokes_more_than_others():
    strokes = torch.zeros(300, 3, 24, 24)
    strokes[..., 11] = 1
    seen = camera.mosaic(torch.Generator().manual_seed(0), strokes)
    false_colour = (seen.amax(1) - seen.amin(1)).amax((1, 2))
    assert false_colour.max() > 1.4 * false_colour.min()


def unblurred(_, images, blurs=camera.NEAR):
    return images


def test_three_of_five_pictures_are_distant_and_most_of_those_seen_through_the_filter(monkeypatch):
    monkeypatch.setattr(camera, "blur", unblurred)
    monkeypatch.setattr(camera, "sensor_noise", lambda _, images: images)
    monkeypatch.setattr(camera, "jpeg", lambda _, images: images)
    edge = torch.zeros(80, 3, 48, 48)
    edge[..., 23:] = 1
    seen = camera.take(torch.Generator().manual_seed(1), edge)
    is_coloured = (seen.amax(1) - seen.amin(1)).amax((1, 2)) > 0.1
    assert is_coloured.sum() == 36
    has_halo = seen.amax((1, 2, 3)) > 1.02
    assert 18 < has_halo.sum() <= 36
    assert not (has_halo & ~is_coloured).any()
    is_distant = ((seen > 0.05) & (seen < 0.95)).flatten(1).any(dim=1)
    assert 36 < is_distant.sum() <= 48


@pytest.mark.parametrize(
    ("count", "groups"), [(1, []), (2, [1]), (9, [1] * 5), (15, [1] * 7 + [2])]
)
def test_three_of_five_of_any_number_of_pictures_are_distant_in_up_to_eight_groups(
    monkeypatch, count, groups
):
    dealt = []

    def deal(images, _):
        dealt.append(len(images))
        return images

    monkeypatch.setattr(camera, "lower_resolution", deal)
    camera.take(torch.Generator().manual_seed(0), torch.ones(count, 3, 48, 48))
    assert sorted(dealt) == groups


def test_distant_signs_are_blurred_by_the_pixel_not_by_the_sign(monkeypatch):
    monkeypatch.setattr(camera, "through_sensor", lambda g, images, *, colour_filter: images)
    monkeypatch.setattr(camera, "lower_resolution", lambda x, _: F.avg_pool2d(x, 3))
    # Three pixels wide near by, one at a distance.
    stroke = torch.zeros(2000, 3, 48, 48)
    stroke[..., 21:24] = 1
    near = camera.blur(torch.Generator().manual_seed(0), stroke)
    half_distant = camera.take(torch.Generator().manual_seed(0), stroke)
    faint_near, faint = (
        (seen[..., 12:36, 22].mean((1, 2)) < 0.45).float().mean() for seen in (near, half_distant)
    )
    assert faint > 1.4 * faint_near


def test_a_sign_that_fills_little_of_its_picture_is_seldom_one_of_few_pixels(monkeypatch):
    sides = []
    monkeypatch.setattr(camera, "lower_resolution", lambda x, side: seen_at(x, side, sides))
    filling = torch.where(torch.arange(256) % 2 == 0, 0.4, 1.0)
    pictures = filling[:, None, None, None].expand(-1, 3, 48, 48)
    for seed in range(20):
        camera.take(torch.Generator().manual_seed(seed), pictures, filling=filling)
    side, fills = (torch.tensor(x) for x in zip(*sides, strict=True))
    heights = side * fills
    # By chance it would be a third.
    assert (heights[fills < 0.5] < 10).float().mean() < 0.2
    assert side[fills > 0.5].float().mean() < 0.8 * side[fills < 0.5].float().mean()
    assert (heights < 20).float().mean() > 0.25


def seen_at(images, side, sides):
    sides += [(float(side), float(fills)) for fills in images[:, 0, 0, 0]]
    return images


def test_the_noise_of_a_distant_sign_is_as_coarse_as_its_pixels():
    grey = torch.full((400, 3, 48, 48), 0.5)
    seen = camera.take(torch.Generator().manual_seed(0), grey) - 0.5
    noisy = seen[seen.std((1, 2, 3)) > 0.01]
    beside = (noisy[..., 1:] * noisy[..., :-1]).mean((1, 2, 3)) / noisy.square().mean((1, 2, 3))
    # Enlarged three times, neighbours have most of their noise in common; not enlarged, none.
    assert beside.max() > 0.7
    assert beside.min() < 0.1


def test_half_of_the_compressed_pictures_lose_resolution_of_their_colours():
    columns = torch.zeros(300, 3, 16, 16)
    columns[:, 0, :, ::2] = 0.6  # red and green columns
    columns[:, 1, :, 1::2] = 0.4
    seen = camera.jpeg(torch.Generator().manual_seed(0), columns, probability=1.0)
    redness = seen[:, 0, :, ::2].mean((1, 2)) - seen[:, 1, :, ::2].mean((1, 2))
    assert 0.4 < (redness < 0.3).float().mean() < 0.6


def test_fewer_pixels_are_means_of_what_they_cover():
    picture = torch.rand(2, 3, 48, 48)
    for side in (7, 20, 31, 48):
        small = camera.lower_resolution(picture, side)
        by_opencv = cv2.resize(picture[1, 2].numpy(), (side, side), interpolation=cv2.INTER_AREA)
        assert np.allclose(small[1, 2].numpy(), by_opencv, atol=1e-5)


def test_the_tone_curve_darkens_what_is_not_white():
    greys = torch.tensor([0.05, 0.5, 1.0])[None, None, None].expand(300, 3, 2, 3)
    seen = operators.tone_curve(torch.Generator().manual_seed(0), greys)[:, 0, 0]
    assert (seen[:, :2] <= greys[:, 0, 0, :2] + 1e-6).all()
    assert (seen[:, 2] == 1).all()
    assert seen[:, 1].min() == pytest.approx(0.5**2.2, rel=0.05)
    assert seen[:, 1].max() == pytest.approx(0.5, rel=0.05)


def test_one_picture_of_nine_is_overexposed():
    grey = torch.full((3000, 3, 4, 4), 0.5)
    exposed = operators.expose(torch.Generator().manual_seed(0), grey)
    burnt_out = (exposed > 1).flatten(1).all(dim=1).float().mean()
    # Of 0.11, those that are more than twice as bright.
    assert 0.06 < burnt_out < 0.1


def test_thin_strokes_drown_in_an_overexposed_face_behind_the_lens():
    line = torch.full((600, 3, 15, 15), 0.6)
    line[..., 7] = 0.1
    g = torch.Generator().manual_seed(0)
    lit = operators.expose(g, line)
    is_burnt = lit[..., 0].mean((1, 2)) > 1.2
    assert is_burnt.sum() > 20
    sharp, seen = lit[is_burnt], camera.blur(g, lit)[is_burnt]
    assert (sharp[..., 7].mean((1, 2)) < 0.85).all()
    assert (seen.clamp(0, 1)[..., 7].mean((1, 2)) > 0.85).float().mean() > 0.3


def test_motion_smears_some_pictures_over_a_fifth_mostly_sideways():
    dot = torch.zeros(2000, 3, 51, 51)
    dot[..., 25, 25] = 1
    seen = camera.blur(torch.Generator().manual_seed(0), dot)[:, 0]
    assert torch.allclose(seen.sum((1, 2)), torch.ones(2000), atol=1e-4)
    wide = (seen.sum(1) > 0.02).sum(1)
    high = (seen.sum(2) > 0.02).sum(1)
    assert wide.max() > 0.2 * 51
    assert (wide > 2 * high).sum() > 3 * (high > 2 * wide).sum() > 0


def test_compression_spares_brightness_and_knows_red_from_blue():
    red = torch.zeros(200, 3, 16, 16)
    red[:, 0, :, ::2] = 0.9  # red and black columns
    blue = red.flip(1)
    seen_red = camera.jpeg(torch.Generator().manual_seed(0), red, probability=1.0)
    seen_blue = camera.jpeg(torch.Generator().manual_seed(0), blue, probability=1.0)
    # Red makes up 0.30 of the luma that is kept in full resolution, blue 0.11.
    assert (seen_red - red).abs()[:, 0].mean() < (seen_blue - blue).abs()[:, 2].mean()


def test_sharpening_leaves_plain_colours_and_strengthens_lines():
    plain = torch.full((4, 3, 12, 12), 0.6)
    assert torch.allclose(camera.sharpen(torch.Generator().manual_seed(0), plain), plain)
    line = plain.clone()
    line[..., 6] = 0.4
    assert (camera.sharpen(torch.Generator().manual_seed(0), line).amin((1, 2, 3)) < 0.4).all()


def test_transplanted_tones_span_the_donors():
    images = torch.rand(4, 3, 32, 32)
    donors = 0.2 + 0.1 * torch.rand(4, 3, 56, 56)
    given = operators.transplant_tones(images, donors)
    assert given.min() > 0.19
    assert given.max() < 0.31


def test_noise_is_stronger_in_bright_pixels_than_in_dark_ones():
    halves = torch.zeros(64, 3, 32, 32)
    halves[..., 16:] = 1
    noise = camera.sensor_noise(torch.Generator().manual_seed(0), halves) - halves
    assert noise[..., 16:].std() > 3 * noise[..., :16].std() > 0


def test_a_board_lies_behind_its_sign_and_ends_beyond_it():
    g = torch.Generator().manual_seed(0)
    disc = (torch.linspace(-1, 1, 48) ** 2 + torch.linspace(-1, 1, 48)[:, None] ** 2 < 0.8).float()
    plates = disc * torch.tensor([0.7, 0.1, 0.1, 1.0])[:, None, None].expand(400, 4, 48, 48)
    homographies = torch.diag(torch.tensor([1.5, 1.5, 1.0])).expand(400, 3, 3)
    smaller = geometry.warp(plates, homographies, 48)
    mountable = torch.arange(400) < 300
    mounted = operators.mount_on_board(g, smaller, homographies, mountable)
    covered = mounted[:, 3] > smaller[:, 3] + 0.5
    has_board = covered.flatten(1).any(1)
    assert not has_board[300:].any()
    assert 40 < has_board[:300].sum() < 80
    assert torch.equal(mounted[~has_board], smaller[~has_board])
    on_disc = (smaller[:, 3:] == 1).expand(-1, 4, -1, -1)
    assert torch.equal(mounted[on_disc], smaller[on_disc])
    # Beside the disc, in all corners of the square around it.
    assert covered[has_board][:, [9, 9, 38, 38], [9, 38, 9, 38]].all()
    ends = ~covered[has_board][:, 24, [0, 47]]
    assert 0 < ends.float().mean() < 1
    brightness = mounted[has_board][:, :3, 9, 9].mean(1)
    assert 0.4 < (brightness > 0.8).float().mean() < 0.8
    assert (brightness < 0.3).any()


def test_what_the_sun_leaves_of_red_is_anything_from_grey_to_a_pale_yellow():
    red = torch.tensor([0.75, 0.1, 0.1])[None, :, None, None].expand(3000, 3, 2, 2)
    faded = operators.fade(torch.Generator().manual_seed(0), red)[..., 0, 0]
    pale = faded[faded[:, 1] > 0.5]
    assert 100 < len(pale) < 350
    yellowness = (pale[:, :2].amin(1) - pale[:, 2]).clamp(min=0)
    assert yellowness.min() < 0.03
    assert yellowness.max() > 0.15


def test_confetti_changes_few_pixels_of_some_images():
    images = torch.full((60, 3, 48, 48), 0.5)
    strewn = operators.confetti(torch.Generator().manual_seed(4), images)
    changed = (strewn != images).any(dim=1).float().mean((1, 2))
    assert 0 < int((changed > 0).sum()) < 60
    assert changed.max() < 0.2


def test_stickers_are_mostly_small_and_on_one_picture_of_twenty_crowd_the_middle():
    plates = torch.full((1000, 3, 48, 48), 0.5)
    covered = (operators.stickers(torch.Generator().manual_seed(0), plates) != 0.5).any(dim=1)
    share = covered.float().mean((1, 2))
    assert 0.35 < (share > 0).float().mean() < 0.5
    assert share[share > 0].median() < 0.04
    crowded = covered[share > 0.08].float()
    assert 20 < len(crowded) < 90
    assert crowded[:, 12:36, 12:36].mean() > 3 * crowded.mean((0, 1))[:6].mean()


def test_backlight_darkens_a_plate_and_brightens_what_lies_behind_it():
    plates, grounds = torch.full((200, 3, 8, 8), 0.8), torch.full((200, 3, 8, 8), 0.5)
    shaded, sky = operators.backlight(torch.Generator().manual_seed(0), plates, grounds)
    changed = (sky != grounds).flatten(1).any(1)
    assert 20 < int(changed.sum()) < 60
    assert (shaded[changed].mean((1, 2, 3)) < 0.65).all()
    assert (sky[changed].mean((1, 2, 3)) > shaded[changed].mean((1, 2, 3))).all()
    assert torch.equal(shaded[~changed], plates[~changed])


def test_headlight_leaves_the_plate_bright_before_a_dark_ground():
    plates, grounds = torch.full((300, 3, 8, 8), 0.8), torch.full((300, 3, 8, 8), 0.5)
    shining, night = operators.headlight(torch.Generator().manual_seed(0), plates, grounds)
    changed = (night != grounds).flatten(1).any(1)
    assert 5 < int(changed.sum()) < 40
    assert (shining[changed] > 0.5).all()
    assert (night[changed] < 0.2).all()
