"""Keys and references, against what is declared, implied and counted.

On real CRMs and the demo: references by columns, target and type, over those
with values and those without; the orphans and sentinels of each that was found;
pairs; tables' keys. For the schemas of CRM products: by names only, against the
references of the product maps, over the columns that these name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.truth import ROOT, Case, Score
from crmaudit.evidence import Catalog, Column, Keys, Provenance, Table
from crmaudit.quality.collectors.keys import find_keys
from crmaudit.quality.products import recognise, resolve
from crmaudit.quality.references.candidates import Candidates
from crmaudit.quality.references.columns import Columns
from crmaudit.quality.references.judge import ENOUGH

DEVELOPED = ("suitecrm", "odoo", "fat_free_crm", "dolibarr", "dynamics")
HELD_OUT = ("vtiger", "salesforce", "espocrm")

Place = tuple[str, str, tuple[str, str] | None]
"""Column and target as `table.column`, and the type column with its value."""


def rows(case: Case) -> Iterable[Score]:
    with case.task() as task:
        keys = find_keys(task, products=case.maps)
    wanted = _wanted(case.truth)
    found: dict[Place, Any] = {
        (f"{r.table}.{'+'.join(r.columns)}", f"{r.to}.{'+'.join(r.to_columns)}", r.when): r
        for r in keys.references
    }
    filled = {f"{p.table}.{c.name}" for p in case.profiles for c in p.columns if c.filled}
    part = sum(p.seconds - p.understanding for p in case.profiles)
    note = f"{keys.seconds:.2f} s, {keys.seconds / part:.0%} of the profile" if part else ""

    def has_values(place: Place) -> bool:
        if place[2] is None:
            return place[0] in filled
        told, one = wanted.get(place), found.get(place)
        return bool((told or {}).get("non_null") or (one is not None and one.filled))

    for label, some in (("with values", True), ("without", False)):
        true = {p for p in wanted if has_values(p) is some}
        said = {p for p in found if has_values(p) is some}
        yield Score(f"references {label}", len(true & said), len(said), len(true), note)
    counted = [p for p in wanted if p in found and "orphan_rows" in (wanted[p] or {})]
    right = [p for p in counted if _counts(found[p]) == _told(wanted[p])]
    yield Score("orphans and sentinels", len(right), len(counted), len(counted))
    yield _pairs(case, keys)
    yield _keys(case, keys)


def _wanted(truth: dict[str, Any]) -> dict[Place, dict[str, Any]]:
    wanted: dict[Place, dict[str, Any]] = {}
    for source, target in truth["foreign_keys_declared"]:
        wanted[source, target, None] = {}
    for one in truth["foreign_keys_implied"]:
        when = next(iter((one.get("when") or {}).items()), None)
        wanted[one["from"], one["to"], when] = one
    for pair in truth["polymorphic"]:
        for value, target in (pair.get("targets") or {}).items():
            place = f"{pair['table']}.{pair['id_column']}", target, (pair["type_column"], value)
            rows, orphans = pair["rows"].get(value, 0), pair["orphan_rows"].get(value, 0)
            wanted[place] = {"non_null": rows, "orphan_rows": orphans}
    return wanted


def _counts(reference: Any) -> tuple[int, int]:
    return reference.orphans or 0, sum(reference.sentinels.values())


def _told(truth: dict[str, Any]) -> tuple[int, int]:
    return truth["orphan_rows"], truth.get("sentinel_rows", 0)


def _pairs(case: Case, keys: Keys) -> Score:
    true = {(p["table"], p["type_column"], p["id_column"]) for p in case.truth["polymorphic"]}
    said = {(p.table, p.type_column, p.id_column) for p in keys.polymorphic}
    more = " ".join(f"{t}.{c}" for t, _, c in sorted(said - true))
    return Score("pairs", len(true & said), len(said), len(true), f"not labelled: {more}")


def _keys(case: Case, keys: Keys) -> Score:
    """Of tables that hold entities, where the truth names their key."""
    true = {}
    for tables in case.truth["entities"].values():
        for table in tables:
            key = table.get("pk") or table.get("key")
            if key:
                true[table["table"]] = {key} if isinstance(key, str) else set(key)
    rows = {p.table: p.rows for p in case.profiles}
    true = {t: k for t, k in true.items() if rows.get(t)}
    said = {k.table: set(k.columns) for k in keys.keys if k.table in true}
    return Score("keys", sum(said[t] == true[t] for t in said), len(said), len(true))


def extra() -> Iterator[Score]:
    for label, names in (("developed on", DEVELOPED), ("held out", HELD_OUT)):
        for name in names:
            for file in sorted((ROOT / "tests" / "schemas").glob(f"{name}*.json")):
                found = _by_names(name, file)
                if found is not None:
                    right, said, wanted = found
                    what = f"{file.stem}, names only ({label})"
                    yield Score(what, right, said, wanted)


def _by_names(product: str, file: Path) -> tuple[int, int, int] | None:
    told = json.loads(file.read_text("utf-8"))["tables"]
    tables = tuple(
        Table(name, columns=tuple(Column(c, "") for c in columns)) for name, columns in told.items()
    )
    provenance = Provenance("", "", "", "", datetime(2026, 1, 1, tzinfo=UTC), "")
    catalog = Catalog(provenance, tables=tables)
    recognised = recognise(catalog)
    if recognised is None or recognised.product.id != product:
        return None
    known = resolve(recognised, catalog)
    wanted = {
        (r.table, r.columns[0]): r.to
        for r in known.references
        if r.when is None and len(r.columns) == 1
    }
    columns = Columns(catalog)
    candidates = Candidates(columns)
    right = said = 0
    for (table, column), to in wanted.items():
        there = columns.get(table, column)
        likely = [c for c in candidates.of(there) if not c.needs_data] if there else []
        if likely and likely[0].prior >= ENOUGH:
            said += 1
            right += likely[0].to.qualified == to
    return right, said, len(wanted)
