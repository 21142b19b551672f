"""Freely composed plates, many of them attribute combinations that stand on no road.

On real signs attributes go together (in Germany every triangle is red), and a network learns
such habits instead of the attributes. Plates whose shape, colours, bar and legend are drawn
independently of each other leave it no habit to learn. Each by itself is about as frequent as on
roads: in poor light a white face looks grey, and it is white for all that.

Some look as plates on roads do, with any legend: a drawing shows one number in a red ring, and in
red rings any number has to be read, better than anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Generator, Tensor

from attributes.training.artwork import SPRITE_SIZE
from attributes.training.blank_plates import PlateBank
from attributes.training.chance import changed_where, chosen, uniform
from attributes.training.colours import paint
from attributes.training.geometry import warp
from attributes.training.labels import UNKNOWN, Labels, encode_text
from attributes.training.legends import (
    is_ring,
    pick_masks,
    pick_texts,
    place_legends,
    place_slots,
    strings_on,
)
from attributes.training.pictograms import MaskBank
from attributes.training.redrawing import redraw
from attributes.vocabulary import (
    BACKGROUND,
    BAR,
    BORDER,
    CATEGORICAL,
    LEGEND,
    PALETTE,
    SHAPE,
    TEXT,
)

# How often shapes, faces, and the paint of rims, legends and bars are drawn: by eye, as on roads.
_SHAPE_WEIGHTS = {
    "circle": 3.0, "triangle": 2.0, "inverted_triangle": 0.8, "diamond": 1.0, "octagon": 0.5,
    "square": 1.2, "wide_rectangle": 1.0, "tall_rectangle": 1.0, "pentagon": 0.4,
}  # fmt: skip
_FACE_WEIGHTS = {
    "white": 5.0, "blue": 2.5, "yellow": 2.0, "red": 1.5, "green": 0.7, "orange": 0.6, "black": 0.5,
    "brown": 0.3, "grey": 0.2,
}  # fmt: skip
_PAINT_WEIGHTS = {
    "red": 4.0, "black": 3.0, "white": 3.0, "blue": 1.2, "yellow": 0.7, "green": 0.5, "grey": 0.4,
    "orange": 0.3, "brown": 0.2,
}  # fmt: skip
_BAR_WEIGHTS = {"none": 0.72, "slash": 0.1, "stripes": 0.09, "cross": 0.05, "horizontal": 0.04}
_RECTANGULAR = torch.tensor([shape == "square" or "rectangle" in shape for shape in SHAPE.values])
_FRAMED = 0.25
"""Share of the pictograms on rectangular plates that stand in a triangle there."""
_IN_TRIANGLE = torch.tensor([0.0, 0.42, 0.4])
"""Where in the triangle: centre x, centre y and half the side, in [-1, 1]."""
# Share of plates that are written on. A triangle has little room for letters.
_WRITTEN = torch.tensor([0.4 if "triangle" in shape else 0.66 for shape in SHAPE.values])
# Plates that are widest in the middle, where a line of letters finds more room than a square.
_TAPERED = torch.tensor([shape in {"circle", "diamond"} for shape in SHAPE.values])
# Face and legend that go together on roads: most plates must be legible for letters to be learnt.
_LEGIBLE = (
    ("white", "black"), ("white", "red"), ("white", "blue"), ("white", "green"),
    ("yellow", "black"), ("orange", "black"), ("blue", "white"), ("green", "white"),
    ("red", "white"), ("black", "white"), ("brown", "white"),
)  # fmt: skip
# Plates as they stand on roads of many countries: shape, rim, face, ink, bar and its paint (of no
# account without a bar), how often. By eye.
_ROAD_LOOKS = (
    ("circle", "red", "white", "black", "none", "red", 12.0),
    ("circle", "red", "yellow", "black", "none", "red", 1.5),
    ("circle", "red", "white", "black", "slash", "red", 1.0),
    ("circle", "red", "blue", "white", "slash", "red", 2.0),
    ("circle", "red", "blue", "white", "cross", "red", 0.3),
    ("circle", "none", "red", "white", "horizontal", "white", 1.0),
    ("circle", "none", "white", "grey", "stripes", "black", 2.0),
    ("circle", "black", "white", "grey", "stripes", "black", 1.2),
    ("circle", "black", "white", "black", "stripes", "black", 0.6),
    ("circle", "black", "white", "black", "slash", "black", 0.5),
    ("circle", "none", "white", "black", "slash", "black", 0.5),
    ("circle", "none", "blue", "white", "none", "red", 1.5),
    ("octagon", "none", "red", "white", "none", "red", 1.0),
    ("triangle", "red", "white", "black", "none", "red", 1.0),
    ("triangle", "red", "yellow", "black", "none", "red", 0.4),
    ("diamond", "black", "yellow", "black", "none", "red", 0.7),
    ("diamond", "black", "orange", "black", "none", "red", 0.3),
    ("square", "red", "white", "black", "none", "red", 0.4),
    ("square", "black", "white", "black", "none", "red", 0.4),
    ("square", "none", "blue", "white", "none", "red", 0.6),
    ("tall_rectangle", "black", "white", "black", "none", "red", 0.7),
    ("tall_rectangle", "none", "blue", "white", "none", "red", 0.3),
    ("wide_rectangle", "black", "white", "black", "none", "red", 0.8),
    ("wide_rectangle", "none", "green", "white", "none", "red", 0.3),
    ("wide_rectangle", "none", "white", "black", "none", "red", 0.4),
)


def compose_plates(
    g: Generator,
    count: int,
    blanks: PlateBank,
    pictograms: MaskBank,
    pictogram_classes: Tensor,
    texts: MaskBank,
    blank_class: int = UNKNOWN,
    *,
    road_looks: float,
) -> tuple[Tensor, Tensor, Tensor, Labels]:
    """Draw ``count`` plates, those that do not look as on roads with independent attributes.

    Args:
        g: source of randomness.
        count: number of plates.
        blanks: outlines and bars.
        pictograms: masks of pictograms, ``pictogram_classes`` (K,) the class of each.
        pictogram_classes: int64 (K,).
        texts: masks of strings.
        blank_class: class of plates without a legend.
        road_looks: share of those whose shape, colours and bar stand together on roads.

    Returns:
        sprites, float32 (count, 4, S, S) RGBA in [0, 1]; slots, float32 (count, 1, S, S), k + 1
        where character k stands, else 0; aspects, float32 (count,); labels.
    """
    looks = _some_of(
        chosen(g, count, road_looks), _road_looks(g, count, blanks), _any_looks(g, count, blanks)
    )
    shapes = blanks.shapes[looks.plate]
    sprites, face, outline = _paint_faces(g, looks, blanks)

    kind = uniform(g, count)
    written = kind < _WRITTEN[shapes]
    drawn = ~written & (kind < 0.92)
    ringed = is_ring(shapes, looks.border) & (looks.bar == BAR.index("none"))
    which_text = pick_texts(g, texts.names, ringed)
    which_pictogram = torch.randint(len(pictograms.names), (count,), generator=g)
    masks = pick_masks(texts, pictograms, which_text, which_pictogram, written)
    boxes = blanks.legend_boxes[looks.plate].clone()
    boxes[:, 2] *= torch.where(written & _TAPERED[shapes], _room(masks), 1.0)
    placement = place_legends(g, boxes, (0.8, 1.2), 0.05)
    masks = redraw(g, masks[:, None].float() / 255, drawn)
    masks = frame_some(g, masks, drawn & _RECTANGULAR[shapes])
    # Nothing stands behind a no-entry bar, and the bar itself is no legend.
    lying = looks.bar == BAR.index("horizontal")
    written, drawn = written & ~lying, drawn & ~lying
    legend = warp(masks, placement, SPRITE_SIZE) * (written | drawn)[:, None, None, None]

    stroke = _bar_strokes(g, looks.bar, blanks) * face
    over = chosen(g, count, 0.5)[:, None, None, None].float()
    sprites = _blend(sprites, paint(g, looks.bar_colour), stroke * (1 - over))
    sprites = _blend(sprites, paint(g, looks.ink), legend * outline)
    sprites = _blend(sprites, paint(g, looks.bar_colour), stroke * over)
    labels = _label(
        shapes, looks.border, looks.background, looks.bar,
        torch.where(written | drawn, looks.ink, UNKNOWN),
        strings_on(texts, which_text, written),
        torch.where(
            drawn, pictogram_classes[which_pictogram], torch.where(written, UNKNOWN, blank_class)
        ),
    )  # fmt: skip
    slots = place_slots(texts, which_text, written, placement, SPRITE_SIZE)
    return torch.cat([sprites, outline], dim=1), slots, blanks.aspects[looks.plate], labels


def _paint_faces(g: Generator, looks: _Looks, blanks: PlateBank) -> tuple[Tensor, Tensor, Tensor]:
    """Plates (N, 3, S, S) on which nothing stands yet, their faces and outlines (N, 1, S, S)."""
    outline = blanks.outlines[looks.plate].float() / 255
    rimmed = looks.border != BORDER.index("none")
    inside = blanks.faces[looks.plate].float() / 255
    face = torch.where(rimmed[:, None, None, None], inside, outline)
    # Without a rim the face's paint reaches under the antialiased edge.
    rim = torch.where(rimmed, looks.border - 1, looks.background)
    return paint(g, rim) * (1 - face) + paint(g, looks.background) * face, face, outline


def _bar_strokes(g: Generator, bar: Tensor, blanks: PlateBank) -> Tensor:
    """One of the bars of each plate's kind, indices into BAR.values (N,); float32 (N, 1, S, S)."""
    strokes = torch.zeros(len(bar), 1, SPRITE_SIZE, SPRITE_SIZE)
    for index, bars in blanks.bars.items():
        rows = torch.nonzero(bar == index).flatten()
        picked = torch.randint(len(bars), (len(rows),), generator=g)
        strokes[rows] = bars[picked].float() / 255
    return strokes


