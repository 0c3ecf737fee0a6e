"""The block tree as JSON and back; `SCHEMA` names the form and its version.

Every object carries its class name under `type`, fields at their default are
left out, dates and decimals are marked, numbers that JSON cannot hold are
`null` (the text beside them says what they were).
"""

from __future__ import annotations

import dataclasses
import math
import sys
import types
import typing
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from crmaudit.errors import CrmauditError
from crmaudit.report import blocks, specs

VERSION = 1
"""Of the form. Keys that are added leave it; what a reader of it would trip over raises it."""
SCHEMA = f"crmaudit.report/{VERSION}"


@cache
def _classes() -> dict[str, type]:
    return {
        name: thing
        for module in (specs, blocks)
        for name, thing in vars(module).items()
        if dataclasses.is_dataclass(thing) and isinstance(thing, type)
    }


def to_data(document: blocks.Document) -> dict[str, Any]:
    """The document as JSON-able data."""
    return {"schema": SCHEMA, "schema_version": VERSION, "document": _encode(document)}


def from_data(data: dict[str, Any]) -> blocks.Document:
    """The document that `to_data` made this of."""
    if data.get("schema") != SCHEMA:
        raise CrmauditError(
            f"this is not a report of the form {SCHEMA}: {data.get('schema')!r}",
            "It was written by another version of crmaudit, or is another file",
        )
    document = _decode(data["document"])
    if not isinstance(document, blocks.Document):
        raise CrmauditError("the file holds no document", "Write the report again")
    return document


def _encode(value: object) -> Any:
    match value:
        case None | bool() | str() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case tuple() | list():
            return [_encode(v) for v in value]
    if not dataclasses.is_dataclass(value):
        raise TypeError(f"{type(value).__name__} has no place in a report")
    found: dict[str, Any] = {"type": type(value).__name__}
    for field in dataclasses.fields(value):
        item = getattr(value, field.name)
        if field.default is dataclasses.MISSING or item != field.default:
            found[field.name] = _encode(item)
    return found


_MARKED: dict[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
}


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decode(v) for v in value)
    if not isinstance(value, dict):
        return value
    if "type" in value:
        kind = _classes()[value["type"]]
        return kind(**{k: _decode(v) for k, v in value.items() if k != "type"})
    (name, text), *_ = value.items()
    return _MARKED[name](text)


def json_schema() -> dict[str, Any]:
    """JSON Schema of the form, made from the classes themselves."""
    definitions = {name: _class_schema(kind) for name, kind in sorted(_classes().items())}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "crmaudit report",
        "description": "The block tree of a report as `crmaudit report --as json` writes it.",
        "type": "object",
        "required": ["schema", "schema_version", "document"],
        "properties": {
            "schema": {"const": SCHEMA},
            "schema_version": {"const": VERSION},
            "document": {"$ref": "#/$defs/Document"},
        },
        "$defs": definitions,
    }


def _class_schema(kind: type) -> dict[str, Any]:
    # Names of a class mean what they mean in its own module.
    hints = typing.get_type_hints(kind, vars(sys.modules[kind.__module__]))
    needed = [f.name for f in dataclasses.fields(kind) if f.default is dataclasses.MISSING]
    about = (kind.__doc__ or "").strip()
    # What dataclasses write for those without words of their own is no description.
    described = {} if about.startswith(f"{kind.__name__}(") else {"description": about}
    return {
        **described,
        "type": "object",
        "required": ["type", *needed],
        "properties": {
            "type": {"const": kind.__name__},
            **{f.name: _type_schema(hints[f.name]) for f in dataclasses.fields(kind)},
        },
        "additionalProperties": False,
    }


def _marked(name: str, form: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [name],
        "properties": {name: {"type": "string", **form}},
        "additionalProperties": False,
    }


_SIMPLE: dict[object, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": ["number", "null"]},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Decimal: _marked("decimal", {"pattern": r"^-?(\d|NaN|sNaN|Infinity)"}),
    date: _marked("date", {"format": "date"}),
    datetime: _marked("datetime", {"format": "date-time"}),
}


def _type_schema(hint: Any) -> dict[str, Any]:
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return {"enum": list(args)}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_type_schema(a) for a in args]}
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return {"type": "array", "items": _type_schema(args[0])}
        return {"type": "array", "prefixItems": [_type_schema(a) for a in args]}
    return {"$ref": f"#/$defs/{hint.__name__}"}
