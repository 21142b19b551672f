"""Several rule files as one: ``include``, ``extends`` and ``remove``."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Generic, TypeVar

from rules.diagnostics import Findings, LoadError, Position, Related, quote
from rules.documents import RuleFile
from rules.file_references import RULE_FILE_SUFFIXES, report_missing
from rules.reading import read_document
from rules.schema import CatalogueModel, Conditions, PictogramModel, SignModel
from rules.yaml_positions import MappingNode, Node, Scalar, items_of

MAX_FILES: Final = 64
"""Most rule files of one catalogue."""
MAX_FILE_DEPTH: Final = 16
"""Longest chain of files that include or extend each other."""

ModelT = TypeVar("ModelT", Conditions, PictogramModel, SignModel)


@dataclass(frozen=True)
class Entry(Generic[ModelT]):
    """A sign, face or pictogram of a rule file.

    Attributes:
        name: its id or name.
        model: its content.
        node: its nodes, parallel to ``model``.
        document: the file it stands in.
        position: the place of its id or name.
        country: country of a sign: its own, or else the file's.
        names_country: whether the sign itself states its country.
        is_inherited: whether the sign stands in a file that another one extends.
        replaces: the place of the inherited entry of the same name; of a sign, only if the file
            does not say that the inherited one shall go.
        heirs: of a face or pictogram that replaces one, the ids of the inherited signs.
    """

    name: str
    model: ModelT
    node: MappingNode
    document: RuleFile
    position: Position
    country: str | None = None
    names_country: bool = False
    is_inherited: bool = False
    replaces: Position | None = None
    heirs: frozenset[str] = frozenset()


@dataclass
class Sections:
    """The entries of a rule file and of all files it builds on.

    Attributes:
        country: ISO code that the file states, or inherits.
        faces: name -> face.
        pictograms: name -> pictogram.
        signs: id -> sign.
        mistaken: ``face``, ``pictogram`` or ``sign`` -> names of entries that are wrong, which was
            recorded, and are left out.
        removed: id of a sign that a file does not take over -> where that is said.
        gone: ids of the nodes of these signs: others may have the same sign id.
        repeated: id of its node -> sign whose sign id is taken, which was recorded.
    """

    country: str | None = None
    faces: dict[str, Entry[Conditions]] = field(default_factory=dict)
    pictograms: dict[str, Entry[PictogramModel]] = field(default_factory=dict)
    signs: dict[str, Entry[SignModel]] = field(default_factory=dict)
    mistaken: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    removed: dict[str, Position] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    repeated: dict[int, Entry[SignModel]] = field(default_factory=dict)

    def add_missing(self, part: Sections) -> None:
        """Take over which entries of a file that is built on are wrong, and which are removed."""
        for kind, names in part.mistaken.items():
            self.mistaken[kind] |= names
        self.removed.update(part.removed)
        self.gone |= part.gone
        self.repeated.update(part.repeated)

    def leave_out(self, gone: Collection[int]) -> None:
        """Do without the signs that these nodes hold."""
        self.signs = {name: sign for name, sign in self.signs.items() if id(sign.node) not in gone}


class FileMerger:
    """Reads a rule file and what it refers to, each file once.

    Args:
        findings: where mistakes are recorded.
        overlay: resolved path -> content to use instead of what is on the disk.
    """

    def __init__(self, findings: Findings, overlay: Mapping[Path, bytes]) -> None:
        """Read nothing yet."""
        self._findings = findings
        self._overlay = overlay
        self._merged: dict[Path, Sections] = {}
        self._open: list[Path] = []
        self._lost = False

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that was read, in the order in which they were met."""
        return tuple(self._merged)

    @property
    def is_complete(self) -> bool:
        """Whether all sections of all files are there, so no name is undefined by accident."""
        return not self._lost

    def merge(self, file: str, path: Path) -> Sections:
        """The entries of the rule file at ``path`` (resolved), which findings call ``file``."""
        if path in self._merged:
            return self._merged[path]
        # Registered before it is filled, so that `files` has the order of the references.
        sections = self._merged[path] = Sections()
        content = self._overlay.get(path)
        document = read_document(CatalogueModel, file, path, content, self._findings)
        if document is None:
            self._lost = True
            return sections
        self._open.append(path)
        self._fill(sections, document)
        self._open.pop()
        return sections

    def _fill(self, sections: Sections, document: RuleFile) -> None:
        model = document.model
        sections.country = model.country
        self._lost |= _lacks_sections(document)
        own = _own_entries(document, self._findings)
        included = zip(model.include or (), items_of(document.root.get("include")), strict=True)
        for reference, node in included:
            part = self._merge_reference(document, reference, node)
            if part:
                self._include(own, part, model.country)
        if model.extends is None:
            self._refuse_removal(document)
            base = None
        else:
            (place,) = items_of(document.root.get("extends"))
            base = self._merge_reference(document, model.extends, place)
        if base is not None:
            self._extend(sections, base, document)
            # An included file that extends the same one has what is removed here.
            own.leave_out(sections.gone)
            for name, sign in own.signs.items():
                if sign.country is None:
                    own.signs[name] = replace(sign, country=sections.country)
            _mark_replacing(own.signs, sections.signs)
            heirs = frozenset(sections.signs).difference(own.signs)
            _mark_replacing(own.faces, sections.faces, heirs)
            _mark_replacing(own.pictograms, sections.pictograms, heirs)
        sections.add_missing(own)
        sections.faces.update(own.faces)
        sections.pictograms.update(own.pictograms)
        sections.signs.update(own.signs)

    def _merge_reference(self, document: RuleFile, reference: str, node: Node) -> Sections | None:
        """The entries of a file that ``document`` refers to; None, and recorded, if it cannot."""
        position = document.position(node)
        path = Path(os.path.realpath(document.path.parent / reference))
        if path in self._open:
            self._lost = True
            self._findings.error(
                LoadError.CYCLE,
                f"{quote(reference)} leads back to this file",
                position,
                suggestion="move what both files need into a third one",
            )
            return None
        if path not in self._overlay and not os.path.isfile(path):
            self._lost = True
            code = LoadError.UNREADABLE_FILE
            report_missing(code, "file", reference, document, node, RULE_FILE_SUFFIXES)
            return None
        too_many = path not in self._merged and len(self._merged) >= MAX_FILES
        if too_many or len(self._open) >= MAX_FILE_DEPTH:
            self._lost = True
            self._findings.error(
                LoadError.TOO_LARGE,
                "too many rule files build on each other",
                position,
                expected=f"at most {MAX_FILES} files, {MAX_FILE_DEPTH} deep",
            )
            return None
        return self.merge(_name(document, reference, path), path)

    def _include(self, own: Sections, part: Sections, country: str | None) -> None:
        own.add_missing(part)
        for name, face in part.faces.items():
            _add(own.faces, name, face, "face", self._findings)
        for name, pictogram in part.pictograms.items():
            _add(own.pictograms, name, pictogram, "pictogram", self._findings)
        for name, sign in part.signs.items():
            if sign.country is None:
                sign = replace(sign, country=country)
            known = own.signs.get(name)
            if known is not None and known.node is sign.node and known.country != sign.country:
                if known.country and sign.country:
                    self._of_two_countries(known, sign)
                own.signs[name] = replace(known, country=None)
            _add_sign(own, sign, self._findings)

    def _of_two_countries(self, first: Entry[SignModel], second: Entry[SignModel]) -> None:
        self._findings.error(
            LoadError.DUPLICATE_NAME,
            f"the sign {quote(first.name)} comes twice, as one of {first.country} and one of "
            f"{second.country}",
            first.position,
            expected="a sign of one country, or a catalogue for each",
        )

    def _extend(self, sections: Sections, base: Sections, document: RuleFile) -> None:
        country = document.model.country
        sections.country = country or base.country
        sections.add_missing(base)
        sections.faces.update(base.faces)
        sections.pictograms.update(base.pictograms)
        for name, sign in base.signs.items():
            # Whoever extends a catalogue says that its signs hold in his country too.
            if country is not None and not sign.names_country:
                sign = replace(sign, country=country)
            sections.signs[name] = replace(sign, is_inherited=True)
        removed = items_of(document.root.get("remove"))
        for name, node in zip(document.model.remove or (), removed, strict=True):
            stated = (*base.signs, *base.mistaken["sign"])
            matching = [sign_id for sign_id in stated if _matches(sign_id, name)]
            for sign_id in matching:
                sections.removed[sign_id] = document.position(node)
                old = sections.signs.pop(sign_id, None)
                if old is not None:
                    sections.gone.add(id(old.node))
            if not matching and self.is_complete:
                self._findings.error(
                    LoadError.UNDEFINED_NAME,
                    f"the extended file has no sign {quote(name)}",
                    document.position(node),
                    # What the beginning of an id is like says nothing about the rest.
                    slip=None if name.endswith("*") else (name, base.signs),
                )

    def _refuse_removal(self, document: RuleFile) -> None:
        if document.model.remove and "extends" not in document.left_out(document.root):
            self._findings.error(
                LoadError.CONFLICTING_KEYS,
                "there is nothing to `remove` signs from",
                document.position(document.root.key("remove")),
                expected="`extends` beside `remove`",
            )


