"""Rights in PostgreSQL, from its catalog, which every account may read.

A letter may be used where a principal has the right on the table *and* the
right to use the table's schema, each by itself, by a role whose rights it
inherits, or because everybody has it. What a principal has of its own is
listed with it; what it has by others is listed with them. Where a right and
the schema come to it by different ways, so that neither giver has it alone,
the right is listed with the principal, `by` the one that gave it.

The server decides about roles and schemas (`pg_has_role`,
`has_schema_privilege`); the lists of rights (`relacl`) explain.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from crmaudit.crud_matrix.principals import Naming
from crmaudit.crud_matrix.rights import PUBLIC, folded, in_order
from crmaudit.evidence import Account, Grants, Right
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task

_EVERYBODY = 0
"""The server's own number for everybody."""
_LETTER = {"SELECT": "R", "INSERT": "C", "UPDATE": "U", "DELETE": "D", "TRUNCATE": "D"}
_PRIVILEGES = ", ".join(f"'{p}'" for p in _LETTER)
_OWN = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_EVERYWHERE = {"pg_read_all_data": "R", "pg_write_all_data": "CUD"}
"""Roles of the server with rights on every table, and on every schema besides."""
_NAMED = 10

ROLES = Statement(
    "SELECT oid::int8, rolname, rolsuper, rolcanlogin, rolbypassrls, rolvaliduntil::text, "
    "has_database_privilege(oid, current_database(), 'CONNECT'), rolname = session_user "
    "FROM pg_roles ORDER BY rolname",
    "list the roles of the server",
)
_MEMBERS = (
    "SELECT m.oid::int8, r.oid::int8, pg_has_role(m.oid, r.oid, 'USAGE') "
    "FROM pg_roles m CROSS JOIN pg_roles r WHERE m.oid <> r.oid AND NOT m.rolsuper "
    "AND (r.oid IN (SELECT roleid FROM pg_auth_members) OR r.rolname = 'pg_database_owner') "
    "AND pg_has_role(m.oid, r.oid, '{}') ORDER BY m.oid, r.oid"
)
TABLES = Statement(
    "SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text, c.relrowsecurity, "
    "(SELECT i.inhparent::int8 FROM pg_inherits i "
    "WHERE i.inhrelid = c.oid AND c.relispartition LIMIT 1), "
    "CASE WHEN c.relkind IN ('v', 'f') THEN pg_relation_is_updatable(c.oid, true) END "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    f"WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OWN} ORDER BY c.oid",
    "see what can be done with each table and view at all",
)
RIGHTS = Statement(
    "SELECT c.oid::int8, a.grantee::int8, a.grantee = c.relowner, "
    "string_agg(DISTINCT a.privilege_type, ' ') "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a "
    f"WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OWN} "
    f"AND a.privilege_type IN ({_PRIVILEGES}) GROUP BY 1, 2, 3 ORDER BY 1, 2",
    "list the rights on tables",
)
COLUMNS = Statement(
    "SELECT c.oid::int8, a.grantee::int8, t.attname, string_agg(DISTINCT a.privilege_type, ' ') "
    "FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(t.attacl) a "
    f"WHERE t.attacl IS NOT NULL AND t.attnum > 0 AND NOT t.attisdropped AND {_OWN} "
    f"AND a.privilege_type IN ({_PRIVILEGES}) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "list the rights on single columns",
)
SCHEMAS = Statement(
    "SELECT r.oid::int8, n.nspname FROM pg_roles r CROSS JOIN pg_namespace n "
    f"WHERE {_OWN} AND NOT r.rolsuper AND has_schema_privilege(r.oid, n.oid, 'USAGE') "
    f"UNION ALL SELECT {_EVERYBODY}, n.nspname FROM pg_namespace n "
    f"WHERE {_OWN} AND has_schema_privilege('public', n.oid, 'USAGE')",
    "see which role may use which schema",
)
DEFAULTS = Statement(
    "SELECT d.defaclrole::int8, n.nspname, a.grantee::int8, "
    "string_agg(DISTINCT a.privilege_type, ' ') "
    "FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace "
    "CROSS JOIN LATERAL aclexplode(d.defaclacl) a "
    f"WHERE d.defaclobjtype = 'r' AND a.privilege_type IN ({_PRIVILEGES}) "
    "AND a.grantee <> d.defaclrole GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "list the rights that tables to come will have",
)
DEFINERS = Statement(
    "SELECT n.nspname, p.proname, bool_or(has_function_privilege('public', p.oid, 'EXECUTE')) "
    "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
    f"WHERE p.prosecdef AND {_OWN} GROUP BY 1, 2 ORDER BY 1, 2",
    "list the routines that run with their owner's rights",
)


def statements(task: Task) -> Iterator[Statement]:
    """All that `read` sends."""
    yield from (ROLES, _members(task), TABLES, RIGHTS, COLUMNS, SCHEMAS, DEFAULTS, DEFINERS)