def frame_some(g: Generator, masks: Tensor, allowed: Tensor) -> Tensor:
    """Signs within signs: some pictograms cut out of a triangle, as on blue plates at crossings.

    Takes and returns masks (N, 1, S, S) in [0, 1]; ``allowed``, boolean (N,), may be framed.
    """
    framed = allowed & chosen(g, len(masks), _FRAMED)
    return changed_where(g, framed, _cut_from_triangles, masks)


def _cut_from_triangles(g: Generator, masks: Tensor) -> Tensor:
    count, _, _, size = masks.shape
    placement = place_legends(g, _IN_TRIANGLE.expand(count, -1), (0.85, 1.1), 0.05)
    axis = torch.linspace(-1, 1, size)
    triangle = ((1 + axis[:, None] - 2 * axis.abs()) * size / 4).clamp(0, 1)
    return triangle * (1 - warp(masks, placement, size))


def _room(masks: Tensor) -> Tensor:
    """How much wider than a square each of N masks (N, S, S) may be in a circle, float32 (N,)."""
    inked = masks > 127
    height = inked.any(dim=2).sum(dim=1) / inked.any(dim=1).sum(dim=1).clamp(min=1)
    return (2 / (1 + height.clamp(max=1.0) ** 2)).sqrt()


@dataclass(frozen=True)
class _Looks:
    """What N plates are before anything is written on them; all int64 (N,).

    Attributes:
        plate: index into the bank of blank plates.
        border: index into BORDER.values.
        background, ink, bar_colour: indices into PALETTE.
        bar: index into BAR.values.
    """

    plate: Tensor
    border: Tensor
    background: Tensor
    ink: Tensor
    bar: Tensor
    bar_colour: Tensor


