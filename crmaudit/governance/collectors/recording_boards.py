"""When each dashboard or report of a CRM was last opened, by whomever: no account is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Board, Table
from crmaudit.governance.collectors.access.accounts import account_reads, accounts
from crmaudit.governance.collectors.access.naming import Names
from crmaudit.governance.collectors.access.tables import Tables
from crmaudit.governance.collectors.recording_accounts import as_text, from_table, tables_of
from crmaudit.sources.base import Source, Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.stamps import Stamp
from crmaudit.sources.task import Task
from crmaudit.workspace.accounts import Dashboards, Opened

MOST = 5_000
"""More dashboards and reports are not read."""


@dataclass(frozen=True)
class Boards:
    """A table of dashboards, and the one that looks are kept in where it has no such column."""

    part: Dashboards
    table: Table
    looks: Table | None = None

    def statement(self, source: Source) -> Statement:
        """Each line: key, name, audience, day of making, day of the last look."""
        part, names = self.part, {c.name for c in self.table.columns}

        def day(column: str) -> str:
            stamp = Stamp.of(source, self.table, column) if column in names else None
            return f"SUBSTR({stamp.text}, 1, 10)" if stamp else "NULL"

        columns = [
            as_text(source, source.quote(c)) if c in names else "NULL"
            for c in (part.key, part.name, part.audience)
        ]
        return Statement(
            f"SELECT {', '.join(columns)}, {day(part.created)}, {day(part.viewed)} "
            f"FROM {from_table(source, self.table)}{selected(part.where)} LIMIT {MOST}",
            f"when each {part.kind} of {self.table.qualified} was last opened, by whomever",
        )

    def looked(self, source: Source) -> Statement | None:
        """Each line: a dashboard's key, the days of the first and the last look."""
        opened = self.part.opened
        if opened is None or self.looks is None:
            return None
        stamp = Stamp.of(source, self.looks, opened.at)
        assert stamp is not None
        own = selected(opened.where).removeprefix(" WHERE ")
        where = f"{stamp.there} AND ({own})" if own else stamp.there
        board = as_text(source, source.quote(opened.board))
        return Statement(
            f"SELECT {board}, MIN(SUBSTR({stamp.text}, 1, 10)), MAX(SUBSTR({stamp.text}, 1, 10)) "
            f"FROM {from_table(source, self.looks)} WHERE {where} GROUP BY 1",
            f"when each dashboard was opened, in {self.looks.qualified}",
        )


def boards(task: Task) -> tuple[Boards, ...]:
    """The tables of dashboards of which it can be told when they were opened."""
    tables, found = tables_of(task), []
    for part in task.accounts().dashboards:
        table = tables.get(part.table)
        names = {c.name for c in table.columns} if table else set()
        if table is None or not {part.key, part.name} <= names:
            continue
        looks = _looks(part.opened, tables.get(part.opened.table)) if part.opened else None
        if part.viewed in names or looks is not None:
            found.append(Boards(part, table, looks))
    return tuple(found)


def _looks(opened: Opened, table: Table | None) -> Table | None:
    names = {c.name for c in table.columns} if table else set()
    return table if {opened.board, opened.at} <= names else None


def statements(task: Task) -> Iterator[Statement]:
    """All that would be sent."""
    found = boards(task)
    for place in found:
        yield place.statement(task.source)
        looked = place.looked(task.source)
        if looked is not None:
            yield looked
    if found:
        yield from (s for r in _people(task).reads if (s := _people(task).statement(r)))


def read(task: Task, place: Boards) -> tuple[tuple[Board, ...], date | None]:
    """The dashboards, and the day from which on looks are kept, None where the last one is.

    Raises CrmauditError where they cannot be read.
    """
    part, source = place.part, task.source
    asked, looked = place.statement(source), place.looked(source)
    rows = source.query(asked.sql, asked.purpose)
    traces: dict[str, tuple[date, date]] = {}
    if looked is not None and not part.viewed:
        for key, first, last in source.query(looked.sql, looked.purpose):
            days = _day(first), _day(last)
            if key is not None and days[0] and days[1]:
                traces[str(key)] = days[0], days[1]
        if not traces:
            raise CrmauditError("it has no trace of a look")
    words = _words(task)
    found = []
    for key, name, audience, created, viewed in rows:
        if name is None or not str(name).strip():
            continue
        seen = traces[str(key)][1] if str(key) in traces else _day(viewed)
        found.append(
            Board(
                part.table,
                words.shown("board", str(name).strip()) if words else "",
                part.kind,
                words.shown("audience", str(audience).strip()) if words and audience else "",
                _day(created),
                seen,
            )
        )
    since = min((first for first, _ in traces.values()), default=None)
    return tuple(sorted(found, key=lambda b: (b.name, str(b.created), str(b.viewed)))), since


def _people(task: Task) -> Tables:
    parts = task.accounts()
    return Tables(task.source, task.catalog, parts, account_reads(parts.users))


def _words(task: Task) -> Names | None:
    """What may be shown; None where nobody knows the names of the accounts."""
    if task.accounts().users is None:
        return None
    db = _people(task)
    known = accounts(db)
    return Names(known, task.key) if known and not db.unread else None


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
