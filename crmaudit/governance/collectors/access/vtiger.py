"""vtiger CRM: profiles say what, roles and the sharing of each module say of whose records.

Checked against the documentation of the open-source edition 8, and against
the program of 5.4, 7.1 and 8.1 (`isPermitted` in include/utils/UserInfoUtil.php,
modules/Users/CreateUserPrivilegeFile.php): it asks for global rights of the
profiles, for the module, for the action, for ownership, the role tree, the
sharing default, and at last for sharing rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from crmaudit.evidence.access import Beyond
from crmaudit.governance.collectors.access.accounts import accounts
from crmaudit.governance.collectors.access.merging import Cell, administrator, widest_cell
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
from crmaudit.governance.collectors.access.tables import Tables
from crmaudit.governance.collectors.access.vtiger_sharing import (
    SHARING,
    Sharing,
    path,
    sharing_of,
)

SAVE, EDIT, DELETE, VIEW, CREATE = "0", "1", "2", "4", "7"
"""Actions of a profile. Create is one of its own since version 6.6, before that it was edit."""
UTILITIES: Mapping[str, Beyond] = {"5": "import", "6": "export"}
VIEW_ALL, EDIT_ALL = "1", "2"
READ_ONLY, READ_WRITE, READ_WRITE_DELETE, PRIVATE = "0", "1", "2", "3"
"""The sharing default of a module: for everybody, or with those below in the role tree only."""
BY_OWNER = frozenset({"Calendar", "Events"})
"""Modules in which each account says itself who sees its records."""

# The program denies nothing that no profile denies, but such an account cannot be made with it.
_NO_PROFILE = "The account has no role, or its role has no profile: what it may do is not said."
_PROFILES: Mapping[str, tuple[str, ...]] = {
    "vtiger_profile2tab": ("profileid", "tabid", "permissions"),
    "vtiger_profile2standardpermissions": ("profileid", "tabid", "operation", "permissions"),
    "vtiger_profile2globalpermissions": (
        "profileid",
        "globalactionid",
        "globalactionpermission",
    ),
}
_HOLDING: Mapping[str, tuple[str, ...]] = {
    "vtiger_user2role": ("userid", "roleid"),
    "vtiger_role2profile": ("roleid", "profileid"),
    "vtiger_role": ("roleid", "parentrole"),
}


@dataclass(frozen=True, slots=True)
class _Profile:
    """What one profile denies and allows; by module, and by module and action."""

    tabs: dict[str, bool] = field(default_factory=dict)
    actions: dict[tuple[str, str], bool] = field(default_factory=dict)
    everything: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Module:
    id: str
    name: str
    shared: bool
    """False for modules without owners (price books, vendors): what one may do, one may to all."""


class _Vtiger:
    product = "vtiger"
    rule = (
        "What one of the role's profiles allows is allowed. It reaches one's own records, those of "
        "one's groups, those of the roles below, and what the module's sharing default and "
        "sharing rules open."
    )
    reads: tuple[Read, ...] = (
        ("vtiger_tab", ("tabid", "name", "presence", "ownedby", "isentitytype")),
        ("vtiger_entityname", ("modulename", "tablename")),
        ("vtiger_profile", ("profileid", "profilename")),
        *_PROFILES.items(),
        ("vtiger_profile2utility", ("profileid", "tabid", "activityid", "permission")),
        ("vtiger_user2role", ("userid", "roleid")),
        ("vtiger_role2profile", ("roleid", "profileid")),
        *SHARING,
    )

    def read(self, db: Tables) -> Told:
        modules = _modules(db)
        sharing = sharing_of(db)
        profiles = _profiles(db)
        of_role: dict[str, tuple[str, ...]] = {}
        for role, profile in db.rows("vtiger_role2profile", "roleid", "profileid"):
            of_role[role or ""] = (*of_role.get(role or "", ()), profile or "")
        holders = {u: r or "" for u, r in db.rows("vtiger_user2role", "userid", "roleid") if u}
        judge = _Judge(modules, profiles, sharing, of_role, _missing(db))
        tools = {"vtiger_profile2utility": ("profileid", "tabid", "activityid", "permission")}
        judge.no_tools = bool(db.lacking(tools))
        major = (db.parts.product.version if db.parts.product else "").partition(".")[0]
        judge.old = int(major) < 7 if major.isdecimal() else judge.old
        names = {p or "": n or "" for p, n in db.rows("vtiger_profile", "profileid", "profilename")}
        held = [_with_role(a, holders.get(a.key, ""), of_role, sharing) for a in accounts(db)]
        told = Told(
            accounts=held,
            roles=[
                *(_role(r, sharing, of_role, judge) for r in sorted(sharing.roles)),
                *(Role(p, names[p], "profile", judge.rights((p,), "", ())) for p in sorted(names)),
            ],
            teams=[Group(g, n) for g, n in sorted(sharing.groups.items())],
            units=[_unit(r, sharing) for r in sorted(sharing.roles)],
            rights=judge.of,
            objects={
                m or "": t or "" for m, t in db.rows("vtiger_entityname", "modulename", "tablename")
            },
            cannot="" if modules else "the list of modules (vtiger_tab) is not there",
            notes=_notes(modules, sharing),
        )
        return told if modules else replace(told, rights=None)


reader = _Vtiger()


def _modules(db: Tables) -> tuple[_Module, ...]:
    """Those that hold records and are switched on."""
    found = []
    for tab, name, presence, owned, entity in db.rows(
        "vtiger_tab", "tabid", "name", "presence", "ownedby", "isentitytype"
    ):
        if tab and name and presence != "1" and entity != "0":
            found.append(_Module(tab, name, owned != "1"))
    return tuple(sorted(found, key=lambda m: m.name))


def _profiles(db: Tables) -> dict[str, _Profile]:
    found: dict[str, _Profile] = defaultdict(_Profile)
    for profile, tab, denied in db.rows("vtiger_profile2tab", "profileid", "tabid", "permissions"):
        found[profile or ""].tabs[tab or ""] = denied == "0"
    for profile, tab, action, denied in db.rows(
        "vtiger_profile2standardpermissions", "profileid", "tabid", "operation", "permissions"
    ):
        found[profile or ""].actions[tab or "", action or ""] = denied == "0"
    for profile, tab, action, denied in db.rows(
        "vtiger_profile2utility", "profileid", "tabid", "activityid", "permission"
    ):
        found[profile or ""].actions[tab or "", action or ""] = denied == "0"
    for profile, action, denied in db.rows(
        "vtiger_profile2globalpermissions", "profileid", "globalactionid", "globalactionpermission"
    ):
        found[profile or ""].everything[action or ""] = denied == "0"
    return found


def _missing(db: Tables) -> tuple[str, ...]:
    """Tables without which no right is known."""
    return db.lacking({**_PROFILES, **_HOLDING})


def _with_role(
    account: Account, role: str, of_role: Mapping[str, tuple[str, ...]], sharing: Sharing
) -> Account:
    return replace(
        account,
        unit=role,
        roles=(role, *of_role.get(role, ())) if role else (),
        teams=sharing.groups_of(account.key, role),
    )


def _role(
    role: str, sharing: Sharing, of_role: Mapping[str, tuple[str, ...]], judge: _Judge
) -> Role:
    own = judge.rights(of_role.get(role, ()), role, ())
    return Role(role, sharing.roles[role].name, "role", own, includes=of_role.get(role, ()))


def _unit(role: str, sharing: Sharing) -> Group:
    above = path(sharing.roles[role].path)[:-1]
    return Group(role, sharing.roles[role].name, above[-1] if above else "")


def _notes(modules: Iterable[_Module], sharing: Sharing) -> tuple[str, ...]:
    notes = [
        "Units are the tree of roles. Those above see the records of the roles below, not those "
        "of others in their own role: called Parent: Child.",
        "Who may change or delete records of others may do so to many at once, from any list.",
        "Creating reaches as far as the role may give records to others.",
    ]
    if any(m.name in BY_OWNER for m in modules):
        notes.append("In the calendar each account says itself who sees its entries.")
    if sharing.related:
        notes.append(
            "Sharing rules can reach records that hang on shared ones (opportunities of an "
            "organisation); that is not in the levels."
        )
    return tuple(notes)


class _Judge:
    """Puts profiles, role tree and sharing together, once for each combination that occurs."""

    def __init__(
        self,
        modules: tuple[_Module, ...],
        profiles: Mapping[str, _Profile],
        sharing: Sharing,
        of_role: Mapping[str, tuple[str, ...]],
        missing: tuple[str, ...],
    ) -> None:
        self.no_tools = False
        self._modules = modules
        self._profiles = profiles
        self._sharing = sharing
        self._of_role = of_role
        self._missing = missing
        self._made: dict[tuple[tuple[str, ...], str, tuple[str, ...]], Rights] = {}
        self._all = administrator(m.name for m in modules)
        self._nowhere = Rights({m.name: Row(NOT_KNOWN) for m in modules}, {}, (_NO_PROFILE,))
        self._opened_to = {to for kind, to in (r.target for r in sharing.rules) if kind == "group"}
        # Before version 7 no profile has an action of its own for creating.
        actions = {action for p in profiles.values() for _, action in p.actions}
        self._create = CREATE if CREATE in actions or not actions else EDIT
        self._accounts = next((m.id for m in modules if m.name == "Accounts"), "")
        self.old = self._create == EDIT
        """Before version 7, where contacts are shared by the rules for organisations."""

    def of(self, account: Account) -> Rights:
        if account.administrator:
            return self._all
        role = account.unit
        # Groups to which no rule opens anything make no difference.
        groups = tuple(g for g in account.teams if g in self._opened_to)
        profiles = self._of_role.get(role, ())
        return self.rights(profiles, role, groups) if profiles or self._missing else self._nowhere

    def rights(self, profiles: tuple[str, ...], role: str, groups: tuple[str, ...]) -> Rights:
        key = profiles, role, groups
        if key not in self._made:
            self._made[key] = self._rights(*key)
        return self._made[key]

    def _rights(self, profiles: tuple[str, ...], role: str, groups: tuple[str, ...]) -> Rights:
        if self._missing:
            lost = f"Tables of rights cannot be read: {', '.join(self._missing)}."
            return Rights({m.name: Row(NOT_KNOWN) for m in self._modules}, {}, (lost,))
        objects: dict[str, Row] = {}
        beyond: dict[Beyond, tuple[str, ...]] = {}
        unknown = ["Who may import and export is not in this database."] * self.no_tools
        for module in self._modules:
            cells = [
                self._created(module, profiles, role),
                self._reached(module, profiles, role, groups, (VIEW,)),
                self._reached(module, profiles, role, groups, (EDIT, SAVE)),
                self._reached(module, profiles, role, groups, (DELETE,)),
            ]
            objects[module.name] = row([level for level, _ in cells], [why for _, why in cells])
            if None in objects[module.name].levels:
                unknown += self._why_unknown(module, cells)
            for action, right in UTILITIES.items():
                given = self._allowing(module, profiles, action)
                if given and objects[module.name].levels[1] != "None":
                    beyond[right] = tuple(dict.fromkeys((*beyond.get(right, ()), *given)))
            for right, (level, why) in (("mass change", cells[2]), ("mass delete", cells[3])):
                if level not in (None, "None", "User"):
                    beyond[right] = tuple(dict.fromkeys((*beyond.get(right, ()), *why)))
        return Rights(objects, beyond, tuple(unknown))

    def _created(self, module: _Module, profiles: tuple[str, ...], role: str) -> Cell:
        given = self._allowing(module, profiles, self._create)
        if self._create == EDIT:
            # Whoever may edit all may then save what is new.
            given = self._over_all(profiles, EDIT) or given
        if not given:
            return _not_given(given)
        if not role:
            # A profile alone: to whom records may be given is a matter of the role.
            return "User", given
        return self._sharing.given(role), (*given, role)

    def _reached(
        self,
        module: _Module,
        profiles: tuple[str, ...],
        role: str,
        groups: tuple[str, ...],
        actions: tuple[str, ...],
    ) -> Cell:
        """How far a right of the profiles reaches: over all, or by owner, tree and sharing."""
        over_all = self._over_all(profiles, actions[0])
        if over_all:
            return "Organizational", over_all
        if over_all is None:
            return None, ()
        given = self._allowing(module, profiles, *actions)
        if not given:
            return _not_given(given)
        if not module.shared:
            return "Organizational", given
        cells: list[Cell] = [("User", given)]
        below = bool(self._sharing.below(role))
        if below and module.name not in BY_OWNER:
            cells.append(("Parent: Child", (role,)))
        cells += self._opened(module, role, groups, actions[0], below)
        level, why = widest_cell(cells)
        return level, tuple(dict.fromkeys((*given, *why)))

    def _opened(
        self, module: _Module, role: str, groups: tuple[str, ...], action: str, below: bool
    ) -> list[Cell]:
        """What the sharing default and the sharing rules of a module open."""
        default = self._sharing.defaults.get(module.id, "")
        everybody: Cell = ("Organizational", ("everybody",))
        if action == VIEW and default in (READ_ONLY, READ_WRITE, READ_WRITE_DELETE):
            return [everybody]
        if action == EDIT and default in (READ_WRITE, READ_WRITE_DELETE):
            return [everybody]
        if action == DELETE and default == READ_WRITE_DELETE:
            return [everybody]
        if module.name in BY_OWNER:
            owners = action == VIEW or below or (action == EDIT and default == READ_ONLY)
            return [(None, ())] if owners else []
        if default not in (READ_ONLY, READ_WRITE, READ_WRITE_DELETE, PRIVATE):
            return [(None, ())]
        if action == DELETE:
            return []
        if self._sharing.lost:
            return [(None, ())]
        ruled = module.id
        if self.old and module.name == "Contacts" and self._accounts:
            ruled = self._accounts
            open_by_rules = (READ_ONLY, PRIVATE) if action == EDIT else (PRIVATE,)
            if self._sharing.defaults.get(ruled) not in open_by_rules:
                return []
        level = self._sharing.by_rules(ruled, role, groups, write=action == EDIT)
        return [(level, ("sharing",))] if level else []

    def _over_all(self, profiles: tuple[str, ...], action: str) -> tuple[str, ...] | None:
        """The profiles that allow this everywhere; None where one does not say."""
        wanted = {VIEW: (VIEW_ALL, EDIT_ALL), EDIT: (EDIT_ALL,)}.get(action, ())
        said = {p: [self._profiles[p].everything.get(w) for w in wanted] for p in profiles}
        found = tuple(p for p in profiles if True in said[p])
        return found if found or not any(None in some for some in said.values()) else None

    def _allowing(
        self, module: _Module, profiles: tuple[str, ...], *actions: str
    ) -> tuple[str, ...] | None:
        """The profiles that allow one of the actions; none where none opens the module.

        None where no profile allows it and one says nothing of it: the program
        then takes it for denied or allowed by the order of the profiles.
        """
        tabs = [self._profiles[p].tabs.get(module.id) for p in profiles]
        if True not in tabs and False in tabs:
            return None if None in tabs else ()
        said = {p: self._said(p, module, actions) for p in profiles}
        given = tuple(p for p in profiles if any(said[p]))
        return given if given or all(said.values()) else None

    def _said(self, profile: str, module: _Module, actions: tuple[str, ...]) -> list[bool]:
        told = self._profiles[profile].actions
        return [told[module.id, a] for a in actions if (module.id, a) in told]

    def _why_unknown(self, module: _Module, cells: list[Cell]) -> Iterator[str]:
        if any(level is None and not why for level, why in cells):
            yield f"{module.name}: no profile says what may be done there."
        if cells[0][0] is None and cells[0][1]:
            yield f"{module.name}: to whom the role may give new records is not said."
        if not any(level is None and why for level, why in cells[1:]):
            return
        lost = ", ".join(self._sharing.lost)
        if module.name in BY_OWNER:
            yield f"{module.name}: each account says itself who sees its entries."
        elif module.id not in self._sharing.defaults:
            yield f"{module.name}: no sharing default is kept for this module."
        else:
            yield f"{module.name}: sharing rules cannot be read ({lost})."


def _not_given(given: tuple[str, ...] | None) -> Cell:
    return (None if given is None else "None"), ()
