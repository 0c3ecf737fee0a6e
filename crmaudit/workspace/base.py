"""Types that the workspace's models share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema


class Model(BaseModel):
    """Frozen, unknown keys refused, the texts below fields shown in editors (`explained`)."""

    # Built on first use: a command that reads no workspace pays for no model. Models that are
    # defaults of others are made by `model_construct`, which would need none either.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        allow_inf_nan=False,
        populate_by_name=True,
        serialize_by_alias=True,
        defer_build=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _blank_is_absent(cls, data: Any) -> Any:
        """A key with nothing behind it says as little as no key at all."""
        if isinstance(data, dict) and None in data.values():
            # An unknown key stays, to be refused: `{on paper, in the office}` makes some.
            known = {info.alias or name for name, info in cls.model_fields.items()}
            return {k: v for k, v in data.items() if v is not None or k not in known}
        return data


class _Shorthand:
    """A shorter way to write a value; editors are told so too."""

    def expand(self, value: Any) -> Any:
        raise NotImplementedError

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.expand, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


@dataclass(frozen=True, slots=True)
class short_form(_Shorthand):  # noqa: N801 - reads as a function where it is used
    """Lets a bare text stand for `{key: text}`."""

    key: str

    def expand(self, value: Any) -> Any:
        return {self.key: value} if isinstance(value, str) else value


class _Several(_Shorthand):
    """Lets one text stand for a list of one."""

    def expand(self, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


several = _Several()


def _iso_day(value: Any) -> Any:
    # pydantic alone would take 20240501 for seconds since 1970.
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        raise ValueError(f"{value!r} is not a date; write it as year-month-day, like 2026-03-31")
    return value


def _near(day: date) -> date:
    if not 1970 <= day.year <= 2100:
        raise ValueError(f"{day} is not in the years 1970 to 2100, in which work can be planned")
    return day


def _number_text(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[-+]?\d{1,3}([,' ]\d{3})+(\.\d+)?", value.strip()):
        plain = re.sub(r"[,' ]", "", value)
        raise ValueError(f"{value!r} has thousands separators; write {plain}")
    if isinstance(value, str) and re.fullmatch(r"[-+]?\d+(\.\d+)?\s*%", value.strip()):
        share = float(value.strip().rstrip("%")) / 100
        raise ValueError(f"{value!r} is a percentage; write the share, {share:g}")
    return value


def core_scalar(value: Any) -> Any:
    """A plain scalar read by YAML 1.2's core schema, for values of any type."""
    if isinstance(value, list | dict):
        raise ValueError("a single value is expected here")
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


_ID = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
_CURRENCY = r"^[A-Z]{3}$"
_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$"
_CODE = r"^[A-Z]{3}\d{3}$"
_COLOUR = r"^#[0-9a-fA-F]{6}$"
_RECORD = r"^rec-[0-9a-f]{1,64}$"
_KEY = r"^([0-9a-f]{8})?$"

PATTERNS = {
    _ID: "an id is made of letters, digits, '_', '.' and '-'",
    _CURRENCY: "write a currency as three capital letters, like EUR",
    _LANGUAGE: "write a language's short code, like en",
    _CODE: "write a code as three capital letters and three digits, like INV101",
    _COLOUR: "write a colour like #0b6e6e",
    _RECORD: "write a keyed record id as `quality duplicates --review` names it",
    _KEY: "write the id of the audit's key, like 7f3a9c21, as the review wrote it",
}
"""What to write where a pattern does not fit."""

Id = Annotated[str, Field(pattern=_ID, max_length=80)]
"""Letters, digits, `_`, `.` and `-`; ids of systems, entities, people…"""

Text = Annotated[str, Field(min_length=1)]
"""A text that says something."""


Exact = Annotated[str, StringConstraints(strip_whitespace=False)]
"""A name as a database spells it, blanks at its ends included."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a field that names something defined elsewhere in the workspace.

    `kind` is what it names; `references.py` finds all of them, so that broken
    ones are reported and a renaming can follow every one.
    """

    kind: str


