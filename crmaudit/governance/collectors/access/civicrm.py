"""CiviCRM: accounts and permissions live in the content management system.

Only the standalone edition keeps them itself: roles with lists of permissions,
read from ext/standaloneusers (Security::checkPermission) and
CRM_Core_Permission::getCorePermissions of CiviCRM 6. Its permissions are for
whole kinds of record; ACL rules, which open or close groups of contacts, make
unknown what a permission does not already settle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from crmaudit.evidence.access import LEVELS, AccessLevel, Beyond
from crmaudit.evidence.privacy import account_name
from crmaudit.governance.collectors.access.accounts import accounts
from crmaudit.governance.collectors.access.model import (
    EVERYTHING,
    Read,
    Rights,
    Role,
    Row,
    Told,
    row,
)
from crmaudit.governance.collectors.access.tables import Tables, truth

_ELSEWHERE = (
    "CiviCRM's accounts, roles and permissions are kept by the content management system around "
    "it (Drupal, WordPress, Joomla, Backdrop), whose database has to be asked"
)
_ACL = "ACL rules open or close groups of contacts to some accounts: which, no permission tells"
_EVERYBODY = "everyone"
_ALL = "all CiviCRM permissions and ACLs"
_DOOR = ("access CiviCRM", "access AJAX API")
_IMPLIED: Mapping[str, tuple[str, ...]] = {
    "edit all contacts": ("view all contacts", "edit my contact"),
    "view all contacts": ("view my contact",),
    "administer CiviCRM": (
        "administer CiviCRM system",
        "administer CiviCRM data",
        "access CiviCRM",
    ),
    "administer CiviCase": (
        "access all cases and activities",
        "add cases",
        "delete in CiviCase",
    ),
    "access all cases and activities": ("access my cases and activities",),
}
"""What a permission brings with it, as far as it is asked for below."""
# Kind of record → table, and for create, read, update and delete the permission.
_KINDS: Mapping[str, tuple[str, tuple[str, str, str, str]]] = {
    "Contribution": (
        "civicrm_contribution",
        (
            "edit contributions",
            "access CiviContribute",
            "edit contributions",
            "delete in CiviContribute",
        ),
    ),
    "Membership": (
        "civicrm_membership",
        ("edit memberships", "access CiviMember", "edit memberships", "delete in CiviMember"),
    ),
    "Event": (
        "civicrm_event",
        ("edit all events", "access CiviEvent", "edit all events", "delete in CiviEvent"),
    ),
    "Participant": (
        "civicrm_participant",
        (
            "edit event participants",
            "view event participants",
            "edit event participants",
            "delete in CiviEvent",
        ),
    ),
    "Grant": (
        "civicrm_grant",
        ("edit grants", "access CiviGrant", "edit grants", "delete in CiviGrant"),
    ),
    "Pledge": (
        "civicrm_pledge",
        ("edit pledges", "access CiviPledge", "edit pledges", "delete in CiviPledge"),
    ),
}
_OF_CONTACTS = frozenset({"Contribution", "Membership", "Participant", "Grant", "Pledge"})
"""Kinds of which only those of visible contacts are seen."""
_TABLES = {
    "Contact": "civicrm_contact",
    "Activity": "civicrm_activity",
    "Case": "civicrm_case",
    **{kind: table for kind, (table, _) in _KINDS.items()},
}

Cell = tuple[AccessLevel | None, tuple[str, ...]]


class _Reader:
    product = "civicrm"
    rule = (
        "An account has the permissions of all its active roles and those of everybody. "
        "Permissions are for whole kinds of record, in so far as one sees the contact."
    )
    reads: tuple[Read, ...] = (
        ("civicrm_role", ("id", "name", "label", "permissions", "is_active")),
        ("civicrm_user_role", ("user_id", "role_id")),
        ("civicrm_uf_match", ("id", "uf_id")),
        ("civicrm_acl", ("id", "is_active")),
    )

    def read(self, db: Tables) -> Told:
        rules = sum(truth(on) is not False for _, on in db.rows("civicrm_acl", "id", "is_active"))
        if not db.has("civicrm_role", "permissions") or not db.has("civicrm_user_role"):
            note = f"{rules:,} ACL rules stand here; alone they are no rights of accounts"
            return Told(accounts_read=False, cannot=_ELSEWHERE, notes=(note,) if rules else ())
        return _Reading(db, rules > 0).told()


reader = _Reader()


class _Reading:
    def __init__(self, db: Tables, has_rules: bool) -> None:
        self._db = db
        self._has_rules = has_rules
        self._permissions: dict[str, frozenset[str]] = {}
        self._everybody: list[str] = []
        self._rights: dict[tuple[str, ...], Rights] = {}

    def told(self) -> Told:
        db = self._db
        names: dict[str, str] = {}
        columns = ("id", "name", "label", "permissions", "is_active")
        for id_, name, label, permissions, active in db.rows("civicrm_role", *columns):
            key = account_name(id_ or "")
            names[key] = (label or name or "").strip()
            # The list is one text, its entries between characters 1.
            held = frozenset(p for p in (permissions or "").split("\x01") if p.strip())
            on = truth(active) is not False
            self._permissions[key] = _with_implied(held) if on else frozenset()
            if name == _EVERYBODY and on:
                self._everybody.append(key)
        keys = {account_name(i or ""): account_name(k or "") for i, k in self._matches()}
        roles: dict[str, set[str]] = defaultdict(set)
        for user, role in db.rows("civicrm_user_role", "user_id", "role_id"):
            if user and role:
                user = account_name(user)
                roles[keys.get(user) or user].add(account_name(role))
        known = []
        for account in accounts(db):
            mine = tuple(sorted({*roles.get(account.key, ()), *self._everybody}))
            every = any(_ALL in self._permissions.get(r, ()) for r in mine)
            known.append(replace(account, roles=mine, administrator=every))
        return Told(
            known,
            [
                Role(r, name, own=self._made((r,)), note=self._note(r))
                for r, name in sorted(names.items())
            ],
            rights=lambda account: self._made(account.roles),
            objects=_TABLES,
            notes=(_ACL,) if self._has_rules else (),
        )

    def _matches(self) -> list[tuple[str | None, ...]]:
        return list(self._db.rows("civicrm_uf_match", "id", "uf_id"))

    def _note(self, role: str) -> str:
        return "every account has this role" if role in self._everybody else ""

    def _made(self, roles: tuple[str, ...]) -> Rights:
        if roles not in self._rights:
            holders: dict[str, list[str]] = defaultdict(list)
            for role in roles:
                for permission in self._permissions.get(role, ()):
                    holders[permission].append(role)
            self._rights[roles] = self._effective(holders)
        return self._rights[roles]

    def _effective(self, holders: Mapping[str, list[str]]) -> Rights:
        if _ALL in holders:
            why = tuple(holders[_ALL])
            whole = Row(EVERYTHING, (why,) * 4)
            beyond: dict[Beyond, tuple[str, ...]] = dict.fromkeys(
                ("administer", "export", "import", "mass change", "mass delete"), why
            )
            return Rights(dict.fromkeys(_TABLES, whole), beyond)
        if not any(door in holders for door in _DOOR):
            return Rights(dict.fromkeys(_TABLES, row((LEVELS[0],) * 4)))
        contact = self._contact(holders)
        objects = {"Contact": _row(contact), **self._others(holders, contact)}
        given: dict[Beyond, tuple[str, ...]] = {}
        if "administer CiviCRM" in holders:
            given["administer"] = tuple(holders["administer CiviCRM"])
        for right, (level, why) in (
            ("export", contact[1]),
            ("mass change", contact[2]),
            ("mass delete", contact[3]),
        ):
            if level == LEVELS[-1]:
                given[right] = why  # type: ignore[index]
        imports = [*holders.get("import contacts", ()), *holders.get("administer CiviCRM", ())]
        if imports:
            given["import"] = tuple(dict.fromkeys(imports))
        unknown = any(None in o.levels for o in objects.values())
        return Rights(objects, given, (_ACL,) if unknown else ())

    def _contact(self, holders: Mapping[str, list[str]]) -> list[Cell]:
        read = self._visible(holders, "view all contacts", "view my contact")
        update = self._visible(holders, "edit all contacts", "edit my contact")
        delete = _both(_granted(holders, "delete contacts"), update)
        return [_granted(holders, "add contacts"), read, update, delete]

    def _visible(self, holders: Mapping[str, list[str]], whole: str, own: str) -> Cell:
        """All contacts, or one's own; ACL rules may open others."""
        if whole in holders:
            return LEVELS[-1], tuple(holders[whole])
        if self._has_rules:
            return None, ()
        return ("User", tuple(holders[own])) if own in holders else (LEVELS[0], ())

    def _others(self, holders: Mapping[str, list[str]], contact: list[Cell]) -> dict[str, Row]:
        _, read, update, _ = contact
        all_of_them = _granted(holders, "view all activities")
        found = {
            "Activity": [
                update,
                _both(all_of_them, read) if "view all activities" in holders else ("User", ()),
                update,
                _both(_granted(holders, "delete activities"), update),
            ],
            "Case": self._case(holders),
        }
        for kind, (_, permissions) in _KINDS.items():
            cells = [_granted(holders, p) for p in permissions]
            # What a component holds is seen by those who may open it.
            cells = [_both(c, cells[1]) for c in cells]
            if kind in _OF_CONTACTS:
                cells = [_both(c, read) for c in cells]
            found[kind] = cells
        return {kind: _row(cells) for kind, cells in found.items()}

    @staticmethod
    def _case(holders: Mapping[str, list[str]]) -> list[Cell]:
        seen = _granted(holders, "access all cases and activities")
        mine = holders.get("access my cases and activities")
        if seen[0] == LEVELS[0] and mine:
            seen = "User", tuple(mine)
        delete = _both(_granted(holders, "delete in CiviCase"), seen)
        return [_granted(holders, "add cases"), seen, seen, delete]


def _granted(holders: Mapping[str, list[str]], permission: str) -> Cell:
    found = holders.get(permission)
    return (LEVELS[-1], tuple(found)) if found else (LEVELS[0], ())


def _both(one: Cell, other: Cell) -> Cell:
    """What is left where both are needed: the narrower; unknown where that is not known."""
    if LEVELS[0] in (one[0], other[0]):
        return LEVELS[0], ()
    if one[0] is None or other[0] is None:
        return None, ()
    narrow = min((one, other), key=lambda c: LEVELS.index(c[0] or LEVELS[0]))
    return narrow[0], tuple(dict.fromkeys((*one[1], *other[1])))


def _row(cells: list[Cell]) -> Row:
    return row([level for level, _ in cells], [why for _, why in cells])


def _with_implied(held: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    left = list(held)
    while left:
        permission = left.pop()
        if permission not in found:
            found.add(permission)
            left += _IMPLIED.get(permission, ())
    return frozenset(found)
