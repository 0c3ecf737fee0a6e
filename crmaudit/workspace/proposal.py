"""What a catalog suggests: a dossier, entities and an entity map, to be confirmed by people.

The entity map that was found (`crmaudit.quality.entities`) is handed in. For
tables that it leaves open, names and declared structure are looked at: those
may be things that only this organisation has. Everything here is a guess that
the scaffold marks as one. What data say is measured later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, get_args
from zlib import crc32

from crmaudit.evidence import Catalog, Table
from crmaudit.evidence.entity_map import MappedTable, Role
from crmaudit.workspace.landscape import CanonicalKind
from crmaudit.workspace.naming import (
    CANONICAL,
    STAMPS,
    Words,
    canonical,
    is_message,
    is_secret,
    plain,
    shared_prefix,
    sign_of,
    slug,
)

MAX_ATTRIBUTES = 25
_LOOKUP_ROWS, _LOOKUP_COLUMNS = 300, 4
_KINDS: tuple[str, ...] = get_args(CanonicalKind)
_SURE = 0.7
"""Confidence from which a found entity outweighs what the name says in general."""

_TRANSIENT = {"cache", "session", "sessions", "token", "tokens", "queue", "lock", "locks", "tmp"}


@dataclass(frozen=True, slots=True)
class ProposedSystem:
    id: str
    name: str
    url: str = ""
    schema: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True)
class ProposedEntity:
    """`relationships` are pairs of the other entity's id and the cardinality."""

    id: str
    name: str
    kind: str = ""
    attributes: tuple[str, ...] = ()
    more_attributes: int = 0
    relationships: tuple[tuple[str, str], ...] = ()
    volume: int | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class ProposedTable:
    """`reason` says why the table was taken for what it is, `where` which rows are meant."""

    table: str
    entity: str = ""
    role: Role = "primary"
    reason: str = ""
    where: str = ""
    key: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    created_at: str = ""
    created_by: str = ""
    modified_at: str = ""
    modified_by: str = ""
    owner: str = ""
    soft_delete: str = ""
    archived: str = ""
    test_rows: str = ""
    automatic: str = ""
    last_login: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A first draft of a system and what it holds; every part is to be confirmed."""

    system: ProposedSystem
    entities: tuple[ProposedEntity, ...] = ()
    tables: tuple[ProposedTable, ...] = ()


def propose(
    catalog: Catalog,
    system_id: str,
    url: str,
    found: Sequence[MappedTable] = (),
    rows: Mapping[tuple[str, str], int] | None = None,
) -> Proposal:
    """The draft that the catalog's names, keys and row counts suggest.

    `found` is what is known of its tables, a product map's word or an
    inference's. `rows` counts those of a table and condition, where known.
    """
    tables = [t for t in catalog.tables if t.kind != "view"]
    prefix = shared_prefix([t.name for t in tables])
    words = {t.qualified: Words.of(t.name, prefix) for t in tables}
    own = {t.qualified: _draft(t, words[t.qualified]) for t in tables}
    known = _known(own, found)
    judged = {name: known[name][0] if name in known else own[name] for name in own}
    drafts = {
        t.qualified: judged[t.qualified]
        if t.qualified in known
        else _attached(judged, t, words[t.qualified])
        for t in tables
    }
    schemas = {t.schema for t in tables}
    system = ProposedSystem(
        id=system_id,
        name=_title(system_id),
        url=url,
        schema=schemas.pop() if len(schemas) == 1 else "",
    )
    day = catalog.provenance.taken_at.date()
    mapped = [row for d in drafts.values() for row in known.get(d.table, [d])]
    entities = _with_parts(_entities(tables, drafts, prefix, day), mapped, rows or {}, day)
    return Proposal(system, tuple(entities), tuple(mapped))


def _known(
    own: Mapping[str, ProposedTable], found: Iterable[MappedTable]
) -> dict[str, list[ProposedTable]]:
    """Rows of the map by table; without those that name and structure say more of."""
    known: dict[str, list[ProposedTable]] = {}
    for row in found:
        draft = own.get(row.table)
        # A customer may be a person or an organisation: a doubtful word is no better.
        vague = draft is not None and draft.entity == "customer" and row.confidence < _SURE
        if draft is not None and not (vague and not row.where):
            known.setdefault(row.table, []).append(_of_map(row))
    return known


def _of_map(row: MappedTable) -> ProposedTable:
    shared = [f.name for f in fields(ProposedTable) if f.name not in ("entity", "reason")]
    values = {name: getattr(row, name) for name in shared}
    # What stands in another table, a map that people write cannot say.
    for name in STAMPS:
        if row.join and "." in values.get(name, ""):
            values[name] = ""
    basis = "by the product map" if row.basis == "product map" else ""
    reason = basis or "; ".join(row.reasons[:2])
    return ProposedTable(**values, entity=slug(row.entity.split()), reason=reason)


def _with_parts(
    entities: Iterable[ProposedEntity],
    mapped: Sequence[ProposedTable],
    rows: Mapping[tuple[str, str], int],
    day: date,
) -> Iterator[ProposedEntity]:
    """The entities with the volumes of their parts, and those that are a part only."""
    parts: dict[str, list[int | None]] = {}
    for row in mapped:
        if row.role == "primary" and row.where and row.entity:
            parts.setdefault(row.entity, []).append(rows.get((row.table, row.where)))
    seen = set()
    for entity in entities:
        seen.add(entity.id)
        yield replace(entity, volume=_sum(parts[entity.id])) if entity.id in parts else entity
    # Some are only a part of a table, or have no table that holds nothing else.
    for id_ in dict.fromkeys(row.entity for row in mapped if row.entity):
        if id_ not in seen:
            name, kind = _names(id_)
            volume = _sum(parts[id_]) if id_ in parts else None
            yield ProposedEntity(id_, name, kind, volume=volume, as_of=day)


def _sum(counts: Sequence[int | None]) -> int | None:
    return None if None in counts else sum(c or 0 for c in counts)


def _names(entity: str) -> tuple[str, str]:
    """Name and kind of an entity that every CRM knows; empty for others."""
    if entity in CANONICAL:
        return CANONICAL[entity]
    kind = entity.replace("-", " ")
    return (kind.capitalize(), kind) if kind in _KINDS else ("", "")


def _title(system_id: str) -> str:
    words = system_id.replace("-", " ").replace("_", " ").split()
    return " ".join(w.upper() if len(w) <= 3 else w.capitalize() for w in words) or system_id


def _draft(table: Table, words: Words) -> ProposedTable:
    """The table judged by itself."""
    role, reason = _role(table, words)
    entity = ""
    if role == "secondary" and is_message(c.name for c in table.columns):
        role, entity, reason = "primary", "activity", "messages, by its columns"
    elif role == "primary":
        known = canonical(words)
        entity = known or slug(words.singular) or f"table-{crc32(table.qualified.encode()):08x}"
        reason = f"its name means {known}" if known else "named after the table"
        if not known and table.rows == 0:
            entity, reason = "", "empty, so no entity is proposed"
    stamps: dict[str, Any] = _stamps(table)
    deleted = stamps.pop("deleted", "")
    if entity != "user":
        stamps.pop("last_login", None)
    return ProposedTable(
        table=table.qualified,
        entity=entity,
        role=role,
        reason=reason,
        key=table.primary_key,
        soft_delete=_deleted(table, deleted) if deleted else "",
        **stamps,
    )


def _role(table: Table, words: Words) -> tuple[Role, str]:
    sign = sign_of(words)
    if sign:
        return sign
    if _is_link(table):
        return "link", "almost nothing but keys"
    columns, rows = len(table.columns), table.rows
    few = rows is not None and rows <= _LOOKUP_ROWS and columns <= _LOOKUP_COLUMNS
    if few and not table.foreign_keys and canonical(words) is None:
        return "lookup", "few short rows and no reference to others"
    return "primary", ""


def _is_link(table: Table) -> bool:
    """Two references or more, and next to nothing besides."""
    referring = {c for key in table.foreign_keys for c in key.columns}
    referring |= {c.name for c in table.columns if c.name.lower().endswith("_id")}
    stamps = set(_stamps(table).values())
    rest = {c.name for c in table.columns} - referring - set(table.primary_key) - stamps
    return len(referring - _own_key(table)) >= 2 and len(rest) <= 1


def _own_key(table: Table) -> set[str]:
    """The primary key, where it is a number of the table's own."""
    referring = {c for key in table.foreign_keys for c in key.columns}
    single = len(table.primary_key) == 1
    return set(table.primary_key) - referring if single else set()


