"""Mixed training batches: photographs, drawings, composed plates and scenes without a sign."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from attributes.training import camera, operators
from attributes.training.artwork import Drawing, german_rows
from attributes.training.blank_plates import PlateBank, draw_plate_bank
from attributes.training.configuration import Configuration
from attributes.training.dead_leaves import dead_leaves
from attributes.training.drawing_weights import drawing_weights
from attributes.training.icons import icon_masks
from attributes.training.labels import BLANK, DIGITS, SOME_DIGIT, UNKNOWN, Labels
from attributes.training.operators import chosen, uniform
from attributes.training.pairs import has_letter, paired_masks
from attributes.training.photographs import PhotographBank
from attributes.training.pictograms import MaskBank, pictogram_masks, text_masks
from attributes.training.plates import compose_plates
from attributes.training.redrawing import bend
from attributes.training.transplants import ErasedBank, transplant
from attributes.training.turning import TURNS, turned_masks, turned_photograph_classes
from attributes.training.unseen_signs import shows_one_of, unseen_signs
from attributes.vocabulary import BACKGROUND, BORDER, CATEGORICAL, TEXT

_TEXTS = 6000
_DRAWN_SCENES = 800
_ROAD_SHARE = 0.4
"""Share of composed plates that look as plates on roads do."""
_COLOURS = torch.tensor([attribute in (BORDER, BACKGROUND) for attribute in CATEGORICAL])
"""Which categorical attributes a turned sign keeps."""


@dataclass(frozen=True)
class Materials:
    """Everything a batch is made of, loaded once.

    Attributes:
        sprites: uint8 (K, 4, S, S), RGBA drawings; aspects float32 (K,), weights float32 (K,).
        sprite_labels: labels of the drawings.
        mirror: int64 (classes,), index of each pictogram class's mirror image, or UNKNOWN.
        blanks, pictograms, pictogram_ids, texts: what plates are composed from.
        photographs: labelled photographs, or None in a templates-only run.
        scenes: uint8 (K, 3, s, s) photographs without signs, or drawn ones.
        unseen: labels of signs that no composed plate or transplant may happen to be, or None.
        not_signs: uint8 (K, 3, s, s) photographs of what was once taken for a sign, or None.
        erased: photographed plates to draw another legend on, or None.
        blank: pictogram class of plates on which nothing stands, or UNKNOWN.
        turned_classes: int64 (43, TURNS), pictogram class of each GTSRB class's photographs by how
            many quarters they are turned, UNKNOWN where they are not; None if none is.
        lettered: bool (classes,), pictogram classes that are partly a letter, of which it is left
            open what is written on their plates; None if there is none.
    """

    sprites: Tensor
    aspects: Tensor
    weights: Tensor
    sprite_labels: Labels
    mirror: Tensor
    blanks: PlateBank
    pictograms: MaskBank
    pictogram_ids: Tensor
    texts: MaskBank
    photographs: PhotographBank | None
    scenes: Tensor
    unseen: Labels | None = None
    not_signs: Tensor | None = None
    erased: ErasedBank | None = None
    blank: int = UNKNOWN
    turned_classes: Tensor | None = None
    lettered: Tensor | None = None


def gather_materials(
    drawings: list[Drawing],
    names: list[str],
    mirror: list[int],
    photographs: PhotographBank | None,
    scenes: Tensor | None,
    configuration: Configuration,
    not_signs: Tensor | None = None,
    erased: ErasedBank | None = None,
) -> Materials:
    """Turn drawings into tensors and cut their pictograms out.

    Pictograms of plates are those of the drawings, some also turned, icons and pairs, as
    configured. Without photographed ``scenes`` there are drawn ones.

    Raises:
        MissingPackageError: fonts or icons cannot be had.
    """
    rng = np.random.default_rng(configuration.seed)
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
    # What is turned is not mirrored besides, nor are icons and pairs.
    mirror = [*mirror, *[UNKNOWN] * (len(names) - len(mirror))]
    index = {name: i for i, name in enumerate(names)}
    return Materials(
        sprites=torch.from_numpy(np.stack([d.sprite for d in drawings])).permute(0, 3, 1, 2),
        aspects=torch.tensor([d.aspect for d in drawings], dtype=torch.float32),
        weights=drawing_weights(drawings, configuration.gtsrb_signs),
        sprite_labels=Labels.from_rows([d.row for d in drawings], names),
        mirror=torch.tensor(mirror),
        blanks=draw_plate_bank(rng),
        pictograms=pictograms,
        pictogram_ids=torch.tensor([index[n] for n in pictograms.names]),
        texts=text_masks(rng, _TEXTS, without=configuration.without),
        photographs=photographs,
        scenes=dead_leaves(rng, _DRAWN_SCENES) if scenes is None else scenes,
        unseen=unseen_signs(configuration.classes, names),
        not_signs=not_signs,
        erased=erased,
        blank=index.get(BLANK, UNKNOWN),
        turned_classes=turned_classes,
        lettered=lettered,
    )


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
        images, labels = _photographs(
            g, materials, share.photographs, size, configuration.turned_photographs
        )
        labels = _hide_numbers(g, labels, 1 - configuration.photographed_numbers)
        parts.append(images)
        part_labels.append(labels)
    if share.scenes:
        parts.append(_photograph_nothing(g, materials, share.scenes, size))
        part_labels.append(Labels.of_nothing(share.scenes))
    return Batch(torch.cat(parts).clamp(0, 1), Labels.concatenate(part_labels), _places_of(slots))


def _places_of(slots: Tensor) -> Tensor:
    """Slot map (M, 1, size, size) -> (M, slots, size / 4, size / 4), see :class:`Batch`."""
    numbers = torch.arange(1, TEXT.max_length + 1)[None, :, None, None]
    return F.avg_pool2d((slots.round() == numbers).float(), 4)


@dataclass(frozen=True)
class Sprites:
    """Plates before they are photographed: RGBA, slot map, width / height, labels; M of each."""

    pixels: Tensor
    slots: Tensor
    aspects: Tensor
    labels: Labels


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
    show an unseen sign gives way to the first that does not.

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
        rows = torch.where(refused, rows[~refused][0], rows)
    return labels[rows], rows


def _mirror_some(
    g: Generator, images: Tensor, labels: Labels, mirror: Tensor
) -> tuple[Tensor, Labels]:
    """Mirror a third of those that show no readable text, unless their mirror image is unseen."""
    wordless = (labels.text[:, 0] == 0) & (labels.presence == 1)
    known = labels.pictogram != UNKNOWN
    mirrored = torch.where(known, mirror[labels.pictogram.clamp(min=0)], labels.pictogram)
    flip = wordless & chosen(g, len(images), 0.33) & ~(known & (mirrored == UNKNOWN))
    images = torch.where(flip[:, None, None, None], images.flip(3), images)
    pictogram = torch.where(flip, mirrored, labels.pictogram)
    return images, replace(labels, pictogram=pictogram)


def photograph(
    g: Generator, materials: Materials, sprites: Sprites, size: int
) -> tuple[Tensor, Tensor]:
    """Put sprites into scenes and look at them through a camera; images and their slot maps."""
    count = len(sprites.pixels)
    homographies = operators.random_homographies(
        g, count, scale=(0.72, 1.12), shift=0.07, degrees=20, shear=0.12, perspective=0.14
    )
    narrowed = operators.foreshorten(g, homographies, 0.3)
    times = operators.step_back(g, homographies, 0.25)
    # Colours are resampled weighted by alpha; what is transparent would bleed into rims otherwise.
    plates = operators.warp(_premultiplied(sprites.pixels), homographies, size)
    slots = operators.warp(sprites.slots, homographies, size, mode="nearest")
    alpha = plates[:, 3:]
    colours = operators.fade(g, plates[:, :3] / alpha.clamp(min=1e-3))
    colours = operators.confetti(g, operators.stickers(g, operators.dirt(g, colours)))
    colours = operators.illuminate(g, operators.tone_curve(g, colours))

    backgrounds = _backgrounds(g, materials, count, size)
    neighbours = plates.roll(1, dims=0)
    beside = operators.random_homographies(g, count, (0.7, 1.1), 0.0, 10, 0.1, 0.0)
    away = uniform(g, count, 1.35, 1.7) * torch.where(chosen(g, count, 0.5), 1.0, -1.0)
    beside[:, 0, 2] += torch.where(chosen(g, count, 0.4), away, torch.zeros(count))
    beside[:, 1, 2] += torch.where(beside[:, 0, 2].abs() < 1, away, torch.zeros(count))
    neighbours = operators.warp(neighbours, beside, size)
    neighbours = neighbours * chosen(g, count, 0.2).float()[:, None, None, None]
    backgrounds = backgrounds * (1 - neighbours[:, 3:]) + neighbours[:, :3]

    colours, backgrounds = operators.backlight(g, colours, backgrounds)
    colours, backgrounds = operators.headlight(g, colours, backgrounds)
    images = colours * alpha + backgrounds * (1 - alpha)
    images = operators.glare(g, operators.occlude(g, images))
    images = _exposed(g, materials.photographs, images)
    images = camera.digitize(g, camera.blur(g, images))
    margins = operators.margin_grid(g, sprites.aspects * narrowed, times, size)
    images = operators.resample(images, margins)
    return images, operators.resample(slots, margins, mode="nearest")


def _exposed(g: Generator, photographs: PhotographBank | None, images: Tensor) -> Tensor:
    """Pictures in some light; half of them in that of a photograph, if there are any."""
    exposed = operators.desaturate(g, operators.expose(g, images))
    if photographs is None:
        return exposed
    donors = photographs.black_on_white()
    if not len(donors):
        return exposed
    picked = donors[torch.randint(len(donors), (len(images),), generator=g)]
    tones = photographs.pixels[picked].float() / 255
    donated = operators.transplant_tones(images.clamp(0, 1), tones)
    return torch.where(chosen(g, len(images), 0.5)[:, None, None, None], donated, exposed)


def _premultiplied(sprites: Tensor) -> Tensor:
    """Straight RGBA (N, 4, H, W) -> RGBA whose colours are multiplied by alpha."""
    return torch.cat([sprites[:, :3] * sprites[:, 3:], sprites[:, 3:]], dim=1)


def _photographs(
    g: Generator, materials: Materials, count: int, size: int, turned: float
) -> tuple[Tensor, Labels]:
    """Photographs of signs, the rarer classes more often than they come."""
    bank = materials.photographs
    assert bank is not None
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
        images, labels = _turn_some(g, images, labels, classes, turned)
    images, _ = _photograph_again(g, images, torch.zeros(count, 1, 1, 1), size)
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


def _hide_numbers(g: Generator, labels: Labels, probability: float) -> Labels:
    """Tell of some numbers only how many digits they have.

    The few numbers that photographs show would be learnt as wholes, and others read as them. Told
    nothing, the reader would learn of photographs that mostly nothing is written on them.
    """
    digits = torch.isin(labels.text, torch.tensor(DIGITS))
    hidden = chosen(g, len(labels), probability)[:, None] & digits
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
    images, labels = _mirror_some(g, images, labels, materials.mirror)
    images, slots = _photograph_again(g, images, slots, size)
    return images, slots, labels


def _photograph_again(
    g: Generator, images: Tensor, slots: Tensor, size: int
) -> tuple[Tensor, Tensor]:
    """Crop photographs (N, 3, H, W) a little differently, in another light; and their slot maps."""
    count = len(images)
    homographies = operators.random_homographies(
        g, count, scale=(0.9, 1.2), shift=0.05, degrees=12, shear=0.08, perspective=0.08
    )
    # What a narrowed photograph leaves free, its repeated rim fills, as the predictor does.
    operators.foreshorten(g, homographies, 0.3)
    images = operators.warp(images, homographies, size, padding="border")
    slots = operators.warp(slots, homographies, size, mode="nearest")
    touched = operators.occlude(g, operators.stickers(g, operators.dirt(g, images)))
    changed = operators.illuminate(g, operators.expose(g, touched))
    images = torch.where(chosen(g, count, 0.4)[:, None, None, None], changed, images)
    again = camera.digitize(g, camera.blur(g, images))
    return torch.where(chosen(g, count, 0.5)[:, None, None, None], again, images), slots


def _photograph_nothing(g: Generator, materials: Materials, count: int, size: int) -> Tensor:
    """What is no sign, through the camera and in crops of all sides, as signs are seen."""
    nothing = _without_signs(g, materials, count, size)
    exposed = operators.desaturate(g, operators.expose(g, nothing))
    seen = camera.digitize(g, camera.blur(g, exposed))
    aspects = torch.exp(uniform(g, count, -1, 1) * chosen(g, count, 0.6))
    return operators.resample(seen, operators.margin_grid(g, aspects, torch.ones(count), size))


def _without_signs(g: Generator, materials: Materials, count: int, size: int) -> Tensor:
    """Backgrounds, and in place of most of them what was once taken for a sign."""
    images = _backgrounds(g, materials, count, size)
    if materials.not_signs is None:
        return images
    mistaken = 2 * count // 3
    picked = torch.randint(len(materials.not_signs), (mistaken,), generator=g)
    things = materials.not_signs[picked].float() / 255
    matrix = operators.random_homographies(g, mistaken, (1.1, 1.7), 0.08, 12, 0.1, 0.05)
    things = operators.warp(things, matrix, size, padding="reflection")
    things = torch.where(chosen(g, mistaken, 0.5)[:, None, None, None], things.flip(3), things)
    return torch.cat([images[mistaken:], things])


def _backgrounds(g: Generator, materials: Materials, count: int, size: int) -> Tensor:
    """Scenes, smooth coloured noise in place of some; float32 (count, 3, size, size)."""
    noise = 0.5 + 0.25 * operators.smooth_noise(g, count, size, 6, channels=3)
    grey = noise.mean(1, keepdim=True)
    procedural = grey + (noise - grey) * 0.4 + uniform(g, count, -0.3, 0.3)[:, None, None, None]
    picked = torch.randint(len(materials.scenes), (count,), generator=g)
    scenes = materials.scenes[picked].float() / 255
    matrix = operators.random_homographies(g, count, (1.0, 2.0), 0.1, 30, 0.2, 0.0)
    scenes = operators.warp(scenes, matrix, size, padding="reflection")
    scenes = torch.where(chosen(g, count, 0.5)[:, None, None, None], scenes.flip(3), scenes)
    plain = chosen(g, count, 0.2)[:, None, None, None]
    return torch.where(plain, procedural, scenes).clamp(0, 1)