def _some_of(mask: Tensor, there: _Looks, elsewhere: _Looks) -> _Looks:
    """Those ``there`` where the mask, boolean (N,), is true."""
    return _Looks(
        *(torch.where(mask, getattr(there, f.name), getattr(elsewhere, f.name))
          for f in fields(_Looks))
    )  # fmt: skip


def _any_looks(g: Generator, count: int, blanks: PlateBank) -> _Looks:
    """Shape, colours and bar, each by itself about as frequent as on roads."""
    plate = torch.multinomial(_plate_weights(blanks.shapes), count, replacement=True, generator=g)
    background = torch.multinomial(_by_colour(_FACE_WEIGHTS), count, replacement=True, generator=g)
    pairs = torch.tensor([[PALETTE.index(c) for c in pair] for pair in _LEGIBLE])
    pair = pairs[torch.multinomial(_pair_weights(pairs), count, replacement=True, generator=g)]
    legible = chosen(g, count, 0.85)
    background = torch.where(legible, pair[:, 0], background)
    border, ink, bar_colour = (_other_colours(g, background) for _ in range(3))
    border = torch.where(chosen(g, count, 0.75), border + 1, BORDER.index("none"))
    ink = torch.where(legible, pair[:, 1], ink)
    bars = torch.tensor([_BAR_WEIGHTS[bar] for bar in BAR.values])
    bar = torch.multinomial(bars, count, replacement=True, generator=g)
    return _Looks(plate, border, background, ink, bar, bar_colour)


