"""Names of tables as SQL writes them, and which table of the catalog they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crmaudit.evidence import Catalog, Table

DIALECTS = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb", "tsql", "oracle", "ansi")
"""The dialects that are known. The names of engines are theirs; `ansi` stands for all others."""

_SYNONYMS = {
    "postgres": "postgresql",
    "mssql": "tsql",
    "sqlserver": "tsql",
    "sql server": "tsql",
}


def dialect_of(engine: str) -> str:
    """The dialect that an engine speaks: `ansi` for files and all that is not known."""
    name = engine.lower()
    name = _SYNONYMS.get(name, name)
    return name if name in DIALECTS else "ansi"


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A table or routine: database, schema and name, as far as they were written.

    Without quotes, and folded as the dialect folds a name that had none.
    """

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.parts)

    @property
    def last(self) -> str:
        return self.parts[-1]


def folded(text: str, quoted: bool, dialect: str) -> str:
    """The name as the database would store it: PostgreSQL folds down, Oracle up."""
    if quoted:
        return text
    if dialect == "postgresql":
        return text.lower()
    return text.upper() if dialect == "oracle" else text


_SYSTEM_SCHEMAS = {
    "postgresql": {"pg_catalog", "information_schema", "pg_toast"},
    "mysql": {"mysql", "information_schema", "performance_schema", "sys"},
    "sqlite": set(),
    "duckdb": {"information_schema", "pg_catalog"},
    "tsql": {"sys", "information_schema"},
    "oracle": {"sys", "system"},
    "ansi": {"information_schema", "pg_catalog", "performance_schema"},
}
_SYSTEM_NAMES = {
    "postgresql": re.compile(r"pg_", re.IGNORECASE),
    "sqlite": re.compile(r"(sqlite_|pragma_)", re.IGNORECASE),
    "duckdb": re.compile(r"(duckdb_|pragma_|sqlite_master$)", re.IGNORECASE),
    "tsql": re.compile(
        r"sys(objects|columns|indexes|users|types|databases|comments|processes)$", re.IGNORECASE
    ),
    "oracle": re.compile(r"(dual$|v\$|gv\$|(all|dba|user)_[a-z]+s$)", re.IGNORECASE),
    # MariaDB counts in tables that nobody made.
    "mysql": re.compile(r"dual$|seq_\d+_to_\d+(?:_step_\d+)?$", re.IGNORECASE),
    "ansi": re.compile(r"(dual$|pg_(class|catalog|namespace|stat)|sqlite_)", re.IGNORECASE),
}


def is_system(name: Name, dialect: str) -> bool:
    """Whether it is a table of the engine's own, about itself."""
    kind = "mysql" if dialect == "mariadb" else dialect
    above = {p.lower() for p in name.parts[:-1]}
    if above & _SYSTEM_SCHEMAS[kind]:
        return True
    pattern = _SYSTEM_NAMES[kind]
    return not above and bool(pattern.match(name.last))


_TEMPORARY = {
    "postgresql": re.compile(r"pg_temp(_\d+)?$"),
    "sqlite": re.compile(r"temp$", re.IGNORECASE),
    "duckdb": re.compile(r"temp$", re.IGNORECASE),
    "tsql": re.compile(r"tempdb$", re.IGNORECASE),
    "ansi": re.compile(r"(pg_temp(_\d+)?|tempdb)$", re.IGNORECASE),
}
"""Schemas or databases of the session alone. Elsewhere one called `temp` is like any other."""


def is_temporary(name: Name, dialect: str) -> bool:
    """Whether the name alone says that the table is the session's."""
    if name.last[:1] == "#" and dialect in ("tsql", "ansi"):
        return True
    pattern = _TEMPORARY.get(dialect)
    return pattern is not None and any(pattern.match(p) for p in name.parts[:-1])


_HOMES = {"public", "main", "dbo"}


class Tables:
    """The tables of one catalog, found by the names that statements give them.

    `schema` is where a name without one is looked for first; the catalog's
    default schema, whose tables carry none, comes next.
    """

    def __init__(self, catalog: Catalog, dialect: str, schema: str = "") -> None:
        self._dialect = dialect_of(dialect)
        self._schema = schema
        # The default schema's tables carry none; its name may still be written.
        home = catalog.provenance.source.partition("?")[0].rpartition("/")[2]
        self._home = {"", *({schema.lower()} if schema else _HOMES), home.lower()}
        self._exact: dict[tuple[str, str], Table] = {}
        self._loose: dict[tuple[str, str], list[Table]] = {}
        for table in catalog.tables:
            self._exact[table.schema, table.name] = table
            loose = (table.schema.lower(), table.name.lower())
            self._loose.setdefault(loose, []).append(table)

    def find(self, name: Name) -> Table | None:
        """The table that is meant; None where the catalog has none or several that could be."""
        schema = name.parts[-2] if len(name.parts) > 1 else ""
        tried = [schema] if schema else [self._schema, ""]
        if schema.lower() in self._home:
            tried.append("")
        for where in tried:
            found = self._exact.get((where, name.last))
            if found is not None:
                return found
            alike = self._loose.get((where.lower(), name.last.lower()), [])
            if len(alike) == 1:
                return alike[0]
        return None

    def qualified(self, name: Name) -> str:
        """The catalog's qualified name if it has the table, else the name as written.

        The default schema is left out of that, as the catalog does it.
        """
        found = self.find(name)
        if found is not None:
            return found.qualified
        default = len(name.parts) > 1 and name.parts[-2].lower() == self._schema.lower()
        return name.last if default else str(name)

    def referring(self, names: Iterable[Name]) -> list[Name]:
        """All tables that refer to these by a foreign key, and those that refer to them."""
        reached = {t.qualified for t in map(self.find, names) if t is not None}
        found: list[Name] = []
        waiting = list(reached)
        while waiting:
            here = waiting.pop()
            for table in self._exact.values():
                if table.qualified in reached:
                    continue
                targets = {
                    f"{k.ref_schema}.{k.ref_table}" if k.ref_schema else k.ref_table
                    for k in table.foreign_keys
                }
                if here in targets:
                    reached.add(table.qualified)
                    waiting.append(table.qualified)
                    found.append(_name_of(table))
        return sorted(found)

    def columns(self, name: Name) -> frozenset[str] | None:
        """The table's columns in lower case; None where they are not known."""
        found = self.find(name)
        if found is None or not found.columns:
            return None
        return frozenset(c.name.lower() for c in found.columns)


def _name_of(table: Table) -> Name:
    return Name((table.schema, table.name) if table.schema else (table.name,))


def merged(effects: Iterable[tuple[Name, str]]) -> tuple[tuple[Name, str], ...]:
    """One line for each table, in the order of first mention, letters in the order `CRUD`."""
    found: dict[Name, set[str]] = {}
    for name, letters in effects:
        found.setdefault(name, set()).update(letters)
    return tuple(
        (name, "".join(x for x in "CRUD" if x in letters)) for name, letters in found.items()
    )
