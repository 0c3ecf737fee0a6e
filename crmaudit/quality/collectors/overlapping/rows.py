"""Rows of a source in the engine, as `Reading` stages them, and SQL for what they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmaudit.quality.collectors.matching import reading
from crmaudit.quality.reaching import Rows


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows to be read, less those that a mark in another table says are gone."""

    rows: reading.Rows
    gone: reading.Rows | None = None
    here: str = ""

    @property
    def failure(self) -> str:
        """Why they cannot be had; empty where they can."""
        return self.rows.failure or (self.gone.failure if self.gone else "")

    @property
    def sql(self) -> str:
        """SQL for a table of them; `r` numbers the rows."""
        if self.gone is None:
            return self.rows.name
        marked = f"SELECT c0 FROM {self.gone.name} WHERE c0 IS NOT NULL"
        # NULL IN (…) is null, and such a row is not gone.
        kept = f"NOT coalesce({self.rows.column(self.here)} IN ({marked}), false)"
        return f"(SELECT * FROM {self.rows.name} WHERE {kept})"

    def column(self, name: str) -> str:
        """The engine's name of a column."""
        return self.rows.column(name)


def want(told: reading.Reading, rows: Rows, columns: Iterable[str]) -> Wanted:
    """Have these columns of the rows read."""
    if rows.without is None:
        return Wanted(told.want(rows.table, rows.where, columns))
    table, where, there, here = rows.without
    found = told.want(rows.table, rows.where, [*columns, here])
    return Wanted(found, told.want(table, where, [there]), here)


def number(sql: str) -> str:
    """SQL for a number as it is compared: letters and digits, the number without leading zeros.

    `hc-000123` and `HC 123` are one; `7.0`, out of a column of floating
    points, is 7; a text without any letter or digit is null.
    """
    plain = f"regexp_replace({sql}, '^([0-9]+)\\.0+$', '\\1')"
    codes = f"regexp_replace(upper(strip_accents({plain})), '[^\\p{{L}}\\p{{N}}]', '', 'g')"
    return f"nullif(regexp_replace({codes}, '^([^0-9]*)0+([0-9]+)$', '\\1\\2'), '')"


def value(sql: str) -> str:
    """SQL for the value of a reference: `7.0`, out of a column of floating points, is 7."""
    return f"regexp_replace({sql}, '^(-?[0-9]+)\\.0+$', '\\1')"


def text(value: str) -> str:
    """A literal of SQL."""
    return "'" + value.replace("'", "''") + "'"
