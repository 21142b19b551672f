"""Icons: more pictograms to tell apart, many of them drawn by several hands.

Road signs show some nine hundred pictograms, most of them drawn once. An embedding that has more
to tell apart, and sees more of it by different hands, should know a new pictogram better by a
drawing that differs from what stands on the road; so far that hardly shows (docs/training.md). The
icons are tools, animals, food and the like. Arrows, roads, vehicles, people, letters, and whatever
else might be taken for a pictogram of a sign were left out by eye, twice, so that one list serves
every run.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from attributes.training import packages
from attributes.training.artwork import SPRITE_SIZE, read_table, render_svg
from attributes.training.pictograms import MaskBank, fill_square

TABLE = Path(__file__).with_name("icons.csv")
"""Pictogram and drawing; several drawings of one pictogram are by different hands."""


def icon_masks() -> MaskBank:
    """Masks of all icons, each of the class ``icon NAME``.

    Raises:
        MissingPackageError: an icon package cannot be had.
    """
    rows = read_table(TABLE)
    drawn = [render_svg(packages.icon(row["drawing"]), 2 * SPRITE_SIZE) for row in rows]
    return MaskBank(
        np.stack([fill_square(rgba[:, :, 3]) for rgba in drawn]),
        tuple(f"icon {row['pictogram']}" for row in rows),
    )
