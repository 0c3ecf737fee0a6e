"""How well pairs and clusters agree with what is true."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0000001)
"""Of the bins in which what was said is held against what is true."""


@dataclass(frozen=True, slots=True)
class Rates:
    """`found` pairs were said, `right` of them are true; there are `true` ones."""

    found: int
    right: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.true) if self.found + self.true else 1.0


@dataclass(frozen=True, slots=True)
class Share:
    """Pairs said to be same with a probability from `low` to below `high`."""

    low: float
    high: float
    pairs: int
    said: float
    true: float


@dataclass(frozen=True, slots=True)
class Score:
    """A matcher's outcome on one set.

    `best` is the highest F1 that any one threshold would give, which only
    somebody who knows the truth could pick. `groups` scores all pairs within
    a cluster. `estimate` is (value, low, high) of the records too many, of
    which there are `surplus` in truth.
    """

    pairs: Rates
    groups: Rates
    best: float
    candidates: int = 0
    reachable: int = 0
    shares: tuple[Share, ...] = ()
    surplus: int = 0
    estimate: tuple[float, float, float] | None = None
    seconds: float = 0.0
    memory: float = 0.0
    notes: tuple[str, ...] = field(default=())

    @property
    def holds(self) -> bool | None:
        """Whether the interval has the true number in it; None without an estimate."""
        if self.estimate is None:
            return None
        return self.estimate[1] <= self.surplus <= self.estimate[2]


def score(folder: Path, truth: Path, *, across: bool = False, **more: Any) -> Score:
    """The outcome in `folder`: `scored`, `members`, `records`, perhaps `candidates`, as files.

    `truth` is a CSV of `system, tab, key, thing`; a record that it does not
    name stands for itself. `across` counts only pairs of two systems.
    """
    with duckdb.connect() as db:
        for file in sorted(folder.iterdir()):
            if file.suffix in (".parquet", ".csv"):
                db.execute(f"CREATE VIEW {file.stem}_read AS SELECT * FROM '{file}'")
        db.execute(
            f"CREATE TABLE truth AS SELECT * FROM read_csv('{truth}', header = true, "
            "all_varchar = true)"
        )
        db.execute(
            "CREATE TABLE things AS SELECT r.n, r.system, "
            "coalesce('t' || t.thing, 'own' || r.n) AS thing FROM records_read r "
            "LEFT JOIN truth t ON r.system = t.system AND r.tab = t.tab AND r.key = t.key"
        )
        apart = "AND a.system <> b.system" if across else ""
        db.execute(
            "CREATE TABLE real AS SELECT a.n AS l, b.n AS r FROM things a JOIN things b "
            f"ON a.thing = b.thing AND a.n < b.n {apart}"
        )
        db.execute(
            "CREATE TABLE said AS SELECT s.l, s.r, s.weight, s.probability, s.state, "
            "s.state = 'same' AS taken, real.l IS NOT NULL AS good FROM scored_read s "
            "LEFT JOIN real ON s.l = real.l AND s.r = real.r"
        )
        true = _one(db, "SELECT count(*) FROM real")
        pairs = Rates(
            _one(db, "SELECT count(*) FROM said WHERE taken"),
            _one(db, "SELECT count(*) FROM said WHERE taken AND good"),
            true,
        )
        grouped = (
            "FROM (SELECT a.n AS l, b.n AS r FROM members_read a JOIN members_read b "
            "ON a.thing = b.thing AND a.n < b.n "
            "JOIN things ta ON ta.n = a.n JOIN things tb ON tb.n = b.n "
            f"{'WHERE ta.system <> tb.system' if across else ''}) g"
        )
        groups = Rates(
            _one(db, f"SELECT count(*) {grouped}"),
            _one(db, f"SELECT count(*) {grouped} JOIN real ON real.l = g.l AND real.r = g.r"),
            true,
        )
        candidates = "candidates_read" if (folder / "candidates.parquet").exists() else "said"
        return Score(
            pairs,
            groups,
            _best(db, true),
            _one(db, f"SELECT count(*) FROM {candidates}"),
            _one(db, f"SELECT count(*) FROM {candidates} JOIN real USING (l, r)"),
            _shares(db),
            _one(db, "SELECT count(*) - count(DISTINCT thing) FROM things"),
            **more,
        )


def labelled(folder: Path, pairs: list[tuple[int, int]]) -> list[tuple[bool, str, float]]:
    """Of pairs of records (by `n`): whether they came together, their state and probability."""
    with duckdb.connect() as db:
        thing = dict(_rows(db, f"SELECT n, thing FROM '{folder / 'members.parquet'}'"))
        wanted = ", ".join(f"({left}, {right})" for left, right in pairs)
        said = {
            (left, right): (str(state), float(p))
            for left, right, state, p in _rows(
                db,
                f"SELECT l, r, state, probability FROM '{folder / 'scored.parquet'}' "
                f"WHERE (l, r) IN (VALUES {wanted})",
            )
        }
    return [
        (left in thing and thing.get(left) == thing.get(right), *said.get((left, right), ("", 0.0)))
        for left, right in pairs
    ]


def _best(db: duckdb.DuckDBPyConnection, true: int) -> float:
    row = _rows(
        db,
        f"SELECT max(2.0 * hit / (seen + {true})) FROM (SELECT "
        "sum(good::INTEGER) OVER w AS hit, count(*) OVER w AS seen FROM said "
        "WINDOW w AS (ORDER BY probability DESC, weight DESC RANGE UNBOUNDED PRECEDING))",
    )
    return float(row[0][0] or 0.0)


def _shares(db: duckdb.DuckDBPyConnection) -> tuple[Share, ...]:
    found = []
    for low, high in pairwise(EDGES):
        pairs, said, right = _rows(
            db,
            "SELECT count(*), coalesce(avg(probability), 0), coalesce(avg(good::INTEGER), 0) "
            f"FROM said WHERE probability >= {low} AND probability < {high}",
        )[0]
        found.append(Share(low, min(high, 1.0), pairs, said, right))
    return tuple(found)


def _one(db: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(_rows(db, sql)[0][0])


def _rows(db: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return db.execute(sql).fetchall()
