"""Pictures: whatever people call one becomes a BGR crop, or an error that says why not."""

import io
import os

import cv2
import numpy as np
import pytest

from recognizer import PictureError
from recognizer.pictures import decode_crop, find_pictures, read_exemplar, to_crop

COLOUR = np.full((4, 5, 3), (10, 20, 30), np.uint8)


class NamedBy:
    """An ``os.PathLike`` of whatever kind of name."""

    def __init__(self, name):
        self.name = name

    def __fspath__(self):
        return self.name


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


def test_16_bits_may_come_in_either_order_of_bytes():
    pixels = np.arange(0, 65536, 257, np.uint16).reshape(16, 16)
    assert (to_crop(pixels.astype(">u2")) == to_crop(pixels.astype("<u2"))).all()


def test_truth_values_are_black_and_white():
    assert to_crop(np.array([[True, False]]))[0, :, 0].tolist() == [255, 0]


def test_transparency_is_laid_on_mid_grey():
    assert (to_crop(np.zeros((2, 2, 4), np.uint8)) == 128).all()


def test_half_transparent_is_half_grey():
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[:, :, 3] = 128
    assert (to_crop(pixels) == 64).all()


def test_pil_images_and_paths_are_pictures(tmp_path):
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "sign ü.png"
    image.fromarray(COLOUR[:, :, ::-1].copy()).save(path)
    assert np.array_equal(to_crop(image.open(path)), COLOUR)
    assert np.array_equal(to_crop(path), COLOUR)
    assert np.array_equal(to_crop(str(path)), COLOUR)
    assert np.array_equal(to_crop(NamedBy(os.fsencode(path))), COLOUR)


@pytest.fixture(params=["jpg", "png", "webp"])
def photograph(tmp_path, request):
    """A file that says that viewers must turn it clockwise; stored, its left half is white."""
    image = pytest.importorskip("PIL.Image")
    orientation = image.Exif()
    orientation[274] = 6
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:, :20] = 255
    path = tmp_path / f"photograph.{request.param}"
    image.fromarray(pixels).save(path, exif=orientation)
    return path


def test_photographs_are_turned_as_viewers_show_them(photograph):
    image = pytest.importorskip("PIL.Image")
    content = photograph.read_bytes()
    for crop in (
        to_crop(photograph),
        to_crop(image.open(photograph)),
        read_exemplar(photograph),
        decode_crop(content, "photograph", upright=True),
    ):
        assert crop.shape == (40, 20, 3)
        assert crop[5, 10].min() > 250
        assert crop[35, 10].max() < 5


def test_frames_that_boxes_are_cut_from_stay_as_they_are_stored(photograph):
    crop = decode_crop(photograph.read_bytes(), "photograph")
    assert crop.shape == (20, 40, 3)
    assert crop[10, 5].min() > 250
    assert crop[10, 35].max() < 5


@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_a_drawing_keeps_its_transparency_whatever_its_tags_say(tmp_path, suffix):
    image = pytest.importorskip("PIL.Image")
    orientation = image.Exif()
    orientation[274] = 6
    path = tmp_path / f"drawing.{suffix}"
    drawing = image.fromarray(np.zeros((20, 40, 4), np.uint8))
    drawing.save(path, exif=orientation, lossless=True, exact=True)
    assert to_crop(path).max() == to_crop(path).min() == 128


@pytest.mark.parametrize("suffix", ["png", "webp"])
@pytest.mark.parametrize("said", range(1, 9))
def test_a_drawing_with_transparency_is_turned_as_viewers_show_it(tmp_path, suffix, said):
    image = pytest.importorskip("PIL.Image")
    orientation = image.Exif()
    orientation[274] = said
    pixels = np.random.default_rng(0).integers(0, 256, (20, 40, 4), np.uint8)
    path = tmp_path / f"drawing.{suffix}"
    image.fromarray(pixels).save(path, exif=orientation, lossless=True, exact=True)
    assert np.array_equal(to_crop(path), to_crop(image.open(path)))


def test_an_avif_picture_that_is_to_be_turned_is_refused(tmp_path):
    image = pytest.importorskip("PIL.Image")
    features = pytest.importorskip("PIL.features")
    if not features.check("avif"):
        pytest.skip("this Pillow writes no AVIF")
    picture = image.fromarray(np.zeros((20, 40, 3), np.uint8))
    orientation = image.Exif()
    for said in (1, 3, 4):
        orientation[274] = said
        picture.save(tmp_path / f"{said}.avif", exif=orientation)
    assert to_crop(tmp_path / "1.avif").shape == (20, 40, 3)
    for said in (3, 4):
        with pytest.raises(PictureError, match="to be turned; save it upright"):
            to_crop(tmp_path / f"{said}.avif")


