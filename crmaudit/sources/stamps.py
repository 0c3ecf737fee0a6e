"""How a column of moments is read in each dialect: as a time, as text, as seconds since 1970."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from crmaudit.evidence import Table
from crmaudit.sources.base import Source

SECONDS = (1e8, 1e10)
"""Numbers between these are seconds since 1970, a thousand times as large ones milliseconds."""

_TIME = re.compile(r"date|time", re.IGNORECASE)
_NUMBER = re.compile(r"int|serial|number|numeric|decimal|float|double|real", re.IGNORECASE)
_DAY_ONLY = re.compile(r"date\d*", re.IGNORECASE)

_Kind = Literal["time", "number", "text"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """A column with moments; `there` is the condition of a row that has one.

    Texts count where they are ISO 8601, numbers where they are positive.
    """

    column: str
    kind: _Kind
    there: str
    engine: str = ""
    day_only: bool = False

    @staticmethod
    def of(source: Source, table: Table, name: str) -> Stamp | None:
        """The table's own column of that name; None without a name."""
        return Stamp.at(source, source.quote(name), table.column(name).type) if name else None

    @staticmethod
    def at(source: Source, column: str, type_: str) -> Stamp:
        """An expression of the source's dialect that names a column of that type."""
        kind: _Kind = "text"
        # SQLite and exports give a type by name only: what is in them is text or a number.
        loose = source.engine in ("sqlite", "folder")
        if _TIME.search(type_) and not loose:
            kind = "time"
        elif _NUMBER.search(type_):
            kind = "number"
        elif _TIME.search(type_) and source.engine == "folder":
            # A Parquet file may have true times all the same.
            column = f"CAST({column} AS VARCHAR)"
        there = {
            "time": f"{column} IS NOT NULL",
            "number": f"{column} > 0",
            "text": f"{column} LIKE '____-__-__%' AND {column} > '1000'",
        }[kind]
        if kind == "time" and source.engine in ("mysql", "mariadb"):
            there = f"{column} > '1000-01-01'"  # not the zero date
        day_only = kind == "time" and bool(_DAY_ONLY.fullmatch(type_.strip()))
        return Stamp(column, kind, there, source.engine, day_only)

    @property
    def text(self) -> str:
        """The moment as ISO 8601, `2026-10-31 09:15:00`; the day alone where no more is known.

        Null where there is none.
        """
        return f"CASE WHEN {self.there} THEN {self._text} END"

    @property
    def _text(self) -> str:
        column, mysql = self.column, self.engine in ("mysql", "mariadb")
        if self.kind == "text":
            return column
        if self.kind == "time":
            if self.engine == "postgresql":
                form = "YYYY-MM-DD" if self.day_only else "YYYY-MM-DD HH24:MI:SS"
                return f"TO_CHAR({column}, '{form}')"
            return f"CAST({column} AS {'CHAR' if mysql else 'VARCHAR'})"
        high = f"{SECONDS[1]:.0f}"
        seconds = f"CASE WHEN {column} > {high} THEN {column} / 1000 ELSE {column} END"
        if self.engine == "sqlite":
            return f"DATETIME({seconds}, 'unixepoch')"
        if self.engine == "postgresql":
            return f"TO_CHAR(TO_TIMESTAMP({seconds}) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
        if mysql:
            # FROM_UNIXTIME would tell the time of the session's zone.
            whole = f"CAST({seconds} AS SIGNED)"
            return f"CAST(TIMESTAMP('1970-01-01') + INTERVAL {whole} SECOND AS CHAR)"
        whole = f"CAST({seconds} AS BIGINT)"
        return f"STRFTIME(MAKE_TIMESTAMP({whole} * 1000000), '%Y-%m-%d %H:%M:%S')"


def later(created: Stamp | None, modified: Stamp | None) -> str:
    """The condition of a row that was changed after it was made; empty where nothing tells.

    More than a second after, as some programs ask the clock twice when they
    make one; by the minute where the stamps are texts.
    """
    if created is None or modified is None or created.kind != modified.kind:
        return ""
    a, b = created.column, modified.column
    if created.kind == "time":
        one = "INTERVAL '1 second'" if created.engine in ("postgresql", "duckdb") else ""
        after = f"{b} > {a} + {one or 'INTERVAL 1 SECOND'}"
    elif created.kind == "number":
        after = f"{b} > {a} + CASE WHEN {a} > {SECONDS[1]:.0f} THEN 1000 ELSE 1 END"
    else:
        after = f"SUBSTR({b}, 1, 16) > SUBSTR({a}, 1, 16)"
    return f"{created.there} AND {modified.there} AND {after}"
