"""Salesforce, from an export: profiles and permission sets say what, sharing says of whose records.

What an export leaves out (permissions, sharing rules) is unknown, never no.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crmaudit.evidence.access import AccessLevel, Beyond
from crmaudit.governance.collectors.access.accounts import accounts
from crmaudit.governance.collectors.access.merging import Cell, widest_cell
from crmaudit.governance.collectors.access.model import (
    NOT_KNOWN,
    Account,
    Group,
    Read,
    Rights,
    Role,
    Row,
    Told,
    row,
)
from crmaudit.governance.collectors.access.salesforce_sets import (
    FLAGS,
    RIGHTS,
    SETS,
    Held,
    Sets,
    lost,
    sets_of,
    short,
)
from crmaudit.governance.collectors.access.salesforce_sharing import (
    SHARING,
    STANDARD,
    Sharing,
    sharing_of,
)
from crmaudit.governance.collectors.access.tables import Tables

BEYOND: Mapping[str, Beyond] = {
    "PermissionsCustomizeApplication": "administer",
    "PermissionsManageUsers": "administer",
    "PermissionsExportReport": "export",
    "PermissionsDataExport": "export",
    "PermissionsApiEnabled": "export",
    "PermissionsImportCustomObjects": "import",
    "PermissionsImportLeads": "import",
    "PermissionsImportPersonal": "import",
    "PermissionsMassInlineEdit": "mass change",
    "PermissionsBulkApiHardDelete": "mass delete",
}
_LETTERS = ("PermissionsCreate", "PermissionsRead", "PermissionsEdit", "PermissionsDelete")
_ALL_OF_KIND: Mapping[int, tuple[str, ...]] = {
    0: (),
    1: ("PermissionsViewAllRecords", "PermissionsModifyAllRecords"),
    2: ("PermissionsModifyAllRecords",),
    3: ("PermissionsModifyAllRecords",),
}
MODIFY_ALL = "PermissionsModifyAllData"
_DECIDES = {i: (letter, *_ALL_OF_KIND[i]) for i, letter in enumerate(_LETTERS)}
"""The columns of permissions that decide on create, read, update, delete."""
_ALL_DATA = {
    0: (MODIFY_ALL,),
    1: ("PermissionsViewAllData", MODIFY_ALL),
    2: (MODIFY_ALL,),
    3: (MODIFY_ALL,),
}


_OUTSIDERS = frozenset(
    {
        *("powerpartner", "powercustomersuccess", "customersuccess"),
        *("cspliteportal", "selfservice", "guest"),
    }
)
"""Kinds of account for which the external defaults hold."""


class _Salesforce:
    product = "salesforce"
    rule = (
        "Profile and permission sets add up. Without View All or Modify All, rights reach what the "
        "organisation-wide default opens, one's own records and those of the roles below."
    )
    reads: tuple[Read, ...] = (
        ("User", ("Id", "ProfileId", "UserRoleId", "UserType")),
        ("UserLicense", ("Id", "Name")),
        ("UserRole", ("Id", "Name", "ParentRoleId")),
        *SETS,
        *SHARING,
    )

    def read(self, db: Tables) -> Told:
        sets = sets_of(db)
        roles = {short(i): (n or "", short(p)) for i, n, p in _roles(db)}
        users = {
            short(i): (short(p), short(r), (t or "").strip().casefold())
            for i, p, r, t in db.rows("User", "Id", "ProfileId", "UserRoleId", "UserType")
        }
        holders: dict[str, list[str]] = defaultdict(list)
        for user, (_, role, _) in users.items():
            holders[role].append(user)
        licences = {short(i): n or "" for i, n in db.rows("UserLicense", "Id", "Name")}
        sharing = sharing_of(db, {r: above for r, (_, above) in roles.items()}, holders)
        tree = {"UserRole": ("Id", "ParentRoleId"), "User": ("Id", "UserRoleId")}
        judge = _Judge(_objects(db, sets), sets, sharing, bool(db.lacking(tree)))
        judge.placeless = not db.has("User", "UserRoleId")
        judge.untold = tuple(f for f in FLAGS if not db.has("PermissionSet", f))
        judge.unread = tuple(f for f in RIGHTS if not db.has("ObjectPermissions", f))
        everyone = []
        for a in accounts(db):
            profile, role, kind = users.get(short(a.key), ("", "", ""))
            held = sets.of(short(a.key), profile)
            # Without its kind an account with a contact of its own is an outsider's.
            judge.know(a.key, held, role, kind in _OUTSIDERS or bool(not kind and a.record))
            everyone.append(
                replace(
                    a,
                    unit=role,
                    teams=sharing.teams_of(short(a.key)),
                    roles=held.shown,
                    administrator=_administrator(a, sets, held, db),
                    licence=licences.get(sets.licences.get(profile, ""), a.licence),
                )
            )
        missing = lost(db, "PermissionSet", "ObjectPermissions", "User")
        return Told(
            accounts=everyone,
            roles=[
                Role(
                    r.id,
                    r.name,
                    r.kind,
                    None if missing else judge.alone(r.id),
                    includes=r.includes,
                )
                for r in sets.roles
            ],
            teams=[Group(g, n) for g, n in sorted(sharing.teams.items())],
            units=[Group(r, name, above) for r, (name, above) in sorted(roles.items())],
            rights=None if missing else judge.of,
            objects={o: o for o in judge.objects},
            cannot=f"not in this export: {', '.join(missing)}" if missing else "",
            notes=(
                "Units are the tree of roles: those above reach the records of those below, called "
                "Parent: Child.",
                "Whoever may use the API can take out all that he may read: that counts as export.",
                "The level to create is User, as new records belong to their maker; with Modify "
                "All Data they may be given to anybody.",
                "Records that a sharing rule opens count as a Business Unit's, those that hang on "
                "an own account (opportunities, cases) and territories are not in the levels.",
            ),
        )


reader = _Salesforce()


def _administrator(account: Account, sets: Sets, held: Held, db: Tables) -> bool | None:
    """Whoever may modify all data; by the profile alone where the sets are not there."""
    if lost(db, "PermissionSet"):
        return account.administrator
    sure = bool(sets.with_flag(held, MODIFY_ALL))
    return True if sure else None if sets.with_flag(held.most, MODIFY_ALL) else False


def _told(untold: tuple[str, ...]) -> bool:
    """Whether the export has the permissions to all data, without which no level is sure."""
    return not {"PermissionsViewAllData", MODIFY_ALL} & set(untold)


def _roles(db: Tables) -> Iterable[tuple[str | None, ...]]:
    return db.rows("UserRole", "Id", "Name", "ParentRoleId")


def _objects(db: Tables, sets: Sets) -> tuple[str, ...]:
    """The kinds of record that permissions speak of and this export has."""
    mapped = {t.table for t in db.parts.tables}
    found = []
    for word in sorted(sets.objects):
        table = db.table(word)
        if table is not None and (not mapped or table.qualified in mapped):
            found.append(word)
    return tuple(found)


_ANYWHERE = "?"
"""The role of all accounts where the export does not tell who has which."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an account stands.

    Its role, if others are below, the groups to which rules open records, those
    that may count too, and whether it is a portal's or a partner's.
    """

    role: str = ""
    groups: frozenset[str] = frozenset()
    most: frozenset[str] = frozenset()
    outsider: bool = False


def _unit(place: _Place) -> tuple[str, ...]:
    return () if place.role == _ANYWHERE else (f"unit {place.role}",)


class _Judge:
    """Permissions and sharing put together, once for each combination that occurs."""

    def __init__(
        self, objects: tuple[str, ...], sets: Sets, sharing: Sharing, no_roles: bool
    ) -> None:
        self.objects = objects
        self.untold: tuple[str, ...] = ()
        self.unread: tuple[str, ...] = ()
        self.placeless = False
        self._sets = sets
        self._sharing = sharing
        self._no_roles = no_roles
        self._of: dict[str, tuple[Held, _Place]] = {}
        self._made: dict[tuple[Held, _Place], Rights] = {}

    def know(self, account: str, held: Held, role: str, outsider: bool) -> None:
        """What an account holds, its place in the tree of roles, and whether it is a portal's."""
        reached, most = self._sharing.opened_to(short(account), role)
        # Two places without anybody below give the same rights.
        place = role if self._sharing.below(role) or self._no_roles else ""
        place = _ANYWHERE if self.placeless else place
        self._of[account] = held, _Place(place, reached, most, outsider)

    def of(self, account: Account) -> Rights:
        return self._rights(*self._of[account.key])

    def alone(self, role: str) -> Rights:
        """The rights of one profile, set or group of sets, held by one with nobody below."""
        return self._rights(self._sets.alone(role), _Place())

    def _rights(self, held: Held, place: _Place) -> Rights:
        key = held, place
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def _make(self, held: Held, place: _Place) -> Rights:
        beyond: dict[Beyond, tuple[str, ...]] = defaultdict(tuple)
        for flag, right in BEYOND.items():
            beyond[right] = tuple(
                dict.fromkeys((*beyond[right], *self._sets.with_flag(held, flag)))
            )
        unknown = [*held.unknown, *held.doubts]
        if self.untold or self.unread:
            unknown.append(f"Not in this export: {', '.join((*self.untold, *self.unread))}.")
        objects: dict[str, Row] = {}
        for word in self.objects:
            if held.unknown or not _told(self.untold):
                objects[word] = Row(NOT_KNOWN)
                continue
            cells = [self._sure(word, i, held, place) for i in range(4)]
            objects[word] = row([level for level, _ in cells], [why for _, why in cells])
            if any(self._cell(word, i, held.most, place)[0] is None for i in range(4)):
                unknown.append(self._why_unknown(word, place))
        return Rights(objects, {b: why for b, why in beyond.items() if why}, tuple(unknown))

    def _sure(self, word: str, letter: int, held: Held, place: _Place) -> Cell:
        """The level; None where what may be held makes a difference."""
        least = self._cell(word, letter, held, place)
        if held.maybe and self._cell(word, letter, held.most, place)[0] != least[0]:
            return None, least[1]
        return least

    def _cell(self, word: str, letter: int, held: Held, place: _Place) -> Cell:
        everything = self._sets.with_flag(held, *_ALL_DATA[letter])
        of_kind = self._sets.with_right(held, word, *_ALL_OF_KIND[letter])
        if everything or of_kind:
            return "Organizational", tuple(dict.fromkeys((*everything, *of_kind)))
        if set(self.unread) & set(_DECIDES[letter]):
            return None, ()
        given = self._sets.with_right(held, word, _LETTERS[letter])
        if not given:
            return "None", ()
        if letter == 0:
            return "User", given
        level, why = widest_cell([("User", given), *self._shared(word, letter, place)])
        return level, tuple(dict.fromkeys((*given, *why)))

    def _shared(self, word: str, letter: int, place: _Place) -> list[Cell]:
        """What the default, the tree of roles and sharing rules open, beyond one's own records."""
        default = self._sharing.default(word, place.outsider)
        if default is None:
            return [(None, ())]
        if default.opens(letter):
            return [("Organizational", ("everybody",))]
        cells: list[Cell] = []
        if place.role:
            # Only for own kinds of record can the tree be switched off, which no export tells.
            known = not self._no_roles and not word.endswith("__c")
            cells.append(("Parent: Child" if known else None, _unit(place)))
        if letter < 3:
            # Sharing sets open records to outsiders, which no export has.
            sets: Cell = (None, ())
            ruled = self._ruled(default.word, letter, place)
            cells.append(sets if place.outsider else ruled)
        return cells

    def _ruled(self, word: str, letter: int, place: _Place) -> Cell:
        level: AccessLevel | None = self._sharing.by_rules(word, letter, place.groups)
        most = self._sharing.by_rules(word, letter, place.most)
        # Above others the records of those below are reached anyway.
        same = most == level or (place.role and most != "Organizational")
        return (level if same else None), ("sharing",)

    def _why_unknown(self, word: str, place: _Place) -> str:
        default = self._sharing.default(word, place.outsider)
        if default is None:
            for_them = " for external accounts" if place.outsider else ""
            return f"{word}: the export has no organisation-wide default for it{for_them}."
        if place.outsider:
            return f"{word}: what sharing sets open to external accounts is not in the export."
        if self._sharing.unread(default.word):
            return f"{word}: its sharing rules are not in the export ({default.word}Share)."
        if place.groups != place.most and word in STANDARD:
            return f"{word}: whether groups count for the roles above is not in the export (Group)."
        if self._no_roles:
            return f"{word}: the tree of roles is not in the export (UserRole)."
        return f"{word}: whether the tree of roles opens its records is not in the export."
