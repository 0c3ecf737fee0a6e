"""Logins by account and month, and how many accounts were in at one time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from crmaudit.evidence import AtOnce, LoggedIn, Table
from crmaudit.governance.collectors.recording_accounts import (
    Accounts,
    as_text,
    count,
    from_table,
    tables_of,
)
from crmaudit.sources.base import Source, Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.stamps import Stamp
from crmaudit.sources.task import Task
from crmaudit.workspace.accounts import Session

if TYPE_CHECKING:
    import pyarrow as pa

ENOUGH_CLOSED = 0.5
"""Where fewer sessions have an end, how long they lasted is a guess."""
LONGEST_DAYS = 7
"""A session that was never closed counts at most so long."""


@dataclass(frozen=True)
class Logins:
    """A table of logins, or, where there is none, one of what accounts did (`traces`)."""

    part: Session
    table: Table
    traces: bool = False

    @property
    def at(self) -> str:
        return self.part.at if self.traces else self.part.login_at

    def statement(self, source: Source) -> Statement:
        """Each line: account, month, status, logins, days, first day."""
        names = {c.name for c in self.table.columns}
        stamp = Stamp.of(source, self.table, self.at)
        assert stamp is not None
        status = source.quote(self.part.status) if self.part.status in names else "NULL"
        own = selected(self.part.where).removeprefix(" WHERE ")
        where = f"{stamp.there} AND ({own})" if own else stamp.there
        inner = (
            f"SELECT {source.quote(self.part.user)} AS c_who, {stamp.text} AS c_at, "
            f"{as_text(source, status)} AS c_status "
            f"FROM {from_table(source, self.table)} WHERE {where}"
        )
        return Statement(
            f"SELECT {as_text(source, 'c_who')}, SUBSTR(c_at, 1, 7), c_status, COUNT(*), "
            f"COUNT(DISTINCT SUBSTR(c_at, 1, 10)), MIN(SUBSTR(c_at, 1, 10)) FROM ({inner}) g "
            "GROUP BY 1, 2, 3",
            f"count the logins of each account in {self.table.qualified}, by month",
        )


def places(task: Task) -> tuple[Logins, ...]:
    """Where logins are kept, the best place first; traces of work where there is no other."""
    tables, found = tables_of(task), []
    for traces in (False, True):
        for part in task.accounts().sessions:
            table = tables.get(part.table)
            names = {c.name for c in table.columns} if table else set()
            one = Logins(part, table, traces) if table else None
            # A row that is the account itself has its last login only.
            if one and part.user in names and one.at in names:
                found.append(one)
    return tuple(found)


def logged_in(
    lines: list[tuple[object, ...]], accounts: Accounts, traces: bool
) -> tuple[tuple[LoggedIn, ...], date | None]:
    """Logins by account and month, and the first day of all.

    Where a status tells successes from failures, failures are left out. A
    trace of work counts once a day.
    """
    good = {str(row[2]) for row in lines if str(row[2]).casefold() in ("success", "successful")}
    counts: dict[tuple[str, str], list[int]] = {}
    first: list[str] = []
    for who, month, status, logins, days, day in lines:
        key = accounts.key_of(who)
        if not key or month is None or (good and str(status) not in good):
            continue
        place = counts.setdefault((key, str(month)), [0, 0])
        # One day may stand under two statuses; a month has no more days than 31.
        place[1] = min(31, place[1] + count(days))
        place[0] += count(days if traces else logins)
        first.append(str(day))
    found = (
        LoggedIn(accounts.name(key), date.fromisoformat(f"{month}-01"), n, days)
        for (key, month), (n, days) in counts.items()
    )
    ordered = sorted(found, key=lambda x: (x.account, x.month))
    return tuple(ordered), date.fromisoformat(min(first)) if first else None


def at_once(task: Task, place: Logins, accounts: Accounts) -> tuple[tuple[AtOnce, ...], str]:
    """The peak of accounts in at one time by month and licence, and why there is none.

    Sessions of one account that overlap count once. One without an end counts
    as long as the median of the others, at most a week; where fewer than half
    have an end, nothing is told. Reads account, login and logout of each
    session, of which nothing is kept.
    """
    part, table = place.part, place.table
    names = {c.name for c in table.columns}
    if place.traces or part.logout_at not in names:
        return (), f"{table.qualified} does not say when sessions end"
    columns = [table.column(c) for c in (part.user, part.login_at, part.logout_at)]
    whole = task.source.stream(table, columns, part.where).read_all()
    return _swept(whole, accounts)


def _swept(rows: pa.Table, accounts: Accounts) -> tuple[tuple[AtOnce, ...], str]:
    # Heavy, and wanted only where there are sessions with ends.
    import numpy as np
    import pyarrow.compute as pc

    who = pc.dictionary_encode(rows.column(0).combine_chunks())
    start, stop = _seconds(rows.column(1)), _seconds(rows.column(2))
    keys = [accounts.key_of(v) for v in who.dictionary.to_pylist()]
    codes = np.asarray(pc.fill_null(who.indices, -1))
    known = np.array([bool(k) for k in keys] + [False])
    kept = known[codes] & ~np.isnan(start)
    codes, start, stop = codes[kept], start[kept], stop[kept]
    closed = ~np.isnan(stop) & (stop >= start)
    if not len(start):
        return (), ""
    if closed.mean() < ENOUGH_CLOSED:
        return (), (
            f"{int(closed.sum()):,} of {len(start):,} sessions have an end: how many accounts "
            "were in at one time cannot be told"
        )
    usual = min(float(np.median((stop - start)[closed])), LONGEST_DAYS * 86400.0)
    stop = np.where(closed, stop, start + usual)
    licences = [accounts.licence.get(k, "") for k in keys]
    found: list[AtOnce] = []
    for licence in sorted({licences[c] for c in np.unique(codes)}):
        mine = np.isin(codes, [i for i, x in enumerate(licences) if x == licence])
        found += _peaks(licence, codes[mine], start[mine], stop[mine], closed[mine])
    return tuple(sorted(found, key=lambda x: (x.month, x.licence))), ""


def _seconds(column: pa.ChunkedArray) -> Any:
    """Seconds since 1970 of texts in ISO 8601 or of such numbers; NaN where neither stands."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pc.replace_substring(column.combine_chunks(), "T", " ")
    day = pc.match_substring_regex(text, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
    cut = pc.if_else(day, pc.utf8_slice_codeunits(text, 0, 19), None)
    parsed = pc.strptime(cut, format="%Y-%m-%d %H:%M:%S", unit="s", error_is_null=True)
    seconds = np.array(
        pc.cast(pc.cast(parsed, pa.int64()), pa.float64()).to_numpy(zero_copy_only=False)
    )
    number = pc.match_substring_regex(text, r"^\d{9,13}(\.\d+)?$")
    if pc.any(number).as_py():
        plain = pc.cast(pc.if_else(number, text, None), pa.float64())
        values = np.array(plain.to_numpy(zero_copy_only=False))
        values = np.where(values > 1e10, values / 1000, values)
        seconds = np.where(np.isnan(seconds), values, seconds)
    return seconds


def _peaks(licence: str, codes: Any, start: Any, stop: Any, closed: Any) -> Iterator[AtOnce]:
    import numpy as np

    order = np.lexsort((start, codes))
    c, a, b = codes[order], start[order], stop[order]
    # Sessions of one account that touch are one: a new one begins after all before have ended.
    merged: list[tuple[float, int]] = []
    last, end = None, 0.0
    for code, begin, finish in zip(c.tolist(), a.tolist(), b.tolist(), strict=True):
        if code == last and begin <= end:
            end = max(end, finish)
            continue
        if last is not None:
            merged.append((end, -1))
        merged.append((begin, 1))
        last, end = code, finish
    merged.append((end, -1))
    # An end at the moment of another's beginning comes first.
    merged.sort()
    months = start.astype("datetime64[s]").astype("datetime64[M]")
    peaks: dict[str, int] = {}
    level = 0
    for moment, step in merged:
        level += step
        if step > 0:
            month = str(np.datetime64(int(moment), "s").astype("datetime64[M]"))
            peaks[month] = max(peaks.get(month, 0), level)
    counted: Mapping[str, tuple[int, int]] = {
        str(m): (int((months == m).sum()), int(closed[months == m].sum()))
        for m in np.unique(months)
    }
    for month, (sessions, ended) in counted.items():
        day = date.fromisoformat(f"{month}-01")
        yield AtOnce(day, licence, peaks.get(month, 0), sessions, ended)
