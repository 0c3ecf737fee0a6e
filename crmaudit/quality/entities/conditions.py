"""Conditions on rows in the dialect of a source, from columns and the values they hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from crmaudit.quality.entities.seen import SeenColumn

_PLAIN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+|type|kind|typ|art|tipo|deleted|active|archived|"
                    r"converted|status|stage|automatic|test|aktiv|actif|activo")  # fmt: skip
_RESERVED_TEXT = """
    current_date current_time current_timestamp current_user current_role current_catalog
    current_schema session_user high_priority low_priority straight_join sql_big_result
    sql_calc_found_rows sql_small_result utc_date utc_time utc_timestamp no_write_to_binlog
    hour_microsecond hour_minute hour_second minute_microsecond minute_second day_hour day_minute
    day_second day_microsecond year_month second_microsecond json_table first_value last_value
    nth_value dense_rank percent_rank cume_dist row_number character_set
    """
_RESERVED = frozenset(_RESERVED_TEXT.split())
_TRUE = ("1", "t", "true", "y", "yes", "j", "ja", "oui", "o", "si", "s", "x", "wahr", "vrai", "-1")
_FALSE = ("0", "f", "false", "n", "no", "nein", "non", "not", "falsch", "faux", "nee")

Nature = Literal["boolean", "number", "text", "time"]


def quoted_always(name: str) -> str:
    """Standard SQL, for a source that is not at hand."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a source writes names and truth. `quote` is its own (`Source.quote`)."""

    engine: str = ""
    quote: Callable[[str], str] = field(default=quoted_always)

    def name(self, column: str) -> str:
        """Quoted, unless it is one that every engine takes as it is."""
        if _PLAIN.fullmatch(column) and column not in _RESERVED:
            return column
        return self.quote(column)

    def text(self, value: str) -> str:
        """A literal. A backslash would end it early in some dialects: ValueError."""
        if "\\" in value or "\0" in value:
            raise ValueError("a value with a backslash or NUL cannot be part of a condition")
        return "'" + value.replace("'", "''") + "'"

    def equals(self, column: SeenColumn, value: str) -> str:
        name = self.name(column.name)
        if nature(column, self.engine) == "number":
            return f"{name} = {value}" if re.fullmatch(r"-?\d{1,18}", value) else ""
        try:
            return f"{name} = {self.text(value)}"
        except ValueError:
            return ""

    def one_of(self, column: SeenColumn, values: tuple[str, ...]) -> str:
        """The condition of rows with one of the values; empty where it cannot be written."""
        single = [c for v in values if (c := self.equals(column, v))]
        if len(single) < len(values) or not single:
            return ""
        if len(single) == 1:
            return single[0]
        written = ", ".join(s.split(" = ", 1)[1] for s in single)
        return f"{self.name(column.name)} IN ({written})"

    def true(self, column: SeenColumn) -> str:
        """The rows in which a flag is set, or a time stamp filled; empty: not clear."""
        return self._flag(column, _TRUE, "IS NOT NULL", "1", "true")

    def false(self, column: SeenColumn) -> str:
        """The rows in which a flag is not set, null included where there are nulls."""
        condition = self._flag(column, _FALSE, "IS NULL", "0", "false")
        if condition and not condition.endswith("NULL") and _has_nulls(column):
            return f"({condition} OR {self.name(column.name)} IS NULL)"
        return condition

    def _flag(
        self, column: SeenColumn, words: tuple[str, ...], filled: str, digit: str, word: str
    ) -> str:
        name, kind = self.name(column.name), nature(column, self.engine)
        if kind == "time":
            return f"{name} {filled}"
        if kind == "boolean":
            return f"{name} = {word}"
        if kind == "number":
            return f"{name} = {digit}"
        profile = column.profile
        shown = [v.value for v in profile.top if not v.masked] if profile else []
        held = tuple(v for v in shown if v.strip().lower() in words)
        if held:
            return self.one_of(column, held)
        if shown:
            # Its values are known, and none means this.
            return ""
        return f"{name} = {self.text(digit)}"


def nature(column: SeenColumn, engine: str = "") -> Nature:
    """What a condition on the column has to be compared with."""
    declared = column.column.type.lower()
    if "bool" in declared and engine not in ("sqlite", "mysql", "mariadb"):
        return "boolean"
    if "bool" in declared or "bit" in declared:
        return "number"
    if "date" in declared or "time" in declared:
        return "time"
    if any(w in declared for w in ("int", "num", "dec", "serial", "real", "double", "float")):
        return "number"
    if any(w in declared for w in ("char", "text", "enum", "clob", "string", "uuid", "set")):
        if column.profile is not None and column.profile.logical in ("date", "datetime"):
            return "time"
        return "text"
    if column.profile is None:
        name = column.name.lower()
        return "time" if name.endswith(("_at", "_on", "date")) else "number"
    logical = column.profile.logical
    if logical in ("date", "datetime"):
        return "time"
    if logical == "boolean":
        return "boolean" if engine == "duckdb" else "text"
    return "number" if logical in ("integer", "number") else "text"


def _has_nulls(column: SeenColumn) -> bool:
    if column.profile is not None:
        return bool(column.profile.nulls)
    return column.column.nullable


def occurs(column: SeenColumn, truth: bool) -> bool | None:
    """Whether some row has the flag set (`truth`) or not set; None where it was not looked at.

    A value that too few rows share to be shown counts as one that occurs.
    """
    profile = column.profile
    if profile is None or not profile.rows:
        return None
    if not profile.filled:
        return not truth
    words = _TRUE if truth else _FALSE
    shown = {v.value.strip().lower() for v in profile.top if not v.masked}
    if shown.intersection(words):
        return True
    seen = sum(v.count for v in profile.top if not v.masked)
    return seen < profile.filled
