"""The shape of a rule file as pydantic models: the truth for the loader and the JSON Schema.

The models say what a file may look like. What it means (names that must be defined, exemplars
that must exist) is the business of :mod:`rules.compilation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from rules.condition_schema import (
    Conditions,
    StrictModel,
    exactly_one_required,
    one_or_many,
    require_exactly_one,
)
from rules.formats import (
    ArtworkReference,
    CheckCode,
    Country,
    ExemplarPath,
    Label,
    Language,
    Name,
    NonEmpty,
    RuleFilePath,
    SignId,
    SignPattern,
)

__all__ = [
    "AliasesModel",
    "CatalogueModel",
    "Conditions",
    "FileModel",
    "PictogramModel",
    "SignModel",
    "ValueModel",
    "json_schema",
]


class PictogramModel(StrictModel):
    """Pictures that show what a pictogram looks like; one is enough."""

    exemplars: Annotated[list[ExemplarPath], Field(min_length=1)] | None = Field(
        default=None, description="Paths of pictures, relative to this file."
    )
    artwork: Annotated[list[ArtworkReference], Field(min_length=1)] | None = Field(
        default=None,
        description="Drawings of artwork packages, such as `commonroad:142-10`, or of our own, "
        "such as `signrules:136-10`.",
    )

    @model_validator(mode="after")
    def _some_picture(self) -> PictogramModel:
        if not self.model_fields_set:
            raise PydanticCustomError(
                "neither",
                "no picture",
                {"keys": ["exemplars", "artwork"], "expected": "`exemplars`, `artwork` or both"},
            )
        return self


class ValueModel(StrictModel):
    """Which reading becomes the value of the answer, as in `de.274[60]`."""

    from_: Literal["digits", "text"] = Field(alias="from", description="The reading to take.")
    unit: NonEmpty | None = Field(default=None, description="Unit of the value, such as `km/h`.")


class AliasesModel(StrictModel):
    """What others call the sign."""

    osm: one_or_many(Label) | None = Field(  # type: ignore[valid-type]
        None, description="OpenStreetMap `traffic_sign` value, such as `DE:274[{digits}]`."
    )
    mapillary: one_or_many(Label) | None = Field(  # type: ignore[valid-type]
        None, description="Mapillary class name, such as `regulatory--stop--g1`."
    )


class SignModel(StrictModel):
    """A sign: what it is called and which attributes make it."""

    model_config = ConfigDict(
        json_schema_extra={
            **exactly_one_required("when", "pictogram"),
            "dependentRequired": {"priority": ["when"]},
        }
    )

    id: SignId = Field(description="Stable id, country first, such as `de.142-10`.")
    name: Annotated[dict[Language, Label], Field(min_length=1)] = Field(
        description="Language code -> name; may hold `{digits}` or `{text}`."
    )
    when: Conditions | None = Field(default=None, description="The conditions that make this sign.")
    pictogram: one_or_many(Name) | None = Field(  # type: ignore[valid-type]
        None,
        description="Instead of `when`: a sign known by its pictures alone, tried when no rule "
        "explains the crop.",
    )
    value: ValueModel | None = Field(default=None, description="The value that the sign states.")
    priority: int = Field(
        default=0, description="Of two signs whose rules both hold, the higher priority wins."
    )
    status: Literal["experimental", "stable", "deprecated"] = Field(
        default="stable", description="How far the sign can be relied on."
    )
    replaced_by: SignId | None = Field(
        default=None, description="The sign to use instead, if deprecated."
    )
    aliases: AliasesModel | None = Field(default=None, description="What others call the sign.")
    country: Country | None = Field(
        default=None, description="Country, if not the one of the file."
    )
    allow: Annotated[list[CheckCode], Field(min_length=1)] | None = Field(
        default=None, description="Codes of checks that shall not report this sign."
    )

    @model_validator(mode="after")
    def _rule_or_exemplars(self) -> SignModel:
        require_exactly_one(self, ("when", "pictogram"))
        return self


class FileModel(StrictModel):
    """A file of the rule language."""

    kind: ClassVar[str] = "rule file"
    """What messages call such a file."""
    expected_of_key: ClassVar[Mapping[str, str]] = {}
    """Words for what a key takes, where they differ from those for a rule file."""

    allows_null: ClassVar[bool] = False
    """Whether ``null`` is a value, as opposed to a value that was forgotten."""

    version: Literal[1] = Field(description="Version of the rule language; always 1.")

    @field_validator("version", mode="before")
    @classmethod
    def _no_boolean(cls, version: object) -> object:
        # True equals 1 in Python, and a literal is compared by equality.
        return str(version) if isinstance(version, bool) else version


class CatalogueModel(FileModel):
    """A rule file: which attributes make which traffic sign."""

    country: Country | None = Field(
        default=None, description="ISO country code of the signs, such as `DE`."
    )
    extends: RuleFilePath | None = Field(
        default=None,
        description="Rule file to build on: its signs, faces and pictograms hold here too, unless "
        "one of the same name is given here.",
    )
    remove: Annotated[list[SignPattern], Field(min_length=1)] | None = Field(
        default=None,
        description="Signs of the extended file that do not hold here: ids, or `de.*` for all that "
        "begin so.",
    )
    include: Annotated[list[RuleFilePath], Field(min_length=1)] | None = Field(
        default=None,
        description="Rule files whose signs, faces and pictograms are added to this one.",
    )
    faces: dict[Name, Conditions] = Field(
        default_factory=dict, description="Conditions with a name, for use in several signs."
    )
    pictograms: dict[Name, PictogramModel] = Field(
        default_factory=dict, description="Pictogram name -> pictures that show it."
    )
    signs: list[SignModel] = Field(default_factory=list, description="The signs.")


class _JsonSchemaGenerator(GenerateJsonSchema):
    """JSON Schema without `null` (an absent key is absent), and without keys of another format."""

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        generated = super().dict_schema(schema)
        if "patternProperties" in generated:
            generated["additionalProperties"] = False
        return generated

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def json_schema(model: type[FileModel] = CatalogueModel) -> dict[str, Any]:
    """The JSON Schema of rule files, for completion and hover text in editors."""
    schema = model.model_json_schema(schema_generator=_JsonSchemaGenerator)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