def _members(task: Task) -> Statement:
    number = re.search(r"\d+", task.catalog.version)
    # Since 16 a membership says whether the role may be set.
    set_role = "SET" if number and int(number[0]) >= 16 else "MEMBER"
    return Statement(_MEMBERS.format(set_role), "see which role has which others")


class _Role(NamedTuple):
    oid: int
    name: str
    everything: bool
    logs_in: bool
    sees_all_rows: bool
    until: str | None
    connects: bool
    reads_this: bool


@dataclass(frozen=True, slots=True)
class _Given:
    """A right as it stands in a list of rights."""

    schema: str
    table: str
    letters: str
    owner: bool = False
    column: str = ""


def read(task: Task, naming: Naming) -> Grants:
    """The rights in the database; a failure passes as CrmauditError."""
    ask = task.source.query
    roles = [_Role(*r) for r in _rows(ask(ROLES.sql, ROLES.purpose))]
    reading = _Reading(task, naming, roles)
    members = _members(task)
    for member, role, inherits in _rows(ask(members.sql, members.purpose)):
        reading.belongs(member, role, inherits)
    for row in _rows(ask(TABLES.sql, TABLES.purpose)):
        reading.has_table(*row)
    for oid, grantee, owner, privileges in _rows(ask(RIGHTS.sql, RIGHTS.purpose)):
        reading.give(oid, grantee, privileges, owner=owner)
    for oid, grantee, column, privileges in _rows(ask(COLUMNS.sql, COLUMNS.purpose)):
        reading.give(oid, grantee, privileges, column=column)
    reading.give_everywhere()
    for role, schema in _rows(ask(SCHEMAS.sql, SCHEMAS.purpose)):
        reading.usable[role].add(schema)
    notes = [
        *reading.notes(),
        *reading.to_come(_rows(ask(DEFAULTS.sql, DEFAULTS.purpose))),
        *_definers(_rows(ask(DEFINERS.sql, DEFINERS.purpose))),
    ]
    return Grants(
        task.provenance(),
        tuple(reading.accounts()),
        tuple(reading.rights()),
        tuple(sorted(reading.row_security)),
        tuple(notes),
        reader=next((naming.shown(r.name) for r in roles if r.reads_this), ""),
    )


