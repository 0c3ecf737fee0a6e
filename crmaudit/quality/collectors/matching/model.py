"""The model that weighs agreement, by Splink on the engine's DuckDB.

Splink makes vectors of agreement of pairs, with the frequency of what they agree on. What it is
told to compare follows from what is filled (`levels.specs`); how much each degree of agreement
weighs is learnt by `estimating`. `Model.settings` is the trained model as Splink reads it, so
that the same can be run elsewhere (Spark).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crmaudit.evidence.match import Comparison, Level
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import estimating, hopeless
from crmaudit.quality.collectors.matching.estimating import RELATIONS, Chance, Parameters, Vectors
from crmaudit.quality.collectors.matching.hopeless import HOPELESS
from crmaudit.quality.collectors.matching.levels import DERIVED, Grade, Spec, selected

RANDOM_PAIRS = 300_000
"""So many pairs at random tell how often different records agree."""

TRAINING_PAIRS = 100_000
"""So many candidates are learnt from."""

FIRST_LOOK = 2_000_000
"""So many candidates tell what the others are looked at with."""

KEPT = 3_000_000
"""More plausible candidates than this are not kept; the best ones are."""

AT_ONCE, MANY = 500_000, 400_000
"""More pairs than `MANY` are looked at by blocks of so many records on either side: all that is
compared of both is joined to them, for which an engine's memory would be too small otherwise."""

_COMPARED, _BLOCKED, _RANDOM = "compared_columns", "blocked_pairs", "random_pairs"
_HOPEFUL, _FIRST = "hopeful_pairs", "first_pairs"


@dataclass(slots=True)
class Model:
    """What was learnt. `kept` are the candidates worth a look, the rest are hopeless."""

    specs: tuple[Spec, ...]
    parameters: Parameters
    kept: Vectors
    candidates: int
    pairs: float
    notes: tuple[str, ...] = ()

    def settings(self) -> dict[str, Any]:
        """The model as a settings dictionary of Splink, for records with the column `n`."""
        p = self.parameters
        return _settings(self.specs, p.m, p.u, p.same)

    def comparisons(self) -> tuple[Comparison, ...]:
        """The degrees of agreement with what was learnt of them, for the evidence."""
        p = self.parameters
        return tuple(
            Comparison(
                spec.attribute,
                tuple(
                    Level(
                        grade.label,
                        round(float(min(m, 1.0)), 9),
                        round(float(u), 9),
                        round(float(np.log2(m / u)), 4),
                    )
                    for grade, m, u in zip(spec.grades, p.m[k], p.u[k], strict=True)
                ),
            )
            for k, spec in enumerate(self.specs)
        )


