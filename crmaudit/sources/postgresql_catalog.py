"""PostgreSQL's catalog in a few statements, however many tables there are."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from crmaudit.errors import CrmauditError
from crmaudit.evidence import EXACT, Catalog, Column, ForeignKey, Index, Method, Provenance, Table

Rows = list[tuple[Any, ...]]

_DATABASE = """
SELECT current_setting('server_version'), pg_database_size(current_database()),
  EXISTS (SELECT FROM pg_namespace n WHERE {which})"""

_RELATIONS = """
SELECT c.oid, i.inhparent, n.nspname, c.relname, c.relkind,
  obj_description(c.oid, 'pg_class'), c.reltuples::float8, c.relpages, c.relispopulated,
  has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'),
  c.relrowsecurity, row_security_active(c.oid),
  EXISTS (SELECT FROM pg_inherits h JOIN pg_class k ON k.oid = h.inhrelid
          WHERE h.inhparent = c.oid AND NOT k.relispartition)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND c.relispartition
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ({which} OR c.relispartition)
ORDER BY n.nspname, c.relname"""

_COLUMNS = """
SELECT a.attrelid, a.attname,
  CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod)
       ELSE format_type(t.oid, a.atttypmod) END,
  NOT (a.attnotnull OR t.typnotnull),
  CASE WHEN a.attgenerated <> ''
         THEN 'GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ')'
       WHEN a.attidentity <> '' THEN 'GENERATED AS IDENTITY'
       ELSE coalesce(pg_get_expr(d.adbin, d.adrelid), '') END,
  coalesce(s.description, ''), has_column_privilege(c.oid, a.attnum, 'SELECT')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_description s ON s.classoid = 'pg_class'::regclass
    AND s.objoid = a.attrelid AND s.objsubid = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT c.relispartition AND {which}
ORDER BY a.attrelid, a.attnum"""

_KEYS = """
SELECT k.conrelid, k.contype, k.conname, rn.nspname, rc.relname,
  (SELECT json_agg(a.attname ORDER BY p.n) FROM unnest(k.conkey) WITH ORDINALITY p(num, n)
     JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.num)::text,
  (SELECT json_agg(a.attname ORDER BY p.n) FROM unnest(k.confkey) WITH ORDINALITY p(num, n)
     JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.num)::text
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_class rc ON rc.oid = k.confrelid
  LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace
WHERE k.contype IN ('p', 'f') AND k.conparentid = 0 AND {which}
ORDER BY k.conrelid, k.conname"""

_INDEXES = """
SELECT x.indrelid, ic.relname, x.indisunique AND x.indpred IS NULL,
  (SELECT json_agg(coalesce(a.attname, '(expression)') ORDER BY p.n)
     FROM unnest(x.indkey) WITH ORDINALITY p(num, n)
     LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = p.num AND p.num <> 0
     WHERE p.n <= x.indnkeyatts)::text
