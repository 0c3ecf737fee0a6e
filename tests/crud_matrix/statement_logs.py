"""One small workload, written down as every server would write it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crmaudit.crud_matrix.collectors.logs import documents
from crmaudit.evidence import Statements
from crmaudit.sources.absent import AbsentSource
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.dossier import Traces
from crmaudit.workspace.landscape import Map, Principal

SECRET = "Zylphia"
"""In every value of the workload: it must never come out."""


@dataclass(frozen=True)
class Event:
    second: int
    session: int
    user: str
    database: str
    sql: str
    failed: bool = False

    @property
    def stamp(self) -> str:
        return f"2026-11-03 10:00:{self.second:02}"


EVENTS = (
    Event(1, 41, "crm_app", "crm", f"SELECT * FROM contact WHERE mail = '{SECRET}@x.org'"),
    Event(2, 41, "crm_app", "crm", "SELECT *\nFROM contact\n\tWHERE id = 7"),
    Event(3, 42, "report_ro", "crm", "SELECT count(*) FROM orders"),
    Event(4, 41, "crm_app", "crm", f"UPDATE contact SET name = '{SECRET}, O''Neil' WHERE id = 12"),
    Event(5, 41, "crm_app", "crm", f"UPDATE contact SET name = '{SECRET}' WHERE id = 345"),
    Event(6, 41, "crm_app", "crm", "CREATE TEMPORARY TABLE orders_work AS SELECT * FROM orders"),
    Event(7, 41, "crm_app", "crm", "INSERT INTO orders_work SELECT * FROM orders"),
    Event(8, 41, "crm_app", "crm", f"INSERT INTO orders (note) VALUES ('{SECRET}'), ('b')"),
    Event(9, 42, "report_ro", "crm", "DELETE FROM contact WHERE id = 1", failed=True),
    Event(10, 43, "crm_app", "archive", "DELETE FROM contact WHERE id = 1"),
)
USES = {
    ("crm_app", "contact", "R", 4),
    ("crm_app", "contact", "U", 2),
    ("crm_app", "orders", "R", 2),
    ("crm_app", "orders", "C", 1),
    ("report_ro", "orders", "R", 1),
}
UNKNOWING = {
    ("", "contact", "R", 4),
    ("", "contact", "U", 2),
    ("", "orders", "R", 3),
    ("", "orders", "C", 1),
}
"""The same where the log does not say who."""


def read(path: Path | str, *, system: str = "crm", declared: tuple[str, ...] = ()) -> Statements:
    """The document of one entry, with no database at hand."""
    source = AbsentSource([str(path)])
    principals = tuple(Principal(principal=p, system="crm") for p in declared)
    known = Known(
        map=Map(system="crm", principals=principals) if declared else None,
        traces=Traces(statements=(str(path),)),
        words=("crm", "report"),
    )
    (found,) = documents(Task(source, system, source.catalog(system), (), known))
    assert isinstance(found, Statements)
    return found


def uses(found: Statements) -> set[tuple[str, str, str, int]]:
    return {(u.principal, u.table, u.letter, u.calls) for u in found.uses}


def postgresql(prefix: Callable[[Event, int], str], form: str = "statement: ") -> str:
    """The log on stderr; a failure is told behind the statement that failed."""
    lines = ["2026-11-03 09:59:00.000 UTC [1] LOG:  database system is ready to accept connections"]
    for number, e in enumerate(EVENTS):
        before = prefix(e, number)
        lines.append(f"{before}LOG:  {form}{e.sql}".replace("\n", "\n\t"))
        if form.startswith("execute"):
            lines.append(f"{before}DETAIL:  parameters: $1 = '{SECRET}'")
        if e.failed:
            lines.append(f"{before}ERROR:  permission denied for table contact")
            lines.append(f"{before}STATEMENT:  {e.sql}".replace("\n", "\n\t"))
    return "\n".join(lines) + "\n"


def csvlog() -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for number, e in enumerate(EVENTS):
        row = [f"{e.stamp}.001 UTC", e.user, e.database, e.session, "10.0.0.1:5", f"6b.{e.session}"]
        row += [number, "SELECT", e.stamp, "3/1", 0, "LOG", "00000", f"statement: {e.sql}"]
        writer.writerow([*row, *[""] * 9, "client backend", "", 0])
        if e.failed:
            row[11:14] = ["ERROR", "42501", "permission denied"]
            writer.writerow([*row, *[""] * 5, e.sql, *[""] * 3, "client backend", "", 0])
    return out.getvalue()


def jsonlog() -> str:
    lines = []
    for e in EVENTS:
        one = {
            "timestamp": f"{e.stamp}.001 UTC",
            "user": e.user,
            "dbname": e.database,
            "pid": e.session,
            "session_id": f"6b.{e.session}",
            "error_severity": "LOG",
            "message": f"statement: {e.sql}",
        }
        lines.append(json.dumps(one))
        if e.failed:
            lines.append(json.dumps({**one, "error_severity": "ERROR", "statement": e.sql}))
    return "\n".join(lines) + "\n"


def syslog() -> str:
    """Lines of several processes mixed, long ones cut, tabs as #011."""
    queues: list[list[str]] = []
    for number, e in enumerate(EVENTS):
        head = f"Nov  3 10:00:{e.second:02} db1 postgres[{e.session}]:"
        first, *rest = f"{e.user}@{e.database} LOG:  statement: {e.sql}".split("\n")
        lines = [f"{head} [{number}-1] {first[:60]}"]
        parts = [first[60:]] if first[60:] else []
        parts += [f"#011{line}" for line in rest]
        lines += [f"{head} [{number}-{i}] {part}" for i, part in enumerate(parts, 2)]
        if e.failed:
            lines.append(
                f"{head} [{number + 50}-1] {e.user}@{e.database} ERROR:  permission denied"
            )
            lines.append(f"{head} [{number + 50}-2] {e.user}@{e.database} STATEMENT:  {e.sql}")
        queues.append(lines)
    told = ["Nov  3 09:00:00 db1 cron[7]: (root) CMD (true)"]
    for one, other in zip(queues[::2], queues[1::2], strict=True):
        if one[0].split("[")[1] == other[0].split("[")[1]:
            told += one + other
        else:
            told += [line for pair in _mixed(one, other) for line in pair]
    return "\n".join(told) + "\n"


