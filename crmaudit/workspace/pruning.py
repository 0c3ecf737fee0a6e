"""A workspace's values without some systems: no reference to them is left anywhere.

As `references.py` does for files, this follows the models' `Ref` marks, so
that a new field needs no entry here. The values given are never changed.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel

from crmaudit.workspace.answers import Expectation
from crmaudit.workspace.base import Ref
from crmaudit.workspace.dossier import Feed
from crmaudit.workspace.interviews import Pain, Saying
from crmaudit.workspace.kpis import Kpi, Survey
from crmaudit.workspace.landscape import Principal
from crmaudit.workspace.people import Training
from crmaudit.workspace.registers import Dysfunction, Incident, Opinion, Request

M = TypeVar("M", bound=BaseModel)

_ABOUT_SYSTEMS = (
    Dysfunction,
    Expectation,
    Feed,
    Incident,
    Opinion,
    Pain,
    Principal,
    Request,
    Saying,
    Survey,
    Training,
)
"""What speaks of its systems alone: it goes when they all go. A step of a process stays."""
_MEANS: dict[type[BaseModel], tuple[str, ...]] = {Kpi: ("sql",)}
"""Fields that say nothing once the system beside them is gone."""


class _Gone:
    """Stands for what is left out."""


_GONE = _Gone()
_SYSTEM = Ref("system")
_Prune = Callable[[Any, Set[str]], Any]


def without(value: M, systems: Set[str]) -> M | None:
    """The value without these systems; None where it speaks of nothing else.

    Answers the same object where it does not name them.
    """
    pruned = _pruned(value, systems)
    return None if pruned is _GONE else cast("M", pruned)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field that can name systems, `direct`ly or in a model within it."""

    prune: _Prune
    direct: bool
    required: bool


def _pruned(value: Any, systems: Set[str]) -> Any:
    if value is None:
        return None
    model: type[BaseModel] = type(value)
    fields = _fields(model)
    changed: dict[str, Any] = {}
    for name, field in fields.items():
        old = getattr(value, name)
        new = field.prune(old, systems)
        if new is _GONE and field.required:
            return _GONE
        if new is not old:
            changed[name] = None if new is _GONE else new
    if not changed:
        return value
    direct = [name for name, field in fields.items() if field.direct]
    left = any(changed.get(name, getattr(value, name)) for name in direct)
    if not left and any(name in changed for name in direct):
        if isinstance(value, _ABOUT_SYSTEMS):
            return _GONE
        changed |= dict.fromkeys(_MEANS.get(model, ()))
    return value.model_copy(update=changed)


@cache
def _fields(model: type[BaseModel]) -> dict[str, _Field]:
    found = {}
    for name, info in model.model_fields.items():
        prune = _pruner(info.annotation, tuple(info.metadata))
        if prune is not None:
            marks = (*info.metadata, *_marks(info.annotation))
            found[name] = _Field(prune, _SYSTEM in marks, info.is_required())
    return found


def _marks(annotation: Any) -> Iterator[Any]:
    """What the types within an annotation are marked with, but not within models."""
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
    for argument in get_args(annotation):
        yield from _marks(argument)


def _pruner(annotation: Any, metadata: tuple[Any, ...] = ()) -> _Prune | None:
    """How to leave systems out of values of this type; None where it can name none."""
    for meta in metadata:
        if isinstance(meta, Ref):
            return _leaf if meta == _SYSTEM else None
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _pruner(args[0], args[1:])
    if origin in (Union, types.UnionType):
        return next((p for p in map(_pruner, args) if p), None)
    if origin is tuple:
        item = _pruner(args[0])
        return _each(item) if item else None
    if origin is dict:
        key, value = _pruner(args[0]), _pruner(args[1])
        return _mapping(key, value) if key or value else None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _pruned if _fields(annotation) else None
    return None


def _leaf(value: Any, systems: Set[str]) -> Any:
    return _GONE if value in systems else value


def _each(item: _Prune) -> _Prune:
    def prune(value: Any, systems: Set[str]) -> Any:
        if not value:
            return value
        new = [item(v, systems) for v in value]
        if all(n is v for n, v in zip(new, value, strict=True)):
            return value
        return tuple(n for n in new if n is not _GONE)

    return prune


def _mapping(key: _Prune | None, item: _Prune | None) -> _Prune:
    def prune(value: Any, systems: Set[str]) -> Any:
        if not value:
            return value
        new = {
            k: item(v, systems) if item else v
            for k, v in value.items()
            if not key or key(k, systems) is not _GONE
        }
        kept = {k: v for k, v in new.items() if v is not _GONE}
        same = len(kept) == len(value) and all(kept[k] is value[k] for k in kept)
        return value if same else kept

    return prune
