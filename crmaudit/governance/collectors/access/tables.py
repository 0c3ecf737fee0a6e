"""A CRM's own tables, read by the product's own names, and the accounts in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, Table
from crmaudit.governance.collectors.access.model import Read
from crmaudit.sources.account_tables import AccountTables
from crmaudit.sources.base import ConnectionLostError, Source, Statement

Cells = tuple[str | None, ...]
"""One row as text; None for null and for a column that is not there."""

PURPOSE = "access: accounts, roles, teams, units and rights"
_CUT = "{}: read one table to its end before the next"
_TRUE = frozenset({"1", "true", "t", "yes", "y", "on", "1.0", "\x01"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off", "0.0", "", "\x00"})
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SECONDS = re.compile(r"\d{9,10}(\.\d*)?|\d{12,13}")


def truth(text: str | None) -> bool | None:
    """A flag as any engine or export writes it; None where it is empty or no flag."""
    if text is None:
        return None
    word = text.strip().casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def day(text: str | None) -> date | None:
    """The day of a stamp: ISO text, or seconds or milliseconds since 1970.

    None for what is no day, such as the empty stamps of programs (0000-00-00,
    before 1980).
    """
    if text is None:
        return None
    found = _DAY.match(text.strip())
    with suppress(ValueError, OverflowError):
        if found:
            made = date(int(found[1]), int(found[2]), int(found[3]))
        elif _SECONDS.fullmatch(text.strip()):
            seconds = float(text)
            made = datetime.fromtimestamp(
                seconds / 1000 if seconds >= 10**11 else seconds, UTC
            ).date()
        else:
            return None
        return made if made.year >= 1980 else None
    return None


class Tables:
    """The tables of an open source; `parts` says which of them hold what.

    Tables and columns go by the product's own name, or by that of the
    database, as the parts have it. `reads` are those that may be read, in this order announced.
    `unread` has the tables that are there and could not be read, with the
    reason.
    """

    def __init__(
        self, source: Source, catalog: Catalog, parts: AccountTables, reads: Sequence[Read] = ()
    ) -> None:
        self.source = source
        self.parts = parts
        self.unread: dict[str, str] = {}
        self.reads = reads
        self._by_name = {t.qualified: t for t in catalog.tables}
        self._latest = 0

    def has(self, table: str, *columns: str) -> bool:
        """Whether the table is there, with all these columns."""
        found = self.table(table)
        return found is not None and all(self.column(found, c) for c in columns)

    def lost(self, *tables: str) -> tuple[str, ...]:
        """Those of the tables that are not there or could not be read: what they say is unknown."""
        found = ((name, self.table(name)) for name in tables)
        return tuple(
            n for n, t in found if t is None or not t.readable or t.qualified in self.unread
        )

    def lacking(self, needed: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
        """Those of the tables that are lost, or have not all of these columns."""
        return tuple(
            t for t, columns in needed.items() if self.lost(t) or not self.has(t, *columns)
        )

    def rows(self, table: str, *columns: str, where: str = "") -> Iterator[Cells]:
        """All rows, or those with `where`, as text.

        A table that is not there gives none, a column that is not there None.
        One that cannot be read gives none as well and stands in `unread`: then
        nothing that depends on it is known. Read one table to its end before
        the next. Raises LookupError for a read that is not announced in
        `reads`; a lost connection passes as ConnectionLostError.
        """
        announced = self._announced(table, columns, where)
        found = self.table(table)
        if found is None:
            return iter(())
        return self._rows(found, announced, columns, where)

    def statement(self, read: Read) -> Statement | None:
        """What `rows` sends for this read; None where the table is not there."""
        table = self.table(read[0])
        here = self._columns(table, read[1]) if table else []
        if table is None or not here or not table.readable:
            return None
        sent = self.source.statement(table, here, read[2] if len(read) == 3 else "")
        return Statement(sent.sql, f"{PURPOSE}: {table.qualified}")

    def table(self, written: str) -> Table | None:
        """The catalog's table of that name, the product's or the database's own."""
        names = self.parts.names
        return (names.table(written) if names else None) or self._by_name.get(written)

    def column(self, table: Table, written: str) -> Column | None:
        """The table's column of that name, the product's or the database's own."""
        names = self.parts.names
        found = names.column(table, written) if names else None
        return found or next((c for c in table.columns if c.name == written), None)

    def _columns(self, table: Table, written: Iterable[str]) -> list[Column]:
        found = (self.column(table, name) for name in written)
        return list({c.name: c for c in found if c}.values())

    def _announced(self, table: str, columns: tuple[str, ...], where: str) -> tuple[str, ...]:
        for read in self.reads:
            condition = read[2] if len(read) == 3 else ""
            if read[0] == table and condition == where and set(columns) <= set(read[1]):
                return read[1]
        raise LookupError(f"{table}: {', '.join(columns)} is read and not announced")

    def _rows(
        self, table: Table, sent: Sequence[str], wanted: Sequence[str], where: str
    ) -> Iterator[Cells]:
        here = self._columns(table, sent)
        if not table.readable:
            self.unread[table.qualified] = "the account may not read it"
            return
        if not here:
            return
        # The whole announced read, so that it is the very statement of the dry run.
        names = [c.name for c in here]
        resolved = (self.column(table, name) for name in wanted)
        places = [names.index(c.name) if c else None for c in resolved]
        self._latest += 1
        mine = self._latest
        try:
            with self.source.stream(table, here, where) as reader:
                for batch in reader:
                    values = [c.to_pylist() for c in batch.columns]
                    empty = [None] * batch.num_rows
                    cells = (empty if p is None else values[p] for p in places)
                    for row in zip(*cells, strict=True):
                        if mine != self._latest:
                            raise RuntimeError(_CUT.format(table.qualified))
                        yield row
        except ConnectionLostError:
            raise
        except CrmauditError as error:
            if mine != self._latest:
                raise RuntimeError(_CUT.format(table.qualified)) from error
            self.unread[table.qualified] = error.problems[0].message
