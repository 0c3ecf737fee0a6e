"""What can be done to a YAML file, and what that does to its values.

The values are worked out apart from any text, so that a text that was edited
can be checked against them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from crmaudit.errors import CrmauditError
from crmaudit.workspace.shorthand import shorthand
from crmaudit.workspace.yaml_reader import Path_, SourceText, parse
from crmaudit.workspace.yaml_text import as_read, scalar


@dataclass(frozen=True, slots=True)
class Put:
    """Set the value at `path`, or replace it; mappings above it are made as needed.

    The index behind a list's last item appends. What a value holds already
    stays as it is written, so putting what is there changes nothing.
    """

    path: Path_
    value: Any
    """A text, number, bool, date, None, or lists and dicts of them."""
    behind: str = ""
    """The key below which a new one is to stand; without it, below the last."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove the key or list item at `path` with the comment in its line.

    A list that loses its last item becomes `[]`, a mapping goes with its last key.
    """

    path: Path_


@dataclass(frozen=True, slots=True)
class Append:
    """Add an item to the list at `path`, which is made where it is absent."""

    path: Path_
    value: Any


@dataclass(frozen=True, slots=True)
class Rename:
    """Give the mapping's entry at `path` another key."""

    path: Path_
    new: str


Edit = Put | Drop | Append | Rename


_LONGEST_KEY = 1000
NOTHING = object()
"""What stands where nothing stands."""


def own(data: Any) -> Any:
    """A copy in which nothing is shared, as aliases are when read."""
    if isinstance(data, dict):
        return {k: own(v) for k, v in data.items()}
    return [own(v) for v in data] if isinstance(data, list) else data


def at(data: Any, path: Path_, model: type[BaseModel] | None) -> Any:
    """The value at a path, `NOTHING` where there is none; short forms are seen through."""
    for i, step in enumerate(path):
        inside = step in data if isinstance(data, dict) else _is_index(data, step)
        if inside:
            data = data[step]
        elif not isinstance(data, str) or step != shorthand(model, path[:i]):
            return NOTHING
    return data


def _is_index(data: Any, step: str | int) -> bool:
    return isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data)


def same(old: Any, new: Any) -> bool:
    """Whether the text that stands there says this value already."""
    if isinstance(old, str) and isinstance(new, int | float) and not isinstance(new, bool):
        try:
            return float(old) == new
        except ValueError:
            return False
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(old[k], v) for k, v in new.items())
    if isinstance(old, list) and isinstance(new, list | tuple):
        return len(old) == len(new) and all(map(same, old, new))
    return bool(old == new or old == as_read(new))


def smallest(edit: Edit, data: Any, model: type[BaseModel] | None) -> Iterator[Edit]:
    """The edit as those parts of it that change anything."""
    if not isinstance(edit, Put):
        yield edit
        return
    old, new = at(data, edit.path, model), edit.value
    if old is not NOTHING and same(old, new):
        return
    if isinstance(old, str) and isinstance(new, dict | list | tuple):
        step = shorthand(model, edit.path)
        if isinstance(step, str) and same({step: old}, new):
            return
        if step == 0 and same([old], new):
            return
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() & new.keys():
        for key in old:
            if key not in new:
                yield Drop((*edit.path, key))
        for key, value in new.items():
            yield from smallest(Put((*edit.path, key), value), data, model)
    elif isinstance(old, list) and isinstance(new, list | tuple) and old and new:
        yield from _list_parts(edit.path, old, new, data, model)
    else:
        yield edit


def _list_parts(
    path: Path_, old: list[Any], new: Sequence[Any], data: Any, model: type[BaseModel] | None
) -> Iterator[Edit]:
    """What turns one list into another: items that stay keep their lines and comments."""
    tail = 0
    if len(new) < len(old):
        head = next(
            (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if not same(a, b)), len(new)
        )
        while tail < len(new) - head and same(old[-1 - tail], new[-1 - tail]):
            tail += 1
    kept = min(len(old), len(new)) - tail
    for i in range(kept):
        yield from smallest(Put((*path, i), new[i]), data, model)
    for i in reversed(range(kept, len(old) - tail)):
        yield Drop((*path, i))
    for value in new[len(old) :]:
        yield Append(path, value)


def nested(path: Path_, value: Any) -> Any:
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    return value


