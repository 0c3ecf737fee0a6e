"""Dynamics 365 / Dataverse: of all roles, one's own and one's teams', the deepest right counts.

Exports by Synapse Link are read as well: rows that they mark as deleted count
for nothing, and ids are compared without braces and in one case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from crmaudit.evidence.access import LEVELS, Beyond
from crmaudit.governance.collectors.access.accounts import accounts
from crmaudit.governance.collectors.access.dynamics_sharing import SHARES, shared_records
from crmaudit.governance.collectors.access.merging import administrator, nothing, widest
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
from crmaudit.governance.collectors.access.tables import Cells, Tables, truth

ADMINISTRATOR = "627090ff-40a3-4053-8790-584edc5be201"
CUSTOMIZER = "119f245c-3cc8-4b62-b31c-d1a046ced15d"
"""Templates of the roles System Administrator and System Customizer, the same in every language."""
LETTERS = {"prvcreate": 0, "prvread": 1, "prvwrite": 2, "prvdelete": 3}
BY_NAME: Mapping[str, Beyond] = {
    "prvexporttoexcel": "export",
    "prvcreateimport": "import",
    "prvbulkedit": "mass change",
    "prvbulkdelete": "mass delete",
}
TABLES = {"activity": "activitypointer", "note": "annotation", "user": "systemuser"}
"""Tables that privileges call otherwise."""
READ_ONLY, ADMINISTRATIVE = "2", "1"
"""Modes of access that narrow what roles give."""
LICENCES = dict(
    enumerate(
        (
            *("Professional", "Administrative", "Basic", "Device Professional", "Device Basic"),
            *("Essential", "Device Essential", "Enterprise", "Device Enterprise", "Sales"),
            *("Service", "Field Service", "Project Service"),
        )
    )
)
"""Kinds of client access licence (`caltype`)."""
_DEPTHS = {1: 1, 2: 2, 4: 3, 8: 4}
"""Bits of a mask (basic, local, deep, global) as places in `LEVELS`."""
_DELETED = "isdelete"


@dataclass(slots=True)
class _RoleRow:
    """A role; each business unit has a copy, and `root` is the id of the role itself."""

    root: str
    name: str
    template: str
    depths: dict[str, int] = field(default_factory=dict)
    """Privilege → how deep, as a place in `LEVELS`."""


class _Dynamics:
    product = "dynamics"
    rule = "Of several roles the deepest level counts; roles of teams count for their members."
    reads: tuple[Read, ...] = (
        (
            "role",
            ("roleid", "name", "parentrootroleid", "roletemplateid", _DELETED),
        ),
        ("roleprivileges", ("roleid", "privilegeid", "privilegedepthmask", _DELETED)),
        ("privilege", ("privilegeid", "name", _DELETED)),
        ("systemuserroles", ("systemuserid", "roleid", _DELETED)),
        ("systemuser", ("systemuserid", "accessmode", "caltype", _DELETED)),
        ("team", ("teamid", "name", _DELETED)),
        ("teamroles", ("teamid", "roleid", _DELETED)),
        ("teammembership", ("teamid", "systemuserid", _DELETED)),
        ("businessunit", ("businessunitid", "name", "parentbusinessunitid", _DELETED)),
        ("fieldpermission", ("fieldpermissionid", _DELETED)),
        ("organization", ("ishierarchicalsecuritymodelenabled",)),
        *SHARES,
    )

    def read(self, db: Tables) -> Told:
        roles = _roles(db)
        templates = {r.root: r.template for r in roles.values() if r.template}
        privileges = {
            guid(p): (n or "").casefold() for p, n in live(db, "privilege", "privilegeid", "name")
        }
        judge = _Judge(roles, _objects(db, privileges), privileges, templates)
        given = _pairs(live(db, "systemuserroles", "systemuserid", "roleid"))
        teams = _pairs(live(db, "teammembership", "systemuserid", "teamid"))
        of_team = _pairs(live(db, "teamroles", "teamid", "roleid"))
        modes = {guid(u): (m or "", c or "") for u, m, c in _modes(db)}
        judge.lost = _lost(db, "teamroles", "teammembership")
        everyone: list[Account] = []
        for a in accounts(db):
            key = guid(a.key)
            mode, licence = modes.get(key, ("", ""))
            mine = tuple(sorted(teams.get(key, ())))
            direct = {roles[r].root for r in given.get(key, ()) if r in roles}
            by_team = {(t, roles[r].root) for t in mine for r in of_team.get(t, ()) if r in roles}
            judge.know(a.key, frozenset(direct), frozenset(by_team), mode)
            held = direct | {r for _, r in by_team}
            everyone.append(
                replace(
                    a,
                    unit=guid(a.unit),
                    teams=mine,
                    roles=tuple(sorted(held)),
                    administrator=(
                        any(templates.get(r) == ADMINISTRATOR for r in held)
                        if db.has("role", "roletemplateid")
                        else None
                    ),
                    licence=LICENCES.get(int(licence), licence) if licence.isdecimal() else licence,
                )
            )
        giving: dict[str, set[str]] = defaultdict(set)
        for team, its in of_team.items():
            for r in its & roles.keys():
                giving[roles[r].root].add(team)
        missing = _lost(db, "role", "roleprivileges", "privilege", "systemuserroles")
        return Told(
            accounts=everyone,
            roles=[
                Role(
                    r,
                    found.name,
                    "role",
                    None if missing else judge.of_role(r),
                    by_teams=tuple(sorted(giving.get(r, ()))),
                )
                for r, found in sorted(roles.items())
                if r == found.root
            ],
            teams=[Group(guid(t), n or "") for t, n in live(db, "team", "teamid", "name")],
            units=[
                Group(guid(u), n or "", guid(p))
                for u, n, p in live(
                    db, "businessunit", "businessunitid", "name", "parentbusinessunitid"
                )
            ],
            rights=None if missing else judge.of,
            shared=shared_records(db, lambda *columns: live(db, SHARES[0][0], *columns)),
            objects={o: table for o, (table, _) in judge.objects.items()},
            cannot=f"not in this database: {', '.join(missing)}" if missing else "",
            notes=tuple(_notes(db, modes)),
        )


reader = _Dynamics()


def guid(text: str | None) -> str:
    """An id in one spelling, however the export writes it."""
    return (text or "").strip().strip("{}").casefold()


def live(db: Tables, table: str, *columns: str) -> Iterator[Cells]:
    """The rows of a table that are not marked as deleted."""
    for *cells, deleted in db.rows(table, *columns, _DELETED):
        if truth(deleted) is not True:
            yield tuple(cells)


def _pairs(rows: Iterator[Cells]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one, other in rows:
        found[guid(one)].add(guid(other))
    return dict(found)


def _modes(db: Tables) -> Iterator[Cells]:
    return live(db, "systemuser", "systemuserid", "accessmode", "caltype")


def _lost(db: Tables, *tables: str) -> tuple[str, ...]:
    return tuple(t for t in tables if (f := db.table(t)) is None or f.qualified in db.unread)


def _roles(db: Tables) -> dict[str, _RoleRow]:
    """All roles and their copies, with what each holds: a copy without rows has its root's."""
    found: dict[str, _RoleRow] = {}
    for role, name, root, template in live(
        db, "role", "roleid", "name", "parentrootroleid", "roletemplateid"
    ):
        found[guid(role)] = _RoleRow(guid(root) or guid(role), name or "", guid(template))
    for role, privilege, mask in live(
        db, "roleprivileges", "roleid", "privilegeid", "privilegedepthmask"
    ):
        if guid(role) in found:
            depths, key = found[guid(role)].depths, guid(privilege)
            depths[key] = max(depths.get(key, 0), _depth(mask))
    for copy in found.values():
        first = found.get(copy.root)
        if first is not None:
            # Some exports have the copies' rows only: they are all alike.
            first.depths = first.depths or copy.depths
            first.template = first.template or copy.template
    return found


