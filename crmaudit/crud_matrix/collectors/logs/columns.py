"""The columns of a list of statements: what is called how, by whom, and what a row of it means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crmaudit.crud_matrix.collectors.logs.record import Record, Told, Who, moment

_NAMES_TEXT = {
    "text": """query_text querytext query_txt querytxt sql_text sqltext sql_fulltext sql sql_query
        statement statement_text query digest_text command_text full_query text argument""",
    "user": """user_name username user_email usename rolname role_name user login login_name
        principal principal_name account session_user parsing_schema_name user_host executed_by
        userid dbuser db_user""",
    "database": """database_name databasename database datname db db_name dbname schema_name
        catalog_name default_database dbid project_id""",
    "first": """start_time starttime started_at start log_time first_seen timestamp time event_time
        creation_time created_at created execution_time query_start first_load_time ts date""",
    "last": "end_time endtime ended_at last_seen last_active_time last_execution_time",
    "calls": """calls count count_star executions execution_count exec_count num_calls cnt
        frequency times n""",
    "failed": "aborted failed is_error error_code error_result sqlstate sql_state_code",
    "status": "execution_status status state query_status result outcome",
    "session": "session_id sessionid session connection_id thread_id process_id pid",
    "command": "command_type command",
    "host": "host user_host_name",
}
_NAMES = {role: tuple(text.split()) for role, text in _NAMES_TEXT.items()}
_PLAIN = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GOOD = {"", "0", "f", "false", "n", "no", "null", "none", "00000", "\\n", "nan"}
_BAD_STATES = ("fail", "error", "abort", "cancel", "incident")
_VERB = re.compile(
    r"\s*(?:/\*.*?\*/\s*|--[^\n]*\n\s*)*\(*\s*(?:select|insert|update|delete|with|merge|replace|create|drop"
    r"|alter|truncate|copy|call|exec|execute|begin|commit|rollback|set|show|use|grant|revoke|load"
    r"|start|explain|declare|prepare|deallocate|savepoint|release|lock|unlock|analyze|vacuum"
    r"|describe|desc|values|table|upsert|fetch|close|do|end|refresh|discard|reset|listen|notify)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Place of each role in a row; -1 where the list has none."""

    text: int
    user: int = -1
    database: int = -1
    first: int = -1
    last: int = -1
    calls: int = -1
    failed: int = -1
    status: int = -1
    session: int = -1
    command: int = -1
    host: int = -1

    @classmethod
    def of(cls, header: Sequence[str]) -> Columns | None:
        """By the names in a header; None where nothing is named like a statement.

        Where several mean the same, that which stands first in the list of
        names: a statement's text rather than its kind.
        """
        places: dict[str, int] = {}
        for i, name in enumerate(header):
            places.setdefault(_plain(name), i)
        found = {
            role: next((places[n] for n in names if n in places), -1)
            for role, names in _NAMES.items()
        }
        if found["text"] < 0 or (len(header) == 1 and found["text"] < 0):
            return None
        return cls(**found)

    def record(
        self, row: Sequence[str], told: Told, whose: dict[tuple[str, ...], Who]
    ) -> Record | None:
        """The statement in a row; None where it failed, is none, or has no text."""
        text = self._cell(row, self.text)
        if not text:
            return None
        if self.command >= 0 and self._cell(row, self.command).lower() not in ("query", "execute"):
            return None
        if self.failed >= 0 and self._cell(row, self.failed).strip().lower() not in _GOOD:
            told.failed += 1
            return None
        if self.status >= 0 and _is_bad(self._cell(row, self.status).strip().lower()):
            told.failed += 1
            return None
        calls = _number(self._cell(row, self.calls)) if self.calls >= 0 else 1
        if calls < 1:
            return None
        key = tuple(self._cell(row, i) for i in (self.user, self.host, self.database, self.session))
        who = whose.get(key)
        if who is None:
            if len(whose) > 50_000:
                whose.clear()
            who = whose[key] = Who(_account(key[0], key[1]), _null(key[2]), _null(key[3]))
        first = _stamp(self._cell(row, self.first))
        last = _stamp(self._cell(row, self.last))
        return Record(first or last, who, text.encode("utf-8", "replace"), calls, last)

    def _cell(self, row: Sequence[str], place: int) -> str:
        return row[place] if 0 <= place < len(row) else ""


def like_statement(text: str) -> bool:
    """Whether the text begins like a statement of SQL."""
    return _VERB.match(text) is not None


def named(values: Mapping[str, object]) -> tuple[list[str], list[str]]:
    """Header and row of a flat or nested JSON object; nested names come after the outer ones."""
    header: list[str] = []
    row: list[str] = []
    inner: list[Mapping[str, object]] = []
    for name, value in values.items():
        if isinstance(value, dict):
            inner.append(value)
        elif not isinstance(value, list):
            header.append(str(name))
            row.append("" if value is None else str(value))
    for one in inner:
        names, cells = named(one)
        header += names
        row += cells
    return header, row


def _plain(name: str) -> str:
    return _PLAIN.sub("_", _CAMEL.sub("_", name.strip().lstrip("\ufeff")).lower()).strip("_")


def _is_bad(state: str) -> bool:
    """Whether a state means failure: a word for it, or an error's number."""
    return state.startswith(_BAD_STATES) or (state.isdigit() and state.strip("0") != "")


def _null(text: str) -> str:
    return "" if text in ("NULL", "null", "\\N", "[unknown]") else text


def _number(text: str) -> int:
    try:
        return int(float(text.replace(",", "").replace("'", "") or "0"))
    except (ValueError, OverflowError):
        return 0


def _account(user: str, host: str) -> str:
    user = _null(user)
    if "[" in user and "@" in user:  # `user[user] @ host [address]`, as MySQL's own tables have it
        name, _, rest = user.partition("[")
        _, _, place = rest.partition("@")
        return f"{rest.partition(']')[0] or name}@{place.strip().split(' ')[0].strip('[]')}"
    return f"{user}@{host}" if user and _null(host) and "@" not in user else user


@lru_cache(maxsize=10_000)  # statements come many in a second
def _stamp(text: str) -> bytes:
    """The stamp, if it is one of a form that sorts."""
    if not text:
        return b""
    raw = text.strip().encode("ascii", "replace")
    return raw if moment(raw) is not None else b""
