"""Which reader a log needs, by what is in it. Its name does not matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crmaudit.crud_matrix.collectors.logs import mysql_general, mysql_slow, server_audit
from crmaudit.crud_matrix.collectors.logs.lines import Lines
from crmaudit.crud_matrix.collectors.logs.postgresql import SYSLOG, PostgresqlText
from crmaudit.crud_matrix.collectors.logs.postgresql_message import MARK
from crmaudit.crud_matrix.collectors.logs.record import Reader
from crmaudit.crud_matrix.collectors.logs.rows import Csvlog, Json, Table
from crmaudit.errors import CrmauditError

EXPECTED = (
    "a log of PostgreSQL (stderr, csvlog, jsonlog, syslog), a general, slow or audit log of MySQL "
    "or MariaDB, or a list as CSV with a column `query_text`"
)


def reader_of(lines: Lines, database: str = "") -> Reader:
    """The reader of that file; CrmauditError, with what it looks like, where there is none."""
    head = lines.head
    for recognise in (
        _postgresql_system,
        Json.recognised,
        Csvlog.recognised,
        _server_audit,
        _mysql_slow,
        _mysql_general,
        Table.recognised,
        _postgresql,
    ):
        found = recognise(head)
        if found is not None:
            if isinstance(found, PostgresqlText):
                found.database = database
            return found
    raise CrmauditError(
        f"{lines.path.name} is no statement log: {_seen(head)}",
        f"expected is {EXPECTED}",
        str(lines.path),
    )


def _any(head: Sequence[bytes], test: Callable[[bytes], object]) -> bool:
    return any(test(line) for line in head)


def _postgresql_system(head: Sequence[bytes]) -> Reader | None:
    found = _any(head, lambda line: MARK in line and SYSLOG.fullmatch(line))
    return PostgresqlText(syslog=True) if found else None


def _postgresql(head: Sequence[bytes]) -> Reader | None:
    return PostgresqlText() if _any(head, lambda line: MARK in line) else None


def _server_audit(head: Sequence[bytes]) -> Reader | None:
    return server_audit.ServerAudit() if _any(head, server_audit.LINE.fullmatch) else None


def _mysql_slow(head: Sequence[bytes]) -> Reader | None:
    return mysql_slow.MysqlSlow() if _any(head, mysql_slow.USER.match) else None


def _mysql_general(head: Sequence[bytes]) -> Reader | None:
    return mysql_general.MysqlGeneral() if _any(head, mysql_general.LINE.match) else None


def _seen(head: Sequence[bytes]) -> str:
    """What the file looks like, without a word of its content."""
    if not any(line.strip() for line in head):
        return "it is empty"
    if any(b"\0" in line for line in head):
        return "it is binary"
    first = next(line for line in head if line.strip())
    if b"," in first or b";" in first or b"\t" in first:
        return "its first line has columns, none of which is called like a statement"
    return "none of its first lines is of a known form"