def test_an_array_of_8_bits_that_says_it_had_16_is_refused():
    with pytest.raises(PictureError, match="these are at most 255; give uint8"):
        to_crop(np.full((20, 20, 3), 255, np.uint16))


@pytest.mark.parametrize(("bits", "factor"), [(10, 64), (12, 16)])
def test_numbers_of_16_bits_whose_lower_ones_alone_are_used_are_refused(bits, factor):
    bright = np.full((20, 20, 3), 255 << bits - 8, np.uint16)
    message = rf"these are at most {255 << bits - 8}; of {bits} bits\? Multiply by {factor}$"
    with pytest.raises(PictureError, match=message):
        to_crop(bright)
    assert to_crop(bright * factor).min() > 250


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_a_file_of_8_bits_that_says_it_has_16_is_refused_by_its_name(tmp_path, suffix):
    path = tmp_path / f"deep.{suffix}"
    cv2.imwrite(str(path), np.full((20, 20, 3), 233, np.uint16))
    message = r"uint16 lie in \[0, 65535\], these are at most 233; give uint8$"
    for read in (to_crop, lambda path: decode_crop(path.read_bytes(), str(path))):
        with pytest.raises(PictureError, match=rf"deep\.{suffix}: pixels of type {message}"):
            read(path)


@pytest.mark.parametrize("kind", [np.uint16, np.int32])
def test_a_pil_image_of_8_bits_that_says_it_has_more_is_refused(kind):
    image = pytest.importorskip("PIL.Image")
    with pytest.raises(PictureError, match=r"^PIL image: .* these are at most 233; give uint8$"):
        to_crop(image.fromarray(np.full((20, 20), 233, kind)))


def test_a_black_picture_of_16_bits_is_black(tmp_path):
    path = tmp_path / "black.png"
    cv2.imwrite(str(path), np.zeros((4, 5, 3), np.uint16))
    assert to_crop(path).max() == 0


def test_floats_that_a_resize_made_overshoot_are_to_be_clipped():
    edge = np.zeros((8, 8, 3), np.float32)
    edge[4:, 4:] = 1
    resized = cv2.resize(edge, (50, 50), interpolation=cv2.INTER_CUBIC)
    with pytest.raises(PictureError, match=r"lie in \[0, 1\], got -.*; clip them by np\.clip"):
        to_crop(resized)


@pytest.mark.parametrize("white", [2, 255])
def test_floats_of_another_range_are_to_be_scaled(white):
    with pytest.raises(PictureError, match=r"; divide by 255 or give uint8$"):
        to_crop(np.full((4, 4, 3), white, np.float32))


@pytest.mark.parametrize("mode", ["I;16", "I;16B"])
def test_a_pil_image_of_16_bits_is_what_its_file_is(tmp_path, mode):
    image = pytest.importorskip("PIL.Image")
    grey = np.array([[0, 1000], [30000, 65535]], np.uint16)
    path = tmp_path / "deep.png"
    cv2.imwrite(str(path), grey)
    stored = grey.astype(">u2" if mode.endswith("B") else "<u2").tobytes()
    opened = image.frombytes(mode, (2, 2), stored)
    assert np.array_equal(to_crop(opened), to_crop(path))
    assert to_crop(path)[:, :, 0].tolist() == [[0, 3], [116, 255]]


def test_a_pil_image_of_32_bits_has_16_and_one_of_floats_is_a_share():
    image = pytest.importorskip("PIL.Image")
    deep = image.fromarray(np.array([[0, 1000], [30000, 65535]], np.int32))
    assert deep.mode == "I"
    assert to_crop(deep)[:, :, 0].tolist() == [[0, 3], [116, 255]]
    shares = image.fromarray(np.array([[0, 0.25], [0.5, 1]], np.float32))
    assert shares.mode == "F"
    assert to_crop(shares)[:, :, 0].tolist() == [[0, 64], [128, 255]]


@pytest.mark.parametrize(
    "pixels", [np.array([[-1, 5]], np.int32), np.array([[0, 70000]], np.int32)], ids=["<0", ">16"]
)
def test_a_pil_image_whose_grey_levels_have_no_known_white_is_refused(pixels):
    image = pytest.importorskip("PIL.Image")
    with pytest.raises(PictureError, match=r"grey of 32 bits must lie in \[0, 65535\]"):
        to_crop(image.fromarray(pixels))


