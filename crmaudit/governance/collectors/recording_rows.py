"""Who made and last changed the rows of a table, in one statement each; only counts come over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crmaudit.evidence import Column, ContactPoint, EntityMap, MappedTable, Table
from crmaudit.governance.collectors.recording_accounts import as_text, from_table, tables_of
from crmaudit.sources.base import Source, Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.stamps import Stamp, later
from crmaudit.sources.task import Task
from crmaudit.workspace.landscape import Entity

BULK_FROM = 20
"""So many rows of one account within one minute are not written by hand."""
_WRITTEN = ("system", "log")
"""What the program writes of its own accord is nobody's recording."""
MOST_COLUMNS = 12
"""More important columns of a table are not looked at."""

_MEANINGS = {"e-mail", "phone", "mobile", "street", "postcode", "city", "address"}
_CONTACT_TEXT = """
    email emailaddress emailaddress1 email1 mail phone phone1 telephone telephone1 tel mobile
    mobilephone phonework phonemobile workphone street street1 line1 addressstreet postcode
    postalcode zip zipcode city town
"""
_CONTACT = frozenset(_CONTACT_TEXT.split())
_TEXTS = re.compile(r"char|text|string|clob|enum", re.IGNORECASE)


@dataclass(frozen=True)
class Rows:
    """The rows of one table that stand for one entity, as a part of statements.

    Columns in a table reached by a join are named `TABLE.COLUMN`, as in the map.
    """

    source: Source
    mapped: MappedTable
    table: Table
    tables: Mapping[str, Table]
    columns: tuple[Column, ...] = ()
    also: tuple[str, ...] = ()
    """Conditions of further rows of the table, which stand for other entities."""

    @property
    def _joined(self) -> dict[str, str]:
        """Joined table → alias, of those that stamps and authors stand in."""
        m = self.mapped
        named = (m.created_at, m.created_by, m.modified_at, m.modified_by)
        found: dict[str, str] = {}
        for name in named:
            table = name.rpartition(".")[0]
            own = {c.name for c in self.table.columns}
            if name not in own and table and table in self.tables and self._link(table):
                found.setdefault(table, f"j{len(found)}")
        return found

    def _link(self, table: str) -> tuple[str, str] | None:
        for there, here in self.mapped.join.items():
            name, _, column = there.rpartition(".")
            if name == table:
                return column, here
        return None

    def column(self, name: str) -> tuple[str, str] | None:
        """Expression and type of a column of the map; None where it is not there."""
        if not name:
            return None
        quote, joined = self.source.quote, self._joined
        own = next((c for c in self.table.columns if c.name == name), None)
        if own is not None:
            return (f"t.{quote(name)}" if joined else quote(name)), own.type
        table, _, plain = name.rpartition(".")
        if table == self.table.qualified:
            return self.column(plain)
        other = (
            next((c for c in self.tables[table].columns if c.name == plain), None)
            if (table in joined)
            else None
        )
        return (f"{joined[table]}.{quote(plain)}", other.type) if other else None

    def stamp(self, name: str) -> Stamp | None:
        found = self.column(name)
        return Stamp.at(self.source, *found) if found else None

    @property
    def rows(self) -> str:
        """What stands behind FROM: the entity's rows with those joined to them.

        Raises CrmauditError for a condition that is none.
        """
        m, quote = self.mapped, self.source.quote
        here = from_table(self.source, self.table)
        wanted = [self._condition(w) for w in dict.fromkeys((m.where, *self.also))]
        either = " OR ".join(f"({w})" for w in wanted) if len(wanted) > 1 else wanted[0]
        # A kind without a condition has all rows of the table.
        kept = [either] if all(wanted) else []
        if m.test_rows.strip():
            kept.append(f"CASE WHEN ({self._condition(m.test_rows)}) THEN 0 ELSE 1 END = 1")
        where = f" WHERE {' AND '.join(f'({k})' for k in kept)}" if kept else ""
        automatic = self._condition(m.automatic)
        marked = f"CASE WHEN ({automatic}) THEN 1 ELSE 0 END" if automatic else "0"
        inner = f"SELECT {quote(self.table.name)}.*, {marked} AS c_auto FROM {here}{where}"
        joins = ""
        for name, alias in self._joined.items():
            link = self._link(name)
            assert link is not None
            there, own = link
            on = f"{alias}.{quote(there)} = t.{quote(own)}"
            joins += f" LEFT JOIN {from_table(self.source, self.tables[name])} {alias} ON {on}"
        return f"({inner}) t{joins}"

    def _condition(self, condition: str) -> str:
        """The condition on this table's rows; one on a joined table's becomes one on its keys."""
        if not condition.strip():
            return ""
        selected(condition)
        quote = self.source.quote
        for there, here in self.mapped.join.items():
            name, _, column = there.rpartition(".")
            other = self.tables.get(name)
            if other is not None and re.search(rf"(?<![\w.]){re.escape(name)}\s*\.", condition):
                inner = (
                    f"SELECT {quote(column)} FROM {from_table(self.source, other)} "
                    f"WHERE ({condition}) AND {quote(column)} IS NOT NULL"
                )
                return f"{quote(here)} IN ({inner})"
        return condition

    # Statements

    def made(self) -> Statement | None:
        """Counts rows by author, month and mark; the important columns that they fill.

        Each line: author, month, automatic, rows, first and last stamp, smallest
        and largest second of the minute, those in bulk, rows by hand, and of
        these those with a value in each column.
        None where author or day of making are unknown.
        """
        who, when = self.column(self.mapped.created_by), self.stamp(self.mapped.created_at)
        if who is None or when is None:
            return None
        filled = [self._filled(c) for c in self.columns]
        counts = "".join(
            f", COUNT(CASE WHEN {f} THEN 1 END) AS c_{i}" for i, f in enumerate(filled)
        )
        inner = (
            f"SELECT {who[0]} AS c_who, SUBSTR({when.text}, 1, 16) AS c_minute, c_auto, "
            f"COUNT(*) AS c_n, {_spread(when)}{counts} "
            f"FROM {self.rows} GROUP BY 1, 2, 3"
        )
        by_hand = f"c_auto = 0 AND NOT ({BULK})"
        sums = "".join(
            f", SUM(CASE WHEN {by_hand} THEN c_{i} ELSE 0 END)" for i in range(len(filled))
        )
        return Statement(
            f"{_begin(self.source)}c_auto, SUM(c_n), "
            f"{ENDS}, SUM(CASE WHEN c_auto = 0 AND {BULK} THEN c_n ELSE 0 END), "
            f"SUM(CASE WHEN {by_hand} THEN c_n ELSE 0 END){sums} "
            f"FROM ({inner}) g GROUP BY 1, 2, 3",
            f"count who made rows of {self.table.qualified}, by account and month",
        )

    def changed(self) -> Statement | None:
        """Counts rows by the one who changed them last, and month.

        Each line: author, month, 0, rows, and what `made` tells of stamps; those in bulk.
        """
        who, when = self.column(self.mapped.modified_by), self.stamp(self.mapped.modified_at)
        if who is None or when is None:
            return None
        after = later(self.stamp(self.mapped.created_at), when) or when.there
        inner = (
            f"SELECT {who[0]} AS c_who, SUBSTR({when.text}, 1, 16) AS c_minute, COUNT(*) AS c_n, "
            f"{_spread(when)} FROM {self.rows} WHERE {after} GROUP BY 1, 2"
        )
        return Statement(
            f"{_begin(self.source)}0, SUM(c_n), {ENDS}, "
            f"SUM(CASE WHEN {BULK} THEN c_n ELSE 0 END) FROM ({inner}) g GROUP BY 1, 2",
            f"count who last changed rows of {self.table.qualified}, by account and month",
        )

    def _filled(self, column: Column) -> str:
        expression, type_ = self.column(column.name) or (self.source.quote(column.name), "")
        there = f"{expression} IS NOT NULL"
        if self.source.engine in ("sqlite", "folder") or _TEXTS.search(type_):
            return f"{there} AND TRIM({as_text(self.source, expression)}) <> ''"
        return there