def _depth(mask: str | None) -> int:
    """The deepest level of a mask. Privileges that a copy inherits stand four bits higher."""
    try:
        bits = int(float(mask or "0"))
    except (ValueError, OverflowError):
        return 0
    bits = (bits | bits >> 4) & 15
    return max((place for bit, place in _DEPTHS.items() if bits & bit), default=0)


def _objects(
    db: Tables, privileges: Mapping[str, str]
) -> dict[str, tuple[str, tuple[set[str], ...]]]:
    """Kind of record → its table, and the privileges that create, read, write and delete it.

    Of kinds that this database does not have there is nothing to say.
    """
    mapped = {t.table for t in db.parts.tables}
    found: dict[str, tuple[str, tuple[set[str], ...]]] = {}
    for key, name in sorted(privileges.items()):
        verb = next((v for v in LETTERS if name.startswith(v)), "")
        word = name[len(verb) :]
        if not verb or not word or name in BY_NAME:
            continue
        written = TABLES.get(word, word)
        table = db.table(written)
        if table is not None and (not mapped or table.qualified in mapped):
            letters = found.setdefault(word, (written, (set(), set(), set(), set())))[1]
            letters[LETTERS[verb]].add(key)
    return found


def _notes(db: Tables, modes: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    yield "A role held by a team reaches from the team's unit, which need not be the account's own."
    yield "What managers may see of those below them (hierarchy security) is not in the levels."
    flags = [truth(on) for (on,) in db.rows("organization", "ishierarchicalsecuritymodelenabled")]
    if True in flags:
        yield "Hierarchy security is on: managers reach the records of those who report to them."
    if any(True for _ in live(db, "fieldpermission", "fieldpermissionid")):
        yield "Field security narrows some fields further."
    if any(mode == READ_ONLY for mode, _ in modes.values()):
        yield "Accounts in the mode Read may read only, whatever their roles say."


class _Judge:
    """Rights by the roles held, once for each set that occurs."""

    def __init__(
        self,
        roles: Mapping[str, _RoleRow],
        objects: dict[str, tuple[str, tuple[set[str], ...]]],
        privileges: Mapping[str, str],
        templates: Mapping[str, str],
    ) -> None:
        self.objects = objects
        self.lost: tuple[str, ...] = ()
        self._roles = roles
        self._templates = templates
        self._beyond = {k: BY_NAME[n] for k, n in privileges.items() if n in BY_NAME}
        self._all = administrator(objects)
        self._held: dict[str, tuple[frozenset[str], frozenset[tuple[str, str]], str]] = {}
        self._made: dict[tuple[frozenset[str], frozenset[tuple[str, str]], str], Rights] = {}
        self._own: dict[tuple[str, str], Rights] = {}

    def know(
        self,
        account: str,
        direct: frozenset[str],
        by_team: frozenset[tuple[str, str]],
        mode: str,
    ) -> None:
        """What an account holds: roles, pairs of team and role, its mode of access."""
        limited = mode if mode in (READ_ONLY, ADMINISTRATIVE) else ""
        self._held[account] = direct, by_team, limited

    def of(self, account: Account) -> Rights:
        key = self._held[account.key]
        if key not in self._made:
            self._made[key] = self._rights(*key)
        return self._made[key]

    def of_role(self, role: str, team: str = "") -> Rights:
        """The rights of one role, held by oneself or by a team."""
        if (role, team) not in self._own:
            why = (role, f"team {team}") if team else (role,)
            self._own[role, team] = self._of_depths(self._roles[role], why)
        return self._own[role, team]

    def _rights(
        self, direct: frozenset[str], by_team: frozenset[tuple[str, str]], mode: str
    ) -> Rights:
        held = direct | {r for _, r in by_team}
        if any(self._templates.get(r) == ADMINISTRATOR for r in held):
            return self._narrowed(self._all, mode)
        parts = [self.of_role(r) for r in sorted(direct)]
        parts += [self.of_role(r, t) for t, r in sorted(by_team)]
        if self.lost:
            why = f"Roles of teams are not known: {', '.join(self.lost)} not in this database."
            parts.append(Rights(dict.fromkeys(self.objects, Row(NOT_KNOWN)), {}, (why,)))
        return self._narrowed(widest(parts) if parts else nothing(self.objects), mode)

    def _narrowed(self, rights: Rights, mode: str) -> Rights:
        if mode == ADMINISTRATIVE:
            return replace(nothing(self.objects), beyond=_only(rights, "administer"))
        if mode == READ_ONLY:
            rows = {o: _reading(r) for o, r in rights.objects.items()}
            return Rights(rows, _only(rights, "export"), rights.unknown)
        return rights

    def _of_depths(self, role: _RoleRow, why: tuple[str, ...]) -> Rights:
        rows = {}
        for word, (_, letters) in self.objects.items():
            depths = [max((role.depths.get(p, 0) for p in keys), default=0) for keys in letters]
            rows[word] = row([LEVELS[d] for d in depths], [why if d else () for d in depths])
        beyond: dict[Beyond, tuple[str, ...]] = {
            right: why for key, right in sorted(self._beyond.items()) if role.depths.get(key)
        }
        if role.template in (ADMINISTRATOR, CUSTOMIZER):
            beyond["administer"] = why
        return Rights(rows, beyond)


def _only(rights: Rights, right: Beyond) -> dict[Beyond, tuple[str, ...]]:
    return {right: rights.beyond[right]} if right in rights.beyond else {}


def _reading(all_: Row) -> Row:
    return row(("None", all_.levels[1], "None", "None"), ((), all_.why[1], (), ()))
