"""Rights in MySQL and MariaDB, from the tables of the server where they may be read.

The rights of an account on a table are those on everything, on the database,
on the table and on columns, added up. Of several entries whose patterns match
the database only the most exact one counts, as for the server. Without a
right to read `mysql.*` the server tells an account its own rights only.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crmaudit.crud_matrix.principals import Naming
from crmaudit.crud_matrix.rights import ALL, PUBLIC, folded, in_order
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Account, Grants, Right, Status
from crmaudit.sources.base import ConnectionLostError, Statement
from crmaudit.sources.task import Task

_LETTER = {"select": "R", "insert": "C", "update": "U", "delete": "D", "drop": "D"}
"""DROP is what TRUNCATE needs."""
_YES = ", ".join(f"{p.title()}_priv" for p in _LETTER)
_NAMED = re.compile(r"['`\"]?([^'`\"@,\s]+)['`\"]?(?:@['`\"]?([^'`\"@,\s]+)['`\"]?)?")
_ABSENT = re.compile("doesn't exist|Unknown (?:column|system variable)", re.IGNORECASE)
"""What an older server says, which has no roles or locks yet."""
_PARTS = re.compile(r"\\.|.", re.DOTALL)

ME = Statement("SELECT CURRENT_USER()", "name the account that reads")
ACCOUNTS = Statement(
    f"SELECT User, Host, {_YES}, Super_priv, Create_user_priv FROM mysql.user ORDER BY User, Host",
    "list the accounts of the server with their rights on everything",
)
DATABASES = Statement(
    f"SELECT User, Host, Db, {_YES} FROM mysql.db ORDER BY User, Host, Db",
    "list the rights on databases",
)
TABLES = Statement(
    "SELECT User, Host, Table_name, Table_priv FROM mysql.tables_priv WHERE Db = DATABASE() "
    "ORDER BY User, Host, Table_name",
    "list the rights on tables",
)
COLUMNS = Statement(
    "SELECT User, Host, Table_name, Column_name, Column_priv FROM mysql.columns_priv "
    "WHERE Db = DATABASE() ORDER BY User, Host, Table_name, Column_name",
    "list the rights on columns",
)
PROXIES = Statement(
    "SELECT User, Host, Proxied_user, Proxied_host FROM mysql.proxies_priv "
    "WHERE Proxied_user <> '' ORDER BY User, Host",
    "list the accounts that stand for others",
)
MARIADB_ROLES = (
    Statement(
        "SELECT User, Host, is_role, default_role FROM mysql.user ORDER BY User, Host",
        "see which accounts are roles",
    ),
    Statement(
        "SELECT User, Host, Role FROM mysql.roles_mapping ORDER BY User, Host, Role",
        "see which account has which roles",
    ),
    Statement(
        "SELECT User, Host, COALESCE(JSON_VALUE(Priv, '$.account_locked'), '') "
        "FROM mysql.global_priv ORDER BY User, Host",
        "see which accounts are locked",
    ),
)
MYSQL_ROLES = (
    Statement(
        "SELECT TO_USER, TO_HOST, FROM_USER, FROM_HOST FROM mysql.role_edges ORDER BY 1, 2, 3, 4",
        "see which account has which roles",
    ),
    Statement(
        "SELECT USER, HOST, DEFAULT_ROLE_USER, DEFAULT_ROLE_HOST FROM mysql.default_roles "
        "ORDER BY 1, 2, 3, 4",
        "see which roles an account has without asking",
    ),
    Statement(
        "SELECT @@activate_all_roles_on_login, @@mandatory_roles",
        "see whether every account has its roles without asking",
    ),
    Statement(
        "SELECT User, Host, account_locked FROM mysql.user ORDER BY User, Host",
        "see which accounts are locked",
    ),
    Statement(
        "SELECT User, Host, COALESCE(CAST(User_attributes AS CHAR), '') FROM mysql.user "
        "ORDER BY User, Host",
        "see which accounts are restricted",
    ),
)
OWN = tuple(
    Statement(
        f"SELECT grantee, privilege_type, {columns} FROM information_schema.{view}{where}",
        f"list the own rights on {what}",
    )
    for view, columns, where, what in (
        ("user_privileges", "'', ''", "", "everything"),
        ("schema_privileges", "table_schema, ''", "", "databases"),
        ("table_privileges", "table_name, ''", " WHERE table_schema = DATABASE()", "tables"),
        (
            "column_privileges",
            "table_name, column_name",
            " WHERE table_schema = DATABASE()",
            "columns",
        ),
    )
)
OWN_ROLES = Statement(
    "SELECT role_name FROM information_schema.applicable_roles ORDER BY role_name",
    "list the own roles",
)
_HIDDEN = (
    "the account {} sees its own rights only: what others may do is not known. "
    "Grant it SELECT on mysql.* for the audit"
)


def statements(task: Task) -> Iterator[Statement]:
    """All that `read` may send."""
    yield ME
    yield from (ACCOUNTS, DATABASES, TABLES, COLUMNS, PROXIES)
    yield from MARIADB_ROLES if _is_mariadb(task) else MYSQL_ROLES
    for statement in (*OWN, OWN_ROLES):
        purpose = f"{statement.purpose}, where mysql.* may not be read"
        yield Statement(statement.sql, purpose, template=True)


def read(task: Task, naming: Naming) -> Grants:
    """The rights in the database, or as much of them as the account may see."""
    ((me,),) = task.source.query(ME.sql, ME.purpose)
    reading = _Reading(task, naming)
    status = Status()
    notes: list[str] = []
    try:
        reading.of_all()
        if reading.gaps:
            status = Status("partly", "; ".join(reading.gaps))
    except ConnectionLostError:
        raise
    except CrmauditError:
        reading = _Reading(task, naming)
        notes += reading.of_own(str(me))
        status = Status("partly", _HIDDEN.format(naming.shown(str(me))))
    return Grants(
        task.provenance(status),
        tuple(reading.accounts()),
        tuple(reading.rights()),
        (),
        tuple(notes),
        reader=naming.shown(str(me)),
    )


@dataclass(slots=True)
class _Holder:
    """An account or role, with what the server's tables say of it."""

    name: str
    role: bool = False
    manages: bool = False
    everywhere: set[str] = field(default_factory=set)
    databases: dict[str, set[str]] = field(default_factory=dict)
    tables: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    columns: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    roles: set[str] = field(default_factory=set)
    unasked: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)


