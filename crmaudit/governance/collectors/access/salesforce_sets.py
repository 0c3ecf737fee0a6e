"""Salesforce: profiles, permission sets and groups of them, and who holds which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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

_WAITS = "HasActivationRequired"
"""A set or group of sets that gives its permissions only in sessions that ask for them."""
_OF_SET = ("Id", "Label", "Name", "IsOwnedByProfile", "ProfileId", "PermissionSetGroupId", _WAITS)
_SET = (*_OF_SET, *FLAGS)
_ASSIGNMENT = ("AssigneeId", "PermissionSetId", "PermissionSetGroupId", "IsActive", "IsRevoked")
SETS: tuple[Read, ...] = (
    ("Profile", ("Id", "Name", "UserLicenseId")),
    ("PermissionSet", _SET),
    ("PermissionSetAssignment", _ASSIGNMENT),
    ("PermissionSetGroup", ("Id", "MasterLabel", "DeveloperName", _WAITS)),
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
    why nobody can tell what is held. `maybe` are pairs of which that is not
    sure, and `doubts` says why: they add to the others, or they do not.
    """

    pairs: tuple[tuple[str, str], ...]
    shown: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    maybe: tuple[tuple[str, str], ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def most(self) -> Held:
        """All that may be held."""
        return replace(self, pairs=tuple(sorted({*self.pairs, *self.maybe})), maybe=())


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
    unread: frozenset[str] = frozenset()
    """Groups of sets of which nobody can tell what makes them."""
    waiting: frozenset[str] = frozenset()
    """Sets and groups of sets that count only in sessions that ask for them."""
    assigned: Mapping[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Account → pairs of a set and the group of sets by which it comes, or nothing."""
    unknown: tuple[str, ...] = ()

    def of(self, account: str, profile: str) -> Held:
        """What an account holds."""
        own = self.of_profile.get(profile)
        pairs = {(own, profile)} if own else set()
        shown = {profile} if profile else set()
        maybe: set[tuple[str, str]] = set()
        doubts: set[str] = set()
        lost: set[str] = set()
        for one, group in self.assigned.get(account, ()):
            if one and not group and one in self._profile_sets:
                continue
            given = {(s, group) for s in self.of_group.get(group, ())} if group else {(one, one)}
            why = self._doubts(group or one)
            (maybe if why else pairs).update(given)
            doubts |= set(why)
            shown |= {group, *self._parts(group)} if group else {one}
            lost |= {group} & self.unread
        no_profile = () if own else ("The permissions of the profile are not in the export.",)
        unknown = (*self.unknown, *no_profile, *(_NO_PARTS.format(g) for g in sorted(lost)))
        more, why_not = tuple(sorted(maybe - pairs)), tuple(sorted(doubts))
        return Held(tuple(sorted(pairs)), tuple(sorted(shown)), unknown, more, why_not)

    def _doubts(self, role: str) -> tuple[str, ...]:
        """Why a set or a group of sets may not give what it permits."""
        muted = (f"What the group of sets {role} takes away is not in the export.",)
        waits = (f"{role} gives its permissions only in sessions that ask for them.",)
        return muted * (role in self.muted) + waits * (role in self.waiting)

    def alone(self, role: str) -> Held:
        """What one profile, set or group of sets gives."""
        if role in self.of_profile:
            return Held(((self.of_profile[role], role),), (role,))
        if role in self.of_group:
            pairs = tuple((s, role) for s in self.of_group[role])
            if role in self.muted:
                return Held((), (role,), (), pairs, self._doubts(role))
            return Held(pairs, (role,), (_NO_PARTS.format(role),) if role in self.unread else ())
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


_NO_PARTS = "Which sets make the group {} is not in the export."


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
    waiting = set()
    for one, label, name, owned, profile, group, waits, *on in db.rows("PermissionSet", *_SET):
        key = short(one)
        flags[key] = frozenset(f for f, o in zip(FLAGS, on, strict=True) if truth(o))
        if truth(waits) and not group:
            waiting.add(key)
        if truth(owned) or profile:
            of_profile[short(profile)] = key
        elif group:
            summed[short(group)] = key
        else:
            plain.append(SetRole(key, label or name or "", "permission set"))
    groups, found.of_group, found.muted, found.unread, asked = _groups(db, summed)
    found.waiting = frozenset(waiting) | asked
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
) -> tuple[
    list[SetRole], dict[str, tuple[str, ...]], frozenset[str], frozenset[str], frozenset[str]
]:
    """Groups of sets, what makes each; those that mute, that nobody knows, that have to be asked.

    Sets that wait for a session do not in a group, unless that waits itself.
    """
    parts: dict[str, set[str]] = defaultdict(set)
    for group, one in db.rows(
        "PermissionSetGroupComponent", "PermissionSetGroupId", "PermissionSetId"
    ):
        parts[short(group)].add(short(one))
    named = db.rows("PermissionSetGroup", "Id", "MasterLabel", "DeveloperName", _WAITS)
    names, waiting = {}, set()
    for one, label, name, waits in named:
        names[short(one)] = label or name or ""
        waiting |= {short(one)} if truth(waits) else set()
    roles, of_group, muted, unread = [], {}, set(), set()
    for group in sorted({*names, *parts, *summed}):
        members = tuple(sorted(p for p in parts.get(group, ()) if not p.startswith(MUTING)))
        roles.append(SetRole(group, names.get(group, ""), "group", members))
        of_group[group] = (summed[group],) if group in summed else members
        takes_away = any(p.startswith(MUTING) for p in parts.get(group, ()))
        if group not in summed and takes_away:
            muted.add(group)
        elif group not in summed and group not in parts:
            unread.add(group)
    return roles, of_group, frozenset(muted), frozenset(unread), frozenset(waiting)


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