def _mixed(first: list[str], second: list[str]) -> list[tuple[str, ...]]:
    longest = max(len(first), len(second))
    return [(*first[i : i + 1], *second[i : i + 1]) for i in range(longest)]


def general(iso: bool) -> str:
    lines = [
        "/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server). started with:",
        "Tcp port: 3306  Unix socket: /run/mysqld.sock",
        "Time                 Id Command    Argument",
    ]
    connected: set[int] = set()
    for e in EVENTS:
        clock = f"10:00:{e.second:02}"
        stamp = (
            f"2026-11-03T{clock}.000001Z" if iso else f"261103 {clock}" if e.second % 2 else "\t"
        )
        if e.session not in connected:
            connected.add(e.session)
            lines.append(f"{stamp}\t{e.session:5} Connect\t{e.user}@10.0.0.1 on crm using TCP/IP")
            if e.database != "crm":
                lines.append(f"{stamp}\t{e.session:5} Init DB\t{e.database}")
        if e.sql.startswith("UPDATE"):
            lines.append(f"{stamp}\t{e.session:5} Prepare\t{e.sql}")
            lines.append(f"{stamp}\t{e.session:5} Execute\t{e.sql}")
        else:
            lines.append(f"{stamp}\t{e.session:5} Query\t{e.sql}")
    lines += [f"\t\t{session:5} Quit\t" for session in sorted(connected)]
    return "\n".join(lines) + "\n"


def slow() -> str:
    lines = ["Tcp port: 3306  Unix socket: /run/mysqld.sock", "Time Id Command Argument"]
    database = ""
    for e in EVENTS:
        lines.append(f"# Time: 2026-11-03T10:00:{e.second:02}.000000Z")
        lines.append(f"# User@Host: {e.user}[{e.user}] @ localhost [10.0.0.1]  Id: {e.session:5}")
        lines.append(f"# Query_time: 2.5  Lock_time: 0.0  Errno: {1142 if e.failed else 0}")
        if e.database != database:
            database = e.database
            lines.append(f"use {database};")
        lines.append(f"SET timestamp={1793700000 + e.second};")
        lines.append(f"{e.sql};")
    return "\n".join(lines) + "\n"


def server_audit() -> str:
    lines = []
    for number, e in enumerate(EVENTS):
        head = f"20261103 10:00:{e.second:02},db1,{e.user},10.0.0.1,{e.session},{number}"
        sql = (
            e.sql.replace("\\", "\\\\")
            .replace("'", "\\'")
            .replace("\n", "\\n")
            .replace("\t", "\\t")
        )
        lines.append(f"{head},READ,{e.database},contact,")
        lines.append(f"{head},QUERY,{e.database},'{sql}',{1142 if e.failed else 0}")
    return "\n".join(lines) + "\n"


def percona_json() -> str:
    records = (
        {
            "name": "Query",
            "timestamp": f"2026-11-03T10:00:{e.second:02}Z",
            "command_class": "select",
            "connection_id": str(e.session),
            "status": 1142 if e.failed else 0,
            "sqltext": e.sql,
            "user": f"{e.user}[{e.user}] @ localhost []",
            "db": e.database,
        }
        for e in EVENTS
    )
    return "\n".join(json.dumps({"audit_record": r}) for r in records) + "\n"


def enterprise_json() -> str:
    records = (
        {
            "timestamp": e.stamp,
            "class": "general",
            "connection_id": e.session,
            "account": {"user": e.user, "host": "localhost"},
            "general_data": {"query": e.sql, "status": int(e.failed), "db": e.database},
        }
        for e in EVENTS
    )
    return "[\n" + ",\n".join(json.dumps(r) for r in records) + "\n]\n"


def table(header: str, delimiter: str = ",", mark: str = "") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header.split())
    for e in EVENTS:
        failed = "true" if e.failed else "false"
        writer.writerow([e.sql, e.user, e.database, e.stamp, e.session, failed])
    return mark + out.getvalue()