class _Reading:
    """The holders of rights, as they are read."""

    def __init__(self, task: Task, naming: Naming) -> None:
        self._task = task
        self._naming = naming
        self._database = task.source.database
        self._views = {t.qualified for t in task.catalog.tables if t.kind == "view"}
        self._catalog = {t.qualified for t in task.catalog.tables}
        self._folded = {name.casefold(): name for name in sorted(self._catalog)}
        self._holders: dict[str, _Holder] = {}
        self.gaps: list[str] = []

    def of_all(self) -> None:
        """Everybody's rights; CrmauditError where the tables may not be read."""
        for user, host, *yes, super_, manages in self._ask(ACCOUNTS):
            holder = self._holder(user, host)
            holder.everywhere |= _letters(yes)
            holder.manages = "Y" in (super_, manages)
        if _is_mariadb(self._task):
            self._mariadb_roles()
        else:
            self._mysql_roles()
        for user, host, pattern, *yes in self._ask(DATABASES):
            self._holder(user, host).databases[pattern] = _letters(yes)
        for user, host, table, privileges in self._ask(TABLES):
            self._on_table(self._holder(user, host), table, _named(privileges))
        for user, host, table, column, privileges in self._ask(COLUMNS):
            for letter in _named(privileges):
                self._holder(user, host).columns[self._known(table), letter].add(column)
        for user, host, other, other_host in self._ask(PROXIES):
            stands_for = self._naming.shown(_account(other, other_host))
            self._holder(user, host).remarks.append(f"may stand for {stands_for}")

    def of_own(self, me: str) -> Iterator[str]:
        """The own rights; yields what else is to be said."""
        holder = self._holders[me] = _Holder(me)
        everywhere, databases, tables, columns = map(self._ask, OWN)
        holder.everywhere = _named(p for _, p, *_ in everywhere)
        for _, privilege, pattern, _ in databases:
            holder.databases.setdefault(pattern, set()).update(_named([privilege]))
        for _, privilege, table, _ in tables:
            self._on_table(holder, table, _named([privilege]))
        for _, privilege, table, column in columns:
            for letter in _named([privilege]):
                holder.columns[self._known(table), letter].add(column)
        try:
            roles = sorted({self._shown(str(name)) for (name,) in self._ask(OWN_ROLES)})
        except ConnectionLostError:
            raise
        except CrmauditError:
            roles = []  # a server without roles
        if roles:
            yield f"what its roles may do is not told to it: {', '.join(roles)}"

    def _mariadb_roles(self) -> None:
        states, roles, locks = map(self._if_there, MARIADB_ROLES)
        for user, host, role, default in states:
            holder = self._holder(user, host)
            holder.role = _true(role)
            if default:
                holder.unasked.add(default)
        for user, host, role in roles:
            self._holder(user, host).roles.add(role)
        for user, host, locked in locks:
            if _true(locked):
                self._holder(user, host).remarks.append("locked")
        self._with_roles_of_roles()

    def _mysql_roles(self) -> None:
        edges, defaults, settings, locks, attributes = map(self._if_there, MYSQL_ROLES)
        for user, host, role, role_host in edges:
            self._holder(role, role_host).role = True
            self._holder(user, host).roles.add(_account(role, role_host))
        for user, host, role, role_host in defaults:
            self._holder(user, host).unasked.add(_account(role, role_host))
        always, mandatory = settings[0] if settings else ("", "")
        found = _NAMED.findall(str(mandatory or ""))
        everybodys = [_account(role, host or "%") for role, host in found]
        for holder in self._holders.values():
            if not holder.role and holder.name not in everybodys:
                holder.roles |= set(everybodys)
            if _true(always):
                holder.unasked |= holder.roles
        for user, host, locked in locks:
            holder = self._holder(user, host)
            if _true(locked) and not holder.role:
                holder.remarks.append("locked")
        for user, host, text in attributes:
            holder = self._holder(user, host)
            taken = restrictions(text, self._database)
            if taken & holder.everywhere:
                told = in_order(taken & holder.everywhere)
                holder.everywhere -= taken
                holder.remarks.append(f"{told} on this database was taken from its global rights")
        self._with_roles_of_roles()

    def _with_roles_of_roles(self) -> None:
        """What a role has comes with it."""
        for holder in self._holders.values():
            if holder.role:
                holder.unasked |= holder.roles

    def _if_there(self, statement: Statement) -> list[tuple[Any, ...]]:
        """The rows; none where this version of the server has no such table or column."""
        try:
            return self._ask(statement)
        except ConnectionLostError:
            raise
        except CrmauditError as error:
            told = error.problems[0].message
            if not _ABSENT.search(told):
                self.gaps.append(told)
            return []

    def _on_table(self, holder: _Holder, table: str, letters: set[str]) -> None:
        holder.tables[self._known(table)] |= letters

    def _known(self, table: str) -> str:
        """The catalog's spelling of a table's name."""
        return table if table in self._catalog else self._folded.get(table.casefold(), table)

    def _holder(self, user: Any, host: Any) -> _Holder:
        name = _account(str(user or ""), str(host or ""))
        return self._holders.setdefault(name, _Holder(name))

    def _ask(self, statement: Statement) -> list[tuple[Any, ...]]:
        return self._task.source.query(statement.sql, statement.purpose)

    def _shown(self, name: str) -> str:
        return PUBLIC if name == PUBLIC else self._naming.shown(name)

    def accounts(self) -> Iterator[Account]:
        for holder in sorted(self._holders.values(), key=lambda h: (self._shown(h.name), h.name)):
            has = set(self._reached(holder.unasked & (holder.roles | holder.unasked)))
            asks = set(self._reached(holder.roles)) - has
            public = holder.name == PUBLIC
            own = holder.name.startswith(("mysql.", "mariadb.sys@"))
            yield Account(
                self._shown(holder.name),
                "public" if public else "built-in" if own else "role" if holder.role else "account",
                holder.manages and holder.everywhere >= {"C", "R", "U", "D"},
                self._names(has),
                "; ".join(holder.remarks),
                self._names(asks),
            )

    def _reached(self, roles: Iterable[str]) -> Iterator[str]:
        """Those roles, and what comes with them."""
        waiting, seen = sorted(roles), set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                yield name
                holder = self._holders.get(name)
                waiting += sorted(holder.roles) if holder else []

    def _names(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({self._shown(name) for name in names}))

    def rights(self) -> Iterator[Right]:
        lines: list[Right] = []
        for holder in self._holders.values():
            shown = self._shown(holder.name)
            if holder.everywhere:
                lines.append(Right(shown, ALL, in_order(holder.everywhere), "global"))
            pattern = most_exact(holder.databases, self._database)
            if pattern is not None and holder.databases[pattern]:
                lines.append(Right(shown, ALL, in_order(holder.databases[pattern]), "schema"))
            whole = {
                t: letters for t, letters in holder.tables.items() if letters and t in self._catalog
            }
            parts = {at: names for at, names in holder.columns.items() if at[0] in self._catalog}
            lines += folded(shown, "grant", whole, parts, self._catalog)
        yield from sorted(lines, key=lambda r: (r.principal, r.by, r.table, r.columns))


