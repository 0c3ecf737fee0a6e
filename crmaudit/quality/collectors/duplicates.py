"""Records of one entity in one system that stand for the same thing.

The records of an entity are staged together, from all tables that hold it, and
compared with each other. Only counts, keyed ids, shapes and probabilities are
kept of them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import duckdb
import pyarrow as pa

from crmaudit.errors import CrmauditError
from crmaudit.evidence import (
    EXACT,
    ColumnProfile,
    Compared,
    Document,
    Duplicates,
    EntityMap,
    Keys,
    Matching,
    Method,
    Status,
    TableProfile,
)
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import MARK_COLUMNS, kept, origins
from crmaudit.quality.collectors.matching.reading import reason
from crmaudit.quality.collectors.matching.records import Staged, stage
from crmaudit.quality.collectors.matching.sampling import Sample
from crmaudit.quality.collectors.overlapping.pairs import answered, shown
from crmaudit.quality.effective import EffectiveMap, effective
from crmaudit.quality.matching.causes import causes
from crmaudit.quality.matching.recipe import Recipe
from crmaudit.quality.matching.recipes import recipes
from crmaudit.quality.plan import Plan
from crmaudit.sources.base import ConnectionLostError, Statement
from crmaudit.sources.task import Task

MEMORY = 1024
"""MiB for the engine: a million records with their candidates fit, and it spills beyond that."""

MOST_RECORDS = 3_000_000
"""More records than this are compared in a sample, as pairs outgrow one machine."""

IN_MEMORY = 500_000
"""So many records are compared without a file, which takes a seventh less time; more of them would
not leave the engine what it needs to join them."""

_FAILURES = (duckdb.Error, pa.ArrowException, OSError, MemoryError)


def duplicates(task: Task, plan: Plan | None = None) -> Iterator[Duplicates]:
    """A document for each entity of a matched kind that the system holds, in the map's order.

    Nothing where nobody knows what the tables mean. What cannot be compared
    says why; a lost connection passes as ConnectionLostError.
    """
    known = effective(
        task.system, task.known.map, next(task.found(EntityMap), None), task.known.entities
    )
    if known is None:
        return
    profiles = list(task.found(TableProfile))
    keys = next(task.found(Keys), None)
    by_entity: dict[str, list[Recipe]] = {}
    for one in recipes(task.system, known, task.catalog, keys, task.known.map, profiles):
        by_entity.setdefault(one.entity, []).append(one)
    for entity, own in by_entity.items():
        yield _Work(task, known, profiles, plan or Plan(memory=MEMORY)).document(entity, own)


class _Work:
    """The comparison of one entity's records with each other."""

    def __init__(
        self, task: Task, known: EffectiveMap, profiles: Sequence[TableProfile], plan: Plan
    ) -> None:
        self._task = task
        self._known = known
        self._profiles = profiles
        self._plan = plan

    def document(self, entity: str, own: Sequence[Recipe]) -> Duplicates:
        kind = self._known.kinds[entity]
        tables = tuple(dict.fromkeys(r.table.qualified for r in own))
        found = Duplicates(self._task.provenance(), entity=entity, entity_kind=kind, tables=tables)
        refused = "; ".join(dict.fromkeys(r.cannot for r in own if r.cannot))
        if all(r.cannot for r in own):
            unused = {a: why for r in own for a, why in r.unused.items()}
            attributes = tuple(Compared(a, unused=why) for a, why in unused.items())
            return replace(found, matching=Matching(attributes, cannot=refused))
        started = time.monotonic()
        threads = self._plan.threads or min(4, os.cpu_count() or 1)
        try:
            with Engine(self._plan, threads, self._file(tables)) as engine:
                staged = stage(engine, self._task.source, own, self._task.on_rows)
                found = self._failed(found, staged)
                if staged.records:
                    found = self._compared(engine, found, staged, own)
                else:
                    why = (
                        "; ".join(dict.fromkeys(staged.failures.values())) or "there are no records"
                    )
                    matching = Matching(staged.attributes, left_out=staged.left_out, cannot=why)
                    found = replace(found, matching=matching)
        except ConnectionLostError:
            raise
        except (CrmauditError, *_FAILURES) as error:
            why = reason(error)
            # A try that failed leaves what was counted before.
            told = replace(found.provenance, status=Status("failed", why))
            return replace(found, provenance=told, matching=Matching(cannot=why))
        taken = round(time.monotonic() - started, 3)
        return replace(found, matching=replace(found.matching, seconds=taken))

    def _file(self, tables: Sequence[str]) -> str:
        """The engine's file; none for records that are known to be few."""
        rows = {p.table: p.rows for p in self._profiles if not p.where}
        known = all(t in rows for t in tables)
        few = known and sum(rows[t] for t in tables) <= IN_MEMORY
        return "" if few else "duplicates.duckdb"

    def _failed(self, found: Duplicates, staged: Staged) -> Duplicates:
        if not staged.failures:
            return found
        why = "; ".join(f"{table}: {reason}" for table, reason in staged.failures.items())
        status = Status("partly" if staged.tables else "failed", why)
        return replace(found, provenance=replace(found.provenance, status=status))

    def _compared(
        self, engine: Engine, found: Duplicates, staged: Staged, own: Sequence[Recipe]
    ) -> Duplicates:
        # Heavy, and not needed where there is nothing to compare.
        from crmaudit.quality.collectors.matching.matching import match

        key, system = self._task.key, self._task.system
        sample = Sample.of(engine, _most(staged.records))
        answers, note = answered(engine, key, self._task.known.answers, found.entity)
        firm = {pair: a.answer for pair, a in answers.items() if a.answer != "unsure"}
        matched = engine.run(lambda: match(engine, found.entity_kind, across=False, answers=firm))
        said = matched.matching
        matching = replace(
            said,
            attributes=_attributes(staged.attributes, said.attributes),
            records=staged.records,
            left_out=staged.left_out,
            method=sample.method or (Method("model") if said.method == EXACT else said.method),
            notes=tuple(n for n in (*said.notes, note, sample.note) if n),
        )
        if matching.cannot:
            return replace(found, matching=matching)
        later = origins.later(engine)
        counted = list(origins.counted(engine, key, self._columns(own)))
        if later.unknown:
            note = (
                f"which record came later is not known of {later.unknown:,} of {later.things:,} "
                "clusters: their records share the duplicates evenly among the causes"
            )
            matching = replace(matching, notes=(*matching.notes, note))
        examples, review = shown(engine, matched, key, answers, across=False)
        sizes = kept.sizes(engine)
        clusters = kept.clusters(engine, key)
        there = matched.surplus(system)
        surplus, estimated = sample.scaled(sizes, there, matched.estimated(system))
        rate = there / sample.n if sample.n else 0.0
        times = surplus / there if there else 1.0, sample.total / max(1, sample.n)
        return replace(
            found,
            matching=replace(matching, examples=examples, review=review),
            surplus=surplus,
            estimated=estimated,
            sizes=sizes,
            clusters=clusters,
            clusters_left_out=sum(sizes.values()) - len(clusters),
            causes=causes(counted, rate, times),
        )

    def _columns(self, own: Sequence[Recipe]) -> Mapping[str, Sequence[ColumnProfile]]:
        """The profiles of the columns from which each mark was read; none where one is missing."""
        known = {(p.table, c.name): c for p in self._profiles if not p.where for c in p.columns}
        found: dict[str, list[ColumnProfile]] = {}
        unknown = set()
        for taken in (t for r in own for t in r.taken if t.what in MARK_COLUMNS):
            column = known.get((taken.table.qualified, taken.column))
            if column is None:
                unknown.add(MARK_COLUMNS[taken.what])
            else:
                found.setdefault(MARK_COLUMNS[taken.what], []).append(column)
        return {mark: columns for mark, columns in found.items() if mark not in unknown}


def _most(records: int) -> int:
    """How many of so many records are compared."""
    if records <= MOST_RECORDS:
        return records
    from crmaudit.quality.collectors.matching.spark import master

    # A cluster takes them all.
    return records if master() else MOST_RECORDS


def _attributes(staged: Sequence[Compared], compared: Sequence[Compared]) -> tuple[Compared, ...]:
    """With columns and how many have it, and why one of them was no help after all."""
    no_help = {a.attribute: a.unused for a in compared if a.unused}
    return tuple(replace(a, unused=a.unused or no_help.get(a.attribute, "")) for a in staged)


class _Collector:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterator[Statement]:
        yield Statement(
            "SELECT column, … FROM table WHERE condition",
            "duplicates: names, contact points and other facts by which people, organisations, "
            "households and leads are compared, of some of the tables above",
            template=True,
        )

    def collect(self, task: Task) -> Iterator[Document]:
        yield from duplicates(task)


collector = _Collector()
