"""What a table of history tells: counts by kind of record, by field, by account and minute."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crmaudit.evidence import Table
from crmaudit.evidence.changes import Action
from crmaudit.governance.collectors.recording_accounts import as_text, from_table, literal
from crmaudit.governance.collectors.recording_rows import BULK, BULK_FROM
from crmaudit.sources.account_tables import AccountTables
from crmaudit.sources.base import Source, Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.stamps import Stamp
from crmaudit.workspace.accounts import History

MOST_PROGRAMS = 200
"""More accounts of programs are not told from persons in one statement."""

_WORDS: Mapping[Action, str] = {
    "created": r"creat|insert|\badd|initial|\bnew\b",
    "changed": r"updat|chang|modif|\bedit|assign",
    "deleted": r"delet|destroy|remov|purge|erase",
}
_LETTERS: Mapping[str, Action] = {"i": "created", "u": "changed", "d": "deleted"}
_NUMBER = re.compile(r"int|serial|num|dec", re.IGNORECASE)
_NAME = re.compile(r"[\w.:\\/ -]{1,60}")
OTHER = "other kinds"
"""Stands for kinds of record whose word is no name."""


@dataclass(frozen=True)
class Log:
    """One table of history, as a part of statements."""

    source: Source
    part: History
    table: Table
    known: AccountTables
    rows: str = ""
    """What stands behind FROM, where that is not the table itself."""

    def with_values_of(self, part: History, table: Table) -> Log | None:
        """This history with fields and values that stand in another table, a row for each.

        None where nothing tells which row there belongs to which row here.
        """
        here, there = ({c.name: c for c in t.columns} for t in (self.table, table))
        key = self.table.primary_key[0] if len(self.table.primary_key) == 1 else "id"
        declared = (
            f.columns[0]
            for f in table.foreign_keys
            if f.ref_table == self.table.qualified and len(f.columns) == 1
        )
        link = next(declared, "") or f"{self.table.name}_id"
        if link not in there and table.primary_key != ("id",):
            link = "id"
        if key not in here or link not in there:
            return None
        values = [n for n in (part.field, *part.old, *part.new) if n in there]
        about = ("object_type", "object", "by", "at", "action")
        named = [n for x in about if (n := getattr(self.part, x)) in here and n not in values]
        quote = self.source.quote
        columns = ", ".join([*(f"v.{quote(n)}" for n in values), *(f"p.{quote(n)}" for n in named)])
        rows = (
            f"(SELECT {columns} FROM {from_table(self.source, table)} v JOIN (SELECT * FROM "
            f"{from_table(self.source, self.table)}{selected(self.part.where)}) p "
            f"ON p.{quote(key)} = v.{quote(link)}) h"
        )
        merged = self.part.model_copy(
            update={
                **{x: "" for x in about if getattr(self.part, x) not in named},
                "table": part.table,
                "where": "",
                "field": part.field,
                "old": part.old,
                "new": part.new,
            }
        )
        whole = replace(
            table, columns=(*(there[n] for n in values), *(here[n] for n in named)), primary_key=()
        )
        return Log(self.source, merged, whole, self.known, rows)

    @property
    def values_elsewhere(self) -> bool:
        """Whether its rows say no more than field and value: of what, another table knows."""
        return self.keeps_values and not (
            self._column(self.part.at) or self._column(self.part.object)
        )

    @property
    def tells_before(self) -> bool:
        """Whether it has a column that could tell what was there before a change."""
        return bool(self._old or self._column(self.part.changes))

    def _column(self, name: str) -> str:
        names = {c.name for c in self.table.columns}
        return self.source.quote(name) if name in names else ""

    @property
    def kind(self) -> str:
        """What all its rows are about, where the table's name says it; else empty."""
        part = self.part
        if part.object_type or not part.pattern:
            return ""
        # `%` any text, `_` any character, a backslash takes the next one as it is.
        pieces = re.findall(r"\\.|[%_]|[^\\%_]+", part.pattern)
        made = "".join(
            "(.*)" if p == "%" else "." if p == "_" else re.escape(p.removeprefix("\\"))
            for p in pieces
        )
        found = re.fullmatch(made, self.table.name, re.IGNORECASE)
        return found[1] if found and found.groups() else ""

    @property
    def at(self) -> Stamp | None:
        at = self.part.at if self._column(self.part.at) else ""
        return Stamp.of(self.source, self.table, at)

    @property
    def keeps_values(self) -> bool:
        """Whether it has a column for a value before the change."""
        return bool(self._old and self._new and self._column(self.part.field))

    @property
    def _old(self) -> str:
        return self._first(self.part.old)

    @property
    def _new(self) -> str:
        return self._first(self.part.new)

    def _first(self, names: Iterable[str]) -> str:
        """The first value of several columns, of which one is filled for each type; as text."""
        found = [as_text(self.source, c) for n in names if (c := self._column(n))]
        blanks = [f"NULLIF(TRIM({f}), '')" for f in found]
        return f"COALESCE({', '.join(blanks)})" if len(blanks) > 1 else "".join(blanks)

    def _value(self, name: str) -> str:
        column = self._column(name)
        return as_text(self.source, column) if column else "NULL"

    @property
    def _from(self) -> str:
        return self.rows or from_table(self.source, self.table)

    def _where(self, *more: str) -> str:
        kept = [c for c in (selected(self.part.where).removeprefix(" WHERE "), *more) if c]
        return f" WHERE {' AND '.join(kept)}" if kept else ""

    @property
    def _day(self) -> str:
        return f"SUBSTR({self.at.text}, 1, 10)" if self.at else "NULL"

    def counted(self) -> Statement:
        """What it has, by kind of record and action.

        Each line: kind, action, rows, those that tell what was before, first and
        last stamp, smallest and largest second of the minute.
        """
        before = self._old or self._value(self.part.changes)
        at = self.at.text if self.at else "NULL"
        return Statement(
            "SELECT c_kind, c_action, COUNT(*), COUNT(c_old), MIN(c_at), MAX(c_at), "
            "MIN(SUBSTR(c_at, 18, 2)), MAX(SUBSTR(c_at, 18, 2)) FROM ("
            f"SELECT {self._value(self.part.object_type)} AS c_kind, "
            f"{self._value(self.part.action)} AS c_action, {at} AS c_at, "
            f"{before} AS c_old FROM {self._from}{self._where()}) g GROUP BY 1, 2",
            f"count what {self.table.qualified} has by kind of record and action",
        )

    def authors(self) -> Statement | None:
        by = self._column(self.part.by)
        if not by:
            return None
        return Statement(
            f"SELECT COUNT(DISTINCT {by}) FROM {self._from}{self._where()}",
            f"count the authors in {self.table.qualified}",
        )

    @property
    def _runs(self) -> str:
        """Records by kind, action, account and minute, those of whole runs only."""
        assert self.at is not None
        thing = self._column(self.part.object)
        kind, action = self._value(self.part.object_type), self._value(self.part.action)
        inner = (
            f"SELECT {kind} AS c_kind, {action} AS c_action, {self._value(self.part.by)} AS c_by, "
            f"SUBSTR({self.at.text}, 1, 16) AS c_minute, SUBSTR({self.at.text}, 12, 8) AS c_time, "
            f"{thing} AS c_thing FROM {self._from}{self._where(self.at.there)}"
        )
        return (
            "SELECT c_kind, c_action, c_by, c_minute, COUNT(DISTINCT c_thing) AS c_n, "
            f"MAX(c_time) AS c_clock FROM ({inner}) g GROUP BY 1, 2, 3, 4 "
            f"HAVING COUNT(*) >= {BULK_FROM}"
        )

    def bulk(self) -> Statement | None:
        """Runs of one account, action and minute with so many different records, by day.

        Each line: kind, action, account, day, runs, records in them.
        """
        if not (self.at and self._column(self.part.object) and self._column(self.part.by)):
            return None
        return Statement(
            "SELECT c_kind, c_action, c_by, SUBSTR(c_minute, 1, 10), COUNT(*), SUM(c_n) "
            f"FROM ({self._runs}) r WHERE {BULK} AND c_by IS NOT NULL GROUP BY 1, 2, 3, 4",
            f"count changes in bulk that {self.table.qualified} tells of",
        )

    def overwritten(self, programs: Iterable[str]) -> Statement | None:
        """Values that a change replaced. None where the history does not tell values.

        Each line: kind, field, action, rows, emptied, by an import or in bulk, first day, last day.
        """
        if not self.keeps_values:
            return None
        at = self.at
        kind, action = self._value(self.part.object_type), self._value(self.part.action)
        minute = f"SUBSTR({at.text}, 1, 16)" if at else "NULL"
        clock = f"MAX(SUBSTR({at.text}, 12, 8))" if at else "''"
        said = selected(self.part.imported).removeprefix(" WHERE ")
        imported = f"CASE WHEN {said} THEN 1 ELSE 0 END" if said else "0"
        empty = f"{self._new} IS NULL OR {self._new} = ''"
        changed = f"{self._old} <> '' AND ({empty} OR {self._new} <> {self._old})"
        inner = (
            f"SELECT {kind} AS c_kind, {self._value(self.part.field)} AS c_field, "
            f"{action} AS c_action, {self._value(self.part.by)} AS c_by, {minute} AS c_minute, "
            f"{imported} AS c_said, COUNT(*) AS c_n, {clock} AS c_clock, "
            f"COUNT(CASE WHEN {empty} THEN 1 END) AS c_empty, MIN({self._day}) AS c_first, "
            f"MAX({self._day}) AS c_last FROM {self._from}{self._where(f'({changed})')} "
            "GROUP BY 1, 2, 3, 4, 5, 6"
        )
        known = [text for p in sorted(programs)[:MOST_PROGRAMS] if (text := literal(p))]
        by_program = f" OR c_by IN ({', '.join(known)})" if known else ""
        return Statement(
            "SELECT c_kind, c_field, c_action, SUM(c_n), SUM(c_empty), "
            f"SUM(CASE WHEN c_said = 1 OR {BULK}{by_program} THEN c_n ELSE 0 END), "
            f"MIN(c_first), MAX(c_last) FROM ({inner}) g GROUP BY 1, 2, 3",
            f"count values that were replaced, by {self.table.qualified}",
        )

    def gone(self, kind: str, codes: Iterable[str], there: Table, key: str) -> Statement | None:
        """Of the records that it says were deleted, all and those not in their table any more."""
        thing = self._column(self.part.object)
        wanted = [text for c in sorted(codes) if (text := literal(c))]
        if not thing or not wanted:
            return None
        more = [f"{self._value(self.part.action)} IN ({', '.join(wanted)})"]
        if self._column(self.part.object_type):
            said = literal(kind)
            if not said:
                return None
            more.append(f"{self._value(self.part.object_type)} = {said}")
        return Statement(
            f"SELECT COUNT(*), COUNT(CASE WHEN k.c_key IS NULL THEN 1 END) FROM ("
            f"SELECT DISTINCT {as_text(self.source, thing)} AS c_thing FROM {self._from}"
            f"{self._where(*more, f'{thing} IS NOT NULL')}) d LEFT JOIN {self._keys(there, key)}",
            f"see which records deleted by {self.table.qualified} are gone from {there.qualified}",
        )

    def _keys(self, table: Table, key: str) -> str:
        """The keys of a table, to be joined with the records of the history."""
        column, type_ = self.source.quote(key), table.column(key).type
        keys = f"SELECT {column} AS c_key FROM {from_table(self.source, table)}"
        mysql = self.source.engine in ("mysql", "mariadb")
        if self.source.engine != "sqlite" and not mysql:
            # They join by hashing; no text fails to be one.
            text = as_text(self.source, column)
            keys = f"SELECT {text} AS c_key FROM {from_table(self.source, table)}"
            return f"({keys}) k ON k.c_key = d.c_thing"
        # These two need the key's index, which a key that is converted has none of.
        number = _NUMBER.search(type_) is not None
        whole = "SIGNED" if mysql else "INTEGER"
        thing = f"CAST(d.c_thing AS {whole})" if number else "d.c_thing"
        return f"({keys}) k ON k.c_key = {thing}"

    # What the words mean

    def action(self, word: object) -> Action | None:
        """What an action of the history is; None where it is another, or not said.

        A history of fields tells changes where it has no word for them.
        """
        text = "" if word is None else str(word)
        said = self.part.codes.get(text, "" if self.part.codes else text)
        if not self._column(self.part.action):
            return "changed" if self.keeps_values else None
        for action, pattern in _WORDS.items():
            if said == action or re.search(pattern, said, re.IGNORECASE):
                return action
        # A single letter, as triggers write it.
        return _LETTERS.get(said.casefold())

    def word_of(self, word: object) -> str:
        """The kind of record, as a word that can be shown."""
        text = self.kind or ("" if word is None else str(word))
        return text if _NAME.fullmatch(text) else OTHER

    def field_of(self, name: object) -> str:
        """A field's name, as it can be shown."""
        text = "" if name is None else str(name)
        return text if _NAME.fullmatch(text) else OTHER

    def table_of(self, word: object) -> str:
        """The table of that kind of record; empty where unknown."""
        text = self.kind or ("" if word is None else str(word))
        return self.known.table_of(text)
