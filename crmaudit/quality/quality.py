"""Measured quality as one object: what was read, and how good it is at every level.

`…_card` answers the scores of a thing by dimension, `…_score` the mean of the
dimensions that were assessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from crmaudit.evidence import (
    Catalog,
    ColumnProfile,
    ExpectationTests,
    Keys,
    MappedTable,
    Reference,
    Table,
    TableKey,
    TableProfile,
    Tested,
)
from crmaudit.quality.checks import is_email_name, names_addresses_only
from crmaudit.quality.counts import About, Count
from crmaudit.quality.effective import DOUBTFUL, EffectiveMap
from crmaudit.quality.matching.counted import Placed
from crmaudit.quality.scores import Score, Scorecard, card_of, combine, overall
from crmaudit.workspace.landscape import Entity

if TYPE_CHECKING:
    from crmaudit.quality.explaining import Explained

__all__ = ["Holding", "Quality", "Tests", "address_column", "column_named", "overall"]

_OF_THE_ENTITY = ("primary", "secondary", "extension", "line")
"""Roles of tables whose columns describe the entity itself."""

_KEPT_UP = frozenset({*_OF_THE_ENTITY, "lookup"})
"""Roles of tables whose records change; links and logs are written once."""

_HAPPENS = frozenset({
    "activity", "contribution", "event", "event registration", "invoice", "payment", "quote",
    "order", "document", "grant",
})  # fmt: skip
"""Kinds whose records tell what happened once, where nobody declares a class."""

_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Holding:
    """A profiled table that holds an entity, as its system's map says.

    `profile` is of the entity's rows where these were measured apart, else of
    all rows of the table.
    """

    system: str
    profile: TableProfile
    mapped: MappedTable

    @property
    def whole(self) -> bool:
        """Whether all rows of the profile are the entity's."""
        return not self.mapped.where or bool(self.profile.where)

    @property
    def stamps(self) -> tuple[str, ...]:
        """The columns that say when a record was changed or made."""
        return tuple(s for s in (self.mapped.modified_at, self.mapped.created_at) if s)

    @property
    def doubtful(self) -> bool:
        """Whether the table was mapped by inference that is not very sure."""
        return self.mapped.basis == "inferred" and self.mapped.confidence < DOUBTFUL


@dataclass(frozen=True, slots=True)
class Tests:
    """Expectations tested in one system; `dimensions` by expectation, where declared."""

    document: ExpectationTests
    dimensions: Mapping[str, str]


