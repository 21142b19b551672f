"""Which faces and pictograms have the names of inherited ones, and what that changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from rules.catalogue import Replacement
from rules.merging import Entry, Sections
from rules.schema import Conditions, PictogramModel, SignModel

_Use = tuple[Literal["face", "pictogram"], str]


def replacements(sections: Sections) -> tuple[Replacement, ...]:
    """The faces and pictograms that have the names of inherited ones, the faces first."""
    new: dict[_Use, Entry[Conditions] | Entry[PictogramModel]] = {
        **{("face", e.name): e for e in sections.faces.values() if e.replaces},
        **{("pictogram", e.name): e for e in sections.pictograms.values() if e.replaces},
    }
    if not new:
        return ()
    uses = {name: set(_uses_of(e.model, sections.faces)) for name, e in sections.signs.items()}
    return tuple(
        Replacement(
            kind,
            name,
            entry.position,
            entry.replaces,
            tuple(i for i in uses if i in entry.heirs and (kind, name) in uses[i]),
        )
        for (kind, name), entry in new.items()
        if entry.replaces is not None
    )


def _uses_of(sign: SignModel, faces: Mapping[str, Entry[Conditions]]) -> Iterator[_Use]:
    """The faces and pictograms that a sign names, itself or by way of its faces."""
    for name in _listed(sign.pictogram):
        yield "pictogram", name
    waiting = [sign.when] if sign.when is not None else []
    seen: set[str] = set()  # faces may be made of themselves, which is told elsewhere
    while waiting:
        conditions = waiting.pop()
        for name in _listed(conditions.pictogram):
            yield "pictogram", name
        face = conditions.face
        if face is not None and face not in seen:
            seen.add(face)
            yield "face", face
            if face in faces:
                waiting.append(faces[face].model)
        waiting += conditions.any or ()


def _listed(names: str | list[str] | None) -> list[str]:
    return [names] if isinstance(names, str) else names or []
