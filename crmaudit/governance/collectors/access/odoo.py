"""Odoo: groups add up to access rights per model, and record rules say to whose records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from crmaudit.evidence.access import AccessLevel, Beyond
from crmaudit.governance.collectors.access.accounts import accounts
from crmaudit.governance.collectors.access.merging import administrator
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
from crmaudit.governance.collectors.access.odoo_companies import Companies, companies_of
from crmaudit.governance.collectors.access.odoo_domains import Reach, both, either, reach
from crmaudit.governance.collectors.access.tables import Tables, truth

OPERATIONS = ("perm_create", "perm_read", "perm_write", "perm_unlink")
SUPERUSER = "1"
"""The program itself: no rule binds it."""
BY_GROUP: Mapping[str, Beyond] = {
    "base.group_system": "administer",
    "base.group_erp_manager": "administer",
    "base.group_allow_export": "export",
}
IMPLIED_SINCE = (18, 2)
"""Since this version (saas~18.2) the groups that others imply are not written beside them."""
_INHERITS = {"product.product": "product.template", "res.users": "res.partner"}
"""Models that hold records of another one, whose rules bind them too (`_inherits`)."""
_INTERNAL = "partner_share = false"
"""The partners that are people with an account of their own, not customers."""
_GROUPS = "model = 'res.groups'"
_NAMELESS = "Which groups administer and export is not in this database (ir_model_data)."


@dataclass(frozen=True, slots=True)
class _Rule:
    """A record rule; `groups` is empty for one that binds everybody."""

    id: str
    domain: str | None
    operations: tuple[bool, ...]
    groups: frozenset[str]


@dataclass(slots=True)
class _Model:
    """A kind of record.

    `granted`: which groups give each operation; `""` is everybody. `within` are
    the models that its records are part of: their rules bind as well.
    """

    name: str
    shown: bool = True
    within: list[_Model] = field(default_factory=list)
    granted: tuple[set[str], ...] = field(default_factory=lambda: (set(), set(), set(), set()))
    rules: list[_Rule] = field(default_factory=list)
    concerned: set[str] = field(default_factory=set)


class _Odoo:
    product = "odoo"
    rule = (
        "Groups add up: what one of them grants is granted. Of the record rules, those for "
        "everybody narrow this, and of those for groups one that holds is enough."
    )
    reads: tuple[Read, ...] = (
        ("res_groups", ("id", "name")),
        ("res_groups_users_rel", ("gid", "uid")),
        ("res_groups_implied_rel", ("gid", "hid")),
        ("ir_model", ("id", "model", "transient")),
        ("ir_model_inherit", ("model_id", "parent_id", "parent_field_id")),
        ("ir_model_access", ("model_id", "group_id", "active", *OPERATIONS)),
        ("ir_rule", ("id", "model_id", "domain_force", "active", *OPERATIONS)),
        ("rule_group_rel", ("rule_group_id", "group_id")),
        ("ir_model_data", ("module", "name", "res_id"), _GROUPS),
        ("res_company", ("id", "name", "parent_id", "active")),
        ("res_company_users_rel", ("cid", "user_id")),
        ("crm_team", ("id", "name")),
        ("crm_team_member", ("crm_team_id", "user_id", "active")),
        ("res_partner", ("id", "name", "email"), _INTERNAL),
    )

    def read(self, db: Tables) -> Told:
        groups = {g: _text(n) for g, n in db.rows("res_groups", "id", "name") if g}
        implied = _pairs(db.rows("res_groups_implied_rel", "gid", "hid"))
        held = _pairs(db.rows("res_groups_users_rel", "uid", "gid"))
        models = _models(db)
        _add_rules(db, models)
        companies = companies_of(db)
        known = {r: f"{m}.{n}" for m, n, r in _named(db) if r and m != "__export__"}
        system = {g for g, external in known.items() if external == "base.group_system"}
        judge = _Judge(models, known, companies, _missing(db), _lost_rules(db))
        brings = _closed(implied)
        whole = _writes_implied(db)
        members = _pairs(_members(db))
        persons = _persons(db)
        everyone = []
        lacking = 0
        for a in accounts(db):
            direct = held.get(a.key, set())
            closed = direct.union(*(brings.get(g, set()) for g in direct))
            lacking += whole and closed != direct
            groups_held = direct if whole else closed
            everyone.append(
                replace(
                    _person(a, persons),
                    roles=tuple(sorted(groups_held)),
                    administrator=bool(groups_held & system) if system else None,
                    teams=tuple(sorted(members.get(a.key, ()))),
                )
            )
        missing = judge.missing
        return Told(
            accounts=everyone,
            roles=[
                Role(
                    g,
                    groups[g],
                    "group",
                    judge.rights(frozenset({g, *brings.get(g, ())}), companies.of_nobody),
                    tuple(sorted(implied.get(g, ()))),
                    note=known.get(g, ""),
                )
                for g in sorted(groups)
            ],
            teams=[Group(t, _text(n)) for t, n in db.rows("crm_team", "id", "name") if t],
            units=companies.units,
            rights=None if missing else judge.of,
            objects={m.name: m.name.replace(".", "_") for m in models.values() if m.shown},
            cannot=f"tables of rights cannot be read: {', '.join(missing)}" if missing else "",
            notes=tuple(_notes(lacking)),
        )


reader = _Odoo()


def _pairs(rows: Iterable[tuple[str | None, ...]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one, other in rows:
        if one and other:
            found[one].add(other)
    return dict(found)


def _text(name: str | None) -> str:
    """A name; translated ones are JSON by language, of which English, else the first counts."""
    text = name or ""
    if text.startswith("{"):
        try:
            by_language = json.loads(text)
        except (ValueError, RecursionError):
            return text
        first = next((str(by_language[k]) for k in sorted(by_language)), "")
        return str(by_language.get("en_US", first))
    return text


def _named(db: Tables) -> Iterator[tuple[str | None, ...]]:
    return db.rows("ir_model_data", "module", "name", "res_id", where=_GROUPS)


def _members(db: Tables) -> Iterator[tuple[str | None, ...]]:
    for team, user, active in db.rows("crm_team_member", "crm_team_id", "user_id", "active"):
        if truth(active) is not False:
            yield user, team


def _persons(db: Tables) -> dict[str, tuple[str, str]]:
    if not db.has("res_partner", "partner_share"):
        return {}
    rows = db.rows("res_partner", "id", "name", "email", where=_INTERNAL)
    return {p: (n or "", e or "") for p, n, e in rows if p}


def _person(account: Account, persons: Mapping[str, tuple[str, str]]) -> Account:
    """With the name and address of the partner whose account it is."""
    if account.record not in persons:
        return account
    name, email = persons[account.record]
    names = (name.strip(),) if name.strip() else ()
    return replace(account, named=bool(names), names=names, email=email.strip())


def _closed(implied: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """For each group all that it brings along, whatever the depth; circles do no harm."""
    found: dict[str, set[str]] = {}
    for group in implied:
        reached: set[str] = set()
        waiting = list(implied[group])
        while waiting:
            one = waiting.pop()
            if one not in reached:
                reached.add(one)
                waiting += implied.get(one, ())
        found[group] = reached
    return found


def _writes_implied(db: Tables) -> bool:
    """Whether an account's groups are all written down, implied ones too."""
    version = db.parts.product.version if db.parts.product else ""
    numbers = version.removeprefix("saas~").split(".")[:2]
    if not numbers[0].isdecimal():
        return False
    minor = int(numbers[1]) if len(numbers) == 2 and numbers[1].isdecimal() else 0
    return (int(numbers[0]), minor) < IMPLIED_SINCE


