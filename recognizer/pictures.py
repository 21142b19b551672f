"""Whatever people call a picture -> one BGR crop."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Iterator
from glob import escape, glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import cv2
import numpy as np
import numpy.typing as npt

from attributes.errors import UserError
from recognizer.orientation import (
    ORIENTATION,
    UPRIGHT,
    known_orientation,
    orientation_of,
    turn_upright,
)
from recognizer.urls import is_url, without_password
from rules.file_references import PICTURE_SUFFIXES, nothing_there

if TYPE_CHECKING:
    from PIL.Image import Image

Crop = npt.NDArray[np.uint8]
"""One crop: uint8 (H, W, 3), BGR."""
Picture = Union[npt.NDArray[Any], str, "os.PathLike[str]", "Image"]
"""An array (H, W), (H, W, 1), (H, W, 3) BGR or (H, W, 4) BGRA; a path; a PIL image."""

SUFFIXES = PICTURE_SUFFIXES
"""Endings of the files that are taken for pictures when a folder is read."""

_JPEG = b"\xff\xd8"
_JPEG_SCAN = 0xDA
"""Second byte of the marker before the pixels."""
_JPEG_END = b"\xff\xd9"
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_WITH_ALPHA = (b"\x04", b"\x06")
"""Colour types, the tenth byte of a PNG's header."""
_WEBP_ALPHA = 0x10
"""Bit of the flags of an extended WebP header."""
_AVIF_BOXES = 4096
"""Bytes that what is said of an AVIF picture takes, before its pixels."""
_UPRIGHT = cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH
"""Unlike ``IMREAD_UNCHANGED``, these turn by the EXIF tag; but they drop transparency."""

_NOT_REGULAR = "not a regular file"
"""Said of a pipe or a device, which might never end."""
_BITS_IN_SIXTEEN = (8, 10, 12)
"""Of cameras that give numbers of 16 bits, but use the lower ones alone."""
_OVERSHOOT = 0.5
"""How far beyond [0, 1] floats may lie that were in it before a resize; cubic ones reach 0.45."""


class PictureError(UserError):
    """A picture cannot be read; the message says which and why."""


def to_crop(picture: Picture) -> Crop:
    """Any picture as one BGR crop, uint8 (H, W, 3).

    Grey becomes BGR, transparency is laid on mid-grey, floats are taken as [0, 1]. Files and PIL
    images are turned as their EXIF orientation says.

    Raises:
        PictureError: there is no such file, it is a URL, no picture or a damaged one, or the array
            is not one.
    """
    if isinstance(picture, np.ndarray):
        return _from_array(picture, "array")
    if isinstance(picture, str | os.PathLike):
        name = _name(picture)
        if not name:  # pathlib would take it for this folder
            raise PictureError("an empty name is no picture")
        if is_url(name):
            raise PictureError(
                f"{without_password(name)}: a URL; download the picture and give its path "
                "(stream() and `signrules recognize` open videos and cameras behind URLs)"
            )
        return _from_array(_read_pixels(Path(name)), name)
    if hasattr(picture, "convert"):  # a PIL image, without importing PIL
        return _from_array(_pixels_of_pil(picture), "PIL image")
    raise PictureError(
        f"{type(picture).__name__}: not a picture; give a BGR array, a path or a PIL image"
    )


def decode_crop(content: bytes, name: str, *, upright: bool = False) -> Crop:
    """The crop that the bytes of a picture file hold.

    Args:
        content: the bytes.
        name: what messages call it.
        upright: whether the picture is turned as its EXIF orientation says. A picture of one sign
            should be, since viewers show it so. A frame that labelled boxes are cut from must not:
            data sets such as COCO and YOLO state boxes in the pixels as they are stored.

    Raises:
        PictureError: they hold none.
    """
    return _from_array(_decode(content, name, upright=upright), name)


def read_exemplar(path: Path) -> Crop:
    """A picture file, upright: BGR, or BGRA where it has transparency; uint8 (H, W, 3 or 4).

    Raises:
        PictureError: there is no such file, or it is no picture.
    """
    pixels = _read_pixels(path)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        return _to_eight_bit(pixels, str(path))
    return _from_array(pixels, str(path))


def find_pictures(source: str) -> list[Path]:
    """The pictures that a command-line SOURCE means: a file, a folder (searched) or a glob.

    Hidden ones, whose names or folders begin with a dot, are none of a folder.

    Raises:
        PictureError: nothing is there, one may not look, or the name is empty.
    """
    if not source:  # as of a script's unset variable; pathlib would take it for this folder
        raise PictureError("an empty name is no source; this folder is `.`")
    try:
        return _find_pictures(source)
    except OSError as error:  # a folder that one may not enter, a name that is too long
        raise PictureError(f"{source}: {error.strerror or error}") from None