FROM pg_index x JOIN pg_class ic ON ic.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT c.relispartition AND {which}
ORDER BY x.indrelid, ic.relname"""

_SIZES = """
SELECT c.oid, pg_total_relation_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND ({which} OR c.relispartition)"""

# What servers before that version do not know yet.
_SINCE = ((120000, "a.attgenerated", "''"), (110000, "k.conparentid", "0"))


class _Relation(NamedTuple):
    oid: int
    parent: int | None
    schema: str
    name: str
    kind: str
    comment: str | None
    tuples: float
    pages: int
    populated: bool
    readable: bool
    row_security: bool
    row_security_applies: bool
    inherited: bool


def read_catalog(
    ask: Callable[[str, str], Rows],
    provenance: Provenance,
    schema: str,
    default_schema: str,
    version: int,
) -> Catalog:
    """Tables and views of one schema, or of every schema that is not the system's.

    `ask(sql, purpose)` sends a statement. Partitions are part of their parent.
    Raises CrmauditError where the schema does not exist.
    """
    which = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
    if schema:
        which = f"n.nspname = {literal(schema)}"

    def rows(sql: str, purpose: str) -> Rows:
        for since, new, instead in _SINCE:
            if version < since:
                sql = sql.replace(new, instead)
        return ask(sql.replace("{which}", f"({which})").strip(), purpose)

    ((banner, size, found),) = rows(_DATABASE, "read the version and the size of the database")
    if schema and not found:
        raise CrmauditError(f"the schema {schema!r} does not exist", "check its name")
    relations = [_Relation(*row) for row in rows(_RELATIONS, "list tables and views")]
    columns = _grouped(rows(_COLUMNS, "list the columns"))
    keys = _grouped(rows(_KEYS, "list the keys"))
    indexes = _grouped(rows(_INDEXES, "list the indexes"))
    notes = []
    sizes: dict[int, int | None] = {}
    try:
        sizes = dict(rows(_SIZES, "read the sizes of the tables"))
    except CrmauditError as error:
        # Sizes need a lock that a migration may hold; the audit does not.
        notes.append(error.problems[0].message)
    partitions: dict[int, list[_Relation]] = defaultdict(list)
    for relation in relations:
        if relation.parent is not None:
            partitions[relation.parent].append(relation)

    def shown(name: str) -> str:
        return "" if name == default_schema else name

    tables = []
    for relation in relations:
        if relation.parent is not None:
            continue
        leaves = list(_leaves(relation, partitions))
        own = columns.get(relation.oid, [])
        own_keys = keys.get(relation.oid, [])
        hidden = [name for name, *_, readable in own if not readable]
        tables.append(
            Table(
                name=relation.name,
                schema=shown(relation.schema),
                kind="view" if relation.kind in "vm" else "table",
                columns=tuple(Column(*column[:5]) for column in own),
                primary_key=next((_names(k[4]) for k in own_keys if k[0] == "p"), ()),
                foreign_keys=tuple(
                    ForeignKey(_names(own_names), table, _names(ref_names), shown(where), name)
                    for kind, name, where, table, own_names, ref_names in own_keys
                    if kind == "f"
                ),
                indexes=tuple(
                    Index(name, _names(names), unique)
                    for name, unique, names in indexes.get(relation.oid, ())
                ),
                comment=relation.comment or "",
                rows=_sum(_estimated_rows(leaf) for leaf in leaves),
                rows_method=EXACT if relation.kind == "v" else Method("estimate"),
                bytes=_sum(sizes.get(leaf.oid) for leaf in leaves),
                readable=relation.readable,
                note="; ".join(_notes(relation, hidden, len(leaves))),
            )
        )
    return Catalog(
        provenance=provenance,
        version=f"PostgreSQL {banner}",
        tables=tuple(tables),
        bytes=size,
        notes=tuple(notes),
    )


def literal(text: str) -> str:
    """The text as an SQL literal, whatever `standard_conforming_strings` says."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _grouped(rows: Rows) -> dict[int, Rows]:
    found: dict[int, Rows] = defaultdict(list)
    for table, *rest in rows:
        found[table].append(tuple(rest))
    return found


def _names(array: str | None) -> tuple[str, ...]:
    return tuple(json.loads(array)) if array else ()


def _leaves(relation: _Relation, partitions: dict[int, list[_Relation]]) -> Iterator[_Relation]:
    if relation.kind != "p":
        yield relation
    for child in partitions.get(relation.oid, ()):
        yield from _leaves(child, partitions)


def _estimated_rows(relation: _Relation) -> int | None:
    """What the server believes; it knows nothing of tables it never analysed."""
    never_analysed = relation.tuples < 0 or (relation.tuples == 0 and relation.pages == 0)
    return None if never_analysed or relation.kind == "v" else int(relation.tuples)


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _notes(relation: _Relation, hidden: list[str], leaves: int) -> Iterator[str]:
    if relation.kind == "p":
        yield f"partitioned, {leaves} partitions read as one table"
    if relation.kind == "f":
        yield "foreign table: its rows lie on another server"
    if relation.kind == "m":
        yield "materialised view"
        if not relation.populated:
            yield "never refreshed, it cannot be read"
    if relation.inherited:
        yield "reading it reads the tables that inherit from it too"
    if relation.row_security_applies:
        yield "row-level security is on: an empty table may mean that no tenant is set"
    elif relation.row_security:
        yield "row-level security is on, this account is exempt and sees all rows"
    if not relation.readable:
        yield "no right to read it"
    elif hidden:
        yield f"no right to read {', '.join(hidden)}"
