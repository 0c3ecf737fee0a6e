"""Tables out of their definitions: CREATE and ALTER TABLE, indexes, comments, views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crmaudit.evidence import Column, ForeignKey, Index, Table
from crmaudit.sources.dump_columns import (
    Defined,
    Names,
    closing,
    column,
    constraint,
    content,
    default_of,
    items,
    names_in,
    place,
)
from crmaudit.sources.script.lexer import Token, tokens, unquoted

Words = Sequence[Token]

_MACHINERY_TEXT = "VIEW TRIGGER FUNCTION PROCEDURE PROC RULE EVENT PACKAGE MACRO"
_MACHINERY = frozenset(_MACHINERY_TEXT.split())
_KINDS = _MACHINERY | {"TABLE", "INDEX", "SEQUENCE", "TYPE", "SCHEMA", "DATABASE"}


@dataclass
class _Table:
    """What is known of a table so far."""

    names: Names
    kind: str = "table"
    comment: str = ""
    without_rowid: bool = False
    columns: dict[str, Column] = field(default_factory=dict)
    defined: Defined = field(default_factory=Defined)


class Structure:
    """The tables of a script, as they stand after the statements taken so far."""

    def __init__(self, dialect: str, home: str, note: str) -> None:
        self._dialect = dialect
        self._home = home
        self._note = note
        self._at = ""  # the schema or database in which names without one lie
        self._tables: dict[tuple[str, str], _Table] = {}
        self.definitions: dict[str, str] = {}
        self.unread: list[str] = []

    def take(self, sql: str) -> None:
        """One more statement; what defines nothing is passed over."""
        head = sql[:40].lstrip("/*!M0123456789 \n\t").upper()
        if not head.startswith(("CREATE", "ALTER", "COMMENT", "DROP", "USE", "SET", "EXEC")):
            return
        words = tokens(sql, self._dialect)
        if not words:
            return
        try:
            self._take(words, sql)
        except (IndexError, StopIteration):
            self.unread.append(words[0].text)

    def tables(self, schema: str = "") -> tuple[Table, ...]:
        """All of them by name, or those of one schema."""
        found = [t for t in self._tables.values() if not schema or t.names.schema in ("", schema)]
        made = (self._made(t) for t in found)
        return tuple(sorted(made, key=lambda t: (t.schema, t.name)))

    @property
    def on_delete(self) -> Iterator[tuple[str, str, str]]:
        """Table, table referred to and action of every key that acts on a deletion."""
        for table in self._tables.values():
            own = self._made(table)
            for key, action in zip(
                own.foreign_keys, [k.action for k in table.defined.keys], strict=True
            ):
                if action:
                    there = f"{key.ref_schema}.{key.ref_table}" if key.ref_schema else key.ref_table
                    yield own.qualified, there, action

    def _take(self, words: Words, sql: str) -> None:
        head = words[0].upper
        if head == "CREATE":
            self._create(words, sql)
        elif head == "ALTER" and words[1].upper == "TABLE":
            self._alter(words)
        elif head == "COMMENT":
            self._comment(words)
        elif head == "DROP":
            self._drop(words)
        elif head == "USE" and self._dialect in ("mysql", "mariadb"):
            self._use(unquoted(words[1]))
        elif head == "SET" and words[1].text.lower() == "search_path" and len(words) > 3:
            self._at = unquoted(words[3]).strip("'")

    def _use(self, database: str) -> None:
        # The first database of a dump is the audited one.
        if not self._home:
            self._home = database
        self._at = database

    def _create(self, words: Words, sql: str) -> None:
        at = next((i for i, w in enumerate(words[:16]) if w.upper in _KINDS), -1)
        if at < 0:
            return
        kind = words[at].upper
        i = at + 1
        if kind in _MACHINERY:
            name, _ = place(words, self._past_if(words, i), self._dialect)
            self.definitions[f"{kind} {name.schema}.{name.name}"] = sql
            if kind == "VIEW":
                self._view(name, words)
        elif kind == "INDEX":
            self._index(words, i, any(w.upper == "UNIQUE" for w in words[:at]))
        elif kind == "TABLE":
            temporary = {"TEMP", "TEMPORARY"} & {w.upper for w in words[:at]}
            if not temporary:
                self._table(words, self._past_if(words, i))

    def _past_if(self, words: Words, i: int) -> int:
        return i + 3 if words[i].upper == "IF" else i

    def _table(self, words: Words, i: int) -> None:
        names, i = place(words, i, self._dialect)
        table = _Table(names)
        if words[i].upper == "PARTITION" and words[i + 1].upper == "OF":
            return  # its rows are its table's
        if words[i].text == "(":
            end = closing(words, i)
            for item in items(words[i + 1 : end]):
                if constraint(item, table.defined, self._dialect):
                    continue
                found = column(item, table.defined, self._dialect)
                table.columns[found.name] = found
            i = end + 1
        table.without_rowid = any(w.upper == "ROWID" for w in words[i:])
        for j in range(i, len(words) - 1):
            if words[j].upper == "COMMENT":
                text = words[j + 2] if words[j + 1].text == "=" else words[j + 1]
                if text.kind == "string":
                    table.comment = content(text.text, self._dialect)
        self._tables[self._key(names)] = table

    def _view(self, names: Names, words: Words) -> None:
        """Its columns, where the text lists them; else they are not known."""
        table = _Table(names, "view")
        known = self._tables.get(self._key(names))
        if known is not None:
            # mysqldump first makes a table or view that stands for it, with its columns.
            table.columns = known.columns
        at = next(i for i, w in enumerate(words) if w.upper == "VIEW")
        _, after = place(words, self._past_if(words, at + 1), self._dialect)
        if words[after].text == "(":
            for name in names_in(words[after + 1 : closing(words, after)]):
                table.columns[name] = Column(name, "")
        elif words[after + 1].upper == "SELECT" and not any(w.upper == "FROM" for w in words):
            for before, word in zip(words[after:], words[after + 1 :], strict=False):
                if before.upper == "AS" and word.kind == "name":
                    table.columns[unquoted(word)] = Column(unquoted(word), "")
        self._tables[self._key(names)] = table

    def _index(self, words: Words, i: int, unique: bool) -> None:
        while words[i].upper in ("CONCURRENTLY", "IF", "NOT", "EXISTS"):
            i += 1
        name = ""
        if words[i].upper != "ON":
            found, i = place(words, i, self._dialect)
            name = found.name
        while words[i].upper != "ON":
            i += 1
        i += 2 if words[i + 1].upper == "ONLY" else 1
        names, i = place(words, i, self._dialect)
        table = self._tables.get(self._key(names))
        while words[i].text != "(":
            i += 1
        end = closing(words, i)
        partial = any(w.upper == "WHERE" for w in words[end:])
        if table is not None:
            columns = names_in(words[i + 1 : end])
            table.defined.indexes.append(Index(name, columns, unique and not partial))

    def _alter(self, words: Words) -> None:
        i = 2
        while words[i].upper in ("ONLY", "IF", "EXISTS"):
            i += 1
        names, i = place(words, i, self._dialect)
        table = self._tables.get(self._key(names))
        if table is None:
            return
        for item in items(words[i:]):
            if len(item) < 2:
                continue
            verb, rest = item[0].upper, item[1:]
            if verb == "WITH" and len(item) > 3:  # T-SQL: WITH CHECK ADD
                verb, rest = item[2].upper, item[3:]
            if verb == "ALTER":
                self._altered(table, rest[1:] if rest[0].upper == "COLUMN" else rest)
            if verb in ("ADD", "MODIFY", "CHANGE"):
                if rest[0].upper == "COLUMN":
                    rest = rest[1:]
                if rest[0].upper == "IF":
                    rest = rest[3:]
                if rest[0].text == "(":
                    inner = list(items(rest[1 : closing(rest, 0)]))
                else:
                    inner = [rest]
                for one in inner:
                    self._added(table, verb, one)

    def _added(self, table: _Table, verb: str, words: Words) -> None:
        if verb == "ADD" and constraint(words, table.defined, self._dialect):
            return
        if verb == "CHANGE":
            table.columns.pop(unquoted(words[0]), None)
            words = words[1:]
        if len(words) > 1 and words[0].kind in ("word", "name"):
            found = column(words, table.defined, self._dialect)
            table.columns[found.name] = found

    def _altered(self, table: _Table, words: Words) -> None:
        """ALTER COLUMN: a default or NOT NULL that comes later."""
        names, i = place(words, 0, self._dialect)
        old = table.columns.get(names.name)
        told = [w.upper for w in words[i : i + 3]]
        if old is None:
            return
        nullable, default = old.nullable, old.default
        if told[:2] == ["SET", "DEFAULT"]:
            default = default_of(words[i + 2 :])
        elif told == ["SET", "NOT", "NULL"]:
            nullable = False
        elif told[:2] == ["ADD", "GENERATED"]:
            default = "GENERATED AS IDENTITY"
        table.columns[old.name] = Column(old.name, old.type, nullable, default, old.comment)

    def _comment(self, words: Words) -> None:
        if len(words) < 5 or words[-1].kind != "string":
            return
        kind = words[2].upper
        if kind not in ("TABLE", "COLUMN", "VIEW"):
            return
        names, _ = place(words, 3, self._dialect, column=kind == "COLUMN")
        table = self._tables.get(self._key(names))
        if table is None:
            return
        text = content(words[-1].text, self._dialect)
        if kind != "COLUMN":
            table.comment = text
        elif names.column in table.columns:
            old = table.columns[names.column]
            table.columns[names.column] = Column(
                old.name, old.type, old.nullable, old.default, text
            )

    def _drop(self, words: Words) -> None:
        if words[1].upper in ("TABLE", "VIEW"):
            i = self._past_if(words, 2) - (1 if words[2].upper == "IF" else 0)
            names, _ = place(words, i, self._dialect)
            known = self._tables.get(self._key(names))
            # A view that only stood for another keeps its columns until that one comes.
            if known is not None and known.kind != "view":
                del self._tables[self._key(names)]

    def _key(self, names: Names) -> tuple[str, str]:
        schema = names.schema or self._at
        if schema.lower() == self._home.lower():
            schema = ""
        name = names.name
        if self._dialect not in ("postgresql", "oracle"):
            return schema.lower(), name.lower()
        return schema, name

    def _shown(self, names: Names) -> str:
        schema = names.schema or self._at
        return "" if schema.lower() == self._home.lower() else schema

    def _made(self, table: _Table) -> Table:
        primary = table.defined.primary
        filled = primary
        if self._dialect == "sqlite" and not table.without_rowid:
            # SQLite lets keys be empty, but for the one that is the number of the row.
            kinds = [table.columns[c].type.upper() for c in primary if c in table.columns]
            filled = primary if kinds == ["INTEGER"] else ()
        columns = tuple(
            Column(c.name, c.type, c.nullable and c.name not in filled, c.default, c.comment)
            for c in table.columns.values()
        )
        return Table(
            name=table.names.name,
            schema=self._shown(table.names),
            kind="view" if table.kind == "view" else "table",
            columns=columns,
            primary_key=primary,
            foreign_keys=tuple(
                ForeignKey(
                    k.columns,
                    self._referred(k.to).name,
                    k.to_columns or self._primary_of(k.to),
                    self._shown(k.to),
                    k.name,
                )
                for k in table.defined.keys
            ),
            indexes=tuple(sorted(table.defined.indexes, key=lambda i: (i.name, i.columns))),
            comment=table.comment,
            note=self._note,
        )

    def _referred(self, names: Names) -> Names:
        known = self._tables.get(self._key(names))
        return known.names if known is not None else names

    def _primary_of(self, names: Names) -> tuple[str, ...]:
        known = self._tables.get(self._key(names))
        return known.defined.primary if known is not None else ()
