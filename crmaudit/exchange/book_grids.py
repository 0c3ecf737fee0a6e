"""Sheets of ours as they come back: their columns, and what their hidden column tells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from crmaudit.errors import Place
from crmaudit.exchange.book_sheets import (
    MARK,
    SHOWN,
    WHOLE,
    Layout,
    answer_layouts,
    heading,
    layouts,
    row_digest,
)
from crmaudit.sheets import Grid, Value
from crmaudit.sheets.writing import HEADING
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import Field
from crmaudit.workspace.incoming import digest

_LOOKED_AT = 12
"""Rows in which the keys of the columns are looked for."""
_MARKED = re.compile(r"\S+/[0-9a-f]{8}( \S+)*")


@dataclass(frozen=True)
class Mark:
    """What a row's hidden cell tells of the export."""

    id: str
    rest: list[str]
    untouched: bool
    """Whether the row shows what it showed."""
    stood: dict[str, Any]
    """What untouched cells stand for that show names, by their columns."""


@dataclass(frozen=True)
class OurSheet:
    """A grid with its columns known: key → column, and the hidden one."""

    grid: Grid
    layout: Layout | None
    columns: dict[str, int]
    mark: int
    first: int
    """The first row below the headings."""

    def rows(self) -> Iterator[tuple[int, Sequence[Value]]]:
        """Rows that say anything but for their mark, with their numbers."""
        for r in range(self.first, len(self.grid.rows)):
            row = self.grid.rows[r]
            if any(v is not None for i, v in enumerate(row) if i != self.mark):
                yield r, row

    @cached_property
    def said(self) -> list[tuple[Field, int]]:
        """The facts that have a column here."""
        facts = self.layout.facts if self.layout else ()
        return [(f, self.columns[f.name]) for f in facts if f.name in self.columns]

    @cached_property
    def _shown(self) -> list[int]:
        facts = [c for _, c in self.said]
        keys = [self.columns.get(key, -1) for key in ("id", "system", "entity")]
        return [*(c for c in keys if c >= 0 and c not in facts), *facts]

    def mark_of(self, row: Sequence[Value]) -> Mark:
        head, *rest = str(row[self.mark] or "").split(" ")
        id_, _, whole = head.rpartition(WHOLE)
        untouched = bool(whole) and row_digest([row[c] for c in self._shown]) == whole
        stood = {}
        for part in rest:
            key, _, said = part.removeprefix(SHOWN).partition("=")
            if part.startswith(SHOWN) and (at := self.columns.get(key)) is not None:
                was, _, value = said.partition(",")
                if digest("" if row[at] is None else str(row[at])) == was:
                    stood[key] = _decoded(value)
        rest = [part for part in rest if not part.startswith(SHOWN)]
        return Mark(id_, rest, untouched, stood)

    def text(self, row: Sequence[Value], key: str) -> str:
        column = self.columns.get(key)
        value = None if column is None else row[column]
        return "" if value is None else str(value).strip()

    def place(self, row: int, key: str) -> Place:
        return self.grid.place(row, self.columns.get(key, 0))


def marked(grid: Grid) -> OurSheet | None:
    """The sheet, if it is one of ours."""
    for r, row in enumerate(grid.rows[:_LOOKED_AT]):
        for c, value in enumerate(row):
            if isinstance(value, str) and value.startswith(f"{MARK}:"):
                known = {layout.key: layout for layout in (*layouts(), *answer_layouts())}
                columns = {str(v).strip(): i for i, v in enumerate(row) if v and i != c}
                layout = known.get(value.partition(":")[2].strip())
                first = r + 1
                while first < len(grid.rows) and grid.rows[first][c] == HEADING:
                    first += 1
                return OurSheet(grid, layout, columns, c, first)
    return None


def lost(grid: Grid) -> str:
    """What is gone from a sheet that was ours; empty for one that never was, or has nothing."""
    if not any(v is not None for row in grid.rows for v in row):
        return ""
    every = (*layouts(), *answer_layouts())
    known = {layout.title.casefold() for layout in every}
    heads = [_heads(layout) for layout in every]
    for row in grid.rows[:_LOOKED_AT]:
        texts = {v.strip().casefold() for v in row if isinstance(v, str)}
        if any(len(texts & head) >= max(3, len(head) // 2) for head in heads):
            return "its hidden row or column is gone"
        if any(isinstance(v, str) and _MARKED.fullmatch(v) for v in row):
            return "its hidden row is gone"
    return "its hidden row or column is gone" if grid.name.casefold() in known else ""


def _heads(layout: Layout) -> set[str]:
    """What the columns of a sheet are called, by people and by the program."""
    if layout.key == "facts":
        return {"fact", "what is missing", "what is meant"}
    first = {"system"} if layout.list else {"id"}
    return first | {heading(f, System).title.casefold() for f in layout.facts}


def _decoded(value: str) -> Any:
    try:
        return json.loads(unquote(value))
    except ValueError:
        return None
