"""Salesforce: profiles, permission sets and groups of them, and who holds which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from crmaudit.governance.collectors.access.model import Read
from crmaudit.governance.collectors.access.tables import Tables, truth

FLAGS = (
    "PermissionsViewAllData",
    "PermissionsModifyAllData",
    "PermissionsCustomizeApplication",
    "PermissionsManageUsers",
    "PermissionsExportReport",
    "PermissionsDataExport",
    "PermissionsApiEnabled",
    "PermissionsImportCustomObjects",
    "PermissionsImportLeads",
    "PermissionsImportPersonal",
    "PermissionsMassInlineEdit",
    "PermissionsBulkApiHardDelete",
)
RIGHTS = (
    "PermissionsCreate",
    "PermissionsRead",
    "PermissionsEdit",
    "PermissionsDelete",
    "PermissionsViewAllRecords",
    "PermissionsModifyAllRecords",
)
MUTING = "0QM"
"""What ids of sets begin with that take permissions away again, within a group of sets."""

_SET = ("Id", "Label", "Name", "IsOwnedByProfile", "ProfileId", "PermissionSetGroupId", *FLAGS)
_ASSIGNMENT = ("AssigneeId", "PermissionSetId", "PermissionSetGroupId", "IsActive", "IsRevoked")
SETS: tuple[Read, ...] = (
    ("Profile", ("Id", "Name", "UserLicenseId")),
    ("PermissionSet", _SET),
    ("PermissionSetAssignment", _ASSIGNMENT),
    ("PermissionSetGroup", ("Id", "MasterLabel", "DeveloperName")),
    ("PermissionSetGroupComponent", ("PermissionSetGroupId", "PermissionSetId")),
    ("ObjectPermissions", ("ParentId", "SobjectType", *RIGHTS)),
)
"""What `sets_of` reads."""


def short(identifier: str | None) -> str:
    """An id with 15 characters; the three more that some exports have are a check."""
    text = (identifier or "").strip()
    return text[:15] if len(text) == 18 else text


def lost(db: Tables, *tables: str) -> tuple[str, ...]:
    """Those of the tables that are not there or could not be read."""
    return tuple(t for t in tables if (f := db.table(t)) is None or f.qualified in db.unread)


@dataclass(frozen=True, slots=True)
class Held:
    """The sets that an account holds: pairs of a set and the role by which it is shown.

    `shown` are the ids of profile, sets and groups of sets. `unknown` says
    what of this nobody can tell.
    """

    pairs: tuple[tuple[str, str], ...]
    shown: tuple[str, ...]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetRole:
    """A profile, a permission set or a group of sets."""

    id: str
    name: str
    kind: Literal["profile", "permission set", "group"]
    includes: tuple[str, ...] = ()


@dataclass(slots=True)
class Sets:
    """All sets, what they permit and who holds them."""

    roles: tuple[SetRole, ...] = ()
    licences: Mapping[str, str] = field(default_factory=dict)
    """Profile → id of its licence."""
    objects: frozenset[str] = frozenset()
    flags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Set → what it permits of `FLAGS`."""
    rights: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """Set and kind of record → what it permits of `RIGHTS`."""
    of_profile: Mapping[str, str] = field(default_factory=dict)
    of_group: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Group of sets → the sets that make it: the one that sums it up, where that is there."""
    muted: frozenset[str] = frozenset()
    """Groups of sets that take permissions away, which nobody can tell."""
    assigned: Mapping[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Account → pairs of a set and the group of sets by which it comes, or nothing."""
    unknown: tuple[str, ...] = ()

    def of(self, account: str, profile: str) -> Held:
        """What an account holds."""
        own = self.of_profile.get(profile)
        pairs = {(own, profile)} if own else set()
        shown = {profile} if profile else set()
        muted = []
        for one, group in self.assigned.get(account, ()):
            if one and not group and one in self._profile_sets:
                continue
            pairs |= {(s, group) for s in self.of_group.get(group, ())} if group else {(one, one)}
            shown |= {group, *self._parts(group)} if group else {one}
            if group in self.muted:
                muted.append(f"What the group of sets {group} takes away is not in the export.")
        no_profile = () if own else ("The permissions of the profile are not in the export.",)
        unknown = (*self.unknown, *no_profile, *sorted(set(muted)))
        return Held(tuple(sorted(pairs)), tuple(sorted(shown)), unknown)

    def alone(self, role: str) -> Held:
        """What one profile, set or group of sets gives."""
        if role in self.of_profile:
            return Held(((self.of_profile[role], role),), (role,))
        if role in self.of_group:
            why = f"What the group of sets {role} takes away is not in the export."
            pairs = tuple((s, role) for s in self.of_group[role])
            return Held(pairs, (role,), (why,) if role in self.muted else ())
        return Held(((role, role),), (role,))

    def with_flag(self, held: Held, *flags: str) -> tuple[str, ...]:
        """The roles that permit one of these to everything."""
        return _unique(r for s, r in held.pairs if self.flags.get(s, frozenset()) & set(flags))

    def with_right(self, held: Held, word: str, *rights: str) -> tuple[str, ...]:
        """The roles that permit one of these to a kind of record."""
        none: frozenset[str] = frozenset()
        return _unique(r for s, r in held.pairs if self.rights.get((s, word), none) & set(rights))

    def _parts(self, group: str) -> Iterator[str]:
        yield from next((r.includes for r in self.roles if r.id == group), ())

    @property
    def _profile_sets(self) -> frozenset[str]:
        return frozenset(self.of_profile.values())


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def sets_of(db: Tables) -> Sets:
    """What the tables say."""
    found = Sets()
    profiles = [(short(i), n or "", short(li)) for i, n, li in _profiles(db)]
    found.licences = {i: licence for i, _, licence in profiles if licence}
    flags: dict[str, frozenset[str]] = {}
    of_profile: dict[str, str] = {}
    summed: dict[str, str] = {}
    plain: list[SetRole] = []
    for one, label, name, owned, profile, group, *on in db.rows("PermissionSet", *_SET):
        key = short(one)
        flags[key] = frozenset(f for f, o in zip(FLAGS, on, strict=True) if truth(o))
        if truth(owned) or profile:
            of_profile[short(profile)] = key
        elif group:
            summed[short(group)] = key
        else:
            plain.append(SetRole(key, label or name or "", "permission set"))
    groups, found.of_group, found.muted = _groups(db, summed)
    found.flags, found.of_profile = flags, of_profile
    found.roles = (
        *sorted((SetRole(i, n, "profile") for i, n, _ in profiles), key=lambda r: r.id),
        *sorted((*plain, *groups), key=lambda r: r.id),
    )
    found.rights = _object_rights(db)
    found.objects = frozenset(word for _, word in found.rights)
    found.assigned = _assigned(db, {one: group for group, one in summed.items()})
    if lost(db, "PermissionSetAssignment"):
        found.unknown = ("Who holds which permission set is not in the export.",)
    return found