SystemId = Annotated[Id, Ref("system")]
EntityId = Annotated[Id, Ref("entity")]
UnitId = Annotated[Id, Ref("unit")]
ProcessId = Annotated[Id, Ref("process")]
KpiId = Annotated[Id, Ref("kpi")]
ProcessIds = Annotated[tuple[ProcessId, ...], several]
KpiIds = Annotated[tuple[KpiId, ...], several]
StepId = Annotated[Id, Ref("step")]
TechniqueId = Annotated[Id, Ref("technique")]
PersonId = Annotated[Text, Ref("person")]
"""A person's id in people.yaml; without that file, a plain name."""

Audience = Annotated[Text, Ref("audience")]
"""A person, a unit, a user type or `management`."""

FilePath = Annotated[Text, Ref("file")]
"""A file's path, counted from the workspace, like `data/visits.csv`."""

SystemIds = Annotated[tuple[SystemId, ...], several]
EntityIds = Annotated[tuple[EntityId, ...], several]
PersonIds = Annotated[tuple[PersonId, ...], several]
Audiences = Annotated[tuple[Audience, ...], several]
Texts = Annotated[tuple[Text, ...], several]
Exacts = Annotated[tuple[Exact, ...], several]
Day = Annotated[
    date, BeforeValidator(_iso_day), WithJsonSchema({"type": "string", "format": "date"})
]
PlanDay = Annotated[Day, AfterValidator(_near)]
"""A day by which work is set in time; no plan reaches beyond the years that a `Year` may be."""

Number = Annotated[float, BeforeValidator(_number_text)]
Amount = Annotated[float, Field(ge=0, le=1e12), BeforeValidator(_number_text)]
"""A trillion is the most: no cost or effort is more, and no figure has room for it."""

Rate = Annotated[float, Field(gt=0), BeforeValidator(_number_text)]
Count = Annotated[int, Field(ge=0), BeforeValidator(_number_text)]
Year = Annotated[int, Field(ge=1970, le=2100)]
Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_number_text)]
Level = Annotated[int, Field(ge=0, le=4)]
"""A skill level: 0 none, 1 aware, 2 can with help, 3 alone, 4 teaches others."""

Score = Annotated[float, Field(ge=1, le=5)]
Currency = Annotated[str, Field(pattern=_CURRENCY)]
Language = Annotated[str, Field(pattern=_LANGUAGE)]
Code = Annotated[str, Field(pattern=_CODE)]
"""The code of a rule."""

Colour = Annotated[str, Field(pattern=_COLOUR)]
RecordId = Annotated[str, Field(pattern=_RECORD)]
"""A keyed record id, like `rec-7f3a9c21d04be865`; never a value or a source's own key."""
KeyId = Annotated[str, Field(pattern=_KEY)]
"""The public id of an audit's key, like `7f3a9c21`; empty where there is none."""

Scalar = Annotated[
    bool | int | float | str,
    BeforeValidator(core_scalar),
    WithJsonSchema({"type": ["boolean", "number", "string"]}),
]
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


# As most cells of a large matrix are written.
_LETTERS = frozenset("".join(c) for n in range(5) for c in combinations("CRUD", n))


def _crud(value: Any) -> Any:
    if isinstance(value, list):
        value = "".join(str(v) for v in value)
    if isinstance(value, str) and value not in _LETTERS:
        letters = re.sub(r"[\s,/-]", "", value).upper()
        wrong = sorted(set(letters) - set("CRUD"))
        if wrong:
            raise ValueError(
                f"{value!r} holds {', '.join(wrong)}; write letters of C (create), R (read), "
                "U (update), D (delete), like CRU"
            )
        return "".join(c for c in "CRUD" if c in letters)
    return value


Crud = Annotated[
    str, BeforeValidator(_crud), WithJsonSchema({"type": ["string", "array"], "items": {}})
]
"""Letters of CRUD in that order; empty text means "none of them"."""
