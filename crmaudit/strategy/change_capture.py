"""Whether a later extraction can tell what has changed since the one before.

Of each table that holds records of an entity, points from 0 (told) to 9 (not
told at all):

    changes    0 a history keeps them, the server's log of changes is open, or
                 records are never updated
               5 · (1 − share of rows with a stamp) where a stamp of the last
                 change exists and was seen to move
               5 without a stamp, or where no stamp ever moved
    deletions  0 rows are only marked, a history or log keeps them, or records
                 are never deleted
               4 otherwise

Own proposal; the ways of capturing changes are those that data warehousing
names (stamps, triggers, logs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmaudit.evidence import Changes, Health, MappedTable
from crmaudit.messages import counted, joined, msg
from crmaudit.strategy.extraction_part import Judged, Part

ENOUGH = 30
"""Rows from which on it means something that not one stamp has moved."""
_CHANGES, _DELETIONS = 5.0, 4.0


@dataclass(frozen=True, slots=True)
class _Told:
    points: float
    how: str
    evidence: tuple[str, ...] = ()


def capture(part: Part) -> Judged:
    """Difficulty 1 to 10, the fact behind it, and its evidence; None where it is not known."""
    rows = [r for r in part.mapped if r.role == "primary"]
    if not rows:
        return None, msg("no entity map"), ()
    judged = [(_changes(part, r), _deletions(part, r)) for r in rows]
    known = [(c, d) for c, d in judged if c is not None]
    if not known:
        return None, msg("whether stamps of change are filled was not measured"), ()
    points = sum(c.points + d.points for c, d in known) / len(known)
    evidence = tuple(dict.fromkeys(i for pair in known for told in pair for i in told.evidence))
    if len(rows) == 1:
        (change, deletion), *_ = known
        return 1 + points, joined("; ", (change.how, deletion.how)), evidence
    return 1 + points, _summed(known, len(rows)), evidence


def _summed(known: Sequence[tuple[_Told, _Told]], whole: int) -> str:
    changes = sum(c.points < _CHANGES / 2 for c, _ in known)
    deletions = sum(not d.points for _, d in known)
    text = "changes are told in {changes}, deletions in {deletions} of {tables}"
    return msg(text, changes=changes, deletions=deletions, tables=counted(whole, "entity table"))


def _changes(part: Part, row: MappedTable) -> _Told | None:
    """How changes are told; None where a stamp exists and nobody looked at it."""
    if (log := _log(part)) is not None:
        return log
    if (history := _history(part, row, "changed")) is not None:
        return history
    if _never(part, row, "U"):
        return _Told(0.0, msg("records are never updated"))
    if not row.modified_at:
        return _Told(_CHANGES, msg("no stamp of the last change"))
    return _stamp(part, row)


def _stamp(part: Part, row: MappedTable) -> _Told | None:
    facts, system = part.facts, part.system.id
    written = facts.evidence.written.get(system)
    traces = next((t for t in written.tables if t.table == row.table), None) if written else None
    evidence: tuple[str, ...] = ()
    if written is not None and traces is not None and traces.modified is not None:
        evidence = (written.id,)
        if not traces.modified and (traces.rows or 0) >= ENOUGH:
            text = "a stamp of change that moved in none of {rows}"
            return _Told(_CHANGES, msg(text, rows=counted(traces.rows or 0, "row")), evidence)
    profile = facts.quality.profiles.get(system, {}).get(row.table)
    place = facts.quality.column_of(system, profile, row.modified_at) if profile else None
    if place is None or not place[1].rows:
        return None
    table, column = place
    evidence = tuple(dict.fromkeys((*evidence, table.id)))
    if column.distinct == 1 and column.filled >= ENOUGH:
        return _Told(_CHANGES, msg("a stamp of change that is the same in all rows"), evidence)
    text = "stamp of change in {filled:,} of {rows:,} rows"
    told = msg(text, filled=column.filled, rows=column.rows)
    if traces is not None and traces.modified:
        told = msg("{stamp}, moved in {moved:,}", stamp=told, moved=traces.modified)
    return _Told(_CHANGES * (1 - column.filled / column.rows), told, evidence)


def _deletions(part: Part, row: MappedTable) -> _Told:
    if (log := _log(part)) is not None:
        return log
    if row.soft_delete:
        return _Told(0.0, msg("deleted rows are marked"))
    if (history := _history(part, row, "deleted")) is not None:
        return history
    if _never(part, row, "D"):
        return _Told(0.0, msg("records are never deleted"))
    return _Told(_DELETIONS, msg("deletions leave no trace that is known"))


def _history(part: Part, row: MappedTable, action: str) -> _Told | None:
    """A history of the table that has such entries and was not switched off."""
    changes = part.facts.evidence.of_system(Changes).get(part.system.id)
    if changes is None or changes.kept_on.get(row.table) is False:
        return None
    seen = sum(
        getattr(of, action) for trail in changes.trails for of in trail.of if of.table == row.table
    )
    if not seen:
        return None
    if action == "changed":
        told = msg("a history keeps {n}", n=counted(seen, "change"))
    else:
        told = msg("a history keeps {n}", n=counted(seen, "deletion"))
    return _Told(0.0, told, (changes.id,))


def _log(part: Part) -> _Told | None:
    """PostgreSQL's log with whole rows. MySQL's tells so only by a format that nobody reads."""
    health = part.facts.evidence.of_system(Health).get(part.system.id)
    if health is None or health.settings.get("wal_level") != "logical":
        return None
    return _Told(0.0, msg("the server's log tells every change"), (health.id,))


def _never(part: Part, row: MappedTable, letter: str) -> bool:
    """Whether it is declared that no system does this to the entity's records here."""
    if row.entity not in part.facts.crud.entities:
        return False
    cell = part.facts.crud.cell(part.system.id, row.entity)
    return cell.letters is not None and letter not in cell.held
