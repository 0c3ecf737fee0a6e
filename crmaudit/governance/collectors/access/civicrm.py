"""CiviCRM: accounts and permissions live in the content management system.

Only the standalone edition keeps them itself: roles with lists of permissions,
read from ext/standaloneusers (Security::checkPermission) and, in
CRM_Core_Permission of CiviCRM 6, from getCorePermissions (what implies what)
and getEntityActionPermissions (what each operation needs). Permissions are for
whole kinds of record; ACL rules, which open or close groups of contacts and
events, make unknown what a permission does not already settle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
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
_ACL = "ACL rules open or close {} to some accounts: which, no permission tells"
_NO_ACL = "Whether ACL rules open {} is not in this database (civicrm_acl)."
_CASES = "Whether to administer CiviCase opens cases differs from version to version."
_ROLES = "tables of rights cannot be read: civicrm_user_role"
_NOT_CONTACTS = frozenset({"civicrm_event", "civicrm_uf_group", "civicrm_custom_group"})
"""What ACL rules are about, other than groups of contacts."""
_EVERYBODY = "everyone"
_ALL = "all CiviCRM permissions and ACLs"
_DOOR = "access CiviCRM"
_SIDE_DOOR = "access AJAX API"
"""Opens only what getEntityActionPermissions asks no `access CiviCRM` for: contacts and cases."""
_IMPLIED: Mapping[str, tuple[str, ...]] = {
    "edit all contacts": ("view all contacts", "edit my contact"),
    "view all contacts": ("view my contact",),
    # By the query for visible contacts (CRM_ACL_API::whereClause), not by the list.
    "edit my contact": ("view my contact",),
    "administer CiviCRM": (
        "administer CiviCRM system",
        "administer CiviCRM data",
        "access CiviCRM",
    ),
    "access all cases and activities": ("access my cases and activities",),
}
"""What a permission brings with it, as far as it is asked for below."""
_ONLY_ACCESS: tuple[str, ...] = ()
# Kind of record → table, the permission that opens its component, and for create, read, update and
# delete permissions of which one is enough.
_KINDS: Mapping[str, tuple[str, str, tuple[tuple[str, ...], ...]]] = {
    "Contribution": (
        "civicrm_contribution",
        "access CiviContribute",
        (
            ("edit contributions",),
            _ONLY_ACCESS,
            ("edit contributions",),
            ("delete in CiviContribute",),
        ),
    ),
    "Membership": (
        "civicrm_membership",
        "access CiviMember",
        (("edit memberships",), _ONLY_ACCESS, ("edit memberships",), ("delete in CiviMember",)),
    ),
    "Event": (
        "civicrm_event",
        "access CiviEvent",
        (
            ("edit all events",),
            ("view event info", "edit all events"),
            ("edit all events",),
            ("delete in CiviEvent",),
        ),
    ),
    # The screens ask for other permissions here than the API does: either is a way.
    "Participant": (
        "civicrm_participant",
        "access CiviEvent",
        (
            ("register for events", "edit event participants"),
            ("view event participants",),
            ("edit event participants",),
            ("edit event participants", "delete in CiviEvent"),
        ),
    ),
    "Grant": (
        "civicrm_grant",
        "access CiviGrant",
        (("edit grants",), _ONLY_ACCESS, ("edit grants",), ("delete in CiviGrant",)),
    ),
    "Pledge": (
        "civicrm_pledge",
        "access CiviPledge",
        (("edit pledges",), _ONLY_ACCESS, ("edit pledges",), ("delete in CiviPledge",)),
    ),
}
_OF_CONTACTS = frozenset({"Contribution", "Membership", "Participant", "Grant", "Pledge"})
"""Kinds of which only those of visible contacts are seen."""
_TABLES = {
    "Contact": "civicrm_contact",
    "Activity": "civicrm_activity",
    "Case": "civicrm_case",
    **{kind: table for kind, (table, *_) in _KINDS.items()},
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
        ("civicrm_acl", ("id", "is_active", "object_table")),
    )

    def read(self, db: Tables) -> Told:
        acl = list(db.rows("civicrm_acl", "is_active", "object_table"))
        rules = [about or "" for on, about in acl if truth(on) is not False]
        if not db.has("civicrm_role", "permissions"):
            note = f"{len(rules):,} ACL rules stand here; alone they are no rights of accounts"
            return Told(accounts_read=False, cannot=_ELSEWHERE, notes=(note,) if rules else ())
        return _Reading(db, rules).told()


reader = _Reader()


class _Reading:
    def __init__(self, db: Tables, rules: Iterable[str]) -> None:
        self._db = db
        about = {("events" if r == "civicrm_event" else "contacts") for r in _bearing(rules)}
        if db.lost("civicrm_acl"):
            self._open = {what: _NO_ACL.format(what) for what in ("contacts", "events")}
        else:
            self._open = {what: f"{_ACL.format(what)}." for what in sorted(about)}
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
        nobody = bool(db.lacking({"civicrm_user_role": ("user_id", "role_id")}))
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
            known.append(
                replace(account, roles=mine, administrator=None if nobody and not every else every)
            )
        return Told(
            known,
            [
                Role(r, name, own=self._made((r,)), note=self._note(r))
                for r, name in sorted(names.items())
            ],
            rights=None if nobody else lambda account: self._made(account.roles),
            objects=_TABLES,
            cannot=_ROLES if nobody else "",
            notes=tuple(self._open.values()),
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
        if _DOOR not in holders and _SIDE_DOOR not in holders:
            return Rights(dict.fromkeys(_TABLES, row((LEVELS[0],) * 4)))
        contact = self._contact(holders)
        cells = {"Contact": contact, **self._others(holders, contact)}
        if _DOOR not in holders:
            cells = {kind: _by_side_door(kind, some) for kind, some in cells.items()}
            contact = cells["Contact"]
        objects = {kind: _row(some) for kind, some in cells.items()}
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
        if imports and _DOOR in holders:
            given["import"] = tuple(dict.fromkeys(imports))
        return Rights(objects, given, tuple(self._unknown(holders, objects)))

    def _unknown(
        self, holders: Mapping[str, list[str]], objects: Mapping[str, Row]
    ) -> Iterator[str]:
        unsure = {kind for kind, one in objects.items() if None in one.levels}
        if unsure - {"Case", "Event"} and "contacts" in self._open:
            yield self._open["contacts"]
        if "Event" in unsure:
            yield self._open["events"]
        if "Case" in unsure and self._administers_cases_only(holders):
            yield _CASES

    def _contact(self, holders: Mapping[str, list[str]]) -> list[Cell]:
        read = self._visible(holders, "view all contacts", "view my contact")
        update = self._visible(holders, "edit all contacts", "edit my contact")
        delete = _both(_granted(holders, "delete contacts"), update)
        return [_granted(holders, "add contacts"), read, update, delete]

    def _visible(self, holders: Mapping[str, list[str]], whole: str, own: str) -> Cell:
        """All contacts, or one's own; ACL rules may open others."""
        if whole in holders:
            return LEVELS[-1], tuple(holders[whole])
        if "contacts" in self._open:
            return None, ()
        return ("User", tuple(holders[own])) if own in holders else (LEVELS[0], ())

    def _others(
        self, holders: Mapping[str, list[str]], contact: list[Cell]
    ) -> dict[str, list[Cell]]:
        _, read, update, _ = contact
        all_of_them = _granted(holders, "view all activities")
        found = {
            "Activity": [
                update,
                _both(all_of_them, read) if "view all activities" in holders else ("User", ()),
                update,
                _both(_granted(holders, "delete activities"), update),
            ],
            "Case": self._case(holders, read),
        }
        for kind, (_, access, permissions) in _KINDS.items():
            opened = _granted(holders, access)
            # What a component holds is seen by those who may open it.
            cells = [_both(_granted(holders, *p), opened) if p else opened for p in permissions]
            if kind in _OF_CONTACTS:
                cells = [_both(c, read) for c in cells]
            elif "events" in self._open and opened[0] != LEVELS[0]:
                cells[1:3] = [(None, ()) if c[0] == LEVELS[0] else c for c in cells[1:3]]
            found[kind] = cells
        return found

    def _case(self, holders: Mapping[str, list[str]], read: Cell) -> list[Cell]:
        """Cases of visible contacts only, all or one's own (CRM_Case_BAO_Case)."""
        seen = _granted(holders, "access all cases and activities")
        mine = holders.get("access my cases and activities")
        if self._administers_cases_only(holders):
            seen = None, ()
        elif seen[0] == LEVELS[0] and mine:
            seen = "User", tuple(mine)
        seen = _both(seen, read)
        delete = _both(_granted(holders, "delete in CiviCase"), seen)
        return [_granted(holders, "add cases"), seen, seen, delete]

    @staticmethod
    def _administers_cases_only(holders: Mapping[str, list[str]]) -> bool:
        return "administer CiviCase" in holders and "access all cases and activities" not in holders


def _bearing(rules: Iterable[str]) -> Iterator[str]:
    """The rules that open records: those for profiles and custom fields open none."""
    return (r for r in rules if r == "civicrm_event" or r not in _NOT_CONTACTS)


def _by_side_door(kind: str, cells: list[Cell]) -> list[Cell]:
    nothing: Cell = (LEVELS[0], ())
    if kind in ("Contact", "Case"):
        return [nothing, cells[1], cells[2], nothing]
    return [nothing] * 4


def _granted(holders: Mapping[str, list[str]], *permissions: str) -> Cell:
    found = tuple(dict.fromkeys(r for p in permissions for r in holders.get(p, ())))
    return (LEVELS[-1], found) if found else (LEVELS[0], ())


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
