"""Pictures: whatever people call one becomes a BGR crop, or an error that says why not."""

import cv2
import numpy as np
import pytest

from recognizer import PictureError
from recognizer.pictures import find_pictures, to_crop

COLOUR = np.full((4, 5, 3), (10, 20, 30), np.uint8)


@pytest.mark.parametrize(
    "picture",
    [
        COLOUR,
        np.concatenate([COLOUR, np.full((4, 5, 1), 255, np.uint8)], axis=2),
        COLOUR.astype(np.uint16) * 257,
        COLOUR / 255,
        (COLOUR / 255).astype(np.float32),
    ],
    ids=["uint8", "BGRA", "uint16", "float64", "float32"],
)
def test_colour_arrays_of_any_depth_mean_the_same(picture):
    assert np.array_equal(to_crop(picture), COLOUR)


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1)])
def test_grey_becomes_bgr(shape):
    crop = to_crop(np.full(shape, 7, np.uint8))
    assert crop.shape == (4, 5, 3)
    assert (crop == 7).all()


def test_transparency_is_laid_on_mid_grey():
    assert (to_crop(np.zeros((2, 2, 4), np.uint8)) == 128).all()


def test_pil_images_and_paths_are_pictures(tmp_path):
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "sign ü.png"
    image.fromarray(COLOUR[:, :, ::-1].copy()).save(path)
    assert np.array_equal(to_crop(image.open(path)), COLOUR)
    assert np.array_equal(to_crop(path), COLOUR)
    assert np.array_equal(to_crop(str(path)), COLOUR)


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((0, 4, 3), np.uint8), "no pixels"),
        (np.zeros((4, 4, 2), np.uint8), r"expected \(H, W\)"),
        (np.zeros((2, 2, 2, 3), np.uint8), r"expected \(H, W\)"),
        (np.full((2, 2, 3), 200.0), r"float pixels must lie in \[0, 1\], got 200"),
        (np.full((2, 2, 3), np.nan), "float pixels must lie in"),
        (np.zeros((2, 2, 3), np.int32), "type int32"),
        (17, "int: not a picture"),
        ("nowhere.png", "nowhere.png: no such file"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(picture, message):
    with pytest.raises(PictureError, match=message):
        to_crop(picture)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"no picture at all", "not a picture"),
        (cv2.imencode(".png", COLOUR)[1].tobytes()[:40], "not a picture"),
    ],
)
def test_a_broken_file_is_named(tmp_path, content, message):
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=f"broken.png: {message}"):
        to_crop(path)


def test_a_folder_is_searched_and_a_glob_expanded(tmp_path):
    (tmp_path / "sub").mkdir()
    for name in ("b.png", "sub/a.JPG", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert [p.name for p in find_pictures(str(tmp_path))] == ["b.png", "a.JPG"]
    assert [p.name for p in find_pictures(str(tmp_path / "*.png"))] == ["b.png"]


@pytest.mark.parametrize(
    ("source", "message"),
    [("", "holds no picture"), ("missing.png", "no such file"), ("*.gif", "nothing matches")],
)
def test_sources_without_pictures_are_told(tmp_path, source, message):
    with pytest.raises(PictureError, match=message):
        find_pictures(str(tmp_path / source) if source else str(tmp_path))