def _mark_replacing(
    own: dict[str, Entry[ModelT]],
    inherited: Mapping[str, Entry[ModelT]],
    heirs: frozenset[str] = frozenset(),
) -> None:
    """Note at a file's own entries which inherited ones they replace."""
    for name, old in inherited.items():
        new = own.get(name, old)
        # They are one if both the extended and an included file include a third one.
        if new.node is not old.node:
            own[name] = replace(new, replaces=old.position, heirs=heirs)


def _name(document: RuleFile, reference: str, path: Path) -> str:
    """What findings call the file at ``path``: a name from where the user is, if one leads there.

    Beside a rule file that is a symbolic link, its references need not lead anywhere.
    """
    name = os.path.normpath(os.path.join(os.path.dirname(document.file), reference))
    return name if Path(os.path.realpath(name)) == path else str(path)


def _matches(sign_id: str, pattern: str) -> bool:
    """Whether a sign is meant by an entry of ``remove``: its id, or its beginning and a star."""
    if pattern.endswith("*"):
        return sign_id.startswith(pattern[:-1])
    return sign_id == pattern


def _own_entries(document: RuleFile, findings: Findings) -> Sections:
    """The entries that a file itself states."""
    model = document.model
    own = Sections(model.country)
    for name, conditions, key, node in _named(document, "faces", model.faces):
        own.faces[name] = Entry(name, conditions, node, document, document.position(key))
    for name, pictogram, key, node in _named(document, "pictograms", model.pictograms):
        own.pictograms[name] = Entry(name, pictogram, node, document, document.position(key))
    for sign, sign_node in zip(model.signs, items_of(document.root.get("signs")), strict=True):
        assert isinstance(sign_node, MappingNode)
        place = document.position(sign_node.get("id") or sign_node)
        country = sign.country or model.country
        entry = Entry(sign.id, sign, sign_node, document, place, country, sign.country is not None)
        _add_sign(own, entry, findings)
    own.mistaken["face"] = document.left_out(document.root.get("faces"))
    own.mistaken["pictogram"] = document.left_out(document.root.get("pictograms"))
    own.mistaken["sign"] = set(_dropped_ids(document))
    return own


