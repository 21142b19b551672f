"""Which pictograms the network takes for each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recognizer.gallery import Gallery
from recognizer.look_alikes import look_alikes


def views(*angles: float) -> npt.NDArray[np.float32]:
    """Unit vectors in the plane, by their angles in degrees."""
    radians = np.radians(angles)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def pairs(**pictograms: npt.NDArray[np.float32]) -> list[tuple[str, str]]:
    gallery = Gallery.from_embeddings(pictograms)
    return [pair.names for pair in look_alikes(gallery, margin=0.05)]


def test_pictograms_are_alike_if_their_views_mingle() -> None:
    assert pairs(deer=views(0, 10, 20), cow=views(5, 15, 25), tram=views(90, 100, 110)) == [
        ("deer", "cow")
    ]


def test_how_much_the_views_of_one_picture_differ_is_taken_into_account() -> None:
    near = views(0, 1, 2), views(25, 26, 27)
    wide = views(-60, 0, 60), views(-35, 25, 85)
    assert pairs(a=near[0], b=near[1]) == []
    assert pairs(a=wide[0], b=wide[1]) == [("a", "b")]


def test_pictograms_of_one_view_are_alike_if_it_is_nearly_the_same() -> None:
    assert pairs(a=views(0), b=views(5), c=views(90)) == [("a", "b")]


def test_similarity_is_a_cosine() -> None:
    gallery = Gallery.from_embeddings({"a": views(0), "b": views(10)})
    (pair,) = look_alikes(gallery, margin=0.05)
    assert np.isclose(pair.similarity, np.cos(np.radians(10)))


def test_an_empty_gallery_has_no_pairs() -> None:
    assert pairs() == []
