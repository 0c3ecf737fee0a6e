"""Records found again by their keyed ids, for the review: read, shown, never kept.

A keyed id cannot be turned back. So the records are read as for the
comparison itself, and the ids of all are made anew until those asked for are
found. What was compared is what is shown: both come from the same recipes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crmaudit.errors import CrmauditError
from crmaudit.key import Key
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import ATTRIBUTE_COLUMNS, MARK_COLUMNS, SEAM
from crmaudit.quality.collectors.matching.origins import MOMENTS
from crmaudit.quality.collectors.matching.records import LISTS, stage
from crmaudit.quality.matching.recipe import Recipe
from crmaudit.quality.plan import Plan
from crmaudit.sources.base import Source

_MEMORY = 512
_MOMENTS = ("created at", "modified at")
_TOLD = (*_MOMENTS, "source")
"""Marks that help a reviewer to choose."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """A record as the source has it: personal data, which are shown and not kept.

    `key` is the row's own, parts joined by a blank. `values` are by attribute
    or mark, in their fixed order; empty ones are left out. They do not show in
    its `repr`, so that no trace can hold them.
    """

    system: str
    table: str
    key: str = field(repr=False)
    values: Mapping[str, tuple[str, ...]] = field(repr=False)


def find_again(
    source: Source,
    recipes: Sequence[Recipe],
    key: Key,
    wanted: Collection[str],
    formerly: Sequence[str] = (),
    on_rows: Callable[[str, int], None] = lambda table, rows: None,
) -> dict[str, Revealed]:
    """Id → record, of those wanted that the source still has; `recipes` are all of one system.

    `formerly` are other ids that the system had: its records' ids were made
    with the one it had then. Raises CrmauditError where a table cannot be read.
    """
    if not recipes:
        return {}
    system = recipes[0].system
    threads = min(4, os.cpu_count() or 1)
    with Engine(Plan(system, memory=_MEMORY), threads, "review.duckdb") as engine:
        staged = stage(engine, source, recipes, on_rows)
        places = engine.run(lambda: dict(_places(engine, key, set(wanted), (system, *formerly))))
        if len(places) < len(wanted):
            for table, reason in sorted(staged.failures.items()):
                raise CrmauditError(f"{source.address}: {table} cannot be read again: {reason}")
        return engine.run(lambda: _records(engine, system, places))


def _places(
    engine: Engine, key: Key, wanted: set[str], systems: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Number in the staged records and id, of those that are wanted."""
    for batch in engine.batches('SELECT n, tab, "key" FROM records ORDER BY n'):
        columns = (column.to_pylist() for column in batch.columns)
        for n, table, row_key in zip(*columns, strict=True):
            for system in systems:
                id_ = key.record(system, table, row_key)
                if id_ in wanted:
                    yield n, id_


def _readable(column: str) -> str:
    """A moment as people read it, where a system counts seconds; else as it is written."""
    return (
        f"CASE WHEN regexp_full_match({column}, '[0-9]+(\\.[0-9]+)?') "
        f"THEN coalesce(strftime(moment({column}), '%Y-%m-%d %H:%M:%S'), {column}) "
        f"ELSE {column} END"
    )


def _records(engine: Engine, system: str, places: Mapping[int, str]) -> dict[str, Revealed]:
    if not places:
        return {}
    named = {**ATTRIBUTE_COLUMNS, **{m: MARK_COLUMNS[m] for m in _TOLD}}
    engine.ask(MOMENTS)
    columns = ", ".join(_readable(c) if what in _MOMENTS else c for what, c in named.items())
    numbers = ", ".join(map(str, sorted(places)))
    rows = engine.ask(f'SELECT n, tab, "key", {columns} FROM records WHERE n IN ({numbers})')
    found = {}
    for n, table, row_key, *values in rows:
        told = {
            what: tuple(v for v in (value if column in LISTS else [value]) if v)
            for (what, column), value in zip(named.items(), values, strict=True)
            if value
        }
        shown = {what: several for what, several in told.items() if several}
        found[places[n]] = Revealed(system, table, row_key.replace(SEAM, " "), shown)
    return found
