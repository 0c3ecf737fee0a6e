"""Who records what, and who logs in.

Of each table that has an author and a date, one statement counts the rows made
by account and month, and one those last changed. No row is read but those of
sessions, of which only the most at one time is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date

from crmaudit.errors import CrmauditError
from crmaudit.evidence import (
    AtOnce,
    Board,
    Document,
    EntityMap,
    FilledBy,
    LoggedIn,
    Recorded,
    Recording,
    Status,
)
from crmaudit.governance.collectors import recording_accounts, recording_boards, recording_sessions
from crmaudit.governance.collectors.recording_accounts import (
    Accounts,
    Failing,
    count,
    made_up,
    tables_of,
)
from crmaudit.governance.collectors.recording_rows import BULK_FROM, Rows, recordable, template
from crmaudit.governance.collectors.recording_sessions import Logins
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task

MOST_COUNTS = 150_000
"""Of more counts of an account, a table and a month the oldest months are left out."""
_NO_KEY = "without the audit's key accounts cannot be told apart: set CRMAUDIT_KEY"
_Place = tuple[str, str, str, str]
"""Account, table, entity (where the table holds several) and month."""


class _Recording:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterable[Statement]:
        known = task.accounts()
        users = tables_of(task).get(known.users.table) if known.users else None
        with suppress(CrmauditError):
            asked = recording_accounts.statement(task.source, known, users)
            if asked is not None:
                yield asked
        for rows in recordable(task).rows:
            # Collecting says what is wrong with a condition; it sends nothing either.
            with suppress(CrmauditError):
                yield from (s for s in (rows.made(), rows.changed()) if s is not None)
        if not any(task.found(EntityMap)):  # what is found of entities adds tables
            yield template(task.source)
        with suppress(CrmauditError):
            yield from recording_boards.statements(task)
        for place in recording_sessions.places(task):
            with suppress(CrmauditError):
                yield place.statement(task.source)
                part, table = place.part, place.table
                if not place.traces and part.logout_at in {c.name for c in table.columns}:
                    columns = [table.column(c) for c in (part.user, part.login_at, part.logout_at)]
                    yield task.source.statement(table, columns, part.where)

    def collect(self, task: Task) -> Iterator[Document]:
        found = recording(task)
        if found is not None:
            yield found


def recording(task: Task) -> Recording | None:
    """Who recorded and logged in; None where nobody knows a table that could tell.

    Without the audit's key accounts have no pseudonym, and nothing is counted.
    A lost connection passes as ConnectionLostError.
    """
    known, places = recordable(task), recording_sessions.places(task)
    if not (known.rows or known.cannot or places or recording_boards.boards(task)):
        return None
    work = _Work(task, Accounts(task.key), dict(known.cannot))
    if task.key is None:
        for name in (
            *(r.table.qualified for r in known.rows),
            *(p.table.qualified for p in places),
        ):
            work.cannot[name] = _NO_KEY
        return replace(work.document(), provenance=task.provenance(_status(known.rows, places)))
    with work.failing("accounts"):
        work.accounts = recording_accounts.read(task, task.key)
    for rows in known.rows:
        with work.failing(rows.table.qualified):
            work.count(rows, sum(r.table is rows.table for r in known.rows) > 1)
    work.sessions(places)
    work.dashboards()
    return work.document()


@dataclass
class _Work:
    task: Task
    accounts: Accounts
    cannot: dict[str, str]
    tables: dict[str, str] = field(default_factory=dict)
    counts: dict[_Place, list[int]] = field(default_factory=dict)
    filled: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    logged_in: tuple[LoggedIn, ...] = ()
    at_once: tuple[AtOnce, ...] = ()
    logins_since: date | None = None
    boards: tuple[Board, ...] = ()
    looks_since: date | None = None
    notes: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def failing(self, what: str) -> Failing:
        return Failing(self.reasons, self.cannot, what)

    def count(self, rows: Rows, several: bool) -> None:
        """Count the rows of one part of a table; raises CrmauditError where it fails."""
        name = rows.table.qualified
        entity = rows.mapped.entity if several else ""
        made, changed = rows.made(), rows.changed()
        lines = self.task.source.query(made.sql, made.purpose) if made else []
        why = _untold(lines) if made else ""
        later = []
        if changed is not None and not why:
            later = self.task.source.query(changed.sql, changed.purpose)
            why = "" if made else _untold(later)
        if why:
            self.cannot.setdefault(name, why)
            return
        self.tables.setdefault(name, rows.mapped.entity)
        self._made(rows, lines, entity)
        for who, month, _, n, *_, bulk in later:
            if month is not None:
                place = (self.accounts.of(who), name, entity, str(month))
                counts = self.counts.setdefault(place, [0] * 5)
                counts[3] += count(n)
                counts[4] += count(bulk)
        self.task.on_rows(name, rows.table.rows or 0)

    def _made(self, rows: Rows, lines: list[tuple[object, ...]], entity: str) -> None:
        name, undated = rows.table.qualified, 0
        for who, month, automatic, n, _, _, _, _, bulk, by_hand, *filled in lines:
            account = self.accounts.of(who)
            if month is None:
                undated += count(n)
                continue
            place = self.counts.setdefault((account, name, entity, str(month)), [0] * 5)
            for i, value in enumerate((n, n if automatic else 0, bulk)):
                place[i] += count(value)
            for column, value in zip(rows.columns, filled, strict=True):
                sums = self.filled.setdefault((account, name, column.name), [0, 0])
                sums[0] += count(by_hand)
                sums[1] += count(value)
        if undated:
            self.notes.append(f"{name}: {undated:,} rows have no readable date of making")

    def sessions(self, places: tuple[Logins, ...]) -> None:
        """Logins from the first place that has any."""
        for place in places:
            with self.failing(place.table.qualified):
                asked = place.statement(self.task.source)
                lines = self.task.source.query(asked.sql, asked.purpose)
                found, since = recording_sessions.logged_in(lines, self.accounts, place.traces)
                if not found:
                    continue
                self.logged_in, self.logins_since = found, since
                if place.traces:
                    self.notes.append(
                        f"logins are told by what accounts did ({place.table.qualified}): one a day"
                    )
                self.at_once, why = recording_sessions.at_once(self.task, place, self.accounts)
                if why:
                    self.notes.append(why)
                return

    def dashboards(self) -> None:
        """When each dashboard was last opened; no account is kept."""
        for place in recording_boards.boards(self.task):
            with self.failing(place.table.qualified):
                found, since = recording_boards.read(self.task, place)
                self.boards += found
                self.looks_since = since or self.looks_since

    def document(self) -> Recording:
        status = Status("partly", "; ".join(self.reasons)) if self.reasons else Status()
        if self.reasons and not (self.tables or self.logged_in):
            status = replace(status, state="failed")
        recorded = self._recorded()
        months = sorted({r.month for r in recorded} | {x.month for x in self.logged_in})
        return Recording(
            self.task.provenance(status),
            dict(sorted(self.tables.items())),
            recorded,
            tuple(
                FilledBy(account, table, column, rows, n)
                for (account, table, column), (rows, n) in sorted(self.filled.items())
                if rows
            ),
            self.logged_in,
            self.at_once,
            months[0] if months else None,
            months[-1] if months else None,
            self.logins_since,
            BULK_FROM,
            dict(sorted(self.cannot.items())),
            tuple(self.notes),
            self.boards,
            self.looks_since,
        )

    def _recorded(self) -> tuple[Recorded, ...]:
        places = sorted(self.counts)
        if len(places) > MOST_COUNTS:
            months = sorted(p[3] for p in places)
            oldest = months[len(places) - MOST_COUNTS]
            places = [p for p in places if p[3] > oldest]
            self.notes.append(
                f"of months up to {oldest} nothing is kept: there are too many counts"
            )
        found = []
        for place in places:
            account, table, entity, month = place
            day = _month(month)
            if day is not None:
                created, automatic, bulk, changed, at_once = self.counts[place]
                found.append(
                    Recorded(
                        account, table, day, created, changed, automatic, bulk, at_once, entity
                    )
                )
        return tuple(found)


def _status(*wanted: Sequence[object]) -> Status:
    return Status("partly", _NO_KEY) if any(wanted) else Status()


def _untold(lines: list[tuple[object, ...]]) -> str:
    """Why a table's rows do not tell who recorded them; empty where they do."""
    if not lines:
        return "it has no rows"
    if all(line[0] is None for line in lines):
        return "none of its rows names an author"
    dated = [line for line in lines if line[4] is not None]
    if not dated:
        return "none of its rows has a readable date"
    rows = sum(count(line[3]) for line in dated)
    ends = [
        choose(str(line[i]) for line in dated)
        for choose, i in ((min, 4), (max, 5), (min, 6), (max, 7))
    ]
    return made_up(rows, ends)


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


collector = _Recording()
