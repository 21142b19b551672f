"""Mixed training batches: drawings, composed plates, transplants, photographs and scenes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from attributes.training.chance import changed_where, chosen, uniform
from attributes.training.configuration import Configuration
from attributes.training.labels import DIGITS, SOME_DIGIT, UNKNOWN, Labels
from attributes.training.materials import Materials
from attributes.training.operators import flipped
from attributes.training.photographing import (
    Sprites,
    photograph,
    photograph_again,
    photograph_nothing,
)
from attributes.training.plates import compose_plates
from attributes.training.redrawing import bend
from attributes.training.transplants import transplant
from attributes.training.turning import TURNS
from attributes.training.unseen_signs import shows_one_of
from attributes.vocabulary import BACKGROUND, BORDER, CATEGORICAL, TEXT

_ROAD_SHARE = 0.4
"""Share of composed plates that look as plates on roads do."""
_COLOURS = torch.tensor([attribute in (BORDER, BACKGROUND) for attribute in CATEGORICAL])
"""Which categorical attributes a turned sign keeps."""


@dataclass(frozen=True)
class Batch:
    """What one training step sees.

    Attributes:
        images: float32 (N, 3, size, size), RGB in [0, 1].
        labels: their attributes.
        places: float32 (M, slots, size / 4, size / 4) for the first M <= N images: share of each
            cell that the character of a slot covers; all 0 where that is not known.
    """

    images: Tensor
    labels: Labels
    places: Tensor


def make_batch(
    g: Generator, materials: Materials, configuration: Configuration, size: int
) -> Batch:
    """Draw a batch of the configured composition, for a network of input ``size``."""
    share = configuration.batch
    drawn = _draw_sprites(g, materials, share.artwork, share.composed)
    images, slots = photograph(g, materials, drawn, size)
    parts, part_labels = [images], [drawn.labels]
    if materials.erased is not None and share.transplants:
        images, standing, labels = _transplants(g, materials, share.transplants, size)
        slots = torch.cat([slots, standing])
        parts.append(images)
        part_labels.append(labels)
    if materials.photographs is not None and share.photographs:
        images, labels = _photographs(g, materials, configuration, size)
        parts.append(images)
        part_labels.append(labels)
    if share.scenes:
        parts.append(photograph_nothing(g, materials, share.scenes, size))
        part_labels.append(Labels.of_nothing(share.scenes))
    return Batch(torch.cat(parts).clamp(0, 1), Labels.concatenate(part_labels), _places_of(slots))


def _places_of(slots: Tensor) -> Tensor:
    """Slot map (M, 1, size, size) -> (M, slots, size / 4, size / 4), see :class:`Batch`."""
    numbers = torch.arange(1, TEXT.max_length + 1)[None, :, None, None]
    cells = slots.shape[-1] // 4
    places = torch.zeros(len(slots), TEXT.max_length, cells, cells)
    written = slots.flatten(1).any(1)
    places[written] = F.avg_pool2d((slots[written].round() == numbers).float(), 4)
    return places


def _draw_sprites(g: Generator, materials: Materials, artwork: int, composed: int) -> Sprites:
    picked = torch.multinomial(materials.weights, artwork, replacement=True, generator=g)
    drawings = materials.sprites[picked].float() / 255
    tint = 1 + 0.12 * torch.randn(artwork, 3, 1, 1, generator=g)
    lift = 0.1 * uniform(g, artwork)[:, None, None, None]
    drawings = torch.cat(
        [(drawings[:, :3] * tint * (1 - lift) + lift).clamp(0, 1), drawings[:, 3:]], dim=1
    )
    plates, slots, aspects, labels = compose_plates(
        g, composed, materials.blanks, materials.pictograms, materials.pictogram_ids,
        materials.texts, materials.blank, road_looks=_ROAD_SHARE,
    )  # fmt: skip
    labels, kept = _admitted(labels, materials)
    plates, slots, aspects = plates[kept], slots[kept], aspects[kept]
    sprite_labels = materials.sprite_labels[picked]
    drawings = bend(g, drawings, sprite_labels.pictogram != UNKNOWN)
    labels = Labels.concatenate([sprite_labels, labels])
    pixels, labels = _mirror_some(g, torch.cat([drawings, plates]), labels, materials.mirror)
    nowhere = torch.zeros(artwork, 1, *slots.shape[2:])
    return Sprites(
        pixels,
        torch.cat([nowhere, slots]),
        torch.cat([materials.aspects[picked], aspects]),
        labels,
    )


def _admitted(labels: Labels, materials: Materials) -> tuple[Labels, Tensor]:
    """Which of the composed pictures a run may see, and what it is told of them.

    Where the pictogram is partly a letter, what is written is left open. A picture that happens to
    show an unseen sign gives way to the first that does not, or is left out if there is none.

    Returns:
        labels of the pictures, and int64 (N,), the number of the picture that each row takes.
    """
    rows = torch.arange(len(labels))
    if materials.lettered is not None:
        is_lettered = materials.lettered[labels.pictogram.clamp(min=0)]
        is_lettered &= labels.pictogram != UNKNOWN
        labels = replace(labels, text=labels.text.masked_fill(is_lettered[:, None], UNKNOWN))
    if materials.unseen is not None:
        refused = shows_one_of(labels, materials.unseen)
        admitted = rows[~refused]
        rows = torch.where(refused, admitted[0], rows) if len(admitted) else admitted
    return labels[rows], rows


def _mirror_some(
    g: Generator, images: Tensor, labels: Labels, mirror: Tensor
) -> tuple[Tensor, Labels]:
    """Mirror a third of those that show no readable text, unless their mirror image is unseen."""
    wordless = (labels.text[:, 0] == 0) & (labels.presence == 1)
    known = labels.pictogram != UNKNOWN
    mirrored = torch.where(known, mirror[labels.pictogram.clamp(min=0)], labels.pictogram)
    flip = wordless & chosen(g, len(images), 0.33) & ~(known & (mirrored == UNKNOWN))
    images = changed_where(g, flip, flipped, images)
    pictogram = torch.where(flip, mirrored, labels.pictogram)
    return images, replace(labels, pictogram=pictogram)


def _photographs(
    g: Generator, materials: Materials, configuration: Configuration, size: int
) -> tuple[Tensor, Labels]:
    """Photographs of signs, the rarer classes more often than they come."""
    bank = materials.photographs
    assert bank is not None
    count = configuration.batch.photographs
    frequency = torch.bincount(bank.class_ids).clamp(min=1).float()
    weights = frequency[bank.class_ids] ** -0.6
    picked = torch.multinomial(weights, count, replacement=True, generator=g)
    images = bank.pixels[picked].float() / 255
    images, labels = _mirror_some(g, images, bank.labels[picked], materials.mirror)
    if materials.turned_classes is not None:
        classes = materials.turned_classes[bank.class_ids[picked]]
        # What was mirrored into another class is none of these.
        same_class = labels.pictogram == bank.labels.pictogram[picked]
        classes = classes.masked_fill(~same_class[:, None], UNKNOWN)
        images, labels = _turn_some(g, images, labels, classes, configuration.turned_photographs)
    labels = _hide_numbers(g, labels, configuration.photographed_numbers)
    images, _ = photograph_again(g, images, torch.zeros(count, 1, 1, 1), size)
    return images, labels


def _turn_some(
    g: Generator, images: Tensor, labels: Labels, classes: Tensor, probability: float
) -> tuple[Tensor, Labels]:
    """Turn some of N photographs by quarters.

    What is still true of them is said: that they show a sign, in which colours, and its pictogram
    class, ``classes`` (N, TURNS), int64, by the number of quarters less one.
    """
    quarters = torch.randint(1, TURNS + 1, (len(images),), generator=g)
    turns = chosen(g, len(images), probability) & (classes[:, 0] != UNKNOWN)
    turned = classes[torch.arange(len(images)), quarters - 1]
    quarters = torch.where(turns, quarters, 0)
    images = torch.stack(
        [x.rot90(k, (1, 2)) for x, k in zip(images, quarters.tolist(), strict=True)]
    )
    return images, replace(
        labels,
        categorical=labels.categorical.masked_fill(turns[:, None] & ~_COLOURS, UNKNOWN),
        text=labels.text.masked_fill(turns[:, None], UNKNOWN),
        pictogram=torch.where(turns, turned, labels.pictogram),
    )


def _hide_numbers(g: Generator, labels: Labels, told: float) -> Labels:
    """Tell each number with probability ``told``, else only how many digits it has.

    The few numbers that photographs show would be learnt as wholes, and others read as them. Told
    nothing, the reader would learn of photographs that mostly nothing is written on them.
    """
    digits = torch.isin(labels.text, torch.tensor(DIGITS))
    hidden = (uniform(g, len(labels)) >= told)[:, None] & digits
    return replace(labels, text=labels.text.masked_fill(hidden, SOME_DIGIT))


def _transplants(
    g: Generator, materials: Materials, count: int, size: int
) -> tuple[Tensor, Tensor, Labels]:
    """Photographed plates with other legends, their slot maps, and labels."""
    assert materials.erased is not None
    images, slots, labels = transplant(
        g, count, materials.erased, materials.pictograms, materials.pictogram_ids,
        materials.texts, materials.blanks.bars, materials.blank,
    )  # fmt: skip
    labels, kept = _admitted(labels, materials)
    images, slots = images[kept], slots[kept]
    if not len(kept):
        return images.new_zeros(0, 3, size, size), slots.new_zeros(0, 1, size, size), labels
    images, labels = _mirror_some(g, images, labels, materials.mirror)
    images, slots = photograph_again(g, images, slots, size)
    return images, slots, labels
