"""vtiger CRM: whose records the role tree, groups and sharing rules open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crmaudit.evidence.access import AccessLevel
from crmaudit.governance.collectors.access.model import Read
from crmaudit.governance.collectors.access.tables import Tables

_FROM = {"role": "share_roleid", "rs": "share_roleandsubid", "grp": "share_groupid"}
_TO = {"role": "to_roleid", "rs": "to_roleandsubid", "group": "to_groupid"}
_RULES = {
    "vtiger_datashare_role2role": ("role", "role"),
    "vtiger_datashare_role2rs": ("role", "rs"),
    "vtiger_datashare_role2group": ("role", "group"),
    "vtiger_datashare_rs2role": ("rs", "role"),
    "vtiger_datashare_rs2rs": ("rs", "rs"),
    "vtiger_datashare_rs2grp": ("rs", "group"),
    "vtiger_datashare_grp2role": ("grp", "role"),
    "vtiger_datashare_grp2rs": ("grp", "rs"),
    "vtiger_datashare_grp2grp": ("grp", "group"),
}
"""Sharing rules by table: from whom to whom. `rs` is a role with those below it."""

SHARING: tuple[Read, ...] = (
    ("vtiger_role", ("roleid", "rolename", "parentrole", "allowassignedrecordsto")),
    ("vtiger_def_org_share", ("tabid", "permission")),
    ("vtiger_groups", ("groupid", "groupname")),
    ("vtiger_users2group", ("groupid", "userid")),
    ("vtiger_group2role", ("groupid", "roleid")),
    ("vtiger_group2rs", ("groupid", "roleandsubid")),
    ("vtiger_group2grouprel", ("groupid", "containsgroupid")),
    ("vtiger_datashare_module_rel", ("shareid", "tabid")),
    ("vtiger_datashare_relatedmodule_permission", ("shareid",)),
    *((table, ("shareid", _FROM[a], _TO[b], "permission")) for table, (a, b) in _RULES.items()),
)
"""What `sharing_of` reads."""
_ASIDE = frozenset(
    {"vtiger_role", "vtiger_def_org_share", "vtiger_datashare_relatedmodule_permission"}
)
"""Those of these tables without which sharing rules are known all the same."""


@dataclass(frozen=True, slots=True)
class TreeRole:
    """A place in the tree of roles; `path` is like H1::H2::H5, from the top to itself.

    `gives_to`: 1, its members may give records to everybody, 2 to those of the
    same height and below, 3 to those below.
    """

    name: str
    path: str
    gives_to: str = ""


@dataclass(frozen=True, slots=True)
class _Rule:
    module: str
    source: tuple[str, str]
    target: tuple[str, str]
    write: bool


@dataclass(slots=True)
class Sharing:
    """The role tree, the groups, the default of each module, the sharing rules."""

    roles: dict[str, TreeRole] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    related: bool = False
    lost: tuple[str, ...] = ()
    """Tables of sharing rules that are not there or cannot be read: nobody knows what they open."""
    rules: list[_Rule] = field(default_factory=list)
    members: Mapping[tuple[str, str], set[str]] = field(default_factory=dict)
    """Groups by what belongs to them: an account, a role, a role with those below, a group."""
    _below: dict[str, frozenset[str]] = field(default_factory=dict)

    def below(self, role: str) -> frozenset[str]:
        """The roles below one."""
        if role not in self._below:
            start = f"{self.roles[role].path}::" if role in self.roles else ""
            under = (r for r, place in self.roles.items() if start and place.path.startswith(start))
            self._below[role] = frozenset(under)
        return self._below[role]

    def groups_of(self, account: str, role: str) -> tuple[str, ...]:
        """The groups of an account: by itself, by its role and those above, by other groups."""
        found = set(self.members.get(("account", account), ()))
        if role:
            found |= self.members.get(("role", role), set())
        for above in self._up(role):
            found |= self.members.get(("rs", above), set())
        waiting = sorted(found)
        while waiting:
            new = self.members.get(("group", waiting.pop()), set()) - found
            found |= new
            waiting += sorted(new)
        return tuple(sorted(found & self.groups.keys()))

    def given(self, role: str) -> AccessLevel | None:
        """For whom those of a role may make records; None where the database does not tell."""
        said = self.roles[role].gives_to if role in self.roles else ""
        below: AccessLevel = "Parent: Child" if self.below(role) else "User"
        reach: dict[str, AccessLevel] = {"1": "Organizational", "2": "Parent: Child", "3": below}
        return reach.get(said)

    def by_rules(
        self, module: str, role: str, groups: tuple[str, ...], write: bool
    ) -> AccessLevel | None:
        """How far the sharing rules of a module reach for one role with these groups.

        A rule opens the records of a whole role or group: one's own role is a
        Business Unit, with those below Parent: Child; all roles there are is
        Organizational; any other counts as a Business Unit as well.
        """
        holding = {("role", role), *(("rs", r) for r in self._up(role))}
        holding |= {("group", g) for g in groups}
        reached: set[str] = set()
        any_group = False
        for rule in self.rules:
            if rule.module != module or rule.target not in holding or (write and not rule.write):
                continue
            kind, source = rule.source
            any_group |= kind == "grp"
            if kind != "grp":
                reached |= {source} | (self.below(source) if kind == "rs" else frozenset())
        # Nobody works at the top of the tree that each installation begins with.
        tops = {r for r, place in self.roles.items() if "::" not in place.path}
        if reached and reached | tops >= self.roles.keys():
            return "Organizational"
        if role in reached and self.below(role):
            return "Parent: Child"
        return "Business Unit" if reached or any_group else None

    def _up(self, role: str) -> tuple[str, ...]:
        return path(self.roles[role].path) if role in self.roles else ()


def path(text: str) -> tuple[str, ...]:
    """The roles of a path, from the top."""
    return tuple(part for part in text.split("::") if part)


def sharing_of(db: Tables) -> Sharing:
    """What the tables say."""
    members: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, table, column in (
        ("account", "vtiger_users2group", "userid"),
        ("role", "vtiger_group2role", "roleid"),
        ("rs", "vtiger_group2rs", "roleandsubid"),
        ("group", "vtiger_group2grouprel", "containsgroupid"),
    ):
        for group, member in db.rows(table, "groupid", column):
            members[kind, member or ""].add(group or "")
    columns = ("roleid", "rolename", "parentrole", "allowassignedrecordsto")
    roles = db.rows("vtiger_role", *columns)
    places = {r: TreeRole(n or "", p or r, g or "") for r, n, p, g in roles if r}
    defaults = list(db.rows("vtiger_def_org_share", "tabid", "permission"))
    found = Sharing(
        roles=places,
        defaults={t: p or "" for t, p in defaults if t},
        groups={g: n or "" for g, n in db.rows("vtiger_groups", "groupid", "groupname") if g},
        members=members,
    )
    found.rules += _rules(db)
    found.lost = db.lacking({t: c for t, c, *_ in SHARING if t not in _ASIDE})
    found.related = bool(list(db.rows("vtiger_datashare_relatedmodule_permission", "shareid")))
    return found


def _rules(db: Tables) -> Iterator[_Rule]:
    shares = db.rows("vtiger_datashare_module_rel", "shareid", "tabid")
    modules = {share: tab or "" for share, tab in shares}
    for table, (kind, to) in _RULES.items():
        for share, source, target, permission in db.rows(
            table, "shareid", _FROM[kind], _TO[to], "permission"
        ):
            module = modules.get(share, "")
            yield _Rule(module, (kind, source or ""), (to, target or ""), permission == "1")
