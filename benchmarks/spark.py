"""Seconds to weigh the same candidates on this machine's DuckDB and on a Spark cluster.

    python -m benchmarks spark [RECORDS…]

The cluster is the one that CRMAUDIT_SPARK names, else two executors on this
machine. 5,000 and 200,000 records unless others are named. Needs pyspark and Java.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import matching, model, spark
from crmaudit.quality.collectors.matching.candidates import candidates
from crmaudit.quality.collectors.matching.estimating import Vectors
from crmaudit.quality.collectors.matching.records import LISTS, make
from crmaudit.quality.collectors.matching.standard import standardise
from crmaudit.quality.plan import Plan

RECORDS = (5_000, 200_000)
HERE = "local-cluster[2,1,1024]"


def run(arguments: Sequence[str]) -> None:
    sizes = [int(a.replace(",", "")) for a in arguments] or list(RECORDS)
    began = time.monotonic()
    with spark.session(spark.master() or HERE) as (session, folder):
        print(f"The cluster was there after {time.monotonic() - began:.1f} s.\n")
        print(
            "| records | candidates | not hopeless | DuckDB s | Spark s | only by one of them "
            "| degrees that differ |"
        )
        print("|---|---|---|---|---|---|---|")
        for number, size in enumerate(sizes):
            own = folder / str(number)
            own.mkdir()
            with Engine(Plan(memory=1024), 2) as engine:
                _made(engine, size)
                standardise(engine, "person")
                candidates(engine, "person")
                specs = matching.usable(engine, "person")
                start = model.defaults(specs, size * (size - 1) / 2, size)
                began = time.monotonic()
                here = model.Vectoriser(engine, specs)
                one = here.vectors("candidates", start, model.HOPELESS)
                mine = time.monotonic() - began
                began = time.monotonic()
                there = spark.SparkVectoriser(engine, specs, session, own)
                other = there.vectors("candidates", start, model.HOPELESS)
                theirs = time.monotonic() - began
                ((pairs,),) = engine.ask("SELECT count(*) FROM candidates")
            mine_only, theirs_only, apart = _apart(one, other)
            print(
                f"| {size:,} | {pairs:,} | {len(one):,} | {mine:.1f} | {theirs:.1f}"
                f" | {mine_only:,} and {theirs_only:,} | {apart:.4%} |",
                flush=True,
            )


def _apart(one: Vectors, other: Vectors) -> tuple[int, int, float]:
    """Pairs that only one of them kept, and the share of degrees that differ in the rest."""
    mine = (one.left << 32) | one.right
    theirs = (other.left << 32) | other.right
    _, here, there = np.intersect1d(mine, theirs, return_indices=True)
    share = (one.levels[here] != other.levels[there]).mean() if len(here) else 0.0
    return len(mine) - len(here), len(theirs) - len(there), float(share)


def _made(engine: Engine, size: int) -> None:
    """People with made-up names, one in ten entered twice with a slip of the pen."""
    r = random.Random(7)
    parts = ["ba", "ke", "li", "mo", "nu", "ra", "si", "to", "ve", "za", "dor", "fel", "gan", "hus"]

    def name() -> str:
        return "".join(r.choice(parts) for _ in range(r.randint(2, 4)))

    given = [name() for _ in range(800)]
    family = [name() for _ in range(max(500, size // 20))]
    rows: list[dict[str, object]] = []
    while len(rows) < size:
        one: dict[str, object] = {
            "given": r.choice(given),
            "family": r.choice(family),
            "street": f"{name()} street",
            "house_number": str(r.randint(1, 200)),
            "postcode": f"{r.randint(10000, 10000 + size // 10)}",
            "birth_date": f"{r.randint(1930, 2006)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}",
        }
        rows.append(one)
        if r.random() < 0.1:
            text = str(one["family"])
            rows.append({**one, "family": text[1:], "street": f"{name()} street"})
    make(engine)
    table = pa.Table.from_pylist(
        [{"n": n, "system": "crm", "tab": "p", "key": str(n), **r} for n, r in enumerate(rows)]
    )
    lists = ", ".join(f"CAST([] AS VARCHAR[]) AS {c}" for c in sorted(LISTS))
    engine.show(
        "rows", table, f"INSERT INTO records BY NAME SELECT *, {lists}, 1 AS filled FROM rows"
    )
