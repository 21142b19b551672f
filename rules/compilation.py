"""From entries of rule files to the catalogue: names resolved, conditions turned into boxes."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Final

from attributes.vocabulary import DIGITS_NAME, PICTOGRAM_NAME, TEXT
from rules.catalogue import (
    PLACEHOLDER,
    Alternative,
    Pictogram,
    PictogramCondition,
    Replacement,
    Sign,
    ValueSource,
)
from rules.condition_schema import ANY, NONE, NumberRange, StrictModel
from rules.conditions import CONDITION_KEYS, Condition, as_tuple, attribute_of, meaning
from rules.diagnostics import Findings, LoadError, Position, Related, quote
from rules.documents import RuleFile
from rules.file_references import PICTURE_SUFFIXES, report_missing
from rules.likeness import likely_meant
from rules.merging import Entry, Sections
from rules.numbers import Multiples, plain_spelling
from rules.replacements import replacements
from rules.rewriting import ABOUT_PICTOGRAM
from rules.schema import Conditions, PictogramModel, SignModel
from rules.value_sets import TextSet
from rules.yaml_positions import MappingNode, Node, Scalar, items_of

MAX_ALTERNATIVES: Final = 64
"""Most ways in which one sign can look, its own ``any`` and those of its faces multiplied."""
MAX_RANGE_NUMBERS: Final = 200_000
"""Most numbers of all different ranges of a catalogue together; each becomes a few strings in
memory."""
MAX_FACE_DEPTH: Final = 8
"""Longest chain of faces that use each other."""

_READINGS = (DIGITS_NAME, TEXT.name)


class UncompilableError(Exception):
    """A part cannot be compiled; the reason has been recorded."""


@dataclass(frozen=True)
class _Face:
    alternatives: tuple[Alternative, ...]
    depth: int


class Compiler:
    """Compiles the entries of all files of one catalogue.

    Args:
        sections: the entries.
        findings: where mistakes are recorded.
        overlay: resolved paths that count as existing.
        names_known: whether every file could be read; if not, a name that is not found may
            well be defined in what is missing, and is not reported.
    """

    def __init__(
        self,
        sections: Sections,
        findings: Findings,
        overlay: Collection[Path] = (),
        *,
        names_known: bool,
    ) -> None:
        """Compile nothing yet."""
        self._sections = sections
        self._overlay = overlay
        self._findings = findings
        self._names_known = names_known
        self._faces: dict[str, _Face | None] = {}
        self._open_faces: list[str] = []
        self._ranges: set[Multiples] = set()
        self._range_numbers = 0

    @cached_property
    def replacements(self) -> tuple[Replacement, ...]:
        """The faces and pictograms that have the names of inherited ones."""
        return replacements(self._sections)

    def signs(self) -> tuple[Sign, ...]:
        """The signs that have no mistake.

        Faces that no sign uses are looked at as well, and signs whose id is taken.
        """
        for name in self._sections.faces:
            self._face(name)
        for entry in self._sections.repeated.values():
            self._sign(entry)
        return tuple(filter(None, map(self._sign, self._sections.signs.values())))

    def faces(self) -> dict[str, tuple[Alternative, ...]]:
        """Name -> alternatives, of the faces that have no mistake."""
        compiled = {name: self._face(name) for name in self._sections.faces}
        return {name: face.alternatives for name, face in compiled.items() if face is not None}

    def pictograms(self) -> dict[str, Pictogram]:
        """Name -> pictogram, of exemplars that exist."""
        return {name: self._pictogram(entry) for name, entry in self._sections.pictograms.items()}

    # Signs

    def _sign(self, entry: Entry[SignModel]) -> Sign | None:
        model = entry.model
        if model.replaced_by is not None:
            self._check_replacement(model.replaced_by, entry)
        try:
            alternatives, exemplar_pictograms = self._looks(entry)
        except UncompilableError:
            return None
        allowed = map(entry.document.position, items_of(entry.node.get("allow")))
        sign = Sign(
            id=model.id,
            names=dict(model.name),
            position=entry.position,
            alternatives=alternatives,
            exemplar_pictograms=exemplar_pictograms,
            value=ValueSource(model.value.from_, model.value.unit) if model.value else None,
            priority=model.priority,
            status=model.status,
            replaced_by=model.replaced_by,
            aliases={
                scheme: as_tuple(getattr(model.aliases, scheme))
                for scheme in _stated(model.aliases)
            },
            country=entry.country,
            is_inherited=entry.is_inherited,
            allow=dict(zip(model.allow or (), allowed, strict=True)),
            replaces=entry.replaces,
        )
        self._check_readings(sign, entry)
        return sign

    def _looks(self, entry: Entry[SignModel]) -> tuple[tuple[Alternative, ...], tuple[str, ...]]:
        model, node = entry.model, entry.node
        if model.when is None:
            self._check_pictograms(node, entry.document)
            self._refuse_priority(entry)
            return (), as_tuple(model.pictogram)
        when = node.get("when")
        assert isinstance(when, MappingNode)
        alternatives, _ = self._alternatives(model.when, when, entry.document)
        return alternatives, ()

    def _refuse_priority(self, entry: Entry[SignModel]) -> None:
        """Of a sign without rule, whose author would else rely on what has no effect."""
        if "priority" in entry.node.entries:
            self._findings.error(
                LoadError.CONFLICTING_KEYS,
                f"{quote(entry.name)} has a `priority`, but no rule that could have one",
                entry.document.position(entry.node.key("priority")),
                suggestion="remove it: a sign known by its pictures alone is tried when no rule "
                "explains the crop",
            )

    def _check_readings(self, sign: Sign, entry: Entry[SignModel]) -> None:
        """Whoever takes a value from the text must say in his rule which text there can be."""
        readings = list(_readings_used(entry))
        if readings and not entry.document.is_complete(entry.node):
            return  # The condition that seems to be missing may be one that was wrong.
        for reading, use, node in readings:
            position = entry.document.position(node)
            if reading not in _READINGS:
                self._unknown_placeholder(reading, position)
            elif not sign.alternatives or not all(_reads(a, reading) for a in sign.alternatives):
                asks = all(TEXT.name in a.conditions for a in sign.alternatives)
                admits_others = reading == DIGITS_NAME and sign.alternatives and asks
                self._findings.error(
                    LoadError.CONFLICTING_KEYS,
                    f"{quote(sign.id)} {use}, but its rule "
                    + (
                        "also holds where no number stands"
                        if admits_others
                        else f"does not say which {reading} it has"
                    ),
                    position,
                    expected="`digits` conditions that list numbers, without `none` and `not`"
                    if admits_others
                    else f"a `{reading}` condition in every alternative of `when`",
                    related=[
                        new.as_cause
                        for new in self.replacements
                        if new.kind == "face" and sign.id in new.signs
                    ],
                )

    def _unknown_placeholder(self, reading: str, position: Position) -> None:
        meant = likely_meant(reading, _READINGS)
        self._findings.error(
            LoadError.UNKNOWN_VALUE,
            f"unknown placeholder {quote('{' + reading + '}')}",
            position,
            expected="`{digits}` or `{text}`",
            suggestion=f"did you mean `{{{meant[0]}}}`?" if meant else None,
        )

    # Conditions

    def _alternatives(
        self, model: Conditions, node: MappingNode, document: RuleFile
    ) -> tuple[tuple[Alternative, ...], int]:
        """The boxes of a mapping of conditions, and how many faces deep they lie."""
        self._refuse_empty(node, document)
        self._bound_ranges(model, node, document)
        own = _own_conditions(model, node, document)
        depth = 0
        failed = not self._check_pictograms(node, document)
        boxes: list[Iterable[Alternative]] = [(own,)]
        if model.face is not None:
            face = self._used_face(model.face, node, document)
            failed |= face is None
            if face is not None:
                boxes.append(face.alternatives)
                depth = face.depth
        if model.any is not None:
            union: list[Alternative] = []
            for choice, choice_node in zip(model.any, items_of(node.get("any")), strict=True):
                assert isinstance(choice_node, MappingNode)
                try:
                    parts, part_depth = self._alternatives(choice, choice_node, document)
                except UncompilableError:
                    failed = True
                else:
                    choice_place = document.position(choice_node)
                    union += [replace(p, choices=(choice_place, *p.choices)) for p in parts]
                    depth = max(depth, part_depth)
            boxes.append(union)
        if failed:
            raise UncompilableError
        return self._product(boxes, node, document), depth

    def _refuse_empty(self, node: MappingNode, document: RuleFile) -> None:
        if not node.entries and not document.left_out(node):
            self._findings.error(
                LoadError.INVALID_VALUE,
                "these conditions are empty, so they would hold for everything",
                document.position(node),
                expected="at least one condition, such as `shape: circle`",
            )

    def _bound_ranges(self, model: Conditions, node: MappingNode, document: RuleFile) -> None:
        if not isinstance(model.digits, NumberRange):
            return
        multiples = model.digits.multiples
        if multiples in self._ranges:
            return
        were_too_many = self._range_numbers > MAX_RANGE_NUMBERS
        self._ranges.add(multiples)
        self._range_numbers += multiples.count
        if self._range_numbers <= MAX_RANGE_NUMBERS:
            return
        if not were_too_many:
            self._findings.error(
                LoadError.TOO_LARGE,
                f"up to here, the ranges of all signs hold {self._range_numbers} numbers",
                document.position(node.key(DIGITS_NAME)),
                expected=f"at most {MAX_RANGE_NUMBERS} numbers in all different ranges together",
            )
        raise UncompilableError

    def _product(
        self, boxes: list[Iterable[Alternative]], node: MappingNode, document: RuleFile
    ) -> tuple[Alternative, ...]:
        """Every combination of one box of each list, as one box."""
        sizes = [len(tuple(choices)) for choices in boxes]
        count = 1
        for size in sizes:
            count *= size
        if count > MAX_ALTERNATIVES:
            key = "any" if "any" in node.entries else "face"
            self._findings.error(
                LoadError.TOO_LARGE,
                f"these conditions have {count} alternatives",
                document.position(node.key(key)),
                expected=f"at most {MAX_ALTERNATIVES} alternatives",
                suggestion="use a list of values instead of `any`, or split the sign",
            )
            raise UncompilableError
        return tuple(_both(combination) for combination in product(*boxes))

    # Faces

    def _used_face(self, name: str, node: MappingNode, document: RuleFile) -> _Face | None:
        value = node.get("face")
        assert value is not None
        position = document.position(value)
        if name not in self._sections.faces:
            self._undefined(name, self._sections.faces, "face", position)
            return None
        if name in self._open_faces:
            way = " → ".join((*self._open_faces[self._open_faces.index(name) :], name))
            self._findings.error(
                LoadError.CYCLE, f"the face {quote(name)} is made of itself: {way}", position
            )
            return None
        face = self._face(name)
        if face is not None and face.depth > MAX_FACE_DEPTH:
            self._too_deep(position)
            return None
        return face

    def _face(self, name: str) -> _Face | None:
        if name in self._faces:
            return self._faces[name]
        entry = self._sections.faces[name]
        if len(self._open_faces) > MAX_FACE_DEPTH:
            self._too_deep(entry.position)
            return None
        self._open_faces.append(name)
        try:
            alternatives, depth = self._alternatives(entry.model, entry.node, entry.document)
            face = _Face(alternatives, depth + 1)
        except UncompilableError:
            face = None
        self._open_faces.pop()
        self._faces[name] = face
        return face

    def _too_deep(self, position: Position) -> None:
        self._findings.error(
            LoadError.TOO_LARGE,
            "too many faces build on each other",
            position,
            expected=f"at most {MAX_FACE_DEPTH}",
        )

    # Names

    def _check_pictograms(self, node: MappingNode, document: RuleFile) -> bool:
        known = True
        for item in items_of(node.get(PICTOGRAM_NAME)):
            assert isinstance(item, Scalar)
            name = item.text
            if name not in self._sections.pictograms:
                known = False
                position = document.position(item)
                advice = ABOUT_PICTOGRAM if name in (NONE, ANY) else None
                self._undefined(name, self._sections.pictograms, "pictogram", position, advice)
        return known

    def _check_replacement(self, sign: str, entry: Entry[SignModel]) -> None:
        if sign in self._sections.signs:
            return
        node: Node = entry.node.get("replaced_by") or entry.node
        position = entry.document.position(node)
        removed = self._sections.removed.get(sign)
        if removed is not None:
            at, related = removed, Related("it is named", position)
            advice = f"remove {quote(entry.name)} too, or do not remove {quote(sign)}"
            if not entry.is_inherited:  # Then it stands in no file that it could be removed from.
                at, related = position, Related("it is removed", removed)
                advice = f"name a sign that stays, or do not remove {quote(sign)}"
            self._findings.error(
                LoadError.UNDEFINED_NAME,
                f"the sign {quote(sign)}, by which {quote(entry.name)} is replaced, is removed",
                at,
                suggestion=advice,
                related=(related,),
            )
            return
        others = [name for name in self._sections.signs if name != entry.name]
        self._undefined(sign, others, "sign", position)

    def _undefined(
        self,
        name: str,
        known: Iterable[str],
        kind: str,
        position: Position,
        advice: str | None = None,
    ) -> None:
        if self._names_known and name not in self._sections.mistaken[kind]:
            self._findings.error(
                LoadError.UNDEFINED_NAME,
                f"no {kind} is called {quote(name)}",
                position,
                expected=f"a {kind} that is defined in this file or in one it includes",
                suggestion=advice,
                slip=(name, known),
            )

    # Pictograms

    def _pictogram(self, entry: Entry[PictogramModel]) -> Pictogram:
        exemplars, positions = [], []
        nodes = items_of(entry.node.get("exemplars"))
        for relative, node in zip(entry.model.exemplars or (), nodes, strict=True):
            path = self._exemplar(relative, entry.document, node)
            if path is not None:
                exemplars.append(path)
                positions.append(entry.document.position(node))
        return Pictogram(
            entry.name,
            entry.position,
            tuple(exemplars),
            tuple(entry.model.artwork or ()),
            tuple(positions),
            tuple(map(entry.document.position, items_of(entry.node.get("artwork")))),
        )

    def _exemplar(self, relative: str, document: RuleFile, node: Node) -> Path | None:
        folder = os.path.realpath(document.path.parent)
        named = document.path.parent.absolute() / relative
        path = os.path.realpath(named)
        if not path.startswith(folder.rstrip(os.sep) + os.sep):
            self._findings.error(
                LoadError.FORBIDDEN_PATH,
                f"the exemplar {quote(relative)} leads out of the folder of this file",
                document.position(node),
                expected="a picture inside that folder",
            )
            return None
        if not os.path.isfile(path) and Path(path) not in self._overlay:
            code = LoadError.MISSING_EXEMPLAR
            report_missing(code, "picture", relative, document, node, PICTURE_SUFFIXES)
            return None
        return named  # not what links among it lead to: they may be switched


def _own_conditions(model: Conditions, node: MappingNode, document: RuleFile) -> Alternative:
    """The conditions that a mapping states itself, as one box."""
    conditions = {}
    pictogram = None
    for key in node.entries:
        position = (document.position(node.key(key)),)
        if key in CONDITION_KEYS:
            values, phrase = meaning(key, getattr(model, key))
            conditions[attribute_of(key)] = Condition(values, position, phrase)
        elif key == PICTOGRAM_NAME:
            pictogram = PictogramCondition(as_tuple(model.pictogram), position)
    return Alternative(conditions, pictogram)


def _both(boxes: tuple[Alternative, ...]) -> Alternative:
    """The intersection of several boxes, the first one's places named first."""
    if len(boxes) == 1:
        return boxes[0]
    conditions: dict[str, Condition] = {}
    pictogram = None
    for box in boxes:
        for attribute, condition in box.conditions.items():
            known = conditions.get(attribute)
            conditions[attribute] = condition if known is None else known & condition
        if box.pictogram is not None:
            pictogram = box.pictogram if pictogram is None else pictogram & box.pictogram
    return Alternative(conditions, pictogram, tuple(p for box in boxes for p in box.choices))


