"""Pydantic's errors in the words of the person who wrote the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from crmaudit.errors import Problem
from crmaudit.workspace.base import PATTERNS
from crmaudit.workspace.spelling import suggestion
from crmaudit.workspace.yaml_reader import Path_, YamlFile

_EXPECTED = {
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number of less than a thousand digits",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list (lines that start with '- ')",
    "dict_type": "keys with values (key: value)",
    "model_type": "keys with values (key: value)",
    "date_type": "a date like 2026-03-31",
    "date_from_datetime_parsing": "a day of the calendar",
}
_BOUNDS = {
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "string_too_short": "must not be blank",
    "string_too_long": "is too long, at most {max_length} characters",
    "too_short": "has too few items, at least {min_length}",
}


def complaints(error: ValidationError, file: YamlFile, model: type[BaseModel]) -> Iterator[Problem]:
    """One problem for each mistake in a file, with place, expectation and remedy."""
    seen: set[Path_] = set()
    for item in error.errors(include_url=False):
        loc = tuple(item["loc"])
        path, is_key = _data_path(loc, file.data)
        hint = ""
        if item["type"] == "extra_forbidden":
            message, hint = f"unknown key {loc[-1]!r}", suggestion(str(loc[-1]), _keys(model, loc))
            path, is_key = path[:-1], True
            if item["input"] is None and not hint.startswith("did you mean"):
                hint = "inside { } a text with a comma needs quotes"
        elif item["type"] == "missing":
            message, hint = f"the key {loc[-1]!r} is missing", f"add `{loc[-1]}:` here"
            if path and path[-1] == loc[-1]:
                message, hint = f"the key {loc[-1]!r} has nothing behind it", "write a value"
                path = path[:-1]
        elif path in seen:
            continue  # both ends of a range that was given as one number
        else:
            seen.add(path)
            message, hint = mistake(item)
        where = f"{_dotted(path)}: " if path else ""
        place = file.place((*path, *loc[-1:]) if is_key else path, key=is_key)
        yield Problem(where + message, place, hint)


def mistake(item: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong with a value, by one of pydantic's errors, and what to write instead."""
    kind, context, value = item["type"], item.get("ctx", {}), item.get("input")
    shown = _shown(value)
    if kind == "literal_error":
        expected = str(context["expected"]).replace(" or ", ", ").split(", ")
        return f"{shown} is none of the choices", suggestion(
            str(value), [choice.strip("'") for choice in expected]
        )
    if kind == "string_pattern_mismatch":
        return f"{shown} is not allowed here", PATTERNS[context["pattern"]]
    if kind == "value_error":
        return str(context["error"]), ""
    if kind in _EXPECTED:
        return f"{shown}, expected {_EXPECTED[kind]}", ""
    if kind in _BOUNDS:
        hint = "a share lies between 0 and 1: write 0.95 for 95 %" if context.get("le") == 1 else ""
        return f"{shown} {_BOUNDS[kind].format(**context)}", hint
    return f"{shown}: {item['msg']}", ""


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…'"


def _data_path(loc: tuple[Any, ...], data: Any) -> tuple[Path_, bool]:
    """The part of pydantic's location that exists in the data, and whether its key is meant.

    A short form's key is a step that leads nowhere; `[key]` is pydantic's word
    for the key itself.
    """
    path: list[str | int] = []
    for step in loc:
        known = isinstance(data, dict) and step in data
        if not known and not (isinstance(data, list) and isinstance(step, int)):
            return tuple(path), step == "[key]"
        path.append(step)
        data = data[step]
    return tuple(path), False


def _dotted(path: Path_) -> str:
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else (f".{step}" if text else str(step))
    return text


def _keys(model: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """Keys that the model knows in which the location's last step is a key."""
    current: Any = model
    for step in loc[:-1]:
        current = _step(current, step)
    for candidate in _models(current):
        return [f.alias or n for n, f in candidate.model_fields.items()]
    return []


def _step(annotation: Any, step: Any) -> Any:
    for candidate in _models(annotation):
        for name, info in candidate.model_fields.items():
            if (info.alias or name) == step:
                return info.annotation
    for part in _parts(annotation):
        origin, args = get_origin(part), get_args(part)
        if origin is dict:
            return args[1]
        if origin is tuple and isinstance(step, int):
            return args[0]
    return annotation


def _parts(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _parts(get_args(annotation)[0])
    elif origin in (tuple, dict):
        yield annotation
    elif get_args(annotation):
        for arg in get_args(annotation):
            yield from _parts(arg)
    else:
        yield annotation


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for part in _parts(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield part
