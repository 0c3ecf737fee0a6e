"""PostgreSQL: one read-only snapshot, tables read through COPY."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import psycopg
from psycopg import generators, pq
from psycopg.pq.abc import PGresult

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, Table
from crmaudit.sources.address import Address
from crmaudit.sources.base import Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.session import OWN_CODE, Failure, Session, snapshot_id

if TYPE_CHECKING:
    import pyarrow as pa

    from crmaudit.sources.text import Piece

_BLOCK = 4 * 2**20
# A session that hangs between two statements must not hold up vacuum for ever.
_IDLE_SECONDS = 3600

_READERS: dict[int, Callable[[str], object]] = {
    16: lambda text: text == "t",
    **dict.fromkeys((20, 21, 23, 26), int),
    **dict.fromkeys((700, 701), float),
    1700: Decimal,
}
_HINTS = {
    "28P01": "check the user and the password (PGPASSWORD and ~/.pgpass work too)",
    "28000": "check the user, and the server's pg_hba.conf",
    "3D000": "check the name of the database",
    "42501": "grant SELECT to the audit's account, or leave it out",
    "57014": "allow more time, or leave it out",
    "55P03": "another session has locked it: run again later",
    "55000": "a materialised view is empty until it is refreshed",
}
_UNREACHABLE = "check the host, the port and that the server accepts connections from here"


class PostgresSource(Session):
    """One PostgreSQL database.

    The connection is in autocommit, so that the driver sends nothing of its
    own; our transaction is READ ONLY and REPEATABLE READ. An error aborts a
    transaction, so there is a savepoint to go back to right after the
    snapshot has been taken.
    """

    driver_errors: ClassVar[tuple[type[BaseException], ...]] = (psycopg.Error,)
    on_failure = (
        Statement("ROLLBACK TO SAVEPOINT audit", "go on in the snapshot after a failure"),
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
        self._schema = schema or ""
        self._began = False
        progress(f"connecting to {self.address}")
        with self._guard("cannot connect"):
            self._connection = psycopg.connect(
                autocommit=True,
                prepare_threshold=None,
                **_parameters(address),
            )
        try:
            with self._guard("cannot begin"):
                self._begin()
        except CrmauditError:
            self.close()
            raise

    def _begin(self) -> None:
        limit = int(self._timeout * 1000)
        idle = int(max(self._timeout, _IDLE_SECONDS) * 1000)
        for sql, purpose in (
            (f"SET statement_timeout = {limit}", "limit the time of each statement"),
            (f"SET lock_timeout = {min(limit, 10_000)}", "never wait long for a lock"),
            (f"SET idle_in_transaction_session_timeout = {idle}", "let go if this program hangs"),
            ("SET TIME ZONE 'UTC'", "read times in UTC"),
            ("SET DateStyle = 'ISO, YMD'", "read dates as ISO 8601"),
            (
                "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                "hold one read-only snapshot",
            ),
        ):
            self._answer(Statement(sql, purpose))
        self._began = True
        if self._connection.info.parameter_status("server_encoding") == "SQL_ASCII":
            # Such a server does not know its encoding and must not try to convert.
            self._answer(Statement("SET client_encoding = 'SQL_ASCII'", "take bytes as they are"))
        snapshot = "pg_current_snapshot" if self._version >= 130000 else "txid_current_snapshot"
        ((taken, seen, system, schema),) = self._answer(
            Statement(
                f"SELECT extract(epoch FROM transaction_timestamp())::float8, {snapshot}()::text, "
                "pg_postmaster_start_time()::text || current_database(), current_schema()",
                "take the snapshot",
            )
        )
        moment = datetime.fromtimestamp(float(str(taken)), UTC)
        self.snapshot = snapshot_id(moment, seen, system, moment, self.address)
        self._answer(Statement("SAVEPOINT audit", "go back here after a failed statement"))
        self.default_schema = self._schema or str(schema or "public")
        self.database = self._connection.info.dbname

    @property
    def _version(self) -> int:
        return self._connection.info.server_version

    def _run(self, statement: Statement) -> PGresult:
        self.sent.append(statement)
        connection = self._connection
        # The extended protocol takes exactly one statement, so that nothing
        # can ride along behind a semicolon.
        connection.pgconn.send_query_params(statement.sql.encode(), None)
        results: list[PGresult] = connection.wait(generators.execute(connection.pgconn))
        return results[-1]

    def _answer(self, statement: Statement) -> list[tuple[object, ...]]:
        result = self._run(statement)
        if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            raise psycopg.errors.error_from_result(result)
        readers = [_READERS.get(result.ftype(c), str) for c in range(result.nfields)]
        return [
            tuple(_value(result.get_value(row, c), read) for c, read in enumerate(readers))
            for row in range(result.ntuples)
        ]

    def _pieces(self, statement: Statement) -> Iterator[Piece]:
        self.sent.append(statement)
        with self._connection.cursor() as cursor, cursor.copy(statement.sql.encode()) as copy:
            width = cursor.pgresult.nfields if cursor.pgresult else 0
            held: list[bytes] = []
            size = 0
            for row in copy:
                held.append(bytes(row))
                size += len(held[-1])
                if size >= _BLOCK:
                    yield _parsed(b"".join(held), width)
                    held, size = [], 0
            if held:
                yield _parsed(b"".join(held), width)

    def _recover(self) -> None:
        if self._began and not self._connection.closed:
            for statement in self.on_failure:
                self._answer(statement)

    def _explain(self, error: BaseException) -> Failure:
        assert isinstance(error, psycopg.Error)
        state = error.sqlstate or ""
        message = error.diag.message_primary or str(error).strip() or type(error).__name__
        connection = getattr(self, "_connection", None)
        if connection is None:
            # libpq tells the story of each address it tried; the last line is the reason.
            message = message.splitlines()[-1].removeprefix("connection failed: ")
            hint = next((h for s, h in _CONNECT_HINTS.items() if s in message), _UNREACHABLE)
            return Failure(message, hint, lost=True)
        if connection.broken or connection.closed or state in ("57P01", "57P02", "57P03"):
            return Failure(f"the connection was lost ({message.splitlines()[0]})", lost=True)
        if state.startswith("P0"):
            # What PL/pgSQL raises is worded by the application, with values as a rule.
            return Failure(f"a function of the database gave up (SQLSTATE {state})", OWN_CODE)
        return Failure(message, _HINTS.get(state, ""), quotes_data=state.startswith(("22", "23")))

    def statement(self, table: Table, columns: Sequence[Column], where: str = "") -> Statement:
        place = f"{self.quote(table.schema or self.default_schema)}.{self.quote(table.name)}"
        values = ", ".join(_as_text(self.quote(c.name), c.type) for c in columns)
        # The text format, not CSV: there a line is a row whatever a cell holds.
        return Statement(
            f"COPY (SELECT {values} FROM {place}{selected(where)}) TO STDOUT",
            f"read {table.qualified}",
        )

    def quote(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def catalog(self, system: str) -> Catalog:
        from crmaudit.sources.postgresql_catalog import read_catalog

        return read_catalog(
            lambda sql, purpose: self._ask(sql, purpose, f"cannot {purpose}"),
            self.provenance(system),
            self._schema,
            self.default_schema,
            self._version,
        )

    def close(self) -> None:
        super().close()
        if hasattr(self, "_connection"):
            self._connection.close()


_CONNECT_HINTS = {
    "password authentication failed": _HINTS["28P01"],
    "no password supplied": _HINTS["28P01"],
    "no pg_hba.conf entry": _HINTS["28000"],
    "does not exist": "check the names of the user and of the database",
    "resolve": "check the name of the host",
    "Name or service not known": "check the name of the host",
}


def _parameters(address: Address) -> dict[str, Any]:
    """What libpq is told; what the address leaves out it takes from its own environment."""
    parameters: dict[str, str | int | None] = {
        "connect_timeout": 10,
        "keepalives_idle": 30,
        "application_name": "crmaudit",
        "client_encoding": "UTF8",
        **address.query,
        "host": address.host or address.query.get("host"),
        "port": address.port or address.query.get("port"),
        "user": address.user or address.query.get("user"),
        "password": address.password or address.query.get("password"),
        "dbname": address.database or address.query.get("dbname"),
    }
    return {name: value for name, value in parameters.items() if value}


def _as_text(name: str, type_: str) -> str:
    if type_ == "bytea":
        return f"'<binary ' || octet_length({name}) || ' bytes>'"
    if type_ == "money":
        # Its own text follows the server's locale.
        return f"{name}::numeric::text"
    if type_ == "boolean" or type_.startswith(("character(", "bpchar")):
        # Casts say true and false, and drop the padding of character(n).
        return f"{name}::text"
    return name


def _value(raw: bytes | None, read: Callable[[str], object]) -> object:
    return None if raw is None else read(raw.decode("utf-8", "replace"))


def _parsed(block: bytes, width: int) -> list[pa.Array]:
    """Rows of COPY's text format as columns; a block holds whole rows."""
    import pyarrow as pa
    import pyarrow.csv

    from crmaudit.sources.text import unescaped

    names = [str(i) for i in range(width)]
    table = pyarrow.csv.read_csv(
        pa.BufferReader(block),
        read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=len(block) + 1),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter="\t",
            quote_char=False,
            escape_char=False,
            newlines_in_values=False,
            ignore_empty_lines=False,
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()),
            null_values=[r"\N"],
            strings_can_be_null=True,
            check_utf8=False,
        ),
    )
    return [unescaped(column.combine_chunks()) for column in table.columns]
