"""Logs that are lists: CSV with a header, a saved view, PostgreSQL's csvlog, JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from crmaudit.crud_matrix.collectors.logs.columns import Columns, like_statement, named
from crmaudit.crud_matrix.collectors.logs.lines import Lines
from crmaudit.crud_matrix.collectors.logs.postgresql import Sessions
from crmaudit.crud_matrix.collectors.logs.postgresql_message import FAILURES
from crmaudit.crud_matrix.collectors.logs.record import Record, Told, Who

_FIELD = 2**26
_LOOKED_AT = 50
_DELIMITERS = ",;\t|"
_CSVLOG = 22
"""Columns that PostgreSQL's csvlog has at least; it has no header."""
_JSONLOG = (
    *("user", "dbname", "session_id", "pid"),
    *("timestamp", "error_severity", "message", "statement"),
)


class Table:
    """Reads a CSV whose header names what its columns hold."""

    dialect = ""

    def __init__(self, delimiter: str, columns: Columns, width: int, skip: int) -> None:
        self.name = "list of statements"
        self._delimiter = delimiter
        self._columns = columns
        self._width = width
        self._skip = skip

    @classmethod
    def recognised(cls, head: Sequence[bytes]) -> Table | None:
        """The reader, if one of the first lines is a header that names statements."""
        lines = [line.decode("utf-8", "replace") for line in head[:_LOOKED_AT]]
        for skip, line in enumerate(lines[:5]):
            for delimiter in _DELIMITERS:
                header = next(_cells([line], delimiter), [])
                columns = Columns.of(header)
                if columns is None or (len(header) == 1 and delimiter != ","):
                    continue
                rows = list(_cells(lines[skip + 1 :], delimiter))
                texts = [r[columns.text] for r in rows if columns.text < len(r)]
                # One column is a list of statements if statements are in it.
                if len(header) > 1 or (texts and any(map(like_statement, texts))):
                    return cls(delimiter, columns, len(header), skip + 1)
        return None

    def read(self, lines: Lines, told: Told) -> Iterator[Record]:
        whose: dict[tuple[str, ...], Who] = {}
        columns = self._columns
        texts = islice(_texts(lines), self._skip, None)
        for row in _rows(texts, self._delimiter, told):
            if lines.open_ended and len(row) < self._width:
                told.other += 1  # the last row, cut
                continue
            record = columns.record(row, told, whose)
            if record is not None:
                told.plain += 1
                yield record
        if columns.user < 0:
            told.notes.append("the list has no column of accounts")


class Csvlog:
    """Reads PostgreSQL's csvlog."""

    name = "csvlog of PostgreSQL"
    dialect = "postgresql"

    @classmethod
    def recognised(cls, head: Sequence[bytes]) -> Csvlog | None:
        lines = [line.decode("utf-8", "replace") for line in head[:200]]
        rows = [r for r in _cells(lines, ",") if len(r) > 1]
        return cls() if any(len(r) >= _CSVLOG and _is_log(r) for r in rows) else None

    def read(self, lines: Lines, told: Told) -> Iterator[Record]:
        sessions = Sessions(told)
        whose: dict[tuple[str, ...], Who] = {}
        for row in _rows(_texts(lines), ",", told):
            if len(row) < _CSVLOG:
                told.other += 1
                continue
            key = (row[1], row[2], row[5])
            who = whose.get(key)
            if who is None:
                if len(whose) > 50_000:
                    whose.clear()
                who = whose[key] = Who(*key)
            stamp = row[0].encode("ascii", "replace")
            yield from _postgresql(sessions, stamp, who, row[11], row[13], row[19])


class Json:
    """Reads objects, one a line: PostgreSQL's jsonlog, audit logs, exported histories."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.name = "jsonlog of PostgreSQL" if dialect == "postgresql" else "log of JSON objects"

    @classmethod
    def recognised(cls, head: Sequence[bytes]) -> Json | None:
        for line in head[:_LOOKED_AT]:
            found = _object(line)
            if found is None:
                continue
            if "error_severity" in found:
                return cls("postgresql")
            names, _ = named(found)
            if "audit_record" in found or "general_data" in found or "connection_id" in names:
                return cls("mysql")
            if Columns.of(names) is not None:
                return cls("")
        return None

    def read(self, lines: Lines, told: Told) -> Iterator[Record]:
        sessions = Sessions(told)
        whose: dict[tuple[str, ...], Who] = {}
        known: dict[tuple[str, ...], Columns | None] = {}
        for line in lines:
            found = _object(line)
            if found is None:
                told.other += len(line.strip()) > 1
                continue
            if self.dialect == "postgresql":
                user, database, session, pid, stamp, severity, message, statement = (
                    str(found.get(name) or "") for name in _JSONLOG
                )
                who = Who(user, database, session or pid)
                when = stamp.encode("ascii", "replace")
                yield from _postgresql(sessions, when, who, severity, message, statement)
                continue
            header, row = named(found)
            key = tuple(header)
            if key not in known:
                if len(known) > 1_000:
                    known.clear()
                known[key] = Columns.of(header)
            columns = known[key]
            record = columns.record(row, told, whose) if columns else None
            if record is not None:
                told.plain += 1
                yield record


def _postgresql(
    sessions: Sessions, stamp: bytes, who: Who, severity: str, message: str, statement: str
) -> Iterator[Record]:
    record = None
    if severity == "LOG":
        record = sessions.message(stamp, who, message.encode("utf-8", "replace"))
    elif severity in FAILURES and statement:
        record = sessions.failure(stamp, who, statement.encode("utf-8", "replace"))
    if record is not None:
        yield record


def _is_log(row: Sequence[str]) -> bool:
    return row[11] == "LOG" or row[11] in FAILURES or row[11] in ("WARNING", "NOTICE", "DEBUG1")


def _object(line: bytes) -> dict[str, object] | None:
    text = line.strip().lstrip(b"[").rstrip(b",]").strip()
    if not text.startswith(b"{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _texts(lines: Iterable[bytes]) -> Iterator[str]:
    for line in lines:
        yield line.decode("utf-8", "replace") + "\n"


def _cells(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    with suppress(csv.Error):
        yield from csv.reader([f"{line}\n" for line in lines], delimiter=delimiter)


def _rows(texts: Iterator[str], delimiter: str, told: Told) -> Iterator[list[str]]:
    """The rows; of one that the format forbids the reader goes on with the next."""
    csv.field_size_limit(max(csv.field_size_limit(), _FIELD))
    reader = csv.reader(texts, delimiter=delimiter)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            told.other += 1
            reader = csv.reader(texts, delimiter=delimiter)