class _Reading:
    """What the catalog says of rights, and what follows from it."""

    def __init__(self, task: Task, naming: Naming, roles: Iterable[_Role]) -> None:
        self._default = task.source.default_schema
        self._catalog = {t.qualified for t in task.catalog.tables}
        self._roles = {r.oid: r for r in roles}
        self._shown = {r.oid: naming.shown(r.name) for r in self._roles.values()}
        self._shown[_EVERYBODY] = PUBLIC
        self._inherits: dict[int, set[int]] = defaultdict(set)
        self._asks: dict[int, set[int]] = defaultdict(set)
        self._tables: dict[int, tuple[str, str, str, int | None]] = {}
        self._given: dict[int, list[_Given]] = defaultdict(list)
        self._by_partition: set[str] = set()
        self.usable: dict[int, set[str]] = defaultdict(set)
        self.row_security: set[str] = set()

    def belongs(self, member: int, role: int, inherits: bool) -> None:
        if inherits:
            self._inherits[member].add(role)
        if not inherits or self._roles[role].everything:
            self._asks[member].add(role)

    def has_table(
        self,
        oid: int,
        schema: str,
        name: str,
        kind: str,
        secured: bool,
        parent: int | None,
        updatable: int | None,
    ) -> None:
        qualified = name if schema == self._default else f"{schema}.{name}"
        self._tables[oid] = (schema, qualified, _possible(kind, updatable), parent)
        if secured and qualified in self._catalog:
            self.row_security.add(qualified)

    def give(
        self, oid: int, grantee: int, privileges: str, *, owner: bool = False, column: str = ""
    ) -> None:
        if oid not in self._tables:
            return
        schema, table, possible, parent = self._tables[oid]
        partition = parent is not None
        while parent is not None and parent in self._tables:
            # A partition is part of its table.
            _, table, _, parent = self._tables[parent]
        letters = in_order(x for p in privileges.split() if (x := _LETTER[p]) in possible)
        if letters and table in self._catalog:
            self._given[grantee].append(_Given(schema, table, letters, owner, column))
            if partition and not owner:
                self._by_partition.add(table)

    def give_everywhere(self) -> None:
        """What the server's own roles may do to every table, without standing in any list."""
        for role in self._roles.values():
            letters = _EVERYWHERE.get(role.name, "")
            if letters and self._held(role):
                for schema, table, possible, parent in self._tables.values():
                    found = in_order(x for x in letters if x in possible)
                    if found and parent is None and table in self._catalog:
                        self._given[role.oid].append(_Given(schema, table, found))

    def accounts(self) -> Iterator[Account]:
        roles = [r for r in self._roles.values() if not self._idle(r)]
        for role in sorted(roles, key=lambda r: (self._shown[r.oid], r.oid)):
            own = role.name.startswith("pg_")
            yield Account(
                self._shown[role.oid],
                "built-in" if own else "account" if role.logs_in else "role",
                role.everything,
                self._names(self._inherits[role.oid]),
                "; ".join(_remarks(role)),
                self._names(self._asks[role.oid]),
            )
        yield Account(PUBLIC, "public")

    def _idle(self, role: _Role) -> bool:
        """One of the server's own roles that bears on no right here."""
        return role.oid not in self._given and role.name.startswith("pg_") and not self._held(role)

    def _held(self, role: _Role) -> bool:
        """Whether a role that is not the server's own has it."""
        return any(
            role.oid in roles and not self._roles[member].name.startswith("pg_")
            for of in (self._inherits, self._asks)
            for member, roles in of.items()
        )

    def _names(self, oids: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted({self._shown[oid] for oid in oids}))

    def rights(self) -> Iterator[Right]:
        """Each principal's own, and what it has by others that they have not themselves."""
        told: dict[int, dict[tuple[str, str], set[str]]] = {}
        order = sorted(self._shown, key=lambda oid: (len(self._inherits[oid]), oid != _EVERYBODY))
        lines: list[Right] = []
        for oid in order:
            role = self._roles.get(oid)
            if role is not None and role.everything:
                # Its members have what it owns or was given, not that it may do everything.
                continue
            by: dict[str, list[_Given]] = defaultdict(list)
            usable = self.usable[oid]
            for given in self._given[oid]:
                if given.schema in usable:
                    by["owner" if given.owner else "grant"].append(given)
            others = sorted(self._inherits[oid]) + ([_EVERYBODY] if oid != _EVERYBODY else [])
            for other in others:
                name = self._shown[other]
                reason = PUBLIC if other == _EVERYBODY else f"role {name}"
                new = usable - self.usable[other]
                for given in self._given[other]:
                    place = (given.table, given.column)
                    known = {x for o in others for x in told.get(o, {}).get(place, ())}
                    if given.schema in new and not known.issuperset(given.letters):
                        by[reason].append(given)
            lines += self._lines(oid, by, told)
        yield from sorted(lines, key=lambda r: (r.principal, r.by, r.table, r.columns))

    def _lines(
        self,
        oid: int,
        by: Mapping[str, Iterable[_Given]],
        told: dict[int, dict[tuple[str, str], set[str]]],
    ) -> Iterator[Right]:
        mine = told.setdefault(oid, defaultdict(set))
        for reason, given in by.items():
            whole: dict[str, set[str]] = defaultdict(set)
            parts: dict[tuple[str, str], set[str]] = defaultdict(set)
            for one in given:
                mine[one.table, one.column].update(one.letters)
                if one.column:
                    for letter in one.letters:
                        parts[one.table, letter].add(one.column)
                else:
                    whole[one.table].update(one.letters)
            yield from folded(self._shown[oid], reason, whole, parts, self._catalog)

    def notes(self) -> Iterator[str]:
        if self._by_partition:
            yield (
                "rights on single partitions count as rights on their table: "
                f"{_some(sorted(self._by_partition))}"
            )
        exempt = sorted(self._shown[r.oid] for r in self._roles.values() if r.sees_all_rows)
        if self.row_security:
            who = f", except from {_some(exempt)} and its owners" if exempt else ""
            yield f"row-level security hides rows of {_some(sorted(self.row_security))}{who}"

    def to_come(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
        for maker, schema, grantee, privileges in rows:
            letters = in_order(_LETTER[p] for p in privileges.split())
            where = f" in {schema}" if schema else ""
            who, whose = (self._shown.get(oid, str(oid)) for oid in (grantee, maker))
            yield f"tables that {whose} makes{where} give {letters} to {who}"


def _possible(kind: str, updatable: int | None) -> str:
    """The letters that the server can do at all to a table of that kind.

    `updatable` is the sum of 1 << n over what a view or foreign table allows,
    with n 2 for UPDATE, 3 for INSERT, 4 for DELETE.
    """
    if kind == "m":
        return "R"
    if updatable is None:
        return "CRUD"
    bits = (("C", 8), ("U", 4), ("D", 16))
    return in_order(["R", *(letter for letter, bit in bits if updatable & bit)])


def _remarks(role: _Role) -> Iterator[str]:
    if role.sees_all_rows and not role.everything:
        yield "sees all rows in spite of row-level security"
    if role.until and role.until != "infinity":
        yield f"its password is valid until {role.until[:10]}"
    if role.logs_in and not role.connects:
        yield "may not connect to this database"


def _definers(rows: list[tuple[Any, ...]]) -> Iterator[str]:
    if rows:
        open_ = [f"{schema}.{name}" for schema, name, everybody in rows if everybody]
        told = f", {len(open_)} of them for everybody: {_some(open_)}" if open_ else ""
        routines = "routine runs" if len(rows) == 1 else "routines run"
        yield f"{len(rows)} {routines} with the rights of the owner (SECURITY DEFINER){told}"


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def _rows(rows: list[tuple[object, ...]]) -> list[tuple[Any, ...]]:
    """The rows of an own statement, whose types it decides."""
    return rows
