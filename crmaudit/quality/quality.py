"""Measured quality as one object: what was read, and how good it is at every level.

`…_card` answers the scores of a thing by dimension, `…_score` all its checks
in one: Σ passed ÷ Σ applicable over the dimensions that were assessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from crmaudit.evidence import EXACT, Catalog, ColumnProfile, Table, TableProfile
from crmaudit.quality.scores import Score, Scorecard, combine, score_column, score_table
from crmaudit.workspace.landscape import Map, TableMap

_OF_THE_ENTITY = ("primary", "secondary", "extension", "line")
"""Roles of tables whose columns describe the entity itself."""

_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Holding:
    """A profiled table that holds an entity, as its system's map says."""

    system: str
    profile: TableProfile
    mapped: TableMap

    @property
    def whole(self) -> bool:
        """Whether all rows are the entity's: what is filtered is not measured apart."""
        return not self.mapped.where


class Quality:
    """Profiles judged as of a day; `maps` says which tables hold which entity."""

    def __init__(
        self,
        profiles: Mapping[str, Mapping[str, TableProfile]],
        catalogs: Mapping[str, Catalog],
        maps: Mapping[str, Map],
        day: date | None,
    ) -> None:
        self.profiles = profiles
        self.catalogs = catalogs
        self._maps = maps
        self._day = day

    def tables(self) -> Iterator[tuple[str, TableProfile]]:
        """Every profiled table with its system.

        The product's own machinery is left out, and so are views: their values
        are those of the tables behind them.
        """
        for system, tables in self.profiles.items():
            machinery = {
                t.table
                for t in (self._maps[system].tables if system in self._maps else ())
                if t.role == "system"
            }
            for name, profile in tables.items():
                declared = self.declared(system, name)
                is_view = declared is not None and declared.kind == "view"
                if name not in machinery and not is_view:
                    yield system, profile

    def entity_tables(self) -> Iterator[tuple[str, TableProfile]]:
        """The tables that hold entities: those mapped, or all of a system without a map."""
        mapped = {(h.system, h.profile.table) for h in self.holdings()}
        with_map = {system for system, _ in mapped}
        for system, profile in self.tables():
            if system not in with_map or (system, profile.table) in mapped:
                yield system, profile

    def holdings(self, entity: str | None = None) -> Iterator[Holding]:
        """Profiled tables mapped to an entity, or to any; machinery left out."""
        for system, known in self._maps.items():
            for table in known.tables:
                wanted = table.entity is not None and entity in (None, table.entity)
                profile = self.profiles.get(system, {}).get(table.table)
                if wanted and table.role != "system" and profile is not None:
                    yield Holding(system, profile, table)

    # Scores

    def column_card(self, system: str, table: str, column: str) -> Scorecard:
        """KeyError where the column was not profiled."""
        profile = self.profiles[system][table]
        declared = self.declared(system, table)
        return score_column(profile, profile.column(column), declared, self._day)

    def table_card(self, system: str, table: str) -> Scorecard:
        """KeyError where the table was not profiled."""
        return self._cards[system, table]

    def entity_card(self, entity: str, system: str | None = None) -> Scorecard | None:
        """Over the tables mapped to the entity, in one system or in all; None without any.

        A table that holds the entity in some of its rows counts with all of them.
        """
        held = dict.fromkeys(
            (h.system, h.profile.table)
            for h in self.holdings(entity)
            if h.mapped.role in _OF_THE_ENTITY and system in (None, h.system)
        )
        return self._combined(held)

    def shared(self, entity: str, system: str | None = None) -> tuple[str, ...]:
        """Tables of which only some rows are the entity's: their scores are of all rows."""
        held = [h for h in self.holdings(entity) if system in (None, h.system) and not h.whole]
        return tuple(dict.fromkeys(h.profile.table for h in held))

    def system_card(self, system: str) -> Scorecard | None:
        """Over the tables that hold entities; None where none was profiled.

        Lists that came with the product would flatter a system that has a map.
        """
        return self._combined((s, p.table) for s, p in self.entity_tables() if s == system)

    @property
    def portfolio_card(self) -> Scorecard | None:
        return self._combined((s, p.table) for s, p in self.entity_tables())

    def entity_score(self, entity: str, system: str | None = None) -> Score | None:
        card = self.entity_card(entity, system)
        return overall(card) if card else None

    def system_score(self, system: str) -> Score | None:
        card = self.system_card(system)
        return overall(card) if card else None

    @property
    def portfolio_score(self) -> Score | None:
        card = self.portfolio_card
        return overall(card) if card else None

    @cached_property
    def _cards(self) -> Mapping[tuple[str, str], Scorecard]:
        return {
            (system, name): score_table(profile, self.declared(system, name), self._day)
            for system, tables in self.profiles.items()
            for name, profile in tables.items()
        }

    def declared(self, system: str, table: str) -> Table | None:
        """What the catalog says of a table."""
        return self._tables.get(system, {}).get(table)

    @cached_property
    def _tables(self) -> Mapping[str, Mapping[str, Table]]:
        return {s: {t.qualified: t for t in c.tables} for s, c in self.catalogs.items()}

    def _combined(self, names: Iterable[tuple[str, str]]) -> Scorecard | None:
        cards = [(self._cards[name], 1.0) for name in names]
        return combine(cards) if cards else None

    def newest(self, column: ColumnProfile) -> date | None:
        """The newest day in a column of stamps that is not after the audit's day.

        Where only months are known, the month's first day: the data are at
        least that fresh.
        """
        if column.masking == "none" and column.maximum:
            found = _day(column.maximum)
            if found is not None and (self._day is None or found <= self._day):
                return found
        last = f"{self._day:%Y-%m}" if self._day else "9999-12"
        months = [m for m in column.months if m <= last]
        return _day(f"{max(months)}-01") if months else None


def overall(card: Scorecard) -> Score:
    """All checks of a scorecard in one score, of the dimension `overall`."""
    assessed = [s for s in card.scores.values() if s.share is not None]
    if not assessed:
        reasons = dict.fromkeys(s.reason for s in card.scores.values())
        return Score("overall", reason="; ".join(reasons) or "nothing was measured")
    inexact = [s.method for s in assessed if s.method.kind != "exact"]
    return Score(
        "overall",
        _whole(sum(s.passed for s in assessed)),
        _whole(sum(s.applicable for s in assessed)),
        inexact[0] if inexact else EXACT,
        tuple(dict.fromkeys(e for s in assessed for e in s.evidence)),
    )


def column_named(profile: TableProfile, name: str) -> ColumnProfile | None:
    """The column of that name, spelling apart: `e-mail` is `email`, `last name` is `last_name`."""
    wanted = _WORD.sub("", name.lower())
    for column in profile.columns:
        if _WORD.sub("", column.name.lower()) == wanted:
            return column
    return None


def _whole(count: float) -> float:
    """Counts stay whole numbers where no weight made them fractions."""
    return int(count) if count == int(count) else count


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
