"""Pydantic's errors in the words of the person who wrote the file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from crmaudit.errors import Problem
from crmaudit.workspace.yaml_reader import Path_, YamlFile

_EXPECTED = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list (lines that start with '- ')",
    "list_type": "a list (lines that start with '- ')",
    "dict_type": "keys with values (key: value)",
    "model_type": "keys with values (key: value)",
    "model_attributes_type": "keys with values (key: value)",
    "date_type": "a date like 2026-03-31",
}


def complaints(error: ValidationError, file: YamlFile, model: type[BaseModel]) -> Iterator[Problem]:
    """One problem for each mistake in a file, with place, expectation and remedy."""
    seen: set[tuple[Path_, str]] = set()
    for item in error.errors(include_url=False):
        loc = tuple(item["loc"])
        kind, message = item["type"], ""
        path = _data_path(loc, file.data)
        key = kind == "extra_forbidden"
        hint = ""
        shown = _shown(item.get("input"))
        where = _dotted(path)
        if key:
            names = _field_names(model, loc[:-1])
            message = f"unknown key {str(loc[-1])!r}"
            hint = suggestion(str(loc[-1]), names)
        elif kind == "missing":
            message = f"the key {str(loc[-1])!r} is missing"
            hint = f"add `{loc[-1]}:` here"
        elif kind == "literal_error":
            expected = str(item["ctx"]["expected"])
            choices = [c.strip("'") for c in expected.replace(" or ", ", ").split(", ")]
            message = f"{where}: {shown} is none of the choices"
            hint = suggestion(str(item["input"]), choices)
        elif kind == "string_pattern_mismatch":
            message = f"{where}: {shown} is not allowed here"
            hint = _pattern_hint(str(item["ctx"]["pattern"]))
        elif kind == "value_error":
            message = f"{where}: {item['ctx']['error']}" if where else str(item["ctx"]["error"])
        elif kind in _EXPECTED:
            got = "nothing" if item.get("input") is None else shown
            message = f"{where}: {got}, expected {_EXPECTED[kind]}"
        else:
            text = item["msg"].replace("Input should be", "should be")
            message = f"{where}: {shown} {text}"
        # A union reports once for each branch: the first is enough.
        if (path, where) in seen and not key and kind != "missing":
            continue
        seen.add((path, where))
        yield Problem(message, file.place(path, key=key), hint)


def suggestion(word: str, known: Iterable[str]) -> str:
    """`did you mean X`, or what there is to choose from."""
    names = sorted(set(known))
    lower = {n.lower(): n for n in names}
    close = difflib.get_close_matches(word.lower(), list(lower), n=1, cutoff=0.6)
    if close:
        return f"did you mean {lower[close[0]]!r}?"
    if not names:
        return ""
    if len(names) > 12:
        return f"known: {', '.join(names[:12])} and {len(names) - 12} more"
    return f"known: {', '.join(names)}"


def _pattern_hint(pattern: str) -> str:
    if pattern == "^[A-Z]{3}$":
        return "write a currency as three capital letters, like EUR"
    if "#" in pattern:
        return "write a colour like #0b6e6e"
    if pattern.startswith("^[A-Z]{3}\\d"):
        return "write a code as three capital letters and three digits, like INV101"
    return "an id is made of letters, digits, '_', '.' and '-'"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…'"


def _data_path(loc: tuple[Any, ...], data: Any) -> Path_:
    """The part of pydantic's location that exists in the data.

    Pydantic adds steps of its own (a union's branch, `[key]`), which lead nowhere.
    """
    path: list[str | int] = []
    for step in loc:
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        ):
            path.append(step)
            data = data[step]
        elif step == loc[-1] and isinstance(data, dict):
            path.append(step)
    return tuple(path)


def _dotted(path: Path_) -> str:
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else (f".{step}" if text else str(step))
    return text


def _field_names(model: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """Keys that the model at this location knows."""
    current: Any = model
    for step in loc:
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
