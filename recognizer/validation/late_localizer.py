"""The localizer, loaded when the first frame needs it; the like of :class:`LatePredictor`."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attributes.precision import Precision, fast_precision
from attributes.weights_identity import WeightsError, digest_of_all
from recognizer.frames.boxes import Boxes
from recognizer.frames.frame import Image
from recognizer.frames.localization.identity import DEFAULT_LOCALIZER
from recognizer.reading_code import code_digest

if TYPE_CHECKING:
    from recognizer.frames.localization.localizer import Localizer


class Finder(Protocol):
    """What finds signs in frames: :class:`LateLocalizer`, or a stand-in for it."""

    @property
    def identity(self) -> str:
        """Digest of all that the boxes depend on."""

    def locate(self, image: Image, /) -> Boxes:
        """Boxes of the signs in a frame, uint8 (H, W, 3) BGR."""


class LateLocalizer:
    """Stands in for :class:`recognizer.frames.localization.localizer.Localizer`.

    Args:
        weights: a safetensors file with its card beside it; the shipped one if absent.
        precision: of the network's arithmetic; by default what is fast on this CPU.

    Attributes:
        identity: digest of all that boxes depend on: weights, card (architecture and threshold),
            precision and code.

    Raises:
        WeightsError: a file is missing.
    """

    def __init__(self, weights: Path | None = None, precision: Precision | None = None) -> None:
        self._path = weights or DEFAULT_LOCALIZER
        self._precision: Precision = precision or fast_precision()
        self.identity = self._digest()

    def locate(self, image: Image) -> Boxes:
        """Boxes of the signs in a frame, the surest first; the first call loads the network.

        Args:
            image: uint8 (H, W, 3), BGR.

        Raises:
            WeightsError: the weights are damaged.
        """
        return self._localizer.locate(image)

    def _digest(self) -> str:
        parts = [_content(p) for p in (self._path, self._path.with_suffix(".json"))]
        parts.append(self._precision.encode())
        parts.append(code_digest("recognizer.frames.localization").encode())
        return digest_of_all(parts)

    @cached_property
    def _localizer(self) -> Localizer:
        from recognizer.frames.localization.localizer import Localizer

        localizer = Localizer(self._path, precision=self._precision)
        if self._digest() != self.identity:
            raise WeightsError(f"{self._path}: the weights changed during the run; start it again")
        return localizer


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(
            f"{path}: the localizer's weights are not readable: {error.strerror or error}; "
            "`--boxes labelled` recognizes labelled boxes without looking for signs"
        ) from None