def _find_pictures(source: str) -> list[Path]:
    path = Path(source)
    if path.is_dir():
        ending_so = (p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
        shown = (p for p in ending_so if not any(map(is_hidden, p.relative_to(path).parts)))
        found = sorted(p for p in shown if not p.is_dir())
        if not found:
            raise PictureError(f"{source}: the folder holds no picture ({', '.join(_endings())})")
        return found
    if path.exists():
        if not path.is_file():
            raise PictureError(f"{source}: {_NOT_REGULAR}")
        return [path]
    if has_magic(source):
        matched = sorted(Path(p) for p in _matching(source) if Path(p).is_file())
        if matched:
            return matched
        raise PictureError(f"{source}: nothing matches")
    raise PictureError(nothing_there(source))


def _matching(pattern: str) -> list[str]:
    """What a glob matches; if nothing does, with folders that are there as they are called.

    So ``de.274[50]/*.png`` finds the pictures in a folder of that name.
    """
    found = glob(pattern, recursive=True)
    if found:
        return found
    folder = next(above for above in Path(pattern).parents if above.exists())
    return glob(
        os.path.join(escape(str(folder)), Path(pattern).relative_to(folder)), recursive=True
    )


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is what systems and editors leave for themselves."""
    return name.startswith(".")


def _endings() -> Iterator[str]:
    return (suffix[1:] for suffix in sorted(SUFFIXES))


def _name(picture: str | os.PathLike[Any]) -> str:
    try:
        return os.fsdecode(picture)  # which takes paths of bytes, too
    except TypeError as error:
        raise PictureError(f"{type(picture).__name__}: not a path: {error}") from None


def _read_pixels(path: Path) -> npt.NDArray[Any]:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise PictureError(f"{path}: {_NOT_REGULAR}")
        content = path.read_bytes()
    except FileNotFoundError:
        raise PictureError(f"{path}: no such file") from None
    except OSError as error:
        raise PictureError(f"{path}: {error.strerror or error}") from None
    except ValueError as error:  # a null byte, or a character that no file name can have
        raise PictureError(f"{str(path)!r}: not a path: {error}") from None
    # Decoded from memory: cv2.imread cannot open every path that Python can.
    return _decode(content, str(path), upright=True)


def _decode(content: bytes, name: str, *, upright: bool) -> npt.NDArray[Any]:
    if not content:
        raise PictureError(f"{name}: the file is empty")
    is_turned = upright and (content.startswith(_JPEG) or _is_photograph(content))
    flags = _UPRIGHT if is_turned else cv2.IMREAD_UNCHANGED
    if content.startswith(_PNG) and not _is_whole_png(content):
        raise PictureError(f"{name}: not a picture that can be decoded; it is damaged or cut off")
    if content.startswith(_JPEG) and _is_cut_off_jpeg(content):
        raise PictureError(f"{name}: cut off, as an interrupted download is; part of it is missing")
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except cv2.error:  # for example a header that claims 2^30 pixels a side
        pixels = None
    if pixels is None:
        if b"<svg" in content[:2000] and b"<html" not in content[:2000].lower():
            raise PictureError(f"{name}: an SVG drawing; export it as PNG, 200 pixels wide or more")
        raise PictureError(f"{name}: not a picture that can be decoded")
    if upright and _is_turned_avif(content):  # which OpenCV leaves as it is stored
        raise PictureError(f"{name}: an AVIF picture to be turned; save it upright, or as JPEG")
    if upright and not is_turned:
        pixels = turn_upright(pixels, orientation_of(_exif_of(content)))
    return np.asarray(pixels)


def _is_photograph(content: bytes) -> bool:
    """Whether a PNG or WebP file says how it was taken, and has no transparency."""
    if content.startswith(_PNG):
        is_opaque = content[25:26] not in _PNG_WITH_ALPHA and b"tRNS" not in content
        return b"eXIf" in content and is_opaque
    return _is_extended_webp(content) and b"EXIF" in content and not content[20] & _WEBP_ALPHA


def _is_extended_webp(content: bytes) -> bool:
    return content.startswith(b"RIFF") and content[8:16] == b"WEBPVP8X" and len(content) > 20


def _is_turned_avif(content: bytes) -> bool:
    """Whether an AVIF file has a box that turns or mirrors it (ISO/IEC 23008-12)."""
    if content[4:8] != b"ftyp" or b"avif" not in content[8:40]:
        return False
    boxes = content[:_AVIF_BOXES]
    at = boxes.find(b"irot")
    return (at >= 0 and boxes[at + 4 : at + 5] != b"\0") or b"imir" in boxes


def _exif_of(content: bytes) -> bytes:
    """The EXIF block of a PNG or WebP file, and what follows it; empty if it has none."""
    name, before = (b"eXIf", 0) if content.startswith(_PNG) else (b"EXIF", 4)  # its length
    if not before or _is_extended_webp(content):
        at = content.rfind(name)
        if at >= 0:
            return content[at + len(name) + before :]
    return b""


def _is_whole_png(content: bytes) -> bool:
    """Whether all chunks that matter are there and undamaged, or libpng would write to stderr."""
    at = len(_PNG)
    while at + 12 <= len(content):
        end = at + 8 + int.from_bytes(content[at : at + 4], "big")
        kind = content[at + 4 : at + 8]
        if kind == b"IEND":
            return True
        is_critical = kind[:1].isupper()
        checksum = zlib.crc32(memoryview(content)[at + 4 : end])
        if is_critical and checksum != int.from_bytes(content[end : end + 4], "big"):
            return False
        at = end + 4
    return False


def _is_cut_off_jpeg(content: bytes) -> bool:
    """Whether no end follows the pixels: libjpeg makes grey of what is missing.

    Whether that is all that is missing cannot be told without decoding, so it is refused as well.
    Thumbnails among the segments before them have an end of their own.
    """
    at = len(_JPEG)
    while at + 4 <= len(content) and content[at] == 0xFF:
        if content[at + 1] == 0xFF:  # fill bytes
            at += 1
            continue
        if content[at + 1] == _JPEG_SCAN:
            # Among coded pixels, no byte 0xFF is followed by one that is the end's.
            return content.find(_JPEG_END, at) < 0
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return False


def _pixels_of_pil(image: Image) -> npt.NDArray[Any]:
    """An upright PIL image as (H, W, 4) BGRA; as (H, W) what RGBA would clip: 16 bits, floats."""
    try:
        pixels = _pixels_as_stored(image)
    except (PictureError, MemoryError):
        raise
    except Exception as error:  # its decoders raise of every kind for damaged files
        raise PictureError(f"PIL image: {error}") from None
    return turn_upright(pixels, _orientation_of_pil(image))


def _orientation_of_pil(image: Image) -> int:
    try:
        return known_orientation(image.getexif().get(ORIENTATION))
    except Exception:  # a block of which nothing can be read, beside pixels that may be sound
        return UPRIGHT


def _pixels_as_stored(image: Image) -> npt.NDArray[Any]:
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)  # its bytes may be in the other order
    if image.mode == "F":
        return np.asarray(image)
    if image.mode == "I":  # 32 bits, in which Pillow keeps what has 16
        grey = np.asarray(image)
        if grey.min() < 0 or grey.max() > np.iinfo(np.uint16).max:
            raise PictureError(
                f"PIL image: grey of 32 bits must lie in [0, 65535], got {grey.min()} to "
                f"{grey.max()}"
            )
        return grey.astype(np.uint16)
    return np.asarray(image.convert("RGBA"))[:, :, [2, 1, 0, 3]]


def _from_array(pixels: npt.NDArray[Any], name: str) -> Crop:
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4):
        raise PictureError(
            f"{name}: expected (H, W), (H, W, 3) BGR or (H, W, 4) BGRA, got {pixels.shape}"
        )
    if not pixels.size:
        raise PictureError(f"{name}: no pixels, shape {pixels.shape}")
    eight_bit = _to_eight_bit(pixels, name)
    if eight_bit.shape[2] == 1:
        return np.repeat(eight_bit, 3, axis=2)
    if eight_bit.shape[2] == 4:
        alpha = eight_bit[:, :, 3:].astype(np.float32) / 255
        laid = eight_bit[:, :, :3] * alpha + 128 * (1 - alpha)
        return np.asarray(laid.round(), np.uint8)
    return np.ascontiguousarray(eight_bit)


def _to_eight_bit(pixels: npt.NDArray[Any], name: str) -> npt.NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return np.asarray(pixels, np.uint8)
    if np.issubdtype(pixels.dtype, np.uint16):  # in either order of bytes
        largest = int(pixels.max())
        bits = next((bits for bits in _BITS_IN_SIXTEEN if 0 < largest < 1 << bits), None)
        if bits is not None:  # or it would be answered as almost black
            advice = "give uint8" if bits == 8 else f"of {bits} bits? Multiply by {1 << 16 - bits}"
            raise PictureError(
                f"{name}: pixels of type uint16 lie in [0, 65535], these are at most "
                f"{largest}; {advice}"
            )
        return np.asarray(pixels // 257, np.uint8)
    if pixels.dtype == np.bool_:
        return np.asarray(pixels * 255, np.uint8)
    if np.issubdtype(pixels.dtype, np.floating):
        low, high = float(np.min(pixels)), float(np.max(pixels))
        if not (low >= -1e-3 and high <= 1 + 1e-3):  # NaN fails too
            is_near = low >= -_OVERSHOOT and high <= 1 + _OVERSHOOT
            scaled, clipped = "divide by 255 or give uint8", "clip them by np.clip(pixels, 0, 1)"
            advice = clipped if is_near else scaled
            raise PictureError(
                f"{name}: float pixels must lie in [0, 1], got {low:g} to {high:g}; {advice}"
            )
        return np.asarray((pixels * 255).clip(0, 255).round(), np.uint8)
    raise PictureError(f"{name}: pixels of type {pixels.dtype} are not known; give uint8")