class Quality:
    """Profiles judged as of a day.

    `maps` says which tables hold which entity, `parts` are profiles of some of
    a table's rows by table and condition, `entities` are those that people
    define. `matched` is what matching counted of their records. `importance` weighs
    columns by what they mean, `dimensions` the dimensions.
    """

    def __init__(
        self,
        profiles: Mapping[str, Mapping[str, TableProfile]],
        catalogs: Mapping[str, Catalog],
        maps: Mapping[str, EffectiveMap],
        day: date | None,
        *,
        parts: Mapping[str, Mapping[tuple[str, str], TableProfile]] | None = None,
        keys: Mapping[str, Keys] | None = None,
        tests: Mapping[str, Tests] | None = None,
        entities: Mapping[str, Entity] | None = None,
        matched: Sequence[Placed] = (),
        importance: Mapping[str, float] | None = None,
        dimensions: Mapping[str, float] | None = None,
    ) -> None:
        self.profiles = profiles
        self.catalogs = catalogs
        self.maps = maps
        self._day = day
        self._parts = {
            system: {
                (table, _plain(where)): p
                for (table, where), p in found.items()
                if p.provenance.status.state != "failed"
            }
            for system, found in (parts or {}).items()
        }
        self._keys = keys or {}
        self._tests = tests or {}
        self._entities = entities or {}
        self._matched = tuple(matched)
        self._importance = importance or {}
        self.dimensions = dimensions or {}
        self._made: dict[str, Scorecard] = {}

    def tables(self) -> Iterator[tuple[str, TableProfile]]:
        """Every profiled table with its system.

        The product's own machinery is left out, and so are views: their values
        are those of the tables behind them.
        """
        for system, tables in self.profiles.items():
            rows = self.maps[system].tables if system in self.maps else ()
            # What is machinery in one row of a map and an entity's in another is the entity's.
            machinery = {t.table for t in rows if t.role == "system"}
            machinery -= {t.table for t in rows if t.role != "system"}
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
        for system, known in self.maps.items():
            for table in known.tables:
                wanted = table.entity and entity in (None, table.entity)
                profile = self._held(system, table)
                if wanted and table.role != "system" and profile is not None:
                    yield Holding(system, profile, table)

    def _held(self, system: str, row: MappedTable) -> TableProfile | None:
        whole = self.profiles.get(system, {}).get(row.table)
        return (self.part(system, row.table, row.where) if row.where else None) or whole

    def part(self, system: str, table: str, where: str) -> TableProfile | None:
        """The profile of a table's rows with that condition; None where they were not measured."""
        return self._parts.get(system, {}).get((table, _plain(where)))

    def worst_part(
        self, table: TableProfile, holdings: Sequence[Holding], dimension: str
    ) -> TableProfile:
        """The part of a table that is worst, where all its entities were measured apart.

        Else the whole table, and so where no part has that dimension.
        """
        if not holdings or not all(h.profile.where for h in holdings):
            return table
        known = [
            (share, h.profile)
            for h in holdings
            if (share := self.card(h.profile).scores[dimension].share) is not None
        ]
        return min(known, key=lambda k: k[0], default=(1.0, table))[1]

    def column_of(
        self, system: str, profile: TableProfile, name: str
    ) -> tuple[TableProfile, ColumnProfile] | None:
        """The column that a map names, with its table: `name` here, `table.name` elsewhere."""
        if (own := column_named(profile, name)) is not None:
            return profile, own
        table, _, column = name.rpartition(".")
        other = self.profiles.get(system, {}).get(table)
        found = column_named(other, column) if other is not None else None
        return (other, found) if other is not None and found is not None else None

    # Scores

    def column_card(self, system: str, table: str, column: str, where: str = "") -> Scorecard:
        """KeyError where the column was not profiled."""
        profile = self.profile(system, table, where)
        return card_of(profile, self.about(profile), profile.column(column))

    def table_card(self, system: str, table: str, where: str = "") -> Scorecard:
        """KeyError where the table, or the part of it with that condition, was not profiled."""
        return self.card(self.profile(system, table, where))

    def profile(self, system: str, table: str, where: str = "") -> TableProfile:
        """The profile of a table or of a part of it; KeyError without one."""
        if where:
            return self._parts[system][table, _plain(where)]
        return self.profiles[system][table]

    def card(self, profile: TableProfile) -> Scorecard:
        """The scores of one of the profiles."""
        if profile.id not in self._made:
            card = card_of(profile, self.about(profile))
            self._made[profile.id] = Scorecard(card.scores, card.clean, self.dimensions)
        return self._made[profile.id]

    def entity_card(self, entity: str, system: str | None = None) -> Scorecard | None:
        """Over the tables mapped to the entity, in one system or in all; None without any.

        Of a table that holds it in some of its rows those count, where they
        were measured apart, else all.
        """
        return self._combined(self.entity_profiles(entity, system))

    def entity_profiles(self, entity: str, system: str | None = None) -> list[TableProfile]:
        """The profiles that an entity's scores are of, each once."""
        held = {
            h.profile.id: h.profile
            for h in self.holdings(entity)
            if h.mapped.role in _OF_THE_ENTITY and system in (None, h.system)
        }
        return list(held.values())

    def shared(self, entity: str, system: str | None = None) -> tuple[str, ...]:
        """Tables of which only some rows are the entity's and all were measured together."""
        held = [
            h
            for h in self.holdings(entity)
            if h.mapped.role in _OF_THE_ENTITY and system in (None, h.system) and not h.whole
        ]
        return tuple(dict.fromkeys(h.profile.table for h in held))

    def scored_tables(self, system: str | None = None) -> list[TableProfile]:
        """The tables that the scores of a system are of, or those of all systems.

        They hold records of entities. Lists that came with the product, links
        and logs would flatter a system that has a map; one without a map is
        scored by all that it has.
        """
        records: dict[tuple[str, str], bool] = {}
        for h in self.holdings():
            place = h.system, h.profile.table
            records[place] = records.get(place, False) or h.mapped.role in _OF_THE_ENTITY
        return [
            p
            for s, p in self.entity_tables()
            if system in (None, s) and records.get((s, p.table), True)
        ]

    def system_card(self, system: str) -> Scorecard | None:
        """Over the tables that hold records of entities; None where none was profiled."""
        return self._whole(self.scored_tables(system))

    @property
    def portfolio_card(self) -> Scorecard | None:
        return self._whole(self.scored_tables())

    def _whole(self, profiles: Sequence[TableProfile]) -> Scorecard | None:
        parts: dict[tuple[str, str], dict[str, Holding]] = {}
        for h in self.holdings():
            parts.setdefault((h.system, h.profile.table), {})[h.profile.id] = h
        cards = []
        for p in profiles:
            held = list(parts.get((p.provenance.system, p.table), {}).values())
            cards.append((self._by_parts(p, held), 1.0))
        return combine(cards, self.dimensions) if cards else None

    def _by_parts(self, profile: TableProfile, held: Sequence[Holding]) -> Scorecard:
        """A table's scores, with the completeness of its parts where they make up all of it.

        A person has no name of an organisation: a column that a part never
        fills is not missing there.
        """
        card = self.card(profile)
        apart = all(h.profile.where for h in held)
        if not held or not apart or sum(h.profile.rows for h in held) != profile.rows:
            return card
        parts = combine([(self.card(h.profile), 1.0) for h in held])
        scores = {**card.scores, "completeness": parts.scores["completeness"]}
        return Scorecard(scores, card.clean, card.weights)

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

    def explained(self, path: str) -> Explained:
        """What `SYSTEM`, `SYSTEM.TABLE.COLUMN`, `SYSTEM.ENTITY.ATTRIBUTE`… scores, taken apart.

        CrmauditError where nothing that was read has that name.
        """
        from crmaudit.quality.explaining import explained

        return explained(self, path)

    def _combined(self, profiles: Iterable[TableProfile]) -> Scorecard | None:
        cards = [(self.card(p), 1.0) for p in profiles]
        return combine(cards, self.dimensions) if cards else None

    # What is known of a table

    def declared(self, system: str, table: str) -> Table | None:
        """What the catalog says of a table."""
        return self._tables.get(system, {}).get(table)

    @cached_property
    def _tables(self) -> Mapping[str, Mapping[str, Table]]:
        return {s: {t.qualified: t for t in c.tables} for s, c in self.catalogs.items()}

    def about(self, profile: TableProfile) -> About:
        """All that its scores rest on besides the profile."""
        system, table = profile.provenance.system, profile.table
        keys, references = self._keyed.get(system, {}).get(table, ((), ()))
        tests = self._tests.get(system)
        known = self.maps.get(system)
        mapped = [
            t
            for t in (known.tables if known else ())
            if t.table == table and _plain(t.where) in ("", _plain(profile.where))
        ] or [t for t in (known.tables if known else ()) if t.table == table]
        held = {t.entity for t in mapped if t.entity}
        described = [t for t in mapped if t.role in _OF_THE_ENTITY]
        written_once = bool(mapped) and not any(t.role in _KEPT_UP for t in mapped)
        happens = bool(held) and all(self._happens(known, entity) for entity in held)
        return About(
            table=self.declared(system, table),
            day=self._day,
            keys=keys,
            references=references,
            keyed=self._keys[system].id if system in self._keys else "",
            tests=tuple(self._tests_of(profile)),
            tested=tests.document.id if tests else "",
            dimension_of=tests.dimensions if tests else {},
            modified=frozenset(t.modified_at for t in mapped if t.modified_at),
            unique=frozenset(self._unique(profile, mapped)),
            ages=not written_once and not happens,
            matched=tuple(self._matched_of(profile)),
            compared=any((system, t.entity) in self._compared for t in described),
            importance=self._importance,
        )

    @cached_property
    def _compared(self) -> frozenset[tuple[str, str]]:
        """System and entity of records that were compared with each other."""
        found = (m for m in self._matched if m.count.dimension == "uniqueness")
        return frozenset((m.system, m.entity) for m in found)

    def _matched_of(self, profile: TableProfile) -> Iterator[Count]:
        """What matching tells of a table's records; of a part only what is of its rows."""
        place, part = (profile.provenance.system, profile.table), _plain(profile.where)
        for known in self._matched:
            if (known.system, known.table) == place and part in ("", _plain(known.where)):
                yield known.count

    def _unique(self, profile: TableProfile, mapped: Iterable[MappedTable]) -> Iterator[str]:
        for row in mapped:
            entity = self._entities.get(row.entity) if row.role == "primary" else None
            for attribute in entity.attributes if entity else ():
                column = column_named(profile, attribute.name) if attribute.unique else None
                if column is not None:
                    yield column.name

    def _happens(self, known: EffectiveMap | None, entity: str) -> bool:
        """Whether an entity's records tell what happened once, by its class, else its kind."""
        declared = self._entities.get(entity)
        if declared is not None and declared.class_ is not None:
            return declared.class_ == "transaction"
        return known is not None and known.kinds.get(entity) in _HAPPENS

    @cached_property
    def _keyed(
        self,
    ) -> Mapping[str, Mapping[str, tuple[tuple[TableKey, ...], tuple[Reference, ...]]]]:
        found: dict[str, dict[str, tuple[tuple[TableKey, ...], tuple[Reference, ...]]]] = {}
        for system, known in self._keys.items():
            tables = found.setdefault(system, {})
            for key in known.keys:
                keys, references = tables.get(key.table, ((), ()))
                tables[key.table] = (*keys, key), references
            for reference in known.references:
                keys, references = tables.get(reference.table, ((), ()))
                tables[reference.table] = keys, (*references, reference)
        return found

    def _tests_of(self, profile: TableProfile) -> Iterator[Tested]:
        """The tests on a table; of a part only those of its rows, or of some of these."""
        tests = self._tests.get(profile.provenance.system)
        for test in tests.document.tests if tests else ():
            # Each condition of a test stands in parentheses, the part's among them.
            part = f"({_plain(profile.where)})" if profile.where else ""
            if test.table == profile.table and part in _plain(test.where):
                yield test

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

    def newest_stamp(self, holding: Holding) -> date | None:
        """The newest stamp of a table, of creation or change; None where none can be read."""
        places = [self.column_of(holding.system, holding.profile, s) for s in holding.stamps]
        days = [self.newest(place[1]) for place in places if place is not None]
        return max((d for d in days if d is not None), default=None)


def column_named(profile: TableProfile, name: str) -> ColumnProfile | None:
    """The column of that name, spelling apart: `e-mail` is `email`, `last name` is `last_name`."""
    wanted = _WORD.sub("", name.lower())
    for column in profile.columns:
        if _WORD.sub("", column.name.lower()) == wanted:
            return column
    return None


def address_column(profile: TableProfile) -> ColumnProfile | None:
    """The table's own column of addresses that is filled best.

    A greeting or a consent has "mail" in its name too: what holds addresses was
    told apart by content. An empty column has only a name to tell by.
    """
    found = [c for c in profile.columns if c.logical == "text" and _holds_addresses(c)]
    return max(found, key=lambda c: c.filled, default=None)


def _holds_addresses(column: ColumnProfile) -> bool:
    if column.semantic is not None and column.filled:
        return column.semantic.type == "e-mail"
    by_content = "email syntax" in column.checks and is_email_name(column.name)
    return by_content or (not column.filled and names_addresses_only(column.name))


def _plain(where: str) -> str:
    """A condition without what only its writing tells apart."""
    return " ".join(where.split())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
