"""What the models can hold, fact by fact, read off the models themselves.

Spreadsheets make columns of it, imports lay what comes in beside what is
there. A new field of a model needs no entry here.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.fields import FieldInfo

from crmaudit.workspace.base import Ref
from crmaudit.workspace.explained import explained
from crmaudit.workspace.yaml_reader import Path_

Kind = Literal["text", "number", "whole", "date", "yes or no", "choice", "crud"]


@dataclass(frozen=True)
class Field:
    """One fact: its path in the thing's file, what it holds, what it is for.

    `names` are the attributes that lead to it. Where the path ends in a
    mapping's key, like `("crud", "customer")`, `names` lead to the mapping,
    and `key_refers` says what the key names.
    """

    path: Path_
    names: tuple[str, ...]
    type: Any
    help: str = ""
    required: bool = False
    default: Any = None
    key_refers: str = ""

    @cached_property
    def name(self) -> str:
        """The path in dots; an entry of a mapping goes by the mapping's name."""
        return ".".join(map(str, self.path[:-1] if self.key_refers else self.path))

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """Checks a value as the file's model would."""
        bare = isinstance(self.type, type) and issubclass(self.type, BaseModel)
        return TypeAdapter(self.type, config=None if bare else _CONFIG)

    @cached_property
    def refers(self) -> str:
        """What the value, or each of several, names: `person`, `system`…; empty for nothing."""
        return _refers(self.type)

    @cached_property
    def names_things(self) -> bool:
        """Whether anything in the value names something defined elsewhere."""
        return _mentions(self.type)

    @cached_property
    def several(self) -> bool:
        return _origin(self.type) is tuple

    @cached_property
    def item(self) -> type[BaseModel] | None:
        """The model of each item, where the value is a list of things."""
        found = _bare(get_args(_bare(self.type))[0]) if self.several else None
        return found if isinstance(found, type) and issubclass(found, BaseModel) else None

    @cached_property
    def kind(self) -> Kind:
        """What a single value, or each of several, is."""
        schema = self._schema
        if "enum" in schema or "const" in schema:
            return "choice"
        if schema.get("format") == "date":
            return "date"
        if isinstance(schema.get("type"), list):
            return "crud"
        kinds: dict[str, Kind] = {"number": "number", "integer": "whole", "boolean": "yes or no"}
        return kinds.get(schema.get("type", ""), "text")

    @cached_property
    def choices(self) -> tuple[str, ...]:
        return tuple(self._schema.get("enum", ()))

    @property
    def low(self) -> float | None:
        return cast("float | None", self._schema.get("minimum"))

    @property
    def high(self) -> float | None:
        return cast("float | None", self._schema.get("maximum"))

    @cached_property
    def _schema(self) -> dict[str, Any]:
        schema = self.adapter.json_schema()
        shared = schema.get("$defs", {})
        while True:
            if "anyOf" in schema:
                arms = [a for a in schema["anyOf"] if a.get("type") != "null"]
                schema = next((a for a in arms if a.get("type") == "array"), arms[0])
            elif schema.get("type") == "array" and "items" in schema:
                schema = schema["items"]
            elif "$ref" in schema:
                schema = shared[schema["$ref"].rpartition("/")[2]]
            else:
                return schema

    def of(self, thing: BaseModel | None, key: str = "") -> Any:
        """The plain value in that thing; None where nothing is said, or only the default."""
        value: Any = thing
        for name in self.names:
            if value is None:
                return None
            value = getattr(value, name)
        if self.key_refers and value is not None:
            value = value.get(key)
        return None if value is None or value == self.default else plain(value)

    def read(self, value: Any) -> Any:
        """A value that came from outside, checked and plain; the default counts as None.

        Choices are found whatever their case, and a number does for a text.
        Raises pydantic's ValidationError.
        """
        if value is None:
            return None
        kind = self.kind
        if kind == "choice" and isinstance(value, str):
            value = self._by_case.get(value.strip().casefold(), value)
        elif kind == "text" and isinstance(value, int | float | date):
            value = str(plain(value))
        checked = self.adapter.validate_python(value)
        return None if checked is None or checked == self.default else plain(checked)

    @cached_property
    def _by_case(self) -> dict[str, str]:
        return {c.casefold(): c for c in self.choices}


_CONFIG = ConfigDict(str_strip_whitespace=True, allow_inf_nan=False)


