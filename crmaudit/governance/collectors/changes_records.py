"""What records themselves tell of loss: marks of deletion, gaps in their numbers, bulk."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crmaudit.evidence import MappedTable, Removed, Table
from crmaudit.evidence.changes import Action
from crmaudit.governance.collectors.recording_accounts import as_text, from_table, tables_of
from crmaudit.governance.collectors.recording_rows import BULK, BULK_FROM, Rows, recordable
from crmaudit.sources.base import Source, Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.stamps import later
from crmaudit.sources.task import Task

_INTEGER = re.compile(r"int|serial", re.IGNORECASE)
_COUNT = "SELECT COUNT(*) AS c_rows, "
_BULK = "SELECT c_by, SUBSTR(c_minute, 1, 10), "
TEMPLATES = (
    Statement(f"{_COUNT}…", "count records that are deleted or missing in a row", template=True),
    Statement(f"{_BULK}…", "count rows that were made or changed in bulk", template=True),
)
"""How the statements on tables begin that only the reading will find."""
_SHARED = "its key is given out for several tables, so that gaps in it say nothing"
_NO_NUMBER = "its key is no number that is counted up"


def key_of(task: Task, table: Table | None) -> str:
    """The one column by which a history refers to the table's records; empty where unknown."""
    if table is None:
        return ""
    said = (m.key for m in task.accounts().tables if m.table == table.qualified and m.key)
    key = next(said, table.primary_key)
    names = {c.name for c in table.columns}
    return key[0] if len(key) == 1 and key[0] in names else ""


@dataclass(frozen=True)
class Kept:
    """A table whose records may be removed; `parts` are its rows by entity, as in the map."""

    source: Source
    table: Table
    key: str
    soft_delete: str
    shared_key: bool
    parts: tuple[Rows, ...] = ()

    @property
    def _numbers(self) -> bool:
        return bool(
            self.key and not self.shared_key and _INTEGER.search(self.table.column(self.key).type)
        )

    def counted(self) -> Statement:
        """Rows, those marked as deleted, the smallest and largest key, how many differ."""
        soft = selected(self.soft_delete).removeprefix(" WHERE ")
        marked = f"COUNT(CASE WHEN {soft} THEN 1 END)" if soft else "NULL"
        key = self.source.quote(self.key) if self._numbers else ""
        ends = f"MIN({key}), MAX({key}), COUNT({key})" if key else "NULL, NULL, NULL"
        return Statement(
            f"{_COUNT}{marked}, {ends} FROM {from_table(self.source, self.table)}",
            f"count records of {self.table.qualified} that are deleted or missing in a row",
        )

    def removed(
        self, rows: int, soft: object, low: object, high: object, different: object
    ) -> Removed:
        """What those counts mean."""
        numbers = [_whole(v) for v in (low, high, different)]
        gaps = None
        if self._numbers and None not in numbers:
            a, b, n = (v or 0 for v in numbers)
            gaps = max(0, b - a + 1 - n)
        reason = "" if gaps is not None or not rows else _SHARED if self.shared_key else _NO_NUMBER
        return Removed(self.table.qualified, rows, _whole(soft), gaps, reason)

    def bulk(self, changes_told: bool = False) -> Mapping[Action, Statement]:
        """What was made and changed in bulk; changes are left to a history that tells of them.

        Each line of an answer: account, day, runs, rows in them.
        """
        wanted: tuple[Action, ...] = ("created",) if changes_told else ("created", "changed")
        found = ((action, _bulk(self.table, self.parts, action)) for action in wanted)
        return {action: statement for action, statement in found if statement is not None}


def _runs(rows: Rows, action: str) -> str:
    m = rows.mapped
    created, modified = rows.stamp(m.created_at), rows.stamp(m.modified_at)
    who = rows.column(m.created_by if action == "created" else m.modified_by)
    when = created if action == "created" else modified
    if who is None or when is None:
        return ""
    which = when.there
    if action == "changed":
        which = later(created, modified)
        if not which:
            return ""
    by = as_text(rows.source, who[0])
    return (
        f"SELECT {by} AS c_by, SUBSTR({when.text}, 1, 16) AS c_minute, COUNT(*) AS c_n, "
        f"MAX(SUBSTR({when.text}, 12, 8)) AS c_clock FROM {rows.rows} "
        f"WHERE {which} AND c_auto = 0 GROUP BY 1, 2 HAVING COUNT(*) >= {BULK_FROM}"
    )


def _stamps(m: MappedTable) -> tuple[str, ...]:
    """Who and when, and which rows are nobody's, as the map has it."""
    return m.created_by, m.created_at, m.modified_by, m.modified_at, m.automatic, m.test_rows


def _bulk(table: Table, parts: Sequence[Rows], action: str) -> Statement | None:
    told = [part for part in parts if _runs(part, action)]
    if not told:
        return None
    # Rows of several entities are changed at once as well: a run goes over all of them.
    first = told[0]
    alike = (p.mapped.where for p in told[1:] if _stamps(p.mapped) == _stamps(first.mapped))
    runs = _runs(replace(first, also=tuple(alike)), action)
    return Statement(
        f"{_BULK}COUNT(*), SUM(c_n) FROM ({runs}) r "
        f"WHERE {BULK} AND c_by IS NOT NULL GROUP BY 1, 2",
        f"count rows of {table.qualified} that were {action} in bulk",
    )


def kept(task: Task) -> tuple[Kept, ...]:
    """Tables of records by the effective map: machinery, links and lists left out."""
    tables, known = tables_of(task), task.accounts()
    told = recordable(task).rows
    found: dict[str, Kept] = {}
    for mapped in known.tables:
        table = tables.get(mapped.table)
        if table is None or not mapped.entity or mapped.role != "primary" or mapped.table in found:
            continue
        key = key_of(task, table)
        soft = mapped.soft_delete
        # A mark that stands in another table is not counted here.
        if any(f"{there.rpartition('.')[0]}." in soft for there in mapped.join):
            soft = ""
        shared = any(here == key for here in mapped.join.values())
        parts = tuple(r for r in told if r.table is table)
        found[mapped.table] = Kept(task.source, table, key, soft, shared, parts)
    return tuple(found.values())


def _whole(value: object) -> int | None:
    try:
        return int(float(str(value))) if value is not None else None
    except (ValueError, OverflowError):
        return None
