"""Our matcher in a process of its own, so that its time and memory are its own.

    python -m benchmarks.duplicates_child stage RECORDS.csv KIND OUT [across]
    python -m benchmarks.duplicates_child collect WORKSPACE OUT [KIND,…]

`stage` puts a file of records into the table of staged records and matches
them. `collect` is `crmaudit collect --only …`, with what it found out of every
match put down. Both write Parquet files and `outcome.json` into OUT, or a
folder `KIND-SYSTEM` of it.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

LISTS = ("emails", "phones", "identifiers")
MEMORY = 1024
"""MiB for the engine, as the collector allows it."""


def stage(file: str, kind: str, out: str, *mode: str) -> None:
    from crmaudit.quality.collectors.engine import Engine
    from crmaudit.quality.collectors.matching.matching import match
    from crmaudit.quality.collectors.matching.records import make
    from crmaudit.quality.plan import Plan

    rows = read(Path(file))
    table = pa.table(
        {
            name: pa.array([r[name] for r in rows], pa.list_(pa.string()))
            if name in LISTS
            else pa.array([r[name] for r in rows], pa.string())
            for name in rows[0]
        }
    )
    with Engine(Plan(memory=MEMORY), min(4, os.cpu_count() or 1)) as engine:
        make(engine)
        names = [n for n in table.column_names if n != "n"]
        listed = ", ".join(f'"{n}"' for n in names)
        engine.run(
            lambda: engine.show(
                "given_rows",
                table,
                f"INSERT INTO records (n, {listed}) SELECT n::BIGINT, {listed} FROM given_rows",
            )
        )
        began = time.perf_counter()
        across = "across" in mode
        matched = match(engine, kind, within=not across, across=across)
        _put_down(engine, matched, Path(out), time.perf_counter() - began)


def collect(workspace: str, out: str, only: str = "duplicates") -> None:
    from crmaudit.cli import main
    from crmaudit.quality.collectors.matching import matching

    inner: Callable[..., Any] = matching.match

    def recorded(engine: Any, kind: str, *args: Any, **more: Any) -> Any:
        began = time.perf_counter()
        matched = inner(engine, kind, *args, **more)
        took = time.perf_counter() - began
        systems = [s for (s,) in engine.ask("SELECT DISTINCT system FROM records ORDER BY 1")]
        _put_down(engine, matched, Path(out) / f"{kind}-{'+'.join(systems)}", took)
        return matched

    matching.match = recorded
    sys.argv = ["crmaudit", "collect", "-w", workspace, "--only", only]
    main()


def read(file: Path) -> list[dict[str, Any]]:
    """Rows of a CSV of records; lists are parted by " | ", empty cells are null."""
    with file.open(encoding="utf-8", newline="") as stream:
        return [
            {k: None if v == "" else v.split(" | ") if k in LISTS else v for k, v in r.items()}
            for r in csv.DictReader(stream)
        ]


def _put_down(engine: Any, matched: Any, out: Path, seconds: float) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    out.mkdir(parents=True, exist_ok=True)
    wanted = {
        "records": "SELECT n, system, tab, key FROM records ORDER BY n",
        "members": "SELECT n, thing FROM members ORDER BY n",
        "scored": "SELECT l, r, weight, probability, state, rule FROM scored ORDER BY l, r",
        "candidates": "SELECT l, r FROM candidates ORDER BY l, r",
    }
    there = {t for (t,) in engine.ask("SELECT table_name FROM information_schema.tables")}
    for name, sql in wanted.items():
        if name in there:
            _write(engine, sql, out / f"{name}.parquet")
    systems = [s for (s,) in engine.ask("SELECT DISTINCT system FROM records ORDER BY 1")]
    outcome: dict[str, Any] = {
        "seconds": seconds,
        "memory": memory,
        "matching": asdict(matched.matching),
        "systems": systems,
    }
    if not matched.matching.cannot:
        outcome["surplus"] = {s: matched.surplus(s) for s in systems}
        outcome["estimated"] = {s: asdict(matched.estimated(s)) for s in systems}
        outcome["between"] = {
            f"{a}+{b}": [asdict(e) for e in matched.between(a, b)]
            for i, a in enumerate(systems)
            for b in systems[i + 1 :]
        }
    (out / "outcome.json").write_text(json.dumps(outcome, default=str), encoding="utf-8")


def _write(engine: Any, sql: str, file: Path) -> None:
    writer: pq.ParquetWriter | None = None
    for batch in engine.batches(sql):
        writer = writer or pq.ParquetWriter(file, batch.schema)
        writer.write_batch(batch)
    if writer:
        writer.close()


if __name__ == "__main__":
    {"stage": stage, "collect": collect}[sys.argv[1]](*sys.argv[2:])
