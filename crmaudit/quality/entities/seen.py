"""The tables of a system as inference sees them: words, marks, references, counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from crmaudit.evidence import Catalog, Column, ColumnProfile, Keys, Semantic, Table, TableProfile
from crmaudit.quality.entities.marks import marks, named
from crmaudit.quality.entities.names import (
    bare,
    joined,
    plain,
    prefixes,
    raw_words,
    spellings,
    stripped,
    words_of,
)
from crmaudit.quality.entities.stamps import Stamps, stamps

_TRUSTED = 0.5
_OF_FILE = {"path", "size", "filename", "filesize", "bytesize", "checksum", "mimetype"}
_KEY_WORDS = frozenset({"id", "fk", "uuid", "guid", "key", "uid", "ref", "nr", "no", "oid", "code"})
_KEY_ENDS = ("_id", "_uuid", "_guid", "_fk", "_ref", "_uid", "id", "_nr", "_no", "_key", "_code")
_TYPE_ENDS = ("type", "table", "typ", "tipo", "class", "model", "module", "kind", "elementtype")


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column; `profile` is None where its values were not looked at."""

    column: Column
    profile: ColumnProfile | None
    marks: frozenset[str]
    told: str = ""
    """Its name without a word that most columns of the table share; empty where there is none."""

    @property
    def says(self) -> str:
        return self.told or self.column.name

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def semantic(self) -> Semantic | None:
        return self.profile.semantic if self.profile else None

    @property
    def empty(self) -> bool:
        """Whether it was looked at, in a table with rows, and holds nothing."""
        return self.profile is not None and self.profile.rows > 0 and not self.profile.filled

    def means(self, *types: str) -> bool:
        found = self.semantic
        return found is not None and found.confidence >= _TRUSTED and found.type in types


@dataclass(frozen=True, slots=True)
class Link:
    """A reference of one column to a table; `when`: for rows with this type value."""

    column: str
    to: str
    when: tuple[str, str] | None = None


