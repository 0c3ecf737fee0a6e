"""References that are not guessed: declared, mapped, or described by the product."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from crmaudit.evidence import Catalog, Reference, Table
from crmaudit.quality.references.tables import TableNames, of_value
from crmaudit.workspace.landscape import TableReference

_EQUALS = re.compile(r"\s*[\"`\[]?(\w+)[\"`\]]?\s*=\s*'((?:[^']|'')*)'\s*")

RELATIONSHIPS = (
    *("lhs_table", "lhs_key", "rhs_table", "rhs_key", "join_table", "join_key_lhs"),
    *("join_key_rhs", "relationship_role_column", "relationship_role_column_value"),
)
"""The columns of SugarCRM's table of relations and of those made after it."""

_NEEDED = RELATIONSHIPS[:4]


def declared(catalog: Catalog) -> Iterator[Reference]:
    """The foreign keys that the database declares; of a table elsewhere without its columns."""
    tables = {t.qualified: t for t in catalog.tables}
    for table in catalog.tables:
        for key in table.foreign_keys:
            schema = key.ref_schema or table.schema
            name = f"{schema}.{key.ref_table}" if schema else key.ref_table
            to = tables.get(name) or tables.get(key.ref_table)
            columns = key.ref_columns or (to.primary_key if to else ())
            where = to.qualified if to else name
            if len(columns) not in (0, len(key.columns)):
                columns = ()
            yield Reference(
                table.qualified, key.columns, where, tuple(columns), basis="declared",
                reasons=("the database declares it",),
            )  # fmt: skip


def mapped(
    references: Iterable[TableReference], catalog: Catalog
) -> Iterator[tuple[Reference, str]]:
    """References of the workspace's map, each with a condition that `when` cannot say.

    What the catalog does not have is left out; the rule CRD119 tells of it.
    """
    tables = {t.qualified: t for t in catalog.tables}
    for said in references:
        table, to = tables.get(said.table), tables.get(said.to)
        if table is None or to is None or not _has(table, said.columns):
            continue
        columns = said.to_columns or to.primary_key
        if not _has(to, columns):
            continue
        simple = _EQUALS.fullmatch(said.where)
        when = (simple[1], simple[2].replace("''", "'")) if simple else None
        if when and not _has(table, when[:1]):
            when = None
        reasons = ["the map says so"]
        if said.where and when is None:
            reasons.append(f"where {said.where}")
        yield (
            Reference(
                said.table, tuple(said.columns), said.to, tuple(columns), when, "map",
                reasons=tuple(reasons),
            ),
            "" if when else said.where,
        )  # fmt: skip


def is_relations(table: Table) -> bool:
    """Whether the table describes relations between tables, as SugarCRM's `relationships` does."""
    return {c.name.lower() for c in table.columns} >= set(_NEEDED)


def related(
    rows: Iterable[Mapping[str, str | None]], names: TableNames, source: str
) -> list[Reference]:
    """The references that rows of such a table describe; `source` is its name.

    What is not installed is left out, and so is a column that the rows send to
    several tables without a type that would tell which.
    """
    tables = {t.name.lower(): t for t in names.tables}
    found: list[Reference] = []
    for row in rows:
        for table, column, to, key, when in _described(row, tables, names):
            if _has(table, (column,)) and _has(to, (key,)):
                found.append(
                    Reference(
                        table.qualified, (column,), to.qualified, (key,), when, "dictionary", 0.95,
                        (f"{source} describes it",),
                    )
                )  # fmt: skip
    targets: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for one in found:
        targets[one.table, one.columns].add(one.to if one.when is None else "")
    plain = [r for r in found if r.when or targets[r.table, r.columns] == {r.to}]
    unique = {(r.table, r.columns, r.to, r.when): r for r in plain}
    return sorted(unique.values(), key=lambda r: (r.table, r.columns, r.when or ("", ""), r.to))


_Described = tuple[Table, str, Table, str, tuple[str, str] | None]


def _described(
    row: Mapping[str, str | None], tables: Mapping[str, Table], names: TableNames
) -> Iterator[_Described]:
    def table(name: str) -> Table | None:
        return tables.get((row.get(name) or "").lower())

    left, right, join = table("lhs_table"), table("rhs_table"), table("join_table")
    left_key, right_key = row.get("lhs_key") or "", row.get("rhs_key") or ""
    if left is None or right is None:
        return
    role = (row.get("relationship_role_column") or "").strip()
    value = (row.get("relationship_role_column_value") or "").strip()
    if row.get("join_table"):
        sides = ((left, left_key, "join_key_lhs"), (right, right_key, "join_key_rhs"))
        meant = of_value(value, names) if role and value else None
        for to, key, name in sides:
            if join is not None:
                when = (role, value) if meant == to and _has(join, (role,)) else None
                yield join, row.get(name) or "", to, key, when
        return
    # The many side has the reference; some rows are written the other way round.
    if _is_key(right, right_key) and not _is_key(left, left_key):
        left, left_key, right, right_key = right, right_key, left, left_key
    when = (role, value) if role and value and _has(right, (role,)) else None
    yield right, right_key, left, left_key, when


def _is_key(table: Table, column: str) -> bool:
    return table.primary_key == (column,) or (not table.primary_key and column == "id")


def _has(table: Table, columns: Sequence[str]) -> bool:
    there = {c.name for c in table.columns}
    return bool(columns) and all(c in there for c in columns)


def without_doubles(references: Iterable[Reference]) -> tuple[Reference, ...]:
    """One reference for the same columns, target and condition: that of the first who says it.

    Who is believed comes first. A later one who sends the same columns
    somewhere else under the same condition is not listened to, unless both
    stand in the database itself.
    """
    kept: dict[tuple[str, tuple[str, ...], tuple[str, str] | None], list[Reference]] = {}
    for one in references:
        there = kept.setdefault((one.table, one.columns, one.when), [])
        same = next((r for r in there if r.to == one.to), None)
        if same is not None:
            more = dict.fromkeys((*same.reasons, *one.reasons))
            there[there.index(same)] = replace(same, reasons=tuple(more))
        elif not there or one.basis == "declared":
            there.append(one)
    return tuple(r for group in kept.values() for r in group)
