"""Whether a pictogram is found again on another plate.

``python benchmarks/cross_plates.py`` (extra ``train``) takes every pictogram that the artwork has
on plates of different shape, rim or face (a deer on a triangle and on a diamond), photographs
each drawing several times with all that training does to a rendering (and once more flat and in
good light), and asks: of the pictures
on *other* plates, is the nearest in the embedding one of the same pictogram? Every other
pictogram of the artwork competes on all its plates. Weights that were trained on this artwork,
such as the release weights, have seen these drawings; their figure says that the embedding is
common to all plates, not that it holds for a new pictogram.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from kept_weights import RELEASE, add_weights_option, chosen_predictor
from plain_errors import run_plainly
from rendering import CAMERAS, SEED, Camera, fresh_materials
from torch import Generator

from attributes.predictor import AttributePredictor
from attributes.progress import track
from attributes.training.artwork import Drawing
from attributes.training.configuration import available, load
from attributes.training.labels import NO_PICTOGRAM, UNKNOWN_PICTOGRAM
from attributes.training.materials import Materials
from attributes.training.photographing import Sprites

_CHUNK = 256


@dataclass(frozen=True)
class Recall:
    """How often the nearest picture on another plate shows the same pictogram.

    Attributes:
        drawings: how many drawings were asked about.
        pictograms: how many pictograms they show.
        gallery: how many drawings competed.
        at_1: share of the queries that were right.
        chance: what drawing at random from the gallery would give.
    """

    drawings: int
    pictograms: int
    gallery: int
    at_1: float
    chance: float


def plate_of(drawing: Drawing) -> tuple[str, str, str]:
    """What makes two plates the same here."""
    return drawing.row["shape"], drawing.row["border"], drawing.row["background"]


def embed(
    predictor: AttributePredictor,
    materials: Materials,
    rows: list[int],
    views: int,
    camera: Camera,
) -> npt.NDArray[np.float32]:
    """Embeddings of drawings, float32 (drawings, views, D)."""
    g = Generator().manual_seed(SEED)
    wanted = torch.tensor(rows).repeat_interleave(views)
    parts = []
    chunks = [wanted[i : i + _CHUNK] for i in range(0, len(wanted), _CHUNK)]
    for chunk in track(chunks, "artwork"):
        pixels = materials.sprites[chunk].float() / 255
        sprites = Sprites(
            pixels,
            torch.zeros(len(chunk), 1, *pixels.shape[2:]),
            materials.aspects[chunk],
            materials.sprite_labels[chunk],
        )
        parts.append(predictor.predict(camera(g, materials, sprites)).embedding)
    embeddings = np.concatenate(parts)
    return embeddings.reshape(len(rows), views, embeddings.shape[1])


def recall_across_plates(
    embeddings: npt.NDArray[np.float32],
    pictograms: Sequence[str],
    plates: Sequence[tuple[str, ...]],
) -> Recall:
    """Recall@1 of drawings whose pictogram is also on another plate.

    Args:
        embeddings: float32 (drawings, views, D), unit norm.
        pictograms: of each drawing.
        plates: of each drawing.
    """
    same_pictogram = np.array([[a == b for b in pictograms] for a in pictograms])
    other_plate = np.array([[a != b for b in plates] for a in plates])
    # The same pictogram on the same plate would be no find; other pictograms compete everywhere.
    candidates = other_plate | ~same_pictogram
    wanted = same_pictogram & other_plate
    asked = np.flatnonzero(wanted.any(axis=1))
    views = embeddings.shape[1]
    gallery = embeddings.reshape(-1, embeddings.shape[2])
    right = []
    for row in asked:
        cosines = (embeddings[row] @ gallery.T).reshape(views, len(pictograms), views)
        nearest = np.where(candidates[row][None], cosines.max(axis=2), -2.0).argmax(axis=1)
        right.append(wanted[row][nearest].mean())
    chance = (wanted[asked].sum(axis=1) / candidates[asked].sum(axis=1)).mean()
    names = {pictograms[row] for row in asked.tolist()}
    return Recall(len(asked), len(names), len(pictograms), float(np.mean(right)), float(chance))


def measure(
    predictor: AttributePredictor, views: int, camera: Camera
) -> tuple[Recall, Recall | None]:
    """Recall over all artwork, and over what the weights' configuration left out, if anything."""
    drawings, materials = fresh_materials()
    rows = [
        i for i, drawing in enumerate(drawings)
        if drawing.row["pictogram"] not in {NO_PICTOGRAM, UNKNOWN_PICTOGRAM}
        and drawing.row["bar"] == "none"
    ]  # fmt: skip
    embeddings = embed(predictor, materials, rows, views, camera)
    pictograms = [drawings[i].row["pictogram"] for i in rows]
    plates = [plate_of(drawings[i]) for i in rows]
    everything = recall_across_plates(embeddings, pictograms, plates)
    name = predictor.card.name
    hidden = set(load(name).without) if name in available() else set()
    of_unseen = [p in hidden for p in pictograms]
    if not any(of_unseen):
        return everything, None
    # Only unseen pictograms are asked about; all others still compete, each as one of a kind.
    told_apart = [
        p if unseen else f"{p} {i}"
        for i, (p, unseen) in enumerate(zip(pictograms, of_unseen, strict=True))
    ]
    return everything, recall_across_plates(embeddings, told_apart, plates)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--views", type=int, default=4, help="pictures of each drawing (4)")
    add_weights_option(parser, RELEASE)
    arguments = parser.parse_args()
    predictor = chosen_predictor(arguments, RELEASE)
    print(f"weights {predictor.card.name}, {arguments.views} renderings of each drawing")
    print(f"{'':48}{'drawings':>10}{'pictograms':>12}{'gallery':>9}{'recall@1':>10}{'chance':>8}")
    unseen = None
    for kind, camera in CAMERAS.items():
        everything, unseen = measure(predictor, arguments.views, camera)
        for name, recall in (("all", everything), ("pictograms left out of training", unseen)):
            if recall is not None:
                print(
                    f"{f'{kind}, {name}':48}{recall.drawings:10}{recall.pictograms:12}"
                    f"{recall.gallery:9}{recall.at_1:10.1%}{recall.chance:8.2%}"
                )
    if unseen is None:
        print("All of this artwork was in training: no figure for new pictograms.")


if __name__ == "__main__":
    run_plainly(main)
