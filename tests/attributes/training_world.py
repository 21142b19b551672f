"""Small materials and a small network to train on, without any data set."""

import numpy as np
import torch

from attributes.network import Architecture
from attributes.training import configuration as configurations
from attributes.training.artwork import SPRITE_SIZE
from attributes.training.blank_plates import draw_plate_bank
from attributes.training.dead_leaves import dead_leaves
from attributes.training.labels import Labels
from attributes.training.materials import Materials
from attributes.training.pictograms import MaskBank

ROW = {
    "shape": "circle", "border": "red", "background": "white", "legend": "black", "bar": "none",
    "text": "50", "pictogram": "none",
}  # fmt: skip
TINY = Architecture(widths=(8, 8, 8), blocks=(1, 1, 1), text_width=8)


def masks(names: tuple[str, ...]) -> MaskBank:
    rng = np.random.default_rng(0)
    shape = (len(names), SPRITE_SIZE, SPRITE_SIZE)
    slots = np.zeros(shape, np.uint8)
    slots[:, :, : SPRITE_SIZE // 2] = 1  # the first character fills the left half
    return MaskBank(rng.integers(0, 256, shape, np.uint8), names, slots)


def tiny_materials() -> Materials:
    rows = [ROW, {**ROW, "text": "", "pictogram": "deer", "border": "?"}]
    return Materials(
        sprites=torch.randint(0, 256, (2, 4, SPRITE_SIZE, SPRITE_SIZE), dtype=torch.uint8),
        aspects=torch.ones(2),
        weights=torch.ones(2),
        sprite_labels=Labels.from_rows(rows, ["deer", "mirrored deer"]),
        class_names=("deer", "mirrored deer"),
        mirror=torch.tensor([1, 0]),
        blanks=draw_plate_bank(np.random.default_rng(0), per_shape=2),
        pictograms=masks(("deer",)),
        pictogram_ids=torch.tensor([0]),
        texts=masks(("50", "5.5")),
        photographs=None,
        scenes=dead_leaves(np.random.default_rng(0), 2),
    )


def tiny_configuration(**changes: object) -> configurations.Configuration:
    release = configurations.load("release").model_dump()
    batch = {"photographs": 0, "artwork": 4, "composed": 4, "scenes": 2}
    return configurations.Configuration.model_validate(
        {
            **release,
            "photographs": "none",
            "batch": batch,
            "steps": 3,
            "restarts": (),
            "restart_rates": {},
            **changes,
        }
    )