def applied(edit: Edit, data: Any, source: SourceText, model: type[BaseModel] | None) -> Any:
    """The values after the edit; changes them in place where it can."""
    match edit:
        case Append(path, value):
            old = at(data, path, model)
            if isinstance(old, str) and shorthand(model, path) == 0:
                return _set(data, path, [old, as_read(value)], source, model)
            if old is NOTHING or old is None:
                return _set(data, path, [as_read(value)], source, model)
            if not isinstance(old, list):
                raise _no_place(source, path, "there is no list")
            old.append(as_read(value))
            return data
        case Put(path, value):
            return _set(data, path, as_read(value), source, model)
        case Drop(path):
            return _dropped(data, path, source, model)
        case Rename(path, new):
            parent = at(data, path[:-1], model)
            if not isinstance(parent, dict) or path[-1] not in parent:
                raise _no_place(source, path, f"there is no {path[-1]!r}")
            if new in parent and new != path[-1]:
                raise _no_place(source, path, f"there is already a {new!r}")
            entries = [(as_read(new) if k == path[-1] else k, v) for k, v in parent.items()]
            parent.clear()
            parent.update(entries)
            return data


def _set(
    data: Any, path: Path_, value: Any, source: SourceText, model: type[BaseModel] | None
) -> Any:
    if not path:
        return value
    parent, step = data, path[-1]
    if at(data, path, model) is NOTHING and _starts_late(data, path, model):
        raise _no_place(source, path, "a list that is not there has no such item")
    for i, above in enumerate(path[:-1]):
        inner = at(parent, (above,), None)
        if isinstance(parent, str):
            return _set(
                data,
                path[:i],
                _grown(parent, path[i:], value, path[:i], source, model),
                source,
                model,
            )
        if inner is NOTHING or inner is None:
            made = nested(path[i + 1 :], value)
            return _set(data, path[: i + 1], made, source, model)
        parent = inner
    if isinstance(parent, str):
        whole = _grown(parent, path[-1:], value, path[:-1], source, model)
        return _set(data, path[:-1], whole, source, model)
    if parent is None:
        return _set(data, path[:-1], nested(path[-1:], value), source, model)
    if isinstance(parent, list) and step == len(parent):
        parent.append(value)
    elif isinstance(parent, dict) and isinstance(step, str):
        parent[as_read(step)] = value
    elif _is_index(parent, step):
        parent[step] = value
    else:
        raise _no_place(source, path, "there is no place for it")
    return data


def _starts_late(data: Any, path: Path_, model: type[BaseModel] | None) -> bool:
    """Whether a list that would have to be made is to start with another than its first item."""
    there = next(i for i in range(len(path), -1, -1) if at(data, path[:i], model) is not NOTHING)
    blank = at(data, path[:there], model) is None
    return any(isinstance(step, int) and step for step in path[there + (not blank) :])


def _grown(
    old: str,
    rest: Path_,
    value: Any,
    path: Path_,
    source: SourceText,
    model: type[BaseModel] | None,
) -> Any:
    """What becomes of a bare text when something inside it is set."""
    step = shorthand(model, path)
    if rest == (step,):
        return value
    if isinstance(step, str) and isinstance(rest[0], str) and rest[0] != step:
        return {step: old, **nested(rest, value)}
    if step == 0 and rest == (1,):
        return [old, value]
    raise _no_place(source, (*path, *rest), "a single text stands here")


def _dropped(data: Any, path: Path_, source: SourceText, model: type[BaseModel] | None) -> Any:
    if not path:
        return None
    parent = at(data, path[:-1], model)
    if isinstance(parent, str) and path[-1] == shorthand(model, path[:-1]):
        return _dropped(data, path[:-1], source, model)
    if at(parent, path[-1:], None) is NOTHING:
        raise _no_place(source, path, f"there is no {path[-1]!r}")
    del parent[path[-1]]
    if isinstance(parent, dict) and not parent:
        above = at(data, path[:-2], model) if len(path) > 1 else None
        if not isinstance(above, list):
            return _dropped(data, path[:-1], source, model)
    return data


def check_keys(edit: Edit, source: SourceText) -> None:
    """Raise CrmauditError for a key too long to stand in YAML's usual form."""
    keys = [edit.new] if isinstance(edit, Rename) else []
    keys += [str(step) for step in edit.path] if isinstance(edit, Put) else []
    if isinstance(edit, Put | Append):
        keys += _keys(edit.value)
    for key in keys:
        # At its longest a character is written as \U and eight digits.
        if len(key) * 10 + 2 > _LONGEST_KEY and len(scalar(key)) > _LONGEST_KEY:
            raise _no_place(source, edit.path, f"a key of {len(key):,} characters is too long")


def _keys(value: Any) -> Iterator[str]:
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict):
        yield from map(str, value)
    if isinstance(value, dict | list | tuple):
        for item in inner:
            yield from _keys(item)


def _no_place(source: SourceText, path: Path_, what: str) -> CrmauditError:
    place = parse(source.text, source.name).place(path)
    dotted = ".".join(str(step) for step in path)
    return CrmauditError(f"{dotted} cannot be changed: {what}", "edit the file by hand", place)