def _spread(when: Stamp) -> str:
    """What a group's stamps tell of the hands that made them."""
    at = when.text
    return (
        f"MAX(SUBSTR({at}, 12, 8)) AS c_clock, MIN({at}) AS c_first, MAX({at}) AS c_last, "
        f"MIN(SUBSTR({at}, 18, 2)) AS c_low, MAX(SUBSTR({at}, 18, 2)) AS c_high"
    )


ENDS = "MIN(c_first), MAX(c_last), MIN(c_low), MAX(c_high)"
BULK = f"(c_n >= {BULK_FROM} AND c_clock > '00:00:00')"
"""Holds for a minute's rows of one account that came in bulk. Where every stamp says midnight
the time of day is not known."""


def template(source: Source) -> Statement:
    """How the statements on tables begin that only the reading will find."""
    return Statement(
        f"{_begin(source)}…",
        "count who made and last changed rows, of the tables with such columns",
        template=True,
    )


def _begin(source: Source) -> str:
    return f"SELECT {as_text(source, 'c_who')}, SUBSTR(c_minute, 1, 7), "


@dataclass(slots=True)
class Recordable:
    """The rows that tell who recorded them, and why those of other tables do not."""

    rows: list[Rows] = field(default_factory=list)
    cannot: dict[str, str] = field(default_factory=dict)


