"""What an expression can be worth: texts and things, several where branches differ."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from crmaudit.crud_matrix.collectors.source.words import Hole, Template

MOST = 6
"""Alternatives of one value."""

TABLE_NAMES = frozenset(
    [
        "getTableName",
        "getTable",
        "tableName",
        "table_name",
        "quoted_table_name",
        "db_table",
        "__tablename__",
        "_tableName",
        "tablename",
    ]
)
"""Steps from a class to its table's name."""

TEMPORARY = "CRM_Utils_SQL_TempTable"
"""CiviCRM's class for names of temporary tables."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something reached from a class: the class and the steps from it.

    `Order.objects.filter(…)` is `Order` with `objects`, `filter`; `new` makes
    one, `:` is a variable declared as one, `::` the object itself, `<own>` its
    class, `>query` hands it to a function.
    A root `.orders` is a member of something unknown, `=orders` a table that a
    query builder was given.
    """

    root: str
    steps: tuple[str, ...] = ()
    line: int = 0


Value: TypeAlias = tuple[Template | Thing, ...]


def unknown(name: str = "") -> Template:
    return Template((Hole(name),))


def as_template(value: Template | Thing, name: str = "") -> Template:
    """As a part of a text: a thing is a hole, called `name` where that is given."""
    if isinstance(value, Template):
        return value
    if value.steps and value.steps[-1] in TABLE_NAMES:
        return Template((Hole(value.steps[-1], of=value.root),))
    if value.root == TEMPORARY or "createTempTableName" in value.steps:
        return Template((Hole(name, of=TEMPORARY),))
    return Template((Hole(name or (value.steps or (value.root,))[-1].lstrip(".")),))


def known_text(value: Value) -> str | None:
    """The text, where there is one and all of it is known."""
    if len(value) == 1 and isinstance(value[0], Template):
        return value[0].known
    return None


def without_prefixes(values: list[Template | Thing]) -> list[Template | Thing]:
    """Each once; of texts of which one goes on where the other ends, the longer."""
    once = list(dict.fromkeys(values))
    return [
        v
        for v in once
        if not (
            isinstance(v, Template)
            and any(isinstance(o, Template) and o is not v and _goes_on(v, o) for o in once)
        )
    ]


def _goes_on(short: Template, long: Template) -> bool:
    n = len(short.parts)
    if not n or len(long.parts) < n or short.parts[: n - 1] != long.parts[: n - 1]:
        return False
    a, b = short.parts[-1], long.parts[n - 1]
    if isinstance(a, str) and isinstance(b, str):
        return b.startswith(a) and (len(b) > len(a) or len(long.parts) > n)
    return a == b and len(long.parts) > n


def limited(values: list[Template | Thing]) -> Value:
    once = list(dict.fromkeys(values))
    if len(once) <= MOST:
        return tuple(once)
    things = [v for v in once if isinstance(v, Thing)]
    return (*things[:MOST], common([as_template(v) for v in once]))


def common(templates: list[Template]) -> Template:
    """What all begin with, a hole, and what all end with."""
    items = [_items(t) for t in templates]
    shortest = min(len(x) for x in items)
    begin = _same(items, shortest)
    end = _same([x[::-1] for x in items], shortest - begin)
    first = items[0]
    kept = [*first[:begin], Hole(), *first[len(first) - end :]]
    made = Template((), templates[0].line)
    for item in kept:
        made += Template((item,))
    return Template(made.parts, templates[0].line)


def _items(template: Template) -> list[str | Hole]:
    """The template word by word."""
    found: list[str | Hole] = []
    for part in template.parts:
        found += re.split(r"(\W)", part) if isinstance(part, str) else [part]
    return [x for x in found if x]


def _same(items: list[list[str | Hole]], most: int) -> int:
    """How many items all lists have in common at their beginning."""
    n = 0
    while n < most and all(x[n] == items[0][n] for x in items):
        n += 1
    return n
