"""A system's entity map: what the product map says, and inference for all that it leaves open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crmaudit.evidence import Catalog, Keys, TableProfile
from crmaudit.evidence.entity_map import ContactPoint, MappedTable, Product
from crmaudit.quality.entities.conditions import Dialect
from crmaudit.quality.entities.inference import Inferring
from crmaudit.quality.entities.splitting import Kinds, Question

Ask = Callable[[Iterable[Question]], Kinds]
"""What looks up rows by kind; without one, profiles have to do."""


_LIKELY = 0.7
"""The map of a product knows its entities: a doubtful further one is rather its machinery."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a product map says of the database at hand."""

    product: Product
    tables: tuple[MappedTable, ...]
    contact_points: tuple[ContactPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """The parts of an entity map (`crmaudit.evidence.EntityMap`), and its rows where counted."""

    tables: tuple[MappedTable, ...]
    contact_points: tuple[ContactPoint, ...]
    product: Product | None = None
    rows: Mapping[tuple[str, str], int] = field(default_factory=dict)


def understand(
    catalog: Catalog,
    profiles: Mapping[str, TableProfile],
    keys: Keys | None = None,
    *,
    dialect: Dialect | None = None,
    said: Said | None = None,
    ask: Ask | None = None,
) -> Understood:
    """Rows for each table that something is known of, sorted by name.

    A table that the product map (`said`) explains is left to it; inference
    does the others, the organisation's own tables among them.
    """
    explained = {row.table for row in said.tables} if said else set()
    inferring = Inferring(catalog, profiles, keys, dialect)
    questions = [q for q in inferring.asked() if q.table.qualified not in explained]
    inferred = inferring.infer(ask(questions) if ask and questions else None)
    own = tuple(
        row
        for row in inferred.tables
        if row.table not in explained and (not said or _is_likely(row))
    )
    rows = (*(said.tables if said else ()), *own)
    points = said.contact_points if said else ()
    told = {(p.table, p.kind) for p in points} | {(t, "") for t in explained}
    further = [
        p
        for p in inferred.contact_points
        if (p.table, p.kind) not in told and (p.table, "") not in told
    ]
    return Understood(
        tuple(sorted(rows, key=lambda row: row.table)),
        (*points, *further),
        said.product if said else None,
        inferred.rows,
    )


def _is_likely(row: MappedTable) -> bool:
    """Whether a table beside those of a known product may be said to hold an entity."""
    return row.role != "primary" or row.confidence >= _LIKELY


def corrected(
    points: Sequence[ContactPoint], declared: Mapping[str, tuple[str, ...]]
) -> tuple[ContactPoint, ...]:
    """Contact points of tables that people mapped are those of the entities that they named.

    `declared` has the entities that a table is declared to hold as its primary.
    """
    return tuple(
        replace(p, of=declared[p.table]) if p.table in declared and not p.on else p for p in points
    )