@pytest.mark.parametrize(("place", "value"), [(29, 0), (31, 1)], ids=["struct.error", "TypeError"])
def test_a_pil_image_is_turned_though_another_of_its_tags_is_damaged(place, value):
    image = pytest.importorskip("PIL.Image")
    tags = image.Exif()
    tags[274], tags[282] = 6, 72.0  # to be turned; a resolution, whose tag is damaged
    content = io.BytesIO()
    image.new("RGB", (20, 10)).save(content, "JPEG", exif=tags)
    damaged = bytearray(content.getvalue())
    damaged[damaged.index(b"Exif") + place] = value
    assert to_crop(image.open(io.BytesIO(damaged))).shape == (20, 10, 3)


@pytest.mark.parametrize("tags", [b"", b"Exif\0\0no TIFF"], ids=["none", "no TIFF"])
def test_a_pil_image_whose_tags_cannot_be_read_is_as_it_is(tags):
    image = pytest.importorskip("PIL.Image")
    picture = image.new("RGB", (20, 10))
    picture.info["exif"] = tags
    assert to_crop(picture).shape == (10, 20, 3)


@pytest.mark.parametrize("raised", [RuntimeError, TypeError, KeyError])
def test_whatever_pillow_raises_over_a_damaged_image_it_is_refused(monkeypatch, raised):
    image = pytest.importorskip("PIL.Image")

    def convert(*_):
        raise raised("damaged")

    monkeypatch.setattr(image.Image, "convert", convert)
    with pytest.raises(PictureError, match=r"^PIL image: .*damaged"):
        to_crop(image.new("RGB", (20, 20)))


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_pil_image_of_a_file_that_was_cut_off_is_refused(form):
    image = pytest.importorskip("PIL.Image")
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    content = io.BytesIO()
    image.fromarray(noise).save(content, form)
    half = io.BytesIO(content.getvalue()[: len(content.getvalue()) // 2])
    with pytest.raises(PictureError, match=r"^PIL image: .*truncated"):
        to_crop(image.open(half))


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
        (
            "https://me:secret@host/a.png",
            r"^https://me:\*\*\*@host/a\.png: a URL; download the pic",
        ),
        ("a\0b.png", r"^'a\\x00b\.png': not a path: embedded null"),
        ("a\ud800.png", r"^'a\\ud800\.png': not a path: .* surrogates not allowed$"),
        (NamedBy(17), r"^NamedBy: not a path: "),
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
        (b'<?xml version="1.0"?><svg width="9"/>', "an SVG drawing; export it as PNG"),
        (cv2.imencode(".png", COLOUR)[1].tobytes()[:40], "not a picture"),
        (b"\x89PNG\r\n\x1a\neXIf", "not a picture"),
        (b"RIFFEXIFWEBPVP8X", "not a picture"),
    ],
)
def test_a_broken_file_is_named(tmp_path, content, message):
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=f"broken.png: {message}"):
        to_crop(path)


@pytest.mark.parametrize("damage", ["cut off", "cut off in its last chunk", "flipped bits"])
def test_a_damaged_png_is_told_by_us_alone(tmp_path, damage, capfd):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    content = bytearray(cv2.imencode(".png", noise)[1])
    if damage == "flipped bits":
        content[200] ^= 255
    else:
        del content[-4 if "last" in damage else len(content) // 2 :]
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=r"broken.png: not a picture .* damaged or cut off$"):
        to_crop(path)
    assert capfd.readouterr() == ("", "")


def test_a_png_whose_remarks_are_damaged_is_a_picture():
    content = cv2.imencode(".png", COLOUR)[1].tobytes()
    remark = b"\0\0\0\4tEXta\0bcXXXX"  # with a wrong checksum
    first = content.index(b"IDAT") - 4
    changed = content[:first] + remark + content[first:] + b"something behind it"
    assert np.array_equal(decode_crop(changed, "changed"), COLOUR)


def jpeg(picture: np.ndarray, thumbnail: bytes = b"") -> bytes:
    """A JPEG file that holds a smaller one, as cameras write it, if one is given."""
    content = cv2.imencode(".jpg", picture)[1].tobytes()
    length = (2 + len(thumbnail)).to_bytes(2, "big")
    return content[:2] + (b"\xff\xe1" + length + thumbnail if thumbnail else b"") + content[2:]


@pytest.mark.parametrize("thumbnail", [b"", jpeg(COLOUR)])
@pytest.mark.parametrize("kept", [0.6, 0.9])
def test_a_jpeg_that_is_cut_off_is_told_and_not_answered(tmp_path, thumbnail, kept):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    content = jpeg(noise, thumbnail)
    path = tmp_path / "half.jpg"
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(PictureError, match=r"half.jpg: cut off, as an interrupted download is"):
        to_crop(path)


