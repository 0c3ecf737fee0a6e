"""Salesforce: organisation-wide defaults, the tree of roles, groups, and sharing rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crmaudit.evidence.access import AccessLevel
from crmaudit.governance.collectors.access.model import Read
from crmaudit.governance.collectors.access.salesforce_sets import lost, short
from crmaudit.governance.collectors.access.tables import Tables, truth

STANDARD = ("Account", "Contact", "Lead", "Opportunity", "Case", "Campaign")
"""Kinds of record with a default of their own in the table of the organisation."""
_DEFAULTS = tuple(f"Default{word}Access" for word in STANDARD)
_CHILDREN = ("Contact", "Opportunity", "Case")
_OPENS = {
    "none": 0,
    "private": 0,
    "read": 1,
    "readonly": 1,
    "edit": 2,
    "readwrite": 2,
    "readedittransfer": 2,
    "readwritetransfer": 2,
    "all": 3,
    "fullaccess": 3,
}
"""How far a default goes: nothing, reading, editing, deleting too."""
_PARENT = "controlledbyparent"
_RULES = frozenset({"rule", "territoryrule", "territory", "territorymanual"})
_BELOW = frozenset({"roleandsubordinates", "roleandsubordinatesinternal"})

SHARING: tuple[Read, ...] = (
    ("Organization", _DEFAULTS),
    ("EntityDefinition", ("QualifiedApiName", "InternalSharingModel", "ExternalSharingModel")),
    ("Group", ("Id", "Name", "Type", "RelatedId", "DoesIncludeBosses")),
    ("GroupMember", ("GroupId", "UserOrGroupId")),
    (
        "AccountShare",
        (
            "UserOrGroupId",
            "RowCause",
            "AccountAccessLevel",
            *(f"{c}AccessLevel" for c in _CHILDREN),
        ),
    ),
    *((f"{w}Share", ("UserOrGroupId", "RowCause", f"{w}AccessLevel")) for w in STANDARD[1:]),
)
"""What `sharing_of` reads."""


@dataclass(frozen=True, slots=True)
class Default:
    """What everybody may do with records of others; `word` is the kind that decides."""

    word: str
    until: int

    def opens(self, letter: int) -> bool:
        """Whether read (1), update (2) or delete (3) is open to everybody."""
        return self.until >= letter


@dataclass(frozen=True, slots=True)
class Opened:
    """What sharing rules open.

    `rows` counts records by kind, letter and the group or account that they
    are opened to, `records` all records of a kind. Of the kinds in `unread`
    nobody can tell.
    """

    rows: Mapping[tuple[str, int], Counter[str]]
    records: Mapping[str, int]
    unread: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sharing:
    """Defaults by kind of record, the tree, groups, and what rules open to them.

    `parents` is the tree of roles: role → the one above; `holders` are the
    accounts of each. `external` are the defaults for portals and partners.
    `groups` are ids by type and by what they are about; `member` for what
    belongs to them. `teams` are public groups and queues; those in `closed` do
    not count for the roles above their members, those in `untold` may.
    """

    parents: Mapping[str, str]
    holders: Mapping[str, Sequence[str]]
    defaults: Mapping[str, str]
    external: Mapping[str, str]
    teams: Mapping[str, str]
    groups: Mapping[tuple[str, str], set[str]]
    closed: frozenset[str]
    untold: frozenset[str]
    opened: Opened
    _targets: frozenset[str]
    _children: Mapping[str, Sequence[str]]
    _of_those_below: dict[tuple[str, frozenset[str]], frozenset[str]] = field(default_factory=dict)

    def default(self, word: str, external: bool = False) -> Default | None:
        """None where the export does not tell.

        The default for outsiders is never wider than the one for colleagues.
        """
        said = self.defaults.get(word, "").casefold()
        if external and _OPENS.get(said) != 0:
            told = self.external.get(word, "").casefold()
            said = told or (said if said == _PARENT else "")
        if said == _PARENT and word == "Contact":
            return self.default("Account", external)
        return Default(word, _OPENS[said]) if said in _OPENS else None

    def below(self, role: str) -> bool:
        """Whether the tree has roles below one."""
        return bool(role) and role in self._children

    def unread(self, word: str) -> bool:
        """Whether nobody can tell what sharing rules open."""
        return word in self.opened.unread or word not in STANDARD

    def by_rules(self, word: str, letter: int, targets: frozenset[str]) -> AccessLevel | None:
        """How far sharing rules reach: None if not known, `User` where none concerns the account.

        All records there are is Organizational, any others are called a
        Business Unit's.
        """
        if self.unread(word):
            return None
        rows = self.opened.rows.get((word, letter), Counter())
        most = max((rows[t] for t in targets), default=0)
        if most and most >= self.opened.records.get(word, 0):
            return "Organizational"
        return "Business Unit" if most else "User"

    def opened_to(self, account: str, role: str) -> tuple[frozenset[str], frozenset[str]]:
        """The groups of an account, and itself, as far as a sharing rule opens anything to them.

        With those of the roles below: what is shared with them is shared with
        those above. A second time with groups of which the export does not say
        whether they count for those above.
        """
        own = self._with_groups({account, *self._of_role(role)}, frozenset())
        sure = own | self._shared_below(role, self.closed | self.untold)
        most = own | self._shared_below(role, self.closed)
        return frozenset(sure & self._targets), frozenset(most & self._targets)

    def _of_role(self, role: str) -> set[str]:
        found = set(self.groups.get(("organization", ""), ()))
        found |= self.groups.get(("role", role), set()) if role else set()
        for one in self._up(role):
            found |= self.groups.get(("below", one), set())
        return found

    def _up(self, role: str) -> list[str]:
        """A role and those above it; circles do no harm."""
        found: list[str] = []
        while role and role not in found:
            found.append(role)
            role = self.parents.get(role, "")
        return found

    def _shared_below(self, role: str, without: frozenset[str]) -> frozenset[str]:
        if not self.below(role):
            return frozenset()
        if (role, without) not in self._of_those_below:
            seen = {role}
            waiting = [role]
            found: set[str] = set()
            while waiting:
                new = set(self._children.get(waiting.pop(), ())) - seen
                seen |= new
                waiting += sorted(new)
                for one in new:
                    found |= self._of_role(one) | set(self.holders.get(one, ()))
            reached = frozenset(self._with_groups(found, without))
            self._of_those_below[role, without] = reached
        return self._of_those_below[role, without]

    def _with_groups(self, found: set[str], without: frozenset[str]) -> set[str]:
        """These, and the groups that they are members of, whatever the depth."""
        waiting = sorted(found)
        while waiting:
            new = self.groups.get(("member", waiting.pop()), set()) - found - without
            found |= new
            waiting += sorted(new)
        return found

    def teams_of(self, account: str) -> tuple[str, ...]:
        """Public groups and queues that have the account itself as a member."""
        return tuple(sorted(self.groups.get(("member", account), set()) & self.teams.keys()))


def sharing_of(
    db: Tables, parents: Mapping[str, str], holders: Mapping[str, Sequence[str]]
) -> Sharing:
    """What the tables say; `parents` is the tree of roles, `holders` are the accounts of each."""
    defaults: dict[str, str] = {}
    external: dict[str, str] = {}
    for cells in db.rows("Organization", *_DEFAULTS):
        defaults = {w: (c or "").strip() for w, c in zip(STANDARD, cells, strict=True) if c}
    columns = ("QualifiedApiName", "InternalSharingModel", "ExternalSharingModel")
    for word, model, outside in db.rows("EntityDefinition", *columns):
        if word and model:
            defaults.setdefault(word, model.strip())
        if word and outside:
            external[word] = outside.strip()
    teams: dict[str, str] = {}
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    closed: set[str] = set()
    untold: set[str] = set()
    of_group = ("Id", "Name", "Type", "RelatedId", "DoesIncludeBosses")
    for group, name, kind, about, bosses in db.rows("Group", *of_group):
        what = (kind or "").casefold()
        if truth(bosses) is not True and what == "regular":
            (untold if truth(bosses) is None else closed).add(short(group))
        if what in ("regular", "queue"):
            teams[short(group)] = name or ""
        elif what in _BELOW:
            groups["below", short(about)].add(short(group))
        else:
            groups[what, short(about) if what == "role" else ""].add(short(group))
    for group, member in db.rows("GroupMember", "GroupId", "UserOrGroupId"):
        groups["member", short(member)].add(short(group))
    opened = _opened(db)
    targets = frozenset(t for rows in opened.rows.values() for t in rows)
    children: dict[str, list[str]] = defaultdict(list)
    for role, above in sorted(parents.items()):
        children[above].append(role)
    return Sharing(
        *(parents, holders, defaults, external, teams, dict(groups)),
        *(frozenset(closed), frozenset(untold), opened, targets, dict(children)),
    )


def _opened(db: Tables) -> Opened:
    """Counts what rules open. A record has one row for its owner, and others as it is shared."""
    rows: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    records: Counter[str] = Counter()
    unread = set(STANDARD if lost(db, "Group", "GroupMember") else ())
    for word in STANDARD:
        also = _CHILDREN if word == "Account" else ()
        columns = ("UserOrGroupId", "RowCause", *(f"{w}AccessLevel" for w in (word, *also)))
        for to, cause, *levels in db.rows(f"{word}Share", *columns):
            if (cause or "").casefold() == "owner":
                records[word] += 1
            elif (cause or "").casefold() in _RULES:
                for kind, level in zip((word, *also), levels, strict=True):
                    for letter in (1, 2)[: _OPENS.get((level or "").casefold(), 0)]:
                        rows[kind, letter][short(to)] += 1
        if lost(db, f"{word}Share"):
            unread |= {word, *also}
    return Opened(dict(rows), records, frozenset(unread))
