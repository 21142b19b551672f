"""The compiled rule file: signs as unions of boxes over the attributes. Immutable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from attributes.errors import UserError
from attributes.vocabulary import DIGITS_NAME, TEXT
from rules.answer_ids import split_id
from rules.conditions import Condition
from rules.diagnostics import Position, Related, Sources, did_you_mean, one_of, quote
from rules.numbers import plain_spelling, spellings
from rules.value_sets import TextSet

PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
"""What a name or alias may hold where the value of the sign goes."""

Status = Literal["experimental", "stable", "deprecated"]


class CountryError(UserError, ValueError):
    """No sign of the catalogue belongs to the country that was asked for."""


class LanguageError(UserError, ValueError):
    """No sign of the catalogue has a name in the language that was asked for."""


@dataclass(frozen=True)
class PictogramCondition:
    """One of several pictograms must be on the sign.

    Attributes:
        names: the pictograms; empty if the conditions it was made of contradict.
        positions: where it stands.
    """

    names: tuple[str, ...]
    positions: tuple[Position, ...]

    def __and__(self, other: PictogramCondition) -> PictogramCondition:
        """The pictograms that both conditions allow."""
        return PictogramCondition(
            tuple(name for name in self.names if name in other.names),
            self.positions + other.positions,
        )


@dataclass(frozen=True)
class Alternative:
    """One way in which a sign can look: a box, that is one condition per attribute.

    Attributes:
        conditions: attribute name -> condition; an attribute that is not listed is free.
        pictogram: which pictogram must be there; None if the rule does not ask.
        choices: where the items of ``any`` stand that it was made of.
    """

    conditions: Mapping[str, Condition]
    pictogram: PictogramCondition | None = None
    choices: tuple[Position, ...] = ()

    @property
    def pictograms(self) -> tuple[str, ...]:
        """Names of the pictograms of which one must be there.

        Empty if the rule does not ask, and if :attr:`is_empty` because they exclude each other.
        """
        return self.pictogram.names if self.pictogram else ()

    @property
    def is_empty(self) -> bool:
        """Whether the conditions contradict each other, so that nothing can ever fulfil them."""
        if self.pictogram is not None and not self.pictogram.names:
            return True
        return any(c.values.is_empty for c in self.conditions.values())


@dataclass(frozen=True)
class ValueSource:
    """Where the value of an answer such as ``de.274[60]`` comes from.

    Attributes:
        reading: ``digits`` or ``text``; both are the text that was read.
        unit: unit of the value, for example ``km/h``.
    """

    reading: Literal["digits", "text"]
    unit: str | None = None


@dataclass(frozen=True)
class Sign:
    """A sign of the catalogue.

    Attributes:
        id: stable id, for example ``de.274``.
        names: language -> name, with placeholders.
        position: where the sign is defined.
        alternatives: the ways in which it can look; empty for a sign known by pictures alone.
        exemplar_pictograms: of a sign known by pictures alone, the pictograms that show it.
        value: where its value comes from; None if it has none.
        priority: of two signs whose rules both hold, the higher one wins.
        status: how far the sign can be relied on.
        replaced_by: id of the sign to use instead.
        aliases: scheme (``osm``, ``mapillary``) -> what the sign is called there.
        country: ISO code; None if the sign belongs to none.
        is_inherited: whether it stands in a file that another one extends.
        allow: code of each check that shall not report this sign -> where that is said.
        replaces: where the sign of an extended file is defined that had this id; None if none
            had, or if the extending file removes it.
    """

    id: str
    names: Mapping[str, str]
    position: Position
    alternatives: tuple[Alternative, ...] = ()
    exemplar_pictograms: tuple[str, ...] = ()
    value: ValueSource | None = None
    priority: int = 0
    status: Status = "stable"
    replaced_by: str | None = None
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    country: str | None = None
    is_inherited: bool = False
    allow: Mapping[str, Position] = field(default_factory=dict)
    replaces: Position | None = None

    def name(self, language: str = "en", value: str = "") -> str:
        """The name in ``language`` with ``value`` in its placeholders.

        Without a name in that language, the English one serves, else the first.
        """
        names = self.names
        template = names.get(language) or names.get("en") or next(iter(names.values()))
        return PLACEHOLDER.sub(lambda _: value, template)

    @property
    def takes_value(self) -> bool:
        """Whether an answer with this sign needs the text that was read."""
        return self.value is not None or any(map(PLACEHOLDER.search, self.names.values()))

    @cached_property
    def reads_number(self) -> bool:
        """Whether the value is a number, however it is spelled, and not the text as it was read."""
        if self.value is not None:
            return self.value.reading == DIGITS_NAME
        readings = {r for name in self.names.values() for r in PLACEHOLDER.findall(name)}
        return readings == {DIGITS_NAME}

    def can_have(self, value: str) -> bool:
        """Whether an answer with this sign can have ``value`` in its brackets."""
        if self.value is None or (self.reads_number and plain_spelling(value) != value):
            return False
        conditions = [a.conditions.get(TEXT.name) for a in self.alternatives]
        texts = [text for text in self.texts_of(value).strings if TEXT.can_spell(text)]
        return any(c is None or any(text in c.values for text in texts) for c in conditions)

    def texts_of(self, value: str) -> TextSet:
        """The texts that show a value of the sign: of a number all its spellings."""
        is_number = self.reads_number and plain_spelling(value) == value
        return TextSet(frozenset(spellings(value) if is_number else (value,)))


@dataclass(frozen=True)
class Pictogram:
    """A name for what exemplar pictures and artwork show.

    Attributes:
        name: the name that rules use.
        position: where it is defined.
        exemplars: paths of pictures that exist.
        artwork: references into artwork packages, such as ``commonroad:142-10``, or to our own
            drawings, such as ``signrules:136-10``.
        exemplar_positions: where each of ``exemplars`` is named.
        artwork_positions: where each of ``artwork`` is named.
    """

    name: str
    position: Position
    exemplars: tuple[Path, ...] = ()
    artwork: tuple[str, ...] = ()
    exemplar_positions: tuple[Position, ...] = ()
    artwork_positions: tuple[Position, ...] = ()


@dataclass(frozen=True)
class Replacement:
    """A face or pictogram that has the name of an inherited one.

    Attributes:
        kind: which of both it is.
        name: the name.
        position: where the new one is defined.
        replaces: where the inherited one is defined.
        signs: ids of the inherited signs that use the name, and so mean the new one.
    """

    kind: Literal["face", "pictogram"]
    name: str
    position: Position
    replaces: Position
    signs: tuple[str, ...]

    @property
    def as_cause(self) -> Related:
        """The note of findings about signs that mean the new one."""
        return Related(
            f"the {self.kind} {quote(self.name)} that it uses is redefined", self.position
        )


@dataclass(frozen=True)
class Catalogue:
    """The signs that a rule file and all that it includes define.

    Attributes:
        signs: the signs, in the order of the files.
        pictograms: name -> pictogram.
        country: ISO code that the top-level file states, or inherits.
        files: every rule file that was read, resolved, the top-level one first.
        sources: their lines, to show findings with.
        faces: face name -> its alternatives; the signs that use it hold them already.
        replacements: the faces and pictograms that have the names of inherited ones.
    """

    signs: tuple[Sign, ...]
    pictograms: Mapping[str, Pictogram]
    country: str | None
    files: tuple[Path, ...]
    sources: Sources
    faces: Mapping[str, tuple[Alternative, ...]] = field(default_factory=dict)
    replacements: tuple[Replacement, ...] = ()

    @property
    def file(self) -> Path:
        """The top-level rule file as it was named; what lies beside it lies beside this.

        Unlike ``files`` it is not resolved: a symbolic link has its own gallery and thresholds.
        """
        return Path(next(iter(self.sources)))

    @cached_property
    def by_id(self) -> Mapping[str, Sign]:
        """Sign id -> sign."""
        return {sign.id: sign for sign in self.signs}

    def restricted_to(self, country: str) -> Catalogue:
        """The catalogue without the signs of other countries; those of no country stay.

        Raises:
            CountryError: there are signs of countries, but none of this one.
        """
        countries = sorted({s.country for s in self.signs if s.country is not None})
        if countries and country not in countries:
            hint = did_you_mean(country, countries)
            raise CountryError(
                f"{self.files[0]}: no sign belongs to the country {quote(country)}; "
                f"expected {one_of(countries)}" + (f"; {hint}" if hint else "")
            )
        return self.without_other_countries(country)

    def require_sign(self, sign_id: str) -> None:
        """Refuse an id that no sign has.

        Raises:
            ValueError: with the id that was probably meant.
        """
        if sign_id not in self.by_id:
            without_value, _ = split_id(sign_id)
            is_with_value = without_value in self.by_id
            hint = (
                f"name it without its value, {without_value!r}"
                if is_with_value
                else did_you_mean(sign_id, self.by_id)
            )
            raise ValueError(f"no sign is called {sign_id!r}" + (f"; {hint}" if hint else ""))

    def require_language(self, language: str) -> None:
        """Refuse a language in which nothing is named; a sign that lacks it has its English name.

        Raises:
            LanguageError: no sign has a name in it.
        """
        languages = sorted({code for sign in self.signs for code in sign.names})
        if languages and language not in languages:
            hint = did_you_mean(language, languages)
            raise LanguageError(
                f"{self.files[0]}: no sign has a name in the language {quote(language)}; "
                f"expected {one_of(languages)}" + (f"; {hint}" if hint else "")
            )

    def without_other_countries(self, country: str) -> Catalogue:
        """The signs of a country, if there are any, and those of no country."""
        return replace(self, signs=tuple(s for s in self.signs if s.country in (country, None)))
