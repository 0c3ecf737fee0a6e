"""Statements put together at random out of a grammar, over the schema of the labelled ones.

Each is valid for one dialect as far as the grammar can see to it; those that
the engine refuses all the same are for the caller to leave out. The same seed
gives the same statements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

_COLUMNS = {
    "person": "id organisation_id manager_id first_name last_name email phone status",
    "organisation": "id parent_id name kind remark",
    "address": "id person_id street city postcode",
    "invoice": "id person_id number total status issued",
    "invoice_line": "id invoice_id product quantity price",
    "payment": "id invoice_id amount paid",
    "note": "id person_id body",
    "tag": "id name",
    "person_tag": "person_id tag_id",
    "campaign": "id name budget",
    "setting": "name value",
    "staging": "id first_name last_name email",
    "order": "id person_id select total",
    "group": "id name",
    "Custom Field": "id|Field Name|value",
    "straße": "id name",
}
TABLES = {t: tuple(c.split("|" if "|" in c else None)) for t, c in _COLUMNS.items()}
_NUMBER_TEXT = """
    id person_id organisation_id manager_id parent_id invoice_id tag_id quantity total amount price
    budget
"""
_NUMBERS = frozenset(_NUMBER_TEXT.split())
_VIEWS = {"active_person": ("id", "status"), "invoice_total": ("person_id", "total")}
_KEYS = {"person": "email", "organisation": "name", "tag": "name", "setting": "name"}
_QUOTE = {"mariadb": "`"}


@dataclass(frozen=True)
class _Source:
    """What stands in FROM: the name it goes by, and its columns."""

    alias: str
    columns: tuple[str, ...]


@dataclass
class Grammar:
    """Statements of one dialect."""

    dialect: str
    seed: int
    _random: Random = field(init=False)
    _ctes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _aliases: int = 0

    def __post_init__(self) -> None:
        self._random = Random(f"{self.dialect} {self.seed}")

    def statements(self, number: int) -> Iterator[str]:
        for _ in range(number):
            self._ctes, self._aliases = {}, 0
            yield self._statement()

    # --- statements

    def _statement(self) -> str:
        r = self._random
        kind = r.choice(
            [self._query] * 2 + [self._insert, self._insert_rows, self._update, self._delete] * 2
            + [self._joined_update, self._joined_delete, self._upsert, self._replace, self._made]
        )  # fmt: skip
        head = ""
        # MariaDB has WITH before queries only.
        if (
            r.random() < 0.3
            and kind != self._made
            and (self.dialect != "mariadb" or kind == self._query)
        ):
            head = self._with()
        return head + kind()

    def _with(self) -> str:
        r = self._random
        told = []
        for _ in range(r.choice([1, 1, 2])):
            # Now and then by the name of a table that is there.
            name = r.choice([f"w{len(self._ctes)}", f"w{len(self._ctes)}", "tag", "note"])
            if name in self._ctes:
                continue
            if self.dialect == "postgresql" and r.random() < 0.2:
                table = r.choice(["note", "payment", "staging"])
                if table in self._ctes:
                    continue
                told.append(f"{name} AS (DELETE FROM {table} WHERE id > 90 RETURNING id)")
            else:
                told.append(f"{name} AS ({self._select(2, columns=1, name='id')})")
            self._ctes[name] = ("id",)
        return f"WITH {', '.join(told)} "

    def _query(self) -> str:
        text = self._select(0, self._random.choice([1, 2, 3]))
        if self._random.random() < 0.2:
            text += f" UNION ALL {self._select(1, 1)}" if text.count(",") == 0 else ""
        return text

    def _insert(self) -> str:
        table = self._table()
        columns = self._some(TABLES[table])
        told = ", ".join(map(self._id, columns))
        query = self._select(1, len(columns))
        return f"INSERT INTO {self._place(table)} ({told}) {query}{self._returning(table)}"

    def _insert_rows(self) -> str:
        table = self._table()
        columns = self._some(TABLES[table])
        row = ", ".join(self._random.choice([self._value(c), self._scalar([], 2)]) for c in columns)
        told = ", ".join(map(self._id, columns))
        return f"INSERT INTO {self._place(table)} ({told}) VALUES ({row}){self._returning(table)}"

    def _upsert(self) -> str:
        r = self._random
        table = r.choice(sorted(_KEYS))
        key = _KEYS[table]
        other = r.choice([c for c in TABLES[table] if c not in (key, "id")] or [key])
        head = (
            f"INSERT INTO {self._place(table)} ({', '.join(dict.fromkeys([key, other]))}) VALUES "
            f"({', '.join(self._value(c) for c in dict.fromkeys([key, other]))})"
        )
        if self.dialect == "mariadb":
            value = r.choice([f"VALUES({other})", self._value(other), f"{table}.{other}"])
            return f"{head} ON DUPLICATE KEY UPDATE {other} = {value}"
        query = f"(SELECT max(e.id) FROM {self._place('note')} e)"
        choices = [f"excluded.{other}", self._value(other), f"{table}.{other}", query]
        if self.dialect == "postgresql":
            choices.pop()
        then = r.choice(["NOTHING", f"UPDATE SET {other} = {r.choice(choices)}"])
        if then != "NOTHING" and r.random() < 0.3:
            then += f" WHERE {table}.{key} <> 'q'"
        return f"{head} ON CONFLICT ({key}) DO {then}{self._returning(table)}"

    def _replace(self) -> str:
        if self.dialect == "postgresql":
            return self._insert()
        table = self._table()
        columns = self._some(TABLES[table])
        told = ", ".join(map(self._id, columns))
        return f"REPLACE INTO {self._place(table)} ({told}) {self._select(1, len(columns))}"

    def _update(self) -> str:
        r = self._random
        table = self._table()
        alias = self._alias() if r.random() < 0.4 else ""
        own = _Source(alias or table, TABLES[table])
        assigned = ", ".join(
            f"{self._id(c)} = {self._value(c) if r.random() < 0.4 else self._expression([own], 1)}"
            for c in self._some(TABLES[table])[:2]
        )
        where = self._where([own]) if r.random() < 0.6 else ""
        mid = f" AS {alias}" if alias else ""
        more = self._returning(table, alias) if self.dialect != "mariadb" else ""
        return f"UPDATE {self._place(table)}{mid} SET {assigned}{where}{more}"

    def _joined_update(self) -> str:
        r = self._random
        table = self._table()
        alias = self._alias()
        own = _Source(alias, TABLES[table])
        if self.dialect == "mariadb":
            text, others = self._from(1)
            column = self._id(r.choice(TABLES[table]))
            value = self._expression([own, *others], 1)
            place = f"{self._place(table)} {alias}, {text}"
            return f"UPDATE {place} SET {alias}.{column} = {value}{self._where([own, *others])}"
        text, others = self._from(1)
        value = self._expression([own, *others], 1)
        column = self._id(r.choice(TABLES[table]))
        where = self._where([own, *others])
        return f"UPDATE {self._place(table)} AS {alias} SET {column} = {value} FROM {text}{where}"

    def _delete(self) -> str:
        table = self._table()
        own = _Source(table, TABLES[table])
        where = self._where([own]) if self._random.random() < 0.8 else ""
        return f"DELETE FROM {self._place(table)}{where}{self._returning(table)}"

    def _joined_delete(self) -> str:
        if self.dialect == "sqlite":
            return self._delete()
        r = self._random
        table = self._table()
        own = _Source(self._alias(), TABLES[table])
        text, others = self._from(1)
        where = self._where([own, *others])
        if self.dialect == "postgresql":
            return f"DELETE FROM {self._place(table)} AS {own.alias} USING {text}{where}"
        second = self._table()
        two = _Source(self._alias(), TABLES[second])
        both = r.choice([[own], [own, two], [two, own]])
        targets = ", ".join(s.alias + r.choice(["", ".*"]) for s in both)
        tables = (
            f"{self._place(table)} {own.alias} JOIN {self._place(second)} AS {two.alias}, {text}"
        )
        if r.random() < 0.5:
            return f"DELETE {targets} FROM {tables}{where}"
        return f"DELETE FROM {targets} USING {tables}{where}"

    def _made(self) -> str:
        r = self._random
        if self.dialect == "mariadb":
            return self._query()  # a table made there is there at once
        temporary = r.choice(["", "TEMP ", "TEMPORARY "])
        place = "made_one"
        if not temporary and self.dialect == "sqlite":
            place = r.choice(["made_one", "main.made_one", "temp.made_one"])
        elif not temporary:
            place = r.choice(["made_one", "archive.made_one", "pg_temp.made_one"])
        return f"CREATE {temporary}TABLE {place} AS {self._select(0, 1, name='id')}"

    # --- queries

    def _select(self, depth: int, columns: int = 1, name: str = "") -> str:
        r = self._random
        text, sources = self._from(depth)
        told = [self._expression(sources, depth + 1) for _ in range(columns)]
        if name:
            told[0] += f" AS {name}"
        where = self._where(sources, depth) if r.random() < 0.6 else ""
        tail = ""
        if r.random() < 0.15 and not name:
            source = r.choice(sources)
            column = f"{source.alias}.{self._id(r.choice(source.columns))}"
            tail = f" GROUP BY {column} HAVING count(*) > 0"
            told = [r.choice([f"min({column})", "count(*)"]) for _ in told]
        elif r.random() < 0.15 and not name and depth == 0:
            tail = f" ORDER BY {self._scalar(sources, depth)}"
        if r.random() < 0.1 and (self.dialect != "mariadb" or depth == 0):
            tail += " LIMIT 3"
        return f"SELECT {', '.join(told)} FROM {text}{where}{tail}"

    def _from(self, depth: int) -> tuple[str, list[_Source]]:
        r = self._random
        text, first = self._source(depth)
        sources = [first]
        for _ in range(r.choice([0, 0, 1, 1, 2])):
            more, one = self._source(depth)
            sources.append(one)
            how = r.choice(["JOIN", "LEFT JOIN", "CROSS JOIN", "LEFT OUTER JOIN", ","])
            if how == ",":
                how = "," if "JOIN" not in text else "CROSS JOIN"
            text += f" {how} {more}"
            if how not in ("CROSS JOIN", ","):
                text += f" ON {self._compared(sources, depth)}"
        return text, sources

    def _source(self, depth: int) -> tuple[str, _Source]:
        r = self._random
        alias = self._alias()
        kind = r.random()
        if self._ctes and kind < 0.4:
            name = r.choice(sorted(self._ctes))
            return f"{name} AS {alias}", _Source(alias, self._ctes[name])
        if depth < 2 and kind > 0.85:
            return (
                f"({self._select(depth + 1, 1, name='id')}) AS {alias}",
                _Source(alias, ("id",)),
            )
        if depth < 2 and kind > 0.82:
            name = f"v{self._aliases}"
            inner = self._select(depth + 1, 1, name="id")
            return (
                f"(WITH {name} AS ({inner}) SELECT id FROM {name}) AS {alias}",
                _Source(alias, ("id",)),
            )
        if kind > 0.78:
            view = r.choice(sorted(_VIEWS))
            return f"{view} {alias}", _Source(alias, _VIEWS[view])
        table = self._table()
        return f"{self._place(table)} {r.choice(['', 'AS '])}{alias}", _Source(alias, TABLES[table])

    def _where(self, sources: list[_Source], depth: int = 0) -> str:
        r = self._random
        told = [self._condition(sources, depth) for _ in range(r.choice([1, 1, 2]))]
        return f" WHERE {r.choice([' AND ', ' OR ']).join(told)}"

    def _condition(self, sources: list[_Source], depth: int) -> str:
        r = self._random
        kind = r.random()
        if depth < 2 and kind < 0.2:
            word = r.choice(["EXISTS", "NOT EXISTS"])
            text, inner = self._from(depth + 1)
            return f"{word} (SELECT 1 FROM {text}{self._where([*inner, *sources], depth + 1)})"
        if depth < 2 and kind < 0.4:
            word = r.choice(["IN", "NOT IN"])
            return f"{self._column(sources)} {word} ({self._select(depth + 1)})"
        if self.dialect == "sqlite" and self._ctes and kind < 0.45:
            return f"{self._column(sources)} IN {r.choice(sorted(self._ctes))}"
        if kind < 0.5:
            return "1 = 1"
        return self._compared(sources, depth)

    def _compared(self, sources: list[_Source], depth: int) -> str:
        right = self._random.choice(
            ["5", "'x'", self._column(sources), self._scalar(sources, depth)]
        )
        if self.dialect == "postgresql":
            return f"CAST({self._column(sources)} AS text) = CAST({right} AS text)"
        return f"{self._column(sources)} = {right}"

    def _expression(self, sources: list[_Source], depth: int) -> str:
        r = self._random
        kind = r.random()
        if kind < 0.5:
            return self._column(sources)
        if kind < 0.65:
            return self._scalar(sources, depth)
        if kind < 0.8:
            return f"CASE WHEN {self._condition(sources, depth)} THEN 1 ELSE 2 END"
        return r.choice(["1", "'x'", f"coalesce({self._column(sources)}, NULL)", "NULL"])

    def _scalar(self, sources: list[_Source], depth: int) -> str:
        if depth >= 2 and self._random.random() < 0.7:
            return "7"
        text, inner = self._from(depth + 1)
        # Now and then a column without its table, as people write it.
        what = self._random.choice(["count(*)", f"max({self._column(inner)})"])
        where = self._where([*inner, *sources], 2) if self._random.random() < 0.5 else ""
        return f"(SELECT {what} FROM {text}{where})"

    # --- words

    def _column(self, sources: list[_Source]) -> str:
        r = self._random
        source = r.choice(sources)
        column = r.choice(source.columns)
        known = sum(column in s.columns for s in sources)
        if known == 1 and r.random() < 0.4:
            return self._id(column)
        return f"{self._id(source.alias)}.{self._id(column)}"

    def _returning(self, table: str, alias: str = "") -> str:
        r = self._random
        if self.dialect == "mariadb" or r.random() < 0.7:
            return ""
        return f" RETURNING {r.choice(['*', '1', self._id(r.choice(TABLES[table]))])}"

    def _table(self) -> str:
        free = [t for t in sorted(TABLES) if t not in self._ctes]
        return self._random.choice(free)

    def _place(self, table: str) -> str:
        home = {"sqlite": "main", "postgresql": "public", "mariadb": "beacon"}[self.dialect]
        written = self._id(table)
        return f"{home}.{written}" if self._random.random() < 0.15 else written

    def _some(self, columns: tuple[str, ...]) -> list[str]:
        return self._random.sample(columns, self._random.choice([1, min(2, len(columns))]))

    def _value(self, column: str) -> str:
        r = self._random
        return str(r.randint(100, 9999)) if column in _NUMBERS else f"'v{r.randint(0, 999)}'"

    def _alias(self) -> str:
        self._aliases += 1
        if self._aliases < 9 and self._random.random() < 0.1:
            # Names of tables that are there, as names for others: each but once.
            return ["audit", "event", "document", "archive", "payments", "log", "x", "y", "z"][
                self._aliases
            ]
        return f"{self._random.choice('abcdt')}{self._aliases}"

    def _id(self, name: str) -> str:
        q = _QUOTE.get(self.dialect, '"')
        plain = name.replace("_", "").isalnum() and name not in ("order", "group", "select")
        return name if plain and self._random.random() < 0.9 else f"{q}{name}{q}"
