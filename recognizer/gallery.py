"""The gallery: embeddings of the exemplars that define each pictogram of a catalogue.

Beside ``signs.yaml`` lies ``signs.gallery.safetensors`` with the embeddings of artwork that is
not shipped itself. Embeddings compare only within one set of weights, so the file names the
weights it was made with. Exemplars that are pictures on disk need no entry: they are embedded
when the catalogue is loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from attributes.readings import Readings
from attributes.views import exemplar_views
from attributes.weights_identity import DEFAULT_MATCH_COSINE
from recognizer.gallery_file import (
    GalleryError,
    gallery_path,
    read_gallery,
    sources_of,
    write_gallery,
)
from recognizer.pictures import PictureError, read_exemplar
from rules import Catalogue, Pictogram

__all__ = ["Gallery", "GalleryError", "gallery_path", "load_gallery", "write_gallery"]

FloatArray = npt.NDArray[np.float32]

_BLAS = ThreadpoolController().select(user_api="blas")
"""NumPy's matrix library. Its idle threads spin for a while after each product, on the cores that
the networks need for the next frame: a stream runs at a third of its speed then."""
_BLAS_LOCK = Lock()
"""Two threads that limit it at once would restore each other's limit."""
ArtworkLoader = Callable[[str], npt.NDArray[np.uint8]]
"""``mapillary:NAME`` -> uint8 (H, W, 4) BGRA."""

_NEAREST = 3
"""Views whose cosines are averaged: one may fit by chance, three seldom do."""


class Predictor(Protocol):
    """What reads crops: :class:`attributes.predictor.AttributePredictor`, or a stand-in for it."""

    @property
    def fingerprint(self) -> str:
        """Digest of the weights."""

    @property
    def match_cosine(self) -> float:
        """See :class:`attributes.weights_file.Calibration`."""

    def predict(self, crops: Sequence[npt.NDArray[np.uint8]], /) -> Readings:
        """Readings of N crops, each uint8 (H, W, 3) BGR."""


@dataclass(frozen=True)
class Gallery:
    """Exemplar embeddings of P pictograms.

    Attributes:
        names: the pictograms.
        embeddings: float32 (P, K, D), unit norm; a pictogram with fewer than K views repeats
            none but has zero rows at the end.
        counts: intp (P,), how many rows of each are views.
        match_cosine: of the weights that made them, see
            :class:`attributes.weights_file.Calibration`.
    """

    names: tuple[str, ...]
    embeddings: FloatArray
    counts: npt.NDArray[np.intp]
    match_cosine: float

    @classmethod
    def from_embeddings(
        cls, embeddings: Mapping[str, FloatArray], match_cosine: float = DEFAULT_MATCH_COSINE
    ) -> Gallery:
        """Stack (views, D) arrays of each pictogram."""
        longest = max((len(e) for e in embeddings.values()), default=0)
        dimensions = next((e.shape[1] for e in embeddings.values()), 1)
        stacked = np.zeros((len(embeddings), longest, dimensions), np.float32)
        for row, array in zip(stacked, embeddings.values(), strict=True):
            row[: len(array)] = array
        counts = np.array([len(e) for e in embeddings.values()], np.intp)
        return cls(tuple(embeddings), stacked, counts, match_cosine)

    @cached_property
    def digest(self) -> str:
        """Of names and embeddings: galleries of one digest give the same similarities."""
        content = hashlib.sha256("\0".join(self.names).encode())
        content.update(np.ascontiguousarray(self.embeddings).tobytes())
        content.update(self.counts.astype(np.int64).tobytes())
        return content.hexdigest()[:16]

    def similarity(self, embedding: FloatArray) -> FloatArray:
        """Cosine of N crops to P pictograms: mean of each one's nearest views.

        Args:
            embedding: float32 (N, D), unit norm.

        Returns:
            float32 (N, P) in [-1, 1].
        """
        similarity = np.zeros((len(embedding), len(self.names)), np.float32)
        with _BLAS_LOCK, _BLAS.limit(limits=1):
            products = [embedding @ views for _, _, views in self._by_count]
        for (count, rows, _), cosines in zip(self._by_count, products, strict=True):
            similarity[:, rows] = mean_of_nearest(cosines.reshape(-1, len(rows), count))
        return similarity

    @cached_property
    def _by_count(self) -> list[tuple[int, npt.NDArray[np.intp], FloatArray]]:
        """For each number K of views: the P pictograms that have so many, and these (D, P * K)."""
        groups = []
        for count in np.unique(self.counts).tolist():
            rows = np.flatnonzero(self.counts == count)
            views = self.embeddings[rows, :count].reshape(-1, self.embeddings.shape[2])
            groups.append((count, rows, np.ascontiguousarray(views.T)))
        return groups


