"""The gallery: embeddings of exemplars, bound to the weights they were made with."""

import dataclasses
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
import safetensors.numpy
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from attributes.network import Architecture, AttributeNetwork
from attributes.predictor import AttributePredictor
from attributes.views import exemplar_views
from attributes.vocabulary import EMBEDDING_DIMENSIONS
from attributes.weights_file import describe_network, save_weights
from attributes.weights_identity import DEFAULT_MATCH_COSINE, WeightsError
from recognizer.cli.exit_codes import UNREADABLE
from recognizer.cli.main import main
from recognizer.gallery import (
    Gallery,
    GalleryError,
    build_gallery,
    embed_pictogram,
    gallery_path,
    load_gallery,
    write_gallery,
)
from recognizer.late_predictor import LatePredictor
from rules import Catalogue, Position, load_catalogue

BY_PICTURE = """
version: 1
pictograms: {deer: {exemplars: [deer.png]}}
signs: [{id: xx.deer, name: {en: Deer}, pictogram: deer}]
"""
OF_DEER = '{"deer": ["mapillary:deer"]}'
VIEWS = np.eye(2, EMBEDDING_DIMENSIONS, dtype=np.float32)
BY_ARTWORK = BY_PICTURE.replace("exemplars: [deer.png]", "artwork: ['mapillary:deer']")


def predictor(folder: Path, seed: int) -> AttributePredictor:
    torch.manual_seed(seed)
    network = AttributeNetwork(Architecture(widths=(8, 8, 8), blocks=(1, 1, 1), text_width=8))
    path = folder / f"weights{seed}.safetensors"
    save_weights(network, describe_network(network, "tiny"), path)
    return AttributePredictor(path)


def artwork(reference: str) -> np.ndarray:
    picture = np.zeros((60, 60, 4), np.uint8)
    cv2.circle(picture, (30, 30), 25, (0, 0, 255, 255), -1)
    return picture


def catalogue(folder: Path, text: str) -> Catalogue:
    cv2.imwrite(str(folder / "deer.png"), artwork("deer"))
    path = folder / "signs.yaml"
    path.write_text(text)
    return load_catalogue(path)


@pytest.mark.parametrize(
    ("calibration", "expected"), [({"match_cosine": 0.55}, 0.55), ({}, DEFAULT_MATCH_COSINE)]
)
def test_a_gallery_has_the_match_cosine_of_its_weights(tmp_path, calibration, expected):
    predictor(tmp_path, 0)
    weights = tmp_path / "weights0.safetensors"
    card = json.loads(weights.with_suffix(".json").read_text())
    weights.with_suffix(".json").write_text(json.dumps({**card, "calibration": calibration}))
    rules = catalogue(tmp_path, BY_PICTURE)
    # The second waits for the first crop, and has to say so without torch.
    for made in (AttributePredictor(weights), LatePredictor(weights)):
        assert load_gallery(rules, made).match_cosine == expected


def test_a_card_that_changes_before_the_first_crop_is_not_used(tmp_path):
    predictor(tmp_path, 0)
    weights = tmp_path / "weights0.safetensors"
    late = LatePredictor(weights)
    card = json.loads(weights.with_suffix(".json").read_text())
    changed = {**card, "calibration": {"match_cosine": 0.7}}
    weights.with_suffix(".json").write_text(json.dumps(changed))
    with pytest.raises(WeightsError, match="changed during the run"):
        late.predict([np.zeros((32, 32, 3), np.uint8)])


def test_one_pictogram_is_counted_as_one(tmp_path, capsys):
    rules = catalogue(tmp_path, BY_PICTURE).files[0]
    predictor(tmp_path, 0)
    assert main(["gallery", str(rules), "--weights", str(tmp_path / "weights0.safetensors")]) == 0
    assert capsys.readouterr().out == f"{gallery_path(rules)}: 1 pictogram\n"


def test_a_gallery_holds_the_pictograms_of_its_own_file(tmp_path, capsys):
    catalogue(tmp_path, BY_PICTURE)
    predictor(tmp_path, 0)
    cv2.imwrite(str(tmp_path / "elk.png"), artwork("elk"))
    own = tmp_path / "own.yaml"
    own.write_text("version: 1\nextends: signs.yaml\npictograms: {elk: {exemplars: [elk.png]}}\n")
    assert main(["gallery", str(own), "--weights", str(tmp_path / "weights0.safetensors")]) == 0
    assert capsys.readouterr().out.endswith(": 1 pictogram\n")


def test_artwork_without_what_draws_it_says_what_to_install(tmp_path, monkeypatch, capsys):
    drawn = BY_ARTWORK.replace("mapillary:deer", "signrules:136-10")
    rules = catalogue(tmp_path, drawn).files[0]
    predictor(tmp_path, 0)
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    weights = str(tmp_path / "weights0.safetensors")
    assert main(["gallery", str(rules), "--weights", weights]) == UNREADABLE
    told = "signrules:136-10: artwork needs `pip install signrules[train]` (resvg_py is missing)"
    assert told in capsys.readouterr().err


