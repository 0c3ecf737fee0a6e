"""Parts of a product map (`parts.py`) with a database's tables, columns and conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from crmaudit.evidence import Table
from crmaudit.quality.products.condition_sql import NotHereError, written
from crmaudit.quality.products.conditions import parse
from crmaudit.quality.products.naming import Names
from crmaudit.workspace.accounts import COLUMN, TABLE, TEST, Access, History, Part, Users

P = TypeVar("P", bound=Part)


def users_here(names: Names) -> Users | None:
    """The first alternative whose table, key and login are there."""
    for users in names.product.users:
        table = names.table(users.table)
        if table is not None and (not users.login or names.column(table, users.login)):
            found = next(parts_of(users, names), None)
            if found is not None:
                return found
    return None


def access_here(names: Names) -> Access | None:
    """Access rights with those of their tables that are there; None without any."""
    access = names.product.access
    update: dict[str, Any] = {}
    for field in type(access).model_fields:
        value = getattr(access, field)
        if isinstance(value, tuple):
            update[field] = parts_here(names, value)
    return access.model_copy(update=update) if any(update.values()) or access.record else None


def parts_here(names: Names, parts: Iterable[P]) -> tuple[P, ...]:
    return tuple(found for part in parts for found in parts_of(part, names))


def parts_of(part: P, names: Names) -> Iterator[P]:
    """The part for each table that it is about, without any for which a needed column lacks."""
    if isinstance(part, History) and part.pattern:
        tables = names.fitting([part.pattern])
    else:
        tables = names.all(part.table)
    for table in tables:
        found = _here(part, table, names)
        if found is not None:
            yield found


def _here(part: P, table: Table, names: Names) -> P | None:
    update: dict[str, Any] = {}
    for field, info in type(part).model_fields.items():
        value = getattr(part, field)
        marks = {m for m in info.metadata if isinstance(m, str)}
        if isinstance(value, Part):
            inner = names.table(value.table)
            update[field] = _here(value, inner, names) if inner else None
        elif TABLE in marks:
            other = names.table(value) if field != "table" and value else None
            update[field] = other.qualified if other else ""
        elif COLUMN in marks:
            several = isinstance(value, tuple)
            wanted = value if several else (value,)
            columns = tuple(c.name for n in wanted if n and (c := names.column(table, n)))
            if info.is_required() and not columns:
                return None
            update[field] = columns if several else "".join(columns)
        elif TEST in marks and value:
            try:
                update[field] = written(parse(value), table, part.table, names)
            except NotHereError:
                if field == "where":
                    return None
                update[field] = ""
    update["table"] = table.qualified
    return part.model_copy(update=update)
