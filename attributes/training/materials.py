"""Everything that training batches are made of, loaded once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from attributes.training.artwork import Drawing, german_rows
from attributes.training.blank_plates import PlateBank, draw_plate_bank
from attributes.training.configuration import Configuration
from attributes.training.dead_leaves import dead_leaves
from attributes.training.drawing_weights import drawing_weights
from attributes.training.icons import icon_masks
from attributes.training.labels import BLANK, UNKNOWN, Labels, encode_texts
from attributes.training.pairs import has_letter, paired_masks
from attributes.training.photographs import PhotographBank
from attributes.training.pictograms import MaskBank, pictogram_masks
from attributes.training.scenes import MistakenBank
from attributes.training.transplants import ErasedBank
from attributes.training.turning import TURNS, turned_masks, turned_photograph_classes
from attributes.training.unseen_signs import unseen_signs
from attributes.training.written_texts import text_masks

_TEXTS = 6000
_DRAWN_SCENES = 800


@dataclass(frozen=True)
class Materials:
    """Drawings, masks and photographs, with what is known of them.

    Attributes:
        sprites: uint8 (K, 4, S, S), RGBA drawings; aspects float32 (K,), weights float32 (K,).
        sprite_labels: labels of the drawings.
        class_names: of the pictogram classes, by index.
        mirror: int64 (classes,), index of each pictogram class's mirror image, or UNKNOWN.
        blanks, pictograms, pictogram_ids, texts: what plates are composed from.
        photographs: labelled photographs, or None in a templates-only run.
        scenes: uint8 (K, 3, s, s) photographs without signs, or drawn ones.
        unseen: labels of signs that no composed plate or transplant may happen to be, or None.
        not_signs: photographs of what was once taken for a sign, or None.
        erased: photographed plates to draw another legend on, or None.
        blank: pictogram class of plates on which nothing stands, or UNKNOWN.
        turned_classes: int64 (43, TURNS), pictogram class of each GTSRB class's photographs by how
            many quarters they are turned, UNKNOWN where they are not; None if none is.
        lettered: bool (classes,), pictogram classes that are partly a letter, of which it is left
            open what is written on their plates; None if there is none.
        left_out: int64 (H, slots), texts that no picture shows; None if there is none.
    """

    sprites: Tensor
    aspects: Tensor
    weights: Tensor
    sprite_labels: Labels
    class_names: tuple[str, ...]
    mirror: Tensor
    blanks: PlateBank
    pictograms: MaskBank
    pictogram_ids: Tensor
    texts: MaskBank
    photographs: PhotographBank | None
    scenes: Tensor
    unseen: Labels | None = None
    not_signs: MistakenBank | None = None
    erased: ErasedBank | None = None
    blank: int = UNKNOWN
    turned_classes: Tensor | None = None
    lettered: Tensor | None = None
    left_out: Tensor | None = None


def gather_materials(
    drawings: list[Drawing],
    names: list[str],
    mirror: list[int],
    photographs: PhotographBank | None,
    scenes: Tensor | None,
    configuration: Configuration,
    not_signs: MistakenBank | None = None,
    erased: ErasedBank | None = None,
) -> Materials:
    """Turn drawings into tensors and cut their pictograms out.

    Pictograms of plates are those of the drawings, some also turned, icons and pairs, as
    configured. Without photographed ``scenes`` there are drawn ones.

    Raises:
        MissingPackageError: fonts or icons cannot be had.
    """
    rng = np.random.default_rng(configuration.seed)
    names, pictograms, turned_classes, lettered = _gather_pictograms(
        rng, drawings, names, photographs, configuration
    )
    of_gtsrb = {row["text"]: configuration.gtsrb_signs for row in german_rows()}
    # What is turned is not mirrored besides, nor are icons and pairs.
    mirror = [*mirror, *[UNKNOWN] * (len(names) - len(mirror))]
    index = {name: i for i, name in enumerate(names)}
    return Materials(
        sprites=torch.from_numpy(np.stack([d.sprite for d in drawings])).permute(0, 3, 1, 2),
        aspects=torch.tensor([d.aspect for d in drawings], dtype=torch.float32),
        weights=drawing_weights(drawings, configuration.gtsrb_signs),
        sprite_labels=Labels.from_rows([d.row for d in drawings], names),
        class_names=tuple(names),
        mirror=torch.tensor(mirror),
        blanks=draw_plate_bank(rng),
        pictograms=pictograms,
        pictogram_ids=torch.tensor([index[n] for n in pictograms.names]),
        texts=text_masks(rng, _TEXTS, configuration.without, likelier=of_gtsrb),
        photographs=photographs,
        scenes=dead_leaves(rng, _DRAWN_SCENES) if scenes is None else scenes,
        unseen=unseen_signs(configuration.classes, names),
        not_signs=not_signs,
        erased=erased,
        blank=index.get(BLANK, UNKNOWN),
        turned_classes=turned_classes,
        lettered=lettered,
        left_out=encode_texts(configuration.without),
    )


def _gather_pictograms(
    rng: np.random.Generator,
    drawings: list[Drawing],
    names: list[str],
    photographs: PhotographBank | None,
    configuration: Configuration,
) -> tuple[list[str], MaskBank, Tensor | None, Tensor | None]:
    """The masks that are drawn on plates, and the classes that come with them.

    Returns:
        names, continued; masks; ``turned_classes`` and ``lettered`` as in :class:`Materials`.
    """
    upright = pictograms = pictogram_masks(drawings)
    if configuration.turned_pictograms:
        turned = turned_masks(upright)
        names = [*names, *sorted(set(turned.names))]
        pictograms = pictograms.joined_with(turned)
    turned_classes = None
    if photographs is not None and configuration.turned_photographs:
        rows = german_rows()
        turned_names = turned_photograph_classes(rows, set(photographs.class_ids.tolist()), upright)
        known = set(names)
        names = [*names, *sorted({n for own in turned_names.values() for n in own} - known)]
        turned_classes = torch.full((len(rows), TURNS), UNKNOWN)
        for class_id, own in turned_names.items():
            turned_classes[class_id] = torch.tensor([names.index(name) for name in own])
    if configuration.icons:
        icons = icon_masks()
        names = [*names, *sorted(set(icons.names))]
        pictograms = pictograms.joined_with(icons)
    lettered = None
    if configuration.pictogram_pairs:
        pairs = paired_masks(rng, drawings, upright, configuration.pictogram_pairs)
        names = [*names, *sorted(set(pairs.names))]
        pictograms = pictograms.joined_with(pairs)
        lettered = torch.tensor([has_letter(name) for name in names])
    return names, pictograms, turned_classes, lettered