def _models(db: Tables) -> dict[str, _Model]:
    """The kinds of record of interest, and those they are part of, by the id of the model."""
    mapped = {t.table for t in db.parts.tables}
    every = {}
    for key, name, transient in db.rows("ir_model", "id", "model", "transient"):
        table = db.table(name.replace(".", "_")) if key and name else None
        known = table is not None and (not mapped or table.qualified in mapped)
        if key and name:
            every[key] = _Model(name, known and truth(transient) is not True)
    for key, parent in _inherited(db, every):
        if key in every and parent in every and every[parent] not in every[key].within:
            every[key].within.append(every[parent])
    wanted = {id(w) for m in every.values() if m.shown for w in _whole(m)}
    found = {key: m for key, m in every.items() if id(m) in wanted}
    columns = ("model_id", "group_id", "active", *OPERATIONS)
    on = _on(db, "ir_model_access")
    for model, group, active, *granted in db.rows("ir_model_access", *columns):
        if model and model in found and on(active):
            for having, one in zip(found[model].granted, granted, strict=True):
                if truth(one):
                    having.add(group or "")
                    found[model].concerned.add(group or "")
    return found


def _inherited(db: Tables, models: Mapping[str, _Model]) -> Iterator[tuple[str, str]]:
    """Models by id, and those that they hold records of; by name where no table says so."""
    if db.has("ir_model_inherit", "parent_field_id"):
        for model, parent, by in db.rows(
            "ir_model_inherit", "model_id", "parent_id", "parent_field_id"
        ):
            if model and parent and by:
                yield model, parent
        return
    by_name = {m.name: key for key, m in models.items()}
    for name, parent in _INHERITS.items():
        if name in by_name and parent in by_name:
            yield by_name[name], by_name[parent]