def most_exact(patterns: Iterable[str], database: str) -> str | None:
    """The pattern that counts for the database: the one with the longest exact beginning.

    `%` and `_` stand for any characters and for one, unless behind a backslash.
    """
    matching = [p for p in patterns if _matches(p, database)]
    return max(matching, key=lambda p: (_exact(p), p), default=None)


def _matches(pattern: str, database: str) -> bool:
    special = {"%": ".*", "_": "."}
    parts = (special.get(p) or re.escape(p[-1]) for p in _PARTS.findall(pattern))
    return re.fullmatch("".join(parts), database, re.DOTALL | re.IGNORECASE) is not None


def _exact(pattern: str) -> int:
    """How many characters stand before the first that is not exact; all: more than any."""
    parts = _PARTS.findall(pattern)
    return next((i for i, p in enumerate(parts) if p in ("%", "_")), 1000)


def restrictions(attributes: str, database: str) -> set[str]:
    """Letters that a partial revoke of MySQL 8 takes from an account's global rights."""
    try:
        told = json.loads(attributes) if attributes else {}
    except ValueError:
        return set()
    found = told.get("Restrictions", ()) if isinstance(told, Mapping) else ()
    return {
        letter
        for one in found
        if isinstance(one, Mapping) and one.get("Database") == database
        for letter in _named(one.get("Privileges", ()))
    }


def _account(user: str, host: str) -> str:
    """`user@host`; a role of MariaDB has no host."""
    return f"{user}@{host}" if host else user


def _letters(yes: Iterable[Any]) -> set[str]:
    return {x for x, told in zip(_LETTER.values(), yes, strict=True) if told == "Y"}


def _named(privileges: str | Iterable[str]) -> set[str]:
    """Letters of privileges by name: a list, or a set's text."""
    names = privileges.split(",") if isinstance(privileges, str) else privileges
    return {_LETTER[n] for name in names if (n := str(name).strip().casefold()) in _LETTER}


def _true(value: object) -> bool:
    return str(value).casefold() in ("1", "true", "y", "on")


def _is_mariadb(task: Task) -> bool:
    return "mariadb" in task.catalog.version.casefold()
