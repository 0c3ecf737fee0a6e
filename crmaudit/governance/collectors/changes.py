"""Whether changes leave a trail, and what the trail tells of loss.

Histories are read by statements that count; no value of them leaves the
database. What records themselves tell (marks of deletion, gaps in their
numbers, stamps of one minute) is counted by table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date

from crmaudit.errors import CrmauditError
from crmaudit.evidence import (
    BulkChange,
    Changes,
    Document,
    EntityMap,
    Overwritten,
    Removed,
    Status,
    Table,
    Trail,
    TrailOf,
)
from crmaudit.evidence.changes import Action
from crmaudit.governance.collectors import changes_records, recording_accounts
from crmaudit.governance.collectors.changes_history import Log
from crmaudit.governance.collectors.recording_accounts import (
    Accounts,
    Failing,
    as_text,
    count,
    from_table,
    made_up,
    tables_of,
)
from crmaudit.governance.collectors.recording_rows import BULK_FROM
from crmaudit.sources.base import Source, Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.task import Task
from crmaudit.workspace.accounts import TrailSetting

MOST_BULK = 50
"""So many of the largest bulk changes are kept."""
MOST_KINDS = 200
"""Of more kinds of record in one history those with the fewest rows are left out."""


class _Changes:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterable[Statement]:
        source, tables, known = task.source, tables_of(task), task.accounts()
        users = tables.get(known.users.table) if known.users else None
        with suppress(CrmauditError):
            asked = recording_accounts.statement(source, known, users)
            if asked is not None:
                yield asked
        logs = _logs(task)
        for log in logs:
            with suppress(CrmauditError):
                yield log.counted()
                yield from (s for s in (log.authors(), log.bulk()) if s)
        if any(log.keeps_values for log in logs):
            yield Statement(
                "SELECT c_kind, c_field, c_action, …",
                "count values that were replaced, and those of them by accounts of programs",
                template=True,
            )
        if logs:
            yield Statement(
                "SELECT COUNT(*), COUNT(CASE WHEN k.c_key IS NULL THEN 1 END) FROM …",
                "see which records that a history says were deleted are gone from their table",
                template=True,
            )
        for part in known.trail:
            if part.table in tables:
                with suppress(CrmauditError):
                    yield _setting(source, part, tables[part.table])
        for kept in changes_records.kept(task):
            with suppress(CrmauditError):
                yield kept.counted()
                yield from kept.bulk().values()
        if not any(task.found(EntityMap)):  # what is found of entities adds tables
            yield from changes_records.TEMPLATES

    def collect(self, task: Task) -> Iterator[Document]:
        found = changes(task)
        if found is not None:
            yield found


def changes(task: Task) -> Changes | None:
    """What is known of change and loss; None where nobody knows what the tables mean.

    Without the audit's key nothing says who changed much at once.
    A lost connection passes as ConnectionLostError.
    """
    known = task.accounts()
    logs, kept = _logs(task), changes_records.kept(task)
    if not (logs or kept or known.trail):
        return None
    work = _Work(task, Accounts(task.key))
    with work.failing("accounts"):
        work.accounts = recording_accounts.read(task, task.key)
    for log in logs:
        with work.failing(log.table.qualified):
            work.history(log)
    if not known.history:
        whose = f"of {known.product.name} " if known.product else ""
        work.cannot[""] = f"where a history {whose}is kept is not known"
    elif not logs:
        work.cannot[""] = "none of the tables of history that the map names is there"
    tables = tables_of(task)
    for part in known.trail:
        if part.table in tables:
            with work.failing(part.table):
                work.setting(part, tables[part.table])
    for one in kept:
        with work.failing(one.table.qualified):
            work.records(one)
    return work.document()


def _logs(task: Task) -> tuple[Log, ...]:
    tables, known = tables_of(task), task.accounts()
    logs = [Log(task.source, p, tables[p.table], known) for p in known.history if p.table in tables]
    whole = [log for log in logs if not log.values_elsewhere]
    merged = (
        one
        for values in logs
        if values.values_elsewhere
        for log in whole
        if (one := log.with_values_of(values.part, values.table)) is not None
    )
    return (*whole, *merged)


def _setting(source: Source, part: TrailSetting, table: Table) -> Statement:
    kept = selected(part.kept).removeprefix(" WHERE ") or "1 = 1"
    word = as_text(source, source.quote(part.object_type))
    return Statement(
        f"SELECT {word}, CASE WHEN {kept} THEN 1 ELSE 0 END "
        f"FROM {from_table(source, table)}{selected(part.where)}",
        f"read from {table.qualified} of which records a history is kept",
    )


@dataclass
class _Work:
    task: Task
    accounts: Accounts
    trails: list[Trail] = field(default_factory=list)
    kept_on: dict[str, bool] = field(default_factory=dict)
    bulk: list[BulkChange] = field(default_factory=list)
    runs: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    overwritten: list[Overwritten] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)
    cannot: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def failing(self, what: str) -> Failing:
        return Failing(self.reasons, self.cannot, what)

    def _ask(self, statement: Statement) -> list[tuple[object, ...]]:
        return self.task.source.query(statement.sql, statement.purpose)

    # Histories

    def history(self, log: Log) -> None:
        """Read one table of history; raises CrmauditError where it fails."""
        kinds: dict[str, TrailOf] = {}
        deleting: dict[str, set[str]] = {}
        words: dict[str, str] = {}
        lines = sorted(self._ask(log.counted()), key=lambda line: (-count(line[2]), str(line[:2])))
        why = _made_up(lines)
        if why:
            self.cannot[log.table.qualified] = why
        for word, action, n, before, first, last, *_ in lines:
            name = log.word_of(word)
            if name not in kinds and len(kinds) >= MOST_KINDS:
                continue
            words.setdefault(name, "" if word is None else str(word))
            known = kinds.get(name) or TrailOf(name, log.table_of(word), 0)
            meant = log.action(action)
            if meant == "deleted":
                deleting.setdefault(name, set()).add(str(action))
            kinds[name] = _more(
                known, meant, count(n), first, last, count(before) if log.tells_before else None
            )
        if why:
            # What its program would have kept of true changes is not known.
            kinds = {name: replace(k, keeps_old=None) for name, k in kinds.items()}
        for name, codes in deleting.items():
            kinds[name] = replace(
                kinds[name], gone=self._gone(log, kinds[name], words[name], codes)
            )
        whole = sum(k.rows for k in kinds.values())
        authors = log.authors()
        number = count(self._ask(authors)[0][0]) if authors else None
        self.trails.append(Trail(log.table.qualified, whole, tuple(kinds.values()), number))
        self._in_bulk(log)
        self._values(log)
        self.task.on_rows(log.table.qualified, whole)

    def _gone(self, log: Log, trail: TrailOf, word: str, codes: set[str]) -> int | None:
        table = tables_of(self.task).get(trail.table)
        key = changes_records.key_of(self.task, table) if table else ""
        asked = log.gone(word, codes, table, key) if table and key else None
        gone = None
        if asked is not None:
            with self.failing(f"{log.table.qualified}, deleted {trail.table}"):
                gone = count(self._ask(asked)[0][1])
        return gone

    def _in_bulk(self, log: Log) -> None:
        asked = log.bulk()
        if asked is None:
            return
        for word, action, by, day, runs, rows in self._ask(asked):
            meant = log.action(action)
            if meant:
                table = log.table_of(word) or log.word_of(word)
                self._add(table, meant, by, day, runs, rows, log.table.qualified)

    def _add(
        self,
        table: str,
        action: Action,
        by: object,
        day: object,
        runs: object,
        rows: object,
        source: str,
    ) -> None:
        self.runs[action] = self.runs.get(action, 0) + count(runs)
        self.rows[action] = self.rows.get(action, 0) + count(rows)
        when = _day(day)
        if when:
            name = self.accounts.of(by)
            self.bulk.append(BulkChange(table, action, name, when, count(rows), source))

    def _values(self, log: Log) -> None:
        asked = log.overwritten(self.accounts.programs)
        if asked is None:
            return
        for word, name, action, rows, emptied, imports, first, last in self._ask(asked):
            if log.action(action) == "changed":
                table = log.table_of(word) or log.word_of(word)
                # A field's name is the product's; what is none is not shown.
                called = log.field_of(name)
                self.overwritten.append(
                    Overwritten(
                        table, called, count(rows), count(emptied), count(imports),
                        _day(first), _day(last),
                    )
                )  # fmt: skip

    def setting(self, part: TrailSetting, table: Table) -> None:
        """Read of which kinds of record a history is kept."""
        for word, on in self._ask(_setting(self.task.source, part, table)):
            if word is not None:
                name = self.task.accounts().table_of(str(word)) or str(word)[:60]
                self.kept_on[name] = bool(count(on)) or self.kept_on.get(name, False)

    # Records themselves

    def records(self, one: changes_records.Kept) -> None:
        ((rows, soft, low, high, different),) = self._ask(one.counted())
        self.removed.append(one.removed(count(rows), soft, low, high, different))
        name = one.table.qualified
        told = any(t.table == name for trail in self.trails for t in trail.of if t.changed)
        for action, asked in one.bulk(told).items():
            for by, day, runs, number in self._ask(asked):
                self._add(name, action, by, day, runs, number, name)

    def document(self) -> Changes:
        status = Status("partly", "; ".join(self.reasons)) if self.reasons else Status()
        if self.reasons and not (self.trails or self.removed or self.kept_on):
            status = replace(status, state="failed")
        largest = sorted(self.bulk, key=lambda b: (-b.rows, b.table, b.action, b.day, b.by))
        return Changes(
            self.task.provenance(status),
            tuple(self.trails),
            dict(sorted(self.kept_on.items())),
            tuple(largest[:MOST_BULK]),
            tuple(sorted(self.overwritten, key=lambda o: (o.table, o.field, -o.rows))),
            tuple(self.removed),
            BULK_FROM,
            dict(sorted(self.runs.items())),
            dict(sorted(self.rows.items())),
            dict(sorted(self.cannot.items())),
            tuple(self.notes),
        )


def _more(
    known: TrailOf,
    action: Action | None,
    rows: int,
    first: object,
    last: object,
    before: int | None,
) -> TrailOf:
    days = [d for d in (known.first, known.last, _day(first), _day(last)) if d]
    keeps = known.keeps_old
    if action == "changed" and before is not None:
        keeps = bool(keeps) or before > 0
    more = {action: getattr(known, action) + rows} if action else {}
    ends = {"first": min(days), "last": max(days)} if days else {}
    return replace(known, rows=known.rows + rows, keeps_old=keeps, **more, **ends)  # type: ignore[arg-type]


def _made_up(lines: Sequence[tuple[object, ...]]) -> str:
    dated = [line for line in lines if line[4] is not None]
    if not dated:
        return ""
    ends = [
        choose(str(line[i]) for line in dated)
        for choose, i in ((min, 4), (max, 5), (min, 6), (max, 7))
    ]
    return made_up(sum(count(line[2]) for line in dated), ends)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value is not None else None
    except ValueError:
        return None


collector = _Changes()