def test_exemplar_pictures_are_embedded_when_the_catalogue_loads(tmp_path):
    gallery = load_gallery(catalogue(tmp_path, BY_PICTURE), predictor(tmp_path, 0))
    assert gallery.names == ("deer",)
    assert np.allclose(np.linalg.norm(gallery.embeddings[0], axis=1), 1, atol=1e-4)


def test_artwork_needs_a_gallery_and_says_how_to_get_it(tmp_path):
    rules, eyes = catalogue(tmp_path, BY_ARTWORK), predictor(tmp_path, 0)
    with pytest.raises(GalleryError, match=r"signs.yaml:3.*`deer`.*run `signrules gallery") as told:
        load_gallery(rules, eyes)
    assert str(told.value).endswith("if the rule file is a copy, copy its gallery, too")
    # One that is there was not forgotten.
    write_gallery(gallery_path(rules.files[0]), {}, eyes.fingerprint)
    with pytest.raises(GalleryError, match=r"run `signrules gallery [^;]*signs.yaml`$"):
        load_gallery(rules, eyes)


def test_a_gallery_comes_back_as_it_was_written(tmp_path):
    rules, eyes = catalogue(tmp_path, BY_ARTWORK), predictor(tmp_path, 0)
    entries = build_gallery(rules.pictograms.values(), eyes, artwork)
    write_gallery(gallery_path(rules.files[0]), entries, eyes.fingerprint)
    loaded = load_gallery(rules, eyes)
    assert np.allclose(loaded.embeddings[0], entries["deer"][1], atol=2e-3)


def test_a_new_gallery_has_the_permissions_of_other_new_files(tmp_path):
    path, other = gallery_path(tmp_path / "signs.yaml"), tmp_path / "other"
    write_gallery(path, {"deer": (["mapillary:deer"], VIEWS)}, "fingerprint")
    other.touch()
    assert path.stat().st_mode == other.stat().st_mode


def test_a_gallery_of_other_weights_is_stale(tmp_path):
    rules, eyes = catalogue(tmp_path, BY_ARTWORK), predictor(tmp_path, 0)
    entries = build_gallery(rules.pictograms.values(), eyes, artwork)
    write_gallery(gallery_path(rules.files[0]), entries, eyes.fingerprint)
    with pytest.raises(GalleryError, match=r"made with other weights.*run `signrules gallery"):
        load_gallery(rules, predictor(tmp_path, 1))


def test_an_embedding_of_other_artwork_is_not_used(tmp_path):
    rules, eyes = catalogue(tmp_path, BY_ARTWORK), predictor(tmp_path, 0)
    entries = {"deer": (["mapillary:elk"], VIEWS)}
    write_gallery(gallery_path(rules.files[0]), entries, eyes.fingerprint)
    with pytest.raises(GalleryError, match="no up-to-date embedding"):
        load_gallery(rules, eyes)


def test_galleries_of_other_embeddings_have_other_digests():
    eye = np.eye(3, dtype=np.float32)
    one, same, other, named, fewer = (
        Gallery.from_embeddings(e).digest
        for e in ({"a": eye}, {"a": eye}, {"a": eye[::-1]}, {"b": eye}, {"a": eye[:2]})
    )
    assert one == same
    assert len({one, other, named, fewer}) == 4


def test_a_damaged_gallery_is_named(tmp_path):
    rules = catalogue(tmp_path, BY_ARTWORK)
    gallery_path(rules.files[0]).write_bytes(b"rubbish")
    with pytest.raises(GalleryError, match=r"signs.gallery.safetensors: not readable"):
        load_gallery(rules, predictor(tmp_path, 0))


@pytest.mark.parametrize(
    ("tensor", "sources"),
    [
        (np.ones(3), OF_DEER),
        (np.ones(()), OF_DEER),
        (np.eye(64), OF_DEER),
        (np.zeros((0, EMBEDDING_DIMENSIONS)), OF_DEER),
        (np.full((1, EMBEDDING_DIMENSIONS), np.nan), OF_DEER),
        (VIEWS, "[1]"),
        (VIEWS, "[" * 100_000),
    ],
)
def test_a_gallery_of_another_form_is_named(tmp_path, tensor, sources):
    rules = catalogue(tmp_path, BY_ARTWORK)
    eyes = predictor(tmp_path, 0)
    metadata = {"weights": eyes.fingerprint, "sources": sources}
    content = safetensors.numpy.save({"deer": tensor.astype(np.float16)}, metadata)
    gallery_path(rules.files[0]).write_bytes(content)
    with pytest.raises(GalleryError, match=r"signs.gallery.safetensors: not readable"):
        load_gallery(rules, eyes)


