"""Statements that PostgreSQL counted: the view of its extension pg_stat_statements."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from crmaudit.crud_matrix.collectors.tally import Tally
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Statements, Status, Unread
from crmaudit.sources.base import ConnectionLostError, Statement
from crmaudit.sources.task import Task

ORIGIN = "pg_stat_statements"
_HIDDEN = "<insufficient privilege>"
_PREPARED = re.compile(
    r"(?:\s+|--[^\n]*\n|/\*.*?\*/)*"
    r'PREPARE\s+(?:"(?:[^"]|"")*"|[\w$]+)\s*(?:\([^)]*\))?\s*AS\s+',
    re.IGNORECASE | re.DOTALL,
)
"""EXECUTE is counted under the text that prepared the statement; preparing it is not."""
_EVICTED = 0.05
"""The share of its entries that the extension drops at a time, at least ten (its source)."""

WHERE = Statement(
    "SELECT quote_ident(n.nspname), e.extversion, session_user::text FROM pg_extension e "
    "JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'",
    "look for pg_stat_statements",
)
SETTINGS = Statement(
    "SELECT name, setting FROM pg_settings WHERE name LIKE 'pg_stat_statements.%' ORDER BY name",
    "see what the server counts",
)
PATHS = Statement(
    "SELECT r.rolname FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole "
    "WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())) "
    "AND EXISTS (SELECT FROM unnest(s.setconfig) c WHERE c LIKE 'search_path=%') "
    "UNION SELECT r.rolname FROM pg_roles r JOIN pg_namespace n ON n.nspname = r.rolname "
    "ORDER BY 1",
    "see which accounts look for tables in schemas of their own",
)
OWN_PATH = Statement(
    "SELECT source, current_schema(), session_user::text FROM pg_settings "
    "WHERE name = 'search_path'",
    "see whether the audit looks for tables where the accounts do",
)
SHARED = Statement(
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' "
    "AND n.nspname <> 'information_schema' GROUP BY 1 HAVING count(*) > 1 ORDER BY 1",
    "see which names tables of several schemas have",
)
_COUNTED = (
    "SELECT r.rolname, s.query, s.calls FROM {schema}.pg_stat_statements s "
    "LEFT JOIN pg_roles r ON r.oid = s.userid "
    "WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "ORDER BY r.rolname, s.queryid, s.query, s.calls"
)
_ELSEWHERE = (
    "SELECT coalesce(sum(s.calls), 0)::int8 FROM {schema}.pg_stat_statements s "
    "WHERE s.dbid <> (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_INFO = (
    "SELECT dealloc, extract(epoch FROM stats_reset)::float8, extract(epoch FROM now())::float8 "
    "FROM {schema}.pg_stat_statements_info"
)
_ALIKE = {"default", "configuration file", "command line", "environment variable", "database"}
"""Where the audit's search path comes from if all accounts have the same by default."""
_PURPOSES = {
    _COUNTED: "read the statements that the server counted, their values taken out",
    _ELSEWHERE: "see how many ran in other databases",
    _INFO: "see since when it counts, and how many it dropped",
}
_ABSENT = (
    "the server does not count statements here: pg_stat_statements is not installed. Put it into "
    "shared_preload_libraries, restart, and run CREATE EXTENSION pg_stat_statements in this "
    "database; or name a statement log under `traces:`"
)
_NOT_LOADED = (
    "pg_stat_statements is not loaded: put it into shared_preload_libraries and restart the server"
)
_LOST_TEXT = "the server has lost its text"
_NO_TEXT = "the text is hidden from the audit's account: grant it pg_read_all_stats"


def statements(task: Task) -> Iterator[Statement]:
    """All that `read` sends; the schema of the extension is known only then."""
    yield WHERE
    yield SETTINGS
    yield PATHS
    yield OWN_PATH
    yield SHARED
    for sql, purpose in _PURPOSES.items():
        yield Statement(sql.replace("{schema}", "…"), purpose, template=True)


def read(task: Task) -> Iterator[Statements]:
    """What the view tells; a document that says why where it tells nothing."""
    found = task.source.query(WHERE.sql, WHERE.purpose)
    if not found:
        yield Statements(task.provenance(Status("partly", _ABSENT)), ORIGIN)
        return
    ((schema, version, me),) = found
    try:
        yield _read(task, str(schema), str(version), str(me))
    except ConnectionLostError:
        raise
    except CrmauditError as error:
        told = error.problems[0].message
        reason = _NOT_LOADED if "shared_preload_libraries" in told else told
        yield Statements(task.provenance(Status("partly", reason)), ORIGIN)


def _read(task: Task, schema: str, version: str, me: str) -> Statements:
    answered = task.source.query(SETTINGS.sql, SETTINGS.purpose)
    settings = {str(name): str(value) for name, value in answered}

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return task.source.query(sql.replace("{schema}", schema), _PURPOSES[sql])

    tally = Tally.of(task)
    look(task, tally)
    untold: Counter[tuple[str, str]] = Counter()
    for role, text, calls in ask(_COUNTED):
        who = role or ""
        if text is None or text == _HIDDEN:
            untold[who, _NO_TEXT if text else _LOST_TEXT] += calls
        else:
            prepared = _PREPARED.match(text)
            tally.take(text[prepared.end() :] if prepared else text, who, calls=calls)
    ((elsewhere,),) = ask(_ELSEWHERE)
    tally.pass_over(elsewhere)
    dropped, since, until, notes = None, None, None, list(_remarks(settings))
    if _number(version) >= (1, 9):
        ((times, reset, now),) = ask(_INFO)
        most = int(settings.get("pg_stat_statements.max", "5000"))
        dropped = times * max(10, int(most * _EVICTED))
        if times:
            notes.append(
                f"{times:,} times the server dropped its least used entries, "
                f"about {dropped:,} in all; it keeps {most:,}"
            )
        since = datetime.fromtimestamp(reset, UTC) if reset is not None else None
        until = datetime.fromtimestamp(now, UTC)
    else:
        notes.append("this version does not tell since when it counts, nor what it dropped")
    hidden = any(reason == _NO_TEXT for _, reason in untold)
    status = Status("partly", _NO_TEXT) if hidden else Status()
    return tally.document(
        task.provenance(status),
        ORIGIN,
        dropped=dropped,
        since=since,
        until=until,
        unread=[
            Unread("", reason, calls, tally.shown(who))
            for (who, reason), calls in sorted(untold.items())
        ],
        notes=notes,
        reader=me,
    )


def look(task: Task, tally: Tally) -> None:
    """Tell the tally where names without a schema may not mean what the audit takes them for."""
    ask = task.source.query
    own = {str(role) for (role,) in ask(PATHS.sql, PATHS.purpose)}
    ((from_, first, me),) = ask(OWN_PATH.sql, OWN_PATH.purpose)
    for role in own:
        tally.wanders(role)
    if me in own or str(from_) not in _ALIKE or first != task.source.default_schema:
        tally.wanders_all()
    for (name,) in ask(SHARED.sql, SHARED.purpose):
        tally.shares(str(name))


def _remarks(settings: dict[str, str]) -> Iterator[str]:
    track = settings.get("pg_stat_statements.track", "top")
    if track == "none":
        yield "the server counts nothing: pg_stat_statements.track is none"
    if settings.get("pg_stat_statements.track_utility") == "off":
        yield (
            "COPY, CREATE TABLE AS and the like are not counted: "
            "pg_stat_statements.track_utility is off"
        )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
