"""Entity maps: which table holds which entity, in which rows, with which stamps.

`extra` judges the ten product schemas by their names alone, without rows,
types and keys; the product maps are the truth there. Those of `TUNED` were
looked at while the words were chosen, those of `HELD_OUT` never in detail.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchmarks.truth import ROOT, Case, Score
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, Keys, Provenance, Table
from crmaudit.evidence.entity_map import MappedTable

if TYPE_CHECKING:
    from crmaudit.evidence import EntityMap

MAPS = ROOT / "crmaudit" / "quality" / "products"
TUNED = ("suitecrm", "dolibarr", "espocrm", "odoo", "fat_free_crm")
HELD_OUT = ("vtiger", "dynamics", "salesforce", "civicrm", "hubspot")

_PARTY = frozenset({"person", "organisation", "household", "lead"})
# The truths have words of their own; where two kinds do justice to one, either is right.
_MEANT: Mapping[str, frozenset[str]] = {
    "Contact": frozenset({"person"}),
    "Account": frozenset({"organisation"}),
    "Donation": frozenset({"contribution"}),
    "Note": frozenset({"activity"}),
    "Group": frozenset({"segment", "team"}),
    "Tag": frozenset({"segment"}),
    "Permission": frozenset({"role"}),
    "Business unit": frozenset({"unit"}),
    "Subscription": frozenset({"segment", "contract", "membership"}),
    "Campaign response": frozenset({"campaign"}),
    "Address": _PARTY,
    "AuditTrail": frozenset({""}),
}
_STAMPS = ("created_at", "created_by", "modified_at", "modified_by", "owner", "soft_delete")
_SIDE = ("secondary", "extension")


def rows(case: Case) -> Iterator[Score]:
    found, took = _found(case)
    told = [(name, t) for name, tables in case.truth["entities"].items() for t in tables]
    by_table: dict[str, list[MappedTable]] = defaultdict(list)
    for row in found.tables:
        by_table[row.table].append(row)
    primary = [(n, t) for n, t in told if t["role"] == "primary" and n != "AuditTrail"]
    matched = [(t, _match(n, t, by_table[t["table"]])) for n, t in primary]
    rightly = [(t, m) for t, m in matched if m is not None and m.role == "primary"]
    said = [r for r in found.tables if r.role == "primary"]
    product = f"product {found.product.id}" if found.product else "no product"
    note = f"{len(case.catalog.tables)} tables in {took:.2f} s, {product}"
    yield Score("primary tables", len(rightly), len(said), len(primary), note)
    filtered = [(n, t) for n, t in primary if t.get("row_filter")]
    if filtered:
        right = sum(bool(_match(n, t, by_table[t["table"]], True)) for n, t in filtered)
        where = {t["table"] for _, t in filtered}
        used = [r for r in said if r.table in where]
        yield Score("conditions of rows", right, len(used), len(filtered))
    anyhow = [(n, t, _match(n, t, by_table[t["table"]])) for n, t in told]
    hits = [(t, row) for _, t, row in anyhow if row]
    answered = sum(
        any(r.entity or not all(_meant(n)) for r in by_table[t["table"]]) for n, t in told
    )
    yield Score("table to entity, any role", len(hits), answered, len(told))
    roles = sum(_same_role(t["role"], row.role) for t, row in hits)
    yield Score("role of those", roles, len(hits), None)
    yield _stamps(rightly)
    known = _product_rows(case)
    if known and not case.maps:
        ours, theirs = (
            {(r.table, r.entity) for r in rows if r.role == "primary"}
            for rows in (found.tables, known)
        )
        yield Score("primary tables of the product map", len(ours & theirs), len(ours), len(theirs))
    machinery = set(case.truth.get("system_tables", ()))
    if machinery:
        named = {r.table for r in found.tables if r.role in ("system", "log")}
        logs = {t["table"] for _, t in told if t["role"] == "log"}
        yield Score(
            "machinery", len(named & machinery), len(named - (logs - machinery)), len(machinery)
        )


def _product_rows(case: Case) -> tuple[MappedTable, ...]:
    """What the product map says, a second truth for what is inferred without it."""
    from crmaudit.quality.products import recognise, resolve

    recognised = recognise(case.catalog)
    return resolve(recognised, case.catalog).tables if recognised else ()


def _found(case: Case) -> tuple[EntityMap, float]:
    from crmaudit.quality.collectors.entities import entity_map
    from crmaudit.quality.collectors.keys import collector

    with case.task() as task:
        keys: list[Any] = []
        with suppress(CrmauditError):
            keys = [d for d in collector.collect(task) if isinstance(d, Keys)]
    with case.task(*keys) as task:
        began = time.perf_counter()
        return entity_map(task, products=case.maps), time.perf_counter() - began


def _match(
    name: str, told: Mapping[str, Any], found: Iterable[MappedTable], exactly: bool = False
) -> MappedTable | None:
    """The row that says what the truth says; `exactly`: with its condition too."""
    meant = _meant(name)
    if told["role"] in _SIDE and meant & _PARTY:
        meant = meant | _PARTY
    for row in found:
        if row.entity in meant and (not exactly or _same_rows(told.get("row_filter", ""), row)):
            return row
    return None


def _meant(name: str) -> frozenset[str]:
    return _MEANT.get(name, frozenset({name.lower()}))


def _same_rows(wanted: str, row: MappedTable) -> bool:
    marked = row.test_rows.replace("= 1", "= 0")
    return _plain(wanted) in (_plain(row.where), _plain(marked))


def _plain(condition: str) -> str:
    return re.sub(r"[\s\"`()]", "", condition).lower()


def _same_role(wanted: str, found: str) -> bool:
    return wanted == found or (wanted in _SIDE and found in _SIDE)


def _stamps(matched: Iterable[tuple[Mapping[str, Any], MappedTable]]) -> Score:
    right = found = wanted = 0
    for told, row in matched:
        for stamp in _STAMPS:
            true, said = told.get(stamp), getattr(row, stamp)
            if isinstance(true, dict):
                true = true["column"]
            wanted += bool(true)
            found += bool(said)
            right += bool(true and said and str(true) in said)
    return Score("stamps, owners, deletion of primary tables", right, found, wanted)


def extra() -> Iterator[Score]:
    """The product schemas by names only."""
    for title, products in (("tuned", TUNED), ("held out", HELD_OUT)):
        total: Counter[str] = Counter()
        for product in products:
            counts = _by_names(product)
            total.update(counts)
            yield from _scores(f"names only, {product} ({title})", counts)
        yield from _scores(f"names only, {title} together", total)


def _scores(what: str, counts: Mapping[str, int]) -> Iterator[Score]:
    yield Score(f"{what}: primary", counts["primary right"], counts["primary"], counts["wanted"])
    yield Score(
        f"{what}: any role",
        counts["right"],
        counts["answered"],
        counts["labelled"],
        f"{counts['seconds']} ms for {counts['tables']} tables",
    )


def _by_names(product: str) -> Counter[str]:
    import yaml

    from crmaudit.quality.entities.inference import Inferring

    text = (MAPS / f"{product}.yaml").read_text("utf-8")
    labels: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in yaml.safe_load(text)["tables"]:
        labels[row["table"]].add((row.get("entity") or "", row.get("role") or "primary"))
    catalog = _catalog(product)
    began = time.perf_counter()
    found = Inferring(catalog).infer().tables
    counts = Counter(seconds=round(1000 * (time.perf_counter() - began)))
    counts["tables"] = len(catalog.tables)
    for table in catalog.tables:
        told = {pair for pair in labels.get(table.name, set()) if pair[0]}
        said = {(r.entity, r.role) for r in found if r.table == table.name and r.entity}
        if not told:
            continue
        entities = {e for e, _ in told}
        counts["labelled"] += 1
        counts["answered"] += bool(said)
        counts["right"] += bool(entities & {e for e, _ in said})
        first, ours = ({e for e, r in pairs if r == "primary"} for pairs in (told, said))
        counts["wanted"] += bool(first)
        counts["primary"] += bool(ours)
        counts["primary right"] += bool(first & ours)
    return counts


def _catalog(product: str) -> Catalog:
    told = json.loads((ROOT / "tests" / "schemas" / f"{product}.json").read_text("utf-8"))
    provenance = Provenance(product, "", "sqlite", "", datetime(2026, 1, 1, tzinfo=UTC), "")
    return Catalog(
        provenance,
        tables=tuple(
            Table(name, columns=tuple(Column(c, "") for c in columns))
            for name, columns in sorted(told["tables"].items())
        ),
    )
