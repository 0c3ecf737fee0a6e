"""Rights from files: what somebody saved of a database that cannot be reached.

    SHOW GRANTS, scripts, dumps      statements that give rights
    \\dp of psql                      its table, as it was printed
    CSV and printed tables           grantee, table, privilege, as in the information schema

Later statements count after earlier ones, so that what was taken away again
is gone.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from crmaudit.crud_matrix.collectors.grants_list import in_list
from crmaudit.crud_matrix.collectors.grants_mysql import most_exact
from crmaudit.crud_matrix.collectors.grants_script import Given, in_statement
from crmaudit.crud_matrix.collectors.logs.lines import Lines
from crmaudit.crud_matrix.collectors.told import by_entry
from crmaudit.crud_matrix.principals import Naming
from crmaudit.crud_matrix.rights import ALL, PUBLIC, folded, in_order
from crmaudit.crud_matrix.sql import Name, Tables
from crmaudit.crud_matrix.sql.split import split_lines
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Account, Document, Grants, Right
from crmaudit.sources.named_files import found
from crmaudit.sources.task import Task

_MYSQL = ("mysql", "mariadb")
_SPOKEN = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb", "tsql", "oracle")
_LIST = 2**25
"""Bytes of a list; a script may be of any size."""
_LONGEST = 20_000
_SCRIPT = re.compile(
    rb"^[\s|]*(?:Grants for .*|GRANT|REVOKE|DENY|ALTER TABLE .* OWNER TO)\b", re.IGNORECASE
)
_SYSTEM = {"mysql", "sys", "information_schema", "performance_schema"}
_FRAME = re.compile(
    rb"[\s|+*-]*(?:\d+\. row )?[\s|+*-]*|Query OK.*|\d+ rows? in set.*|[\s|]*Grants for [^:]*[\s|]*"
)


def documents(task: Task) -> Iterator[Document]:
    """The rights in every file under `traces.grants`, one document an entry.

    Raises InvalidInput with all that could not be read, after the rest.
    """
    yield from by_entry(task.known.traces.grants, partial(_of_entry, task))


def _of_entry(task: Task, entry: str, origin: str) -> Iterator[Document]:
    paths = found(entry, task.known.places.get(entry))
    yield listed(task, origin, [g for path in paths for g in _read(path, task)])


def listed(task: Task, origin: str, given: Iterable[Given]) -> Grants:
    """Rights as evidence, with the catalog's names where it has them."""
    return _Listing(task, list(given)).document(origin)


def _read(path: Path, task: Task) -> Iterator[Given]:
    lines = Lines(path)
    if any(_SCRIPT.match(line) for line in lines.head):
        yield from _in_script(lines, _dialect(task, lines.head))
        return
    if path.stat().st_size <= _LIST:
        text = "\n".join(line.decode("utf-8", "replace") for line in lines)
        rows = in_list(text)
        if rows is not None:
            yield from rows
            return
    # A dump has its rights at the end, far from what was looked at.
    script = list(_in_script(lines, _dialect(task, lines.head)))
    if not script:
        raise CrmauditError(
            f"{path.name} is no listing of rights",
            "expected are GRANT statements (SHOW GRANTS, a dump), psql's \\dp, "
            "or a CSV with the columns grantee, table_name, privilege_type",
            str(path),
        )
    yield from script


def _in_script(lines: Lines, dialect: str) -> Iterator[Given]:
    def texts() -> Iterator[str]:
        for line in lines:
            if _FRAME.fullmatch(line):
                continue
            text = line.decode("utf-8", "replace")
            # SHOW GRANTS prints one a line, without an end.
            alone = re.match(
                r"[\s|]*(?:Grants for [^:]*: )?(?:GRANT|REVOKE)\b", text, re.IGNORECASE
            )
            yield (";\n" if alone else "") + text + "\n"

    for _, sql in split_lines(texts(), dialect, _LONGEST):
        yield from in_statement(sql, dialect)


