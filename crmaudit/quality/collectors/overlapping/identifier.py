"""An entity that is no person or organisation, compared by an identifier that systems share.

What rows say cannot tell one invoice or product from another that is like it,
so only a number that both systems keep is evidence. Without one nothing is
said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crmaudit.errors import CrmauditError
from crmaudit.evidence import (
    Agreement,
    Between,
    Compared,
    Holder,
    MappedTable,
    Matching,
    Overlap,
    Provenance,
    SharedKey,
    Table,
)
from crmaudit.evidence.privacy import example, name_words
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import key_of
from crmaudit.quality.collectors.matching.origins import MOMENTS
from crmaudit.quality.collectors.matching.reading import Reading, reason
from crmaudit.quality.collectors.overlapping.agreement import EXAMPLES, newer
from crmaudit.quality.collectors.overlapping.common import (
    Column,
    common_identifier,
    comparable,
    equal,
)
from crmaudit.quality.collectors.overlapping.holding import FAILURES, Side
from crmaudit.quality.collectors.overlapping.rows import Wanted, number, text, want
from crmaudit.quality.collectors.overlapping.things import Things
from crmaudit.quality.matching.shared import numbers
from crmaudit.quality.reaching import Rows
from crmaudit.quality.reaching.links import has
from crmaudit.sources.base import Source
from crmaudit.sources.task import Joint

NO_IDENTIFIER = "no identifier was found that two of the systems keep"
NOT_SHARED = "it keeps no identifier that another system has as well"

FACTS = ("money", "date", "percentage", "status", "category", "currency")
"""Meanings of columns in which two versions of a row can contradict each other."""

_NAMED = """CREATE TABLE IF NOT EXISTS {} (n BIGINT, place INTEGER, value VARCHAR)"""


@dataclass(slots=True)
class _Staged:
    """All rows of the entity: `records(n, system, stamp)`, `numbers` and `facts`."""

    engine: Engine
    identifiers: list[Column] = field(default_factory=list)
    facts: list[Column] = field(default_factory=list)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self.engine.run(lambda: self.engine.ask(sql))

    def __post_init__(self) -> None:
        self.ask("CREATE TABLE records (n BIGINT, system VARCHAR, stamp VARCHAR)")
        self.ask(MOMENTS)
        for name in ("numbers", "facts"):
            self.ask(_NAMED.format(name))

    def column(
        self, system: str, table: Table, name: str, type_: str = "", is_key: bool = False
    ) -> Column:
        """The column under its number; the same one for every part of a table."""
        known = self.facts if type_ else self.identifiers
        for one in known:
            if (one.system, one.table, one.name) == (system, table.qualified, name):
                return one
        one = Column(len(known), system, table.qualified, name, type_, is_key)
        known.append(one)
        return one

    def forget(self, system: str) -> None:
        self.ask(f"DELETE FROM records WHERE system = {text(system)}")
        for name in ("numbers", "facts"):
            self.ask(f"DELETE FROM {name} WHERE n NOT IN (SELECT n FROM records)")
        self.identifiers = [c for c in self.identifiers if c.system != system]
        self.facts = [c for c in self.facts if c.system != system]


def compare(
    engine: Engine, entity: str, kind: str, sides: Sequence[Side], joint: Joint, by: Provenance
) -> tuple[Overlap, tuple[str, ...]]:
    """The overlap, with `by` for a provenance yet to be made whole, and what failed."""
    staged = _Staged(engine)
    holders: list[Holder] = []
    failed: list[str] = []
    for side in sides:
        tables = tuple(r.table for r in side.map.of(entity) if r.role == "primary")
        try:
            with side.opened() as (source, holder):
                holders.append(_read(staged, side, entity, source, holder, joint))
        except FAILURES as error:
            told = error.problems[0].message if isinstance(error, CrmauditError) else reason(error)
            staged.forget(side.system)
            failed.append(f"{side.system}: {told}")
            holders.append(Holder(side.system, tables, cannot=told))
    chosen = common_identifier(engine, staged.identifiers, staged.facts)
    found = Overlap(by, entity, kind, "identifier")
    if not chosen:
        unknown = Matching(cannot=NO_IDENTIFIER)
        return replace(found, holders=tuple(holders), matching=unknown), tuple(failed)
    for i, holder in enumerate(holders):
        if not holder.cannot and holder.system not in chosen:
            holders[i] = replace(holder, cannot=NOT_SHARED)
            staged.forget(holder.system)
    systems = tuple(h.system for h in holders if not h.cannot)
    places = ", ".join(str(c.id) for c in chosen.values())
    staged.ask(
        f"""
        CREATE TABLE members AS SELECT n, dense_rank() OVER (ORDER BY value) AS thing
        FROM (SELECT n, min(value) AS value FROM numbers WHERE place IN ({places}) GROUP BY n)
        """
    )
    things = Things(engine, systems, scored=False)
    between: list[Between] = []
    attributes: dict[str, list[Column]] = {}
    for pair, (left, right) in enumerate(things.pairs):
        together, pairs, ls, rs = things.shared(left, right)
        said = list(_agreements(staged, pair, left, right))
        for _, both, name in said:
            one = attributes.setdefault(name, [])
            one += [c for c in both if c not in one]
        key = _key(staged, chosen[left], chosen[right], ls)
        agreed = tuple(a for a, _, _ in said)
        between.append(Between(left, right, together, pairs, ls, rs, keys=(key,), agreement=agreed))
    columns = tuple(f"{s}:{chosen[s].label}" for s in systems)
    matching = Matching(
        attributes=(
            Compared("identifier", columns, _count(staged, f"numbers WHERE place IN ({places})")),
            *(_compared(staged, name, both) for name, both in attributes.items()),
        ),
        records=_count(staged, "records"),
        threshold_by=f"the same identifier in {' and '.join(columns)}",
        same_pairs=sum(b.pairs for b in between),
    )
    done = replace(
        found,
        holders=tuple(
            h if h.cannot else replace(h, things=things.count(h.system)) for h in holders
        ),
        matching=matching,
        sets=things.sets(),
        between=tuple(between),
    )
    return done, tuple(failed)


def _read(
    staged: _Staged, side: Side, entity: str, source: Source, holder: Holder, joint: Joint
) -> Holder:
    reading = Reading(staged.engine, source, joint.on_rows)
    work = []
    for row in side.map.of(entity):
        table = side.edges.tables.get(row.table)
        if row.role != "primary" or table is None:
            continue
        key = row.key or tuple(filter(None, (side.edges.key(row.table),)))
        declared = joint.entities.get(entity)
        tried = numbers(entity, table, side.map, side.edges, side.profiles, declared)
        names = [c for found in tried if found.on is None for c in found.columns]
        names += [c for c in key if len(key) == 1 and c not in names]
        facts = _facts(side, row, table)
        stamp = next((c for c in (row.modified_at, row.created_at) if has(table, c)), "")
        columns = [*key, *names, *facts, *([stamp] if stamp else [])]
        if columns:
            rows = Rows(table, _living(row))
            work.append((table, key, names, facts, stamp, want(reading, rows, columns)))
    try:
        reading.read()
        failures = [f"{t.qualified}: {w.failure}" for t, *_, w in work if w.failure]
        if failures:
            raise CrmauditError("; ".join(failures))
        first = _count(staged, "records")
        for one in work:
            _keep(staged, side.system, *one)
    finally:
        reading.forget()
    records = _count(staged, "records") - first
    tables = tuple(dict.fromkeys(t.qualified for t, *_ in work))
    nothing = "" if records else "it has no row of it"
    return replace(holder, tables=tables, records=records, cannot=nothing)


def _keep(
    staged: _Staged,
    system: str,
    table: Table,
    key: tuple[str, ...],
    names: Sequence[str],
    facts: dict[str, str],
    stamp: str,
    wanted: Wanted,
) -> None:
    first = _count(staged, "records")
    order = key_of([wanted.column(c) for c in key]) if key else "r"
    at = wanted.column(stamp) if stamp else "NULL"
    staged.ask(
        f"CREATE TABLE numbered AS SELECT {first} + row_number() OVER (ORDER BY {order}, r) - 1 "
        f"AS n, * FROM {wanted.sql}"
    )
    try:
        staged.ask(f"INSERT INTO records SELECT n, {text(system)}, {at} FROM numbered")
        for name in names:
            place = staged.column(system, table, name, is_key=key == (name,))
            value = number(wanted.column(name))
            staged.ask(
                f"INSERT INTO numbers SELECT n, {place.id}, {value} FROM numbered "
                f"WHERE {value} IS NOT NULL"
            )
        for name, type_ in facts.items():
            place = staged.column(system, table, name, type_)
            value = wanted.column(name)
            staged.ask(
                f"INSERT INTO facts SELECT n, {place.id}, {value} FROM numbered "
                f"WHERE {value} IS NOT NULL"
            )
    finally:
        staged.engine.drop("numbered")


def _facts(side: Side, row: MappedTable, table: Table) -> dict[str, str]:
    """Columns in which two versions of a row can be compared, with what they mean."""
    profile = side.profiles.get(table.qualified)
    found: dict[str, str] = {}
    for column in profile.columns if profile else ():
        meaning = column.semantic.type if column.semantic else ""
        marks = (row.created_at, row.modified_at, *row.key)
        if meaning in FACTS and column.name not in marks and has(table, column.name):
            found[column.name] = meaning
    return found


def _living(row: MappedTable) -> str:
    """The map's rows, less those that are deleted or made to try something.

    A mark in another table is left alone here: the rows it speaks of count.
    """
    conditions = [row.where] if row.where.strip() else []
    marks = [m for m in (row.soft_delete, row.test_rows) if m and "." not in m]
    conditions += [f"CASE WHEN ({mark}) THEN 0 ELSE 1 END = 1" for mark in marks]
    return conditions[0] if len(conditions) == 1 else " AND ".join(f"({c})" for c in conditions)


def _agreements(
    staged: _Staged, pair: int, left: str, right: str
) -> Iterator[tuple[Agreement, tuple[Column, Column], str]]:
    """Facts of the same meaning beside each other, each column once.

    Columns of the same name go together first, then those that agree most.
    """
    mine = [c for c in staged.facts if c.system == left]
    theirs = [c for c in staged.facts if c.system == right]
    counted = []
    for a in mine:
        for b in theirs:
            if comparable(a, b):
                row = _beside(staged, pair, a, b)
                alike = len(set(name_words(a.name)) & set(name_words(b.name)))
                agree = (row[0] + row[1]) / max(1, sum(row[:3]))
                counted.append((-alike, -agree, a.id, b.id, a, b, row))
    counted.sort(key=lambda c: c[:4])
    taken: set[Column] = set()
    for alike, agree, _, _, a, b, row in counted:
        # Neither in name nor in content alike: of one type, and of different things.
        if a in taken or b in taken or (alike == 0 and agree > -0.5) or not any(row[:5]):
            continue
        taken |= {a, b}
        name = a.name if a.name == b.name else f"{a.name} / {b.name}"
        said = Agreement(name, *row[:6], *row[6:9])
        examples = _shown(staged, pair, a, b) if said.conflicting else ()
        yield replace(said, examples=examples), (a, b), name


def _met(pair: int, a: Column, b: Column) -> str:
    return (
        "FROM met m JOIN records lr ON lr.n = m.l JOIN records rr ON rr.n = m.r "
        f"LEFT JOIN facts p ON p.n = m.l AND p.place = {a.id} "
        f"LEFT JOIN facts q ON q.n = m.r AND q.place = {b.id} WHERE m.pair = {pair}"
    )


def _beside(staged: _Staged, pair: int, a: Column, b: Column) -> tuple[Any, ...]:
    same = equal(a.type, "p.value", "q.value")
    (row,) = staged.ask(
        f"""
        SELECT {", ".join(f"count(*) FILTER (o = {i})" for i in range(6))},
            {", ".join(f"count(*) FILTER (o = 2 AND newer = {side})" for side in (-1, 1, 0))}
        FROM (SELECT {newer("lr.stamp", "rr.stamp")} AS newer,
            CASE WHEN p.value IS NULL AND q.value IS NULL THEN 5 WHEN q.value IS NULL THEN 3
                WHEN p.value IS NULL THEN 4 WHEN p.value = q.value THEN 0
                WHEN {same} THEN 1 ELSE 2 END AS o
            {_met(pair, a, b)})
        """
    )
    return tuple(row)


def _shown(staged: _Staged, pair: int, a: Column, b: Column) -> tuple[tuple[str, str], ...]:
    same = equal(a.type, "p.value", "q.value")
    rows = staged.ask(
        f"SELECT p.value, q.value {_met(pair, a, b)} AND p.value <> q.value "
        f"AND NOT coalesce({same}, false) ORDER BY m.l, m.r LIMIT 30"
    )
    return tuple(dict.fromkeys((example(x), example(y)) for x, y in rows))[:EXAMPLES]


def _key(staged: _Staged, left: Column, right: Column, matched: int) -> SharedKey:
    """The identifier as a shared key, from the side where it is not the row's own one."""
    holder, to = (right, left) if left.is_key and not right.is_key else (left, right)
    ((records, filled, found),) = staged.ask(
        f"""
        SELECT (SELECT count(*) FROM records WHERE system = {text(holder.system)}),
            count(*), count(*) FILTER (
                value IN (SELECT value FROM numbers WHERE place = {to.id}))
        FROM numbers WHERE place = {holder.id}
        """
    )
    return SharedKey(
        holder.system, holder.label, to.system, to.label, records, filled, found, found, 0, 0
    )


def _compared(staged: _Staged, name: str, columns: Sequence[Column]) -> Compared:
    places = ", ".join(str(c.id) for c in columns)
    filled = _count(staged, f"facts WHERE place IN ({places})")
    return Compared(name, tuple(f"{c.system}:{c.label}" for c in columns), filled)


def _count(staged: _Staged, what: str) -> int:
    ((count,),) = staged.ask(f"SELECT count(*) FROM {what}")
    return int(count)
