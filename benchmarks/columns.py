"""How often a column of a foreign spreadsheet is guessed right, and how fast.

The labelled sets stand in `column_sets/`: headers as tools export them or
people write them, with a few made-up rows. `held_out` was written before the
guessing was, and its single failures were never looked at.
"""

from __future__ import annotations

import csv
import io
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from benchmarks.measure import function, table

SETS = Path(__file__).parent / "column_sets"
ROWS = 10_000
AS_OF = date(2026, 6, 1)
"""The day that all sets speak of."""


@dataclass(frozen=True)
class Outcome:
    """One labelled set: whether its rows were known, and its columns by how they were guessed.

    `right` columns went where they should; `wrong` ones elsewhere, `missed` ones
    nowhere; `left` ones rightly nowhere.
    """

    name: str
    rows_known: bool
    right: int
    wrong: int
    missed: int
    left: int
    faults: tuple[str, ...]


def outcomes(folder: str) -> Iterator[Outcome]:
    """The guess of every set in the folder held against its truth."""
    for path in sorted((SETS / folder).glob("*.yaml")):
        yield outcome(path)


def outcome(path: Path) -> Outcome:
    from crmaudit.exchange.foreign_sheet import guess

    known = yaml.safe_load(path.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "list.csv"
        file.write_text(known["table"], encoding="utf-8")
        found = guess(file, None, as_of=AS_OF)
    counts: Counter[str] = Counter()
    faults = []
    if found.rows != known["rows"]:
        faults.append(f"rows are {known['rows']}, guessed {found.rows}")
    goes = {rule.column: rule.to for rule in found.columns}
    for header, truth in known["truth"].items():
        accepted = truth if isinstance(truth, list) else [truth]
        guessed = goes.get(" ".join(header.split()))
        if guessed in accepted:
            counts["right" if guessed else "left"] += 1
            continue
        counts["wrong" if guessed else "missed"] += 1
        faults.append(f"{header!r} is {truth}, guessed {guessed}")
    return Outcome(
        path.stem,
        found.rows == known["rows"],
        counts["right"],
        counts["wrong"],
        counts["missed"],
        counts["left"],
        tuple(faults),
    )


def run() -> None:
    print("### Columns guessed\n")
    print("| sets | n | rows known | columns taken | precision | recall |")
    print("|---|---:|---:|---:|---:|---:|")
    for folder in ("tuned", "held_out"):
        found = list(outcomes(folder))
        right = sum(o.right for o in found)
        taken = right + sum(o.wrong for o in found)
        meant = right + sum(o.missed for o in found) + sum(_meant_elsewhere(o) for o in found)
        print(
            f"| {folder} | {len(found)} | {sum(o.rows_known for o in found)} | {taken} "
            f"| {right / taken:.3f} | {right / meant:.3f} |"
        )
    print()
    _speed()


def _meant_elsewhere(outcome: Outcome) -> int:
    """Wrong columns that should have gone somewhere: they count against recall too."""
    return sum(", guessed None" not in f and " is None" not in f for f in outcome.faults) - (
        not outcome.rows_known
    )


def _speed() -> None:
    from crmaudit.exchange.foreign_sheet import guess, read_mapped

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "portfolio.csv"
        path.write_text(portfolio(ROWS), encoding="utf-8")
        found = guess(path, None)
        table(
            f"A portfolio of {ROWS:,} rows × 12 columns",
            [
                ("csv.reader", function(lambda: list(csv.reader(path.open(encoding="utf-8"))))),
                ("guess the map", function(lambda: guess(path, None))),
                ("read by the map", function(lambda: read_mapped(path, None, found))),
            ],
        )


def portfolio(count: int) -> str:
    """A home-made list of systems with the usual columns."""
    rng = random.Random(5)
    people = [f"{a} {b}" for a in ("Mara", "Teo", "Ines", "Jonas") for b in ("Brandt", "Okonjo")]
    header = (
        "System,Description,Vendor,Business owner,IT owner,Annual cost 2025,Users,Status,"
        "Live since,Contract end,Criticality,Comments"
    )
    rows: list[list[Any]] = [header.split(",")]
    rows += (
        [
            f"System {i:05}",
            f"Keeps records of kind {i % 97}",
            rng.choice(("Corvid Systems", "Tallow & Finch", "Postwave Ltd")),
            rng.choice(people),
            rng.choice(people),
            f"£{rng.randint(0, 90_000):,}.00",
            rng.randint(0, 900),
            rng.choice(("Live", "Planned", "Retired", "Phase out")),
            f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(2001, 2025)}",
            f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(2026, 2031)}",
            rng.choice(("High", "Medium", "Low", "Mission critical")),
            "" if rng.random() < 0.7 else f"asked for a change in {rng.randint(1, 12)} places",
        ]
        for i in range(count)
    )
    with io.StringIO(newline="") as buffer:
        csv.writer(buffer).writerows(rows)
        return buffer.getvalue()
