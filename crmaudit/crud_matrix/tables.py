"""The tables that are there beside the entities that people say they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from crmaudit.evidence import Catalog, MappedTable, Table
from crmaudit.workspace.landscape import Map

_NO_ENTITY = {"system", "lookup", "log", "link"}


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A row of the user's map that names what the catalog does not have.

    `part` and `index` are its place in the map. `columns` is empty where the
    table itself is missing.
    """

    table: str
    part: Literal["tables", "references"]
    index: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableCover:
    """How far entity maps explain the tables of one system.

    Views are left out: they repeat what tables hold. A table is explained by
    an entity, or by a role that needs none: machinery, a list of choices, a
    log, a link between others.
    """

    system: str
    tables: tuple[Table, ...]
    holding: Mapping[str, tuple[Table, ...]]
    """Entity → tables mapped to it that are there."""
    unexplained: tuple[Table, ...]
    """The largest first, as far as rows are known."""

    def rows(self, entity: str) -> int | None:
        """Rows of all tables mapped to the entity; None where one is not counted."""
        counts = [t.rows for t in self.holding.get(entity, ())]
        known = [c for c in counts if c is not None]
        return sum(known) if len(known) == len(counts) else None


def table_cover(catalog: Catalog, mapped: Iterable[MappedTable]) -> TableCover:
    """The catalog beside the rows of an entity map."""
    there = {t.qualified: t for t in catalog.tables}
    explained: set[str] = set()
    holding: dict[str, dict[str, Table]] = {}
    for row in mapped:
        if row.entity or row.role in _NO_ENTITY:
            explained.add(row.table)
        if row.entity and row.role != "system" and row.table in there:
            holding.setdefault(row.entity, {})[row.table] = there[row.table]
    tables = tuple(t for t in catalog.tables if t.kind != "view")
    rest = [t for t in tables if t.qualified not in explained]
    return TableCover(
        system=catalog.provenance.system,
        tables=tables,
        holding={entity: tuple(found.values()) for entity, found in holding.items()},
        unexplained=tuple(sorted(rest, key=lambda t: (-(t.rows or 0), t.qualified))),
    )


def unmatched(catalog: Catalog, declared: Map) -> tuple[Unmatched, ...]:
    """What a map of the user's names and the catalog does not have."""
    there = {t.qualified: t for t in catalog.tables}
    named: list[tuple[Literal["tables", "references"], int, str, Iterable[str]]] = []
    for i, row in enumerate(declared.tables):
        authors = (row.created_at, row.created_by, row.modified_at, row.modified_by, row.owner)
        own = (*row.key, *row.name, *authors, row.last_login, *row.columns)
        named.append(("tables", i, row.table, own))
    for i, ref in enumerate(declared.references):
        named.append(("references", i, ref.table, ref.columns))
        named.append(("references", i, ref.to, ref.to_columns))
    # A column of another table, reached from this one, is written with its table's name.
    elsewhere = {f"{name}.{c.name}" for name, table in there.items() for c in table.columns}
    found = []
    for part, index, name, columns in named:
        table = there.get(name)
        known = {c.name for c in table.columns} if table else set()
        absent = tuple(dict.fromkeys(c for c in columns if c and c not in known | elsewhere))
        if table is None:
            found.append(Unmatched(name, part, index))
        elif known and absent:  # columns of a table that could not be read are not known
            found.append(Unmatched(name, part, index, absent))
    return tuple(found)


def table_subject(system: str, table: str) -> str:
    """The subject of findings about a table, which need not exist."""
    return f"table:{system}.{quote(table, safe='.')}"
