"""Product maps alone: is the product recognised, and is what its map says true of the database.

`extra` recognises the public schemas that the maps were held against: each
by its own map, and by no other.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from benchmarks.truth import ROOT, Case, Score
from benchmarks.truth.semantic import KINDS
from crmaudit.evidence import Catalog, Column, MappedTable, Provenance, Table
from crmaudit.quality.products import Resolved, recognise, resolve
from crmaudit.sources.conditions import selected

_STAMPS = ("created_at", "created_by", "modified_at", "modified_by", "owner")
_SAME = {"secondary": "side", "extension": "side", "lookup": "side"}
"""Roles that the truths do not tell apart as product maps do."""


def rows(case: Case) -> Iterator[Score]:
    if not case.maps:
        return
    product = case.truth.get("crm", "")
    expected = product if product in ("civicrm", "fat_free_crm") else ""
    with case.task() as task:
        began = time.perf_counter()
        found = recognise(case.catalog, task.source.query)
        known = resolve(found, case.catalog) if found else None
        took = time.perf_counter() - began
        said = found.product.id if found else ""
        version = f", version {found.product.version}" if found else ""
        yield Score(
            "recognition",
            int(said == expected),
            1,
            1,
            f"{said or 'none'}{version}, {len(case.catalog.tables)} tables in {took:.3f} s",
        )
        if known is None:
            return
        yield from _mapped(case, known, task.source.query)
    yield _pairs(case.truth, known)
    for kind in ("email", "phone", "postcode", "birth_date", "consent"):
        yield from _meanings(kind, case.truth["semantic_columns"], known)


def _mapped(case: Case, known: Resolved, query: Any) -> Iterator[Score]:
    told = [t for tables in case.truth["entities"].values() for t in tables]
    ours: dict[str, list[MappedTable]] = {}
    for row in known.tables:
        ours.setdefault(row.table, []).append(row)
    yield Score("tables of entities", sum(t["table"] in ours for t in told), len(told), len(told))
    roles = sum(
        any(_role(r.role) == _role(t["role"]) for r in ours.get(t["table"], ())) for t in told
    )
    yield Score("their roles", roles, len(told), None)
    right = wanted = found = 0
    for one in told:
        row = _row(one, ours.get(one["table"], []))
        for stamp in _STAMPS if one["role"] == "primary" and row else ():
            true, said = one.get(stamp) or "", getattr(row, stamp)
            wanted, found = wanted + bool(true), found + bool(said)
            right += bool(true) and true == said
    yield Score("stamps and owners of primary tables", right, found, wanted)
    filtered = [t for t in told if t.get("row_filter")]
    same = 0
    for one in filtered:
        row = _row(one, ours.get(one["table"], []))
        if row and row.where:
            name = f"{one['table']}{selected(row.where)}"
            ((count,),) = query(f"SELECT count(*) FROM {name}", "rows of a part")
            ((true,),) = query(
                f"SELECT count(*) FROM {one['table']} WHERE {one['row_filter']}", "rows of a part"
            )
            same += count == true
    if filtered:
        yield Score("conditions that select the same rows", same, len(filtered), len(filtered))


def _row(told: Mapping[str, Any], rows: list[MappedTable]) -> MappedTable | None:
    """Of a table's rows the one with that condition, else the first."""
    value = str(told.get("row_filter", "")).partition("=")[2].strip()
    fits = (r for r in rows if value and value.strip("'") in r.where)
    return next(fits, rows[0] if rows else None)


def _role(role: str) -> str:
    return _SAME.get(role, role)


def _pairs(truth: Mapping[str, Any], known: Resolved) -> Score:
    told = {(p["table"], p["type_column"], p["id_column"]) for p in truth["polymorphic"]}
    ours = {(p.table, p.type_column, p.id_column) for p in known.polymorphic}
    more = f"{len(ours - told)} more than the truth names"
    return Score("polymorphic pairs", len(told & ours), len(told & ours), len(told), more)


def _meanings(kind: str, truth: Mapping[str, list[str]], known: Resolved) -> Iterator[Score]:
    told = set(truth.get(kind, ()))
    if not told:
        return
    types = KINDS[kind]
    meant = known.semantics.items()
    ours = {f"{t}.{c}" for t, columns in meant for c, type_ in columns.items() if type_ in types}
    yield Score(f"columns called {kind}", len(told & ours), len(ours), len(told))


def extra() -> Iterator[Score]:
    """The products' public schemas, by names only."""
    right, seconds, wrong = 0, 0.0, []
    files = sorted((ROOT / "tests" / "schemas").glob("*.json"))
    for file in files:
        told = json.loads(file.read_text("utf-8"))
        catalog = _catalog(told["tables"])
        began = time.perf_counter()
        found = recognise(catalog)
        if found:
            resolve(found, catalog)
        seconds = max(seconds, time.perf_counter() - began)
        right += bool(found and found.product.id == told["product"])
        if not found or found.product.id != told["product"]:
            wrong.append(file.stem)
    note = f"at most {seconds:.2f} s{', not: ' + ', '.join(wrong) if wrong else ''}"
    yield Score("public schemas recognised", right, len(files), len(files), note)


def _catalog(tables: Mapping[str, list[str]]) -> Catalog:
    provenance = Provenance("schema", "", "mysql", "", datetime(2026, 1, 1, tzinfo=UTC), "")
    made = (Table(t, columns=tuple(Column(c, "") for c in cs)) for t, cs in tables.items())
    return Catalog(provenance, tables=tuple(made))
