"""Planted faults of the demo, found without a rule: recall by plant, precision by table.

Only plants that show in a table by itself count as wanted: not what is missing,
orphaned or stale, nor conflicts between systems. A found cell that is in no
plant of any kind lowers the precision, even where it is odd in truth: planted
faults have consequences in other columns.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.truth import Case, Score
from crmaudit.demo import generate
from crmaudit.demo.claims import Planted
from crmaudit.evidence import Table
from crmaudit.quality.collectors.cells import cells
from crmaudit.sources import Source, open_source

# What shows in the table alone, by the end or a part of the plant's name.
_SHOWS = """
    placeholder invalid default future format swapped conflicts_postcode mojibake _variant overlap
    changed_before outlier negative closed_before due_before invoice_unknown
"""
CONTACTS = 5_000


def rows(case: Case) -> Iterable[Score]:
    """Nothing: only the demo says which cells are at fault."""
    return ()


def extra() -> Iterable[Score]:
    """Scores of a demo made anew."""
    with tempfile.TemporaryDirectory(prefix="crmaudit-bench-") as folder:
        truth = generate(Path(folder), contacts=CONTACTS)
        for system in truth.systems:
            plants = defaultdict(list)
            for plant in truth.plants:
                if plant.system == system.name:
                    plants[plant.table].append(plant)
            with open_source(f"sqlite:///{Path(folder) / system.file}") as source:
                tables = {t.name: t for t in source.catalog(system.name).tables}
                for name in sorted(plants):
                    yield from _of_table(source, tables[name], plants[name])


def _of_table(source: Source, table: Table, plants: Sequence[Planted]) -> Iterable[Score]:
    found: dict[int, set[str]] = defaultdict(set)
    for row, column, _ in cells(source, table):
        found[row].add(column)
    keys = {}
    for key in {p.key for p in plants}:
        # All columns: of one alone the rows may come in the order of an index.
        stream = source.stream(table, table.columns)
        values = [v for b in stream for v in b.column(key).to_pylist()]
        keys[key] = {value: row for row, value in enumerate(values)}
    planted = {
        (keys[p.key][str(k)], c) for p in plants for k in p.keys if str(k) in keys[p.key]
        for c in p.columns
    }  # fmt: skip
    wanted = [p for p in plants if any(s in p.name for s in _SHOWS.split())]
    for plant in wanted:
        at = [keys[plant.key].get(str(k)) for k in plant.keys]
        hit = sum(1 for row in at if row is not None and found[row] & set(plant.columns))
        yield Score(f"{plant.system}: {plant.name}", hit, hit, len(at), "recall only")
    marked = {(row, column) for row, columns in found.items() for column in columns}
    if marked:
        what = f"{plants[0].system}: {table.name}, cells in some plant"
        yield Score(what, len(marked & planted), len(marked), None)