def _whole(model: _Model) -> list[_Model]:
    """A model and all that it is part of, whatever the depth."""
    found = [model]
    for one in found:
        found += [w for w in one.within if all(w is not f for f in found)]
    return found


def _on(db: Tables, table: str) -> Callable[[str | None], bool]:
    """Whether a row counts: switched on, or of an export that has no such column."""
    told = db.has(table, "active")
    return lambda active: truth(active) is True or not told


def _add_rules(db: Tables, models: Mapping[str, _Model]) -> None:
    of_groups = _pairs(db.rows("rule_group_rel", "rule_group_id", "group_id"))
    columns = ("id", "model_id", "domain_force", "active", *OPERATIONS)
    on = _on(db, "ir_rule")
    for rule, model, domain, active, *operations in db.rows("ir_rule", *columns):
        if rule and model and model in models and on(active):
            groups = frozenset(of_groups.get(rule, ()))
            # Columns that an export left out bind every operation, as they do by default.
            binds = tuple(truth(o) is not False for o in operations)
            models[model].rules.append(_Rule(rule, domain, binds, groups))
    for one in models.values():
        one.concerned |= {g for m in _whole(one) for r in m.rules for g in r.groups}


def _missing(db: Tables) -> tuple[str, ...]:
    """Tables without which no right is known."""
    needed: dict[str, tuple[str, ...]] = {
        "ir_model": ("id", "model"),
        "ir_model_access": ("model_id", "group_id", *OPERATIONS),
        "res_groups_users_rel": ("gid", "uid"),
    }
    implied: dict[str, tuple[str, ...]] = {"res_groups_implied_rel": ("gid", "hid")}
    return db.lacking(needed if _writes_implied(db) else {**needed, **implied})


def _lost_rules(db: Tables) -> tuple[str, ...]:
    """Tables without which nobody knows whose records a right reaches."""
    rules = ("id", "model_id", "domain_force")
    return db.lacking({"ir_rule": rules, "rule_group_rel": ("rule_group_id", "group_id")})


def _notes(lacking: int) -> Iterator[str]:
    yield "Units are companies. Records of one's sales team count as User."
    yield "Who may change or delete records of others may do so to many at once, by list or import."
    yield "Rules in the program's code, and rights to single fields, are not in these tables."
    if lacking:
        yield (
            f"{lacking} accounts lack groups that theirs bring along, taken away by hand. "
            "What they are left with counts."
        )


