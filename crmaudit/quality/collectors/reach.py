"""With how many records of a customer entity something is at hand.

Only keys, types and whether a value is there come over: what a contact point
or a status says is reduced to yes or no before it is staged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crmaudit.evidence import (
    Document,
    EntityMap,
    Keys,
    Reach,
    Reached,
    Status,
    TableProfile,
)
from crmaudit.quality.collectors.reach_rows import Staging
from crmaudit.quality.effective import effective
from crmaudit.quality.plan import Plan
from crmaudit.quality.reaching import ANY_OF, CUSTOMERS, PARTS, Subject, subjects
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task


def reach(task: Task, plan: Plan | None = None) -> Reach | None:
    """What is at hand with the records of one system; None where nobody knows its tables.

    Each table that a way leads through is streamed once more, a few columns of
    it. What cannot be read is lacking, with the reason; a lost connection
    passes as ConnectionLostError.
    """
    known = effective(
        task.system, task.known.map, next(task.found(EntityMap), None), task.known.entities
    )
    if known is None:
        return None
    profiles = {p.table: p for p in task.found(TableProfile) if not p.where}
    keys = next(task.found(Keys), None)
    wanted = list(subjects(known, task.catalog, keys, task.known.map, profiles))
    found: list[Reached] = []
    reasons: list[str] = []
    with Staging(task.source, plan or Plan(system=task.system), task.on_rows) as staging:
        staging.load(wanted)
        for subject in wanted:
            reason = staging.failure(subject.rows)
            if reason:
                reasons.append(f"{subject.rows.table.qualified}: {reason}")
            else:
                found.append(_reached(staging, subject, known.kinds.get(subject.entity, "")))
    status = Status("partly", "; ".join(dict.fromkeys(reasons))) if reasons else Status()
    return Reach(
        task.provenance(status),
        tuple(found),
    )


def _reached(staging: Staging, subject: Subject, kind: str) -> Reached:
    lacking = dict(subject.lacking)
    ways: dict[str, list[int]] = {}
    for number, link in enumerate(subject.links):
        reason = staging.broken(link)
        if reason:
            lacking.setdefault(link.thing, f"it could not be read: {reason}")
        else:
            ways.setdefault(link.thing, []).append(number)
    for thing in ways:
        # One way that can be gone is enough to count by.
        lacking.pop(thing, None)
    for either, things in ANY_OF.get(kind, {}).items():
        numbers = [number for thing in things for number in ways.get(thing, ())]
        if numbers:
            ways[either] = numbers
        else:
            reasons = dict.fromkeys(lacking[thing] for thing in things if thing in lacking)
            lacking[either] = "; ".join(reasons) or "nothing leads there"
    is_customer = kind in CUSTOMERS
    records, having, parts = staging.count(subject, ways, PARTS)
    held = tuple(part for part in PARTS if having.get(part))
    return Reached(
        subject.entity,
        subject.rows.table.qualified,
        subject.where,
        records,
        {thing: having[thing] for thing in sorted(having)},
        {thing: lacking[thing] for thing in sorted(lacking)},
        parts(held) if is_customer and held else None,
        held if is_customer else (),
    )


class _Collector:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterable[Statement]:
        yield Statement(
            "SELECT column, … FROM table WHERE condition",
            "records with contact points, activities, invoices…: some columns of the tables above, "
            "of the rows that the entity map's conditions select",
            template=True,
        )

    def collect(self, task: Task) -> Iterator[Document]:
        found = reach(task)
        if found is not None:
            yield found


collector = _Collector()
