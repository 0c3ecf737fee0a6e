"""Records as their recipes name them, read into one table of an engine.

The columns of `records` are those of `crmaudit.quality.collectors.matching`.
Records are numbered in the order of their keys, so that the same rows get the
same numbers in whatever order a database answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import duckdb

from crmaudit.evidence import Compared
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import ATTRIBUTE_COLUMNS, MARK_COLUMNS
from crmaudit.quality.collectors.matching.assembling import Assembly
from crmaudit.quality.collectors.matching.reading import Reading
from crmaudit.quality.collectors.matching.reading import reason as reason_of
from crmaudit.quality.matching.recipe import ATTRIBUTES, SEVERAL, Recipe
from crmaudit.sources.base import Source

LISTS = frozenset(ATTRIBUTE_COLUMNS[a] for a in SEVERAL)
"""The columns of `records` that hold several values."""

_CLOSE_UP = (
    "UPDATE records SET n = m.now FROM (SELECT n AS was, {first} + row_number() OVER (ORDER BY n) "
    "- 1 AS now FROM records WHERE n >= {first}) m WHERE records.n = m.was"
)
NO_KEY = "without a key"
NOTHING = "without anything to compare by"


@dataclass(frozen=True, slots=True)
class Staged:
    """What was read of one system: `records` of them, numbered from `first` on.

    `attributes` say by which columns (`table.column`); `left_out` rows of the
    tables are not among the records, by reason. `failures` are tables that
    could not be read at all, with the reason. `tables` were.
    """

    engine: Engine
    system: str = ""
    first: int = 0
    records: int = 0
    attributes: tuple[Compared, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    tables: tuple[str, ...] = ()


def make(engine: Engine) -> None:
    """Make the table `records`, empty, where there is none."""
    values = [*ATTRIBUTE_COLUMNS.values(), *MARK_COLUMNS.values()]
    typed = [f"{name} {'VARCHAR[]' if name in LISTS else 'VARCHAR'}" for name in values]
    columns = ["n BIGINT", "system VARCHAR", "tab VARCHAR", '"key" VARCHAR', *typed]
    ddl = f"CREATE TABLE IF NOT EXISTS records ({', '.join(columns)}, filled INTEGER)"
    engine.run(lambda: engine.ask(ddl))


def stage(
    engine: Engine,
    source: Source,
    recipes: Sequence[Recipe],
    on_rows: Callable[[str, int], None] = lambda table, rows: None,
) -> Staged:
    """Append the records of these recipes, all of one system, to `records`.

    A side table that cannot be read takes its attributes with it, which
    `Staged.attributes` say. A lost connection passes as ConnectionLostError.
    """
    make(engine)
    first = _count(engine)
    reading = Reading(engine, source, on_rows)
    work = [Assembly(r, reading) for r in recipes if not r.cannot]
    left_out: dict[str, int] = {}
    failures = {r.table.qualified: r.cannot for r in recipes if r.cannot}
    tables: dict[str, None] = {}
    unused: dict[str, str] = {}
    columns: dict[str, list[str]] = {}
    try:
        reading.read()
        for one in work:
            unused.update(one.unused())
            if one.failure:
                failures[one.table] = one.failure
                continue
            try:
                found = _insert(engine, one)
            except duckdb.Error as error:
                failures[one.table] = reason_of(error)
                continue
            tables[one.table] = None
            for why, rows in found.items():
                left_out[why] = left_out.get(why, 0) + rows
            for attribute, places in one.columns().items():
                columns.setdefault(attribute, []).extend(places)
    finally:
        reading.forget()
    return Staged(
        engine,
        recipes[0].system if recipes else "",
        first,
        _count(engine) - first,
        _attributes(engine, first, columns, unused),
        {why: left_out[why] for why in sorted(left_out)},
        failures,
        tuple(tables),
    )


def _insert(engine: Engine, one: Assembly) -> dict[str, int]:
    """How many rows were left out of `records`, by reason."""
    before = _count(engine)
    gone = engine.run(lambda: int(engine.ask(one.deleted())[0][0])) if one.without else 0
    try:
        with_key = engine.run(lambda: _number(engine, one))
        engine.run(lambda: engine.ask(one.insert(before)))
    finally:
        engine.drop("numbered")
    records = _count(engine) - before
    if records < with_key:
        engine.run(lambda: engine.ask(_CLOSE_UP.format(first=before)))
    found = {
        **one.left_out(),
        NO_KEY: one.rows - gone - with_key,
        NOTHING: with_key - records,
    }
    found["deleted"] = found.get("deleted", 0) + gone
    return {why: rows for why, rows in found.items() if rows}


def _number(engine: Engine, one: Assembly) -> int:
    engine.ask(f"CREATE TEMP TABLE numbered AS {one.numbered()}")
    return int(engine.ask("SELECT count(*) FROM numbered")[0][0])


def _count(engine: Engine) -> int:
    return engine.run(lambda: int(engine.ask("SELECT count(*) FROM records")[0][0]))


def _attributes(
    engine: Engine, first: int, columns: dict[str, list[str]], unused: dict[str, str]
) -> tuple[Compared, ...]:
    """By what the records can be compared, and why not by the rest."""
    held = [a for a in ATTRIBUTES if a in columns]
    counts = ", ".join(f"count({ATTRIBUTE_COLUMNS[a]})" for a in held)
    filled = dict.fromkeys(held, 0)
    if held:
        ((*found,),) = engine.run(
            lambda: engine.ask(f"SELECT {counts} FROM records WHERE n >= {first}")
        )
        filled = dict(zip(held, map(int, found), strict=True))
    return tuple(
        Compared(
            a,
            tuple(dict.fromkeys(columns.get(a, ()))),
            filled.get(a, 0),
            "" if filled.get(a) else unused.get(a) or "no record has a value",
        )
        for a in ATTRIBUTES
        if a in columns or a in unused
    )
