"""What databases, servers and files testify of people's half of the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from crmaudit.errors import Problem
from crmaudit.evidence import Access, Backups, Catalog, Changes, Health, Recording, Series
from crmaudit.sheets import Sheet

Points = tuple[tuple[date, float], ...]


@dataclass(frozen=True, slots=True)
class Untidy:
    """What super users are to mend in the tables of a system, as measured.

    Of `custom` fields that the organisation added, `unused` are hardly ever
    filled. In `categories` columns a value means the same as another one.
    """

    custom: int = 0
    unused: int = 0
    categories: int = 0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Testified:
    """The newest evidence, by system, and what joins it with the declarations.

    `series` holds the points of each KPI that has no own ones, by its id, from
    a file, a database or the audit's own history. `links` says which person of
    people.yaml an account belongs to, by system and any of its pseudonyms
    (`CrmAccount.name`, `also`); `linked` are the systems whose pseudonyms were
    made with the audit's key, so that this can be said. `entities` gives for a system the entity of
    each table, by the map as it is now; `homes` names only the tables that are
    an entity's first home, so that a right to them is one to the entity.
    `unread` says what is wrong with files of KPIs and surveys, by subject.
    `untidy` is there for systems of which tables were profiled.
    """

    access: Mapping[str, Access] = field(default_factory=dict)
    recording: Mapping[str, Recording] = field(default_factory=dict)
    changes: Mapping[str, Changes] = field(default_factory=dict)
    health: Mapping[str, Health] = field(default_factory=dict)
    backups: Mapping[str, Backups] = field(default_factory=dict)
    catalogs: Mapping[str, Catalog] = field(default_factory=dict)
    series: Mapping[str, Points] = field(default_factory=dict)
    links: Mapping[tuple[str, str], str] = field(default_factory=dict)
    linked: frozenset[str] = frozenset()
    entities: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    homes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    asked: Mapping[str, Series] = field(default_factory=dict)
    silent: Mapping[str, str] = field(default_factory=dict)
    surveys: Mapping[str, Sheet] = field(default_factory=dict)
    unread: Mapping[str, Problem] = field(default_factory=dict)
    untidy: Mapping[str, Untidy] = field(default_factory=dict)