def _dropped_ids(document: RuleFile) -> Iterator[str]:
    """Ids of the signs that are wrong and are left out."""
    for sign in document.dropped.get(id(document.root.get("signs")), ()):
        name = sign.get("id") if isinstance(sign, MappingNode) else None
        if isinstance(name, Scalar):
            yield name.text


def _lacks_sections(document: RuleFile) -> bool:
    """Whether whole sections, or references to other files, are wrong and left out."""
    root = document.root
    sections = {"faces", "pictograms", "signs", "include", "extends"}
    return (
        not root.entries
        or not sections.isdisjoint(document.left_out(root))
        or id(root.get("include")) in document.dropped
    )


def _named(
    document: RuleFile, section: str, models: Mapping[str, ModelT]
) -> Iterator[tuple[str, ModelT, Node, MappingNode]]:
    nodes = document.root.get(section)
    for name, model in models.items():
        assert isinstance(nodes, MappingNode)
        key, node = nodes.entries[name]
        assert isinstance(node, MappingNode)
        yield name, model, key, node


def _add_sign(sections: Sections, sign: Entry[SignModel], findings: Findings) -> None:
    """Add a sign; one whose id is taken is kept apart, as it may have mistakes of its own."""
    _add(sections.signs, sign.name, sign, "sign", findings)
    if sections.signs[sign.name].node is not sign.node:
        sections.repeated[id(sign.node)] = sign


def _add(
    entries: dict[str, Entry[ModelT]],
    name: str,
    entry: Entry[ModelT],
    kind: str,
    findings: Findings,
) -> None:
    """Add an entry, or record that its name is taken by another one."""
    first = entries.setdefault(name, entry)
    # The same entry comes twice if two included files include a third one.
    if first.node is not entry.node:
        is_elsewhere = first.document is not entry.document
        findings.error(
            LoadError.DUPLICATE_NAME,
            f"the {kind} {quote(name)} is defined twice",
            entry.position,
            suggestion=_about_replacing(kind) if is_elsewhere else None,
            related=(Related("first defined", first.position),),
        )


def _about_replacing(kind: str) -> str:
    """How a file can define again what another one defines."""
    name = "id" if kind == "sign" else "name"
    return f"`extends:` replaces a {kind} of the same {name}, `include:` does not"
