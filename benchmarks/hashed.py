"""What is lost when records are compared by keyed hashes in place of their values.

    python -m benchmarks hashed [SET…] [--data FOLDER]

The same records are compared twice: in clear, and by the hashes that a bundle
holds. Sets: febrl1, febrl3, febrl4 (each without the social-security number),
demo (20,000 contacts and the customers of billing). Hashes were tuned on
febrl1 and febrl3 only.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks import duplicates_sets
from benchmarks.duplicates import folder_of
from crmaudit.audit import Audit
from crmaudit.evidence import Catalog, EntityMap, Keys, TableProfile
from crmaudit.key import Key
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching.hashed import weighed
from crmaudit.quality.collectors.matching.hashed_bundle import (
    HashedEntity,
    Origin,
    write_hashed_bundle,
)
from crmaudit.quality.collectors.matching.hashing import SCHEMA, hash_records
from crmaudit.quality.collectors.matching.matching import match
from crmaudit.quality.collectors.matching.records import LISTS, make, stage
from crmaudit.quality.collectors.matching.standard import standardise
from crmaudit.quality.effective import effective
from crmaudit.quality.matching.recipes import recipes
from crmaudit.quality.plan import Plan
from crmaudit.sources import open_source

SETS = ("febrl1", "febrl3", "febrl4", "demo")
KEY = Key(b"a key of the benchmarks, no secret")
CONTACTS, SEED = 20_000, 90_210

Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Rates:
    precision: float
    recall: float
    seconds: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def run(arguments: Sequence[str]) -> None:
    wanted, data = folder_of(arguments)
    if unknown := [name for name in wanted if name not in SETS]:
        sys.exit(f"no set {', '.join(unknown)}; there are {', '.join(SETS)}")
    print("| set | by | precision | recall | F1 | seconds | MB per 100,000 |")
    print("|---|---|---|---|---|---|---|")
    for name in wanted or SETS:
        for by, rates, size in _both(name, data):
            told = f"{rates.precision:.3f} | {rates.recall:.3f} | {rates.f1:.3f}"
            print(f"| {name} | {by} | {told} | {rates.seconds:.1f} | {size} |", flush=True)


def _both(name: str, data: Path) -> list[tuple[str, Rates, str]]:
    with Engine(Plan(memory=1024), 2) as engine:
        across, truth = _demo(engine, data) if name == "demo" else _febrl(engine, name, data)
        began = time.monotonic()
        engine.run(lambda: match(engine, "person", within=not across))
        clear = _rates(engine, truth, across, time.monotonic() - began)
        began = time.monotonic()
        rows = engine.run(lambda: _hashes(engine))
        size = _size(rows, data)
        seconds = time.monotonic() - began
        hashed = _compared(engine, rows, truth, across)
    made = f"{size:.0f} (hashed in {seconds:.1f} s)"
    return [("values", clear, "–"), ("hashes", hashed, made)]


def _hashes(engine: Engine) -> pa.Table:
    standardise(engine, "person")
    return pa.Table.from_batches(hash_records(engine, KEY)[1], SCHEMA)


def _size(rows: pa.Table, data: Path) -> float:
    """MB of a bundle for each 100,000 records."""
    path = data / "hashed.zip"
    origin = Origin("crm", "", "", datetime.now(UTC), KEY.id)
    entity = HashedEntity("person", "person", ("people",), rows.num_rows)
    write_hashed_bundle(path, origin, [(entity, rows.to_batches())])
    size = path.stat().st_size / 1e6
    path.unlink()
    return size / rows.num_rows * 100_000


def _compared(engine: Engine, rows: pa.Table, truth: dict[Place, str], across: bool) -> Rates:
    places = {n: place for n, *place in engine.ask('SELECT n, system, tab, "key" FROM records')}
    number = {KEY.record(*place): n for n, place in places.items()}
    ns = [number[i] for i in rows["id"].to_pylist()]
    rows = rows.append_column("n", pa.array(ns, pa.int64()))
    rows = rows.append_column("system", pa.array([places[n][0] for n in ns]))
    with Engine(Plan(memory=1024), 2) as other:
        other.show(
            "rows",
            rows,
            "CREATE TABLE hashed AS SELECT n, system, * EXCLUDE (n, system) FROM rows ORDER BY n",
        )
        began = time.monotonic()
        other.run(lambda: weighed(other, "person", within=not across))
        seconds = time.monotonic() - began
        return _rates(other, truth, across, seconds, places)


def _rates(
    engine: Engine,
    truth: dict[Place, str],
    across: bool,
    seconds: float,
    places: dict[int, Any] | None = None,
) -> Rates:
    """Of the pairs of one thing, as found and as true."""
    places = places or {n: p for n, *p in engine.ask('SELECT n, system, tab, "key" FROM records')}
    found: dict[Any, list[int]] = defaultdict(list)
    true: dict[Any, list[int]] = defaultdict(list)
    for n, thing in engine.ask("SELECT n, thing FROM members ORDER BY n"):
        found[thing].append(n)
        whose = truth.get(tuple(places[n]))
        true[whose if whose is not None else ("alone", n)].append(n)

    def pairs(groups: dict[Any, list[int]]) -> set[tuple[int, int]]:
        return {
            pair
            for group in groups.values()
            for pair in combinations(sorted(group), 2)
            if not across or places[pair[0]][0] != places[pair[1]][0]
        }

    said, right = pairs(found), pairs(true)
    hits = len(said & right)
    return Rates(hits / max(len(said), 1), hits / max(len(right), 1), seconds)


def _febrl(engine: Engine, name: str, data: Path) -> tuple[bool, dict[Place, str]]:
    made = duplicates_sets.febrl(int(name[-1]), data, ssn=False)
    with (made.folder / "records.csv").open(encoding="utf-8", newline="") as file:
        rows = [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)]
    make(engine)
    table = pa.Table.from_pylist([{**r, "n": int(r["n"] or 0)} for r in rows])
    lists = ", ".join(f"CAST([] AS VARCHAR[]) AS {c}" for c in sorted(LISTS))
    engine.show(
        "rows", table, f"INSERT INTO records BY NAME SELECT *, {lists}, 1 AS filled FROM rows"
    )
    return made.across, _truth(made.folder / "truth.csv")


def _demo(engine: Engine, data: Path) -> tuple[bool, dict[Place, str]]:
    folder = duplicates_sets.demo(data, CONTACTS, SEED)
    audit = Audit(folder)
    newest = list(audit.store.newest())
    for system in ("crm", "billing"):
        own = [d for d in newest if d.provenance.system == system]
        catalog = next(d for d in own if isinstance(d, Catalog))
        measured = next((d for d in own if isinstance(d, EntityMap)), None)
        declared = audit.workspace.map_of.get(system)
        known = effective(system, declared, measured, audit.workspace.entity)
        assert known is not None
        wanted = [
            r
            for r in recipes(
                system,
                known,
                catalog,
                next((d for d in own if isinstance(d, Keys)), None),
                declared,
                [d for d in own if isinstance(d, TableProfile)],
            )
            if r.kind == "person"
        ]
        database = audit.workspace.system[system].database
        assert database is not None
        assert database.url is not None
        path = folder / database.url.removeprefix("sqlite:///")
        with open_source(f"sqlite:///{path}") as source:
            stage(engine, source, wanted)
    return True, _truth(duplicates_sets.demo_truth(folder, data / "demo-truth"))


def _truth(path: Path) -> dict[Place, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {(r["system"], r["tab"], r["key"]): r["thing"] for r in csv.DictReader(file)}