def _road_looks(g: Generator, count: int, blanks: PlateBank) -> _Looks:
    """Shape, colours and bar as they stand together on roads."""
    weights = torch.tensor([often for *_, often in _ROAD_LOOKS])
    look = torch.multinomial(weights, count, replacement=True, generator=g)
    values = (SHAPE.values, BORDER.values, PALETTE, PALETTE, BAR.values, PALETTE)
    shape, border, background, ink, bar, bar_colour = (
        torch.tensor([own.index(row[column]) for row in _ROAD_LOOKS])[look]
        for column, own in enumerate(values)
    )
    # Any one of the blank plates of that shape.
    lots = torch.rand(count, len(blanks.shapes), generator=g)
    plate = (lots * (blanks.shapes == shape[:, None])).argmax(dim=1)
    return _Looks(plate, border, background, ink, bar, bar_colour)


def _plate_weights(shapes: Tensor) -> Tensor:
    """How often each of K blank plates of some shapes is taken, float32 (K,)."""
    return torch.tensor([_SHAPE_WEIGHTS[SHAPE.values[shape]] for shape in shapes.tolist()])


def _by_colour(weights: dict[str, float]) -> Tensor:
    """Weights in the palette's order, float32 (colours,)."""
    return torch.tensor([weights[colour] for colour in PALETTE])


def _pair_weights(pairs: Tensor) -> Tensor:
    """How often each of K pairs of face and legend is taken, float32 (K,).

    Faces are as frequent as among other plates, however many legends go with them.
    """
    face, ink = pairs[:, 0], pairs[:, 1]
    inks = _by_colour(_PAINT_WEIGHTS)[ink]
    of_face = torch.zeros(len(PALETTE)).index_add_(0, face, inks)
    return _by_colour(_FACE_WEIGHTS)[face] * inks / of_face[face]


def _other_colours(g: Generator, background: Tensor) -> Tensor:
    """A colour that is not the face's for each of N plates: indices into the palette, (N,)."""
    weights = _by_colour(_PAINT_WEIGHTS).repeat(len(background), 1)
    weights[torch.arange(len(background)), background] = 0
    return torch.multinomial(weights, 1, generator=g).flatten()


def _blend(below: Tensor, colour: Tensor, mask: Tensor) -> Tensor:
    return below + (colour - below) * mask


def _label(
    shape: Tensor, border: Tensor, background: Tensor, bar: Tensor, ink: Tensor,
    strings: list[str], pictogram: Tensor,
) -> Labels:  # fmt: skip
    count = len(shape)
    columns = {SHAPE: shape, BORDER: border, BACKGROUND: background, BAR: bar}
    legend = torch.zeros(count, len(LEGEND.values))
    inked = ink != UNKNOWN
    legend[torch.nonzero(inked).flatten(), ink[inked]] = 1.0
    text = torch.stack([encode_text(s) for s in strings])
    assert text.shape[1] == TEXT.max_length
    return Labels(
        torch.stack([columns[a] for a in CATEGORICAL], dim=1), legend, text, pictogram,
        torch.ones(count),
    )  # fmt: skip
