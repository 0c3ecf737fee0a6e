"""References and polymorphic pairs that a product map knows, on one catalog; nothing is tested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crmaudit.evidence import Table
from crmaudit.evidence.keys import Polymorphic, Reference
from crmaudit.quality.products.naming import Names, Target, TypeNames
from crmaudit.quality.products.product_map import Pair, ReferenceRow
from crmaudit.quality.products.product_map import Target as WrittenTarget

_RULES = {None: "", "table name": "table", "class name": "class", "model name": "model"}

Place = tuple[str, tuple[str, ...]]
"""A qualified table and some of its columns."""


@dataclass(frozen=True)
class Relations:
    """See the fields of the same names in `Resolved`."""

    references: tuple[Reference, ...]
    alternatives: tuple[tuple[Reference, ...], ...]
    polymorphic: tuple[Polymorphic, ...]
    sentinels: Mapping[Place, tuple[str, ...]]
    type_names: Mapping[tuple[str, str, str], TypeNames]


def relations(names: Names, left_out: list[str]) -> Relations:
    """What the map says of references; what cannot be used is told in `left_out`."""
    return _Relating(names, left_out).whole()


class _Relating:
    def __init__(self, names: Names, left_out: list[str]) -> None:
        self.names = names
        self.left_out = left_out
        self.product = names.product
        self.reasons = (f"the product map of {self.product.name} says so",)
        self.sentinels: dict[Place, tuple[str, ...]] = {}
        self.references: dict[tuple[Place, str, tuple[str, str] | None], Reference] = {}
        self.alternatives: dict[Place, dict[str, Reference]] = {}
        self.pairs: dict[tuple[str, str, str], Polymorphic] = {}
        self.type_names: dict[tuple[str, str, str], TypeNames] = {}

    def whole(self) -> Relations:
        for pair in self.product.polymorphic:
            self._pair(pair)
        for row in self.product.references:
            self._row(row)
        for reference in self._joins():
            self._add(reference)
        conditional = {(p.table, (p.id_column,)) for p in self.pairs.values()}
        several = {place: tuple(to.values()) for place, to in self.alternatives.items()}
        groups = {p: g for p, g in several.items() if len(g) > 1 and p not in conditional}
        # Without a condition, values that go elsewhere would look like orphans.
        plain = {k: r for k, r in self.references.items() if k[0] not in conditional or r.when}
        for place, group in several.items():
            if len(group) == 1 and place not in conditional:
                plain.setdefault((place, group[0].to, None), group[0])
        return Relations(
            tuple(r for (place, _, _), r in plain.items() if place not in groups),
            tuple(groups.values()),
            tuple(self.pairs.values()),
            self.sentinels,
            self.type_names,
        )

    def _add(self, reference: Reference) -> None:
        place = (reference.table, reference.columns)
        self.references.setdefault((place, reference.to, reference.when), reference)

    def _reference(
        self,
        table: Table,
        columns: tuple[str, ...],
        to: Target,
        when: tuple[str, str] | None = None,
    ) -> Reference:
        return Reference(
            table.qualified,
            columns,
            to.table,
            to.columns,
            when=when,
            basis="product map",
            reasons=self.reasons,
        )

    def _target(self, name: str, written: tuple[str, ...] = ()) -> Target | None:
        table = self.names.table(name)
        if table is None:
            return None
        found = [self.names.column(table, c) for c in written]
        columns = tuple(c.name for c in found if c) if written else self.names.key(table)
        return Target(table.qualified, columns) if columns else None

    # Rows under `references`

    def _row(self, row: ReferenceRow) -> None:
        to = self._target(row.to, row.to_columns)
        other = self._target(row.or_) if row.or_ else None
        for table, columns in self._places(row):
            place = (table.qualified, columns)
            if row.sentinels:
                self.sentinels[place] = row.sentinels
            if row.or_:
                group = self.alternatives.setdefault(place, {})
                for target in (to, other):
                    if target:
                        group.setdefault(target.table, self._reference(table, columns, target))
            elif to and len(to.columns) == len(columns):
                self._add(self._reference(table, columns, to))

    def _places(self, row: ReferenceRow) -> Iterator[tuple[Table, tuple[str, ...]]]:
        if row.each:
            for table in self.names.tables:
                column = self.names.column(table, row.each)
                if column and table.kind != "view":
                    yield table, (column.name,)
            return
        for table in self.names.all(row.table):
            found = [self.names.column(table, c) for c in row.columns]
            if all(found):
                yield table, tuple(c.name for c in found if c)

    def _joins(self) -> Iterator[Reference]:
        """A join to another table is a reference, and so is an account's to its person."""
        for row in self.product.tables:
            for place, here in (row.join or {}).items():
                name, _, there = place.rpartition(".")
                table, to = self.names.table(row.table), self._target(name, (there,))
                column = self.names.column(table, here) if table and here != "key" else None
                if table and to and column:
                    yield self._reference(table, (column.name,), to)
        for users in self.product.users:
            table, to = self.names.table(users.table), self._target(users.person_table)
            column = self.names.column(table, users.person) if table and users.person else None
            if table and to and column:
                yield self._reference(table, (column.name,), to)

    # Polymorphic pairs

    def _pair(self, pair: Pair) -> None:
        for table in self.names.all(pair.table):
            id_ = self.names.column(table, pair.id)
            if id_ is None:
                continue
            place = (table.qualified, (id_.name,))
            if pair.sentinels:
                self.sentinels[place] = pair.sentinels
            known = self._known(pair)
            type_ = self.names.column(table, pair.type) if pair.type else None
            if type_ is None:
                self._without_type(pair, table, id_.name, known)
                continue
            key = (table.qualified, type_.name, id_.name)
            self.pairs[key] = Polymorphic(*key, basis="product map")
            self.type_names[key] = TypeNames(self.names, known, _RULES[pair.type_is])
            for value, target in known.items():
                self._add(self._reference(table, (id_.name,), target, (type_.name, value)))

    def _known(self, pair: Pair) -> dict[str, Target]:
        found = {}
        for value, target in self.product.values_of(pair).items():
            if isinstance(target, WrittenTarget):
                there = self._target(target.table, (target.column,))
            else:
                there = self._target(target)
            if there and len(there.columns) == 1:
                found[value] = there
        return found

    def _without_type(
        self, pair: Pair, table: Table, column: str, known: Mapping[str, Target]
    ) -> None:
        """No column tells the table: every value is in one of them."""
        if pair.type:
            what = f"{table.qualified}.{column}: its type column {pair.type} is not there"
            self.left_out.append(what)
            return
        group = self.alternatives.setdefault((table.qualified, (column,)), {})
        for target in known.values():
            group.setdefault(target.table, self._reference(table, (column,), target))
