"""Whether the heads read what is there, not what usually goes together.

``python benchmarks/independence.py`` (extra ``train``) composes plates whose shape, colours, bar
and legend are drawn independently of each other, with a seed that training does not use, and
counts how often each head is right: on all plates, and on those whose shape, rim and face stand
together on no artwork; what the table of artwork leaves open may be anything. It does so twice:
photographed by the training camera, whose darkest and smallest pictures nobody can read, and laid
flat on a smooth ground.
"""

from __future__ import annotations

import argparse

import numpy as np
import numpy.typing as npt
from heads import Judged, judge_heads
from kept_weights import RELEASE, add_weights_option, chosen_predictor
from plain_errors import run_plainly
from rendering import CAMERAS, SEED, fresh_materials
from torch import Generator

from attributes.predictor import AttributePredictor
from attributes.training.artwork import usable_rows
from attributes.training.labels import UNKNOWN, Labels
from attributes.training.materials import Materials
from attributes.training.photographing import Sprites
from attributes.training.plates import compose_plates
from attributes.vocabulary import BACKGROUND, BORDER, CATEGORICAL, SHAPE

_COMBINED = (SHAPE, BORDER, BACKGROUND)


def compose(g: Generator, materials: Materials, count: int) -> Sprites:
    """Plates with independent attributes."""
    pixels, slots, aspects, labels = compose_plates(
        g, count, materials.blanks, materials.pictograms, materials.pictogram_ids, materials.texts,
        road_looks=0.0,
    )  # fmt: skip
    return Sprites(pixels, slots, aspects, labels)


def stands_nowhere(labels: Labels) -> npt.NDArray[np.bool_]:
    """Whether each plate's shape, rim and face stand together on no artwork."""
    columns = [CATEGORICAL.index(a) for a in _COMBINED]
    rows = [row for _, row in usable_rows()]
    real = Labels.from_rows(rows, [row["pictogram"] for row in rows]).categorical[:, columns]
    combined = labels.categorical[:, columns][:, None]
    stands = ((combined == real) | (real == UNKNOWN)).all(2).any(1)
    return np.asarray(~stands)


def measure(
    predictor: AttributePredictor, count: int
) -> tuple[dict[str, dict[str, Judged]], npt.NDArray[np.bool_]]:
    """How each head does, by kind of picture; and which plates stand nowhere."""
    _, materials = fresh_materials()
    g = Generator().manual_seed(SEED)
    sprites = compose(g, materials, count)
    judged = {
        kind: dict(judge_heads(predictor.predict(camera(g, materials, sprites)), sprites.labels))
        for kind, camera in CAMERAS.items()
    }
    return judged, stands_nowhere(sprites.labels)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=4000, help="how many plates (4,000)")
    add_weights_option(parser, RELEASE)
    arguments = parser.parse_args()
    judged, nowhere = measure(chosen_predictor(arguments, RELEASE), arguments.count)
    print(f"{arguments.count} composed plates; shape, rim and face of {nowhere.sum()} of them")
    print("stand together on no artwork. Share of the plates that each head reads rightly:")
    print(f"{'':12}" + "".join(f"{kind + ': all':>22}{'nowhere':>10}" for kind in judged))
    for name in next(iter(judged.values())):
        cells = [
            f"{heads[name].accuracy:22.1%}{heads[name].accuracy_among(nowhere):10.1%}"
            for heads in judged.values()
        ]
        print(f"{name:12}" + "".join(cells))


if __name__ == "__main__":
    run_plainly(main)
