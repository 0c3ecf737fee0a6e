"""SuiteCRM and SugarCRM CE: ACL actions of roles, and security groups.

Read from modules/ACLActions (getUserActions, hasAccess, userHasAccess) and
include/ListView/ListViewDisplay.php of SuiteCRM 7.14: an override of 0 leaves
the action's own level, which gives way to any real override; of several
overrides the lowest counts, or the highest with additive rights; with
precedence of user roles those of the groups count only for users without own
ones. Both settings stand in config_override.php, not in the database: where
they matter, nobody can tell the level here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from crmaudit.evidence.access import LEVELS, AccessLevel, Beyond
from crmaudit.evidence.privacy import account_name
from crmaudit.governance.collectors.access.accounts import accounts
from crmaudit.governance.collectors.access.merging import (
    Cell,
    administrator,
    widest_cell,
)
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
from crmaudit.governance.collectors.access.sharing import shared
from crmaudit.governance.collectors.access.tables import Tables, truth

_ADMIN, _ALL, _ENABLED, _GROUP, _OWNER = 99, 90, 89, 80, 75
_LEVEL: Mapping[int, AccessLevel] = {
    _ALL: "Organizational",
    _GROUP: "Business Unit",
    _OWNER: "User",
}
# Create is edit of a record that is one's own; reading is by lists or by record.
_LETTERS = (("edit",), ("list", "view"), ("edit",), ("delete",))
_BEYOND: tuple[tuple[Beyond, tuple[str, ...]], ...] = (
    ("export", ("export",)),
    ("import", ("import",)),
    ("mass change", ("edit", "massupdate")),
    ("mass delete", ("delete",)),
)
_HOLDING = ("acl_roles_actions", "acl_roles_users")
_BY_GROUPS = ("securitygroups", "securitygroups_users", "securitygroups_acl_roles")
"""Tables without which nobody knows who has which role, and what it sets."""
_KEPT = 20_000
"""So many results by module are kept; more would be of accounts that have little in common."""
_SETTINGS = (
    "several roles differ, and which of them counts is a setting of the security suite "
    "(additive rights, precedence of user roles) in a file"
)
_RULE = (
    "An override of 0 means the action's own level. Of several roles the lowest level counts, or "
    "the highest with the additive rights of the security suite; a user's own roles may outweigh "
    "those of the groups. Both are settings in a file: where they decide, the level is unknown. "
    "A group's records are read as those of a business unit; creating goes by the right to edit."
)
_RULE_OF_SUGAR = (
    "An override of 0 means the action's own level. Of several roles the lowest level counts. "
    "Creating goes by the right to edit."
)

_EVERYBODY = ("everybody",)

Overrides = Mapping[str, Mapping[str, int]]
"""Role → action's id → its override, without those of 0."""


@dataclass(frozen=True, slots=True)
class _Action:
    id: str
    level: int


class _Level(NamedTuple):
    """What an action comes to, and from which roles; None: the settings decide."""

    level: int | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Module:
    """What some roles give in one module; `open`: the settings decide some of it."""

    row: Row
    beyond: tuple[tuple[Beyond, tuple[str, ...]], ...]
    open: bool


class _Reader:
    product = "suitecrm"
    rule = _RULE
    reads: tuple[Read, ...] = (
        ("acl_actions", ("id", "category", "name", "acltype", "aclaccess", "deleted")),
        ("acl_roles", ("id", "name", "deleted")),
        ("acl_roles_actions", ("role_id", "action_id", "access_override", "deleted")),
        ("acl_roles_users", ("role_id", "user_id", "deleted")),
        ("securitygroups", ("id", "name", "deleted")),
        ("securitygroups_users", ("securitygroup_id", "user_id", "deleted")),
        ("securitygroups_acl_roles", ("securitygroup_id", "role_id", "deleted")),
        ("securitygroups_records", ("securitygroup_id", "module", "record_id", "deleted")),
    )

    def read(self, db: Tables) -> Told:
        return _Reading(db).told()


reader = _Reader()


