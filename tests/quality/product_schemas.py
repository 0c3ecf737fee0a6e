"""The public schemas of the mapped products, and every name that a product map holds.

`tests/schemas/*.json` have the tables that the maps name, cut from the
products' own sources: facts, no code. Each says version, source, commit and
licence of what it was read from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from crmaudit.evidence import Catalog, Column, Table
from crmaudit.evidence.provenance import Provenance
from crmaudit.quality.products import ProductMap
from crmaudit.quality.products.conditions import names, parse
from crmaudit.quality.products.product_map import Pair, Target
from crmaudit.workspace.accounts import COLUMN, TABLE, TEST, Part

FOLDER = Path(__file__).parents[1] / "schemas"
SCHEMAS = sorted(p.stem for p in FOLDER.glob("*.json"))

Named = tuple[str, str, str]
"""Where it stands in the map, the table, the column or ""."""


@cache
def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def catalog(tables: dict[str, list[str]], engine: str = "mysql", type_: str = "text") -> Catalog:
    """A catalog of these tables, every column of one type."""
    when = datetime(2026, 1, 1, tzinfo=UTC)
    made = (Table(t, columns=tuple(Column(c, type_) for c in cs)) for t, cs in tables.items())
    provenance = Provenance("crm", "nowhere", engine, "none", when, "test")
    return Catalog(provenance, tables=tuple(made))


def of_schema(name: str, engine: str = "mysql", type_: str = "text") -> Catalog:
    return catalog(schema(name)["tables"], engine, type_)


def named(m: ProductMap) -> Iterator[Named]:
    """Every table and column that the map names, but for patterns."""
    how = m.recognise
    for table in how.tables:
        yield "recognise", table, ""
    for place in how.columns:
        yield _place("recognise", place)
    for version in how.version:
        yield from _marked("version", version)
    for edition in (*how.editions, *how.parts):
        for table in (*edition.when.tables, *edition.when.without):
            yield "edition", table, ""
        for place in edition.when.columns:
            yield _place("edition", place)
    for row in m.tables:
        yield from _marked("tables", row)
        for what in ("created_at", "created_by", "modified_at", "modified_by", "owner"):
            yield from _column("tables", row.table, getattr(row, what) or "")
        yield from _column("tables", row.table, row.last_login)
        for column in row.columns:
            yield "columns", row.table, column
        for text in row.where:
            if text:
                yield from _tested("where", row.table, text)
        for there, here in (row.join or {}).items():
            yield _place("join", there)
            yield "join", row.table, here
    for what in ("created_at", "created_by", "modified_at", "modified_by", "owner"):
        if "." in getattr(m.defaults, what):
            yield _place("defaults", getattr(m.defaults, what))
    for there in m.defaults.join:
        yield _place("defaults", there)
    yield from _contact_points(m)
    for pair in m.polymorphic:
        yield from _marked("polymorphic", pair)
        for target in pair.values.values():
            if isinstance(target, Target):
                yield "polymorphic", target.table, target.column
            else:
                yield "polymorphic", target, ""
    for reference in m.references:
        if reference.table:
            yield from _marked("references", reference)
        yield "references", reference.to, ""
        for column in reference.to_columns:
            yield "references", reference.to, column
    for part in (*m.users, *m.sessions, *m.history, *([m.codes] if m.codes else ())):
        yield from _marked(type(part).__name__.lower(), part)
    for field in type(m.access).model_fields:
        value = getattr(m.access, field)
        if isinstance(value, tuple):
            for part in value:
                yield from _marked(f"access {field}", part)
    if m.codes:
        yield "codes", m.codes.group_table, m.codes.group_name
        for place in m.codes.columns:
            yield _place("codes", place)
    for dictionary in m.dictionary:
        yield from _marked("dictionary", dictionary)
        for there, here in dictionary.join.items():
            yield _place("dictionary", there)
            yield "dictionary", dictionary.table, here
        for text in (dictionary.relation.columns() if dictionary.relation else {}).values():
            yield from _column("dictionary", dictionary.table, text)
        for table in dictionary.called.values():
            yield "dictionary", table, ""
    for table, headings in m.labels.items():
        for column in headings:
            yield "labels", table, column


def patterns(m: ProductMap) -> Iterator[str]:
    """Patterns of tables that the product ships; those of own fields' tables fit none."""
    yield from m.system
    yield from m.system_but


def each(m: ProductMap) -> Iterator[str]:
    """Columns that some tables have, whichever."""
    yield from (r.each for r in m.references if r.each)
    defaults = m.defaults
    stamps = ("created_at", "created_by", "modified_at", "modified_by", "owner")
    yield from (getattr(defaults, s) for s in stamps if "." not in getattr(defaults, s))
    yield from defaults.key
    for what in ("soft_delete", "archived", "test_rows", "automatic"):
        text = getattr(defaults, what)
        if text and "." not in text:
            yield from (column for _, column in names(parse(text), ""))


def _place(where: str, place: str) -> Named:
    table, _, column = place.rpartition(".")
    return where, table, column


def _column(where: str, table: str, column: str) -> Iterator[Named]:
    if column:
        yield _place(where, column) if "." in column else (where, table, column)


def _tested(where: str, table: str, text: str) -> Iterator[Named]:
    for of, column in names(parse(text), table):
        yield where, of, column


def _contact_points(m: ProductMap) -> Iterator[Named]:
    for place in m.contact_points:
        yield from _marked("contact_points", place)
        for here, there in place.on.items():
            yield "contact_points", place.table, here
            if place.to:
                yield "contact_points", place.to, there
        if place.via:
            via = place.via
            for column in (via.column, via.type, via.id):
                yield "contact_points", via.table, column
            yield "contact_points", place.table, via.to
            yield from _tested("contact_points", via.table, via.where) if via.where else ()


def _marked(where: str, part: Any) -> Iterator[Named]:
    """Names in the fields of a part that are marked as such."""
    table = "" if isinstance(part, Pair) and not part.table else part.table
    for field, info in type(part).model_fields.items():
        value = getattr(part, field)
        marks = {m for m in info.metadata if isinstance(m, str)}
        if isinstance(value, Part):
            yield from _marked(where, value)
        elif TABLE in marks and value:
            yield where, value, ""
        elif COLUMN in marks:
            for column in value if isinstance(value, tuple) else (value,):
                # The columns of a table found by a pattern differ from one to the next.
                if column and table:
                    yield where, table, column
        elif TEST in marks and value and table:
            yield from _tested(where, table, value)