def mean_of_nearest(cosines: FloatArray) -> FloatArray:
    """How alike crops and pictograms are, by their views.

    Args:
        cosines: float32 (N, P, K), of N crops to the K views, one at least, of each pictogram.

    Returns:
        float32 (N, P), mean of the nearest three, or of fewer where there are no more.
    """
    count = cosines.shape[2]
    nearest = min(_NEAREST, count)
    ordered = np.partition(cosines, count - nearest, axis=2)
    return np.asarray(ordered[:, :, count - nearest :].mean(axis=2), np.float32)


def load_gallery(catalogue: Catalogue, predictor: Predictor) -> Gallery:
    """Embeddings of every pictogram of ``catalogue``, from its galleries and pictures.

    Raises:
        GalleryError: an exemplar's embedding is missing or stale, or a picture is unreadable.
    """
    stored: dict[Path, dict[str, tuple[list[str], FloatArray]]] = {}
    embeddings: dict[str, FloatArray] = {}
    for name, pictogram in catalogue.pictograms.items():
        path = gallery_path(Path(pictogram.position.file))
        if path not in stored:
            stored[path] = read_gallery(path, predictor.fingerprint)
        sources, array = stored[path].get(name, ([], np.zeros((0, 0), np.float32)))
        if sources == sources_of(pictogram):
            embeddings[name] = array
        elif pictogram.artwork:
            copied = "" if path.is_file() else "; if the rule file is a copy, copy its gallery, too"
            raise GalleryError(
                f"{pictogram.position}: pictogram `{name}` has no up-to-date embedding in {path}",
                f"run `signrules gallery {pictogram.position.file}`{copied}",
            )
        else:
            embeddings[name] = embed_pictogram(pictogram, predictor, _no_artwork)
    return Gallery.from_embeddings(embeddings, predictor.match_cosine)


def build_gallery(
    pictograms: Iterable[Pictogram], predictor: Predictor, artwork: ArtworkLoader
) -> dict[str, tuple[list[str], FloatArray]]:
    """Embed the exemplars of each pictogram: name -> (sources, float32 (views, D)).

    Raises:
        GalleryError: an exemplar is not to be had.
    """
    return {p.name: (sources_of(p), embed_pictogram(p, predictor, artwork)) for p in pictograms}


def embed_pictogram(
    pictogram: Pictogram, predictor: Predictor, artwork: ArtworkLoader
) -> FloatArray:
    """Embeddings of all views of all exemplars, float32 (views, D).

    Raises:
        GalleryError: an exemplar is not to be had.
    """
    views = []
    references: tuple[str | Path, ...] = (*pictogram.artwork, *pictogram.exemplars)
    named = (*pictogram.artwork_positions, *pictogram.exemplar_positions)
    # Whoever makes pictograms of his own need not say where.
    positions = named if len(named) == len(references) else (pictogram.position,) * len(references)
    for reference, position in zip(references, positions, strict=True):
        try:
            if isinstance(reference, Path):
                views += exemplar_views(read_exemplar(reference))
            else:
                views += exemplar_views(artwork(reference))
        except (PictureError, ValueError, OSError) as error:
            reason = str(error).removeprefix(f"{reference}: ")
            raise GalleryError(
                f"{position}: exemplar of `{pictogram.name}`: {reference}: {reason}"
            ) from None
    return predictor.predict(views).embedding


def _no_artwork(reference: str) -> npt.NDArray[np.uint8]:
    raise ValueError(f"{reference}: artwork is embedded by `signrules gallery` only")
