"""Every place in a workspace file that names something defined elsewhere.

The models mark such fields with `Ref`. This module walks the values as they
stand in the file beside the model's annotations, so that references are found
in files with other mistakes too, and a new field needs no entry anywhere.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from crmaudit.workspace.base import Ref, short_form
from crmaudit.workspace.yaml_reader import Path_


@dataclass(frozen=True, slots=True)
class Reference:
    """A name at a place: `kind` says what it names, `is_key` that it is a key there."""

    path: Path_
    kind: str
    name: str
    is_key: bool = False


_Walk = Callable[[Any, Path_], Iterator[Reference]]


def references(model: type[BaseModel], data: Any) -> Iterator[Reference]:
    """All references in a file's values, in the order of the model's fields."""
    yield from _model(model)(data, ())


@cache
def _fields(model: type[BaseModel]) -> dict[str, _Walk]:
    walks = {}
    for name, info in model.model_fields.items():
        walk = _walker(info.annotation, info.metadata)
        if walk is not None:
            walks[info.alias or name] = walk
    return walks


def _walker(annotation: Any, metadata: Any = ()) -> _Walk | None:
    """How to find references in values of this type; None where there can be none."""
    for meta in metadata:
        if isinstance(meta, Ref):
            return _leaf(meta.kind)
    walk = _bare(annotation)
    if walk is None:
        return None
    for meta in metadata:
        if isinstance(meta, short_form):
            return _expanding(walk, meta.key)
    return walk


def _bare(annotation: Any) -> _Walk | None:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _walker(args[0], args[1:])
    if origin in (Union, types.UnionType):
        arms = [w for w in map(_walker, args) if w]
        return _either(arms) if arms else None
    if origin is tuple:
        item = _walker(args[0])
        return _sequence(item) if item else None
    if origin is dict:
        key, value = _walker(args[0]), _walker(args[1])
        return _mapping(key, value) if key or value else None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model(annotation)
    return None


def _leaf(kind: str) -> _Walk:
    def walk(value: Any, path: Path_) -> Iterator[Reference]:
        if isinstance(value, str) and value.strip():
            yield Reference(path, kind, value.strip())

    return walk


def _expanding(inner: _Walk, key: str) -> _Walk:
    def walk(value: Any, path: Path_) -> Iterator[Reference]:
        if isinstance(value, str):
            for found in inner({key: value}, path):
                yield Reference(path, found.kind, found.name)
        else:
            yield from inner(value, path)

    return walk


def _model(model: type[BaseModel]) -> _Walk:
    def walk(value: Any, path: Path_) -> Iterator[Reference]:
        if isinstance(value, dict):
            for key, inner in _fields(model).items():
                if value.get(key) is not None:
                    yield from inner(value[key], (*path, key))

    return walk


def _either(arms: list[_Walk]) -> _Walk:
    def walk(value: Any, path: Path_) -> Iterator[Reference]:
        # Each arm passes over what is not its own.
        for arm in arms:
            yield from arm(value, path)

    return walk


def _sequence(item: _Walk) -> _Walk:
    def walk(value: Any, path: Path_) -> Iterator[Reference]:
        if isinstance(value, list):
            for i, child in enumerate(value):
                yield from item(child, (*path, i))
        elif isinstance(value, str):  # one text may stand for a list of one
            yield from item(value, path)

    return walk


def _mapping(key: _Walk | None, item: _Walk | None) -> _Walk:
    def walk(value: Any, path: Path_) -> Iterator[Reference]:
        if not isinstance(value, dict):
            return
        for name, child in value.items():
            if key:
                for found in key(name, path):
                    yield Reference((*path, name), found.kind, found.name, is_key=True)
            if item and child is not None:
                yield from item(child, (*path, name))

    return walk
