"""MySQL and MariaDB."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import pymysql
from pymysql.connections import Connection
from pymysql.constants import COMMAND, FIELD_TYPE

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, Table
from crmaudit.sources.address import Address
from crmaudit.sources.base import Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.session import OWN_CODE, Failure, Session, snapshot_id

if TYPE_CHECKING:
    from crmaudit.sources.text import Piece

_BINARY = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector")
_GEOMETRY = ("geom", "point", "linestring", "polygon", "multi")
_READERS: dict[int, Callable[[str], object]] = {
    **dict.fromkeys(
        (
            FIELD_TYPE.TINY,
            FIELD_TYPE.SHORT,
            FIELD_TYPE.LONG,
            FIELD_TYPE.LONGLONG,
            FIELD_TYPE.INT24,
            FIELD_TYPE.YEAR,
        ),
        int,
    ),
    FIELD_TYPE.FLOAT: float,
    FIELD_TYPE.DOUBLE: float,
    FIELD_TYPE.DECIMAL: Decimal,
    FIELD_TYPE.NEWDECIMAL: Decimal,
}
_LOST = {1053, 1927, 2006, 2013, 2014, 4031}
_QUOTES_DATA = {1062, 1264, 1292, 1366, 1367, 1411, 1690, 4025}
_SIGNAL = 1644
_HINTS = {
    1044: "check the name of the database, and that the account may use it",
    1045: "check the user and the password (MYSQL_PWD works too)",
    1049: "check the name of the database",
    1142: "grant SELECT to the audit's account, or leave it out",
    1143: "grant SELECT on the column to the audit's account, or leave it out",
    1356: "the view refers to something that is gone, or its definer lacks a right",
    1412: "its structure was changed after the snapshot: run again",
    1698: "the server lets this user in through a socket only: use another account",
    1969: "allow more time, or leave it out",
    2003: "check the host, the port and that the server accepts connections from here",
    3024: "allow more time, or leave it out",
}
_OPTIONS = {
    "unix_socket",
    "ssl_ca",
    "ssl_cert",
    "ssl_key",
    "ssl_verify_cert",
    "ssl_verify_identity",
    "ssl_disabled",
}


class _Wire(Connection):
    """The driver's connection, telling of every statement that goes over the wire."""

    told: Callable[[str], None]

    def _execute_command(self, command: int, sql: str | bytes) -> None:
        if command == COMMAND.COM_QUERY:
            self.told(sql if isinstance(sql, str) else sql.decode())
        super()._execute_command(command, sql)  # type: ignore[misc]


def _wire(told: Callable[[str], None], parameters: dict[str, Any]) -> Any:
    """Any: what it takes to read faster than the driver does is not in its types."""
    wire = _Wire(defer_connect=True, **parameters)
    wire.told = told
    return wire