@dataclass
class SeenTable:
    """One table. `words` are its name's without the shared prefix; `rows` None: not known."""

    table: Table
    words: tuple[str, ...]
    columns: tuple[SeenColumn, ...]
    rows: int | None
    key: tuple[str, ...]
    links: list[Link] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    """Polymorphic references: type column and id column."""
    referred: set[str] = field(default_factory=set)
    """Tables that refer to it, itself left out."""

    @property
    def name(self) -> str:
        return self.table.qualified

    @cached_property
    def stamps(self) -> Stamps:
        # `owner_id` beside `owner_type` is no account.
        paired = {name for pair in self.pairs for name in pair}
        return stamps([c for c in self.columns if c.name not in paired])

    @cached_property
    def marks(self) -> frozenset[str]:
        """Marks of the columns that are no references to others."""
        foreign = {link.column for link in self.links if link.column not in self.key}
        paired = {name for pair in self.pairs for name in pair}
        own: set[str] = set()
        for column in self.columns:
            found = column.marks
            if column.name in paired:
                found = found & {"parent type"}
            elif column.name in foreign:
                # `stage_id` says that there are stages, `contact_id` nothing of names.
                found = found & {"stage", "status", "industry", "country", "source", "lost reason"}
            own |= found
        return frozenset(own)

    @cached_property
    def content(self) -> tuple[SeenColumn, ...]:
        """Columns that say something of the thing itself: no keys, references, stamps, order."""
        said = {*self.key, *self.stamps.columns, *(link.column for link in self.links)}
        said |= {name for pair in self.pairs for name in pair}
        return tuple(
            c
            for c in self.columns
            if c.name not in said
            and not c.marks & {"sort order"}
            and joined(raw_words(c.name)) not in {"id", "uuid", "deleted", "isdeleted", "version"}
        )

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Tables that its rows belong to, those who merely made or own a row left out."""
        people = set(self.stamps.accounts)
        return tuple(
            dict.fromkeys(k.to for k in self.links if k.column not in people and k.to != self.name)
        )

    def column(self, name: str) -> SeenColumn | None:
        return next((c for c in self.columns if c.name == name), None)


def see(
    catalog: Catalog, profiles: Mapping[str, TableProfile], keys: Keys | None
) -> dict[str, SeenTable]:
    """All tables but views, by qualified name; profiles and keys may be absent."""
    tables = [t for t in catalog.tables if t.kind != "view"]
    shared = prefixes([t.name for t in tables])
    found = {t.qualified: _seen(t, profiles.get(t.qualified), shared, keys) for t in tables}
    _refer(found, keys)
    for table in found.values():
        for link in table.links:
            if link.to != table.name and link.to in found:
                found[link.to].referred.add(table.name)
    return found


def _seen(
    table: Table, profile: TableProfile | None, shared: Sequence[str], keys: Keys | None
) -> SeenTable:
    usable = profile is not None and profile.provenance.status.state != "failed"
    known = {c.name: c for c in profile.columns} if profile and usable else {}
    told = bare(table.name, [c.name for c in table.columns])
    columns = tuple(
        SeenColumn(
            c,
            known.get(c.name),
            marks(c.name, getattr(known.get(c.name), "semantic", None)) | named(told[c.name]),
            told[c.name],
        )
        for c in table.columns
    )
    rows = profile.rows if profile and usable else table.rows
    key = table.primary_key or _found_key(table, keys)
    return SeenTable(table, words_of(stripped(table.name, shared)), columns, rows, key)


def _found_key(table: Table, keys: Keys | None) -> tuple[str, ...]:
    found = [k for k in keys.keys if k.table == table.qualified] if keys else []
    found = [k for k in found if k.confidence >= _TRUSTED and not k.repeated]
    if found:
        return max(found, key=lambda k: (k.confidence, -len(k.columns))).columns
    names = {plain(c.name): c.name for c in table.columns}
    own = joined(words_of(table.name))
    for name in ("id", "rowid", "uuid", f"{own}id", f"{own}_id", "id_c"):
        if name in names:
            return (names[name],)
    return ()


def _refer(tables: Mapping[str, SeenTable], keys: Keys | None) -> None:
    """Fill in references: declared, found, and for columns without one by their names."""
    seen = set(_declare(tables))
    for told in keys.polymorphic if keys else ():
        if told.table in tables and not _is_kind_of_file(told.type_column, tables[told.table]):
            tables[told.table].pairs.append((told.type_column, told.id_column))
            seen.add((told.table, told.id_column))
    for reference in keys.references if keys else ():
        known = reference.table in tables and reference.to in tables
        if not known or len(reference.columns) != 1 or reference.confidence < _TRUSTED:
            continue
        place = (reference.table, reference.columns[0])
        if reference.when is not None or place not in seen:
            link = Link(reference.columns[0], reference.to, reference.when)
            tables[reference.table].links.append(link)
            seen.add(place)
    index = _index(tables)
    for table in tables.values():
        for pair in _pairs(table):
            if (table.name, pair[1]) not in seen:
                table.pairs.append(pair)
                seen.add((table.name, pair[1]))
        for column in table.columns:
            if (table.name, column.name) not in seen and (column.name,) != table.key:
                target = _target(column.name, table, index)
                if target:
                    table.links.append(Link(column.name, target))


def _declare(tables: Mapping[str, SeenTable]) -> Iterator[tuple[str, str]]:
    for table in tables.values():
        for key in table.table.foreign_keys:
            schema = key.ref_schema or table.table.schema
            to = f"{schema}.{key.ref_table}" if schema else key.ref_table
            if to in tables and len(key.columns) == 1:
                table.links.append(Link(key.columns[0], to))
                yield table.name, key.columns[0]


def _index(tables: Mapping[str, SeenTable]) -> dict[str, str]:
    """What a column may call a table → the one table that it can mean."""
    whole: dict[str, str] = {}
    ends: dict[str, list[str]] = defaultdict(list)
    for table in tables.values():
        first, *others = spellings(table.words or (plain(table.table.name),))
        whole.setdefault(first, table.name)
        for spelling in others if len(table.words) == 2 else ():
            ends[spelling].append(table.name)
    single = {spelling: names[0] for spelling, names in ends.items() if len(names) == 1}
    return {**single, **whole}


def _target(column: str, table: SeenTable, index: Mapping[str, str]) -> str:
    words = raw_words(column)
    marked = [w for w in words if w in _KEY_WORDS]
    whole = joined(words)
    stem = ""
    if marked and len(words) > len(marked):
        stem = " ".join(w for w in words if w not in _KEY_WORDS)
    elif len(words) == 1 and whole.endswith("id") and len(whole) > 5:
        stem = whole[:-2]
    if not stem:
        return ""
    for spelling in spellings(words_of(stem)):
        target = index.get(spelling, "")
        if target and target != table.name:
            return target
    return ""


def _pairs(table: SeenTable) -> Iterator[tuple[str, str]]:
    """`parent_type` and `parent_id`: a type beside an id of the same name."""
    names = {plain(c.name): c.name for c in table.columns}
    for name, written in names.items():
        for end in ("_id", "id"):
            stem = name.removesuffix(end)
            if stem == name or not stem:
                continue
            types = (
                (f"{stem}_{t}" for t in _TYPE_ENDS)
                if end == "_id"
                else (f"{stem}{t}" for t in _TYPE_ENDS)
            )
            kind = next((names[t] for t in types if t in names), "")
            if kind and not _has_table(stem, table) and not _is_kind_of_file(kind, table):
                yield kind, written
            break


def _is_kind_of_file(column: str, table: SeenTable) -> bool:
    """Whether `content_type` is of a file, not of the record that `content_id` would name."""
    names = {joined(raw_words(c.name)) for c in table.columns}
    return "contenttype" in joined(raw_words(column)) and bool(names & _OF_FILE)


def _has_table(stem: str, table: SeenTable) -> bool:
    """Whether the id is of the row's own kind: `contact_type` beside `contact_id` in contacts."""
    return joined(words_of(stem)) == joined(table.words)
