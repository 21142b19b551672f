"""What a catalogue lacks in its galleries, told without the network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from recognizer.gallery_file import (
    GalleryError,
    catalogue_of,
    gallery_path,
    read_gallery,
    sources_of,
)
from rules import Catalogue, Pictogram
from rules.checks import GalleryGap


def gallery_gaps(catalogue: Catalogue, fingerprint: str | None) -> tuple[GalleryGap, ...]:
    """What :func:`recognizer.gallery.load_gallery` would refuse, at most one gap of each gallery.

    Args:
        catalogue: the rules.
        fingerprint: of the weights in use; None if there are none, so that nothing can be said
            of galleries that were made with others.

    Raises:
        GalleryError: a picture of an exemplar cannot be read.
    """
    beside: dict[Path, list[Pictogram]] = defaultdict(list)
    for pictogram in catalogue.pictograms.values():
        beside[gallery_path(Path(pictogram.position.file))].append(pictogram)
    return tuple(gap for path, named in beside.items() for gap in _gaps(path, named, fingerprint))


def _gaps(path: Path, named: list[Pictogram], fingerprint: str | None) -> Iterator[GalleryGap]:
    try:
        stored = read_gallery(path, fingerprint)
    except GalleryError as error:
        yield GalleryGap(error.problem, tuple(p.name for p in named), catalogue_of(path))
        return
    # A picture that the gallery lacks is embedded when the catalogue is loaded.
    lacking = [
        p.name
        for p in named
        if p.artwork and (p.name not in stored or stored[p.name][0] != sources_of(p))
    ]
    if lacking:
        problem = f"{path}: is not up to date" if path.is_file() else f"{path}: is not there"
        yield GalleryGap(problem, tuple(lacking), catalogue_of(path))
