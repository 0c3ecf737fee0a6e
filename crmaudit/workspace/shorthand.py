"""Where a model lets a bare text stand for more."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from crmaudit.workspace.base import several, short_form
from crmaudit.workspace.yaml_reader import Path_

_Typed = tuple[Any, tuple[Any, ...]]
"""A bare type and what it is annotated with."""


def shorthand(model: type[BaseModel] | None, path: Path_) -> str | int | None:
    """The step at which a text at `path` really stands, None where it stands for itself.

    `url` for a dossier's `database: sqlite:///crm.db`, 0 where one text may
    stand for a list of one.
    """
    if model is None:
        return None
    found: list[_Typed] = [(model, ())]
    for step in path:
        found = [inner for bare, _ in found for inner in _inside(bare, step)]
    for _, metadata in found:
        for meta in metadata:
            if isinstance(meta, short_form):
                return meta.key
            if meta is several:
                return 0
    return None


def _inside(bare: Any, step: str | int) -> Iterator[_Typed]:
    origin, args = get_origin(bare), get_args(bare)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        for name, info in bare.model_fields.items():
            if (info.alias or name) == step:
                yield from _bare(info.annotation, tuple(info.metadata))
    elif origin is dict:
        yield from _bare(args[1], ())
    elif origin is tuple and isinstance(step, int):
        yield from _bare(args[0], ())


def _bare(annotation: Any, metadata: tuple[Any, ...]) -> Iterator[_Typed]:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _bare(args[0], (*metadata, *args[1:]))
    elif origin in (Union, types.UnionType):
        for arm in args:
            yield from _bare(arm, metadata)
    else:
        yield annotation, metadata