class Vectoriser:
    """Splink over one table of standardised records: pairs in, vectors of agreement out."""

    def __init__(self, engine: Engine, specs: Sequence[Spec]) -> None:
        from splink import DuckDBAPI

        self._engine = engine
        self._specs = specs
        self._rare = hopeless.rare(specs)
        shares = "".join(
            f" LEFT JOIN (SELECT {sql} AS v,"
            " (-log2(count(*) / sum(count(*)) OVER ()))::FLOAT AS bits"
            f" FROM standard WHERE {sql} IS NOT NULL GROUP BY 1) AS of_{c} ON of_{c}.v = {sql}"
            for c, sql in ((c, DERIVED.get(c, c)) for c in self._rare)
        )
        columns = ("n", *_columns(specs), *(f"of_{c}.bits AS rare_{c}" for c in self._rare))
        engine.ask(
            f"CREATE OR REPLACE TEMP TABLE {_COMPARED} AS SELECT {', '.join(columns)}"
            f" FROM standard{shares}"
        )
        own = [f"rare_{c}" for c in self._rare]
        listed = f"* EXCLUDE ({', '.join(own)})" if own else "*"
        engine.ask(
            f"CREATE OR REPLACE TEMP VIEW {_COMPARED}_only AS SELECT {listed} FROM {_COMPARED}"
        )
        with _quiet():
            self._api = engine.lend(DuckDBAPI)
            self._records = self._api.register(f"{_COMPARED}_only", table_name="records_compared")
        self._made = 0

    def vectors(self, pairs: str, p: Parameters, least: float | None = None) -> Vectors:
        """Vectors of the pairs (`l`, `r`) that a table has, by their numbers.

        With `least`, of those only whose weight by the parameters is at least that.
        """
        if least is not None and self._many(pairs):
            self._leave_out(pairs, p, least)
            pairs = _HOPEFUL
        if not self._many(pairs):
            return self._vectors(pairs, p, least)
        parts = [
            self._vectors(f"(SELECT l, r FROM {pairs} WHERE {where})", p, least)
            for where in self._blocks(pairs, "l", "r")
        ]
        both = estimating.together(parts, len(self._specs))
        return both.some(np.lexsort((both.right, both.left)))

    def _many(self, pairs: str) -> bool:
        return _count(self._engine, f"SELECT count(*) FROM {pairs}") > MANY

    def _blocks(self, pairs: str, left: str, right: str) -> list[str]:
        """Conditions on the two records that divide the pairs."""
        return [
            f"{left} BETWEEN {i * AT_ONCE} AND {(i + 1) * AT_ONCE - 1}"
            f" AND {right} BETWEEN {j * AT_ONCE} AND {(j + 1) * AT_ONCE - 1}"
            for i, j in self._engine.ask(
                f"SELECT DISTINCT l // {AT_ONCE}, r // {AT_ONCE} FROM {pairs} ORDER BY ALL"
            )
        ]

    def _leave_out(self, pairs: str, p: Parameters, least: float) -> None:
        """Make the table of those pairs whose weight is at least that."""
        read = (*_read(self._specs), *(f"rare_{c}" for c in self._rare))
        sides = ", ".join(f"a.{c} AS {c}_l, b.{c} AS {c}_r" for c in read)
        hopeful = hopeless.hopeful(self._specs, p, least)
        self._engine.ask(f"CREATE OR REPLACE TEMP TABLE {_HOPEFUL} (l BIGINT, r BIGINT)")
        for where in self._blocks(pairs, "a.n", "b.n"):
            self._engine.ask(
                f"INSERT INTO {_HOPEFUL} SELECT l, r FROM (SELECT l, r, {sides} FROM {pairs}"
                f" JOIN {_COMPARED} AS a ON a.n = l JOIN {_COMPARED} AS b ON b.n = r"
                f" WHERE {where}) WHERE {hopeful}"
            )

    def _vectors(self, pairs: str, p: Parameters, least: float | None) -> Vectors:
        from splink import Linker

        engine = self._engine
        # Weights tell degrees apart below, so no two of a comparison may be equal.
        m = [_distinct(a, b) for a, b in zip(p.m, p.u, strict=True)]
        engine.ask(
            f"CREATE OR REPLACE TEMP VIEW {_BLOCKED} AS"
            f" SELECT l AS join_key_l, r AS join_key_r, '0' AS match_key FROM {pairs}"
        )
        self._made += 1
        with _quiet():
            linker = Linker(
                self._records,
                _settings(self._specs, m, p.u, p.same),
                log_level=None,
                validate_settings=False,
            )
            linker.table_management.register_blocked_pairs_for_predict(
                self._api.register(_BLOCKED, table_name=f"pairs_compared_{self._made}")
            )
            made = engine.lend(
                lambda _: linker.inference.predict(
                    threshold_match_weight=least, warning_mode="never"
                )
            ).physical_name
        try:
            return self._fetched(made, m, p)
        finally:
            engine.drop(made)

    def _fetched(self, table: str, m: Sequence[Any], p: Parameters) -> Vectors:
        """Vectors of a table of predictions: degrees told by their weights."""
        wanted = ["n_l", "n_r"]
        for spec in self._specs:
            wanted.append(f"mw_{spec.name}")
            if any(g.terms for g in spec.grades):
                wanted.append(f"mw_tf_adj_{spec.name}")
        sql = f"SELECT {', '.join(wanted)} FROM {table} ORDER BY n_l, n_r"
        parts: list[Vectors] = []
        for batch in self._engine.batches(sql):
            column = {name: batch.column(i).to_numpy() for i, name in enumerate(wanted)}
            levels = np.empty((batch.num_rows, len(self._specs)), np.int8)
            terms = np.zeros((batch.num_rows, len(self._specs)), np.float32)
            for k, spec in enumerate(self._specs):
                weights = np.log2(m[k] / p.u[k])
                levels[:, k] = _level(column[f"mw_{spec.name}"], weights)
                adjusted = column.get(f"mw_tf_adj_{spec.name}")
                if adjusted is not None:
                    base = np.append(np.log2(p.u[k]), 0.0)[levels[:, k]]
                    marked = np.array([*(bool(g.terms) for g in spec.grades), False])
                    terms[:, k] = np.where(marked[levels[:, k]], adjusted - base, 0.0)
            parts.append(Vectors(column["n_l"], column["n_r"], levels, terms))
        return estimating.together(parts, len(self._specs))