def test_an_exemplar_that_is_no_picture_is_told_with_its_place(tmp_path):
    rules = catalogue(tmp_path, BY_PICTURE)
    (tmp_path / "deer.png").write_bytes(b"rubbish")
    told = r"signs.yaml:3:\d+: exemplar of `deer`: .*deer.png: not a picture"
    with pytest.raises(GalleryError, match=told):
        load_gallery(rules, predictor(tmp_path, 0))
    cv2.imwrite(str(tmp_path / "deer.png"), np.zeros((20, 20, 3), np.uint8))
    with pytest.raises(GalleryError, match=r"exemplar of `deer`: .*deer.png: one colour"):
        load_gallery(rules, predictor(tmp_path, 0))


def test_similarity_averages_the_nearest_views_of_each_pictogram():
    axes = np.eye(4, dtype=np.float32)
    gallery = Gallery.from_embeddings({"many": axes, "one": axes[:1]})
    cosines = gallery.similarity(axes[:1])
    assert cosines[0] == pytest.approx([1 / 3, 1.0])


def test_no_crop_is_like_no_pictogram():
    gallery = Gallery.from_embeddings({"deer": np.eye(4, dtype=np.float32)})
    assert gallery.similarity(np.zeros((0, 4), np.float32)).shape == (0, 1)


def test_a_view_that_is_the_opposite_counts_as_such():
    axis = np.eye(1, 4, dtype=np.float32)
    gallery = Gallery.from_embeddings({"opposite": -axis, "both": np.concatenate([axis, -axis])})
    assert gallery.similarity(axis)[0] == pytest.approx([-1, 0])


def test_the_product_wakes_no_second_thread_and_leaves_the_number_as_it_was():
    seen = []

    class Watched(np.ndarray):
        def __matmul__(self, other):
            seen.extend(blas_threads())
            return np.asarray(self) @ other

    def blas_threads():
        pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
        return [pool["num_threads"] for pool in pools if "numpy" in pool["filepath"]]

    gallery = Gallery.from_embeddings({"deer": np.eye(4, dtype=np.float32)})
    with threadpool_limits(2, user_api="blas"):
        gallery.similarity(np.eye(4, dtype=np.float32).view(Watched))
        assert set(seen) == {1}
        assert set(blas_threads()) == {2}


def test_products_of_two_threads_leave_the_number_of_blas_threads_as_it_was():
    gallery = Gallery.from_embeddings({"deer": np.eye(64, dtype=np.float32)})
    crops = np.eye(64, dtype=np.float32)[np.zeros(500, int)]
    with threadpool_limits(2, user_api="blas"), ThreadPoolExecutor(4) as pool:
        before = threadpool_info()
        list(pool.map(gallery.similarity, [crops] * 100))
        assert threadpool_info() == before


@pytest.mark.parametrize("channels", [3, 4])
def test_views_of_an_exemplar_are_crops_that_differ(channels):
    views = exemplar_views(artwork("deer")[:, :, :channels])
    assert all(v.shape == (96, 96, 3) and v.dtype == np.uint8 for v in views)
    assert len({v.tobytes() for v in views}) == len(views) > 5


def test_artwork_is_laid_on_backgrounds_of_several_greys():
    corners = {int(view[0, 0, 0]) for view in exemplar_views(artwork("deer"))}
    assert len(corners) > 5
    assert min(corners) > 30


def test_a_transparent_exemplar_is_refused():
    with pytest.raises(ValueError, match="fully transparent"):
        exemplar_views(np.zeros((5, 5, 4), np.uint8))


@pytest.mark.parametrize(
    ("picture", "problem"),
    [
        (np.arange(27, dtype=np.uint8).reshape(3, 3, 3) * 9, "3×3 pixels, at least 10 are needed"),
        (np.full((80, 80, 3), 90, np.uint8), "one colour throughout: it shows nothing"),
    ],
)
def test_an_exemplar_that_shows_nothing_is_refused(picture, problem):
    with pytest.raises(ValueError, match=problem):
        exemplar_views(picture)


def test_a_gallery_that_cannot_be_written_is_named(tmp_path):
    path = gallery_path(tmp_path / "signs.yaml")
    path.mkdir()
    entries = {"deer": (["mapillary:deer"], VIEWS)}
    with pytest.raises(GalleryError, match=r"signs.gallery.safetensors: cannot be written: "):
        write_gallery(path, entries, "fingerprint")


@pytest.mark.parametrize("places", [(), (Position("signs.yaml", 1, 1),) * 2])
def test_a_pictogram_need_not_say_where_its_pictures_are_named(tmp_path, places):
    named = catalogue(tmp_path, BY_PICTURE).pictograms["deer"]
    made = dataclasses.replace(named, exemplar_positions=places)
    weights = predictor(tmp_path, 0)
    expected = embed_pictogram(named, weights, artwork)
    np.testing.assert_array_equal(embed_pictogram(made, weights, artwork), expected)


def test_a_photograph_of_many_pixels_is_reduced_first():
    small = np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8)
    large = cv2.resize(small, (4000, 3000), interpolation=cv2.INTER_LINEAR)
    reduced = cv2.resize(large, (512, 384), interpolation=cv2.INTER_AREA)
    for one, other in zip(exemplar_views(large), exemplar_views(reduced), strict=True):
        np.testing.assert_array_equal(one, other)