def _dialect(task: Task, head: Sequence[bytes]) -> str:
    if task.source.engine in _SPOKEN:
        return task.source.engine
    text = b"\n".join(head)
    if b"`" in text or re.search(rb"'@'|ON \*\.\*", text):
        return "mysql"
    if b"[dbo]" in text or re.search(rb"ON (?:OBJECT|SCHEMA)::", text, re.IGNORECASE):
        return "tsql"
    return "postgresql"


class _Listing:
    """The rights of one entry, put together."""

    def __init__(self, task: Task, given: Sequence[Given]) -> None:
        self._task = task
        source, known = task.source, task.known
        declared = known.map.principals if known.map else ()
        self._naming = Naming(declared, known.words, task.key)
        self._notes: list[str] = []
        self._by_database = (
            source.engine in _MYSQL
            or (source.engine not in _SPOKEN and any("@" in p for g in given for p in g.principals))
            or _flat(task)
        )
        self._database = source.database or self._busiest(given)
        schema = source.default_schema or (self._database if self._by_database else "public")
        self._schema = schema
        dialect = source.engine if source.engine in _SPOKEN else "ansi"
        self._tables = Tables(task.catalog, dialect, schema)
        self._catalog = [t.qualified for t in task.catalog.tables]
        self._whole: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(dict)
        self._parts: dict[tuple[str, str], dict[tuple[str, str], set[str]]] = defaultdict(dict)
        self._every: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._roles: dict[str, set[str]] = defaultdict(set)
        self._kinds: dict[str, str] = {}
        self._superusers: set[str] = set()
        self._elsewhere = 0
        self._beside = 0
        self._sequences = {n for g in given if g.scope == "sequence" for n in g.names}
        self._patterns = self._exact_patterns(given)
        for one in given:
            self._take(one)

    def document(self, origin: str) -> Grants:
        rights: list[Right] = []
        for (who, by), letters in self._every.items():
            if letters:
                rights.append(Right(self._shown(who), ALL, in_order(letters), by))
        for key in sorted(self._whole.keys() | self._parts.keys()):
            who, by = key
            whole = {t: x for t, x in sorted(self._whole.get(key, {}).items()) if x}
            parts = {at: c for at, c in sorted(self._parts.get(key, {}).items()) if c}
            rights += folded(self._shown(who), by, whole, parts, self._catalog)
        if self._elsewhere:
            self._notes.append(f"{self._elsewhere:,} rights are on other databases")
        if self._beside:
            self._notes.append(f"{self._beside:,} rights are on what is no table of this database")
        return Grants(
            self._task.provenance(),
            tuple(self._accounts(rights)),
            tuple(sorted(rights, key=lambda r: (r.principal, r.by, r.table, r.columns))),
            notes=tuple(dict.fromkeys(self._notes)),
            origin=origin,
        )

    def _accounts(self, rights: Iterable[Right]) -> Iterator[Account]:
        given = {self._shown(who) for who in (*self._kinds, *self._roles, *self._superusers)}
        roles = {self._shown(r) for found in self._roles.values() for r in found}
        supers = {self._shown(who) for who in self._superusers}
        names = given | roles | {r.principal for r in rights}
        members: dict[str, set[str]] = defaultdict(set)
        for who in self._roles:
            members[self._shown(who)] |= {self._shown(r) for r in self._reached(who)}
        for name in sorted(names):
            kind = "public" if name == PUBLIC else "role" if name in roles else "account"
            yield Account(
                name,
                kind,  # type: ignore[arg-type]
                everything=name in supers,
                member_of=tuple(sorted(members.get(name, set()) - {name})),
            )

    def _reached(self, who: str) -> set[str]:
        waiting, reached = [who], set[str]()
        while waiting:
            for role in self._roles.get(waiting.pop(), ()):
                if role not in reached:
                    reached.add(role)
                    waiting.append(role)
        return reached

    def _shown(self, who: str) -> str:
        return PUBLIC if who.upper() == PUBLIC else self._naming.shown(who)

    def _take(self, one: Given) -> None:
        for who in one.principals:
            if one.scope == "default":
                continue
            if one.scope in ("role", "login") and not one.roles:
                self._kinds[who] = one.scope
            elif one.scope == "role":
                change = (
                    self._roles[who].difference_update if one.taken else self._roles[who].update
                )
                change(one.roles)
            elif one.scope == "superuser":
                self._superusers.add(who)
            elif one.scope == "everywhere":
                self._change(self._every[who, "global"], one)
                if one.taken:
                    self._forget(who, one)
            elif one.scope == "schema":
                for name in one.names:
                    self._on_schema(who, name, one)
            else:
                for name in one.names:
                    self._on_table(who, name, one)
        if one.scope == "default":
            self._notes.append("rights that tables to come will have (ALTER DEFAULT PRIVILEGES)")

    def _on_schema(self, who: str, name: Name, one: Given) -> None:
        if self._by_database:
            if name.last == self._patterns.get(who):
                self._change(self._every[who, "schema"], one)
            else:
                self._elsewhere += 1
            return
        tables = [
            t.qualified
            for t in self._task.catalog.tables
            if t.schema.casefold() == name.last.casefold()
            or (not t.schema and name.last.casefold() == self._schema.casefold())
        ]
        for table in tables:
            self._change(self._whole[who, "grant"].setdefault(table, set()), one)
        if not self._catalog:
            self._notes.append(f"all tables in {name.last} are taken for all tables")
            self._change(self._every[who, "schema"], one)

    def _on_table(self, who: str, name: Name, one: Given) -> None:
        place = name.parts[-2].casefold() if len(name.parts) > 1 else ""
        if self._by_database and place and self._database.casefold() not in ("", place):
            self._elsewhere += 1
            return
        table = self._tables.qualified(name)
        if name in self._sequences:
            return
        if self._catalog and self._tables.find(name) is None:
            self._beside += 1
            return
        by = "owner" if one.scope == "owner" else "PUBLIC" if who.upper() == PUBLIC else "grant"
        if not one.columns:
            self._change(self._whole[who, by].setdefault(table, set()), one)
            return
        for letter in one.letters:
            columns = self._parts[who, by].setdefault((table, letter), set())
            (columns.difference_update if one.taken else columns.update)(one.columns)

    def _change(self, letters: set[str], one: Given) -> None:
        (letters.difference_update if one.taken else letters.update)(one.letters)

    def _forget(self, who: str, one: Given) -> None:
        for (holder, by), tables in self._whole.items():
            if holder == who and by != "owner":
                for letters in tables.values():
                    letters.difference_update(one.letters)

    def _busiest(self, given: Sequence[Given]) -> str:
        """The database that most rights are on, where nobody named it."""
        if not self._by_database:
            return ""
        seen: Counter[str] = Counter()
        known = {t.name.casefold() for t in self._task.catalog.tables}
        for one in given:
            for name in one.names:
                if known and one.scope != "schema" and name.last.casefold() not in known:
                    continue
                place = name.last if one.scope == "schema" else ".".join(name.parts[-2:-1])
                if place and "%" not in place and place.casefold() not in _SYSTEM:
                    seen[place.replace("\\_", "_")] += 1
        system = self._task.system
        best = min(seen, key=lambda n: (n.casefold() != system, -seen[n], n), default="")
        if len(seen) > 1:
            others = ", ".join(sorted(set(seen) - {best})[:10])
            self._notes.append(f"the database is taken to be {best}; there are also {others}")
        return best

    def _exact_patterns(self, given: Sequence[Given]) -> dict[str, str | None]:
        """The one pattern that counts for each account, as for the server."""
        patterns: dict[str, set[str]] = defaultdict(set)
        for one in given:
            if one.scope == "schema" and not one.taken:
                for who in one.principals:
                    patterns[who] |= {n.last for n in one.names}
        return {who: most_exact(names, self._database) for who, names in patterns.items()}


def _flat(task: Task) -> bool:
    """Whether the tables are a copy that knows no schemas: a listing's one is then theirs."""
    tables = task.catalog.tables
    if task.source.engine in ("postgresql", "tsql", "oracle") or not tables:
        return False
    return not any(t.schema for t in tables)
