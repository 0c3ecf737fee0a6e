"""Statements that MySQL and MariaDB keep: digests, and logs that are tables.

Digests tell no account. The general and the slow log do; they are read where
the server writes them into tables (`log_output=TABLE`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from crmaudit.crud_matrix.collectors.tally import Tally
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Column, Statements, Status, Table
from crmaudit.sources.base import ConnectionLostError, Statement
from crmaudit.sources.task import Task

DIGESTS = "digests"
GENERAL = "general log table"
SLOW = "slow log table"
_OFF = (
    "the server does not count statements: performance_schema is off. Set "
    "performance_schema=ON and restart, or name a statement log under `traces:`"
)
_DENIED = "grant SELECT on performance_schema.* to the audit's account"
_NOBODY = "digests do not tell which account sent a statement"
_LONGEST_NAME = 4 + 64 * 3
"""Bytes that the longest name takes where digests are kept, in UTF-8."""
_TOKEN = re.compile(r"`((?:[^`]|``)*)`|\S+")
_SEVERAL = re.compile(r"\?\s*,\s*\.\.\.")
_USER = re.compile(r"^(?P<priv>[^\[]*)\[(?P<user>.*?)\] @ (?P<host>[^\[]*?) ?\[(?P<ip>[^\]]*)\]")

SETTINGS = Statement(
    "SELECT @@performance_schema, "
    "LEAST(@@performance_schema_max_digest_length, @@max_digest_length), @@log_output, "
    "@@general_log, @@slow_query_log, CURRENT_USER()",
    "see what the server counts and logs",
)
COUNTED = Statement(
    "SELECT SCHEMA_NAME, DIGEST_TEXT, COUNT_STAR, FIRST_SEEN, LAST_SEEN "
    "FROM performance_schema.events_statements_summary_by_digest "
    "ORDER BY SCHEMA_NAME, DIGEST, DIGEST_TEXT",
    "read the statements that the server counted, their values taken out",
)
CONSUMER = Statement(
    "SELECT ENABLED FROM performance_schema.setup_consumers WHERE NAME = 'statements_digest'",
    "see whether the server counts statements now",
)
_GENERAL_LOG = Table(
    "general_log",
    "mysql",
    columns=tuple(
        Column(name, "text")
        for name in ("event_time", "user_host", "thread_id", "command_type", "argument")
    ),
)
_SLOW_LOG = Table(
    "slow_log",
    "mysql",
    columns=tuple(
        Column(name, "text") for name in ("start_time", "user_host", "thread_id", "db", "sql_text")
    ),
)


def statements(task: Task) -> Iterator[Statement]:
    """All that `read` may send."""
    yield SETTINGS
    yield CONSUMER
    yield COUNTED
    for table in (_GENERAL_LOG, _SLOW_LOG):
        sent = task.source.statement(table, table.columns)
        yield Statement(sent.sql, f"{sent.purpose}, where the server writes it", template=True)


def read(task: Task) -> Iterator[Statements]:
    """What digests and log tables tell; a document that says why where digests tell nothing."""
    ((on, longest, output, general, slow, me),) = task.source.query(SETTINGS.sql, SETTINGS.purpose)
    if not _true(on):
        yield _nothing(task, DIGESTS, _OFF)
    else:
        try:
            yield _digests(task, int(str(longest or 1024)))
        except ConnectionLostError:
            raise
        except CrmauditError as error:
            yield _nothing(task, DIGESTS, f"{error.problems[0].message}; {_DENIED}")
    if "TABLE" not in str(output):
        return
    for kept, table, origin in ((general, _GENERAL_LOG, GENERAL), (slow, _SLOW_LOG, SLOW)):
        if _true(kept):
            try:
                yield _log(task, table, origin, str(me))
            except ConnectionLostError:
                raise
            except CrmauditError as error:
                yield _nothing(task, origin, error.problems[0].message)


def _nothing(task: Task, origin: str, reason: str) -> Statements:
    return Statements(
        task.provenance(Status("partly", reason)), origin, tells_principals=origin != DIGESTS
    )


def _digests(task: Task, longest: int) -> Statements:
    source = task.source
    tally, dropped, notes = Tally.of(task), 0, [_NOBODY]
    for schema, text, calls, first, last in _rows(source.query(COUNTED.sql, COUNTED.purpose)):
        if text is None:
            # The row into which all go for which there was no place.
            dropped += calls
            continue
        tally.take(
            _SEVERAL.sub("?", text),
            calls=calls,
            first=_moment(first),
            last=_moment(last),
            database=schema or "",
            cut=may_be_cut(text, longest),
        )
    enabled = source.query(CONSUMER.sql, CONSUMER.purpose)
    if enabled and enabled[0][0] == "NO":
        notes.append("the server counts no statements now: the consumer statements_digest is off")
    return tally.document(
        task.provenance(), DIGESTS, dropped=dropped, tells_principals=False, notes=notes
    )


def may_be_cut(text: str, longest: int) -> bool:
    """Whether a digest's text may be only the beginning of its statement.

    The server keeps a digest as words of two bytes, with the names written
    out, in `longest` bytes, and stops before the first that no longer fits.
    MySQL then ends the text in `...`, MariaDB in nothing. So what comes so
    near to the limit that a name might not have fitted is doubtful.
    """
    kept = 0
    for match in _TOKEN.finditer(text):
        name = match[1]
        kept += 2 if name is None else 4 + len(name.replace("``", "`").encode())
    whole = _SEVERAL.sub("?", text).rstrip()
    return kept > longest - _LONGEST_NAME or whole.endswith("...")


def _log(task: Task, table: Table, origin: str, me: str) -> Statements:
    """A log that is a table, read row by row."""
    tally = Tally.of(task)
    databases: dict[str, str] = {}
    for batch in task.source.stream(table, table.columns):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if table is _SLOW_LOG:
                moment, user, thread, database, text = row
                _take(tally, text, user, moment, thread, database or "")
            else:
                _heard(tally, databases, *row)
    return tally.document(task.provenance(), origin, reader=me.rpartition("@")[0])


def _heard(
    tally: Tally,
    databases: dict[str, str],
    moment: str,
    user: str,
    thread: str,
    command: str,
    argument: str | None,
) -> None:
    """One row of the general log: a connection that begins, changes its database or asks."""
    text = argument or ""
    if command == "Connect":
        tally.ended(thread)
        _, _, rest = text.partition(" on ")
        databases[thread] = rest.partition(" using ")[0].strip()
    elif command == "Init DB":
        databases[thread] = text.strip()
    elif command == "Quit":
        tally.ended(thread)
        databases.pop(thread, None)
    elif command in ("Query", "Execute"):
        used = re.fullmatch(r"\s*use\s+`?([^`;]+?)`?\s*;?\s*", text, re.IGNORECASE)
        if used:
            databases[thread] = used[1]
        else:
            _take(tally, text, user, moment, thread, databases.get(thread, ""))


def _take(tally: Tally, text: str, user: str, moment: str, thread: str, database: str) -> None:
    match = _USER.match(user or "")
    # Where it came from may be a person's computer, and is not the host of the account's rights.
    who = match["user"] if match else ""
    tally.take(text, who, first=_moment(moment), session=thread, database=database)


def _moment(text: object) -> datetime | None:
    """A time of the session, which is UTC; None for the server's zero date."""
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
    except ValueError:
        return None


def _true(value: object) -> bool:
    return str(value).casefold() in ("1", "on", "yes", "true")


def _rows(rows: list[tuple[object, ...]]) -> list[tuple[Any, ...]]:
    """The rows of an own statement, whose types it decides."""
    return rows