def plain(value: Any) -> Any:
    """A model's value as its file would hold it: equal for what means the same.

    What says no more than the default is left out, whole numbers are ints,
    line ends are one sign.
    """
    if value is None or isinstance(value, bool | int | date):
        return value
    if isinstance(value, str):
        return value.replace("\r\n", "\n") if "\r" in value else value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, BaseModel):
        return {
            info.alias or name: plain(inner)
            for name, info in type(value).model_fields.items()
            if (inner := getattr(value, name)) != info.default
        }
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    return [plain(v) for v in value]


@cache
def fields(model: type[BaseModel]) -> tuple[Field, ...]:
    """Facts of one value, or of several plain ones (tags): all but lists of things and mappings."""
    return tuple(f for f in _all(model) if f.item is None and _origin(f.type) is not dict)


@cache
def lists(model: type[BaseModel]) -> tuple[Field, ...]:
    """Facts that are lists of things, like a dossier's costs."""
    return tuple(f for f in _all(model) if f.item is not None)


@cache
def field_at(model: type[BaseModel], path: Path_) -> Field | None:
    """The fact at a path: a single one, a whole list, or an entry of a mapping."""
    for found in _all(model):
        if found.path == path:
            return found
        if found.path == path[:-1] and _origin(found.type) is dict:
            key, value = get_args(_bare(found.type))
            return Field(path, found.names, value, found.help, key_refers=_refers(key) or "name")
    return None


def group(model: type[BaseModel], path: Path_) -> str:
    """What is said about the part of the thing that a path leads through, by its model."""
    info = _info(model, str(path[0]))
    inner = _inner_model(info.annotation) if info else None
    return (inner.__doc__ or "").strip() if inner else ""


@cache
def _all(model: type[BaseModel]) -> tuple[Field, ...]:
    return tuple(_fields(model, (), ()))


def _fields(model: type[BaseModel], path: Path_, names: tuple[str, ...]) -> Iterator[Field]:
    for name, info in model.model_fields.items():
        at, through = (*path, info.alias or name), (*names, name)
        inner = _inner_model(info.annotation)
        if inner is not None:
            yield from _fields(inner, at, through)
            continue
        metadata = tuple(info.metadata)
        typed = Annotated[(info.annotation, *metadata)] if metadata else info.annotation
        default = None if info.is_required() else info.default
        yield Field(at, through, typed, explained(model).get(name, ""), info.is_required(), default)


def _info(model: type[BaseModel], step: str) -> FieldInfo | None:
    return next((i for n, i in model.model_fields.items() if (i.alias or n) == step), None)


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    """The model in `X`, `X | None` or `Annotated[X, …] | None`."""
    bare = _bare(annotation)
    return bare if isinstance(bare, type) and issubclass(bare, BaseModel) else None


def _bare(annotation: Any) -> Any:
    """The type without its annotations and without None."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        arms = [a for a in get_args(annotation) if a is not type(None)]
        return _bare(arms[0]) if len(arms) == 1 else annotation
    return annotation


def _origin(annotation: Any) -> Any:
    return get_origin(_bare(annotation))


def _refs(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Annotated:
        yield from (m.kind for m in get_args(annotation)[1:] if isinstance(m, Ref))
    for inner in get_args(annotation):
        yield from _refs(inner)


def _refers(annotation: Any) -> str:
    return next(_refs(annotation), "")


def _mentions(annotation: Any) -> bool:
    if next(_refs(annotation), None):
        return True
    bare = _bare(annotation)
    inner = get_args(bare) or ((bare,) if isinstance(bare, type) else ())
    models = [m for m in map(_inner_model, inner) if m is not None]
    return any(_mentions(f.type) for m in models for f in _all(m))


def blanks(thing: BaseModel) -> dict[Path_, tuple[str, str]]:
    """Where it shows that a fact was left blank on purpose: path → its key in `blank:`, reason.

    A key that covers several facts, like `documentation`, shows at the first of them.
    """
    found: dict[Path_, tuple[str, str]] = {}
    reasons: dict[str, str] = getattr(thing, "blank", {})
    if reasons:
        paths = [f.path for f in _all(type(thing))]
        for key in sorted(reasons, key=len):  # the narrower one is what shows
            steps = tuple(key.split("."))
            first = next((p for p in paths if p[: len(steps)] == steps), None)
            if first is not None:
                found[first] = key, reasons[key]
    return found
