"""The file of a gallery: what was embedded, and with which weights. Read without OpenCV."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import safetensors.numpy
from safetensors import SafetensorError, safe_open

from attributes.errors import UserError
from attributes.replacing import replace_bytes
from attributes.vocabulary import EMBEDDING_DIMENSIONS
from rules import Pictogram
from rules.file_references import existing_rule_file

FloatArray = npt.NDArray[np.float32]


class GalleryError(UserError):
    """The gallery lacks an exemplar, is damaged, cannot be written, or is of other weights.

    Attributes:
        problem: the message without what to do about it.
    """

    def __init__(self, problem: str, advice: str | None = None) -> None:
        super().__init__(problem if advice is None else f"{problem}; {advice}")
        self.problem = problem


def gallery_path(catalogue_file: Path) -> Path:
    """Where the gallery of a rule file lies."""
    return catalogue_file.with_suffix(".gallery.safetensors")


def write_gallery(
    path: Path, entries: Mapping[str, tuple[list[str], FloatArray]], fingerprint: str
) -> None:
    """Write a gallery file in one step.

    Half precision is far finer than two views of a sign differ.

    Raises:
        GalleryError: the file cannot be written.
    """
    tensors = {name: array.astype(np.float16) for name, (_, array) in entries.items()}
    metadata = {
        "weights": fingerprint,
        "sources": json.dumps({name: sources for name, (sources, _) in entries.items()}),
    }
    try:
        replace_bytes(path, safetensors.numpy.save(tensors, metadata))
    except OSError as error:
        raise GalleryError(f"{path}: cannot be written: {error}") from None


def sources_of(pictogram: Pictogram) -> list[str]:
    """What the embeddings are of: artwork by reference, pictures by content.

    Raises:
        GalleryError: a picture cannot be read.
    """
    pictures = []
    for path in pictogram.exemplars:
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        except OSError as error:
            raise GalleryError(f"{pictogram.position}: {path}: {error.strerror}") from None
        pictures.append(f"sha256:{digest}")
    return [*pictogram.artwork, *pictures]


def read_gallery(path: Path, fingerprint: str | None) -> dict[str, tuple[list[str], FloatArray]]:
    """Pictogram -> what its embeddings are of, and float32 (views, D); empty without a file.

    D is :data:`attributes.vocabulary.EMBEDDING_DIMENSIONS`, and each pictogram has a view at least.

    Raises:
        GalleryError: the file is damaged, or of other weights than those with ``fingerprint``, if
            that is known.
    """
    if not path.is_file():
        return {}
    try:
        with safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
        sources = dict(json.loads(metadata["sources"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise GalleryError(f"{path}: not readable as a gallery: {error}", _anew(path)) from None
    for name, array in arrays.items():
        if array.shape[1:] != (EMBEDDING_DIMENSIONS,) or not array.size:
            raise GalleryError(
                f"{path}: not readable as a gallery: `{name}` is of the shape {array.shape}, "
                f"expected (views, {EMBEDDING_DIMENSIONS})",
                _anew(path),
            )
        if not np.isfinite(array).all():
            raise GalleryError(
                f"{path}: not readable as a gallery: `{name}` holds numbers that are not finite",
                _anew(path),
            )
    if fingerprint is not None and metadata.get("weights") != fingerprint:
        raise GalleryError(
            f"{path}: made with other weights ({metadata.get('weights')}, in use are "
            f"{fingerprint})",
            _anew(path),
        )
    return {name: (sources.get(name, []), array) for name, array in arrays.items()}


def _anew(path: Path) -> str:
    return f"run `signrules gallery {catalogue_of(path)}`"


def catalogue_of(path: Path) -> Path:
    """The rule file that a gallery lies beside."""
    return existing_rule_file(str(path).removesuffix(".gallery.safetensors"))
