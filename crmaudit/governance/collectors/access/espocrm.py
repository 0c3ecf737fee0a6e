"""EspoCRM: roles with their rights as JSON, given to users and to teams.

Read from Core/Acl/Table (DefaultTable, DefaultRoleListProvider) and the
metadata app/acl.json of EspoCRM 7.5 to 10.0, and the page Roles Management of
its documentation. Roles are merged and the widest level counts; a kind of
record that no role of the user mentions is closed, but for those of the
product's own defaults. Which kinds of record there are stands in files: those
that some role mentions are known here.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from crmaudit.evidence.access import LEVELS, AccessLevel, Beyond
from crmaudit.evidence.privacy import account_name
from crmaudit.governance.collectors.access.accounts import accounts
from crmaudit.governance.collectors.access.merging import administrator, widest_cell
from crmaudit.governance.collectors.access.model import (
    Account,
    Group,
    Read,
    Rights,
    Role,
    Row,
    Told,
    row,
)
from crmaudit.governance.collectors.access.tables import Tables, truth

_LEVELS: Mapping[str, AccessLevel] = {
    "no": "None",
    "own": "User",
    "team": "Business Unit",
    "all": "Organizational",
    "yes": "Organizational",
    # Levels of portals: records of one's own account or contact.
    "account": "User",
    "contact": "User",
}
_HOLDING = ("role_user", "role_team", "team", "team_user")
"""Tables without which nobody knows who has which role."""
_ACTIONS = ("create", "read", "edit", "delete")
_PERMISSIONS = ("assignment_permission", "export_permission", "mass_update_permission")
_NO_ROLE = "the account has no role, and what holds then stands in a file"
_CREATED = "a setting in a file lets users delete for a while what they made themselves"
_BASELINE = "from version 9 on a file may name a baseline role, which gives every user more"
_STRANGE = "a role has a level that is not one of the product's"
_BROKEN = "the rights of the role cannot be read: they are no JSON"
_BY_DEFAULT: Mapping[str, Row] = {
    "User": row(("None", "User", "None", "None"), ((), ("everybody",), (), ())),
    "Team": row(("None", "Business Unit", "None", "None"), ((), ("everybody",), (), ())),
    "Import": row(("None",) * 4),
}
"""What holds for a user none of whose roles mentions the kind of record: strictDefault."""

Cell = tuple[AccessLevel | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Data:
    """A role's own rights: by kind of record a level for each action, or for all of them.

    None for a role whose JSON is broken. A kind that is not in it is not set.
    """

    scopes: Mapping[str, bool | Mapping[str, str]] | None
    permissions: Mapping[str, str]


class _Reader:
    product = "espocrm"
    rule = (
        "Several roles, a user's own and those of the teams, are merged: the widest level counts, "
        "and a kind of record that none mentions is closed. A team's records are read as those of "
        "a business unit; creating reaches as far as records may be assigned to others. "
        "Administrators are above all roles."
    )
    reads: tuple[Read, ...] = (
        ("role", ("id", "name", "data", *_PERMISSIONS, "deleted")),
        ("role_user", ("role_id", "user_id", "deleted")),
        ("role_team", ("role_id", "team_id", "deleted")),
        ("team", ("id", "name", "deleted")),
        ("team_user", ("team_id", "user_id", "deleted")),
    )

    def read(self, db: Tables) -> Told:
        return _Reading(db).told()


reader = _Reader()


class _Reading:
    def __init__(self, db: Tables) -> None:
        self._db = db
        self._rights: dict[tuple[str, ...], Rights] = {}
        self._roles: dict[str, _Data] = {}
        self._scopes: list[str] = []

    def told(self) -> Told:
        db = self._db
        found = accounts(db)
        names: dict[str, str] = {}
        for id_, name, data, *permissions in self._kept(
            "role", "id", "name", "data", *_PERMISSIONS
        ):
            names[id_] = name
            given = dict(zip(_PERMISSIONS, permissions, strict=True))
            self._roles[id_] = _Data(_scopes(data), given)
        scopes = {s for d in self._roles.values() for s in d.scopes or ()}
        self._scopes = sorted(scopes | set(_BY_DEFAULT))
        own = self._pairs("role_user", "user_id", "role_id")
        members = self._pairs("team_user", "user_id", "team_id")
        of_teams = self._pairs("role_team", "team_id", "role_id")
        teams = {cells[0]: cells[1] for cells in self._kept("team", "id", "name")}
        lost = db.lost(*_HOLDING)
        known = []
        for account in found:
            if lost:
                # Half of an account's roles would be told as all of them.
                known.append(account)
                continue
            mine = sorted(t for t in members.get(account.key, ()) if t in teams)
            roles = {*own.get(account.key, ()), *(r for t in mine for r in of_teams.get(t, ()))}
            having = tuple(sorted(r for r in roles if r in self._roles))
            known.append(replace(account, roles=having, teams=tuple(mine)))
        there = db.has("role", "data")
        return Told(
            known,
            [
                Role(
                    r,
                    name,
                    own=self._merged((r,)) if there else None,
                    by_teams=tuple(sorted(t for t in teams if r in of_teams.get(t, ()))),
                    note=_BROKEN if self._roles[r].scopes is None else "",
                )
                for r, name in sorted(names.items())
            ],
            [Group(t, name) for t, name in sorted(teams.items())],
            rights=self.rights if there and not lost else None,
            # CamelCase in the program is snake_case in its database.
            objects={s: re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", s).lower() for s in self._scopes},
            cannot=f"who has which role is not in this database: {', '.join(lost)}"
            if lost and there
            else ""
            if there
            else "there is no table role with the product's rights",
            notes=(
                _BASELINE,
                _CREATED,
                "rights to single fields (field_data) are not read",
                "rights of portal users come from portal roles, which are not read",
            ),
        )

    def rights(self, account: Account) -> Rights | None:
        if account.administrator:
            return self._kept_as(("administrator",), account)
        # Those of portals have portal roles; users of the program's own need none.
        return (
            None
            if account.person is False and not account.roles
            else self._kept_as(account.roles, account)
        )

    def _kept_as(self, roles: tuple[str, ...], account: Account) -> Rights:
        if roles not in self._rights:
            made = administrator(self._scopes) if account.administrator else self._merged(roles)
            if not account.administrator and not roles:
                made = self._without_role()
            self._rights[roles] = made
        return self._rights[roles]

    def _without_role(self) -> Rights:
        """Nothing, as far as the database tells; a setting in a file may give more."""
        nobody_knows = row((None,) * 4)
        return Rights(dict.fromkeys(self._scopes, nobody_knows), {}, (_NO_ROLE,))

    def _merged(self, roles: tuple[str, ...]) -> Rights:
        data = [(r, self._roles[r]) for r in roles]
        assignment = widest_cell(
            _permission(d.permissions["assignment_permission"], r) for r, d in data
        )
        objects = {}
        for scope in self._scopes:
            cells = [self._cell(scope, action, data, assignment) for action in _ACTIONS]
            objects[scope] = row([c[0] for c in cells], [c[1] for c in cells])
            said = any(d.scopes is None or scope in d.scopes for _, d in data)
            if not said and scope in _BY_DEFAULT:
                objects[scope] = _BY_DEFAULT[scope]
        export, masses = (
            tuple(r for r, d in data if d.permissions[name].casefold() in ("yes", "all"))
            for name in ("export_permission", "mass_update_permission")
        )
        imports = tuple(r for r, d in data if (d.scopes or {}).get("Import") is True)
        # A whole list may be deleted with the right to delete others' records and to change many.
        deletes = {
            w
            for o in objects.values()
            if o.levels[3] not in (None, "None", "User")
            for w in o.why[3]
        }
        both = tuple(sorted(deletes | set(masses))) if deletes and masses else ()
        held: dict[Beyond, tuple[str, ...]] = {
            "export": export,
            "import": imports,
            "mass change": masses,
            "mass delete": both,
        }
        beyond = {right: why for right, why in held.items() if why}
        broken = tuple(f"{_BROKEN} ({r})" for r, d in data if d.scopes is None)
        strange = not broken and any(None in o.levels for o in objects.values())
        return Rights(objects, beyond, (_STRANGE,) if strange else broken)

    def _cell(
        self, scope: str, action: str, data: list[tuple[str, _Data]], assignment: Cell
    ) -> Cell:
        """The widest level that a role gives for an action; roles that do not say it stay out."""
        cells: list[Cell] = []
        for role, d in data:
            if d.scopes is None:
                cells.append((None, (role,)))
                continue
            said = d.scopes.get(scope)
            if isinstance(said, bool):
                cells.append((LEVELS[-1] if said else LEVELS[0], (role,)))
            elif said is not None and (action in said or action == "create"):
                # Older roles have no entry for create, which then is allowed.
                word = said.get(action, "yes")
                cells.append((_LEVELS.get(word), (role,)))
        if not cells:
            return LEVELS[0], ()
        level, why = widest_cell(cells)
        if action == "create" and level == LEVELS[-1]:
            reach, limits = assignment
            return reach, tuple(dict.fromkeys((*why, *limits)))
        return level, () if level == LEVELS[0] else why

    # Tables

    def _pairs(self, table: str, one: str, other: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for a, b in self._kept(table, one, other):
            found[a].add(b)
        return found

    def _kept(self, table: str, *columns: str) -> Iterator[tuple[str, ...]]:
        for *cells, deleted in self._db.rows(table, *columns, "deleted"):
            if cells[0] and not truth(deleted):
                yield (account_name(cells[0]), *((c or "").strip() for c in cells[1:]))


def _permission(word: str, role: str) -> Cell:
    """To whom one may assign records: to oneself at least."""
    level = {"all": LEVELS[-1], "yes": LEVELS[-1], "team": LEVELS[2]}.get(word.casefold())
    return level or LEVELS[1], (role,)


def _scopes(text: str) -> Mapping[str, bool | Mapping[str, str]] | None:
    """What `role.data` says by kind of record; None where it cannot be read."""
    if not text:
        return {}
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return {} if data in ([], None) else None
    found: dict[str, bool | Mapping[str, str]] = {}
    for scope, said in data.items():
        if isinstance(said, bool):
            found[scope] = said
        elif isinstance(said, dict):
            found[scope] = {a: v for a, v in said.items() if isinstance(v, str)}
    return found
