"""Keys of the rows on the ways from records to things, staged once and joined here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Table
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.plan import Plan
from crmaudit.quality.reaching import Flag, Link, Rows, Subject
from crmaudit.sources.base import ConnectionLostError, Source

# Words in English, German, French, Spanish, Italian, Portuguese and Dutch, without their endings.
_ENDED = (
    r"clos|resolv|done|complet|finish|reject|cancel|duplicat|erledigt|geschlossen|gel(ö|oe)st|"
    r"storn|ferm|cl(ô|o)t|r(é|e)sol|termin|annul|cerrad|resuel|finaliz|chius|risolt|fechad|"
    r"gesloten|opgelost|abgelehnt|archiv"
)
_WON = (
    r"\bwon\b|gewonnen|gagn|ganad|\bconfirm|best(ä|ae)tigt|\baccept|angenommen|\bacept|"
    r"\bsigned|unterschrieben|\bsign(é|ee)|\bvint|gewonnen|\bconverted|\bordered"
)
_YES = r"^(1|t|true|y|yes|on|j|ja|oui|o|s|si|sí)$"
_FAILURES = (CrmauditError, duckdb.Error, pa.ArrowException, OSError, MemoryError)


class Staging:
    """The rows of several ways in a temporary engine; a context manager, which leaves nothing."""

    def __init__(self, source: Source, plan: Plan, told: Callable[[str, int], None]) -> None:
        self._source = source
        self._plan = plan
        self._told = told
        self._engine: Engine | None = None
        self._number: dict[Rows, int] = {}
        self._columns: dict[Rows, list[tuple[str, str]]] = {}
        self._failed: dict[Rows, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._engine is not None:
            self._engine.close()

    def load(self, subjects: Iterable[Subject]) -> None:
        """Read everything on the ways of these records, each row once."""
        for subject in subjects:
            self._need(subject.rows)
            for link in subject.links:
                values = [link.column, link.when[0] if link.when else ""]
                if link.other is not None:
                    values.append(link.other.column)
                    self._need(link.other.rows, [link.other.there], link.other.any_of)
                self._need(link.rows, values, link.any_of)
                self._need(subject.rows, [link.at])
        for rows in self._columns:
            if rows.without is not None:
                self._need(rows, [rows.without[3]])
        for number, rows in enumerate(self._columns):
            self._number[rows] = number
            try:
                self._read(rows, number)
            except ConnectionLostError:
                raise
            except _FAILURES as error:
                self._failed[rows] = _reason(error)

    def failure(self, rows: Rows) -> str:
        """Why these rows could not be read; empty where they were."""
        return self._failed.get(rows, "")

    def broken(self, link: Link) -> str:
        """Why a way cannot be gone; empty where it can."""
        onward = self.failure(link.other.rows) if link.other else ""
        return self.failure(link.rows) or onward

    def count(
        self, subject: Subject, ways: Mapping[str, Sequence[int]], parts: Sequence[str]
    ) -> tuple[int, dict[str, int], Callable[[Sequence[str]], int]]:
        """The records, with how many each thing is at hand, and a way to ask for several at once.

        `ways` are the numbers of the subject's links by thing; `parts` are the
        things that may be asked for at once.
        """
        engine = self._open()
        base = f"r{self._number[subject.rows]}"

        def ask(sql: str) -> int:
            ((count,),) = engine.run(lambda: engine.ask(sql))
            return int(count)

        found = {
            thing: " UNION ".join(self._way(base, subject.rows, subject.links[n]) for n in numbers)
            for thing, numbers in ways.items()
        }
        having = {thing: ask(f"SELECT count(*) FROM ({sql})") for thing, sql in found.items()}
        at_once = {part: found[part] for part in parts if part in found}

        def together(wanted: Sequence[str]) -> int:
            return ask(
                f"SELECT count(*) FROM ({' INTERSECT '.join(f'({at_once[p]})' for p in wanted)})"
            )

        return ask(f"SELECT count(*) FROM {base}"), having, together

    def _way(self, base: str, own: Rows, link: Link) -> str:
        """SQL for the numbers of the records from which a way leads to something."""
        name = f"r{self._number[link.rows]}"
        conditions = []
        if link.any_of:
            conditions.append(self._any(link.rows, link.any_of))
        if link.when is not None:
            column = self._name(link.rows, link.when[0], "value")
            conditions.append(f"{column} = {_text(link.when[1])}")
        if link.other is not None:
            other = link.other
            column = self._name(link.rows, other.column, "value")
            there = self._name(other.rows, other.there, "value")
            where = f" WHERE {self._any(other.rows, other.any_of)}" if other.any_of else ""
            inner = f"SELECT {there} FROM r{self._number[other.rows]}{where}"
            conditions.append(f"{column} IN ({inner})")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        if not link.column:
            return f"SELECT n FROM {name}{where}"
        refers = self._name(link.rows, link.column, "value")
        at = self._name(own, link.at, "value")
        return f"SELECT n FROM {base} WHERE {at} IN (SELECT {refers} FROM {name}{where})"

    def _any(self, rows: Rows, flags: Sequence[Flag]) -> str:
        named = (self._name(rows, f.column, f.form) + f" = {f.wanted}" for f in flags)
        return f"({' OR '.join(named)})"

    def _need(self, rows: Rows, values: Iterable[str] = (), flags: Iterable[Flag] = ()) -> None:
        columns = self._columns.setdefault(rows, [])
        wanted = [(v, "value") for v in values if v] + [(f.column, f.form) for f in flags]
        columns += [w for w in dict.fromkeys(wanted) if w not in columns]

    def _name(self, rows: Rows, column: str, form: str) -> str:
        return f"c{self._columns[rows].index((column, form))}"

    def _open(self) -> Engine:
        if self._engine is None:
            threads = self._plan.threads or min(4, os.cpu_count() or 1)
            self._engine = Engine(self._plan, threads, "reach.duckdb")
        return self._engine

    def _read(self, rows: Rows, number: int) -> None:
        columns = self._columns[rows]
        self._stream(f"r{number}", rows.table, rows.where, columns)
        if rows.without is None:
            return
        table, where, there, here = rows.without
        self._stream(f"w{number}", table, where, [(there, "value")])
        engine, own = self._open(), self._name(rows, here, "value")
        gone = f"DELETE FROM r{number} WHERE {own} IN (SELECT c0 FROM w{number})"
        engine.run(lambda: engine.ask(gone))

    def _stream(
        self, name: str, table: Table, where: str, columns: Sequence[tuple[str, str]]
    ) -> None:
        engine = self._open()
        types = [f"c{i} {'VARCHAR' if f == 'value' else 'BOOLEAN'}" for i, (_, f) in _at(columns)]
        make = f"CREATE TABLE {name} ({', '.join(['n BIGINT', *types])})"
        engine.run(lambda: engine.ask(make))
        wanted = dict.fromkeys(c for c, _ in columns)
        # Where only the number of rows matters, any column tells it.
        asked = [c for c in table.columns if c.name in wanted] or list(table.columns[:1])
        seen = 0
        reader = self._source.stream(table, asked, where)
        try:
            for batch in reader:
                arrays = [pa.array(range(seen, seen + batch.num_rows), pa.int64())]
                arrays += [_formed(batch.column(c), form) for c, form in columns]
                names = ["n", *(f"c{i}" for i, _ in _at(columns))]
                piece = pa.table(arrays, names=names)
                insert = f"INSERT INTO {name} SELECT * FROM piece"
                engine.run(partial(engine.show, "piece", piece, insert))
                seen += batch.num_rows
                self._told(table.qualified, seen)
        finally:
            # A traceback would keep it, and its cursor, until after the source is closed.
            del reader


def _at(columns: Sequence[tuple[str, str]]) -> list[tuple[int, tuple[str, str]]]:
    return list(enumerate(columns))


def _formed(values: Any, form: str) -> Any:
    """A column's values: as keys without blanks around them, or as yes and no."""
    trimmed = pc.utf8_trim_whitespace(values)
    filled = pc.fill_null(pc.not_equal(trimmed, ""), False)
    if form == "filled":
        return filled
    if form == "value":
        return pc.if_else(filled, trimmed, None)
    words = {"true": _YES, "ended": _ENDED}.get(form, _WON)
    # Compiled by Arrow, without look-around: words are matched in lower case.
    return pc.fill_null(pc.match_substring_regex(pc.utf8_lower(trimmed), words), False)


def _text(value: str) -> str:
    return "'" + value.strip().replace("'", "''") + "'"


def _reason(error: BaseException) -> str:
    """One line about the failure, with nothing in it that may come out of a table."""
    if isinstance(error, CrmauditError):
        return error.problems[0].message
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return "it takes more memory than allowed"
    if isinstance(error, OSError | duckdb.IOException):
        return "the temporary file could not be written"
    return f"it could not be counted: {type(error).__name__}"
