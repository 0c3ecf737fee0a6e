"""A guess written down as a column map: what no column says, and a reason for everything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crmaudit.exchange.cell_days import AGO
from crmaudit.exchange.column_map import ColumnMap, ColumnRule, Sureness
from crmaudit.exchange.column_words import choice_words, header_phrases, header_words, passed_over
from crmaudit.exchange.fitting import Fit, currency_of
from crmaudit.exchange.layout import Column, Table, table_of
from crmaudit.exchange.likeness import likeness_of
from crmaudit.exchange.targets import SHAPES, Rows, Target, targets
from crmaudit.sheets import Grid
from crmaudit.workspace.naming import plain

CERTAIN, LIKELY, DOUBTFUL = 0.85, 0.65, 0.45
"""Where certain, likely and doubtful begin; what is less is not taken."""
_CALLED_LIKE = 0.75
"""Below this a header shares some words with a fact, but nobody would say it is called so."""
_UNKNOWN = "nothing that is known here is called like that"


@dataclass(frozen=True)
class Placed:
    """A column and the fact it may go to."""

    column: Column
    target: Target
    sure: float
    fit: Fit


@dataclass(frozen=True)
class Plan:
    """One reading of a table: what its rows are, where its columns go."""

    table: Table
    rows: Rows
    placed: Mapping[int, Placed]
    points: float
    possible: frozenset[tuple[int, str]] = frozenset()
    """Columns, by their index, and facts that their cells could be."""


class MapWriting:
    """The plan as a map, with what no column says and a reason for everything."""

    def __init__(
        self,
        plan: Plan,
        grids: Sequence[Grid],
        names: Mapping[str, Iterable[str]],
        as_of: date | None,
    ) -> None:
        self.plan, self.grids, self.as_of = plan, grids, as_of
        self.has_people = bool(list(names.get("person", ()))) or any(
            p.target.refers == "person" and not p.fit.are_units for p in plan.placed.values()
        )
        self.facts = {p.target.path for p in plan.placed.values()}

    def map(self) -> ColumnMap:
        table, rows = self.plan.table, self.plan.rows
        return ColumnMap(
            sheet=table.grid.name if len(self.grids) > 1 else "",
            header=table.header + 1,
            first=table.first + 1 if table.first != table.header + 1 else None,
            last=table.last + 1 if table.last < self._last_row() else None,
            rows=rows,
            as_of=self.as_of,
            columns=tuple(self._rule(column) for column in table.columns),
            because=self._why(),
            sure=_sureness(min(1.0, max((p.sure for p in self.plan.placed.values()), default=0))),
        )

    def _why(self) -> str:
        """What names the rows, what stands around them, and which sheets were passed over."""
        table = self.plan.table
        placed = {p.target.path: p for p in self.plan.placed.values()}
        named = next((placed[f] for f in ("name", "system", "entity", "id") if f in placed), None)
        parts = []
        if named is not None:
            column = named.column
            parts.append(f"{column.different} different values in {column.header!r}")
        if table.first > table.header + 1:
            parts.append(f"row {table.header + 2} says only what is asked for")
        if table.last < self._last_row():
            parts.append(f"totals, remarks or empty forms below row {table.last + 1}")
        others = [g.name for g in self.grids if g.name != table.grid.name and table_of(g)]
        if others:
            parts.append(f"sheets not taken: {', '.join(others)}")
        return "; ".join(parts)

    def _last_row(self) -> int:
        rows = self.plan.table.grid.rows
        return max(i for i, row in enumerate(rows) if any(v is not None for v in row))

    def _rule(self, column: Column) -> ColumnRule:
        headers = Counter(c.header for c in self.plan.table.columns)
        at = column.at if not column.header or headers[column.header] > 1 else ""
        told: dict[str, Any] = {"column": column.header, "at": at}
        placed = self.plan.placed.get(column.index)
        if placed is None:
            return ColumnRule(**told, ignore=self._reason(column))
        if placed.fit.are_units and self.has_people:
            reason = f"{placed.fit.because}; an owner is a person; `to: tags` keeps it"
            return ColumnRule(**told, ignore=reason)
        with_, remark, doubtful = self._with(placed)
        if with_ is None:
            return ColumnRule(**told, ignore=remark)
        sure = min(placed.sure, LIKELY - 0.01) if doubtful else placed.sure
        because = "; ".join(part for part in (placed.fit.because, remark) if part)
        if "dates" in placed.fit.how and placed.fit.how["dates"] == AGO and self.as_of is None:
            return ColumnRule(**told, ignore=f"{placed.fit.because}: write `as_of:`")
        return ColumnRule.model_validate(
            {
                **told,
                "to": placed.target.path,
                "with": with_,
                **placed.fit.how,
                "names": "units" if placed.fit.are_units else "people",
                "because": because,
                "sure": _sureness(sure),
            }
        )

    def _with(self, placed: Placed) -> tuple[dict[str, Any] | None, str, bool]:
        """Facts that the column's cells need and no column says; None where they are lacking."""
        path = placed.target.path
        base, _, part = path.rpartition(".")
        base = f"{base}." if base else ""
        listed = placed.target.part_of or SHAPES[self.plan.rows].items
        if listed == "costs" and part in ("amount", "hours"):
            return self._with_of_cost(placed.column, base, part)
        if listed == "perceived_quality" and part == "score":
            remark = "taken as opinions on the data: check that they were asked for"
            if f"{base}who" in self.facts:
                return {}, remark, False
            return {f"{base}who": "not stated"}, f"{remark}; nobody says whose they are", True
        if listed == "licences" and part == "entitled" and f"{base}type" not in self.facts:
            remark = "the kind of licence is not said: taken as named ones"
            return {f"{base}type": "named"}, remark, True
        if path == "crud":
            other = "entity" if "system" in self.facts else "system"
            if other not in self.facts:
                return {other: placed.column.header}, "", False
        return {}, "", False

    def _with_of_cost(
        self, column: Column, base: str, part: str
    ) -> tuple[dict[str, Any] | None, str, bool]:
        found: dict[str, Any] = {}
        remarks = []
        header = f"{column.above} {column.header}"
        if f"{base}year" not in self.facts:
            years = re.findall(r"\b(?:19|20)\d\d\b", header)
            if years:
                found[f"{base}year"] = int(years[-1])
            elif self.as_of is not None:
                found[f"{base}year"] = self.as_of.year
                remarks.append(f"no column says the year: that of {self.as_of}")
            else:
                remark = "costs without a year: say the day (`as_of:`) or the year (`with:`)"
                return None, remark, False
        if f"{base}kind" not in self.facts:
            kind = "internal time" if part == "hours" else _kind_of_cost(header)
            found[f"{base}kind"] = kind
            if kind == "other":
                remarks.append("the header says no kind")
        currency = currency_of(column)
        if part == "amount" and currency and f"{base}currency" not in self.facts:
            found[f"{base}currency"] = currency
        return found, "; ".join(remarks), False

    def _reason(self, column: Column) -> str:
        """Why a column is not taken."""
        if not column.values:
            return "every cell is empty"
        phrases = passed_over()
        avoided = likeness_of(column, phrases)
        if avoided and max(avoided.values()) >= DOUBTFUL:
            return max(avoided, key=lambda reason: avoided[reason])
        likely = likeness_of(column, header_phrases(self.plan.rows))
        if likely and max(likely.values()) >= DOUBTFUL:
            fact = max(likely, key=lambda f: likely[f])
            other = next((p for p in self.plan.placed.values() if p.target.path == fact), None)
            if other is not None and (column.index, fact) in self.plan.possible:
                taken = self._rule(other.column).to is not None
                verb = "goes to {} already" if taken else "fits {} better, though it is not taken"
                return f"{other.column.header!r} {verb.format(fact)}"
            if likely[fact] < _CALLED_LIKE:
                return _UNKNOWN
            if fact == "id":
                return "numbers or keys of the other tool, no ids that people use"
            if fact.startswith("owners."):
                return f"called like {fact}, but its cells name nobody"
            target = targets(self.plan.rows)[fact]
            what = (
                f"choices ({', '.join(target.field.choices[:3])}…)"
                if target.field.choices
                else target.kind
            )
            return f"called like {fact}, but its cells are no {what}"
        return _UNKNOWN


def _kind_of_cost(header: str) -> str:
    words = choice_words("costs.kind")
    found = [words[plain(w)] for w in re.findall(r"[^\W\d_]+", header) if plain(w) in words]
    if not found:
        stems = {header_words(word)[0]: kind for word, kind in words.items() if header_words(word)}
        found = [stems[w] for w in header_words(header) if w in stems]
    return found[0] if found else "other"


def _sureness(sure: float) -> Sureness:
    return "certain" if sure >= CERTAIN else "likely" if sure >= LIKELY else "doubtful"
