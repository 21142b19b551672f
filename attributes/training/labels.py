"""Attribute labels as tensors: what the losses compare the network's logits with.

In the tables a sign is one row of text; ``?`` in a column means *not known*, which becomes
:data:`UNKNOWN` and is left out of that head's loss.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from attributes.vocabulary import CATEGORICAL, LEGEND, TEXT

UNKNOWN = -1
"""Label of what is not known; every loss skips it."""
SOME_DIGIT = -2
"""Label of a character of which no more is told than that it is a digit."""
DIGITS = tuple(TEXT.encode(digit)[0] for digit in "0123456789")
"""Slot classes of the digits."""
NO_PICTOGRAM = "none"
"""Pictogram class of plates that carry only characters, or nothing."""
BLANK = "blank"
"""Pictogram class of plates on which nothing stands, whatever bar crosses them.

Without it the embedding of a blank plate would be left to chance, and a pale pictogram under a bar
be taken for a bar alone.
"""
UNKNOWN_PICTOGRAM = "?"
"""Stands in a table where it is not known which class a pictogram is of."""


@dataclass(frozen=True)
class Labels:
    """Labels of N crops.

    Attributes:
        categorical: int64 (N, attributes) in the order of CATEGORICAL, or UNKNOWN.
        legend: float32 (N, colours), 1 present, 0 absent, UNKNOWN.
        text: int64 (N, slots), slot classes or SOME_DIGIT; UNKNOWN after the end and where
            unreadable.
        pictogram: int64 (N,), index into the list of pictogram classes, or UNKNOWN.
        presence: float32 (N,), 1 where the crop shows a sign.
    """

    categorical: Tensor
    legend: Tensor
    text: Tensor
    pictogram: Tensor
    presence: Tensor

    def __len__(self) -> int:
        return len(self.presence)

    def __getitem__(self, rows: Tensor | slice) -> Labels:
        """Labels of some of the crops."""
        return Labels(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def to(self, device: torch.device) -> Labels:
        """The same labels on ``device``."""
        return Labels(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})

    @classmethod
    def concatenate(cls, parts: Sequence[Labels]) -> Labels:
        """Labels of several batches, one after the other."""
        return cls(**{f.name: torch.cat([getattr(p, f.name) for p in parts]) for f in fields(cls)})

    @classmethod
    def of_nothing(cls, count: int) -> Labels:
        """Labels of crops without a sign: only their absence is known."""
        return cls(
            torch.full((count, len(CATEGORICAL)), UNKNOWN),
            torch.full((count, len(LEGEND.values)), float(UNKNOWN)),
            torch.full((count, TEXT.max_length), UNKNOWN),
            torch.full((count,), UNKNOWN),
            torch.zeros(count),
        )

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping[str, str]], pictograms: Sequence[str]) -> Labels:
        """Encode table rows.

        Args:
            rows: column -> text; ``legend`` joins its colours by ``+`` and is ``none`` if empty,
                ``text`` is empty if nothing is written.
            pictograms: the pictogram classes, in the order of their indices.

        Raises:
            ValueError: a row has a value that the vocabulary does not have.
        """
        classes = {name: index for index, name in enumerate(pictograms)}
        return cls(
            torch.tensor(
                [
                    [UNKNOWN if r[a.name] == "?" else a.index(r[a.name]) for a in CATEGORICAL]
                    for r in rows
                ]
            ).reshape(len(rows), len(CATEGORICAL)),
            torch.stack([encode_legend(r["legend"]) for r in rows]),
            torch.stack([encode_text(r["text"]) for r in rows]),
            torch.tensor([classes.get(pictogram_class(r), UNKNOWN) for r in rows]),
            torch.ones(len(rows)),
        )


def pictogram_class(row: Mapping[str, str]) -> str:
    """Pictogram class of a table row: :data:`BLANK` where nothing stands on the plate."""
    nothing = (row["pictogram"], row["legend"], row["text"]) == (NO_PICTOGRAM, "none", "")
    return BLANK if nothing else row["pictogram"]


def encode_legend(colours: str) -> Tensor:
    """``black+red`` -> float32 (colours,)."""
    if colours == "?":
        return torch.full((len(LEGEND.values),), float(UNKNOWN))
    encoded = torch.zeros(len(LEGEND.values))
    for colour in [] if colours == "none" else colours.split("+"):
        encoded[LEGEND.index(colour)] = 1.0
    return encoded


def encode_text(string: str) -> Tensor:
    """``50`` -> int64 (slots,): its characters, the end, then UNKNOWN."""
    encoded = torch.full((TEXT.max_length,), UNKNOWN)
    if string != "?":
        codes = TEXT.encode(string)
        encoded[: len(codes)] = torch.tensor(codes)
    return encoded


def encode_texts(names: Collection[str]) -> Tensor | None:
    """Those of some names that can be read as a text, int64 (H, slots); None if none can.

    Others are names of pictograms, in small letters, which the alphabet does not have.
    """
    texts = [name for name in names if name and TEXT.can_spell(name)]
    return torch.stack([encode_text(text) for text in texts]) if texts else None