def test_a_jpeg_with_something_behind_it_is_a_picture():
    content = jpeg(COLOUR, jpeg(COLOUR))
    assert decode_crop(content + b"\xff\xda a film of the moment", "x").shape == COLOUR.shape


def test_an_empty_name_is_no_picture():
    with pytest.raises(PictureError, match=r"^an empty name is no picture$"):
        to_crop("")


def test_what_might_never_end_is_not_read(tmp_path):
    pipe = tmp_path / "x.png"
    os.mkfifo(pipe)
    for read in (to_crop, read_exemplar, lambda path: find_pictures(str(path))):
        with pytest.raises(PictureError, match=r"x\.png: not a regular file$"):
            read(pipe)


def test_a_folder_lists_all_that_looks_like_pictures_but_folders(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "folder.png" / "a.png").write_bytes(b"x")
    assert [p.name for p in find_pictures(str(tmp_path))] == ["a.png", "pipe.png"]


def test_hidden_files_and_folders_are_no_pictures_of_a_folder(tmp_path):
    for name in ("a.png", ".b.png", ".thumbnails/c.png", "in/.d.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert find_pictures(str(tmp_path)) == [tmp_path / "a.png"]
    assert find_pictures(str(tmp_path / ".thumbnails")) == [tmp_path / ".thumbnails" / "c.png"]


def test_a_folder_is_searched_and_a_glob_expanded(tmp_path):
    (tmp_path / "sub").mkdir()
    for name in ("b.png", "sub/a.JPG", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert [p.name for p in find_pictures(str(tmp_path))] == ["b.png", "a.JPG"]
    assert [p.name for p in find_pictures(str(tmp_path / "*.png"))] == ["b.png"]


def test_a_folder_in_a_glob_may_be_called_like_a_pattern(tmp_path):
    for name in ("de.274[50]/a.png", "de.274[50]/b.gif", "de.2745/c.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [p.name for p in find_pictures(f"{tmp_path}/de.274[50]/*.png")] == ["a.png"]
    assert [p.name for p in find_pictures(f"{tmp_path}/de.274[50]/*.jpg")] == ["c.jpg"]


def test_two_stars_are_any_folders(tmp_path):
    for name in ("a.png", "in/b.png", "in/side/c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = find_pictures(f"{tmp_path}/**/*.png")
    assert [p.name for p in found] == ["a.png", "b.png", "c.png"]


@pytest.mark.parametrize(
    ("source", "message"),
    [("", "holds no picture"), ("missing.png", "no such file"), ("*.gif", "nothing matches")],
)
def test_sources_without_pictures_are_told(tmp_path, source, message):
    with pytest.raises(PictureError, match=message):
        find_pictures(str(tmp_path / source) if source else str(tmp_path))


def test_a_misspelt_source_is_told_with_what_lies_there(tmp_path, monkeypatch):
    (tmp_path / "pictures").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PictureError, match=r"no such file or folder; did you mean `pictures`\?$"):
        find_pictures("pitures")
    with pytest.raises(PictureError, match=r"no such file or folder$"):
        find_pictures("nowhere/pitures")


def test_an_empty_name_is_not_taken_for_this_folder(tmp_path, monkeypatch):
    cv2.imwrite(str(tmp_path / "a.png"), COLOUR)
    monkeypatch.chdir(tmp_path)
    assert [p.name for p in find_pictures(".")] == ["a.png"]
    with pytest.raises(PictureError, match=r"^an empty name is no source; this folder is `\.`$"):
        find_pictures("")


def test_a_source_that_the_system_refuses_to_look_for_is_told():
    name = "a" * 300 + ".png"
    with pytest.raises(PictureError, match=f"^{name}: (File name too long|no such file)"):
        find_pictures(name)


def test_a_source_that_one_may_not_look_for_is_told(monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.is_dir", refuse)  # for root may look everywhere
    with pytest.raises(PictureError, match=r"^private/sign.png: Permission denied$"):
        find_pictures("private/sign.png")


def test_a_colour_that_is_transparent_is_laid_on_grey_also_in_a_photograph(tmp_path):
    image = pytest.importorskip("PIL.Image")
    sign = image.new("RGB", (20, 20), (200, 10, 10))
    sign.paste((0, 0, 0), (0, 0, 10, 20))
    exif = image.Exif()
    exif[0x0112] = 1  # the orientation, upright
    sign.save(tmp_path / "cut_out.png", transparency=(0, 0, 0), exif=exif)
    crop = to_crop(tmp_path / "cut_out.png")
    assert crop[5, 5].tolist() == [128, 128, 128]
    assert crop[5, 15].tolist() == [10, 10, 200]