def _profiles(db: Tables) -> Iterator[tuple[str | None, ...]]:
    return db.rows("Profile", "Id", "Name", "UserLicenseId")


def _groups(
    db: Tables, summed: Mapping[str, str]
) -> tuple[list[SetRole], dict[str, tuple[str, ...]], frozenset[str]]:
    """Groups of sets, what makes each, and those of which that is not sure."""
    parts: dict[str, set[str]] = defaultdict(set)
    for group, one in db.rows(
        "PermissionSetGroupComponent", "PermissionSetGroupId", "PermissionSetId"
    ):
        parts[short(group)].add(short(one))
    named = db.rows("PermissionSetGroup", "Id", "MasterLabel", "DeveloperName")
    names = {short(i): label or name or "" for i, label, name in named}
    roles, of_group, unsure = [], {}, set()
    for group in sorted({*names, *parts, *summed}):
        members = tuple(sorted(p for p in parts.get(group, ()) if not p.startswith(MUTING)))
        roles.append(SetRole(group, names.get(group, ""), "group", members))
        of_group[group] = (summed[group],) if group in summed else members
        takes_away = any(p.startswith(MUTING) for p in parts.get(group, ()))
        if group not in summed and (takes_away or group not in parts):
            unsure.add(group)
    return roles, of_group, frozenset(unsure)


def _object_rights(db: Tables) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], frozenset[str]] = {}
    for parent, word, *on in db.rows("ObjectPermissions", "ParentId", "SobjectType", *RIGHTS):
        if word:
            given = frozenset(r for r, o in zip(RIGHTS, on, strict=True) if truth(o))
            key = short(parent), word
            found[key] = found.get(key, frozenset()) | given
    return found


def _assigned(db: Tables, group_of: Mapping[str, str]) -> dict[str, set[tuple[str, str]]]:
    """Assignments in force; one of a set that sums up a group is one of that group."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for holder, one, group, active, revoked in db.rows("PermissionSetAssignment", *_ASSIGNMENT):
        if truth(active) is not False and truth(revoked) is not True:
            by = short(group) or group_of.get(short(one), "")
            found[short(holder)].add((short(one), by))
    return dict(found)
