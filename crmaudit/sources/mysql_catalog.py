"""The catalog of a MySQL or MariaDB database, in four statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from crmaudit.evidence import EXACT, Catalog, Column, ForeignKey, Index, Method, Provenance, Table

Rows = list[tuple[Any, ...]]

_TABLES = """
SELECT table_name, table_type, engine, table_rows, data_length + index_length, table_comment,
  create_options
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type <> 'SEQUENCE' ORDER BY table_name""".strip()
_COLUMNS = """
SELECT table_name, column_name, column_type, is_nullable, column_default, extra, column_comment,
  privileges, generation_expression
FROM information_schema.columns
WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position""".strip()
_KEYS = """
SELECT table_name, constraint_name, column_name, referenced_table_schema, referenced_table_name,
  referenced_column_name
FROM information_schema.key_column_usage
WHERE table_schema = DATABASE() ORDER BY table_name, constraint_name, ordinal_position""".strip()
_INDEXES = """
SELECT table_name, index_name, non_unique, column_name
FROM information_schema.statistics
WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index""".strip()

# Only these take part in the snapshot.
_TRANSACTIONAL = {"InnoDB", "ROCKSDB", "RocksDB", "TokuDB", "ndbcluster"}


class _Relation(NamedTuple):
    name: str
    type: str
    engine: str | None
    rows: int | None
    bytes: int | None
    comment: str | None
    options: str | None

    @property
    def is_view(self) -> bool:
        return "VIEW" in self.type

    @property
    def fails(self) -> bool:
        # The server puts the error of a view that refers to nothing into its comment.
        return self.is_view and "references invalid" in (self.comment or "")


def read_catalog(ask: Callable[[str, str], Rows], provenance: Provenance, database: str) -> Catalog:
    """All tables and views of the session's database that the account may see.

    `ask(sql, purpose)` sends a statement.
    """
    ((banner,),) = ask("SELECT VERSION()", "read the version")
    columns = _grouped(ask(_COLUMNS, "list the columns"))
    keys = _grouped(ask(_KEYS, "list the keys"))
    indexes = _grouped(ask(_INDEXES, "list the indexes"))
    tables = []
    for row in ask(_TABLES, "list tables and views"):
        relation = _Relation(*row)
        view = relation.is_view
        own, own_keys = columns.get(relation.name, []), keys.get(relation.name, [])
        hidden = [c[0] for c in own if "select" not in (c[6] or "")]
        tables.append(
            Table(
                name=relation.name,
                kind="view" if view else "table",
                columns=tuple(_column(column) for column in own),
                primary_key=tuple(k[1] for k in own_keys if k[0] == "PRIMARY"),
                foreign_keys=_foreign_keys(own_keys, database),
                indexes=_indexes(indexes.get(relation.name, [])),
                comment="" if view else relation.comment or "",
                rows=None if view else relation.rows,
                rows_method=EXACT if view else Method("estimate"),
                bytes=None if view else relation.bytes,
                readable=not relation.fails and (not own or len(hidden) < len(own)),
                note="; ".join(_notes(relation, hidden)),
            )
        )
    sizes = [t.bytes for t in tables if t.bytes is not None]
    brand = "MariaDB" if "mariadb" in str(banner).lower() else "MySQL"
    return Catalog(
        provenance=provenance,
        version=f"{brand} {str(banner).split('-')[0]}",
        tables=tuple(tables),
        bytes=sum(sizes) if sizes else None,
    )


def _notes(relation: _Relation, hidden: list[str]) -> Iterator[str]:
    if relation.fails:
        yield f"view fails: {relation.comment}"
    if "partitioned" in (relation.options or ""):
        yield "partitioned"
    if not relation.is_view and relation.engine and relation.engine not in _TRANSACTIONAL:
        yield f"engine {relation.engine}: not part of the snapshot"
    if hidden:
        yield f"no right to read {', '.join(hidden)}"


def _foreign_keys(keys: Rows, database: str) -> tuple[ForeignKey, ...]:
    grouped: dict[str, Rows] = defaultdict(list)
    for key in keys:
        if key[3] is not None:
            grouped[key[0]].append(key)
    return tuple(
        ForeignKey(
            columns=tuple(part[1] for part in parts),
            ref_table=parts[0][3],
            ref_columns=tuple(part[4] for part in parts),
            ref_schema="" if parts[0][2] == database else parts[0][2],
            name=name,
        )
        for name, parts in grouped.items()
    )


def _grouped(rows: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for table, *rest in rows:
        found[table].append(tuple(rest))
    return found


def _column(row: tuple[Any, ...]) -> Column:
    name, type_, nullable, default, extra, comment, _, expression = row
    if expression:
        default = f"GENERATED ALWAYS AS ({expression})"
    elif "auto_increment" in (extra or ""):
        default = "AUTO_INCREMENT"
    elif default == "NULL":
        default = ""
    return Column(name, type_, nullable == "YES", default or "", comment or "")


def _indexes(rows: Rows) -> tuple[Index, ...]:
    grouped: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for name, non_unique, column in rows:
        grouped[name, not int(non_unique)].append(column or "(expression)")
    return tuple(Index(name, tuple(names), unique) for (name, unique), names in grouped.items())