class _Reading:
    def __init__(self, db: Tables) -> None:
        self._db = db
        self._modules: dict[str, dict[str, _Action]] = defaultdict(dict)
        self._rights: dict[tuple[frozenset[str], frozenset[str]], Rights] = {}
        self._found: dict[tuple[str, frozenset[str], frozenset[str], bool], _Module] = {}
        self._overrides: Overrides = {}
        self._whys: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._vectors: dict[tuple[str, str], tuple[int, ...]] = {}
        self._decided: dict[
            tuple[int, tuple[int, ...], tuple[bool, ...]], tuple[int | None, tuple[int, ...]]
        ] = {}
        self._speaking: dict[str, set[str]] = defaultdict(set)
        self._additive = db.has("securitygroups")

    def told(self) -> Told:
        db = self._db
        found = accounts(db)
        for id_, module, name, kind, level in self._kept(
            "acl_actions", "id", "category", "name", "acltype", "aclaccess"
        ):
            # Other kinds of action are those of single programs.
            if kind in ("", "module") and module:
                self._modules[module][name] = _Action(id_, _number(level))
        self._overrides = self._read_overrides()
        module_of = {a.id: m for m, actions in self._modules.items() for a in actions.values()}
        for role, overrides in self._overrides.items():
            for action in overrides:
                self._speaking[module_of.get(action, "")].add(role)
        names = self._names("acl_roles")
        self._own = self._pairs("acl_roles_users", "user_id", "role_id")
        members = self._pairs("securitygroups_users", "user_id", "securitygroup_id")
        by_group = self._pairs("securitygroups_acl_roles", "securitygroup_id", "role_id")
        groups = self._names("securitygroups")
        self._of_groups = {
            user: {r for g in teams if g in groups for r in by_group.get(g, ())}
            for user, teams in members.items()
        }
        rights = db.has("acl_actions", "category", "name", "aclaccess")
        lost = db.lost(*_HOLDING, *(_BY_GROUPS if any(db.table(t) for t in _BY_GROUPS) else ()))
        own = rights and not db.lost("acl_roles_actions")
        return Told(
            # Half of an account's roles would be told as all of them.
            found if lost else [self._account(a, members, groups) for a in found],
            [
                Role(
                    r,
                    name,
                    own=self._made(frozenset([r]), frozenset()) if own else None,
                    by_teams=tuple(sorted(g for g in groups if r in by_group.get(g, ()))),
                )
                for r, name in sorted(names.items())
            ],
            [Group(g, name) for g, name in sorted(groups.items())],
            rights=self.rights if rights and not lost else None,
            shared=shared(
                (module, record, None, group)
                for group, module, record in self._kept(
                    "securitygroups_records", "securitygroup_id", "module", "record_id"
                )
            ),
            cannot=_cannot(rights, lost),
            objects={m: m.lower() for m in self._modules},
            rule=_RULE if self._additive else _RULE_OF_SUGAR,
        )

    def _account(
        self, account: Account, members: Mapping[str, set[str]], groups: Mapping[str, str]
    ) -> Account:
        roles = self._own.get(account.key, set()) | self._of_groups.get(account.key, set())
        teams = (g for g in members.get(account.key, ()) if g in groups)
        return replace(account, roles=tuple(sorted(roles)), teams=tuple(sorted(teams)))

    def rights(self, account: Account) -> Rights:
        if account.administrator:
            return self._administrator()
        own = frozenset(self._own.get(account.key, ()))
        return self._made(own, frozenset(self._of_groups.get(account.key, ())))

    def _administrator(self) -> Rights:
        key = frozenset(["administrator"]), frozenset[str]()
        if key not in self._rights:
            self._rights[key] = administrator(self._modules)
        return self._rights[key]

    def _made(self, own: frozenset[str], groups: frozenset[str]) -> Rights:
        if (own, groups) not in self._rights:
            self._rights[own, groups] = self._effective(own, groups)
        return self._rights[own, groups]

    def _effective(self, own: frozenset[str], groups: frozenset[str]) -> Rights:
        objects: dict[str, Row] = {}
        beyond: dict[Beyond, dict[str, None]] = defaultdict(dict)
        unknown: dict[str, None] = {}
        for module in self._modules:
            speaking = self._speaking[module]
            # Most roles say nothing of most modules: many accounts share what is worked out here.
            found = self._module(module, own & speaking, groups & speaking, bool(own and groups))
            objects[module] = found.row
            for right, why in found.beyond:
                beyond[right].update(dict.fromkeys(why))
            if found.open:
                unknown[_SETTINGS] = None
        return Rights(objects, {b: tuple(why) for b, why in beyond.items()}, tuple(unknown))

    def _module(
        self, module: str, own: frozenset[str], groups: frozenset[str], both: bool
    ) -> _Module:
        key = module, own, groups, both
        if key not in self._found:
            if len(self._found) >= _KEPT:
                self._found.clear()
            levels = self._levels(module, own, groups, both)
            cells = _Cells(levels)
            beyond = []
            for right, names in _BEYOND:
                held = [cells.of((n,)) for n in names]
                # To delete many of one's own records is no right to delete others'.
                least = 2 if right == "mass delete" else 1
                if all(level in LEVELS[least:] for level, _ in held):
                    beyond.append((right, tuple(w for _, reasons in held for w in reasons)))
            made = [cells.of(names) for names in _LETTERS]
            self._found[key] = _Module(
                row([level for level, _ in made], [why for _, why in made]),
                tuple(beyond),
                any(x.level is None for x in levels.values()),
            )
        return self._found[key]

    def _levels(
        self, module: str, own: frozenset[str], groups: frozenset[str], both: bool
    ) -> dict[str, _Level]:
        """What each action of the module comes to for one with these roles.

        `both`: the account has own roles and roles by groups, of which these
        are the ones that say something of the module.
        """
        roles = tuple(sorted(own | groups))
        mine = tuple(r in own for r in roles) if both else ()
        if not roles:
            return {n: _Level(a.level, _EVERYBODY) for n, a in self._modules[module].items()}
        found, known = {}, self._decided
        said = zip(*(self._said(module, r) for r in roles), strict=True)
        for (name, action), overrides in zip(self._modules[module].items(), said, strict=True):
            # Levels are few: that of many accounts is worked out once, whatever their roles are.
            key = action.level, overrides, mine
            decided = known.get(key)
            if decided is None:
                decided = known[key] = self._decide(*key)
            level, by = decided
            why = tuple([roles[i] for i in by]) or _EVERYBODY
            found[name] = _Level(level, self._whys.setdefault(why, why))
        return found

    def _said(self, module: str, role: str) -> tuple[int, ...]:
        """A role's overrides of a module's actions, in their order; 0 where it sets none."""
        if (module, role) not in self._vectors:
            given = self._overrides.get(role, {})
            vector = tuple(given.get(a.id, 0) for a in self._modules[module].values())
            self._vectors[module, role] = vector
        return self._vectors[module, role]

    def _decide(
        self, default: int, overrides: tuple[int, ...], mine: tuple[bool, ...]
    ) -> tuple[int | None, tuple[int, ...]]:
        """The level of an action under every setting, where all agree, and whose overrides say so.

        `mine` says which overrides are of the account's own roles, if there are others too.
        """
        of_all = [x for x in overrides if x]
        # With precedence of user roles those of the groups are not looked at, whatever they say.
        considered = [of_all]
        if mine:
            considered.append([x for x, own in zip(overrides, mine, strict=True) if x and own])
        # Without security groups there is no other way than the strict one.
        picks = (min, max) if self._additive else (min,)
        extremes = [pick(given) for given in considered if given for pick in picks]
        if not all(considered):
            extremes.append(default)
        if len({_LEVEL.get(x, x) for x in extremes}) > 1 and not self._same(extremes):
            return None, tuple(range(len(overrides)))
        return extremes[0], tuple(i for i, x in enumerate(overrides) if x == extremes[0])

    @staticmethod
    def _same(levels: list[int]) -> bool:
        """Whether different numbers allow the same: nothing, or the whole module."""
        return all(x <= 1 for x in levels) or all(x >= _ADMIN for x in levels)

    # Tables

    def _read_overrides(self) -> Overrides:
        found: dict[str, dict[str, int]] = defaultdict(dict)
        columns = ("role_id", "action_id", "access_override")
        for role, action, override in self._kept("acl_roles_actions", *columns):
            if _number(override):
                found[role][action] = _number(override)
        return found

    def _names(self, table: str) -> dict[str, str]:
        return {cells[0]: cells[1] for cells in self._kept(table, "id", "name")}

    def _pairs(self, table: str, one: str, other: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for a, b in self._kept(table, one, other):
            found[a].add(b)
        return found

    def _kept(self, table: str, *columns: str) -> Iterator[tuple[str, ...]]:
        """Rows that are not deleted and have their first column."""
        for *cells, deleted in self._db.rows(table, *columns, "deleted"):
            if cells[0] and not truth(deleted):
                yield tuple(account_name(c or "") for c in cells)


def _cannot(rights: bool, lost: tuple[str, ...]) -> str:
    if not rights:
        return "there is no table acl_actions with the product's rights"
    return f"who has which role is not in this database: {', '.join(lost)}" if lost else ""


def _number(text: str) -> int:
    try:
        return int(float(text or 0))
    except (ValueError, OverflowError):
        return 0


class _Cells:
    """The level of a letter in one module: through the module's gate, by any of some actions."""

    def __init__(self, levels: Mapping[str, _Level]) -> None:
        self._levels = levels
        self._gate = levels.get("access")
        admin = levels.get("admin")
        self._admin = admin if admin and admin.level is not None and admin.level >= _ADMIN else None
        self._made: dict[tuple[str, ...], Cell] = {}

    def of(self, names: tuple[str, ...]) -> Cell:
        """The widest that one of these actions gives."""
        if names not in self._made:
            self._made[names] = self._cell(names)
        return self._made[names]

    def _cell(self, names: tuple[str, ...]) -> Cell:
        gate = self._gate
        if gate is not None and gate.level is not None and gate.level < _ENABLED:
            return LEVELS[0], ()
        found = [self._levels[n] for n in names if n in self._levels]
        if not found:
            return None, ()
        if self._admin is not None:
            return LEVELS[-1], self._admin.why
        cells = [
            (None if x.level is None else _LEVEL.get(x.level, LEVELS[0]), x.why) for x in found
        ]
        level, why = widest_cell(cells) if len(cells) > 1 else cells[0]
        if gate is not None and gate.level is None and level != LEVELS[0]:
            return None, gate.why
        return level, () if level == LEVELS[0] else why