def _attached(drafts: dict[str, ProposedTable], table: Table, words: Words) -> ProposedTable:
    """Lines, details and extensions belong to the entity of the table they hang on."""
    draft = drafts[table.qualified]
    parents = {
        key.columns: parent
        for key in table.foreign_keys
        if (parent := drafts.get(_qualified(key.ref_schema or table.schema, key.ref_table)))
        and parent.role == "primary"
        and parent.entity
        and parent.table != draft.table
    }
    entities = {parent.entity for parent in parents.values()}
    if not draft.entity and draft.role in ("primary", "lookup", "system"):
        draft = _extending(draft, table, words, parents)
    if draft.role in ("line", "secondary") and len(entities) == 1:
        return replace(draft, entity=entities.pop())
    # An address refers to regions too: details belong to what every CRM knows.
    known = [entity for entity in entities if entity in CANONICAL]
    if draft.role == "secondary" and len(known) == 1:
        return replace(draft, entity=known[0])
    if draft.role != "primary" or draft.entity in CANONICAL:
        return draft
    if table.primary_key in parents:
        parent = parents[table.primary_key]
        reason = f"shares its key with {parent.table}"
        return replace(draft, entity=parent.entity, role="extension", reason=reason)
    whole = canonical(Words(words.words[:1])) if len(words.words) > 1 else None
    if whole and any(d.role == "primary" and d.entity == whole for d in drafts.values()):
        reason = f"details of {whole}, by its name"
        return replace(draft, entity=whole, role="secondary", reason=reason)
    return draft