def _stated(model: StrictModel | None) -> Iterator[str]:
    """The fields that are stated, in the order of the schema."""
    if model is not None:
        yield from (name for name in type(model).model_fields if name in model.model_fields_set)


def _readings_used(entry: Entry[SignModel]) -> Iterator[tuple[str, str, Node]]:
    """Every reading that a sign's value, names and aliases use, in which words, and where."""
    value = entry.node.get("value")
    if isinstance(value, MappingNode) and entry.model.value:
        reading = entry.model.value.from_
        yield reading, f"takes a value from {quote(reading)}", value.get("from") or value
    for key, where in (("name", "a name"), ("aliases", "an alias")):
        texts = entry.node.get(key)
        if isinstance(texts, MappingNode):
            for _, text in texts.entries.values():
                for leaf in items_of(text):
                    assert isinstance(leaf, Scalar)
                    for match in PLACEHOLDER.finditer(leaf.text):
                        yield match[1], f"shows {quote(match[0])} in {where}", leaf


def _reads(alternative: Alternative, reading: str) -> bool:
    condition = alternative.conditions.get(TEXT.name)
    if condition is None:
        return False
    values = condition.values
    if reading == TEXT.name:
        return True
    assert isinstance(values, TextSet)
    return not values.complement and None not in map(plain_spelling, values.strings)
