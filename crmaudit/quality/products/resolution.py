"""A product map on one catalog: what of it is there, in the database's names and SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from crmaudit.evidence import Catalog, Table
from crmaudit.evidence.entity_map import MappedTable
from crmaudit.evidence.semantic import SemanticType
from crmaudit.quality.products.condition_sql import NotHereError, written
from crmaudit.quality.products.conditions import parse
from crmaudit.quality.products.contact_places import contact_points
from crmaudit.quality.products.naming import Names, like
from crmaudit.quality.products.part_resolution import access_here, parts_here, users_here
from crmaudit.quality.products.product_map import Defaults, TableRow
from crmaudit.quality.products.recognition import Recognised
from crmaudit.quality.products.relations import Relations, relations
from crmaudit.quality.products.resolved import OptionList, Resolved

_STAMPS = ("created_at", "created_by", "modified_at", "modified_by", "owner")
_CONDITIONS = ("soft_delete", "archived", "test_rows", "automatic")
_MEANING: Mapping[str, SemanticType] = {
    "created_at": "created at",
    "created_by": "created by",
    "modified_at": "modified at",
    "modified_by": "modified by",
    "owner": "owner",
}


def resolve(recognised: Recognised, catalog: Catalog) -> Resolved:
    """What the product map says, as far as the catalog bears it out.

    The catalog has to be the one that was recognised. What names a table or
    column that is not there is dropped: a stamp becomes empty, a condition
    that cannot be written too; a row whose `where` cannot be written is left
    out, as it would stand for other records than it says.
    """
    return _Resolution(recognised).whole()


@dataclass
class _Resolution:
    recognised: Recognised
    left_out: list[str] = field(default_factory=list)

    @cached_property
    def names(self) -> Names:
        return self.recognised.names

    def whole(self) -> Resolved:
        found = self.recognised.map
        tables = tuple(self._tables())
        related = relations(self.names, self.left_out)
        self.left_out += found.does_not_know
        return Resolved(
            product=self.recognised.product,
            tables=tables,
            references=related.references,
            alternatives=related.alternatives,
            polymorphic=related.polymorphic,
            sentinels=related.sentinels,
            contact_points=contact_points(self.names),
            users=users_here(self.names),
            access=access_here(self.names),
            sessions=parts_here(self.names, found.sessions),
            history=parts_here(self.names, found.history),
            trail=parts_here(self.names, found.trail),
            dashboards=parts_here(self.names, found.dashboards),
            custom_columns=self._custom_columns(),
            dictionaries=tuple(d for d in found.dictionary if self.names.table(d.table)),
            codes=self._codes(),
            semantics=self._semantics(related),
            left_out=tuple(dict.fromkeys(self.left_out)),
            names=self.names,
            type_names=related.type_names,
        )

    # Tables

    def _tables(self) -> Iterator[MappedTable]:
        found = self.recognised.map
        mapped: set[str] = set()
        for number, row in enumerate(found.tables):
            for table in self.names.all(row.table):
                if found.recognise.by == "columns" and not self.names.key(table):
                    continue
                mapped.add(table.qualified)
                made = self._row(row, table, found.meanings[number])
                if made is not None:
                    yield made
        for custom in found.custom_fields.tables:
            for table in self.names.fitting([custom.pattern]):
                if table.qualified not in mapped:
                    mapped.add(table.qualified)
                    yield self._custom(table, custom.pattern, custom.of, custom.key)
        excepted = {t.qualified for t in self.names.fitting(found.system_but)}
        for table in self.names.fitting(found.system):
            if table.qualified not in mapped | excepted:
                mapped.add(table.qualified)
                yield MappedTable(
                    table.qualified,
                    "",
                    "system",
                    key=table.primary_key,
                    basis="product map",
                    reasons=(f"{self._says} that it is machinery",),
                )

    @property
    def _says(self) -> str:
        return f"the product map of {self.recognised.map.name} says"

    def _row(
        self, row: TableRow, table: Table, meanings: Mapping[str, SemanticType]
    ) -> MappedTable | None:
        join = self._join(row, table)
        via = {name: (there, here) for (name, there), here in join.items()}
        where = self._where(row, table, via)
        if where is None:
            return None
        defaults = self.recognised.map.defaults
        entity = row.entity or ""
        stamps = {what: self._stamp(row, defaults, what, table, via) for what in _STAMPS}
        conditions = {
            what: self._condition(_said(row, defaults, what), table, row.table, via)
            for what in _CONDITIONS
        }
        columns = {
            column.name: meaning
            for name, meaning in meanings.items()
            if (column := self.names.column(table, name))
        }
        last_login = self.names.column(table, row.last_login) if row.last_login else None
        return MappedTable(
            table.qualified,
            entity,
            row.role,
            where,
            key=self.names.key(table),
            name=tuple(c.name for n in row.name if (c := self.names.column(table, n))),
            created_at=stamps["created_at"],
            created_by=stamps["created_by"],
            modified_at=stamps["modified_at"],
            modified_by=stamps["modified_by"],
            owner=stamps["owner"],
            soft_delete=conditions["soft_delete"],
            archived=conditions["archived"],
            test_rows=conditions["test_rows"],
            automatic=conditions["automatic"],
            last_login=last_login.name if last_login else "",
            join=self._join_here(join),
            columns=columns,
            basis="product map",
            reasons=(self._says + (f": {row.note}" if row.note else " so"),),
        )

    def _where(self, row: TableRow, table: Table, via: Mapping[str, tuple[str, str]]) -> str | None:
        """The first condition that can be written; None where none can."""
        problem = ""
        for text in row.where:
            if not text:
                return ""
            try:
                return written(parse(text), table, row.table, self.names, via)
            except NotHereError as error:
                problem = problem or str(error)
        if not row.where:
            return ""
        self.left_out.append(f"{table.qualified} as {row.entity}: {problem}")
        return None

    def _stamp(
        self,
        row: TableRow,
        defaults: Defaults,
        what: str,
        table: Table,
        via: Mapping[str, tuple[str, str]],
    ) -> str:
        text = _said(row, defaults, what)
        name, _, column = text.removeprefix(f"{row.table}.").rpartition(".")
        place = (self.names.table(name) if name in via else None) if name else table
        found = self.names.column(place, column) if text and place else None
        if found is None or place is None:
            return ""
        return f"{place.qualified}.{found.name}" if name else found.name

    def _condition(
        self, text: str, table: Table, called: str, via: Mapping[str, tuple[str, str]]
    ) -> str:
        try:
            return written(parse(text), table, called, self.names, via) if text else ""
        except NotHereError:
            return ""

    def _join(self, row: TableRow, table: Table) -> dict[tuple[str, str], str]:
        """(Table and column of the map elsewhere) → column of the map here, where both are."""
        join = row.join
        if join is None:
            # Only where the default's own table is another one.
            own = row.role in ("primary", "secondary")
            join = self.recognised.map.defaults.join if own else {}
        found = {}
        for place, here in join.items():
            name, _, there = place.rpartition(".")
            other = self.names.table(name)
            if here == "key":
                here = next(iter(self.names.key(table)), "")
            if name == row.table or other is None or not self.names.column(table, here):
                continue
            if self.names.column(other, there):
                found[name, there] = here
        return found

    def _join_here(self, join: Mapping[tuple[str, str], str]) -> dict[str, str]:
        found = {}
        for (name, there), here in join.items():
            other = self.names.table(name)
            column = self.names.column(other, there) if other else None
            if other and column:
                found[f"{other.qualified}.{column.name}"] = here
        return found

    def _custom(self, table: Table, pattern: str, of: str, key: str) -> MappedTable:
        """A table of the organisation's own fields: part of the entity that it extends."""
        stem = self.names.stem(table, pattern)
        base = self.names.table(of.replace("%", stem)) if of else None
        rows = (r for r in self.recognised.map.tables if base and self.names.table(r.table) is base)
        row = next(rows, None)
        column = self.names.column(table, key) if key else None
        there = self.names.key(base) if row and base else ()
        join = {}
        if base and column and len(there) == 1:
            join = {f"{base.qualified}.{there[0]}": column.name}
        return MappedTable(
            table.qualified,
            (row.entity or "") if row else "",
            "extension",
            key=table.primary_key or ((column.name,) if column and base else ()),
            join=join,
            basis="product map",
            reasons=(f"{self._says} that it holds custom fields",),
        )

    # Columns

    def _custom_columns(self) -> dict[str, tuple[str, ...]]:
        custom = self.recognised.map.custom_fields
        own = [p.casefold() for p in custom.columns]
        found: dict[str, tuple[str, ...]] = {}
        whole = {t.qualified: c.key for c in custom.tables for t in self.names.fitting([c.pattern])}
        tests = [re.compile(like(p), re.DOTALL).fullmatch for p in own]
        for table in self.names.tables:
            if table.qualified in whole:
                columns = tuple(
                    c.name
                    for c in table.columns
                    if c.name not in (whole[table.qualified], *table.primary_key)
                )
            else:
                columns = tuple(
                    c.name for c in table.columns if any(t(c.name.casefold()) for t in tests)
                )
            if columns:
                found[table.qualified] = columns
        return found

    def _codes(self) -> dict[str, tuple[OptionList, ...]]:
        codes = self.recognised.map.codes
        if codes is None:
            return {}
        options, groups = self.names.table(codes.table), self.names.table(codes.group_table)
        if options is None or groups is None:
            return {}
        columns = [
            self.names.column(options, codes.value),
            self.names.column(options, codes.label),
            self.names.column(options, codes.group),
            self.names.column(groups, codes.group_name),
        ]
        value, label, group, group_name = (c.name if c else "" for c in columns)
        found: dict[str, list[OptionList]] = {}
        for place, list_ in codes.columns.items():
            name, _, called = place.rpartition(".")
            table = self.names.table(name)
            column = self.names.column(table, called) if table else None
            if table and column and all(columns):
                found.setdefault(table.qualified, []).append(
                    OptionList(
                        column.name,
                        list_,
                        options.qualified,
                        value,
                        label,
                        group,
                        groups.qualified,
                        group_name,
                    )
                )
        return {table: tuple(lists) for table, lists in found.items()}

    def _semantics(self, related: Relations) -> dict[str, dict[str, SemanticType]]:
        """What columns mean, the map's word first, then what stamps and references tell."""
        found: dict[str, dict[str, SemanticType]] = {}
        defaults = self.recognised.map.defaults
        for number, row in enumerate(self.recognised.map.tables):
            for table in self.names.all(row.table):
                columns = found.setdefault(table.qualified, {})
                told = dict(self.recognised.map.meanings[number])
                for what in _STAMPS:
                    text = _said(row, defaults, what)
                    if text and "." not in text:
                        told.setdefault(text, _MEANING[what])
                for name, meaning in told.items():
                    column = self.names.column(table, name)
                    if column:
                        columns.setdefault(column.name, meaning)
        for reference in related.references:
            if len(reference.columns) == 1:
                columns = found.setdefault(reference.table, {})
                columns.setdefault(reference.columns[0], "reference")
        for pair in related.polymorphic:
            columns = found.setdefault(pair.table, {})
            columns.setdefault(pair.type_column, "discriminator")
            columns.setdefault(pair.id_column, "reference")
        return {table: columns for table, columns in found.items() if columns}


def _said(row: TableRow, defaults: Defaults, what: str) -> str:
    """What a row says of a stamp or condition, else the default."""
    own = getattr(row, what)
    return str(getattr(defaults, what) if own is None else own)