def _extending(
    draft: ProposedTable,
    table: Table,
    words: Words,
    parents: Mapping[tuple[str, ...], ProposedTable],
) -> ProposedTable:
    """Custom fields: a table with a row a record, whatever it is called."""
    for columns, parent in parents.items():
        once = _cardinality(table, columns) == "1:1"
        if once and parent.entity in CANONICAL and not _TRANSIENT & set(words.words):
            reason = f"a row for each of {parent.table}, by its unique key"
            return replace(draft, entity=parent.entity, role="extension", reason=reason)
    return draft


def _entities(
    tables: Sequence[Table], drafts: dict[str, ProposedTable], prefix: str, day: date
) -> Iterator[ProposedEntity]:
    relationships = _relationships(tables, drafts)
    by_entity: dict[str, list[Table]] = {}
    for table in tables:
        draft = drafts[table.qualified]
        if draft.role == "primary" and draft.entity:
            by_entity.setdefault(draft.entity, []).append(table)
    for entity, held in by_entity.items():
        attributes = list(dict.fromkeys(a for t in held for a in _attributes(t)))
        counts = [t.rows for t in held]
        name, kind = _names(entity)
        yield ProposedEntity(
            id=entity,
            name=name or " ".join(Words.of(held[0].name, prefix).singular).capitalize() or entity,
            kind=kind,
            attributes=tuple(attributes[:MAX_ATTRIBUTES]),
            more_attributes=max(0, len(attributes) - MAX_ATTRIBUTES),
            relationships=tuple(relationships.get(entity, {}).items()),
            volume=None if None in counts else sum(c or 0 for c in counts),
            as_of=day,
        )


def _relationships(
    tables: Sequence[Table], drafts: dict[str, ProposedTable]
) -> dict[str, dict[str, str]]:
    """Entity → other entity → cardinality, from declared foreign keys."""
    found: dict[str, dict[str, str]] = {}
    for table in tables:
        draft = drafts[table.qualified]
        ends = [(k, _end(drafts, table, k.ref_schema, k.ref_table)) for k in table.foreign_keys]
        targets = [(key, target) for key, target in ends if target]
        if draft.role == "primary" and draft.entity:
            for key, target in targets:
                found.setdefault(draft.entity, {}).setdefault(
                    target, _cardinality(table, key.columns)
                )
        elif draft.role == "link" and len(targets) == 2:
            (_, one), (_, other) = targets
            found.setdefault(one, {}).setdefault(other, "n:m")
    return found


def _end(drafts: dict[str, ProposedTable], table: Table, schema: str, name: str) -> str:
    target = drafts.get(_qualified(schema or table.schema, name))
    return target.entity if target and target.role == "primary" else ""


def _cardinality(table: Table, columns: tuple[str, ...]) -> str:
    unique = {frozenset(i.columns) for i in table.indexes if i.unique} | {
        frozenset(table.primary_key)
    }
    if frozenset(columns) in unique:
        return "1:1"
    nullable = any(c.nullable for c in table.columns if c.name in columns)
    return "n:0..1" if nullable else "n:1"


def _attributes(table: Table) -> Iterable[str]:
    """Columns that say something about the thing, not about the row."""
    stamps = set(_stamps(table).values())
    keys = {c for key in table.foreign_keys for c in key.columns} | _own_key(table)
    for column in table.columns:
        said = column.name in keys or column.name in stamps or is_secret(column.name)
        if column.name.strip() and not said:
            yield column.name


def _stamps(table: Table) -> dict[str, str]:
    """Which columns say who made, changed, owns or deleted a row, and when."""
    found: dict[str, str] = {}
    for column in table.columns:
        for stamp, names in STAMPS.items():
            if plain(column.name) in names:
                found.setdefault(stamp, column.name)
    return found


def _deleted(table: Table, name: str) -> str:
    kind = table.column(name).type.lower()
    if "bool" in kind:
        return f"{name} = true"
    if plain(name).endswith(("at", "on", "date")) or "date" in kind or "time" in kind:
        return f"{name} IS NOT NULL"
    return f"{name} = 1"


def _qualified(schema: str, name: str) -> str:
    return f"{schema}.{name}" if schema else name
