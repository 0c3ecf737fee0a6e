"""Where a product keeps e-mail addresses, phone numbers and postal addresses, on one catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crmaudit.evidence import Table
from crmaudit.evidence.entity_map import ContactPoint
from crmaudit.quality.products.condition_sql import NotHereError, quoted, written
from crmaudit.quality.products.conditions import parse
from crmaudit.quality.products.naming import Names
from crmaudit.quality.products.product_map import ContactPlace


def contact_points(names: Names) -> tuple[ContactPoint, ...]:
    """The contact points whose tables and columns are there, in the order of the map."""
    places = _Places(names)
    return tuple(p for place in names.product.contact_points for p in places.points(place))


class _Places:
    def __init__(self, names: Names) -> None:
        self.names = names

    def points(self, place: ContactPlace) -> Iterator[ContactPoint]:
        table = self.names.table(place.table)
        if table is None:
            return
        for of, where, on in self._kinds(place, table):
            yield from self._point(place, table, of, where, on)

    def _kinds(
        self, place: ContactPlace, table: Table
    ) -> Iterator[tuple[tuple[str, ...], str, Mapping[str, str]]]:
        """Whose contact points the table's rows are: entities, condition, how they are reached."""
        if place.via is not None:
            yield from self._linked(place, table)
            return
        where = self._condition(place.where, table, place.table)
        on = {
            here.name: there
            for name, there in place.on.items()
            if (here := self.names.column(table, name))
        }
        if len(on) < len(place.on):
            return
        kind = self.names.column(table, place.type) if place.type else None
        if kind is None:
            if not place.values:
                yield place.of, where, on
            return
        for value, entity in place.values.items():
            test = _of_type(kind.name, value, self.names.engine)
            yield (entity,), f"{test} AND ({where})" if where else test, on

    def _linked(
        self, place: ContactPlace, table: Table
    ) -> Iterator[tuple[tuple[str, ...], str, Mapping[str, str]]]:
        """Contact points reached through a link table, one for each kind of record."""
        via = place.via
        assert via is not None
        link = self.names.table(via.table)
        if link is None:
            return
        for value, entity in via.values.items():
            text = value.replace("'", "''")
            test = f"{via.type} = '{text}'" + (f" AND {via.where}" if via.where else "")
            column = self.names.column(link, via.id)
            where = self._condition(test, link, via.table)
            row = next((r for r in self.names.product.tables if r.entity == entity), None)
            key = self.names.table(row.table) if row else None
            there = self.names.key(key) if row and key else ()
            if column and where and len(there) == 1:
                yield (entity,), where, {column.name: there[0]}

    def _point(
        self,
        place: ContactPlace,
        table: Table,
        of: tuple[str, ...],
        where: str,
        on: Mapping[str, str],
    ) -> Iterator[ContactPoint]:
        via = place.via
        names = self.names
        if via is None:
            columns = tuple(c.name for n in place.value if (c := names.column(table, n)))
            there, reach = table, None
        else:
            link = names.table(via.table)
            assert link is not None
            column, to = names.column(link, via.column), names.column(table, via.to)
            value = names.column(table, place.value[0])
            if not (column and to and value):
                return
            columns, there = (column.name,), link
            reach = (place.table, via.to, via.column)
            filled = f"{place.value[0]} IS NOT NULL" + (
                f" AND {place.where}" if place.where else ""
            )
            where += f" AND ({self._reached(filled, link, reach)})"
        if not columns:
            return

        def test(text: str) -> str:
            if reach is None:
                return self._condition(text, there, place.table)
            return self._reached(text, there, reach) if text else ""

        yield ContactPoint(
            place.kind,
            of,
            there.qualified,
            columns,
            on,
            where,
            primary=test(place.primary),
            invalid=test(place.invalid),
            opt_out=test(place.opt_out),
        )

    def _reached(self, text: str, link: Table, reach: tuple[str, str, str]) -> str:
        """A condition on the rows of a side table, as one of the rows that link to it."""
        name, key, column = reach
        among = f"{column} IN (SELECT {key} FROM {name} WHERE {text})"
        return self._condition(among, link, "")

    def _condition(self, text: str, table: Table, called: str) -> str:
        try:
            return written(parse(text), table, called, self.names) if text else ""
        except NotHereError:
            return ""


def _of_type(column: str, value: str, engine: str) -> str:
    return f"{quoted(column, engine)} = '{value.replace(chr(39), chr(39) * 2)}'"