class MySQLSource(Session):
    """One database of a MySQL or MariaDB server.

    `START TRANSACTION … READ ONLY` is what makes the server refuse DDL as
    well; the session's own setting alone lets `CREATE TABLE` through. Values
    come as the server's text, so that no driver trips over a zero date;
    `bit` columns are read as numbers.
    """

    driver_errors: ClassVar[tuple[type[BaseException], ...]] = (
        pymysql.err.Error,
        OSError,
        RuntimeError,  # a way to log in that needs another package
    )

    def __init__(
        self,
        address: Address,
        *,
        schema: str | None = None,
        timeout: float = 300.0,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(address, timeout)
        self.database = self.default_schema = schema or address.database
        if not self.database:
            raise CrmauditError(
                "the address names no database", "write mysql://user@host/DATABASE", self.address
            )
        self._expected: Statement | None = None
        progress(f"connecting to {self.address}")
        self._connection = _wire(self._note, self._parameters(address))
        with self._guard("cannot connect"):
            self._connection.connect()
        self._mariadb = "mariadb" in str(self._connection.server_version).lower()
        try:
            with self._guard("cannot begin"):
                self._begin()
        except CrmauditError:
            self.close()
            raise

    def _parameters(self, address: Address) -> dict[str, Any]:
        unknown = set(address.query) - _OPTIONS - {"charset"}
        if unknown:
            raise CrmauditError(
                f"unknown parameter {min(unknown)!r} in the address",
                f"known are {', '.join(sorted(_OPTIONS))}",
                self.address,
            )
        options = {k: _flag(v) for k, v in address.query.items() if k in _OPTIONS}
        return {
            "host": address.host or "localhost",
            "port": address.port or 3306,
            "user": address.user or None,
            "password": (address.password or os.environ.get("MYSQL_PWD", "")).encode(),
            "database": self.database,
            "charset": "utf8mb4",
            "program_name": "crmaudit",
            # The server's text as it is; and no SET AUTOCOMMIT from the driver.
            "conv": {},
            "use_unicode": False,
            "autocommit": None,
            "connect_timeout": 10,
            # The server's own limit comes first; this one notices a dead network.
            "read_timeout": self._timeout + 60,
            **options,
        }

    def _begin(self) -> None:
        milliseconds = max(1, int(self._timeout * 1000))
        limit = (
            f"max_statement_time = {self._timeout:g}"
            if self._mariadb
            else f"max_execution_time = {milliseconds}"
        )
        for sql, purpose in (
            (
                f"SET SESSION {limit}, lock_wait_timeout = 10, wait_timeout = 3600, "
                "net_write_timeout = 600, time_zone = '+00:00'",
                "limit the time of each statement, wait for no lock, read times in UTC",
            ),
            (
                "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                "make every transaction read-only",
            ),
            (
                "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
                "hold one read-only snapshot",
            ),
        ):
            self._answer(Statement(sql, purpose))
        gtid = "@@gtid_current_pos" if self._mariadb else "@@gtid_executed"
        ((now, connection, position),) = self._answer(
            Statement(f"SELECT UTC_TIMESTAMP(6), CONNECTION_ID(), {gtid}", "name the snapshot")
        )
        moment = datetime.fromisoformat(str(now)).replace(tzinfo=UTC)
        self.snapshot = snapshot_id(moment, now, connection, position, self.address)

    def _note(self, sql: str) -> None:
        expected, self._expected = self._expected, None
        self.sent.append(expected or Statement(sql, "set the connection up", by="driver"))

    def _run(self, statement: Statement, *, unbuffered: bool = False) -> Any:
        self._expected = statement
        try:
            self._connection.query(statement.sql, unbuffered=unbuffered)
        finally:
            self._expected = None
        return self._connection._result

    def _answer(self, statement: Statement) -> list[tuple[object, ...]]:
        result = self._run(statement)
        readers = [_READERS.get(field.type_code, str) for field in getattr(result, "fields", ())]
        return [
            tuple(
                None if raw is None else read(raw.decode("utf-8", "replace"))
                for raw, read in zip(row, readers, strict=True)
            )
            for row in result.rows or ()
        ]

    def _pieces(self, statement: Statement) -> Iterator[Piece]:
        from crmaudit.sources.text import fetched

        result = self._run(statement, unbuffered=True)
        try:
            yield from fetched(lambda most: self._rows(result, most))
        finally:
            # The protocol cannot stop a result: what is left has to be read.
            if result.unbuffered_active and self._connection.open:
                result._finish_unbuffered_query()
            result.unbuffered_active = False

    def _rows(self, result: Any, most: int) -> list[list[bytes | None]]:
        """The next rows as bytes; a fraction of the driver's own way's time."""
        rows: list[list[bytes | None]] = []
        if not result.unbuffered_active:
            return rows
        read, width = self._connection._read_packet, result.field_count
        while len(rows) < most:
            packet = read()
            if result._check_packet_is_eof(packet):
                result.unbuffered_active = False
                result.connection = None
                break
            rows.append(_row(packet.get_all_data(), width))
        return rows

    def _explain(self, error: BaseException) -> Failure:
        if isinstance(error, RuntimeError):
            return Failure(str(error), "connect with TLS, or install that package", lost=True)
        code = error.args[0] if error.args else 0
        message = str(error.args[-1]) if error.args else type(error).__name__
        if code == 2003:
            # The driver quotes the whole chain of errors; the innermost says why.
            message = message.replace("MySQL server", "the server")
        if code in _LOST or isinstance(error, (OSError, pymysql.err.InterfaceError)):
            return Failure(f"the connection was lost ({message or code})", lost=True)
        lost = not self._connection.open
        if code == _SIGNAL:
            # What SIGNAL says is worded by the application, with values as a rule.
            return Failure("a function of the database gave up (SIGNAL)", OWN_CODE, lost=lost)
        hint = _HINTS.get(code, "") if isinstance(code, int) else ""
        return Failure(message, hint, lost=lost, quotes_data=code in _QUOTES_DATA)

    def statement(self, table: Table, columns: Sequence[Column], where: str = "") -> Statement:
        values = ", ".join(_as_text(self.quote(c.name), c.type) for c in columns)
        place = f"{self.quote(table.schema or self.database)}.{self.quote(table.name)}"
        return Statement(
            f"SELECT {values} FROM {place}{selected(where)}", f"read {table.qualified}"
        )

    def quote(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def close(self) -> None:
        if self._connection.open and self._unfinished is not None:
            # Rather than reading to its end what nobody wants.
            self._connection._force_close()
        super().close()
        if self._connection.open:
            self._connection.close()

    def catalog(self, system: str) -> Catalog:
        from crmaudit.sources.mysql_catalog import read_catalog

        return read_catalog(
            lambda sql, purpose: self._ask(sql, purpose, f"cannot {purpose}"),
            self.provenance(system),
            self.database,
        )


def _flag(value: str) -> str | bool:
    return {"true": True, "1": True, "false": False, "0": False}.get(value.lower(), value)


def _row(data: bytes, width: int) -> list[bytes | None]:
    """One row of the text protocol: each value behind its length."""
    row: list[bytes | None] = []
    at = 0
    for _ in range(width):
        length = data[at]
        at += 1
        if length == 251:
            row.append(None)
            continue
        if length > 251:
            size = {252: 2, 253: 3, 254: 8}[length]
            length = int.from_bytes(data[at : at + size], "little")
            at += size
        row.append(data[at : at + length])
        at += length
    return row


def _as_text(name: str, type_: str) -> str:
    base = type_.lower().split("(")[0].split(" ")[0]
    if base in _BINARY or base.startswith(_GEOMETRY):
        return f"CONCAT('<binary ', OCTET_LENGTH({name}), ' bytes>')"
    if base == "bit":
        return f"CAST({name} AS UNSIGNED)"
    return name