class _Judge:
    """Rights of sets of groups, once for each that occurs."""

    def __init__(
        self,
        models: Mapping[str, _Model],
        known: Mapping[str, str],
        companies: Companies,
        missing: tuple[str, ...],
        lost_rules: tuple[str, ...],
    ) -> None:
        self.missing = missing
        self._models = sorted((m for m in models.values() if m.shown), key=lambda m: m.name)
        self._known = known
        self._nameless = not set(known.values()) & BY_GROUP.keys()
        self._companies = companies
        self._lost_rules = lost_rules
        self._made: dict[tuple[frozenset[str], Reach], Rights] = {}
        self._rows: dict[tuple[str, frozenset[str], Reach], tuple[Row, tuple[str, ...]]] = {}
        self._program = administrator(m.name for m in self._models)
        self._reach = lru_cache(maxsize=None)(reach)

    def of(self, account: Account) -> Rights:
        if account.key == SUPERUSER:
            return self._program
        return self.rights(frozenset(account.roles), self._companies.reach(account))

    def rights(self, groups: frozenset[str], company: Reach) -> Rights:
        key = groups, company
        if key not in self._made:
            self._made[key] = self._rights(*key)
        return self._made[key]

    def _rights(self, groups: frozenset[str], company: Reach) -> Rights:
        objects: dict[str, Row] = {}
        beyond: dict[Beyond, tuple[str, ...]] = {}
        unknown = [_NAMELESS] if self._nameless else []
        for group in sorted(groups):
            right = BY_GROUP.get(self._known.get(group, ""))
            if right:
                beyond[right] = (*beyond.get(right, ()), group)
        for model in self._models:
            one, why = self._row(model, groups, company)
            objects[model.name] = one
            unknown += why
            many: tuple[tuple[Beyond, int, tuple[str, ...]], ...] = (
                ("import", 0, ("User",)),
                ("mass change", 2, ()),
                ("mass delete", 3, ()),
            )
            for right, letter, too in many:
                if one.levels[letter] not in (None, "None", *(() if too else ("User",))):
                    beyond[right] = tuple(dict.fromkeys((*beyond.get(right, ()), *one.why[letter])))
        return Rights(objects, beyond, tuple(unknown))

    def _row(
        self, model: _Model, groups: frozenset[str], company: Reach
    ) -> tuple[Row, tuple[str, ...]]:
        key = model.name, groups & model.concerned, company
        if key not in self._rows:
            cells = [self._cell(model, i, key[1], company) for i in range(4)]
            made = row([level for level, _, _ in cells], [why for _, why, _ in cells])
            unknown = tuple(dict.fromkeys(u for _, _, u in cells if u))
            self._rows[key] = made, unknown
        return self._rows[key]

    def _cell(
        self, model: _Model, operation: int, groups: frozenset[str], company: Reach
    ) -> tuple[AccessLevel | None, tuple[str, ...], str]:
        """The level, where it comes from, and what is not known of it."""
        having = model.granted[operation]
        why = tuple(sorted(groups & having)) + (("everybody",) if "" in having else ())
        if not why:
            return "None", (), ""
        if self._lost_rules:
            lost = ", ".join(self._lost_rules)
            return None, why, f"{model.name}: record rules cannot be read ({lost})."
        reached, by, unsure = [], set[str](), list[str]()
        for part in _whole(model):
            rules = [r for r in part.rules if r.operations[operation]]
            everybody = [self._reach(r.domain, company) for r in rules if not r.groups]
            theirs = [(r, self._reach(r.domain, company)) for r in rules if r.groups & groups]
            reached.append(both([*everybody, either([found for _, found in theirs])]))
            if part is model and theirs:
                widest = either([found for _, found in theirs])
                by = {g for r, f in theirs if f.most == widest.most for g in r.groups & groups}
            if reached[-1].level is None:
                unsure += [r.id for r in rules if not r.groups or r.groups & groups]
        last = both(reached)
        why = tuple(dict.fromkeys((*why, *sorted(by))))
        if last.level is None:
            ids = ", ".join(sorted(unsure, key=lambda i: (len(i), i)))
            return None, why, f"{model.name}: record rules hang on values of the records ({ids})."
        return last.level, why, ""