def train(
    engine: Engine,
    specs: Sequence[Spec],
    pairs: float,
    allowed: str,
    seed: int,
    answers: Mapping[tuple[int, int], str],
) -> Model:
    """Learn from `candidates` and from pairs at random of `standard`.

    `pairs` are all there are of the kind asked for, `allowed` is a condition
    on a pair of records `a` and `b` that says which. `answers` are those of people.
    """
    # A kind of vectoriser, so it knows this module.
    from crmaudit.quality.collectors.matching.spark import elsewhere

    records = _count(engine, "SELECT count(*) FROM standard")
    start = defaults(specs, pairs, records)
    splink = Vectoriser(engine, specs)
    _draw(engine, pairs, allowed, seed)
    random = Chance.of(splink.vectors(_RANDOM, start), specs, start)
    start = replace(start, u=random.u(specs, estimating.likely(random, specs, start)))
    candidates = _count(engine, "SELECT count(*) FROM candidates")
    # By the defaults a pair that is the same may be hopeless, where duplicates are many.
    pairs_seen, share = _some(engine, candidates)
    seen = splink.vectors(pairs_seen, start, HOPELESS)
    start = _learn(specs, seen, share, random, pairs, start, answers)
    with elsewhere(engine, specs, records) as cluster:
        kept = (cluster or splink).vectors("candidates", start, HOPELESS)
    kept = _with_answered(engine, splink, kept, start, answers)
    notes = []
    if len(kept) > KEPT:
        best = np.argsort(-estimating.odds(kept, specs, start), kind="stable")[:KEPT]
        kept = kept.some(np.sort(best))
        notes.append(f"only the {KEPT:,} likeliest candidates were weighed")
    learnt = _learn(specs, kept, 1, random, pairs, start, answers)
    return Model(tuple(specs), learnt, kept, candidates, pairs, tuple(notes))


