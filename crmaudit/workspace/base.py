"""Types that the workspace's models share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema


class Model(BaseModel):
    """Frozen, unknown keys refused, attribute docstrings shown in editors."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        populate_by_name=True,
        serialize_by_alias=True,
    )


@dataclass(frozen=True, slots=True)
class short_form:  # noqa: N801 - reads as a function where it is used
    """Lets a bare text stand for `{key: text}`; editors are told so too."""

    key: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._expand, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}

    def _expand(self, value: Any) -> Any:
        return {self.key: value} if isinstance(value, str) else value


def _iso_day(value: Any) -> Any:
    # pydantic alone would take 20240501 for seconds since 1970.
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        raise ValueError(f"{value!r} is not a date; write it as year-month-day, like 2026-03-31")
    return value


def _number_text(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[-+]?\d{1,3}([,' ]\d{3})+(\.\d+)?", value.strip()):
        plain = re.sub(r"[,' ]", "", value)
        raise ValueError(f"{value!r} has thousands separators; write {plain}")
    return value


def core_scalar(value: Any) -> Any:
    """A plain scalar read by YAML 1.2's core schema, for values of any type."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"[-+]?(0|[1-9]\d*)", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?", text):
        return float(text)
    return value


def _name_not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=80)]
"""Letters, digits, `_`, `.` and `-`; ids of systems, entities, people…"""

Text = Annotated[str, AfterValidator(_name_not_blank)]


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a field that names something defined elsewhere in the workspace.

    `kind` is what it names; `references.py` finds all of them, so that broken
    ones are reported and a renaming can follow every one.
    """

    kind: str


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


several = BeforeValidator(_several, json_schema_input_type=str | list[str])
"""Lets one text stand for a list of one."""

SystemId = Annotated[Id, Ref("system")]
EntityId = Annotated[Id, Ref("entity")]
UnitId = Annotated[Id, Ref("unit")]
ProcessId = Annotated[Id, Ref("process")]
KpiId = Annotated[Id, Ref("kpi")]
TechniqueId = Annotated[Id, Ref("technique")]
PersonId = Annotated[Text, Ref("person")]
"""A person's id in people.yaml; without that file, a plain name."""

Audience = Annotated[Text, Ref("audience")]
"""A person, a unit or a user type."""

SystemIds = Annotated[tuple[SystemId, ...], several]
EntityIds = Annotated[tuple[EntityId, ...], several]
PersonIds = Annotated[tuple[PersonId, ...], several]
Day = Annotated[
    date, BeforeValidator(_iso_day), WithJsonSchema({"type": "string", "format": "date"})
]
Number = Annotated[float, BeforeValidator(_number_text)]
Amount = Annotated[float, BeforeValidator(_number_text), Field(ge=0)]
Count = Annotated[int, BeforeValidator(_number_text), Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Level = Annotated[int, Field(ge=0, le=4)]
"""A skill level: 0 none, 1 aware, 2 can with help, 3 alone, 4 teaches others."""

Score = Annotated[float, Field(ge=1, le=5)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Scalar = Annotated[bool | int | float | str, BeforeValidator(core_scalar)]
Frequency = Literal[
    "continuous",
    "hourly",
    "daily",
    "weekly",
    "monthly",
    "quarterly",
    "yearly",
    "on demand",
    "never",
]


def _crud(value: Any) -> Any:
    if isinstance(value, list):
        value = "".join(str(v) for v in value)
    if isinstance(value, str):
        letters = re.sub(r"[\s,/-]", "", value).upper()
        wrong = sorted(set(letters) - set("CRUD"))
        if wrong:
            raise ValueError(
                f"{value!r} holds {', '.join(wrong)}; write letters of C (create), R (read), "
                "U (update), D (delete), like CRU"
            )
        return "".join(c for c in "CRUD" if c in letters)
    return value


Crud = Annotated[str, BeforeValidator(_crud), WithJsonSchema({"type": ["string", "null"]})]
"""Letters of CRUD in that order; empty text means "none of them"."""