def recordable(task: Task) -> Recordable:
    """What the effective map says of authors and dates, held against the catalog."""
    tables, found = tables_of(task), Recordable()
    known = task.accounts()
    points = [p for d in task.found(EntityMap) for p in d.contact_points]
    seen: set[tuple[str, str, str]] = set()
    for mapped in known.tables:
        table = tables.get(mapped.table)
        place = (mapped.table, mapped.entity, mapped.where)
        if not mapped.entity or mapped.role in _WRITTEN or table is None or place in seen:
            continue
        seen.add(place)
        entity = task.known.entities.get(mapped.entity)
        columns = tuple(_important(mapped, table, entity, points))[:MOST_COLUMNS]
        one = Rows(task.source, mapped, table, tables, columns)
        author, day = (
            [bool(one.column(name)) for name in names]
            for names in (
                (mapped.created_by, mapped.modified_by),
                (mapped.created_at, mapped.modified_at),
            )
        )
        if any(a and d for a, d in zip(author, day, strict=True)):
            found.rows.append(one)
        elif mapped.role == "primary":
            lacking = [w for w, there in (("author", author), ("date", day)) if not any(there)]
            both = "both the author and the date of the same deed"
            what = f"the {' or '.join(lacking)} of a row" if lacking else both
            found.cannot[mapped.table] = (
                f"no column with {what}" if lacking else f"no row has {what}"
            )
    for one in found.rows:
        found.cannot.pop(one.table.qualified, None)
    return found


def _important(
    mapped: MappedTable, table: Table, entity: Entity | None, points: Sequence[ContactPoint]
) -> Iterator[Column]:
    """Columns of required attributes, and of contact points."""
    needed = {_plain(a.name) for a in entity.attributes if a.required} if entity else set()
    contact = {c for p in points if p.table == table.qualified for c in p.columns}
    for column in table.columns:
        meaning = mapped.columns.get(column.name, "")
        plain = _plain(column.name)
        if (
            meaning in _MEANINGS
            or column.name in contact
            or plain in _CONTACT
            or plain in needed
            or (meaning and _plain(meaning) in needed)
        ):
            yield column


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())