def _some(engine: Engine, candidates: int) -> tuple[str, int]:
    """A table of about `FIRST_LOOK` candidates, all where there are no more; each is one of how
    many."""
    every = -(-candidates // FIRST_LOOK)
    if every <= 1:
        return "candidates", 1
    engine.ask(
        f"CREATE OR REPLACE TEMP TABLE {_FIRST} AS SELECT l, r FROM candidates"
        f" WHERE hash(l, r) % {every} = 0"
    )
    return _FIRST, every


def _learn(
    specs: Sequence[Spec],
    seen: Vectors,
    share: int,
    random: Chance,
    pairs: float,
    start: Parameters,
    answers: Mapping[tuple[int, int], str],
) -> Parameters:
    """What at most `TRAINING_PAIRS` of the pairs tell, of which each is one of `share`."""
    every = max(1, -(-len(seen) // TRAINING_PAIRS))
    sample = seen.some(slice(0, None, every))
    return estimating.estimate(
        specs, sample, float(every * share), random, pairs, start, forced(sample, answers)
    )


def _with_answered(
    engine: Engine,
    splink: Vectoriser,
    kept: Vectors,
    p: Parameters,
    answers: Mapping[tuple[int, int], str],
) -> Vectors:
    """The candidates and those pairs that people spoke of, wherever they were found."""
    if not answers:
        return kept
    known = set(zip(kept.left.tolist(), kept.right.tolist(), strict=True))
    more = [pair for pair in sorted(answers) if pair not in known]
    if not more:
        return kept
    import pyarrow as pa

    told = pa.table({"l": [a for a, _ in more], "r": [b for _, b in more]})
    engine.show("told", told, "CREATE OR REPLACE TEMP TABLE answered AS SELECT l, r FROM told")
    both = estimating.together([kept, splink.vectors("answered", p)], kept.levels.shape[1])
    return both.some(np.lexsort((both.right, both.left)))


def forced(vectors: Vectors, answers: Mapping[tuple[int, int], str]) -> Any:
    """By pair 1 where people said that it is the same, 0 where not, else nan; None without any."""
    if not answers:
        return None
    made = np.full(len(vectors), np.nan)
    for i, pair in enumerate(zip(vectors.left.tolist(), vectors.right.tolist(), strict=True)):
        said = answers.get(pair)
        if said in ("same", "different"):
            made[i] = said == "same"
    return made


def defaults(specs: Sequence[Spec], pairs: float, records: int) -> Parameters:
    """What is assumed before anything is learnt: one record in ten is a duplicate."""
    return Parameters(
        [_normal([g.m for g in s.grades]) for s in specs],
        [_normal([g.u for g in s.grades]) for s in specs],
        {
            name: {
                k: _normal([g.m for g in s.grades]) for k, s in enumerate(specs) if name in s.shared
            }
            for name in RELATIONS
        },
        min(max(0.1 * records / max(pairs, 1), 1e-9), 0.3),
        {name: min(0.1 * records / max(pairs, 1), 0.05) for name in RELATIONS},
        kin={k: s.kin for k, s in enumerate(specs) if s.kin},
    )


def _normal(shares: Sequence[float]) -> Any:
    made = np.array(shares, float)
    return made / made.sum()


def _draw(engine: Engine, pairs: float, allowed: str, seed: int) -> None:
    """A table of pairs at random, all of them where there are few."""
    if pairs <= RANDOM_PAIRS:
        engine.ask(
            f"CREATE OR REPLACE TEMP TABLE {_RANDOM} AS SELECT a.n AS l, b.n AS r"
            f" FROM standard AS a JOIN standard AS b ON a.n < b.n WHERE {allowed}"
        )
        return
    records = _count(engine, "SELECT count(*) FROM standard")
    drawn = np.random.Generator(np.random.PCG64(seed)).integers(
        0, records, (2, RANDOM_PAIRS), dtype=np.int64
    )
    import pyarrow as pa

    places = pa.table({"i": drawn.min(axis=0), "j": drawn.max(axis=0)})
    engine.show(
        "drawn",
        places,
        f"CREATE OR REPLACE TEMP TABLE {_RANDOM} AS WITH placed AS"
        " (SELECT n, system, row_number() OVER (ORDER BY n) - 1 AS place FROM standard)"
        " SELECT DISTINCT a.n AS l, b.n AS r FROM drawn JOIN placed AS a ON a.place = i"
        f" JOIN placed AS b ON b.place = j WHERE i < j AND {allowed}",
    )


def _settings(
    specs: Sequence[Spec], m: Sequence[Any], u: Sequence[Any], same: float
) -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "n",
        "probability_two_random_records_match": float(same),
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [
            {
                "output_column_name": spec.name,
                "comparison_description": spec.attribute,
                "comparison_levels": [
                    {
                        "sql_condition": spec.null,
                        "label_for_charts": "not known",
                        "is_null_level": True,
                    },
                    *(
                        _level_settings(grade, float(m[k][j]), float(u[k][j]))
                        for j, grade in enumerate(spec.grades)
                    ),
                ],
            }
            for k, spec in enumerate(specs)
        ],
    }


def _level_settings(grade: Grade, m: float, u: float) -> dict[str, Any]:
    made: dict[str, Any] = {
        "sql_condition": grade.when or "ELSE",
        "label_for_charts": grade.label,
        "m_probability": m,
        "u_probability": u,
    }
    if grade.terms:
        made |= {
            "tf_adjustment_column": grade.terms,
            "tf_adjustment_weight": 1.0,
            # What is agreed on need not be what the frequency is of.
            "disable_tf_exact_match_detection": True,
        }
    return made


def _distinct(m: Any, u: Any) -> Any:
    """`m` with ratios to `u` that differ, and differ from 1, by a hair where they did not."""
    weights = np.log2(m / u)
    made: list[float] = []
    for weight in weights.tolist():
        while any(abs(weight - other) < 1e-6 for other in (0.0, *made)):
            weight += 3e-6
        made.append(weight)
    return u * np.exp2(np.array(made))


def _level(weights: Any, known: Any) -> Any:
    """Which of the known weights each one is; -1 for 0, which is that of a missing value."""
    every = np.append(known, 0.0)
    order = np.argsort(every)
    ranked = every[order]
    at = np.clip(np.searchsorted(ranked, weights - 5e-7), 0, len(every) - 1)
    made = order[at]
    made[made == len(known)] = -1
    return made


def _read(specs: Sequence[Spec]) -> list[str]:
    """What the comparisons read of either record."""
    import re

    found: set[str] = set()
    for spec in specs:
        for text in (spec.null, *(g.when for g in spec.grades)):
            found.update(re.findall(r"\b([a-z_0-9]+)_[lr]\b", text))
    return sorted(found)


def _columns(specs: Sequence[Spec]) -> tuple[str, ...]:
    """That and what Splink counts, as it is selected from `standard`."""
    return tuple(selected(c) for c in sorted({*_read(specs), *hopeless.rare(specs)}))


def _count(engine: Engine, sql: str) -> int:
    return int(engine.ask(sql)[0][0])


@contextmanager
def _quiet() -> Iterator[None]:
    """Splink and what it uses say nothing inside: they would print what they compare."""
    logger = logging.getLogger("splink")
    before = logger.disabled, logger.propagate, logger.level
    silent = logging.NullHandler()
    logger.addHandler(silent)
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.removeHandler(silent)
        logger.disabled, logger.propagate, logger.level = before
