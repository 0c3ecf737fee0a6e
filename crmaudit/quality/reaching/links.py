"""How records of one table lead to rows of another, whatever the database says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from crmaudit.evidence import Catalog, Keys, MappedTable, Table
from crmaudit.workspace.landscape import Map

Form = Literal["filled", "true", "ended", "won"]
"""What is asked of a value: whether there is one, whether it says yes, whether it is a word for
what has ended or for what was won."""

SURE = 0.5
"""References that were only inferred are followed from this confidence on."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table: those with a condition, and not those whose id `without` finds.

    `without` is (table, its condition, its column, the column here), for marks
    that stand in another table.
    """

    table: Table
    where: str = ""
    without: tuple[Table, str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """What the rows of a link have to be like: `column` is, or is not, of that form."""

    column: str
    form: Form
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Onward:
    """How a way goes on: the row's `column` has to refer to the column `there` of other rows."""

    column: str
    rows: Rows
    there: str
    any_of: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A way from a record to a row of a thing.

    The row stands in `rows`, in whose `column` the value of the record's `at`
    stands; without a column it is the record's own row. `when` is the type
    beside a polymorphic reference. At least one of `any_of` has to hold, if
    there are some; `other` says how it goes on.
    """

    thing: str
    rows: Rows
    column: str = ""
    at: str = ""
    when: tuple[str, str] | None = None
    any_of: tuple[Flag, ...] = ()
    other: Onward | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Records to be counted, with the ways to each thing, and why a thing has none.

    `where` is the condition by which they are the entity's, as the map has it;
    that of `rows` leaves out deleted and test records besides.
    """

    entity: str
    rows: Rows
    where: str = ""
    links: tuple[Link, ...] = ()
    lacking: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edge:
    """A reference of one column: `table.column` holds values of `to.to_column`."""

    table: str
    column: str
    to: str
    to_column: str
    when: tuple[str, str] | None = None
    where: str = ""


class Edges:
    """Every reference of a system that one may follow, declared, found or said by people."""

    def __init__(
        self,
        catalog: Catalog,
        keys: Keys | None,
        declared: Map | None,
        mapped: Sequence[MappedTable] = (),
    ) -> None:
        self.tables = {t.qualified: t for t in catalog.tables}
        self._by_bare: dict[str, list[str]] = {}
        for table in catalog.tables:
            self._by_bare.setdefault(table.name, []).append(table.qualified)
        self._keys = keys
        self._mapped = {row.table: row.key for row in mapped if len(row.key) == 1}
        self._from: dict[str, list[Edge]] = {}
        self._to: dict[str, list[Edge]] = {}
        seen = set()
        for edge in self._all(declared, mapped):
            place = (edge.table, edge.column, edge.to, edge.when, edge.where)
            if place not in seen and self._is_there(edge):
                seen.add(place)
                self._from.setdefault(edge.table, []).append(edge)
                self._to.setdefault(edge.to, []).append(edge)

    def of(self, table: str) -> Sequence[Edge]:
        """The references that a table holds."""
        return self._from.get(table, ())

    def to(self, table: str) -> Sequence[Edge]:
        """The references to a table."""
        return self._to.get(table, ())

    def key(self, table: str) -> str:
        """The column that tells the rows of a table apart; empty where it is none or several."""
        known = self.tables.get(table)
        if known is not None and len(known.primary_key) == 1:
            return known.primary_key[0]
        if table in self._mapped:
            return self._mapped[table][0]
        found = [
            k.columns[0]
            for k in (self._keys.keys if self._keys else ())
            if k.table == table and len(k.columns) == 1 and not k.repeated
        ]
        return found[0] if found else ""

    def _all(self, declared: Map | None, mapped: Sequence[MappedTable]) -> Iterator[Edge]:
        for ref in self._keys.references if self._keys else ():
            found = ref.confidence >= SURE and ref.verdict != "cannot tell"
            sure = found or ref.basis != "inferred"
            if sure and len(ref.columns) == 1 and len(ref.to_columns) < 2:
                there = ref.to_columns[0] if ref.to_columns else self.key(ref.to)
                yield Edge(ref.table, ref.columns[0], ref.to, there, ref.when)
        for said in declared.references if declared else ():
            if len(said.columns) == 1 and len(said.to_columns) < 2:
                there = said.to_columns[0] if said.to_columns else self.key(said.to)
                known = {(e.table, e.column, e.to) for e in self._from.get(said.table, ())}
                # What was tested has told its type; a condition says the same once more.
                if (said.table, said.columns[0], said.to) not in known:
                    yield Edge(said.table, said.columns[0], said.to, there, where=said.where)
        for table in self.tables.values():
            for foreign in table.foreign_keys:
                to = self.named(foreign.ref_table, foreign.ref_schema or table.schema)
                if to and len(foreign.columns) == 1:
                    there = foreign.ref_columns[0] if foreign.ref_columns else self.key(to)
                    yield Edge(table.qualified, foreign.columns[0], to, there)
        for row in mapped:
            for left, right in row.join.items():
                yield from self._joined(row, left, right)

    def _joined(self, row: MappedTable, left: str, right: str) -> Iterator[Edge]:
        """A map's join, written from either side: `contacts.id: contact_id` in a side table."""
        name, _, column = left.rpartition(".")
        table, _, own = right.rpartition(".")
        if self.named(name, "") == row.table and self.named(table, ""):
            yield Edge(row.table, column, self.named(table, ""), own)
        elif to := self.named(name, ""):
            known = self.tables.get(row.table)
            here = right if known and has(known, right) else self.key(row.table)
            if to != row.table:
                yield Edge(row.table, here, to, column)

    def named(self, table: str, schema: str) -> str:
        """The table's qualified name, written with or without its schema."""
        if table in self.tables:
            return table
        close = f"{schema}.{table}" if schema else ""
        if close in self.tables:
            return close
        found = self._by_bare.get(table, [])
        return found[0] if len(found) == 1 else ""

    def _is_there(self, edge: Edge) -> bool:
        here, there = self.tables.get(edge.table), self.tables.get(edge.to)
        return (
            here is not None
            and there is not None
            and has(here, edge.column)
            and has(there, edge.to_column)
            and (edge.when is None or has(here, edge.when[0]))
        )


def has(table: Table, column: str) -> bool:
    """Whether the table has a column of exactly that name."""
    return any(c.name == column for c in table.columns)
